"""Les contributions d'une famille, et ce qu'une cellule en additionne.

Un cadre (pandas) a une ligne par contribution : personne, entreprise (vides si la règle ne s'applique pas), valeur,
versions (un bit par diffusion où elle compte), et les colonnes de sa famille, en texte.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from include.diffusion.secret import Espace

Cellule = tuple[tuple[str, tuple[str, ...]], ...]
"""Un filtre : les contributions dont chaque colonne nommée a l'une des valeurs données. Vide : toutes."""
UNITES = ("personne", "entreprise")
COMPTES = ("somme", "compte", "personnes", "entreprises")
"""Ce qu'une mesure fait de ses contributions : sommer leur valeur, les compter, ou compter qui est derrière."""
CONTRIBUTIONS = 500_000
"""Au-delà, une famille n'est pas diffusée : la nuit doit tenir dans la mémoire qui lui est donnée."""
_FAMILLES = Path(__file__).parent / "familles"


def cellule(**filtres: Collection[str]) -> Cellule:
    """Une cellule, écrite d'une seule façon : deux filtres égaux font la même cellule."""
    return tuple(sorted((colonne, tuple(sorted(valeurs))) for colonne, valeurs in filtres.items()))


class TropDeContributions(Exception):
    """La famille est trop grosse pour tenir en mémoire."""


def lire_famille(base: duckdb.DuckDBPyConnection, famille: str) -> pd.DataFrame:
    """Contributions d'une famille dans une base publiée, avec leur tranche.

    Lève duckdb.Error si une table manque, TropDeContributions au-delà de CONTRIBUTIONS.
    """
    requete = (_FAMILLES / f"{famille}.sql").read_text(encoding="utf-8")
    [(combien,)] = base.execute(f"select count(*) from ({requete})").fetchall()
    if combien > CONTRIBUTIONS:
        raise TropDeContributions
    colonnes = [c for c, *_ in base.execute(f"describe {requete}").fetchall()]
    lues = ", ".join(
        f"cast({c} as double) as {c}" if c == "valeur" else f"coalesce(cast({c} as varchar), '') as {c}"
        for c in colonnes
    )
    # Rangées : le même contenu donne les mêmes numéros, donc les mêmes choix.
    return base.execute(f"select {lues} from ({requete}) order by all").df()


def dimensions(cadre: pd.DataFrame) -> list[str]:
    """Colonnes propres à la famille."""
    return [c for c in cadre.columns if c not in (*UNITES, "tranche", "valeur", "versions")]


def masque(cadre: pd.DataFrame, c: Cellule) -> npt.NDArray[np.bool_]:
    """Contributions que la cellule additionne."""
    retenues = np.ones(len(cadre), dtype=bool)
    for colonne, valeurs in c:
        retenues &= cadre[colonne].isin(valeurs).to_numpy()
    return retenues


class Recalcul:
    """Valeur de chaque cellule, recalculée une fois à partir des contributions."""

    def __init__(self, cadre: pd.DataFrame) -> None:
        self.cadre = cadre
        self._valeurs: dict[tuple[Cellule, str], float] = {}

    def valeur(self, c: Cellule, compte: str) -> float:
        """Valeur d'une cellule, selon ce qu'on y compte."""
        if (c, compte) not in self._valeurs:
            retenues = masque(self.cadre, c)
            if compte == "somme":
                valeur = float(self.cadre.loc[retenues, "valeur"].sum())
            elif compte == "compte":
                valeur = float(retenues.sum())
            else:
                valeur = float(self.cadre.loc[retenues, compte.removesuffix("s")].nunique())
            self._valeurs[c, compte] = valeur
        return self._valeurs[c, compte]


def espaces(
    cadre: pd.DataFrame, cellules: Sequence[Cellule], versions: Sequence[int], comptes: Collection[str]
) -> list[Espace]:
    """Un espace par façon de compter ; la cellule j de la version i y est la ligne i × len(cellules) + j.

    versions: bit de chaque diffusion. comptes: façons de compter des tableaux de la famille.
    """
    # Les contributions de mêmes colonnes et de mêmes versions sont dans les mêmes cellules : on filtre par groupe.
    groupees = cadre.groupby([*dimensions(cadre), "versions"], sort=True)
    groupes = groupees.size().reset_index()
    dedans = np.array([masque(groupes, c) for c in cellules], dtype=bool).reshape(len(cellules), len(groupes))
    presentes = [((groupes["versions"].to_numpy() & bit) > 0) for bit in versions]
    par_groupe = sp.csr_array(np.vstack([dedans & p for p in presentes]).astype(float))
    groupe = groupees.ngroup().to_numpy()
    par_contribution = sp.csr_array(par_groupe[:, groupe])
    incidences = {u: _incidence(cadre[u], cadre["valeur"].to_numpy()) for u in UNITES}
    trouves = []
    for compte in COMPTES:
        if compte not in comptes:
            continue
        if compte in ("somme", "compte"):
            valeurs = cadre["valeur"].to_numpy() if compte == "somme" else np.ones(len(cadre))
            personnes, entreprises = (incidences[u] for u in UNITES)
            trouves.append(Espace(par_contribution, valeurs, personnes, entreprises, compte == "compte"))
            continue
        incidence = incidences[compte.removesuffix("s")]
        if incidence is None:
            raise ValueError(f"La famille compte des {compte} mais n'en nomme aucune.")
        presence = sp.csr_array((par_contribution @ incidence) > 0).astype(float)
        unites = sp.csr_array(sp.eye_array(incidence.shape[1]))
        personnes = unites if compte == "personnes" else None
        entreprises = unites if compte == "entreprises" else None
        trouves.append(Espace(presence, np.ones(incidence.shape[1]), personnes, entreprises, True))
    return trouves


def _incidence(unites: pd.Series, valeurs: npt.NDArray[np.float64]) -> sp.csr_array | None:
    """Contributions × unités, de la valeur de chaque contribution ; None si la famille n'a pas cette unité."""
    if not (unites != "").any():
        return None
    codes, noms = pd.factorize(unites)
    return sp.csr_array((valeurs, (np.arange(len(codes)), codes)), shape=(len(codes), len(noms)))
