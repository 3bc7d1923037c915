"""Les mots d'un classeur : feuilles, titres, natures, modalités, et ce qui s'y additionne (intitules.yml)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from include.extraits.lecture import Ligne, Secret

TOTAL = "TOTAL"
"""Modalité d'une ligne qui compte déjà toutes les autres."""


@dataclass(frozen=True)
class Colonne:
    """Une colonne de feuille : nom dans la base, titre français, nature (clé de styles.FORMATS).

    largeur: en caractères ; None, elle se règle sur ce qu'elle contient. somme: ses valeurs s'additionnent.
    """

    nom: str
    titre: str
    nature: str
    largeur: int | None = None
    somme: bool = False


@cache
def intitules() -> dict[str, Any]:
    """Ce que dit intitules.yml."""
    contenu: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent.parent / "intitules.yml").read_text(encoding="utf-8")
    )
    return contenu


def nom_de_feuille(table: str) -> str:
    """Nom français de la feuille d'une table, que le tableur accepte."""
    nom: str = intitules()["feuilles"].get(table) or table.removeprefix("rpt_").replace("_", " ").capitalize()
    return nom[:31]


def rang_de_feuille(table: str) -> tuple[int, str]:
    """Place d'une table dans le classeur : celle d'intitules.yml, puis par nom."""
    ordre = list(intitules()["feuilles"])
    return (ordre.index(table) if table in ordre else len(ordre), table)


def colonnes_de(table: str, types: dict[str, str]) -> list[Colonne]:
    """Colonnes d'une table avec leur titre ; une colonne sans titre prend son nom, et sa nature celle de son type.

    Un tableur refuse deux titres égaux : le second est suivi du nom de la colonne.
    """
    connues, propres = intitules()["colonnes"], intitules()["propres"].get(table, {})
    sommes = sommes_de(table)
    colonnes: list[Colonne] = []
    vus: set[str] = set()
    for nom, type_ in types.items():
        titre, nature = connues.get(nom) or (nom.replace("_", " ").capitalize(), None)
        titre = propres.get(nom, titre)
        if titre.lower() in vus:
            titre = f"{titre} ({nom})"
        vus.add(titre.lower())
        colonnes.append(Colonne(nom, titre, nature or _nature(type_), somme=nom in sommes))
    return colonnes


def sommes_de(table: str) -> list[str]:
    """Colonnes d'une table dont la somme a un sens, quelles que soient les lignes retenues."""
    dit = intitules()["totaux"].get(table)
    return dit if isinstance(dit, list) else []


def sans_total(table: str) -> str:
    """Pourquoi une feuille n'a pas de ligne de total ; vide si elle en a une."""
    dit = intitules()["totaux"].get(table, "Rien ne dit que ses lignes s'additionnent.")
    return dit if isinstance(dit, str) else ""


def lisible(colonne: str, valeur: Any) -> Any:
    """Une modalité que la base nomme en code, telle qu'elle se lit."""
    return intitules()["valeurs"].get(colonne, {}).get(valeur, valeur)


def est_total(valeur: Any) -> bool:
    """Vrai si cette modalité veut dire toutes les autres."""
    return isinstance(valeur, str) and valeur.upper() == TOTAL


def ranger(lignes: Sequence[Ligne], noms: Sequence[str]) -> list[Ligne]:
    """Les lignes dans l'ordre de la base, sauf que leurs modalités suivent intitules.yml et que TOTAL vient en dernier.

    noms: colonnes de la table, dans leur ordre ; une modalité se range parmi les lignes que réunissent les précédentes.
    """
    rangees = list(lignes)
    for i, nom in reversed(list(enumerate(noms))):
        ordre = {valeur: rang for rang, valeur in enumerate(intitules()["valeurs"].get(nom, {}))}
        if not ordre and not any(ligne[nom] == TOTAL for ligne in rangees):
            continue
        dernier = len(ordre)

        def rang(ligne: Ligne, nom: str = nom, ordre: dict[str, int] = ordre, dernier: int = dernier) -> int:
            return dernier + 1 if ligne[nom] == TOTAL else ordre.get(ligne[nom], dernier)

        avant = noms[:i]
        groupes = groupby(rangees, key=lambda ligne, avant=avant: [ligne[n] for n in avant])  # type: ignore[misc]
        rangees = [ligne for _, groupe in groupes for ligne in sorted(groupe, key=rang)]
    return rangees


def nature_compte(valeur: float | Decimal | Secret | None) -> str:
    """Un compte entier s'écrit sans décimale."""
    return "entier" if valeur is None or isinstance(valeur, Secret) or valeur == int(valeur) else "nombre"


def _nature(type_: str) -> str:
    if type_ == "DATE":
        return "date"
    if "INT" in type_:
        return "entier"
    return "nombre" if type_.startswith(("DECIMAL", "DOUBLE", "FLOAT")) else "texte"
