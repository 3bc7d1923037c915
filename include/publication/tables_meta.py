"""Les tables de meta que la publication écrit elle-même : colonnes, types et descriptions, en un seul endroit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa


@dataclass(frozen=True)
class TableMeta:
    """Une table de meta : sa description et, pour chaque colonne, son type DuckDB et sa description."""

    description: str
    colonnes: dict[str, tuple[str, str]]


_AXE = ("VARCHAR", "Axe : core (socle commun), transverse, ou un axe du pôle.")

TABLES: dict[str, TableMeta] = {
    "publications": TableMeta(
        "Une ligne par publication gardée, la courante comprise. La courante est la dernière par publiee_le.",
        {
            "publication": ("VARCHAR", "Nom de la publication : nuit et numéro dans la nuit."),
            "nuit": ("DATE", "Nuit de traitement : les livraisons reçues après elle n'y sont pas."),
            "arrete_au": ("DATE", "Aucun fait daté d'après ne compte."),
            "publiee_le": ("TIMESTAMP", "Date et heure de publication, à l'heure du pôle."),
            "verdict": ("VARCHAR", "complete : tous les axes sont frais ; partielle : un axe au moins est bloqué."),
        },
    ),
    "axes": TableMeta(
        "Une ligne par axe : verdict des contrôles de la nuit et date des données qui se lisent.",
        {
            "axe": _AXE,
            "verdict": ("VARCHAR", "passe, passe_avec_signalements ou bloque."),
            "donnees_du": (
                "DATE",
                "Arrêté des données publiées pour cet axe ; vide si l'axe n'a encore jamais été publié.",
            ),
            "reporte": ("BOOLEAN", "Vrai si l'axe est bloqué et garde ses dernières bonnes tables."),
            "cause": ("VARCHAR", "Pourquoi l'axe est bloqué ou signalé."),
        },
    ),
    "axes_livraisons": TableMeta(
        "Une ligne par axe × livraison en vigueur dans ses données publiées ; d'un axe reporté, celles d'origine.",
        {
            "axe": _AXE,
            "livraison": ("VARCHAR", "Livraison : voir meta.livraisons."),
        },
    ),
    "controles": TableMeta(
        "Une ligne par contrôle passé cette nuit, conforme ou non.",
        {
            "axe": _AXE,
            "controle": ("VARCHAR", "Nom du contrôle."),
            "severite": ("VARCHAR", "bloquant (retient l'axe), signale (publié et montré) ou observe (consigné)."),
            "proprietaire": ("VARCHAR", "Qui peut corriger."),
            "verdict": ("VARCHAR", "conforme, non_conforme ou non_evaluable."),
            "lignes_en_cause": (
                "BIGINT",
                "Nombre de lignes en cause ; vide si le contrôle ne porte pas sur des lignes.",
            ),
            "chiffres_proteges": ("VARCHAR", "Codes des chiffres que le contrôle protège, séparés par un espace."),
            "message": ("VARCHAR", "Ce qui a été constaté, sans valeur de cellule."),
        },
    ),
    "dictionnaire": TableMeta(
        "Une ligne par colonne de chaque table publiée.",
        {
            "schema": ("VARCHAR", "Schéma de la table."),
            "table": ("VARCHAR", "Nom de la table."),
            "colonne": ("VARCHAR", "Nom de la colonne."),
            "type": ("VARCHAR", "Type DuckDB de la colonne."),
            "description": ("VARCHAR", "Ce que la colonne dit."),
        },
    ),
}


def ecrire(base: duckdb.DuckDBPyConnection, nom: str, lignes: list[dict[str, Any]]) -> None:
    """Crée neuf.meta.<nom> et y met ces lignes, dans leur ordre."""
    colonnes = TABLES[nom].colonnes
    definition = ", ".join(f'"{c}" {type_}' for c, (type_, _) in colonnes.items())
    base.execute(f"create table neuf.meta.{nom} ({definition})")
    if lignes:
        base.register("_lignes", pa.Table.from_pylist([{c: ligne.get(c) for c in colonnes} for ligne in lignes]))
        base.execute(f"insert into neuf.meta.{nom} by name select * from _lignes")
        base.unregister("_lignes")
