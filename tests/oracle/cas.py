"""De quoi écrire à la main les cas dont la réponse se calcule de tête."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalogue import Cellule, Livraison, Tableau, sources
from oracle import calculer

NUIT = dt.date(2021, 2, 5)
ARRETE = dt.date(2020, 12, 31)


def livraison(source: str, lignes: list[dict[str, Cellule]], nom: str = "x.csv", jour: dt.date = ARRETE) -> Livraison:
    """Livraison dont l'en-tête est la ligne 1 et dont les cellules sont données par nom."""
    colonnes: list[str | None] = [c.nom for c in sources()[source].colonnes if not c.nom_de_feuille]
    cellules = [[ligne.get(c or "") for c in colonnes] for ligne in lignes]
    ecrit = dt.datetime.combine(jour, dt.time(12))
    return Livraison(source, nom, jour, NUIT, ecrit, colonnes, 1, cellules)


def classeur(source: str, feuilles: dict[str, list[dict[str, Cellule]]], jour: dt.date = ARRETE) -> Livraison:
    """Livraison de plusieurs feuilles, dont chaque en-tête est la ligne 1."""
    rendue = livraison(source, [], f"x{jour}.xlsx", jour)
    rendue.feuilles = [
        Tableau(nom, x.colonnes, 1, x.lignes)
        for nom, x in ((nom, livraison(source, dites)) for nom, dites in feuilles.items())
    ]
    return rendue


def lignes(livraisons: list[Livraison], table: str) -> list[dict[str, Any]]:
    """Lignes d'une table attendue."""
    return calculer(livraisons, ARRETE).tables[table].to_dict("records")
