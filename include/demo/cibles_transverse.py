"""Événements, articles et postes : codes CL060-CL068, RC015-RC046, GP018, TT…, PA001, AU…, CO… du rapport 2017.

Le rapport donne les dates et les présents de quelques événements de 2017 ; les autres présents, les autres événements
et toute l'année 2016 sont illustratifs. Trois ateliers pour les référents du PLIE y ont deux dates (X30) : deux lignes.
Les séances 2 et 3 de l'ARACT y sont encore planifiées (X37) : elles le restent.
"""

from __future__ import annotations

from dataclasses import dataclass

REALISE, PLANIFIE, ANNULE = "Réalisé", "Planifié", "Annulé"
_CP, _CT, _ATELIER, _REUNION = "Comité de pilotage", "Comité technique", "Atelier", "Réunion"
_RENCONTRE, _FORUM, _ENTREPRISES = "Événement", "Forum", "Réunion entreprises"


@dataclass(frozen=True)
class Serie:
    """Des événements du même nom : leurs jours, et qui y vient quand on le sait."""

    code_projet: str
    type_evenement: str
    intitule: str
    jours: tuple[str, ...]
    participants: tuple[int, ...] = ()
    entreprises: tuple[int, ...] = ()
    structures: tuple[int, ...] = ()
    excuses: tuple[int, ...] = ()
    lieu: str = "Dijon"
    statut: str = REALISE


# ----------------------------------------------------------------------------------- 2017 : ce que le rapport en compte
_ZTI = "Réunion des entreprises de la zone touristique internationale"
SERIES_2017 = (
    # Clauses d'insertion (CL068, CL075) et bâtiment durable (BD001b).
    Serie("322", _REUNION, "Réunion interrégionale des facilitateurs", ("2017-03-21", "2017-06-20", "2017-11-07"),
          (14, 17, 15)),
    Serie("322", _REUNION, "Préparation de la convention avec Pôle emploi", ("2017-03-07", "2017-05-16"), (6, 7)),
    Serie("322", _REUNION, "Bilan avec l'ARIQ BTP", ("2017-07-11", "2017-12-05"), (8, 9)),
    Serie("322", _RENCONTRE, "Signature de la convention avec Pôle emploi", ("2017-10-16",), (45,)),
    Serie("BDD", _REUNION, "Réunion de travail avec Grand Dijon Habitat", ("2017-05-30", "2017-11-28"), (3, 4)),
    # Relais conseil aux entreprises (RC015, RC016, RC042-RC046).
    Serie("211D-RCE", _CP, "Comité de pilotage du Relais Conseil", ("2017-02-03", "2017-12-12"), (12, 14)),
    Serie("211D-RCE", _CP, "Comité de pilotage du Relais Conseil", ("2017-06-30",), statut=ANNULE),
    Serie("211D-RCE", _CT, "Comité technique du Relais Conseil",
          ("2017-01-19", "2017-03-23", "2017-05-23", "2017-09-14", "2017-11-16"), (6, 5, 7, 6, 6)),
    Serie("211D-RCE", _ATELIER, "La pénibilité au travail", ("2017-01-10",), (20,), lieu="Is-sur-Tille"),
    Serie("211D-RCE", _ATELIER, "Concrétiser ses recrutements : les aides et types de contrats", ("2017-05-11",),
          (13,), lieu="Is-sur-Tille"),
    Serie("211D-RCE", _ATELIER, "L'emploi en temps partagé, quel intérêt pour les TPE/PME ?", ("2017-11-27",),
          lieu="Is-sur-Tille"),
    Serie("211D-RCE", "Formation", "Le marché du travail et les nouvelles méthodes de recrutement", ("2017-03-30",),
          (9,), (8,), lieu="Is-sur-Tille"),
    Serie("211D-RCE", "Séance ARACT", "Séance 1 : Mieux définir votre besoin", ("2017-09-22",), (), (2,), (), (3,),
          "Is-sur-Tille"),
    Serie("211D-RCE", "Séance ARACT", "Séance 2 : Réussir l'intégration", ("2017-10-23",), lieu="Is-sur-Tille",
          statut=PLANIFIE),
    Serie("211D-RCE", "Séance ARACT", "Séance 3 : Attirer et fidéliser des salariés", ("2017-11-20",),
          lieu="Is-sur-Tille", statut=PLANIFIE),
    # Tourisme (GP018, GP019, GP027a).
    Serie("222", _ENTREPRISES, _ZTI, ("2017-09-11", "2017-11-06", "2017-12-18"), (9, 8, 6), (5, 5, 3)),
    Serie("222", _REUNION, "Préparation du salon des métiers de la relation client", ("2017-09-26", "2017-10-19"),
          (7, 8)),
    Serie("222", _REUNION, "Trame d'entretien du commerce", ("2017-03-17", "2017-03-20"), (3, 3)),
    Serie("222", _CP, "Comité de pilotage GPECT tourisme", ("2017-05-18", "2017-12-12"), (16, 18)),
    # Services aux personnes (SA001a), économie collaborative (EC003, EC004), BIM (BI003).
    Serie("211D-SAP", _REUNION, "Temps de travail avec les structures de services aux personnes",
          ("2017-05-29", "2017-07-06"), (3, 8), lieu="Longvic"),
    Serie("212", _RENCONTRE, "Meet-up de l'économie collaborative", ("2017-06-08",), (15,), (), (13,)),
    Serie("212", _RENCONTRE, "Restitution de la cartographie", ("2017-10-12",), (38,), (), (25,)),
    Serie("212", _ATELIER, "Université et écoles", ("2017-06-21",), (4,), (), (3,)),
    Serie("212", _CP, "Comité de pilotage économie collaborative", ("2017-02-09", "2017-11-30"), (8, 9)),
    Serie("224", "Formation", "Formation de BIM coach", ("2017-07-05", "2017-10-11"), (12, 11)),
    Serie("224", _REUNION, "Information et consultation des acteurs sur le BIM",
          ("2017-09-07", "2017-09-28", "2017-10-26"), (5, 3, 4), (), (3, 2, 2)),
    Serie("224", _REUNION, "Chantier pilote de la piscine", ("2017-11-23",), (9,), (), (4,)),
    # Temps de travail choisi (TT002, TT004, TT006-TT008).
    Serie("231", _REUNION, "Groupe territorial sur le travail en journée",
          ("2017-01-24", "2017-03-14", "2017-04-25", "2017-06-06", "2017-09-19", "2017-12-07"),
          (11, 12, 10, 14, 9, 11)),
    Serie("231", _ATELIER, "Temps collectif de l'accompagnement des binômes",
          ("2017-02-07", "2017-05-09", "2017-10-10"), (12, 11, 12)),
    Serie("231", "Groupe de travail", "Accès aux droits des personnes à temps partiel",
          ("2017-02-16", "2017-06-13", "2017-09-21"), (10, 9, 11), lieu="Auxonne"),
    Serie("231", _RENCONTRE, "Journée d'échanges sur le travail en journée", ("2017-07-05",), (84,)),
    Serie("231", _RENCONTRE, "Afterwork des entreprises de propreté", ("2017-11-08",), (25,), (15,)),
    Serie("231", "Information collective", "Présentation de la VAE collective", ("2017-09-12",), (12,),
          lieu="Auxonne"),
    Serie("231", _CP, "Comité de pilotage temps de travail choisi", ("2017-10-06",), (13,)),
    # Économie sociale et solidaire (IN008), passerelle (PA001).
    *(
        Serie("211A", "Séance ARACT", f"Séance {n} : {theme}", (jour,), (participants,), (), (6,))
        for n, (theme, jour, participants) in enumerate(
            (
                ("Pénibilité et usure professionnelle", "2017-02-07", 14),
                ("Identifier les sources de pénibilité", "2017-03-30", 12),
                ("Soutien, management et reconnaissance", "2017-05-11", 13),
                ("Anticipation et évolution des carrières professionnelles", "2017-06-15", 11),
            ), 1)
    ),
    Serie("215", _CP, "Comité de pilotage du projet passerelle", ("2017-03-30", "2017-10-03"), (11, 12)),
    Serie("215", _CT, "Comité technique du projet passerelle", ("2017-04-27", "2017-06-22", "2017-11-21"), (7, 6, 8)),
    # Parcours : informations collectives, entreprises de 100 chances.
    Serie("211D-QUETIGNY", "Information collective", "Formation DIDAQTE", ("2017-03-09",), (17,), (2,),
          lieu="Quetigny"),
    Serie("211D-PLASTURGIE", "Information collective", "Les métiers de la plasturgie", ("2017-06-08",), (5,)),
    Serie("211D-PLASTURGIE", "Visite", "Visite d'une entreprise de plasturgie", ("2017-06-13",), (3,), (1,),
          lieu="Longvic"),
    Serie("350", _ENTREPRISES, "Réunion des entreprises du réseau", ("2017-02-13",), (41,), (27,)),
    # Vie du groupement (AU001, AU003, AU004).
    Serie("GIP", _ATELIER, "Atelier des référents PLIE", ("2017-06-27", "2017-09-05"), (9, 8)),
    Serie("GIP", _ATELIER, "Coaching des participants du PLIE",
          ("2017-04-11", "2017-05-16", "2017-06-13", "2017-07-04"), (6, 6, 5, 6)),
    Serie("GIP", _FORUM, "Forum Emploi", ("2017-06-22",), (), lieu="Chenôve"),
    Serie("GIP", _FORUM, "Forum « Emploi = mode d'emploi »", ("2017-09-19",), (), lieu="Maison Phare"),
    Serie("GIP", _REUNION, "Conseil d'administration", ("2017-03-28", "2017-06-29", "2017-10-17", "2017-12-14"),
          (15, 14, 13, 16)),
)  # fmt: skip
# --------------------------------------------------------------------------------------------------------- 2016 et 2018
SERIES_2016 = (
    Serie("322", _REUNION, "Réunion interrégionale des facilitateurs", ("2016-04-12", "2016-11-15"), (11, 13)),
    Serie("211D-RCE", _CP, "Comité de pilotage du Relais Conseil", ("2016-04-07", "2016-11-29"), (10, 11)),
    Serie("211D-RCE", _CT, "Comité technique du Relais Conseil", ("2016-05-12", "2016-09-15", "2016-12-01"), (5, 6, 6)),
    Serie("211D-RCE", _ATELIER, "Le document unique", ("2016-10-04",), (17,), lieu="Is-sur-Tille"),
    Serie("222", _CP, "Comité de pilotage GPECT tourisme", ("2016-06-16", "2016-12-06"), (14, 15)),
    Serie("231", _REUNION, "Groupe territorial sur le travail en journée",
          ("2016-05-24", "2016-09-20", "2016-11-08"), (9, 10, 12)),
    # Le premier des quatre temps collectifs (TT004).
    Serie("231", _ATELIER, "Temps collectif de l'accompagnement des binômes", ("2016-11-23",), (13,)),
    Serie("211A", "Séance ARACT", "Repérer les points critiques des parcours", ("2016-12-08",), (10,)),
    Serie("212", _CP, "Comité de pilotage économie collaborative", ("2016-10-13",), (8,)),
    Serie("350", _ENTREPRISES, "Réunion des entreprises du réseau", ("2016-03-10",), (33,), (22,)),
    Serie("350", _RENCONTRE, "Cinq ans de 100 chances - 100 emplois", ("2016-10-20",), (95,), (35,)),
    Serie("GIP", _FORUM, "Forum Emploi", ("2016-06-23",), (), lieu="Chenôve"),
    Serie("GIP", _REUNION, "Conseil d'administration", ("2016-03-24", "2016-06-30", "2016-10-18", "2016-12-15"),
          (14, 15, 13, 15)),
    Serie("GIP", "Visite", "Visite de la maison de l'emploi voisine", ("2016-05-19",), statut=ANNULE, lieu="Beaune"),
)  # fmt: skip
SERIES_2018 = (
    Serie("231", _ATELIER, "Temps collectif de l'accompagnement des binômes", ("2018-01-17",), statut=PLANIFIE),
    Serie("222", _ENTREPRISES, _ZTI, ("2018-02-05",), statut=PLANIFIE),
    Serie("322", _REUNION, "Réunion interrégionale des facilitateurs", ("2018-03-20",), statut=PLANIFIE),
    Serie("GIP", _REUNION, "Conseil d'administration", ("2018-03-27",), statut=PLANIFIE),
)

# ----------------------------------------------------------------------------------------------- presse (CO001 à CO004)
Article = tuple[str, str, str, str]
"""Jour, organe, titre, marques : G le groupement, C les clauses, L le Lab'Compétences."""
_PALAIS, _BIEN_PUBLIC, _ECODOCS, _INFOS = "Journal du Palais", "Bien Public", "Ecodocs", "Infos-dijon.com"
PRESSE_2017: tuple[Article, ...] = (
    ("2017-02-15", _BIEN_PUBLIC, "Dijon Emploi_100 Chances 100 Emplois", "L"),
    ("2017-02-27", _PALAIS, "« 100 Chances 100 Emplois » cherche à étendre son réseau", "GL"),
    ("2017-05-15", _BIEN_PUBLIC, "Club Entreprendre_Comment recruter ?", "GL"),
    ("2017-05-18", _PALAIS, "Club d'entreprises – Soirée Cap Nord", "G"),
    ("2017-05-29", _BIEN_PUBLIC, "La Maison de l'emploi change de nom pour devenir Creativ'", "G"),
    ("2017-05-29", _BIEN_PUBLIC, "Ils vont nettoyer votre entreprise pendant que vous êtes au bureau", "GL"),
    ("2017-06-05", _PALAIS, "Faire matcher offres et demandes locales", "GL"),
    ("2017-06-12", _PALAIS, "La Maison de l'emploi et de la formation devient Creativ', le cluster emploi-compétences "
     "du bassin dijonnais", "G"),
    ("2017-06-12", "AVE", "La MDE du Bassin Dijonnais devient « Creativ' »", "G"),
    ("2017-06-24", _INFOS, "DIJON : La Maison de l'emploi et de la formation est devenue CREATIV', un «cluster» emploi",
     "G"),
    ("2017-06-26", _BIEN_PUBLIC, "La Maison de l'emploi change de nom et de dimension", "G"),
    ("2017-06-26", _PALAIS, "Creativ', le cluster au service de l'emploi", "G"),
    ("2017-06-28", "Dijon l'Hebdo", "Creativ' « Le premier cluster emploi-compétences »", "G"),
    ("2017-06-30", "Direccte", "Les ateliers d'information_Atelier thématique recrutement à Is-sur-Tille", "GL"),
    ("2017-07-05", _BIEN_PUBLIC, "De nouveaux horaires pour ménager les agents de nettoyage", "GL"),
    ("2017-07-20", _INFOS, "Dijon Métropole : L'emploi des seniors est un sujet majeur", "G"),
    ("2017-07-28", _ECODOCS, "« Regards croisés, ressources cachées » : une nouvelle approche de l'accompagnement des "
     "demandeurs d'emploi seniors", "G"),
    ("2017-08-14", _PALAIS, "Réinventer l'emploi, de A à Zèbre", "L"),
    ("2017-09-20", "Dijon Métropole", "Creativ' La Métropole s'engage pour l'emploi", "G"),
    ("2017-09-22", _PALAIS, "Tribune : Réinventer les politiques de l'emploi par les territoires", "GC"),
    ("2017-10-24", _PALAIS, "Elles signent pour l'emploi (partenariat Pôle Emploi et Creativ')", "GC"),
    ("2017-11-01", "Supplément du magazine de la ville de Dijon", "Dijon mobilisée pour l'emploi", "GCL"),
    ("2017-11-10", _ECODOCS, "Dijon Métropole et Pôle Emploi renforcent leur coopération", "GC"),
    ("2017-11-17", _ECODOCS, "Regards croisés, ressources cachées : une rencontre pour aider les seniors à valoriser "
     "leurs compétences", "G"),
    ("2017-11-20", "CentreFrance.com", "Auxerre, Dijon, Nevers… La survie des Maisons de l'emploi menacée à l'horizon "
     "2019", "G"),
    ("2017-11-28", _BIEN_PUBLIC, "Supplément Entreprises et Performances-Dossier Formation professionnelle", "GL"),
    ("2017-12-01", "Dijon Capital 2017-2018", "Serveur en 3D", "GL"),
    ("2017-12-01", "AEF", "Aide à la personne : six entreprises de Côte d'Or se mobilisent pour réduire les risques "
     "d'inaptitude", "GL"),
)  # fmt: skip
PRESSE_2016: tuple[Article, ...] = (  # illustratif
    ("2016-02-04", _BIEN_PUBLIC, "Emploi : un chantier, des heures d'insertion", "GC"),
    ("2016-03-14", _PALAIS, "Clauses d'insertion : le bassin dijonnais en tête", "GC"),
    ("2016-03-16", _BIEN_PUBLIC, "100 chances - 100 emplois : un nouveau sas", "L"),
    ("2016-05-09", _PALAIS, "Le Relais Conseil à l'écoute des petites entreprises", "GL"),
    ("2016-06-21", _ECODOCS, "La propreté veut travailler en journée", "L"),
    ("2016-09-12", _INFOS, "La Maison de l'emploi fait sa rentrée", "G"),
    ("2016-10-21", _BIEN_PUBLIC, "100 chances - 100 emplois fête ses cinq ans", "GL"),
    ("2016-10-24", _PALAIS, "Cinq ans de parrainage", "L"),
    ("2016-11-28", _PALAIS, "Binômes : entreprises et clients s'engagent", "GL"),
    ("2016-12-12", _ECODOCS, "Un Campus des métiers en préparation", "G"),
)

# ------------------------------------------------------------------------------------------ équipe (CL060-CL065, CH040)
# Service, fonction, personnes, équivalents temps plein.
_CLAUSES, _LAB = "Clauses d'insertion", "Lab'Compétences"
_PARCOURS, _PLIE, _COMMUN = "Parcours professionnels", "PLIE", "Direction et administration"
EQUIPES: dict[int, tuple[tuple[str, str, int, str], ...]] = {
    2017: (
        (_CLAUSES, "Responsable et facilitatrice", 1, "1"),
        (_CLAUSES, "Assistante administrative", 1, "1"),
        (_CLAUSES, "Facilitatrice BTP", 1, "1"),
        (_CLAUSES, "Facilitatrice BTP, poste partagé", 1, "0.5"),
        (_CLAUSES, "Facilitatrice marchés de services", 1, "0.8"),
        (_LAB, "Responsable", 1, "1"),
        (_LAB, "Chargée de projet", 4, "3.8"),
        (_LAB, "Chargée de projet, poste partagé", 1, "0.5"),
        (_PARCOURS, "Chargée de projet 100 chances - 100 emplois", 1, "0.5"),
        (_PARCOURS, "Chargée de projet", 2, "1.8"),
        (_PLIE, "Coordinatrice", 1, "1"),
        (_PLIE, "Gestionnaire FSE", 1, "1"),
        (_COMMUN, "Directeur", 1, "1"),
        (_COMMUN, "Assistante de direction", 1, "0.8"),
        (_COMMUN, "Comptable", 1, "1"),
    ),
    # Un demi-poste de facilitation de moins (CL063), 40 % d'un temps plein pour la gestion administrative (CL065).
    2016: (
        (_CLAUSES, "Responsable et facilitatrice", 1, "1"),
        (_CLAUSES, "Assistante administrative", 1, "0.4"),
        (_CLAUSES, "Facilitatrice", 2, "1.8"),
        (_LAB, "Responsable", 1, "1"),
        (_LAB, "Chargée de projet", 4, "3.6"),
        (_PARCOURS, "Chargée de projet 100 chances - 100 emplois", 1, "0.5"),
        (_PLIE, "Coordinatrice", 1, "1"),
        (_PLIE, "Gestionnaire FSE", 1, "1"),
        (_COMMUN, "Directeur", 1, "1"),
        (_COMMUN, "Assistante de direction", 2, "1.4"),
        (_COMMUN, "Comptable", 1, "1"),
    ),
}
