"""Un classeur de poche : une base en mémoire, ce que la publication en dit, et le classeur d'un axe, sans publier."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb

from include.extraits.audience import INTERNE, Audience
from include.extraits.classeur import ecrire_classeur
from include.extraits.lecture import COLONNE_SECRETE, Axe, Publication

AXE = "achats_responsables"
ARRETE = dt.date(2030, 12, 31)
HEURES = f"{AXE}.rpt_heures_secteur"
COLONNES_HEURES = "annee integer, secteur varchar, heures decimal(14, 2), part double"
CHIFFRES = "rapport.indicateurs"
COLONNES_CHIFFRES = (
    "code varchar, libelle varchar, axe varchar, annee integer, periode_debut date, periode_fin date, valeur double, "
    "numerateur decimal(18, 2), denominateur decimal(18, 2), unite varchar, publication varchar"
)
Tables = dict[str, tuple[str, list[tuple[Any, ...]]]]
"""Par table, ses colonnes et ses lignes ; une colonne _secret nomme celles que la ligne masque."""


def publication(base: duckdb.DuckDBPyConnection, audience: Audience = INTERNE, **change: Any) -> Publication:
    """Ce qu'une publication dit d'elle-même ; change : ce qui fait le cas."""
    types: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, colonne, type_ in base.execute(
        'select schema, "table", colonne, type from meta.dictionnaire'
    ).fetchall():
        types.setdefault((schema, table), {})[colonne] = type_
    dite = {
        "nom": "2031-01-02-1", "nuit": dt.date(2031, 1, 2), "arrete_au": ARRETE,
        "publiee_le": dt.datetime(2031, 1, 2, 3), "verdict": "complete",
        "axes": [Axe(AXE, "passe", ARRETE, False, None, ARRETE, 0)], "livraisons": [], "utilisees": {}, "controles": [],
        "dictionnaire": types, "descriptions": dict.fromkeys(types, "Une ligne par année × secteur."),
        "audience": audience,
    }  # fmt: skip
    return Publication(**(dite | change))


def classeur(destination: Path, tables: Tables, audience: Audience = INTERNE, **change: Any) -> Path:
    """Écrit le classeur d'AXE sur une base qui n'a que ces tables."""
    with duckdb.connect() as base:
        base.execute(
            'create schema meta; create table meta.dictionnaire (schema varchar, "table" varchar, colonne varchar, '
            "type varchar, description varchar, cle boolean)"
        )
        for nom, (colonnes, lignes) in tables.items():
            schema, table = nom.split(".")
            base.execute(f"create schema if not exists {schema}; create table {nom} ({colonnes})")
            for ligne in lignes:
                base.execute(f"insert into {nom} values ({', '.join('?' * len(ligne))})", ligne)
            base.execute(
                "insert into meta.dictionnaire select schema_name, table_name, column_name, data_type, "
                "'Ce que dit ' || column_name || '.', column_name = 'annee' from duckdb_columns() "
                "where schema_name = ? and table_name = ? and column_name <> ? order by column_index",
                [schema, table, COLONNE_SECRETE],
            )
        ecrire_classeur(base, publication(base, audience, **change), AXE, destination)
    return destination


def pieces(chemin: Path) -> dict[str, ElementTree.Element]:
    """Chaque pièce XML d'un classeur, lue : une pièce mal formée lève."""
    with zipfile.ZipFile(chemin) as archive:
        return {
            nom: ElementTree.fromstring(archive.read(nom))
            for nom in archive.namelist()
            if re.search(r"\.(xml|rels|vml)$", nom)
        }


def textes_de(piece: ElementTree.Element, balise: str) -> list[str]:
    """Contenu de chaque élément de ce nom, quel que soit son espace de noms."""
    return [e.text or "" for e in piece.iter() if e.tag.rsplit("}", 1)[-1] == balise]
