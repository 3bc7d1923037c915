"""Une base par audience, en mémoire le temps d'écrire ses extraits : ce qu'elle peut lire, et rien d'autre.

Les extraits sont faits de la base qu'on leur donne : classeur, page et CSV disent donc la même chose, et ne peuvent
pas montrer ce qui n'y est pas.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from include.diffusion.declarations import Table
from include.diffusion.public import CHIFFRES, SECRET, Diffusion
from include.diffusion.tableaux import Valeurs

_META = ("publications", "axes", "controles", "livraisons", "axes_livraisons")
_SANS_CAUSE = ("controles", "livraisons", "axes_livraisons")
_RANG = " Le rang est celui parmi les lignes montrées."


@contextmanager
def pour_financeurs(publiee: Path, tables: Collection[Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Base des financeurs : les tables qui leur sont déclarées, entières ; d'une table à eux seuls, ses `colonnes`."""
    with _neuve(publiee) as base:
        for t in _presentes(base, tables):
            colonnes = "*" if t.publique else ", ".join(t.declaration.get("colonnes", ["*"]))
            base.execute(f"create table {t.relation} as select {colonnes} from source.{t.relation}")
            _commenter(base, t)
        for nom in _META:
            base.execute(f"create table meta.{nom} as select * from source.meta.{nom}")
        _changements(base)
        _finir(base)
        yield base


@contextmanager
def pour_le_public(
    publiee: Path, tables: Collection[Table], diffusion: Diffusion
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Base du public : les tables publiques, leurs seules colonnes déclarées, masquées."""
    with _neuve(publiee) as base:
        for t in _presentes(base, [t for t in tables if t.publique]):
            if f"{t.schema}.{t.nom}" == CHIFFRES:
                familles = {t.famille for t in tables if t.publique}
                tranches = [tranche for (famille, _), tranche in diffusion.etat.items() if famille in familles]
                chiffres = [ligne for tranche in tranches for ligne in tranche.lignes.get(CHIFFRES, [])]
                _remplir(base, t, [*diffusion.chiffres_libres, *chiffres])
            elif t.famille:
                lignes = [
                    ligne
                    for (famille, _), tranche in sorted(diffusion.etat.items())
                    if famille == t.famille
                    for ligne in _ranger(t, tranche.lignes.get(f"{t.schema}.{t.nom}", []))
                ]
                _remplir(base, t, lignes)
            else:
                colonnes = ", ".join(f'"{c}"' for c in t.colonnes)
                base.execute(f"create table {t.relation} as select {colonnes} from source.{t.relation}")
            _commenter(base, t)
        _sans_coulisses(base)
        _definitions_utiles(base)
        _finir(base)
        yield base


@contextmanager
def _neuve(publiee: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as base:
        chemin = str(publiee).replace("'", "''")
        base.execute(f"attach '{chemin}' as source (read_only)")
        base.execute("create schema meta")
        yield base


def _presentes(base: duckdb.DuckDBPyConnection, tables: Collection[Table]) -> list[Table]:
    """Celles que la publication contient (un axe jamais publié n'a pas de table) ; fait leurs schémas."""
    connues = set(
        base.execute("select schema_name, table_name from duckdb_tables() where database_name = 'source'").fetchall()
    )
    presentes = [t for t in tables if (t.schema, t.nom) in connues]
    for schema in sorted({t.schema for t in presentes}):
        base.execute(f'create schema if not exists "{schema}"')
    return presentes


def _remplir(base: duckdb.DuckDBPyConnection, t: Table, lignes: list[Valeurs]) -> None:
    """Crée une table masquée : ses colonnes déclarées, de leur type, et celle qui nomme ce qui y est sous secret."""
    types = dict(
        base.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = 'source' and schema_name = ? and table_name = ? order by column_index",
            [t.schema, t.nom],
        ).fetchall()
    )
    colonnes = {c: type_ for c, type_ in types.items() if c in t.colonnes} | {SECRET: "VARCHAR"}
    definition = ", ".join(f'"{c}" {type_}' for c, type_ in colonnes.items())
    base.execute(f"create table {t.relation} ({definition})")
    texte = pa.schema([(c, pa.string()) for c in colonnes])
    base.register("_lues", pa.Table.from_pylist([{c: ligne.get(c) for c in colonnes} for ligne in lignes], texte))
    lues = ", ".join(f'cast("{c}" as {type_})' for c, type_ in colonnes.items())
    base.execute(f"insert into {t.relation} select {lues} from _lues")
    base.unregister("_lues")


def _ranger(t: Table, lignes: list[Valeurs]) -> list[Valeurs]:
    """Lignes d'une tranche ; un rang y est refait parmi les valeurs montrées : il n'apprend rien des autres."""
    for rang, mesure in t.declaration.get("rang", {}).items():
        montrees = [i for i, ligne in enumerate(lignes) if ligne[rang] is not None]
        montrees.sort(key=lambda i: (-float(lignes[i][mesure] or 0), int(lignes[i][rang] or 0)))
        rangs = {i: str(n) for n, i in enumerate(montrees, 1)}
        # Les premières d'abord, puis celles qui sont sous secret, dans l'ordre de leurs libellés.
        suite = [*montrees, *(i for i in range(len(lignes)) if i not in rangs)]
        lignes = [lignes[i] | {rang: rangs.get(i)} for i in suite]
    return lignes


def _commenter(base: duckdb.DuckDBPyConnection, t: Table) -> None:
    """La description de la table la suit."""
    [(texte,)] = base.execute(
        "select comment from duckdb_tables() where database_name = 'source' and schema_name = ? and table_name = ?",
        [t.schema, t.nom],
    ).fetchall()
    texte = (texte or "") + (_RANG if t.publique and "rang" in t.declaration else "")
    base.execute(f"comment on table {t.relation} is '{texte.replace(chr(39), chr(39) * 2)}'")


def _changements(base: duckdb.DuckDBPyConnection) -> None:
    """Ce qui a changé des chiffres montrés, et eux seuls. Jamais pour le public : un écart dirait ce qui est masqué."""
    montres = "false"
    if base.execute("from duckdb_tables() where database_name = 'memory' and table_name = 'indicateurs'").fetchall():
        montres = "code in (select code from rapport.indicateurs)"
    base.execute(f"create table meta.changements as from source.meta.changements where {montres}")


def _definitions_utiles(base: duckdb.DuckDBPyConnection) -> None:
    """Une définition ne se montre qu'avec son chiffre."""
    presentes = set(
        base.execute(
            "select table_name from duckdb_tables() where database_name = 'memory' and schema_name = 'rapport'"
        ).fetchall()
    )
    if {("definitions",), ("indicateurs",)} <= presentes:
        base.execute("delete from rapport.definitions where code not in (select code from rapport.indicateurs)")


def _sans_coulisses(base: duckdb.DuckDBPyConnection) -> None:
    """Ce qui décrit la publication, sans les fichiers reçus, les contrôles, ni les causes de blocage."""
    base.execute(
        "create table meta.publications as from source.meta.publications order by publiee_le desc limit 1;"
        "create table meta.axes as select * replace (cast(null as varchar) as cause) from source.meta.axes"
    )
    for nom in _SANS_CAUSE:
        base.execute(f"create table meta.{nom} as from source.meta.{nom} limit 0")


def _finir(base: duckdb.DuckDBPyConnection) -> None:
    """Ne garde que les axes qui ont une table, décrit ce qui se lit, et quitte la base publiée."""
    base.execute(
        "delete from meta.axes where not exists (from duckdb_tables() as t where t.database_name = 'memory' "
        "and t.schema_name = case axe when 'transverse' then 'rapport' else axe end);"
        "create table meta.dictionnaire as select d.* from source.meta.dictionnaire as d "
        "inner join duckdb_columns() as c on c.database_name = 'memory' and c.schema_name = d.schema "
        "and c.table_name = d.table and c.column_name = d.colonne order by c.schema_name, c.table_name, c.column_index;"
        "detach source"
    )
