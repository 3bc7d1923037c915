"""Le plan du rapport : parties, fiches de projet, chiffres et visuels de chacune."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from include.configuration import axes

PLAN = "plan.yml"


@dataclass(frozen=True)
class Place:
    """Un visuel à sa place : un nom de visuels.yml et son paramètre, ou un entonnoir de chiffres."""

    nom: str
    parametre: str = ""
    titre: str = ""
    etapes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fiche:
    """Un projet : son code dans dim_projet, son titre court (celui de la base s'il est vide).

    chiffres: None pour tous ceux du projet.
    """

    projet: str
    titre: str = ""
    chiffres: tuple[str, ...] | None = None
    visuels: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Partie:
    """Une partie : un axe du pôle et ses fiches. `chiffres` est le bandeau qui l'ouvre."""

    axe: str
    titre: str
    chiffres: tuple[str, ...] = ()
    fiches: tuple[Fiche, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Le rapport entier. `chiffres` est le bandeau de l'introduction."""

    titre: str = "Rapport d'activité"
    chiffres: tuple[str, ...] = ()
    parties: tuple[Partie, ...] = field(default_factory=tuple)


def lire(dossier: Path | None) -> Plan:
    """Le plan du pôle ; sans dossier de récits, une partie par axe, que ses projets complètent.

    Lève ValueError, en français, si plan.yml nomme un axe que le pôle n'a pas, ou porte une clé inconnue.
    """
    if dossier is None:
        return Plan(parties=tuple(Partie(axe, titre) for axe, titre in axes().items()))
    contenu = yaml.safe_load((dossier / PLAN).read_text(encoding="utf-8"))
    _cles(contenu, {"titre", "chiffres", "parties"}, "")
    return Plan(
        contenu.get("titre", Plan.titre), tuple(contenu.get("chiffres", ())), tuple(map(_partie, contenu["parties"]))
    )


def _partie(dit: dict[str, Any]) -> Partie:
    _cles(dit, {"axe", "titre", "chiffres", "projets"}, f" (partie {dit.get('axe')})")
    if dit["axe"] not in axes():
        raise ValueError(f"{PLAN} : l'axe {dit['axe']} n'est pas du pôle. Attendu : {', '.join(axes())}.")
    return Partie(
        dit["axe"], dit["titre"], tuple(dit.get("chiffres", ())), tuple(map(_fiche, dit.get("projets") or ()))
    )


def _fiche(dit: dict[str, Any]) -> Fiche:
    _cles(dit, {"code", "titre", "chiffres", "visuels"}, f" (projet {dit.get('code')})")
    return Fiche(
        str(dit["code"]), dit.get("titre", ""), tuple(dit["chiffres"]) if "chiffres" in dit else None,
        tuple(map(_place, dit.get("visuels", ()))),
    )  # fmt: skip


def _place(dit: str | dict[str, Any]) -> Place:
    """« evenements », « besoins: Métallurgie Longvic », ou un entonnoir : nom, titre et étapes."""
    if isinstance(dit, str):
        return Place(dit)
    if "etapes" in dit:
        _cles(dit, {"nom", "titre", "etapes"}, f" (visuel {dit.get('nom')})")
        return Place(dit["nom"], titre=dit["titre"], etapes=tuple(dit["etapes"]))
    [(nom, parametre)] = dit.items()
    return Place(nom, parametre)


def _cles(dit: dict[str, Any], connues: set[str], ou: str) -> None:
    inconnues = sorted(dit.keys() - connues)
    if inconnues:
        attendu = ", ".join(sorted(connues))
        raise ValueError(f"{PLAN}{ou} : clés inconnues : {', '.join(inconnues)}. Attendu : {attendu}.")
