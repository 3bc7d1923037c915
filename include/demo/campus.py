"""Les fichiers du Campus des métiers et des qualifications : rencontres et instances (CA002-CA007 du rapport 2017).

Les douze entretiens téléphoniques imprimés sont neuf quand on les compte (X27) : les lignes suivent le détail. Le
rapport compte les mêmes collèges dans les deux instances : elles ont les mêmes membres. Aucune instance en 2016.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from include.demo.clauses import Monde
from include.demo.defauts import Defaut, Effet, graphies, remplacer, repeter, sans_accents_majuscules, separer, un_sur
from include.demo.fichiers import Facon, Ligne, Livraison, Table

RENCONTRES = {
    "id_rencontre": "N°", "date_rencontre": "Date", "num_axe": "Axe", "type_interlocuteur": "Type d'interlocuteur",
    "organisme": "Organisme", "nb_personnes": "Nombre de personnes", "mode_rencontre": "Mode", "objet": "Objet",
}  # fmt: skip
MEMBRES = {
    "instance": "Instance", "college": "Collège", "organisme": "Organisme", "thematique": "Thématique",
    "territoire": "Territoire",
}  # fmt: skip

_DIETETIQUE, _MOBILITE, _PRESENTATION = "BTS diététique", "Mobilité internationale", "Présentation du Campus"
_LABEL, _ASSISES = "Préparation du label", "Assises de l'apprentissage"
_TELEPHONE, _PHYSIQUE = "Téléphone", "Physique"
# Jour, axe, type, organisme, personnes, mode, objet.
LISTE_RENCONTRES: tuple[tuple[str, int, str, str, int, str, str], ...] = (
    # 2016, illustratif : on prépare le label.
    ("2016-10-06", 1, "Autre", "Rectorat de Dijon", 2, _PHYSIQUE, _LABEL),
    ("2016-10-20", 1, "Acteur économique", "Vitagora", 1, _PHYSIQUE, _LABEL),
    ("2016-11-15", 1, "Proviseur", "Lycée Le Castel", 1, _PHYSIQUE, _LABEL),
    ("2016-12-08", 1, "Autre", "Région Bourgogne-Franche-Comté", 3, _PHYSIQUE, _LABEL),
    # Note d'opportunité sur le BTS diététique : cinq entreprises, le CHU, Restau'co, deux organismes (CA002).
    ("2017-09-19", 3, "Entreprise", "Restauration Collective Exemple", 1, _TELEPHONE, _DIETETIQUE),
    ("2017-09-19", 3, "Entreprise", "Cuisine Centrale du Modèle", 1, _TELEPHONE, _DIETETIQUE),
    ("2017-09-21", 3, "Entreprise", "Traiteur du Spécimen", 1, _TELEPHONE, _DIETETIQUE),
    ("2017-09-26", 3, "Entreprise", "Repas Fictifs de Bourgogne", 1, _TELEPHONE, _DIETETIQUE),
    ("2017-09-28", 3, "Entreprise", "Table de l'Échantillon", 1, _TELEPHONE, _DIETETIQUE),
    ("2017-10-03", 3, "Autre", "CHU de Dijon", 1, _TELEPHONE, _DIETETIQUE),
    ("2017-10-05", 3, "Acteur économique", "Restau'co", 1, _TELEPHONE, _DIETETIQUE),
    ("2017-10-10", 3, "Organisme de formation", "Centre de Formation du Gabarit", 1, _TELEPHONE, _DIETETIQUE),
    ("2017-10-12", 3, "Organisme de formation", "Institut Fictif de Nutrition", 1, _TELEPHONE, _DIETETIQUE),
    # Mobilité internationale : quatre lycées, un CFA (CA003).
    ("2017-10-17", 4, "Lycée", "Lycée Le Castel", 2, _PHYSIQUE, _MOBILITE),
    ("2017-10-19", 4, "Lycée", "Lycée Simone Weil", 1, _PHYSIQUE, _MOBILITE),
    ("2017-11-07", 4, "Lycée", "Lycée agricole de Quetigny", 2, _PHYSIQUE, _MOBILITE),
    ("2017-11-14", 4, "Lycée", "Lycée Hyacinthe Friant", 1, _TELEPHONE, _MOBILITE),
    ("2017-11-21", 4, "CFA", "CFA La Noue", 1, _PHYSIQUE, _MOBILITE),
    # Présenter le Campus (CA004, CA005).
    ("2017-06-15", 5, "Proviseur", "Lycée Le Castel", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-06-20", 5, "Proviseur", "Lycée Antoine de Chenôve", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-09-12", 5, "Proviseur", "Lycée Simone Weil", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-06-15", 5, "DDFPT", "Lycée Le Castel", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-06-20", 5, "DDFPT", "Lycée Antoine de Chenôve", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-09-12", 5, "DDFPT", "Lycée Simone Weil", 2, _PHYSIQUE, _PRESENTATION),
    ("2017-10-24", 5, "DDFPT", "Lycée Hyacinthe Friant", 1, _TELEPHONE, _PRESENTATION),
    ("2017-09-14", 5, "Enseignant", "Lycée agricole de Quetigny", 6, _PHYSIQUE, _PRESENTATION),
    ("2017-10-05", 5, "Enseignant", "Lycée Hyacinthe Friant", 3, _PHYSIQUE, _PRESENTATION),
    ("2017-09-14", 5, "Directeur de CFA agricole", "CFA agricole de Quetigny", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-07-04", 5, "Inspecteur", "Rectorat de Dijon", 2, _PHYSIQUE, _PRESENTATION),
    ("2017-10-10", 5, "Inspecteur", "Rectorat de Besançon", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-10-13", 5, "Organisme de formation", "AFPA", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-10-16", 5, "Organisme de formation", "UMIH Formation", 1, _TELEPHONE, _PRESENTATION),
    ("2017-06-27", 5, "OPCA", "Forco", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-06-29", 5, "OPCA", "Agefos-PME", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-11-09", 5, "OPCA", "Fafih", 2, _PHYSIQUE, _PRESENTATION),
    ("2017-06-22", 5, "Acteur économique", "Vitagora", 2, _PHYSIQUE, _PRESENTATION),
    ("2017-09-20", 5, "Acteur économique", "Pôle des Microtechniques", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-09-27", 5, "Acteur économique", "Agence Économique Régionale", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-10-18", 5, "Acteur économique", "Syntec Numérique", 1, _TELEPHONE, _PRESENTATION),
    ("2017-10-20", 5, "Acteur économique", "Umih Bourgogne", 1, _PHYSIQUE, _PRESENTATION),
    ("2017-11-08", 5, "Acteur économique", "Umih Franche-Comté", 1, _TELEPHONE, _PRESENTATION),
    ("2017-11-22", 5, "Acteur économique", "Agence d'Intelligence Économique de Franche-Comté", 1, _PHYSIQUE,
     _PRESENTATION),
    # Assises de l'apprentissage : quatre directeurs de CFA (CA006).
    ("2017-11-09", 5, "Directeur de CFA", "CFA La Noue", 1, _PHYSIQUE, _ASSISES),
    ("2017-11-09", 5, "Directeur de CFA", "CFA de l'Exemple", 1, _PHYSIQUE, _ASSISES),
    ("2017-11-09", 5, "Directeur de CFA", "CFA du Modèle", 2, _PHYSIQUE, _ASSISES),
)  # fmt: skip

_INSTANCES = ("Comité technique", "Conseil de perfectionnement")
_AGRO, _TOURISME = "Agroalimentaire", "Tourisme"
_B, _FC = "Bourgogne", "Franche-Comté"
# Collège, organisme, thématique, territoire : 11 + 14 + 8 = 33 (CA007).
_ENSEIGNEMENT, _ECONOMIE, _INSTITUTIONS = "Enseignement et recherche", "Monde économique", "Institutionnels"
LISTE_MEMBRES: tuple[tuple[str, str, str, str], ...] = (
    (_ENSEIGNEMENT, "Lycée Le Castel", _TOURISME, _B),
    (_ENSEIGNEMENT, "Lycée Simone Weil", _AGRO, _B),
    (_ENSEIGNEMENT, "Lycée agricole de Quetigny", _AGRO, _B),
    (_ENSEIGNEMENT, "Lycée Hyacinthe Friant", _AGRO, _FC),
    (_ENSEIGNEMENT, "CFA La Noue", _TOURISME, _B),
    (_ENSEIGNEMENT, "CFA agricole de Quetigny", _AGRO, _B),
    (_ENSEIGNEMENT, "AgroSup Dijon", _AGRO, _B),
    (_ENSEIGNEMENT, "Université de Bourgogne", "", _B),
    (_ENSEIGNEMENT, "Université de Franche-Comté", "", _FC),
    (_ENSEIGNEMENT, "INRA Centre de Dijon", _AGRO, _B),
    (_ENSEIGNEMENT, "ENIL de Poligny", _AGRO, _FC),
    (_ECONOMIE, "Vitagora", _AGRO, _B),
    (_ECONOMIE, "Pôle des Microtechniques", "", _FC),
    (_ECONOMIE, "Umih Bourgogne", _TOURISME, _B),
    (_ECONOMIE, "Umih Franche-Comté", _TOURISME, _FC),
    (_ECONOMIE, "Fafih", _TOURISME, ""),
    (_ECONOMIE, "Forco", _TOURISME, ""),
    (_ECONOMIE, "Agefos-PME", "", ""),
    (_ECONOMIE, "Opcalim", _AGRO, ""),
    (_ECONOMIE, "Syntec Numérique", "", ""),
    (_ECONOMIE, "Ania Bourgogne-Franche-Comté", _AGRO, ""),
    (_ECONOMIE, "CREATIV'", "", _B),
    (_ECONOMIE, "Laiterie de l'Échantillon", _AGRO, _FC),
    (_ECONOMIE, "Moutarderie du Modèle", _AGRO, _B),
    (_ECONOMIE, "Hôtel des Trois Exemples", _TOURISME, _B),
    (_INSTITUTIONS, "Rectorat de Dijon", "", _B),
    (_INSTITUTIONS, "Rectorat de Besançon", "", _FC),
    (_INSTITUTIONS, "Région Bourgogne-Franche-Comté", "", ""),
    (_INSTITUTIONS, "DRAAF", _AGRO, ""),
    (_INSTITUTIONS, "DIRECCTE", "", ""),
    (_INSTITUTIONS, "Dijon Métropole", "", _B),
    (_INSTITUTIONS, "Comité Régional du Tourisme", _TOURISME, ""),
    (_INSTITUTIONS, "Agence Économique Régionale", "", ""),
)
PROVISOIRES = 21
"""Organismes déjà pressentis en septembre 2017, quand la liste n'est pas arrêtée."""

RENCONTRES_SEPT, RENCONTRES_2017 = "campus_rencontres_20170930.csv", "campus_rencontres_20171231.csv"
MEMBRES_SEPT, MEMBRES_DEC = "campus_membres_20170915.csv", "campus_membres_20171218.csv"


def rencontres(au: dt.date) -> Table:
    """Rencontres faites au plus tard ce jour, numérotées dans l'ordre."""
    faites = sorted(r for r in LISTE_RENCONTRES if dt.date.fromisoformat(r[0]) <= au)
    lignes: list[Ligne] = [
        {
            "id_rencontre": f"R{n}", "date_rencontre": dt.date.fromisoformat(jour), "num_axe": axe,
            "type_interlocuteur": qui, "organisme": organisme, "nb_personnes": personnes, "mode_rencontre": mode,
            "objet": objet,
        }
        for n, (jour, axe, qui, organisme, personnes, mode, objet) in enumerate(faites, 1)
    ]  # fmt: skip
    return Table(RENCONTRES, lignes)


def membres(combien: int) -> Table:
    """Membres des deux instances : une ligne par instance et organisme."""
    lignes: list[Ligne] = [
        {
            "instance": instance, "college": college, "organisme": organisme, "thematique": thematique or None,
            "territoire": territoire or None,
        }
        for instance in _INSTANCES
        for college, organisme, thematique, territoire in LISTE_MEMBRES[:combien]
    ]  # fmt: skip
    return Table(MEMBRES, lignes)


def deposer(_: Monde) -> Iterator[tuple[Livraison, dict[str, Table]]]:
    """Livraisons du Campus et leurs tables."""
    for fichier, depose, table in (
        (RENCONTRES_SEPT, dt.datetime(2017, 10, 2, 10, 15), rencontres(dt.date(2017, 9, 30))),
        (RENCONTRES_2017, dt.datetime(2018, 1, 1, 9, 0), rencontres(dt.date(2017, 12, 31))),
        (MEMBRES_SEPT, dt.datetime(2017, 9, 18, 16, 20), membres(PROVISOIRES)),
        (MEMBRES_DEC, dt.datetime(2017, 12, 19, 11, 45), membres(len(LISTE_MEMBRES))),
    ):
        yield Livraison("campus", fichier, depose), {"": table}


FACONS = {fichier: Facon(encodage="utf-8") for fichier in (RENCONTRES_SEPT, RENCONTRES_2017, MEMBRES_SEPT, MEMBRES_DEC)}

D, E = Defaut, Effet
DEFAUTS: tuple[Defaut, ...] = (
    D(RENCONTRES_2017, E.COMPRIS, "type en capitales sans accents",
      remplacer("type_interlocuteur", sans_accents_majuscules, un_sur(6))),
    D(RENCONTRES_2017, E.COMPRIS, "organismes écrits de plusieurs façons", graphies("organisme", 3)),
    D(RENCONTRES_2017, E.COMPRIS, "objet écrit autrement", remplacer("objet", sans_accents_majuscules, un_sur(5))),
    D(RENCONTRES_2017, E.DOUBLON, "ligne collée deux fois", repeter(20)),
    D(RENCONTRES_2017, E.VIDE, "ligne de séparateurs au changement d'année", separer(3)),
    D(MEMBRES_DEC, E.COMPRIS, "collège en capitales", remplacer("college", str.upper, un_sur(4))),
    D(MEMBRES_DEC, E.COMPRIS, "instance sans majuscule", remplacer("instance", str.lower, un_sur(9))),
    D(MEMBRES_DEC, E.DOUBLON, "organisme inscrit deux fois", repeter(12)),
)  # fmt: skip
