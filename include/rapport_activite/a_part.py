"""Les chiffres d'une autre période, recalculés à côté de ce qui est publié.

Mêmes livraisons, mêmes modèles, mêmes contrôles que la publication courante, arrêtés plus tôt ou commencés plus tard.
Rien n'en est publié : ni publie/, ni ce que prive/ retient des diffusions au public n'en change.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from include.confidentialite import discrete, partage
from include.configuration import Dossiers, Nuit
from include.controles import controler
from include.entrepot.dbt import COUCHES, construire, recompter
from include.entrepot.preparation import preparer
from include.extraits.lecture import Publication
from include.publication.composition import SocleBloque, composer
from include.rapport_activite.periode import Periode

CHANTIER = "rapport"
"""Dossier de ces constructions, sous builds/ ; il est vidé avant et après chacune."""


@dataclass(frozen=True)
class _Atelier(Dossiers):
    """Les mêmes dossiers, sauf celui où l'on construit."""

    @property
    def builds(self) -> Path:
        return super().builds / CHANTIER


@contextmanager
def recalculee(d: Dossiers, publication: Publication, periode: Periode) -> Iterator[duckdb.DuckDBPyConnection]:
    """Base de la période, ouverte en lecture seule le temps d'un bloc.

    Lève ValueError, en français, si le socle est bloqué ou qu'un modèle échoue : il n'y a alors aucun chiffre.
    """
    atelier = _Atelier(d.racine)
    # Une opération sur les droits attend : elle efface des chantiers ce qu'elle oublie.
    with partage(d):
        try:
            with duckdb.connect(str(_composer(atelier, publication, periode)), read_only=True) as base:
                yield base
        finally:
            shutil.rmtree(atelier.builds, ignore_errors=True)


@discrete
def _construire(atelier: _Atelier, publication: Publication, periode: Periode) -> Path:
    shutil.rmtree(atelier.builds, ignore_errors=True)
    nuit = Nuit(publication.nuit, periode.fin)
    nom = f"{publication.nom} (recalcul au {periode.fin:%d/%m/%Y})"
    build = preparer(atelier, nuit, nom)
    for couche in COUCHES:
        construire(build, couche)
    controler(atelier, build)
    if periode.debut.month > 1:
        recompter(build, periode.debut.month)
    destination = atelier.builds / "entrepot.duckdb"
    cette = {"publication": nom, "nuit": nuit.nuit, "arrete_au": periode.fin, "publiee_le": publication.publiee_le}
    composer(destination, build, None, nuit, [cette])
    return destination


def _composer(atelier: _Atelier, publication: Publication, periode: Periode) -> Path:
    try:
        return _construire(atelier, publication, periode)
    except SocleBloque as erreur:
        raise ValueError(
            f"Aucun chiffre au {periode.fin:%d/%m/%Y} : le socle commun (core) est bloqué, {erreur}"
        ) from None
