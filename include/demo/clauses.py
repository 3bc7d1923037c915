"""Tire les lignes d'ABC Clauses (2016 et 2017) qui donnent exactement les chiffres de `cibles`.

Marche : les heures d'une poche (population, type de contrat) sont posées sur des opérations, puis sur des personnes,
puis sur des mois ; chaque passage est un partage exact en centièmes (`nombres`), si bien que les totaux par opération,
par type de contrat et par population tiennent par construction. Personnes, entreprises et SIRET sont synthétiques.
"""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, cycle

from faker import Faker
from stdnum import luhn

from include.demo import cibles as c
from include.demo.nombres import HEURE, accorder, croiser, repartir

GRAINE = 21_231
FIN_2017 = dt.date(2017, 12, 31)
COMMUNES = ("21231", "21166", "21171", "21278", "21355", "21390", "21515", "21540", "21617", "21485", "21481", "21003")
COMMUNES_VOISINES = ("21038", "21292", "21317", "21054")
QUARTIERS = (
    ("Fontaine d'Ouche", "21231"), ("Les Grésilles", "21231"), ("Le Mail", "21166"), ("Le Belvédère", "21617"),
    ("Le Bief du Moulin", "21355"),
)  # fmt: skip
LIEUX = {
    "21231": "DIJON", "21166": "CHENOVE", "21171": "CHEVIGNY", "21278": "FONTAINE", "21355": "LONGVIC",
    "21390": "MARSANNAY", "21515": "QUETIGNY", "21540": "SAINT-APOLLINAIRE", "21617": "TALANT", "21485": "PLOMBIERES",
    "21481": "PERRIGNY", "21003": "AHUY", "21292": "GENLIS", "21609": "SOIRANS", "21663": "VENAREY-LES-LAUMES",
    "21425": "MONTBARD", "21038": "AUXONNE",
}  # fmt: skip
TRAVAUX = (
    "CONSTRUCTION DE LOGEMENTS", "REHABILITATION THERMIQUE", "RAVALEMENT DE FACADES", "REQUALIFICATION DE VOIRIE",
    "REFECTION DE TOITURES", "EXTENSION DU GROUPE SCOLAIRE", "MISE EN ACCESSIBILITE", "RENOVATION DU GYMNASE",
    "DEMOLITION ET DESAMIANTAGE", "RESEAU DE CHALEUR", "AMENAGEMENT DES ABORDS", "REMPLACEMENT DES MENUISERIES",
    "MISE AUX NORMES ELECTRIQUES", "RESTRUCTURATION DE BUREAUX",
)  # fmt: skip
PRESTATIONS = (
    "NETTOYAGE DE LOCAUX", "ENTRETIEN DES ESPACES VERTS", "COLLECTE DES ENCOMBRANTS", "NETTOYAGE DE LA VITRERIE",
    "GARDIENNAGE ET ACCUEIL", "BLANCHISSERIE", "PORTAGE DE REPAS", "IMPRESSION ET DISTRIBUTION DE MAGAZINES",
    "PRELEVEMENTS ET ANALYSES DES EAUX", "MAINTENANCE DU MOBILIER URBAIN", "TRI ET RECYCLAGE DE PAPIERS",
    "DEMENAGEMENTS",
)  # fmt: skip
METIERS_BTP = (
    "Maçonnerie", "Toitures", "Peintures", "Plomberie", "Électricité", "Menuiserie", "Façades", "Carrelages",
    "Étanchéité", "Terrassements", "Charpentes", "Isolation",
)  # fmt: skip
METIERS_SERVICES = ("Espaces verts", "Propreté", "Collecte", "Multiservices")
# Raisons sociales inventées : deux listes croisées, aucune ne se lit comme une autre une fois accents et casse ôtés.
SUFFIXES = (
    "du Val Fictif", "des Trois Exemples", "Essai & Fils", "de la Démonstration", "du Modèle", "Specimen Bourgogne",
    "de l'Échantillon", "Factice Frères", "du Gabarit",
)  # fmt: skip
STRUCTURES = {
    "EI": ("Insertion Exemple Services", "Régie Fictive Entretien", "Bâtir l'Essai Insertion"),
    "ACI": ("Chantiers du Modèle", "Jardins de l'Exemple"),
    "ESAT": ("ESAT du Spécimen", "ESAT Les Ateliers Fictifs", "ESAT de l'Exemple"),
    "EA": ("Entreprise Adaptée du Gabarit", "EA Fictive Bourgogne"),
    "ETTI": ("Intérim Insertion Exemple", "Passerelle Fictive ETTI"),
}
ROME = {"BTP": ("F1703", "F1702", "F1704", "F1606", "F1602", "F1603", "F1610"), "SERVICES": ("K2204", "K2303", "A1203")}
MAX_MENSUEL = 135 * HEURE
"""Moyenne mensuelle qu'aucune personne ne dépasse : avec le bruit d'un mois à l'autre, moins de 165 h par mois."""
MIETTE = 20 * HEURE
SAISON = dict(enumerate((0.95, 0.97, 1.0, 1.02, 1.0, 1.05, 1.05, 0.85, 1.05, 1.05, 1.0, 0.9), 1))
"""Activité d'un mois rapportée à un mois ordinaire (illustratif) : août et les fêtes sont creux."""

Cellule = tuple["Operation", int]


@dataclass(eq=False)
class Personne:
    """Un salarié synthétique et ce que sa fiche en dit."""

    population: str
    rang: int
    id_salarie: str = ""
    sexe: str = "M"
    qpv: str = ""
    nom: str = ""
    nom_naissance: str = ""
    prenom: str = ""
    date_naissance: dt.date = dt.date(1980, 1, 1)
    code_commune: str = ""
    niveau: str = ""
    prescripteur: str = ""
    criteres: tuple[str, ...] = ()
    telephone: str = ""
    courriel: str = ""

    @property
    def accompagnement(self) -> str:
        """EI, ACI, EA, ESAT, CREATIV' ou ARIQ BTP."""
        return c.POPULATIONS[self.population].accompagnement


@dataclass(eq=False)
class Structure:
    """Un employeur, un attributaire ou un donneur d'ordre : nom canonique et SIRET synthétique."""

    nom: str
    siret: str
    type_structure: str
    secteur: str = ""
    agence: bool = False


@dataclass(eq=False)
class Lot:
    """Un lot d'opération."""

    num_lot: str
    lot: str
    attributaire: Structure | None
    reserve: bool
    engagement: int | None


@dataclass(eq=False)
class Operation:
    """Une opération clausée."""

    secteur: str
    tete: c.Tete | None = None
    id_operation: str = ""
    donneur: c.Donneur | None = None
    nom: str = ""
    code_commune: str = ""
    base_juridique: str = ""
    nature: str = "Marché"
    consultation: dt.date | None = None
    notification: dt.date | None = None
    debut: dt.date | None = None
    fin: dt.date | None = None
    engagement: int | None = None
    statut: str = "En cours"
    lots: list[Lot] = field(default_factory=list)


@dataclass(eq=False)
class Contrat:
    """Un contrat et ses heures, mois (premier jour) par mois, en centièmes."""

    personne: Personne
    operation: Operation
    employeur: Structure
    type_employeur: str
    type_contrat: str
    modalite: str
    debut: dt.date
    fin: dt.date | None
    embauche: bool
    heures: dict[dt.date, int]
    id_contrat: str = ""
    num_lot: str = ""
    code_rome: str = ""


@dataclass(eq=False)
class Contact:
    """Un contact avec un donneur d'ordre ou une entreprise."""

    date_contact: dt.date
    interlocuteur: str
    structure: Structure
    canal: str
    objet: str
    operation: Operation | None = None
    id_contact: str = ""


@dataclass
class Monde:
    """Les lignes justes, avant tout défaut : ce que l'entrepôt doit retrouver."""

    personnes: list[Personne]
    operations: list[Operation]
    contrats: list[Contrat]
    contacts: list[Contact]
    donneurs: dict[str, Structure]
    employeurs: list[Structure]


def siret(numero: int, *, zero: bool = False) -> str:
    """SIRET synthétique (préfixe jamais attribué), clés de Luhn du SIREN et du SIRET justes. zero: commence par 0."""
    siren = f"{'0990' if zero else '9990'}{numero:04d}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


def tirer() -> Monde:
    """Tire toutes les lignes des deux années ; toujours les mêmes."""
    return _Tirage().monde()


def cibles_2016() -> c.Cibles:
    """L'année 2016, illustrative : les poches de 2017 réduites à 88 %, sans opération qui n'avait pas commencé."""
    insertion = {cle for tete in (c.ESPACE_PUBLIC, c.PEJOCES) for cle in tete.heures}
    # Les marchés d'insertion ne travaillent que sept mois en 2016 : moitié moins d'heures.
    poches = {
        cle: replace(
            p,
            heures=p.heures // 2 if cle in insertion else round(p.heures * c.PART_2016),
            embauches=int(p.embauches * c.PART_2016),
            fenetre=c.MOIS_MARCHES_INSERTION_2016 if cle in insertion else p.fenetre,
            debut_au_plus_tard=12,
        )
        for cle, p in c.POCHES_2017.items()
    }
    tetes = tuple(
        replace(t, heures={k: h // 2 if k in insertion else round(h * c.PART_2016) for k, h in t.heures.items()})
        for t in c.CIBLES_2017.tetes
        if t.operation not in c.SANS_HEURES_2016
    )
    return c.Cibles(2016, poches, tetes, c.OPERATIONS_2016, 4_300_00, c.CONTACTS_2016)


class _Tirage:
    """État d'un tirage : ce qui se partage entre les deux années (personnes, employeurs, opérations)."""

    def __init__(self) -> None:
        self.alea = random.Random(GRAINE)
        self.personnes: dict[tuple[str, int], Personne] = {}
        self.operations: list[Operation] = []
        self.contrats: list[Contrat] = []
        self.de_tete: dict[str, Operation] = {}
        self.embauches_2017: set[Personne] = set()
        self._charge: dict[tuple[int, str, int], int] = defaultdict(int)
        """Heures déjà posées par année, secteur et mois."""
        self._numero = 0
        self._faire_employeurs()

    def monde(self) -> Monde:
        ordinaires_2017 = self._annee(c.CIBLES_2017, {})
        # Des opérations de 2017 étaient déjà en cours en 2016 : celles qui travaillent dès janvier ou février.
        anciennes = {
            secteur: [op for op in ops if min(self._mois(op)).month <= 2][: 30 if secteur == "BTP" else 16]
            for secteur, ops in ordinaires_2017.items()
        }
        self._annee(cibles_2016(), anciennes)
        self._donneurs_et_dates()
        self._identites()
        self._lots()
        self._numeroter()
        return Monde(
            list(self.personnes.values()),
            self.operations,
            self.contrats,
            self._contacts(),
            self.donneurs,
            self.employeurs,
        )

    # ------------------------------------------------------------------------------------------------------- employeurs
    def _structure(self, nom: str, type_structure: str, secteur: str = "", *, agence: bool = False) -> Structure:
        self._numero += 1
        # Un SIRET sur quinze commence par zéro : c'est ce zéro qu'un tableur perd.
        return Structure(nom, siret(self._numero, zero=self._numero % 15 == 4), type_structure, secteur, agence)

    def _faire_employeurs(self) -> None:
        btp = [f"{metier} {suffixe}" for suffixe in SUFFIXES for metier in METIERS_BTP]
        services = [f"{metier} {suffixe}" for suffixe in SUFFIXES for metier in METIERS_SERVICES]
        nb = {s: c.EMPLOYEURS_2017[s] - c.AGENCES_INTERIM[s] for s in ("BTP", "SERVICES")}
        self.agences = {
            s: [
                self._structure(f"Agence Intérim {n} {SUFFIXES[i]}", "Entreprise", s, agence=True)
                for i in range(combien)
            ]
            for s, n, combien in (("BTP", "Chantiers", c.AGENCES_INTERIM["BTP"]), ("SERVICES", "Tertiaire", 2))
        }
        self.entreprises = {
            "BTP": [self._structure(n, "Entreprise", "BTP") for n in btp[: nb["BTP"] + c.ENTREPRISES_2016_SEULEMENT]],
            "SERVICES": [self._structure(n, "Entreprise", "SERVICES") for n in services[: nb["SERVICES"]]],
        }
        self.de_type = {t: [self._structure(n, t) for n in noms] for t, noms in STRUCTURES.items()}
        self.donneurs = {d.nom: self._structure(d.nom, d.type_donneur_ordre) for d in c.DONNEURS}
        self.employeurs = [
            *(s for t in self.de_type.values() for s in t),
            *(s for t in self.entreprises.values() for s in t),
            *(s for t in self.agences.values() for s in t),
        ]
        # En 2017 les premières servent toutes ; celles de 2016 seulement viennent après.
        self._tour = {s: cycle(range(nb[s])) for s in nb}
        seulement_2016 = range(nb["BTP"], len(self.entreprises["BTP"]))
        self._tour_2016 = {
            "BTP": chain(seulement_2016, cycle(range(nb["BTP"]))),
            "SERVICES": cycle(range(nb["SERVICES"])),
        }
        self._de_personne: dict[tuple[Personne, str], Structure] = {}

    def _employeur(self, personne: Personne, type_contrat: str, annee: int) -> Structure:
        """L'employeur d'une personne sous un type de contrat : le même d'une opération et d'une année à l'autre."""
        population = c.POPULATIONS[personne.population]
        type_employeur = population.employeur or ("ETTI" if type_contrat in ("CTTI", "CIPI") else "")
        if type_employeur:
            choix = self.de_type[type_employeur]
            # Marchés d'insertion (CL073) : une seule EI, une seule EA, un seul ACI.
            return choix[0] if personne.population.endswith("insertion") else choix[personne.rang % len(choix)]
        secteur = population.secteur
        if type_contrat == "CTT":
            return self.agences[secteur][personne.rang % len(self.agences[secteur])]
        cle = (personne, type_contrat)
        if cle not in self._de_personne:
            if secteur == "BTP" and type_contrat == "CDD" and not self._deja_croise():
                # Une entreprise d'espaces verts a aussi quelques heures sur un chantier : elle reste des services.
                self._de_personne[cle] = self.entreprises["SERVICES"][0]
            else:
                tour = self._tour if annee == 2017 else self._tour_2016
                self._de_personne[cle] = self.entreprises[secteur][next(tour[secteur])]
        return self._de_personne[cle]

    def _deja_croise(self) -> bool:
        return any(
            s.secteur == "SERVICES" and p.population == "Bâtiment" for (p, _), s in self._de_personne.items()
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------------ une année
    def _annee(self, cibles: c.Cibles, anciennes: dict[str, list[Operation]]) -> dict[str, list[Operation]]:
        """Tire une année ; rend ses opérations ordinaires (hors têtes) par secteur."""
        cellules, ordinaires = self._cellules(cibles, anciennes)
        self._croiser_secteurs(cellules)
        passerelles = {
            (population, rang)
            for (population, type_contrat), poche in cibles.poches.items()
            if type_contrat != "CTTI" and (population, "CTTI") in cibles.poches
            for debut, fin in poche.rangs
            for rang in range(debut, fin)
            if _dans(cibles.poches[population, "CTTI"].rangs, rang)
        }
        for (population, type_contrat), poche in cibles.poches.items():
            self._poche(cibles.annee, population, type_contrat, poche, cellules[population, type_contrat], passerelles)
        return ordinaires

    def _cellules(
        self, cibles: c.Cibles, anciennes: dict[str, list[Operation]]
    ) -> tuple[dict[tuple[str, str], list[Cellule]], dict[str, list[Operation]]]:
        """Pose les heures de chaque poche sur des opérations : les têtes d'abord, le reste sur les ordinaires."""
        cellules: dict[tuple[str, str], list[Cellule]] = defaultdict(list)
        restes = {cle: poche.heures for cle, poche in cibles.poches.items()}
        for tete in cibles.tetes:
            if tete.operation not in self.de_tete:
                self.de_tete[tete.operation] = Operation(tete.secteur, tete)
                self.operations.append(self.de_tete[tete.operation])
            for cle, heures in tete.heures.items():
                cellules[cle].append((self.de_tete[tete.operation], heures))
                restes[cle] -= heures
        ordinaires: dict[str, list[Operation]] = {}
        for secteur, nombre in cibles.operations.items():
            nombre -= sum(t.secteur == secteur for t in cibles.tetes)
            reprises = anciennes.get(secteur, [])
            neuves = [Operation(secteur) for _ in range(nombre - len(reprises))]
            self.operations += neuves
            ordinaires[secteur] = [*reprises, *neuves]
            taille = (450 if secteur == "BTP" else 1100) * HEURE
            morceaux = []
            for cle, reste in restes.items():
                if c.POPULATIONS[cle[0]].secteur == secteur and reste > 0:
                    combien = max(1, round(reste / taille))
                    morceaux += [(cle, m) for m in repartir(reste, self._poids(combien), pas=25) if m]
            self.alea.shuffle(morceaux)
            total = sum(m for _, m in morceaux)
            parts = repartir(total, self._poids(nombre, 0.25, 1.9), pas=25, maximum=[cibles.plafond] * nombre)
            parts = accorder(parts, [m for _, m in morceaux], MIETTE)
            for cle, operation, heures in croiser(morceaux, list(zip(ordinaires[secteur], parts, strict=True))):
                cellules[cle].append((operation, heures))
        for liste in cellules.values():
            self.alea.shuffle(liste)
        return cellules, ordinaires

    def _croiser_secteurs(self, cellules: dict[tuple[str, str], list[Cellule]]) -> None:
        """Échange trois fois 60 h d'intérim entre secteurs : des personnes travaillent dans les deux, une minorité."""
        lignes = [cellules["Services", "CTTI"], cellules["Bâtiment", "CTTI"]]
        retires = []
        for ligne in lignes:
            i = max(range(len(ligne)), key=lambda i: (ligne[i][0].tete is None, ligne[i][1]))
            operation, heures = ligne[i]
            ligne[i] = (operation, heures - 180 * HEURE)
            retires.append(operation)
        for ligne, operation in zip(lignes, reversed(retires), strict=True):
            for part in (3, 2, 1):
                ligne.insert(len(ligne) * part // 4, (operation, 60 * HEURE))

    def _poche(
        self, annee: int, population: str, type_contrat: str, poche: c.Poche, cellules: list[Cellule],
        passerelles: set[tuple[str, int]],
    ) -> None:  # fmt: skip
        """Pose les heures d'une poche sur des personnes, des contrats et des mois."""
        rangs = [rang for debut, fin in poche.rangs for rang in range(debut, fin)]
        rangs.sort(key=lambda r: (population, r) not in passerelles)
        embauches = set(rangs[: poche.embauches])
        if annee == 2016:
            # Un huitième de personnes en moins qu'en 2017, et en partie d'autres personnes.
            rangs = [r for r in rangs if r % 8 != 3]
        embauches &= set(rangs)
        fenetres: list[tuple[int, int]] = []
        for rang in rangs:
            if (population, rang) in passerelles:
                fenetres.append((1, 5) if type_contrat == "CTTI" else (6, 12))
            else:
                fenetres.append((2, 12) if rang in embauches else poche.fenetre)
        longueurs = [fin - debut + 1 for debut, fin in fenetres]
        poids = [p * n for p, n in zip(self._poids(len(rangs)), longueurs, strict=True)]
        budgets = repartir(poche.heures, poids, pas=25, maximum=[n * MAX_MENSUEL for n in longueurs])
        ordre = list(range(len(rangs)))
        self.alea.shuffle(ordre)
        parts = accorder([budgets[i] for i in ordre], [h for _, h in cellules], MIETTE)
        segments: dict[int, list[Cellule]] = defaultdict(list)
        for i, operation, heures in croiser(list(zip(ordre, parts, strict=True)), cellules):
            if segments[i] and segments[i][-1][0] is operation:
                heures += segments[i].pop()[1]
            segments[i].append((operation, heures))
        for i, segs in sorted(segments.items()):
            personne = self._personne(population, rangs[i], annee)
            embauche = rangs[i] in embauches
            if embauche and annee == 2017:
                self.embauches_2017.add(personne)
            passerelle = (population, rangs[i]) in passerelles
            stable = not embauche and not passerelle
            ancien = stable and type_contrat in ("CDI", c.PRO, "Contrat d'apprentissage")
            plus_tard = 1 if ancien and fenetres[i][0] == 1 else poche.debut_au_plus_tard
            secteur = c.POPULATIONS[population].secteur
            mois = self._calendrier(annee, secteur, sum(h for _, h in segs), fenetres[i], plus_tard, stable, passerelle)
            self._contrats(annee, personne, type_contrat, segs, mois, embauche, ancien and fenetres[i][0] == 1)

    def _calendrier(
        self, annee: int, secteur: str, total: int, fenetre: tuple[int, int], debut_au_plus_tard: int, stable: bool,
        passerelle: bool,
    ) -> list[tuple[int, int]]:  # fmt: skip
        """Étale les heures d'une personne sur des mois consécutifs de sa fenêtre, là où l'année en a le moins."""
        premier, dernier = fenetre
        longueur = dernier - premier + 1
        rythme = self.alea.uniform(60, 125) * HEURE
        nombre = min(longueur, max(-(-total // MAX_MENSUEL), round(total / rythme), 1))
        debuts = range(premier, min(dernier - nombre + 1, max(debut_au_plus_tard, premier)) + 1)
        if passerelle:
            # Une passerelle est embauchée dès juin : ses mois commencent au plus tôt.
            debut = min(debuts[-1], premier + self.alea.choice((0, 0, 1)))
        elif stable and self.alea.random() < 0.2:
            # Des personnes travaillent d'une année sur l'autre : fin 2016 et début 2017 se touchent.
            debut = debuts[-1] if annee == 2016 else debuts[0]
        else:
            charges = {d: self._charge_moyenne(annee, secteur, range(d, d + nombre)) for d in debuts}
            debut = self.alea.choice(sorted(debuts, key=lambda d: (charges[d], d))[:2])
        heures = repartir(total, self._poids(nombre, 0.92, 1.08), pas=25)
        for k, h in enumerate(heures):
            self._charge[annee, secteur, debut + k] += h
        return [(debut + k, h) for k, h in enumerate(heures) if h]

    def _charge_moyenne(self, annee: int, secteur: str, mois: range) -> float:
        return sum(self._charge[annee, secteur, m] / SAISON[m] for m in mois) / len(mois)

    def _contrats(
        self, annee: int, personne: Personne, type_contrat: str, segments: Sequence[Cellule],
        mois: Sequence[tuple[int, int]], embauche: bool, ancien: bool,
    ) -> None:  # fmt: skip
        """Un contrat par opération d'une personne ; les dates encadrent les heures, sans chevauchement."""
        employeur = self._employeur(personne, type_contrat, annee)
        parts = accorder([h for _, h in mois], [h for _, h in segments], 4 * HEURE)
        mois = [(m, h) for (m, _), h in zip(mois, parts, strict=True)]
        par_segment: dict[int, dict[int, int]] = defaultdict(dict)
        for m, k, heures in croiser(mois, [(k, h) for k, (_, h) in enumerate(segments)]):
            par_segment[k][m] = heures
        plein = dict(mois)
        debut = dt.date(
            annee, mois[0][0], self.alea.randint(1, 4) if plein[mois[0][0]] > 90 * HEURE else self.alea.randint(2, 12)
        )
        if annee == 2016 and personne.population.endswith("insertion"):
            debut = max(debut, dt.date(2016, 6, 1))
        fait: dict[int, int] = defaultdict(int)
        for k, (operation, _) in enumerate(segments):
            par_mois = par_segment[k]
            premier, dernier = min(par_mois), max(par_mois)
            for m, h in par_mois.items():
                fait[m] += h
            fin_du_mois = calendar.monthrange(annee, dernier)[1]
            if k + 1 < len(segments):
                jour = fin_du_mois
                if fait[dernier] < plein[dernier]:
                    jour = max(min(round(fait[dernier] / plein[dernier] * 28), 27), 1)
                fin: dt.date | None = max(dt.date(annee, dernier, jour), debut)
            elif type_contrat == "CDI":
                fin = None
            else:
                fin = dt.date(annee, dernier, fin_du_mois)
                if type_contrat in (c.PRO, "Contrat d'apprentissage"):
                    fin = _plus_mois(max(fin, debut), self.alea.randint(4, 12))
                elif dernier == 12 and self.alea.random() < 0.5:
                    fin = _plus_mois(fin, self.alea.randint(1, 6))
            signe, oui = debut, embauche and k == 0
            if ancien and k == 0:
                signe, oui = self._signature_ancienne(annee, type_contrat)
            self._ajouter(
                Contrat(
                    personne, operation, employeur, employeur.type_structure, type_contrat,
                    _modalite(employeur.type_structure, type_contrat, operation), signe, fin, oui,
                    {dt.date(annee, m, 1): h for m, h in sorted(par_mois.items())},
                    code_rome=self.alea.choice(ROME[operation.secteur]),
                ),
                premier,
            )  # fmt: skip
            debut = (fin or debut) + dt.timedelta(days=1)

    def _signature_ancienne(self, annee: int, type_contrat: str) -> tuple[dt.date, bool]:
        """Contrat antérieur à l'année : reprise de personnel en CDI, alternance de la rentrée précédente."""
        if type_contrat == "CDI":
            return dt.date(self.alea.randint(2012, 2015), self.alea.randint(1, 12), 1), False
        jour = dt.date(annee - 1, self.alea.randint(9, 12), self.alea.randint(1, 28))
        # L'alternance signée à l'automne 2016 compte dans les embauches de 2016 ; rien de 2015 n'est décrit.
        return jour, type_contrat == c.PRO and annee == 2017

    def _ajouter(self, contrat: Contrat, premier_mois: int) -> None:
        """Ajoute un contrat, ou prolonge en 2016 celui que la même personne garde en janvier 2017."""
        if max(contrat.heures) == dt.date(2016, 12, 1) and premier_mois <= 12:
            for suite in self._janvier().get((contrat.personne, contrat.operation, contrat.type_contrat), []):
                if not suite.embauche and suite.debut.year == 2017 and suite.employeur is contrat.employeur:
                    suite.debut, suite.embauche = contrat.debut, contrat.embauche
                    suite.heures = contrat.heures | suite.heures
                    return
        self.contrats.append(contrat)

    def _janvier(self) -> dict[tuple[Personne, Operation, str], list[Contrat]]:
        if not hasattr(self, "_de_janvier"):
            self._de_janvier: dict[tuple[Personne, Operation, str], list[Contrat]] = defaultdict(list)
            for contrat in self.contrats:
                if dt.date(2017, 1, 1) in contrat.heures:
                    self._de_janvier[contrat.personne, contrat.operation, contrat.type_contrat].append(contrat)
        return self._de_janvier

    def _personne(self, population: str, rang: int, annee: int) -> Personne:
        if annee == 2016:
            rang += round(0.4 * c.POPULATIONS[population].effectif)
        if (population, rang) not in self.personnes:
            self.personnes[population, rang] = Personne(population, rang)
        return self.personnes[population, rang]

    # -------------------------------------------------------------------------------------- donneurs d'ordre et dates
    def _mois(self, operation: Operation) -> list[dt.date]:
        return [m for contrat in self.contrats if contrat.operation is operation for m in contrat.heures]

    def _donneurs_et_dates(self) -> None:
        par_nom = {d.nom: d for d in c.DONNEURS}
        mois: dict[Operation, list[dt.date]] = defaultdict(list)
        realise: dict[Operation, int] = defaultdict(int)
        for contrat in self.contrats:
            mois[contrat.operation] += contrat.heures
            realise[contrat.operation] += sum(contrat.heures.values())
        ordinaires = [op for op in self.operations if op.tete is None]
        actives = [op for op in ordinaires if max(mois[op]).year == 2017]
        recentes = [op for op in actives if min(mois[op]) >= dt.date(2017, 4, 1)]
        autres = [op for op in actives if op not in recentes]
        self._attribuer(recentes, [d for d in c.DONNEURS if d.role == "AC"], ())
        actifs = [d for d in c.DONNEURS if "A" in d.role]
        deja = {op.donneur for op in recentes} | {par_nom[t.donneur] for t in c.CIBLES_2017.tetes}
        self._attribuer(autres, actifs, [d for d in actifs if d not in deja])
        self._attribuer([op for op in ordinaires if op not in actives], actifs, ())
        for op in self.operations:
            if op.tete:
                self._dater_tete(op, op.tete, par_nom[op.tete.donneur], realise[op])
            else:
                self._dater(op, mois[op], realise[op])
        self._consultations(recentes)

    def _attribuer(self, operations: list[Operation], donneurs: list[c.Donneur], d_abord: Sequence[c.Donneur]) -> None:
        tires = self.alea.choices(donneurs, [d.poids for d in donneurs], k=len(operations) - len(d_abord))
        for operation, donneur in zip(operations, [*d_abord, *tires], strict=True):
            self._nommer(operation, donneur)

    def _nommer(self, operation: Operation, donneur: c.Donneur) -> None:
        operation.donneur = donneur
        operation.code_commune = donneur.commune or self.alea.choice(COMMUNES)
        nom = self.alea.choice(TRAVAUX if operation.secteur == "BTP" else PRESTATIONS)
        pris = sum(op.nom.startswith(f"{nom} - {LIEUX[operation.code_commune]}") for op in self.operations)
        operation.nom = f"{nom} - {LIEUX[operation.code_commune]}" + (f" - TRANCHE {pris + 1}" if pris else "")

    def _dater_tete(self, op: Operation, tete: c.Tete, donneur: c.Donneur, realise: int) -> None:
        op.donneur, op.nom, op.code_commune = donneur, tete.operation, "21231"
        op.base_juridique, op.nature = tete.base_juridique, tete.nature
        op.debut, op.fin = dt.date.fromisoformat(tete.debut), dt.date.fromisoformat(tete.fin)
        op.notification = op.debut - dt.timedelta(days=30)
        op.consultation = op.debut - dt.timedelta(days=140)
        op.statut = "En cours" if op.fin > FIN_2017 else "Terminé"
        op.engagement = None if tete.base_juridique == "art. 28" else self._engagement(op, realise)

    def _dater(self, op: Operation, mois: list[dt.date], realise: int) -> None:
        dernier = _fin_de_mois(max(mois))
        op.debut = min(mois) - dt.timedelta(days=self.alea.randint(0, 25))
        op.fin = dernier + dt.timedelta(days=self.alea.randint(0, 240) if self.alea.random() < 0.8 else 0)
        op.consultation = op.debut - dt.timedelta(days=self.alea.randint(70, 160))
        if op.consultation.year == 2017:
            # Seules les 123 opérations de CL035 ont été consultées en 2017 ; les autres l'avaient été avant.
            op.consultation = dt.date(2016, self.alea.randint(9, 12), self.alea.randint(1, 20))
        op.notification = op.consultation + (op.debut - op.consultation) * 2 // 3
        op.statut = "En cours" if op.fin > FIN_2017 else "Terminé"
        assert op.donneur is not None
        types = {k.type_employeur for k in self.contrats if k.operation is op}
        if op.donneur.type_donneur_ordre == "Privé":
            op.base_juridique, op.nature = "privé", "Marché privé"
        elif op.consultation < dt.date(2016, 4, 1):
            op.base_juridique = "art. 14"
        elif types <= {"EI", "ACI", "EA", "ESAT"}:
            op.base_juridique = "art. 36"
        else:
            op.base_juridique = self.alea.choice(("art. 38", "art. 38", "art. 38", "art. 38-52"))
        op.nature = (
            op.nature if op.nature != "Marché" else self.alea.choice(("Marché", "Marché", "Marché", "Accord-cadre"))
        )
        sort = self.alea.random()
        op.engagement = None if sort < 0.04 else self._engagement(op, realise)
        if 0.04 <= sort < 0.07:
            op.fin, op.statut = None, "En cours"

    def _engagement(self, op: Operation, realise: int) -> int:
        """Un engagement qui met l'opération en avance, en retard ou à l'heure au 31 décembre 2017."""
        assert op.debut and op.fin
        ecoule = min(1.0, (FIN_2017 - op.debut).days / max((op.fin - op.debut).days, 1))
        voulu = realise / max(ecoule, 0.05) / self.alea.choice((0.7, 0.85, 0.98, 1.0, 1.02, 1.2, 1.4))
        return max(round(voulu / (10 * HEURE)) * 10, 10) * HEURE

    def _consultations(self, recentes: list[Operation]) -> None:
        """Complète jusqu'aux 123 opérations consultées en 2017 et leurs 76 575 heures d'engagement (CL034-CL036)."""
        reste = c.CONSULTATIONS_2017["heures_engagement"]
        nombre = c.CONSULTATIONS_2017["operations"]
        for op in recentes:
            assert op.debut
            if op.engagement is None or op.fin is None or reste - op.engagement // HEURE < 42_000:
                continue
            op.consultation = max(dt.date(2017, 1, 3), op.debut - dt.timedelta(days=self.alea.randint(60, 100)))
            op.notification = op.consultation + (op.debut - op.consultation) * 2 // 3
            op.base_juridique = "art. 38" if op.base_juridique == "art. 14" else op.base_juridique
            reste -= op.engagement // HEURE
            nombre -= 1
        consultants = [d for d in c.DONNEURS if "C" in d.role]
        sans_engagement = 5
        engages = [e * HEURE for e in repartir(reste, self._poids(nombre - sans_engagement, 0.2, 1.8), pas=5)]
        tires = [
            *consultants,
            *self.alea.choices(consultants, [d.poids + 1 for d in consultants], k=nombre - len(consultants)),
        ]
        prochaines = []
        for i, donneur in enumerate(tires):
            op = Operation(self.alea.choice(("BTP", "BTP", "SERVICES")))
            self.operations.append(op)
            self._nommer(op, donneur)
            op.engagement = engages[i] if i < len(engages) else None
            op.consultation = dt.date(2017, 1, 3) + dt.timedelta(days=self.alea.randint(0, 355))
            prive = donneur.type_donneur_ordre == "Privé"
            op.base_juridique = "privé" if prive else self.alea.choice(("art. 38", "art. 38", "art. 38-52", "art. 36"))
            op.nature = "Marché privé" if prive else "Marché"
            op.statut = self.alea.choices(("Conseil", "Consultation", "Abandonné"), (9, 10, 1))[0]
            prochaines.append(op)
        # Les marchés que le rapport raconte (l.3069, 3080).
        repas = next(op for op in prochaines if op.donneur and op.donneur.nom == "Ville de Chenôve")
        repas.secteur, repas.nom, repas.base_juridique, repas.statut = (
            "SERVICES",
            c.REPAS_CHENOVE,
            "art. 36",
            "En cours",
        )
        repas.consultation, repas.notification = dt.date(2017, 3, 6), dt.date(2017, 6, 12)
        repas.debut, repas.fin = dt.date(2017, 9, 1), dt.date(2020, 8, 31)
        cite = next(op for op in prochaines if op.donneur and op.donneur.nom == "Eiffage Aménagement")
        cite.secteur, cite.nom = "BTP", "CITE INTERNATIONALE DE LA GASTRONOMIE - VRD ET DEMOLITIONS"
        cite.statut, cite.consultation, cite.notification = "En cours", dt.date(2017, 5, 15), dt.date(2017, 9, 18)
        cite.debut, cite.fin = dt.date(2017, 11, 20), dt.date(2019, 3, 29)
        for op in prochaines:
            assert op.consultation
            if op.statut == "Consultation" and op.consultation < dt.date(2017, 8, 1) and self.alea.random() < 0.5:
                op.statut, op.notification = "En cours", op.consultation + dt.timedelta(days=90)
                op.debut, op.fin = op.consultation + dt.timedelta(days=140), op.consultation + dt.timedelta(days=640)

    # ------------------------------------------------------------------------------------------------------ personnes
    def _identites(self) -> None:
        """Sexe, quartier, identité et fiche : les effectifs de 2017 sont ceux de `POPULATIONS`."""
        noms = Faker("fr_FR")
        noms.seed_instance(GRAINE)
        de_2017 = {k.personne for k in self.contrats if max(k.heures).year == 2017}
        for nom_population, population in c.POPULATIONS.items():
            toutes = [p for p in self.personnes.values() if p.population == nom_population]
            travaillent = [p for p in toutes if p in de_2017]
            femmes = set(self.alea.sample(travaillent, population.femmes))
            embauchees = [p for p in travaillent if p in self.embauches_2017]
            combien = c.QPV_EMBAUCHES[population.secteur] if embauchees else 0
            qpv = set(self.alea.sample(embauchees, combien))
            ailleurs = [p for p in travaillent if p not in self.embauches_2017]
            qpv |= set(self.alea.sample(ailleurs, population.qpv - combien))
            for personne in toutes:
                seulement_2016 = personne not in de_2017
                femme = personne in femmes or (
                    seulement_2016 and population.secteur == "SERVICES" and self.alea.random() < 0.34
                )
                habite_qpv = personne in qpv or (seulement_2016 and self.alea.random() < 0.15)
                self._fiche(personne, noms, femme, habite_qpv)

    def _fiche(self, p: Personne, noms: Faker, femme: bool, habite_qpv: bool) -> None:
        p.sexe = "F" if femme else "M"
        p.nom = noms.last_name()
        p.prenom = noms.first_name_female() if femme else noms.first_name_male()
        if femme and self.alea.random() < 0.35:
            p.nom_naissance = noms.last_name()
        p.date_naissance = dt.date(1957, 1, 1) + dt.timedelta(days=self.alea.randint(0, 41 * 365))
        p.code_commune = self.alea.choice(COMMUNES if self.alea.random() < 0.9 else COMMUNES_VOISINES)
        if habite_qpv:
            p.qpv, p.code_commune = self.alea.choice(QUARTIERS)
        p.niveau = self.alea.choice(("VI", "V bis", "V", "V", "V", "IV", "III", ""))
        p.prescripteur = self.alea.choice(
            ("Pôle emploi", "Pôle emploi", "Mission locale", "PLIE", "Cap emploi", "Conseil départemental", "")
        )
        handicap = p.accompagnement in ("EA", "ESAT")
        choix = ("DELD", "bRSA", "ASS", "Jeune", "Senior", "PLIE", "IAE")
        p.criteres = (*(["TH"] if handicap else []), *self.alea.sample(choix, self.alea.randint(1, 2)))
        p.telephone = f"06 39 98 {self.alea.randint(0, 99):02d} {self.alea.randint(0, 99):02d}"
        if self.alea.random() < 0.6:
            p.courriel = f"salarie{self.alea.randint(1000, 9999)}@exemple.invalid"

    # ----------------------------------------------------------------------------------------------------------- lots
    def _lots(self) -> None:
        contrats: dict[Operation, list[Contrat]] = defaultdict(list)
        for contrat in self.contrats:
            contrats[contrat.operation].append(contrat)
        for op in self.operations:
            heures: dict[Structure, int] = defaultdict(int)
            for contrat in contrats[op]:
                # L'intérim et l'insertion par le travail temporaire travaillent pour le titulaire d'un lot.
                if contrat.type_employeur != "ETTI" and not contrat.employeur.agence:
                    heures[contrat.employeur] += sum(contrat.heures.values())
            attributaires = sorted(heures, key=lambda s: (-heures[s], s.siret))[:4]
            if not attributaires and (contrats[op] or op.statut in ("En cours", "Terminé")):
                pris = 80 if op.secteur == "BTP" else 15
                attributaires = [self.entreprises[op.secteur][self.alea.randrange(pris)]]
            self._lotir(op, attributaires)
            for contrat in contrats[op]:
                lots = [lot for lot in op.lots if lot.attributaire is contrat.employeur] or op.lots
                contrat.num_lot = self.alea.choice(lots).num_lot

    def _lotir(self, op: Operation, attributaires: list[Structure]) -> None:
        if op.nom == c.REPAS_CHENOVE:
            ei, aci = self.de_type["EI"][0], self.de_type["ACI"][0]
            traiteur = self.entreprises["SERVICES"][3]
            intitules: tuple[tuple[str, Structure, bool], ...] = (
                ("Repas du restaurant du CCAS", aci, True),
                ("Repas des écoles", ei, True),
                ("Goûters", traiteur, False),
            )
        else:
            numeros = op.tete.lots if op.tete else tuple(str(i + 1) for i in range(len(attributaires)))
            intitules = tuple(
                (f"Lot {numero}", attributaires[i % len(attributaires)], op.base_juridique == "art. 36")
                for i, numero in enumerate(numeros)
            )
        parts: list[int | None] = [None] * len(intitules)
        if op.engagement and intitules:
            parts = [p * HEURE for p in repartir(op.engagement // HEURE, self._poids(len(intitules)))]
        if op.nom == c.REPAS_CHENOVE and op.engagement:
            # Le troisième lot n'est ni réservé ni clausé (l.3069).
            parts = [*(p * HEURE for p in repartir(op.engagement // HEURE, [1, 1])), None]
        numeros = op.tete.lots if op.tete else tuple(str(i + 1) for i in range(len(intitules)))
        op.lots = [
            Lot(numero, intitule, structure, reserve, part)
            for numero, (intitule, structure, reserve), part in zip(numeros, intitules, parts, strict=True)
        ]

    # ------------------------------------------------------------------------------------------------------- contacts
    def _contacts(self) -> list[Contact]:
        contacts: list[Contact] = []
        for annee, nombres in ((2016, c.CONTACTS_2016), (2017, c.CIBLES_2017.contacts)):
            contacts += self._contacts_donneurs(annee, nombres)
            contacts += self._contacts_entreprises(annee, nombres)
        contacts.sort(key=lambda x: x.date_contact)
        for i, contact in enumerate(contacts):
            contact.id_contact = f"K{i + 1001}"
        return contacts

    def _jour(self, annee: int) -> dt.date:
        jour = dt.date(annee, 1, 4) + dt.timedelta(days=self.alea.randint(0, 358))
        # Un samedi ou un dimanche tiré devient le vendredi.
        return jour - dt.timedelta(days=max(jour.weekday() - 4, 0))

    def _contacts_donneurs(self, annee: int, nombres: dict[str, int]) -> list[Contact]:
        clausees: dict[str, list[Operation]] = defaultdict(list)
        for op in self.operations:
            assert op.donneur
            clausees[op.donneur.nom].append(op)
        donneurs = [d for d in c.DONNEURS if d.nom != "Ville de Montbard"]
        contacts = []
        for i in range(nombres["Donneur d'ordre"]):
            if i < nombres["Montbard"]:
                donneur = next(d for d in c.DONNEURS if d.nom == "Ville de Montbard")
                canal, objet = self.alea.choice(("Rendez-vous", "Téléphone")), "Prospection"
            else:
                donneur = self.alea.choices(donneurs, [d.poids for d in donneurs])[0]
                reunion = i < nombres["Montbard"] + nombres["Réunion de chantier"]
                canal = "Réunion de chantier" if reunion else self.alea.choice(("Rendez-vous", "Téléphone", "Courriel"))
                objet = (
                    "Suivi de chantier"
                    if reunion
                    else self.alea.choice(("Conseil", "Rédaction de la clause", "Bilan", ""))
                )
            sur = self.alea.choice(clausees[donneur.nom]) if self.alea.random() < 0.6 else None
            structure = self.donneurs[donneur.nom]
            contacts.append(Contact(self._jour(annee), "Donneur d'ordre", structure, canal, objet, sur))
        return contacts

    def _contacts_entreprises(self, annee: int, nombres: dict[str, int]) -> list[Contact]:
        contacts = []
        for i in range(nombres["Entreprise"]):
            objet = self.alea.choice(("Suivi des heures", "Mise en œuvre de la clause", "Réunion de démarrage", ""))
            if i < nombres["Recrutement"]:
                objet = "Recrutement"
            canal = self.alea.choice(("Rendez-vous", "Téléphone", "Téléphone", "Courriel"))
            contacts.append(Contact(self._jour(annee), "Entreprise", self.alea.choice(self.employeurs), canal, objet))
        return contacts

    # --------------------------------------------------------------------------------------------------------- divers
    def _numeroter(self) -> None:
        """Numéros dans l'ordre où le logiciel les aurait donnés."""
        self.operations.sort(key=lambda op: (op.consultation or dt.date.max, op.nom))
        for i, op in enumerate(self.operations):
            op.id_operation = str(10_101 + i)
        self.contrats.sort(
            key=lambda k: (min(k.heures), k.debut, k.operation.id_operation, k.personne.population, k.personne.rang)
        )
        for i, contrat in enumerate(self.contrats):
            contrat.id_contrat = f"C{20_001 + i}"
        vues = dict.fromkeys(contrat.personne for contrat in self.contrats)
        self.personnes = {(p.population, p.rang): p for p in vues}
        for i, personne in enumerate(vues):
            personne.id_salarie = f"S{3_001 + i}"

    def _poids(self, nombre: int, bas: float = 0.65, haut: float = 1.35) -> list[float]:
        return [self.alea.uniform(bas, haut) for _ in range(nombre)]


def _dans(rangs: tuple[tuple[int, int], ...], rang: int) -> bool:
    return any(debut <= rang < fin for debut, fin in rangs)


def _fin_de_mois(jour: dt.date) -> dt.date:
    return jour.replace(day=calendar.monthrange(jour.year, jour.month)[1])


def _plus_mois(jour: dt.date, mois: int) -> dt.date:
    total = jour.year * 12 + jour.month - 1 + mois
    return _fin_de_mois(dt.date(total // 12, total % 12 + 1, 1))


def _modalite(type_employeur: str, type_contrat: str, operation: Operation) -> str:
    if type_employeur == "ETTI" or type_contrat == "CTT":
        return "Mise à disposition"
    if type_employeur in ("EI", "ACI", "EA", "ESAT") and not (
        operation.tete and operation.tete.base_juridique == "art. 28"
    ):
        return "Sous-traitance"
    return "Embauche directe"
