"""Courbes en SVG, écrites dans la page : elle se lit sans réseau, et rien n'est à charger pour les tracer.

Les nombres qu'elles montrent sont dans un tableau à côté : aucune n'est seule à les dire.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

LARGEUR, HAUTEUR = 920, 230
_GAUCHE, _DROITE, _HAUT, _BAS = 74, 16, 22, 34
_PETITE = (150, 30)


def courbe(
    titre: str, dates: Sequence[str], valeurs: Sequence[float | None], lire: Callable[[float], str], creux: str = ""
) -> Markup:
    """Une valeur par date, reliées ; une valeur absente laisse un trou.

    titre: ce que le lecteur d'écran dit. lire: une valeur en français. creux: ce que vaut un point absent, en mots.
    """
    connues = [v for v in valeurs if v is not None]
    if not connues:
        return Markup("")
    sommet = _rond(max(connues))
    pas = (LARGEUR - _GAUCHE - _DROITE) / max(len(valeurs) - 1, 1)

    def x(rang: int) -> float:
        return _GAUCHE + (rang * pas if len(valeurs) > 1 else (LARGEUR - _GAUCHE - _DROITE) / 2)

    def y(valeur: float) -> float:
        return HAUTEUR - _BAS - (HAUTEUR - _HAUT - _BAS) * valeur / sommet

    traits = [
        Markup('<line class="repere" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
               '<text class="mesure" x="{}" y="{:.1f}">{}</text>')
        .format(_GAUCHE, LARGEUR - _DROITE, y(v), y(v), _GAUCHE - 10, y(v) + 4, lire(v))
        for v in (0, sommet / 2, sommet)
    ]  # fmt: skip
    points = [
        Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.6"><title>{} : {}</title></circle>').format(x(i), y(v), d, lire(v))
        for i, (d, v) in enumerate(zip(dates, valeurs, strict=True))
        if v is not None
    ]
    bouts = [
        Markup('<text class="date {}" x="{:.1f}" y="{}">{}</text>').format(ancre, x(i), HAUTEUR - 10, dates[i])
        for i, ancre in ([(0, "debut"), (len(dates) - 1, "fin")] if len(dates) > 1 else [(0, "milieu")])
    ]
    dernier = max(i for i, v in enumerate(valeurs) if v is not None)
    etiquette = Markup('<text class="dernier" x="{:.1f}" y="{:.1f}">{}</text>').format(
        x(dernier), y(valeurs[dernier] or 0) - 9, lire(valeurs[dernier] or 0)
    )
    trace = " ".join(
        f"{'L' if i and valeurs[i - 1] is not None else 'M'}{x(i):.1f} {y(v):.1f}"
        for i, v in enumerate(valeurs)
        if v is not None
    )
    return Markup(
        '<svg class="courbe" viewBox="0 0 {} {}" role="img" aria-label="{}">{}<path d="{}"/>{}{}{}</svg>'
    ).format(
        LARGEUR, HAUTEUR, _resume(titre, dates, valeurs, lire, creux), Markup("").join(traits), trace,
        Markup("").join(points), etiquette, Markup("").join(bouts),
    )  # fmt: skip


def petite_courbe(valeurs: Sequence[float | None]) -> Markup:
    """La même allure, en petit et sans échelle, pour une ligne de tableau qui a déjà les nombres."""
    connues = [(i, v) for i, v in enumerate(valeurs) if v is not None]
    if len(connues) < 2:
        return Markup("")
    large, haut = _PETITE
    sommet = max(v for _, v in connues) or 1
    places = [(3 + (large - 6) * i / (len(valeurs) - 1), haut - 3 - (haut - 6) * v / sommet) for i, v in connues]
    trace = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(places))
    x, y = places[-1]
    return Markup(
        '<svg class="courbe petite" viewBox="0 0 {} {}" aria-hidden="true"><path d="{}"/>'
        '<circle cx="{:.1f}" cy="{:.1f}" r="2.6"/></svg>'
    ).format(large, haut, trace, x, y)


def _resume(
    titre: str, dates: Sequence[str], valeurs: Sequence[float | None], lire: Callable[[float], str], creux: str
) -> str:
    connues = [(d, v) for d, v in zip(dates, valeurs, strict=True) if v is not None]
    (_, petite), (_, grande) = (f(connues, key=lambda p: p[1]) for f in (min, max))
    absents = len(valeurs) - len(connues)
    suite = f" {creux} : {absents}." if absents and creux else ""
    return f"{titre}. De {lire(petite)} à {lire(grande)} ; le {connues[-1][0]}, {lire(connues[-1][1])}.{suite}"


def _rond(valeur: float) -> float:
    """Le sommet de l'échelle : le premier nombre rond (1, 2, 4, 6 ou 10 fois une puissance de dix) au-dessus."""
    if valeur <= 0:
        return 1.0
    dizaine = 10 ** math.floor(math.log10(valeur))
    return next(m * dizaine for m in (1, 2, 4, 6, 10) if m * dizaine >= valeur)
