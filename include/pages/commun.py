"""Ce que l'accueil et les pages d'axe partagent : ce qui est lu une fois, et les liens de l'une à l'autre."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from include.configuration import dossier_du_pole
from include.extraits.classeur import nom_de_feuille
from include.extraits.lecture import (
    ARRONDI,
    LIBELLES_SEVERITES,
    Axe,
    Ligne,
    Publication,
    libelles_axes,
    schema_de,
    tables,
)
from include.extraits.tableaux_csv import chemin_tableau
from include.pages import chiffres
from include.pages.changements import Bilan
from include.pages.chiffres import Fiche
from include.pages.gabarits import gabarit
from include.rapport_activite import Periode, composer

REFUS_MONTRES = dt.timedelta(days=31)
"""Un refus sans suite reste montré un mois : le temps qu'un partenaire dépose à nouveau son fichier."""
SUIVI = ("../suivi/index.html", "Suivi des livraisons et des nuits")
"""Page du pôle, à côté des publications : elle raconte les nuits, l'une après l'autre."""


@dataclass(frozen=True)
class Pages:
    """Une publication, telle qu'une audience la lit, et ce que ses pages en montrent."""

    base: duckdb.DuckDBPyConnection
    publication: Publication
    dossier: Path
    fiches: dict[str, Fiche]
    bilan: Bilan | None
    _rapports: dict[str, list[Ligne]] = field(default_factory=dict, init=False)

    @property
    def axes(self) -> list[Axe]:
        """Ceux qui ont une page : tous, sauf le socle, qui n'a ni chiffre ni classeur."""
        return [axe for axe in self.publication.axes if axe.nom != "core"]

    @cached_property
    def rapport(self) -> list[Path]:
        """Les fichiers du rapport d'activité de cette audience, le PDF d'abord."""
        return sorted((self.dossier / "extraits" / "rapport").glob("rapport_activite.*"), reverse=True)

    @cached_property
    def projets(self) -> dict[str, str]:
        """Nom court de chaque projet."""
        return chiffres.noms_des_projets(self.base)

    def parties_du_rapport(self, periode: Periode) -> list[Ligne]:
        """Les parties du rapport d'activité d'une période, composé une fois ; aucune si la base n'a pas de chiffres."""
        if periode.cle not in self._rapports:
            rapport = composer(self.base, self.publication, periode, dossier_du_pole("recits"))
            self._rapports[periode.cle] = rapport.contenu["parties"] if rapport else []
        return self._rapports[periode.cle]

    def classeur(self, axe: Axe) -> Path:
        """Le classeur d'un axe."""
        return self.dossier / "extraits" / f"{axe.nom}.xlsx"

    def lien(self, fiche: Fiche) -> str:
        """Où lire ce qu'un chiffre compte : sa ligne, sur la page de son axe."""
        return f"{fiche.axe}.html#{fiche.code}"

    def lien_de_code(self, code: str) -> str:
        """De même par son code ; l'accueil si la base ne le montre plus."""
        return self.lien(self.fiches[code]) if code in self.fiches else "index.html"

    def tableaux(self, axe: str) -> list[Ligne]:
        """Les tables de restitution d'un axe, qui sont aussi en CSV pour le public."""
        if not self.publication.audience.publique:
            return []
        return [
            {
                "chemin": chemin_tableau(axe, table),
                "nom": nom_de_feuille(table),
                "description": self.publication.descriptions[schema, table],
                "anterieures": self.publication.anterieures.get(f"{schema}.{table}", []),
            }
            for schema, table in tables(self.base, schema_de(axe), "rpt_")
        ]

    def ecrire(self, nom: str, fichier: str, **propres: Any) -> None:
        """Écrit une page d'après son gabarit et ce qui lui est propre."""
        suivi = [SUIVI] if self.publication.audience.interne else []
        texte = gabarit(nom).render(
            publication=self.publication,
            pages=[("index.html", "Accueil"), *((f"{a.nom}.html", a.libelle) for a in self.axes), *suivi],
            bilan=self.bilan,
            lien_de_fiche=self.lien,
            lien_de_code=self.lien_de_code,
            severites=LIBELLES_SEVERITES,
            libelles_axes=libelles_axes(),
            rapport=self.rapport,
            arrondi=ARRONDI,
            **propres,
        )
        (self.dossier / fichier).write_text(texte, encoding="utf-8")


def refusees(publication: Publication) -> list[Ligne]:
    """Fichiers refusés depuis un mois dont aucun du même nom n'a été accepté depuis, le plus récent d'abord."""
    acceptees: dict[str, str] = {}
    for v in publication.livraisons:
        if v["statut"].startswith("acceptee"):
            acceptees[v["fichier"]] = max(acceptees.get(v["fichier"], ""), f"{v['recu_le']}")
    debut = publication.nuit - REFUS_MONTRES
    retenues = [
        v
        for v in publication.livraisons
        if v["statut"] == "refusee" and v["recu_le"] > debut and acceptees.get(v["fichier"], "") < str(v["recu_le"])
    ]
    return sorted(retenues, key=lambda v: (v["recu_le"], v["livraison"]), reverse=True)


def dernier_recu(publication: Publication, axe: str) -> dt.date | None:
    """Jour où est arrivé le plus récent des fichiers qui font les données d'un axe."""
    return max((v["recu_le"] for v in publication.livraisons_de(axe)), default=None) if axe else None
