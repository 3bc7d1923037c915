"""L'oracle : ce que la nuit doit publier pour des livraisons données, recalculé en pandas.

Écrit d'après la description des dépôts et des tables publiées, sans lire ni les contrats, ni l'extraction, ni les
modèles : `lecture` dit ce que donne chaque livraison, un module par axe calcule ses tables.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from catalogue import Livraison, sources
from identites import Structures, dim_personne
from lecture import Lue, en_vigueur, lire, table
from oracle_achats import Achats
from oracle_campus_transverse import campus_transverse
from oracle_gpect import Gpect
from oracle_parcours import Parcours


@dataclass
class Attendu:
    """Ce que la nuit doit publier : chaque livraison, chaque table, et quelles sources ont un TOTAL faux."""

    livraisons: list[Lue]
    tables: dict[str, pd.DataFrame]
    totaux_faux: dict[str, bool]


def calculer(livraisons: list[Livraison], arrete: dt.date) -> Attendu:
    """Tout ce que la nuit doit publier pour ces livraisons, arrêté à cette date."""
    lues = [Lue(livraison, "doublon") if livraison.copie_de else lire(livraison) for livraison in livraisons]
    structures = Structures(lues)
    tables = {
        **Achats(lues, arrete, structures).tables(),
        **autres_axes(lues, arrete, structures),
        "dim_projet": table(lues, "projets"),
        "dim_structure": structures.table(),
        "autres_structures": structures.table_autres(),
    }
    totaux_faux = {source: any(lue.totaux_faux for lue in en_vigueur(lues, source)) for source in sources()}
    return Attendu(lues, tables, totaux_faux)


def autres_axes(lues: list[Lue], arrete: dt.date, structures: Structures) -> dict[str, pd.DataFrame]:
    """Les tables que les heures d'insertion ne touchent pas, et les personnes."""
    return {
        **Gpect(lues, arrete, structures).tables(),
        **Parcours(lues, arrete).tables(),
        **campus_transverse(lues, arrete),
        "dim_personne": dim_personne(lues),
    }
