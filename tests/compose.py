"""Lire docker-compose.yml comme Docker le lirait : interpolation, fusions, valeurs par défaut. Sans Docker."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

FICHIER = Path(__file__).resolve().parent.parent / "docker-compose.yml"
_VARIABLE = re.compile(r"\$(?:\$|\{(?P<nom>\w+)(?:(?P<op>:[-?])(?P<reste>[^}]*))?\}|(?P<nu>\w+))")


class VariableAbsente(KeyError):
    """Une variable exigée (`${X:?…}`) n'est pas donnée : Docker s'arrêterait là."""


def interpoler(texte: str, variables: dict[str, str]) -> str:
    """Remplace `${X}`, `${X:-défaut}`, `${X:?message}` et `$$`, avec les règles de Compose."""

    def valeur(m: re.Match[str]) -> str:
        if m[0] == "$$":
            return "$"
        donnee = variables.get(m["nom"] or m["nu"], "")
        if donnee:
            return donnee
        if m["op"] == ":-":
            return m["reste"]
        raise VariableAbsente(f"{m[0]} : {m['reste'] or 'variable absente'}")

    return _VARIABLE.sub(valeur, texte)


def services(variables: dict[str, str]) -> dict[str, Any]:
    """Services résolus, dans l'ordre du fichier. Lève VariableAbsente si une variable exigée manque."""
    return _resoudre(brut()["services"], variables)


def brut() -> dict[str, Any]:
    """Le fichier tel quel, fusions YAML faites."""
    return yaml.safe_load(FICHIER.read_text(encoding="utf-8"))


def _resoudre(noeud: Any, variables: dict[str, str]) -> Any:
    if isinstance(noeud, dict):
        return {cle: _resoudre(valeur, variables) for cle, valeur in noeud.items()}
    if isinstance(noeud, list):
        return [_resoudre(valeur, variables) for valeur in noeud]
    return interpoler(noeud, variables) if isinstance(noeud, str) else noeud


def lire_env(fichier: Path) -> dict[str, str]:
    """Variables d'un fichier .env."""
    lignes = fichier.read_text(encoding="utf-8").splitlines()
    return dict(ligne.split("=", 1) for ligne in lignes if ligne and not ligne.startswith("#"))
