"""Un second semestre compte ce qui s'y est passé, et rien d'avant : ses chiffres, recomptés ligne à ligne en pandas."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import duckdb
import pandas as pd
import pytest

from include.configuration import Dossiers
from include.entrepot.dbt import recompter
from include.entrepot.preparation import Build

# Recompte tous les modèles ; la règle a ses essais unitaires dbt dans `make test`.
pytestmark = pytest.mark.long

JUILLET = pd.Timestamp("2017-07-01")


@pytest.fixture(scope="module")
def bases(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]],
) -> Iterator[tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]]:
    """La base de l'année, et la même recomptée depuis juillet sur une copie de son chantier."""
    d = nuit_demonstration[0]
    nuit, semestre = Build.de(d), Build(d.builds / "semestre")
    semestre.dossier.mkdir()
    try:
        shutil.copy(nuit.base, semestre.base)
        recompter(semestre, JUILLET.month)
        with duckdb.connect(str(nuit.base)) as annee, duckdb.connect(str(semestre.base)) as recomptee:
            yield annee, recomptee
    finally:
        shutil.rmtree(semestre.dossier)


def chiffres(base: duckdb.DuckDBPyConnection) -> dict[str, float]:
    return dict(base.execute("select code, valeur from rapport.indicateurs where annee = 2017").fetchall())


def depuis_juillet(base: duckdb.DuckDBPyConnection, table: str, jour: str) -> pd.DataFrame:
    lignes = base.execute(f"select * from {table} where {jour} <= date '2017-12-31'").df()
    return lignes[pd.to_datetime(lignes[jour]) >= JUILLET]


def test_les_chiffres_du_semestre_sont_ceux_de_ses_lignes(
    bases: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection],
) -> None:
    """Des personnes, des entreprises, des opérations différentes : une fois dans le semestre, même connues d'avant."""
    annee, recomptee = bases
    heures = depuis_juillet(annee, "achats_responsables.fct_heures", "mois")
    travaillees = heures[heures["heures"] > 0]
    contacts = depuis_juillet(annee, "achats_responsables.fct_contacts", "date_contact")
    candidatures = depuis_juillet(annee, "parcours.fct_candidatures", "date_orientation")
    entrees = depuis_juillet(annee, "parcours.fct_candidatures", "date_entree")
    attendus = {
        "CL001": float(heures["heures"].sum()),
        "CL020": travaillees["personne_id"].nunique(),
        "CL032": travaillees["id_operation"].nunique(),
        "CL037": travaillees["structure_id"].nunique(),
        "CL045": int((contacts["interlocuteur"] == "Entreprise").sum()),
        "CH001": len(candidatures),
        "CH004": len(entrees),
        "CO001": len(depuis_juillet(annee, "rapport.fct_articles", "date_parution")),
    }
    semestre, entiere = chiffres(recomptee), chiffres(annee)
    assert {code: semestre[code] for code in attendus} == pytest.approx(attendus)
    assert all(0 < semestre[code] < entiere[code] for code in attendus)


def test_un_cumul_reste_entier_et_ce_qui_commence_avant_n_est_pas_calcule(
    bases: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection],
) -> None:
    annee, recomptee = bases
    cumuls = recomptee.execute(
        "select code, periode_debut, valeur from rapport.indicateurs where periode_debut < date '2017-01-01'"
    ).fetchall()
    entiers = set(annee.execute("select code, periode_debut, valeur from rapport.indicateurs").fetchall())
    assert len(cumuls) > 50 and set(cumuls) <= entiers
    bornes = recomptee.execute("select min(annee), max(annee), max(periode_fin) from rapport.indicateurs").fetchone()
    assert bornes is not None and [str(b) for b in bornes] == ["2017", "2017", "2017-12-31"]
    # Neuf mois, une année de liste, l'année d'avant, avril à juillet.
    assert not {"CL072", "CL060", "CH013a", "AU002c"} & set(chiffres(recomptee))
    assert recomptee.execute(
        "select distinct periode_debut from rapport.indicateurs where code in ('CL001', 'CH001', 'CO001')"
    ).fetchall() == [(JUILLET.date(),)]
