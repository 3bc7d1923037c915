"""Les lignes justes telles que le logiciel les exporte : une table par fichier, à la date de l'export.

Les en-têtes sont ceux que les fichiers portent au dehors ; les contrats (include/contrats) disent ce qu'on en attend.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from include.demo.clauses import GRAINE, Contrat, Monde, Operation, Personne
from include.demo.fichiers import Ligne, Mois, Table
from include.demo.nombres import HEURE

OPERATIONS = {
    "id_operation": "N° opération", "donneur_ordre": "Maître d'ouvrage",
    "siret_donneur_ordre": "SIRET maître d'ouvrage", "type_donneur_ordre": "Type de maître d'ouvrage",
    "operation": "Opération", "secteur": "Secteur", "base_juridique": "Base juridique",
    "nature": "Nature", "code_commune": "Code commune",
    "date_consultation": "Date de consultation", "date_notification": "Date de notification", "date_debut": "Début",
    "date_fin": "Fin", "heures_engagement": "Heures d'engagement", "statut": "Statut",
}  # fmt: skip
LOTS = {
    "id_operation": "N° opération", "num_lot": "N° lot", "lot": "Intitulé du lot", "attributaire": "Attributaire",
    "siret_attributaire": "SIRET attributaire", "type_structure": "Type de structure", "reserve": "Lot réservé",
    "heures_engagement": "Heures d'engagement",
}  # fmt: skip
SALARIES = {
    "id_salarie": "N° salarié", "nom": "Nom", "nom_naissance": "Nom de naissance", "prenom": "Prénom", "sexe": "Sexe",
    "date_naissance": "Date de naissance", "code_commune": "Code commune", "qpv": "QPV",
    "niveau_formation": "Niveau de formation", "prescripteur": "Prescripteur",
    "criteres_eligibilite": "Critères d'éligibilité", "accompagnement": "Accompagnement", "telephone": "Téléphone",
    "courriel": "Courriel",
}  # fmt: skip
CONTRATS = {
    "id_contrat": "N° contrat", "id_salarie": "N° salarié", "id_operation": "N° opération", "num_lot": "N° lot",
    "employeur": "Employeur", "siret_employeur": "SIRET employeur", "type_employeur": "Type d'employeur",
    "type_contrat": "Type de contrat", "modalite": "Modalité", "date_debut": "Date de début", "date_fin": "Date de fin",
    "embauche": "Embauche", "code_rome": "Code ROME",
}  # fmt: skip
HEURES = {"id_contrat": "N° contrat", "mois": "Mois", "heures": "Heures réalisées", "date_saisie": "Date de saisie"}
CONTACTS = {
    "id_contact": "N° contact", "date_contact": "Date", "interlocuteur": "Interlocuteur", "structure": "Structure",
    "siret": "SIRET", "canal": "Canal", "objet": "Objet", "id_operation": "N° opération",
}  # fmt: skip
PROJETS = {
    "code_projet": "Code", "projet": "Projet", "axe_principal": "Axe principal", "axes_secondaires": "Axes secondaires",
    "statut": "Statut",
}  # fmt: skip

_GPECT, _PARCOURS, _ACHATS, _CAMPUS, _COMMUN = "gpect", "parcours", "achats_responsables", "campus", "transverse"
_RH = "Mettre en place des solutions RH ciblées et coordonnées sur le territoire"
# Tableau « Répartition des différents projets / axe » du rapport, et rattachements de ses fiches action.
LISTE_PROJETS: tuple[tuple[str, str, str, str], ...] = (
    ("211", "Impulser et promouvoir une dynamique d'actions de GPTEC sur les territoires", _GPECT, _PARCOURS),
    ("211A", "Sécurisation des parcours dans l'ESS - action expérimentale", _PARCOURS, _GPECT),
    ("211B", "Sécurisation des parcours dans l'ESS - capitalisation, essaimage", _PARCOURS, _GPECT),
    ("211D-RCE", f"{_RH} - Relais conseil aux entreprises", _GPECT, ""),
    ("211D-QUETIGNY", f"{_RH} - Commerce, grande distribution, restauration rapide Quetigny", _GPECT, _PARCOURS),
    ("211D-LONGVIC", f"{_RH} - Métallurgie Longvic", _GPECT, _PARCOURS),
    ("211D-PLASTURGIE", f"{_RH} - Apprentissage plasturgie", _GPECT, _PARCOURS),
    ("211D-SAP", f"{_RH} - Mutualisation SAP", _GPECT, _PARCOURS),
    ("211D-DIFFICULTE", f"{_RH} - Accompagnement des entreprises en difficulté/développement", _GPECT, ""),
    ("212", "Étude action sur l'économie collaborative", _GPECT, ""),
    ("215", "Projet passerelle : l'accès au travail des étudiants en décrochage universitaire", _PARCOURS, _GPECT),
    ("216-IAA", "Mettre en œuvre une GPECT dans le secteur des IAA", _GPECT, _PARCOURS),
    ("216-SANTE", "Mettre en œuvre une GPECT dans le secteur des industries de Santé", _GPECT, _PARCOURS),
    ("221", "Campus des métiers et des qualifications « alimentation, goût, tourisme »", _CAMPUS, "gpect|parcours"),
    ("222", "GPECT tourisme : évolution des compétences en matière de relation clientèle", _GPECT, _PARCOURS),
    ("224", "Projet BIMplement", _GPECT, _PARCOURS),
    ("231", "Temps de travail choisi : une politique temporelle pour le complément horaire", _PARCOURS, _ACHATS),
    ("322", "Promouvoir et faciliter la clause sociale", _ACHATS, "gpect|parcours"),
    ("350", "100 chances - 100 emplois", _PARCOURS, ""),
    ("BDD", "Projet en émergence : bâtiment développement durable", _ACHATS, _GPECT),
    ("GIP", "Vie du groupement d'intérêt public", _COMMUN, ""),
)  # fmt: skip
EN_2017_SEULEMENT = frozenset({"BDD", "211D-DIFFICULTE", "215"})

SAISIE_JUSQU_AU = dt.date(2017, 12, 29)
"""Dernier jour de saisie : les relevés de décembre 2017 ont été saisis avant la fermeture."""
RETARDS = ((0, 1, 2), (93, 5, 2))
"""Mois de retard d'un relevé et leurs poids : un relevé tardif arrive dans le fichier d'un mois suivant."""


def operations(monde: Monde, au: dt.date) -> Table:
    """Opérations dont le service a été saisi au plus tard ce jour, dans l'état qu'elles avaient alors."""
    return Table(OPERATIONS, [_operation(monde, op, au) for op in monde.operations if _connue(op, au)])


def lots(monde: Monde, au: dt.date) -> Table:
    """Lots des opérations attribuées au plus tard ce jour."""
    lignes: list[Ligne] = [
        {
            "id_operation": op.id_operation, "num_lot": lot.num_lot, "lot": lot.lot,
            "attributaire": lot.attributaire.nom if lot.attributaire else None,
            "siret_attributaire": lot.attributaire.siret if lot.attributaire else None,
            "type_structure": lot.attributaire.type_structure if lot.attributaire else None,
            "reserve": "Oui" if lot.reserve else "Non", "heures_engagement": _heures(lot.engagement),
        }
        for op in monde.operations
        if op.notification and op.notification <= au
        for lot in op.lots
    ]  # fmt: skip
    return Table(LOTS, lignes)


def salaries(monde: Monde, au: dt.date) -> Table:
    """Salariés ayant un contrat commencé au plus tard ce jour."""
    presents = {k.personne for k in monde.contrats if k.debut <= au}
    return Table(SALARIES, [_salarie(p) for p in monde.personnes if p in presents])


def contrats(monde: Monde, au: dt.date) -> Table:
    """Contrats commencés au plus tard ce jour."""
    return Table(CONTRATS, [_contrat(k) for k in monde.contrats if k.debut <= au])


def contacts(monde: Monde, au: dt.date) -> Table:
    """Contacts pris au plus tard ce jour."""
    lignes: list[Ligne] = [
        {
            "id_contact": x.id_contact, "date_contact": x.date_contact, "interlocuteur": x.interlocuteur,
            "structure": x.structure.nom, "siret": x.structure.siret, "canal": x.canal, "objet": x.objet,
            "id_operation": x.operation.id_operation if x.operation and _connue(x.operation, au) else None,
        }
        for x in monde.contacts
        if x.date_contact <= au
    ]  # fmt: skip
    return Table(CONTACTS, lignes)


COMPLETES: dict[str, Callable[[Monde, dt.date], Table]] = {
    "operations": operations, "lots": lots, "salaries": salaries, "contrats": contrats, "contacts": contacts,
}  # fmt: skip
"""Exports complets d'ABC Clauses."""


def heures(monde: Monde) -> dict[dt.date, Table]:
    """Relevés d'heures par mois d'envoi (premier jour), les retardataires dans l'envoi d'un mois suivant."""
    alea = random.Random(GRAINE)
    envois: dict[dt.date, list[Ligne]] = defaultdict(list)
    for contrat in monde.contrats:
        for mois, nombre in contrat.heures.items():
            retard = alea.choices(*RETARDS)[0]
            envoi = min(_mois_suivant(mois, retard), dt.date(2017, 12, 1))
            saisie = _mois_suivant(envoi, 1) + dt.timedelta(days=alea.randint(1, 11))
            if saisie > SAISIE_JUSQU_AU:
                saisie = SAISIE_JUSQU_AU - dt.timedelta(days=alea.randint(0, 9))
            envois[envoi].append(
                {
                    "id_contrat": contrat.id_contrat, "mois": Mois(mois.year, mois.month, 1), "heures": _heures(nombre),
                    "date_saisie": saisie,
                }
            )  # fmt: skip
    for lignes in envois.values():
        lignes.sort(key=lambda ligne: (str(ligne["date_saisie"]), str(ligne["id_contrat"]), str(ligne["mois"])))
    return {envoi: Table(HEURES, envois[envoi], somme="heures") for envoi in sorted(envois)}


def projets(annee: int) -> Table:
    """Projets du pôle, une année."""
    lignes: list[Ligne] = [
        {
            "code_projet": code,
            "projet": nom,
            "axe_principal": principal,
            "axes_secondaires": autres,
            "statut": "En cours",
        }
        for code, nom, principal, autres in LISTE_PROJETS
        if annee >= 2017 or code not in EN_2017_SEULEMENT
    ]
    return Table(PROJETS, lignes)


def _connue(op: Operation, au: dt.date) -> bool:
    return op.consultation is None or op.consultation <= au


def _operation(monde: Monde, op: Operation, au: dt.date) -> Ligne:
    assert op.donneur
    passee = op.notification if op.notification and op.notification <= au else None
    statut = op.statut
    if statut in ("En cours", "Terminé"):
        statut = "Consultation" if passee is None else "Terminé" if op.fin and op.fin <= au else "En cours"
    return {
        "id_operation": op.id_operation, "donneur_ordre": op.donneur.nom,
        "siret_donneur_ordre": monde.donneurs[op.donneur.nom].siret,
        "type_donneur_ordre": op.donneur.type_donneur_ordre,
        "operation": op.nom, "secteur": op.secteur, "base_juridique": op.base_juridique, "nature": op.nature,
        "code_commune": op.code_commune, "date_consultation": op.consultation, "date_notification": passee,
        "date_debut": op.debut, "date_fin": op.fin, "heures_engagement": _heures(op.engagement), "statut": statut,
    }  # fmt: skip


def _salarie(p: Personne) -> Ligne:
    return {
        "id_salarie": p.id_salarie, "nom": p.nom, "nom_naissance": p.nom_naissance, "prenom": p.prenom, "sexe": p.sexe,
        "date_naissance": p.date_naissance, "code_commune": p.code_commune, "qpv": p.qpv, "niveau_formation": p.niveau,
        "prescripteur": p.prescripteur, "criteres_eligibilite": "|".join(p.criteres),
        "accompagnement": p.accompagnement,
        "telephone": p.telephone, "courriel": p.courriel,
    }  # fmt: skip


def _contrat(k: Contrat) -> Ligne:
    return {
        "id_contrat": k.id_contrat, "id_salarie": k.personne.id_salarie, "id_operation": k.operation.id_operation,
        "num_lot": k.num_lot, "employeur": k.employeur.nom, "siret_employeur": k.employeur.siret,
        "type_employeur": k.type_employeur, "type_contrat": k.type_contrat, "modalite": k.modalite,
        "date_debut": k.debut, "date_fin": k.fin, "embauche": k.embauche, "code_rome": k.code_rome,
    }  # fmt: skip


def _heures(centiemes: int | None) -> Decimal | None:
    return None if centiemes is None else Decimal(centiemes) / HEURE


def _mois_suivant(mois: dt.date, combien: int) -> dt.date:
    rang = mois.year * 12 + mois.month - 1 + combien
    return dt.date(rang // 12, rang % 12 + 1, 1)
