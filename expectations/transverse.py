"""Contrôles de l'activité transverse (événements, presse, équipe), puis des chiffres eux-mêmes."""

from __future__ import annotations

from expectations.controle import BLOQUANT, EQUIPE_DONNEES, OBSERVE, SIGNALE, Controle, codes
from expectations.formes import Axe, cle_texte

AXE = Axe("transverse")

EVENEMENTS = codes(
    "CL068", "CL075", "RC015", "RC016", "RC042-RC044", "RC045a-RC045b", "RC046", "GP018", "GP019a-GP019d", "GP027a",
    "SA001a", "EC003a-EC003b", "EC004", "BI003a-BI003b", "TT002", "TT004", "TT006-TT008", "IN008", "PA001a-PA001b",
    "CA008", "AU001", "AU003", "AU004", "BD001b",
)  # fmt: skip
PRESSE = codes("CO001", "CO002a-CO002c", "CO003a-CO003c", "CO004")
EQUIPE = codes("CL060", "CL061a-CL061e", "CL062-CL063", "CL064a-CL064b", "CL065", "CH040")

# 2026-11 : le plus grand forum de l'emploi du bassin tient sous 5 000 visiteurs ; au-delà, une date ou un numéro est
# tombé dans la colonne des participants.
PARTICIPANTS_MAX = 5_000

_MOIS = [
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
    "decembre",
]  # fmt: skip
_HEURES = "abc_clauses_heures"

# --- Ce que les partenaires livrent ---

LIVRE = [
    AXE.aucune(
        "evenements_hors_de_leur_mois", SIGNALE, "evenements", EVENEMENTS,
        donnees=f"""
            select id_evenement from bronze.evenements
            where list_position({_MOIS}, {cle_texte("_feuille")}) > 0
                and list_position({_MOIS}, {cle_texte("_feuille")}) <> month(date_evenement)
        """,
        message="Un événement est daté hors du mois de sa feuille : il compte à sa date. Corriger l'une ou l'autre.",
    ),
    AXE.aucune(
        "evenements_hors_de_leur_annee", SIGNALE, "evenements", EVENEMENTS,
        donnees="select id_evenement from bronze.evenements where year(date_evenement) <> _annee_fichier",
        message="Un événement est daté hors de l'année de son fichier : il compte à sa date. Corriger l'année.",
    ),
    AXE.aucune(
        "evenements_planifies_passes", SIGNALE, "evenements", EVENEMENTS,
        donnees="""
            select id_evenement from bronze.evenements as l cross join bronze.parametres as p
            where l.statut = 'Planifié' and l.date_evenement <= p.arrete_au
        """,
        message="Des événements sont encore planifiés à une date passée, et ne comptent pas : revoir leur statut.",
    ),
    AXE.aucune(
        "evenements_realises_a_venir", SIGNALE, "evenements", EVENEMENTS,
        donnees="""
            select id_evenement from bronze.evenements as l cross join bronze.parametres as p
            where l.statut = 'Réalisé' and l.date_evenement > p.nuit
        """,
        message="Un événement se dit réalisé à une date d'après cette nuit, et ne compte pas encore. Vérifier l'année.",
    ),
    AXE.aucune(
        "evenements_en_double", SIGNALE, "evenements", EVENEMENTS,
        donnees=f"""
            select date_evenement, code_projet from bronze.evenements where statut = 'Réalisé'
            group by date_evenement, code_projet, type_evenement, {cle_texte("intitule")} having count(*) > 1
        """,
        message="Un événement du même jour, du même projet et du même nom a deux numéros : l'un est en trop.",
    ),
    AXE.livre(
        "participants_d_un_evenement", SIGNALE, "evenements", EVENEMENTS,
        donnees="bronze.evenements",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "nb_participants", "min_value": 0, "max_value": PARTICIPANTS_MAX},
        message=f"Un événement a plus de {PARTICIPANTS_MAX} participants : vérifier la saisie.",
    ),
    AXE.aucune(
        "projets_des_evenements", SIGNALE, "evenements projets", EVENEMENTS,
        donnees="""
            select distinct code_projet from bronze.evenements
            where code_projet not in (select code_projet from core.dim_projet)
        """,
        message="Un événement est d'un projet absent du fichier des projets : compléter l'un ou l'autre.",
    ),
    AXE.aucune(
        "articles_hors_de_leur_annee", SIGNALE, "presse", PRESSE,
        donnees="select date_parution from bronze.presse where year(date_parution) <> _annee_fichier",
        message="Un article est daté hors de l'année de la revue de presse : il compte à sa date. Corriger l'année.",
    ),
    AXE.aucune(
        "articles_sans_marque", OBSERVE, "presse", PRESSE,
        donnees="""
            select date_parution from bronze.presse
            where not (coalesce(gip, false) or coalesce(clauses, false) or coalesce(lab_competences, false))
        """,
        message="Un article n'est marqué d'aucune activité du pôle.",
    ),
    AXE.livre(
        "etp_de_l_equipe", BLOQUANT, "equipe", EQUIPE,
        donnees="select sum(etp) as etp, sum(nb_personnes) as personnes from bronze.equipe group by _annee_fichier",
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "personnes", "column_B": "etp", "or_equal": True},
        message="L'équipe d'une année a plus d'équivalents temps plein que de personnes : une virgule manque.",
    ),
    AXE.livre(
        "etp_d_une_fonction", SIGNALE, "equipe", EQUIPE,
        donnees="bronze.equipe",
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "nb_personnes", "column_B": "etp", "or_equal": True},
        message="Une fonction a plus d'équivalents temps plein que de personnes : vérifier la ligne.",
    ),
]  # fmt: skip


# --- Ce que les modèles en font ---

CALCULE = [
    AXE.egaux(
        "evenements_realises", "evenements", EVENEMENTS,
        publie="""
            select concat_ws('|', annee, code_projet, type_evenement) as cle, evenements as n
            from rapport.rpt_evenements
        """,
        attendu="""
            select concat_ws('|', year(l.date_evenement), l.code_projet, l.type_evenement) as cle, 1 as n
            from bronze.evenements as l cross join bronze.parametres as p
            where l.statut = 'Réalisé' and l.date_evenement <= p.arrete_au
        """,
        message="Les événements d'un projet ne sont pas les événements réalisés du classeur.",
    ),
    AXE.egaux(
        "participants_aux_evenements", "evenements", EVENEMENTS,
        publie="select annee as cle, participants as n from rapport.rpt_evenements",
        attendu="""
            select year(l.date_evenement) as cle, l.nb_participants as n
            from bronze.evenements as l cross join bronze.parametres as p
            where l.statut = 'Réalisé' and l.date_evenement <= p.arrete_au
        """,
        message="Les participants d'une année ne sont pas ceux des événements réalisés.",
    ),
    AXE.egaux(
        "articles_parus", "presse", PRESSE,
        publie="select concat_ws('|', annee, mois) as cle, articles as n from rapport.rpt_presse",
        attendu="""
            select concat_ws('|', year(l.date_parution), month(l.date_parution)) as cle, 1 as n
            from bronze.presse as l cross join bronze.parametres as p where l.date_parution <= p.arrete_au
        """,
        message="Les articles d'un mois ne sont pas ceux de la revue de presse.",
    ),
    AXE.au_plus(
        "marques_parmi_articles", "presse", PRESSE,
        donnees="select articles, greatest(gip, clauses, lab_competences) as marques from rapport.rpt_presse",
        partie="marques", tout="articles",
        message="Plus d'articles marqués que d'articles parus.",
    ),
    AXE.egaux(
        "personnes_de_l_equipe", "equipe", EQUIPE,
        publie="select annee as cle, personnes as n from rapport.rpt_equipe",
        attendu="""
            select l._annee_fichier as cle, l.nb_personnes as n
            from bronze.equipe as l cross join bronze.parametres as p where l._annee_fichier <= year(p.arrete_au)
        """,
        message="Les personnes de l'équipe d'une année ne sont pas celles du fichier.",
    ),
]  # fmt: skip


# --- Les chiffres ---


def _complets(axe: str, origine: str, annees: str, chiffres: tuple[str, ...]) -> Controle:
    """Toute année qui a des faits a les chiffres de base de son axe. annees: requête de la colonne annee."""
    return AXE.calcule(
        f"indicateurs_complets_{axe}", origine, chiffres,
        donnees=f"""
            select a.annee, count(distinct i.code) as chiffres
            from ({annees}) as a
            left join rapport.indicateurs as i
                on i.annee = a.annee and i.code in ({", ".join(repr(c) for c in chiffres)})
            group by a.annee
        """,
        attente="ExpectColumnValuesToBeInSet",
        arguments={"column": "chiffres", "value_set": [len(chiffres)]},
        message="Une année qui a des faits n'a pas tous ses chiffres de base : la page montrerait un trou.",
    )  # fmt: skip


def _comme_les_tables(nom: str, code: str, origine: str, attendu: str) -> Controle:
    """Un chiffre est, chaque année, ce que sa table dit. attendu: requête des colonnes cle (année) et n."""
    return AXE.egaux(
        f"{nom}_indicateur_et_tables", origine, (code,),
        publie=f"select annee as cle, valeur as n from rapport.indicateurs where code = '{code}'",
        attendu=attendu,
        message=f"Le chiffre {code} de rapport.indicateurs n'est pas celui de sa table.",
    )  # fmt: skip


CHIFFRES = [
    _complets(
        "achats", _HEURES, "select distinct annee from achats_responsables.fct_heures where heures > 0",
        ("CL001", "CL020", "CL032", "CL037"),
    ),
    _complets(
        "rce", "rce_visites", "select distinct annee from gpect.fct_rce_visites", ("RC003", "RC004"),
    ),
    _complets(
        "cent_chances", "cent_chances_candidatures", "select distinct annee from parcours.fct_candidatures",
        ("CH001", "CH002", "CH003"),
    ),
    _complets("presse", "presse", "select distinct annee from rapport.rpt_presse", ("CO001", "CO002a")),
    _comme_les_tables(
        "candidatures", "CH001", "cent_chances_candidatures",
        "select annee as cle, effectif as n from parcours.rpt_cent_chances_entonnoir where etape = 'candidatures'",
    ),
    _comme_les_tables("articles", "CO001", "presse", "select annee as cle, articles as n from rapport.rpt_presse"),
    Controle(
        nom="heures_indicateur_et_tables",
        axe="transverse",
        origines=(_HEURES,),
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
        origines=(_HEURES,),
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
        origines=(_HEURES,),
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
        tous_les_chiffres=True,
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
        tous_les_chiffres=True,
        donnees="select valeur from rapport.indicateurs where unite = 'pourcent'",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "valeur", "min_value": 0, "max_value": 100},
        message="Une part dépasse 100 % ou est négative.",
    ),
    Controle(
        nom="periodes",
        axe="transverse",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        tous_les_chiffres=True,
        # Un chiffre de ce qui est planifié parle d'une période à venir : sa règle le dit.
        donnees="""
            select i.periode_fin, p.arrete_au
            from rapport.indicateurs as i
            left join rapport.definitions as d on d.code = i.code
            left join reference.regles_periode as r on r.libelle = d.periode
            cross join bronze.parametres as p
            where not coalesce(r.a_venir, false)
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
        tous_les_chiffres=True,
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
        tous_les_chiffres=True,
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
        tous_les_chiffres=True,
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
        proprietaire=EQUIPE_DONNEES,
        tous_les_chiffres=True,
        donnees="rapport.rapprochement",
        attente="ExpectColumnValuesToNotBeInSet",
        arguments={"column": "verdict", "value_set": ["ecart"]},
        message="Un chiffre calculé n'est pas celui que le rapport a imprimé : voir rapport.rapprochement.",
    ),
]  # fmt: skip

CONTROLES = [*LIVRE, *CALCULE, *CHIFFRES]
