"""L'atelier : de quoi tirer des lignes, les mettre en forme de toutes les façons permises, et écrire les fichiers."""

from __future__ import annotations

import calendar
import codecs
import csv
import datetime as dt
import io
import os
import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from catalogue import Cellule, Livraison, Tableau, sources

MARQUE = "kzwq"
"""Début d'un mot que portent tous les noms, prénoms et courriels des personnes, et elles seules."""

PAS_D_ESPACE_FINE = {"cp1252"}
FORMATS_CSV = [
    {"type": "csv", "encodage": e, "separateur": s}
    for e, s in (
        ("cp1252", ";"),
        ("utf-8", ","),
        ("utf-8-sig", "\t"),
        ("utf-16", "|"),
        ("cp1252", "\t"),
        ("utf-8-sig", ";"),
        ("utf-16-be", ";"),
        ("utf-8", "|"),
        ("cp1252", ","),
    )
]
FORMATS = [*FORMATS_CSV[:3], {"type": "xlsx"}, *FORMATS_CSV[3:6], {"type": "xlsx"}, *FORMATS_CSV[6:]]

MOTS = ["Bâti", "Propreté", "Côte", "Vallée", "Insertion", "Services", "Travaux", "Étoile", "Horizon", "L'Atelier",
        "Espaces verts", "Multi-Services", "Relais", "Façades", "Peinture"]  # fmt: skip
VILLES = ["Dijon", "Beaune", "Longvic", "Talant", "Auxonne", "Genlis"]
QUARTIERS = ["Fontaine d'Ouche", "Les Grésilles", "Le Mail", "Le Belvédère", "Le Bief du Moulin"]

NUMEROS = ("id_", "num_lot", "num_offre", "num_reponse", "code_projet", "identifiant", "fiche")
"""Débuts des colonnes qui portent un numéro ou un code : leur casse et leurs espaces ne comptent pas."""
CODES = ("code_postal", "departement", "territoire")
"""Colonnes de chiffres qu'Excel prend pour des nombres."""

Ligne = dict[str, Any]
"""Valeurs d'une ligne par nom de colonne, avant d'être écrites ; Brut marque celles qui s'écrivent telles quelles."""


@dataclass(frozen=True)
class Brut:
    """Contenu exact d'une cellule, sans mise en forme : c'est ainsi que s'écrit un défaut."""

    contenu: Cellule


@dataclass(frozen=True)
class Structure:
    """Une structure et ce qui la désigne."""

    nom: str
    siret: str | None
    type: str
    autre_nom: str | None = None


@dataclass(frozen=True)
class Defauts:
    """Ce qui peut gâter les lignes d'une source.

    requises: cellules requises qu'une ligne ne peut pas porter, et facultatives, à vider ou à noter. differente:
    colonne qui distingue deux lignes de même clé, et son autre valeur. neuve: colonne de la clé, faite de texte libre,
    qui reçoit un numéro neuf.
    """

    requises: list[tuple[str, Cellule]]
    facultatives: list[tuple[str, Cellule]]
    differente: tuple[str, Any | Callable[[Any], Any]]
    neuve: str


@dataclass(frozen=True)
class Pied:
    """Une ligne TOTAL : son mot, et ce qu'elle porte par colonne."""

    mot: str
    sommes: dict[str, float]


def ecrire(livraisons: Sequence[Livraison], depots: Path) -> None:
    """Écrit les fichiers sous depots/, avec leur date de modification.

    Un fichier déjà écrit à l'identique n'est pas touché : c'est ainsi que deux nuits se suivent. Les livraisons d'un
    même chemin sont les feuilles d'un même classeur.
    """
    par_chemin: dict[str, list[Livraison]] = {}
    for livraison in livraisons:
        par_chemin.setdefault(livraison.chemin, []).append(livraison)
    for nom, ensemble in par_chemin.items():
        chemin = depots / nom
        chemin.parent.mkdir(parents=True, exist_ok=True)
        premiere = ensemble[0]
        if premiere.copie_de:
            chemin.write_bytes((depots / premiere.copie_de).read_bytes())
        elif premiere.format["type"] == "xlsx":
            _ecrire_classeur(ensemble, chemin)
        else:
            _ecrire_csv(premiere, chemin)
        os.utime(chemin, (premiere.ecrit_le.timestamp(),) * 2)


# --- écriture ------------------------------------------------------------------------------------------------


def _titre(tableau: Tableau) -> list[list[str]]:
    """Lignes au-dessus de l'en-tête."""
    titres = [
        "Export ABC Clauses ; secteur BTP",
        f"Édité par Zoé {MARQUE.capitalize()}editeur",
        "",
        "Ne pas modifier",
        "",
    ]
    return [[titres[i % len(titres)]] for i in range(tableau.entete_ligne - 1)]


def _ecrire_csv(livraison: Livraison, chemin: Path) -> None:
    f = livraison.format
    tampon = io.StringIO()
    mode = csv.QUOTE_ALL if f.get("guillemets") else csv.QUOTE_MINIMAL
    fin = f.get("fin", "\r\n")
    ecrivain = csv.writer(tampon, delimiter=f["separateur"], lineterminator=fin, quoting=mode)
    for ligne in _titre(livraison.tableaux[0]):
        ecrivain.writerow(ligne + [None] * f.get("titre_large", 0) if ligne != [""] else [])
    if not f.get("sans_entete"):
        ecrivain.writerow(f["entetes"])
    for cellules in livraison.lignes:
        if not cellules:
            tampon.write(fin)
        else:
            ecrivain.writerow(["" if c is None else str(c) for c in cellules])
    texte = tampon.getvalue()
    if f.get("sans_fin") and livraison.lignes and livraison.lignes[-1]:
        texte = texte.removesuffix(fin)
    octets = texte.encode(f["encodage"])
    chemin.write_bytes((codecs.BOM_UTF16_BE if f["encodage"] == "utf-16-be" else b"") + octets)


def _ecrire_classeur(livraisons: list[Livraison], chemin: Path) -> None:
    classeur = openpyxl.Workbook()
    classeur.remove(classeur.active)
    f = livraisons[0].format
    notice = f.get("notice", "Notice")
    if f.get("notice_devant"):
        classeur.create_sheet(notice)
    for livraison in livraisons:
        if livraison.format.get("sans_feuille"):
            continue
        for tableau in livraison.tableaux:
            feuille = classeur.create_sheet(tableau.nom or "Feuil1")
            _ecrire_feuille(tableau, feuille)
            for debut, fin in _groupes(tableau, livraison.format.get("fusion")):
                feuille.merge_cells(f"{debut}:{fin}")
    for nom in f.get("feuilles_vides", []):
        classeur.create_sheet(nom)
    if notice not in classeur.sheetnames:
        classeur.create_sheet(notice)
    classeur[notice].append(["Cette feuille explique le fichier ; elle ne porte aucune donnée."])
    # Une date de création qui change ferait d'un même tirage deux fichiers différents.
    classeur.properties.created = classeur.properties.modified = dt.datetime(2000, 1, 1)
    classeur.save(chemin)
    _dater_archive(chemin)
    if all(x.illisible and not x.format.get("sans_feuille") for x in livraisons):
        chemin.write_bytes(chemin.read_bytes()[: chemin.stat().st_size // 2])


def _ecrire_feuille(tableau: Tableau, feuille: Any) -> None:
    for ligne in _titre(tableau):
        feuille.append(ligne)
    if tableau.entete_ligne > 1:
        # Une cellule vide au moins par ligne de titre, ou openpyxl ne compte pas la ligne.
        feuille.cell(row=tableau.entete_ligne - 1, column=1)
    for rang, entete in enumerate(tableau.entetes, 1):
        feuille.cell(row=tableau.entete_ligne, column=rang, value=entete)
    for i, cellules in enumerate(tableau.lignes):
        for j, contenu in enumerate(cellules, 1):
            if contenu is None:
                continue
            cellule = feuille.cell(row=tableau.entete_ligne + 1 + i, column=j, value=contenu)
            if isinstance(contenu, dt.date):
                cellule.number_format = "DD/MM/YYYY"


def _groupes(tableau: Tableau, colonne: str | None) -> list[tuple[str, str]]:
    """Cellules à fusionner : une remplie et les vides sous elle, sans franchir de TOTAL ni de ligne vide."""
    if colonne is None:
        return []
    rang = tableau.colonnes.index(colonne)
    lettre = openpyxl.utils.get_column_letter(rang + 1)
    rendus: list[list[int]] = []
    for numero, cellules in enumerate(tableau.lignes, tableau.entete_ligne + 1):
        pied = any(str(c or "").startswith("TOTAL") for c in cellules[:2])
        remplie = rang < len(cellules) and cellules[rang] is not None
        if remplie and not pied:
            rendus.append([numero, numero])
        elif rendus and rendus[-1][1] == numero - 1 and any(c is not None for c in cellules) and not pied:
            rendus[-1][1] = numero
    return [(f"{lettre}{debut}", f"{lettre}{fin}") for debut, fin in rendus if fin > debut]


def _dater_archive(chemin: Path) -> None:
    """Réécrit l'archive avec des dates fixes : mêmes cellules, mêmes octets."""
    import zipfile

    with zipfile.ZipFile(chemin) as archive:
        parties = [(i.filename, archive.read(i)) for i in archive.infolist()]
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, contenu in parties:
            if nom == "docProps/core.xml":
                debut, _, reste = contenu.decode().partition("<dcterms:modified")
                contenu = (debut + reste.partition("</dcterms:modified>")[2]).encode()
            archive.writestr(zipfile.ZipInfo(nom, (2000, 1, 1, 0, 0, 0)), contenu)


def sans_accents(texte: str) -> str:
    """Texte sans ses accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c))


# --- tirage --------------------------------------------------------------------------------------------------


class Atelier:
    """De quoi tirer et écrire les livraisons d'un tirage ; chaque axe a le sien."""

    def __init__(
        self, graine: int, annees: tuple[int, int], taille: float, nuit: dt.date, arrete: dt.date, deux_nuits: bool
    ) -> None:
        self.h = random.Random(f"{type(self).__name__} {graine}")
        self.fautes = random.Random(f"{type(self).__name__} {graine}, fautes de frappe")
        self.annees = annees
        self.taille = taille
        self.nuit = nuit
        self.arrete = arrete
        self.premiere_nuit = nuit - dt.timedelta(days=7) if deux_nuits else nuit
        self.formats = FORMATS[:]
        self.h.shuffle(self.formats)
        self.rang_format = 0
        self.horloge = dt.datetime.combine(self.premiere_nuit, dt.time(0)) - dt.timedelta(days=3)
        self.neuf = 0
        self.impair = bool(graine % 2)

    # --- briques ---

    def jour(self, debut: dt.date, fin: dt.date) -> dt.date:
        return debut + dt.timedelta(days=self.h.randint(0, max(0, (fin - debut).days)))

    def chance(self, p: float) -> bool:
        return self.h.random() < p

    def numero(self) -> int:
        self.neuf += 1
        return self.neuf

    def marque(self) -> str:
        """Mot unique qui désigne une personne."""
        return MARQUE + "".join(self.h.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(6))

    def identite(self) -> Ligne:
        """Nom, prénom et naissance d'une personne neuve."""
        return {
            "nom": self.marque().capitalize(),
            "prenom": f"{self.h.choice(['Élodie', 'Noël', 'Zoé', 'Inès', 'Jérôme'])}-{self.marque()}",
            "date_naissance": self.jour(dt.date(1945, 1, 1), dt.date(self.annees[0] - 17, 1, 1)),
        }

    def autrement(self, personne: Ligne) -> Ligne:
        """La même identité, écrite autrement une fois sur trois."""
        if not self.chance(0.33):
            return personne
        prenom = sans_accents(personne["prenom"]).replace("-", " ")
        return {**personne, "nom": personne["nom"].upper(), "prenom": prenom}

    def structures(self, n: int, connues: Sequence[Structure] = ()) -> list[Structure]:
        """Structures neuves : sans SIRET, à zéros de tête ou sous un second nom parfois ; et quelques connues."""
        neuves = [
            Structure(
                f"{self.h.choice(MOTS)} {self.h.choice(MOTS)} {self.h.choice(VILLES)} {self.numero() + 500}",
                None if i % 7 == 3 else self.siret(zeros=i % 5 == 0),
                "Entreprise",
                f"Groupe {self.h.choice(MOTS)} {self.numero() + 500}" if i % 9 == 5 and i % 7 != 3 else None,
            )
            for i in range(n)
        ]
        return [*neuves, *self.h.sample(list(connues), min(len(connues), n // 4))]

    def siret(self, *, zeros: bool = False) -> str:
        """SIRET valide, avec des zéros de tête si demandé."""
        siren = cle_luhn(
            f"00{self.h.randint(10**5, 10**6 - 1)}" if zeros else str(self.h.randint(3 * 10**7, 9 * 10**7))
        )
        return cle_luhn(siren + f"{self.h.randint(1, 999):0>4}"[:4])

    def optionnelle(self, source: str, colonne: str) -> str | None:
        """Une modalité, ou rien une fois sur cinq."""
        return self.h.choice(modalites_de(source, colonne)) if self.chance(0.8) else None

    def graphie(self, nom: str, *, ponctuation: bool = True) -> str:
        """Le même nom, écrit autrement une fois sur trois."""
        facons: list[Callable[[str], str]] = [
            str.upper,
            str.lower,
            sans_accents,
            lambda n: n.replace(" ", "  "),
            lambda n: sans_accents(n).upper(),
        ]
        if ponctuation:
            facons += [
                lambda n: n.replace("'", "’"),
                lambda n: n.replace(" ", "-"),
                lambda n: n + ".",
                lambda n: n.replace(" de ", " de, "),
            ]
        return self.h.choice(facons)(nom) if self.chance(0.33) else nom

    def change_de_graphie(self, lignes: list[Ligne], colonne: str, jour: str, texte: str) -> list[Ligne]:
        """Deux lignes avant l'arrêté, quatre après sous une autre graphie, qui ne compte donc pas encore."""
        avant, apres = (
            [x for x in lignes if (x[jour] <= self.arrete) is passe and not isinstance(x[colonne], Brut)]
            for passe in (True, False)
        )
        for x in self.h.sample(avant, min(2, len(avant))):
            x[colonne] = texte
        for x in self.h.sample(apres, min(4, len(apres))):
            x[colonne] = texte.upper()
        return lignes

    def designer(self, ligne: Ligne, nom: str, siret: str) -> Ligne:
        """Remplace la structure d'une ligne par un nom et, s'il y en a un, son SIRET."""
        structure: Structure | None = ligne.get("_structure")
        if structure is None:
            return ligne
        autre = structure.autre_nom is not None and self.chance(0.25)
        # Sous son second nom, seul le SIRET rattache la structure à elle-même.
        avec_siret = structure.siret and (autre or self.chance(0.75))
        ecrit = structure.autre_nom if autre and structure.autre_nom else structure.nom
        if self.fautes.random() < 0.04:
            i = self.fautes.randrange(len(ecrit))
            ecrit = ecrit[:i] + ecrit[i] + ecrit[i:]
        numero = structure.siret if avec_siret else None
        # Un SIREN qui commence par zéro le perd dans un tableur, et ne se lit plus.
        if numero and not numero.startswith("0") and self.fautes.random() < 0.15:
            numero = numero[:9]
        return {**{k: v for k, v in ligne.items() if k != "_structure"}, nom: self.graphie(ecrit), siret: numero}

    def cellule(
        self, valeur: Any, type_: str, classeur: bool, encodage: str | None, cle: bool, code: bool = False
    ) -> Cellule:
        """Une façon permise d'écrire une valeur."""
        if isinstance(valeur, Brut):
            return valeur.contenu
        if type_ == "ouinon":
            return self.h.choice(
                [["N", "Non", "0", "Faux", None, "non", *([False, 0] if classeur else [])],
                 ["O", "Oui", "X", "1", "Vrai", "x", "OUI", *([True, 1, 1.0] if classeur else [])]][bool(valeur)]
            )  # fmt: skip
        if valeur is None:
            return None
        if type_ in ("decimal", "entier"):
            return self.nombre(valeur, classeur, encodage)
        if type_ in ("date", "mois"):
            return self.date(valeur, type_, classeur)
        if type_ == "siret":
            if classeur and self.chance(0.5):
                return int(valeur)
            if valeur.startswith("0") and self.chance(0.4):
                return str(int(valeur))
            espace = self.h.choice(["", "", " ", "\u00a0"])
            return espace.join((valeur[:3], valeur[3:6], valeur[6:9], valeur[9:]))
        texte = str(valeur)
        if code and texte.isdecimal() and self.chance(0.4):
            return int(texte) if classeur else str(int(texte))
        if cle and texte.isdecimal() and classeur and self.chance(0.6):
            return int(texte) if self.chance(0.5) else float(texte)
        if cle and self.chance(0.15):
            texte = self.h.choice([texte.lower(), f" {texte} "])
        return texte

    def nombre(self, valeur: float, classeur: bool, encodage: str | None) -> Cellule:
        if classeur and self.chance(0.7):
            return float(valeur) if self.chance(0.2) else valeur
        texte = f"{valeur:.2f}" if isinstance(valeur, float) else str(valeur)
        if self.chance(0.4) and "." in texte and texte.endswith("0"):
            texte = texte.rstrip("0").rstrip(".")
        entier, _, decimales = texte.partition(".")
        if len(entier) > 3 and self.chance(0.6):
            milliers = self.h.choice([" ", "\u00a0"] + ([] if encodage in PAS_D_ESPACE_FINE else ["\u202f"]))
            entier = f"{entier[:-3]}{milliers}{entier[-3:]}"
        return f"{entier}{self.h.choice(',,.')}{decimales}" if decimales else entier

    def date(self, valeur: dt.date, type_: str, classeur: bool) -> Cellule:
        if classeur and self.chance(0.7):
            return valeur.replace(day=15) if type_ == "mois" and self.chance(0.3) else valeur
        if type_ == "mois":
            return self.h.choice([f"{valeur:%m/%Y}", f"{valeur:%Y-%m}"])
        return self.h.choice([f"{valeur:%d/%m/%Y}", f"{valeur:%d/%m/%y}", f"{valeur:%Y-%m-%d}"])

    def entete(self, texte: str) -> str:
        """L'en-tête, écrit autrement une fois sur deux."""
        facons: list[Callable[[str], str]] = [
            str.upper,
            lambda t: sans_accents(t.replace("°", "\0")).replace("\0", "°"),
            lambda t: t.replace("'", "’"),
            lambda t: f" {t}  ",
            lambda t: t.replace(" ", "  "),
            str.lower,
        ]
        return self.h.choice(facons)(texte) if self.chance(0.5) else texte

    def livraison(
        self,
        source: str,
        chemin: str,
        date_nom: dt.date,
        lignes: Sequence[Ligne | Pied],
        *,
        nuit: dt.date | None = None,
        total: str | None = None,
        total_faux: bool = False,
        doublons: bool = True,
        format_: dict[str, Any] | None = None,
        nu: bool = False,
        feuille: str = "",
    ) -> Livraison:
        """Met en forme des lignes : colonnes, en-tête, graphies, lignes vides, TOTAL, doublons exacts.

        chemin: sans suffixe. total: colonne sommée en pied, d'une somme qui
        peut être fausse. nu: aucune ligne ajoutée. feuille: nom de la feuille, s'il compte.
        """
        choisi = self.format(source, format_)
        t = self.tableau(
            source, lignes, choisi, nom=feuille, total=total, total_faux=total_faux, doublons=doublons, nu=nu
        )
        choisi["entetes"] = t.entetes
        rendue = self.deposee(source, chemin, date_nom, nuit, choisi)
        rendue.colonnes, rendue.entete_ligne, rendue.lignes = t.colonnes, t.entete_ligne, t.lignes
        rendue.feuille = feuille
        return rendue

    def classeur(
        self,
        source: str,
        chemin: str,
        date_nom: dt.date,
        feuilles: dict[str, list[Ligne]],
        *,
        nuit: dt.date | None = None,
        nu: bool = False,
    ) -> Livraison:
        """Met en forme plusieurs tableaux d'un même classeur, lus ensemble ; une feuille sans ligne reste vide."""
        choisi = self.format(source, {"type": "xlsx"})
        choisi["feuilles_vides"] = [nom for nom, lignes in feuilles.items() if not lignes]
        rendue = self.deposee(source, chemin, date_nom, nuit, choisi)
        rendue.feuilles = [
            self.tableau(source, lignes, choisi, nom=nom, nu=nu) for nom, lignes in feuilles.items() if lignes
        ]
        return rendue

    def format(self, source: str, impose: dict[str, Any] | None) -> dict[str, Any]:
        """Le format d'un fichier : l'imposé, ou le suivant de la liste ; un classeur attendu reste un classeur."""
        if impose is None and definition_xlsx(source):
            impose = {"type": "xlsx"}
        choisi = {**(impose or self.formats[self.rang_format % len(self.formats)])}
        self.rang_format += impose is None
        choisi["guillemets"] = self.chance(0.2)
        choisi["fin"] = "\r\n" if self.chance(0.7) else "\n"
        choisi["sans_fin"] = self.chance(0.2)
        choisi["notice_devant"] = self.chance(0.3)
        return choisi

    def deposee(
        self, source: str, chemin: str, date_nom: dt.date, nuit: dt.date | None, choisi: dict[str, Any]
    ) -> Livraison:
        """Une livraison encore sans tableau."""
        self.horloge += dt.timedelta(minutes=7)
        suffixe = ".xlsx" if choisi["type"] == "xlsx" else self.h.choice([".csv", ".csv", ".CSV"])
        return Livraison(
            source=source,
            chemin=chemin + suffixe,
            date_nom=date_nom,
            nuit=nuit or self.nuit,
            ecrit_le=self.horloge,
            colonnes=[],
            entete_ligne=1,
            lignes=[],
            format=choisi,
        )

    def tableau(
        self,
        source: str,
        lignes: Sequence[Ligne | Pied],
        choisi: dict[str, Any],
        *,
        nom: str = "",
        total: str | None = None,
        total_faux: bool = False,
        doublons: bool = True,
        nu: bool = False,
    ) -> Tableau:
        """Un tableau : colonnes, en-tête, graphies, lignes vides, TOTAL, doublons exacts."""
        classeur = choisi["type"] == "xlsx"
        definition = sources()[source]
        attendues = [c for c in definition.colonnes if not c.nom_de_feuille]
        colonnes: list[str | None] = [c.nom for c in attendues]
        entetes = {c.nom: self.entete(c.entete) for c in attendues}
        reste = colonnes[1:]
        if self.chance(0.4):
            self.h.shuffle(reste)
        colonnes = [colonnes[0], *reste]
        if self.chance(0.4):
            colonnes.insert(self.h.choice([0, 2, len(colonnes)]), None)
        decomposable = classeur or choisi["encodage"].startswith("utf")
        if decomposable and self.chance(0.3):
            # Accents décomposés, comme en écrivent certains postes.
            entetes = {nom: unicodedata.normalize("NFD", texte) for nom, texte in entetes.items()}
        choisi["titre_large"] = self.h.choice([0, 0, len(colonnes) - 1])
        par_nom = {c.nom: c for c in attendues}

        def cellules(ligne: Ligne) -> list[Cellule]:
            rendues: list[Cellule] = []
            for c in colonnes:
                if c is None:
                    # Une colonne que le contrat ignore peut elle aussi nommer quelqu'un.
                    rendues.append(self.h.choice(["vu", None, f"suivi par {self.marque()}"]))
                    continue
                valeur = ligne.get(c)
                if isinstance(valeur, str) and (par_nom[c].modalites or c == "qpv"):
                    valeur = self.modalite(valeur)
                    if decomposable and self.chance(0.05):
                        valeur = unicodedata.normalize("NFD", valeur)
                cle = c.startswith(NUMEROS)
                type_ = par_nom[c].type
                rendues.append(self.cellule(valeur, type_, classeur, choisi.get("encodage"), cle, c in CODES))
            return rendues

        def pied(p: Pied) -> list[Cellule]:
            rendu: list[Cellule] = [None] * len(colonnes)
            for colonne, somme in p.sommes.items():
                rendu[colonnes.index(colonne)] = self.nombre(somme, classeur, choisi.get("encodage"))
            libres = [rang for rang in (0, 1) if rendu[rang] is None]
            rendu[self.h.choice(libres)] = p.mot
            return rendu

        # Certains outils n'écrivent pas les cellules vides en fin de ligne.
        courtes = self.chance(0.25)
        requises = [c.nom for c in attendues if c.requis and c.type != "ouinon"]
        ecrites: list[list[Cellule]] = []
        lisibles: list[Ligne] = []

        def ajouter(ligne: Ligne | Pied, rang: int) -> None:
            if isinstance(ligne, Pied):
                ecrites.insert(rang, pied(ligne))
                return
            ecrite = cellules(ligne)
            ecrites.insert(rang, _sans_fin_vide(ecrite) if courtes else ecrite)
            if not any(ligne.get(c) is None or isinstance(ligne[c], Brut) for c in requises):
                lisibles.append(ligne)

        for ligne in lignes:
            ajouter(ligne, len(ecrites))
        if doublons and not nu:
            saines = [x for x in lignes if isinstance(x, dict) and not any(isinstance(v, Brut) for v in x.values())]
            for x in self.h.sample(saines, min(len(saines), self.h.randint(1, 3))):
                # Mêmes textes, mais nombres et dates écrits autrement : typées, les deux lignes n'en font qu'une.
                ajouter(x, self.h.randint(0, len(ecrites)))
        if not nu:
            for _ in range(self.h.randint(0, 3)):
                vide: list[Cellule] = self.h.choice([[], [None] * len(colonnes), [" \u00a0"] * len(colonnes)])
                ecrites.insert(self.h.randint(min(1, len(ecrites) - 1), len(ecrites) - 1), vide)
        if total:
            somme = sum(x[total] for x in lisibles if isinstance(x.get(total), int | float))
            ecrites.append(
                pied(
                    Pied(
                        self.h.choice(["TOTAL", "Total général", "TOTAL "]),
                        {total: round(somme + 100 * total_faux, 2)},
                    )
                )
            )
        if not nu and not classeur and self.chance(0.5):
            ecrites.append([None] * len(colonnes))
        return Tableau(
            nom,
            colonnes,
            1 if nu else self.h.choice([1, 1, 1, 3, 5, 12, 30]),
            ecrites,
            [entetes[c] if c else "Colonne de travail" for c in colonnes],
        )

    def modalite(self, texte: str) -> str:
        """La même modalité : casse, accents, apostrophe ou espaces autour changent une fois sur quatre."""
        if not self.chance(0.25):
            return texte
        facon: Callable[[str], str] = self.h.choice(
            [str.upper, sans_accents, lambda t: t.replace("'", "’"), lambda t: f" {t} ", str.lower]
        )
        return facon(texte)

    def avec_defauts(self, source: str, lignes: list[Ligne], defauts: Defauts) -> list[Ligne]:
        """Ajoute des lignes inutilisables ou en double, et gâte quelques cellules facultatives."""
        rendues = [dict(x) for x in lignes]
        for colonne, contenu in defauts.facultatives:
            ligne = self.h.choice([x for x in rendues if not any(isinstance(v, Brut) for v in x.values())])
            ligne[colonne] = Brut(contenu)
            if colonne == "date_naissance":
                # Sa date perdue, la nuit aurait à dire si elle est encore la même personne : c'en est une autre.
                ligne |= {k: v for k, v in self.identite().items() if k != colonne}
        ajoutees: list[Ligne] = []

        def neuve() -> Ligne:
            rendue = {**self.h.choice(lignes), defauts.neuve: f"Z{self.numero():05d}"}
            if "nom" in rendue:
                rendue |= {k: v for k, v in self.identite().items() if k != "date_naissance"}
            return rendue

        for colonne, contenu in defauts.requises:
            ajoutees.append({**neuve(), colonne: Brut(contenu)})
        # Une ligne inutilisable n'est pas le doublon de la bonne qui porte la même clé.
        colonne, contenu = defauts.requises[0]
        ajoutees.append({**self.h.choice(lignes), colonne: Brut(contenu)})
        # Même clé, valeurs différentes : aucune n'est prise.
        double = neuve()
        texte, autre = defauts.differente
        ajoutees += [
            double,
            {
                **double,
                texte: autre(double[texte]) if callable(autre) else autre,
                defauts.neuve: f" {double[defauts.neuve].lower()}",
            },
        ]
        for x in ajoutees:
            rendues.insert(self.h.randint(0, len(rendues)), x)
        return rendues

    def envois(
        self,
        source: str,
        lignes: list[Ligne],
        defauts: Defauts,
        vieillir: Callable[[Ligne], Ligne],
        **format_: Any,
    ) -> list[Livraison]:
        """Les envois d'une source complète : un ancien, le dernier, et un plus ancien encore qui arrive après lui."""
        a2 = self.annees[1]
        ancien, final, tardif = dt.date(a2, 11, 3), dt.date(a2 + 1, 1, 4), dt.date(a2, 6, 30)
        rendus = []
        for jour, nuit, dites in (
            (ancien, self.premiere_nuit, [vieillir(x) for x in lignes if self.chance(0.9)]),
            (final, self.premiere_nuit, self.avec_defauts(source, lignes, defauts)),
            (tardif, self.nuit, [vieillir(x) for x in lignes if self.chance(0.8)]),
        ):
            dossier = self.h.choice(["", "envois/", "pole/2e envoi/"])
            suffixe = self.h.choice(["", "", "_v2", " (1)"]) if jour == final else ""
            nom = source.upper() if jour == tardif else source
            chemin = f"{dossier}{NOMS.get(source, nom)}_{jour:%Y%m%d}{suffixe}"
            rendus.append(self.livraison(source, chemin, jour, dites, nuit=nuit, **format_))
        return rendus

    def etats(
        self, source: str, etat: Callable[[int], list[Ligne]], defauts: Defauts, nuit: dt.date | None = None
    ) -> list[Livraison]:
        """Les états d'une source sans date : deux par année, un après la seconde, et un ancien qui arrive en dernier.

        etat: les lignes de l'état de ce rang.
        """
        a1, a2 = self.annees
        jours = [dt.date(a1, 5, 12), dt.date(a1, 12, 31), dt.date(a2, 9, 1), dt.date(a2, 12, 20), dt.date(a2 + 1, 1, 9)]
        rendus = [
            self.livraison(
                source,
                f"{self.h.choice(['', 'etats/'])}{NOMS.get(source, source)}_{jour:%Y%m%d}",
                jour,
                self.avec_defauts(source, etat(rang), defauts) if rang % 2 else etat(rang),
                nuit=self.premiere_nuit,
            )
            for rang, jour in enumerate(jours)
        ]
        jour = dt.date(a2, 2, 3)
        rendus.append(self.livraison(source, f"{NOMS.get(source, source)}_{jour:%Y%m%d}", jour, etat(2)[:-8]))
        return rendus


NOMS = {"enquete_zti": "cci_enquete_zti", "eco_structures": "economie_collaborative"}
"""Sources dont les fichiers portent un autre nom qu'elles."""


def definition_xlsx(source: str) -> bool:
    """Vrai si la source est déposée en classeur."""
    return sources()[source].type_fichier == "xlsx"


def _sans_fin_vide(cellules: list[Cellule]) -> list[Cellule]:
    pleines = [rang for rang, c in enumerate(cellules) if c is not None]
    return cellules[: max(pleines, default=0) + 1]


def modalites_de(source: str, colonne: str) -> tuple[str, ...]:
    return next(c.modalites for c in sources()[source].colonnes if c.nom == colonne)


def cle_luhn(debut: str) -> str:
    """Ajoute le chiffre qui rend la suite valide au sens de Luhn."""
    somme = 0
    for rang, chiffre in enumerate(reversed(debut + "0")):
        double = int(chiffre) * (1 + rang % 2)
        somme += double - 9 if double > 9 else double
    return debut + str(-somme % 10)


def mois_suivant(mois: dt.date) -> dt.date:
    return (mois.replace(day=calendar.monthrange(mois.year, mois.month)[1])) + dt.timedelta(days=1)


def mois_precedent(jour: dt.date) -> dt.date:
    return (jour.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
