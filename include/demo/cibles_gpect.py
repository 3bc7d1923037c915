"""Les chiffres que les livraisons de l'axe gpect doivent donner, dits une seule fois.

2017 est le rapport d'activité (codes RC, GP, QU, ME, SA, EC et CA) ; ce qu'il ne publie pas (effectif de chaque
entreprise, entretiens de 2016, champs de l'économie collaborative hors consommation et production) est illustratif.
Quand le rapport se contredit (incoherences_2017.csv) les lignes suivent le détail : onze offres sans réponse connue et
non dix (X11), sept axes du plan tourisme (X21), dix visites de huit commerces (X22). Les entreprises sont inventées ;
les organismes publics sont ceux que le rapport nomme.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

# ------------------------------------------------------------------------------- Relais Conseil aux Entreprises (RC…)
BATIMENT, TERTIAIRE = "Bâtiment", "Tertiaire / services / commerce"
INDUSTRIE, AGRICULTURE = "Industrie", "Agriculture"


@dataclass(frozen=True)
class Secteur:
    """Entreprises d'un secteur : vues une fois d'octobre à décembre 2016, vues de janvier à septembre 2017."""

    vues_2016: int
    vues_2017: int
    avec_offres: int
    """Celles, des deux années, qui ont un besoin de recrutement et au moins une offre."""
    enseignes: tuple[str, ...]


# 18 + 32 + 4 + 2 = 56 visitées (RC004), 22 en 2016 et 34 en 2017 ; 10 + 12 + 4 + 2 = 28 avec offres (RC039b).
SECTEURS = {
    BATIMENT: Secteur(7, 11, 10, ("Menuiserie", "Maçonnerie", "Couverture", "Plâtrerie", "Isolation", "Béton")),
    TERTIAIRE: Secteur(13, 19, 12, ("Coiffure", "Boulangerie", "Immobilier", "Topographie", "Garage", "Communication")),
    INDUSTRIE: Secteur(1, 3, 4, ("Mécanique", "Électronique")),
    AGRICULTURE: Secteur(1, 1, 2, ("Ferme",)),
}
MOINS_DE_10, DE_10_A_20, PLUS_DE_20 = (0, 9), (10, 20), (21, 48)
TAILLES = {MOINS_DE_10: 41, DE_10_A_20: 10, PLUS_DE_20: 5}
"""RC007 à RC009 ; le service s'adresse aux moins de 50 salariés."""
ADHERENTS, ARTISANS = 34, 37
"""RC005a, RC006a."""
ORIGINES_2017 = {"Club Entreprendre": 19, "Prospection": 8, "Autre": 2}
"""RC010a, et la Chambre de métiers ci-dessous ; les 22 entreprises de 2016 viennent toutes du Club (41, RC010b)."""
RENDEZ_VOUS_CMAI = (3, 3, 2, 2, 1)
"""Rendez-vous de chaque entreprise orientée par la Chambre de métiers : 11 (RC013)."""
RENDEZ_VOUS_AUTRES = (4,) * 2 + (3,) * 6 + (2,) * 14 + (1,) * 7
"""Ceux des 29 autres entreprises de 2017 : 61, soit 72 avec les précédents (RC001) et 94 avec 2016 (RC003)."""
THEMATIQUES = (
    "Recrutement", "Entretiens professionnels", "Droit du travail", "Aides à l'embauche", "Réseau des partenaires",
)  # fmt: skip
COMMUNES_RCE = ("Is-sur-Tille", "Selongey", "Marcilly-sur-Tille", "Til-Châtel", "Gemeaux", "Grancey-le-Château")


@dataclass(frozen=True)
class Offre:
    """Une offre du tableau (l.585-622) ; issue vide : rien n'est dit de ses suites."""

    metier: str
    issue: str
    q: int = 0
    zg: int = 0
    nq: int = 0
    pourvus: int = 0


# Métiers et issues du tableau ; les offres sans issue publiée (X12) sont N ou vides.
# 6 + 7 + 3 + 3 = 19 postes pourvus (RC041) par 6 + 4 + 3 + 1 = 14 offres (RC040a).
OFFRES: dict[str, tuple[Offre, ...]] = {
    # 22 offres d'un poste : 9 Q, 4 ZG, 9 NQ ; 6 pourvues, 1 en cours, 6 NSP (RC025c à RC027c).
    BATIMENT: (
        Offre("Menuisier d'agencement", "N", q=1), Offre("Maçon", "N", nq=1), Offre("Couvreur", "O", q=1, pourvus=1),
        Offre("Poseur (isolation extérieure)", "O", nq=1, pourvus=1), Offre("Responsable commercial", "NSP", q=1),
        Offre("Technico-commercial", "O", q=1, pourvus=1), Offre("Agent de fabrication", "O", nq=1, pourvus=1),
        Offre("Conducteur de centrale", "NSP", q=1), Offre("Chauffeur livreur", "NSP", nq=1),
        Offre("Mécanicien", "NSP", q=1), Offre("Chef de cour", "NSP", zg=1), Offre("Ouvrier polyvalent", "NSP", nq=1),
        Offre("Assistant de gestion", "O", q=1, pourvus=1), Offre("Assistant de direction", "En cours", zg=1),
        Offre("Plâtrier peintre", "O", nq=1, pourvus=1), Offre("Menuisier d'agencement", "N", q=1),
        Offre("Menuisier d'agencement", "", zg=1), Offre("Maçon", "N", q=1), Offre("Maçon", "N", nq=1),
        Offre("Maçon", "", nq=1), Offre("Maçon", "", zg=1), Offre("Maçon", "", nq=1),
    ),
    # 13 offres, 18 Q et 4 ZG, lus par différence (X10) ; 4 pourvues, 2 en cours, 2 NSP (RC029c à RC031c).
    TERTIAIRE: (
        Offre("Assistant de gestion", "O", q=1, pourvus=1), Offre("Technicien photogrammétrie", "O", q=2, pourvus=2),
        Offre("Conseiller en immobilier", "En cours", q=3), Offre("Commercial terrain", "En cours", q=2),
        Offre("Directeur de magasin", "NSP", q=1), Offre("Vendeur (boulangerie, magasin)", "NSP", q=1, zg=1),
        Offre("Assistant communication", "O", q=1, pourvus=1),
        Offre("Coiffeur (apprentissage)", "O", q=1, zg=2, pourvus=3),
        Offre("Vendeur (boulangerie, magasin)", "N", q=2), Offre("Vendeur (boulangerie, magasin)", "", zg=1),
        Offre("Conseiller en immobilier", "", q=2), Offre("Commercial terrain", "N", q=1),
        Offre("Directeur de magasin", "", q=1),
    ),
    # 7 offres, 5 Q et 2 ZG ; 3 pourvues, 2 en cours, 2 NSP d'après les métiers, 1 d'après la ligne TOTAL (X11).
    INDUSTRIE: (
        Offre("Dessinateur projeteur", "O", q=1, pourvus=1), Offre("Électronicien hardware et software", "NSP", q=1),
        Offre("Ingénieur qualité", "En cours", q=1), Offre("Ouvrier non spécialisé", "O", zg=1, pourvus=1),
        Offre("Ouvrier non spécialisé", "En cours", zg=1),
        Offre("Responsable réseau informatique", "O", q=1, pourvus=1), Offre("Développeur bureau d'étude", "NSP", q=1),
    ),
    # 3 offres et 7 postes : 1 Q, 3 ZG, 3 NQ ; 1 pourvue, 1 NSP (RC036c à RC038b).
    AGRICULTURE: (
        Offre("Ouvrier polyvalent", "O", zg=2, nq=1, pourvus=3), Offre("Agent de transformation", "NSP", q=1, zg=1),
        Offre("Ouvrier polyvalent", "N", nq=2),
    ),
}  # fmt: skip

# ------------------------------------------------------------------ entretiens des démarches (GP…, ME…, QU…, SA…, EC…)
SANTE = {"21": 13, "71": 6, "58": 3, "89": 4}
"""GP002 à GP005 : 26 entreprises."""
SALARIES_SANTE = 1_624
SECONDS_ENTRETIENS_SANTE = 4
"""26 entreprises et 30 entretiens physiques (GP007) : quatre ont été vues deux fois."""
IAA = {"21": 2, "71": 4, "58": 1, "89": 6}
"""GP011 à GP014 : 13 entreprises."""
PLANIFIES = 3
"""Entretiens programmés au premier trimestre 2018, dans chacune des deux démarches (GP015, X20)."""
ENQUETEURS = {
    "21": "CREATIV'", "71": "CREATIV'", "58": "Maison de l'emploi et de la formation de la Nièvre",
    "89": "Maison de l'emploi et de la formation de l'Auxerrois",
}  # fmt: skip
DEBUT_COMMERCE, FIN_COMMERCE = dt.date(2017, 4, 10), dt.date(2017, 5, 12)
COMMERCES = ("FORCO",) * 4 + ("AGEFOS-PME",) * 4
"""Qui a rencontré chacun des huit commerces du centre-ville (GP020)."""
COMMERCES_AVEC_CREATIV = (0, 4)
"""Les deux où CREATIV' est venu aussi : 4 + 4 + 2 = 10 visites (X22)."""
LONGVIC = {1: 3, 2: 5}
"""Rendez-vous par vague (ME004, ME006), un par entreprise."""
QUETIGNY_2016 = {"Tourisme commerce": 11, "Tourisme HCR": 4}
"""Enseignes nommées par le rapport ; la seizième ne l'est pas (QU001, X18)."""
ENSEIGNE_INCONNUE = "Enseigne non précisée"
HCR_2016 = 6
"""Hôtels, cafés et restaurants du centre-ville rencontrés en 2016 (illustratif)."""
SERVICES_AUX_PERSONNES = (dt.date(2017, 7, 28), dt.date(2017, 7, 31), dt.date(2017, 8, 1))
"""SA001b, SA001c : trois structures, un entretien chacune."""

# --------------------------------------------------------------------------------------------- besoins et effectifs
BESOINS_LONGVIC = (
    ("Commercial", 1), ("Dessinateur projeteur", 1), ("Dessinateur détaillant", 1), ("Technicien d'atelier", 1),
    ("Technicien de maintenance", 2), ("Usineur traditionnel", 3), ("Opérateur découpe", 1), ("Assistant usineur", 1),
    ("Chaudronnier", 2), ("Soudeur", 2),
)  # fmt: skip
"""Postes à court terme : 15 (ME008)."""
BESOINS_MOYEN_TERME = (
    ("Métallurgie Longvic", "Soudeur", 2), ("Métallurgie Longvic", "Régleur", 1), ("Santé", "Technicien qualité", 3),
    ("Santé", "Opérateur de conditionnement", 6), ("IAA", "Conducteur de ligne", 4),
)  # fmt: skip
"""Illustratif : ni à court terme, ni tous de Longvic."""
EFFECTIFS = {
    "Santé": {"21": 3_402, "71": 1_214, "58": 466, "89": 1_086, "Bourgogne": 6_168},
    "IAA": {"21": 5_310, "71": 6_120, "58": 1_180, "89": 3_240, "Bourgogne": 15_850},
}
"""2016, en Bourgogne : GP009 pour la santé, le reste est illustratif ; la région est la somme des départements."""
EFFECTIFS_2015 = 0.985

# -------------------------------------------------------------------------------- enquête de la CCI (GP021 à GP025)
DEBUT_ENQUETE, FIN_ENQUETE = dt.date(2017, 8, 15), dt.date(2017, 9, 15)
REPONSES = {"Indépendant": (99, 27, 11), "Succursale": (39, 5, 3)}
"""Réponses, appui RH, appui numérique : 138, 32 (27 % et 13 %) et 14."""
INTERROGES_PAR_CREATIV = 12
SECTEURS_COMMERCE = (
    "Équipement de la personne", "Équipement de la maison", "Alimentation", "Restauration", "Culture et loisirs",
    "Beauté et santé",
)  # fmt: skip

# ----------------------------------------------------------------------------- plans d'actions (GP016, GP017, CA001)
REALISE, EN_COURS, NON_DEMARRE = "Réalisé", "En cours", "Non démarré"
NON_TRAITE, REPORTE = "Non traité", "Reporté"


@dataclass(frozen=True)
class Axe:
    """Un axe stratégique et ses fiches : intitulé, statut en juin puis en décembre 2017, échéance."""

    intitule: str
    fiches: tuple[tuple[str, str, str, str], ...]


PLANS: dict[str, tuple[Axe, ...]] = {
    # Sept axes et seize fiches de l'annexe 1 (l.3563-3609).
    "222": (
        Axe("Pilotage", (
            ("Mettre en place une instance de pilotage adaptée aux territoires des Climats", EN_COURS, REALISE, "2017"),
            ("Mettre en place une animation de proximité des acteurs du tourisme", EN_COURS, EN_COURS, "2018"),
            ("Mettre en place une démarche qualité en matière de relation clients", NON_DEMARRE, EN_COURS, "2018"),
        )),
        Axe("Mobilités professionnelles et sécurisation des parcours", (
            ("Mettre en place un socle de compétences partagé", EN_COURS, REALISE, "4e trimestre 2017"),
            ("Analyser les enjeux de la formation initiale et continue", EN_COURS, EN_COURS, "1er trimestre 2018"),
            ("Doter les actifs d'un passeport-compétences HCR / Commerce", NON_DEMARRE, NON_TRAITE, "2018"),
            ("Favoriser l'accès des actifs en contrats courts au CIF CDD et à la VAE", NON_DEMARRE, NON_TRAITE, "2018"),
        )),
        Axe("Promotion et attractivité des métiers", (
            ("Organiser un événement innovant de promotion des métiers", EN_COURS, EN_COURS, "automne 2018"),
            ("Mettre en place des actions innovantes de promotion des métiers", EN_COURS, REPORTE, "à préciser"),
        )),
        Axe("Accompagnement de la fonction RH dans les entreprises", (
            ("Favoriser le mécénat de compétences", NON_DEMARRE, NON_DEMARRE, "2018"),
            ("Réfléchir à des services RH individuels dédiés HCR et Commerce", EN_COURS, EN_COURS, "2018"),
        )),
        Axe("Formation", (
            ("Réfléchir avec les professionnels aux besoins en matière numérique", NON_DEMARRE, EN_COURS, "2018"),
            ("Mettre en place un Erasmus+ autour des métiers de la relation client", EN_COURS, REPORTE, "2019"),
            ("Préparer les publics aux métiers de la relation client", EN_COURS, EN_COURS, "2018"),
        )),
        Axe("Offre de services", (
            ("Favoriser la création d'activités touristiques par les demandeurs d'emploi", NON_DEMARRE, EN_COURS, ""),
        )),
        Axe("Communication", (("Restituer les travaux et informer les entreprises", EN_COURS, EN_COURS, "2018"),)),
    ),
    # Cinq axes du Campus (l.3365) ; sa coordination commence en septembre 2017.
    "221": (
        Axe("Anticiper l'impact des mutations sur l'évolution des compétences", (
            ("Tirer parti des diagnostics tourisme du bassin et du Pays Beaunois", "", EN_COURS, "2018"),
            ("Monter en compétences sur le secteur agroalimentaire", "", EN_COURS, "1er semestre 2018"),
        )),
        Axe("Faire évoluer les représentations pour renforcer l'attractivité des métiers", (
            ("Co-animer les groupes de travail d'entreprises", "", REALISE, "2017"),
        )),
        Axe("Contribuer à l'évolution de l'offre de formation", (
            ("Analyser l'offre de formation aux métiers de la relation client", "", EN_COURS, "2018"),
            ("Rédiger la note d'opportunité d'un BTS diététique", "", REALISE, "2017"),
        )),
        Axe("Développer les mobilités à l'international", (
            ("Dresser l'état des lieux des actions et des besoins", "", EN_COURS, "2018"),
        )),
        Axe("Animer les relations entre communautés éducatives et monde professionnel", (
            ("Présenter le Campus aux acteurs de la formation et de l'économie", "", EN_COURS, "2018"),
        )),
    ),
}  # fmt: skip

# ---------------------------------------------------------------------------------- économie collaborative (EC002…)
CHAMPS = {
    "Consommation": (8, 34, ("Épicerie participative", "Recyclerie", "Covoiturage")),
    "Production": (11, 15, ("Jardin collectif", "Atelier partagé", "Fabrique commune")),
    "Financement": (4, 14, ("Cagnotte", "Monnaie locale")),
    "Tiers-lieu": (7, 6, ("Espace de travail", "Fablab")),
    "Cluster": (2, 0, ("Grappe d'entreprises",)),
    "Accompagnement": (4, 0, ("Incubateur",)),
    "Autre": (5, 9, ("Habitat participatif", "Réseau d'échange")),
}
"""Initiatives par champ, en plus des structures interrogées : locales, d'ailleurs (78), et premiers mots du nom."""
INTERROGEES: tuple[tuple[str, str], ...] = (
    ("Agronov", "Cluster"), ("Agrosup", "Autre"), ("ARDIE", "Accompagnement"),
    ("Bourgogne Franche-Comté Numérique", "Cluster"), ("Bpifrance", "Financement"), ("BSB", "Autre"),
    ("Caisse des dépôts", "Financement"), ("CCI 21", "Accompagnement"), ("Cité de l'autre économie", "Tiers-lieu"),
    ("Cluster Santé (BF Care)", "Cluster"), ("COMUE UBFC", "Accompagnement"), ("CRESS", "Accompagnement"),
    ("Dijon Développement", "Accompagnement"), ("Région Bourgogne-Franche-Comté", "Financement"),
    ("Université de Bourgogne Franche-Comté", "Accompagnement"), ("Vitagora", "Cluster"),
    ("Réseau Fictif des Coopératives", "Accompagnement"), ("Couveuse du Canevas", "Accompagnement"),
    ("Pépinière Imaginaire", "Accompagnement"), ("Guide Partagé du Brouillon", "Autre"),
    ("Énergie Citoyenne de l'Esquisse", "Financement"), ("Conteurs du Canevas", "Accompagnement"),
    ("Péniche Imaginaire", "Tiers-lieu"), ("Supermarché Coopératif de l'Esquisse", "Consommation"),
    ("Frigo Solidaire du Brouillon", "Consommation"), ("Vélos Partagés du Canevas", "Consommation"),
    ("Tiers-lieu du Canevas", "Tiers-lieu"), ("Troc Vert Imaginaire", "Consommation"),
)  # fmt: skip
"""28 structures, toutes locales (EC002) : 12 + 11 sur 69 de consommation et de production (EC006)."""
INTERROGEE_DEUX_FOIS = "Tiers-lieu du Canevas"
RECENTES = {"Consommation": 6, "Production": 5, "": 23}
"""Locales créées depuis 2015, par champ (sans nom : les autres champs) : 11 sur 23, 34 sur 69 (EC007)."""
RECENTES_AILLEURS = 38

# --------------------------------------------------------------------------- demandeurs d'emploi de Longvic (ME009…)
METIERS_ROME = {
    "H": (110, ("H2909", "H2902", "H3203", "H2913", "H3301", "H2602")),
    "I": (40, ("I1304", "I1309", "I1310", "I1203")),
    "G": (137, ("G1602", "G1603", "G1605", "G1803", "G1703")),
}
"""Demandeurs par grand domaine : 287 (ME009)."""
COURRIELS_VALIDES = 188
COURRIELS_FAUX = (
    "{}", "{}@", "{}@courriel", "{}@@courriel.example", "{}.courriel.example", "{} @courriel.example",
    "@courriel.example",
)  # fmt: skip
"""Façons de mal écrire une adresse."""
COURRIELS_MAL_ECRITS = 26
"""Les 73 autres demandeurs n'en ont pas donné."""
