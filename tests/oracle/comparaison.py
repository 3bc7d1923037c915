"""Comparer une table publiée à celle de l'oracle et dire ce qui diffère, ligne par ligne."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

TOLERANCE = 1e-12
MONTREES = 8


def publiee(base: duckdb.DuckDBPyConnection, requete: str) -> pd.DataFrame:
    """Résultat d'une requête, valeurs telles que DuckDB les rend (décimaux et dates compris)."""
    curseur = base.execute(requete)
    colonnes = [c[0] for c in curseur.description or []]
    return pd.DataFrame(curseur.fetchall(), columns=colonnes, dtype=object)


def ecarts(nom: str, attendue: pd.DataFrame, obtenue: pd.DataFrame, cle: Sequence[str]) -> list[str]:
    """Phrases qui disent ce qui diffère entre deux tables ; vide si elles disent la même chose.

    Les lignes s'apparient par leur clé ; toutes les colonnes de la table attendue se comparent.
    """
    manquantes = [c for c in attendue.columns if c not in obtenue.columns]
    if manquantes:
        return [f"{nom} : colonnes absentes : {', '.join(manquantes)} (publiées : {', '.join(obtenue.columns)})"]
    trouves = []
    cotes = []
    for cote, table in (("attendue", attendue), ("publiée", obtenue)):
        lignes = {}
        for ligne in table[list(attendue.columns)].to_dict("records"):
            propre = {str(c): _propre(v) for c, v in ligne.items()}
            rang = tuple(propre[c] for c in cle)
            if rang in lignes:
                trouves.append(f"{nom} : clé en double dans la table {cote} : {rang}")
            lignes[rang] = propre
        cotes.append(lignes)
    voulues, vues = cotes
    trouves += [f"{nom} : ligne absente : {voulues[k]}" for k in voulues if k not in vues]
    trouves += [f"{nom} : ligne en trop : {vues[k]}" for k in vues if k not in voulues]
    for k in voulues.keys() & vues.keys():
        for colonne, voulu in voulues[k].items():
            vu = vues[k][colonne]
            if not egales(voulu, vu):
                trouves.append(f"{nom} {k} {colonne} : attendu {voulu!r}, publié {vu!r}")
    return abreger(trouves)


def abreger(trouves: list[str]) -> list[str]:
    """Les premiers écarts, et combien d'autres."""
    reste = len(trouves) - MONTREES
    return [*sorted(trouves)[:MONTREES], *([f"… et {reste} autres"] if reste > 0 else [])]


def egales(voulu: Any, vu: Any) -> bool:
    """Égalité exacte, sauf entre réels (parts), où 1e-12 près suffit."""
    if isinstance(voulu, float) and isinstance(vu, int | float | Decimal):
        return math.isclose(voulu, float(vu), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if isinstance(voulu, Decimal) and isinstance(vu, float):
        return float(voulu) == vu
    return bool(voulu == vu)


def _propre(valeur: Any) -> Any:
    """Valeur comparable : les absents de pandas sont None, les entiers et booléens de numpy ceux de Python."""
    if valeur is None or valeur is pd.NaT or valeur is pd.NA or (isinstance(valeur, float) and math.isnan(valeur)):
        return None
    return valeur.item() if hasattr(valeur, "item") else valeur
