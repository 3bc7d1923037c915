"""Chercher des canaris partout : dans les octets d'un fichier et, s'il les compresse ou les code, dans ses valeurs.

Un canari est une valeur personnelle inventée que rien d'autre ne contient : la retrouver hors de la zone restreinte est
une fuite, et il dit par quel chemin elle est sortie.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine

RESERVES = frozenset({"prive", "archives", "depots"})
"""Dossiers d'ENTREPOT_DATA où une personne peut être nommée."""


# Chercher chaque canari serait long : on relève tout ce qui a la forme d'un canari, puis on regarde si c'en est un.
_MOT = re.compile(rb"zq[a-z]{8}")
# Six chiffres pris dans un pseudonyme, un décalage ou une coordonnée ne sont pas une date : rien de tel autour d'elle.
_SEUL = rb"(?<![0-9a-fA-F])%b(?![0-9a-fA-F])"
_JOURS = (
    re.compile(_SEUL % rb"\d\d[/.\- ]?\d\d[/.\- ]?\d\d(?:\d\d)?"),
    re.compile(_SEUL % rb"\d{4}-\d\d-\d\d"),
)
_NUMERO = re.compile(rb"7(?:[ .\-/]?\d){8}")


def mot(graine: bytes) -> str:
    """Un nom de dix lettres sans accent, que ni la casse ni le codage ne cachent ; le même pour une même graine."""
    return "zq" + "".join(chr(97 + octet % 26) for octet in graine[:8])


class Fouille:
    """Recherche de canaris : mots de `mot`, dates de naissance, numéros de téléphone, sous leur nom."""

    def __init__(self, canaris: Mapping[str, str | dt.date]) -> None:
        """canaris: le mot, la date ou le numéro (dix chiffres) de chacun, par nom."""
        self._noms: dict[bytes, str] = {}
        for nom, canari in canaris.items():
            if isinstance(canari, dt.date):
                self._noms |= {forme.encode(): nom for forme in (f"{canari:%Y%m%d}", f"{canari:%d%m%Y}")}
                self._noms[f"{canari:%d%m%y}".encode()] = nom
            else:
                self._noms[canari.removeprefix("0").encode()] = nom

    def octets(self, contenu: bytes) -> set[str]:
        """Canaris de ces octets, en UTF-8, cp1252 ou UTF-16, et de ce qu'ils compressent."""
        trouves: set[str] = set()
        for morceau in _deplier(contenu):
            # En UTF-16 une lettre sans accent est elle-même et un octet nul.
            for lisible in {morceau, morceau.replace(b"\0", b"")}:
                vus = set(_MOT.findall(lisible.lower()))
                for forme in (*_JOURS, _NUMERO):
                    vus |= {re.sub(rb"\D", b"", chiffres) for chiffres in set(forme.findall(lisible))}
                trouves |= {self._noms[vu] for vu in vus & self._noms.keys()}
        return trouves

    def texte(self, texte: str) -> set[str]:
        """Canaris d'un texte."""
        return self.octets(texte.encode("utf-8", "replace"))

    def fichier(self, chemin: Path) -> set[str]:
        """Canaris d'un fichier : son nom, ses octets, et ses valeurs s'il est d'un format qui les code."""
        contenu = chemin.read_bytes()
        trouves = self.texte(chemin.name) | self.octets(contenu)
        for lisible in _valeurs(chemin, contenu):
            trouves |= self.texte(lisible)
        return trouves

    def dossier(self, racine: Path, sauf: Iterable[str] = RESERVES, depuis: float = 0.0) -> dict[str, set[str]]:
        """Canaris de chaque fichier sous `racine`, hors de ces sous-dossiers ; les liens ne sont pas suivis.

        depuis: heure (secondes) avant laquelle un fichier est d'avant le lâcher et n'en contient pas.
        """
        trouves = {}
        for chemin in fichiers(racine, sauf):
            if chemin.stat().st_mtime < depuis:
                continue
            relatif = chemin.relative_to(racine)
            if ici := self.fichier(chemin) | self.texte("/".join(relatif.parts)):
                trouves[str(relatif)] = ici
        return trouves


def fichiers(racine: Path, sauf: Iterable[str] = RESERVES) -> list[Path]:
    """Fichiers sous `racine`, hors de ces sous-dossiers."""
    tous = (f for f in sorted(racine.rglob("*")) if f.is_file() and not f.is_symlink())
    return [f for f in tous if f.relative_to(racine).parts[0] not in set(sauf)]


def _deplier(contenu: bytes) -> Iterator[bytes]:
    """Les octets, et ceux qu'ils compressent (zip, gzip, zlib, zstd), à toute profondeur."""
    yield contenu
    if contenu.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            for partie in archive.infolist():
                yield partie.filename.encode()
                yield from _deplier(archive.read(partie))
    elif contenu.startswith(b"\x1f\x8b"):
        yield from _deplier(gzip.decompress(contenu))
    elif contenu[:1] == b"\x78":
        try:
            yield from _deplier(zlib.decompress(contenu))
        except zlib.error:
            return  # Un octet « x » au début de tout autre chose.
    elif contenu.startswith(b"\x28\xb5\x2f\xfd"):
        yield from _deplier(pa.CompressedInputStream(pa.BufferReader(contenu), "zstd").read())


def _valeurs(chemin: Path, contenu: bytes) -> Iterator[str]:
    """Valeurs d'un fichier dont les octets ne les montrent pas : Parquet, DuckDB, SQLite, dates d'un classeur."""
    if contenu.startswith(b"PAR1"):
        table = pq.ParquetFile(chemin).read()
        yield repr(table.schema.metadata)
        for colonne in table.columns:
            yield "\n".join(map(str, colonne.unique().to_pylist()))
    elif contenu[8:12] == b"DUCK":
        with duckdb.connect(str(chemin), read_only=True) as base:
            yield from _de_la_base(base)
    elif contenu.startswith(b"SQLite format 3\0"):
        yield from _de_sqlite(chemin)
    elif chemin.suffix == ".xlsx":
        with calamine.load_workbook(str(chemin)) as classeur:
            for feuille in classeur.sheet_names:
                yield "\n".join(str(v) for ligne in classeur.get_sheet_by_name(feuille).iter_rows() for v in ligne)


def _de_la_base(base: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for sql, commentaire in base.execute("select sql, comment from duckdb_tables() union all select sql, comment "
                                         "from duckdb_views() where not internal").fetchall():  # fmt: skip
        yield f"{sql}\n{commentaire}"
    colonnes = base.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema not in ('information_schema', 'pg_catalog')"
    ).fetchall()
    for schema, table, colonne in colonnes:
        valeurs = base.execute(
            f"""select string_agg(distinct cast("{colonne}" as varchar), chr(10)) from "{schema}"."{table}" """
        ).fetchone()
        yield (valeurs or ("",))[0] or ""


def _de_sqlite(chemin: Path) -> Iterator[str]:
    base = sqlite3.connect(f"file:{chemin}?mode=ro", uri=True)
    base.text_factory = lambda octets: octets.decode("utf-8", "replace")
    try:
        for (table,) in base.execute("select name from sqlite_master where type = 'table'").fetchall():
            for ligne in base.execute(f'select * from "{table}"'):
                for valeur in ligne:
                    # Un octet après l'autre : une valeur peut elle-même être compressée.
                    octets = valeur if isinstance(valeur, bytes) else str(valeur).encode()
                    yield from (morceau.decode("utf-8", "replace") for morceau in _deplier(octets))
    finally:
        base.close()
