"""Les pages d'une publication, que l'on ouvre sans serveur ni réseau : l'accueil et une page par axe."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.extraits.lecture import Publication
from include.pages import changements, chiffres
from include.pages.accueil import ecrire_accueil
from include.pages.axe import ecrire_axe
from include.pages.commun import Pages


def ecrire_pages(base: duckdb.DuckDBPyConnection, publication: Publication, dossier: Path) -> None:
    """Écrit les pages dans le dossier de la publication, une fois ses extraits écrits : elles y mènent."""
    pages = Pages(
        base, publication, dossier, chiffres.lire(base, publication), changements.lire(base, publication)
    )  # fmt: skip
    ecrire_accueil(pages)
    for axe in pages.axes:
        ecrire_axe(pages, axe)
