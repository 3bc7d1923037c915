"""Le classeur d'un axe : une première feuille qui dit ce que c'est, puis une feuille par table de restitution."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
import yaml
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from include.configuration import organisation
from include.extraits.francais import accord, date, date_longue
from include.extraits.lecture import ARRONDI, LIBELLES_SEVERITES, Axe, Publication, tables

ROUGE, BLEU, GRIS, LIEN = "#B3261E", "#1F3A5F", "#5A6472", "#174EA6"
# Un format Excel s'écrit à l'anglaise ; le tableur l'affiche avec les séparateurs du lecteur (en français # ##0,00).
FORMATS = {
    "texte": "@",
    "annee": "0",
    "entier": "#,##0",
    "nombre": "#,##0.00",
    "heures": '#,##0.00"\u00a0h"',
    "part": '0.0"\u00a0"%',
    "date": "dd/mm/yyyy",
}
LARGEUR_MIN, LARGEUR_MAX = 10, 60
LARGEUR_ETIQUETTE, LARGEUR_VALEUR, HAUTEUR = 36, 64, 16
# Un tableur prendrait pour une formule un texte qui commence ainsi, s'il repasse par un CSV.
_DEBUTS_DE_FORMULE = tuple("=+-@\t\r")


@dataclass(frozen=True)
class Colonne:
    """Une colonne de feuille : nom dans la base, titre français, nature (clé de FORMATS)."""

    nom: str
    titre: str
    nature: str


@cache
def intitules() -> dict[str, Any]:
    """Mots du classeur : noms de feuilles, titres et natures de colonnes (intitules.yml)."""
    return yaml.safe_load((Path(__file__).parent / "intitules.yml").read_text(encoding="utf-8"))


def ecrire_classeur(base: duckdb.DuckDBPyConnection, publication: Publication, axe: str, destination: Path) -> None:
    """Écrit le classeur d'un axe à partir de la base publiée.

    Si l'axe n'a encore aucune table, le classeur ne contient que sa première feuille, qui le dit.
    """
    etat = publication.axe(axe)
    ordre = {nom: rang for rang, nom in enumerate(intitules()["feuilles"])}
    restitutions = sorted(tables(base, axe, "rpt_"), key=lambda t: (ordre.get(t[1], len(ordre)), t[1]))
    # Un texte reste un texte : ni formule, ni lien, ni nombre deviné.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(destination, options) as classeur:
        classeur.set_properties(
            {
                "title": f"{etat.libelle if etat else axe} - publication {publication.nom}",
                "author": organisation()["nom"],
                "company": organisation()["nom_long"],
                # La date de la nuit et non celle de l'écriture : les mêmes données donnent le même classeur.
                "created": dt.datetime.combine(publication.nuit, dt.time()),
            }
        )
        feuille = _Feuille(classeur, publication, etat)
        feuille.lisez_moi(axe, [t for _, t in restitutions])
        for schema, table in restitutions:
            feuille.restitution(base, schema, table)


class _Feuille:
    """Écrit les feuilles d'un classeur avec ses formats communs."""

    def __init__(self, classeur: xlsxwriter.Workbook, publication: Publication, etat: Axe | None) -> None:
        self.classeur, self.publication, self.etat = classeur, publication, etat
        police = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        texte = police | {"num_format": "@", "align": "left", "indent": 1}
        self.formats = {nature: classeur.add_format(police | {"num_format": f}) for nature, f in FORMATS.items()}
        self.formats["texte"] = classeur.add_format(texte)
        self.protege = classeur.add_format(texte | {"quote_prefix": True})
        entete = police | {
            "bold": True,
            "font_color": "white",
            "bg_color": BLEU,
            "text_wrap": True,
            "valign": "vcenter",
        }
        self.entete = classeur.add_format(entete | {"align": "left", "indent": 1})
        self.entete_nombre = classeur.add_format(entete | {"align": "right"})
        self.titre = classeur.add_format(police | {"bold": True, "font_size": 18, "font_color": BLEU})
        self.section = classeur.add_format(police | {"bold": True, "font_size": 13, "font_color": BLEU, "bottom": 1})
        self.paragraphe = classeur.add_format(police | {"text_wrap": True})
        self.lien = classeur.add_format(police | {"font_color": LIEN, "underline": 1})
        self.etiquette = classeur.add_format(police | {"bold": True, "font_color": GRIS})
        self.discret = classeur.add_format(police | {"font_color": GRIS})
        self.alerte = classeur.add_format(police | {"bold": True, "font_color": ROUGE, "text_wrap": True})

    # --- Première feuille ---

    def lisez_moi(self, axe: str, restitutions: list[str]) -> None:
        """Ce que c'est, à quelle date, de quels fichiers, ce que les contrôles en disent."""
        p = self.publication
        f = self._nouvelle("Lisez-moi")
        f.hide_gridlines(2)
        f.set_column(0, 0, LARGEUR_ETIQUETTE)
        f.set_column(1, 1, LARGEUR_VALEUR)
        f.set_column(2, 6, 13)
        f.write_string(0, 0, self.etat.libelle if self.etat else axe, self.titre)
        f.set_row(0, 28)
        f.write_string(1, 0, f"{organisation()['nom_long']} - {organisation()['territoire']}", self.discret)
        ligne = 2
        if avis := self._avis():
            f.merge_range(ligne, 0, ligne, 6, "", self.alerte)
            f.write_string(ligne, 0, avis, self.alerte)
            f.set_row(ligne, 2.5 * HAUTEUR)
        for etiquette, valeur in (
            ("Publication", p.nom),
            ("Nuit de traitement", f"{date_longue(p.nuit)} : les fichiers reçus après n'y sont pas"),
            ("Arrêté au", f"{date_longue(p.arrete_au)} : aucun fait daté d'après ne compte"),
            ("Données de l'axe", self._donnees()),
            ("Verdict des contrôles", self.etat.verdict_lisible if self.etat else "aucun contrôle passé"),
            ("Arrondi", ARRONDI),
            ("Personnes", "Aucun nom dans ce classeur. Les effectifs y sont complets : il est d'usage interne."),
        ):
            ligne += 1
            self._deux_cellules(f, ligne, etiquette, valeur, self.etiquette)
        ligne = self._sommaire(f, ligne + 2, axe, restitutions)
        ligne = self._controles(f, ligne + 1, axe)
        self._livraisons(f, ligne + 1, axe)
        f.activate()

    def _donnees(self) -> str:
        if self.etat is None or self.etat.donnees_du is None:
            return "aucune : cet axe n'a encore jamais été publié"
        return f"arrêtées au {date_longue(self.etat.donnees_du)} ({self.etat.age})"

    def _deux_cellules(self, f: Worksheet, ligne: int, etiquette: str, valeur: str, format_: Format) -> None:
        """Une étiquette et sa phrase, sur une ligne assez haute pour les deux."""
        f.write_string(ligne, 0, etiquette, format_)
        f.write_string(ligne, 1, valeur, self.paragraphe)
        self._hauteur(f, ligne, etiquette, valeur)

    def _hauteur(self, f: Worksheet, ligne: int, etiquette: str, valeur: str) -> None:
        # Un tableur n'ajuste pas toujours de lui-même la hauteur d'un texte renvoyé à la ligne.
        lignes = max(-(-len(etiquette) // (LARGEUR_ETIQUETTE - 4)), -(-len(valeur) // (LARGEUR_VALEUR - 4)), 1)
        f.set_row(ligne, lignes * HAUTEUR)

    def _section(self, f: Worksheet, ligne: int, titre: str) -> None:
        f.write_string(ligne, 0, titre, self.section)
        for c in range(1, 7):
            f.write_blank(ligne, c, None, self.section)
        f.set_row(ligne, 1.5 * HAUTEUR)

    def _avis(self) -> str:
        if self.etat is None or self.etat.verdict != "bloque":
            return ""
        if self.etat.donnees_du is None:
            return f"AUCUNE DONNÉE : cet axe n'a encore jamais passé ses contrôles. Cause : {self.etat.cause}"
        return (
            f"DONNÉES REPORTÉES : cet axe est bloqué, ses tables sont celles arrêtées au {date(self.etat.donnees_du)} "
            f"({self.etat.age}). Cause : {self.etat.cause}"
        )

    def _sommaire(self, f: Worksheet, ligne: int, axe: str, restitutions: list[str]) -> int:
        self._section(f, ligne, "Feuilles")
        for table in restitutions:
            ligne += 1
            nom = _nom_de_feuille(table)
            cible = nom.replace("'", "''")
            f.write_url(ligne, 0, f"internal:'{cible}'!A1", self.lien, string=nom)
            description = self.publication.descriptions.get((axe, table), "")
            f.write_string(ligne, 1, description, self.paragraphe)
            self._hauteur(f, ligne, nom, description)
        return ligne + 1

    def _controles(self, f: Worksheet, ligne: int, axe: str) -> int:
        self._section(f, ligne, "Contrôles bloquants ou signalés")
        concernes = [c for c in self.publication.a_signaler if c["axe"] in (axe, "core")]
        for c in concernes:
            ligne += 1
            en_cause = f" ({accord(c['lignes_en_cause'], 'ligne')} en cause)" if c["lignes_en_cause"] else ""
            self._deux_cellules(
                f, ligne, f"{LIBELLES_SEVERITES[c['severite']]} : {c['controle']}",
                f"{c['message'] or ''}{en_cause} - à voir par : {c['proprietaire']}",
                self.alerte if c["severite"] == "bloquant" else self.paragraphe,
            )  # fmt: skip
        if not concernes:
            ligne += 1
            f.write_string(ligne, 0, "Aucun.", self.paragraphe)
        return ligne + 1

    def _livraisons(self, f: Worksheet, ligne: int, axe: str) -> None:
        self._section(f, ligne, "Fichiers utilisés")
        ligne += 1
        for c, titre in enumerate(("Source", "Fichier", "Reçu le", "Lignes lues", "Chargées", "Rejetées", "Laissées")):
            f.write_string(ligne, c, titre, self.entete if c < 2 else self.entete_nombre)
        for v in self.publication.livraisons_de(axe):
            ligne += 1
            self._cellule(f, ligne, 0, v["source"], "texte")
            self._cellule(f, ligne, 1, v["fichier"], "texte")
            self._cellule(f, ligne, 2, v["recu_le"], "date")
            for c, nom in enumerate(("lignes_lues", "chargees", "rejetees", "laissees"), 3):
                self._cellule(f, ligne, c, v[nom], "entier")

    # --- Une feuille par table ---

    def restitution(self, base: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
        """Toutes les lignes d'une table, dans l'ordre de la base, sous des titres français."""
        f = self._nouvelle(_nom_de_feuille(table))
        colonnes = _colonnes(self.publication.dictionnaire[schema, table])
        noms = ", ".join(f'"{c.nom}"' for c in colonnes)
        lignes = base.execute(f'select {noms} from "{schema}"."{table}"').fetchall()
        largeurs = [max(len(mot) for mot in c.titre.split()) + 4 for c in colonnes]
        for j, c in enumerate(colonnes):
            f.write_string(0, j, c.titre, self.entete if c.nature == "texte" else self.entete_nombre)
        for i, valeurs in enumerate(lignes, 1):
            for j, (c, valeur) in enumerate(zip(colonnes, valeurs, strict=True)):
                self._cellule(f, i, j, valeur, c.nature)
                largeurs[j] = max(largeurs[j], _longueur(valeur, c.nature))
        for j, largeur in enumerate(largeurs):
            f.set_column(j, j, min(max(largeur, LARGEUR_MIN), LARGEUR_MAX))
        f.set_row(0, 34)
        f.freeze_panes(1, 0)
        f.autofilter(0, 0, max(len(lignes), 1), len(colonnes) - 1)
        f.repeat_rows(0)
        if avis := self._avis():
            f.write_comment(0, 0, avis, {"x_scale": 3, "author": organisation()["nom"]})

    def _nouvelle(self, nom: str) -> Worksheet:
        f = self.classeur.add_worksheet(nom)
        f.set_landscape()
        f.set_paper(9)
        f.fit_to_pages(1, 0)
        reporte = " - DONNÉES REPORTÉES" if self._avis() else ""
        f.set_header(
            f"&L{organisation()['nom'].replace('&', '&&')}&C{nom}&RPublication {self.publication.nom}{reporte}"
        )
        f.set_footer("&RPage &P / &N")
        if self._avis():
            f.set_tab_color(ROUGE)
        return f

    def _cellule(self, f: Worksheet, ligne: int, colonne: int, valeur: Any, nature: str) -> None:
        """Une cellule de son vrai type ; un vide reste vide."""
        format_: Format = self.formats[nature]
        if valeur is None:
            f.write_blank(ligne, colonne, None, format_)
        elif isinstance(valeur, bool):
            f.write_string(ligne, colonne, "oui" if valeur else "non", self.formats["texte"])
        elif isinstance(valeur, int | float | Decimal):
            f.write_number(ligne, colonne, float(valeur), format_)
        elif isinstance(valeur, dt.date):
            f.write_datetime(ligne, colonne, valeur, format_)
        else:
            texte = str(valeur)
            f.write_string(ligne, colonne, texte, self.protege if texte.startswith(_DEBUTS_DE_FORMULE) else format_)


def _nom_de_feuille(table: str) -> str:
    nom = intitules()["feuilles"].get(table) or table.removeprefix("rpt_").replace("_", " ").capitalize()
    return nom[:31]


def _colonnes(types: dict[str, str]) -> list[Colonne]:
    """Colonnes d'une table avec leur titre ; une colonne sans titre prend son nom, et sa nature celle de son type."""
    connues = intitules()["colonnes"]
    colonnes = []
    for nom, type_ in types.items():
        titre, nature = connues.get(nom) or (nom.replace("_", " ").capitalize(), None)
        colonnes.append(Colonne(nom, titre, nature or _nature(type_)))
    return colonnes


def _nature(type_: str) -> str:
    if type_ == "DATE":
        return "date"
    if "INT" in type_:
        return "entier"
    return "nombre" if type_.startswith(("DECIMAL", "DOUBLE", "FLOAT")) else "texte"


def _longueur(valeur: Any, nature: str) -> int:
    """Largeur d'une valeur affichée, en caractères."""
    if valeur is None:
        return 0
    if nature in ("nombre", "heures") and not isinstance(valeur, str):
        return len(f"{valeur:,.2f}") + 4
    return len(str(valeur)) + 2 if nature not in ("part", "date") else 12
