"""Les graphiques en SVG, faits par Vega-Lite sans navigateur ni réseau.

Chaque barre porte sa valeur : aucun graphique ne se lit à la couleur seule. Les textes arrivent écrits en français.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec

P = ParamSpec("P")
LARGEUR = 640
"""En pixels ; la mise en page l'étend à la largeur du texte."""
ENCRE, GRIS, TRAIT, PALE = "#1f2a33", "#5b6770", "#cfd6dc", "#eef1f3"
TEINTES = ("#0f5c6e", "#e0a030", "#7a93a0", "#b5472f", "#3f7d4e")
"""Distinctes aussi pour un daltonien et en gris : leurs clartés diffèrent."""
POLICE = "HK Grotesk"
_GRAND = 34
"""Caractères au-delà desquels une étiquette passe au-dessus de sa barre."""


def polices() -> Path | None:
    """Dossier de HK Grotesk (licence SIL OFL), que Great Expectations installe ; None s'il ne l'a plus.

    Le projet n'embarque aucune police : sans celle-ci, la mise en page prend celle de typst.
    """
    paquet = importlib.util.find_spec("great_expectations")
    dossier = Path(paquet.origin or "").parent / "render/view/static/fonts/HKGrotesk" if paquet else None
    return dossier if dossier and dossier.is_dir() else None


def _une_fois(dessiner: Callable[P, str]) -> Callable[P, str]:
    """Un même dessin ne se fait qu'une fois par processus : le rapport et les pages de chaque audience le partagent."""
    faits: dict[str, str] = {}

    @wraps(dessiner)
    def garde(*args: P.args, **kwargs: P.kwargs) -> str:
        demande = repr((args, kwargs))
        if demande not in faits:
            faits[demande] = dessiner(*args, **kwargs)
        return faits[demande]

    return garde


@_une_fois
def barres(
    noms: Sequence[str], valeurs: Sequence[float | None], textes: Sequence[str], precisions: Sequence[str] = ()
) -> str:
    """Une barre par ligne, dans l'ordre donné, sa valeur au bout ; une valeur masquée n'a que son texte."""
    import altair as alt

    dessus = any(precisions) or max(map(len, noms)) > _GRAND
    titres = [
        " – ".join(filter(None, (_abrege(nom), precision)))
        for nom, precision in zip(noms, precisions or [""] * len(noms), strict=True)
    ]
    lignes = [
        {"nom": f"{i:03}", "titre": titre, "valeur": valeur or 0, "texte": texte}
        for i, (titre, valeur, texte) in enumerate(zip(titres, valeurs, textes, strict=True))
    ]
    grand = max((v or 0 for v in valeurs), default=0) or 1
    donnees = _donnees(lignes)
    y = alt.Y("nom:N", axis=None if dessus else _axe(lignes), scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1))
    x = alt.X("valeur:Q", axis=None, scale=alt.Scale(domain=[0, grand * (1.32 if dessus else 1.45)]))
    decalage = 8 if dessus else 0
    couches = [
        donnees.mark_bar(color=TEINTES[0], size=10 if dessus else 15, yOffset=decalage).encode(x, y),
        donnees.mark_text(align="left", dx=6, dy=decalage, fontWeight=600).encode(x, y, alt.Text("texte:N")),
    ]
    if dessus:
        couches.append(
            donnees.mark_text(align="left", dy=-6, color=GRIS, fontSize=11.5, limit=LARGEUR).encode(
                y=y, text="titre:N", x=alt.value(0)
            )
        )
    return _svg(alt.layer(*couches), len(lignes) * (36 if dessus else 22))


@_une_fois
def empilees(
    noms: Sequence[str], series: Sequence[str], valeurs: Sequence[Sequence[float | None]],
    textes: Sequence[Sequence[str]], totaux: Sequence[str],
) -> str:  # fmt: skip
    """Une barre par ligne, découpée par série ; chaque morceau assez large porte sa valeur, le bout porte le total."""
    import altair as alt

    grand = max((sum(v or 0 for v in ligne) for ligne in valeurs), default=0) or 1
    morceaux, bouts = [], []
    for i, (nom, ligne, ecrits, total) in enumerate(zip(noms, valeurs, textes, totaux, strict=True)):
        debut = 0.0
        for rang, (serie, v, t) in enumerate(zip(series, ligne, ecrits, strict=True)):
            place = 0.62 * LARGEUR * (v or 0) / grand
            morceaux.append(
                {
                    "nom": f"{i:03}", "titre": nom, "serie": serie, "debut": debut, "fin": debut + (v or 0),
                    "milieu": debut + (v or 0) / 2, "texte": t if place > 8 * len(t) else "",
                    "encre": ENCRE if rang in (1, 2) else "#ffffff",
                }
            )  # fmt: skip
            debut += v or 0
        bouts.append({"nom": f"{i:03}", "titre": nom, "fin": debut, "texte": total})
    x = alt.Scale(domain=[0, grand * 1.25])
    y = alt.Y("nom:N", axis=_axe(bouts), scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1))
    teintes = alt.Color(
        "serie:N", scale=alt.Scale(domain=list(series), range=list(TEINTES[: len(series)])),
        legend=alt.Legend(orient="top", title=None, symbolType="square", labelFontSize=12.5, columnPadding=18),
    )  # fmt: skip
    parts = _donnees(morceaux)
    return _svg(
        alt.layer(
            parts.mark_bar(size=20 if len(noms) > 3 else 30, stroke="#fff", strokeWidth=1).encode(
                y=y, x=alt.X("debut:Q", axis=None, scale=x), x2="fin:Q", color=teintes
            ),
            parts.mark_text(fontSize=12).encode(
                y=y, x=alt.X("milieu:Q", axis=None, scale=x), text="texte:N", color=alt.Color("encre:N", scale=None)
            ),
            _donnees(bouts)
            .mark_text(align="left", dx=6, fontWeight=600)
            .encode(y=y, x=alt.X("fin:Q", axis=None, scale=x), text="texte:N"),
        ).resolve_scale(color="independent"),
        len(noms) * (30 if len(noms) > 3 else 44),
    )


@dataclass(frozen=True)
class Commune:
    """Ce qu'un pavé montre. `dedans` : elle est de l'intercommunalité du pôle."""

    nom: str
    dedans: bool
    valeur: float | None
    texte: str


@_une_fois
def paves(cases: Sequence[dict[str, str]], communes: dict[str, Commune]) -> str:
    """Une carte schématique : un pavé par commune à sa place, d'autant plus foncé que sa valeur est grande.

    cases: code_commune, colonne et ligne de chaque pavé. communes: par code ; une case dont la commune n'y est pas
    (elle n'existe pas à cette date) reste vide.
    """
    import altair as alt

    grand = max((c.valeur or 0 for c in communes.values()), default=0) or 1
    places = []
    for case in (c for c in cases if c["code_commune"] in communes):
        commune = communes[case["code_commune"]]
        # La racine de la part : sans elle, une ville centre écrase toutes les autres.
        force = ((commune.valeur or 0) / grand) ** 0.5
        places.append(
            {
                "x": int(case["colonne"]), "y": int(case["ligne"]), "force": force, "nom": _coupe(commune.nom),
                "texte": "" if commune.valeur == 0 else commune.texte, "encre": "#ffffff" if force > 0.45 else ENCRE,
                "dedans": commune.dedans,
            }
        )  # fmt: skip
    colonnes, rangs = max(p["x"] for p in places) + 1, max(p["y"] for p in places) + 1
    cote = LARGEUR / colonnes
    donnees = _donnees(places).encode(
        alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.5, colonnes - 0.5])),
        alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[rangs - 0.5, -0.5])),
    )
    teinte = alt.Color("force:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[PALE, TEINTES[0]]))
    encre = alt.Color("encre:N", scale=None)
    return _svg(
        alt.layer(
            donnees.mark_rect(width=cote - 4, height=58, cornerRadius=4).encode(color=teinte),
            donnees.transform_filter("!datum.dedans").mark_rect(
                width=cote - 5, height=57, cornerRadius=4, filled=False, stroke=GRIS, strokeWidth=1, strokeDash=[3, 3]
            ),
            donnees.mark_text(fontSize=10.5, dy=-11, lineBreak="\n", lineHeight=12).encode(text="nom:N", color=encre),
            donnees.mark_text(fontSize=12.5, dy=19, fontWeight=700).encode(text="texte:N", color=encre),
        ).resolve_scale(color="independent"),
        rangs * 62,
    )


def _donnees(lignes: Sequence[dict[str, Any]]) -> Any:
    """Un graphique sur des lignes écrites dans sa description ; altair ne type pas ce constructeur."""
    import altair as alt

    return alt.Chart(alt.Data(values=lignes))  # type: ignore[no-untyped-call]


def _axe(lignes: Sequence[dict[str, Any]]) -> Any:
    """L'axe des noms : les lignes sont rangées par leur rang, et se lisent par leur titre."""
    import altair as alt

    titres = {ligne["nom"]: ligne["titre"] for ligne in lignes}
    return alt.Axis(
        title=None, domain=False, ticks=False, labelPadding=8, labelLimit=240,
        labelExpr=f"{json.dumps(titres)}[datum.value]",
    )  # fmt: skip


def _abrege(nom: str) -> str:
    """Un nom très long se coupe : le tableau l'écrit en entier."""
    return nom if len(nom) <= 82 else f"{nom[:80].rstrip()}…"


def _coupe(nom: str) -> str:
    """Un nom de commune en deux lignes, coupé au trait d'union le plus proche de son milieu."""
    traits = [i for i, lettre in enumerate(nom) if lettre in "-–"]
    if len(nom) <= 12 or not traits:
        return nom
    trait = min(traits, key=lambda i: abs(i + 1 - len(nom) / 2))
    return f"{nom[: trait + 1]}\n{nom[trait + 1 :]}"


def _svg(graphique: Any, hauteur: int) -> str:
    import vl_convert

    _moteur()
    cadre = {"type": "fit", "contains": "padding"}
    fait = graphique.properties(width=LARGEUR, height=hauteur, padding=4, autosize=cadre)
    fait = fait.configure(font=POLICE, background="transparent").configure_view(stroke=None)
    fait = fait.configure_axis(labelFontSize=12.5, labelColor=ENCRE).configure_text(fontSize=12.5, color=ENCRE)
    fait = fait.configure_legend(labelColor=ENCRE)
    return str(vl_convert.vegalite_to_svg(fait.to_dict(), vl_version=vl_convert.get_vegalite_versions()[-1]))


@cache
def _moteur() -> None:
    """Donne la police au moteur, qui mesure les textes avec elle ; une fois par processus."""
    import vl_convert

    dossier = polices()
    if dossier:
        vl_convert.register_font_directory(str(dossier))
