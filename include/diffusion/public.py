"""Arrêter ce que le public voit : chaque tranche de chaque famille est rafraîchie, masquée, ou gardée comme elle était.

Une tranche est une année finie d'une famille de contributions (ou tout, si elle n'a pas d'année). Elle se garde telle
que le public la connaît quand elle ne peut pas être rafraîchie sans rien livrer : trop peu de personnes ou
d'entreprises ont changé, ses tables ne se recalculent pas, ou ses contributions ont changé de forme.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import duckdb
import pandas as pd

from include.diffusion import cellules, tableaux
from include.diffusion.cellules import Cellule, Recalcul
from include.diffusion.declarations import Table
from include.diffusion.etat import Etat, Tranche, Version
from include.diffusion.secret import Regle, masquer
from include.diffusion.succession import suivre
from include.diffusion.tableaux import Ligne, Valeurs

SECRET = "_secret"
"""Colonne qui, dans une base masquée, nomme les colonnes masquées de chaque ligne."""
CHIFFRES = ".".join(tableaux.CHIFFRES)
VERSIONS = 8
"""Diffusions d'une même tranche dont on sait encore comparer les chiffres ; la plus ancienne est oubliée au-delà."""
CELLULES = 2_000
"""Au-delà, une tranche n'est pas diffusée : on ne sait pas en protéger autant en un temps raisonnable."""
journal = logging.getLogger(__name__)


@dataclass
class Diffusion:
    """Ce que le public voit, et ce qu'il en sait désormais."""

    etat: Etat = field(default_factory=dict)
    chiffres_libres: list[Valeurs] = field(default_factory=list)
    """Chiffres du registre qui ne comptent ni personne ni entreprise."""
    dates: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Par table, les tranches qui ne sont pas de cet arrêté, et le leur."""


class Retenue(Exception):
    """Une tranche ne peut pas être rafraîchie ; le message dit pourquoi, sans aucune valeur."""


def arreter(
    base: duckdb.DuckDBPyConnection,
    tables: Collection[Table],
    donnees_du: Mapping[str, dt.date | None],
    connu: Etat,
    regle: Regle,
    calculs_libres: Collection[str],
) -> Diffusion:
    """Décide de chaque tranche de chaque famille.

    base: base publiée, entière. donnees_du: par axe, date de ses données. connu: ce que le public sait déjà.
    calculs_libres: calculs du registre qui ne comptent ni personne ni entreprise.
    """
    diffusion = Diffusion()
    chiffres: dict[tuple[str, str], list[Ligne]] = {}
    if {("rapport", "indicateurs"), ("rapport", "definitions")} <= _presentes(base):
        chiffres, diffusion.chiffres_libres = tableaux.lire_chiffres(base, tables, calculs_libres)
    familles = sorted({t.famille for t in tables if t.famille})
    # Une famille qu'on ne diffuse plus ne se montre plus, mais le public n'en a rien oublié.
    diffusion.etat = {cle: tranche for cle, tranche in connu.items() if cle[0] not in familles}
    for famille in familles:
        siennes = [t for t in tables if t.famille == famille]
        date = donnees_du.get(siennes[0].axe)
        try:
            candidates = _candidates(base, famille, siennes, chiffres, date)
        except Retenue as motif:
            candidates = {}
            journal.warning("Diffusion au public, %s : gardée comme elle était, %s.", famille, motif)
        for tranche in sorted(candidates.keys() | {t for f, t in connu if f == famille}):
            ancienne = connu.get((famille, tranche))
            try:
                if tranche not in candidates:
                    raise Retenue("ses données manquent")
                nouvelle = _rafraichir(*candidates[tranche], ancienne, f"{date:%Y-%m-%d}", regle)
            except Retenue as motif:
                journal.warning("Diffusion au public, %s %s : gardée comme elle était, %s.", famille, tranche, motif)
                if ancienne is None:
                    continue
                nouvelle = ancienne
            diffusion.etat[famille, tranche] = nouvelle
            if date and nouvelle.versions[-1].arrete_au != str(date):
                for nom in nouvelle.lignes:
                    diffusion.dates.setdefault(nom, []).append((tranche, nouvelle.versions[-1].arrete_au))
    return diffusion


def _presentes(base: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    return set(base.execute("select schema_name, table_name from duckdb_tables()").fetchall())


Candidate = tuple[Recalcul, dict[str, list[Ligne]]]
"""Contributions d'une tranche, et lignes de chaque table qui en sont faites."""


def _candidates(
    base: duckdb.DuckDBPyConnection,
    famille: str,
    tables: Collection[Table],
    chiffres: Mapping[tuple[str, str], list[Ligne]],
    date: dt.date | None,
) -> dict[str, Candidate]:
    """Tranches de la famille qui pourraient se diffuser. Lève Retenue si une de ses tables manque."""
    if date is None:
        return {}
    try:
        contributions = cellules.lire_famille(base, famille)
        lignes = {f"{t.schema}.{t.nom}": tableaux.lire_table(base, t) for t in tables}
    except duckdb.Error:
        raise Retenue("une de ses tables manque ou n'a plus ses colonnes") from None
    except cellules.TropDeContributions:
        raise Retenue(f"elle a plus de {cellules.CONTRIBUTIONS} contributions") from None
    trouvees: dict[str, Candidate] = {}
    for tranche in sorted({tranche for par_tranche in lignes.values() for tranche in par_tranche}):
        # Une année qui court change chaque nuit de trop peu de personnes : elle n'est publique qu'une fois finie.
        if tranche and dt.date(int(tranche), 12, 31) > date:
            continue
        tout = {nom: par_tranche.get(tranche, []) for nom, par_tranche in lignes.items()}
        sienne = contributions[contributions["tranche"] == tranche].drop(columns="tranche").reset_index(drop=True)
        recalcul = Recalcul(sienne)
        # Un chiffre que la famille ne redonne pas n'en est pas une cellule : il n'est pas public, sans plus.
        possibles = chiffres.get((famille, tranche), [])
        tout[CHIFFRES] = [ligne for ligne in possibles if all(p.tient(recalcul) for p in ligne.preuves)]
        trouvees[tranche] = (recalcul, tout)
    return trouvees


def _rafraichir(
    recalcul: Recalcul, lignes: dict[str, list[Ligne]], ancienne: Tranche | None, arrete_au: str, regle: Regle
) -> Tranche:
    """La tranche telle qu'elle se montrera. Lève Retenue si elle doit rester comme elle était."""
    contributions = recalcul.cadre
    toutes = [ligne for de_table in lignes.values() for ligne in de_table]
    publiees = sorted({c for ligne in toutes for requises in ligne.requises.values() for c in requises})
    if len(publiees) > CELLULES:
        raise Retenue(f"elle a plus de {CELLULES} cellules")
    if not all(preuve.tient(recalcul) for ligne in toutes for preuve in ligne.preuves):
        raise Retenue("ses tables ne se recalculent pas à partir de ses contributions")
    if not (contributions["valeur"] > 0).all():
        raise Retenue("une de ses contributions est négative : aucune borne ne se calcule")
    comptes = {preuve.compte for ligne in toutes for preuve in ligne.preuves}
    connues, versions = _connues(contributions, ancienne)
    bit = min({1 << i for i in range(VERSIONS + 1)} - {v.bit for v in versions})
    suite = suivre(connues, contributions, versions[-1].bit if versions else 0, bit)
    if versions and not suite.changees.any() and {*publiees} <= versions[-1].montrees | versions[-1].masquees:
        # Rien n'a changé : mêmes cellules montrées, aux noms d'aujourd'hui.
        derniere = Version(versions[-1].bit, arrete_au, versions[-1].montrees, versions[-1].masquees)
        cadre = suite.contributions.assign(versions=suite.contributions["versions"] & ~bit)
        return Tranche(cadre, [*versions[:-1], derniere], _montrer(lignes, derniere.montrees))
    if versions and suite.changees.any() and suite.sensible(regle, comptes):
        raise Retenue("trop peu de personnes ou d'entreprises ont changé")
    protegees = {c for ligne in toutes for c in ligne.protegees}
    masquees = _masquer(suite.contributions, publiees, protegees, versions, bit, comptes, regle)
    version = Version(bit, arrete_au, {*publiees} - masquees, masquees)
    return Tranche(suite.contributions, [*versions, version], _montrer(lignes, version.montrees))


def _connues(contributions: pd.DataFrame, ancienne: Tranche | None) -> tuple[pd.DataFrame, list[Version]]:
    """Contributions et versions que le public connaît, les VERSIONS dernières au plus."""
    if ancienne is None:
        return contributions.head(0).assign(versions=0), []
    if {*ancienne.contributions.columns} != {*contributions.columns, "versions"}:
        raise Retenue("ses contributions n'ont plus les mêmes colonnes (docs/decisions/0012)")
    versions = ancienne.versions[-VERSIONS:]
    bits = sum(v.bit for v in versions)
    cadre = ancienne.contributions.assign(versions=ancienne.contributions["versions"] & bits)
    return cadre[cadre["versions"] > 0], versions


def _masquer(
    contributions: pd.DataFrame,
    publiees: list[Cellule],
    protegees: set[Cellule],
    versions: list[Version],
    bit: int,
    comptes: set[str],
    regle: Regle,
) -> set[Cellule]:
    """Cellules à masquer parmi `publiees`, sachant ce que le public connaît des versions passées."""
    toutes = sorted({*publiees, *protegees}.union(*(v.montrees | v.masquees for v in versions)))
    place = {c: i for i, c in enumerate(toutes)}
    n, decalage = len(toutes), len(versions) * len(toutes)
    les_espaces = cellules.espaces(contributions, toutes, [*(v.bit for v in versions), bit], comptes)
    masses = list(les_espaces[0].cellules[decalage:] @ les_espaces[0].valeurs)
    deja = versions[-1].masquees if versions else set()

    def rang(ligne: int) -> tuple[object, ...]:
        # Ce qui l'était déjà, puis la plus petite : les totaux se cachent en dernier.
        c = toutes[ligne - decalage]
        return c not in deja, masses[ligne - decalage], c

    masquees = masquer(
        les_espaces,
        regle,
        courantes=[decalage + place[c] for c in publiees],
        connues=[i * n + place[c] for i, v in enumerate(versions) for c in v.montrees],
        temporelles=[(decalage + j, i * n + j) for i in range(len(versions)) for j in range(n)],
        rang=rang,
    )
    return {toutes[ligne - decalage] for ligne in masquees}


# --- Ce qui se lit ---


def _montrer(lignes: Mapping[str, list[Ligne]], montrees: set[Cellule]) -> dict[str, list[Valeurs]]:
    """Lignes de chaque table, les valeurs masquées vidées et nommées dans la colonne SECRET."""
    return {nom: [_ligne_montree(ligne, montrees) for ligne in de_table] for nom, de_table in lignes.items()}


def _ligne_montree(ligne: Ligne, montrees: set[Cellule]) -> Valeurs:
    masquees = [c for c, requises in ligne.requises.items() if not montrees.issuperset(requises)]
    return ligne.valeurs | dict.fromkeys(masquees) | {SECRET: " ".join(masquees) or None}
