"""Un CSV qu'un tableur français ouvre d'un double-clic, et qui n'y exécute rien."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

DEBUTS_DE_FORMULE = tuple("=+-@\t\r")
"""Un tableur prend pour une formule un texte qui commence ainsi."""


def ecrire_csv(destination: Path, titres: Sequence[str], lignes: Iterable[Sequence[Any]]) -> None:
    """Écrit un CSV en UTF-8 avec marque, séparé par « ; », virgule décimale, dates jj/mm/aaaa, nombres non arrondis."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    with destination.open("w", encoding="utf-8-sig", newline="") as fichier:
        sortie = csv.writer(fichier, delimiter=";", lineterminator="\r\n")
        sortie.writerow(titres)
        sortie.writerows([cellule(v) for v in ligne] for ligne in lignes)


def cellule(valeur: Any) -> str:
    """Une valeur comme un tableur français la lit ; un texte qui semble une formule est précédé d'une apostrophe."""
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, int):
        return str(valeur)
    if isinstance(valeur, float):
        # Un entier tenu dans un flottant s'écrit sans décimale ; les autres, sans exposant ni perte.
        return str(int(valeur)) if valeur.is_integer() else f"{Decimal(repr(valeur)):f}".replace(".", ",")
    if isinstance(valeur, Decimal):
        return f"{valeur:f}".replace(".", ",")
    if isinstance(valeur, dt.datetime):
        return f"{valeur:%d/%m/%Y %H:%M}"
    if isinstance(valeur, dt.date):
        return f"{valeur:%d/%m/%Y}"
    texte = str(valeur)
    return f"'{texte}" if texte.startswith(DEBUTS_DE_FORMULE) else texte
