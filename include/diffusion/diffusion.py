"""Écrire les dossiers des financeurs et du public d'une publication : le fil de la diffusion."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import duckdb

from include import remise
from include.confidentialite import Cle, cle
from include.configuration import Dossiers, organisation
from include.diffusion import bases, etat
from include.diffusion.declarations import Table, lire
from include.diffusion.public import CHIFFRES, Diffusion, arreter
from include.diffusion.secret import Regle
from include.extraits.audience import FINANCEUR, PUBLIC
from include.extraits.francais import date as en_francais

BASE = "entrepot.duckdb"
SUSPENDUE = replace(
    PUBLIC,
    mention="Diffusion suspendue : le pôle ne sait plus ce qu'il a déjà montré au public, et n'ajoute donc rien qui "
    "pourrait s'en déduire.",
)
journal = logging.getLogger(__name__)


def ecrire(d: Dossiers, composee: Path, manifeste: Path, publication: str, courante: Path | None) -> None:
    """Écrit financeur/ et public/ dans le dossier d'une publication, et dans prive/ ce que le public en saura.

    composee: dossier qui contient la base publiée, fermée. manifeste: celui de dbt, qui déclare ce qui sort.
    publication: nom qu'aura ce dossier. courante: dossier de la publication qui se lit encore, None si c'est la
    première. Lève ErreurConfidentialite si la clé manque : rien ne sort sans qu'on sache ce qui est déjà sorti.
    """
    tables = lire(manifeste)
    with bases.pour_financeurs(composee / BASE, tables) as base:
        remise.ecrire_pour(base, FINANCEUR, composee / FINANCEUR.nom, {})
    la_cle = cle(d)
    try:
        connu = _connu(d, la_cle, courante)
    except etat.EtatPerdu as erreur:
        journal.warning(
            "Diffusion au public suspendue : %s. Rétablissez-le d'une sauvegarde sous prive/diffusion/%s, ou repartez "
            "de rien (docs/decisions/0012-secret-statistique.md).", erreur, publication,
        )  # fmt: skip
        with bases.pour_le_public(composee / BASE, [], Diffusion()) as base:
            remise.ecrire_pour(base, SUSPENDUE, composee / PUBLIC.nom, {})
        return
    diffusion = _arreter(composee / BASE, tables, connu)
    etat.ecrire(d, la_cle, publication, diffusion.etat)
    with bases.pour_le_public(composee / BASE, tables, diffusion) as base:
        remise.ecrire_pour(base, PUBLIC, composee / PUBLIC.nom, _anterieures(diffusion))


def apres_bascule(d: Dossiers, publication: str) -> None:
    """Efface l'état des publications passées : celui de cette publication, désormais courante, le contient.

    Sans état de cette publication la diffusion est suspendue : les autres restent, peut-être à rétablir.
    """
    if etat.dossier(d, publication).exists():
        etat.elaguer(d, publication)


def _connu(d: Dossiers, la_cle: Cle, courante: Path | None) -> etat.Etat:
    """Ce que le public sait déjà ; rien si rien ne lui a jamais été montré. Lève EtatPerdu."""
    if courante is None or not (courante / PUBLIC.nom).exists():
        return {}
    return etat.lire(d, la_cle, courante.name)


def _arreter(publiee: Path, tables: Collection[Table], connu: etat.Etat) -> Diffusion:
    seuils = organisation()["secret_statistique"]
    regle = Regle(seuils["personnes"], seuils["entreprises"], seuils["part_dominante"])
    libres = {c for t in tables if f"{t.schema}.{t.nom}" == CHIFFRES for c in t.declaration.get("calculs", [])}
    with duckdb.connect(str(publiee), read_only=True) as base:
        donnees_du = dict(base.execute("select axe, donnees_du from meta.axes").fetchall())
        return arreter(base, [t for t in tables if t.publique], donnees_du, connu, regle, libres)


def _anterieures(diffusion: Diffusion) -> dict[str, list[str]]:
    """Par table, ce qui y est resté à une date plus ancienne que la publication, en mots."""
    return {
        nom: [
            f"{tranche or 'toute la table'} : chiffres arrêtés au {en_francais(dt.date.fromisoformat(arrete_au))}"
            for tranche, arrete_au in dates
        ]
        for nom, dates in diffusion.dates.items()
    }
