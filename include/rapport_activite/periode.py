"""La période d'un rapport : une année, un semestre, ou les premiers mois d'une année."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from include.extraits.francais import date_longue

_FORME = re.compile(r"(?P<annee>\d{4})(?:-(?P<reste>S[12]|\d{2}))?")
_ATTENDU = "Attendu : 2017 (l'année), 2017-S1 (le premier semestre) ou 2017-09 (du 1er janvier à fin septembre)."


@dataclass(frozen=True)
class Periode:
    """Du 1er janvier d'une année à `fin`. `cle` nomme la période, et le dossier de ses récits."""

    cle: str
    fin: dt.date

    @property
    def debut(self) -> dt.date:
        """Toujours un 1er janvier : les chiffres du registre se comptent sur l'année de l'arrêté."""
        return dt.date(self.fin.year, 1, 1)

    @property
    def entiere(self) -> bool:
        """Vrai si la période est une année civile : elle se compare alors à la précédente."""
        return (self.fin.month, self.fin.day) == (12, 31)

    @property
    def titre(self) -> str:
        """« Année 2017 », « Premier semestre 2017 », « Du 1er janvier au 30 septembre 2017 »."""
        if self.entiere:
            return f"Année {self.fin.year}"
        if (self.fin.month, self.fin.day) == (6, 30):
            return f"Premier semestre {self.fin.year}"
        return f"Du 1er janvier au {date_longue(self.fin)}"

    @classmethod
    def de(cls, texte: str) -> Periode:
        """Lit une période demandée. Lève ValueError, en français, si elle est mal écrite ou n'a pas de chiffres."""
        lue = _FORME.fullmatch(texte)
        if not lue:
            raise ValueError(f"PERIODE={texte} ne se lit pas. {_ATTENDU}")
        annee, reste = int(lue["annee"]), lue["reste"] or "12"
        if reste == "S2":
            raise ValueError(
                f"PERIODE={texte} : un second semestre n'a pas de chiffres. Le registre compte depuis le 1er janvier, "
                "et des personnes différentes ne se soustraient pas : demandez le premier semestre et l'année."
            )
        mois = 6 if reste == "S1" else int(reste)
        if not 1 <= mois <= 12:
            raise ValueError(f"PERIODE={texte} : {reste} n'est pas un mois. {_ATTENDU}")
        fin = dt.date(annee, mois, calendar.monthrange(annee, mois)[1])
        return cls({12: f"{annee}", 6: f"{annee}-S1"}.get(mois, f"{annee}-{mois:02}"), fin)

    @classmethod
    def en_cours(cls, arrete_au: dt.date) -> Periode:
        """L'année de l'arrêté, jusqu'à lui : celle que chaque nuit publie, avec les récits de l'année."""
        return cls(f"{arrete_au.year}", arrete_au)
