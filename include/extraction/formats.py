"""Du fichier reçu à des tableaux de texte : nature, encodage, séparateurs, lignes physiques.

Un fichier texte donne un tableau par façon de le découper (séparateur, guillemets) ; c'est l'en-tête trouvé qui dit
laquelle est la bonne. La nature se lit dans les octets, jamais dans l'extension.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

if TYPE_CHECKING:
    import _csv

SEPARATEURS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
LIGNES_ENTETE = 30
"""L'en-tête est cherché dans autant de premières lignes."""
LIGNES_APERCU = 2 * LIGNES_ENTETE
_OCTETS_APERCU = 4 << 20
_MORCEAU = 1 << 20
_BLOC = 8 << 20
"""Lecture par blocs ; une cellule entre guillemets plus longue est un guillemet jamais fermé."""
_AUTRES_NATURES = {
    b"%PDF": "document PDF",
    b"\x1f\x8b": "archive compressée",
    b"Rar!": "archive RAR",
    b"7z\xbc\xaf": "archive 7z",
    b"PAR1": "fichier Parquet",
    b"{\\rtf": "document RTF",
}
_INDEFINIS_CP1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_LETTRE_UTF8 = re.compile(rb"\xc3[\x80-\xbf]")
_SAUT = r"\r\n|\r|\n"
_ASCII = bytes(range(128))
_REMPLACEMENT = "\ufffd".encode()
csv.field_size_limit(2 * _OCTETS_APERCU)


class FichierRefuse(Exception):
    """Le fichier entier est inutilisable ; le message, en français et sans valeur personnelle, dit pourquoi."""


class Rang(NamedTuple):
    """Un enregistrement de l'aperçu et la ligne physique où il finit."""

    fin: int
    cellules: list[str]


@dataclass
class Codee:
    """Une colonne de texte : ses valeurs distinctes, et le rang de la sienne pour chaque ligne."""

    valeurs: pa.StringArray
    codes: np.ndarray

    def taille(self, rangs: np.ndarray) -> pa.StringArray:
        """Valeurs des lignes de ces rangs."""
        return self.valeurs.take(pa.array(self.codes[rangs]))

    @classmethod
    def de(cls, colonne: pa.ChunkedArray) -> Codee:
        """Depuis une colonne Arrow, de texte ou déjà codée."""
        if not pa.types.is_dictionary(colonne.type):
            colonne = colonne.dictionary_encode()
        codee = colonne.unify_dictionaries().combine_chunks()
        if isinstance(codee, pa.ChunkedArray):
            codee = pa.concat_arrays(codee.chunks) if codee.num_chunks else pa.array([], codee.type)
        return cls(codee.dictionary, codee.indices.to_numpy(zero_copy_only=False))

    @classmethod
    def vide(cls, lignes: int) -> Codee:
        """Colonne de cellules vides."""
        return cls(pa.array([""]), np.zeros(lignes, np.int32))


@dataclass
class Lignes:
    """Lignes lues sous l'en-tête."""

    colonnes: list[Codee]
    numeros: np.ndarray
    """Numéro physique de chaque ligne (la première d'une ligne qui en occupe plusieurs)."""
    en_trop: np.ndarray
    """Vrai pour une ligne d'un fichier texte qui a des cellules remplies au-delà de la dernière colonne titrée."""
    a_la_lettre: bool = False
    """Un guillemet n'était pas fermé : les guillemets du fichier ont été pris à la lettre."""


class Tableau(Protocol):
    """Un tableau que le fichier peut contenir : une feuille, ou une façon de découper un fichier texte."""

    @property
    def feuille(self) -> str | None:
        """Nom de la feuille ; None pour un fichier texte."""

    @property
    def encodage(self) -> str | None:
        """Encodage reconnu ; None pour un classeur."""

    @property
    def separateur(self) -> str | None:
        """Séparateur des cellules ; None pour un classeur."""

    @property
    def apercu(self) -> list[Rang]:
        """Premiers enregistrements."""

    def lignes(self, apres: int, largeur: int) -> Lignes:
        """Lignes sous la ligne physique `apres` ; `largeur` : colonnes de la ligne d'en-têtes.

        Lève FichierRefuse si c'est illisible.
        """


def ouvrir(chemin: Path) -> list[Tableau]:
    """Tableaux que le fichier peut contenir. Lève FichierRefuse si ce n'est ni un CSV ni un classeur .xlsx."""
    # Importé ici : un fichier texte n'a pas à payer le lecteur de classeurs.
    from include.extraction.classeurs import feuilles

    with chemin.open("rb") as f:
        debut = f.read(4096)
    if not debut:
        raise FichierRefuse("fichier vide (0 octet) : vérifiez l'export et déposez-le à nouveau")
    if debut.startswith(b"PK"):
        return list(feuilles(chemin))
    _refuser_imitation(chemin, debut)
    texte = _Texte.de(chemin)
    return [TableauTexte(texte, s, guillemets) for guillemets in (True, False) for s in SEPARATEURS]


def _refuser_imitation(chemin: Path, debut: bytes) -> None:
    """Lève FichierRefuse pour ce qui n'est un tableau que par son extension."""
    autre = "enregistrez-le depuis le tableur en .xlsx ou en CSV UTF-8 et déposez-le à nouveau"
    if debut.startswith(bytes.fromhex("d0cf11e0a1b11ae1")):
        if "EncryptedPackage".encode("utf-16-le") in chemin.read_bytes():
            raise FichierRefuse("classeur protégé par un mot de passe : retirez la protection et déposez-le à nouveau")
        raise FichierRefuse(f"ancien classeur Excel (.xls) : {autre}")
    lisible = debut.removeprefix(codecs.BOM_UTF8).decode("utf-16" if _est_utf16(debut) else "latin-1", "ignore")
    balise = lisible.lstrip().casefold()
    if balise.startswith(("<!doctype", "<html", "<head", "<body", "<meta", "<table", "<?xml", "<!--")):
        raise FichierRefuse(f"page HTML ou XML renommée en tableau : {autre}")
    for marque, nature in _AUTRES_NATURES.items():
        if debut.startswith(marque):
            raise FichierRefuse(f"{nature} : un CSV ou un classeur .xlsx est attendu")


def _est_utf16(debut: bytes) -> bool:
    return debut.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


# --- Texte -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Texte:
    """Un fichier texte dont l'encodage est reconnu sur tous ses octets."""

    chemin: Path
    encodage: str
    """utf-8, utf-8-sig, utf-16 ou cp1252."""
    guillemets: int
    """Nombre de guillemets du fichier."""

    @classmethod
    def de(cls, chemin: Path) -> _Texte:
        """Reconnaît l'encodage : marque d'ordre, sinon UTF-8 strict, sinon cp1252.

        Lève FichierRefuse sur un octet NUL, un caractère de remplacement (U+FFFD : des lettres sont déjà perdues), des
        octets qui ne sont dans aucun de ces encodages, ou de l'UTF-8 où quelques octets n'en sont pas.
        """
        with chemin.open("rb") as f:
            debut = f.read(4)
            f.seek(0)
            utf16, bom = _est_utf16(debut), debut.startswith(codecs.BOM_UTF8)
            decodeur = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8")()
            utf8, indefinis, guillemets, fin = True, False, 0, b""
            paires, hauts = 0, 0
            while True:
                octets = f.read(_MORCEAU)
                if utf16:
                    octets = _decoder_utf16(decodeur, octets, final=not octets).encode()
                elif utf8 and not (octets and octets.isascii() and not decodeur.getstate()[0]):
                    try:
                        decodeur.decode(octets, final=not octets)
                    except UnicodeDecodeError:
                        utf8 = False
                _refuser_perte(octets, fin[-2:] + octets[:2])
                indefinis = indefinis or any(i in octets for i in _INDEFINIS_CP1252)
                if not octets.isascii():
                    paires += len(_LETTRE_UTF8.findall(octets))
                    hauts += len(octets.translate(None, _ASCII))
                guillemets += octets.count(b'"')
                if not octets and f.tell() >= chemin.stat().st_size:
                    break
                fin = octets
        # En cp1252 une lettre accentuée n'est qu'un octet : une majorité de paires est de l'UTF-8 abîmé par endroits.
        if not utf16 and not utf8 and (bom or indefinis or 4 * paires > hauts):
            raise FichierRefuse(
                "encodage illisible : ni UTF-8 ni Windows-1252 d'un bout à l'autre ; "
                "enregistrez le fichier en « CSV UTF-8 » et déposez-le à nouveau"
            )
        encodage = "utf-16" if utf16 else "utf-8-sig" if bom else "utf-8" if utf8 else "cp1252"
        return cls(chemin, encodage, guillemets)

    def morceaux(self) -> Iterator[bytes]:
        """Contenu en UTF-8, sans marque d'ordre."""
        decodeur = codecs.getincrementaldecoder(self.encodage)()
        with self.chemin.open("rb") as f:
            while octets := f.read(_MORCEAU):
                if self.encodage == "utf-16" or self.encodage == "cp1252" and not octets.isascii():
                    octets = decodeur.decode(octets).encode()
                elif self.encodage == "utf-8-sig" and f.tell() <= _MORCEAU:
                    octets = octets.removeprefix(codecs.BOM_UTF8)
                yield octets

    @cached_property
    def debut(self) -> list[str]:
        """Premières lignes physiques, chacune avec sa fin."""
        octets = b""
        for morceau in self.morceaux():
            octets += morceau
            if len(octets) >= _OCTETS_APERCU or octets.count(b"\n") > LIGNES_APERCU:
                break
        lignes = io.StringIO(octets.decode("utf-8", "ignore"), newline="")
        return [ligne for ligne, _ in zip(lignes, range(LIGNES_APERCU), strict=False)]

    def suite(self, apres: int) -> io.BufferedReader[_Flux]:
        """Flux UTF-8 qui commence après cette ligne physique de l'aperçu."""
        flux = io.BufferedReader(_Flux(self.morceaux()), _BLOC)
        flux.read(sum(len(ligne.encode()) for ligne in self.debut[:apres]))
        return flux


class _Flux(io.RawIOBase):
    """Flux de lecture sur une suite de morceaux."""

    def __init__(self, morceaux: Iterator[bytes]) -> None:
        super().__init__()
        self._morceaux, self._reste = morceaux, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, tampon: memoryview) -> int:  # type: ignore[override]
        while not self._reste:
            morceau = next(self._morceaux, None)
            if morceau is None:
                return 0
            self._reste = memoryview(morceau)
        n = min(len(tampon), len(self._reste))
        tampon[:n] = self._reste[:n]
        self._reste = self._reste[n:]
        return n


def _decoder_utf16(decodeur: codecs.IncrementalDecoder, octets: bytes, *, final: bool) -> str:
    try:
        return decodeur.decode(octets, final=final)
    except UnicodeDecodeError:
        raise FichierRefuse("fichier UTF-16 tronqué ou abîmé : refaites l'export et déposez-le à nouveau") from None


def _refuser_perte(octets: bytes, jointure: bytes) -> None:
    """Lève FichierRefuse si des octets, ou la jointure avec ceux d'avant, disent que le texte est abîmé."""
    if b"\0" in octets:
        raise FichierRefuse(
            "octets nuls : ce n'est pas un fichier texte, ou il est abîmé ; "
            "refaites l'export en CSV UTF-8 ou en .xlsx et déposez-le à nouveau"
        )
    if _REMPLACEMENT in jointure or not octets.isascii() and _REMPLACEMENT in octets:
        raise FichierRefuse(
            "caractères déjà perdus (« \ufffd ») : une conversion a abîmé le fichier avant l'envoi ; "
            "repartez de l'export d'origine"
        )


@dataclass
class TableauTexte:
    """Un fichier texte découpé par ce séparateur, guillemets compris ou pris à la lettre."""

    texte: _Texte
    separateur: str
    guillemets: bool
    feuille: str | None = None

    @property
    def encodage(self) -> str:
        """Encodage reconnu."""
        return self.texte.encodage

    @cached_property
    def apercu(self) -> list[Rang]:
        """Premiers enregistrements ; aucun si ce découpage ne convient pas."""
        lecteur = self.lecteur(self.texte.debut)
        try:
            return [Rang(lecteur.line_num, cellules) for cellules in lecteur]
        except csv.Error:
            return []

    def lecteur(self, lignes: Iterable[str]) -> _csv.Reader:
        """Enregistrements de ces lignes physiques, découpées par ce séparateur."""
        if self.guillemets:
            return csv.reader(lignes, delimiter=self.separateur)
        return csv.reader(lignes, delimiter=self.separateur, quoting=csv.QUOTE_NONE)

    def lignes(self, apres: int, largeur: int) -> Lignes:
        """Lignes sous l'en-tête ; si un guillemet n'est jamais fermé, les guillemets sont pris à la lettre."""
        if self.guillemets:
            try:
                return self._lire(apres, largeur)
            except _GuillemetOuvert:
                self.guillemets = False
        lues = self._lire(apres, largeur)
        for colonne in lues.colonnes:
            colonne.valeurs = pc.replace_substring_regex(colonne.valeurs, r'^"([^"]*)"?$', r"\1")
        lues.a_la_lettre = self.texte.guillemets > 0
        return lues

    def _lire(self, apres: int, largeur: int) -> Lignes:
        cites = self.guillemets and self.texte.guillemets > 0
        # La largeur habituelle des lignes peut n'être pas celle de l'en-tête : séparateurs finaux omis ou ajoutés.
        suivantes = [len(r.cellules) for r in self.apercu if r.fin > apres and any(r.cellules)]
        lue = max(Counter(suivantes).most_common(1)[0][0] if suivantes else largeur, 2)
        irregulieres: list[tuple[int, str]] = []

        def irreguliere(ligne: pacsv.InvalidRow) -> str:
            irregulieres.append((ligne.number - 1, ligne.text))
            return "skip"

        noms = [str(i) for i in range(lue)]
        with self.texte.suite(apres) as flux:
            if not flux.peek(1):
                return Lignes([Codee.vide(0) for _ in range(largeur)], np.zeros(0, np.int64), np.zeros(0, bool))
            try:
                table = pacsv.open_csv(
                    flux,
                    # Sans fil d'exécution : Arrow ne dit le rang d'une ligne irrégulière qu'à cette condition.
                    read_options=pacsv.ReadOptions(column_names=noms, use_threads=False, block_size=_BLOC),
                    parse_options=pacsv.ParseOptions(
                        delimiter=self.separateur,
                        quote_char='"' if cites else False,
                        newlines_in_values=cites,
                        ignore_empty_lines=False,
                        invalid_row_handler=irreguliere,
                    ),
                    convert_options=pacsv.ConvertOptions(
                        column_types=dict.fromkeys(noms, pa.dictionary(pa.int32(), pa.string())),
                        null_values=[],
                        strings_can_be_null=False,
                    ),
                ).read_all()
            except pa.ArrowInvalid:
                # `from None` : le message d'Arrow cite la ligne en cause.
                if cites:
                    raise _GuillemetOuvert from None
                raise FichierRefuse("tableau illisible : une ligne dépasse 8 Mio, vérifiez l'export") from None
        colonnes = [Codee.de(c) for c in table.columns]
        rangs = np.arange(table.num_rows + len(irregulieres))
        reguliers = np.delete(rangs, [r for r, _ in irregulieres])
        retours = self._retours(colonnes, table.num_rows, lue) if cites else None
        en_trop = remplies(colonnes[largeur:], table.num_rows)
        colonnes = colonnes[:largeur] + [Codee.vide(table.num_rows) for _ in range(largeur - lue)]
        if irregulieres:
            colonnes, en_trop, retours = self._completer(colonnes, en_trop, retours, reguliers, irregulieres, largeur)
        numeros = apres + 1 + rangs.astype(np.int64)
        if retours is not None:
            numeros[1:] += np.cumsum(retours)[:-1]
        return Lignes(colonnes, numeros, en_trop)

    def _retours(self, colonnes: list[Codee], lignes: int, largeur: int) -> np.ndarray:
        """Sauts de ligne dans les cellules de chaque ligne. Lève _GuillemetOuvert si une cellule avale une ligne."""
        total = np.zeros(lignes, np.int64)
        for colonne in colonnes:
            sauts = pc.count_substring_regex(colonne.valeurs, _SAUT).to_numpy(zero_copy_only=False)
            if not sauts.any():
                continue
            for valeur in colonne.valeurs.filter(pa.array(sauts > 0)).to_pylist():
                # Un texte de plusieurs lignes peut ressembler à un tableau : il faut aussi un guillemet dépareillé.
                if (self.texte.guillemets % 2 or '"' in valeur) and _avale(valeur, self.separateur, largeur):
                    raise _GuillemetOuvert
            total += sauts[colonne.codes]
        return total

    def _completer(
        self,
        colonnes: list[Codee],
        en_trop: np.ndarray,
        retours: np.ndarray | None,
        reguliers: np.ndarray,
        irregulieres: list[tuple[int, str]],
        largeur: int,
    ) -> tuple[list[Codee], np.ndarray, np.ndarray | None]:
        """Remet à leur rang les lignes qui n'ont pas le nombre habituel de cellules : les manquantes sont vides."""
        textes = [texte for _, texte in irregulieres]
        lues = list(self.lecteur(textes))
        if len(lues) != len(textes) or any(
            _avale(cellule, self.separateur, largeur)
            for texte, cellules in zip(textes, lues, strict=True)
            if "\n" in texte or "\r" in texte
            for cellule in cellules
        ):
            raise _GuillemetOuvert
        ordre = np.argsort(np.concatenate([reguliers, [r for r, _ in irregulieres]]), kind="stable")
        completes = []
        for i, colonne in enumerate(colonnes):
            ajout = pa.array([c[i] if i < len(c) else "" for c in lues], pa.string()).dictionary_encode()
            tous = pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array(colonne.codes), colonne.valeurs), ajout])
            complete = Codee.de(tous)
            completes.append(Codee(complete.valeurs, complete.codes[ordre]))
        en_trop = np.concatenate([en_trop, ["".join(c[largeur:]).strip() != "" for c in lues]])[ordre].astype(bool)
        if retours is not None:
            retours = np.concatenate([retours, [len(re.findall(_SAUT, texte)) for texte in textes]])[ordre]
        return completes, en_trop, retours


class _GuillemetOuvert(Exception):
    """Un guillemet ouvrant n'est pas fermé : la cellule a avalé des lignes."""


def _avale(cellule: str, separateur: str, largeur: int) -> bool:
    """Vrai si la cellule contient une ligne entière du tableau."""
    return any(suite.count(separateur) == largeur - 1 for suite in re.split(_SAUT, cellule)[1:])


def remplies(colonnes: list[Codee], lignes: int) -> np.ndarray:
    """Vrai pour les lignes dont une cellule au moins n'est pas blanche."""
    remplies = np.zeros(lignes, bool)
    for colonne in colonnes:
        remplies |= ~blanches(colonne.valeurs)[colonne.codes]
    return remplies


def blanches(valeurs: pa.StringArray) -> np.ndarray:
    """Vrai pour les valeurs vides ou faites d'espaces."""
    return pc.equal(pc.utf8_trim_whitespace(valeurs), "").to_numpy(zero_copy_only=False)
