"""Ce que la publication dit d'elle-même, lu une fois pour le classeur et la page."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import duckdb

from include.configuration import axes
from include.extraits.audience import INTERNE, Audience

Ligne = dict[str, Any]

LIBELLES_VERDICTS = {
    "passe": "Contrôles passés",
    "passe_avec_signalements": "Passé, avec signalements",
    "bloque": "Bloqué",
}
LIBELLES_SEVERITES = {"bloquant": "Bloquant", "signale": "Signalé", "observe": "Observé"}
ARRONDI = "Les valeurs ne sont arrondies qu'à l'affichage, au plus proche, la moitié s'éloignant de zéro (0,5 donne 1)."


def libelles_axes() -> dict[str, str]:
    """Nom de chaque axe du pôle, dans l'ordre où ils se montrent."""
    return {"core": "Socle commun (personnes, structures, projets)"} | axes()


COLONNE_SECRETE = "_secret"
"""Dans une base masquée, nomme les colonnes de la ligne dont la valeur ne se diffuse pas."""


class Secret(str):
    """Ce qui se lit à la place d'une valeur sous secret statistique : un texte, jamais un nombre ni un vide."""


SECRET = Secret("s")


@dataclass(frozen=True)
class Axe:
    """État d'un axe dans cette publication."""

    nom: str
    verdict: str
    donnees_du: dt.date | None
    reporte: bool
    cause: str | None
    arrete_au: dt.date
    signalements: int
    """Contrôles signalés qui ne sont pas conformes."""

    @property
    def libelle(self) -> str:
        """Nom de l'axe tel qu'il se lit."""
        return libelles_axes().get(self.nom, self.nom.replace("_", " ").capitalize())

    @property
    def verdict_lisible(self) -> str:
        """Verdict en français."""
        return LIBELLES_VERDICTS.get(self.verdict, self.verdict)

    @property
    def retard(self) -> int:
        """Jours entre les données de l'axe et l'arrêté de la publication."""
        return (self.arrete_au - self.donnees_du).days if self.donnees_du else 0

    @property
    def age(self) -> str:
        """Âge des données, en mots."""
        if self.donnees_du is None:
            return "jamais publié"
        if self.retard > 0:
            return f"{self.retard} jour{'s' if self.retard > 1 else ''} de retard"
        return "données reportées" if self.reporte else "à jour"


@dataclass(frozen=True)
class Publication:
    """La publication courante d'une base : son identité, ses axes, ses livraisons et ses contrôles."""

    nom: str
    nuit: dt.date
    arrete_au: dt.date
    publiee_le: dt.datetime
    verdict: str
    axes: list[Axe]
    livraisons: list[Ligne]
    utilisees: dict[str, set[str]]
    controles: list[Ligne]
    dictionnaire: dict[tuple[str, str], dict[str, str]]
    descriptions: dict[tuple[str, str], str]
    audience: Audience = INTERNE
    anterieures: dict[str, list[str]] = field(default_factory=dict)
    """Par table, ce qui y est resté à une date plus ancienne que la publication, en mots."""

    def axe(self, nom: str) -> Axe | None:
        """L'axe de ce nom, s'il y en a un."""
        return next((a for a in self.axes if a.nom == nom), None)

    def livraisons_de(self, axe: str) -> list[Ligne]:
        """Livraisons en vigueur dans les données publiées d'un axe, de tous les axes si `axe` est vide."""
        retenues = self.utilisees.get(axe, set()) if axe else set().union(*self.utilisees.values())
        return [v for v in self.livraisons if v["livraison"] in retenues]

    @property
    def a_signaler(self) -> list[Ligne]:
        """Contrôles bloquants ou signalés qui ne sont pas conformes."""
        rang = {"bloquant": 0, "signale": 1}
        retenus = [c for c in self.controles if c["verdict"] != "conforme" and c["severite"] in rang]
        return sorted(retenus, key=lambda c: (rang[c["severite"]], c["axe"], c["controle"]))


def lire(
    base: duckdb.DuckDBPyConnection, audience: Audience = INTERNE, anterieures: dict[str, list[str]] | None = None
) -> Publication:
    """Lit l'identité et l'état de la publication dans son schéma meta.

    audience: à qui vont les extraits. anterieures: par table, ce qui y est resté à une date plus ancienne.
    """
    courante = lignes(base, "select * from meta.publications order by publiee_le desc limit 1")[0]
    etats = lignes(base, "select * from meta.axes")
    ordre = {nom: rang for rang, nom in enumerate(libelles_axes())}
    dictionnaire: dict[tuple[str, str], dict[str, str]] = {}
    for c in lignes(base, "select * from meta.dictionnaire"):
        dictionnaire.setdefault((c["schema"], c["table"]), {})[c["colonne"]] = c["type"]
    controles = lignes(base, "select * from meta.controles")
    signales = Counter(c["axe"] for c in controles if c["severite"] == "signale" and c["verdict"] != "conforme")
    return Publication(
        nom=courante["publication"],
        nuit=courante["nuit"],
        arrete_au=courante["arrete_au"],
        publiee_le=courante["publiee_le"],
        verdict=courante["verdict"],
        axes=[
            Axe(
                nom=a["axe"],
                verdict=a["verdict"],
                donnees_du=a["donnees_du"],
                reporte=a["reporte"],
                cause=a["cause"],
                arrete_au=courante["arrete_au"],
                signalements=signales[a["axe"]],
            )
            for a in sorted(etats, key=lambda a: (ordre.get(a["axe"], len(ordre)), a["axe"]))
        ],
        livraisons=lignes(base, "select * from meta.livraisons order by source, recu_le, livraison"),
        utilisees={
            a: set(v)
            for a, v in base.execute("select axe, list(livraison) from meta.axes_livraisons group by axe").fetchall()
        },
        controles=controles,
        dictionnaire=dictionnaire,
        descriptions={
            (s, t): d or ""
            for s, t, d in base.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
        },
        audience=audience,
        anterieures=anterieures or {},
    )


def tables(base: duckdb.DuckDBPyConnection, schema: str = "%", prefixe: str = "") -> list[tuple[str, str]]:
    """Schéma et nom des tables de la base, rangés."""
    return base.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name like ? and starts_with(table_name, ?) order by all",
        [schema, prefixe],
    ).fetchall()


def schema_de(axe: str) -> str:
    """Schéma des tables de restitution d'un axe."""
    return "rapport" if axe == "transverse" else axe


def lignes(base: duckdb.DuckDBPyConnection, requete: str) -> list[Ligne]:
    """Résultat d'une requête, une ligne par dictionnaire ; ce qui est sous secret y vaut SECRET."""
    curseur = base.execute(requete)
    noms = [c[0] for c in curseur.description or []]
    lues = [dict(zip(noms, ligne, strict=True)) for ligne in curseur.fetchall()]
    if COLONNE_SECRETE not in noms:
        return lues
    return [ligne | dict.fromkeys((ligne.pop(COLONNE_SECRETE) or "").split(), SECRET) for ligne in lues]
