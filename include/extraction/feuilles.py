"""Quelles feuilles d'un classeur un contrat lit : une seule, une par mois, ou une par valeur d'une colonne.

Plusieurs feuilles se lisent comme une seule : leurs lignes mises bout à bout, sous les colonnes de la première.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pyarrow as pa

from include.contrats import Contrat, tous
from include.extraction.entetes import Entete, chercher, choisir, exiger_complet, normaliser
from include.extraction.formats import Codee, FichierRefuse, Lignes, Tableau

MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


@dataclass(frozen=True)
class Retenues:
    """Les feuilles à lire, chacune avec son en-tête, et celles qui ne le sont pas."""

    tableaux: list[tuple[Tableau, Entete]]
    ignorees: list[str]
    """Feuilles que le contrat n'attend pas, ni aucun autre qui partage ce classeur."""

    @property
    def noms(self) -> list[str]:
        """Noms des feuilles lues ; aucun pour un fichier texte."""
        return [t.feuille for t, _ in self.tableaux if t.feuille is not None]

    def lignes(self) -> tuple[Lignes, Codee, Entete]:
        """Lignes de toutes les feuilles, feuille de chacune, et l'en-tête qui place leurs colonnes.

        Lève FichierRefuse si une feuille est illisible.
        """
        lues = [tableau.lignes(entete.fin, entete.largeur) for tableau, entete in self.tableaux]
        feuilles = _bout_a_bout(
            [_repetee(t.feuille or "", len(x.numeros)) for (t, _), x in zip(self.tableaux, lues, strict=True)]
        )
        if len(lues) == 1:
            return lues[0], feuilles, self.tableaux[0][1]
        premier = self.tableaux[0][1]
        places: dict[str, int] = {}
        alignees: list[dict[int, Codee]] = []
        for (_, entete), x in zip(self.tableaux, lues, strict=True):
            alignees.append({places.setdefault(_cle(entete, i), len(places)): c for i, c in enumerate(x.colonnes)})
        titres = [""] * len(places)
        positions: dict[str, int] = {}
        for _, entete in self.tableaux:
            for i in range(entete.largeur):
                titres[places[_cle(entete, i)]] = entete.titres[i]
            positions |= {nom: places[_cle(entete, i)] for nom, i in entete.positions.items()}
        colonnes = [
            _bout_a_bout([a.get(place) or Codee.vide(len(x.numeros)) for a, x in zip(alignees, lues, strict=True)])
            for place in range(len(places))
        ]
        numeros, en_trop = np.concatenate([x.numeros for x in lues]), np.concatenate([x.en_trop for x in lues])
        return Lignes(colonnes, numeros, en_trop), feuilles, Entete(premier.fin, tuple(titres), positions, (), ())


def retenir(tableaux: list[Tableau], contrat: Contrat, jour: dt.date | None) -> Retenues:
    """Feuilles que le contrat lit. Lève FichierRefuse si aucune ne convient, ou si l'une est incomplète.

    Une feuille par mois : un mois sans événement a une feuille vide, ou n'en a pas. Une par valeur : toute feuille qui
    nomme au moins la moitié des colonnes requises en est une ; une feuille vide n'est rien.
    """
    if tableaux[0].feuille is not None:
        montrees = noms_montres([t.feuille or "" for t in tableaux], contrat)
        tableaux = [replace(cast(Any, t), feuille=nom) for t, nom in zip(tableaux, montrees, strict=True)]
    plusieurs = contrat.format.get("feuilles")
    if plusieurs is None or tableaux[0].feuille is None:
        if plusieurs == "colonne":
            raise FichierRefuse(
                f"un classeur est attendu, une feuille par {_colonne(contrat)} : un fichier texte ne la dit pas"
            )
        retenu = choisir(tableaux, contrat, jour)
        return Retenues([retenu], _ignorees([t for t in tableaux if t is not retenu[0]], contrat))
    mois = {normaliser(m) for m in MOIS}
    retenus: list[tuple[Tableau, Entete]] = []
    ecartes = []
    for tableau in tableaux:
        if not any(cellule.strip() for rang in tableau.apercu for cellule in rang.cellules):
            continue
        entete = chercher(tableau.apercu, contrat, jour)
        attendu = plusieurs == "colonne" or normaliser(tableau.feuille or "") in mois
        if not attendu or entete is None or plusieurs == "colonne" and not _ressemble(entete, contrat):
            ecartes.append(tableau)
            continue
        exiger_complet(contrat, tableau, entete)
        retenus.append((tableau, entete))
    if not retenus:
        lesquelles = "nommée d'un mois (janvier à décembre)" if plusieurs == "mois" else f"par {_colonne(contrat)}"
        raise FichierRefuse(
            f"aucune feuille {lesquelles} n'a d'en-têtes reconnus : vérifiez le classeur et déposez-le à nouveau"
        )
    return Retenues(retenus, _ignorees(ecartes, contrat))


def noms_montres(onglets: list[str], contrat: Contrat) -> list[str]:
    """Nom sous lequel se montre chaque feuille d'un classeur, dans le même ordre.

    D'un classeur qui nomme des personnes, une feuille qu'aucun contrat n'attend n'a que son rang : son nom peut en être
    un.
    """
    voisins = [contrat, *(c for c in tous().values() if c.fichier == contrat.fichier)]
    if not any(c.nominatif for c in voisins):
        return onglets
    attendues = {normaliser(c.format["feuille"]) for c in voisins if "feuille" in c.format}
    return [nom if normaliser(nom) in attendues else f"feuille {rang}" for rang, nom in enumerate(onglets, 1)]


def _ignorees(tableaux: list[Tableau], contrat: Contrat) -> list[str]:
    """Feuilles que n'attend aucun des contrats qui partagent ce classeur."""
    voisins = [c.format["feuille"] for c in tous().values() if c.fichier == contrat.fichier and "feuille" in c.format]
    attendues = {normaliser(feuille) for feuille in voisins}
    return [t.feuille for t in tableaux if t.feuille is not None and normaliser(t.feuille) not in attendues]


def _ressemble(entete: Entete, contrat: Contrat) -> bool:
    requises = sum(c.requis and not c.feuille for c in contrat.colonnes)
    return 2 * (requises - len(entete.manquantes)) >= requises


def _colonne(contrat: Contrat) -> str:
    return next(c.nom for c in contrat.colonnes if c.feuille)


def _cle(entete: Entete, i: int) -> str:
    """Ce qui fait qu'une colonne d'une feuille est celle d'une autre : sa colonne du contrat, sinon son titre."""
    nom = next((n for n, place in entete.positions.items() if place == i), None)
    titre = entete.titres[i] if i < len(entete.titres) else ""
    return f"contrat:{nom}" if nom else f"titre:{normaliser(titre) or i}"


def _repetee(texte: str, n: int) -> Codee:
    return Codee(pa.array([texte]), np.zeros(n, np.int32))


def _bout_a_bout(colonnes: list[Codee]) -> Codee:
    if len(colonnes) == 1:
        return colonnes[0]
    return Codee.de(
        pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array(c.codes, pa.int32()), c.valeurs) for c in colonnes])
    )
