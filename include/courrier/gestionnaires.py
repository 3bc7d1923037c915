"""Ce qu'une publication dit à ceux qui la reçoivent : ce qui a changé et pourquoi, les chiffres clés, où lire le reste.

Un message par adresse, sur les axes qui lui sont confiés. Rien n'y est que son audience ne lise déjà dans sa copie de
la publication : les chiffres des financeurs et du public viennent de leur indicateurs.csv, secret statistique compris.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from include.configuration import AUDIENCES, organisation
from include.courrier.contenu import Chiffre, Contenu, Lien, Liste, Rubrique, quelques
from include.courrier.message import TAILLE_MAX
from include.extraits import audience as audiences
from include.extraits.audience import Audience
from include.extraits.francais import accord, date, date_longue
from include.extraits.lecture import COLONNE_SECRETE, SECRET, Axe, Publication, lire
from include.pages import changements, chiffres
from include.pages.changements import Bilan, Changement, Groupe
from include.pages.chiffres import Fiche
from include.publication.composition import texte_sql

CHIFFRES, GROUPES, FICHIERS, DETAILS = 4, 4, 4, 2
"""Ce qu'un courriel montre d'un axe : chiffres clés, causes de changement, fichiers et détails de chacune."""
_AUDIENCES: dict[str, Audience] = {a.nom: a for a in (audiences.INTERNE, audiences.FINANCEUR, audiences.PUBLIC)}


@dataclass(frozen=True)
class Envoi:
    """Ce qui part à une adresse : le contenu et ses pièces jointes."""

    adresse: str
    contenu: Contenu
    pieces: tuple[Path, ...]


@dataclass(frozen=True)
class _Copie:
    """La publication telle qu'une audience la lit."""

    publication: Publication
    dossier: Path
    fiches: dict[str, Fiche]
    bilan: Bilan | None
    """None pour le public : l'écart de deux publications rendrait ce qui y est masqué."""

    @property
    def audience(self) -> Audience:
        return self.publication.audience

    def adresse(self, page: str = "") -> str | None:
        """Où se lit une page de cette copie ; None si elle n'est nulle part."""
        racine = organisation()["courrier"]["pages"][self.audience.nom]
        return f"{racine.rstrip('/')}/{page}" if racine and (self.dossier / page).exists() else None


def par_adresse(audience: str) -> dict[str, list[str]]:
    """Axes que reçoit chaque adresse d'une audience, dans l'ordre du pôle."""
    recus: dict[str, list[str]] = {}
    par_axe = organisation()["courrier"][audience]
    for axe in organisation()["axes"]:
        for adresse in par_axe.get(axe, ()):
            recus.setdefault(adresse, []).append(axe)
    return recus


def envois(publiee: Path) -> list[Envoi]:
    """Un envoi par adresse qui reçoit un axe au moins. publiee: dossier de la publication."""
    return [envoi for nom in AUDIENCES if par_adresse(nom) for envoi in _envois(publiee, _AUDIENCES[nom])]


def _envois(publiee: Path, audience: Audience) -> Iterator[Envoi]:
    dossier = publiee if audience.interne else publiee / audience.nom
    with duckdb.connect() as base:
        base.execute(f"attach '{texte_sql(publiee / 'entrepot.duckdb')}' as publiee (read_only)")
        base.execute("use publiee")
        publication = lire(base, audience)
        if not audience.interne:
            base.execute("use memory")
            _ne_montrer_que(base, dossier / "extraits" / "rapport" / "indicateurs.csv")
        copie = _Copie(publication, dossier, chiffres.lire(base, publication), changements.lire(base, publication))
    for adresse, noms in par_adresse(audience.nom).items():
        axes = [axe for nom in noms if (axe := publication.axe(nom))]
        if axes:
            yield Envoi(adresse, *_contenu(copie, axes))


def _ne_montrer_que(base: duckdb.DuckDBPyConnection, csv: Path) -> None:
    """Fait, de la base publiée, une base qui n'a que les chiffres du CSV d'une audience, tels qu'il les montre."""
    base.execute("create schema rapport")
    base.execute("create schema meta")
    # L'unité vient du registre : le CSV l'écrit en toutes lettres.
    base.execute(
        f"""
        create table rapport.indicateurs as
        select
            c."Code" as code, "Chiffre" as libelle, "Axe" as axe, "Projet" as projet, "Année"::integer as annee,
            strptime("Début de période", '%d/%m/%Y')::date as periode_debut,
            strptime("Fin de période", '%d/%m/%Y')::date as periode_fin,
            case when "Valeur" = $secret then 0 else replace("Valeur", ',', '.')::double end as valeur,
            coalesce(u.unite, "Unité") as unite, "Publication" as publication,
            case when "Valeur" = $secret then 'valeur' end as {COLONNE_SECRETE}
        from read_csv($csv, delim = ';', header = true, all_varchar = true) as c
        left join (select distinct code, unite from publiee.rapport.indicateurs) as u on u.code = c."Code"
        where "Valeur" is not null
        """,
        {"secret": SECRET, "csv": str(csv)},
    )
    base.execute("create table meta.publications as from publiee.meta.publications")
    base.execute(
        "create table meta.changements as from publiee.meta.changements "
        "where code in (select code from rapport.indicateurs)"
    )


def _contenu(copie: _Copie, axes: list[Axe]) -> tuple[Contenu, tuple[Path, ...]]:
    """Le message sur ces axes, et ses pièces jointes."""
    publication, audience = copie.publication, copie.audience
    bloques = [axe for axe in axes if axe.verdict == "bloque"]
    pieces = _pieces(copie, axes)
    trop_lourdes = sum(p.stat().st_size for p in pieces) > TAILLE_MAX
    resume = [_nouveaute(copie, axes)]
    if bloques:
        resume.append(f"Non rafraîchi : {', '.join(a.libelle for a in bloques)}.")
    if pieces and trop_lourdes:
        resume.append("Les fichiers sont trop lourds pour ce message : demandez-les au pôle.")
    elif pieces:
        resume.append(f"En pièces jointes : {', '.join(p.name for p in pieces)}.")
    nom = organisation()["nom"]
    contenu = Contenu(
        sujet=f"[{nom}] Données arrêtées au {date(publication.arrete_au)}"
        + (f", {accord(len(bloques), 'axe non rafraîchi', 'axes non rafraîchis')}" if bloques else ""),
        titre=f"Données arrêtées au {date_longue(publication.arrete_au)}",
        etat="grave" if bloques else "bon",
        resume=resume,
        rubriques=[_rubrique(copie, axe) for axe in axes],
        liens=_liens(copie),
        pied=[
            audience.mention,
            f"Publication {publication.nom}. Message automatique : pour ne plus le recevoir, ou recevoir un autre axe, "
            "écrivez au pôle.",
        ],
    )
    return contenu, () if trop_lourdes else pieces


def _nouveaute(copie: _Copie, axes: list[Axe]) -> str:
    if copie.bilan is None:
        return "Une nouvelle publication est en place."
    if copie.bilan.depuis is None:
        return "C'est la première publication."
    change = [axe.libelle for axe in axes if axe.nom in copie.bilan.par_axe]
    if not change:
        return "Aucun chiffre de vos axes n'a changé depuis la publication précédente."
    return f"Des chiffres ont changé : {', '.join(change)}."


def _rubrique(copie: _Copie, axe: Axe) -> Rubrique:
    groupes = copie.bilan.par_axe.get(axe.nom, []) if copie.bilan else []
    inchange = copie.bilan is not None and copie.bilan.depuis is not None and not groupes
    page = copie.adresse(f"{axe.nom}.html")
    return Rubrique(
        axe.libelle,
        alerte=_alerte(copie.audience, axe),
        phrases=["Aucun chiffre n'a changé."] if inchange else [],
        chiffres=[_chiffre(f, copie.publication) for f in chiffres.cles(copie.fiches, axe.nom)[:CHIFFRES]],
        listes=[*map(_groupe, groupes[:GROUPES]), *_autres(groupes[GROUPES:])],
        liens=[Lien("Page de l'axe", page)] if page else [],
    )


def _alerte(audience: Audience, axe: Axe) -> str:
    """Ce qu'un lecteur doit savoir avant de reprendre un chiffre de cet axe ; rien s'il est à jour."""
    if axe.verdict != "bloque":
        return ""
    etat = f"chiffres arrêtés au {date(axe.donnees_du)} ({axe.age})" if axe.donnees_du else "aucun chiffre n'est publié"
    cause = f" Cause : {axe.cause}" if audience.coulisses and axe.cause else ""
    return f"Axe retenu par ses contrôles : {etat}.{cause}"


def _chiffre(fiche: Fiche, publication: Publication) -> Chiffre:
    valeur = fiche.valeur
    reporte = "" if valeur.publication == publication.nom else f", reporté de la publication {valeur.publication}"
    tendance = fiche.tendance
    return Chiffre(
        fiche.libelle, valeur.texte, valeur.unite, f"{valeur.periode[:1].upper()}{valeur.periode[1:]}{reporte}",
        f"{tendance.fleche} {tendance.texte}".strip(),
    )  # fmt: skip


def _groupe(groupe: Groupe) -> Liste:
    reste = len(groupe.changements) - len(groupe.exemples)
    notes = [accord(reste, "autre chiffre", "autres chiffres")] if reste else []
    if groupe.fichiers:
        notes.append(f"fichier{'s' if len(groupe.fichiers) > 1 else ''} : {quelques(groupe.fichiers, FICHIERS)}")
    notes += groupe.details[:DETAILS]
    return Liste(
        f"{groupe.cause} : {groupe.combien}",
        [_changement(c) for c in groupe.exemples],
        " ; ".join(notes) + ("." if notes else ""),
    )


def _autres(groupes: list[Groupe]) -> list[Liste]:
    """Les causes qui n'ont pas leur place ici, en une liste : chacune dit combien de chiffres elle a changés."""
    return [Liste("Et aussi", [f"{g.cause} : {g.combien}" for g in groupes])] if groupes else []


def _changement(c: Changement) -> str:
    ecart = f" ({c.ecart})" if c.ecart else ""
    return f"{c.libelle}, {c.annee} : {c.avant} → {c.apres}{ecart}"


def _liens(copie: _Copie) -> list[Lien]:
    pages = {"Ouvrir la publication": "index.html"}
    rapport = "extraits/rapport/rapport_activite.pdf"
    if not copie.audience.publique:
        pages["Rapport d'activité"] = rapport
    return [Lien(titre, adresse) for titre, page in pages.items() if (adresse := copie.adresse(page))]


def _pieces(copie: _Copie, axes: list[Axe]) -> tuple[Path, ...]:
    """Le classeur de chaque axe rafraîchi et le rapport d'activité, si cette audience reçoit ses fichiers."""
    if copie.audience.nom not in organisation()["courrier"]["pieces_jointes"]:
        return ()
    extraits = copie.dossier / "extraits"
    fichiers = [extraits / f"{axe.nom}.xlsx" for axe in axes if not axe.reporte]
    return tuple(f for f in [*fichiers, extraits / "rapport" / "rapport_activite.pdf"] if f.exists())
