"""Les livraisons de démonstration : quels fichiers, dans quels dossiers, déposés quel jour."""

from __future__ import annotations

import datetime as dt
import html
import os
from pathlib import Path
from types import ModuleType

from include.demo import campus, gpect, parcours, transverse
from include.demo.clauses import Monde, tirer
from include.demo.defauts import (
    AOUT,
    CLASSEUR_LOTS,
    CLASSEUR_MAI,
    CORRECTION_MARS,
    DEFAUTS,
    FACONS,
    Depots,
    Effet,
    abimer,
)
from include.demo.fichiers import Facon, Livraison, ecrire, ecrire_classeur
from include.demo.tables import COMPLETES, contacts, heures, projets

EXPORTS = {dt.date(2017, 6, 30): dt.datetime(2017, 7, 3, 8, 30), dt.date(2017, 12, 31): dt.datetime(2018, 1, 1, 7, 0)}
"""Date de chaque export complet et heure de son dépôt ; le plus tardif remplace l'autre."""
NOMS = {
    "abc_clauses_heures_201705.csv": CLASSEUR_MAI, "abc_clauses_heures_201708.csv": AOUT,
    "abc_clauses_lots_20171231.csv": CLASSEUR_LOTS,
}  # fmt: skip
"""Fichiers qui n'arrivent pas sous leur nom habituel."""
COPIE = "abc_clauses_heures_201609 (1).csv"
"""Le même fichier déposé deux fois."""
FAUX_CLASSEUR = "abc_clauses_contacts_20161231.xls"
"""Une page HTML enregistrée en .xls : refusée, et sans conséquence, l'export de 2017 dit tout."""

AXES: tuple[ModuleType, ...] = (gpect, parcours, campus, transverse)
"""Les autres sources. Un module donne deposer(monde) (livraisons et leurs tables, par feuille), FACONS et DEFAUTS."""


def preparer(monde: Monde) -> tuple[list[Livraison], Depots, dict[tuple[str, Effet], int]]:
    """Livraisons, contenu abîmé de chaque fichier, et ce que la lecture doit y trouver."""
    livraisons: list[Livraison] = []
    depots: Depots = {}
    for envoi, table in heures(monde).items():
        nom = f"abc_clauses_heures_{envoi:%Y%m}.csv"
        depose = dt.datetime(envoi.year + envoi.month // 12, envoi.month % 12 + 1, 13, 9, 15)
        livraisons.append(
            Livraison(f"abc_clauses/heures/{envoi:%Y}", NOMS.get(nom, nom), min(depose, dt.datetime(2017, 12, 30)))
        )
        depots[livraisons[-1].fichier] = table
    livraisons.append(
        Livraison("abc_clauses/heures/2017/corrections", CORRECTION_MARS, dt.datetime(2017, 5, 22, 16, 40))
    )
    for au, depose in EXPORTS.items():
        for nom_court, exporter in COMPLETES.items():
            nom = f"abc_clauses_{nom_court}_{au:%Y%m%d}.csv"
            livraisons.append(Livraison(f"abc_clauses/exports/{au}", NOMS.get(nom, nom), depose))
            depots[livraisons[-1].fichier] = exporter(monde, au)
    for annee in (2016, 2017):
        livraisons.append(Livraison("projets", f"projets_{annee}.csv", dt.datetime(annee, 2, 1, 10, 0)))
        depots[f"projets_{annee}.csv"] = projets(annee)
    # Un classeur de plusieurs feuilles est rangé par « fichier#feuille ».
    for axe in AXES:
        for livraison, feuilles in axe.deposer(monde):
            livraisons.append(livraison)
            depots |= {livraison.fichier + (f"#{feuille}" if feuille else ""): t for feuille, t in feuilles.items()}
    return livraisons, depots, abimer(depots, (*DEFAUTS, *(d for axe in AXES for d in axe.DEFAUTS)))


def ecrire_tout(dossier: Path) -> None:
    """Écrit toutes les livraisons sous `dossier`, datées de leur dépôt."""
    monde = tirer()
    livraisons, depots, _ = preparer(monde)
    facons = FACONS | {fichier: facon for axe in AXES for fichier, facon in axe.FACONS.items()}
    for livraison in livraisons:
        chemin = _place(dossier, livraison)
        facon = facons.get(livraison.fichier, Facon())
        feuilles = {cle.partition("#")[2]: t for cle, t in depots.items() if cle.startswith(f"{livraison.fichier}#")}
        if feuilles:
            ecrire_classeur(chemin, feuilles, facon)
        else:
            ecrire(chemin, depots[livraison.fichier], facon)
        _dater(chemin, livraison)
    originale = next(x for x in livraisons if x.fichier == COPIE.replace(" (1)", ""))
    _octets(
        dossier,
        Livraison(originale.dossier, COPIE, dt.datetime(2016, 11, 2, 11, 5)),
        (dossier / originale.chemin).read_bytes(),
    )
    ancienne = Livraison("abc_clauses/exports/2016-12-31", FAUX_CLASSEUR, dt.datetime(2017, 1, 4, 9, 0))
    _octets(dossier, ancienne, _page_html(monde))
    # Ce que l'explorateur de Windows laisse dans un dossier partagé.
    _octets(
        dossier,
        Livraison("projets", "Thumbs.db", dt.datetime(2017, 2, 1, 10, 1)),
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504),
    )


def _page_html(monde: Monde) -> bytes:
    """Export « .xls » qui n'en est pas un : une table HTML, comme en donnent bien des logiciels en ligne."""
    table = contacts(monde, dt.date(2016, 12, 31))
    rangees = [list(table.entetes.values()), *([str(v or "") for v in ligne.values()] for ligne in table.lignes)]
    corps = "\n".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in rangee) + "</tr>" for rangee in rangees)
    return f"<html><head><title>Contacts</title></head><body><table>\n{corps}\n</table></body></html>\n".encode(
        "cp1252"
    )


def _octets(dossier: Path, livraison: Livraison, octets: bytes) -> None:
    chemin = _place(dossier, livraison)
    chemin.write_bytes(octets)
    _dater(chemin, livraison)


def _place(dossier: Path, livraison: Livraison) -> Path:
    chemin = dossier / livraison.chemin
    chemin.parent.mkdir(parents=True, exist_ok=True)
    return chemin


def _dater(chemin: Path, livraison: Livraison) -> None:
    instant = livraison.depose_le.replace(tzinfo=dt.UTC).timestamp()
    os.utime(chemin, (instant, instant))
