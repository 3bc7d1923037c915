"""Reconnaître, là où rien n'est typé, qu'un texte nomme l'une des personnes en cause.

Une personne est nommée quand son nom et l'un de ses prénoms sont là ensemble : l'un sans l'autre ne désigne personne.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from include.confidentialite.personnes import normaliser

_BALISE = re.compile(r"<[^>]*>")
_MOT = re.compile(r"[^\W_]+")
_COORDONNEES = ("telephone", "courriel", "identifiant")


@dataclass
class Noms:
    """Les façons connues de nommer quelques personnes ; ne vit qu'en mémoire."""

    prenoms: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Prénoms de chaque nom, normalisés comme pour personne_id."""
    joints: set[str] = field(default_factory=set)
    """Nom et prénom dans une même cellule, dans les deux ordres."""
    coordonnees: set[str] = field(default_factory=set)
    mots: set[tuple[str, str]] = field(default_factory=set)
    """Nom et prénom en mots séparés, pour un texte suivi."""

    def ajouter(self, identites: pa.Table) -> None:
        """Retient ce que disent des lignes de prive/identites."""
        colonnes = {"nom", "nom_naissance", "prenom", *_COORDONNEES} & set(identites.column_names)
        for ligne in identites.select(sorted(colonnes)).to_pylist():
            prenom = ligne["prenom"] or ""
            for nom in filter(None, (ligne["nom"], ligne.get("nom_naissance"))):
                n, p = normaliser(nom), normaliser(prenom)
                if n and p:
                    self.prenoms[n].add(p)
                    self.joints |= {n + p, p + n}
                    self.mots.add((_en_mots(nom), _en_mots(prenom)))
            self.coordonnees |= {normaliser(v) for c in _COORDONNEES if (v := ligne.get(c))}

    def nommes(self, cellules: Iterable[str]) -> bool:
        """Vrai si les cellules d'une ligne nomment l'une des personnes, quelles que soient leurs places."""
        formes = {normaliser(c) for c in cellules if c}
        if formes & self.joints or formes & self.coordonnees:
            return True
        return any(self.prenoms[nom] & formes for nom in formes & self.prenoms.keys())

    def dans_une_cellule(self, cellule: str) -> bool:
        """Vrai si cette seule cellule dit un nom, un prénom ou une coordonnée de l'une des personnes."""
        forme = normaliser(cellule)
        if forme in self.prenoms or forme in self.joints or forme in self.coordonnees:
            return True
        return any(forme in prenoms for prenoms in self.prenoms.values()) or self.cites(cellule)

    def cites(self, texte: str) -> bool:
        """Vrai si un texte suivi contient le nom et le prénom de l'une des personnes."""
        suite = f" {_en_mots(texte)} "
        return any(f" {nom} " in suite and f" {prenom} " in suite for nom, prenom in self.mots)

    def dans_des_octets(self, octets: bytes) -> bool:
        """Vrai si un fichier que l'on ne sait pas lire comme un tableau nomme l'une des personnes."""
        return any(self.cites(texte) for texte in _textes(octets))


def _textes(octets: bytes) -> Iterator[str]:
    """Ce que des octets peuvent dire, selon l'encodage qu'on leur prête ; d'une archive, tout ce qu'elle contient."""
    if octets.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(octets)) as archive:
                contenu = b" ".join(archive.read(i) for i in archive.infolist())
            yield html.unescape(_BALISE.sub(" ", contenu.decode("utf-8", "ignore")))
            return
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
            pass
    for encodage in ("utf-8", "cp1252", "utf-16-le"):
        yield html.unescape(_BALISE.sub(" ", octets.decode(encodage, "ignore")))


def _en_mots(texte: str) -> str:
    decompose = unicodedata.normalize("NFKD", texte).casefold()
    return " ".join(_MOT.findall("".join(c for c in decompose if not unicodedata.combining(c))))
