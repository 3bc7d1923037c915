"""Ce qui change d'une diffusion à la suivante : qui lit les deux connaît la différence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from include.diffusion.cellules import UNITES, dimensions, espaces
from include.diffusion.secret import Regle


@dataclass(frozen=True)
class Suite:
    """Les contributions connues et celles d'aujourd'hui, réunies."""

    contributions: pd.DataFrame
    changees: npt.NDArray[np.bool_]
    """Vrai pour celles qui sont apparues ou parties depuis la dernière diffusion."""

    def sensible(self, regle: Regle, comptes: set[str]) -> bool:
        """Vrai si trop peu de personnes ou d'entreprises sont derrière tout ce qui change."""
        cadre = self.contributions[self.changees].assign(versions=1)
        compte = "somme" if "somme" in comptes else "compte"
        (espace,) = espaces(cadre, [()], [1], {compte})
        return bool(espace.sensibles(sp.csr_array(espace.cellules), regle)[0])


def suivre(connues: pd.DataFrame, nouvelles: pd.DataFrame, dernier: int, bit: int) -> Suite:
    """Réunit les contributions connues (avec leurs versions) et celles d'aujourd'hui, sous la version `bit`.

    dernier: bit de la dernière diffusion. Une contribution est la même si ses colonnes et sa valeur sont les mêmes,
    d'abord de la même personne et de la même entreprise, puis quel que soit leur nom : un effacement change un
    pseudonyme, et lui seul. Une personne réunie à une autre, ou séparée, change : ce n'est plus elle qui est comptée.
    """
    connues, nouvelles = connues.reset_index(drop=True), nouvelles.reset_index(drop=True)
    signature = [*dimensions(nouvelles), "valeur"]
    # Les contributions de la dernière diffusion d'abord : à signature égale, ce sont elles qui restent.
    ordre = np.argsort((connues["versions"].to_numpy() & dernier) == 0, kind="stable")
    anciennes = connues.iloc[ordre]
    paires = _apparier(anciennes, nouvelles, [*signature, *UNITES])
    restent = ~anciennes.index.isin(paires["ancienne"])
    arrivent = ~nouvelles.index.isin(paires["nouvelle"])
    paires = pd.concat([paires, _apparier(anciennes[restent], nouvelles[arrivent], signature)])
    for unite in UNITES:
        paires = paires[_fideles(connues[unite], nouvelles[unite], paires)]

    reunies = connues.copy()
    retrouvees, venues = paires["ancienne"].to_numpy(), paires["nouvelle"].to_numpy()
    for unite in UNITES:
        noms = zip(connues[unite].to_numpy()[retrouvees], nouvelles[unite].to_numpy()[venues], strict=True)
        # Toutes ses contributions d'alors le suivent, y compris celles qui ont disparu depuis.
        reunies[unite] = reunies[unite].replace({a: n for a, n in noms if a != n})
    reunies.loc[retrouvees, "versions"] |= bit
    ajoutees = nouvelles[~nouvelles.index.isin(venues)].assign(versions=bit)
    contributions = pd.concat([reunies, ajoutees[list(reunies.columns)]], ignore_index=True)
    versions = contributions["versions"].to_numpy()
    return Suite(contributions, ((versions & dernier) > 0) != ((versions & bit) > 0))


def _apparier(anciennes: pd.DataFrame, nouvelles: pd.DataFrame, colonnes: list[str]) -> pd.DataFrame:
    """Couples (ancienne, nouvelle) de lignes égales sur ces colonnes ; chacune ne sert qu'une fois."""
    cotes = [
        c[colonnes].assign(_fois=c.groupby(colonnes, sort=False).cumcount(), **{nom: c.index})
        for nom, c in (("ancienne", anciennes), ("nouvelle", nouvelles))
    ]
    return cotes[0].merge(cotes[1], on=[*colonnes, "_fois"])[["ancienne", "nouvelle"]]


def _fideles(anciens: pd.Series, nouveaux: pd.Series, paires: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Vrai pour les couples dont le nom d'alors n'est devenu qu'un seul nom, et inversement."""
    avant = anciens.to_numpy()[paires["ancienne"].to_numpy()]
    apres = nouveaux.to_numpy()[paires["nouvelle"].to_numpy()]
    noms = pd.DataFrame({"avant": avant, "apres": apres})
    uns = noms.groupby("avant")["apres"].transform("nunique") == 1
    autres = noms.groupby("apres")["avant"].transform("nunique") == 1
    return (uns & autres).to_numpy()
