"""Jeux de personnes mal écrites, dont on sait qui est qui : pour apprendre le rapprochement et pour le mesurer.

Une personne a une à cinq fiches, chacune avec ses fautes. Des pièges s'y mêlent : jumeaux, homonymes, père et fils,
frères et sœurs, épouses de même nom. Tout est synthétique et tiré d'une graine.
"""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import pyarrow as pa
from faker import Faker
from faker.providers.person.fr_FR import Provider

from include.demo.noms import (
    COMMUNES,
    NOMS_D_AILLEURS,
    NOMS_RARES,
    PARTICULES_FRANCAISES,
    PRENOMS_FEMININS,
    PRENOMS_MASCULINS,
)

_Tireur = Callable[[random.Random], str]
TRAITS = ("nom", "nom_naissance", "prenom", "date_naissance", "sexe", "commune")
COLONNES = ("identite_id", *TRAITS, "verite", "cas")
"""Une ligne par fiche ; `verite` numérote la personne, `cas` dit le piège dont elle fait partie (vide sinon)."""


@dataclass(frozen=True)
class Profil:
    """Une façon de mal écrire : des probabilités par fiche, sauf mention.

    noms: d'où viennent les noms : realiste (fréquences de la vie), faker (tirage uniforme de Faker fr_FR) ou restreint
    (60 noms, 60 prénoms). pieges: part des personnes qui font partie d'un piège. fiches: poids de 1, 2… 5 fiches.
    """

    noms: str = "realiste"
    faute_nom: float = 0.05
    faute_prenom: float = 0.04
    deuxieme_faute: float = 0.1
    """Probabilité qu'un champ fautif ait une seconde faute."""
    a_l_oreille: float = 0.01
    tronque: float = 0.005
    initiale: float = 0.005
    diminutif: float = 0.003
    sans_un_mot: float = 0.3
    """Probabilité, pour un nom ou un prénom composé, de n'en garder qu'un mot."""
    interverti: float = 0.01
    jour_mois: float = 0.01
    chiffre: float = 0.015
    annee_seule: float = 0.004
    """Jour et mois inconnus : le 1er janvier en tient lieu."""
    sans_date: float = 0.02
    demenage: float = 0.1
    sans_commune: float = 0.1
    sans_sexe: float = 0.1
    sexe_faux: float = 0.003
    sans_pont: float = 0.02
    """Probabilité qu'une épouse soit écrite sous son seul nom d'usage, sans nom de naissance."""
    pieges: float = 0.08
    fiches: tuple[float, ...] = (30, 30, 20, 12, 8)
    communes: int = 40
    """Nombre de communes où l'on habite ; 0 : n'importe quelle ville de Faker."""


PROFILS = {
    "leger": Profil(
        faute_nom=0.02, faute_prenom=0.02, interverti=0.005, jour_mois=0.005, chiffre=0.005, sans_date=0.01,
    ),
    "courant": Profil(),
    "faker": Profil(noms="faker", communes=0),
    "restreint": Profil(noms="restreint", communes=15, sans_date=0.01),
    # Écrit une fois comparaisons et poids réglés ; seul le seuil des fiches sans date a été choisi en le voyant.
    "imprevu": Profil(
        noms="faker", faute_nom=0.08, faute_prenom=0.06, a_l_oreille=0.02, initiale=0.01, interverti=0.02,
        jour_mois=0.02, chiffre=0.02, sans_date=0.03, demenage=0.2, sans_commune=0.2, sans_sexe=0.4, pieges=0.2,
        fiches=(15, 25, 25, 20, 15), communes=25,
    ),
    "lourd": Profil(
        faute_nom=0.15, faute_prenom=0.12, deuxieme_faute=0.2, a_l_oreille=0.03, tronque=0.02, initiale=0.02,
        diminutif=0.01, interverti=0.03, jour_mois=0.03, chiffre=0.05, sans_date=0.06, demenage=0.25, sans_commune=0.25,
        sans_sexe=0.3, sexe_faux=0.01, sans_pont=0.04, pieges=0.15,
    ),
}  # fmt: skip


@dataclass(eq=False)
class _Personne:
    nom: str
    prenom: str
    sexe: str
    naissance: dt.date
    commune: str
    epoux: str = ""
    """Nom d'usage d'une femme mariée."""
    cas: str = ""


def jeu(n: int, graine: int, profil: str | Profil = "courant") -> pa.Table:
    """Au moins `n` fiches, coupées à `n`, mélangées. Lève KeyError si le profil est inconnu.

    Rend les COLONNES, toutes en texte ; identite_id est le numéro de la fiche, date_naissance est en AAAA-MM-JJ.
    """
    p = PROFILS[profil] if isinstance(profil, str) else profil
    tirage = _Tirage(random.Random(graine), p)
    lignes: list[dict[str, str | None]] = []
    numero = 0
    while len(lignes) < n:
        for personne in tirage.foyer():
            numero += 1
            lignes += [f | {"verite": f"P{numero}", "cas": personne.cas} for f in tirage.ecrire(personne)]
    lignes = lignes[:n]
    tirage.hasard.shuffle(lignes)
    for i, ligne in enumerate(lignes):
        ligne["identite_id"] = f"i{i:07d}"
    return pa.Table.from_pylist(lignes, schema=pa.schema([(c, pa.string()) for c in COLONNES]))


class _Tirage:
    """Tire des personnes, puis leurs fiches."""

    def __init__(self, hasard: random.Random, profil: Profil):
        self.hasard = hasard
        self.profil = profil
        self._faker = Faker("fr_FR")
        self._faker.seed_instance(hasard.random())
        self._noms, self._prenoms = _reserves(profil.noms)
        self._communes = COMMUNES[: profil.communes]

    # ------------------------------------------------------------------------------------------------- les personnes
    def foyer(self) -> list[_Personne]:
        """Une personne, ou les personnes d'un piège."""
        une = self._personne()
        # Un piège amène en moyenne deux personnes : il se tire deux fois moins souvent.
        if self.hasard.random() >= self.profil.pieges / 2:
            return [une]
        piege = self.hasard.choice((self._jumeaux, self._homonymes, self._pere_et_fils, self._fratrie, self._epouses))
        personnes = piege(une)
        for p in personnes:
            p.cas = piege.__name__.strip("_")
        return personnes

    def _personne(self) -> _Personne:
        sexe = "F" if self.hasard.random() < 0.48 else "M"
        naissance = self._naissance()
        epoux = self._nom() if sexe == "F" and self.hasard.random() < 0.4 else ""
        return _Personne(self._nom(), self._prenom(sexe), sexe, naissance, self._commune(), epoux)

    def _jumeaux(self, p: _Personne) -> list[_Personne]:
        sexe = p.sexe if self.hasard.random() < 0.7 else self._autre_sexe(p.sexe)
        proches = _PROCHES.get(p.prenom)
        prenom = self.hasard.choice(proches) if proches and sexe == p.sexe else self._prenom_autre(sexe, p.prenom)
        return [replace(p, epoux=""), replace(p, prenom=prenom, sexe=sexe, epoux="")]

    def _homonymes(self, p: _Personne) -> list[_Personne]:
        commune = p.commune if self.hasard.random() < 0.5 else self._commune()
        return [p, replace(p, naissance=self._naissance(), commune=commune)]

    def _pere_et_fils(self, p: _Personne) -> list[_Personne]:
        p = replace(p, sexe="M", prenom=self._prenom("M"), epoux="")
        jour = p.naissance if self.hasard.random() < 0.2 else self._naissance()
        annee = p.naissance.year - self.hasard.randint(20, 38)
        return [p, replace(p, naissance=jour.replace(year=annee, day=min(jour.day, 28)))]

    def _fratrie(self, p: _Personne) -> list[_Personne]:
        freres = []
        for _ in range(self.hasard.randint(1, 3)):
            sexe = self.hasard.choice("FM")
            ecart = dt.timedelta(days=self.hasard.randint(300, 4000))
            prenom = self._prenom_autre(sexe, p.prenom)
            freres.append(replace(p, prenom=prenom, sexe=sexe, naissance=p.naissance + ecart, epoux=""))
        return [p, *freres]

    def _epouses(self, p: _Personne) -> list[_Personne]:
        """Deux femmes de même prénom portent le même nom d'usage, et sont nées sous un autre."""
        p = replace(p, sexe="F", prenom=self._prenom("F"), epoux=p.epoux or self._nom())
        return [p, replace(p, nom=self._nom(), naissance=self._naissance())]

    def _nom(self) -> str:
        nom = self._noms(self.hasard)
        if self.hasard.random() < 0.03:
            return f"{nom}-{self._noms(self.hasard)}"
        return nom

    def _prenom(self, sexe: str) -> str:
        prenom = self._prenoms[sexe](self.hasard)
        if self.hasard.random() < 0.03:
            return f"{prenom}-{self._prenoms[sexe](self.hasard)}"
        return prenom

    def _prenom_autre(self, sexe: str, prenom: str) -> str:
        autre = prenom
        while autre == prenom:
            autre = self._prenom(sexe)
        return autre

    def _naissance(self) -> dt.date:
        annee = round(self.hasard.triangular(1950, 2001, 1990))
        if self.hasard.random() < 0.01:
            return dt.date(annee, 1, 1)
        return dt.date(annee, 1, 1) + dt.timedelta(days=self.hasard.randrange(365))

    def _commune(self) -> str:
        if not self._communes:
            return self._faker.city()
        # La première commune réunit la moitié des habitants, comme une ville-centre.
        return self._communes[min(int(self.hasard.paretovariate(0.8)) - 1, len(self._communes) - 1)]

    @staticmethod
    def _autre_sexe(sexe: str) -> str:
        return "M" if sexe == "F" else "F"

    # ---------------------------------------------------------------------------------------------------- les fiches
    def ecrire(self, p: _Personne) -> list[dict[str, str | None]]:
        """Les fiches d'une personne."""
        (combien,) = self.hasard.choices(range(1, len(self.profil.fiches) + 1), self.profil.fiches)
        return [self._fiche(p) for _ in range(combien)]

    def _fiche(self, p: _Personne) -> dict[str, str | None]:
        f = self.profil
        nom, naissance = self._noms_ecrits(p)
        prenom = p.prenom
        if self._arrive(f.initiale):
            prenom = f"{prenom[0]}." if self._arrive(0.5) else prenom[0]
        elif self._arrive(f.diminutif) and p.prenom in _DIMINUTIFS:
            prenom = _DIMINUTIFS[p.prenom]
        else:
            prenom = self._fautif(self._raccourci(prenom), f.faute_prenom)
        nom = self._fautif(self._raccourci(nom), f.faute_nom)
        naissance = naissance and self._fautif(naissance, f.faute_nom)
        if self._arrive(f.interverti):
            nom, prenom = prenom, nom
        commune = self._commune() if self._arrive(f.demenage) else p.commune
        sexe = self._autre_sexe(p.sexe) if self._arrive(f.sexe_faux) else p.sexe
        return {
            "nom": self._casse(nom),
            "nom_naissance": self._casse(naissance) if naissance else None,
            "prenom": self._casse(prenom),
            "date_naissance": None if self._arrive(f.sans_date) else self._date(p.naissance),
            "sexe": None if self._arrive(f.sans_sexe) else sexe,
            "commune": None if self._arrive(f.sans_commune) else self._casse(self._fautif(commune, 0.02)),
        }

    def _noms_ecrits(self, p: _Personne) -> tuple[str, str]:
        """Nom et nom de naissance tels qu'un fichier les porte."""
        if not p.epoux:
            return p.nom, p.nom if self._arrive(0.1) else ""
        if self._arrive(self.profil.sans_pont):
            return p.epoux, ""
        return self.hasard.choice((
            (p.nom, ""), (p.nom, p.nom), (p.epoux, p.nom), (p.epoux, p.nom), (p.epoux, p.nom), (p.nom, p.epoux),
            (f"{p.nom}-{p.epoux}", ""), (f"{p.nom} {p.epoux}", p.nom),
        ))  # fmt: skip

    def _raccourci(self, texte: str) -> str:
        """Un nom composé perd parfois un mot, plus souvent le second."""
        lus = texte.replace("-", " ").split()
        if len(lus) == 2 and min(map(len, lus)) > 2 and self._arrive(self.profil.sans_un_mot):
            return lus[0] if self._arrive(0.8) else lus[1]
        return texte

    def _fautif(self, texte: str, faute: float) -> str:
        if self._arrive(self.profil.a_l_oreille):
            texte = _a_l_oreille(texte, self.hasard)
        if self._arrive(self.profil.tronque) and len(texte) > 6:
            texte = texte[: self.hasard.randint(5, len(texte) - 1)]
        if self._arrive(faute):
            texte = self._faute(texte)
            if self._arrive(self.profil.deuxieme_faute):
                texte = self._faute(texte)
        return texte

    def _faute(self, texte: str) -> str:
        """Une faute de frappe : lettre changée, oubliée, doublée, ajoutée, ou deux lettres interverties."""
        if len(texte) < 3:
            return texte
        i = self.hasard.randrange(len(texte) - 1)
        lettre = self.hasard.choice(_VOISINES.get(texte[i].lower(), "abcdefghijklmnopqrstuvwxyz"))
        return self.hasard.choice((
            texte[:i] + lettre + texte[i + 1:], texte[:i] + texte[i + 1:], texte[:i] + texte[i] + texte[i:],
            texte[:i] + lettre + texte[i:], texte[:i] + texte[i + 1] + texte[i] + texte[i + 2:],
        ))  # fmt: skip

    def _casse(self, texte: str) -> str:
        hasard = self.hasard.random()
        if hasard < 0.4:
            texte = texte.upper()
        elif hasard < 0.5:
            texte = texte.lower()
        if self._arrive(0.4):
            texte = "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))
        if self._arrive(0.3):
            texte = texte.replace("-", " ")
        return f" {texte} " if self._arrive(0.02) else texte

    def _date(self, jour: dt.date) -> str:
        if self._arrive(self.profil.jour_mois) and jour.day <= 12:
            return jour.replace(month=jour.day, day=jour.month).isoformat()
        if self._arrive(self.profil.chiffre):
            return self._chiffre(jour)
        return f"{jour.year}-01-01" if self._arrive(self.profil.annee_seule) else jour.isoformat()

    def _chiffre(self, jour: dt.date) -> str:
        """La même date, un chiffre faux ; toujours une date du calendrier."""
        while True:
            texte = list(jour.isoformat())
            i = self.hasard.choice((2, 3, 5, 6, 8, 9))
            texte[i] = self.hasard.choice("0123456789")
            try:
                autre = dt.date.fromisoformat("".join(texte))
            except ValueError:
                continue
            if autre != jour:
                return autre.isoformat()

    def _arrive(self, probabilite: float) -> bool:
        return self.hasard.random() < probabilite


def _reserves(noms: str) -> tuple[_Tireur, dict[str, _Tireur]]:
    """De quoi tirer un nom, et un prénom de chaque sexe, selon le profil."""
    feminins, masculins = tuple(Provider.first_names_female), tuple(Provider.first_names_male)
    familles = tuple(Provider.last_names)
    if noms == "faker":
        return _uniforme(familles), {"F": _uniforme(feminins), "M": _uniforme(masculins)}
    if noms == "restreint":
        return _uniforme(familles[:60]), {"F": _uniforme(feminins[:60]), "M": _uniforme(masculins[:60])}
    prenoms = {"F": _decroissant(PRENOMS_FEMININS), "M": _decroissant(PRENOMS_MASCULINS)}
    return _noms_de_la_vie(familles), prenoms


def _uniforme(choix: Sequence[str]) -> _Tireur:
    return lambda hasard: hasard.choice(choix)


def _decroissant(choix: Sequence[str]) -> _Tireur:
    """Le deuxième est à peine plus rare que le premier, le dernier beaucoup : la forme des fréquences de prénoms."""
    cumul = list(accumulate(1 / (rang + 15) for rang in range(len(choix))))
    return lambda hasard: hasard.choices(choix, cum_weights=cumul)[0]


def _noms_de_la_vie(familles: Sequence[str]) -> _Tireur:
    """Un tiers de noms courants, un huitième d'ailleurs, le reste de noms que peu de familles portent."""
    courants, ailleurs = _decroissant(familles), _decroissant(NOMS_D_AILLEURS)

    def tirer(hasard: random.Random) -> str:
        de = hasard.random()
        if de < 0.35:
            return courants(hasard)
        if de < 0.48:
            return ailleurs(hasard)
        # Au carré : la moitié des porteurs d'un nom rare se partagent un quart de ces noms.
        rare = NOMS_RARES[int(len(NOMS_RARES) * hasard.random() ** 2)]
        return f"{hasard.choice(PARTICULES_FRANCAISES)} {rare}" if de < 0.51 else rare

    return tirer


def _a_l_oreille(texte: str, hasard: random.Random) -> str:
    """Le même son, écrit autrement ; le texte inchangé si rien ne s'y prête."""
    possibles = [(a, b) for a, b in _SONS_EGAUX if a in texte.lower()]
    if not possibles:
        return texte
    a, b = hasard.choice(possibles)
    i = texte.lower().index(a)
    return (texte[:i] + b + texte[i + len(a) :]).capitalize()


_SONS_EGAUX = (
    ("ph", "f"), ("f", "ph"), ("eau", "aud"), ("au", "o"), ("y", "i"), ("i", "y"), ("ss", "s"), ("ll", "l"),
    ("tt", "t"), ("nn", "n"), ("c", "k"), ("k", "c"), ("th", "t"), ("qu", "k"), ("mm", "m"),
    ("ou", "o"), ("ier", "ié"), ("s", "z"),
    ("è", "ai"), ("h", ""), ("an", "en"), ("ck", "k"),
)  # fmt: skip
_VOISINES = {
    "a": "zqs", "b": "vn", "c": "xv", "d": "sf", "e": "rz", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "km", "m": "lp", "n": "b", "o": "ip", "p": "om", "q": "sa", "r": "et", "s": "qd", "t": "ry",
    "u": "yi", "v": "cb", "w": "x", "x": "wc", "y": "tu", "z": "ae",
}  # fmt: skip
"""Touches voisines d'un clavier français."""
_DIMINUTIFS = {
    "Alexandre": "Alex", "Alexandra": "Alex", "Frédéric": "Fred", "Nicolas": "Nico", "Stéphanie": "Steph",
    "Sébastien": "Seb", "Emmanuel": "Manu", "Thomas": "Tom", "Benjamin": "Ben", "Maxime": "Max", "Catherine": "Cathy",
    "Mohamed": "Momo", "Grégory": "Greg", "Anthony": "Tony", "Nathalie": "Nath", "Samuel": "Sam", "Sandrine": "Sandy",
}  # fmt: skip
_PROCHES = {
    "Marie": ("Marine", "Marion", "Maria"), "Marine": ("Marie", "Marina", "Martine"), "Emma": ("Emmy", "Ella"),
    "Emmy": ("Emma",), "Léa": ("Léna", "Lia"), "Lina": ("Lila", "Nina"), "Lucie": ("Lucia", "Julie"),
    "Julie": ("Juliette", "Lucie"), "Louis": ("Luis", "Louise"), "Mathieu": ("Mathis", "Matteo"),
    "Lucas": ("Luc", "Louka"), "Hassan": ("Hussein", "Hassen"), "Noé": ("Noah", "Noël"), "Adam": ("Adem", "Adan"),
    "Anna": ("Anne", "Hanna"), "Jean": ("Jean-Paul", "Johan"), "Laura": ("Laure", "Lara"), "Mehdi": ("Mahdi", "Medi"),
    "Nathan": ("Nolan", "Ethan"), "Clara": ("Carla", "Claire"), "Sofia": ("Safia", "Sophie"),
    "Rayan": ("Ryan", "Rayane"),
}  # fmt: skip
"""Prénoms que l'on donne à des jumeaux, et que l'on pourrait prendre pour des fautes."""
