"""Contrôles des achats responsables : d'abord ce que les partenaires livrent, puis ce que les modèles en font."""

from __future__ import annotations

from typing import Any

from expectations.controle import BLOQUANT, EQUIPE_DONNEES, OBSERVE, SERVICE_CLAUSES, SIGNALE, Controle, codes

AXE = "achats_responsables"
HEURES = codes("CL001-CL019")
SALARIES = codes("CL020-CL031")
ENTREPRISES = codes("CL037-CL044")
EMBAUCHES = codes("CL051-CL059")

# 2026-11 : 48 heures par semaine, maximum légal, en font 208 par mois ; au-delà de 300, un relevé est faux.
HEURES_MAX = 300
# 2026-11 : un mois de 31 jours compte 744 heures. Au-delà, deux personnes au moins sont confondues. Entre les deux, des
# contrats simultanés mal clos : à regarder, sans retenir les chiffres, que le total des heures ne change pas.
HEURES_DU_MOIS = 744
# 2026-11 : un avenant tarde souvent d'un mois à être saisi ; une ligne sur cinquante hors des dates est courante.
PART_DANS_LES_DATES = 0.98
# 2026-11 : une majorité d'heures hors des dates dit des dates fausses dans tout l'export (jour et mois inversés, année
# décalée). Sous 30 lignes, un seul contrat suffirait à faire la majorité.
PART_MIN_DANS_LES_DATES = 0.50
LIGNES_MIN = 30
# 2026-11 : règle de comptage du projet.
PART_MAX_ORPHELINES = 0.005
# 2026-11 : des homonymes nés le même jour sont rares ; sous une personne pour deux numéros, les identités sont masquées
# dans l'export. Sous 30 numéros, une seule personne livrée plusieurs fois suffirait.
PART_MIN_PERSONNES = 0.50
# 2026-11 : dépasser son engagement est courant, le tripler dit une virgule perdue ou des heures mal rattachées.
REALISE_MAX = 3
# 2026-11 : d'une année pleine à l'autre, le dispositif a pris ou perdu 14 % au plus les années publiées.
EVOLUTION = (0.5, 2.0)
# 2026-11 : l'arrondi de la virgule flottante, rien d'autre.
AUTOUR_DE_1 = {"min_value": 1 - 1e-9, "max_value": 1 + 1e-9}
# 2026-11 : contrats que chaque type de structure peut signer, dans les mots d'ABC Clauses (vocabulaire des emplois de
# l'inclusion). Un contrat sur vingt peut être mal typé sans que la répartition change de sens.
CONTRATS_PERMIS = {
    "EI": ["CDDI", "CDI", "CUI", "Contrat de professionnalisation", "Autre"],
    "ACI": ["CDDI", "CUI", "Contrat de professionnalisation", "Autre"],
    "AI": ["CDDI", "CDD", "CTT", "CUI", "Contrat de professionnalisation", "Autre"],
    "ETTI": ["CTTI", "CTT", "CIPI", "CDI", "Contrat de professionnalisation", "Autre"],
    "GEIQ": ["Contrat de professionnalisation", "Contrat d'apprentissage", "Formation qualifiante", "Autre"],
    "ESAT": ["Contrat de soutien (ESAT)", "Autre"],
}
PART_CONTRATS_PERMIS = 0.95


def _controle(nom: str, severite: str, proprietaire: str, chiffres: tuple[str, ...], **reste: Any) -> Controle:
    return Controle(nom=nom, axe=AXE, severite=severite, proprietaire=proprietaire, chiffres=chiffres, **reste)


# --- Ce que les partenaires livrent ---

_HEURES_PAR_PERSONNE = """
    select personne_id, mois, sum(heures) as heures from achats_responsables.fct_heures group by personne_id, mois
"""
_HEURES_ET_DATES = """
    select
        h.id_contrat, h.mois,
        case when h.mois between date_trunc('month', c.date_debut) and coalesce(c.date_fin, h.mois)
            then 'dedans' else 'dehors' end as position
    from achats_responsables.fct_heures as h
    join bronze.abc_clauses_contrats as c using (id_contrat)
    where h.heures > 0
"""


def _orphelins(source: str, libelle: str) -> Controle:
    return _controle(
        f"orphelins_{source.removeprefix('abc_clauses_')}",
        BLOQUANT,
        SERVICE_CLAUSES,
        HEURES + SALARIES + ENTREPRISES,
        donnees=f"""
            select orphelines.heures / nullif(orphelines.heures + retenues.heures, 0) as part_orpheline
            from (
                select cast(coalesce(sum(heures), 0) as double) as heures from meta.orphelins where source = '{source}'
            ) as orphelines
            cross join (
                select cast(coalesce(sum(heures), 0) as double) as heures from achats_responsables.fct_heures
            ) as retenues
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "part_orpheline", "min_value": 0, "max_value": PART_MAX_ORPHELINES},
        message=f"{libelle} : plus de 0,5 % des heures de la source. Elles attendent dans meta.orphelins : "
        "livrer les lignes manquantes, elles reviendront seules.",
    )


LIVRE = [
    _controle(
        "heures_par_contrat_et_mois",
        BLOQUANT,
        SERVICE_CLAUSES,
        HEURES,
        donnees="achats_responsables.fct_heures",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "heures", "min_value": 0, "max_value": HEURES_MAX},
        message=f"Un contrat a plus de {HEURES_MAX} heures dans un mois : corriger la saisie et renvoyer la ligne.",
    ),
    _controle(
        "heures_par_personne_impossibles",
        BLOQUANT,
        SERVICE_CLAUSES,
        HEURES + SALARIES,
        donnees=_HEURES_PAR_PERSONNE,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "heures", "min_value": 0, "max_value": HEURES_DU_MOIS},
        message="Une personne travaille plus d'heures que le mois n'en compte : identités confondues ou "
        "heures fausses.",
    ),
    _controle(
        "heures_par_personne_et_mois",
        SIGNALE,
        SERVICE_CLAUSES,
        SALARIES,
        donnees=_HEURES_PAR_PERSONNE,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "heures", "min_value": 0, "max_value": HEURES_MAX},
        message=f"Une personne a plus de {HEURES_MAX} heures dans un mois, tous contrats réunis : vérifier "
        "ses contrats.",
    ),
    _controle(
        "mois_hors_contrat",
        SIGNALE,
        SERVICE_CLAUSES,
        HEURES,
        donnees=_HEURES_ET_DATES,
        attente="ExpectColumnValuesToBeInSet",
        arguments={"column": "position", "value_set": ["dedans"], "mostly": PART_DANS_LES_DATES},
        message="Des heures tombent hors des dates de leur contrat : prolonger le contrat dans ABC Clauses "
        "ou corriger le mois.",
    ),
    _controle(
        "dates_de_contrats_decalees",
        BLOQUANT,
        SERVICE_CLAUSES,
        HEURES + EMBAUCHES,
        donnees=f"select * from ({_HEURES_ET_DATES}) as p qualify count(*) over () >= {LIGNES_MIN}",
        attente="ExpectColumnValuesToBeInSet",
        arguments={"column": "position", "value_set": ["dedans"], "mostly": PART_MIN_DANS_LES_DATES},
        message="La plupart des heures tombent hors des dates de leur contrat : l'export des contrats a des "
        "dates fausses.",
    ),
    _orphelins("abc_clauses_heures", "Des heures sont d'un contrat inconnu"),
    _orphelins("abc_clauses_contrats", "Des contrats sont d'un salarié ou d'une opération inconnus"),
    _controle(
        "identites_confondues",
        BLOQUANT,
        SERVICE_CLAUSES,
        SALARIES + EMBAUCHES,
        donnees=f"""
            select count(distinct personne_id) / count(*) as personnes_par_numero
            from bronze.abc_clauses_salaries having count(*) >= {LIGNES_MIN}
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "personnes_par_numero", "min_value": PART_MIN_PERSONNES},
        message="Plus de deux numéros de salarié par personne : noms ou dates de naissance masqués dans l'export.",
    ),
    _controle(
        "mois_sans_heures",
        SIGNALE,
        SERVICE_CLAUSES,
        HEURES,
        donnees="""
            select
                mois, date_diff('month', lag(mois) over (order by mois), mois) as ecart_mois
            from (select distinct mois from achats_responsables.fct_heures where heures > 0) as m
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "ecart_mois", "min_value": 1, "max_value": 1},
        message="Un mois n'a aucune heure entre deux mois qui en ont : son fichier manque sans doute.",
    ),
    _controle(
        "evolution_annuelle",
        SIGNALE,
        SERVICE_CLAUSES,
        codes("CL001"),
        donnees="""
            select annee, heures / lag(heures) over (order by annee) as evolution
            from (
                select h.annee, cast(sum(h.heures) as double) as heures
                from achats_responsables.fct_heures as h cross join bronze.parametres as p
                where h.heures > 0 and h.annee < year(p.arrete_au + 1)
                group by h.annee having count(distinct h.mois) = 12
            ) as pleines
            qualify lag(annee) over (order by annee) = annee - 1
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "evolution", "min_value": EVOLUTION[0], "max_value": EVOLUTION[1]},
        message="Les heures d'une année pleine ont plus que doublé ou diminué de plus de moitié : un fichier "
        "manque ou est en double.",
    ),
    _controle(
        "realise_sur_engage",
        SIGNALE,
        SERVICE_CLAUSES,
        codes("CL005-CL014", "CL036"),
        donnees="achats_responsables.rpt_suivi_engagements",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "taux_realisation", "min_value": 0, "max_value": REALISE_MAX},
        message=f"Une opération a réalisé plus de {REALISE_MAX} fois ses heures d'engagement : vérifier l'engagement.",
    ),
    _controle(
        "lots_et_operation",
        SIGNALE,
        SERVICE_CLAUSES,
        codes("CL036"),
        donnees="""
            select o.id_operation, o.heures_engagement as operation, sum(l.heures_engagement) as lots
            from bronze.abc_clauses_operations as o
            join bronze.abc_clauses_lots as l using (id_operation)
            group by o.id_operation, o.heures_engagement
            having count(o.heures_engagement) > 0 and count(l.heures_engagement) > 0
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "operation", "column_B": "lots"},
        message="Les lots d'une opération ne font pas ses heures d'engagement, et c'est l'opération qui "
        "compte. Accorder les deux.",
    ),
    _controle(
        "contrats_selon_employeur",
        SIGNALE,
        SERVICE_CLAUSES,
        codes("CL016-CL019", "CL038-CL044"),
        donnees=f"""
            select distinct id_contrat, type_employeur, type_contrat from achats_responsables.fct_heures
            where type_employeur in ({", ".join(repr(t) for t in CONTRATS_PERMIS)})
        """,
        attente="ExpectColumnPairValuesToBeInSet",
        arguments={
            "column_A": "type_employeur",
            "column_B": "type_contrat",
            "value_pairs_set": [(t, c) for t, contrats in CONTRATS_PERMIS.items() for c in contrats],
            "mostly": PART_CONTRATS_PERMIS,
        },
        message="Des contrats ne sont pas de ceux que leur employeur peut signer : vérifier le type de "
        "contrat ou d'employeur.",
    ),
    _controle(
        "employeurs_sans_siret",
        OBSERVE,
        SERVICE_CLAUSES,
        ENTREPRISES,
        donnees="bronze.abc_clauses_contrats",
        attente="ExpectColumnProportionOfNonNullValuesToBeBetween",
        # 2026-11 : sans numéro, un employeur n'est reconnu que par son nom ; au-delà d'un sur cinq, relire le compte.
        arguments={"column": "siret_employeur", "min_value": 0.80},
        message="Plus d'un contrat sur cinq n'a ni le SIRET ni le SIREN de son employeur.",
    ),
    _controle(
        "saisie_avant_travail",
        OBSERVE,
        SERVICE_CLAUSES,
        HEURES,
        donnees="bronze.abc_clauses_heures",
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={
            "column_A": "date_saisie",
            "column_B": "mois",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        message="Des heures sont saisies avant le mois travaillé : prévisions, ou mois faux.",
    ),
]


# --- Ce que les modèles en font ---


def _total(table: str, libelle: str, chiffres: tuple[str, ...]) -> Controle:
    return _controle(
        f"total_{table.removeprefix('rpt_')}",
        BLOQUANT,
        EQUIPE_DONNEES,
        chiffres,
        donnees=f"""
            select coalesce(r.heures, 0) as rapport, coalesce(f.heures, 0) as faits
            from (select annee, sum(heures) as heures from achats_responsables.{table} group by annee) as r
            full join (select annee, sum(heures) as heures from achats_responsables.fct_heures group by annee) as f
                on f.annee = r.annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "rapport", "column_B": "faits"},
        message=f"Les heures {libelle} ne font pas le total de l'année.",
    )


def _parts(table: str, libelle: str, chiffres: tuple[str, ...]) -> Controle:
    return _controle(
        f"parts_{table.removeprefix('rpt_heures_')}",
        BLOQUANT,
        EQUIPE_DONNEES,
        chiffres,
        donnees=f"select annee, sum(part) as total from achats_responsables.{table} group by annee",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "total", **AUTOUR_DE_1},
        message=f"Les parts {libelle} ne font pas 100 % de l'année.",
    )


def _salaries(table: str, libelle: str, chiffres: tuple[str, ...]) -> Controle:
    return _controle(
        f"total_{table.removeprefix('rpt_')}",
        BLOQUANT,
        EQUIPE_DONNEES,
        chiffres,
        donnees=f"""
            select coalesce(r.salaries, 0) as rapport, coalesce(f.salaries, 0) as faits
            from (select annee, sum(salaries) as salaries from achats_responsables.{table} group by annee) as r
            full join (
                select annee, count(*) as salaries
                from (
                    select annee, personne_id from achats_responsables.fct_heures
                    group by annee, personne_id having sum(heures) > 0
                ) as p
                group by annee
            ) as f on f.annee = r.annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "rapport", "column_B": "faits"},
        message=f"Les salariés {libelle} ne font pas les personnes distinctes de l'année.",
    )


def _au_plus(nom: str, table: str, partie: str, tout: str, chiffres: tuple[str, ...], message: str) -> Controle:
    return _controle(
        nom,
        BLOQUANT,
        EQUIPE_DONNEES,
        chiffres,
        donnees=f"achats_responsables.{table}",
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": tout, "column_B": partie, "or_equal": True},
        message=message,
    )


def _consultations(nom: str, mesure: str, somme: str, libelle: str) -> Controle:
    return _controle(
        nom,
        BLOQUANT,
        EQUIPE_DONNEES,
        codes("CL034-CL036"),
        donnees=f"""
            select coalesce(r.total, 0) as rapport, coalesce(b.total, 0) as livrees
            from (select annee, {somme} as total from achats_responsables.rpt_donneurs_ordre group by annee) as r
            full join (
                select year(o.date_consultation) as annee, sum({mesure}) as total
                from bronze.abc_clauses_operations as o cross join bronze.parametres as p
                where o.date_consultation <= p.arrete_au group by 1
            ) as b on b.annee = r.annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "rapport", "column_B": "livrees"},
        message=f"{libelle} ne sont pas celles du fichier des opérations.",
    )


CALCULE = [
    _controle(
        "conservation_des_heures",
        BLOQUANT,
        EQUIPE_DONNEES,
        HEURES,
        # Recalculé depuis bronze, sans les modèles : la dernière saisie de chaque contrat × mois, jusqu'à l'arrêté.
        donnees="""
            select
                (
                    select coalesce(sum(heures), 0)
                    from (
                        select h.heures from bronze.abc_clauses_heures as h cross join bronze.parametres as p
                        where h.mois <= p.arrete_au
                        qualify row_number() over (partition by id_contrat, mois order by _rang desc, _ligne desc) = 1
                    ) as d
                ) as recues,
                (select coalesce(sum(heures), 0) from achats_responsables.fct_heures)
                + (select coalesce(sum(heures), 0) from meta.orphelins) as retrouvees
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "recues", "column_B": "retrouvees"},
        message="Les heures reçues ne sont pas toutes dans fct_heures ou meta.orphelins : des lignes sont "
        "perdues ou doublées.",
    ),
    _controle(
        "faits_avant_arrete",
        BLOQUANT,
        EQUIPE_DONNEES,
        HEURES + SALARIES,
        donnees="select f.mois, p.arrete_au from achats_responsables.fct_heures as f cross join bronze.parametres as p",
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "arrete_au", "column_B": "mois", "or_equal": True},
        message="Des heures d'après l'arrêté sont comptées.",
    ),
    _total("rpt_heures_secteur", "par secteur", codes("CL001-CL004")),
    _total("rpt_heures_mois", "par mois", codes("CL001")),
    _total("rpt_heures_operation", "par opération", codes("CL005-CL015")),
    _total("rpt_heures_type_contrat", "par type de contrat", codes("CL016-CL019")),
    _total("rpt_heures_modalite", "par modalité", codes("CL001")),
    _total("rpt_donneurs_ordre", "par donneur d'ordre", codes("CL033")),
    _parts("rpt_heures_secteur", "des secteurs", codes("CL004")),
    _parts("rpt_heures_type_contrat", "des types de contrat", codes("CL016-CL019")),
    _parts("rpt_heures_modalite", "des modalités", codes("CL001")),
    _salaries("rpt_salaries_secteur", "par secteur", codes("CL020-CL022", "CL027-CL031")),
    _salaries("rpt_salaries_accompagnement", "par accompagnement", codes("CL023-CL026")),
    _au_plus(
        "femmes_parmi_salaries", "rpt_salaries_secteur", "femmes", "salaries", codes("CL021", "CL030"),
        "Un secteur a plus de femmes que de salariés.",
    ),
    _au_plus(
        "qpv_parmi_salaries", "rpt_salaries_secteur", "qpv", "salaries", codes("CL022", "CL028", "CL031"),
        "Un secteur a plus de résidents des quartiers prioritaires que de salariés.",
    ),
    _au_plus(
        "personnes_parmi_embauches", "rpt_embauches", "personnes", "embauches", EMBAUCHES,
        "Plus de personnes embauchées que de contrats signés.",
    ),
    _au_plus(
        "qpv_parmi_embauches", "rpt_embauches", "dont_qpv", "personnes", codes("CL054"),
        "Plus d'embauchés des quartiers prioritaires que d'embauchés.",
    ),
    _controle(
        "total_embauches",
        BLOQUANT,
        EQUIPE_DONNEES,
        EMBAUCHES,
        donnees="""
            select coalesce(r.embauches, 0) as rapport, coalesce(c.embauches, 0) as contrats
            from (select annee, sum(embauches) as embauches from achats_responsables.rpt_embauches group by annee) as r
            full join (
                select year(b.date_debut) as annee, count(*) as embauches
                from bronze.abc_clauses_contrats as b cross join bronze.parametres as p
                where b.embauche and b.date_debut <= p.arrete_au
                    and not exists (select 1 from meta.orphelins as o
                        where o.source = 'abc_clauses_contrats' and o.livraison = b._livraison and o.ligne = b._ligne)
                group by 1
            ) as c on c.annee = r.annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "rapport", "column_B": "contrats"},
        message="Les embauches ne sont pas les contrats d'embauche commencés dans l'année.",
    ),
    _controle(
        "total_entreprises",
        BLOQUANT,
        EQUIPE_DONNEES,
        ENTREPRISES,
        donnees="""
            select coalesce(r.entreprises, 0) as rapport, coalesce(f.entreprises, 0) as faits
            from (
                select annee, sum(entreprises) as entreprises from achats_responsables.rpt_entreprises group by annee
            ) as r
            full join (
                select annee, count(distinct structure_id) as entreprises
                from achats_responsables.fct_heures where heures > 0 group by annee
            ) as f on f.annee = r.annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "rapport", "column_B": "faits"},
        message="Les entreprises par catégorie ne font pas les employeurs distincts de l'année.",
    ),
    _controle(
        "rangs_des_operations",
        BLOQUANT,
        EQUIPE_DONNEES,
        codes("CL005-CL015"),
        donnees="""
            select annee, count(distinct rang) as rangs, max(rang) as dernier
            from achats_responsables.rpt_heures_operation group by annee having count(*) > 0
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "rangs", "column_B": "dernier"},
        message="Le classement des opérations a un trou ou des ex æquo : chaque rang désigne une seule opération.",
    ),
    _controle(
        "operations_actives",
        BLOQUANT,
        EQUIPE_DONNEES,
        codes("CL032", "CL033"),
        donnees="""
            select coalesce(r.operations, 0) as rapport, coalesce(f.operations, 0) as faits
            from (
                select annee, sum(operations_actives) as operations
                from achats_responsables.rpt_donneurs_ordre group by annee
            ) as r
            full join (
                select annee, count(*) as operations
                from (
                    select annee, id_operation from achats_responsables.fct_heures
                    group by annee, id_operation having sum(heures) > 0
                ) as o
                group by annee
            ) as f on f.annee = r.annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "rapport", "column_B": "faits"},
        message="Les opérations actives des donneurs d'ordre ne sont pas celles qui ont des heures dans l'année.",
    ),
    _consultations("consultations", "1", "sum(consultations)", "Les opérations conseillées"),
    _consultations(
        "heures_engagees_consultees",
        "coalesce(o.heures_engagement, 0)",
        "sum(coalesce(heures_engagees_consultees, 0))",
        "Les heures engagées des opérations conseillées",
    ),
    _controle(
        "contacts",
        BLOQUANT,
        EQUIPE_DONNEES,
        codes("CL045-CL050"),
        donnees="""
            select coalesce(r.contacts, 0) as rapport, coalesce(b.contacts, 0) as livres
            from (select annee, sum(contacts) as contacts from achats_responsables.rpt_contacts group by annee) as r
            full join (
                select year(c.date_contact) as annee, count(*) as contacts
                from bronze.abc_clauses_contacts as c cross join bronze.parametres as p
                where c.date_contact <= p.arrete_au group by 1
            ) as b on b.annee = r.annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "rapport", "column_B": "livres"},
        message="Les contacts comptés ne sont pas ceux du fichier des contacts.",
    ),
    _controle(
        "suivi_des_heures",
        BLOQUANT,
        EQUIPE_DONNEES,
        codes("CL005-CL014"),
        donnees="""
            select s.id_operation, s.heures_realisees as suivi, coalesce(sum(f.heures), 0) as faits
            from achats_responsables.rpt_suivi_engagements as s
            left join achats_responsables.fct_heures as f on f.id_operation = s.id_operation
            group by s.id_operation, s.heures_realisees
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "suivi", "column_B": "faits"},
        message="Le suivi d'une opération n'a pas les heures de ses contrats.",
    ),
]  # fmt: skip

CONTROLES = [*LIVRE, *CALCULE]
