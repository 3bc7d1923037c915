"""Règles de comptage : tous les essais unitaires de dbt, sur un bronze vide, et ce que promet chaque table."""

from __future__ import annotations

import json
import re
from typing import Any

import duckdb
import pytest

from include.configuration import Dossiers, Nuit
from include.entrepot.dbt import COUCHES, _executeur, _invoquer, construire
from include.entrepot.preparation import Build, preparer
from include.publication.composition import CLES_DE_CORE

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
    "parcours.fct_etapes": "dispositif personne_id etape rang date_etape annee",
    "parcours.rpt_cent_chances_entonnoir": "annee etape effectif taux_etape",
    "parcours.rpt_cent_chances_sorties": "arrete_au type_sortie effectif part_total part_sorties part_positives",
    "parcours.rpt_cent_chances_profil": "annee dimension modalite entrees part",
    "parcours.rpt_entonnoir": "dispositif annee etape rang effectif",
    "parcours.rpt_prescriptions": "annee prescripteur secteur orientations validees invalidees en_attente",
    "parcours.fct_programmes": "personne_id programme premiere_date annee derniere_date",
    "parcours.fct_chemins": (
        "personne_id id_prescription date_prescription annee prescripteur validee date_validation date_contrat "
        "date_embauche contrat_sans_validation"
    ),
    "parcours.rpt_parcours_croises": "programmes nombre_programmes personnes part",
    "parcours.rpt_parcours_croises_arretes": "arrete_au programmes nombre_programmes personnes part",
    "parcours.rpt_parcours_chemins": (
        "annee prescripteur prescrites validees taux_validation avec_contrat taux_contrat embauchees taux_embauche "
        "contrats_sans_validation jours_validation jours_contrat jours_embauche"
    ),
    "gpect.rpt_rce_entreprises": "periode_debut periode_fin dimension modalite entreprises rendez_vous",
    "gpect.rpt_rce_offres_secteur": (
        "secteur entreprises_visitees entreprises_avec_offres offres postes_q postes_zg postes_nq offres_pourvues "
        "offres_en_cours offres_nsp postes_pourvus"
    ),
    "gpect.rpt_entretiens": (
        "demarche departement entreprises entretiens effectif_interroge effectif_territoire couverture"
    ),
    "gpect.rpt_besoins": "demarche metier postes",
    "gpect.rpt_enquete_zti": "type_commerce repondants appui_rh appui_numerique",
    "gpect.rpt_plan_actions": (
        "code_projet num_axe axe_strategique fiches realise en_cours non_demarre non_traite reporte"
    ),
    "gpect.rpt_eco_structures": "champ structures locales",
    "gpect.rpt_public_longvic": "rome_domaine demandeurs courriels_valides",
    "campus.rpt_rencontres": "annee num_axe type_interlocuteur rencontres personnes",
    "campus.rpt_gouvernance": "instance college membres",
    "rapport.indicateurs": (
        "code libelle axe projet annee periode_debut periode_fin valeur numerateur denominateur unite modele "
        "publication"
    ),
    "rapport.chiffres_publies": "code annee periode_debut periode_fin valeur unite tolerance statut note",
    "rapport.rapprochement": "code annee periode_debut periode_fin publie calcule ecart verdict explication",
    "rapport.rpt_presse": "annee mois organe articles gip clauses lab_competences",
    "rapport.rpt_evenements": "annee code_projet type_evenement evenements participants",
    "rapport.rpt_equipe": "annee service fonction personnes etp",
    "core.dim_projet": "code_projet projet axe_principal axes_secondaires statut",
    "core.dim_structure": "structure_id nom siret siren type commune",
    "core.revue_structures": "structure_id_a nom_a siret_a structure_id_b nom_b siret_b score motif ligne_a_ecrire",
    "core.dim_territoire": "code_commune commune code_epci epci du au",
    "core.dim_personne": "personne_id sexe annee_naissance qpv niveau_formation",
    "meta.livraisons": ("livraison source fichier recu_le octets lignes_lues chargees rejetees laissees statut motif"),
    "meta.rejets": "livraison fichier feuille ligne colonne motif",
    "meta.anomalies": "livraison fichier feuille ligne colonne motif",
    "meta.orphelins": "source livraison ligne cle parent_manquant heures",
}
"""Colonnes que les analystes connaissent, dans leur ordre ; une table peut en avoir d'autres."""

REGLE = re.compile(r"\b(where|group by|partition by|join|case|distinct)\b")
"""Ce qui trie, compte ou choisit des lignes, dans une requête."""


@pytest.fixture(scope="module")
def construction(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, list[Any]]:
    """Le projet entier construit sur des sources vides, essais compris : le chantier et ce que chaque nœud a donné."""
    build = _chantier(Dossiers(tmp_path_factory.mktemp("regles") / "data"))
    resultat = _invoquer(build, ["build"])
    assert resultat.result is not None, resultat.exception
    return build, list(resultat.result.results)


def _chantier(d: Dossiers) -> Build:
    return preparer(d, Nuit.de("2031-01-02", "2030-12-31"), "2031-01-02-1")


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
    """Une table qui ne fait que montrer les lignes d'une autre n'a pas de règle."""
    build, _ = construction
    eprouves = {u["model"] for u in _manifeste(build)["unit_tests"].values()}
    tables = [m for m in _modeles(build) if m["name"].startswith(("fct_", "rpt_"))]
    comptages = {m["name"] for m in tables if REGLE.search(m["raw_code"])}
    assert len(comptages) > len(tables) / 2 and sorted(comptages - eprouves) == []


def test_aucun_essai_de_dbt_n_echappe_aux_couches(construction: tuple[Build, list[Any]]) -> None:
    build, resultats = construction

    def essais(*selection: str) -> list[str]:
        return sorted(_invoquer(build, ["list", "--resource-type", "test", *selection]).result)

    par_couche = [essais("--select", *(f"path:{c}" for c in couche["chemins"])) for couche in COUCHES.values()]
    assert sorted(nom for noms in par_couche for nom in noms) == essais()


def test_chaque_modele_est_dans_une_couche_et_une_seule(construction: tuple[Build, list[Any]]) -> None:
    build, _ = construction
    noeuds = [n["original_file_path"] for n in _manifeste(build)["nodes"].values() if n["resource_type"] == "model"]
    chemins = [c for couche in COUCHES.values() for c in couche["chemins"]]
    assert noeuds and [n for n in noeuds if sum(n == c or n.startswith(f"{c}/") for c in chemins) != 1] == []


def _axe(noeud: dict[str, Any]) -> str:
    """Axe de la couche qui construit un modèle."""
    chemin = noeud["original_file_path"]
    [axe] = [c["axe"] for c in COUCHES.values() if any(chemin == x or chemin.startswith(f"{x}/") for x in c["chemins"])]
    return axe


def _lus(noeud: dict[str, Any], noeuds: dict[str, Any]) -> list[dict[str, Any]]:
    """Modèles qu'un modèle lit directement."""
    return [noeuds[lu] for lu in noeud["depends_on"]["nodes"] if lu.startswith("model.")]


def test_ce_qu_un_axe_donne_a_un_autre_a_un_contrat(construction: tuple[Build, list[Any]]) -> None:
    """Un modèle en échec laisse alors une table vide : les chiffres des autres axes se construisent."""
    build, _ = construction
    noeuds = _manifeste(build)["nodes"]
    donnes = {
        lu["name"]: lu["config"]["contract"]["enforced"]
        for n in noeuds.values() if n["resource_type"] == "model"
        for lu in _lus(n, noeuds) if _axe(lu) not in ("core", _axe(n))
    }  # fmt: skip
    assert {"fct_etapes", "fct_heures"} <= donnes.keys()
    assert [nom for nom, contrat in donnes.items() if not contrat] == []


def test_une_table_declare_les_autres_axes_qu_elle_lit(construction: tuple[Build, list[Any]]) -> None:
    """La publication la garde tant que l'un d'eux est bloqué. Les chiffres de transverse suivent leurs sources."""
    build, _ = construction
    noeuds = _manifeste(build)["nodes"]

    def axes(noeud: dict[str, Any]) -> set[str]:
        return {_axe(noeud)}.union(*(axes(lu) for lu in _lus(noeud, noeuds)))

    tables = [m for m in _modeles(build) if _axe(m) not in ("core", "transverse")]
    lus = {m["name"]: sorted(axes(m) - {"core", _axe(m)}) for m in tables}
    assert lus["rpt_parcours_croises"] == ["achats_responsables"]
    assert lus == {m["name"]: sorted(m["config"]["meta"].get("lit", [])) for m in tables}


def test_ce_qui_designe_une_ligne_de_core_est_connu_de_la_publication(construction: tuple[Build, list[Any]]) -> None:
    build, _ = construction
    renvois = {
        (dimension, c["name"])
        for m in _modeles(build) for c in m["columns"].values() for dimension in CLES_DE_CORE
        if f"core.{dimension}" in c["description"]
    }  # fmt: skip
    assert renvois and [(d, c) for d, c in renvois if c not in CLES_DE_CORE[d][1]] == []


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
    assert [c for c in colonnes if c in attendues] == attendues


def test_un_axe_en_panne_ne_retient_ni_les_autres_ni_le_rapport(construction: tuple[Build, list[Any]]) -> None:
    """Un modèle de campus ne se construit plus, un essai de gpect échoue : leurs axes seuls sont bloqués."""
    build, _ = construction
    _chantier(Dossiers(build.dossier.parents[1]))
    with duckdb.connect(str(build.base)) as base:
        base.execute("create table bronze.deux_fois as select l.* replace ('1' as num_reponse, date '2030-01-01' as "
                     "date_reponse) from bronze.enquete_zti as l right join range(2) as r(n) on false")  # fmt: skip
        base.execute("create or replace view bronze.enquete_zti as from bronze.deux_fois")
    modele = _executeur(build.cible_dbt).manifest.nodes["model.entrepot.fct_rencontres"]
    juste, modele.raw_code = modele.raw_code, "select * from table_absente"
    try:
        bilans = {couche: construire(build, couche) for couche in COUCHES}
    finally:
        modele.raw_code = juste
    assert {couche for couche, bilan in bilans.items() if not bilan["reussi"]} == {"gpect", "campus"}
    assert {"noeud": "fct_rencontres", "type": "model", "statut": "error"} in bilans["campus"]["echecs"]
    with duckdb.connect(str(build.base), read_only=True) as base:
        assert base.execute("select count(*) from campus.rpt_rencontres").fetchall() == [(0,)]
        assert base.execute("select repondants from gpect.rpt_enquete_zti where type_commerce = 'TOTAL'").fetchall()
        base.execute("from rapport.indicateurs")
