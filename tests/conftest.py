"""Ce que partagent les essais : une clé, des dossiers neufs, et un entrepôt de démonstration bâti une fois."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.configuration import Dossiers, Nuit

NUIT_DEMONSTRATION = Nuit.de("2018-01-02", "2017-12-31")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Montre ce que les essais ont mesuré (propriété « mesure »), à la fin de `make test`."""
    rapports = [r for etat in ("passed", "failed") for r in terminalreporter.stats.get(etat, [])]
    mesures = sorted(str(v) for r in rapports for nom, v in getattr(r, "user_properties", []) if nom == "mesure")
    if mesures:
        terminalreporter.section("mesures")
        for mesure in mesures:
            terminalreporter.write_line(mesure)


@pytest.fixture(autouse=True)
def environnement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aucun essai n'hérite d'une clé, d'un dossier ou d'un mode de la personne qui le lance."""
    for variable in [v for v in os.environ if v.startswith("ENTREPOT_")]:
        monkeypatch.delenv(variable)


@pytest.fixture
def d(tmp_path: Path) -> Dossiers:
    """Dossiers d'exécution neufs."""
    return Dossiers(tmp_path / "data")


@pytest.fixture(scope="session")
def nuit_demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dossiers, dict[str, Any]]]:
    """La nuit du 2 janvier 2018 sur les livraisons de démonstration : dossiers (à ne pas modifier) et résultat."""
    from include.nuit import executer

    dossiers = Dossiers(tmp_path_factory.mktemp("demonstration") / "data")
    yield dossiers, executer(dossiers, NUIT_DEMONSTRATION)
    shutil.rmtree(dossiers.racine, ignore_errors=True)
