"""Réunir : des couples d'identités comparées aux personnes, sans réunir ce qui se contredit.

Les couples se prennent du plus sûr au moins sûr. Réunir deux groupes demande plus qu'un couple ressemblant : que leurs
autres identités ne se contredisent pas (deux dates, deux prénoms usuels, deux noms de naissance), et qu'aucun autre
groupe, incompatible avec le premier, ne convienne aussi bien. L'ordre est celui des scores puis des numéros : il ne
dépend pas de l'ordre des lignes reçues.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

MARGE = 3.0
"""En bits : un autre candidat, au plus huit fois moins vraisemblable, rend le choix douteux."""


class Accord(Enum):
    """Ce qu'un couple comparé dit de ses deux identités."""

    CONFIRME = 1
    """Mêmes noms et même date, à une faute près."""
    NEUTRE = 0
    CONTREDIT = -1


@dataclass(frozen=True, eq=False, slots=True)
class Couple:
    """Deux identités comparées (a < b).

    poids: score, en bits. regle: celle qui suffit à les réunir, ou None. rang: sa ligne dans la table des couples.
    """

    a: int
    b: int
    poids: float
    accord: Accord
    regle: str | None
    rang: int


class Obstacle(Enum):
    """Pourquoi deux groupes n'ont pas été réunis."""

    CONTRADICTION = "contradiction"
    CONCURRENT = "concurrent"
    DECISION = "decision"


@dataclass
class Groupes:
    """Des groupes d'identités numérotées de 0 à n - 1, chacune seule au départ."""

    n: int
    _chef: list[int] = field(init=False)
    _membres: dict[int, list[int]] = field(init=False)
    _separees: dict[int, set[int]] = field(init=False)
    _voisins: dict[int, dict[int, Couple]] = field(init=False)

    def __post_init__(self) -> None:
        self._chef = list(range(self.n))
        self._membres = {}
        self._separees = defaultdict(set)
        self._voisins = defaultdict(dict)

    def chef(self, i: int) -> int:
        """Identité qui représente le groupe de i."""
        while self._chef[i] != i:
            self._chef[i] = self._chef[self._chef[i]]
            i = self._chef[i]
        return i

    def membres(self, i: int) -> list[int]:
        """Identités du groupe de i."""
        chef = self.chef(i)
        return self._membres.get(chef, [chef])

    def apprendre(self, couples: Iterable[Couple]) -> None:
        """Retient les couples comparés : ils diront ce qui contredit une réunion."""
        for c in couples:
            self._voisins[c.a][c.b] = self._voisins[c.b][c.a] = c

    def separer(self, a: int, b: int) -> None:
        """Décision humaine : a et b ne seront jamais du même groupe."""
        self._separees[a].add(b)
        self._separees[b].add(a)

    def reunir(self, a: int, b: int) -> bool:
        """Réunit les groupes de a et de b, sauf si une décision les sépare. Rend vrai s'ils ne font plus qu'un."""
        a, b = self.chef(a), self.chef(b)
        if a == b:
            return True
        if self.decides_differents(a, b):
            return False
        petit, grand = sorted((a, b), key=lambda i: (len(self.membres(i)), -i))
        self._membres[grand] = self.membres(grand) + self.membres(petit)
        self._membres.pop(petit, None)
        self._chef[petit] = grand
        return True

    def obstacle(self, couple: Couple) -> Obstacle | None:
        """Ce qui empêche de réunir les groupes d'un couple, ou None."""
        if self.decides_differents(couple.a, couple.b):
            return Obstacle.DECISION
        if self.se_contredisent(couple.a, couple.b):
            return Obstacle.CONTRADICTION
        if self._concurrent(couple.a, couple.b, couple.poids) or self._concurrent(couple.b, couple.a, couple.poids):
            return Obstacle.CONCURRENT
        return None

    def se_contredisent(self, a: int, b: int) -> bool:
        """Vrai si, entre les deux groupes, au moins autant de couples se contredisent qu'il y en a de sûrs."""
        petit, grand = sorted((self.chef(a), self.chef(b)), key=lambda i: len(self.membres(i)))
        contraires = confirmes = 0
        for i in self.membres(petit):
            for j, couple in self._voisins[i].items() if i in self._voisins else ():
                if couple.accord is not Accord.NEUTRE and self.chef(j) == grand:
                    contraires += couple.accord is Accord.CONTREDIT
                    confirmes += couple.accord is Accord.CONFIRME
        return 0 < contraires >= confirmes

    def _concurrent(self, i: int, retenu: int, poids: float) -> bool:
        """Vrai si i ressemble à peu près autant à un groupe incompatible avec celui de `retenu`."""
        if i not in self._voisins:
            return False
        return any(
            autre.accord is not Accord.CONTREDIT
            and autre.poids >= poids - MARGE
            and self.chef(j) not in (self.chef(i), self.chef(retenu))
            and self.se_contredisent(j, retenu)
            for j, autre in self._voisins[i].items()
        )

    def decides_differents(self, a: int, b: int) -> bool:
        """Vrai si une décision sépare deux identités de ces deux groupes."""
        if not self._separees:
            return False
        b = self.chef(b)
        return any(self.chef(j) == b for i in self.membres(a) for j in self._separees.get(i, ()))
