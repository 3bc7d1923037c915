"""Les personnes des livraisons : ce que chaque partenaire écrit d'elles, et qui elles sont vraiment.

Un partenaire sur trois écrit autrement une personne que les clauses connaissent aussi, mais toujours de la même façon
dans ses fichiers : chaque source, seule, compte juste. Deux paires de jumeaux, et les homonymes que donne le tirage,
sont des gens différents que tout rapproche.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol

from include.demo.clauses import GRAINE, Personne
from include.demo.defauts import sans_accents_majuscules

NOMS_COMMUNES = {
    "21231": "Dijon", "21166": "Chenôve", "21171": "Chevigny-Saint-Sauveur", "21278": "Fontaine-lès-Dijon",
    "21355": "Longvic", "21390": "Marsannay-la-Côte", "21515": "Quetigny", "21540": "Saint-Apollinaire",
    "21617": "Talant", "21485": "Plombières-lès-Dijon", "21481": "Perrigny-lès-Dijon", "21003": "Ahuy",
    "21038": "Auxonne", "21292": "Genlis", "21317": "Is-sur-Tille", "21054": "Beaune",
}  # fmt: skip
Cle = tuple[str, str, dt.date | None]
"""Ce qu'une graphie dit d'une personne : nom et prénom en capitales sans accents, date de naissance."""


@dataclass(eq=False)
class Identite:
    """Une personne telle qu'un partenaire la décrit."""

    nom: str
    prenom: str
    date_naissance: dt.date | None
    sexe: str
    commune: str
    qpv: str
    salarie: Personne | None = None
    """Le salarié d'ABC Clauses que c'est, s'il y en a un."""
    ecart: str = ""
    """En quoi elle est mal écrite : une clé d'`ECARTS` ; juste si vide."""

    @property
    def cle(self) -> Cle:
        """Ce qui la distingue d'une autre : deux graphies de même clé se lisent comme une seule."""
        return sans_accents_majuscules(self.nom), sans_accents_majuscules(self.prenom), self.date_naissance


class Ecrit(Protocol):
    """Une ligne de fichier qui nomme une personne."""

    identite: Identite


def identite_de(p: Personne) -> Identite:
    """Un salarié tel qu'un autre partenaire le décrit : sous son nom de naissance s'il en a un."""
    commune = NOMS_COMMUNES.get(p.code_commune, "Dijon")
    return Identite(p.nom_naissance or p.nom, p.prenom, p.date_naissance, p.sexe, commune, p.qpv, p)


# ---------------------------------------------------------------------------------------------------- écrire de travers
Ecart = Callable[[Identite, Personne, random.Random], Identite]
"""Écrit autrement l'identité d'un salarié ; la rend inchangée si elle ne s'y prête pas."""


def _faute(mot: str, alea: random.Random) -> str:
    """Une faute de frappe passé la première lettre : lettre oubliée, doublée, changée, ou deux lettres inversées."""
    if len(mot) < 4:
        return mot
    i = alea.randrange(1, len(mot) - 1)
    voisine = alea.choice("aeiou" if mot[i].lower() in "aeiou" else "lmnrst")
    return alea.choice((
        mot[:i] + mot[i + 1 :],
        mot[:i] + mot[i] + mot[i:],
        mot[:i] + voisine + mot[i + 1 :],
        mot[:i] + mot[i + 1] + mot[i] + mot[i + 2 :],
    ))  # fmt: skip


def _accents_perdus(mot: str) -> str:
    """Chaque lettre accentuée remplacée par « ? », comme la laisse un export mal encodé."""
    return "".join("?" if unicodedata.decomposition(c) else c for c in mot)


def _premier_mot(mot: str) -> str:
    """Un nom composé dont il ne reste que la première partie qui nomme (« Le Goff » : « Goff »)."""
    return next((m for m in re.split(r"[ -]", mot) if len(m) > 2), mot)


def _jour_et_mois(i: Identite, _p: Personne, _alea: random.Random) -> Identite:
    n = i.date_naissance
    return replace(i, date_naissance=n.replace(day=n.month, month=n.day)) if n and n.day <= 12 else i


def _chiffre(i: Identite, _p: Personne, alea: random.Random) -> Identite:
    """Le dernier chiffre du jour ou de l'année mal recopié."""
    assert i.date_naissance
    annee, jour = i.date_naissance.year, i.date_naissance.day
    # Tout mois a ses jours 1 à 28 : le chiffre changé donne toujours une date.
    autres = [x for x in range(jour // 10 * 10, jour // 10 * 10 + 10) if x != jour and 1 <= x <= 28]
    if autres and (jour == 29 or alea.random() < 0.5):
        return replace(i, date_naissance=i.date_naissance.replace(day=alea.choice(autres)))
    annees = [x for x in range(annee // 10 * 10, annee // 10 * 10 + 10) if x != annee]
    return replace(i, date_naissance=i.date_naissance.replace(year=alea.choice(annees)))


def _usage(i: Identite, p: Personne, _alea: random.Random) -> Identite:
    return replace(i, nom=p.nom) if p.nom_naissance else i


def _double_nom(i: Identite, p: Personne, _alea: random.Random) -> Identite:
    return replace(i, nom=f"{p.nom_naissance}-{p.nom}") if p.nom_naissance else i


ECARTS: dict[str, Ecart] = {
    "faute de frappe dans le nom": lambda i, _, alea: replace(i, nom=_faute(i.nom, alea)),
    "faute de frappe dans le prénom": lambda i, _, alea: replace(i, prenom=_faute(i.prenom, alea)),
    "accents perdus": lambda i, *_: replace(i, nom=_accents_perdus(i.nom), prenom=_accents_perdus(i.prenom)),
    "nom composé coupé": lambda i, *_: replace(i, nom=_premier_mot(i.nom), prenom=_premier_mot(i.prenom)),
    "nom d'usage": _usage,
    "nom de naissance et nom d'usage": _double_nom,
    "nom et prénom inversés": lambda i, *_: replace(i, nom=i.prenom, prenom=i.nom),
    "jour et mois inversés": _jour_et_mois,
    "un chiffre de la date faux": _chiffre,
}
SANS_DATE = "date de naissance non saisie"
"""Le seul écart qui laisse un doute légitime : un homonyme suffirait. Des prescriptions, où elle est facultative."""
UN_SUR = 3
"""Une personne connue aussi d'ABC Clauses sur trois est mal écrite (ordre de grandeur, illustratif)."""


def mal_ecrire(sources: Sequence[tuple[Iterable[Ecrit], bool]], prises: set[Cle]) -> None:
    """Récrit, source par source, une personne connue d'ABC Clauses sur trois, de la même façon sur toutes ses lignes.

    sources: lignes de chaque source, et si la date de naissance peut y manquer. prises: clés de toutes les identités
    justes ; une graphie qui serait celle d'une autre personne n'est pas retenue.
    """
    alea = random.Random(GRAINE + 4)
    usages: Counter[str] = Counter()
    for lignes, sans_date in sources:
        ecarts = ECARTS | ({SANS_DATE: lambda i, *_: replace(i, date_naissance=None)} if sans_date else {})
        lignes = [x for x in lignes if x.identite.salarie]
        salaries = sorted({x.identite.salarie for x in lignes if x.identite.salarie}, key=lambda p: p.id_salarie)
        ecrites: dict[Personne, Identite] = {}
        for p in alea.sample(salaries, len(salaries) // UN_SUR):
            juste = identite_de(p)
            possibles = {nom: replace(ecart(juste, p, alea), ecart=nom) for nom, ecart in ecarts.items()}
            possibles = {nom: i for nom, i in possibles.items() if i.cle not in prises}
            # Le moins servi d'abord : un écart que peu de noms permettent n'est pas oublié.
            choisi = min(possibles, key=lambda nom: usages[nom])
            usages[choisi] += 1
            ecrites[p] = possibles[choisi]
            prises.add(possibles[choisi].cle)
        for x in lignes:
            assert x.identite.salarie
            x.identite = ecrites.get(x.identite.salarie, x.identite)


# -------------------------------------------------------------------------------------- se ressembler sans être la même
def ajouter_jumeaux(salaries: Iterable[Personne], candidats: list[Identite], prescrits: list[Identite]) -> None:
    """Fait d'un prescrit et d'un candidat que personne d'autre ne connaît les jumeaux d'un prescrit et d'un salarié.

    Ils sont du même sexe et de la même commune : seul le prénom les distingue.
    """
    jeunes = (identite_de(p) for p in salaries if 1988 <= p.date_naissance.year <= 1998)
    for justes, autres in ((prescrits, prescrits), (jeunes, candidats)):
        a, b = next(
            (a, b) for a, b in product(justes, autres)
            if a is not b and (a.sexe, a.commune) == (b.sexe, b.commune) and a.prenom[0] != b.prenom[0]
        )  # fmt: skip
        b.nom, b.date_naissance = a.nom, a.date_naissance


def verite(salaries: Iterable[Personne], lignes: Iterable[Ecrit]) -> dict[Cle, str]:
    """Qui est vraiment chaque identité écrite : le numéro du salarié d'ABC Clauses, sinon un numéro à elle.

    Une identité qui n'est pas ici n'est écrite que d'une façon, par un seul partenaire.
    """
    vraies = {identite_de(p).cle: p.id_salarie for p in salaries}
    for x in lignes:
        numero = x.identite.salarie.id_salarie if x.identite.salarie else f"autre {len(vraies)}"
        vraies.setdefault(x.identite.cle, numero)
    return vraies
