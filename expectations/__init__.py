"""Les contrôles de chaque nuit : un module par axe et un pour les sources. Ce sont des déclarations.

`include.controles` les passe. Un seuil porte sa date et sa raison, dans le commentaire qui le précède.
"""

from __future__ import annotations

from expectations import achats_responsables, core, sources, transverse
from expectations.controle import BLOQUANT, OBSERVE, SIGNALE, Controle

__all__ = ["BLOQUANT", "OBSERVE", "SIGNALE", "Controle", "tous"]


def tous() -> list[Controle]:
    """Tous les contrôles, ceux des sources d'abord. Lève ValueError si deux portent le même nom."""
    controles = [*sources.controles(), *core.CONTROLES, *achats_responsables.CONTROLES, *transverse.CONTROLES]
    noms = [c.nom for c in controles]
    doubles = sorted({n for n in noms if noms.count(n) > 1})
    if doubles:
        raise ValueError(f"Deux contrôles portent le même nom : {', '.join(doubles)}.")
    return controles
