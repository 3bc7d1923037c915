"""Tirages, et dépôt de leurs fichiers une nuit après l'autre."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import Any

import generateur
from atelier import ecrire
from catalogue import Livraison

from include.configuration import Dossiers
from include.nuit import extraire, inventorier, preparer

CLE = base64.b64encode(bytes(range(32))).decode()


@dataclass(frozen=True)
class Tirage:
    """Un tirage : graine, années, arrêté, et en combien de nuits les fichiers arrivent."""

    graine: int
    annees: tuple[int, int]
    arrete: dt.date
    deux_nuits: bool = False
    taille: float = 1.0

    @property
    def nuit(self) -> dt.date:
        """La nuit qui publie, en février qui suit la seconde année."""
        return dt.date(self.annees[1] + 1, 2, 5)

    def livraisons(self) -> list[Livraison]:
        """Les livraisons du tirage."""
        return generateur.generer(
            self.graine, self.annees, taille=self.taille, nuit=self.nuit, arrete=self.arrete, deux_nuits=self.deux_nuits
        )

    def __str__(self) -> str:
        return f"graine {self.graine}, {self.annees[0]}-{self.annees[1]}, au {self.arrete}"


def deposer_et_prendre(d: Dossiers, livraisons: list[Livraison], nuit: dt.date) -> list[dict[str, Any]]:
    """Écrit les fichiers d'une nuit et les extrait, sans rien construire ; ENTREPOT_DATA désigne déjà ces dossiers."""
    ecrire([x for x in livraisons if x.nuit == nuit], d.depots)
    jour = preparer(str(nuit), str(nuit))
    sources = inventorier(jour, attente=0.0)["sources"]
    return [resume for source, chemins in sources.items() for resume in extraire(jour, source, chemins)]
