"""Tire les fichiers de parcours (100 chances, étapes, prescriptions) qui donnent exactement les chiffres des cibles.

Une partie des personnes sont des salariés d'ABC Clauses : un candidat de 100 chances, un stagiaire ou une fiche de
prescription d'avant leur premier contrat, un sur trois mal écrit (`identites`). Les autres n'ont que leur parcours.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

from faker import Faker

from include.demo import cibles_parcours as c
from include.demo.clauses import COMMUNES, GRAINE, QUARTIERS, Monde, Personne
from include.demo.defauts import (
    Defaut,
    Effet,
    ajouter,
    alterner,
    colonne_en_plus,
    feuille_en_plus,
    graphies,
    premieres,
    rangs,
    remplacer,
    repeter,
    sans_accents,
    sans_accents_majuscules,
    separer,
    un_sur,
)
from include.demo.fichiers import Facon, Ligne, Livraison, Table
from include.demo.identites import NOMS_COMMUNES, Identite, ajouter_jumeaux, identite_de, mal_ecrire

FIN_2016, FIN_2017 = dt.date(2016, 12, 31), dt.date(2017, 12, 31)
QUI_ORIENTE = ("Mission locale", "Mission locale", "Mission locale", "Pôle emploi", "Pôle emploi", "PLIE", "Cap emploi",
               "École de la deuxième chance", "Service civique", "")  # fmt: skip
NIVEAUX = ("VI", "V bis", "V", "V", "IV", "IV", "IV", "III", "")
METIERS = {
    "BTP": ("Maçon", "Manœuvre", "Peintre", "Plaquiste", "Électricien", "Canalisateur"),
    "SERVICES": ("Agent de propreté", "Agent d'espaces verts", "Ripeur", "Agent de restauration", "Aide-magasinier"),
}
MOTIFS = {
    "Validé": "Projet cohérent, mobile, disponible",
    "Invalidé": "Freins de santé à lever d'abord",
    "En attente": "",
}
ORGANISMES = ("Centre de formation de l'Exemple", "CFA du Modèle", "École Fictive des métiers")


# ----------------------------------------------------------------------------------------------------------- les lignes
@dataclass(eq=False)
class Candidature:
    """Un candidat à un SAS."""

    id_candidat: str
    sas: c.Sas
    annee: int
    identite: Identite
    qpv: bool
    niveau: str
    prescripteur: str
    orientation: dt.date
    present: bool = False
    decision: str = ""
    entree: dt.date | None = None


@dataclass(eq=False)
class Suivi:
    """Un jeune entré dans le dispositif."""

    id_candidat: str
    entree: dt.date
    sortie: dt.date | None = None
    type_sortie: str = ""
    employeur: str = ""


@dataclass(eq=False)
class Passage:
    """Une étape franchie par une personne."""

    dispositif: str
    id_participant: str
    identite: Identite
    prescripteur: str
    etablissement: str
    etape: str
    jour: dt.date
    motif: str = ""


@dataclass(eq=False)
class Prescription:
    """Une fiche d'orientation vers les clauses."""

    identite: Identite
    orientation: dt.date
    prescripteur: str
    secteur: str
    metier: str
    decision: str
    decide_le: dt.date | None
    plie: bool
    id_prescription: str = ""


@dataclass
class Parcours:
    """Les lignes justes, avant tout défaut."""

    candidatures: list[Candidature] = field(default_factory=list)
    suivis: list[Suivi] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    prescriptions: list[Prescription] = field(default_factory=list)


def tirer(monde: Monde) -> Parcours:
    """Tire toutes les lignes ; toujours les mêmes pour un même monde."""
    return _Tirage(monde).parcours


class _Tirage:
    def __init__(self, monde: Monde) -> None:
        self.monde = monde
        self.alea = random.Random(GRAINE + 350)
        self.noms = Faker("fr_FR")
        self.noms.seed_instance(GRAINE + 350)
        self.premier_contrat: dict[Personne, dt.date] = {}
        for contrat in monde.contrats:
            debut = min(contrat.debut, self.premier_contrat.get(contrat.personne, dt.date.max))
            self.premier_contrat[contrat.personne] = debut
        self.libres = list(monde.personnes)
        self.alea.shuffle(self.libres)
        self.pris = {identite_de(p).cle for p in monde.personnes}
        self.parcours = Parcours()
        self._prescriptions()
        self._etapes()
        self._cent_chances()
        self._identites()

    # -------------------------------------------------------------------------------------------------------- personnes
    def _inconnu(self, sexe: str, annees: tuple[int, int]) -> Identite:
        """Une personne qu'aucun fichier ne connaît encore, née entre ces années."""
        while True:
            naissance = dt.date(annees[0], 1, 1) + dt.timedelta(
                days=self.alea.randrange((annees[1] - annees[0] + 1) * 365)
            )
            quartier, commune = self.alea.choice(QUARTIERS)
            if self.alea.random() < 0.75:
                quartier, commune = "", self.alea.choice(COMMUNES)
            prenom = self.noms.first_name_female() if sexe == "F" else self.noms.first_name_male()
            identite = Identite(self.noms.last_name(), prenom, naissance, sexe, NOMS_COMMUNES[commune], quartier)
            if identite.cle not in self.pris:
                self.pris.add(identite.cle)
                return identite

    def _salarie(self, sexe: str, annees: tuple[int, int], apres: dt.date) -> Identite | None:
        """Un salarié d'ABC Clauses encore libre, dont le premier contrat commence après ce jour."""
        for p in self.libres:
            bon = not sexe or p.sexe == sexe
            if bon and annees[0] <= p.date_naissance.year <= annees[1] and self.premier_contrat[p] > apres:
                self.libres.remove(p)
                return identite_de(p)
        return None

    def _sexe(self, part_femmes: float) -> str:
        return "F" if self.alea.random() < part_femmes else "M"

    def _entre(self, debut: dt.date, fin: dt.date) -> dt.date:
        """Un jour ouvré entre deux jours."""
        jour = debut + dt.timedelta(days=self.alea.randint(0, (fin - debut).days))
        avant = jour - dt.timedelta(days=max(jour.weekday() - 4, 0))
        return avant if avant >= debut else debut

    def _identites(self) -> None:
        """Des gens différents qui se ressemblent, et des salariés mal écrits : une fois tous les chiffres tirés."""
        p = self.parcours
        candidats, prescrits = (
            list(dict.fromkeys(x.identite for x in lignes if not x.identite.salarie))
            for lignes in (p.candidatures, p.prescriptions)
        )
        ajouter_jumeaux(self.monde.personnes, candidats, prescrits)
        self.pris |= {i.cle for i in (*candidats, *prescrits)}
        mal_ecrire(((p.candidatures, False), (p.passages, False), (p.prescriptions, True)), self.pris)

    # ---------------------------------------------------------------------------------------------------- prescriptions
    def _prescriptions(self) -> None:
        """Fiches d'avant le premier contrat de qui CREATIV' ou l'ARIQ BTP suit, et d'autres, sans contrat encore."""
        fiches = self.parcours.prescriptions
        for p in self.monde.personnes:
            debut = self.premier_contrat[p]
            if p.accompagnement not in ("CREATIV'", "ARIQ BTP") or debut < dt.date(2016, 3, 1):
                continue
            orientation = self._entre(debut - dt.timedelta(days=75), debut - dt.timedelta(days=20))
            if orientation < dt.date(2016, 1, 4):
                continue
            decide = self._entre(orientation + dt.timedelta(days=4), debut - dt.timedelta(days=6))
            secteur = "BTP" if p.accompagnement == "ARIQ BTP" else "SERVICES"
            self._fiche(identite_de(p), orientation, p.prescripteur or "Mission locale", secteur, "Validé", decide)
        for _ in range(len(fiches) * 4 // 3):
            secteur = self.alea.choice(("BTP", "SERVICES", "SERVICES", ""))
            identite = self._inconnu(self._sexe(0.05 if secteur == "BTP" else 0.4), (1957, 1998))
            # Le service a diversifié ses prescripteurs en 2017 : les fiches sans contrat encore y sont plus nombreuses.
            depuis = dt.date(2016, 1, 4) if self.alea.random() < 0.3 else dt.date(2017, 1, 3)
            orientation = self._entre(depuis, FIN_2017 - dt.timedelta(days=9))
            # Les fiches de l'automne attendent ; de plus anciennes, peu, ont été oubliées.
            attente = 30 if orientation > dt.date(2017, 9, 15) else 1
            decision = self.alea.choices(("Validé", "Invalidé", "En attente"), (45, 40, attente))[0]
            decide = self._entre(orientation + dt.timedelta(days=4), orientation + dt.timedelta(days=50))
            if decide > FIN_2017:
                decision = "En attente"
            qui = self.alea.choice(
                ("Pôle emploi", "Pôle emploi", "Mission locale", "PLIE", "Cap emploi", "Conseil départemental")
            )
            self._fiche(identite, orientation, qui, secteur, decision, None if decision == "En attente" else decide)
        fiches.sort(key=lambda f: (f.orientation, f.identite.nom, f.identite.prenom))
        for i, fiche in enumerate(fiches):
            fiche.id_prescription = str(40_101 + i)

    def _fiche(
        self, identite: Identite, orientation: dt.date, prescripteur: str, secteur: str, decision: str,
        decide_le: dt.date | None,
    ) -> None:  # fmt: skip
        metier = self.alea.choice(METIERS[secteur]) if secteur else ""
        plie = decision == "Validé" and self.alea.random() < 0.3
        self.parcours.prescriptions.append(
            Prescription(identite, orientation, prescripteur, secteur, metier, decision, decide_le, plie)
        )

    # ----------------------------------------------------------------------------------------------------------- étapes
    def _etapes(self) -> None:
        passages = self.parcours.passages
        for dispositif, trajets in c.DISPOSITIFS.items():
            numeros = (f"{dispositif[:3].upper()}-{n:03d}" for n in range(1, 1000))
            annees = (1967, 1987) if dispositif in ("Coaching PLIE", "Inaptitude ESS") else (1965, 1996)
            annees = (1992, 2000) if dispositif == "Plasturgie" else annees
            for trajet in trajets:
                qui, ou = cycle(trajet.prescripteurs), cycle(trajet.etablissements)
                for i in range(trajet.effectif):
                    sexe = trajet.sexe or self._sexe(0.1 if dispositif == "Plasturgie" else 0.7)
                    depart = dt.date.fromisoformat(trajet.etapes[0][1].partition("/")[0])
                    identite = self._salarie(sexe, annees, depart) if i < trajet.deja else None
                    identite = identite or self._inconnu(sexe, annees)
                    numero, prescripteur, etablissement = next(numeros), next(qui), next(ou)
                    for rang, (etape, jours) in enumerate(trajet.etapes):
                        motif = trajet.motif if rang == len(trajet.etapes) - 1 else ""
                        passages.append(
                            Passage(dispositif, numero, identite, prescripteur, etablissement, etape,
                                    self._jour(jours), motif)
                        )  # fmt: skip
                    if trajet.aussi:
                        autre, (etape, jours) = trajet.aussi
                        passages.append(
                            Passage(dispositif, next(numeros), identite, autre, "", etape, self._jour(jours))
                        )
        self._stationnement()
        passages.sort(key=lambda x: (x.jour, x.dispositif, x.id_participant))

    def _stationnement(self) -> None:
        """Les six contrats CIPI de 2017 : orientés avant, formés dès la signature, deux embauchés ensuite."""
        contrats = {
            k.personne: k for k in self.monde.contrats if k.type_contrat == "CIPI" and max(k.heures).year == 2017
        }
        for n, (personne, contrat) in enumerate(sorted(contrats.items(), key=lambda x: x[0].id_salarie), 1):
            etapes = [
                ("Orienté", self._entre(dt.date(2017, 2, 6), dt.date(2017, 2, 24))),
                ("Démarrage formation", contrat.debut),
            ]
            if n <= 2 and contrat.fin:
                etapes.append(("Sorti CDD", contrat.fin + dt.timedelta(days=3)))
            for etape, jour in etapes:
                self.parcours.passages.append(
                    Passage(c.STATIONNEMENT, f"STA-{n:03d}", identite_de(personne), personne.prescripteur,
                            contrat.employeur.nom, etape, jour)
                )  # fmt: skip

    def _jour(self, jours: str) -> dt.date:
        debut, _, fin = jours.partition("/")
        return self._entre(dt.date.fromisoformat(debut), dt.date.fromisoformat(fin or debut))

    # ------------------------------------------------------------------------------------------------------ 100 chances
    def _cent_chances(self) -> None:
        absents: list[Candidature] = []
        for annee, sas_de_l_annee in ((2016, c.SAS_2016), (2017, c.SAS_2017)):
            entrants = sum(s.decisions[c.IMMEDIATE] for s in sas_de_l_annee)
            niveaux = [n for n, combien in c.NIVEAUX_ENTREES[annee].items() for _ in range(combien)]
            qpv = [i < c.QPV_ENTREES[annee] for i in range(entrants)]
            self.alea.shuffle(niveaux)
            self.alea.shuffle(qpv)
            profils = iter(zip(niveaux, qpv, strict=True))
            for sas in sas_de_l_annee:
                faites = self._sas(annee, sas, absents)
                for candidature in faites:
                    if candidature.decision == c.IMMEDIATE:
                        candidature.niveau, candidature.qpv = next(profils)
                        candidature.entree = dt.date.fromisoformat(sas.comite) + dt.timedelta(
                            days=self.alea.choice((1, 4, 5, 6, 7, 8, 11))
                        )
                # Le prochain passage d'un absent est une nouvelle candidature de la même personne.
                absents = [x for x in faites if not x.present]
                self.parcours.candidatures += faites
        differee = next(x for x in self.parcours.candidatures if x.decision == c.DIFFEREE)
        differee.entree = dt.date(2018, 3, 16)
        self._suivis()

    def _sas(self, annee: int, sas: c.Sas, absents: list[Candidature]) -> list[Candidature]:
        debut, fin = (dt.date.fromisoformat(jour) for jour in sas.orientations)
        retours = self.alea.sample(absents, c.RETOURS) if absents else []
        en_avance = c.EN_AVANCE if sas is c.SAS_2017[0] else 0
        decisions = [d for d, combien in sas.decisions.items() for _ in range(combien)]
        faites = []
        for i in range(sas.candidatures + en_avance):
            present = i < sas.presents
            ancien = retours.pop() if retours and i >= len(decisions) else None
            orientation = self._entre(debut, fin)
            if i >= sas.candidatures:
                orientation = self._entre(dt.date(2016, 12, 5), dt.date(2016, 12, 16))
            sexe = self._sexe(0.45)
            # Un entrant sur quatre et un candidat sur douze signeront un contrat clausé.
            suite = self.alea.random() < (0.25 if i < len(decisions) else 0.08)
            apres = dt.date.fromisoformat(sas.comite)
            identite = self._salarie(sexe, (1988, 1998), apres) if suite and not ancien else None
            if ancien:
                identite = ancien.identite
            identite = identite or self._inconnu(sexe, (1988, 1999))
            faites.append(
                Candidature(
                    ancien.id_candidat if ancien else "",
                    sas, annee, identite,
                    ancien.qpv if ancien else bool(identite.qpv),
                    ancien.niveau if ancien else self.alea.choice(NIVEAUX),
                    ancien.prescripteur if ancien else self.alea.choice(QUI_ORIENTE),
                    orientation, present, decisions[i] if i < len(decisions) else "",
                )
            )  # fmt: skip
        faites.sort(key=lambda x: (x.orientation, x.identite.nom))
        connus = {x.id_candidat for x in self.parcours.candidatures}
        numero = sum(1 for n in connus if n.startswith(f"{annee}-"))
        for x in faites:
            if not x.id_candidat:
                numero += 1
                x.id_candidat = f"{annee}-{numero:03d}"
        return faites

    def _suivis(self) -> None:
        """Entrées d'avant 2016, puis celles des candidatures, sauf une ; leurs sorties."""
        debuts = {annee: dt.date(annee, 10 if annee == 2011 else 1, 10) for annee in c.ENTREES_ANCIENNES}
        anciens = [
            Suivi(f"{annee}-{n:03d}", self._entre(debuts[annee], dt.date(annee, 12, 15)))
            for annee, combien in c.ENTREES_ANCIENNES.items()
            for n in range(1, combien + 1)
        ]
        anciens[0].entree = min(debuts.values())  # le premier entre le mois du lancement, d'où part le cumul
        entres = [x for x in self.parcours.candidatures if x.decision == c.IMMEDIATE]
        cohortes = {"avant": anciens}
        for annee in (2016, 2017):
            cohortes[str(annee)] = [
                Suivi(x.id_candidat, x.entree) for x in entres if x.annee == annee and x.entree is not None
            ]
        # Une entrée de juin n'a pas été reportée dans le suivi.
        del cohortes["2017"][12 : 12 + c.SANS_SUIVI]
        types = {annee: self._types(annee) for annee in (2016, 2017)}
        employeurs = [s.nom for s in self.monde.employeurs if not s.agence]
        agences = [s.nom for s in self.monde.employeurs if s.agence]
        for cohorte, (avant_2017, en_2017) in c.SORTIES.items():
            suivis = sorted(cohortes[cohorte], key=lambda x: x.entree)
            for suivi in suivis[:avant_2017]:
                self._sortir(suivi, types[2016], suivi.entree, FIN_2016 - dt.timedelta(days=12), employeurs, agences)
            for suivi in suivis[avant_2017 : avant_2017 + en_2017]:
                depart = max(suivi.entree, dt.date(2016, 12, 1))
                self._sortir(suivi, types[2017], depart, FIN_2017 - dt.timedelta(days=12), employeurs, agences)
            self.parcours.suivis += suivis

    def _types(self, annee: int) -> list[str]:
        types = [t for t, combien in c.TYPES_SORTIE[annee].items() for _ in range(combien)]
        self.alea.shuffle(types)
        return types

    def _sortir(
        self, suivi: Suivi, types: list[str], depart: dt.date, limite: dt.date, employeurs: list[str],
        agences: list[str],
    ) -> None:  # fmt: skip
        au_plus_tot = min(depart + dt.timedelta(days=35), limite)
        suivi.sortie = self._entre(au_plus_tot, min(depart + dt.timedelta(days=500), limite))
        suivi.type_sortie = types.pop()
        if suivi.type_sortie in ("CDI", "CDD", "Emploi d'avenir", "Alternance"):
            suivi.employeur = self.alea.choice(employeurs)
        elif suivi.type_sortie == "Intérim":
            suivi.employeur = self.alea.choice(agences)
        elif suivi.type_sortie == "Formation":
            suivi.employeur = self.alea.choice(ORGANISMES)


# -------------------------------------------------------------------------------------------------- les mêmes en tables
CANDIDATURES = {
    "id_candidat": "N° candidat", "sas": "SAS", "nom": "Nom", "prenom": "Prénom", "date_naissance": "Date de naissance",
    "sexe": "Sexe", "commune": "Commune", "qpv": "QPV", "niveau_formation": "Niveau", "prescripteur": "Prescripteur",
    "date_orientation": "Orienté le", "present_pre_sas": "Présent pré-SAS", "participant_sas": "Participant SAS",
    "decision_comite": "Décision du comité", "date_entree": "Date d'entrée",
}  # fmt: skip
SUIVI = {
    "id_candidat": "N° candidat", "date_entree": "Date d'entrée", "date_sortie": "Date de sortie",
    "type_sortie": "Type de sortie", "employeur": "Employeur ou organisme",
}  # fmt: skip
ETAPES = {
    "dispositif": "Dispositif", "id_participant": "N° participant", "nom": "Nom", "prenom": "Prénom",
    "date_naissance": "Date de naissance", "sexe": "Sexe", "prescripteur": "Prescripteur",
    "etablissement": "Établissement", "etape": "Étape", "date_etape": "Date", "motif": "Motif",
}  # fmt: skip
PRESCRIPTIONS = {
    "id_prescription": "N° fiche", "date_orientation": "Date d'orientation", "prescripteur": "Prescripteur",
    "nom": "Nom", "prenom": "Prénom", "date_naissance": "Date de naissance", "commune": "Commune", "qpv": "QPV",
    "secteur": "Secteur visé", "metier": "Métier visé", "decision": "Décision", "date_decision": "Date de décision",
    "motif": "Motif", "entree_plie": "Entrée PLIE",
}  # fmt: skip


def candidatures(parcours: Parcours, annee: int, au: dt.date) -> Table:
    """Candidatures du classeur d'une année, dans l'état qu'elles avaient ce jour."""
    lignes: list[Ligne] = []
    for x in parcours.candidatures:
        if x.annee != annee or x.orientation > au:
            continue
        comite = dt.date.fromisoformat(x.sas.comite)
        decidee = comite <= au
        lignes.append(
            {
                "id_candidat": x.id_candidat, "sas": x.sas.nom, "nom": x.identite.nom, "prenom": x.identite.prenom,
                "date_naissance": x.identite.date_naissance, "sexe": x.identite.sexe, "commune": x.identite.commune,
                "qpv": x.qpv, "niveau_formation": x.niveau or None, "prescripteur": x.prescripteur or None,
                "date_orientation": x.orientation,
                "present_pre_sas": x.present and comite - dt.timedelta(days=9) <= au,
                "participant_sas": decidee and bool(x.decision),
                "decision_comite": x.decision or None if decidee else None,
                "date_entree": x.entree if decidee else None,
            }
        )  # fmt: skip
    return Table(CANDIDATURES, lignes)


def suivi(parcours: Parcours, au: dt.date) -> Table:
    """Suivi cumulé des entrées, à ce jour."""
    lignes: list[Ligne] = []
    for x in parcours.suivis:
        if x.entree <= au:
            sorti = x.sortie is not None and x.sortie <= au
            lignes.append(
                {
                    "id_candidat": x.id_candidat, "date_entree": x.entree, "date_sortie": x.sortie if sorti else None,
                    "type_sortie": x.type_sortie if sorti else None,
                    "employeur": x.employeur or None if sorti else None,
                }
            )  # fmt: skip
    return Table(SUIVI, sorted(lignes, key=lambda ligne: str(ligne["date_entree"])))


def etapes(parcours: Parcours, au: dt.date) -> Table:
    """Étapes franchies au plus tard ce jour."""
    lignes: list[Ligne] = [
        {
            "dispositif": x.dispositif, "id_participant": x.id_participant, "nom": x.identite.nom,
            "prenom": x.identite.prenom, "date_naissance": x.identite.date_naissance, "sexe": x.identite.sexe,
            "prescripteur": x.prescripteur or None, "etablissement": x.etablissement or None, "etape": x.etape,
            "date_etape": x.jour, "motif": x.motif or None,
        }
        for x in parcours.passages
        if x.jour <= au
    ]  # fmt: skip
    return Table(ETAPES, lignes)


def prescriptions(parcours: Parcours) -> dict[dt.date, Table]:
    """Fiches par mois d'envoi (premier jour) : celles du mois, et celles d'avant décidées ce mois-là."""
    envois: dict[dt.date, list[Ligne]] = defaultdict(list)
    for x in parcours.prescriptions:
        mois = x.orientation.replace(day=1)
        decision = x.decide_le.replace(day=1) if x.decide_le else mois
        for envoi in sorted({mois, decision}):
            connue = x.decide_le is not None and decision <= envoi
            envois[envoi].append(
                {
                    "id_prescription": x.id_prescription, "date_orientation": x.orientation,
                    "prescripteur": x.prescripteur, "nom": x.identite.nom, "prenom": x.identite.prenom,
                    "date_naissance": x.identite.date_naissance, "commune": x.identite.commune,
                    "qpv": x.identite.qpv or "Non", "secteur": x.secteur or None, "metier": x.metier or None,
                    "decision": x.decision if connue else "En attente",
                    "date_decision": x.decide_le if connue else None,
                    "motif": MOTIFS[x.decision] if connue else None, "entree_plie": x.plie and connue,
                }
            )  # fmt: skip
    for lignes in envois.values():
        lignes.sort(key=lambda ligne: str(ligne["id_prescription"]))
    return {envoi: Table(PRESCRIPTIONS, envois[envoi]) for envoi in sorted(envois)}


# ------------------------------------------------------------------------------------------------ les mêmes en fichiers
CLASSEUR_2016, CLASSEUR_JUIN, CLASSEUR_2017 = "100chances_2016.xlsx", "100chances_2017.xlsx", "100chances_2017_v2.xlsx"
"""Le classeur de 2017 est envoyé en juillet puis, complété, au 1er janvier : le second remplace le premier."""
ETAPES_JUIN, ETAPES_2017 = "parcours_etapes_20170630.csv", "parcours_etapes_20171231.csv"


def deposer(monde: Monde) -> Iterator[tuple[Livraison, dict[str, Table]]]:
    """Livraisons de parcours et leurs tables, par feuille."""
    parcours = tirer(monde)
    for fichier, annee, au, depose in (
        (CLASSEUR_2016, 2016, FIN_2016, dt.datetime(2017, 1, 6, 9, 40)),
        (CLASSEUR_JUIN, 2017, dt.date(2017, 6, 30), dt.datetime(2017, 7, 4, 14, 5)),
        (CLASSEUR_2017, 2017, FIN_2017, dt.datetime(2018, 1, 1, 8, 20)),
    ):
        feuilles = {"Candidatures": candidatures(parcours, annee, au), "Suivi": suivi(parcours, au)}
        yield Livraison(f"parcours/100chances/{annee}", fichier, depose), feuilles
    for fichier, au, depose in (
        (ETAPES_JUIN, dt.date(2017, 6, 30), dt.datetime(2017, 7, 6, 11, 30)),
        (ETAPES_2017, FIN_2017, dt.datetime(2018, 1, 1, 8, 25)),
    ):
        yield Livraison("parcours/etapes", fichier, depose), {"": etapes(parcours, au)}
    for envoi, table in prescriptions(parcours).items():
        depose = dt.datetime(envoi.year + envoi.month // 12, envoi.month % 12 + 1, 5, 17, 10)
        yield (
            Livraison(f"parcours/prescriptions/{envoi:%Y}", _releve(envoi), min(depose, dt.datetime(2017, 12, 30, 16))),
            {"": table},
        )


def _releve(envoi: dt.date) -> str:
    return f"prescriptions_clauses_{envoi:%Y%m}.xlsx"


_MOIS = [dt.date(annee, mois, 1) for annee in (2016, 2017) for mois in range(1, 13)]
FACONS: dict[str, Facon] = {
    # Deux titres au-dessus de l'en-tête.
    **{
        _releve(mois): Facon(
            classeur="Prescriptions",
            titres=("Prescriptions reçues - clauses d'insertion", f"Mois : {mois:%m/%Y}"),
            # Le tableur a pris les numéros de fiche pour des nombres.
            numeriques=("id_prescription",) if mois.month % 3 == 0 else (),
        )
        for mois in _MOIS
    },
    ETAPES_JUIN: Facon(encodage="utf-8-sig", separateur=","),
    ETAPES_2017: Facon(encodage="utf-8-sig", separateur=","),
}

D, E = Defaut, Effet
_CANDIDATURES, _SUIVI = f"{CLASSEUR_2017}#Candidatures", f"{CLASSEUR_2017}#Suivi"
_INACHEVEE: Ligne = {
    "sas": "Novembre 2017", "nom": "Exemple", "prenom": "Camille", "present_pre_sas": False, "participant_sas": False,
}  # fmt: skip


def _dit(colonne: str, valeur: bool) -> Callable[[Ligne], bool]:
    return lambda ligne: ligne[colonne] is valeur


DEFAUTS: tuple[Defaut, ...] = (
    # 100 chances : un classeur tenu à la main.
    D(_CANDIDATURES, E.COMPRIS, "SAS écrit de plusieurs façons",
      alterner("sas", ("MARS 2017", "mars 2017 "), un_sur(9, 2, lambda x: x["sas"] == "Mars 2017"))),
    D(_CANDIDATURES, E.COMPRIS, "oui de plusieurs façons",
      alterner("present_pre_sas", ("Oui", "X", "1", "o"), un_sur(2, 0, _dit("present_pre_sas", True)))),
    D(_CANDIDATURES, E.COMPRIS, "non de plusieurs façons",
      alterner("present_pre_sas", ("", "Non", "0"), un_sur(2, 0, _dit("present_pre_sas", False)))),
    D(_CANDIDATURES, E.COMPRIS, "participants cochés d'une croix, les autres laissés vides",
      alterner("participant_sas", ("",), un_sur(1, 0, _dit("participant_sas", False)))),
    D(_CANDIDATURES, E.COMPRIS, "participants cochés d'une croix",
      alterner("participant_sas", ("x",), un_sur(1, 0, _dit("participant_sas", True)))),
    D(_CANDIDATURES, E.COMPRIS, "décision sans accent ni majuscule",
      remplacer("decision_comite", lambda d: sans_accents(d).lower(), un_sur(3, 1, lambda x: x["decision_comite"]))),
    D(_CANDIDATURES, E.COMPRIS, "prescripteurs écrits de plusieurs façons", graphies("prescripteur", 6)),
    D(_CANDIDATURES, E.COMPRIS, "noms en capitales", remplacer("nom", sans_accents_majuscules, un_sur(3))),
    D(_CANDIDATURES, E.ANOMALIE, "niveau écrit comme un diplôme",
      remplacer("niveau_formation", "Bac pro",
                premieres(3, lambda x: x["niveau_formation"] == "IV" and not x["decision_comite"]))),
    D(_CANDIDATURES, E.REJET, "candidature commencée et jamais finie",
      ajouter(_INACHEVEE | {"id_candidat": "2017-901"}, _INACHEVEE | {"id_candidat": "2017-902"})),
    D(_CANDIDATURES, E.DOUBLON, "ligne collée deux fois", repeter(50)),
    D(_CANDIDATURES, E.VIDE, "SAS séparés à l'œil par une ligne vide", separer(72, 156, 235)),
    D(CLASSEUR_2017, E.FEUILLE, "feuille des listes déroulantes", feuille_en_plus("Listes", "Prescripteurs", 2)),
    D(f"{CLASSEUR_JUIN}#Candidatures", E.REJET, "date de naissance oubliée, complétée depuis",
      remplacer("date_naissance", None, rangs(100, 120))),
    D(f"{CLASSEUR_JUIN}#Suivi", E.COMPRIS, "sortie sans type, précisée depuis",
      remplacer("type_sortie", None, premieres(2, lambda x: x["type_sortie"]))),
    D(_SUIVI, E.COMPRIS, "type de sortie sans accent ni majuscule",
      remplacer("type_sortie", lambda t: sans_accents(t).lower(), un_sur(7, 0, lambda x: x["type_sortie"]))),
    D(_SUIVI, E.COMPRIS, "numéro entouré d'espaces",
      remplacer("id_candidat", lambda n: f" {n} ", un_sur(25))),
    D(_SUIVI, E.ANOMALIE, "« en cours » à la place de la date de sortie",
      remplacer("date_sortie", "en cours", premieres(4, lambda x: not x["date_sortie"]))),
    # Étapes.
    D(ETAPES_2017, E.COMPRIS, "étape sans accent",
      remplacer("etape", sans_accents, un_sur(6, 0, lambda x: x["etape"] == "Orienté"))),
    D(ETAPES_2017, E.COMPRIS, "dispositif en capitales", remplacer("dispositif", str.upper, un_sur(11))),
    D(ETAPES_2017, E.COMPRIS, "prescripteurs écrits de plusieurs façons", graphies("prescripteur", 7)),
    D(ETAPES_2017, E.COMPRIS, "noms en capitales", remplacer("nom", sans_accents_majuscules, un_sur(4))),
    D(ETAPES_2017, E.COMPRIS, "années de naissance sur deux chiffres",
      remplacer("date_naissance", lambda n: dt.date.fromisoformat(n).strftime("%d/%m/%y"), un_sur(15, 3))),
    D(ETAPES_2017, E.ANOMALIE, "sexe en toutes lettres",
      remplacer("sexe", "Femme", premieres(2, lambda x: x["dispositif"] == "Quetigny DIDAQTE" and x["sexe"] == "F"))),
    D(ETAPES_2017, E.REJET, "étape hors liste",
      ajouter({"dispositif": "Coaching PLIE", "id_participant": "COA-001", "nom": "Exemple", "prenom": "Camille",
               "date_naissance": None, "etape": "Relance téléphonique", "date_etape": dt.date(2017, 9, 4)})),
    D(ETAPES_2017, E.DOUBLON, "bloc collé deux fois", repeter(60, 61)),
    D(ETAPES_2017, E.VIDE, "ligne de séparateurs", separer(120)),
    # Prescriptions.
    D("prescriptions_clauses_201603.xlsx", E.COMPRIS, "décision laissée vide",
      remplacer("decision", None, un_sur(1, 0, lambda x: x["decision"] == "En attente"))),
    D("prescriptions_clauses_201703.xlsx", E.COMPRIS, "quartiers sans accents ni article",
      alterner("qpv", ("Grésilles", "GRESILLES"), un_sur(1, 0, lambda x: x["qpv"] == "Les Grésilles"))),
    D("prescriptions_clauses_201704.xlsx", E.COLONNE, "colonne ajoutée à la main",
      colonne_en_plus("observations", "Observations", "CV à jour", un_sur(6))),
    D("prescriptions_clauses_201705.xlsx", E.ANOMALIE, "secteur hors liste, précisé à l'envoi suivant",
      remplacer("secteur", "Bâtiment",
                premieres(1, lambda x: x["secteur"] == "BTP" and x["decision"] == "En attente"))),
    D("prescriptions_clauses_201709.xlsx", E.COMPRIS, "« non » de plusieurs façons",
      alterner("qpv", ("N", "0", "Hors QPV", ""), un_sur(1, 0, lambda x: x["qpv"] == "Non"))),
    D("prescriptions_clauses_201710.xlsx", E.DOUBLON, "fiche collée deux fois", repeter(3)),
    D("prescriptions_clauses_201711.xlsx", E.COMPRIS, "décisions sans accent",
      remplacer("decision", lambda d: sans_accents(d).lower(), un_sur(2))),
    D("prescriptions_clauses_201711.xlsx", E.VIDE, "ligne vide au milieu", separer(5)),
)  # fmt: skip
