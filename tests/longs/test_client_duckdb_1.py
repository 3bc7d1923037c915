"""La base publiée s'ouvre dans un client DuckDB 1.4, celui qu'embarquent les outils des analystes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from include.configuration import Dossiers
from include.extraits.exemples_sql import SOURCE, requetes

CLIENT = "duckdb==1.4.4"
REQUETE = """
import duckdb, json, sys
base = duckdb.connect(sys.argv[1], read_only=True)
heures = base.execute("select valeur from rapport.indicateurs where code = 'CL001' and annee = 2017").fetchone()[0]
tables = base.execute("select count(*) from duckdb_tables()").fetchone()[0]
decrites = base.execute("select count(*) from duckdb_tables() where comment is not null").fetchone()[0]
print(json.dumps([duckdb.__version__, heures, tables, decrites]))
"""


EXEMPLES = """
import duckdb, json, sys
base = duckdb.connect(sys.argv[1], read_only=True)
print(json.dumps([len(base.execute(requete).fetchall()) for requete in json.load(sys.stdin)]))
"""


@pytest.fixture(scope="module")
def python_1_4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Interpréteur d'un environnement qui n'a que DuckDB 1.4."""
    dossier = tmp_path_factory.mktemp("client")
    subprocess.run([sys.executable, "-m", "venv", dossier], check=True)
    subprocess.run([dossier / "bin" / "pip", "install", "--quiet", CLIENT], check=True)
    return dossier / "bin" / "python"


def test_un_client_1_4_lit_la_base_publiee(
    python_1_4: Path, nuit_demonstration: tuple[Dossiers, dict[str, Any]]
) -> None:
    base = nuit_demonstration[0].publie / "courant" / "entrepot.duckdb"
    sortie = subprocess.run([python_1_4, "-c", REQUETE, base], check=True, capture_output=True, text=True).stdout
    version, heures, tables, decrites = json.loads(sortie)
    assert version.startswith("1.4.")
    assert heures == 352845.65
    assert tables == decrites > 20


def test_un_client_1_4_execute_les_exemples_des_analystes(
    python_1_4: Path, nuit_demonstration: tuple[Dossiers, dict[str, Any]]
) -> None:
    base = nuit_demonstration[0].publie / "courant" / "entrepot.duckdb"
    exemples = requetes(SOURCE.read_text(encoding="utf-8"))
    sortie = subprocess.run(
        [python_1_4, "-c", EXEMPLES, base], input=json.dumps(exemples), check=True, capture_output=True, text=True
    ).stdout
    lignes = json.loads(sortie)
    assert len(lignes) == len(exemples)
    assert min(lignes) > 0
