"""Ce qui a changé d'une publication à une autre, et pourquoi : chaque chiffre, sa cause, ses livraisons.

Deux publications sont attachées à une même connexion, `avant` et `neuf`. Tout se lit dans leurs tables et dans leur
fiche (publication.json) ; aucune ligne de fait n'est montrée. Un chiffre reporté porte le nom de la publication qui l'a
calculé : c'est de celle-là que viennent le code et l'arrêté auxquels il est comparé.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from include.contrats.registre import nom_normalise
from include.publication import tables_meta
from include.publication.bascule import FICHE
from include.publication.composition import texte_sql

EDITIONS = AVANT, NEUF = "avant", "neuf"
PAR_LIGNE = {"registre_indicateurs", "calculs"}
"""Listes dont un chiffre n'emploie qu'une ligne : leur empreinte ne dirait rien, rapport.definitions si."""
POUR_TOUS = {"indicateurs", "_periodes", "regles_periode", "macros"}
"""Ce dont tout chiffre dépend, en plus de son modèle."""
DEFINITION = ("unite", "modele", "sources", "alias_de", "periode", "calcul", "parametre", "complement", "filtre")
"""Colonnes de rapport.definitions dont une valeur dépend."""

Ligne = dict[str, Any]


@dataclass(frozen=True)
class Edition:
    """Une des deux publications comparées : sa base et sa fiche."""

    base: Path
    fiche: Ligne


@contextmanager
def ouvrir(avant: Edition, neuf: Edition, *, en_ecriture: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Une connexion où les deux bases sont attachées ; seule la neuve peut l'être en écriture."""
    with duckdb.connect() as base:
        base.execute(f"attach '{texte_sql(avant.base)}' as {AVANT} (read_only)")
        base.execute(f"attach '{texte_sql(neuf.base)}' as {NEUF}{'' if en_ecriture else ' (read_only)'}")
        yield base


def ecrire(avant: Edition, neuf: Edition) -> None:
    """Remplit meta.changements de la base neuve, que rien d'autre n'a ouverte."""
    with ouvrir(avant, neuf, en_ecriture=True) as base:
        tables_meta.ajouter(base, "changements", Comparaison(base, avant, neuf).chiffres())


@dataclass
class Comparaison:
    """La comparaison de deux publications, sur une connexion rendue par `ouvrir`."""

    base: duckdb.DuckDBPyConnection
    avant: Edition
    neuf: Edition

    def __post_init__(self) -> None:
        self._lues: dict[tuple[str, str], list[Ligne]] = {}

    def chiffres(self) -> list[Ligne]:
        """Lignes de meta.changements : les chiffres × années qui n'ont plus la même valeur, par code et année.

        La clé est le code et l'année : une période en cours finit chaque nuit à un autre arrêté, c'est le même chiffre.
        """
        avant, neuf = (
            {(x["code"], x["annee"]): x for x in self.lignes(edition, "rapport.indicateurs")} for edition in EDITIONS
        )
        paires = [(avant.get(cle), neuf.get(cle)) for cle in sorted(avant.keys() | neuf.keys())]
        return [self._changement(*paire) for paire in paires if _valeur(paire[0]) != _valeur(paire[1])]

    def _changement(self, avant: Ligne | None, neuf: Ligne | None) -> Ligne:
        actuel = neuf or avant or {}
        causes = self._causes(avant, neuf)
        ancienne, nouvelle = _valeur(avant), _valeur(neuf)
        return {
            **{k: actuel[k] for k in ("code", "libelle", "axe", "annee", "periode_debut", "periode_fin", "unite")},
            "depuis": self.avant.fiche["publication"],
            "ancienne": ancienne,
            "nouvelle": nouvelle,
            "ecart": None if ancienne is None or nouvelle is None else nouvelle - ancienne,
            "cause": " et ".join(causes) or "indéterminée",
            "livraisons": " ; ".join(self._livraisons_de(avant, neuf)) or None,
            "detail": " ; ".join(d for d in causes.values() if d) or None,
        }

    # --- Les causes ---

    def _causes(self, avant: Ligne | None, neuf: Ligne | None) -> dict[str, str]:
        """Toutes les causes que l'on voit, et ce que chacune recouvre ; plusieurs ne se départagent pas.

        Ce qui touche à tout (le programme hors modèles, l'arrêté, des personnes réunies) n'est dit que si ce chiffre
        en dépend visiblement, ou si rien d'autre ne l'explique.
        """
        actuel = neuf or avant or {}
        fiches = self._fiche_de(avant, self.avant), self._fiche_de(neuf, self.neuf)
        arretes = [dt.date.fromisoformat(f["arrete_au"]) for f in fiches]
        generales = {}
        if fiches[0]["code"] != fiches[1]["code"]:
            generales["code"] = "programme, contrats ou organisation : rien en amont du chiffre n'a changé"
        if arretes[0] != arretes[1]:
            generales["arrêté"] = f"arrêté du {arretes[0]:%d/%m/%Y} au {arretes[1]:%d/%m/%Y}"
        personnes = [f.get("personnes") for f in fiches]
        if all(personnes) and personnes[0] != personnes[1]:
            generales["personnes"] = "personnes réunies ou séparées"

        causes = {}
        if self._livraisons_de(avant, neuf):
            causes["livraisons"] = ""
        if "code" in generales and (code := self._code(actuel, *fiches)):
            causes["code"] = code
        if "arrêté" in generales and _suit_l_arrete(avant, neuf, *sorted(arretes)):
            causes["arrêté"] = generales["arrêté"]
        if "personnes" in generales and self._compte_des_personnes(actuel["code"]):
            causes["personnes"] = generales["personnes"]
        return (causes | self._axes_retenus(actuel)) or generales

    def _fiche_de(self, chiffre: Ligne | None, edition: Edition) -> Ligne:
        """Fiche de la publication qui a calculé ce chiffre, si elle est gardée ; sinon de celle où on le lit."""
        return self._fiches.get(chiffre["publication"], edition.fiche) if chiffre else edition.fiche

    @cached_property
    def _fiches(self) -> dict[str, Ligne]:
        """Fiches des publications gardées, par nom. Celle qui s'écrit n'est pas encore sur disque."""
        gardees = self.avant.base.resolve().parent.parent.glob(f"*/{FICHE}")
        fiches = [json.loads(f.read_text(encoding="utf-8")) for f in gardees]
        return {f["publication"]: f for f in [*fiches, self.avant.fiche, self.neuf.fiche]}

    # --- Les livraisons ---

    def _livraisons_de(self, avant: Ligne | None, neuf: Ligne | None) -> list[str]:
        sources = dict.fromkeys(s for x in (neuf, avant) if x for s in x["sources"].split())
        return [texte for source in sources for texte in self.livraisons.get(source, [])]

    @cached_property
    def livraisons(self) -> dict[str, list[str]]:
        """Par source, ce qui a changé parmi ses livraisons en vigueur, en mots : « nom (nouvelle : fichier) »…

        Une livraison corrige si un fichier du même nom était en vigueur ; elle remplace si la source en a quitté un.
        """
        avant, neuf = self._en_vigueur(AVANT), self._en_vigueur(NEUF)
        changees: dict[str, list[str]] = {}
        for source in sorted(avant.keys() | neuf.keys()):
            anciennes, nouvelles = avant.get(source, {}), neuf.get(source, {})
            deja = {nom_normalise(f) for f in anciennes.values()}
            entrees, quittees = sorted(nouvelles.keys() - anciennes), sorted(anciennes.keys() - nouvelles)
            textes = []
            for nom in entrees:
                fichier = nouvelles[nom]
                verbe = "corrige" if nom_normalise(fichier) in deja else "remplace" if quittees else "nouvelle"
                textes.append(f"{nom} ({verbe} : {fichier})")
            if not entrees:
                textes = [f"{nom} (plus en vigueur : {anciennes[nom]})" for nom in quittees]
            if textes:
                changees[source] = textes
        return changees

    def _en_vigueur(self, edition: str) -> dict[str, dict[str, str]]:
        """Par source, le fichier de chaque livraison en vigueur dans les données publiées."""
        connues = {v["livraison"]: v for v in self.lignes(edition, "meta.livraisons")}
        par_source: dict[str, dict[str, str]] = {}
        for x in self.lignes(edition, "meta.axes_livraisons"):
            if v := connues.get(x["livraison"]):
                par_source.setdefault(v["source"], {})[v["livraison"]] = v["fichier"]
        return par_source

    # --- Le code ---

    def _code(self, chiffre: Ligne, avant: Ligne, neuf: Ligne) -> str:
        """Modèles en amont du chiffre, et colonnes de sa définition, qui ont changé ; vide si aucun."""
        anciens, nouveaux = avant.get("modeles"), neuf.get("modeles")
        if not (anciens and nouveaux):
            return "sans détail : la publication d'avant ne gardait pas l'empreinte de ses modèles"
        amont = _amont(chiffre["modele"], anciens) | _amont(chiffre["modele"], nouveaux)
        modeles = sorted(m for m in amont if _empreinte(m, anciens) != _empreinte(m, nouveaux))
        ancienne, nouvelle = (self._definitions[edition].get(chiffre["code"], {}) for edition in EDITIONS)
        registre = [c for c in DEFINITION if ancienne.get(c) != nouvelle.get(c)]
        if not (ancienne and nouvelle):
            registre = ["ligne ajoutée" if nouvelle else "ligne retirée"]
        textes = {"modèles": modeles, "registre": registre}
        return " ; ".join(f"{nom} : {', '.join(changes)}" for nom, changes in textes.items() if changes)

    @cached_property
    def _definitions(self) -> dict[str, dict[str, Ligne]]:
        return {e: {x["code"]: x for x in self.lignes(e, "rapport.definitions")} for e in EDITIONS}

    def _compte_des_personnes(self, code: str) -> bool:
        return any("personne_id" in (d.get(code, {}).get("compte") or "") for d in self._definitions.values())

    # --- Les axes ---

    def _axes_retenus(self, chiffre: Ligne) -> dict[str, str]:
        """Axes dont le chiffre dépend et qui ne sont retenus que dans l'une des deux publications."""
        axes = {chiffre["axe"]} | {a for s in chiffre["sources"].split() for a in self._axes_de.get(s, ())}
        avant, neuf = (
            {x["axe"] for x in self.lignes(e, "meta.axes") if x["verdict"] == "bloque"} & axes for e in EDITIONS
        )
        retenus = {"axe repris": avant - neuf, "axe reporté": neuf - avant}
        return {cause: f"{cause} : {', '.join(sorted(noms))}" for cause, noms in retenus.items() if noms}

    @cached_property
    def _axes_de(self) -> dict[str, set[str]]:
        """Axe de chaque source, d'après ses livraisons en vigueur."""
        axes: dict[str, set[str]] = {}
        for edition in EDITIONS:
            sources = {v["livraison"]: v["source"] for v in self.lignes(edition, "meta.livraisons")}
            for x in self.lignes(edition, "meta.axes_livraisons"):
                axes.setdefault(sources.get(x["livraison"], ""), set()).add(x["axe"])
        return axes

    # --- Les tableaux ---

    def tableaux(self) -> list[Ligne]:
        """Les tables rpt_ qui ne sont plus les mêmes : lignes et colonnes venues ou parties, lignes modifiées.

        Les lignes se comparent sur les colonnes communes ; une ligne est modifiée si sa clé est dans les deux.
        """
        requete = (
            "select distinct schema_name || '.' || table_name from duckdb_tables() "
            "where starts_with(table_name, 'rpt_') and database_name in (?, ?) order by all"
        )
        comparees = [self._tableau(t) for (t,) in self.base.execute(requete, list(EDITIONS)).fetchall()]
        return [t for t in comparees if any(v for k, v in t.items() if k != "table")]

    def _tableau(self, table: str) -> Ligne:
        avant, neuf = (self.colonnes(edition, table) for edition in EDITIONS)
        communes = [c for c in neuf if c in avant]
        etat: Ligne = {
            "table": table,
            "colonnes_ajoutees": [c for c in neuf if c not in avant],
            "colonnes_retirees": [c for c in avant if c not in neuf],
        }
        if not communes:
            # Une table qui n'est que d'un côté.
            comptes = [self.base.execute(f"select count(*) from {e}.{table}").fetchall()[0][0] if c else 0
                       for e, c in zip(EDITIONS, (avant, neuf), strict=True)]  # fmt: skip
            return etat | {"ajoutees": comptes[1], "retirees": comptes[0], "modifiees": 0}
        cle = [x["colonne"] for x in self.lignes(NEUF, "meta.dictionnaire")
               if f"{x['schema']}.{x['table']}" == table and x.get("cle") and x["colonne"] in communes]  # fmt: skip
        [(ajoutees, retirees, modifiees)] = self.base.execute(
            f"with plus as (select {_liste(communes)} from {NEUF}.{table} "
            f"except all select {_liste(communes)} from {AVANT}.{table}), "
            f"moins as (select {_liste(communes)} from {AVANT}.{table} "
            f"except all select {_liste(communes)} from {NEUF}.{table}), "
            f"reprises as (select {_liste(cle) or '1'} from plus intersect all select {_liste(cle) or '2'} from moins) "
            "select (select count(*) from plus), (select count(*) from moins), (select count(*) from reprises)"
        ).fetchall()
        return etat | {
            "ajoutees": ajoutees - modifiees, "retirees": retirees - modifiees, "modifiees": modifiees,
        }  # fmt: skip

    # --- Lecture ---

    def lignes(self, edition: str, table: str) -> list[Ligne]:
        """Lignes d'une table « schema.table », par noms de colonnes ; aucune si la publication ne l'a pas."""
        if (edition, table) not in self._lues:
            lues = []
            if self.colonnes(edition, table):
                curseur = self.base.execute(f"select * from {edition}.{table}")
                noms = [c[0] for c in curseur.description or []]
                lues = [dict(zip(noms, ligne, strict=True)) for ligne in curseur.fetchall()]
            self._lues[edition, table] = lues
        return self._lues[edition, table]

    def colonnes(self, edition: str, table: str) -> list[str]:
        """Colonnes d'une table « schema.table », dans l'ordre ; aucune si la publication ne l'a pas."""
        requete = (
            "select column_name from duckdb_columns() where database_name = ? and schema_name = ? and table_name = ? "
            "order by column_index"
        )
        return [c for (c,) in self.base.execute(requete, [edition, *table.split(".")]).fetchall()]


def _valeur(chiffre: Ligne | None) -> float | None:
    return chiffre["valeur"] if chiffre else None


def _amont(modele: str, modeles: dict[str, Ligne]) -> set[str]:
    """Ce dont un chiffre dépend : son modèle, tout ce que celui-ci lit, et le modèle qui en tire les chiffres."""
    restants, vus = {modele}, set()
    while restants:
        vus.add(nom := restants.pop())
        restants |= set(modeles.get(nom, {}).get("parents", ())) - vus
    calculs = {m for m in modeles.get("indicateurs", {}).get("parents", ()) if modele in modeles[m]["parents"]}
    return (vus | calculs | POUR_TOUS) - PAR_LIGNE


def _empreinte(modele: str, modeles: dict[str, Ligne]) -> str | None:
    return modeles.get(modele, {}).get("empreinte")


def _suit_l_arrete(avant: Ligne | None, neuf: Ligne | None, premier: dt.date, dernier: dt.date) -> bool:
    """Vrai si la fin de période a bougé, ou si un chiffre n'existe qu'à l'un des deux arrêtés."""
    if avant and neuf:
        return bool(avant["periode_fin"] != neuf["periode_fin"])
    return bool(premier < (neuf or avant or {})["periode_fin"] <= dernier)


def _liste(colonnes: list[str]) -> str:
    return ", ".join(f'"{c}"' for c in colonnes)
