"""Contrôles des chiffres eux-mêmes : rapport.indicateurs et rapport.rapprochement."""

from __future__ import annotations

from expectations.controle import BLOQUANT, EQUIPE_DONNEES, OBSERVE, SERVICE_CLAUSES, SIGNALE, Controle, codes

CHIFFRES_DE_BASE = ("CL001", "CL020", "CL032", "CL037")
"""Chiffres que toute année avec des heures doit avoir : heures, salariés, opérations, entreprises."""

CONTROLES = [
    Controle(
        nom="indicateurs_complets",
        axe="transverse",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        chiffres=CHIFFRES_DE_BASE,
        donnees=f"""
            select a.annee, count(distinct i.code) as chiffres
            from (select distinct annee from achats_responsables.fct_heures where heures > 0) as a
            left join rapport.indicateurs as i
                on i.annee = a.annee and i.code in ({", ".join(repr(c) for c in CHIFFRES_DE_BASE)})
            group by a.annee
        """,
        attente="ExpectColumnValuesToBeInSet",
        arguments={"column": "chiffres", "value_set": [len(CHIFFRES_DE_BASE)]},
        message="Une année qui a des heures n'a pas tous ses chiffres de base : la page montrerait un trou.",
    ),
    Controle(
        nom="heures_indicateur_et_tables",
        axe="transverse",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL001"),
        donnees="""
            select coalesce(i.heures, 0) as indicateur, coalesce(t.heures, 0) as tables
            from (select annee, round(valeur, 2) as heures from rapport.indicateurs where code = 'CL001') as i
            full join (
                select annee, cast(sum(heures) as double) as heures from achats_responsables.fct_heures group by annee
            ) as t on t.annee = i.annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "indicateur", "column_B": "tables"},
        message="Le total d'heures de rapport.indicateurs n'est pas la somme des heures de l'année.",
    ),
    Controle(
        nom="heures_btp_et_services",
        axe="transverse",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL001-CL003"),
        donnees="""
            select annee, round(sum(case when code = 'CL001' then valeur else 0 end), 2) as total,
                round(sum(case when code in ('CL002', 'CL003') then valeur else 0 end), 2) as secteurs
            from rapport.indicateurs where code in ('CL001', 'CL002', 'CL003') group by annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "total", "column_B": "secteurs"},
        message="BTP (CL002) et services (CL003) ne font pas le total des heures (CL001).",
    ),
    Controle(
        nom="salaries_btp_et_services",
        axe="transverse",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL020", "CL027", "CL029"),
        donnees="""
            select annee, sum(case when code = 'CL020' then valeur else 0 end) as total,
                sum(case when code in ('CL027', 'CL029') then valeur else 0 end) as secteurs
            from rapport.indicateurs where code in ('CL020', 'CL027', 'CL029') group by annee
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "total", "column_B": "secteurs"},
        message="Les salariés du BTP (CL027) et des services (CL029) ne font pas les salariés de l'année (CL020).",
    ),
    Controle(
        nom="pourcentages",
        axe="transverse",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL004", "CL016-CL019", "CL021", "CL022", "CL028", "CL031", "CL054", "CL059"),
        donnees="""
            select valeur - 100 * cast(numerateur as double) / nullif(cast(denominateur as double), 0) as ecart
            from rapport.indicateurs
            where unite = 'pourcent' and numerateur is not null and denominateur is not null
        """,
        attente="ExpectColumnValuesToBeBetween",
        # 2026-11 : l'arrondi de la virgule flottante, rien d'autre.
        arguments={"column": "ecart", "min_value": -1e-6, "max_value": 1e-6},
        message="Un pourcentage n'est pas le rapport de son numérateur et de son dénominateur.",
    ),
    Controle(
        nom="parts_possibles",
        axe="transverse",
        severite=SIGNALE,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL004", "CL016-CL019", "CL021", "CL022", "CL028", "CL031", "CL054", "CL059"),
        donnees="select valeur from rapport.indicateurs where unite = 'pourcent' and axe = 'achats_responsables'",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "valeur", "min_value": 0, "max_value": 100},
        message="Une part dépasse 100 % ou est négative.",
    ),
    Controle(
        nom="periodes",
        axe="transverse",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL001-CL059"),
        donnees="""
            select i.periode_debut, i.periode_fin, p.arrete_au
            from rapport.indicateurs as i cross join bronze.parametres as p
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "arrete_au", "column_B": "periode_fin", "or_equal": True},
        message="Une période finit après l'arrêté : le chiffre compterait ce qui n'a pas encore eu lieu.",
    ),
    Controle(
        nom="indicateurs_de_la_nuit",
        axe="transverse",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL001-CL059"),
        donnees="""
            select i.publication, p.publication as attendue
            from rapport.indicateurs as i cross join bronze.parametres as p
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "publication", "column_B": "attendue"},
        message="Un chiffre se dit d'une autre publication que celle de cette nuit.",
    ),
    Controle(
        nom="valeurs_negatives",
        axe="transverse",
        severite=SIGNALE,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL001-CL059"),
        donnees="select valeur from rapport.indicateurs where unite <> 'pourcent'",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "valeur", "min_value": 0},
        message="Un chiffre qui se compte est négatif.",
    ),
    Controle(
        nom="projets_des_indicateurs",
        axe="transverse",
        severite=SIGNALE,
        proprietaire="Direction",
        chiffres=codes("CL001-CL059"),
        donnees="rapport.indicateurs",
        attente="UnexpectedRowsExpectation",
        arguments={
            "unexpected_rows_query": "select distinct projet from {batch} "
            "where projet not in (select code_projet from core.dim_projet)"
        },
        message="Un chiffre est rattaché à un projet absent du fichier des projets : le compléter.",
    ),
    Controle(
        nom="ecarts_au_rapport_publie",
        axe="transverse",
        severite=OBSERVE,
        proprietaire=SERVICE_CLAUSES,
        chiffres=codes("CL001-CL059"),
        donnees="rapport.rapprochement",
        attente="ExpectColumnValuesToNotBeInSet",
        arguments={"column": "verdict", "value_set": ["ecart"]},
        message="Un chiffre calculé n'est pas celui que le rapport a imprimé : voir rapport.rapprochement.",
    ),
]
