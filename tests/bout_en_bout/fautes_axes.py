"""Les fautes que les contrôles bloquants de gpect, parcours, campus et transverse doivent voir.

Aucun axe n'est retenu par la faute d'un autre : une même nuit en porte une de chacun. Une table de parcours qui lit les
contrats est seulement gardée tant que leur axe est bloqué.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from nuits_fausses import BLOQUANTS, Livraisons, livree, une

from include.demo.fichiers import Table

CENT_CHANCES = "100chances_2017_v2.xlsx"

# --- Les fautes qu'une livraison peut porter ---

# Source → (son dernier fichier de la démonstration, le nom d'un suivant, sa clé, une colonne requise).
FICHIERS: dict[str, tuple[str, str, str, str]] = {
    "rce_visites": ("rce_visites_20171231.xlsx", "rce_visites_20180102.xlsx", "entreprise", "secteur"),
    "rce_offres": ("rce_offres_20171231.xlsx", "rce_offres_20180102.xlsx", "num_offre", "metier"),
    "gpect_entretiens": (
        "gpect_entretiens_20171231.csv", "gpect_entretiens_20180102.csv", "id_entretien", "departement",
    ),
    "gpect_besoins": ("gpect_besoins_20171231.csv", "gpect_besoins_20180102.csv", "metier", "nb_postes"),
    "emfor_effectifs": ("emfor_effectifs_2017.csv", "emfor_effectifs_2017_v3.csv", "secteur", "effectif_salarie"),
    "enquete_zti": ("cci_enquete_zti_20171201.csv", "cci_enquete_zti_20171202.csv", "num_reponse", "type_commerce"),
    "plan_actions": ("plan_actions_20171231.xlsx#222", "plan_actions_20180102.xlsx#222", "fiche", "statut"),
    "eco_structures": (
        "economie_collaborative_20171231.csv", "economie_collaborative_20180102.csv", "structure", "structure",
    ),
    "pole_emploi_longvic": (
        "pole_emploi_longvic_20171222.xlsx", "pole_emploi_longvic_20171222_v2.xlsx", "identifiant", "rome_1",
    ),
    "cent_chances_candidatures": (
        f"{CENT_CHANCES}#Candidatures", "100chances_2017_v3.xlsx#Candidatures", "id_candidat", "date_orientation",
    ),
    "cent_chances_suivi": (f"{CENT_CHANCES}#Suivi", "100chances_2017_v3.xlsx#Suivi", "id_candidat", "date_entree"),
    "parcours_etapes": ("parcours_etapes_20171231.csv", "parcours_etapes_20180102.csv", "id_participant", "etape"),
    "prescriptions": (
        "prescriptions_clauses_201712.xlsx", "prescriptions_clauses_201712_v2.xlsx", "id_prescription", "prescripteur",
    ),
    "campus_rencontres": (
        "campus_rencontres_20171231.csv", "campus_rencontres_20180102.csv", "id_rencontre", "date_rencontre",
    ),
    "campus_membres": ("campus_membres_20171218.csv", "campus_membres_20171219.csv", "organisme", "college"),
    "evenements": ("evenements_2017_v2.xlsx#juin", "evenements_2017_v3.xlsx#juin", "id_evenement", "statut"),
    "presse": ("revue_presse_2017.csv", "revue_presse_2017_v2.csv", "article", "organe"),
    "projets": ("projets_2017.csv", "projets_2017_v2.csv", "code_projet", "axe_principal"),
    "equipe": ("equipe_2017.csv", "equipe_2017_v2.csv", "fonction", "etp"),
}  # fmt: skip


def suivant(source: str, abimer: Callable[[Table], object]) -> Livraisons:
    """Le fichier suivant d'une source : le dernier de la démonstration, abîmé."""
    dernier, nom, *_ = FICHIERS[source]
    table = livree(dernier)
    table.somme, table.vides_apres = "", set()
    abimer(table)
    return {nom: table}


def chaque_ligne(source: str, **colonnes: Callable[[dict[str, Any], int], object]) -> Livraisons:
    """Le fichier suivant, où ces colonnes sont recalculées à chaque ligne, d'après la ligne et son rang."""

    def abimer(table: Table) -> None:
        table.lignes = [
            ligne | {c: f(dict(ligne), n) for c, f in colonnes.items()}  # type: ignore[dict-item]
            for n, ligne in enumerate(table.lignes)
        ]

    return suivant(source, abimer)


def rejets() -> Livraisons:
    """Tout est là, mais la moitié des lignes en plus sont illisibles."""
    livraisons: Livraisons = {}
    for source, (*_, cle, requise) in FICHIERS.items():

        def abimer(table: Table, cle: str = cle, requise: str = requise) -> None:
            table.lignes += [ligne | {cle: f"ZZ{n}", requise: None} for n, ligne in enumerate(table.lignes[::2])]

        livraisons |= suivant(source, abimer)
    return livraisons


def volumes() -> Livraisons:
    """Trois fichiers plus fournis avant le dernier : celui-ci n'a plus que le tiers des lignes habituelles."""
    livraisons: Livraisons = {}
    for controle in BLOQUANTS.values():
        if controle.source not in FICHIERS or not controle.nom.endswith(".volume"):
            continue
        nom, _, cle, _ = FICHIERS[controle.source]
        for jours in (1, 2, 3):
            table = livree(nom)
            fois = max(3, math.ceil(60 / len(table.lignes)))
            table.lignes = [
                ligne | {cle: f"{jours}-{n}-{ligne.get(cle)}"} for n in range(fois) for ligne in table.lignes
            ]
            table.vides_apres = set()
            if controle.source == "cent_chances_suivi":
                # Les deux feuilles sont du même classeur, que son année désigne.
                annee = 2016 - jours
                candidatures = livree("100chances_2016.xlsx#Candidatures")
                candidatures.lignes = candidatures.lignes[:1]
                livraisons[f"100chances_{annee}.xlsx#Candidatures"] = candidatures
                livraisons[f"100chances_{annee}.xlsx#Suivi"] = table
                continue
            base, _, reste = nom.partition("_2017")
            jour = dt.datetime.strptime(f"2017{reste[:4]}", "%Y%m%d") - dt.timedelta(days=jours)
            livraisons[f"{base}_{jour:%Y%m%d}{reste[4:]}"] = table
    return livraisons


def premieres_fautes() -> Livraisons:
    """Une virgule perdue, une colonne décalée, des noms masqués, une liste tronquée : une faute par fichier."""

    def sans_un_college(table: Table) -> None:
        table.lignes = [li for li in table.lignes if str(li["college"]).upper() != "INSTITUTIONNELS"]

    def une_foule(table: Table) -> None:
        table.lignes[0]["nb_personnes"] = 501

    def masquer(table: Table) -> None:
        """Trois participants de suite portent le même nom et la même date de naissance."""
        numeros = sorted({(str(li["dispositif"]), str(li["id_participant"])) for li in table.lignes})
        identites = {numero: f"X{n // 3}" for n, numero in enumerate(numeros)}
        for ligne in table.lignes:
            identite = identites[str(ligne["dispositif"]), str(ligne["id_participant"])]
            ligne |= {"nom": identite, "prenom": "X", "date_naissance": dt.date(1980, 1, 1)}

    return {
        **chaque_ligne("gpect_entretiens", effectif=lambda li, _: li["effectif"] and li["effectif"] * 1000),
        **chaque_ligne("pole_emploi_longvic", rome_1=lambda *_: "Soudeur"),
        **chaque_ligne("rce_offres", postes_pourvus=lambda *_: 99),
        **chaque_ligne("cent_chances_candidatures", present_pre_sas=lambda *_: False),
        **chaque_ligne(
            "cent_chances_suivi",
            date_sortie=lambda li, _: li["date_sortie"] and li["date_entree"] - dt.timedelta(days=30),
        ),
        **suivant("parcours_etapes", masquer),
        **suivant("campus_rencontres", une_foule),
        **suivant("campus_membres", sans_un_college),
        **chaque_ligne("equipe", etp=lambda *_: Decimal("35")),
    }


def secondes_fautes() -> Livraisons:
    """Des noms d'entreprises et des numéros refaits, des dates inversées ou décalées."""
    fin = dt.date(2017, 12, 31)
    return {
        **chaque_ligne("rce_visites", entreprise=lambda _, n: f"Entreprise {n}", siret=lambda *_: None),
        **chaque_ligne("cent_chances_candidatures", participant_sas=lambda *_: False),
        **chaque_ligne("cent_chances_suivi", id_candidat=lambda li, _: f"R{li['id_candidat']}"),
        **chaque_ligne("parcours_etapes", date_etape=lambda li, _: dt.date(2016, 1, 1) + (fin - li["date_etape"])),
        **chaque_ligne(
            "campus_rencontres",
            date_rencontre=lambda li, _: li["date_rencontre"].replace(year=2027, day=min(li["date_rencontre"].day, 28)),
        ),
    }


LIVRAISONS: list[tuple[Callable[[], Livraisons], set[str]]] = [
    (
        premieres_fautes,
        {
            "couverture_du_territoire", "codes_rome_illisibles", "postes_pourvus_impossibles",
            "participants_parmi_presents", "sorties_avant_entrees", "participants_confondus", "personnes_impossibles",
            "colleges_disparus", "etp_de_l_equipe",
        },
    ),
    (
        secondes_fautes,
        {
            "offres_sans_visite", "decisions_parmi_participants", "numeros_de_candidats", "dates_d_etapes",
            "dates_de_rencontres",
        },
    ),
]  # fmt: skip
"""Livraisons abîmées et contrôles bloquants qu'elles doivent, seuls, mettre en défaut."""


# --- Les fautes qu'aucune livraison ne peut porter ---

OFFRES, ENTRETIENS, ENQUETE = "gpect.rpt_rce_offres_secteur", "gpect.rpt_entretiens", "gpect.rpt_enquete_zti"
ECO, LONGVIC, PLAN = "gpect.rpt_eco_structures", "gpect.rpt_public_longvic", "gpect.rpt_plan_actions"
ENTONNOIR, SORTIES = "parcours.rpt_cent_chances_entonnoir", "parcours.rpt_cent_chances_sorties"
CHEMINS = "parcours.rpt_parcours_chemins"
TAUX = f"""
    update {ENTONNOIR} as e set taux_etape = e.effectif / r.effectif from {ENTONNOIR} as r
    where r.annee = e.annee and r.effectif > 0 and e.etape <> 'candidatures' and r.etape = case e.etape
        when 'presents_pre_sas' then 'candidatures' when 'participants_sas' then 'presents_pre_sas'
        else 'participants_sas' end
"""
"""Remet les taux d'accord avec les effectifs : la faute ne doit être que dans ceux-ci."""


def avec_total(table: str, groupe: str, valeurs: str, ou: str = "true") -> list[str]:
    """Fausse pareillement une ligne et le total : la somme reste juste."""
    return [une(table, valeurs, f"{ou} and {groupe} <> 'TOTAL'"), une(table, valeurs, f"{ou} and {groupe} = 'TOTAL'")]


ENTREPOTS: dict[str, list[str]] = {
    # gpect
    "total_rce_offres_secteur": [une(OFFRES, "entreprises_visitees = entreprises_visitees + 1", "secteur = 'TOTAL'")],
    "offres_rce": avec_total(OFFRES, "secteur", "offres = offres + 1"),
    "postes_rce": avec_total(OFFRES, "secteur", "postes_nq = postes_nq + 1"),
    "issues_parmi_offres": avec_total(OFFRES, "secteur", "offres_nsp = offres_nsp + 1000"),
    "total_entretiens": [une(ENTRETIENS, "effectif_interroge = effectif_interroge + 1", "departement = 'TOTAL'")],
    "entretiens_realises": avec_total(ENTRETIENS, "departement", "entretiens = entretiens + 1", "demarche = 'Santé'"),
    "entreprises_parmi_entretiens": avec_total(
        ENTRETIENS, "departement", "entreprises = entreprises + 1000", "demarche = 'Santé'"
    ),
    "effectif_regional": [
        une(ENTRETIENS, "effectif_territoire = effectif_territoire + 1", "demarche = 'Santé' and departement = 'TOTAL'")
    ],
    "total_enquete_zti": [une(ENQUETE, "appui_rh = appui_rh + 1", "type_commerce = 'TOTAL'")],
    "reponses_a_l_enquete": avec_total(ENQUETE, "type_commerce", "repondants = repondants + 1"),
    "appuis_parmi_repondants": avec_total(ENQUETE, "type_commerce", "appui_rh = appui_rh + 1000"),
    "total_eco_structures": [une(ECO, "locales = locales - 1", "champ = 'TOTAL'")],
    "locales_parmi_structures": avec_total(ECO, "champ", "locales = locales + 1000"),
    "structures_recensees": avec_total(ECO, "champ", "structures = structures + 1000"),
    "total_public_longvic": [une(LONGVIC, "courriels_valides = courriels_valides - 1", "rome_domaine = 'TOTAL'")],
    "demandeurs_de_longvic": avec_total(LONGVIC, "rome_domaine", "demandeurs = demandeurs + 1"),
    "courriels_parmi_demandeurs": avec_total(LONGVIC, "rome_domaine", "courriels_valides = courriels_valides + 1000"),
    "dimensions_rce": [une("gpect.rpt_rce_entreprises", "entreprises = entreprises + 1", "dimension = 'club'")],
    "rendez_vous_rce": [
        "update gpect.rpt_rce_entreprises set rendez_vous = rendez_vous + 1 where rowid in (select min(rowid) "
        "from gpect.rpt_rce_entreprises where periode_debut = '2017-01-01' group by dimension)"
    ],
    "besoins_recueillis": [une("gpect.rpt_besoins", "postes = postes + 1")],
    "fiches_du_plan": [une(PLAN, "fiches = fiches + 1, realise = realise + 1")],
    "statuts_du_plan": [une(PLAN, "reporte = reporte + 1")],
    "faits_de_gpect_avant_arrete": [une("gpect.fct_besoins", "date_besoin = '2018-06-01'")],
    # parcours
    "candidatures_de_l_annee": [
        une(ENTONNOIR, "effectif = effectif + 1", "annee = 2017 and etape = 'candidatures'"), TAUX,
        "update rapport.indicateurs set valeur = valeur + 1 where code = 'CH001' and annee = 2017",
    ],
    "decisions_du_comite": [une(ENTONNOIR, "effectif = effectif + 1", "annee = 2017 and etape = 'refus_comite'"), TAUX],
    "presents_parmi_candidatures": [
        une(ENTONNOIR, "effectif = effectif + 1000", "annee = 2017 and etape = 'presents_pre_sas'"), TAUX,
    ],
    "taux_de_l_entonnoir": [une(ENTONNOIR, "taux_etape = taux_etape + 0.1", "annee = 2017 and etape = 'refus_comite'")],
    "profil_des_entrees": [une("parcours.rpt_cent_chances_profil", "entrees = entrees + 1")],
    "parts_du_profil": [une("parcours.rpt_cent_chances_profil", "part = part + 0.001")],
    "jeunes_suivis": [
        une(SORTIES, "effectif = effectif + 1", f"arrete_au = '2017-12-31' and type_sortie = '{situation}'")
        for situation in ("total", "en_accompagnement")
    ],
    "accompagnement_et_sorties": [une(SORTIES, "effectif = effectif + 1", "type_sortie = 'en_accompagnement'")],
    "sorties_positives_et_abandons": [une(SORTIES, "effectif = effectif + 1", "type_sortie = 'abandons'")],
    "types_de_sorties_positives": [une(SORTIES, "effectif = effectif + 1", "type_sortie = 'CDI'")],
    "parts_des_sorties_positives": [une(SORTIES, "part_positives = part_positives + 0.001", "type_sortie = 'CDI'")],
    "personnes_aux_etapes": [une("parcours.rpt_entonnoir", "effectif = effectif + 1")],
    "decisions_des_prescriptions": [une("parcours.rpt_prescriptions", "validees = validees + 1")],
    "prescriptions_de_l_annee": [
        une("parcours.rpt_prescriptions", "orientations = orientations + 1, en_attente = en_attente + 1")
    ],
    "faits_de_parcours_avant_arrete": [une("parcours.fct_etapes", "date_etape = '2018-06-01'")],
    "personnes_des_programmes": [une("parcours.fct_programmes", "programme = 'autre'", "programme <> '100 chances'")],
    "personnes_croisees": [une("parcours.rpt_parcours_croises", "personnes = personnes + 1")],
    "personnes_croisees_a_chaque_arrete": [une("parcours.rpt_parcours_croises_arretes", "personnes = personnes + 1")],
    "personnes_prescrites": avec_total(
        CHEMINS, "prescripteur", "prescrites = prescrites + 1, taux_validation = validees / (prescrites + 1)",
        "annee = 2017",
    ),
    "total_des_chemins": [une(CHEMINS, "contrats_sans_validation = 1", "prescripteur = 'TOTAL'")],
    "etapes_du_chemin": avec_total(CHEMINS, "prescripteur", "contrats_sans_validation = 1000", "annee = 2017"),
    "taux_du_chemin": [une(CHEMINS, "taux_validation = taux_validation + 0.1")],
    "dates_du_chemin": [
        une("parcours.fct_chemins", "date_contrat = date_prescription - 1", "date_contrat is not null")
    ],
    # campus
    "rencontres_de_l_annee": [
        une("campus.rpt_rencontres", "rencontres = rencontres - 1", "annee = 2017"),
        "insert into campus.rpt_rencontres select 2016, num_axe, type_interlocuteur, 1, 0 from campus.rpt_rencontres "
        "where rowid = (select min(rowid) from campus.rpt_rencontres where annee = 2017)",
    ],
    "rencontres_par_interlocuteur": [
        une("campus.rpt_rencontres", "rencontres = rencontres - 1", "annee = 2017 and type_interlocuteur = 'OPCA'"),
        une("campus.rpt_rencontres", "rencontres = rencontres + 1", "annee = 2017 and type_interlocuteur <> 'OPCA'"),
    ],
    "personnes_rencontrees": [une("campus.rpt_rencontres", "personnes = personnes + 1")],
    "rencontres_avant_arrete": [une("campus.fct_rencontres", "date_rencontre = '2018-06-01'")],
    "membres_des_colleges": [une("campus.rpt_gouvernance", "membres = membres + 1")],
    "instances_du_campus": [une("campus.rpt_gouvernance", "instance = 'autre'")],
    # transverse
    "evenements_realises": [une("rapport.rpt_evenements", "evenements = evenements + 1")],
    "participants_aux_evenements": [une("rapport.rpt_evenements", "participants = participants + 1")],
    "articles_parus": [une("rapport.rpt_presse", "mois = mois % 12 + 1")],
    "marques_parmi_articles": [une("rapport.rpt_presse", "gip = articles + 1")],
    "personnes_de_l_equipe": [une("rapport.rpt_equipe", "personnes = personnes + 1")],
    **{
        f"indicateurs_complets_{nom}": [f"delete from rapport.indicateurs where code = '{code}' and annee = 2017"]
        for nom, code in (("achats", "CL032"), ("rce", "RC004"), ("cent_chances", "CH002"), ("presse", "CO002a"))
    },
    "candidatures_indicateur_et_tables": [une("rapport.indicateurs", "valeur = valeur + 1", "code = 'CH001'")],
    "articles_indicateur_et_tables": [une("rapport.indicateurs", "valeur = valeur + 1", "code = 'CO001'")],
    "heures_indicateur_et_tables": [
        "update rapport.indicateurs set valeur = valeur + 1 where code in ('CL001', 'CL002') and annee = 2017"
    ],
    "heures_btp_et_services": [une("rapport.indicateurs", "valeur = valeur + 1", "code = 'CL003'")],
    "salaries_btp_et_services": [une("rapport.indicateurs", "valeur = valeur + 1", "code = 'CL027'")],
    "pourcentages": [une("rapport.indicateurs", "valeur = valeur + 0.1", "code = 'CL021'")],
    "periodes": [une("rapport.indicateurs", "periode_fin = date '2019-12-31'", "code = 'CL032'")],
    "indicateurs_de_la_nuit": [une("rapport.indicateurs", "publication = 'autre'", "code = 'CL032'")],
}  # fmt: skip
"""Contrôle bloquant → ce qui fausse, après dbt, les tables qu'il juge."""
