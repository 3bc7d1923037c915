"""Ce que dit un courriel, avant sa forme : un seul contenu fait la page HTML et le texte nu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import jinja2

from include.configuration import organisation
from include.extraits.francais import accord


@dataclass(frozen=True)
class Chiffre:
    """Un chiffre clé, tout en mots : valeur, période et tendance sont déjà écrites en français."""

    libelle: str
    valeur: str
    unite: str
    periode: str
    tendance: str


@dataclass(frozen=True)
class Liste:
    """Quelques faits de même nature sous un intertitre ; `note` dit ce que la liste ne montre pas."""

    titre: str
    faits: Sequence[str]
    note: str = ""


@dataclass(frozen=True)
class Lien:
    """Une adresse où lire la suite."""

    libelle: str
    adresse: str


@dataclass(frozen=True)
class Rubrique:
    """Ce qui regarde un axe, ou un responsable. `alerte` : ce qui s'y lit en premier."""

    titre: str
    alerte: str = ""
    phrases: Sequence[str] = ()
    chiffres: Sequence[Chiffre] = ()
    listes: Sequence[Liste] = ()
    liens: Sequence[Lien] = ()


@dataclass(frozen=True)
class Contenu:
    """Un courriel. `etat` : sa couleur (« bon », « attention », « grave »)."""

    sujet: str
    titre: str
    etat: str
    resume: Sequence[str]
    rubriques: Sequence[Rubrique] = ()
    liens: Sequence[Lien] = ()
    pied: Sequence[str] = field(default_factory=tuple)

    def html(self) -> str:
        """La page : styles dans les balises, ni image, ni script, ni rien à télécharger."""
        return _gabarit("courriel.html.j2").render(c=self, organisation=organisation())

    def texte(self) -> str:
        """Le même, pour qui lit sans HTML."""
        return _gabarit("courriel.txt.j2").render(c=self, organisation=organisation())


def quelques(textes: Sequence[str], combien: int) -> str:
    """Les premiers, et combien il en reste : « a, b et 3 autres »."""
    reste = len(textes) - combien
    return ", ".join(textes[:combien]) + (f" et {accord(reste, 'autre')}" if reste > 0 else "")


@cache
def _gabarit(nom: str) -> jinja2.Template:
    environnement = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=jinja2.select_autoescape(["html.j2"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environnement.get_template(nom)
