"""Le schéma de chaque axe : ses tables, leurs clés et leurs jointures, en SVG, d'après meta.dictionnaire.

Au milieu les tables que l'on désigne, autour celles qui les désignent : aucun trait ne passe derrière une table.
Dessous, les tableaux finis, qui se lisent sans jointure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import duckdb

from include.extraits.lecture import libelles_axes, schema_de, tables

LARGEUR, RANG, TITRE, MARGE = 280, 18, 26, 18
"""Mesures d'une table, en pixels : sa largeur, la hauteur d'une colonne, celle de son nom, et ce qui la sépare."""
GOUTTIERE = 96
"""Entre deux files de tables : la place des traits."""
FILES = 3
COULEURS = ("#174ea6", "#8a5200", "#1b6e3c", "#8e24aa", "#b3261e", "#00696d", "#5d4037")
"""Une par table désignée : un trait se suit à sa couleur."""
ENCRE, GRIS, TRAIT = "#1b2430", "#566070", "#c5ccd6"


@dataclass(frozen=True)
class Colonne:
    """Une colonne, telle que meta.dictionnaire la dit."""

    nom: str
    type: str
    cle: bool
    designe: str | None


@dataclass
class Boite:
    """Une table et sa place sur le dessin."""

    nom: str
    """« schema.table »."""
    colonnes: list[Colonne]
    x: float = 0
    y: float = 0

    @property
    def hauteur(self) -> float:
        """Hauteur de la table dessinée."""
        return TITRE + RANG * len(self.colonnes) + 6

    @property
    def designees(self) -> set[str]:
        """Tables « schema.table » que ses colonnes désignent."""
        return {c.designe.rpartition(".")[0] for c in self.colonnes if c.designe}

    def ordonnee(self, colonne: str) -> float:
        """Milieu de la ligne d'une colonne ; celui du nom de la table si elle n'est pas montrée."""
        noms = [c.nom for c in self.colonnes]
        return self.y + (TITRE + RANG * (noms.index(colonne) + 0.5) if colonne in noms else TITRE / 2)


@dataclass
class Schema:
    """Les tables d'un axe, rangées : désignées au milieu, désignantes de part et d'autre, les autres dessous."""

    titre: str
    propre: str
    """Schéma de l'axe : ses tables se nomment sans lui."""
    boites: dict[str, Boite]
    largeur: float = FILES * LARGEUR + (FILES - 1) * GOUTTIERE + 2 * MARGE

    def __post_init__(self) -> None:
        cibles = {c for b in self.boites.values() for c in b.designees if c in self.boites}
        self.centre = [self.boites[c] for c in sorted(cibles, key=lambda c: (c.startswith("core."), c))]
        autour = [b for b in self.boites.values() if b.designees & cibles and b.nom not in cibles]
        self.seules = [b for b in self.boites.values() if not b.designees & cibles and b.nom not in cibles]
        files: list[list[Boite]] = [[], self.centre, []]
        for boite in autour:
            # Les faits à gauche, les tableaux à droite, tant que les deux côtés s'équilibrent.
            cote = 2 * (boite.nom.split(".")[1].startswith("rpt_"))
            if _hauteur([*files[cote], boite]) > _hauteur([*files[2 - cote], boite]) + 8 * RANG:
                cote = 2 - cote
            files[cote].append(boite)
        haut = TITRE + 2 * MARGE
        bas = haut + max(map(_hauteur, files), default=0)
        for rang, file in enumerate(files):
            _empiler(file, MARGE + rang * (LARGEUR + GOUTTIERE), haut, bas)
        self.hauteur: float = self._ranger_seules(bas) if self.seules else bas

    def _ranger_seules(self, haut: float) -> float:
        """Range les tables sans jointure dessous, chacune dans la file la moins haute ; rend le bas du dessin."""
        self.haut_seules = haut + MARGE
        bas = [self.haut_seules + TITRE] * FILES
        for boite in self.seules:
            rang = bas.index(min(bas))
            boite.x, boite.y = MARGE + rang * (LARGEUR + GOUTTIERE), bas[rang]
            bas[rang] += boite.hauteur + MARGE
        return max(bas)

    def svg(self) -> str:
        """Le dessin."""
        couleurs = {b.nom: COULEURS[i % len(COULEURS)] for i, b in enumerate(self.centre)}
        morceaux = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.largeur:g} {self.hauteur:g}" '
            f'width="{self.largeur:g}" height="{self.hauteur:g}" role="img" aria-label="{escape(self.titre)}" '
            "font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\">",
            f'<rect width="100%" height="100%" fill="#fff"/><text x="{MARGE}" y="{MARGE + 10}" font-size="15" '
            f'font-weight="600" fill="{ENCRE}">{escape(self.titre)}</text>',
            f'<text x="{self.largeur - MARGE:g}" y="{MARGE + 10}" text-anchor="end" fill="{GRIS}">en gras la clé ; '
            "en couleur ce qui se joint</text>",
        ]
        for boite in self.boites.values():
            morceaux += [self._trait(boite, c, couleurs) for c in boite.colonnes if c.designe]
        if self.seules:
            morceaux.append(
                f'<text x="{MARGE}" y="{self.haut_seules + 8:g}" font-weight="600" fill="{GRIS}">'
                "Sans jointure : tout y est</text>"
            )
        morceaux += [_dessin(b, b.nom.removeprefix(f"{self.propre}."), couleurs) for b in self.boites.values()]
        return "\n".join([*(m for m in morceaux if m), "</svg>", ""])

    def _trait(self, boite: Boite, colonne: Colonne, couleurs: dict[str, str]) -> str:
        """Le trait d'une colonne à celle qu'elle désigne, patte d'oie du côté de qui désigne."""
        table, _, cible = (colonne.designe or "").rpartition(".")
        but = self.boites.get(table)
        if but is None:
            return ""
        y1, y2 = boite.ordonnee(colonne.nom), but.ordonnee(cible)
        if boite.x == but.x:
            # Deux tables du milieu : le trait sort et rentre par la droite.
            x1 = x2 = boite.x + LARGEUR
            c1, c2, sens = x1 + GOUTTIERE / 2, x2 + GOUTTIERE / 2, 1
        else:
            sens = 1 if boite.x < but.x else -1
            x1 = boite.x + (LARGEUR if sens > 0 else 0)
            x2 = but.x + (0 if sens > 0 else LARGEUR)
            c1, c2 = x1 + sens * GOUTTIERE / 2, x2 - sens * GOUTTIERE / 2
        patte = f"M{x1:g},{y1 - 4:g} L{x1 + 9 * sens:g},{y1:g} L{x1:g},{y1 + 4:g}"
        return (
            f'<path d="M{x1:g},{y1:g} C{c1:g},{y1:g} {c2:g},{y2:g} {x2:g},{y2:g} {patte}" fill="none" '
            f'stroke="{couleurs[table]}" stroke-width="1.3" opacity=".75"/>'
        )


def schema(base: duckdb.DuckDBPyConnection, axe: str) -> str | None:
    """SVG des tables d'un axe (ou de « meta ») et de celles qu'elles désignent ; None si l'axe n'a aucune table."""
    propre = schema_de(axe)
    toutes = _tables(base)
    miennes = [nom for nom in toutes if nom.split(".")[0] == propre]
    if not miennes:
        return None
    designees = {c for nom in miennes for c in toutes[nom].designees if c in toutes} - set(miennes)
    # Une table du socle ne désigne ici rien d'autre : le schéma est celui de l'axe.
    retenues = {nom: toutes[nom] for nom in toutes if nom in {*miennes, *designees}}
    titre = "La publication et ses livraisons" if axe == "meta" else libelles_axes().get(axe, axe)
    return Schema(f"{titre} : schéma {propre}", propre, retenues).svg()


def _tables(base: duckdb.DuckDBPyConnection) -> dict[str, Boite]:
    """Chaque table publiée, sans ses colonnes d'origine (_livraison, _feuille, _ligne), les mêmes partout."""
    boites: dict[str, Boite] = {}
    presentes = set(tables(base))
    for s, t, nom, type_, cle, designe in base.execute(
        'select "schema", "table", colonne, type, cle, designe from meta.dictionnaire'
    ).fetchall():
        if (s, t) in presentes and not nom.startswith("_"):
            boite = boites.setdefault(f"{s}.{t}", Boite(f"{s}.{t}", []))
            boite.colonnes.append(Colonne(nom, type_.lower(), cle, designe))
    return boites


def _hauteur(file: Iterable[Boite]) -> float:
    return sum(b.hauteur + MARGE for b in file)


def _empiler(file: list[Boite], x: float, haut: float, bas: float) -> None:
    """Pose une file de tables, l'espace qui reste réparti entre elles."""
    jeu = (bas - haut - _hauteur(file)) / (len(file) + 1)
    y = haut + jeu
    for boite in file:
        boite.x, boite.y = x, y
        y += boite.hauteur + MARGE + jeu


def _dessin(boite: Boite, titre: str, couleurs: dict[str, str]) -> str:
    x, y = boite.x, boite.y
    fond = couleurs.get(boite.nom, GRIS)
    textes = [
        f'<rect x="{x:g}" y="{y:g}" width="{LARGEUR}" height="{boite.hauteur:g}" rx="4" fill="#fff" stroke="{TRAIT}"/>'
        f'<path d="M{x:g},{y + TITRE:g} v{4 - TITRE} q0,-4 4,-4 h{LARGEUR - 8} q4,0 4,4 v{TITRE - 4} z" fill="{fond}"/>'
        f'<text x="{x + 9:g}" y="{y + 17:g}" fill="#fff" font-weight="600">{escape(titre)}</text>'
    ]
    for c in boite.colonnes:
        milieu = boite.ordonnee(c.nom) + 4
        couleur = couleurs.get((c.designe or "").rpartition(".")[0], ENCRE)
        gras = ' font-weight="700"' if c.cle else ""
        textes.append(
            f'<text x="{x + 9:g}" y="{milieu:g}" fill="{couleur}"{gras}>{escape(c.nom)}</text>'
            f'<text x="{x + LARGEUR - 9:g}" y="{milieu:g}" fill="{GRIS}" font-size="10" text-anchor="end">'
            f"{escape(c.type)}</text>"
        )
    return "\n".join(textes)
