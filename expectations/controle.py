"""Ce qu'est un contrôle : une déclaration, sans rien qui s'exécute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BLOQUANT = "bloquant"
"""Retient l'axe : ses dernières bonnes tables restent en place."""
SIGNALE = "signale"
"""Publié et montré : quelqu'un doit regarder."""
OBSERVE = "observe"
"""Consigné, sans effet sur le verdict."""

EQUIPE_DONNEES = "Équipe données"
SERVICE_CLAUSES = "Service clauses d'insertion"


@dataclass(frozen=True)
class Controle:
    """Un contrôle, une attente de Great Expectations sur une table ou une requête du chantier."""

    nom: str
    axe: str
    severite: str
    proprietaire: str
    """Qui peut corriger ce que le contrôle trouve."""
    donnees: str
    """Table (`schema.table`) ou requête dont les lignes sont jugées."""
    attente: str
    """Classe de great_expectations.expectations."""
    arguments: dict[str, Any]
    """Arguments de l'attente."""
    message: str
    """Ce qui ne va pas et quoi faire, quand le contrôle n'est pas conforme. Jamais de valeur de cellule."""
    chiffres: tuple[str, ...] = ()
    """Codes des chiffres protégés."""
    source: str | None = None
    """Source jugée : les chiffres protégés sont alors tous ceux de rapport.indicateurs qui en viennent."""
    precision: str | None = None
    """Requête d'une ligne d'un texte, ajoutée au message : une date de livraison, jamais une valeur de cellule."""

    def __post_init__(self) -> None:
        if self.severite not in (BLOQUANT, SIGNALE, OBSERVE):
            raise ValueError(f"Contrôle {self.nom} : sévérité inconnue « {self.severite} ».")
        if " ; " in self.message:
            raise ValueError(f"Contrôle {self.nom} : « ; » sépare les causes d'un axe, le message ne peut l'employer.")


def codes(*plages: str) -> tuple[str, ...]:
    """Codes de chiffres, une plage s'écrivant "CL001-CL019"."""
    tous: list[str] = []
    for plage in plages:
        premier, _, dernier = plage.partition("-")
        if not dernier:
            tous.append(premier)
            continue
        prefixe, chiffres = premier.rstrip("0123456789"), len(premier.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        debut, fin = int(premier[len(prefixe) :]), int(dernier[len(prefixe) :])
        tous += [f"{prefixe}{n:0{chiffres}d}" for n in range(debut, fin + 1)]
    return tuple(tous)
