"""Le secret statistique d'un ensemble de cellules : lesquelles masquer pour que rien de sensible ne se recalcule.

Tout ce qui se diffuse d'une famille est une somme d'inconnues positives (heures d'une contribution, présence d'une
personne…). Celui qui lit connaît les sommes montrées, de cette diffusion et des précédentes ; il en tire toute
combinaison linéaire, et des bornes puisque rien n'est négatif. Est sensible une cellule, ou une différence de deux
cellules, derrière laquelle il y a trop peu de personnes ou d'entreprises. On masque d'abord les cellules sensibles,
puis d'autres, jusqu'à ce qu'aucune valeur sensible ne soit calculable ni encadrée de trop près.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.linalg import qr, solve_triangular
from scipy.optimize import linprog

Vecteurs = npt.NDArray[np.float64]
MARGE = 0.15
"""Une somme sensible n'est protégée que si ses bornes s'en écartent d'au moins 15 %, en plus comme en moins."""
_NUL = 1e-7
"""En deçà, une longueur ou un coefficient est une erreur d'arrondi : les coefficients vrais sont de l'ordre de 1."""


@dataclass(frozen=True)
class Regle:
    """Seuils du secret : une cellule en dessous est sensible."""

    personnes: int
    """Personnes derrière une cellule (zéro n'en nomme aucune)."""
    entreprises: int
    """Entreprises derrière une cellule."""
    part_dominante: float
    """Part d'une somme qu'une seule entreprise ne doit pas dépasser."""


@dataclass(frozen=True)
class Espace:
    """Ce que les cellules additionnent : une ligne par cellule, une colonne par inconnue.

    cellules: 1 si l'inconnue est dans la cellule. valeurs: vraie valeur de chaque inconnue, positive.
    personnes, entreprises: inconnues × personnes (ou entreprises) qui y contribuent, pondérées par leur valeur ; None
    si la règle correspondante ne s'applique pas. compte: vrai si les valeurs comptent des unités.
    """

    cellules: sp.csr_array
    valeurs: Vecteurs
    personnes: sp.csr_array | None
    entreprises: sp.csr_array | None
    compte: bool

    def sensibles(self, vecteurs: sp.csr_array, regle: Regle) -> npt.NDArray[np.bool_]:
        """Vrai pour chaque combinaison d'inconnues derrière laquelle il y a trop peu de personnes ou d'entreprises."""
        verdict = np.zeros(vecteurs.shape[0], dtype=bool)
        poids = abs(vecteurs)
        if self.personnes is not None:
            combien = _par_ligne(poids @ self.personnes)
            verdict |= (combien > 0) & (combien < regle.personnes)
        if self.entreprises is not None:
            valeurs = sp.csr_array(poids @ self.entreprises)
            combien = _par_ligne(valeurs)
            verdict |= (combien > 0) & (combien < regle.entreprises)
            if not self.compte:
                plus_grosse = valeurs.max(axis=1).toarray().ravel()
                verdict |= plus_grosse > regle.part_dominante * valeurs.sum(axis=1)
        return verdict

    @cached_property
    def fondu(self) -> Espace:
        """Le même, les inconnues qui sont dans les mêmes cellules réunies : il s'en déduit exactement autant."""
        colonnes, places = np.unique(self.cellules.toarray().astype(np.int8).T, axis=0, return_inverse=True)
        valeurs = np.bincount(places.ravel(), self.valeurs, minlength=len(colonnes)).astype(np.float64)
        return Espace(sp.csr_array(colonnes.T.astype(float)), valeurs, None, None, self.compte)

    def seuil(self, regle: Regle) -> int:
        """Compte à partir duquel une cellule n'est plus sensible."""
        return regle.entreprises if self.personnes is None else regle.personnes


def masquer(
    espaces: Sequence[Espace],
    regle: Regle,
    courantes: Sequence[int],
    connues: Iterable[int],
    temporelles: Iterable[tuple[int, int]],
    rang: Callable[[int], tuple[object, ...]],
) -> set[int]:
    """Cellules à masquer parmi `courantes`.

    espaces: mêmes cellules (lignes) dans chacun ; une cellule masquée l'est dans tous. connues: cellules de diffusions
    passées, que le lecteur a gardées. temporelles: (cellule d'aujourd'hui, la même d'alors), dont la différence est ce
    qui a changé. rang: ordre dans lequel on préfère masquer, le plus petit d'abord ; il rend le choix déterministe.

    Une valeur que les diffusions passées livraient déjà à elles seules ne peut plus être protégée : elle est ignorée.
    """
    connues = sorted(connues)
    masquees: set[int] = set()
    for espace in espaces:
        sensibles = espace.sensibles(espace.cellules, regle)
        masquees.update(c for c in courantes if sensibles[c])
    for espace in espaces:
        defense = _Defense(espace, regle, courantes, connues, masquees, rang)
        for vecteur in _a_proteger(espace, regle, temporelles):
            defense.proteger(vecteur)
    return masquees


def _par_ligne(m: sp.csr_array) -> npt.NDArray[np.int64]:
    """Nombre de valeurs non nulles de chaque ligne."""
    m = sp.csr_array(m)
    m.eliminate_zeros()
    return np.diff(m.indptr)


# --- Ce qu'il faut protéger ---


def _a_proteger(espace: Espace, regle: Regle, temporelles: Iterable[tuple[int, int]]) -> list[tuple[int, int | None]]:
    """Vecteurs sensibles : une cellule (c, None) ou une différence (c, d), sans doublon, dans un ordre fixe."""
    cellules = espace.cellules
    couples: list[tuple[int, int | None]] = [(c, None) for c in range(cellules.shape[0])]
    couples += sorted({*_emboitees(espace, regle), *temporelles})
    vecteurs = sp.csr_array(sp.vstack([_vecteur(cellules, v) for v in couples])) if couples else cellules
    gardes: dict[bytes, tuple[int, int | None]] = {}
    for i in np.flatnonzero(espace.sensibles(vecteurs, regle)):
        ligne = vecteurs[[i]]
        ligne.eliminate_zeros()
        ligne.sort_indices()
        if ligne.nnz:
            gardes.setdefault(ligne.indices.tobytes() + ligne.data.tobytes(), couples[i])
    return list(gardes.values())


def _vecteur(cellules: sp.csr_array, vecteur: tuple[int, int | None]) -> sp.csr_array:
    c, d = vecteur
    return cellules[[c]] if d is None else cellules[[c]] - cellules[[d]]


def _emboitees(espace: Espace, regle: Regle) -> list[tuple[int, int]]:
    """Couples (c, d) où d est une partie de c et où leur différence peut être sensible."""
    cellules = espace.cellules
    communes = sp.coo_array(cellules @ cellules.T)
    tailles = cellules.sum(axis=1)
    c, d = communes.row, communes.col
    possible = (communes.data == tailles[d]) & (tailles[c] > tailles[d])
    c, d = c[possible], d[possible]
    # La différence a au moins autant d'unités que l'écart des deux comptes : les autres ne valent pas le calcul.
    retenus = np.zeros(len(c), dtype=bool)
    if espace.personnes is not None:
        combien = _par_ligne(cellules @ espace.personnes)
        retenus |= combien[c] - combien[d] < regle.personnes
    if espace.entreprises is not None:
        valeurs = sp.csr_array(cellules @ espace.entreprises)
        combien, sommes = _par_ligne(valeurs), valeurs.sum(axis=1)
        plus_grosse = valeurs.max(axis=1).toarray().ravel()
        retenus |= combien[c] - combien[d] < regle.entreprises
        retenus |= plus_grosse[c] > regle.part_dominante * (sommes[c] - sommes[d])
    return [(int(i), int(j)) for i, j in zip(c[retenus], d[retenus], strict=True)]


# --- Comment on le protège ---


class _Savoir:
    """Ce que le lecteur connaît : des cellules, et tout ce qu'elles engendrent."""

    def __init__(self, cellules: Sequence[int], anciennes: int, coordonnees: Vecteurs) -> None:
        self.cellules = np.array(cellules, dtype=int)
        self.ancienne = np.arange(len(self.cellules)) < anciennes
        q, r, ordre = qr(coordonnees[self.cellules].T, mode="economic", pivoting=True)
        diagonale = np.abs(np.diag(r))
        rang = int((diagonale > _NUL * max(diagonale.max(initial=0.0), 1.0)).sum())
        # Les `rang` premières cellules, dans cet ordre, suffisent à engendrer toutes les autres.
        self._base, self._triangle, self._ordre = q[:, :rang], r[:rang, :rang], ordre[:rang]

    def reste(self, w: Vecteurs) -> Vecteurs:
        """Part de w, en coordonnées, qui échappe au lecteur."""
        return w - self._base @ (self._base.T @ w)

    def combinaison(self, w: Vecteurs) -> Vecteurs:
        """Coefficient de chaque cellule connue dans une combinaison qui donne w ; il faut que rien n'en échappe."""
        coefficients = np.zeros(len(self.cellules))
        coefficients[self._ordre] = solve_triangular(self._triangle, self._base.T @ w)
        return coefficients

    def coupables(self, coefficients: Vecteurs) -> list[int]:
        """Cellules d'aujourd'hui qui pèsent le plus dans une combinaison ; vide si le passé y suffit."""
        poids = np.where(self.ancienne, 0.0, np.abs(coefficients))
        if not len(poids) or poids.max() <= _NUL:
            return []
        return [int(c) for c in self.cellules[poids >= poids.max() / 2]]


class _Defense:
    """Masque, dans un espace, ce qu'il faut pour qu'un vecteur sensible ne se recalcule ni ne s'encadre.

    Masquer ne fait que retirer des équations au lecteur : un vecteur protégé le reste, chacun ne se voit qu'une fois.
    """

    def __init__(
        self,
        espace: Espace,
        regle: Regle,
        courantes: Sequence[int],
        connues: Sequence[int],
        masquees: set[int],
        rang: Callable[[int], tuple[object, ...]],
    ) -> None:
        self.espace, self.seuil = espace.fondu, espace.seuil(regle)
        self.courantes, self.connues, self.masquees, self.rang = courantes, connues, masquees, rang
        self.coordonnees, self.base = _coordonnees(self.espace)
        self.passe = _Savoir(connues, len(connues), self.coordonnees)
        self.savoir = self._a_present()

    def proteger(self, vecteur: tuple[int, int | None]) -> None:
        """Masque une cellule après l'autre, tant que le vecteur se recalcule ou s'encadre de trop près."""
        if self._fuite(vecteur, self.passe) is not None:
            return
        while coupables := self._fuite(vecteur, self.savoir):
            self.masquees.add(min(coupables, key=self.rang))
            self.savoir = self._a_present()

    def _a_present(self) -> _Savoir:
        montrees = [c for c in self.courantes if c not in self.masquees]
        return _Savoir([*self.connues, *montrees], len(self.connues), self.coordonnees)

    def _fuite(self, vecteur: tuple[int, int | None], savoir: _Savoir) -> list[int] | None:
        """Cellules d'aujourd'hui dont l'une est à masquer, vide si le passé suffit ; None si le vecteur est protégé."""
        c, d = vecteur
        w = self.coordonnees[c] - (self.coordonnees[d] if d is not None else 0.0)
        reste = savoir.reste(w)
        if np.linalg.norm(reste) > _NUL * max(float(np.linalg.norm(w)), 1.0):
            return self._encadrement(vecteur, savoir, reste)
        return savoir.coupables(savoir.combinaison(w))

    # --- Bornes ---

    def _encadrement(self, vecteur: tuple[int, int | None], savoir: _Savoir, reste: Vecteurs) -> list[int] | None:
        """Cellules qui encadrent le vecteur de trop près ; None si ses bornes sont assez larges."""
        w = _vecteur(self.espace.cellules, vecteur).toarray().ravel()
        if self.espace.compte:
            # Rien ne doit prouver qu'un compte, ou ce dont il a changé dans un sens ou l'autre, est sous le seuil.
            sens = (-1.0,) if w.min() >= 0 else (-1.0, 1.0)
            bornes = [self._borne(s * w, savoir) for s in sens]
            if any(-borne >= self.seuil - _NUL for borne, _ in bornes):
                return None
            return next((c for _, poids in bornes if (c := savoir.coupables(poids))), [])
        valeur, masse = float(w @ self.espace.valeurs), float(np.abs(w) @ self.espace.valeurs)
        if min(self._jeu(reste)) >= MARGE * masse:
            return None
        for s in (-1.0, 1.0):
            borne, poids = self._borne(s * w, savoir)
            if s * valeur - borne < MARGE * masse:
                return savoir.coupables(poids)
        return None

    def _jeu(self, reste: Vecteurs) -> tuple[float, float]:
        """De combien le vecteur peut au moins s'écarter de sa valeur, en moins et en plus, sans rien changer au montré.

        Le long de la part du vecteur qui échappe au lecteur, jusqu'à ce qu'une inconnue s'annule. Ce n'est qu'une part
        du jeu possible, mais elle suffit souvent et coûte bien moins que les bornes exactes.
        """
        direction, ecart = np.sqrt(self.espace.valeurs) * (self.base @ reste), float(reste @ reste)
        jeux = []
        for sens in (1.0, -1.0):
            baisse = sens * direction > _NUL
            limites = self.espace.valeurs[baisse] / (sens * direction[baisse])
            jeux.append(float(limites.min()) * ecart if len(limites) else np.inf)
        return jeux[0], jeux[1]

    def _borne(self, objectif: Vecteurs, savoir: _Savoir) -> tuple[float, Vecteurs]:
        """Minimum de l'objectif sous ce que sait le lecteur, et poids de chaque cellule connue dans cette borne."""
        equations, valeurs = self.espace.cellules[savoir.cellules], self.espace.valeurs
        # Un compte masqué n'est pas nul : les zéros se montrent.
        cachees = self.espace.cellules[sorted(self.masquees) if self.espace.compte else []]
        cachees = cachees[np.flatnonzero(_par_ligne(cachees))]
        solution = linprog(
            objectif,
            A_eq=equations if equations.shape[0] else None,
            b_eq=equations @ valeurs if equations.shape[0] else None,
            A_ub=-cachees if cachees.shape[0] else None,
            b_ub=-np.ones(cachees.shape[0]) if cachees.shape[0] else None,
            bounds=(0, None),
            method="highs",
        )
        if solution.status == _SANS_BORNE:
            return -np.inf, np.zeros(equations.shape[0])
        if not solution.success:
            # Un calcul qui échoue ne prouve rien : on fait comme si la borne touchait la valeur.
            return float(objectif @ valeurs), np.ones(equations.shape[0])
        return float(solution.fun), np.asarray(solution.eqlin.marginals, dtype=float)


_SANS_BORNE = 3
"""Statut de linprog : l'objectif peut descendre aussi bas qu'on veut."""


def _coordonnees(espace: Espace) -> tuple[Vecteurs, Vecteurs]:
    """Coordonnées des cellules dans une base orthonormée de l'espace qu'elles engendrent, et cette base (en colonnes).

    Tous les calculs se font ensuite en dimension du nombre de cellules, et non du nombre d'inconnues. Chaque inconnue
    y pèse la racine de sa valeur : le produit de deux cellules est la valeur de leur partie commune, et une direction
    s'y écarte d'abord de ce qui a de quoi varier.
    """
    cellules = espace.cellules * np.sqrt(espace.valeurs)
    propres, vecteurs = np.linalg.eigh((cellules @ cellules.T).toarray())
    gardes = propres > 1e-11 * max(propres.max(initial=0.0), 1.0)
    propres, vecteurs = propres[gardes], vecteurs[:, gardes]
    return vecteurs * np.sqrt(propres), (cellules.T @ vecteurs) / np.sqrt(propres)
