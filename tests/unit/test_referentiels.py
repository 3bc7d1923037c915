"""Un référentiel de dbt qui reprend la liste d'un contrat la reprend toute, dans son ordre."""

from __future__ import annotations

import csv

import pytest

from include.configuration import RACINE
from include.contrats import tous


@pytest.mark.parametrize(
    ("fichier", "source", "colonne"),
    [("etapes_parcours", "parcours_etapes", "etape"), ("types_sortie", "cent_chances_suivi", "type_sortie")],
)
def test_le_referentiel_est_la_liste_du_contrat(fichier: str, source: str, colonne: str) -> None:
    with (RACINE / "dbt_project" / "seeds" / f"{fichier}.csv").open(encoding="utf-8") as f:
        lignes = list(csv.DictReader(f))
    assert [ligne[colonne] for ligne in lignes] == list(tous()[source].colonne(colonne).modalites)
    assert [int(ligne["rang"]) for ligne in lignes] == list(range(1, len(lignes) + 1))
