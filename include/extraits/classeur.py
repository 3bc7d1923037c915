"""Le classeur d'un axe : ce que c'est, ses chiffres, une feuille par table de restitution, et sa méthode."""

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
from include.csv_francais import DEBUTS_DE_FORMULE
from include.extraits.francais import accord, date, date_longue, unite
from include.extraits.lecture import (
    ARRONDI,
    LIBELLES_SEVERITES,
    Axe,
    Ligne,
    Publication,
    Secret,
    lignes,
    schema_de,
    tables,
)

ROUGE, BLEU, GRIS, LIEN = "#B3261E", "#1F3A5F", "#5A6472", "#174EA6"
# Un format Excel s'écrit à l'anglaise ; le tableur l'affiche avec les séparateurs du lecteur (en français # ##0,00).
FORMATS = {
    "texte": "@",
    "annee": "0",
    "entier": "#,##0",
    "nombre": "#,##0.00",
    "heures": '#,##0.00"\u00a0h"',
    "part": '0.0"\u00a0"%',
    "pourcent": '0.00"\u00a0%"',
    "date": "dd/mm/yyyy",
}
LARGEUR_MIN, LARGEUR_MAX = 10, 60
LARGEUR_ETIQUETTE, LARGEUR_VALEUR, HAUTEUR = 36, 64, 16
CHIFFRES, RAPPROCHEMENT, METHODE = "Chiffres", "Rapprochement", "Méthode"
_AJOUTEES = {
    CHIFFRES: "Une ligne par chiffre et par période, la plus récente d'abord.",
    RAPPROCHEMENT: "Une ligne par nombre imprimé : le sien, le nôtre, et ce qui les sépare.",
    METHODE: "Une ligne par chiffre : ce qu'il compte, sur quoi, d'où, sur quelle période.",
}
"""Feuilles qui ne sont pas une table de restitution, et ce qu'elles disent."""


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
    restitutions = tables(base, schema_de(axe), "rpt_")
    restitutions.sort(key=lambda t: (ordre.get(t[1], len(ordre)), t[1]))
    chiffres, definitions = lire_chiffres(base, axe), lire_definitions(base, axe)
    rapprochements = lire_rapprochements(base) if axe == "transverse" else []
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
        ajoutees = [n for n, v in ((CHIFFRES, chiffres), (RAPPROCHEMENT, rapprochements), (METHODE, definitions)) if v]
        feuille.lisez_moi(axe, restitutions, ajoutees)
        if chiffres:
            feuille.chiffres(chiffres)
        for schema, table in restitutions:
            feuille.restitution(base, schema, table)
        if rapprochements:
            feuille.rapprochement(rapprochements)
        if definitions:
            feuille.methode(definitions)


def lire_chiffres(base: duckdb.DuckDBPyConnection, axe: str) -> list[Ligne]:
    """Les chiffres de rapport.indicateurs d'un axe (de tous si `axe` est vide), l'année la plus récente d'abord."""
    if not tables(base, "rapport", "indicateurs"):
        return []
    condition = f"where axe = '{axe}'" if axe else ""
    return lignes(base, f"select * from rapport.indicateurs {condition} order by annee desc, code, periode_debut")


def lire_definitions(base: duckdb.DuckDBPyConnection, axe: str) -> list[Ligne]:
    """Les définitions des chiffres d'un axe."""
    if not tables(base, "rapport", "definitions"):
        return []
    return lignes(base, f"select * from rapport.definitions where axe = '{axe}' order by code")


def lire_rapprochements(base: duckdb.DuckDBPyConnection) -> list[Ligne]:
    """Ce que les rapports impriment, ce que nous trouvons, et ce qu'il faut en penser."""
    if not {("rapport", "rapprochement"), ("rapport", "chiffres_publies")} <= set(tables(base, "rapport")):
        return []
    return lignes(
        base,
        "select r.*, p.libelle from rapport.rapprochement as r "
        "left join rapport.chiffres_publies as p using (code, periode_debut, periode_fin) "
        "order by r.annee desc, r.code, r.periode_debut",
    )


class _Feuille:
    """Écrit les feuilles d'un classeur avec ses formats communs."""

    def __init__(self, classeur: xlsxwriter.Workbook, publication: Publication, etat: Axe | None) -> None:
        self.classeur, self.publication, self.etat = classeur, publication, etat
        police = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        texte = police | {"num_format": "@", "align": "left", "indent": 1}
        self.formats = {nature: classeur.add_format(police | {"num_format": f}) for nature, f in FORMATS.items()}
        self.formats["texte"] = classeur.add_format(texte)
        self.formats["paragraphe"] = classeur.add_format(texte | {"text_wrap": True})
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
        self.secret = classeur.add_format(police | {"num_format": "@", "align": "right", "font_color": GRIS})
        self.alerte = classeur.add_format(police | {"bold": True, "font_color": ROUGE, "text_wrap": True})

    # --- Première feuille ---

    def lisez_moi(self, axe: str, restitutions: list[tuple[str, str]], ajoutees: list[str]) -> None:
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
            ("Verdict des contrôles", self._verdict() if p.audience.coulisses else ""),
            ("Arrondi", ARRONDI),
            ("Pour", p.audience.destinataires or organisation()["destinataires"].get(axe) or ""),
            ("Diffusion", p.audience.mention),
            ("Plus anciens", " ; ".join(self._anterieures(restitutions))),
        ):
            if valeur:
                ligne += 1
                self._deux_cellules(f, ligne, etiquette, valeur, self.etiquette)
        feuilles = [(nom_de_feuille(t), self.publication.descriptions.get((s, t), "")) for s, t in restitutions]
        for nom in ajoutees:
            feuilles.insert(0 if nom == CHIFFRES else len(feuilles), (nom, _AJOUTEES[nom]))
        ligne = self._sommaire(f, ligne + 2, feuilles)
        if p.audience.coulisses:
            ligne = self._controles(f, ligne + 1, axe)
            self._livraisons(f, ligne + 1, axe)
        f.activate()

    def _anterieures(self, restitutions: list[tuple[str, str]]) -> list[str]:
        """Ce qui, dans chaque feuille, est resté à une date plus ancienne."""
        return [
            f"{nom_de_feuille(table)}, {ce_qui}"
            for schema, table in restitutions
            for ce_qui in self.publication.anterieures.get(f"{schema}.{table}", [])
        ]

    def _verdict(self) -> str:
        return self.etat.verdict_lisible if self.etat else "aucun contrôle passé"

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
        cause = f" Cause : {self.etat.cause}" if self.etat.cause else ""
        if self.etat.donnees_du is None:
            return f"AUCUNE DONNÉE : cet axe n'a encore jamais passé ses contrôles.{cause}"
        return (
            f"DONNÉES REPORTÉES : cet axe est bloqué, ses tables sont celles arrêtées au {date(self.etat.donnees_du)} "
            f"({self.etat.age}).{cause}"
        )

    def _sommaire(self, f: Worksheet, ligne: int, feuilles: list[tuple[str, str]]) -> int:
        self._section(f, ligne, "Feuilles")
        for nom, description in feuilles:
            ligne += 1
            cible = nom.replace("'", "''")
            f.write_url(ligne, 0, f"internal:'{cible}'!A1", self.lien, string=nom)
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

    # --- Les chiffres de l'axe et leurs définitions ---

    def chiffres(self, chiffres: list[Ligne]) -> None:
        """Chaque chiffre de l'axe, à chaque période : valeur, numérateur et dénominateur dans leur unité."""
        titres = (
            "Code",
            "Chiffre",
            "Année",
            "Du",
            "Au",
            "Valeur",
            "Unité",
            "Numérateur",
            "Dénominateur",
            "Publication",
        )
        f = self._tableau(CHIFFRES, titres, (9, 76, 8, 12, 12, 16, 22, 14, 14, 15), nombres=(2, 5, 7, 8))
        for i, c in enumerate(chiffres, 1):
            natures = (nature_unite(c["unite"], c["valeur"]), nature_compte(c["numerateur"]))
            self._cellule(f, i, 0, c["code"], "texte")
            self._cellule(f, i, 1, c["libelle"], "texte")
            self._cellule(f, i, 2, c["annee"], "annee")
            self._cellule(f, i, 3, c["periode_debut"], "date")
            self._cellule(f, i, 4, c["periode_fin"], "date")
            self._cellule(f, i, 5, c["valeur"], natures[0])
            self._cellule(f, i, 6, unite(c["unite"]), "texte")
            self._cellule(f, i, 7, c["numerateur"], natures[1])
            self._cellule(f, i, 8, c["denominateur"], nature_compte(c["denominateur"]))
            self._cellule(f, i, 9, c["publication"], "texte")
        f.autofilter(0, 0, len(chiffres), len(titres) - 1)

    def methode(self, definitions: list[Ligne]) -> None:
        """Ce que chaque chiffre compte, sur quoi, d'où et sur quelle période."""
        titres = (
            "Code", "Chiffre", "Unité", "Numérateur", "Dénominateur", "Ce que le calcul retient", "Période",
            "Table", "Sources", "Même chiffre que",
        )  # fmt: skip
        largeurs = (9, 44, 14, 50, 36, 26, 30, 26, 24, 12)
        f = self._tableau(METHODE, titres, largeurs)
        for i, d in enumerate(definitions, 1):
            retenu = " ; ".join(str(v).replace("|", ", ") for v in (d["parametre"], d["complement"]) if v)
            textes = (
                d["code"], d["libelle"], unite(d["unite"]), d["numerateur"], d["denominateur"], retenu or None,
                d["periode"], d["modele"], d["sources"].replace(" ", "\n"), d["alias_de"],
            )  # fmt: skip
            for j, texte in enumerate(textes):
                self._cellule(f, i, j, texte, "paragraphe")
            hauteurs = (_lignes_affichees(t, x) for t, x in zip(textes, largeurs, strict=True))
            f.set_row(i, max(hauteurs) * HAUTEUR)
        f.autofilter(0, 0, len(definitions), len(titres) - 1)

    def rapprochement(self, rapprochements: list[Ligne]) -> None:
        """Chaque nombre imprimé, le nôtre, l'écart et son explication."""
        titres = ("Code", "Ce que dit le rapport", "Du", "Au", "Imprimé", "Calculé", "Écart", "Verdict", "Explication")
        largeurs = (9, 60, 12, 12, 14, 14, 12, 16, 80)
        f = self._tableau(RAPPROCHEMENT, titres, largeurs, nombres=(4, 5, 6))
        for i, r in enumerate(rapprochements, 1):
            verdict = intitules()["valeurs"]["verdict"].get(r["verdict"], r["verdict"])
            self._cellule(f, i, 0, r["code"], "texte")
            self._cellule(f, i, 1, r["libelle"], "paragraphe")
            self._cellule(f, i, 2, r["periode_debut"], "date")
            self._cellule(f, i, 3, r["periode_fin"], "date")
            for j, nom in enumerate(("publie", "calcule", "ecart"), 4):
                self._cellule(f, i, j, r[nom], nature_compte(r[nom]))
            self._cellule(f, i, 7, verdict, "texte")
            self._cellule(f, i, 8, r["explication"], "paragraphe")
            hauteur = max(
                _lignes_affichees(r["libelle"], largeurs[1]), _lignes_affichees(r["explication"], largeurs[8])
            )
            f.set_row(i, hauteur * HAUTEUR)
        f.autofilter(0, 0, len(rapprochements), len(titres) - 1)

    def _tableau(
        self, nom: str, titres: tuple[str, ...], largeurs: tuple[int, ...], nombres: tuple[int, ...] = ()
    ) -> Worksheet:
        """Feuille neuve avec ses titres figés. nombres: colonnes dont le titre s'aligne à droite."""
        f = self._nouvelle(nom)
        for j, (titre, largeur) in enumerate(zip(titres, largeurs, strict=True)):
            f.write_string(0, j, titre, self.entete_nombre if j in nombres else self.entete)
            f.set_column(j, j, largeur)
        f.set_row(0, 34)
        f.freeze_panes(1, 2)
        f.repeat_rows(0)
        return f

    # --- Une feuille par table ---

    def restitution(self, base: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
        """Toutes les lignes d'une table, dans l'ordre de la base, sous des titres français."""
        f = self._nouvelle(nom_de_feuille(table))
        colonnes = colonnes_de(table, self.publication.dictionnaire[schema, table])
        lues = lignes(base, f'select * from "{schema}"."{table}"')
        largeurs = [max(len(mot) for mot in c.titre.split()) + 4 for c in colonnes]
        for j, c in enumerate(colonnes):
            f.write_string(0, j, c.titre, self.entete if c.nature == "texte" else self.entete_nombre)
        for i, ligne in enumerate(lues, 1):
            for j, c in enumerate(colonnes):
                valeur = lisible(c.nom, ligne[c.nom])
                self._cellule(f, i, j, valeur, c.nature)
                largeurs[j] = max(largeurs[j], _longueur(valeur, c.nature))
        largeurs = [min(max(largeur, LARGEUR_MIN), LARGEUR_MAX) for largeur in largeurs]
        for j, largeur in enumerate(largeurs):
            f.set_column(j, j, largeur)
        renvois = max(_lignes_affichees(c.titre, largeur - 2) for c, largeur in zip(colonnes, largeurs, strict=True))
        f.set_row(0, max(2, renvois) * (HAUTEUR + 1))
        f.freeze_panes(1, 0)
        f.autofilter(0, 0, max(len(lues), 1), len(colonnes) - 1)
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
        if self.publication.audience.interne:
            f.set_footer("&RPage &P / &N")
        else:
            f.set_footer(f"&LPour : {self.publication.audience.destinataires}&RPage &P / &N")
        if self._avis():
            f.set_tab_color(ROUGE)
        return f

    def _cellule(self, f: Worksheet, ligne: int, colonne: int, valeur: Any, nature: str) -> None:
        """Une cellule de son vrai type ; un vide reste vide, un secret se lit « s »."""
        format_: Format = self.formats[nature]
        if valeur is None:
            f.write_blank(ligne, colonne, None, format_)
        elif isinstance(valeur, Secret):
            f.write_string(ligne, colonne, valeur, self.secret)
        elif isinstance(valeur, bool):
            f.write_string(ligne, colonne, "oui" if valeur else "non", self.formats["texte"])
        elif isinstance(valeur, int | float | Decimal):
            f.write_number(ligne, colonne, float(valeur), format_)
        elif isinstance(valeur, dt.date):
            f.write_datetime(ligne, colonne, valeur, format_)
        else:
            texte = str(valeur)
            f.write_string(ligne, colonne, texte, self.protege if texte.startswith(DEBUTS_DE_FORMULE) else format_)


def nom_de_feuille(table: str) -> str:
    """Nom français de la feuille d'une table, que le tableur accepte."""
    nom = intitules()["feuilles"].get(table) or table.removeprefix("rpt_").replace("_", " ").capitalize()
    return nom[:31]


def lisible(colonne: str, valeur: Any) -> Any:
    """Une modalité que la base nomme en code, telle qu'elle se lit."""
    return intitules()["valeurs"].get(colonne, {}).get(valeur, valeur)


def colonnes_de(table: str, types: dict[str, str]) -> list[Colonne]:
    """Colonnes d'une table avec leur titre ; une colonne sans titre prend son nom, et sa nature celle de son type."""
    connues, propres = intitules()["colonnes"], intitules()["propres"].get(table, {})
    colonnes = []
    for nom, type_ in types.items():
        titre, nature = connues.get(nom) or (nom.replace("_", " ").capitalize(), None)
        colonnes.append(Colonne(nom, propres.get(nom, titre), nature or _nature(type_)))
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


def _lignes_affichees(texte: str | None, largeur: int) -> int:
    """Lignes qu'un texte renvoyé à la ligne occupe dans une colonne."""
    return sum(max(-(-len(morceau) // (largeur - 3)), 1) for morceau in (texte or "").split("\n"))


def nature_unite(unite: str, valeur: float | Secret) -> str:
    """Nature (clé de FORMATS) d'une valeur : des heures, un pourcentage, un compte entier ou un nombre."""
    if unite in ("heures", "pourcent"):
        return unite
    return nature_compte(valeur)


def nature_compte(valeur: float | Decimal | Secret | None) -> str:
    """Un compte entier s'écrit sans décimale."""
    return "entier" if valeur is None or isinstance(valeur, Secret) or valeur == int(valeur) else "nombre"
