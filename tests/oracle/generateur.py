"""Livraisons tirées au sort pour deux années, dans tous les formats, graphies et défauts que les dépôts permettent.

Tout dépend de la graine. Le générateur rend les livraisons telles qu'elles sont écrites (le texte de chaque cellule)
et ne calcule aucun résultat : c'est le travail de l'oracle. Les personnes portent toutes la marque MARQUE dans leur
nom ; la retrouver hors des dossiers réservés est une fuite.
"""

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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import openpyxl
from catalogue import Cellule, Livraison, sources

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

DONNEURS = [
    "Dijon Métropole", "Ville de Dijon", "Orvitis", "Grand Dijon Habitat", "Conseil départemental de la Côte-d'Or",
    "Ville de Chenôve", "Ville de Talant", "CHU Dijon Bourgogne", "Région Bourgogne-Franche-Comté", "SPLAAD",
    "Université de Bourgogne", "Ville de Quetigny", "Habellis", "S.N.C.F. Réseau", "Ville de Montbard", "NA",
]  # fmt: skip
AUTRE_NOM = {"Ville de Dijon": "Mairie de Dijon", "CHU Dijon Bourgogne": "Centre hospitalier universitaire"}
"""Structures qui paraissent sous un second nom ; seul le SIRET dit que c'est la même."""
MOTS = ["Bâti", "Propreté", "Côte", "Vallée", "Insertion", "Services", "Travaux", "Étoile", "Horizon", "L'Atelier",
        "Espaces verts", "Multi-Services", "Relais", "Façades", "Peinture"]  # fmt: skip
OBJETS = ["Recrutement", "Suivi de chantier", "Présentation de la clause", "Bilan d'étape", "N/A", "Autre"]
QUARTIERS = ["Fontaine d'Ouche", "Les Grésilles", "Le Mail", "Le Belvédère", "Le Bief du Moulin"]

CLES = ("id_operation", "num_lot", "id_salarie", "id_contrat")
"""Colonnes qui désignent la ligne d'une autre source."""

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


@dataclass
class Monde:
    """Tout ce qui est vrai dans un tirage, avant les défauts : une liste de lignes par source."""

    lignes: dict[str, list[Ligne]] = field(default_factory=dict)
    heures: dict[tuple[str, dt.date], float] = field(default_factory=dict)
    operations: list[Ligne] = field(default_factory=list)


def generer(
    graine: int,
    annees: tuple[int, int] = (2019, 2020),
    *,
    taille: float = 1.0,
    nuit: dt.date | None = None,
    arrete: dt.date | None = None,
    deux_nuits: bool = False,
) -> list[Livraison]:
    """Livraisons d'un tirage.

    annees: les deux années couvertes par les heures. taille: 1.0 donne une soixantaine d'opérations, 200 personnes,
    300 contrats et 2 500 lignes d'heures. nuit: celle qui prend les livraisons. arrete: date à ne pas dépasser ; des
    faits sont aussi tirés après elle. deux_nuits: une partie des livraisons arrive une semaine plus tôt.
    """
    nuit = nuit or dt.date(annees[1] + 1, 2, 5)
    arrete = arrete or dt.date(annees[1], 12, 31)
    return _Generateur(graine, annees, taille, nuit, arrete, deux_nuits).livraisons()


def ecrire(livraisons: Sequence[Livraison], depots: Path) -> None:
    """Écrit les fichiers sous depots/, avec leur date de modification.

    Un fichier déjà écrit à l'identique n'est pas touché : c'est ainsi que deux nuits se suivent.
    """
    for livraison in livraisons:
        chemin = depots / livraison.chemin
        chemin.parent.mkdir(parents=True, exist_ok=True)
        if livraison.copie_de:
            chemin.write_bytes((depots / livraison.copie_de).read_bytes())
        elif livraison.format["type"] == "xlsx":
            _ecrire_classeur(livraison, chemin)
        else:
            _ecrire_csv(livraison, chemin)
        if livraison.illisible and livraison.format["type"] == "xlsx":
            chemin.write_bytes(chemin.read_bytes()[: chemin.stat().st_size // 2])
        os.utime(chemin, (livraison.ecrit_le.timestamp(),) * 2)


# --- écriture ------------------------------------------------------------------------------------------------


def _titre(livraison: Livraison) -> list[list[str]]:
    """Lignes au-dessus de l'en-tête."""
    titres = [
        "Export ABC Clauses ; secteur BTP",
        f"Édité par Zoé {MARQUE.capitalize()}editeur",
        "",
        "Ne pas modifier",
        "",
    ]
    return [[titres[i % len(titres)]] for i in range(livraison.entete_ligne - 1)]


def _ecrire_csv(livraison: Livraison, chemin: Path) -> None:
    f = livraison.format
    tampon = io.StringIO()
    mode = csv.QUOTE_ALL if f.get("guillemets") else csv.QUOTE_MINIMAL
    fin = f.get("fin", "\r\n")
    ecrivain = csv.writer(tampon, delimiter=f["separateur"], lineterminator=fin, quoting=mode)
    for ligne in _titre(livraison):
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


def _ecrire_classeur(livraison: Livraison, chemin: Path) -> None:
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    feuille.title = "Feuil1"
    for ligne in _titre(livraison):
        feuille.append(ligne)
    if livraison.entete_ligne > 1:
        # Une cellule vide au moins par ligne de titre, ou openpyxl ne compte pas la ligne.
        feuille.cell(row=livraison.entete_ligne - 1, column=1)
    for rang, entete in enumerate(livraison.format["entetes"], 1):
        feuille.cell(row=livraison.entete_ligne, column=rang, value=entete)
    for i, cellules in enumerate(livraison.lignes):
        for j, contenu in enumerate(cellules, 1):
            if contenu is None:
                continue
            cellule = feuille.cell(row=livraison.entete_ligne + 1 + i, column=j, value=contenu)
            if isinstance(contenu, dt.date):
                cellule.number_format = "DD/MM/YYYY"
    notice = classeur.create_sheet("Notice")
    notice.append(["Cette feuille explique le fichier ; elle ne porte aucune donnée."])
    # Une date de création qui change ferait d'un même tirage deux fichiers différents.
    classeur.properties.created = classeur.properties.modified = dt.datetime(2000, 1, 1)
    classeur.save(chemin)
    _dater_archive(chemin)


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


class _Generateur:
    def __init__(
        self, graine: int, annees: tuple[int, int], taille: float, nuit: dt.date, arrete: dt.date, deux_nuits: bool
    ) -> None:
        self.h = random.Random(graine)
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

    def siret(self, *, zeros: bool = False) -> str:
        """SIRET valide, avec des zéros de tête si demandé."""
        siren = _cle_luhn(
            f"00{self.h.randint(10**5, 10**6 - 1)}" if zeros else str(self.h.randint(3 * 10**7, 9 * 10**7))
        )
        return _cle_luhn(siren + f"{self.h.randint(1, 999):0>4}"[:4])

    # --- le monde vrai ---

    def monde(self) -> Monde:
        m = Monde()
        self.donneurs = [
            Structure(
                nom,
                None if nom in ("NA", "Habellis") else self.siret(zeros=i % 4 == 0),
                self.h.choice(_modalites("abc_clauses_operations", "type_donneur_ordre")),
                AUTRE_NOM.get(nom),
            )
            for i, nom in enumerate(DONNEURS)
        ]
        types = _modalites("abc_clauses_contrats", "type_employeur")
        self.employeurs = [
            Structure(
                f"{self.h.choice(MOTS)} {self.h.choice(MOTS)} {_ville(i)}",
                None if i % 7 == 3 else self.siret(zeros=i % 5 == 0),
                types[i % 8] if i < 16 else "Entreprise",
                f"Groupe {_ville(i)} {i}" if i % 9 == 5 and i % 7 != 3 else None,
            )
            for i in range(max(18, int(40 * self.taille)))
        ]
        m.operations = m.lignes["abc_clauses_operations"] = self.operations()
        m.lignes["abc_clauses_lots"] = self.lots(m.operations)
        m.lignes["abc_clauses_salaries"] = self.salaries()
        m.lignes["abc_clauses_contrats"] = self.contrats(m)
        self.heures(m)
        self.egalites(m)
        m.lignes["abc_clauses_contacts"] = self.contacts(m.operations)
        return m

    def operations(self) -> list[Ligne]:
        a1, a2 = self.annees
        lignes = []
        for i in range(max(24, int(60 * self.taille))):
            donneur = self.h.choice(self.donneurs)
            debut = self.jour(dt.date(a1 - 1, 6, 1), dt.date(a2, 10, 31))
            fin = debut + dt.timedelta(days=self.h.randint(60, 900))
            dates = self.h.choice(["deux", "deux", "deux", "deux", "début", "aucune", "égales"])
            lignes.append(
                {
                    "id_operation": str(4000 + i) if i % 3 == 0 else f"OP-{i:04d}",
                    "_structure": donneur,
                    "type_donneur_ordre": donneur.type if self.chance(0.8) else None,
                    "operation": f"{self.h.choice(['Nettoyage', 'Réhabilitation', 'Voirie', 'Entretien'])} "
                    f"« {self.h.choice(MOTS)} » ; tranche {i}",
                    "secteur": "BTP" if i % 2 else "SERVICES",
                    "base_juridique": self.optionnelle("abc_clauses_operations", "base_juridique"),
                    "nature": self.optionnelle("abc_clauses_operations", "nature"),
                    "code_commune": "21231" if self.chance(0.7) else None,
                    "date_consultation": self.jour(dt.date(a1 - 1, 9, 1), dt.date(a2 + 1, 1, 31))
                    if self.chance(0.8)
                    else None,
                    "date_notification": debut - dt.timedelta(days=20) if self.chance(0.5) else None,
                    "date_debut": debut if dates != "aucune" else None,
                    "date_fin": {"deux": fin, "égales": debut}.get(dates),
                    "heures_engagement": self.h.choice([None, 0, 150.5, 1200, 5217.15, 12000, 830.25, 2400]),
                    "statut": self.h.choice(
                        ["Conseil", "Consultation", "En cours", "En cours", "Terminé", "Abandonné"]
                    ),
                }
            )
        return lignes

    def lots(self, operations: list[Ligne]) -> list[Ligne]:
        lignes = []
        for o in operations:
            for n in range(self.h.choice([0, 0, 1, 2, 3])):
                employeur = self.h.choice(self.employeurs)
                lignes.append(
                    {
                        "id_operation": o["id_operation"],
                        "num_lot": str(n + 1),
                        "lot": f"Lot {n + 1} : {self.h.choice(MOTS)}",
                        "_structure": employeur,
                        "type_structure": employeur.type,
                        "reserve": self.chance(0.3),
                        "heures_engagement": self.h.choice([None, 100, 250.75, 1000]),
                    }
                )
        return lignes

    def salaries(self) -> list[Ligne]:
        self.fiches: list[Ligne] = []
        for i in range(max(50, int(190 * self.taille))):
            self.fiches.append(self.personne(f"S{i:05d}" if i % 4 else str(70000 + i)))
        # Une même personne sous deux numéros : sa dernière ligne fait foi.
        for ancienne in self.h.sample(self.fiches, max(4, int(8 * self.taille))):
            self.fiches.append(
                {
                    **ancienne,
                    "id_salarie": f"S9{self.numero():04d}",
                    "nom": ancienne["nom"].upper(),
                    "prenom": sans_accents(ancienne["prenom"]).replace("-", " "),
                    "qpv": self.h.choice([None, *QUARTIERS]),
                    "accompagnement": self.optionnelle("abc_clauses_salaries", "accompagnement"),
                }
            )
        # Des homonymes nés un autre jour sont d'autres personnes.
        for autre in self.h.sample(self.fiches[:50], 3):
            self.fiches.append(
                {
                    **self.personne(f"S8{self.numero():04d}"),
                    "nom": autre["nom"],
                    "prenom": autre["prenom"],
                    "date_naissance": autre["date_naissance"] + dt.timedelta(days=400),
                }
            )
        return self.fiches

    def personne(self, id_salarie: str) -> Ligne:
        nom = self.marque()
        return {
            "id_salarie": id_salarie,
            "nom": nom.capitalize(),
            "nom_naissance": None,
            "prenom": f"{self.h.choice(['Élodie', 'Noël', 'Zoé', 'Inès', 'Jérôme'])}-{self.marque()}",
            "sexe": self.h.choice("FMM"),
            "date_naissance": self.jour(dt.date(1945, 1, 1), dt.date(self.annees[0] - 17, 1, 1)),
            "code_commune": self.h.choice(["21231", "21166", None]),
            "qpv": self.h.choice([None, None, "Non", "N", "0", "Hors QPV", *QUARTIERS, *QUARTIERS[:2]]),
            "niveau_formation": self.optionnelle("abc_clauses_salaries", "niveau_formation"),
            "prescripteur": self.h.choice(["Mission locale", "Pôle emploi", None]),
            "criteres_eligibilite": self.h.choice(["DELD", "bRSA|Senior", "TH", None]),
            "accompagnement": self.optionnelle("abc_clauses_salaries", "accompagnement"),
            "telephone": f"06 39 98 {self.h.randint(10, 99)} {self.h.randint(10, 99)}" if self.chance(0.7) else None,
            "courriel": self.h.choice([f"{nom}@exemple.fr", f"{nom}@exemple.fr", f"{nom} chez exemple", None]),
        }

    def contrats(self, m: Monde) -> list[Ligne]:
        a1, a2 = self.annees
        operables = [o for o in m.operations if o["statut"] not in ("Conseil", "Consultation")]
        lignes = []
        for i in range(max(70, int(290 * self.taille))):
            debut = self.jour(dt.date(a1 - 1, 9, 1), dt.date(a2, 12, 20))
            fin = debut + dt.timedelta(days=self.h.choice([25, 120, 250, 365, 540]))
            salarie = self.h.choice(self.fiches)
            lignes.append(
                self.contrat(f"C{i:05d}" if i % 3 else str(90000 + i), salarie, self.h.choice(operables), debut, fin)
            )
        return lignes

    def contrat(self, id_contrat: str, salarie: Ligne, operation: Ligne, debut: dt.date, fin: dt.date) -> Ligne:
        employeur = self.h.choice(self.employeurs)
        type_employeur = employeur.type
        if employeur in self.employeurs[:5] and self.chance(0.4):
            type_employeur = "Entreprise" if employeur.type != "Entreprise" else "EI"
        return {
            "id_contrat": id_contrat,
            "id_salarie": salarie["id_salarie"],
            "id_operation": operation["id_operation"],
            "num_lot": self.h.choice([None, "1", "2"]),
            "_structure": employeur,
            "type_employeur": type_employeur,
            "type_contrat": self.h.choice(_modalites("abc_clauses_contrats", "type_contrat")),
            "modalite": self.optionnelle("abc_clauses_contrats", "modalite"),
            "date_debut": debut,
            "date_fin": fin,
            "embauche": self.chance(0.4),
            "code_rome": self.h.choice(["K2204", "F1704", None]),
        }

    def heures(self, m: Monde) -> None:
        """Heures de chaque contrat, dans ses dates, sur les deux années et au-delà de l'arrêté si la nuit le permet."""
        debut = dt.date(self.annees[0], 1, 1)
        self.dernier_mois = _mois_precedent(self.nuit)
        for contrat in m.lignes["abc_clauses_contrats"]:
            mois = max(debut, contrat["date_debut"].replace(day=1))
            while mois <= min(contrat["date_fin"], self.dernier_mois):
                if self.chance(0.9):
                    m.heures[contrat["id_contrat"], mois] = self.h.choice(
                        [151.67, 35, 70.5, self.h.randint(100, 15100) / 100, self.h.randint(100, 15100) / 100]
                    )
                mois = _mois_suivant(mois)
            if self.chance(0.1):
                contrat["date_fin"] = None

    def egalites(self, m: Monde) -> None:
        """Cas où seule la règle d'égalité départage : secteur d'une personne, d'une entreprise, rang d'opérations."""
        mois = dt.date(self.annees[0], 5, 1)
        for n in range(2):
            personne = self.personne(f"S7{n:04d}")
            self.fiches.append(personne)
            entreprise = Structure(f"Société Égale {n}", self.siret(), "Entreprise")
            self.employeurs.append(entreprise)
            for secteur in ("SERVICES", "BTP"):
                operation = {
                    **self.h.choice([o for o in m.operations if o["secteur"] == secteur]),
                    "id_operation": f"EG-{n}-{'b' if n else 'B'}{secteur[0]}",
                    "operation": f"Opération à égalité {secteur} {n}",
                }
                m.operations.append(operation)
                contrat = self.contrat(
                    f"EGAL{n}{secteur}", personne, operation, mois.replace(day=3), mois.replace(day=28)
                )
                contrat |= {"_structure": entreprise, "type_employeur": "Entreprise"}
                m.lignes["abc_clauses_contrats"].append(contrat)
                m.heures[contrat["id_contrat"], mois] = 120.25

    def contacts(self, operations: list[Ligne]) -> list[Ligne]:
        lignes = []
        for i in range(max(60, int(220 * self.taille))):
            donneur = self.chance(0.45)
            structure = self.h.choice(self.donneurs if donneur else self.employeurs)
            lignes.append(
                {
                    "id_contact": f"K{i:04d}",
                    "date_contact": self.jour(dt.date(self.annees[0], 1, 1), self.nuit - dt.timedelta(days=1)),
                    "interlocuteur": "Donneur d'ordre" if donneur else "Entreprise",
                    "_structure": structure,
                    "canal": self.h.choice(_modalites("abc_clauses_contacts", "canal")),
                    "objet": self.graphie(self.h.choice(OBJETS), ponctuation=False) if self.chance(0.85) else None,
                    "id_operation": self.h.choice(operations)["id_operation"] if self.chance(0.3) else None,
                }
            )
        return lignes

    def optionnelle(self, source: str, colonne: str) -> str | None:
        """Une modalité, ou rien une fois sur cinq."""
        return self.h.choice(_modalites(source, colonne)) if self.chance(0.8) else None

    # --- graphies ---

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

    def designer(self, ligne: Ligne, nom: str, siret: str) -> Ligne:
        """Remplace la structure d'une ligne par un nom et, s'il y en a un, son SIRET."""
        structure: Structure | None = ligne.get("_structure")
        if structure is None:
            return ligne
        autre = structure.autre_nom is not None and self.chance(0.25)
        # Sous son second nom, seul le SIRET rattache la structure à elle-même.
        avec_siret = structure.siret and (autre or self.chance(0.75))
        ecrit = structure.autre_nom if autre and structure.autre_nom else structure.nom
        return {
            **{k: v for k, v in ligne.items() if k != "_structure"},
            nom: self.graphie(ecrit),
            siret: structure.siret if avec_siret else None,
        }

    def cellule(self, valeur: Any, type_: str, classeur: bool, encodage: str | None, cle: bool) -> Cellule:
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
        if type_ == "decimal":
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
        if cle and texte.isdecimal() and classeur and self.chance(0.6):
            return int(texte) if self.chance(0.5) else float(texte)
        if cle and self.chance(0.15):
            texte = self.h.choice([texte.lower(), f" {texte} "])
        return texte

    def nombre(self, valeur: float, classeur: bool, encodage: str | None) -> Cellule:
        if classeur and self.chance(0.7):
            return valeur
        texte = f"{valeur:.2f}"
        if self.chance(0.4) and texte.endswith("0"):
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

    # --- livraisons ---

    def livraison(
        self,
        source: str,
        chemin: str,
        date_nom: dt.date,
        lignes: list[Ligne],
        *,
        nuit: dt.date | None = None,
        total: str | None = None,
        total_faux: bool = False,
        doublons: bool = True,
        format_: dict[str, Any] | None = None,
        nu: bool = False,
    ) -> Livraison:
        """Met en forme des lignes : colonnes, en-tête, graphies, lignes vides, TOTAL, doublons exacts.

        chemin: sans suffixe. total: colonne sommée en pied, d'une somme qui
        peut être fausse. nu: aucune ligne ajoutée.
        """
        choisi = {**(format_ or self.formats[self.rang_format % len(self.formats)])}
        self.rang_format += format_ is None
        classeur = choisi["type"] == "xlsx"
        definition = sources()[source]
        colonnes: list[str | None] = [c.nom for c in definition.colonnes]
        entetes = {c.nom: self.entete(c.entete) for c in definition.colonnes}
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
        choisi["entetes"] = [entetes[c] if c else "Colonne de travail" for c in colonnes]
        choisi["guillemets"] = self.chance(0.2)
        choisi["fin"] = "\r\n" if self.chance(0.7) else "\n"
        choisi["titre_large"] = self.h.choice([0, 0, len(colonnes) - 1])
        choisi["sans_fin"] = self.chance(0.2)

        def cellules(ligne: Ligne) -> list[Cellule]:
            types = {c.nom: (c.type, c.nom in definition.cle or c.nom in CLES) for c in definition.colonnes}
            modalites = {c.nom: bool(c.modalites) for c in definition.colonnes}
            rendues = []
            for c in colonnes:
                if c is None:
                    # Une colonne que le contrat ignore peut elle aussi nommer quelqu'un.
                    rendues.append(self.h.choice(["vu", None, f"suivi par {self.marque()}"]))
                    continue
                valeur = ligne.get(c)
                if isinstance(valeur, str) and (modalites[c] or c == "qpv"):
                    valeur = self.modalite(valeur)
                    if decomposable and self.chance(0.05):
                        valeur = unicodedata.normalize("NFD", valeur)
                rendues.append(self.cellule(valeur, types[c][0], classeur, choisi.get("encodage"), types[c][1]))
            return rendues

        # Certains outils n'écrivent pas les cellules vides en fin de ligne.
        courtes = self.chance(0.25)
        requises = [c.nom for c in definition.colonnes if c.requis and c.type != "ouinon"]
        ecrites: list[list[Cellule]] = []
        lisibles: list[Ligne] = []

        def ajouter(ligne: Ligne, rang: int) -> None:
            ecrite = cellules(ligne)
            ecrites.insert(rang, _sans_fin_vide(ecrite) if courtes else ecrite)
            if not any(ligne.get(c) is None or isinstance(ligne[c], Brut) for c in requises):
                lisibles.append(ligne)

        for ligne in lignes:
            ajouter(ligne, len(ecrites))
        if doublons and not nu:
            saines = [x for x in lignes if not any(isinstance(v, Brut) for v in x.values())]
            for x in self.h.sample(saines, min(len(saines), self.h.randint(1, 3))):
                # Mêmes textes, mais nombres et dates écrits autrement : typées, les deux lignes n'en font qu'une.
                ajouter(x, self.h.randint(0, len(ecrites)))
        if not nu:
            for _ in range(self.h.randint(0, 3)):
                vide: list[Cellule] = self.h.choice([[], [None] * len(colonnes), [" \u00a0"] * len(colonnes)])
                ecrites.insert(self.h.randint(min(1, len(ecrites) - 1), len(ecrites) - 1), vide)
        if total:
            pied: list[Cellule] = [None] * len(colonnes)
            somme = sum(x[total] for x in lisibles if isinstance(x.get(total), int | float))
            if total_faux:
                somme += 100
            pied[colonnes.index(total)] = self.nombre(round(somme, 2), classeur, choisi.get("encodage"))
            libres = [rang for rang in (0, 1) if colonnes[rang] != total]
            pied[self.h.choice(libres)] = self.h.choice(["TOTAL", "Total général", "TOTAL "])
            ecrites.append(pied)
        if not nu and not classeur and self.chance(0.5):
            ecrites.append([None] * len(colonnes))
        self.horloge += dt.timedelta(minutes=7)
        return Livraison(
            source=source,
            chemin=chemin + (".xlsx" if classeur else self.h.choice([".csv", ".csv", ".CSV"])),
            date_nom=date_nom,
            nuit=nuit or self.nuit,
            ecrit_le=self.horloge,
            colonnes=colonnes,
            entete_ligne=self.h.choice([1, 1, 1, 3, 5, 12, 30]) if not nu else 1,
            lignes=ecrites,
            format=choisi,
        )

    def modalite(self, texte: str) -> str:
        """La même modalité : casse, accents, apostrophe ou espaces autour changent une fois sur quatre."""
        if not self.chance(0.25):
            return texte
        facon: Callable[[str], str] = self.h.choice(
            [str.upper, sans_accents, lambda t: t.replace("'", "’"), lambda t: f" {t} ", str.lower]
        )
        return facon(texte)

    def livraisons(self) -> list[Livraison]:
        m = self.monde()
        nuit_1, a2 = self.premiere_nuit, self.annees[1]
        jour_final = dt.date(a2 + 1, 1, 4)
        ancien = dt.date(a2, 11, 3)
        rendues: list[Livraison] = []
        for source, nom, siret in (
            ("abc_clauses_operations", "donneur_ordre", "siret_donneur_ordre"),
            ("abc_clauses_lots", "attributaire", "siret_attributaire"),
            ("abc_clauses_contrats", "employeur", "siret_employeur"),
            ("abc_clauses_contacts", "structure", "siret"),
            ("abc_clauses_salaries", "", ""),
        ):
            lignes = [self.designer(x, nom, siret) for x in m.lignes[source]]
            total = "heures_engagement" if source == "abc_clauses_operations" else None
            finale = self.avec_defauts(source, lignes)
            if source == "abc_clauses_contrats":
                finale = self.avec_orphelins(m, finale)
            suffixe = {"abc_clauses_contrats": "_v2", "abc_clauses_salaries": " (1)"}.get(source, "")
            chemin = f"{source}_{jour_final:%Y%m%d}{suffixe}"
            if source == "abc_clauses_contacts" and self.impair:
                # Un nom qui ne dit rien : seuls les en-têtes disent ce que c'est.
                chemin = "envois/Relevé du service"
            else:
                # Remplacée par la finale, bien qu'elle dise autre chose.
                avant = [self.vieillie(source, x) for x in lignes if self.chance(0.9)]
                rendues.append(
                    self.livraison(source, f"abc/{source}_{ancien:%Y%m%d}", ancien, avant, nuit=nuit_1, total=total)
                )
            rendues.append(self.livraison(source, chemin, jour_final, finale, nuit=nuit_1, total=total))
            # Une ancienne qui arrive en dernier n'efface rien.
            tardive = dt.date(a2, 6, 30)
            if source in ("abc_clauses_operations", "abc_clauses_salaries"):
                moins = [self.vieillie(source, x) for x in lignes if self.chance(0.85)]
                rendues.append(self.livraison(source, f"{source.upper()}_{tardive:%Y%m%d}", tardive, moins))
        rendues += self.livraisons_heures(m)
        rendues += self.livraisons_projets()
        rendues += self.refusees(m, rendues)
        return rendues

    def vieillie(self, source: str, ligne: Ligne) -> Ligne:
        """La ligne telle qu'une livraison plus ancienne la disait."""
        if source == "abc_clauses_operations":
            return {**ligne, "heures_engagement": 777, "statut": "Conseil"}
        if source == "abc_clauses_salaries":
            return {**ligne, "qpv": None, "accompagnement": None, "sexe": self.h.choice("FM")}
        if source == "abc_clauses_contrats":
            return {**ligne, "type_contrat": "Autre", "embauche": True}
        return ligne

    def avec_defauts(self, source: str, lignes: list[Ligne]) -> list[Ligne]:
        """Ajoute des lignes inutilisables ou en double, et gâte quelques cellules facultatives."""
        rendues = [dict(x) for x in lignes]
        for colonne, contenu in _FACULTATIVES[source]:
            ligne = self.h.choice([x for x in rendues if not any(isinstance(v, Brut) for v in x.values())])
            ligne[colonne] = Brut(contenu)
        ajoutees: list[Ligne] = []
        cle = sources()[source].cle[-1]
        for colonne, contenu in _REQUISES[source]:
            nouvelle = {**self.h.choice(lignes), cle: f"Z{self.numero():05d}"}
            if source == "abc_clauses_salaries":
                nouvelle |= {k: v for k, v in self.personne("").items() if k in ("nom", "prenom", "courriel")}
            ajoutees.append({**nouvelle, colonne: Brut(contenu)})
        # Une ligne inutilisable n'est pas le doublon de la bonne qui porte la même clé.
        colonne, contenu = _REQUISES[source][0]
        ajoutees.append({**self.h.choice(lignes), colonne: Brut(contenu)})
        # Même clé, valeurs différentes : aucune n'est prise.
        double = {**self.h.choice(lignes), cle: f"Z{self.numero():05d}"}
        texte, autre = _DIFFERENTE[source]
        ajoutees += [double, {**double, texte: autre, cle: f" {double[cle].lower()}"}]
        if source == "abc_clauses_salaries":
            ajoutees += self.decalees()
        for x in ajoutees:
            rendues.insert(self.h.randint(0, len(rendues)), x)
        return rendues

    def decalees(self) -> list[Ligne]:
        """Lignes dont les cellules ont glissé d'une colonne : des noms là où personne ne les attend."""
        noms = [c.nom for c in sources()["abc_clauses_salaries"].colonnes]
        rendues = []
        for sens in (1, -1):
            p = self.personne(f"Z{self.numero():05d}")
            p["date_naissance"] = f"{p['date_naissance']:%d/%m/%Y}"
            valeurs = [p[n] for n in noms[1:]]
            glissees = [None, *valeurs[:-1]] if sens > 0 else [*valeurs[1:], None]
            rendues.append({noms[0]: p["id_salarie"]} | {n: Brut(v) for n, v in zip(noms[1:], glissees, strict=True)})
        return rendues

    def avec_orphelins(self, m: Monde, contrats: list[Ligne]) -> list[Ligne]:
        """Deux contrats sans personne ou sans opération connue ; un mois de peu d'heures chacun."""
        mois = dt.date(self.annees[0], 3, 1)
        for n, (colonne, inconnu) in enumerate((("id_salarie", "S-INCONNU"), ("id_operation", "OP-INCONNUE"))):
            orphelin = {
                **self.h.choice([c for c in contrats if not any(isinstance(v, Brut) for v in c.values())]),
                "id_contrat": f"ORPH{n}",
                "date_debut": mois,
                "date_fin": mois.replace(day=31),
                "embauche": True,
                colonne: inconnu,
            }
            contrats.insert(self.h.randint(0, len(contrats)), orphelin)
            m.heures[f"ORPH{n}", mois] = 3.5 + n
        m.heures["SANS-CONTRAT", mois] = 2.25
        return contrats

    def livraisons_heures(self, m: Monde) -> list[Livraison]:
        """Un fichier par mois ; des lignes oubliées, corrigées ou retirées par un fichier ultérieur."""
        par_mois: dict[dt.date, list[Ligne]] = {}
        corrections: dict[dt.date, list[Ligne]] = {}
        mois = dt.date(self.annees[0], 1, 1)
        while mois <= self.dernier_mois:
            par_mois[mois] = []
            corrections[mois] = []
            mois = _mois_suivant(mois)
        for (id_contrat, mois), heures in m.heures.items():
            ligne = {"id_contrat": id_contrat, "mois": mois, "heures": heures, "date_saisie": _saisie(mois)}
            cas = self.h.random()
            plus_tard = self.decale(mois)
            if cas < 0.03:
                corrections[plus_tard].append(ligne)
                continue
            par_mois[mois].append(ligne)
            if plus_tard == mois:
                continue
            if cas < 0.06:
                corrections[plus_tard].append({**ligne, "heures": self.h.randint(100, 9000) / 100})
            elif cas < 0.075:
                corrections[plus_tard].append({**ligne, "heures": 0})
            elif cas < 0.08:
                # Une correction inutilisable laisse la première valeur.
                corrections[plus_tard].append({**ligne, "heures": Brut("1.234,50")})
        rendues = []
        for rang, (mois, lignes) in enumerate(par_mois.items()):
            toutes = lignes + corrections[mois]
            if rang % 4 == 1:
                toutes += self.heures_gatees(mois)
            self.h.shuffle(toutes)
            nuit = self.premiere_nuit if rang % 3 else self.nuit
            chemin = f"{'abc/heures/' if rang % 2 else ''}abc_clauses_heures_{mois:%Y%m}"
            rendues.append(
                self.livraison(
                    "abc_clauses_heures",
                    chemin,
                    mois,
                    toutes,
                    nuit=nuit,
                    total="heures",
                    total_faux=self.impair and rang == 7,
                )
            )
        # Le fichier d'un mois, renvoyé corrigé sous un nom à peine différent, puis un oubli ancien envoyé en dernier.
        for rang, suffixe in ((4, "_v2"), (1, " (1)")):
            mois = list(par_mois)[rang]
            repris = [{**x, "heures": round(x["heures"] / 2, 2)} for x in par_mois[mois][:12]]
            rendues.append(
                self.livraison(
                    "abc_clauses_heures", f"abc_clauses_heures_{mois:%Y%m}{suffixe}", mois, repris, total="heures"
                )
            )
        if self.premiere_nuit != self.nuit:
            rendues += self.aller_et_retour(rendues[8], par_mois)
        return rendues

    def aller_et_retour(self, original: Livraison, par_mois: dict[dt.date, list[Ligne]]) -> list[Livraison]:
        """Sous le même nom, une nuit plus tard, d'autres octets ; la nuit d'après, de nouveau les premiers."""
        mois = original.date_nom
        repris = [{**x, "heures": round(x["heures"] / 4, 2)} for x in par_mois[mois][:9]]
        usuel = {k: original.format[k] for k in ("type", "encodage", "separateur") if k in original.format}
        milieu = self.nuit - dt.timedelta(days=3)
        autre = self.livraison("abc_clauses_heures", "", mois, repris, nuit=milieu, total="heures", format_=usuel)
        self.horloge += dt.timedelta(minutes=7)
        retour = replace(original, nuit=self.nuit, ecrit_le=self.horloge)
        return [replace(autre, chemin=original.chemin), retour]

    def decale(self, mois: dt.date) -> dt.date:
        """Le mois d'un fichier ultérieur, ou le même s'il n'y en a pas."""
        arrivee = mois
        for _ in range(self.h.randint(1, 4)):
            arrivee = _mois_suivant(arrivee)
        return arrivee if arrivee <= self.dernier_mois else mois

    def heures_gatees(self, mois: dt.date) -> list[Ligne]:
        """Lignes d'heures inutilisables, et une à la date de saisie illisible."""
        saisie = _saisie(mois)
        ligne = {"id_contrat": "C00001", "mois": mois, "heures": 10, "date_saisie": saisie}
        defauts = self.h.sample(
            [
                {**ligne, "id_contrat": None},
                {**ligne, "mois": Brut("13/2019")},
                {**ligne, "mois": Brut("janvier")},
                {**ligne, "heures": Brut("-12,5")},
                {**ligne, "heures": Brut("1.234,50")},
                {**ligne, "heures": Brut("NC")},
                {**ligne, "heures": None},
            ],
            2,
        )
        # Deux lignes qui se contredisent sont rejetées toutes les deux ; l'une est retirée de tout fichier.
        contradictoires = [{**ligne, "id_contrat": f"DBL{mois:%Y%m}", "heures": h} for h in (10, 11.5)]
        return [*defauts, *contradictoires]

    def livraisons_projets(self) -> list[Livraison]:
        a1, a2 = self.annees
        axes = _modalites("projets", "axe_principal")

        def lignes(annee: int, n: int) -> list[Ligne]:
            return [
                {
                    "code_projet": str(300 + i) if i % 2 else f"{200 + i}d",
                    "projet": f"Projet {i} de {annee}",
                    "axe_principal": axes[i % len(axes)],
                    "axes_secondaires": [None, "gpect", "campus|parcours"][i % 3],
                    "statut": ["En cours", None][i % 2],
                }
                for i in range(n)
            ]

        rendues = []
        for annee, n, suffixe in ((a1, 6, ""), (a2, 8, ""), (a1, 7, " (1)")):
            rendues.append(
                self.livraison(
                    "projets", f"pole/projets_{annee}{suffixe}", dt.date(annee, 1, 1), lignes(annee, n), doublons=False
                )
            )
        return rendues

    def refusees(self, m: Monde, deja: list[Livraison]) -> list[Livraison]:
        """Fichiers refusés tels quels, et un fichier déposé deux fois."""
        a2 = self.annees[1]
        csv_usuel = {"type": "csv", "encodage": "cp1252", "separateur": ";"}
        fiches = [self.personne(f"Y{n:04d}") for n in range(8)]
        jour = dt.date(a2 + 1, 1, 6)
        vide = self.livraison(
            "abc_clauses_operations", f"abc_clauses_operations_{jour:%Y%m%d}", jour, [], nu=True, format_=csv_usuel
        )
        manque = self.livraison(
            "abc_clauses_salaries", f"abc_clauses_salaries_{jour:%Y%m%d}", jour, fiches, nu=True, format_=csv_usuel
        )
        rang = manque.colonnes.index("sexe")
        manque.colonnes[rang] = None
        manque.format["entetes"][rang] = "Genre"
        jour += dt.timedelta(days=1)
        sans_entete = self.livraison(
            "abc_clauses_salaries",
            f"abc_clauses_salaries_{jour:%Y%m%d}",
            jour,
            fiches,
            nu=True,
            format_={**csv_usuel, "sans_entete": True},
        )
        sans_entete.format["sans_entete"] = sans_entete.illisible = True
        tronque = self.livraison(
            "abc_clauses_lots",
            f"abc_clauses_lots_{jour:%Y%m%d}",
            jour,
            [self.designer(x, "attributaire", "siret_attributaire") for x in m.lignes["abc_clauses_lots"]],
            nu=True,
            format_={"type": "xlsx"},
        )
        tronque.illisible = True
        # Seulement un TOTAL : rien à charger, mais en incrément ce n'est pas un refus.
        mois = _mois_suivant(self.dernier_mois)
        sans_ligne = self.livraison(
            "abc_clauses_heures", f"abc_clauses_heures_{mois:%Y%m}", mois, [], nu=True, total="heures"
        )
        original = next(x for x in deja if x.source == "abc_clauses_lots")
        copie = replace(original, chemin=f"copie/{original.fichier}", copie_de=original.chemin, nuit=self.nuit)
        self.horloge += dt.timedelta(minutes=7)
        copie.ecrit_le = self.horloge
        return [vide, manque, sans_entete, tronque, sans_ligne, copie]


_REQUISES: dict[str, list[tuple[str, Cellule]]] = {
    "abc_clauses_operations": [("secteur", "TRANSPORT"), ("statut", None), ("donneur_ordre", "  ")],
    "abc_clauses_lots": [("num_lot", None)],
    "abc_clauses_contrats": [
        ("date_debut", "31/02/2019"),
        ("type_contrat", "Bénévolat"),
        ("embauche", "peut-être"),
        ("employeur", None),
    ],
    "abc_clauses_contacts": [("date_contact", "hier"), ("canal", "Pigeon"), ("structure", None)],
    "abc_clauses_salaries": [
        ("sexe", "X"),
        ("nom", None),
        ("date_naissance", "00/00/1980"),
        ("date_naissance", "12/05/2018"),
    ],
}
"""Cellules requises qu'une ligne ne peut pas porter : la ligne est rejetée."""

_FACULTATIVES: dict[str, list[tuple[str, Cellule]]] = {
    "abc_clauses_operations": [
        ("siret_donneur_ordre", "11122233344455"),
        ("date_consultation", "29/02/2019"),
        ("date_fin", "fin 2020"),
        ("heures_engagement", "1.234,50"),
        ("heures_engagement", "-40"),
        ("nature", "Convention"),
    ],
    "abc_clauses_lots": [("siret_attributaire", "123"), ("reserve", "à voir"), ("heures_engagement", "env. 200")],
    "abc_clauses_contrats": [("modalite", "Prêt"), ("siret_employeur", "12345678901234"), ("date_fin", "30/02/2020")],
    "abc_clauses_contacts": [("siret", "356 000 000 00049")],
    "abc_clauses_salaries": [
        ("qpv", "Les Tilleuls"),
        ("qpv", "Oui"),
        ("accompagnement", "PLIE"),
        ("niveau_formation", "VII"),
        ("criteres_eligibilite", "DELD|Inconnu"),
    ],
}
"""Cellules facultatives à vider ou à noter : la ligne reste."""

_DIFFERENTE: dict[str, tuple[str, str]] = {
    "abc_clauses_operations": ("operation", "Une autre opération"),
    "abc_clauses_lots": ("lot", "Un autre lot"),
    "abc_clauses_contrats": ("code_rome", "A1203"),
    "abc_clauses_contacts": ("objet", "Un autre objet"),
    "abc_clauses_salaries": ("prescripteur", "Un autre prescripteur"),
}
"""Colonne qui distingue deux lignes de même clé."""


def _sans_fin_vide(cellules: list[Cellule]) -> list[Cellule]:
    pleines = [rang for rang, c in enumerate(cellules) if c is not None]
    return cellules[: max(pleines, default=0) + 1]


def _modalites(source: str, colonne: str) -> tuple[str, ...]:
    return next(c.modalites for c in sources()[source].colonnes if c.nom == colonne)


def _ville(rang: int) -> str:
    return ["Dijon", "Beaune", "Longvic", "Talant", "Auxonne", "Genlis"][rang % 6] + f" {rang}"


def _cle_luhn(debut: str) -> str:
    """Ajoute le chiffre qui rend la suite valide au sens de Luhn."""
    somme = 0
    for rang, chiffre in enumerate(reversed(debut + "0")):
        double = int(chiffre) * (1 + rang % 2)
        somme += double - 9 if double > 9 else double
    return debut + str(-somme % 10)


def _saisie(mois: dt.date) -> dt.date:
    return _mois_suivant(mois).replace(day=8)


def _mois_suivant(mois: dt.date) -> dt.date:
    return (mois.replace(day=calendar.monthrange(mois.year, mois.month)[1])) + dt.timedelta(days=1)


def _mois_precedent(jour: dt.date) -> dt.date:
    return (jour.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
