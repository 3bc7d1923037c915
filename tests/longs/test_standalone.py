"""`make standalone` pour de vrai : ordonnanceur, LocalExecutor, processeur de DAG, interface, sur SQLite."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.error import HTTPError

import duckdb
import pytest
from services import Api, lire_url, ports_libres, services, une_nuit

from include.configuration import RACINE
from include.entrepot.dbt import COUCHES


def test_la_nuit_sous_l_ordonnanceur_reel(tmp_path: Path) -> None:
    """Une nuit déclenchée par l'API publie ; redemandée, elle ne publie rien et le dit ; mal datée, elle échoue."""
    donnees = tmp_path / "data"
    api_port, *autres = ports_libres(3)
    adresse = f"http://127.0.0.1:{api_port}"
    env = os.environ | {
        "ENTREPOT_DATA": str(donnees),
        "AIRFLOW__API__PORT": str(api_port),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{adresse}/execution/",
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",  # rien que ce que l'essai déclenche, même à 2 h
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(autres[0]),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(autres[1]),
    }
    for herite in ("AIRFLOW_HOME", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
        env.pop(herite, None)

    with services(tmp_path / "journaux") as s:
        s.lancer("standalone", [sys.executable, "-m", "include.orchestration", "standalone"], cwd=RACINE, env=env)

        def tout_va() -> bool:
            reponse = lire_url(f"{adresse}/api/v2/monitor/health")
            etats = json.loads(reponse[1]) if reponse and reponse[0] == 200 else {}
            return bool(etats) and all(
                etats[composant]["status"] == "healthy"
                for composant in ("metadatabase", "scheduler", "triggerer", "dag_processor")
            )

        s.attendre("santé des quatre composants", tout_va, 180)
        page = lire_url(adresse)
        assert page is not None and page[0] == 200 and b"<html" in page[1].lower()

        with pytest.raises(HTTPError, match="401"):
            Api(adresse, "admin", "pas celui-là")
        secret = donnees / "airflow" / "simple_auth_manager_passwords.json.generated"
        api = Api(adresse, "admin", json.loads(secret.read_text())["admin"])
        s.attendre("lecture du DAG", lambda: [d for d in api.lire("/dags")["dags"] if d["dag_id"] == "nuit"], 120)

        premiere = une_nuit(s, api, "2018-01-02", "2017-12-31")
        assert premiere["etat"] == "success", premiere
        assert {etat for etats in premiere["taches"].values() for etat in etats} == {"success"}, premiere
        assert len(premiere["taches"]["extraire"]) >= 7, "une tâche par source qui a du nouveau"
        with duckdb.connect(str(donnees / "publie" / "courant" / "entrepot.duckdb"), read_only=True) as base:
            [(heures,)] = base.execute("select sum(heures) from achats_responsables.fct_heures").fetchall()
        assert heures > 0
        evenements = api.lire("/assets/events")["asset_events"]
        assert {e["extra"]["publication"] for e in evenements} == {"2018-01-02-1"}
        attendus = {f"publie_{couche['axe']}" for couche in COUCHES.values()}
        assert sorted(e["name"] for e in evenements) == sorted(attendus), "un signal par axe publié"

        seconde = une_nuit(s, api, "2018-01-02", "2017-12-31")
        assert seconde["etat"] == "success", seconde
        assert seconde["taches"]["publier"] == ["skipped"]
        assert "rien n'est publié" in seconde["bilan"]
        assert len(api.lire("/assets/events")["asset_events"]) == len(evenements)
        assert "courrier : aucun serveur configuré" in seconde["courrier"]

        fausse = une_nuit(s, api, "2018-01-02", "2018-02-02")
        assert fausse["etat"] == "failed", "une étape en échec fait échouer la nuit, même si le bilan se fait"
        assert {fausse["taches"][nom][0] for nom in ("bilan", "prevenir")} == {"success"}
        assert "EN ÉCHEC : preparer - L'arrêté (02/02/2018) est postérieur à la nuit" in fausse["bilan"]
