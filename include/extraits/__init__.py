"""Ce qui se lit sans base de données : copies Parquet, classeur et page, faits des seules tables publiées."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.extraits.classeur import ecrire_classeur
from include.extraits.lecture import lire
from include.extraits.page import ecrire_page
from include.extraits.parquet import ecrire_parquet

CLASSEURS = ("achats_responsables",)
"""Axes qui ont un classeur."""


def ecrire(dossier_publication: Path) -> None:
    """Écrit dans le dossier d'une publication parquet/, extraits/*.xlsx et index.html.

    dossier_publication: contient entrepot.duckdb, composée et fermée ; rien d'autre n'est lu.
    """
    with duckdb.connect(str(dossier_publication / "entrepot.duckdb"), read_only=True) as base:
        ecrire_parquet(base, dossier_publication / "parquet")
        publication = lire(base)
        (dossier_publication / "extraits").mkdir()
        for axe in CLASSEURS:
            ecrire_classeur(base, publication, axe, dossier_publication / "extraits" / f"{axe}.xlsx")
        ecrire_page(base, publication, dossier_publication)
