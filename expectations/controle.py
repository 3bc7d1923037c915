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
DU_CONTRAT = ""
"""Le responsable que nomme le contrat de la première origine du contrôle."""


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
    tous_les_chiffres: bool = False
    """Vrai si tout chiffre de rapport.indicateurs est protégé."""
    origines: tuple[str, ...] = ()
    """Sources d'où viennent les données jugées : un pôle qui n'en a pas une n'a pas le contrôle."""
    precision: str | None = None
    """Requête d'une ligne d'un texte, ajoutée au message : une date de livraison, jamais une valeur de cellule."""

    def __post_init__(self) -> None:
        if self.severite not in (BLOQUANT, SIGNALE, OBSERVE):
            raise ValueError(f"Contrôle {self.nom} : sévérité inconnue « {self.severite} ».")
        if self.proprietaire == DU_CONTRAT and not self.origines:
            raise ValueError(f"Contrôle {self.nom} : ni responsable, ni source dont le contrat en nomme un.")
        if " ; " in self.message:
            raise ValueError(f"Contrôle {self.nom} : « ; » sépare les causes d'un axe, le message ne peut l'employer.")


def codes(*plages: str) -> tuple[str, ...]:
    """Codes de chiffres, une plage s'écrivant "CL001-CL019" ou, d'une lettre à l'autre, "RC025a-RC025c"."""
    tous: list[str] = []
    for plage in plages:
        premier, _, dernier = plage.partition("-")
        if not dernier:
            tous.append(premier)
        elif premier[-1].isalpha():
            tous += [f"{premier[:-1]}{chr(n)}" for n in range(ord(premier[-1]), ord(dernier[-1]) + 1)]
        else:
            prefixe, chiffres = premier.rstrip("0123456789"), len(premier.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            debut, fin = int(premier[len(prefixe) :]), int(dernier[len(prefixe) :])
            tous += [f"{prefixe}{n:0{chiffres}d}" for n in range(debut, fin + 1)]
    return tuple(tous)
