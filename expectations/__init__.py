"""Les contrôles de chaque nuit : un module par axe et un pour les sources. Ce sont des déclarations.

`include.controles` les passe. Un seuil porte sa date et sa raison, dans le commentaire qui le précède.
"""

from __future__ import annotations

from dataclasses import replace

from expectations import achats_responsables, campus, core, gpect, parcours, sources, transverse
from expectations.controle import BLOQUANT, DU_CONTRAT, OBSERVE, SIGNALE, Controle
from include import contrats

__all__ = ["BLOQUANT", "OBSERVE", "SIGNALE", "Controle", "tous"]

_AXES = (core, achats_responsables, gpect, parcours, campus, transverse)


def tous() -> list[Controle]:
    """Tous les contrôles qui ont un objet ici, ceux des sources d'abord, chacun avec son responsable.

    Un axe ou une source sans contrat n'est pas contrôlé. Lève ValueError si deux contrôles portent le même nom.
    """
    sous_contrat = contrats.tous()
    axes = {"core", "transverse"} | {c.axe for c in sous_contrat.values()}
    controles = [
        replace(c, proprietaire=sous_contrat[c.origines[0]].proprietaire) if c.proprietaire == DU_CONTRAT else c
        for c in (*sources.controles(), *(c for module in _AXES for c in module.CONTROLES))
        if c.axe in axes and sous_contrat.keys() >= set(c.origines)
    ]
    noms = [c.nom for c in controles]
    doubles = sorted({n for n in noms if noms.count(n) > 1})
    if doubles:
        raise ValueError(f"Deux contrôles portent le même nom : {', '.join(doubles)}.")
    return controles
