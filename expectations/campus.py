"""Contrôles du Campus des métiers : d'abord ce que les partenaires livrent, puis ce que les modèles en font."""

from __future__ import annotations

from expectations.controle import BLOQUANT, OBSERVE, SIGNALE, codes
from expectations.formes import LIGNES_MIN, Axe, cle_nom, cle_texte, en_vigueur

AXE = Axe("campus")

RENCONTRES = codes("CA002", "CA003a-CA003b", "CA004a-CA004b", "CA005a-CA005e", "CA006")
MEMBRES = codes("CA007a-CA007c")

# 2026-11 : une rencontre réunit quelques personnes, une vingtaine au plus ; au-delà de 50, c'est un événement, qui se
# compte ailleurs.
PERSONNES_MAX = 50
# 2026-11 : au-delà de 500, un numéro ou une date est tombé dans la colonne des personnes.
PERSONNES_IMPOSSIBLES = 500
# 2026-11 : trois rencontres sur dix d'un type « Autre » se lisent encore ; au-delà, le tableau par interlocuteur ne dit
# plus rien.
PART_TYPES_NOMMES = 0.70
# 2026-11 : un poste de coordination tient quelques dizaines de rencontres par an ; le triple ou le tiers dit un export
# partiel ou en double.
EVOLUTION = (0.33, 3.0)
# 2026-11 : un collège perd un ou deux membres à chaque révision ; cinq membres qui partent ensemble ne s'expliquent
# que par une liste tronquée.
MEMBRES_MIN = 5

_COLLEGES = 3
"""Collèges d'une instance : enseignement et recherche, monde économique, institutionnels (rapport 2017, l.3419)."""
_INSTANCE = cle_texte("instance")
_ORGANISME = cle_nom("organisme")
_ETAT = f"(select *, {_INSTANCE} as cle_instance from {en_vigueur('campus_membres')} as v)"
_A_L_ARRETE = """
    bronze.campus_rencontres as l cross join bronze.parametres as p where l.date_rencontre <= p.arrete_au
"""

# --- Ce que les partenaires livrent ---

LIVRE = [
    AXE.livre(
        "personnes_impossibles", BLOQUANT, "campus_rencontres", RENCONTRES,
        donnees="campus.fct_rencontres",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "personnes", "min_value": 0, "max_value": PERSONNES_IMPOSSIBLES},
        message=f"Une rencontre compte plus de {PERSONNES_IMPOSSIBLES} personnes : une autre colonne est tombée dans "
        "la sienne.",
    ),
    AXE.livre(
        "personnes_par_rencontre", SIGNALE, "campus_rencontres", RENCONTRES,
        donnees="campus.fct_rencontres",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "personnes", "min_value": 1, "max_value": PERSONNES_MAX},
        message=f"Une rencontre n'a réuni personne, ou plus de {PERSONNES_MAX} personnes : vérifier la saisie.",
    ),
    AXE.plupart(
        "dates_de_rencontres", BLOQUANT, "campus_rencontres", RENCONTRES,
        donnees="""
            select l.date_rencontre <= p.nuit as juste
            from bronze.campus_rencontres as l cross join bronze.parametres as p
        """,
        message="La plupart des rencontres sont datées d'après cette nuit : les dates de l'export sont fausses.",
    ),
    AXE.aucune(
        "rencontres_a_venir", SIGNALE, "campus_rencontres", RENCONTRES,
        donnees="""
            select l.id_rencontre from bronze.campus_rencontres as l cross join bronze.parametres as p
            where l.date_rencontre > p.nuit
        """,
        message="Une rencontre est datée d'après cette nuit : elle ne compte pas encore. Vérifier l'année.",
    ),
    AXE.aucune(
        "rencontres_en_double", SIGNALE, "campus_rencontres", RENCONTRES,
        donnees="""
            select date_rencontre, structure_id from campus.fct_rencontres
            group by date_rencontre, structure_id, type_interlocuteur, num_axe having count(*) > 1
        """,
        message="Deux rencontres du même jour, du même organisme et du même axe ont deux numéros : l'une est en trop.",
    ),
    AXE.aucune(
        "axes_du_campus", SIGNALE, "campus_rencontres plan_actions projets", RENCONTRES,
        donnees="""
            select r.id_rencontre from campus.fct_rencontres as r where r.num_axe not in (
                select a.num_axe from bronze.plan_actions as a
                join core.dim_projet as d on d.code_projet = a.code_projet where d.axe_principal = 'campus'
            ) and exists (
                select 1 from bronze.plan_actions as a
                join core.dim_projet as d on d.code_projet = a.code_projet where d.axe_principal = 'campus'
            )
        """,
        message="Une rencontre est d'un axe que le plan d'actions du Campus n'a pas.",
    ),
    AXE.plupart(
        "interlocuteurs_nommes", SIGNALE, "campus_rencontres", RENCONTRES,
        donnees="select type_interlocuteur <> 'Autre' as juste from campus.fct_rencontres", part=PART_TYPES_NOMMES,
        message="Plus de trois rencontres sur dix sont d'un interlocuteur « Autre » : préciser son type.",
    ),
    AXE.livre(
        "evolution_des_rencontres", SIGNALE, "campus_rencontres", RENCONTRES,
        donnees=f"""
            select rencontres / lag(rencontres) over (order by annee) as evolution
            from (
                select annee, sum(rencontres) as rencontres
                from campus.rpt_rencontres cross join bronze.parametres as p
                where annee < year(p.arrete_au + 1) group by annee having sum(rencontres) >= {LIGNES_MIN}
            ) as pleines
            qualify lag(annee) over (order by annee) = annee - 1
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "evolution", "min_value": EVOLUTION[0], "max_value": EVOLUTION[1]},
        message="Les rencontres d'une année ont plus que triplé ou sont tombées sous le tiers : export partiel ou en "
        "double.",
    ),
    AXE.livre(
        "objets_de_rencontres", OBSERVE, "campus_rencontres", RENCONTRES,
        donnees="bronze.campus_rencontres",
        attente="ExpectColumnProportionOfNonNullValuesToBeBetween",
        # 2026-11 : sans objet, une rencontre ne dit pas à quelle action elle sert ; une sur cinq passe inaperçue.
        arguments={"column": "objet", "min_value": 0.80},
        message="Plus d'une rencontre sur cinq n'a pas d'objet.",
    ),
    AXE.aucune(
        "colleges_disparus", BLOQUANT, "campus_membres", MEMBRES,
        donnees=f"""
            select avant.cle_instance from (
                select {_INSTANCE} as cle_instance, college, _rang,
                    count(*) as membres
                from bronze.campus_membres group by all
            ) as avant
            where avant.membres >= {MEMBRES_MIN} and avant._rang = (
                select max(r._rang) from bronze.campus_membres as r
                where r._rang < (select max(e._rang) from {_ETAT} as e)
            ) and not exists (
                select 1 from {_ETAT} as e where e.cle_instance = avant.cle_instance and e.college = avant.college
            )
        """,
        message="Un collège de cinq membres ou plus a disparu de la dernière liste : elle est tronquée ou filtrée.",
    ),
    AXE.livre(
        "trois_colleges", SIGNALE, "campus_membres", MEMBRES,
        donnees=f"select count(distinct college) as colleges from {_ETAT} as e group by cle_instance",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "colleges", "min_value": _COLLEGES, "max_value": _COLLEGES},
        message="Une instance n'a pas ses trois collèges : compléter la liste des membres.",
    ),
    AXE.livre(
        "organismes_de_deux_colleges", SIGNALE, "campus_membres", MEMBRES,
        donnees=f"""
            select count(distinct college) as colleges from {_ETAT} as e
            group by cle_instance, {_ORGANISME}
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "colleges", "min_value": 1, "max_value": 1},
        message="Un organisme siège dans deux collèges d'une même instance, sous deux graphies : il compte deux fois.",
    ),
]  # fmt: skip


# --- Ce que les modèles en font ---

CALCULE = [
    AXE.egaux(
        "rencontres_de_l_annee", "campus_rencontres", RENCONTRES,
        publie="select annee as cle, rencontres as n from campus.rpt_rencontres",
        attendu=f"select year(l.date_rencontre) as cle, 1 as n from {_A_L_ARRETE}",
        message="Les rencontres d'une année ne sont pas celles du fichier.",
    ),
    AXE.egaux(
        "rencontres_par_interlocuteur", "campus_rencontres", RENCONTRES,
        publie="""
            select concat_ws('|', num_axe, type_interlocuteur) as cle, rencontres as n from campus.rpt_rencontres
        """,
        attendu=f"select concat_ws('|', l.num_axe, l.type_interlocuteur) as cle, 1 as n from {_A_L_ARRETE}",
        message="Les rencontres d'un axe et d'un interlocuteur ne sont pas celles du fichier.",
    ),
    AXE.egaux(
        "personnes_rencontrees", "campus_rencontres", RENCONTRES,
        publie="select annee as cle, personnes as n from campus.rpt_rencontres",
        attendu=f"select year(l.date_rencontre) as cle, l.nb_personnes as n from {_A_L_ARRETE}",
        message="Les personnes rencontrées d'une année ne sont pas celles du fichier.",
    ),
    AXE.calcule(
        "rencontres_avant_arrete", "campus_rencontres", RENCONTRES,
        donnees="select f.date_rencontre, p.arrete_au from campus.fct_rencontres as f cross join bronze.parametres "
        "as p",
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "arrete_au", "column_B": "date_rencontre", "or_equal": True},
        message="Une rencontre d'après l'arrêté est comptée.",
    ),
    AXE.egaux(
        "membres_des_colleges", "campus_membres", MEMBRES,
        publie="select college as cle, membres as n from campus.rpt_gouvernance",
        attendu=f"""
            select college as cle, count(distinct (
                cle_instance, {_ORGANISME}
            )) as n from {_ETAT} as e group by college
        """,
        message="Les membres d'un collège ne sont pas les organismes de la dernière liste.",
    ),
    AXE.egaux(
        "instances_du_campus", "campus_membres", MEMBRES,
        publie="select '' as cle, count(distinct instance) as n from campus.rpt_gouvernance",
        attendu=f"select '' as cle, count(distinct cle_instance) as n from {_ETAT} as e",
        message="Les instances ne sont pas celles de la dernière liste.",
    ),
]  # fmt: skip

CONTROLES = [*LIVRE, *CALCULE]
