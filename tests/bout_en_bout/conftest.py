"""Ce que partagent les essais de nuits fausses : la veille, et le lendemain déjà bâti."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Avant son import : ses assertions doivent dire ce qui diffère.
pytest.register_assert_rewrite("nuits_fausses")

from nuits_fausses import LENDEMAIN, Lu, lire, reprendre  # noqa: E402

from include.configuration import Dossiers  # noqa: E402
from include.entrepot.dbt import COUCHES, construire  # noqa: E402
from include.entrepot.preparation import preparer  # noqa: E402
from include.publication import identifiant  # noqa: E402


@pytest.fixture(scope="session")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Un seul dossier pour toutes les nuits fausses : dbt y garde son analyse partielle."""
    chemin = tmp_path_factory.mktemp("nuits_fausses")
    yield chemin
    shutil.rmtree(chemin, ignore_errors=True)


@pytest.fixture(scope="session")
def veille(nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> Lu:
    """Ce qui se lit de la veille : la nuit de démonstration."""
    return lire(nuit_demonstration[0])


@pytest.fixture
def lendemain(nuit_demonstration: tuple[Dossiers, dict[str, Any]], dossier: Path) -> Dossiers:
    """Les dossiers tels que la veille les a laissés, à qui déposer de fausses livraisons."""
    return reprendre(nuit_demonstration[0], dossier / "data")


@pytest.fixture(scope="session")
def entrepot(nuit_demonstration: tuple[Dossiers, dict[str, Any]], dossier: Path) -> Dossiers:
    """La nuit du lendemain, bâtie par dbt mais pas encore contrôlée."""
    d = reprendre(nuit_demonstration[0], dossier / "data")
    build = preparer(d, LENDEMAIN, identifiant(d, LENDEMAIN))
    for couche in COUCHES:
        assert construire(build, couche)["reussi"]
    bati = Dossiers(dossier / "bati")
    for partie in (d.builds, d.publie):
        shutil.copytree(partie, bati.racine / partie.name, symlinks=True)
    return bati
