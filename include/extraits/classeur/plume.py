"""Ce qui écrit dans un classeur : une feuille, une cellule de son vrai type, un tableau Excel avec filtre et total."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from textwrap import wrap
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from include.configuration import organisation
from include.csv_francais import DEBUTS_DE_FORMULE
from include.extraits.classeur.mots import Colonne
from include.extraits.classeur.styles import A_GAUCHE, HAUTEUR, ROUGE, Styles
from include.extraits.francais import date
from include.extraits.lecture import SECRET, Axe, Publication, Secret

LARGEUR_MIN, LARGEUR_MAX = 11, 60
SOMME = 109
"""Fonction de SUBTOTAL : la somme des seules lignes affichées, que le lecteur filtre ou masque à la main."""
LIBELLE_TOTAL = "Total des lignes affichées"


@dataclass(frozen=True)
class Case:
    """Une valeur dont la nature n'est pas celle de sa colonne, ou qui mène à une autre cellule du classeur."""

    valeur: Any
    nature: str
    cible: str = ""


class Plume:
    """Écrit les feuilles d'un classeur avec ses styles communs."""

    def __init__(self, classeur: xlsxwriter.Workbook, publication: Publication, etat: Axe | None) -> None:
        self.classeur, self.publication, self.etat = classeur, publication, etat
        self.styles = Styles(classeur)

    @property
    def avis(self) -> str:
        """Ce que chaque feuille dit d'un axe bloqué ; vide s'il ne l'est pas."""
        if self.etat is None or self.etat.verdict != "bloque":
            return ""
        cause = f" Cause : {self.etat.cause}" if self.etat.cause else ""
        if self.etat.donnees_du is None:
            return f"AUCUNE DONNÉE : cet axe n'a encore jamais passé ses contrôles.{cause}"
        return (
            f"DONNÉES REPORTÉES : cet axe est bloqué, ses tables sont celles arrêtées au {date(self.etat.donnees_du)} "
            f"({self.etat.age}).{cause}"
        )

    def feuille(self, nom: str) -> Worksheet:
        """Une feuille neuve, prête à imprimer sur la largeur d'une page."""
        f = self.classeur.add_worksheet(nom)
        f.set_landscape()
        f.set_paper(9)
        f.fit_to_pages(1, 0)
        reporte = " - DONNÉES REPORTÉES" if self.avis else ""
        f.set_header(
            f"&L{_imprimable(organisation()['nom'])}&C{_imprimable(nom)}"
            f"&RPublication {_imprimable(self.publication.nom)}{reporte}"
        )
        audience = self.publication.audience
        pour = "" if audience.interne else f"&LPour : {_imprimable(audience.destinataires or '')}"
        f.set_footer(f"{pour}&RPage &P / &N")
        if self.avis:
            f.set_tab_color(ROUGE)
        # Un code fait de chiffres est un texte : le tableur n'a pas à s'en étonner.
        f.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return f

    def feuille_de_tableau(
        self,
        nom: str,
        nom_de_tableau: str,
        colonnes: Sequence[Colonne],
        lignes: Sequence[Sequence[Any]],
        figees: int = 0,
        fortes: Collection[int] = (),
    ) -> None:
        """Une feuille faite d'un seul tableau, titres figés et répétés à l'impression.

        figees: colonnes figées aussi. fortes: rangs des lignes qui comptent déjà les autres.
        """
        f = self.feuille(nom)
        self.tableau(f, nom_de_tableau, colonnes, lignes, fortes=fortes)
        f.freeze_panes(1, figees)
        f.repeat_rows(0)
        if self.avis:
            f.write_comment(0, 0, self.avis, {"x_scale": 3, "author": organisation()["nom"]})

    def tableau(
        self, f: Worksheet, nom: str, colonnes: Sequence[Colonne], lignes: Sequence[Sequence[Any]],
        en: tuple[int, int] = (0, 0), filtre: bool = True, fortes: Collection[int] = (),
    ) -> int:  # fmt: skip
        """Un tableau Excel : titres, cellules, filtre, et le total de ce qui s'additionne. Rend sa dernière ligne.

        nom: celui du tableau dans les formules, unique dans le classeur. en: ligne et colonne de son premier titre.
        fortes: rangs des lignes qui comptent déjà les autres.
        """
        haut, gauche = en
        nom = re.sub(r"\W", "_", nom)
        sommes = [_somme(c, [ligne[j] for ligne in lignes]) for j, c in enumerate(colonnes)]
        total = any(isinstance(s, float) for s in sommes)
        colonnes = _reglees(colonnes, lignes, sommes if total else [])
        for j, c in enumerate(colonnes, gauche):
            f.set_column(j, j, c.largeur)
        hauteur(f, haut, [(c.titre, (c.largeur or 0) - 3) for c in colonnes])
        for i, ligne in enumerate(lignes, haut + 1):
            allure = "fort" if i - haut - 1 in fortes else ""
            for j, (c, valeur) in enumerate(zip(colonnes, ligne, strict=True), gauche):
                self.cellule(f, i, j, valeur, c.nature, allure)
            longs = [(v, c.largeur or 0) for c, v in zip(colonnes, ligne, strict=True) if c.nature == "paragraphe"]
            hauteur(f, i, longs)
        # Un tableau Excel a au moins une ligne : elle reste vide s'il n'y a rien à montrer.
        bas = haut + max(len(lignes), 1)
        f.add_table(
            haut, gauche, bas + total, gauche + len(colonnes) - 1,
            {
                "name": nom, "style": "Table Style Light 1", "autofilter": filtre, "total_row": total,
                "columns": [self._titre(c, s, filtre) for c, s in zip(colonnes, sommes, strict=True)],
            },
        )  # fmt: skip
        if total:
            self._total(f, bas + 1, gauche, nom, colonnes, sommes)
        return bas + total

    def _titre(self, colonne: Colonne, somme: float | Secret | None, filtre: bool) -> dict[str, Any]:
        """Ce qu'un tableau Excel sait d'une colonne ; _total écrit la cellule que total_function annonce."""
        dit = {"header": colonne.titre, "header_format": self.styles.entete(colonne.nature, filtre)}
        return dit | {"total_function": "sum"} if isinstance(somme, float) else dit

    def _total(
        self, f: Worksheet, ligne: int, gauche: int, nom: str, colonnes: Sequence[Colonne],
        sommes: Sequence[float | Secret | None],
    ) -> None:  # fmt: skip
        """La ligne de total : une formule par colonne qui s'additionne, avec sa valeur pour qui ne recalcule pas."""
        for j, (c, somme) in enumerate(zip(colonnes, sommes, strict=True), gauche):
            format_ = self.styles.cellule(c.nature, "total")
            if isinstance(somme, float):
                formule = f"=SUBTOTAL({SOMME},{nom}[{_dans_une_formule(c.titre)}])"
                f.write_formula(ligne, j, formule, format_, somme)
            elif somme is not None:
                f.write_string(ligne, j, somme, self.styles.secret("total"))
            elif j == gauche:
                f.write_string(ligne, j, LIBELLE_TOTAL, self.styles.cellule("texte", "total"))
            else:
                f.write_blank(ligne, j, None, format_)

    def cellule(self, f: Worksheet, ligne: int, colonne: int, valeur: Any, nature: str, allure: str = "") -> None:
        """Une cellule de son vrai type ; un vide reste vide, un secret se lit « s », un texte reste un texte."""
        cible = ""
        if isinstance(valeur, Case):
            valeur, nature, cible = valeur.valeur, valeur.nature, valeur.cible
        format_: Format = self.styles.cellule(nature, allure)
        if valeur is None:
            f.write_blank(ligne, colonne, None, format_)
        elif isinstance(valeur, Secret):
            f.write_string(ligne, colonne, valeur, self.styles.secret(allure))
        elif isinstance(valeur, bool):
            f.write_string(ligne, colonne, "oui" if valeur else "non", self.styles.cellule("texte", allure))
        elif isinstance(valeur, int | float | Decimal):
            f.write_number(ligne, colonne, float(valeur), format_)
        elif isinstance(valeur, dt.date):
            f.write_datetime(ligne, colonne, valeur, format_)
        elif cible:
            f.write_url(ligne, colonne, f"internal:{cible}", format_, string=str(valeur))
        else:
            texte = str(valeur)
            protege = texte.startswith(DEBUTS_DE_FORMULE)
            f.write_string(ligne, colonne, texte, self.styles.protege(nature, allure) if protege else format_)


def adresse(feuille: str, cellule: str = "A1") -> str:
    """Une cellule d'une feuille, telle qu'un lien la nomme."""
    return "'" + feuille.replace("'", "''") + f"'!{cellule}"


def hauteur(f: Worksheet, ligne: int, textes: Sequence[tuple[Any, int]]) -> None:
    """Donne à une ligne la hauteur de ses textes renvoyés à la ligne. textes: chacun, et la largeur où il s'écrit.

    Un tableur n'ajuste pas toujours de lui-même la hauteur d'un classeur qu'il n'a pas écrit.
    """
    lignes = max((rangs(str(texte), largeur) for texte, largeur in textes if texte is not None), default=1)
    if lignes > 1:
        f.set_row(ligne, lignes * HAUTEUR)


def rangs(texte: str, largeur: int) -> int:
    """Lignes qu'un texte occupe dans une colonne."""
    # Une largeur se compte en chiffres : plus larges que les minuscules, moins que les majuscules.
    majuscules = sum(map(str.isupper, texte)) / max(len(texte), 1)
    place = max(int(1.15 * largeur / (1 + 0.35 * majuscules)) - 3, 8)
    return sum(len(wrap(morceau, place)) if len(morceau) > place else 1 for morceau in texte.split("\n"))


def _somme(colonne: Colonne, cases: Sequence[Any]) -> float | Secret | None:
    """Total d'une colonne qui s'additionne ; « s » si une de ses valeurs l'est ; None s'il n'y a rien à additionner."""
    if not colonne.somme or not cases:
        return None
    valeurs = [v.valeur if isinstance(v, Case) else v for v in cases]
    if any(isinstance(v, Secret) for v in valeurs):
        return SECRET
    return float(sum(v for v in valeurs if v is not None))


def _reglees(
    colonnes: Sequence[Colonne], lignes: Sequence[Sequence[Any]], sommes: Sequence[float | Secret | None]
) -> list[Colonne]:
    """Les colonnes avec leur largeur ; un texte plus long qu'elle y revient à la ligne.

    sommes: total de chaque colonne ; vide si le tableau n'en a pas.
    """
    reglees = [_reglee(c, [*(ligne[j] for ligne in lignes), *sommes[j : j + 1]]) for j, c in enumerate(colonnes)]
    premiere = next((j for j, s in enumerate(sommes) if s is not None), 0)
    manque = len(LIBELLE_TOTAL) + 3 - sum(c.largeur or 0 for c in reglees[:premiere])
    if premiere and manque > 0:
        # Le libellé du total déborde sur les colonnes que rien ne totalise, jusqu'à la première qui l'est.
        avant = reglees[premiere - 1]
        reglees[premiere - 1] = replace(avant, largeur=(avant.largeur or 0) + manque)
    return reglees


def _reglee(colonne: Colonne, cases: Sequence[Any]) -> Colonne:
    if colonne.largeur is not None:
        return colonne
    titre = max(len(mot) for mot in colonne.titre.split()) + (4 if colonne.nature in A_GAUCHE else 6)
    longueur = max([titre, *(_longueur(v, colonne.nature) for v in cases)])
    nature = "paragraphe" if colonne.nature == "texte" and longueur > LARGEUR_MAX else colonne.nature
    return replace(colonne, nature=nature, largeur=min(max(longueur, LARGEUR_MIN), LARGEUR_MAX))


def _longueur(valeur: Any, nature: str) -> int:
    """Largeur d'une valeur affichée, en caractères."""
    if isinstance(valeur, Case):
        valeur, nature = valeur.valeur, valeur.nature
    if valeur is None:
        return 0
    if isinstance(valeur, str):
        return len(valeur) + 3
    if nature == "date":
        return 12
    decimales = {"entier": 0, "annee": 0}.get(nature, 2)
    return len(f"{valeur:,.{decimales}f}") + (4 if nature in ("heures", "part", "pourcent", "points") else 2)


def _dans_une_formule(titre: str) -> str:
    """Un titre de colonne dans une formule : ce qui y a un sens pour le tableur est échappé."""
    return re.sub(r"(['#\[\]@])", r"'\1", titre)


def _imprimable(texte: str) -> str:
    """Un texte d'en-tête ou de pied de page : « & » y annonce un code."""
    return texte.replace("&", "&&")
