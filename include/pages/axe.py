"""La page d'un axe : son état, ses chiffres clés, ses graphiques, ce qui y a changé, chaque chiffre et sa méthode."""

from __future__ import annotations

import datetime as dt
from typing import Any

from include.contrats.registre import tous
from include.extraits.lecture import Axe
from include.pages import chiffres
from include.pages.chiffres import PREMIERS_MOIS, Fiche
from include.pages.commun import Pages, dernier_recu, refusees
from include.rapport_activite import Periode


def ecrire_axe(pages: Pages, axe: Axe) -> None:
    """Écrit <axe>.html à côté de l'accueil."""
    publication = pages.publication
    siens = [c for c in publication.controles if c["axe"] == axe.nom]
    titre, visuels = _visuels(pages, axe)
    pages.ecrire(
        "axe.html.j2",
        f"{axe.nom}.html",
        axe=axe,
        cles=chiffres.cles(pages.fiches, axe.nom),
        periode=titre,
        visuels=visuels,
        projets=_par_projet(pages, axe),
        classeur=pages.classeur(axe),
        dans_le_rapport=bool(pages.rapport),
        tableaux=pages.tableaux(axe.nom),
        signales=[c for c in publication.a_signaler if c["axe"] == axe.nom],
        conformes=sum(c["verdict"] == "conforme" for c in siens),
        livraisons=publication.livraisons_de(axe.nom),
        recu=dernier_recu(publication, axe.nom),
        refusees=[v for v in refusees(publication) if v["source"] in tous() and tous()[v["source"]].axe == axe.nom],
    )


def _par_projet(pages: Pages, axe: Axe) -> dict[str, list[Fiche]]:
    """Tous les chiffres d'un axe, par nom de projet."""
    par_projet: dict[str, list[Fiche]] = {}
    for fiche in chiffres.ranger(f for f in pages.fiches.values() if f.axe == axe.nom):
        par_projet.setdefault(pages.projets.get(fiche.projet, fiche.projet or axe.libelle), []).append(fiche)
    return par_projet


def _visuels(pages: Pages, axe: Axe) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """La période montrée et, par projet, les tableaux et graphiques que le rapport d'activité en ferait."""
    if axe.donnees_du is None:
        return "", {}
    periode = montree(axe.donnees_du)
    par_projet: dict[str, list[dict[str, Any]]] = {}
    for partie in pages.parties_du_rapport(periode):
        if partie["axe"] == axe.nom:
            for fiche in partie["fiches"]:
                blocs = [b for s in fiche["sections"] for b in s["blocs"] if b["genre"] == "visuel"]
                if blocs:
                    par_projet[fiche["titre"]] = [b["visuel"] for b in blocs]
    return periode.titre[0].lower() + periode.titre[1:], par_projet


def montree(arrete_au: dt.date) -> Periode:
    """L'année de l'arrêté ; celle d'avant, entière, tant que l'année commence à peine."""
    if arrete_au.month < PREMIERS_MOIS:
        return Periode.de(f"{arrete_au.year - 1}")
    return Periode.en_cours(arrete_au)
