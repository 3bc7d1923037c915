"""Remplacer des pseudonymes dans les publications gardées, sans que leurs chiffres changent.

La base est récrite à neuf : une mise à jour laisserait les anciennes valeurs dans les blocs libres du fichier. Une
table touchée est rangée de nouveau, car la place d'une ligne rangée par pseudonyme en dirait le début.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa

from include.confidentialite import synchroniser
from include.configuration import Dossiers
from include.extraits.parquet import ecrire_parquet
from include.publication import bascule, empreintes
from include.publication.composition import STOCKAGE, texte_sql
from include.publication.publication import BASE


def remplacer(d: Dossiers, remplacements: dict[str, str]) -> int:
    """Remplace ces pseudonymes (ancien → nouveau) dans chaque publication ; rend le nombre de publications récrites.

    Chaque fichier change d'un seul renommage. Peut être rappelée : ce qui est fait ne l'est pas deux fois.
    """
    return sum(_recrire(dossier, remplacements) for dossier in bascule.publications(d)) if remplacements else 0


def porteuses(d: Dossiers, pseudonymes: set[str]) -> list[str]:
    """Publications gardées où l'un de ces pseudonymes se lit."""
    return [p.name for p in bascule.publications(d) if _tables_touchees(p / BASE, dict.fromkeys(pseudonymes, ""))]


def _recrire(publication: Path, remplacements: dict[str, str]) -> bool:
    base = publication / BASE
    parquet, neuf = publication / "parquet", publication / ".tmp-parquet"
    touchees = _tables_touchees(base, remplacements)
    if touchees:
        temporaire = publication / f".{BASE}.tmp"
        temporaire.unlink(missing_ok=True)
        contenu = _base_neuve(base, temporaire, remplacements, touchees)
        temporaire.chmod(base.stat().st_mode & 0o777)
        synchroniser(temporaire)
        # La fiche avant la base : tant que la base porte l'ancien pseudonyme, tout se refait.
        _changer_la_fiche(publication, contenu)
        shutil.rmtree(neuf, ignore_errors=True)
        with duckdb.connect(str(temporaire), read_only=True) as lue:
            ecrire_parquet(lue, neuf)
        for fichier in sorted(p for p in neuf.rglob("*.parquet")):
            synchroniser(fichier)
            fichier.replace(parquet / fichier.relative_to(neuf))
        shutil.rmtree(neuf)
        temporaire.replace(base)
        synchroniser(publication)
    return bool(touchees)


def _tables_touchees(base: Path, remplacements: dict[str, str]) -> dict[tuple[str, str], list[str]]:
    """Colonnes où l'un des anciens pseudonymes se lit, par schéma et table."""
    with duckdb.connect(str(base), read_only=True) as lue:
        lue.register("anciens", pa.table({"ancien": pa.array(list(remplacements), pa.string())}))
        textes = lue.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where database_name = current_database() and data_type = 'VARCHAR' order by all"
        ).fetchall()
        touchees: dict[tuple[str, str], list[str]] = {}
        for schema, table, colonne in textes:
            if lue.execute(
                f'select 1 from "{schema}"."{table}" where "{colonne}" in (select ancien from anciens) limit 1'
            ).fetchone():
                touchees.setdefault((schema, table), []).append(colonne)
    return touchees


def _base_neuve(
    ancienne: Path, neuve: Path, remplacements: dict[str, str], touchees: dict[tuple[str, str], list[str]]
) -> str:
    """Écrit la base où ces pseudonymes sont remplacés ; rend l'empreinte de son contenu."""
    with duckdb.connect(config={"temp_directory": ""}) as base:
        base.execute(f"attach '{texte_sql(ancienne)}' as ancien (read_only)")
        base.execute(f"attach '{texte_sql(neuve)}' as neuf (storage_version '{STOCKAGE}')")
        base.register(
            "remplacements",
            pa.table({
                "ancien": pa.array(list(remplacements), pa.string()),
                "nouveau": pa.array(list(remplacements.values()), pa.string()),
            }),
        )  # fmt: skip
        base.execute("create temp table carte as select map(list(ancien), list(nouveau)) as m from remplacements")
        for schema, table, commentaire in base.execute(
            "select schema_name, table_name, comment from duckdb_tables() where database_name = 'ancien' order by all"
        ).fetchall():
            relation = f'"{schema}"."{table}"'
            colonnes = touchees.get((schema, table), [])
            changees = ", ".join(f'coalesce((select m from carte)["{c}"], "{c}") as "{c}"' for c in colonnes)
            base.execute(f'create schema if not exists neuf."{schema}"')
            base.execute(
                f"create table neuf.{relation} as select * {f'replace ({changees})' if colonnes else ''} "
                f"from ancien.{relation} {'order by all' if colonnes else ''}"
            )
            _commenter(base, f"table neuf.{relation}", commentaire)
        for schema, table, colonne, commentaire in base.execute(
            "select schema_name, table_name, column_name, comment from duckdb_columns() where database_name = 'ancien'"
        ).fetchall():
            _commenter(base, f'column neuf."{schema}"."{table}"."{colonne}"', commentaire)
        axes = json.loads((ancienne.parent / bascule.FICHE).read_text(encoding="utf-8"))["axes"]
        contenu = empreintes.contenu(base, axes)
        base.execute("checkpoint neuf")
    return contenu


def _commenter(base: duckdb.DuckDBPyConnection, objet: str, commentaire: str | None) -> None:
    if commentaire is not None:
        base.execute(f"comment on {objet} is '{texte_sql(commentaire)}'")


def _changer_la_fiche(publication: Path, contenu: str) -> None:
    """Met à jour l'empreinte du contenu : sans elle, la nuit suivante croirait que des chiffres ont changé."""
    fiche = publication / bascule.FICHE
    temporaire = publication / f".{bascule.FICHE}.tmp"
    texte = json.dumps(
        json.loads(fiche.read_text(encoding="utf-8")) | {"contenu": contenu}, ensure_ascii=False, indent=1
    )
    temporaire.write_text(texte, encoding="utf-8")
    synchroniser(temporaire)
    temporaire.replace(fiche)
