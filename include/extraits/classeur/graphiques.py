"""Les graphiques d'un axe : ceux du rapport d'activité, en graphiques Excel faits de leurs tableaux.

Chaque graphique lit les cellules du tableau à sa droite : qui change l'un voit changer l'autre.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import duckdb
from xlsxwriter.worksheet import Worksheet

from include.configuration import organisation
from include.extraits.classeur.mots import Colonne, intitules, nature_compte
from include.extraits.classeur.plume import Plume, rangs
from include.extraits.classeur.styles import FORMATS
from include.extraits.francais import date
from include.extraits.lecture import SECRET, Publication, schema_de
from include.rapport_activite import visuels
from include.rapport_activite.graphiques import ENCRE, GRIS, TEINTES, TRAIT
from include.rapport_activite.periode import Periode

GRAPHIQUES = "Graphiques"
OBJET = "Les graphiques de l'axe et leurs tableaux, les mêmes que ceux du rapport d'activité."
LARGEUR, TABLEAU = 760, 2
"""Largeur d'un graphique, en pixels, dans la première colonne ; colonne où commence son tableau."""
_LARGEURS, _TEXTE, _MESURE = (108, 2), 48, 16
"""Largeurs, en caractères : le graphique et un blanc, les catégories de son tableau, chacune de ses mesures."""
_PIXELS, _CARACTERE = 20, 10.4
"""Hauteur d'une ligne et largeur d'un caractère ; celle-ci large, pour une police de remplacement."""
_PAGE = (980, 640)
"""Ce qu'une page A4 couchée montre à l'échelle 100, marges ôtées, en pixels."""
_SECRET = "« s » : sous secret statistique, hors du graphique."
_POLICE = {"name": "Calibri", "size": 10, "color": ENCRE, "bold": False}


@dataclass(frozen=True)
class Graphique:
    """Ce qu'un graphique montre : titre, forme, note, colonnes et lignes de son tableau.

    series: colonnes qu'il dessine. dessinees: nombre de ses lignes, les premières, sans rien sous secret ; la barre de
    ce qui ne se montre pas se lirait zéro.
    """

    nom: str
    titre: str
    forme: str
    note: str
    colonnes: list[Colonne]
    lignes: list[list[Any]]
    series: list[int]
    dessinees: int

    @property
    def hauteur(self) -> int:
        """En pixels : de quoi lire chaque barre, et son nom quand il tient deux lignes."""
        barre = 44 if max(len(str(ligne[0])) for ligne in self.lignes) > 50 else 27
        return max(260, 130 + barre * self.dessinees)

    @property
    def place(self) -> tuple[int, int]:
        """Lignes de feuille qu'il prend, et leur hauteur en pixels : les siennes, ou celles de son tableau."""
        titres = max(rangs(c.titre, _MESURE) for c in self.colonnes)
        textes = [[str(v) for v in ligne if isinstance(v, str)] for ligne in self.lignes]
        hauts = [titres, *(max(rangs(t, _MESURE if k else _TEXTE) for k, t in enumerate(ligne)) for ligne in textes), 1]
        vides = max(math.ceil(self.hauteur / _PIXELS) - sum(hauts), 0) + 2
        return len(hauts) + vides, (sum(hauts) + vides) * _PIXELS


def lire(base: duckdb.DuckDBPyConnection, publication: Publication, axe: str) -> list[Graphique]:
    """Les graphiques d'un axe qui ont de quoi se dessiner : ceux de son dernier arrêté, sinon de l'année d'avant.

    Sans donnée de l'année qui court (un public n'en a pas), c'est la dernière année finie qui se montre.
    """
    etat = publication.axe(axe)
    if etat is None or etat.donnees_du is None:
        return []
    periodes = [Periode.en_cours(jour) for jour in (etat.donnees_du, dt.date(etat.donnees_du.year - 1, 12, 31))]
    graphiques = []
    for nom, quand in intitules()["graphiques"].items():
        dit = visuels.declares()[nom]
        if dit["tables"][0].split(".")[0] != schema_de(axe):
            continue
        for periode in periodes:
            if lues := visuels.valeurs(base, nom, periode):
                titre = f"{dit['titre']}{_quand(quand, periode)}{_parmi(publication, dit)}"
                graphiques.append(_graphique(nom, dit, titre, lues))
                break
    # Une seule barre ne compare rien.
    return [g for g in graphiques if g.dessinees >= (1 if g.forme == "empilees" else 2)]


def ecrire(plume: Plume, graphiques: list[Graphique]) -> None:
    """Écrit la feuille des graphiques, un bloc après l'autre."""
    f = plume.feuille(GRAPHIQUES)
    f.hide_gridlines(2)
    largeurs = [*_LARGEURS, _TEXTE, *[_MESURE] * (max(len(g.colonnes) for g in graphiques) - 1)]
    for colonne, largeur in enumerate(largeurs):
        f.set_column(colonne, colonne, largeur)
    # Une échelle, et non « une page de large » : le tableur ne couperait plus où on le lui dit.
    echelle = int(100 * _PAGE[0] / (sum(largeurs) * _CARACTERE))
    f.set_print_scale(echelle)
    f.center_horizontally()
    etat = plume.etat
    f.write_string(0, 0, f"{etat.libelle if etat else ''} en graphiques", plume.styles.titre)
    f.set_row(0, 28)
    ligne, en_page, sauts = 2, 3 * _PIXELS, []
    for g in graphiques:
        lignes, pixels = g.place
        if en_page + pixels > 100 * _PAGE[1] / echelle:
            sauts.append(ligne)
            en_page = 0
        _bloc(plume, f, ligne, g)
        ligne += lignes
        en_page += pixels
    f.set_h_pagebreaks(sauts)
    if plume.avis:
        f.write_comment(0, 0, plume.avis, {"x_scale": 3, "author": organisation()["nom"]})


def _graphique(nom: str, dit: dict[str, Any], titre: str, lues: list[tuple[Any, ...]]) -> Graphique:
    """Rassemble ce que la base donne d'un visuel : la première mesure, ou toutes avant le total si elles s'empilent.

    Une valeur absente est sous secret, sauf là où le visuel admet qu'il n'y en ait pas.
    """
    natures = list(dit["colonnes"].values())
    colonnes = [
        Colonne(titre, titre, _nature(nature), _MESURE if j else _TEXTE)
        for j, (titre, nature) in enumerate(dit["colonnes"].items())
    ]
    lignes = [
        [SECRET if v is None and not n.endswith(" ou rien") else v for v, n in zip(ligne, natures, strict=True)]
        for ligne in lues
    ]
    mesures = [j for j, c in enumerate(colonnes) if c.nature != "paragraphe"]
    series = mesures[:-1] if dit["forme"] == "empilees" else mesures[:1]
    lignes.sort(key=lambda ligne: SECRET in [ligne[j] for j in series])
    dessinees = sum(SECRET not in [ligne[j] for j in series] for ligne in lignes)
    notes = [dit.get("note", ""), "" if dessinees == len(lignes) else _SECRET]
    return Graphique(nom, titre, dit["forme"], " ".join(filter(None, notes)), colonnes, lignes, series, dessinees)


def _nature(nature: str) -> str:
    """Nature d'une colonne de visuel dans une feuille."""
    return "paragraphe" if nature == "texte" else nature.removesuffix(" ou rien")


def _quand(quand: str, periode: Periode) -> str:
    """Ce que le titre dit de sa date : rien s'il montre plusieurs années, l'année, ou le jour d'un cumul."""
    if quand == "annee":
        return f", en {periode.en_bref}"
    return f", au {date(periode.fin)}" if quand == "cumul" else ""


def _parmi(publication: Publication, dit: dict[str, Any]) -> str:
    """Un rang est refait pour le public : les premiers n'y sont que ceux de ce qui se montre."""
    return ", parmi les lignes montrées" if publication.audience.publique and "rang <=" in dit["requete"] else ""


def _bloc(plume: Plume, f: Worksheet, ligne: int, g: Graphique) -> None:
    """Le graphique, et à sa droite son tableau et sa note."""
    bas = plume.tableau(f, f"graphique_{g.nom}", g.colonnes, g.lignes, en=(ligne, TABLEAU), filtre=False)
    if g.note:
        f.write_string(bas + 1, TABLEAU, g.note, plume.styles.discret)
    f.insert_chart(
        ligne, 0, _dessin(plume, ligne, g),
        {
            "x_offset": 2, "y_offset": 2, "object_position": 2,
            "description": f"Graphique en barres. {g.titre}. Ses valeurs sont dans le tableau à sa droite.",
        },
    )  # fmt: skip


def _dessin(plume: Plume, entete: int, g: Graphique) -> Any:
    """Le graphique Excel d'un tableau dont les titres sont à la ligne `entete`."""
    empile = g.forme == "empilees"
    premiere, derniere = entete + 1, entete + g.dessinees
    noms = [GRAPHIQUES, premiere, TABLEAU, derniere, TABLEAU]
    dessin = plume.classeur.add_chart({"type": "bar", "subtype": "stacked" if empile else None})
    for rang, j in enumerate(g.series):
        valeurs = [ligne[j] for ligne in g.lignes[: g.dessinees]]
        teinte = TEINTES[rang]
        dessin.add_series(
            {
                "name": [GRAPHIQUES, entete, TABLEAU + j], "categories": noms,
                "values": [GRAPHIQUES, premiere, TABLEAU + j, derniere, TABLEAU + j],
                "fill": {"color": teinte}, "border": {"color": "white", "width": 0.75}, "gap": 45,
                "data_labels": {
                    "value": True, "num_format": _sans_decimale(g.colonnes[j].nature, valeurs),
                    "font": _POLICE | {"color": "white" if empile and rang not in (1, 2) else ENCRE},
                    **({} if empile else {"position": "outside_end"}),
                    # Un morceau vide n'a pas d'étiquette.
                    "custom": [{"delete": True} if empile and not v else None for v in valeurs],
                },
            }
        )  # fmt: skip
    mesure = g.colonnes[g.series[0]]
    dessin.set_title({"name": g.titre, "name_font": {"name": "Calibri", "size": 13, "color": ENCRE}, "overlay": False})
    # Des barres couchées : l'axe des catégories est l'axe y. De haut en bas comme le tableau, l'axe des valeurs en bas.
    dessin.set_y_axis(
        {
            "name": g.colonnes[0].titre, "name_font": _POLICE | {"color": GRIS}, "num_font": _POLICE, "reverse": True,
            "crossing": "max", "line": {"color": TRAIT}, "major_tick_mark": "none",
        }
    )  # fmt: skip
    dessin.set_x_axis(
        {
            "name": "Heures" if mesure.nature == "heures" else ("Effectif" if empile else mesure.titre),
            "name_font": _POLICE | {"color": GRIS}, "num_font": _POLICE | {"color": GRIS}, "min": 0,
            "num_format": _sans_decimale(mesure.nature, []), "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": TRAIT, "width": 0.5}}, "major_tick_mark": "none",
        }
    )  # fmt: skip
    legende: dict[str, Any] = {"position": "top", "font": _POLICE} if empile else {"none": True}
    dessin.set_legend(legende)
    dessin.set_chartarea({"border": {"color": TRAIT}})
    dessin.set_size({"width": LARGEUR, "height": g.hauteur})
    return dessin


def _sans_decimale(nature: str, valeurs: list[Any]) -> str:
    """Écriture d'une valeur au bout de sa barre : sans décimale, sauf si de petits nombres en ont."""
    if nature == "nombre" and any(nature_compte(v) == "nombre" for v in valeurs):
        return FORMATS["nombre"]
    return FORMATS["entier"]
