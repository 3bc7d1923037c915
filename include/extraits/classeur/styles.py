"""L'allure d'un classeur : couleurs, polices, écriture des nombres."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from include.rapport_activite.graphiques import TEINTES

BLEU, ROUGE, GRIS, LIEN, TRAIT, FOND = TEINTES[0], "#B3261E", "#5A6472", "#174EA6", "#D5DBE3", "#EEF1F3"
# Un format Excel s'écrit à l'anglaise ; le tableur l'affiche avec les séparateurs du lecteur (en français # ##0,00).
FORMATS = {
    "texte": "@",
    "paragraphe": "General",
    "lien": "@",
    "annee": "0",
    "entier": "#,##0",
    "nombre": "#,##0.00",
    "heures": '#,##0.00"\u00a0h"',
    "part": '0.0"\u00a0"%',
    "pourcent": '0.00"\u00a0"%',
    "points": '0.00"\u00a0pt"',
    "date": "dd/mm/yyyy",
}
"""Par nature. part et pourcent : une fraction de 1, que le tableur montre en %. points : un écart entre deux %."""
A_GAUCHE = ("texte", "paragraphe", "lien")
HAUTEUR = 16
"""D'une ligne de texte, en points."""


class Styles:
    """Formats d'un classeur, faits une fois chacun."""

    def __init__(self, classeur: xlsxwriter.Workbook) -> None:
        self._classeur = classeur
        self._faits: dict[tuple[str, ...], Format] = {}
        entete = {"bold": True, "font_color": "white", "bg_color": BLEU, "text_wrap": True, "valign": "vcenter"}
        self._entete_texte = self._nouveau(entete | {"align": "left", "indent": 1})
        # En retrait sous un filtre : son bouton cacherait la fin du titre.
        self._entete_nombre = [self._nouveau(entete | {"align": "right", "indent": retrait}) for retrait in (0, 2)]
        self.titre = self._nouveau({"bold": True, "font_size": 18, "font_color": BLEU})
        self.section = self._nouveau({"bold": True, "font_size": 13, "font_color": BLEU, "bottom": 1})
        self.paragraphe = self._nouveau({"text_wrap": True})
        self.paragraphe_protege = self._nouveau({"text_wrap": True, "quote_prefix": True})
        self.etiquette = self._nouveau({"bold": True, "font_color": GRIS})
        self.discret = self._nouveau({"font_color": GRIS})
        self.alerte = self._nouveau({"bold": True, "font_color": ROUGE, "text_wrap": True})
        self.lien = self._nouveau({"font_color": LIEN, "underline": 1})

    def entete(self, nature: str, filtre: bool) -> Format:
        """Format d'un titre de colonne, aligné comme ce qu'elle contient."""
        return self._entete_texte if nature in A_GAUCHE else self._entete_nombre[filtre]

    def cellule(self, nature: str, allure: str = "") -> Format:
        """Format d'une cellule de tableau. allure: vide, « total », ou « fort » si sa ligne compte les autres."""
        return self._fait(nature, allure, "")

    def protege(self, nature: str, allure: str = "") -> Format:
        """Pour un texte qui semble une formule : il le reste même si on l'édite."""
        return self._fait(nature, allure, "protege")

    def secret(self, allure: str = "") -> Format:
        """Pour « s » : à droite, là où serait le nombre."""
        return self._fait("texte", allure, "secret")

    def _fait(self, nature: str, allure: str, usage: str) -> Format:
        cle = (nature, allure, usage)
        if cle not in self._faits:
            dit: dict[str, Any] = {"num_format": FORMATS[nature], "bottom": 4, "bottom_color": TRAIT}
            if nature in A_GAUCHE:
                dit |= {"align": "left", "indent": 1}
            if nature == "paragraphe":
                dit |= {"text_wrap": True}
            if nature == "lien":
                dit |= {"font_color": LIEN, "underline": 1}
            if allure:
                dit |= {"bold": True}
            if allure == "total":
                dit |= {"top": 2, "top_color": BLEU, "bg_color": FOND}
            if usage == "protege":
                dit |= {"quote_prefix": True}
            if usage == "secret":
                dit |= {"align": "right", "indent": 0, "font_color": GRIS}
            self._faits[cle] = self._nouveau(dit)
        return self._faits[cle]

    def _nouveau(self, dit: dict[str, Any]) -> Format:
        return self._classeur.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top"} | dit)
