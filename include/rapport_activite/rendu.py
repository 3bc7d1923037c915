"""Les deux mises en page d'un même rapport : PDF par typst, HTML d'un seul fichier."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jinja2

from include.configuration import fichier_du_pole
from include.rapport_activite.graphiques import polices

ICI = Path(__file__).parent


def pdf(contenu: dict[str, Any], destination: Path) -> None:
    """Écrit le PDF, balisé pour les lecteurs d'écran, sans date de fabrication : mêmes données, mêmes octets."""
    import typst

    dossier = polices()
    octets = typst.compile(
        ICI / "rapport.typ",
        root=ICI,
        format="pdf",
        # Les polices de la machine n'y entrent pas : le même rapport sort partout.
        font_paths=[dossier] if dossier else [],
        ignore_system_fonts=True,
        sys_inputs={"rapport": json.dumps(contenu | {"logo": _logo_pdf()}, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    destination.write_bytes(octets)


def html(contenu: dict[str, Any], destination: Path) -> None:
    """Écrit la page, qui se lit seule : graphiques et logo y sont écrits, aucun script."""
    environnement = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ICI),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    logo = _logo()
    adresse = f"data:image/{_MIMES[logo[0]]};base64,{base64.b64encode(logo[1]).decode()}" if logo else None
    page = environnement.get_template("rapport.html.j2").render(
        r=contenu | {"logo": {"adresse": adresse} if adresse else None}, polices=_polices_html()
    )
    destination.write_text(page, encoding="utf-8")


_GRAISSES = {"Regular": "400", "SemiBold": "500 900"}
"""Graisses que la page embarque, et celles de ses textes que chacune écrit."""


def _polices_html() -> list[dict[str, str]]:
    """Les polices de la page, écrites dedans ; aucune si elles ne sont pas installées : celles du lecteur servent."""
    dossier = polices()
    fichiers = {g: dossier / f"HKGrotesk-{nom}.otf" for nom, g in _GRAISSES.items()} if dossier else {}
    return [
        {"graisse": g, "adresse": f"data:font/otf;base64,{base64.b64encode(f.read_bytes()).decode()}"}
        for g, f in fichiers.items()
        if f.is_file()
    ]


_MIMES = {"svg": "svg+xml", "png": "png"}


def _logo() -> tuple[str, bytes] | None:
    chemin = fichier_du_pole("logo")
    return (chemin.suffix.lower().removeprefix("."), chemin.read_bytes()) if chemin else None


def _logo_pdf() -> dict[str, Any] | None:
    logo = _logo()
    return {"genre": logo[0], "octets": list(logo[1])} if logo else None
