"""Ce que les fichiers de parcours doivent donner : codes CH…, QU…, PL…, IN…, TT009, AU002 et CL070 du rapport 2017.

Ce que le rapport ne publie pas (répartition par SAS, pré-SAS de 2016, dates, toutes les prescriptions) est illustratif.
Quand il se contredit, les lignes suivent le détail : 191 suivis et non 192 (une entrée sans ligne de suivi), 6 entrées
de 2017 sur 36 issues des quartiers prioritaires, trois salariées en attente de solution et non deux.
"""

from __future__ import annotations

from dataclasses import dataclass

# -------------------------------------------------------------------------------------------- 100 chances (CH001-CH022)
IMMEDIATE, DIFFEREE, REFUS = "Entrée immédiate", "Entrée différée", "Refus comité"
ABANDON, DESISTEMENT = "Abandon candidat", "Désistement candidat"


@dataclass(frozen=True)
class Sas:
    """Un SAS : quand on y oriente, quand le comité se tient, ce qui y arrive."""

    nom: str
    orientations: tuple[str, str]
    comite: str
    candidatures: int
    presents: int
    decisions: dict[str, int]
    """Une décision par participant."""


# 314 candidatures, 147 présents au pré-SAS, 41 participants : 36 entrées, 2 différées, un refus, un abandon et un
# désistement.
SAS_2017 = (
    Sas("Mars 2017", ("2017-01-03", "2017-03-03"), "2017-03-16", 70, 33, {IMMEDIATE: 9, ABANDON: 1}),
    Sas("Juin 2017", ("2017-03-20", "2017-05-31"), "2017-06-15", 84, 39, {IMMEDIATE: 10, REFUS: 1}),
    Sas("Septembre 2017", ("2017-06-19", "2017-09-08"), "2017-09-21", 79, 37,
        {IMMEDIATE: 8, DIFFEREE: 1, DESISTEMENT: 1}),
    Sas("Novembre 2017", ("2017-09-25", "2017-11-03"), "2017-11-16", 81, 38, {IMMEDIATE: 9, DIFFEREE: 1}),
)  # fmt: skip
# 144 orientations (les trois de la fin de l'année sont dans le classeur de 2017), 30 participants, 24 entrées.
SAS_2016 = (
    Sas("Mars 2016", ("2016-01-04", "2016-03-04"), "2016-03-17", 32, 15, {IMMEDIATE: 6, ABANDON: 1}),
    Sas("Juin 2016", ("2016-03-21", "2016-06-01"), "2016-06-16", 38, 19, {IMMEDIATE: 6, REFUS: 2}),
    Sas("Septembre 2016", ("2016-06-20", "2016-09-09"), "2016-09-22", 35, 17, {IMMEDIATE: 6, DESISTEMENT: 1}),
    Sas("Novembre 2016", ("2016-09-26", "2016-11-04"), "2016-11-17", 36, 18,
        {IMMEDIATE: 6, DESISTEMENT: 1, ABANDON: 1}),
)  # fmt: skip
EN_AVANCE = 3
"""Candidatures du SAS de mars 2017 orientées en décembre 2016 : elles comptent en 2016 (CH015a : 141 + 3 = 144)."""

QPV_ENTREES = {2016: 2, 2017: 6}
"""CH017 : 2 sur 24 ; CH018 imprime 16 % : 6 sur 36 font 16,7, et 15,8 avec les deux entrées différées."""
NIVEAUX_ENTREES = {
    2016: {"V": 5, "IV": 8, "III": 6, "II": 4, "I": 1},
    2017: {"V": 5, "IV": 9, "III": 12, "II": 7, "I": 3},
}  # fmt: skip
"""CH019 et CH020 : 14 de niveau IV ou V et 22 de niveau I à III, sur 36."""
RETOURS = 3
"""Par SAS : personnes absentes du pré-SAS précédent qui candidatent de nouveau ; elles comptent deux fois."""

# -------------------------------------------------------------------------------------------------- suivi (CH023-CH055)
# 132 entrées avant 2016, 24 en 2016, 35 en 2017 (sur 36) : 191. Sorties : 118 à fin 2016, 148 à fin 2017.
ENTREES_ANCIENNES = {2011: 6, 2012: 28, 2013: 33, 2014: 34, 2015: 31}
SANS_SUIVI = 1
SORTIES = {  # cohorte d'entrée : sorties avant 2017, sorties en 2017
    "avant": (114, 15), "2016": (4, 11), "2017": (0, 4),
}  # fmt: skip
TYPES_SORTIE = {
    # Fin 2016 : 102 positives (30 CDI, 45 CDD et intérim) et 16 abandons ; alternances et formations en font 22.
    2016: {"CDI": 30, "CDD": 31, "Intérim": 14, "Emploi d'avenir": 5, "Alternance": 11, "Formation": 11, "Abandon": 16},
    2017: {"CDI": 9, "CDD": 2, "Intérim": 2, "Alternance": 3, "Formation": 4, "Abandon": 10},
}  # fmt: skip

# --------------------------------------------------------------------------------------------------- étapes de parcours
Etape = tuple[str, str]
"""Une étape et son jour ; « du/au » quand les jours varient d'une personne à l'autre."""


@dataclass(frozen=True)
class Trajet:
    """Des personnes qui franchissent les mêmes étapes d'un dispositif."""

    effectif: int
    etapes: tuple[Etape, ...]
    sexe: str = ""
    prescripteurs: tuple[str, ...] = ("",)
    """Tour à tour."""
    etablissements: tuple[str, ...] = ("",)
    """Tour à tour."""
    deja: int = 0
    """Combien sont déjà salariées d'une opération clausée."""
    aussi: tuple[str, Etape] | None = None
    """Un autre prescripteur et une étape, sous un second numéro, pour les mêmes personnes."""
    motif: str = ""


def _chemin(*etapes: Etape) -> tuple[tuple[Etape, ...], ...]:
    """Le chemin coupé à chaque étape : l'élément n en a n."""
    return tuple(etapes[:n] for n in range(len(etapes) + 1))


# QU003-QU011 : 34 orientés, 17 présents, 13 visitent et confirment, 12 à l'accueil, 10 confirmés, 9 formés, 6 au bilan.
_Q = _chemin(
    ("Orienté", "2017-01-30/2017-03-07"), ("Présent information collective", "2017-03-09"),
    ("Visite entreprise", "2017-03-10/2017-03-14"), ("Intérêt confirmé", "2017-03-15/2017-03-17"),
    ("Entrée accueil", "2017-03-20"), ("Confirmé dispositif", "2017-03-31"), ("Démarrage formation", "2017-04-18"),
    ("Bilan intermédiaire", "2017-05-05"),
)  # fmt: skip
_PRESCRIPTEURS = ("Pôle emploi", "Mission locale", "PLIE", "Pôle emploi", "Conseil départemental", "CCAS de Quetigny")
QUETIGNY = (
    Trajet(17, _Q[1], prescripteurs=_PRESCRIPTEURS, deja=3),
    Trajet(4, _Q[2], prescripteurs=_PRESCRIPTEURS, deja=1),
    Trajet(1, _Q[4], prescripteurs=_PRESCRIPTEURS),
    Trajet(2, (*_Q[5], ("Abandon", "2017-03-24/2017-03-30")), "F", _PRESCRIPTEURS, motif="Projet à revoir, autre idée"),
    Trajet(1, (*_Q[6], ("Abandon", "2017-04-12")), "F", _PRESCRIPTEURS, motif="Autre secteur visé"),
    Trajet(3, (*_Q[7], ("Abandon", "2017-05-02/2017-05-05")), "F", _PRESCRIPTEURS, motif="Garde d'enfants"),
    Trajet(2, (*_Q[8], ("Sorti CDI", "2017-06-30")), "F", _PRESCRIPTEURS, deja=1),
    Trajet(2, (*_Q[8], ("Abandon", "2017-05-15/2017-06-16")), "F", _PRESCRIPTEURS, motif="Déménagement"),
    Trajet(2, (*_Q[8], ("Projet formation", "2017-06-30")), "F", _PRESCRIPTEURS),
)
# 6 repérés par la Mission locale, 2 par Pôle emploi dont un commun, 3 par la Maison Phare (qui en fait rencontrer 5).
_P = _chemin(
    ("Orienté", "2017-04-18/2017-05-31"), ("Présent information collective", "2017-06-08"),
    ("Visite entreprise", "2017-06-13"), ("Apprentissage", "2017-08-28"),
)  # fmt: skip
_ML, _PE, _PHARE = ("Mission locale",), ("Pôle emploi",), ("Maison Phare",)
PLASTURGIE = (
    Trajet(1, (("Orienté", "2017-04-14"), ("Sorti CDD", "2017-04-24")), prescripteurs=_ML),
    Trajet(1, _P[1], prescripteurs=_ML),
    Trajet(1, _P[2], prescripteurs=_ML),
    Trajet(1, _P[3], prescripteurs=_ML),
    Trajet(1, _P[4], prescripteurs=_ML),
    Trajet(1, _P[2], prescripteurs=_ML, aussi=("Pôle emploi", ("Orienté", "2017-05-29"))),
    Trajet(1, _P[3], prescripteurs=_PE),
    Trajet(3, (("Orienté", "2017-06-01"), ("Rencontré", "2017-06-02")), prescripteurs=_PHARE),
    Trajet(2, (("Rencontré", "2017-06-02"),), prescripteurs=_PHARE),
)  # fmt: skip
# 13 orientées et 10 accompagnées avant 2017 : 4 licenciements et une démission (2 reconversions, 3 en attente), 5 en
# poste. L'injoignable est des 13, pas des 10. En 2017, deux établissements nouveaux.
_ANCIENS = ("Mutualité Française Bourguignonne", "ADMR", "Foyer ADAPEI les Eaux Vives", "MAS Croix-Rouge")
_I = _chemin(("Orienté", "2015-10-05/2016-06-30"), ("Accompagné", "2016-07-01/2016-11-30"))
_LICENCIEMENT: Etape = ("A quitté son poste - licenciement", "2017-01-16/2017-07-28")
_SERVICES = ("Médecine du travail", "SAMETH", "Employeur")
INAPTITUDE = (
    Trajet(2, (*_I[2], _LICENCIEMENT, ("Reconversion réalisée", "2017-09-04/2017-11-30")), "F",
           _SERVICES, _ANCIENS[:2], motif="Inaptitude, restriction de port de charges"),
    Trajet(2, (*_I[2], _LICENCIEMENT, ("En attente de solution", "2017-12-04/2017-12-15")), "F",
           _SERVICES, _ANCIENS[1:3], motif="Inaptitude au poste"),
    Trajet(1, (*_I[2], ("A quitté son poste - démission", "2017-03-31"), ("En attente de solution", "2017-12-08")), "F",
           _SERVICES, _ANCIENS[3:]),
    Trajet(5, (*_I[2], ("En poste", "2017-12-04/2017-12-15")), "F", _SERVICES, _ANCIENS, motif="Usure professionnelle"),
    Trajet(1, (*_I[1], ("Injoignable", "2017-12-11")), "F", _SERVICES, _ANCIENS[:1]),
    Trajet(2, _I[1], "F", _SERVICES, _ANCIENS[1:3]),
    Trajet(3, (("Orienté", "2017-03-06/2017-06-30"),), "F", _SERVICES, ("Unidom", "ACODEGE")),
)  # fmt: skip
_AUXONNE: Etape = ("Présent information collective", "2017-09-12")
VAE = (
    Trajet(8, (_AUXONNE,), "F", _PE + _ML, deja=1),
    Trajet(4, (_AUXONNE, ("Intérêt confirmé", "2017-09-12/2017-10-06")), "F", _PE + _ML),
)
COACHING = (
    Trajet(3, (("Accompagné", "2017-04-04/2017-04-20"),), "M", ("PLIE",), deja=2),
    Trajet(3, (("Accompagné", "2017-04-04/2017-04-20"),), "F", ("PLIE",), deja=1),
)
DISPOSITIFS = {
    "Quetigny DIDAQTE": QUETIGNY, "Plasturgie": PLASTURGIE, "Inaptitude ESS": INAPTITUDE, "VAE collective": VAE,
    "Coaching PLIE": COACHING,
}  # fmt: skip
STATIONNEMENT = "Stationnement CIPI"
"""Ses six personnes (CL070) sont celles des six contrats CIPI de 2017 : les étapes suivent leurs contrats."""
