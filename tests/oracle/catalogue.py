"""Ce que le générateur et l'oracle ont en commun : les sources telles que déposées, et une livraison en clair."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Cellule = Any
"""Ce que porte une cellule : du texte dans un CSV ; texte, nombre, date ou booléen dans un classeur ; None si vide."""


@dataclass(frozen=True)
class Colonne:
    """Une colonne attendue d'une source."""

    entete: str
    nom: str
    type: str
    requis: bool
    modalites: tuple[str, ...]
    nom_de_feuille: bool = False


@dataclass(frozen=True)
class Source:
    """Une source, avec son mode de remplacement et sa clé."""

    nom: str
    mode: str
    cle: tuple[str, ...]
    colonnes: tuple[Colonne, ...]
    type_fichier: str


@dataclass
class Tableau:
    """Un tableau d'un fichier : une feuille d'un classeur, ou tout un CSV (sans nom).

    colonnes: nom canonique de chaque colonne, None pour une colonne inconnue. entete_ligne: numéro physique de
    l'en-tête. lignes: tout ce qui suit l'en-tête, vides et TOTAL compris.
    """

    nom: str
    colonnes: list[str | None]
    entete_ligne: int
    lignes: list[list[Cellule]]
    entetes: list[str] = field(default_factory=list)


@dataclass
class Livraison:
    """Ce qu'un fichier déposé dit d'une source, avec le contenu de ses cellules tel qu'il est écrit.

    chemin: sous depots/ ; deux sources d'un même classeur ont chacune leur livraison. date_nom: date portée par le nom
    (premier du mois ou de l'année s'il n'en dit pas plus). nuit: celle qui la prend. ecrit_le: date de modification du
    fichier. colonnes, entete_ligne, lignes: comme un tableau, s'il n'y en a qu'un. illisible: le fichier ne peut pas
    être lu du tout. feuille: celle qui porte le tableau, si son nom compte. feuilles: les tableaux d'un fichier qui en
    a plusieurs.
    """

    source: str
    chemin: str
    date_nom: dt.date
    nuit: dt.date
    ecrit_le: dt.datetime
    colonnes: list[str | None]
    entete_ligne: int
    lignes: list[list[Cellule]]
    format: dict[str, Any] = field(default_factory=dict)
    illisible: bool = False
    copie_de: str | None = None
    feuille: str = ""
    feuilles: list[Tableau] = field(default_factory=list)

    @property
    def tableaux(self) -> list[Tableau]:
        """Les tableaux qui se lisent ensemble."""
        seul = Tableau(self.feuille, self.colonnes, self.entete_ligne, self.lignes, self.format.get("entetes", []))
        return self.feuilles or [seul]

    @property
    def fichier(self) -> str:
        """Nom du fichier, sans son dossier."""
        return Path(self.chemin).name


@cache
def sources() -> dict[str, Source]:
    """Les sources recopiées dans depots.yml, à côté de ce module."""
    brut = yaml.safe_load((Path(__file__).parent / "depots.yml").read_text(encoding="utf-8"))["sources"]
    return {nom: _source(nom, s) for nom, s in brut.items()}


def _source(nom: str, brut: dict[str, Any]) -> Source:
    modalites = brut.get("modalites", {})
    colonnes = tuple(Colonne(c[0], c[1], c[2], c[3], tuple(modalites.get(c[1], ()))) for c in brut["colonnes"])
    # Une clé sans colonne est le nom de la feuille.
    noms = {c.nom for c in colonnes}
    feuille = tuple(Colonne("", c, "texte", True, (), nom_de_feuille=True) for c in brut["cle"] if c not in noms)
    return Source(nom, brut["mode"], tuple(brut["cle"]), feuille + colonnes, brut["format"]["type"])
