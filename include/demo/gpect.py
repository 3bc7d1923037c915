"""Les lignes justes de l'axe gpect, qui donnent exactement les chiffres de `cibles_gpect`, et leurs livraisons.

Chaque source arrive au moins deux fois : la livraison plus ancienne est la même histoire, arrêtée plus tôt.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

from faker import Faker

from include.demo import cibles_gpect as c
from include.demo.campus import LISTE_RENCONTRES
from include.demo.clauses import GRAINE, Monde, siret
from include.demo.defauts_gpect import DEFAUTS, FACONS
from include.demo.fichiers import Cellule, Ligne, Livraison, Table
from include.demo.nombres import repartir

__all__ = ["DEFAUTS", "FACONS", "Gpect", "deposer", "tirer_gpect"]

VISITES = {
    "date_visite": "Date du RDV", "entreprise": "Entreprise", "siret": "SIRET", "commune": "Commune",
    "secteur": "Secteur d'activité", "effectif": "Effectif", "adherent_club": "Adhérent Club Entreprendre",
    "artisan": "Artisan", "origine": "Origine du contact", "besoin_recrutement": "Besoin de recrutement",
    "thematiques": "Thématiques",
}  # fmt: skip
OFFRES = {
    "num_offre": "N°", "secteur": "Secteur", "entreprise": "Entreprise", "siret": "SIRET", "metier": "Métier",
    "date_offre": "Recueillie le", "postes_qualifies": "Q", "postes_zone_grise": "ZG", "postes_non_qualifies": "NQ",
    "pourvue": "Offre pourvue", "postes_pourvus": "Postes pourvus",
}  # fmt: skip
POSTES = ("postes_qualifies", "postes_zone_grise", "postes_non_qualifies", "postes_pourvus")
ENTRETIENS = {
    "id_entretien": "N° entretien", "demarche": "Démarche", "code_projet": "Code projet", "entreprise": "Entreprise",
    "siret": "SIRET", "departement": "Département", "effectif": "Effectif", "date_entretien": "Date",
    "mode_entretien": "Mode", "statut": "Statut", "enqueteur": "Enquêteur", "vague": "Vague",
    "mise_en_relation": "Mise en relation",
}  # fmt: skip
BESOINS = {
    "demarche": "Démarche", "entreprise": "Entreprise", "metier": "Métier", "nb_postes": "Nombre de postes",
    "horizon": "Horizon", "date_besoin": "Recueilli le",
}  # fmt: skip
EFFECTIFS = {
    "secteur": "Secteur", "territoire": "Territoire", "annee": "Année", "effectif_salarie": "Effectif salarié",
}  # fmt: skip
REPONSES = {
    "num_reponse": "N° réponse", "type_commerce": "Type de commerce", "secteur": "Secteur",
    "interroge_par": "Interrogé par", "date_reponse": "Date", "appui_rh": "Souhaite un appui RH",
    "appui_numerique": "Souhaite un appui numérique",
}  # fmt: skip
FICHES = {
    "num_axe": "N° axe", "axe_strategique": "Axe", "fiche": "Fiche", "intitule": "Intitulé", "pilote": "Pilote",
    "statut": "Statut", "echeance": "Échéance", "point_etape": "Point d'étape",
}  # fmt: skip
STRUCTURES = {
    "structure": "Structure", "locale": "Locale", "champ": "Champ", "annee_creation": "Année de création",
    "nb_entretiens": "Nombre d'entretiens",
}  # fmt: skip
DEMANDEURS = {
    "identifiant": "Identifiant", "nom": "Nom", "prenom": "Prénom", "date_naissance": "Date de naissance",
    "code_postal": "Code postal", "rome_1": "ROME 1", "rome_2": "ROME 2", "courriel": "Courriel",
    "telephone": "Téléphone",
}  # fmt: skip

# Raisons sociales inventées : une enseigne et un de ces noms ; aucune n'est celle d'un employeur des clauses.
NOMS = (
    "du Canevas", "de l'Esquisse", "Imaginaire & Cie", "des Quatre Essais", "Prototype", "du Brouillon",
    "de la Maquette",
)  # fmt: skip
ENSEIGNES = {
    "Santé": ("Laboratoires", "Biotechnologies", "Dispositifs Médicaux", "Pharmacie Industrielle", "Diagnostics"),
    "IAA": ("Biscuiterie", "Fromagerie", "Salaisons", "Moutarderie"),
    "Tourisme commerce": ("Boutique", "Librairie", "Maroquinerie", "Grand Magasin"),
    "Tourisme HCR": ("Hôtel", "Restaurant", "Brasserie"),
    "Métallurgie Longvic": ("Usinage", "Chaudronnerie", "Tôlerie"),
    "Services aux personnes": ("Aide à Domicile",),
}
AILLEURS = (
    "en Ligne", "Exemple", "Spécimen", "de France Fictive", "du Grand Est Imaginaire", "du Rhône Fictif", "pour Tous",
    "des Alpes Fictives", "de l'Ouest Imaginaire", "du Nord Fictif", "du Midi Imaginaire", "sans Frontières",
)  # fmt: skip
FIN_2017 = dt.date(2017, 12, 31)
SEMAINE = dt.timedelta(weeks=1)
T = TypeVar("T")


@dataclass(frozen=True)
class Entreprise:
    """Une entreprise rencontrée par le Relais Conseil, et ce que dit d'elle sa dernière visite."""

    nom: str
    siret: str
    secteur: str
    commune: str
    rendez_vous: int
    en_2016: bool
    effectif: int = 0
    adherent_club: bool = False
    artisan: bool = False
    origine: str = ""
    recrute: bool = False


@dataclass(frozen=True)
class Gpect:
    """Les lignes justes, avant tout défaut : ce que l'entrepôt doit retrouver."""

    visites: list[Ligne] = field(default_factory=list)
    offres: list[Ligne] = field(default_factory=list)
    entretiens: list[Ligne] = field(default_factory=list)
    besoins: list[Ligne] = field(default_factory=list)
    effectifs: list[Ligne] = field(default_factory=list)
    reponses: list[Ligne] = field(default_factory=list)
    fiches: list[Ligne] = field(default_factory=list)
    structures: list[Ligne] = field(default_factory=list)
    demandeurs: list[Ligne] = field(default_factory=list)


@cache
def tirer_gpect() -> Gpect:
    """Tire toutes les lignes de l'axe ; toujours les mêmes. À copier avant de les changer."""
    return _Tirage().gpect()


def deposer(_: Monde) -> Iterator[tuple[Livraison, dict[str, Table]]]:
    """Livraisons de l'axe, et la table de chaque feuille (sans nom : la seule du fichier)."""
    g = tirer_gpect()
    relais = "relais_conseil"
    for au, depose in (
        (dt.date(2016, 12, 31), dt.datetime(2017, 1, 30, 9, 40)),
        (dt.date(2017, 6, 30), dt.datetime(2017, 7, 4, 17, 5)),
        (FIN_2017, dt.datetime(2018, 1, 1, 8, 20)),
    ):
        yield _seule(relais, f"rce_visites_{au:%Y%m%d}.xlsx", depose, VISITES, _jusqu_au(g.visites, "date_visite", au))
        offres = Table(OFFRES, _offres_au(g, au), sommes=POSTES, groupe="secteur")
        yield Livraison(relais, f"rce_offres_{au:%Y%m%d}.xlsx", depose + dt.timedelta(minutes=4)), {"": offres}
    for au, depose in (
        (dt.date(2017, 6, 30), dt.datetime(2017, 7, 6, 10, 15)),
        (FIN_2017, dt.datetime(2018, 1, 1, 9, 0)),
    ):
        jour = f"{au:%Y%m%d}"
        yield _seule("gpect", f"gpect_entretiens_{jour}.csv", depose, ENTRETIENS, _entretiens_au(g, au))
        yield Livraison("gpect", f"plan_actions_{jour}.xlsx", depose), _plans_au(g, au)
        recensees = g.structures if au == FIN_2017 else g.structures[:96]
        yield _seule("gpect", f"economie_collaborative_{jour}.csv", depose, STRUCTURES, _copie(recensees))
    for au, depose in (
        (dt.date(2017, 9, 29), dt.datetime(2017, 10, 2, 9, 30)),
        (FIN_2017, dt.datetime(2018, 1, 1, 9, 1)),
    ):
        besoins = _jusqu_au(g.besoins, "date_besoin", au)
        fichier = f"gpect_besoins_{au:%Y%m%d}.{'csv' if au == FIN_2017 else 'xlsx'}"
        yield _seule("gpect", fichier, depose, BESOINS, besoins)
    for annee, depose in ((2016, dt.datetime(2016, 12, 14, 11, 0)), (2017, dt.datetime(2017, 12, 13, 11, 30))):
        lignes = [x for x in g.effectifs if x["annee"] == annee - 1]
        yield _seule("emfor", f"emfor_effectifs_{annee}.csv", depose, EFFECTIFS, _copie(lignes))
    # L'envoi qui corrige le précédent : ses lignes lui viennent des défauts qu'il répare.
    correction = Livraison("emfor", "emfor_effectifs_2017_v2.csv", dt.datetime(2017, 12, 20, 15, 10))
    yield correction, {"": Table(EFFECTIFS, [])}
    for au, depose in (
        (dt.date(2017, 8, 31), dt.datetime(2017, 9, 1, 14, 0)),
        (dt.date(2017, 12, 1), dt.datetime(2017, 12, 1, 16, 30)),
    ):
        lignes = _jusqu_au(g.reponses, "date_reponse", au)
        yield _seule("cci", f"cci_enquete_zti_{au:%Y%m%d}.csv", depose, REPONSES, lignes)
    for au, depose, combien in (
        (dt.date(2017, 11, 30), dt.datetime(2017, 12, 1, 9, 10), 251),
        (dt.date(2017, 12, 22), dt.datetime(2017, 12, 22, 18, 0), len(g.demandeurs)),
    ):
        lignes = _copie(g.demandeurs[:combien])
        yield _seule("pole_emploi", f"pole_emploi_longvic_{au:%Y%m%d}.xlsx", depose, DEMANDEURS, lignes)


def _seule(
    dossier: str, fichier: str, depose: dt.datetime, entetes: dict[str, str], lignes: list[Ligne]
) -> tuple[Livraison, dict[str, Table]]:
    return Livraison(dossier, fichier, depose), {"": Table(entetes, lignes)}


def _copie(lignes: list[Ligne]) -> list[Ligne]:
    return [dict(ligne) for ligne in lignes]


def _jusqu_au(lignes: list[Ligne], date: str, au: dt.date) -> list[Ligne]:
    return [dict(ligne) for ligne in lignes if _date(ligne, date) <= au]


def _date(ligne: Ligne, colonne: str) -> dt.date:
    valeur = ligne[colonne]
    assert isinstance(valeur, dt.date)
    return valeur


def _offres_au(g: Gpect, au: dt.date) -> list[Ligne]:
    """Offres recueillies jusque-là ; celles des deux derniers mois étaient alors en cours."""
    lignes = _jusqu_au(g.offres, "date_offre", au)
    for ligne in lignes:
        if au < FIN_2017 and _date(ligne, "date_offre") > au - dt.timedelta(days=60):
            ligne |= {"pourvue": "En cours", "postes_pourvus": None}
    return lignes


def _entretiens_au(g: Gpect, au: dt.date) -> list[Ligne]:
    """Entretiens connus à cette date : les passés, et ceux prévus dans les trois mois."""
    lignes = _jusqu_au(g.entretiens, "date_entretien", au + dt.timedelta(days=90))
    for ligne in lignes:
        if _date(ligne, "date_entretien") > au:
            ligne |= {"statut": "Planifié", "mise_en_relation": None}
    return lignes


def _plans_au(g: Gpect, au: dt.date) -> dict[str, Table]:
    """Une feuille par projet, dans l'état de cette date."""
    etat = "statut" if au == FIN_2017 else "statut_juin"
    projets = dict.fromkeys(str(x["code_projet"]) for x in g.fiches if x[etat])
    return {
        projet: Table(FICHES, [x | {"statut": x[etat]} for x in g.fiches if x["code_projet"] == projet])
        for projet in projets
    }


class _Tirage:
    def __init__(self) -> None:
        self.alea = random.Random(GRAINE + 211)
        self._numero = 5_000
        self._sirets: dict[str, str] = {}

    def gpect(self) -> Gpect:
        entreprises = self._entreprises()
        visites = self._visites(entreprises)
        entretiens = self._entretiens()
        return Gpect(
            visites=visites,
            offres=self._offres(visites),
            entretiens=entretiens,
            besoins=self._besoins(entretiens),
            effectifs=self._effectifs(),
            reponses=self._reponses(),
            fiches=self._fiches(),
            structures=self._structures(),
            demandeurs=self._demandeurs(),
        )

    def _siret(self, nom: str) -> str:
        """SIRET d'une entreprise : toujours le même pour un nom."""
        if nom not in self._sirets:
            self._numero += 1
            self._sirets[nom] = siret(self._numero, zero=self._numero % 15 == 4)
        return self._sirets[nom]

    def _jour(self, debut: dt.date, fin: dt.date) -> dt.date:
        """Un jour ouvré de cette période."""
        jours = [debut + dt.timedelta(days=n) for n in range((fin - debut).days + 1)]
        return self.alea.choice([j for j in jours if j.weekday() < 5])

    def _au_hasard(self, parts: dict[tuple[int, int], int]) -> list[int]:
        """Nombres de chaque intervalle, dans le désordre."""
        tires = [self.alea.randint(*bornes) for bornes, combien in parts.items() for _ in range(combien)]
        self.alea.shuffle(tires)
        return tires

    # -------------------------------------------------------------------------------------------------- relais conseil
    def _entreprises(self) -> list[Entreprise]:
        """56 entreprises : 22 vues une fois fin 2016, 34 en 2017."""
        de_2016, de_2017 = [], []
        for secteur, s in c.SECTEURS.items():
            noms = _raisons_sociales(s.enseignes, s.vues_2016 + s.vues_2017)
            de_2016 += [(secteur, nom) for nom in noms[: s.vues_2016]]
            de_2017 += [(secteur, nom) for nom in noms[s.vues_2016 :]]
        self.alea.shuffle(de_2017)
        rendez_vous = [1] * len(de_2016) + [*c.RENDEZ_VOUS_CMAI, *self._melange(c.RENDEZ_VOUS_AUTRES)]
        origines = ["Club Entreprendre"] * len(de_2016) + ["CMAI"] * len(c.RENDEZ_VOUS_CMAI)
        origines += self._melange([o for o, combien in c.ORIGINES_2017.items() for _ in range(combien)])
        effectifs = self._au_hasard(c.TAILLES)
        places = [*de_2016, *de_2017]
        artisans = self._artisans(places, effectifs, origines)
        du_club = [i for i, origine in enumerate(origines) if origine == "Club Entreprendre"]
        autres = [i for i in range(len(places)) if i not in du_club]
        adherents = {*self.alea.sample(du_club, c.ADHERENTS - 4), *self.alea.sample(autres, 4)}
        recrutent = {
            i
            for secteur, s in c.SECTEURS.items()
            for i in self.alea.sample([i for i, place in enumerate(places) if place[0] == secteur], s.avec_offres)
        }
        return [
            Entreprise(
                nom, self._siret(nom), secteur, self.alea.choice(c.COMMUNES_RCE), rendez_vous[i], i < len(de_2016),
                effectifs[i], i in adherents, i in artisans, origines[i], i in recrutent,
            )
            for i, (secteur, nom) in enumerate(places)
        ]  # fmt: skip

    def _melange(self, valeurs: Sequence[T]) -> list[T]:
        return self.alea.sample(valeurs, len(valeurs))

    def _artisans(self, places: list[tuple[str, str]], effectifs: list[int], origines: list[str]) -> set[int]:
        """Les entreprises orientées par la Chambre de métiers, et d'autres ni agricoles ni de plus de 20 salariés."""
        orientees = {i for i, origine in enumerate(origines) if origine == "CMAI"}
        possibles = [
            i
            for i, (secteur, _) in enumerate(places)
            if secteur != c.AGRICULTURE and effectifs[i] <= c.DE_10_A_20[1] and i not in orientees
        ]
        return orientees | set(self.alea.sample(possibles, c.ARTISANS - len(orientees)))

    def _visites(self, entreprises: list[Entreprise]) -> list[Ligne]:
        lignes: list[Ligne] = []
        for e in entreprises:
            if e.en_2016:
                dates = [self._jour(dt.date(2016, 10, 3), dt.date(2016, 12, 16))]
            else:
                premiere = self._jour(dt.date(2017, 1, 9), dt.date(2017, 9, 29) - 6 * SEMAINE * (e.rendez_vous - 1))
                semaines = [self.alea.randint(2, 6) for _ in range(e.rendez_vous - 1)]
                dates = [premiere + SEMAINE * sum(semaines[:n]) for n in range(e.rendez_vous)]
            for rang, date in enumerate(dates):
                derniere = rang == len(dates) - 1
                # Un premier rendez-vous ne dit pas toujours le besoin, et l'effectif a pu changer depuis.
                avant = e if derniere else replace(e, effectif=e.effectif + 1, recrute=e.recrute and rang > 0)
                sujets = [t for t in c.THEMATIQUES[1:] if self.alea.random() < 0.3]
                lignes.append(
                    {
                        "date_visite": date, "entreprise": e.nom, "siret": e.siret, "commune": e.commune,
                        "secteur": e.secteur, "effectif": avant.effectif, "adherent_club": e.adherent_club,
                        "artisan": e.artisan, "origine": e.origine, "besoin_recrutement": avant.recrute,
                        "thematiques": "|".join([*(c.THEMATIQUES[:1] if avant.recrute else ()), *sujets]),
                    }
                )  # fmt: skip
        return sorted(lignes, key=lambda x: (_date(x, "date_visite"), str(x["entreprise"])))

    def _offres(self, visites: list[Ligne]) -> list[Ligne]:
        """Offres des entreprises qui recrutent, par secteur, recueillies à leur dernière visite ou peu après."""
        derniere = {str(x["entreprise"]): x for x in visites}
        lignes: list[Ligne] = []
        for secteur, offres in c.OFFRES.items():
            recrutent = [x for x in derniere.values() if x["secteur"] == secteur and x["besoin_recrutement"]]
            self.alea.shuffle(recrutent)
            for rang, offre in enumerate(offres):
                visite = recrutent[rang % len(recrutent)]
                delai = dt.timedelta(days=0 if rang < len(recrutent) else self.alea.randint(2, 70))
                lignes.append(
                    {
                        "num_offre": 0, "secteur": secteur, "entreprise": visite["entreprise"],
                        "siret": visite["siret"], "metier": offre.metier,
                        "date_offre": _date(visite, "date_visite") + delai, "postes_qualifies": offre.q or None,
                        "postes_zone_grise": offre.zg or None, "postes_non_qualifies": offre.nq or None,
                        "pourvue": offre.issue or None, "postes_pourvus": offre.pourvus or None,
                    }
                )  # fmt: skip
        for numero, ligne in enumerate(sorted(lignes, key=lambda x: _date(x, "date_offre")), 1):
            ligne["num_offre"] = numero
        secteurs = list(c.OFFRES)
        return sorted(lignes, key=lambda x: (secteurs.index(str(x["secteur"])), x["num_offre"]))

    # ----------------------------------------------------------------------------------------------------- entretiens
    def _entretiens(self) -> list[Ligne]:
        lignes = [
            *self._filiere("Santé", "216-SANTE", c.SANTE, c.SALARIES_SANTE, c.SECONDS_ENTRETIENS_SANTE),
            *self._filiere("IAA", "216-IAA", c.IAA, 1_432, 0),
            *self._commerces(),
            *self._longvic(),
            *self._quetigny(),
            *self._une_fois("Tourisme HCR", "222", c.HCR_2016, dt.date(2016, 9, 5), dt.date(2016, 11, 30), depuis=0),
            *(
                self._entretien("Services aux personnes", "211D-SAP", nom, jour, effectif=self.alea.randint(120, 600))
                for nom, jour in zip(
                    _raisons_sociales(ENSEIGNES["Services aux personnes"], 3), c.SERVICES_AUX_PERSONNES, strict=True
                )
            ),
            *self._collaboratives(),
            *(
                self._entretien("BTS diététique", "221", nom, dt.date.fromisoformat(jour), mode_entretien=mode)
                for jour, _, _, nom, _, mode, objet in LISTE_RENCONTRES
                if objet == "BTS diététique"
            ),
        ]  # fmt: skip
        lignes.sort(key=lambda x: (_date(x, "date_entretien"), str(x["entreprise"])))
        for numero, ligne in enumerate(lignes, 1):
            ligne["id_entretien"] = f"E{numero:04d}"
        return lignes

    def _entretien(self, demarche: str, code_projet: str, entreprise: str, jour: dt.date, **autres: Cellule) -> Ligne:
        ligne: Ligne = {
            "id_entretien": "", "demarche": demarche, "code_projet": code_projet, "entreprise": entreprise,
            "siret": self._siret(entreprise), "departement": "21", "effectif": None, "date_entretien": jour,
            "mode_entretien": "Physique", "statut": "Réalisé", "enqueteur": "CREATIV'", "vague": None,
            "mise_en_relation": False,
        }  # fmt: skip
        return ligne | autres

    def _filiere(
        self, demarche: str, projet: str, departements: dict[str, int], salaries: int, seconds: int
    ) -> list[Ligne]:
        """Une étude de filière en Bourgogne : les entretiens de l'automne 2017, et trois prévus début 2018."""
        ou = [d for d, combien in departements.items() for _ in range(combien)]
        noms = _raisons_sociales(ENSEIGNES[demarche], len(ou) + c.PLANIFIES)
        effectifs = repartir(salaries, [self.alea.uniform(0.2, 3) for _ in ou])
        lignes = [
            self._entretien(
                demarche, projet, nom, self._jour(dt.date(2017, 10, 9), dt.date(2017, 12, 20)), departement=departement,
                effectif=effectif, enqueteur=c.ENQUETEURS[departement], mise_en_relation=self.alea.random() < 0.1,
            )
            for nom, departement, effectif in zip(noms[: len(ou)], ou, effectifs, strict=True)
        ]  # fmt: skip
        # La première visite d'une entreprise vue deux fois : l'effectif annoncé alors n'est pas le dernier.
        for ligne in self.alea.sample(lignes, seconds):
            autre: Ligne = {"date_entretien": self._jour(dt.date(2017, 9, 4), dt.date(2017, 10, 6)), "effectif": 250}
            lignes.append(ligne | autre | {"mise_en_relation": False})
        prevus = [*noms[len(ou) + 1 :], str(lignes[0]["entreprise"])]
        for nom in prevus:
            jour = self._jour(dt.date(2018, 1, 15), dt.date(2018, 3, 23))
            lignes.append(self._entretien(demarche, projet, nom, jour, statut="Planifié"))
        annulee, jour = noms[len(ou)], self._jour(dt.date(2017, 11, 6), dt.date(2017, 12, 15))
        return [*lignes, self._entretien(demarche, projet, annulee, jour, statut="Annulé", effectif=35)]

    def _commerces(self) -> list[Ligne]:
        lignes = []
        for rang, (nom, qui) in enumerate(
            zip(_raisons_sociales(ENSEIGNES["Tourisme commerce"], len(c.COMMERCES)), c.COMMERCES, strict=True)
        ):
            jour = self._jour(c.DEBUT_COMMERCE, c.FIN_COMMERCE)
            for enqueteur in (qui, *(["CREATIV'"] if rang in c.COMMERCES_AVEC_CREATIV else [])):
                lignes.append(
                    self._entretien("Tourisme commerce", "222", nom, jour, enqueteur=enqueteur, effectif=4 + rang)
                )
        return lignes

    def _longvic(self) -> list[Ligne]:
        noms = iter(_raisons_sociales(ENSEIGNES["Métallurgie Longvic"], sum(c.LONGVIC.values())))
        periodes = {1: (dt.date(2017, 6, 12), dt.date(2017, 7, 21)), 2: (dt.date(2017, 10, 9), dt.date(2017, 12, 18))}
        lignes = [
            self._entretien(
                "Métallurgie Longvic", "211D-LONGVIC", next(noms), self._jour(*periodes[vague]), vague=vague,
                effectif=self.alea.randint(6, 90),
            )
            for vague, combien in c.LONGVIC.items()
            for _ in range(combien)
        ]  # fmt: skip
        lignes[-1]["mise_en_relation"] = True
        return lignes

    def _quetigny(self) -> list[Ligne]:
        debut, fin = dt.date(2016, 4, 4), dt.date(2016, 6, 30)
        lignes = [
            ligne
            for demarche, combien in c.QUETIGNY_2016.items()
            for ligne in self._une_fois(demarche, "211D-QUETIGNY", combien, debut, fin, depuis=8)
        ]
        inconnue = self._entretien("Tourisme commerce", "211D-QUETIGNY", c.ENSEIGNE_INCONNUE, self._jour(debut, fin))
        return [*lignes, inconnue | {"siret": None}]

    def _une_fois(
        self, demarche: str, projet: str, combien: int, debut: dt.date, fin: dt.date, *, depuis: int
    ) -> list[Ligne]:
        """Des entreprises vues une fois, dont le nom n'est pas déjà pris par les `depuis` premières de la démarche."""
        noms = _raisons_sociales(ENSEIGNES[demarche], depuis + combien)[depuis:]
        return [
            self._entretien(demarche, projet, nom, self._jour(debut, fin), effectif=self.alea.randint(3, 60))
            for nom in noms
        ]

    def _collaboratives(self) -> list[Ligne]:
        """Les 28 structures interrogées, dont une deux fois."""
        noms = [nom for nom, _ in c.INTERROGEES] + [c.INTERROGEE_DEUX_FOIS]
        return [
            self._entretien(
                "Économie collaborative", "212", nom, self._jour(dt.date(2017, 1, 16), dt.date(2017, 6, 2)),
                enqueteur="AMNYOS",
            )
            for nom in noms
        ]  # fmt: skip

    # -------------------------------------------------------------------------------------------------- autres tables
    def _besoins(self, entretiens: list[Ligne]) -> list[Ligne]:
        """Postes à court terme des entreprises de Longvic, et d'autres à moyen terme, recueillis à l'entretien."""

        def realises(demarche: str) -> list[Ligne]:
            return [x for x in entretiens if x["demarche"] == demarche and x["statut"] == "Réalisé"]

        longvic = realises("Métallurgie Longvic")
        court = [("Métallurgie Longvic", metier, n, "Court terme") for metier, n in c.BESOINS_LONGVIC]
        moyen = [(demarche, metier, n, "Moyen terme") for demarche, metier, n in c.BESOINS_MOYEN_TERME]
        lignes: list[Ligne] = []
        for rang, (demarche, metier, n, horizon) in enumerate((*court, *moyen)):
            # Un autre métier, donc une autre ligne, pour la même entreprise : la clé ne se répète pas.
            entretien = longvic[rang % len(longvic)] if "Longvic" in demarche else realises(demarche)[rang % 5]
            lignes.append(
                {
                    "demarche": demarche, "entreprise": entretien["entreprise"], "metier": metier, "nb_postes": n,
                    "horizon": horizon, "date_besoin": entretien["date_entretien"],
                }
            )  # fmt: skip
        return lignes

    def _effectifs(self) -> list[Ligne]:
        """Effectifs de deux années ; la région est toujours la somme de ses départements."""
        lignes: list[Ligne] = []
        for annee, part in ((2015, c.EFFECTIFS_2015), (2016, 1.0)):
            for secteur, effectifs in c.EFFECTIFS.items():
                par_departement = {t: round(n * part) for t, n in effectifs.items() if t != "Bourgogne"}
                for territoire, n in (*par_departement.items(), ("Bourgogne", sum(par_departement.values()))):
                    lignes.append({"secteur": secteur, "territoire": territoire, "annee": annee, "effectif_salarie": n})
        return lignes

    def _reponses(self) -> list[Ligne]:
        lignes: list[Ligne] = []
        for type_commerce, (combien, rh, numerique) in c.REPONSES.items():
            voulus = {"appui_rh": rh, "appui_numerique": numerique}
            tires = {colonne: set(self.alea.sample(range(combien), n)) for colonne, n in voulus.items()}
            lignes += [
                {
                    "num_reponse": "", "type_commerce": type_commerce, "secteur": self.alea.choice(c.SECTEURS_COMMERCE),
                    "interroge_par": "CCI", "date_reponse": self._jour(c.DEBUT_ENQUETE, c.FIN_ENQUETE),
                    "appui_rh": rang in tires["appui_rh"], "appui_numerique": rang in tires["appui_numerique"],
                }
                for rang in range(combien)
            ]  # fmt: skip
        lignes.sort(key=lambda x: _date(x, "date_reponse"))
        for numero, ligne in enumerate(lignes, 1):
            ligne["num_reponse"] = f"R{numero:03d}"
        # CREATIV' a interrogé ses commerces début septembre ; d'autres ont répondu en ligne, sans personne.
        septembre = [x for x in lignes if _date(x, "date_reponse") >= dt.date(2017, 9, 1)]
        for ligne in septembre[: c.INTERROGES_PAR_CREATIV]:
            ligne["interroge_par"] = "CREATIV'"
        for ligne in lignes[:40:3]:
            ligne["interroge_par"] = None
        return lignes

    def _fiches(self) -> list[Ligne]:
        return [
            {
                "code_projet": projet, "num_axe": num_axe, "axe_strategique": axe.intitule,
                "fiche": f"{num_axe}.{rang}", "intitule": intitule, "pilote": "CREATIV'",
                "statut": statut, "statut_juin": statut_juin,
                "echeance": echeance or None,
                "point_etape": "Non traité pendant la période" if statut == c.NON_TRAITE else None,
            }
            for projet, axes in c.PLANS.items()
            for num_axe, axe in enumerate(axes, 1)
            for rang, (intitule, statut_juin, statut, echeance) in enumerate(axe.fiches, 1)
        ]  # fmt: skip

    def _structures(self) -> list[Ligne]:
        """Structures interrogées d'abord, puis les autres ; une partie est récente."""
        locales = [(nom, champ, 1 + (nom == c.INTERROGEE_DEUX_FOIS)) for nom, champ in c.INTERROGEES]
        ailleurs = []
        for champ, (ici, la_bas, mots) in c.CHAMPS.items():
            locales += [(nom, champ, 0) for nom in _raisons_sociales(mots, ici)]
            ailleurs += [(nom, champ, 0) for nom in _raisons_sociales(mots, la_bas, AILLEURS)]
        publiques = {nom for nom, _ in c.INTERROGEES[:16]}
        recentes = set()
        for champ, combien in c.RECENTES.items():
            candidates = [
                nom
                for nom, le_sien, _ in locales
                if nom not in publiques and (le_sien == champ or not champ and le_sien not in c.RECENTES)
            ]
            recentes |= set(self.alea.sample(candidates, combien))
        recentes |= set(self.alea.sample([nom for nom, _, _ in ailleurs], c.RECENTES_AILLEURS))
        return [
            {
                "structure": nom, "locale": rang < len(locales), "champ": champ,
                "annee_creation": self.alea.randint(*((2015, 2017) if nom in recentes else (1998, 2014))),
                "nb_entretiens": entretiens or None,
            }
            for rang, (nom, champ, entretiens) in enumerate((*locales, *ailleurs))
        ]  # fmt: skip

    def _demandeurs(self) -> list[Ligne]:
        noms = Faker("fr_FR")
        noms.seed_instance(GRAINE + 1)
        metiers = self._melange([d for d, (combien, _) in c.METIERS_ROME.items() for _ in range(combien)])
        rangs = self.alea.sample(range(len(metiers)), c.COURRIELS_VALIDES + c.COURRIELS_MAL_ECRITS)
        ecritures = dict.fromkeys(rangs[: c.COURRIELS_VALIDES], "{}@courriel.example") | {
            rang: c.COURRIELS_FAUX[n % len(c.COURRIELS_FAUX)] for n, rang in enumerate(rangs[c.COURRIELS_VALIDES :])
        }
        lignes: list[Ligne] = []
        for rang, domaine in enumerate(metiers):
            codes = c.METIERS_ROME[domaine][1]
            rome_1, rome_2 = self.alea.sample(codes, 2)
            lignes.append(
                {
                    "identifiant": f"{2_100_000 + 37 * rang:07d}{'ABCDEFGHJK'[rang % 10]}",
                    "nom": noms.last_name(), "prenom": noms.first_name(),
                    "date_naissance": dt.date(1957, 1, 1) + dt.timedelta(days=self.alea.randint(0, 42 * 365)),
                    "code_postal": self.alea.choices(("21600", "21000", "01000", "03100"), (40, 5, 1, 1))[0],
                    "rome_1": rome_1, "rome_2": rome_2 if self.alea.random() < 0.6 else None,
                    "courriel": ecritures[rang].format(f"demandeur{rang + 1}") if rang in ecritures else None,
                    "telephone": f"06 39 98 {self.alea.randint(0, 99):02d} {self.alea.randint(0, 99):02d}",
                }
            )  # fmt: skip
        return lignes


def _raisons_sociales(enseignes: tuple[str, ...], combien: int, noms: tuple[str, ...] = NOMS) -> list[str]:
    """Les premières raisons sociales, toutes différentes, faites d'une enseigne et d'un nom."""
    return [f"{enseignes[n % len(enseignes)]} {noms[n // len(enseignes)]}" for n in range(combien)]
