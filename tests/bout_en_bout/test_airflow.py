"""La nuit par Airflow, comme `make nightly` la lance : une exécution du DAG entier, base embarquée."""

from __future__ import annotations

import email
import email.policy
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from include.configuration import RACINE, organisation

NUIT, ARRETE = "2018-01-02", "2017-12-31"
# Un seul processus pour tout le fichier : la première nuit n'y est faite qu'une fois.
pytestmark = pytest.mark.xdist_group("airflow")


def embarque(donnees: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Lance include.orchestration comme le Makefile, sur ces dossiers et sans réglage hérité."""
    propre = {v: x for v, x in os.environ.items() if not v.startswith(("AIRFLOW", "ENTREPOT"))}
    return subprocess.run(
        [sys.executable, "-m", "include.orchestration", *arguments], cwd=RACINE, capture_output=True, text=True,
        env=propre | {"ENTREPOT_DATA": str(donnees)} | env, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def donnees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("airflow") / "data"


@pytest.fixture(scope="module")
def premiere(donnees: Path) -> subprocess.CompletedProcess[str]:
    """La première nuit, depuis rien."""
    return embarque(donnees, "nuit", NUIT, ARRETE)


def test_la_premiere_nuit_publie(donnees: Path, premiere: subprocess.CompletedProcess[str]) -> None:
    """Depuis un dossier vide : démonstration écrite, axes publiés, bilan lisible, code de sortie nul."""
    assert premiere.returncode == 0, premiere.stdout + premiere.stderr
    assert "Nuit du 02/01/2018, arrêtée au 31/12/2017" in premiere.stdout
    assert "achats_responsables : passé" in premiere.stdout, premiere.stdout
    courant = donnees / "publie" / "courant"
    with duckdb.connect(str(courant / "entrepot.duckdb"), read_only=True) as base:
        [(heures,)] = base.execute("select sum(heures) from achats_responsables.fct_heures").fetchall()
    assert heures > 0
    assert (courant / "index.html").exists()


def courriels(donnees: Path, nuit: str, nature: str) -> list[str]:
    """Texte de chaque message écrit faute de serveur."""
    fichiers = sorted((donnees / "courrier" / nuit).glob(f"{nature}_*.eml"))
    lus = (email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in fichiers)
    return [m.get_body(("plain",)).get_content() for m in lus]


def test_la_nuit_rend_compte_et_ecrit_a_qui_de_droit(donnees: Path, premiere: subprocess.CompletedProcess[str]) -> None:
    """Sans serveur de courrier : un compte rendu à l'équipe, un message par boîte, en fichiers ; la console le dit."""
    assert "courrier : aucun serveur configuré" in premiere.stdout
    [compte_rendu] = courriels(donnees, NUIT, "nuit")
    assert "La publication 2018-01-02-1 est en place." in compte_rendu
    assert "abc_clauses_contacts_20161231.xls : page HTML" in compte_rendu
    boites = {a for x in ("interne", "financeur") for liste in organisation()["courrier"][x].values() for a in liste}
    messages = courriels(donnees, NUIT, "publication")
    assert len(messages) == len(boites)
    assert any("Heures d’insertion réalisées, tous secteurs : 352\u202f845,65 heures" in m for m in messages)
    [passage] = (donnees / "journal" / "nuits.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(passage)["issue"] == "publiee"


def test_tout_est_sous_entrepot_data(donnees: Path, premiere: subprocess.CompletedProcess[str]) -> None:
    """La maison d'Airflow aussi ; elle n'est lisible que de son propriétaire."""
    maison = donnees / "airflow"
    assert (maison / "airflow.db").exists()
    assert maison.stat().st_mode & 0o077 == 0
    assert {p.name for p in donnees.iterdir()} <= {
        "airflow", "archives", "bronze", "builds", "courrier", "depots", "journal", "prive", "publie", "rejets",
    }  # fmt: skip


def test_la_meme_nuit_ne_publie_rien_et_le_dit(donnees: Path, premiere: subprocess.CompletedProcess[str]) -> None:
    """Sans fichier nouveau, la même nuit s'arrête à la construction ; le bilan le dit, et ce n'est pas un échec."""
    avant = (donnees / "publie" / "courant").resolve()
    sortie = embarque(donnees, "nuit", NUIT, ARRETE)
    assert sortie.returncode == 0, sortie.stdout + sortie.stderr
    assert "aucun fichier nouveau" in sortie.stdout and "rien n'est publié" in sortie.stdout
    assert (donnees / "publie" / "courant").resolve() == avant
    assert any("Rien n'est publié" in texte for texte in courriels(donnees, NUIT, "nuit")), (
        "une nuit muette se dit aussi"
    )


def test_airflow_dags_test(donnees: Path, premiere: subprocess.CompletedProcess[str]) -> None:
    """`airflow dags test` exécute la nuit suivante ; la nuit vient des paramètres, et le bilan est dans le journal."""
    conf = json.dumps({"nuit": "2018-01-03", "arrete": ARRETE})
    sortie = embarque(donnees, "airflow", "dags", "test", "nuit", "--conf", conf)
    assert sortie.returncode == 0, sortie.stdout[-3000:] + sortie.stderr[-3000:]
    assert "Nuit du 03/01/2018, arrêtée au 31/12/2017" in sortie.stdout
    assert "state=success" in sortie.stdout


def test_une_panne_fait_echouer_la_nuit(tmp_path: Path) -> None:
    """Un déploiement configuré sans clé : pas de second essai, code de sortie non nul, cause dite, rien de publié."""
    sortie = embarque(tmp_path / "data", "nuit", NUIT, ARRETE, ENTREPOT_DEPLOIEMENT="configure")
    assert sortie.returncode == 1
    assert "ÉCHEC de extraire[0], essai 1 (3 au plus) : Déploiement configuré sans clé" in sortie.stdout
    assert "essai 2" not in sortie.stdout
    assert "LA NUIT A ÉCHOUÉ" in sortie.stdout
    assert not (tmp_path / "data" / "publie" / "courant").exists()
    # Le bilan se fait quand même, et un seul message, en une phrase, dit toutes les sources en panne.
    assert "EN ÉCHEC : extraire (abc_clauses_contacts) - Déploiement configuré sans clé" in sortie.stdout
    [compte_rendu] = courriels(tmp_path / "data", NUIT, "nuit")
    assert (
        compte_rendu.count("Déploiement configuré sans clé") == 1 and "extraire (abc_clauses_contacts)" in compte_rendu
    )
    assert "NUIT DU 02/01/2018 : EN ÉCHEC" in compte_rendu
    assert not courriels(tmp_path / "data", NUIT, "publication")


def test_une_date_fausse_se_dit_aussitot(tmp_path: Path) -> None:
    """Rien n'est lancé ni écrit ; le message dit la forme attendue."""
    sortie = embarque(tmp_path / "data", "nuit", "02/01/2018")
    assert sortie.returncode == 2
    assert "AAAA-MM-JJ" in sortie.stderr
    assert not (tmp_path / "data").exists()
