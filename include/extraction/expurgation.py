"""Un fichier reçu, sans quelques personnes : leurs cellules y sont vidées, le reste ne bouge pas.

De leurs lignes chargées ne restent que les colonnes que bronze garde ; une ligne qui n'a pas été chargée et qui les
nomme est vidée entière. Les numéros de ligne ne changent pas : bronze les cite. Rien ne passe par le disque en clair.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
from openpyxl.cell import MergedCell

from include.contrats import Contrat
from include.extraction.entetes import Entete
from include.extraction.feuilles import Retenues, noms_montres, retenir
from include.extraction.formats import FichierRefuse, TableauTexte, ouvrir

Lieu = tuple[str | None, int]
"""Feuille (None pour un fichier texte) et numéro physique d'une ligne."""
_SAUTS = re.compile(r"[^\r\n]")


class NonExpurgeable(Exception):
    """Le fichier ne se récrit pas sûrement : il faut renoncer à le garder."""


def expurger(
    octets: bytes,
    contrat: Contrat,
    jour: dt.date,
    *,
    chargees: Collection[Lieu],
    entiere: Callable[[Lieu, list[str]], bool],
) -> tuple[bytes, set[Lieu]]:
    """Récrit un fichier sans les personnes en cause ; rend ses octets et les lignes vidées entières.

    contrat, jour: comment le fichier se lit, et la date à laquelle valent ses en-têtes.
    chargees: lignes dont il ne reste que les colonnes gardées en bronze.
    entiere: dit d'une autre ligne (sa place, ses cellules) s'il n'en reste rien.

    Lève NonExpurgeable si le fichier ne se relit plus, ou si une ligne attendue n'y est pas.
    """
    try:
        with _en_memoire(octets) as chemin:
            retenues = retenir(ouvrir(chemin), contrat, jour)
            # Lire toutes les lignes dit aussi, d'un fichier texte, si ses guillemets sont à prendre à la lettre.
            retenues.lignes()
            tableau, entete = retenues.tableaux[0]
            if isinstance(tableau, TableauTexte):
                return _texte(octets, tableau, entete, contrat, chargees, entiere)
        return _classeur(octets, retenues, contrat, chargees, entiere)
    except (FichierRefuse, csv.Error, UnicodeError):
        raise NonExpurgeable from None


@contextmanager
def _en_memoire(octets: bytes) -> Iterator[Path]:
    """Un chemin où lire ces octets, qui ne sont qu'en mémoire."""
    fd = os.memfd_create("expurgation")
    try:
        with os.fdopen(os.dup(fd), "wb") as f:
            f.write(octets)
        yield Path(f"/proc/self/fd/{fd}")
    finally:
        os.close(fd)


def _gardees(contrat: Contrat, entete: Entete) -> set[int]:
    """Places des colonnes du contrat qui ne disent pas qui est la personne ; une colonne inconnue peut le dire."""
    return {place for nom, place in entete.positions.items() if contrat.colonne(nom).dcp is None}


def _texte(
    octets: bytes,
    tableau: TableauTexte,
    entete: Entete,
    contrat: Contrat,
    chargees: Collection[Lieu],
    entiere: Callable[[Lieu, list[str]], bool],
) -> tuple[bytes, set[Lieu]]:
    physiques = list(io.StringIO(octets.decode(tableau.encodage), newline=""))
    lecteur = tableau.lecteur(physiques)
    gardees = _gardees(contrat, entete)
    sortie: list[str] = []
    attendues, videes = set(chargees), set()
    debut = 0
    for cellules in lecteur:
        lieu: Lieu = (None, debut + 1)
        origine = physiques[debut : lecteur.line_num]
        debut = lecteur.line_num
        if lieu in attendues:
            attendues.discard(lieu)
            cellules = [c if i in gardees else _SAUTS.sub("", c) for i, c in enumerate(cellules)]
        elif debut > entete.fin and entiere(lieu, cellules):
            videes.add(lieu)
            cellules = [_SAUTS.sub("", c) for c in cellules]
        else:
            sortie += origine
            continue
        derniere = origine[-1]
        fin = derniere[len(derniere.rstrip("\r\n")) :]
        sortie.append(_ecrire(cellules, tableau) + fin)
    if attendues:
        raise NonExpurgeable
    return "".join(sortie).encode(tableau.encodage), videes


def _ecrire(cellules: list[str], tableau: TableauTexte) -> str:
    if not tableau.guillemets:
        return tableau.separateur.join(cellules)
    ligne = io.StringIO(newline="")
    # La fin de ligne est celle d'origine ; celle-ci dit à la bibliothèque quelles cellules veulent des guillemets.
    csv.writer(ligne, delimiter=tableau.separateur, lineterminator="\r\n").writerow(cellules)
    return ligne.getvalue().removesuffix("\r\n")


def _classeur(
    octets: bytes,
    retenues: Retenues,
    contrat: Contrat,
    chargees: Collection[Lieu],
    entiere: Callable[[Lieu, list[str]], bool],
) -> tuple[bytes, set[Lieu]]:
    entetes = {t.feuille: e for t, e in retenues.tableaux}
    attendues, videes = set(chargees), set()
    try:
        with warnings.catch_warnings():
            # Ce que la bibliothèque ne sait pas récrire (listes déroulantes étendues…) est dit par un avertissement.
            warnings.simplefilter("ignore")
            # Les valeurs et non les formules : le classeur récrit n'est plus recalculé par un tableur.
            classeur = openpyxl.load_workbook(io.BytesIO(octets), data_only=True, keep_links=False)
            titres = [feuille.title for feuille in classeur.worksheets]
            for feuille, nom in zip(classeur.worksheets, noms_montres(titres, contrat), strict=True):
                # Un tableau croisé garde une copie cachée des lignes.
                feuille._pivots = []
                entete = entetes.get(nom)
                gardees = _gardees(contrat, entete) if entete else set()
                for numero, ligne in enumerate(feuille.iter_rows(), 1):
                    lieu: Lieu = (nom, numero)
                    # Une livraison d'avant que les feuilles ne se montrent par leur rang les cite par leur nom.
                    if (feuille.title, numero) in attendues:
                        lieu = (feuille.title, numero)
                    if lieu in attendues:
                        attendues.discard(lieu)
                        a_vider = [c for c in ligne if c.column - 1 not in gardees]
                    elif (entete is None or numero > entete.fin) and entiere(
                        lieu, [str(c.value) for c in ligne if c.value is not None]
                    ):
                        videes.add(lieu)
                        a_vider = list(ligne)
                    else:
                        continue
                    for cellule in a_vider:
                        if not isinstance(cellule, MergedCell):
                            cellule.value = cellule.comment = cellule.hyperlink = None
            sortie = io.BytesIO()
            classeur.save(sortie)
    except Exception:
        # Un classeur que la bibliothèque ne relit pas ; son erreur pourrait citer une cellule.
        raise NonExpurgeable from None
    if attendues:
        raise NonExpurgeable
    return sortie.getvalue(), videes
