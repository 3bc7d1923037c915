"""Les DAG, la nuit, la veille et la conservation : non vides, reliés dans l'ordre, sans travail à l'import.

Lu dans un autre processus, comme le fait Airflow : ces essais n'importent pas Airflow ici.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from include.configuration import RACINE, Dossiers, organisation
from include.entrepot.dbt import COUCHES
from include.orchestration import POOL, environnement

LIRE = """
import json, logging, sys, time, warnings
warnings.simplefilter("ignore")
import airflow.sdk, airflow.sdk.exceptions
from airflow.dag_processing.dagbag import DagBag
avant = set(sys.modules)
debut = time.perf_counter()
import importlib.util
fiche = importlib.util.spec_from_file_location("lu_seul", sys.argv[1])
fiche.loader.exec_module(importlib.util.module_from_spec(fiche))
duree = time.perf_counter() - debut
importes = sorted(set(sys.modules) - avant)
sac = DagBag(sys.argv[1])
dags = {}
for dag in sac.dags.values():
    dags[dag.dag_id] = {
        "tags": sorted(dag.tags), "doc": dag.doc_md, "catchup": dag.catchup, "actifs": dag.max_active_runs,
        "delai": dag.dagrun_timeout.total_seconds(),
        "horaire": [dag.timetable.expression, str(dag.timetable.timezone)], "type": type(dag.timetable).__name__,
        "params": {n: [p.schema, p.description or p.schema.get("description_md")] for n, p in
                   ((n, dag.params.get_param(n)) for n in dag.params)},
        "taches": {t.task_id: {
            "apres": sorted(t.upstream_task_ids), "pool": t.pool, "regle": str(t.trigger_rule), "owner": t.owner,
            "reprises": t.retries, "delai": t.execution_timeout.total_seconds(),
            "croissant": t.retry_exponential_backoff, "alerte": bool(t.on_failure_callback),
            "indice": getattr(t, "map_index_template", None), "sorties": [a.name for a in t.outlets],
            "repartie": t.is_mapped,
        } for t in dag.tasks},
    }
print("\\n" + json.dumps({"erreurs": sac.import_errors, "duree": duree, "importes": importes, "dags": dags}))
"""


def lire(maison: Path, nom: str) -> dict[str, Any]:
    """Ce qu'un processus neuf lit d'un fichier de dags/."""
    sortie = subprocess.run(
        [sys.executable, "-c", LIRE, str(RACINE / "dags" / nom)], capture_output=True, text=True, cwd=maison,
        env=os.environ | environnement(Dossiers(maison)) | {"PYTHONPATH": ""}, check=False,
    )  # fmt: skip
    assert sortie.returncode == 0, sortie.stderr[-3000:]
    return json.loads(sortie.stdout.splitlines()[-1])


PROJET = {"include", "include.astreinte"}
"""Seuls modules du projet qu'un DAG importe en étant lu."""
LOURDS = {"expectations", "dbt", "duckdb", "great_expectations", "pandas", "pyarrow", "jinja2"}


def rien_ne_travaille(lu: dict[str, Any]) -> bool:
    """Vrai si lire le fichier n'importe aucun moteur, presque rien du projet, et prend moins d'une demi-seconde."""
    du_projet = {nom for nom in lu["importes"] if nom.split(".")[0] == "include"}
    racines = {nom.split(".")[0] for nom in lu["importes"]}
    return du_projet <= PROJET and racines.isdisjoint(LOURDS) and lu["duree"] < 0.5


@pytest.fixture(scope="module")
def lu(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return lire(tmp_path_factory.mktemp("airflow"), "nuit.py")


@pytest.fixture(scope="module")
def dag(lu: dict[str, Any]) -> dict[str, Any]:
    return lu["dags"]["nuit"]


def test_un_dag_et_aucune_erreur_d_import(lu: dict[str, Any]) -> None:
    """Le sac contient la nuit, et elle seule."""
    assert lu["erreurs"] == {}
    assert list(lu["dags"]) == ["nuit"]
    # dbt importe tout module nommé dbt_* qu'il trouve sur le chemin.
    assert not list((RACINE / "dags").glob("dbt_*"))


def test_rien_ne_travaille_a_l_import(lu: dict[str, Any]) -> None:
    """Airflow relit le fichier sans cesse."""
    assert rien_ne_travaille(lu), (lu["importes"], lu["duree"])


def test_horaire(dag: dict[str, Any]) -> None:
    """2 h à l'heure du pôle, une nuit à la fois, sans rattrapage des nuits passées."""
    assert dag["horaire"] == ["0 2 * * *", organisation()["fuseau"]]
    assert dag["type"] == "CronTriggerTimetable", "la date logique doit être la nuit, pas la veille"
    assert (dag["catchup"], dag["actifs"]) == (False, 1)


def test_ordre_des_etapes(dag: dict[str, Any]) -> None:
    """Chaque étape attend la précédente ; les couches de dbt sont celles du projet, dans l'ordre."""
    apres = {nom: set(tache["apres"]) for nom, tache in dag["taches"].items()}
    couches = [f"transformer_{couche}" for couche in COUCHES]
    chaine = [
        "preparer",
        "inventorier",
        "extraire",
        "rapprocher",
        "construire",
        *couches,
        "controler",
        "publier",
    ]
    fin = ["bilan", "prevenir", "issue"]
    assert set(apres) == {*chaine, *fin}
    for precedente, suivante in zip(chaine, chaine[1:], strict=False):
        assert precedente in apres[suivante], suivante
    # Le bilan attend que tout soit fini ; construire, qui saute ce qui la suit, n'y mène pas directement.
    assert apres["bilan"] == set(chaine) - {"construire"}
    assert apres["prevenir"] == {"bilan"} and apres["issue"] == {"publier", "prevenir"}


def test_une_panne_arrete_un_refus_non(dag: dict[str, Any]) -> None:
    """Une extraction en panne retient la suite, aucun fichier nouveau ne la retient pas.

    Le bilan et le courrier se font quoi qu'il arrive ; l'issue, qui ne fait rien, échoue si l'un d'eux ou la
    publication a manqué.
    """
    regles = {nom: tache["regle"].split(".")[-1].lower() for nom, tache in dag["taches"].items()}
    attendues = {"rapprocher": "none_failed", "issue": "none_failed", "bilan": "all_done", "prevenir": "all_done"}
    assert {nom: regles.pop(nom) for nom in attendues} == attendues
    assert set(regles.values()) == {"all_success"}


def test_un_seul_ecrivain(dag: dict[str, Any]) -> None:
    """Tout ce qui ouvre la base en construction passe par le pool d'une place, et rien d'autre."""
    pools = {nom for nom, tache in dag["taches"].items() if tache["pool"] == POOL[0]}
    assert pools == {"construire", *(f"transformer_{c}" for c in COUCHES), "controler", "publier"}


def test_une_tache_par_source(dag: dict[str, Any]) -> None:
    """Seule l'extraction est répartie, et la grille montre le nom de la source."""
    assert [nom for nom, tache in dag["taches"].items() if tache["repartie"]] == ["extraire"]
    assert "source" in dag["taches"]["extraire"]["indice"]


def test_reprises_delais_alertes(dag: dict[str, Any]) -> None:
    """Toute tâche a un responsable, des reprises espacées, un délai et une alerte."""
    for nom, tache in dag["taches"].items():
        assert tache["owner"] == "equipe-donnees", nom
        assert tache["reprises"] >= 1 and tache["croissant"], nom
        assert 0 < tache["delai"] <= 2 * 3600, nom
        assert tache["alerte"], nom


def test_signaux_et_documentation(dag: dict[str, Any]) -> None:
    """Publier signale les axes publiés ; chaque tâche a sa ligne de triage ; les paramètres sont typés."""
    assert dag["taches"]["publier"]["sorties"] == ["publie"]
    assert {"entrepot", "nuit"} <= set(dag["tags"])
    for nom in dag["taches"]:
        assert nom.split("_")[0] in dag["doc"], nom
    assert set(dag["params"]) == {"nuit", "arrete"}
    for schema, description in dag["params"].values():
        assert schema["format"] == "date" and description


# --- La conservation -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def conservation_lue(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return lire(tmp_path_factory.mktemp("airflow"), "conservation.py")


def test_la_conservation_est_chaque_mois_hors_de_la_nuit(conservation_lue: dict[str, Any], dag: dict[str, Any]) -> None:
    """Son propre DAG, sans travail à l'import ; la nuit n'a aucune tâche qui purge."""
    assert conservation_lue["erreurs"] == {} and list(conservation_lue["dags"]) == ["conservation"]
    assert rien_ne_travaille(conservation_lue)
    lue = conservation_lue["dags"]["conservation"]
    assert lue["horaire"] == ["0 12 1 * *", organisation()["fuseau"]]
    assert (lue["catchup"], lue["actifs"]) == (False, 1)
    assert "purger" not in dag["taches"]


def test_la_conservation_attend_l_ecrivain_et_se_reprend(conservation_lue: dict[str, Any]) -> None:
    """Une tâche, dans le pool de la nuit, reprise et signalée ; sa page dit que faire ; un essai est possible."""
    lue = conservation_lue["dags"]["conservation"]
    assert list(lue["taches"]) == ["purger"]
    purger = lue["taches"]["purger"]
    assert purger["pool"] == POOL[0] and purger["owner"] == "equipe-donnees"
    assert purger["reprises"] >= 1 and purger["croissant"] and purger["alerte"] and 0 < purger["delai"] <= 7200
    assert {"entrepot", "rgpd"} <= set(lue["tags"]) and "purger" in lue["doc"] and "droits/journal.csv" in lue["doc"]
    assert set(lue["params"]) == {"jour", "essai"}
    assert lue["params"]["jour"][0]["format"] == "date" and lue["params"]["essai"][0]["type"] == "boolean"


# --- La veille -------------------------------------------------------------------------------------------------------


def test_la_veille_regarde_chaque_matin_quand_la_nuit_est_finie(
    tmp_path_factory: pytest.TempPathFactory, dag: dict[str, Any]
) -> None:
    """Après le délai de la nuit, avant que l'on travaille ; son seul geste est repris, et signalé s'il manque."""
    lue = lire(tmp_path_factory.mktemp("airflow"), "veille.py")
    assert lue["erreurs"] == {} and rien_ne_travaille(lue)
    veille = lue["dags"]["veille"]
    assert veille["horaire"] == ["30 6 * * *", organisation()["fuseau"]]
    # 2 h, et le délai de la nuit.
    assert 2 * 3600 + dag["delai"] < 6.5 * 3600
    assert (veille["catchup"], veille["actifs"]) == (False, 1)
    [(nom, tache)] = veille["taches"].items()
    assert nom == "veiller" and nom in veille["doc"] and {"entrepot", "courrier"} <= set(veille["tags"])
    assert tache["owner"] == "equipe-donnees" and tache["reprises"] >= 1 and tache["croissant"] and tache["alerte"]
    assert tache["pool"] != POOL[0], "elle n'attend pas la nuit qu'elle cherche"
