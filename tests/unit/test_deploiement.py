"""Le déploiement décrit par docker-compose.yml, sans Docker : secrets, santé, droits, mêmes épingles."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import compose
import pytest

from include.configuration import RACINE
from include.orchestration import POOL

AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")


@pytest.fixture
def env(tmp_path: Path) -> Path:
    """Le .env que `make env` écrit."""
    fichier = tmp_path / ".env"
    faire_env(fichier)
    return fichier


@pytest.fixture
def services(env: Path) -> dict[str, Any]:
    return compose.services(compose.lire_env(env))


def faire_env(fichier: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, RACINE / "deploiement" / "secrets_env.py"], capture_output=True, text=True, check=False,
        env=os.environ | {"ENV": str(fichier), "ENTREPOT_DONNEES": str(fichier.parent / "donnees")},
    )  # fmt: skip


def test_env_est_secret_neuf_et_jamais_ecrase(env: Path, tmp_path: Path) -> None:
    """`make env` tire d'autres secrets à chaque fois, pour le seul propriétaire, et refuse d'écraser."""
    assert env.stat().st_mode & 0o777 == 0o600
    premier = env.read_text()
    refus = faire_env(env)
    assert refus.returncode == 1 and "existe déjà" in refus.stderr
    assert env.read_text() == premier

    faire_env(tmp_path / "autre.env")
    un, autre = compose.lire_env(env), compose.lire_env(tmp_path / "autre.env")
    secrets = {"ENTREPOT_CLE", "ENTREPOT_MOT_DE_PASSE", "POSTGRES_PASSWORD",
               "AIRFLOW_FERNET_KEY", "AIRFLOW_SECRET_KEY", "AIRFLOW_JWT_SECRET"}  # fmt: skip
    assert {v for v in un if un[v] != autre[v]} == secrets
    assert all(len(un[v]) >= 32 for v in secrets)
    assert un["ENTREPOT_UID"] != "0", "rien ne doit tourner sous root"


def test_la_cle_ecrite_est_celle_que_l_entrepot_accepte(
    env: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENTREPOT_CLE de .env chiffre et déchiffre ; Fernet accepte la clé d'Airflow."""
    from cryptography.fernet import Fernet

    from include.confidentialite import cle
    from include.configuration import Dossiers

    variables = compose.lire_env(env)
    monkeypatch.setenv("ENTREPOT_DEPLOIEMENT", "configure")
    monkeypatch.setenv("ENTREPOT_CLE", variables["ENTREPOT_CLE"])
    assert len(cle(Dossiers(tmp_path / "data")).empreinte) > 0
    assert not (tmp_path / "data" / "prive" / "cle").exists(), "un déploiement configuré ne fabrique pas de clé"
    Fernet(variables["AIRFLOW_FERNET_KEY"])


def test_un_secret_absent_arrete_tout_par_son_nom(env: Path) -> None:
    """Aucune variable de .env n'a de valeur de repli : l'absence, ou le vide, se dit avec le nom."""
    variables = compose.lire_env(env)
    assert len(variables) >= 10
    for nom in variables:
        with pytest.raises(compose.VariableAbsente, match=nom):
            compose.services({v: x for v, x in variables.items() if v != nom})
        with pytest.raises(compose.VariableAbsente, match=nom):
            compose.services(variables | {nom: ""})


def test_aucun_secret_en_clair_dans_les_fichiers_versionnes() -> None:
    """Toute variable dont le nom dit secret vient de .env, et de là seulement."""
    for nom, service in compose.brut()["services"].items():
        for variable, valeur in service.get("environment", {}).items():
            if re.search("PASSWORD$|SECRET|CLE$|FERNET|MOT_DE_PASSE|SQL_ALCHEMY", variable):
                assert re.search(r"\$\{\w+:\?", valeur), f"{nom} : {variable}"


def test_chaque_service_dit_sa_sante_et_reprend(services: dict[str, Any]) -> None:
    """Ce qui dure a un contrôle de santé borné et se relance ; l'initialisation finit, et se fait attendre."""
    assert set(services) == {"postgres", "initialisation", *AIRFLOW, "web"}
    for nom, service in services.items():
        if nom == "initialisation":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", nom
        assert service["healthcheck"].keys() >= {"test", "interval", "timeout", "retries", "start_period"}, nom
    assert services["initialisation"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for nom in AIRFLOW:
        assert services[nom]["depends_on"] == {"initialisation": {"condition": "service_completed_successfully"}}


def test_rien_n_ecoute_hors_de_la_machine(services: dict[str, Any]) -> None:
    """Seules l'interface et les pages ont un port, lié à 127.0.0.1."""
    ports = {nom: service["ports"] for nom, service in services.items() if "ports" in service}
    assert ports.keys() == {"api-server", "web"}
    assert all(port.startswith("127.0.0.1:") for liste in ports.values() for port in liste)


def test_les_identites_ne_sont_montees_que_chez_qui_execute(services: dict[str, Any]) -> None:
    """L'ordonnanceur seul a la clé et les dossiers ; le web ne voit que publie/, en lecture."""
    donnees = next(v for v in services["scheduler"]["volumes"]).split(":")[0]
    for nom, service in services.items():
        assert ("ENTREPOT_CLE" in service.get("environment", {})) == (nom == "scheduler")
        assert (f"{donnees}:/donnees" in service.get("volumes", [])) == (nom == "scheduler")
    assert f"{donnees}/publie:/srv/publie:ro" in services["web"]["volumes"]
    assert services["scheduler"]["environment"]["ENTREPOT_DEPLOIEMENT"] == "configure"
    for nom in (*AIRFLOW, "initialisation", "web"):
        assert services[nom]["user"] != "0:0" and services[nom]["cap_drop"] == ["ALL"]


def test_les_images_sont_epinglees_et_celle_du_projet_suit_requirements() -> None:
    """Aucune image « latest » ; la nôtre installe requirements.txt, tout épinglé, sous un utilisateur ordinaire."""
    for service in compose.brut()["services"].values():
        image = service["image"]
        assert image == "entrepot:local" or re.fullmatch(r"[a-z]+:\d+(\.\d+)*-bookworm", image), image
    dockerfile = (RACINE / "Dockerfile").read_text()
    assert re.search(r"^FROM python:3\.11-slim-bookworm$", dockerfile, re.M)
    assert "pip install -r requirements.txt" in dockerfile
    assert re.search(r"^USER (?!root)\w+$", dockerfile, re.M)
    copies = re.findall(r"^COPY (\S+) ", dockerfile, re.M)
    assert all((RACINE / chemin).exists() for chemin in copies)
    assert {"dags", "dbt_project", "expectations", "include", "organisation.yml", "requirements.txt"} <= set(copies)
    admis = re.findall(r"^!(\S+)$", (RACINE / ".dockerignore").read_text(), re.M)
    assert set(admis) == set(copies), ".dockerignore n'admet que ce que l'image copie"
    epingles = [ligne for ligne in (RACINE / "requirements.txt").read_text().splitlines() if ligne[:1].isalnum()]
    assert epingles and all("==" in ligne for ligne in epingles)


def test_requirements_txt_vient_de_requirements_in() -> None:
    """Chaque dépendance directe est épinglée, à une version qu'elle admet."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    epingles = dict(
        ligne.split("==") for ligne in (RACINE / "requirements.txt").read_text().splitlines() if ligne[:1].isalnum()
    )
    lignes = [ligne.partition("#")[0].strip() for ligne in (RACINE / "requirements.in").read_text().splitlines()]
    directes = [Requirement(ligne) for ligne in lignes if ligne]
    assert len(directes) > 10
    for directe in directes:
        assert directe.specifier.contains(epingles[canonicalize_name(directe.name)]), directe.name


def test_le_pool_est_le_meme_partout() -> None:
    """Le pool de l'écrivain a une place, dans le déploiement comme dans le mode embarqué."""
    nom, places, _ = POOL
    assert places == "1"
    assert f"airflow pools set {nom} {places} " in (RACINE / "deploiement" / "initialisation.sh").read_text()


def test_l_environnement_d_airflow_ne_diverge_pas(services: dict[str, Any], tmp_path: Path) -> None:
    """Ce que le mode embarqué règle (exemples, statistiques d'usage, exécuteur) vaut aussi au déploiement."""
    from include.configuration import Dossiers
    from include.orchestration import environnement

    lieu = re.compile("HOME|FOLDER|SQL_ALCHEMY|API__|ENTREPOT_DATA")
    embarque = {v: x for v, x in environnement(Dossiers(tmp_path)).items() if not lieu.search(v)}
    assert len(embarque) >= 6
    for nom in AIRFLOW:
        assert services[nom]["environment"].items() >= embarque.items(), nom
