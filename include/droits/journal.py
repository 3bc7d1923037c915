"""Le journal des opérations sur les droits : quand, quoi, combien. Ni nom, ni pseudonyme, ni numéro de partenaire."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

from include.confidentialite import synchroniser
from include.configuration import Dossiers

NOMBRES = {
    "personnes": "personne(s)",
    "lignes": "ligne(s) de prive/identites",
    "archives_recrites": "archive(s) récrite(s)",
    "archives_effacees": "archive(s) effacée(s)",
    "depots_retires": "fichier(s) retiré(s) des dépôts",
    "publications_recrites": "publication(s) récrite(s)",
    "fichiers_rechiffres": "fichier(s) chiffré(s) de nouveau",
}
"""Ce qui se compte, et comment cela se dit."""
COLONNES = ("jour", "operation", "numero", "source", *NOMBRES)
TOUTES = "(toutes)"
"""Tient lieu de source à ce qui ne dépend d'aucune."""


def chemin(d: Dossiers) -> Path:
    """Le journal : un CSV que tout tableur ouvre, une ligne par opération et source."""
    return d.racine / "droits" / "journal.csv"


def inscrire(d: Dossiers, jour: str, operation: str, numero: str, comptes: Mapping[str, Mapping[str, int]]) -> None:
    """Ajoute une opération, une fois : ses nombres (voir NOMBRES) pour chaque source."""
    fichier = chemin(d)
    fichier.parent.mkdir(parents=True, exist_ok=True)
    deja = fichier.read_text(encoding="utf-8-sig") if fichier.exists() else ""
    if any(ligne["numero"] == numero for ligne in csv.DictReader(deja.splitlines(), delimiter=";")):
        return
    temporaire = fichier.with_name(f".{fichier.name}.tmp")
    with temporaire.open("w", encoding="utf-8-sig", newline="") as f:
        f.write(deja)
        sortie = csv.writer(f, delimiter=";", lineterminator="\n")
        if not deja:
            sortie.writerow(COLONNES)
        for source, nombres in sorted(comptes.items()):
            sortie.writerow([jour, operation, numero, source, *(nombres.get(n, 0) for n in NOMBRES)])
        f.flush()
        os.fsync(f.fileno())
    temporaire.replace(fichier)
    synchroniser(fichier.parent)


def en_mots(comptes: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Ce qui a été fait, une ligne par source."""
    return [
        f"{source} : {', '.join(f'{nombres[n]} {mots}' for n, mots in NOMBRES.items() if nombres.get(n))}"
        for source, nombres in sorted(comptes.items())
        if any(nombres.values())
    ]
