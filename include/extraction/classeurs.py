"""Les feuilles d'un classeur .xlsx, lues en texte : un nombre entier perd son « .0 », une date devient AAAA-MM-JJ."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from include.extraction.formats import LIGNES_APERCU, Codee, FichierRefuse, Lignes, Rang

OCTETS_MAX = 2 << 30
"""Taille décompressée au-delà de laquelle un classeur est refusé : une archive piégée remplirait la mémoire."""
CELLULES_MAX = 60_000_000
"""Étendue (lignes × colonnes) au-delà de laquelle une feuille est refusée : le lecteur la réserve toute en mémoire."""
_BLOC = 50_000
_MORCEAU = 4 << 20
_CELLULE = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/]>')
_ERREUR = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*\bt="e"')
_FORMULE_SANS_VALEUR = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>')
_ILLISIBLE = "classeur tronqué ou abîmé : ouvrez-le dans le tableur, enregistrez-le en .xlsx et déposez-le à nouveau"
NON_CALCULEE = "#FORMULE"
"""Ce qu'on lit d'une cellule en erreur, ou d'une formule dont le tableur n'a pas enregistré la valeur."""


def feuilles(chemin: Path) -> Iterator[TableauFeuille]:
    """Feuilles du classeur, dans l'ordre. Lève FichierRefuse si l'archive n'est pas un classeur .xlsx lisible."""
    try:
        with zipfile.ZipFile(chemin) as archive:
            noms = {i.filename for i in archive.infolist()}
            if "xl/workbook.xml" not in noms:
                autre = "un classeur .xlsb, .ods ou une archive zip" if noms else "une archive vide"
                raise FichierRefuse(f"ce n'est pas un classeur .xlsx ({autre}) : enregistrez-le en .xlsx")
            if sum(i.file_size for i in archive.infolist()) > OCTETS_MAX:
                raise FichierRefuse("classeur de plus de 2 Gio une fois décompressé : envoyez ces lignes en CSV")
            parties = _parties(archive)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, EOFError, RuntimeError):
        raise FichierRefuse(_ILLISIBLE) from None
    if not parties:
        raise FichierRefuse("classeur sans aucune feuille de calcul")
    for nom, partie in parties.items():
        yield TableauFeuille(chemin, nom, nom, partie)


def _parties(archive: zipfile.ZipFile) -> dict[str, str]:
    """Fichier de l'archive où se trouve chaque feuille de calcul."""
    relations = {
        r.get("Id"): str(PurePosixPath("/xl", r.get("Target", ""))).removeprefix("/")
        for r in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        if str(r.get("Type")).endswith("/worksheet")
    }
    classeur = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    declarees = {}
    for feuille in classeur.iterfind(".//{*}sheet"):
        # L'espace de noms de r:id n'est pas le même dans un classeur « strict ».
        relation = next((v for k, v in feuille.attrib.items() if k.endswith("}id")), None)
        if partie := relations.get(relation):
            declarees[feuille.attrib["name"]] = partie
    return declarees


@dataclass
class TableauFeuille:
    """Une feuille de calcul."""

    chemin: Path
    onglet: str
    """Son nom dans le classeur."""
    feuille: str
    """Le nom sous lequel elle se montre : voir feuilles.retenir."""
    partie: str
    encodage: str | None = None
    separateur: str | None = None

    @cached_property
    def apercu(self) -> list[Rang]:
        """Premières lignes."""
        return [Rang(i, list(c)) for i, c in enumerate(islice(self._textes(), LIGNES_APERCU), 1)]

    def lignes(self, apres: int, largeur: int) -> Lignes:
        """Lignes sous l'en-tête, jusqu'à la dernière qui contient quelque chose."""
        suite = islice(self._textes(), apres, None)
        blocs: list[list[pa.Array]] = []
        n = 0
        while bloc := list(islice(suite, _BLOC)):
            n += len(bloc)
            blocs.append([pa.array(c, pa.string()).dictionary_encode() for c in zip(*bloc, strict=True)])
        toutes = [Codee.de(pa.chunked_array(list(c))) for c in zip(*blocs, strict=True)]
        colonnes = toutes + [Codee.vide(n) for _ in range(largeur - len(toutes))]
        # Rien ne se décale dans une feuille : une note à droite du tableau est une colonne sans titre, pas une faute.
        return Lignes(colonnes, np.arange(apres + 1, apres + 1 + n, dtype=np.int64), np.zeros(n, bool))

    def _textes(self) -> Iterator[list[str]]:
        """Cellules de chaque ligne depuis A1, en texte."""
        feuille, non_calculees = self._contenu
        if feuille.start is None:
            return
        marge = [""] * feuille.start[1]
        for numero, cellules in enumerate(feuille.iter_rows(), 1):
            textes = marge + [v if type(v) is str else _texte(v) for v in cellules]
            for colonne in non_calculees.get(numero, ()):
                if colonne < len(textes):
                    textes[colonne] = NON_CALCULEE
            yield textes

    @cached_property
    def _contenu(self) -> tuple[Any, dict[int, list[int]]]:
        """Feuille chargée, et colonnes non calculées de chaque ligne. Lève FichierRefuse si elle est illisible."""
        try:
            non_calculees = _examiner(self.chemin, self.partie, self.feuille)
            with calamine.load_workbook(str(self.chemin)) as classeur:
                return classeur.get_sheet_by_name(self.onglet), non_calculees
        except (FichierRefuse, MemoryError, OSError):
            raise
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            # Une panique du lecteur (code Rust) n'est pas une Exception : elle arrêterait la nuit des autres fichiers.
            raise FichierRefuse(_ILLISIBLE) from None


def _examiner(chemin: Path, partie: str, nom: str) -> dict[int, list[int]]:
    """Colonnes en erreur ou non calculées de chaque ligne : le lecteur de classeurs les rend vides.

    Lève FichierRefuse si la feuille s'étend trop loin : une cellule perdue au bout de la grille suffit.
    """
    colonnes: set[bytes] = set()
    derniere = 1
    perdues: dict[int, list[int]] = {}
    with zipfile.ZipFile(chemin) as archive, archive.open(partie) as xml:
        reste = b""
        while morceau := xml.read(_MORCEAU):
            # On ne coupe qu'entre deux cellules.
            octets = reste + morceau
            coupe = octets.rfind(b"<c ") if len(morceau) == _MORCEAU else len(octets)
            octets, reste = (octets[:coupe], octets[coupe:]) if coupe > 0 else (b"", octets)
            cellules = _CELLULE.findall(octets)
            colonnes.update(c for c, _ in cellules)
            if cellules:
                derniere = max(derniere, int(cellules[-1][1]))
            motifs = [_ERREUR] * (b't="e"' in octets) + [_FORMULE_SANS_VALEUR] * (b"<f" in octets)
            for motif in motifs:
                for colonne, ligne in motif.findall(octets):
                    perdues.setdefault(int(ligne), []).append(_rang(colonne))
    largeur = max(map(_rang, colonnes), default=0) + 1
    if largeur * derniere > CELLULES_MAX:
        raise FichierRefuse(
            f"la feuille « {nom} » s'étend sur {derniere} lignes et {largeur} colonnes : supprimez les cellules "
            "perdues au-delà du tableau, ou envoyez ces lignes en CSV"
        )
    return perdues


def _rang(lettres: bytes) -> int:
    """Rang d'une colonne, A étant 0."""
    rang = 0
    for lettre in lettres:
        rang = rang * 26 + lettre - 64
    return rang - 1


def _texte(valeur: Any) -> str:
    """Texte d'une cellule qui n'en est pas un."""
    if isinstance(valeur, bool):
        return "Vrai" if valeur else "Faux"
    if isinstance(valeur, float):
        return str(int(valeur)) if valeur.is_integer() else format(Decimal(repr(valeur)), "f")
    if isinstance(valeur, dt.datetime):
        return valeur.isoformat(sep=" ", timespec="seconds")
    return str(valeur)
