"""Comment un fichier s'écrit : encodage, séparateur, titres, nombres et dates, texte ou classeur."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path

INSECABLE = "\u00a0"


class Mois(dt.date):
    """Un mois, tenu à son premier jour."""


Cellule = str | int | bool | Decimal | dt.date | None
Ligne = dict[str, Cellule]


@dataclass
class Table:
    """Lignes d'un fichier avant écriture, et ce qui les entoure."""

    entetes: dict[str, str]
    """En-tête de chaque colonne, dans l'ordre du fichier."""
    lignes: list[Ligne]
    somme: str = ""
    """Colonne dont une ligne TOTAL donne la somme ; aucune si vide."""
    ecart_total: Decimal = Decimal(0)
    """Ce qui manque à la ligne TOTAL pour être juste."""
    vides_apres: set[int] = field(default_factory=set)
    """Rangs des lignes suivies d'une ligne faite de séparateurs."""
    groupe: str = ""
    """Colonne fusionnée : une valeur par groupe, suivi de sa ligne TOTAL ; une dernière finit le tableau."""
    sommes: tuple[str, ...] = ()
    """Colonnes dont ces lignes TOTAL donnent les sommes."""


@dataclass(frozen=True)
class Livraison:
    """Un fichier et l'heure (UTC) de son dépôt."""

    dossier: str
    fichier: str
    depose_le: dt.datetime

    @property
    def chemin(self) -> str:
        """Chemin sous depots/."""
        return f"{self.dossier}/{self.fichier}"


@dataclass(frozen=True)
class Facon:
    """Une façon d'écrire un fichier ; par défaut celle d'ABC Clauses."""

    encodage: str = "cp1252"
    separateur: str = ";"
    titres: tuple[str, ...] = ()
    """Lignes au-dessus de l'en-tête."""
    entetes: dict[str, str] = field(default_factory=dict)
    """En-têtes écrits autrement que dans l'export habituel."""
    decimales: str = ","
    date: str = "%d/%m/%Y"
    mois: str = "%m/%Y"
    total: tuple[str, ...] = ("TOTAL",)
    """Premières cellules de la ligne de total."""
    classeur: str = ""
    """Nom de la feuille d'un .xlsx (vide si chaque table porte le sien) ; texte si vide."""
    numeriques: tuple[str, ...] = ()
    """Colonnes de chiffres qu'un tableur prend pour des nombres : elles perdent leurs zéros de tête."""


def ecrire(chemin: Path, table: Table, facon: Facon) -> None:
    """Écrit une table de cette façon. Les mêmes données donnent les mêmes octets."""
    if facon.classeur:
        ecrire_classeur(chemin, {facon.classeur: table}, facon)
        return
    # Un tableur écrit « CSV » en CRLF et ne met entre guillemets que ce qui le demande.
    texte = io.StringIO(newline="")
    ecrivain = csv.writer(texte, delimiter=facon.separateur, lineterminator="\r\n")
    largeur = len(table.entetes)
    for titre in facon.titres:
        ecrivain.writerow([titre] + [""] * (largeur - 1))
    ecrivain.writerow([facon.entetes.get(c, e) for c, e in table.entetes.items()])
    for cellules in _lignes(table, facon):
        ecrivain.writerow([_en_texte(c, facon) for c in cellules])
    chemin.write_bytes(texte.getvalue().encode(facon.encodage))


def _lignes(table: Table, facon: Facon) -> Iterator[list[Cellule]]:
    if table.groupe:
        yield from _lignes_groupees(table, facon)
        return
    vide: list[Cellule] = [""] * len(table.entetes)
    for rang, ligne in enumerate(table.lignes):
        yield [ligne.get(c) for c in table.entetes]
        if rang in table.vides_apres:
            yield vide
    if table.somme:
        somme = sum((v for ligne in table.lignes if isinstance(v := ligne[table.somme], Decimal)), table.ecart_total)
        total = [*facon.total, *vide[len(facon.total) :]]
        total[list(table.entetes).index(table.somme)] = somme
        yield total


def _lignes_groupees(table: Table, facon: Facon) -> Iterator[list[Cellule]]:
    for _, groupe in groupby(table.lignes, lambda ligne: ligne[table.groupe]):
        lignes = list(groupe)
        for rang, ligne in enumerate(lignes):
            yield [None if rang and c == table.groupe else ligne.get(c) for c in table.entetes]
        yield _total(table, lignes, facon, Decimal(0))
    yield _total(table, table.lignes, facon, table.ecart_total)


def _total(table: Table, lignes: list[Ligne], facon: Facon, ecart: Decimal) -> list[Cellule]:
    """Ligne TOTAL de ces lignes ; l'écart manque à la première somme."""
    total: dict[str, Cellule] = dict(zip(table.entetes, facon.total, strict=False))
    for colonne in table.sommes:
        total[colonne] = sum(v for ligne in lignes if isinstance(v := ligne[colonne], int)) + int(ecart)
        ecart = Decimal(0)
    return [total.get(c) for c in table.entetes]


def _fusions(table: Table) -> Iterator[tuple[int, int, str]]:
    """Groupes de plusieurs lignes : première, dernière (la première du tableau est 0) et valeur commune."""
    debut = 0
    for valeur, groupe in groupby(table.lignes if table.groupe else (), lambda ligne: ligne[table.groupe]):
        fin = debut + len(list(groupe)) - 1
        if fin > debut:
            yield debut, fin, str(valeur)
        debut = fin + 2  # la ligne TOTAL du groupe


def _en_texte(cellule: Cellule, facon: Facon) -> str:
    if cellule is None:
        return ""
    if isinstance(cellule, bool):
        return "O" if cellule else "N"
    if isinstance(cellule, Mois):
        return cellule.strftime(facon.mois)
    if isinstance(cellule, dt.date):
        return cellule.strftime(facon.date)
    if isinstance(cellule, Decimal):
        if facon.decimales == ".":
            return f"{cellule:.2f}"
        return f"{cellule:,.2f}".replace(",", INSECABLE).replace(".", ",")
    return str(cellule)


def ecrire_classeur(chemin: Path, feuilles: Mapping[str, Table], facon: Facon) -> None:
    """Écrit un .xlsx, une table par feuille nommée. Une table sans colonne donne une feuille vide."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(chemin)) as classeur:
        # Sans date fixée, le classeur porterait l'heure de sa création et changerait d'octets à chaque fois.
        classeur.set_properties({"created": dt.datetime(2018, 1, 1)})
        jour, mois = (classeur.add_format({"num_format": f}) for f in ("dd/mm/yyyy", "mm/yyyy"))
        nombre = classeur.add_format({"num_format": "#,##0.00"})
        for nom_feuille, table in feuilles.items():
            feuille = classeur.add_worksheet(nom_feuille)
            if not table.entetes:
                continue
            for rang, titre in enumerate(facon.titres):
                feuille.write_string(rang, 0, titre)
            sous = len(facon.titres)
            feuille.write_row(sous, 0, [facon.entetes.get(c, e) for c, e in table.entetes.items()])
            for rang, cellules in enumerate(_lignes(table, facon), sous + 1):
                for colonne, (nom, cellule) in enumerate(zip(table.entetes, cellules, strict=True)):
                    if cellule is None or cellule == "":
                        continue
                    if isinstance(cellule, Mois):
                        feuille.write_datetime(rang, colonne, dt.datetime.combine(cellule, dt.time()), mois)
                    elif isinstance(cellule, dt.date):
                        feuille.write_datetime(rang, colonne, dt.datetime.combine(cellule, dt.time()), jour)
                    elif isinstance(cellule, Decimal):
                        feuille.write_number(rang, colonne, float(cellule), nombre)
                    elif isinstance(cellule, int) and not isinstance(cellule, bool):
                        feuille.write_number(rang, colonne, cellule)
                    elif nom in facon.numeriques and str(cellule).isdecimal():
                        feuille.write_number(rang, colonne, int(str(cellule)))
                    else:
                        feuille.write_string(rang, colonne, _en_texte(cellule, facon))
            for debut, fin, valeur in _fusions(table):
                colonne = list(table.entetes).index(table.groupe)
                feuille.merge_range(sous + 1 + debut, colonne, sous + 1 + fin, colonne, valeur)
