"""Ce que chaque audience reçoit d'une publication : base, Parquet, classeurs, CSV, rapport d'activité et pages.

Tout est fait des seules tables publiées, par les mêmes fonctions pour toutes les audiences.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.extraits.audience import Audience
from include.extraits.chiffres import ecrire_chiffres
from include.extraits.classeur import ecrire_classeur
from include.extraits.dictionnaire import ecrire_dictionnaire
from include.extraits.exemples_sql import ecrire_exemples_sql
from include.extraits.lecture import Publication, lire
from include.extraits.parquet import ecrire_parquet
from include.extraits.tableaux_csv import ecrire_tableaux
from include.pages import ecrire_pages
from include.rapport_activite import ecrire_rapport


def ecrire(dossier_publication: Path, manifeste: Path) -> None:
    """Écrit dans le dossier d'une publication parquet/, extraits/, ses pages et index.html.

    Un classeur par axe du pôle, les chiffres et le rapport d'activité sous extraits/rapport/, le dictionnaire, les
    exemples SQL et la page qui mène à tout.
    dossier_publication: contient entrepot.duckdb, composée et fermée. manifeste: celui de dbt, pour le dictionnaire ;
    rien d'autre n'est lu.
    """
    with duckdb.connect(str(dossier_publication / "entrepot.duckdb"), read_only=True) as base:
        ecrire_parquet(base, dossier_publication / "parquet")
        ecrire_dictionnaire(base, manifeste, dossier_publication / "dictionnaire.html")
        publication = lire(base)
        ecrire_exemples_sql(base, publication, dossier_publication / "exemples_sql.html")
        _extraits(base, publication, dossier_publication)


def ecrire_pour(
    base: duckdb.DuckDBPyConnection, audience: Audience, dossier: Path, anterieures: dict[str, list[str]]
) -> None:
    """Écrit dans `dossier` les mêmes extraits pour une audience : page, classeurs, CSV ; la base reste au pôle.

    base: n'a que ce que l'audience peut lire, masqué. anterieures: par table, ce qui y est d'une date plus ancienne.
    """
    publication = lire(base, audience, anterieures)
    dossier.mkdir()
    if audience.publique:
        ecrire_tableaux(base, publication, dossier / "extraits")
    _extraits(base, publication, dossier)


def _extraits(base: duckdb.DuckDBPyConnection, publication: Publication, dossier: Path) -> None:
    extraits = dossier / "extraits"
    extraits.mkdir(exist_ok=True)
    for axe in publication.axes:
        if axe.nom != "core":
            ecrire_classeur(base, publication, axe.nom, extraits / f"{axe.nom}.xlsx")
    ecrire_chiffres(base, extraits / "rapport" / "indicateurs.csv")
    # Ses récits sont écrits pour les financeurs : rien n'y a été relu pour le public.
    if not publication.audience.publique:
        ecrire_rapport(base, publication, extraits / "rapport")
    ecrire_pages(base, publication, dossier)
