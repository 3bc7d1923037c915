"""Chaque table de restitution en CSV, pour qui la reprend sans tableur : lignes, ordre et titres du classeur."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.csv_francais import ecrire_csv
from include.extraits.classeur import colonnes_de, lisible, ranger
from include.extraits.lecture import Publication, lignes, schema_de, tables


def chemin_tableau(axe: str, table: str) -> str:
    """Chemin du CSV d'une table dans le dossier des extraits."""
    return f"{axe}/{table.removeprefix('rpt_')}.csv"


def ecrire_tableaux(base: duckdb.DuckDBPyConnection, publication: Publication, dossier: Path) -> None:
    """Écrit <axe>/<table>.csv pour chaque table de restitution de chaque axe."""
    for axe in publication.axes:
        for schema, table in tables(base, schema_de(axe.nom), "rpt_"):
            colonnes = colonnes_de(table, publication.dictionnaire[schema, table])
            lues = ranger(lignes(base, f'select * from "{schema}"."{table}"'), [c.nom for c in colonnes])
            ecrire_csv(
                dossier / chemin_tableau(axe.nom, table),
                [c.titre for c in colonnes],
                ([lisible(c.nom, ligne[c.nom]) for c in colonnes] for ligne in lues),
            )
