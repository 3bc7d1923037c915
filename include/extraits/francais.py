"""Nombres et dates comme ils s'écrivent en français."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

ESPACE_FINE = "\u202f"
_MOIS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"


def nombre(valeur: float | Decimal | None, decimales: int = 0) -> str:
    """« 352 845,65 » : milliers séparés d'une espace fine insécable, moitié arrondie en s'éloignant de zéro."""
    if valeur is None:
        return ""
    # str() d'un flottant rend l'écriture décimale que chacun lit : 0,125 reste 0,125 et s'arrondit à 0,13.
    arrondi = Decimal(str(valeur)).quantize(Decimal(1).scaleb(-decimales), rounding=ROUND_HALF_UP)
    texte = f"{arrondi:,.{decimales}f}".replace(",", ESPACE_FINE).replace(".", ",")
    return texte.replace("-", "\u2212") if arrondi else texte.lstrip("-")


def date(valeur: dt.date | None) -> str:
    """« 02/01/2018 »."""
    return f"{valeur:%d/%m/%Y}" if valeur else ""


def date_longue(valeur: dt.date) -> str:
    """« 2 janvier 2018 », « 1er janvier 2018 »."""
    jour = "1er" if valeur.day == 1 else str(valeur.day)
    return f"{jour} {_MOIS.split()[valeur.month - 1]} {valeur.year}"


def accord(combien: int, singulier: str, pluriel: str | None = None) -> str:
    """« 1 ligne », « 2 lignes »."""
    return f"{nombre(combien)} {singulier if abs(combien) < 2 else pluriel or singulier + 's'}"


_UNITES = {
    "donneurs_ordre": "donneurs d'ordre",
    "marches": "marchés",
    "operations": "opérations",
    "pourcent": "%",
    "reunions": "réunions",
    "seances": "séances",
    "etablissements": "établissements",
    "evenements": "événements",
    "journees": "journées",
    "etp": "ETP",
    "rendez_vous": "rendez-vous",
}
"""Unités qui se lisent autrement qu'elles ne s'écrivent dans le registre."""


def unite(nom: str) -> str:
    """Unité d'un chiffre telle qu'elle se lit."""
    return _UNITES.get(nom, nom.replace("_", " "))
