"""Ce qui a changé depuis la publication précédente, et pourquoi, dans les mots de qui dirige.

Tout vient de meta.changements : une ligne par chiffre et par année. On les réunit par axe et par cause, les chiffres
clés d'abord, puis les plus grands écarts.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import duckdb

from include.configuration import organisation
from include.extraits.francais import accord, nombre
from include.extraits.lecture import Ligne, Publication, libelles_axes, lignes, tables
from include.rapport_activite.chiffres import Chiffre
from include.rapport_activite.recits import typographie

EXEMPLES = 3
"""Chiffres cités d'un groupe ; les autres sont à déplier."""
_LIVRAISON = re.compile(r"\S+ \((?P<verbe>nouvelle|corrige|remplace|plus en vigueur) : (?P<fichier>.*?)\)(?= ; |$)")
_ARRETES = re.compile(r"arrêté (du \S+ au \S+)")
_CAUSES = {
    "code": "règle changée",
    "personnes": "personnes réunies ou séparées",
    "axe repris": "axe de nouveau publié",
    "axe reporté": "axe retenu par ses contrôles",
    "indéterminée": "cause indéterminée",
}
_VERBES = {
    "corrige": "lignes corrigées",
    "remplace": "fichier remplacé par un plus récent",
    "plus en vigueur": "fichier retiré",
}


@dataclass(frozen=True)
class Changement:
    """Un chiffre d'une année : sa valeur d'avant, la neuve, et ce qui les sépare, écrits en français."""

    code: str
    libelle: str
    annee: int
    avant: str
    apres: str
    ecart: str
    cle: bool
    """Vrai s'il est parmi les chiffres clés du pôle."""
    ampleur: float
    """Écart rapporté à la valeur d'avant, pour ranger ; sans unité."""


@dataclass(frozen=True)
class Groupe:
    """Les chiffres d'un axe qu'une même cause a changés."""

    cause: str
    """« Fichier arrivé en retard », « Lignes corrigées et règle changée »…"""
    combien: str
    fichiers: list[str]
    details: list[str]
    changements: list[Changement]

    @property
    def exemples(self) -> list[Changement]:
        """Les premiers : chiffres clés, puis plus grands écarts."""
        return self.changements[:EXEMPLES]


@dataclass(frozen=True)
class Bilan:
    """Tout ce qui a changé. `depuis` : publication d'avant, None si c'est la première."""

    depuis: str | None
    par_axe: dict[str, list[Groupe]]

    @property
    def inchanges(self) -> list[str]:
        """Noms des axes dont aucun chiffre n'a changé."""
        return [nom for axe, nom in libelles_axes().items() if axe != "core" and axe not in self.par_axe]


def lire(base: duckdb.DuckDBPyConnection, publication: Publication) -> Bilan | None:
    """Le bilan d'une publication ; None pour le public, à qui l'écart de deux publications apprendrait ce qu'il masque.

    Une base qui n'a pas meta.changements n'en dit rien non plus.
    """
    if publication.audience.publique or ("meta", "changements") not in tables(base, "meta"):
        return None
    passees = lignes(base, "select publication, arrete_au from meta.publications order by publiee_le desc limit 2")
    if len(passees) < 2:
        return Bilan(None, {})
    groupes: dict[tuple[str, tuple[str, ...]], list[Ligne]] = {}
    for ligne in lignes(base, "select * from meta.changements order by code, annee"):
        groupes.setdefault((ligne["axe"], tuple(causes(ligne, passees[1]["arrete_au"]))), []).append(ligne)
    par_axe: dict[str, list[Groupe]] = {axe: [] for axe in libelles_axes() if any(a == axe for a, _ in groupes)}
    for (axe, pourquoi), siens in groupes.items():
        par_axe.setdefault(axe, []).append(_groupe(pourquoi, siens))
    for siens_ in par_axe.values():
        siens_.sort(key=lambda g: (not g.changements[0].cle, -len(g.changements), g.cause))
    return Bilan(passees[1]["publication"], par_axe)


def causes(ligne: Ligne, arrete_avant: dt.date) -> list[str]:
    """Les causes d'une ligne de meta.changements, en mots.

    Un fichier nouveau est en retard si la période du chiffre était finie quand la publication d'avant l'a montré.
    """
    dites = []
    for cause in ligne["cause"].split(" et "):
        if cause == "arrêté":
            bornes = _ARRETES.search(ligne["detail"] or "")
            dites.append(f"date d’arrêté passée {bornes[1]}" if bornes else "date d’arrêté changée")
        elif cause != "livraisons":
            dites.append(_CAUSES.get(cause, cause))
        for livraison in _LIVRAISON.finditer(ligne["livraisons"] or "") if cause == "livraisons" else ():
            retard = ligne["periode_fin"] <= arrete_avant
            nouvelle = "fichier arrivé en retard" if retard else "fichier nouveau"
            dites.append(_VERBES.get(livraison["verbe"], nouvelle))
    return list(dict.fromkeys(dites))


def _groupe(pourquoi: tuple[str, ...], siens: list[Ligne]) -> Groupe:
    fichiers = {m["fichier"] for x in siens for m in _LIVRAISON.finditer(x["livraisons"] or "")}
    cause = " et ".join(pourquoi)
    return Groupe(
        cause=f"{cause[:1].upper()}{cause[1:]}",
        combien=accord(len(siens), "chiffre changé", "chiffres changés"),
        fichiers=sorted(fichiers),
        details=sorted({typographie(x["detail"]) for x in siens if x["detail"]}),
        changements=sorted(
            map(_changement, siens), key=lambda c: (not c.cle, -c.ampleur, c.code, -c.annee)
        ),
    )  # fmt: skip


def _changement(ligne: Ligne) -> Changement:
    ancienne, nouvelle, ecart = ligne["ancienne"], ligne["nouvelle"], ligne["ecart"]
    avant, apres = _ecrit(ligne, ancienne, "nouveau"), _ecrit(ligne, nouvelle, "n’existe plus")
    if avant == apres:
        # 14,6 % qui devient 14,6 % : l'écart se voit à la décimale d'après.
        avant, apres = (_ecrit(ligne, v, "", 2) for v in (ancienne, nouvelle))
    decimales = 2 if ecart is not None and round(ecart, 2) % 1 else 0
    signe = "+" if (ecart or 0) > 0 else ""
    unite = "\u00a0pt" if ligne["unite"] == "pourcent" else ""
    return Changement(
        code=ligne["code"],
        libelle=typographie(ligne["libelle"]),
        annee=ligne["annee"],
        avant=avant,
        apres=apres,
        ecart="" if ecart is None else f"{signe}{nombre(ecart, decimales)}{unite}",
        cle=ligne["code"] in organisation()["chiffres_cles"],
        ampleur=abs(ecart) / max(abs(ancienne), 1) if ecart is not None else 0,
    )


def _ecrit(ligne: Ligne, valeur: Any, absente: str, decimales: int | None = None) -> str:
    if valeur is None:
        return absente
    return Chiffre(ligne["code"], "", ligne["unite"], {}, True, valeur).ecrit(decimales)
