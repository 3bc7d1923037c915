"""Les fautes que les contrôles bloquants des achats responsables et du socle doivent voir."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from nuits_fausses import Livraisons, demonstration, livree, une

from include.demo.fichiers import Ligne, Mois, Table
from include.demo.tables import COMPLETES

AR = "achats_responsables"

# --- Les livraisons justes de la démonstration, à abîmer ---


def export(court: str) -> Table:
    """Dernier export complet de la démonstration (operations, lots, salaries, contrats, contacts)."""
    noms = [n for n in demonstration() if n.startswith(f"abc_clauses_{court}_20171231")]
    assert len(noms) == 1
    return livree(noms[0])


def releve(lignes: list[Ligne]) -> Table:
    """Relevé d'heures fait de ces lignes."""
    return Table(demonstration()["abc_clauses_heures_201712.csv"].entetes, lignes, somme="heures")


def decembre() -> list[Ligne]:
    """Lignes du relevé de décembre."""
    return livree("abc_clauses_heures_201712.csv").lignes


def heures(id_contrat: object, nombre: str) -> Ligne:
    """Une ligne d'heures de décembre."""
    return {
        "id_contrat": str(id_contrat), "mois": Mois(2017, 12, 1), "heures": Decimal(nombre),
        "date_saisie": dt.date(2018, 1, 2),
    }  # fmt: skip


# --- Les fautes qu'une livraison peut porter ---

ILLISIBLE = {
    "operations": ("id_operation", "secteur"), "lots": ("num_lot", "id_operation"), "salaries": ("id_salarie", "sexe"),
    "contrats": ("id_contrat", "type_contrat"), "contacts": ("id_contact", "canal"),
    "heures": ("id_contrat", "heures"),
}  # fmt: skip
"""Pour chaque fichier, sa clé et une colonne requise à vider."""


def rejets() -> Livraisons:
    """Tout est là, mais la moitié des lignes en plus sont illisibles."""

    def abimer(court: str, table: Table) -> Table:
        cle, requise = ILLISIBLE[court]
        table.somme = ""
        table.lignes += [ligne | {cle: f"ZZ{n}", requise: None} for n, ligne in enumerate(table.lignes[::2])]
        return table

    return {
        f"abc_clauses_{court}_20180102.csv": abimer(court, export(court)) for court in COMPLETES
    } | {
        "abc_clauses_heures_201712_v2.csv": abimer("heures", releve(decembre())),
    }  # fmt: skip


def volumes() -> Livraisons:
    """Trois exports plus fournis avant le dernier : celui-ci n'a plus que le tiers des lignes habituelles."""
    livraisons = {}
    for jour in (28, 29, 30):
        for court in COMPLETES:
            table, cle = export(court), ILLISIBLE[court][0]
            doubles = [ligne | {cle: f"{n}-{ligne[cle]}"} for n in (jour, jour + 1) for ligne in table.lignes]
            table.lignes += doubles
            livraisons[f"abc_clauses_{court}_201712{jour}.csv"] = table
    return livraisons


def heures_impossibles_parents_manquants() -> Livraisons:
    """Une virgule manque, trois contrats d'une personne ont 280 heures chacun ; un contrat et un salarié sur vingt
    ne sont plus dans leur export : leurs heures et leurs contrats n'ont plus de parent.
    """
    contrats, salaries = export("contrats"), export("salaries")
    for table in (contrats, salaries):
        table.lignes = [ligne for n, ligne in enumerate(table.lignes) if n % 20]
    connus = {ligne["id_salarie"] for ligne in salaries.lignes}
    de_chacun: dict[object, set[str]] = {}
    for ligne in contrats.lignes:
        if ligne["id_salarie"] in connus:
            de_chacun.setdefault(ligne["id_salarie"], set()).add(str(ligne["id_contrat"]))
    trois = next(sorted(c)[:3] for c in de_chacun.values() if len(c) >= 3)
    un_autre = next(sorted(c)[0] for c in de_chacun.values() if not c & set(trois))
    return {
        "abc_clauses_contrats_20180102.csv": contrats,
        "abc_clauses_salaries_20180102.csv": salaries,
        "abc_clauses_heures_201712_v2.csv": releve([heures(un_autre, "301.00"), *(heures(c, "280.00") for c in trois)]),
    }


def dates_decalees_identites_masquees() -> Livraisons:
    """Dix ans de trop à toutes les dates de contrats ; trois salariés de suite au même nom et à la même naissance."""
    contrats, salaries = export("contrats"), export("salaries")
    for ligne in contrats.lignes:
        for colonne in ("date_debut", "date_fin"):
            if isinstance(jour := ligne[colonne], dt.date):
                ligne[colonne] = jour.replace(year=jour.year + 10, day=min(jour.day, 28))
    for n, ligne in enumerate(salaries.lignes):
        modele = salaries.lignes[n - n % 3]
        ligne |= {c: modele[c] for c in ("nom", "nom_naissance", "prenom", "date_naissance")}
        salaries.lignes[n] = ligne
    return {"abc_clauses_contrats_20180102.csv": contrats, "abc_clauses_salaries_20180102.csv": salaries}


LIVRAISONS: list[tuple[Callable[[], Livraisons], set[str]]] = [
    (
        heures_impossibles_parents_manquants,
        {
            "heures_par_contrat_et_mois", "heures_par_personne_impossibles", "orphelins_heures", "orphelins_contrats",
        },
    ),
    (dates_decalees_identites_masquees, {"dates_de_contrats_decalees", "identites_confondues"}),
]  # fmt: skip
"""Livraisons abîmées et contrôles bloquants qu'elles doivent, seuls, mettre en défaut.

Deux fautes d'une même nuit n'ont en commun ni ligne ni seuil : chacune n'explique que son contrôle.
"""


# --- Les fautes qu'aucune livraison ne peut porter ---


ENTREPOTS: dict[str, list[str]] = {nom: [requete] for nom, requete in {
    "fiches_en_trop": "insert into core.dim_personne select * from core.dim_personne limit 1",
    "conservation_des_heures": "insert into meta.orphelins by name select 'abc_clauses_heures' as source, "
    "'perdue' as livraison, 1 as ligne, 'Z' as cle, 'contrat' as parent_manquant, 0.01 as heures",
    "faits_avant_arrete": une(f"{AR}.fct_heures", "mois = date '2018-06-01'"),
    **{
        f"total_{nom}": une(f"{AR}.rpt_{nom}", "heures = heures + 0.01")
        for nom in (
            "heures_secteur", "heures_mois", "heures_operation", "heures_type_contrat", "heures_modalite",
            "donneurs_ordre",
        )
    },
    **{
        f"parts_{nom}": une(f"{AR}.rpt_heures_{nom}", "part = part + 0.001")
        for nom in ("secteur", "type_contrat", "modalite")
    },
    "total_salaries_secteur": une(f"{AR}.rpt_salaries_secteur", "salaries = salaries + 1"),
    "total_salaries_accompagnement": une(f"{AR}.rpt_salaries_accompagnement", "salaries = salaries + 1"),
    "femmes_parmi_salaries": une(f"{AR}.rpt_salaries_secteur", "femmes = salaries + 1"),
    "qpv_parmi_salaries": une(f"{AR}.rpt_salaries_secteur", "qpv = salaries + 1"),
    "personnes_parmi_embauches": une(f"{AR}.rpt_embauches", "personnes = embauches + 1"),
    "qpv_parmi_embauches": une(f"{AR}.rpt_embauches", "dont_qpv = personnes + 1"),
    "total_embauches": une(f"{AR}.rpt_embauches", "embauches = embauches + 1"),
    "total_entreprises": une(f"{AR}.rpt_entreprises", "entreprises = entreprises + 1"),
    "rangs_des_operations": une(f"{AR}.rpt_heures_operation", "rang = 2", "annee = 2017 and rang = 1"),
    "operations_actives": une(f"{AR}.rpt_donneurs_ordre", "operations_actives = operations_actives + 1"),
    "consultations": une(f"{AR}.rpt_donneurs_ordre", "consultations = consultations + 1"),
    "heures_engagees_consultees": une(
        f"{AR}.rpt_donneurs_ordre", "heures_engagees_consultees = heures_engagees_consultees + 1"
    ),
    "contacts": une(f"{AR}.rpt_contacts", "contacts = contacts + 1"),
    "suivi_des_heures": une(f"{AR}.rpt_suivi_engagements", "heures_realisees = heures_realisees + 1", "true"),
}.items()}  # fmt: skip
"""Contrôle bloquant → ce qui fausse, après dbt, la table qu'il juge."""
