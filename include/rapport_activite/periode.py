"""La période d'un rapport : une année, un semestre, ou des mois qui se suivent dans une année."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from include.extraits.francais import date_longue

_FORME = re.compile(r"(?P<annee>\d{4})(?:-(?P<semestre>S[12])|-(?P<mois>\d{2})(?:-a-(?P<dernier>\d{2}))?)?")
_ATTENDU = (
    "Attendu : 2017 (l'année), 2017-S1 ou 2017-S2 (un semestre), 2017-09 (du 1er janvier à fin septembre) "
    "ou 2017-04-a-09 (d'avril à septembre)."
)
_CLES = {(1, 12): "", (1, 6): "-S1", (7, 12): "-S2"}
_SEMESTRES = {"S1": (1, 6), "S2": (7, 12)}


@dataclass(frozen=True)
class Periode:
    """Du premier jour d'un mois à `fin`, dans une année civile. `cle` nomme la période, et le dossier de ses récits."""

    cle: str
    debut: dt.date
    fin: dt.date

    @property
    def entiere(self) -> bool:
        """Vrai si la période est une année civile : elle se compare alors à la précédente."""
        return self.debut.month == 1 and (self.fin.month, self.fin.day) == (12, 31)

    @property
    def titre(self) -> str:
        """« Année 2017 », « Second semestre 2017 », « Du 1er janvier au 30 septembre 2017 »."""
        annee, fin = self.fin.year, (self.fin.month, self.fin.day)
        if self.entiere:
            return f"Année {annee}"
        if (self.debut.month, fin) == (1, (6, 30)):
            return f"Premier semestre {annee}"
        if (self.debut.month, fin) == (7, (12, 31)):
            return f"Second semestre {annee}"
        return f"Du 1er {_mois(self.debut)} au {date_longue(self.fin)}"

    @property
    def en_bref(self) -> str:
        """« 2017 », « 2017, janvier à septembre » : ce qui la nomme à côté d'années entières."""
        if self.entiere:
            return str(self.fin.year)
        mois = dict.fromkeys((_mois(self.debut), _mois(self.fin)))
        return f"{self.fin.year}, {' à '.join(mois)}"

    @classmethod
    def de(cls, texte: str) -> Periode:
        """Lit une période demandée. Lève ValueError, en français, si elle est mal écrite."""
        lue = _FORME.fullmatch(texte)
        if not lue:
            raise ValueError(f"PERIODE={texte} ne se lit pas. {_ATTENDU}")
        annee, premier, dernier = int(lue["annee"]), 1, 12
        if lue["semestre"]:
            premier, dernier = _SEMESTRES[lue["semestre"]]
        elif lue["dernier"]:
            premier, dernier = int(lue["mois"]), int(lue["dernier"])
        elif lue["mois"]:
            dernier = int(lue["mois"])
        for mois in (premier, dernier):
            if not 1 <= mois <= 12:
                raise ValueError(f"PERIODE={texte} : {mois:02} n'est pas un mois. {_ATTENDU}")
        if premier > dernier:
            raise ValueError(f"PERIODE={texte} : le premier mois suit le dernier. {_ATTENDU}")
        reste = f"-{dernier:02}" if premier == 1 else f"-{premier:02}-a-{dernier:02}"
        fin = dt.date(annee, dernier, calendar.monthrange(annee, dernier)[1])
        return cls(f"{annee}{_CLES.get((premier, dernier), reste)}", dt.date(annee, premier, 1), fin)

    @classmethod
    def en_cours(cls, arrete_au: dt.date) -> Periode:
        """L'année de l'arrêté, jusqu'à lui : celle que chaque nuit publie, avec les récits de l'année."""
        return cls(f"{arrete_au.year}", dt.date(arrete_au.year, 1, 1), arrete_au)


def _mois(jour: dt.date) -> str:
    """« septembre »."""
    return date_longue(jour).split()[1]
