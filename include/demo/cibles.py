"""Les chiffres que les livraisons de démonstration doivent donner, dits une seule fois.

2017 est le rapport d'activité (codes CL…) ; ce que le rapport ne publie pas (types de contrat au-delà des quatre parts
imprimées, nombre de contrats, répartition par population, toute l'année 2016) est illustratif. Quand le rapport se
contredit (incoherences_2017.csv) les lignes suivent le détail : 119 entreprises et non 135, 117 résidents de
quartiers prioritaires sur 728 et non 21 %, 416 contacts avec les entreprises (54 recrutements en font 12,98 %) et
non 477. Les heures sont en centièmes : 46_267_02 se lit 46 267,02 h.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tete:
    """Une opération nommée par le rapport et ses heures par poche (population, type de contrat)."""

    donneur: str
    operation: str
    secteur: str
    base_juridique: str
    nature: str
    debut: str
    fin: str
    heures: dict[tuple[str, str], int]
    lots: tuple[str, ...] = ("1",)


@dataclass(frozen=True)
class Population:
    """Des personnes suivies de la même façon. effectif: nombre de personnes ayant travaillé en 2017."""

    accompagnement: str
    secteur: str
    effectif: int
    femmes: int
    qpv: int
    employeur: str
    """Type d'employeur ; vide quand il dépend du contrat (intérim d'insertion ou entreprise)."""


@dataclass(frozen=True)
class Poche:
    """Les heures d'une population sous un type de contrat, et les rangs (dans la population) de qui les fait.

    Un rang présent dans la poche CTTI et dans une autre est une passerelle : intérim d'insertion jusqu'en mai, puis
    embauche. embauches: contrats signés dans l'année, les passerelles d'abord.
    """

    heures: int
    rangs: tuple[tuple[int, int], ...]
    embauches: int = 0
    debut_au_plus_tard: int = 12
    fenetre: tuple[int, int] = (1, 12)


@dataclass(frozen=True)
class Cibles:
    """Ce qu'une année doit donner."""

    annee: int
    poches: dict[tuple[str, str], Poche]
    tetes: tuple[Tete, ...]
    operations: dict[str, int]
    """Opérations actives par secteur (CL032 : 146), têtes comprises."""
    plafond: int
    """Heures que toute autre opération n'atteint pas (le rang 10)."""
    contacts: dict[str, int] = field(default_factory=dict)


# -------------------------------------------------------------------------------------------- personnes (CL020-CL031)
# 279 EI + 89 ACI + 148 EA et ESAT + 212 CREATIV' et ARIQ BTP = 149 BTP + 579 services = 728.
# 211 femmes, aucune en BTP.
POPULATIONS = {
    "EI insertion": Population("EI", "SERVICES", 18, 6, 3, "EI"),
    "ACI insertion": Population("ACI", "SERVICES", 34, 12, 6, "ACI"),
    "EA insertion": Population("EA", "SERVICES", 20, 6, 3, "EA"),
    "EI services": Population("EI", "SERVICES", 249, 96, 34, "EI"),
    "ACI services": Population("ACI", "SERVICES", 55, 19, 8, "ACI"),
    "EA services": Population("EA", "SERVICES", 26, 9, 3, "EA"),
    "ESAT services": Population("ESAT", "SERVICES", 102, 36, 12, "ESAT"),
    "Services": Population("CREATIV'", "SERVICES", 75, 27, 15, ""),
    "EI bâtiment": Population("EI", "BTP", 12, 0, 3, "EI"),
    "Bâtiment": Population("ARIQ BTP", "BTP", 137, 0, 30, ""),
}

QPV_EMBAUCHES = {"BTP": 9, "SERVICES": 6}
"""Résidents de quartiers prioritaires parmi les embauchés (CL054 : 15 sur 54), compris dans les effectifs ci-dessus."""

# -------------------------------------------------------------- heures par type de contrat (CL001-CL003, CL016-CL019)
# BTP 108 265,67 + services 244 579,98 = 352 845,65. CDDI 98 796,78 ; CTTI 63 265,23 ; professionnalisation 33 873,18 ;
# CDI 51 444,90 : les quatre parts imprimées. Embauches : 20 CDI, 11 CDD, 4 formations qualifiantes, 19
# professionnalisations, soit 32 en BTP et 22 en services (CL051-CL058).
PRO, FQ = "Contrat de professionnalisation", "Formation qualifiante"
POCHES_2017 = {
    ("EI insertion", "CDDI"): Poche(12_000_00, ((0, 18),), debut_au_plus_tard=6),
    ("ACI insertion", "CDDI"): Poche(15_178_65, ((0, 34),), debut_au_plus_tard=6),
    ("EA insertion", "CDI"): Poche(13_000_00, ((0, 12),), debut_au_plus_tard=4),
    ("EA insertion", "CDD"): Poche(8_301_00, ((12, 20),), debut_au_plus_tard=4),
    ("EI services", "CDDI"): Poche(52_321_35, ((0, 249),)),
    ("ACI services", "CDDI"): Poche(14_500_00, ((0, 55),)),
    ("EA services", "CDI"): Poche(11_000_00, ((0, 16),)),
    ("EA services", "CDD"): Poche(4_499_00, ((16, 26),)),
    ("ESAT services", "Contrat de soutien (ESAT)"): Poche(47_141_75, ((0, 102),)),
    ("Services", "CTTI"): Poche(18_265_23, ((0, 26),)),
    ("Services", PRO): Poche(7_873_00, ((22, 26), (26, 30)), embauches=5),
    ("Services", "CDI"): Poche(14_000_00, ((17, 22), (30, 40)), embauches=12),
    ("Services", "CDD"): Poche(22_000_00, ((15, 17), (40, 62)), embauches=3),
    ("Services", "CIPI"): Poche(1_500_00, ((62, 68),), fenetre=(3, 6)),
    ("Services", "CTT"): Poche(2_000_00, ((68, 73),)),
    ("Services", FQ): Poche(1_000_00, ((73, 75),), embauches=2),
    ("EI bâtiment", "CDDI"): Poche(4_796_78, ((0, 12),)),
    ("Bâtiment", "CTTI"): Poche(45_000_00, ((0, 62),)),
    ("Bâtiment", PRO): Poche(26_000_18, ((50, 62), (62, 79)), embauches=14),
    ("Bâtiment", "CDI"): Poche(13_444_90, ((45, 50), (108, 120)), embauches=8),
    ("Bâtiment", "CDD"): Poche(13_000_00, ((28, 45), (79, 108)), embauches=8),
    ("Bâtiment", "CTT"): Poche(3_500_00, ((120, 132),)),
    ("Bâtiment", "Contrat d'apprentissage"): Poche(2_000_00, ((132, 135),)),
    ("Bâtiment", FQ): Poche(523_81, ((135, 137),), embauches=2),
}

# ----------------------------------------------------------------------------------- les dix opérations (CL005-CL014)
_DM, _VILLE, _ORVITIS = "Dijon Métropole", "Ville de Dijon", "Orvitis"
_ESAT = ("ESAT services", "Contrat de soutien (ESAT)")
COLLECTE = Tete(  # CL014 : 46 267,02
    _DM, "COLLECTE ET TRAITEMENTS DES DECHETS MENAGERS ET ASSIMILES", "SERVICES", "art. 14", "Marché",
    "2015-04-01", "2020-03-31",
    {("EI services", "CDDI"): 16_267_02, ("Services", "CTTI"): 8_000_00, ("Services", "CDD"): 12_000_00,
     ("Services", "CDI"): 8_000_00, ("Services", PRO): 2_000_00},
)  # fmt: skip
ESPACE_PUBLIC = Tete(  # CL013 : 27 178,65 ; marché d'insertion (art. 28), sans engagement d'heures
    _DM, "PRESTATIONS D'INSERTION POUR ACTIVITES D'ENTRETIEN DE L'ESPACE PUBLIC 2016 -2019", "SERVICES",
    "art. 28", "Marché",
    "2016-06-01", "2019-05-31",
    {("EI insertion", "CDDI"): 12_000_00, ("ACI insertion", "CDDI"): 15_178_65},
    ("1", "2"),
)  # fmt: skip
PEJOCES = Tete(  # CL012 : 21 301,00 ; l'autre marché d'insertion
    _VILLE, "EXHUMATION ET ENTRETIEN CIMETIERE DES PEJOCES", "SERVICES", "art. 28", "Marché",
    "2016-06-01", "2019-05-31",
    {("EA insertion", "CDI"): 13_000_00, ("EA insertion", "CDD"): 8_301_00},
)  # fmt: skip
SIX_LOTS = Tete(  # CL011 : 21 095,92
    _ORVITIS, "NETTOYAGE PARTIES COMMUNES IMMEUBLES ORVITIS lots 3, 5, 6, 8, 10, 11 - 2014/2017", "SERVICES",
    "art. 14", "Marché", "2014-01-06", "2017-12-31",
    {("EI services", "CDDI"): 13_095_92, _ESAT: 8_000_00},
    ("3", "5", "6", "8", "10", "11"),
)  # fmt: skip
PARTIES_COMMUNES = Tete(  # CL010 : 14 550,88
    _ORVITIS, "NETTOYAGE PARTIES COMMUNES IMMEUBLES ORVITIS 2015-2018", "SERVICES", "art. 14", "Marché",
    "2015-01-05", "2018-12-31",
    {("EI services", "CDDI"): 8_550_88, _ESAT: 6_000_00},
    ("1", "2"),
)  # fmt: skip
MUSEE = Tete(  # CL009 : 8 265,78, seule opération de BTP des dix
    _VILLE, "MUSEE DES BEAUX ARTS PHASE II", "BTP", "art. 14", "Marché", "2015-09-01", "2019-06-30",
    {("Bâtiment", "CTTI"): 3_500_00, ("Bâtiment", PRO): 2_500_00, ("Bâtiment", "CDD"): 1_265_78,
     ("Bâtiment", "CDI"): 1_000_00},
    ("1", "2", "3", "4", "5"),
)  # fmt: skip
DIVERS_BATIMENTS = Tete(  # CL008 : 6 613,79
    _DM, "DIVERS BATIMENTS - NETTOYAGE LOCAUX Oct-2014 - 2017", "SERVICES", "art. 14", "Accord-cadre",
    "2014-10-01", "2017-12-31",
    {("EI services", "CDDI"): 3_613_79, ("Services", "CDI"): 1_500_00, ("Services", "CDD"): 1_500_00},
)  # fmt: skip
REJETS_MENAGERS = Tete(  # CL007 : 6 412,71
    _ORVITIS,
    "PRESTATION D'ENLEVEMENT DES REJETS MENAGERS ET ENTRETIEN DES PARTIES COMMUNES DU PATRIMOINE D'ORVITIS 2016-2020",
    "SERVICES", "art. 14", "Marché", "2016-01-04", "2020-12-31",
    {("EI services", "CDDI"): 3_412_71, ("ACI services", "CDDI"): 3_000_00},
)  # fmt: skip
MOBILITE = Tete(  # CL006 : 5 954,70 ; les six contrats CIPI du stationnement y sont (CL070)
    _DM, "DELEGATION DE SERVICE PUBLIC EXPLOITATION DES SERVICES DE LA MOBILITE", "SERVICES", "DSP", "DSP",
    "2017-01-01", "2022-12-31",
    {("Services", "CIPI"): 1_500_00, ("Services", "CDD"): 2_000_00, ("Services", "CDI"): 1_454_70,
     ("Services", "CTTI"): 1_000_00},
)  # fmt: skip
LOCAUX_LOT2 = Tete(  # CL005 : 5 217,15
    _DM, "2014 - 2017 - NETTOYAGE DE LOCAUX GRAND DIJON VILLE DE DIJON LOT2", "SERVICES", "art. 14", "Marché",
    "2014-01-06", "2017-12-31",
    {("Services", "CDI"): 2_217_15, ("Services", "CDD"): 3_000_00},
    ("2",),
)  # fmt: skip

CIBLES_2017 = Cibles(
    annee=2017,
    poches=POCHES_2017,
    tetes=(COLLECTE, ESPACE_PUBLIC, PEJOCES, SIX_LOTS, PARTIES_COMMUNES, MUSEE, DIVERS_BATIMENTS, REJETS_MENAGERS,
           MOBILITE, LOCAUX_LOT2),
    operations={"BTP": 97, "SERVICES": 49},
    plafond=5_000_00,
    contacts={"Donneur d'ordre": 236, "Réunion de chantier": 16, "Montbard": 11, "Entreprise": 416, "Recrutement": 54},
)  # fmt: skip

# -------------------------------------------------------------------------------------------------- 2016, illustratif
PART_2016 = 0.94
"""Heures de 2016 rapportées à celles de 2017, hors marchés d'insertion (moitié moins) : 88 % de 2017 en tout.
Le rapport ne publie rien de 2016 : aucune de ces heures ne s'en réclame."""

MOIS_MARCHES_INSERTION_2016 = (6, 12)
"""Les deux marchés d'insertion commencent en juin 2016 (l'article 28 est du 25 mars 2016)."""

SANS_HEURES_2016 = frozenset({"DELEGATION DE SERVICE PUBLIC EXPLOITATION DES SERVICES DE LA MOBILITE"})
"""Têtes de 2017 qui n'avaient pas commencé en 2016."""

OPERATIONS_2016 = {"BTP": 84, "SERVICES": 43}
CONTACTS_2016 = {
    "Donneur d'ordre": 187, "Réunion de chantier": 11, "Montbard": 2, "Entreprise": 352, "Recrutement": 41,
}  # fmt: skip

# ------------------------------------------------------------------------------ donneurs d'ordre (CL033-CL036, CL076)
CONSULTATIONS_2017 = {"operations": 123, "heures_engagement": 76_575}
"""CL035 et CL036 : opérations dont la consultation est de 2017, et leurs heures d'engagement."""

REPAS_CHENOVE = "FOURNITURE ET LIVRAISON DE REPAS POUR LA RESTAURATION COLLECTIVE"
"""Marché de la Ville de Chenôve : 3 lots dont 2 réservés (CL067)."""


@dataclass(frozen=True)
class Donneur:
    """Un donneur d'ordre. role: A actif en 2017, C consultant, AC les deux ; poids: part des opérations ordinaires."""

    nom: str
    type_donneur_ordre: str
    commune: str
    role: str
    poids: int = 1


# 34 sur le bassin (communes de Dijon Métropole) et 5 dehors ; 17 A + 12 AC = 29 actifs, 10 C + 12 AC = 22 consultants.
DONNEURS = (
    Donneur("Dijon Métropole", "Collectivité", "", "AC", 20),
    Donneur("Ville de Dijon", "Collectivité", "21231", "AC", 14),
    Donneur("Orvitis", "Bailleur social", "", "AC", 14),
    Donneur("Grand Dijon Habitat", "Bailleur social", "", "AC", 16),
    Donneur("Villeo", "Bailleur social", "", "AC", 8),
    Donneur("SPLAD", "EPL", "", "AC", 6),
    Donneur("SEM - Société Est Métropole", "EPL", "21231", "AC", 5),
    Donneur("Ville de Chenôve", "Collectivité", "21166", "AC", 4),
    Donneur("Ville de Quetigny", "Collectivité", "21515", "AC", 3),
    Donneur("Ville de Longvic", "Collectivité", "21355", "AC", 3),
    Donneur("Préfecture Bourgogne", "État", "21231", "AC", 3),
    Donneur("CC Plaine Dijonnaise", "Collectivité", "21292", "AC", 2),
    Donneur("Ville de Chevigny", "Collectivité", "21171", "A", 2),
    Donneur("Ville de Fontaine-lès-Dijon", "Collectivité", "21278", "A", 2),
    Donneur("Ville de Saint-Apollinaire", "Collectivité", "21540", "A", 2),
    Donneur("Ville de Talant", "Collectivité", "21617", "A", 2),
    Donneur("Ville de Soirans", "Collectivité", "21609", "A"),
    Donneur("Ville de Venarey-les-Laumes", "Collectivité", "21663", "A"),
    Donneur("DREAL 21", "État", "21231", "A"),
    Donneur("DDT 21", "État", "21231", "A"),
    Donneur("Ministère de la défense", "État", "21355", "A"),
    Donneur("Ministère de la justice et des libertés", "État", "21231", "A"),
    Donneur("Ministère de l'écologie et du développement durable", "État", "21231", "A"),
    Donneur("Ministère de l'Éducation nationale", "État", "21231", "A"),
    Donneur("Ministère de l'Intérieur", "État", "21231", "A"),
    Donneur("Agrosup", "Établissement public", "21231", "A"),
    Donneur("INRA Centre de Dijon", "Établissement public", "21231", "A"),
    Donneur("CARSAT Bourgogne - Franche-Comté", "Établissement public", "21231", "A"),
    Donneur("La Vapeur", "Établissement public", "21231", "A"),
    Donneur("Eiffage Aménagement", "Privé", "21231", "C"),
    Donneur("Ministère de l'économie et des finances", "État", "21231", "C"),
    Donneur("Ministère du travail, emploi et formation", "État", "21231", "C"),
    Donneur("Services du Premier Ministre", "État", "21231", "C"),
    Donneur("SGAR", "État", "21231", "C"),
    Donneur("ARS Bourgogne", "État", "21231", "C"),
    Donneur("ADIM", "Privé", "21231", "C"),
    Donneur("Icade", "Privé", "21231", "C"),
    Donneur("Ville de Montbard", "Collectivité", "21425", "C"),
    Donneur("SNCF", "Établissement public", "21038", "C"),
)

# ------------------------------------------------------------------------------------------- employeurs (CL037-CL044)
EMPLOYEURS_2017 = {"BTP": 90, "SERVICES": 17, "EI": 3, "ACI": 2, "ESAT": 3, "EA": 2, "ETTI": 2}
"""119 employeurs ayant des heures en 2017 ; BTP et SERVICES sont les entreprises, agences d'intérim comprises."""
AGENCES_INTERIM = {"BTP": 4, "SERVICES": 2}
ENTREPRISES_2016_SEULEMENT = 5
