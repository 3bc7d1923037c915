"""La page des analystes : docs/analysts.md, limitée à ce que la publication contient, schémas dessinés d'après elle."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup

from include.configuration import RACINE, organisation
from include.extraits.lecture import Publication
from include.extraits.schemas import schema

SOURCE = RACINE / "docs" / "analysts.md"
_SECTION = re.compile(r"^(?=#{1,3} )", re.MULTILINE)
_REQUETE = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PARTIE = re.compile(r"<h2>(.*?)</h2>")
_SCHEMA = re.compile(r"^!\[[^\]]*\]\(images/er_(\w+)\.svg\)$", re.MULTILINE)


def ecrire_exemples_sql(base: duckdb.DuckDBPyConnection, publication: Publication, destination: Path) -> None:
    """Écrit la page : connexion, jointures, un schéma par axe et les requêtes qui marchent sur cette base."""
    modele = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    ).get_template("exemples_sql.html.j2")
    corps = _dessiner(MarkdownIt("commonmark").enable("table").render("".join(_retenues(base))), _schemas(base))
    parties = _PARTIE.findall(corps)
    for rang, partie in enumerate(parties):
        corps = corps.replace(f"<h2>{partie}</h2>", f'<h2 id="p{rang}">{partie}</h2>', 1)
    page = modele.render(
        organisation=organisation(), publication=publication, parties=map(Markup, parties), corps=Markup(corps)
    )
    destination.write_text(page, encoding="utf-8")


def requetes(texte: str) -> list[str]:
    """Requêtes SQL d'un document Markdown, dans l'ordre."""
    return _REQUETE.findall(texte)


def _retenues(base: duckdb.DuckDBPyConnection) -> list[str]:
    """Sections du document dont le schéma existe et dont chaque requête se prépare sur cette base."""
    dessines = _schemas(base)
    return [
        section
        for section in _SECTION.split(SOURCE.read_text(encoding="utf-8"))
        if all(axe in dessines for axe in _SCHEMA.findall(section)) and all(_tient(base, r) for r in requetes(section))
    ]


def _tient(base: duckdb.DuckDBPyConnection, requete: str) -> bool:
    """Vrai si la base a les tables et les colonnes que lit cette requête."""
    try:
        base.execute(f"explain {requete}")
    except duckdb.Error:
        return False
    return True


def _schemas(base: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """SVG de chaque schéma que le document montre et que la base contient."""
    axes = _SCHEMA.findall(SOURCE.read_text(encoding="utf-8"))
    return {axe: dessin for axe in axes if (dessin := schema(base, axe))}


def _dessiner(corps: str, dessines: dict[str, str]) -> str:
    """Met chaque dessin à la place de son image : la page se lit seule."""

    def dessin(image: re.Match[str]) -> Any:
        return f'<div class="schema" tabindex="0">{dessines[image[1]]}</div>'

    return re.sub(r'<p><img src="images/er_(\w+)\.svg"[^>]*></p>', dessin, corps)
