"""Partager un total exactement, en centièmes d'heure : tout chiffre de la démonstration en découle."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

HEURE = 100
"""Une heure, en centièmes : les heures se comptent en entiers, aucune somme ne dérive."""


def repartir(total: int, poids: Sequence[float], *, pas: int = 1, maximum: Sequence[int] | None = None) -> list[int]:
    """Partage `total` selon `poids`, en parts multiples de `pas` (le reste va à la plus grosse part).

    maximum: plafond de chaque part ; ce qui dépasse va aux autres. Rend des parts dont la somme est exactement `total`.
    Lève ValueError si les plafonds ne laissent pas la place.
    """
    plafonds = list(maximum) if maximum else [total] * len(poids)
    if sum(plafonds) < total:
        raise ValueError(f"{total} centièmes d'heure à placer pour {sum(plafonds)} de place")
    parts = [0] * len(poids)
    ouverts = list(range(len(poids)))
    while ouverts:
        reste = total - sum(parts)
        somme = sum(poids[i] for i in ouverts)
        if reste < pas * len(ouverts) or somme <= 0:
            break
        for i in ouverts:
            parts[i] = min(plafonds[i], parts[i] + int(reste * poids[i] / somme) // pas * pas)
        ouverts = [i for i in ouverts if parts[i] < plafonds[i]]
        if total - sum(parts) == reste:
            break
    reste = total - sum(parts)
    for i in sorted(range(len(parts)), key=lambda i: (-parts[i], i)):
        ajout = min(reste, plafonds[i] - parts[i])
        parts[i] += ajout
        reste -= ajout
    return parts


def croiser(gauche: Sequence[tuple[A, int]], droite: Sequence[tuple[B, int]]) -> list[tuple[A, B, int]]:
    """Pose deux partages du même total l'un sous l'autre et rend leurs recoupements (règle du coin nord-ouest).

    Chaque élément de gauche et de droite retrouve exactement son total dans les recoupements.
    Lève ValueError si les deux totaux diffèrent.
    """
    if sum(n for _, n in gauche) != sum(n for _, n in droite):
        raise ValueError(f"totaux différents : {sum(n for _, n in gauche)} et {sum(n for _, n in droite)}")
    morceaux: list[tuple[A, B, int]] = []
    j, pris = 0, 0
    for cle, reste in gauche:
        while reste > 0:
            autre, taille = droite[j]
            part = min(reste, taille - pris)
            if part > 0:
                morceaux.append((cle, autre, part))
            reste -= part
            pris += part
            if pris == taille:
                j, pris = j + 1, 0
    return morceaux


def accorder(parts: Sequence[int], reperes: Sequence[int], tolerance: int) -> list[int]:
    """Déplace les bornes de `parts` sur celles de `reperes` quand elles en sont à moins de `tolerance`.

    Évite les miettes (un contrat de deux heures) quand les deux partages sont ensuite croisés. La somme ne change pas.
    """
    bornes = list(accumulate(parts))
    fixes = list(accumulate(reperes))
    precedente = 0
    for i, borne in enumerate(bornes[:-1]):
        k = bisect_left(fixes, borne)
        for candidate in fixes[max(k - 1, 0) : k + 1]:
            if abs(candidate - borne) < tolerance and precedente < candidate < bornes[-1]:
                bornes[i] = candidate
        bornes[i] = max(bornes[i], precedente + 1)
        precedente = bornes[i]
    return [borne - avant for avant, borne in zip([0, *bornes], bornes, strict=False)]
