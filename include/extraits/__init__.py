"""Ce qui se lit sans base de données : Parquet, classeurs, CSV et pages, faits des seules tables publiées."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.extraits.chiffres import ecrire_chiffres
from include.extraits.classeur import ecrire_classeur
from include.extraits.dictionnaire import ecrire_dictionnaire
from include.extraits.exemples_sql import ecrire_exemples_sql
from include.extraits.lecture import lire
from include.extraits.page import ecrire_page
from include.extraits.parquet import ecrire_parquet


def ecrire(dossier_publication: Path, manifeste: Path) -> None:
    """Écrit dans le dossier d'une publication parquet/, extraits/, ses pages et index.html.

    Un classeur par axe du pôle, les chiffres et le rapport d'activité sous extraits/rapport/, le dictionnaire et la
    page qui mène à tout.
    dossier_publication: contient entrepot.duckdb, composée et fermée. manifeste: celui de dbt, pour le dictionnaire ;
    rien d'autre n'est lu.
    """
    # Importé ici : le rapport lit la publication par include.extraits.lecture.
    from include.rapport_activite import ecrire_rapport

    with duckdb.connect(str(dossier_publication / "entrepot.duckdb"), read_only=True) as base:
        ecrire_parquet(base, dossier_publication / "parquet")
        publication = lire(base)
        extraits = dossier_publication / "extraits"
        extraits.mkdir()
        for axe in publication.axes:
            if axe.nom != "core":
                ecrire_classeur(base, publication, axe.nom, extraits / f"{axe.nom}.xlsx")
        ecrire_chiffres(base, extraits / "rapport" / "indicateurs.csv")
        ecrire_rapport(base, publication, extraits / "rapport")
        ecrire_dictionnaire(base, manifeste, dossier_publication / "dictionnaire.html")
        ecrire_exemples_sql(base, publication, dossier_publication / "exemples_sql.html")
        ecrire_page(base, publication, dossier_publication)
