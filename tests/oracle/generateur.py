"""Livraisons tirées au sort pour deux années, dans tous les formats, graphies et défauts que les dépôts permettent.

Tout dépend de la graine. Le générateur rend les livraisons telles qu'elles sont écrites (le texte de chaque cellule)
et ne calcule aucun résultat : c'est le travail de l'oracle. Les personnes portent toutes la marque MARQUE dans leur
nom ; la retrouver hors des dossiers réservés est une fuite.
"""

from __future__ import annotations

import datetime as dt

from catalogue import Livraison
from generateur_achats import Achats
from generateur_campus_transverse import CampusTransverse
from generateur_gpect import Gpect
from generateur_parcours import Parcours


def generer(
    graine: int,
    annees: tuple[int, int] = (2019, 2020),
    *,
    taille: float = 1.0,
    nuit: dt.date | None = None,
    arrete: dt.date | None = None,
    deux_nuits: bool = False,
) -> list[Livraison]:
    """Livraisons d'un tirage.

    annees: les deux années couvertes par les heures. taille: 1.0 donne une soixantaine d'opérations, 200 personnes,
    300 contrats et 2 500 lignes d'heures. nuit: celle qui prend les livraisons. arrete: date à ne pas dépasser ; des
    faits sont aussi tirés après elle. deux_nuits: une partie des livraisons arrive une semaine plus tôt.
    """
    nuit = nuit or dt.date(annees[1] + 1, 2, 5)
    arrete = arrete or dt.date(annees[1], 12, 31)
    commun = (graine, annees, taille, nuit, arrete, deux_nuits)
    achats = Achats(*commun)
    rendues = achats.livraisons()
    # Les mêmes structures et les mêmes personnes se retrouvent d'un axe à l'autre.
    rendues += Gpect(*commun).livraisons(achats.employeurs)
    rendues += Parcours(*commun).livraisons(achats.fiches)
    rendues += CampusTransverse(*commun).livraisons()
    return rendues
