"""Les sources de dbt et leur documentation, tirées des contrats : un essai vérifie que le fichier est à jour."""

from __future__ import annotations

from typing import Any

import yaml

from include.configuration import RACINE
from include.contrats.contrat import Contrat
from include.contrats.registre import connus
from include.entrepot.preparation import TABLES_DE_LA_NUIT

FICHIER = RACINE / "dbt_project" / "models" / "staging" / "_sources.yml"
_ENTETE = "# Écrit par `make sources` d'après include/contrats/ : ne pas modifier à la main.\n"
_RANGS: dict[str, tuple[str, str]] = {
    "_rang": ("INTEGER", "Rang de la livraison dans sa source : la plus tardive a le plus grand."),
    "_annee_fichier": ("INTEGER", "Année que porte le nom du fichier."),
    "_etat_au": ("DATE", "Date pour laquelle parle la livraison : celle de son nom, sinon la nuit qui l'a prise."),
}


def rediger() -> str:
    """Contenu de _sources.yml : une table par contrat, et les tables que la nuit écrit à côté."""
    tables = [_contrat(c) for c in connus().values()]
    tables += [
        {"name": nom, "description": description, "columns": [{"name": c, "data_type": t} for c, t in colonnes.items()]}
        for nom, (description, colonnes) in TABLES_DE_LA_NUIT.items()
    ]
    source = {
        "name": "bronze",
        "description": "Livraisons en vigueur de chaque source, et ce que la nuit en sait.",
        "schema": "bronze",
        "tables": tables,
    }
    contenu = {"version": 2, "sources": [source]}
    return _ENTETE + yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False, width=120)


def _contrat(contrat: Contrat) -> dict[str, Any]:
    return {
        "name": contrat.source,
        "description": f"Une ligne par {' × '.join(contrat.cle)} et livraison en vigueur. {contrat.libelle}.",
        "config": {"meta": {"proprietaire": contrat.proprietaire, "axe": contrat.axe, "fichier": contrat.fichier}},
        "columns": [
            {"name": nom, "data_type": type_, "description": description}
            for nom, (type_, description) in (contrat.bronze() | _RANGS).items()
        ],
    }
