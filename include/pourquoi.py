"""Pourquoi ce chiffre : sa définition, sa valeur, et les lignes reçues qu'il compte.

    python -m include.pourquoi CL001 2017 [lignes.csv]     (make why CODE=CL001 ANNEE=2017 CSV=lignes.csv)

Rien n'est lu que la publication courante : rapport.definitions dit quelles lignes un chiffre compte, meta.livraisons
de quel fichier elles viennent. Rien n'est montré d'une ligne que l'endroit où la trouver.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from include.configuration import Dossiers, dossiers
from include.csv_francais import ecrire_csv
from include.extraits.francais import accord, date, nombre, unite

MONTREES = 20
"""Lignes montrées à l'écran ; toutes vont au CSV."""
TITRES = ("Code", "Année", "Source", "Livraison", "Fichier", "Feuille", "Ligne")

# Ce que les filtres de seeds/rapport/calculs.csv appellent : pour qui n'a que la base, ce que dbt écrit par ses macros.
_MACROS = (
    "retenue(valeur, parametre) as parametre is null or list_contains(string_split(parametre, '|'), valeur)",
    "sans_accents(texte) as replace(replace(strip_accents(lower(texte)), 'œ', 'oe'), 'æ', 'ae')",
    r"cle_nom(texte) as coalesce(nullif(regexp_replace(sans_accents(texte), '[^\p{L}\p{N}]', '', 'g'), ''), "
    "lower(trim(texte)))",
    r"cle_texte(texte) as regexp_replace(sans_accents(texte), '[\s\p{Z}]', '', 'g')",
    # Un événement se reconnaît à « projet|type|intitulé » ; sans intitulé, tous ceux du projet et du type.
    "evenement_retenu(projet, type, intitule, parametre) as "
    "cle_nom(projet) = cle_nom(split_part(parametre, '|', 1)) "
    "and cle_nom(type) = cle_nom(split_part(parametre, '|', 2)) "
    "and (split_part(parametre, '|', 3) = '' or intitule = cle_nom(split_part(parametre, '|', 3)))",
    # Étapes de 100 chances 100 emplois, telles que rpt_cent_chances_entonnoir les nomme.
    "a_l_etape(etape, present, participant, decision) as case etape when 'candidatures' then true "
    "when 'presents_pre_sas' then present when 'participants_sas' then participant "
    "when 'entrees_immediates' then decision = 'Entrée immédiate' "
    "when 'entrees_differees' then decision = 'Entrée différée' when 'refus_comite' then decision = 'Refus comité' "
    "when 'abandons_candidat' then decision = 'Abandon candidat' "
    "when 'desistements' then decision = 'Désistement candidat' end",
    # Situations de rpt_cent_chances_sorties, d'après le type de sortie (vide : encore accompagné).
    "en_situation(sortie, situations) as retenue('total', situations) "
    "or (sortie is null and retenue('en_accompagnement', situations)) "
    "or (sortie is not null and retenue('sorties', situations)) "
    "or (sortie <> 'Abandon' and (retenue('sorties_positives', situations) or retenue(sortie, situations))) "
    "or (sortie = 'Abandon' and retenue('abandons', situations))",
)


class Introuvable(Exception):
    """Le chiffre demandé n'est pas dans la publication ; le message dit ce qui s'y trouve."""


@dataclass(frozen=True)
class Lieu:
    """Où se trouve une ligne reçue."""

    source: str | None
    livraison: str
    fichier: str | None
    feuille: str | None
    ligne: int


@dataclass(frozen=True)
class Chemin:
    """Un chiffre sur une période, et le chemin qui ramène à ses lignes."""

    definition: dict[str, Any]
    """Ligne de rapport.definitions."""
    chiffre: dict[str, Any]
    """Ligne de rapport.indicateurs."""
    rapprochement: dict[str, Any] | None
    """Ligne de rapport.rapprochement, si un rapport imprime ce chiffre."""
    lieux: list[Lieu]
    recompte: Decimal
    """Le numérateur, compté à nouveau sur ces lignes."""

    @property
    def fidele(self) -> bool:
        """Vrai si les lignes retrouvées redonnent le numérateur publié."""
        return self.recompte == self.chiffre["numerateur"]


@contextmanager
def ouvrir(base: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """La base publiée, en lecture, avec les fonctions que les filtres emploient."""
    with duckdb.connect() as connexion:
        connexion.execute(f"attach '{str(base).replace(chr(39), chr(39) * 2)}' as publication (read_only)")
        for macro in _MACROS:
            connexion.execute(f"create macro {macro}")
        connexion.execute("set search_path = 'publication.main,memory.main'")
        yield connexion


def chemins(base: duckdb.DuckDBPyConnection, code: str, annee: int) -> list[Chemin]:
    """Les chemins d'un chiffre pour une année, un par période. Lève Introuvable s'il n'y en a pas.

    base: connexion rendue par `ouvrir`.
    """
    definitions = _lignes(base, "select * from rapport.definitions where upper(code) = upper(?)", code)
    if not definitions:
        raise Introuvable(f"Aucun chiffre calculé n'a le code {code}. {_voisins(base, code)}")
    [definition] = definitions
    chiffres = _lignes(
        base,
        "select * from rapport.indicateurs where code = ? and annee = ? order by periode_debut, periode_fin",
        definition["code"],
        annee,
    )
    if not chiffres:
        connues = [
            str(a)
            for (a,) in base.execute(
                "select distinct annee from rapport.indicateurs where code = ? order by annee", [definition["code"]]
            ).fetchall()
        ]
        connues_en_mots = f"Années connues : {', '.join(connues)}." if connues else "Il n'en a aucune."
        raise Introuvable(f"{definition['code']} n'a pas de valeur en {annee}. {connues_en_mots}")
    return [_chemin(base, definition, chiffre) for chiffre in chiffres]


def _chemin(base: duckdb.DuckDBPyConnection, definition: dict[str, Any], chiffre: dict[str, Any]) -> Chemin:
    if not definition["filtre"]:
        raise Introuvable(f"Le calcul {definition['calcul']} ne dit pas encore quelles lignes il compte (calculs.csv).")
    schema, table = definition["lignes_de"].split(".")
    feuille = "f._feuille" if "_feuille" in _colonnes(base, schema, table) else "null"
    chiffre_p = "select ?::integer as annee, ?::date as debut, ?::date as fin, ? as parametre, ? as complement"
    valeurs = [chiffre["annee"], chiffre["periode_debut"], chiffre["periode_fin"]]
    valeurs += [definition["parametre"], definition["complement"]]
    comptees = f"from {schema}.{table} as f cross join ({chiffre_p}) as p"
    [(recompte,)] = base.execute(
        f"select cast(coalesce({definition['compte']}, 0) as decimal(18, 2)) {comptees} where {definition['filtre']}",
        valeurs,
    ).fetchall()
    lieux = base.execute(
        f"select v.source, f._livraison, v.fichier, {feuille}, f._ligne {comptees} "
        f"left join meta.livraisons as v on v.livraison = f._livraison where {definition['filtre']} "
        "order by v.source, v.recu_le, f._livraison, 4 nulls first, f._ligne",
        valeurs,
    ).fetchall()
    imprimes = []
    if _colonnes(base, "rapport", "rapprochement"):
        imprimes = _lignes(
            base,
            "select * from rapport.rapprochement where code = ? and periode_debut = ? and periode_fin = ?",
            chiffre["code"],
            chiffre["periode_debut"],
            chiffre["periode_fin"],
        )
    return Chemin(definition, chiffre, imprimes[0] if imprimes else None, [Lieu(*x) for x in lieux], recompte)


def raconter(c: Chemin) -> str:
    """Le chemin d'un chiffre, en mots."""
    d, x = c.definition, c.chiffre
    lignes = [f"{d['code']} - {d['libelle']}"]

    def dire(etiquette: str, texte: str) -> None:
        if texte:
            lignes.append(f"  {etiquette:<13} {texte}")

    dire("valeur", f"{_exact(x['valeur'])} {unite(d['unite'])}")
    dire("période", f"du {date(x['periode_debut'])} au {date(x['periode_fin'])}. {d['periode'] or ''}")
    dire("numérateur", f"{_exact(x['numerateur'])} : {d['numerateur']}")
    if x["denominateur"] is not None:
        dire("dénominateur", f"{_exact(x['denominateur'])} : {d['denominateur'] or ''}")
    dire("retient", " ; ".join(str(v).replace("|", ", ") for v in (d["parametre"], d["complement"]) if v))
    dire("alias", f"le même chiffre que {d['alias_de']}" if d["alias_de"] else "")
    dire("modèle", f"{d['modele']}, calcul {d['calcul']}")
    dire("sources", d["sources"].replace(" ", ", "))
    dire("publication", x["publication"])
    if c.rapprochement:
        r = c.rapprochement
        dire("imprimé", f"{_exact(r['publie'])} : {r['verdict'].replace('_', ' ')}. {r['explication']}")
    fichiers = {v.livraison for v in c.lieux}
    dire("lignes", f"{accord(len(c.lieux), 'ligne')} de {d['lignes_de']}, {accord(len(fichiers), 'fichier')}")
    if not c.fidele:
        dire("attention", f"ces lignes donnent {_exact(c.recompte)} : la table et le chiffre sont de deux nuits")
    largeur = max((len(v.fichier or v.livraison) for v in c.lieux[:MONTREES]), default=0)
    for v in c.lieux[:MONTREES]:
        feuille = f"feuille {v.feuille}, " if v.feuille else ""
        lignes.append(f"    {v.fichier or v.livraison:<{largeur}}  {feuille}ligne {v.ligne}")
    if len(c.lieux) > MONTREES:
        lignes.append(f"    … et {accord(len(c.lieux) - MONTREES, 'autre')} (CSV=chemin pour les avoir toutes)")
    return "\n".join(lignes)


def ecrire(tous: list[Chemin], destination: Path) -> int:
    """Écrit toutes les lignes de ces chemins en CSV français ; rend leur nombre."""
    lignes = [
        (c.definition["code"], c.chiffre["annee"], v.source, v.livraison, v.fichier, v.feuille, v.ligne)
        for c in tous
        for v in c.lieux
    ]
    ecrire_csv(destination, TITRES, lignes)
    return len(lignes)


def _exact(valeur: float | Decimal) -> str:
    """Un entier sans décimale, le reste avec deux."""
    return nombre(valeur, 0 if Decimal(str(valeur)) == int(valeur) else 2)


def _voisins(base: duckdb.DuckDBPyConnection, code: str) -> str:
    """Les codes qui ressemblent à celui-ci."""
    proches = [
        c
        for (c,) in base.execute(
            "select code from rapport.definitions order by levenshtein(upper(code), upper(?)), code limit 5", [code]
        ).fetchall()
    ]
    return f"Les plus proches : {', '.join(proches)}." if proches else "La publication n'en a aucun."


def _colonnes(base: duckdb.DuckDBPyConnection, schema: str, table: str) -> set[str]:
    requete = "select column_name from duckdb_columns() where schema_name = ? and table_name = ?"
    return {c for (c,) in base.execute(requete, [schema, table]).fetchall()}


def _lignes(base: duckdb.DuckDBPyConnection, requete: str, *valeurs: str | int | dt.date) -> list[dict[str, Any]]:
    curseur = base.execute(requete, list(valeurs))
    noms = [c[0] for c in curseur.description or []]
    return [dict(zip(noms, ligne, strict=True)) for ligne in curseur.fetchall()]


def expliquer(d: Dossiers, code: str, annee: str, csv: str = "") -> str:
    """Ce que `make why` imprime. Lève Introuvable, en français, si la demande ne mène à rien."""
    base = d.publie / "courant" / "entrepot.duckdb"
    if not base.exists():
        raise Introuvable("Rien n'est encore publié : make nightly.")
    if not annee.isdigit():
        raise Introuvable(f"ANNEE={annee} n'est pas une année (exemple : make why CODE=CL001 ANNEE=2017).")
    with ouvrir(base) as connexion:
        trouves = chemins(connexion, code, int(annee))
    textes = [raconter(c) for c in trouves]
    if csv:
        combien = ecrire(trouves, Path(csv))
        textes.append(f"écrit : {csv} ({accord(combien, 'ligne')})")
    return "\n\n".join(textes)


def main(arguments: list[str]) -> int:
    """Imprime le chemin d'un chiffre ; 2 si la demande ne mène à rien."""
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(expliquer(dossiers(), *arguments))
    except Introuvable as erreur:
        print(erreur, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
