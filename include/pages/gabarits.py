"""Le gabarit commun des pages : en-tête, style, pied, et la façon d'y écrire nombres et dates."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from include.configuration import fichier_du_pole, organisation
from include.extraits import francais

ICI = Path(__file__).parent


def gabarit(nom: str) -> jinja2.Template:
    """Le gabarit de ce nom ; `organisation` et `logo` y sont connus, et toute valeur y est échappée."""
    environnement = _environnement()
    environnement.globals |= {"organisation": organisation(), "logo": _logo()}
    return environnement.get_template(nom)


@cache
def _environnement() -> jinja2.Environment:
    environnement = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ICI),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environnement.filters |= {
        "nombre": francais.nombre,
        "date": francais.date,
        "date_longue": francais.date_longue,
        "accord": francais.accord,
        "poids": _poids,
        "dessin": _dessin,
    }
    return environnement


def _dessin(svg: str, titre: str) -> Markup:
    """Un graphique dans la page : une image pour qui ne la voit pas, dont les valeurs sont au tableau qui suit.

    Vega nomme chaque trait en anglais : ces noms sont ôtés, et il n'y reste que le titre.
    """
    nu = re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", svg)
    nom = escape(f"{titre}. Les valeurs sont dans le tableau qui suit.")
    return Markup(nu.replace("<svg ", f'<svg role="img" aria-label="{nom}" ', 1))


def _logo() -> str | None:
    """Le logo du pôle, écrit dans la page : elle se lit seule."""
    chemin = fichier_du_pole("logo")
    if chemin is None:
        return None
    genre = {".svg": "svg+xml", ".png": "png"}[chemin.suffix.lower()]
    return f"data:image/{genre};base64,{base64.b64encode(chemin.read_bytes()).decode()}"


def _poids(fichier: Path) -> str:
    """Taille d'un fichier, en mots."""
    octets: Any = fichier.stat().st_size
    return f"{francais.nombre(octets / 1e6, 1)} Mo" if octets >= 1e6 else f"{francais.nombre(octets / 1e3)} ko"
