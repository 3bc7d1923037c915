"""Ce que partagent les essais du rendu : les paquets Debian qu'ils demandent, et où vont leurs images."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from navigateur import Navigateur
from navigateur import navigateur as lancer

PAQUETS = {"chromium": "chromium", "libreoffice": "libreoffice-calc", "pdftotext": "poppler-utils"}


def pytest_sessionstart() -> None:
    """Arrête tout, sans rien sauter, si un paquet Debian manque : dit lesquels."""
    manquants = sorted({paquet for commande, paquet in PAQUETS.items() if not shutil.which(commande)})
    if manquants:
        pytest.exit(f"paquets Debian absents : apt-get install {' '.join(manquants)}", returncode=2)


@pytest.fixture(scope="session")
def rendus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dossier où ces essais laissent images et PDF, à regarder : ENTREPOT_RENDU, sinon un dossier d'essai."""
    voulu = os.environ.get("ENTREPOT_RENDU")
    dossier = Path(voulu).resolve() if voulu else tmp_path_factory.mktemp("rendu")
    dossier.mkdir(parents=True, exist_ok=True)
    return dossier


@pytest.fixture(scope="session")
def onglet() -> Iterator[Navigateur]:
    """Un onglet de Chromium, pour tous les essais."""
    with lancer() as ouvert:
        yield ouvert
