"""Copies Parquet des tables publiées, pour les outils qui ne lisent pas DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.extraits.lecture import tables


def ecrire_parquet(base: duckdb.DuckDBPyConnection, destination: Path) -> None:
    """Écrit destination/<schéma>/<table>.parquet, dans l'ordre de la table : mêmes lignes, mêmes octets."""
    # Un seul fil : l'ordre des lignes et la coupe en groupes ne dépendent pas de la machine.
    base.execute("set threads = 1")
    for schema, table in tables(base):
        (destination / schema).mkdir(parents=True, exist_ok=True)
        fichier = str(destination / schema / f"{table}.parquet").replace("'", "''")
        base.execute(f'copy (from "{schema}"."{table}") to \'{fichier}\' (format parquet, compression zstd)')
    base.execute("reset threads")
