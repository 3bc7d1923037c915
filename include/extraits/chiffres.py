"""Tous les chiffres du rapport en un CSV, pour qui les reprend dans un document ou un tableur."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.csv_francais import ecrire_csv
from include.extraits.francais import unite
from include.extraits.lecture import lignes, tables

TITRES = (
    "Code", "Chiffre", "Axe", "Projet", "Année", "Début de période", "Fin de période", "Valeur", "Unité", "Numérateur",
    "Dénominateur", "Modèle", "Sources", "Publication",
)  # fmt: skip


def ecrire_chiffres(base: duckdb.DuckDBPyConnection, destination: Path) -> None:
    """Écrit rapport.indicateurs en CSV français, l'année la plus récente d'abord ; seulement les titres s'il manque."""
    chiffres = []
    if ("rapport", "indicateurs") in tables(base, "rapport"):
        chiffres = lignes(base, "select * from rapport.indicateurs order by annee desc, code, periode_debut")
    colonnes = (
        "code", "libelle", "axe", "projet", "annee", "periode_debut", "periode_fin", "valeur", "unite", "numerateur",
        "denominateur", "modele", "sources", "publication",
    )  # fmt: skip
    ecrire_csv(destination, TITRES, ([unite(c[k]) if k == "unite" else c[k] for k in colonnes] for c in chiffres))
