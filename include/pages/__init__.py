"""Les pages d'une publication, que l'on ouvre sans serveur ni réseau : l'accueil et une page par axe."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.extraits.lecture import Publication
from include.pages.accueil import ecrire_accueil


def ecrire_pages(base: duckdb.DuckDBPyConnection, publication: Publication, dossier: Path) -> None:
    """Écrit les pages dans le dossier de la publication, une fois ses extraits écrits : elles y mènent."""
    ecrire_accueil(base, publication, dossier)
