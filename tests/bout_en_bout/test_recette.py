"""Les recettes de docs/ marchent telles qu'elles sont écrites : leurs blocs sont exécutés, sur une copie du projet."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from include.configuration import RACINE, Dossiers

_BLOC = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OUTILS = ("make", ".venv/bin/python")


@dataclass(frozen=True)
class Bloc:
    """Un bloc de code : son langage, ce que sa première ligne dit d'autre, son contenu."""

    langage: str
    options: list[str]
    contenu: str


def blocs(document: str) -> list[Bloc]:
    lus = []
    for entete, contenu in _BLOC.findall((RACINE / "docs" / document).read_text(encoding="utf-8")):
        langage, *options = shlex.split(entete) or [""]
        lus.append(Bloc(langage, options, contenu))
    return lus


@pytest.fixture(scope="module")
def copie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Le projet, comme un clone : ses fichiers, son environnement Python installé, aucune donnée."""
    dossier = tmp_path_factory.mktemp("recette") / "projet"
    ignores = shutil.ignore_patterns(".git", ".venv", "data", "__pycache__", "target", "logs", ".*_cache")
    shutil.copytree(RACINE, dossier, ignore=ignores)
    (dossier / ".venv").symlink_to((RACINE / ".venv").resolve())
    # make réinstallerait l'environnement si requirements.txt lui paraissait plus récent.
    os.utime(dossier / "requirements.txt", (0, 0))
    return dossier


def executer(copie: Path, bloc: Bloc) -> None:
    """Lance les commandes d'un bloc ; options : sortie=<code attendu>, dit=<texte attendu>."""
    attendu = dict(o.split("=", 1) for o in bloc.options)
    assert bloc.contenu.startswith(_OUTILS), bloc.contenu
    propre = {v: x for v, x in os.environ.items() if not v.startswith(("ENTREPOT", "AIRFLOW"))}
    sortie = subprocess.run(
        ["bash", "-eu", "-c", bloc.contenu], cwd=copie, capture_output=True, text=True, env=propre, check=False
    )
    tout = f"$ {bloc.contenu}{sortie.stdout}{sortie.stderr}"
    # make rend 2 quand sa commande échoue, quel que soit le code de celle-ci.
    attendus = {0} if attendu.get("sortie", "0") == "0" else {int(attendu["sortie"]), 2}
    assert sortie.returncode in attendus, tout
    assert attendu.get("dit", "") in tout, tout


def ecrire(copie: Path, bloc: Bloc) -> None:
    """Écrit le fichier d'un bloc, ou l'ajoute sous une clé (« clé », « nom/clé ») d'un fichier qui existe."""
    fichier = copie / bloc.options[0]
    if len(bloc.options) == 1:
        fichier.parent.mkdir(parents=True, exist_ok=True)
        assert not fichier.exists(), f"{bloc.options[0]} existe déjà"
        fichier.write_text(bloc.contenu, encoding="utf-8")
        return
    *noms, cle = bloc.options[1].split("/")
    texte = fichier.read_text(encoding="utf-8")
    debut = texte.index(f"name: {noms[0]}\n") if noms else 0
    trouve = re.compile(rf"^ *{cle}:\n", re.MULTILINE).search(texte, debut)
    assert trouve, f"{cle} n'est pas dans {bloc.options[0]}"
    fichier.write_text(texte[: trouve.end()] + bloc.contenu + texte[trouve.end() :], encoding="utf-8")


@pytest.fixture(scope="module")
def suivie(copie: Path) -> Path:
    """La copie, une fois docs/add-a-source.md suivie de la première à la dernière ligne."""
    faits = []
    for bloc in blocs("add-a-source.md"):
        if bloc.langage == "sh":
            executer(copie, bloc)
        elif bloc.options:
            ecrire(copie, bloc)
        else:
            # Ce que la page montre en sortie est ce qui est sorti.
            assert "│  2018 │ Bureautique        │        2 │           14 │" in bloc.contenu
            continue
        faits.append(bloc.langage)
    assert faits.count("sh") == 4 and len(faits) >= 12
    return copie


@pytest.mark.xdist_group("recette")
@pytest.mark.long
def test_ajouter_une_source_en_suivant_la_recette(suivie: Path) -> None:
    """Le fichier nouveau est publié, sa ligne rejetée montrée, ses contrôles passés."""
    courant = suivie / "data" / "publie" / "courant"
    with duckdb.connect(str(courant / "entrepot.duckdb"), read_only=True) as base:
        assert base.execute("from parcours.rpt_ateliers_numeriques order by all").fetchall() == [
            (2018, "Bureautique", 2, 14),
            (2018, "Démarches en ligne", 1, 5),
        ]
        [rejet] = base.execute("select ligne, motif from meta.rejets where fichier like 'ateliers%'").fetchall()
        assert rejet[0] == 6
        assert base.execute(
            "select count(*) from meta.controles where controle like 'ateliers_numeriques.%'"
        ).fetchall() == [(7,)]  # fmt: skip
    feuille = openpyxl.load_workbook(courant / "extraits" / "parcours.xlsx")["Ateliers numériques"]
    assert [c.value for c in feuille[1]] == ["Année", "Thème", "Ateliers", "Participants"]


@pytest.mark.xdist_group("recette")
@pytest.mark.long
def test_ce_que_la_recette_ajoute_passe_les_essais_du_projet(suivie: Path) -> None:
    """Les fichiers de la recette sont en forme, et les essais qui lisent les modèles les admettent."""
    essais = [
        "tests/unit/test_extraits.py::test_chaque_table_de_restitution_et_chaque_colonne_ont_un_titre",
        "tests/unit/test_extraits.py::test_chaque_table_de_restitution_est_dans_un_extrait_declare",
        "tests/unit/test_contrats.py::test_les_sources_de_dbt_sont_a_jour",
    ]
    sortie = subprocess.run(
        [".venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *essais], cwd=suivie, capture_output=True,
        text=True, env=os.environ | {"PYTHONPATH": str(suivie)}, check=False,
    )  # fmt: skip
    assert sortie.returncode == 0, sortie.stdout
    base = suivie / "unitaires"
    base.mkdir()
    options = ["--project-dir", "dbt_project", "--profiles-dir", "dbt_project", "--target-path", str(base)]
    sortie = subprocess.run(
        [".venv/bin/dbt", "test", "--select", "rpt_ateliers_numeriques,test_type:unit", *options,
         "--log-path", str(base), "--no-version-check"],
        cwd=suivie, capture_output=True, text=True, check=False,
        env=os.environ | {"ENTREPOT_BUILD": str(suivie / "data" / "builds" / "nuit" / "entrepot.duckdb")},
    )  # fmt: skip
    assert sortie.returncode == 0 and "PASS=1" in sortie.stdout, sortie.stdout


def test_les_requetes_de_la_premiere_charge_s_executent(nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> None:
    """Chaque vérification de docs/first-load.md se lit sur la base publiée ; celles qui doivent être vides le sont."""
    dossiers, _ = nuit_demonstration
    requetes = [b for b in blocs("first-load.md") if b.langage == "sql"]
    assert len(requetes) >= 8
    with duckdb.connect(str(dossiers.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        for bloc in requetes:
            lignes = base.execute(bloc.contenu).fetchall()
            if "vide" in bloc.options:
                assert lignes == [], bloc.contenu
            else:
                assert lignes, bloc.contenu
