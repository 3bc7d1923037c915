"""`make nightly` à chaud, par make lui-même : rien ne s'installe, et la nuit entière tient dans son délai."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from include.configuration import RACINE

DELAI = 45
"""Secondes sur 2 cœurs, Airflow et construction compris."""


def make(donnees: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    propre = {v: x for v, x in os.environ.items() if not v.startswith(("AIRFLOW", "ENTREPOT", "MAKE"))}
    return subprocess.run(
        ["make", *arguments], cwd=RACINE, capture_output=True, text=True, check=False,
        env=propre | {"ENTREPOT_DATA": str(donnees)},
    )  # fmt: skip


@pytest.mark.parametrize("quoi", ["la_meme_nuit", "la_suivante"])
def test_la_seconde_nuit_tient_son_delai(tmp_path: Path, quoi: str) -> None:
    """Sans installation, en moins de 45 s : que la nuit n'ait rien à faire ou qu'elle reconstruise tout."""
    assert make(tmp_path, "nightly", "NUIT=2018-01-02", "ARRETE=2017-12-31").returncode == 0
    date = "2018-01-02" if quoi == "la_meme_nuit" else "2018-01-03"
    debut = time.monotonic()
    seconde = make(tmp_path, "nightly", f"NUIT={date}", "ARRETE=2017-12-31")
    duree = time.monotonic() - debut
    assert seconde.returncode == 0, seconde.stdout + seconde.stderr
    assert "Installation" not in seconde.stdout
    assert duree < DELAI, f"{duree:.0f} s"
