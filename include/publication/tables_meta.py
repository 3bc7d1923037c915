"""Les tables de meta que la publication écrit elle-même : colonnes, types et descriptions, en un seul endroit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa


@dataclass(frozen=True)
class TableMeta:
    """Une table de meta : sa description, sa clé et, pour chaque colonne, son type DuckDB et sa description."""

    description: str
    cle: list[str]
    colonnes: dict[str, tuple[str, str]]


_AXE = ("VARCHAR", "Axe : core (socle commun), transverse, ou un axe du pôle.")

TABLES: dict[str, TableMeta] = {
    "publications": TableMeta(
        "Une ligne par publication gardée, la courante comprise. La courante est la dernière par publiee_le.",
        ["publication"],
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
        ["axe"],
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
        ["axe", "livraison"],
        {
            "axe": _AXE,
            "livraison": ("VARCHAR", "Livraison : voir meta.livraisons."),
        },
    ),
    "controles": TableMeta(
        "Une ligne par contrôle passé cette nuit, conforme ou non.",
        ["axe", "controle"],
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
    "changements": TableMeta(
        "Une ligne par chiffre × année dont la valeur n'est plus celle de la publication précédente, et pourquoi ; "
        "vide à la première publication. Pour comparer deux autres publications : make diff.",
        ["code", "annee"],
        {
            "depuis": ("VARCHAR", "Publication à laquelle celle-ci est comparée : celle qu'on lisait juste avant."),
            "code": ("VARCHAR", "Code du chiffre : voir rapport.definitions."),
            "libelle": ("VARCHAR", "Libellé du chiffre."),
            "axe": _AXE,
            "annee": ("INTEGER", "Année du chiffre : celle de sa fin de période."),
            "periode_debut": ("DATE", "Premier jour de la période, de la nouvelle valeur si elle existe."),
            "periode_fin": ("DATE", "Dernier jour de la période, de la nouvelle valeur si elle existe."),
            "unite": ("VARCHAR", "Unité du chiffre."),
            "ancienne": ("DOUBLE", "Valeur d'avant, non arrondie ; vide si le chiffre est nouveau."),
            "nouvelle": ("DOUBLE", "Valeur de cette publication, non arrondie ; vide si le chiffre a disparu."),
            "ecart": ("DOUBLE", "Nouvelle moins ancienne ; vide s'il manque l'une des deux."),
            "cause": (
                "VARCHAR",
                "Ce qui a changé entre les deux calculs du chiffre, joint par « et » : livraisons (fichiers de ses "
                "sources), code (modèles dont il vient, ou sa ligne du registre), arrêté, personnes (réunies ou "
                "séparées), axe repris ou axe reporté ; indéterminée si rien de tout cela.",
            ),
            "livraisons": (
                "VARCHAR",
                "Livraisons de ses sources entrées en vigueur ou qui n'y sont plus, avec leur fichier, séparées par "
                "« ; » ; vide s'il n'y en a pas.",
            ),
            "detail": ("VARCHAR", "Ce que chaque autre cause recouvre : modèles, arrêtés, axes ; vide si rien."),
        },
    ),
    "dictionnaire": TableMeta(
        "Une ligne par colonne de chaque table publiée.",
        ["schema", "table", "colonne"],
        {
            "schema": ("VARCHAR", "Schéma de la table."),
            "table": ("VARCHAR", "Nom de la table."),
            "colonne": ("VARCHAR", "Nom de la colonne."),
            "type": ("VARCHAR", "Type DuckDB de la colonne."),
            "description": ("VARCHAR", "Ce que la colonne dit."),
            "cle": ("BOOLEAN", "Vrai si la colonne est de la clé de sa table : une seule ligne par valeur de la clé."),
            "designe": (
                "VARCHAR",
                "Colonne « schema.table.colonne » que celle-ci désigne, le seul chemin de jointure ; vide si elle ne "
                "désigne rien.",
            ),
        },
    ),
}


def ecrire(base: duckdb.DuckDBPyConnection, nom: str, lignes: list[dict[str, Any]]) -> None:
    """Crée neuf.meta.<nom> et y met ces lignes, dans leur ordre."""
    definition = ", ".join(f'"{c}" {type_}' for c, (type_, _) in TABLES[nom].colonnes.items())
    base.execute(f"create table neuf.meta.{nom} ({definition})")
    ajouter(base, nom, lignes)


def ajouter(base: duckdb.DuckDBPyConnection, nom: str, lignes: list[dict[str, Any]]) -> None:
    """Met ces lignes dans neuf.meta.<nom>, qui existe."""
    colonnes = TABLES[nom].colonnes
    if lignes:
        base.register("_lignes", pa.Table.from_pylist([{c: ligne.get(c) for c in colonnes} for ligne in lignes]))
        base.execute(f"insert into neuf.meta.{nom} by name select * from _lignes")
        base.unregister("_lignes")
