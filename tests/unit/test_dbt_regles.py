"""Règles de comptage : tous les essais unitaires de dbt, sur un bronze vide, et ce que promet chaque table."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from include.configuration import Dossiers, Nuit
from include.entrepot.dbt import COUCHES, _invoquer
from include.entrepot.preparation import Build, preparer

PROMISES = {
    "achats_responsables.fct_heures": (
        "id_contrat mois annee heures id_operation num_lot personne_id structure_id donneur_ordre_id secteur "
        "type_contrat modalite type_employeur _livraison _ligne"
    ),
    "achats_responsables.rpt_heures_secteur": "annee secteur heures part",
    "achats_responsables.rpt_heures_mois": "annee mois secteur heures",
    "achats_responsables.rpt_heures_operation": "annee rang donneur_ordre operation secteur heures",
    "achats_responsables.rpt_heures_type_contrat": "annee type_contrat heures part",
    "achats_responsables.rpt_heures_modalite": "annee modalite heures part",
    "achats_responsables.rpt_salaries_secteur": "annee secteur salaries femmes qpv",
    "achats_responsables.rpt_salaries_accompagnement": "annee accompagnement salaries",
    "achats_responsables.rpt_embauches": "annee secteur type_contrat embauches personnes dont_qpv",
    "achats_responsables.rpt_entreprises": "annee categorie entreprises",
    "achats_responsables.rpt_donneurs_ordre": (
        "annee donneur_ordre operations_actives heures consultations heures_engagees_consultees"
    ),
    "achats_responsables.rpt_contacts": "annee interlocuteur canal objet contacts",
    "achats_responsables.rpt_suivi_engagements": (
        "id_operation donneur_ordre operation secteur heures_engagement heures_realisees taux_realisation "
        "part_duree_ecoulee alerte"
    ),
    "core.dim_projet": "code_projet projet axe_principal axes_secondaires statut",
    "core.dim_structure": "structure_id nom siret siren type commune",
    "core.dim_territoire": "code_commune commune code_epci epci du au",
    "core.dim_personne": "personne_id sexe annee_naissance qpv niveau_formation",
    "meta.livraisons": ("livraison source fichier recu_le octets lignes_lues chargees rejetees laissees statut motif"),
    "meta.rejets": "livraison fichier feuille ligne colonne motif",
    "meta.anomalies": "livraison fichier feuille ligne colonne motif",
    "meta.orphelins": "source livraison ligne cle parent_manquant heures",
}
"""Colonnes que les analystes connaissent, dans leur ordre ; une table peut en avoir d'autres ensuite."""


@pytest.fixture(scope="module")
def construction(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, list[Any]]:
    """Le projet entier construit sur des sources vides, essais compris : le chantier et ce que chaque nœud a donné."""
    d = Dossiers(tmp_path_factory.mktemp("regles") / "data")
    build = preparer(d, Nuit.de("2031-01-02", "2030-12-31"), "2031-01-02-1")
    resultat = _invoquer(build, ["build"])
    assert resultat.result is not None, resultat.exception
    return build, list(resultat.result.results)


def _manifeste(build: Build) -> dict[str, Any]:
    return json.loads(build.manifeste_dbt.read_text(encoding="utf-8"))


def _modeles(build: Build) -> list[dict[str, Any]]:
    noeuds = _manifeste(build)["nodes"].values()
    internes = {"staging", "intermediate", "reference"}
    return [n for n in noeuds if n["resource_type"] == "model" and n["schema"] not in internes and n["name"][0] != "_"]


def test_tous_les_essais_unitaires_passent(construction: tuple[Build, list[Any]]) -> None:
    build, resultats = construction
    unitaires = [r for r in resultats if str(r.node.resource_type) == "unit_test"]
    assert len(unitaires) == len(_manifeste(build)["unit_tests"]) > 0
    assert [r.node.name for r in unitaires if str(r.status) != "pass"] == []


def test_une_nuit_sans_aucune_livraison_se_construit(construction: tuple[Build, list[Any]]) -> None:
    _, resultats = construction
    echecs = {r.node.name: str(r.status) for r in resultats if str(r.status) not in ("success", "pass", "no-op")}
    assert echecs == {}


def test_chaque_table_de_comptage_a_son_essai_unitaire(construction: tuple[Build, list[Any]]) -> None:
    build, _ = construction
    eprouves = {u["model"] for u in _manifeste(build)["unit_tests"].values()}
    comptages = {m["name"] for m in _modeles(build) if m["name"].startswith(("fct_", "rpt_"))}
    assert comptages and comptages <= eprouves


def test_aucun_essai_de_dbt_n_echappe_aux_couches(construction: tuple[Build, list[Any]]) -> None:
    build, resultats = construction

    def essais(*selection: str) -> list[str]:
        return sorted(_invoquer(build, ["list", "--resource-type", "test", *selection]).result)

    par_couche = [essais("--select", *(f"path:{c}" for c in couche["chemins"])) for couche in COUCHES.values()]
    assert sorted(nom for noms in par_couche for nom in noms) == essais()


def test_chaque_table_publiee_se_decrit(construction: tuple[Build, list[Any]]) -> None:
    build, _ = construction
    for modele in _modeles(build):
        assert modele["config"]["contract"]["enforced"], modele["name"]
        assert modele["description"].startswith("Une ligne par "), modele["name"]
        muettes = [c["name"] for c in modele["columns"].values() if not c["description"] or not c["data_type"]]
        assert muettes == [], modele["name"]
        grain = modele["config"]["meta"]["grain"]
        assert grain and set(grain) <= set(modele["columns"]), modele["name"]


@pytest.mark.parametrize("table", PROMISES)
def test_colonnes_promises(construction: tuple[Build, list[Any]], table: str) -> None:
    build, _ = construction
    with duckdb.connect(str(build.base), read_only=True) as base:
        colonnes = [c for c, *_ in base.execute(f"describe {table}").fetchall()]
    attendues = PROMISES[table].split()
    assert colonnes[: len(attendues)] == attendues
