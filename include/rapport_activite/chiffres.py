"""Les chiffres d'une période, tels qu'ils se citent : valeur, écriture, méthode."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from include.extraits.francais import date, nombre, unite
from include.extraits.lecture import Secret, lignes, tables
from include.rapport_activite.periode import Periode

MASQUE = "s"
"""Ce qui remplace une valeur que la base donnée ne montre pas (secret statistique)."""
NON_CALCULE = "non calculé"
_DECIMALES = {"heures": 2, "pourcent": 1}
_SINGULIERS = {
    "journaux": "journal", "rendez-vous": "rendez-vous", "ETP": "ETP", "mises en relation": "mise en relation",
    "donneurs d'ordre": "donneur d'ordre", "%": "%",
}  # fmt: skip


@dataclass(frozen=True)
class Chiffre:
    """Un chiffre défini au registre. `calcule` est faux s'il n'existe pas sur la période du rapport."""

    code: str
    libelle: str
    unite: str
    methode: dict[str, Any]
    calcule: bool = False
    valeur: float | None = None
    debut: dt.date | None = None
    fin: dt.date | None = None
    avant: float | None = None
    """Sa valeur de l'année d'avant, quand les deux périodes se comparent."""

    def ecrit(self, decimales: int | None = None) -> str:
        """« 352 845,65 », « 28,0 % », « s » s'il est masqué, « non calculé » s'il n'existe pas."""
        return self._ecrire(self.valeur, decimales) if self.calcule else NON_CALCULE

    def ecrit_avant(self, decimales: int | None = None) -> str:
        """La valeur de l'année d'avant, « non calculé » si les deux périodes ne se comparent pas."""
        return NON_CALCULE if self.avant is None else self._ecrire(self.avant, decimales)

    def avec_unite(self, decimales: int | None = None) -> str:
        """« 352 845,65 heures », « 1 personne »."""
        if not self.calcule or self.valeur is None or self.unite == "pourcent":
            return self.ecrit(decimales)
        return f"{self.ecrit(decimales)}\u00a0{self.mot}"

    @property
    def mot(self) -> str:
        """Son unité, au singulier s'il vaut moins de deux ; rien pour un pourcentage, qui l'écrit dans sa valeur."""
        if self.unite == "pourcent":
            return ""
        pluriel = unite(self.unite)
        if self.valeur is None or abs(self.valeur) >= 2:
            return pluriel
        return _SINGULIERS.get(pluriel, pluriel.removesuffix("s"))

    def _ecrire(self, valeur: float | None, decimales: int | None) -> str:
        if valeur is None:
            return MASQUE
        if decimales is None:
            decimales = _DECIMALES.get(self.unite, _utiles(valeur))
        return nombre(valeur, decimales) + ("\u202f%" if self.unite == "pourcent" else "")


def lire(base: duckdb.DuckDBPyConnection, periode: Periode) -> dict[str, Chiffre]:
    """Chaque chiffre défini dans la base, à sa valeur de la période ; aucun si rapport.definitions manque."""
    if not {("rapport", "definitions"), ("rapport", "indicateurs")} <= set(tables(base, "rapport")):
        return {}
    lus = lignes(base, "select * from rapport.indicateurs order by periode_fin")
    connus = {(i["code"], i["annee"]): i | {"valeur": _montree(i["valeur"])} for i in lus}
    chiffres = {}
    for d in lignes(base, "select * from rapport.definitions order by code"):
        annee = periode.fin.year - _recul(d["periode"] or "")
        valeur, avant = connus.get((d["code"], annee)), connus.get((d["code"], annee - 1))
        chiffre = Chiffre(d["code"], d["libelle"], d["unite"], d)
        if valeur and valeur["periode_fin"] <= periode.fin:
            debut, fin = valeur["periode_debut"], valeur["periode_fin"]
            comparable = periode.entiere and avant and (debut, fin) == plus_un_an(avant)
            chiffre = Chiffre(
                d["code"], d["libelle"], d["unite"], d, True, valeur["valeur"], debut, fin,
                avant["valeur"] if comparable and avant else None,
            )  # fmt: skip
        chiffres[d["code"]] = chiffre
    return chiffres


def periode_propre(chiffre: Chiffre, periode: Periode) -> str:
    """« depuis le 01/10/2016 », « du 01/01/2017 au 30/09/2017 » ; rien si c'est la période du rapport."""
    if not chiffre.calcule or (chiffre.debut, chiffre.fin) == (periode.debut, periode.fin):
        return ""
    if chiffre.fin == periode.fin:
        return f"depuis le {date(chiffre.debut)}"
    return f"du {date(chiffre.debut)} au {date(chiffre.fin)}"


def _montree(valeur: Any) -> float | None:
    """Une valeur sous secret statistique n'en est pas une : elle se lira « s »."""
    return None if isinstance(valeur, Secret) else valeur


def _recul(regle: str) -> int:
    """Années entre le rapport et la fin d'une période qui n'est jamais celle en cours, d'après sa règle."""
    if "avant-dernière année" in regle:
        return 2
    return 1 if re.match("année précédente|.*fin de l'année précédente", regle, re.IGNORECASE) else 0


def plus_un_an(ligne: dict[str, Any]) -> tuple[dt.date, dt.date]:
    """Les bornes d'une période, un an plus tard ; le 29 février devient le 28."""
    debut, fin = (
        jour.replace(year=jour.year + 1, day=28)
        if (jour.month, jour.day) == (2, 29)
        else jour.replace(year=jour.year + 1)
        for jour in (ligne["periode_debut"], ligne["periode_fin"])
    )
    return debut, fin


def _utiles(valeur: float) -> int:
    """Décimales qui se lisent, deux au plus : aucune pour un entier."""
    return max(0, -int(Decimal(str(round(valeur, 2))).normalize().as_tuple().exponent))
