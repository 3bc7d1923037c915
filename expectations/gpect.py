"""Contrôles de la GPECT : d'abord ce que les partenaires livrent, puis ce que les modèles en font."""

from __future__ import annotations

from expectations.controle import BLOQUANT, OBSERVE, SIGNALE, codes
from expectations.formes import PART_USUELLE, Axe, cle_texte, en_vigueur

AXE = Axe("gpect")

VISITES = codes(
    "RC001-RC004", "RC005a-RC005b", "RC006a-RC006b", "RC007-RC009", "RC010a-RC010b", "RC013", "RC017a-RC017b",
)  # fmt: skip
VISITEES = codes("RC025a", "RC029a", "RC033a", "RC036a", "RC039a")
OFFRES = codes(
    "RC018", "RC025b-RC025c", "RC027a-RC027c", "RC029b-RC029c", "RC031a-RC031c", "RC033b-RC033c", "RC035a-RC035c",
    "RC036b-RC036c", "RC038a-RC038b", "RC039b-RC039c", "RC028", "RC032", "RC040a-RC040c", "RC047",
)  # fmt: skip
POSTES = codes(
    "RC019-RC023", "RC024a-RC024b", "RC026a-RC026c", "RC030a-RC030c", "RC034a-RC034c", "RC037a-RC037c", "RC041",
)  # fmt: skip
ENTREPRISES = codes("GP001-GP005", "GP010-GP014", "GP020", "QU001", "ME007", "SA001c", "CA009")
ENTRETIENS = codes("GP006", "GP007", "GP015", "ME004", "ME006", "ME012", "SA001b")
COUVERTURE = codes("GP008", "GP009", "GP029")
BESOINS = codes("ME008")
ENQUETE = codes("GP021", "GP022", "GP023a-GP023b", "GP024", "GP025")
PLAN = codes("GP016", "GP017", "CA001")
STRUCTURES = codes("EC002", "EC005a-EC005b", "EC006", "EC007")
PUBLIC = codes("ME009", "ME010")

# 2026-11 : le plus gros employeur de Côte-d'Or a moins de 10 000 salariés ; au-delà, une virgule s'est perdue.
EFFECTIF_MAX = 10_000
# 2026-11 : le plus gros recrutement qu'une fiche ait porté tient sous 100 postes ; au-delà, la saisie est suspecte.
POSTES_MAX = 100
# 2026-11 : le Relais Conseil n'a jamais laissé passer quatre mois sans rendez-vous ; un an dit une année mal saisie.
MOIS_SANS_VISITE = 12
# 2026-11 : d'une année à l'autre, l'emploi salarié d'un secteur varie de quelques points ; le double dit un autre
# périmètre.
EVOLUTION_EMFOR = (0.5, 2.0)
# 2026-11 : deux demandeurs sur trois ont une adresse valide ; sous la moitié, la colonne est à relire.
PART_COURRIELS = 0.50
# 2026-11 : sans effectif, une entreprise ne compte pas dans la couverture du territoire ; une sur cinq passe inaperçue.
PART_EFFECTIFS = 0.80

BOURGOGNE = "'21', '58', '71', '89'"

_EMFOR = f"""
    (
        select *, {cle_texte("secteur")} as cle_secteur, {cle_texte("territoire")} as cle_territoire
        from bronze.emfor_effectifs
        qualify row_number() over (
            partition by cle_secteur, cle_territoire, annee order by _rang desc, _ligne desc
        ) = 1
    )
"""
"""Effectifs d'EMFOR, dans leur dernière livraison."""
_CODES_ROME = f"""
    select regexp_full_match(rome_1, '[A-N][0-9]{{4}}') as juste from {en_vigueur("pole_emploi_longvic")} as l
"""


def _a_l_arrete(source: str, date: str) -> str:
    """Lignes d'une source datées de l'arrêté au plus tard."""
    return f"bronze.{source} as l cross join bronze.parametres as p where l.{date} <= p.arrete_au"


# --- Ce que les partenaires livrent ---

LIVRE = [
    AXE.livre(
        "couverture_du_territoire", BLOQUANT, "gpect_entretiens emfor_effectifs", COUVERTURE,
        donnees="select couverture from gpect.rpt_entretiens where departement = 'TOTAL'",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "couverture", "min_value": 0, "max_value": 1},
        message="Les entreprises interrogées d'une démarche ont plus de salariés que la région n'en compte : un "
        "effectif d'entretien ou d'EMFOR est faux.",
    ),
    AXE.livre(
        "couverture_d_un_departement", SIGNALE, "gpect_entretiens emfor_effectifs", COUVERTURE,
        donnees="select couverture from gpect.rpt_entretiens where departement <> 'TOTAL'",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "couverture", "min_value": 0, "max_value": 1},
        message="Les entreprises interrogées d'un département ont plus de salariés que lui : effectif d'un siège, ou "
        "effectif d'EMFOR d'un autre périmètre.",
    ),
    AXE.aucune(
        "entretiens_hors_bourgogne", SIGNALE, "gpect_entretiens", COUVERTURE,
        donnees=f"""
            select demarche, departement from gpect.rpt_entretiens
            where departement not in ('TOTAL', {BOURGOGNE}) and demarche in (
                select demarche from gpect.rpt_entretiens where departement = 'TOTAL' and couverture is not null
            )
        """,
        message="Une démarche mesurée à la Bourgogne a des entretiens hors d'elle : leurs salariés gonflent la "
        "couverture.",
    ),
    AXE.livre(
        "effectifs_d_entreprises", SIGNALE, "gpect_entretiens rce_visites", VISITES + COUVERTURE,
        donnees="""
            select effectif from gpect.fct_entretiens union all select effectif from gpect.fct_rce_visites
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "effectif", "min_value": 0, "max_value": EFFECTIF_MAX},
        message=f"Une entreprise a plus de {EFFECTIF_MAX} salariés : vérifier l'effectif saisi.",
    ),
    AXE.livre(
        "entretiens_sans_effectif", OBSERVE, "gpect_entretiens", COUVERTURE,
        donnees="select effectif from gpect.fct_entretiens where statut = 'Réalisé'",
        attente="ExpectColumnProportionOfNonNullValuesToBeBetween",
        arguments={"column": "effectif", "min_value": PART_EFFECTIFS},
        message="Plus d'un entretien réalisé sur cinq n'a pas l'effectif de l'entreprise.",
    ),
    AXE.aucune(
        "entretiens_planifies_passes", SIGNALE, "gpect_entretiens", ENTRETIENS + ENTREPRISES,
        donnees="""
            select id_entretien from gpect.fct_entretiens as f cross join bronze.parametres as p
            where f.statut = 'Planifié' and f.date_entretien <= p.arrete_au
        """,
        message="Des entretiens sont encore planifiés à une date passée : ils ne comptent pas. Mettre leur statut à "
        "jour.",
    ),
    AXE.aucune(
        "projets_de_gpect", SIGNALE, "gpect_entretiens plan_actions projets", ENTRETIENS + PLAN,
        donnees="""
            select code_projet from (
                select code_projet from gpect.fct_entretiens union select code_projet from bronze.plan_actions
            ) as cites
            where code_projet not in (select code_projet from core.dim_projet)
        """,
        message="Un entretien ou une feuille du plan d'actions est d'un projet absent du fichier des projets.",
    ),
    AXE.livre(
        "effectifs_emfor_par_departement", SIGNALE, "emfor_effectifs", COUVERTURE,
        donnees=f"""
            select
                sum(case when territoire in ({BOURGOGNE}) then effectif_salarie else 0 end) as departements,
                sum(case when cle_territoire = 'bourgogne' then effectif_salarie end) as region
            from {_EMFOR} as e group by cle_secteur, annee having region > 0
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "region", "column_B": "departements", "or_equal": True},
        message="Les départements d'un secteur ont plus de salariés que la région : un effectif d'EMFOR est faux.",
    ),
    AXE.livre(
        "evolution_des_effectifs_emfor", SIGNALE, "emfor_effectifs", COUVERTURE,
        donnees=f"""
            select effectif_salarie / lag(effectif_salarie) over (
                partition by cle_secteur, cle_territoire order by annee
            ) as evolution
            from {_EMFOR} as e where effectif_salarie > 0
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "evolution", "min_value": EVOLUTION_EMFOR[0], "max_value": EVOLUTION_EMFOR[1]},
        message="L'effectif d'un secteur a doublé ou diminué de moitié d'une année à l'autre : EMFOR a changé de "
        "périmètre.",
    ),
    AXE.plupart(
        "postes_pourvus_impossibles", BLOQUANT, "rce_offres", POSTES,
        donnees="""
            select postes_pourvus <= coalesce(postes_qualifies, 0) + coalesce(postes_zone_grise, 0)
                + coalesce(postes_non_qualifies, 0) as juste
            from gpect.fct_rce_offres
            where postes_pourvus > 0 and coalesce(postes_qualifies, postes_zone_grise, postes_non_qualifies) is not null
        """,
        message="La plupart des offres ont plus de postes pourvus que de postes : des colonnes sont décalées.",
    ),
    AXE.aucune(
        "postes_pourvus_en_trop", SIGNALE, "rce_offres", POSTES,
        donnees="""
            select num_offre from gpect.fct_rce_offres
            where postes_pourvus > coalesce(postes_qualifies, 0) + coalesce(postes_zone_grise, 0)
                + coalesce(postes_non_qualifies, 0)
        """,
        message="Une offre a plus de postes pourvus que de postes : compléter Q, ZG et NQ ou corriger les postes "
        "pourvus.",
    ),
    AXE.aucune(
        "issue_et_postes_pourvus", SIGNALE, "rce_offres", OFFRES + POSTES,
        donnees="""
            select num_offre from gpect.fct_rce_offres
            where (pourvue = 'O') <> (coalesce(postes_pourvus, 0) > 0) and postes_pourvus is not null
                and pourvue in ('O', 'N')
        """,
        message="Une offre pourvue n'a aucun poste pourvu, ou une offre non pourvue en a : accorder les deux colonnes.",
    ),
    AXE.plupart(
        "offres_sans_visite", BLOQUANT, "rce_offres rce_visites", OFFRES + VISITEES,
        donnees="""
            select structure_id in (select structure_id from gpect.fct_rce_visites) as juste
            from gpect.fct_rce_offres where exists (select 1 from gpect.fct_rce_visites)
        """,
        message="La plupart des offres sont d'entreprises jamais visitées : l'un des deux tableaux est d'un autre "
        "périmètre, ou ses noms d'entreprises sont masqués.",
    ),
    AXE.aucune(
        "entreprises_avec_offres_jamais_visitees", SIGNALE, "rce_offres rce_visites", OFFRES + VISITEES,
        donnees="""
            select distinct structure_id from gpect.fct_rce_offres
            where structure_id not in (select structure_id from gpect.fct_rce_visites)
                and exists (select 1 from gpect.fct_rce_visites)
        """,
        message="Une entreprise a une offre et aucune visite : son nom s'écrit autrement, ou son rendez-vous manque.",
    ),
    AXE.livre(
        "secteur_de_visite_et_d_offre", SIGNALE, "rce_offres rce_visites", OFFRES + POSTES + VISITEES,
        donnees="""
            select v.secteur as visite, o.secteur as offre
            from (
                select structure_id, max_by(secteur, (date_visite, _ligne)) as secteur
                from gpect.fct_rce_visites group by structure_id
            ) as v
            join (
                select structure_id, max_by(secteur, (date_offre, _ligne)) as secteur
                from gpect.fct_rce_offres group by structure_id
            ) as o on o.structure_id = v.structure_id
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "visite", "column_B": "offre"},
        message="Une entreprise n'est pas du même secteur dans ses visites et dans ses offres, et chacune compte dans "
        "le sien. Accorder les deux tableaux.",
    ),
    AXE.livre(
        "rendez_vous_isoles", SIGNALE, "rce_visites", VISITES,
        donnees="""
            select date_diff('month', lag(date_visite) over (order by date_visite), date_visite) as ecart_mois
            from gpect.fct_rce_visites
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "ecart_mois", "min_value": 0, "max_value": MOIS_SANS_VISITE},
        message="Un rendez-vous est à plus d'un an du suivant : une année mal saisie déplace le début de l'activité.",
    ),
    AXE.livre(
        "postes_par_besoin", SIGNALE, "gpect_besoins", BESOINS,
        donnees="gpect.fct_besoins",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "postes", "min_value": 1, "max_value": POSTES_MAX},
        message=f"Un besoin n'est d'aucun poste, ou de plus de {POSTES_MAX} : vérifier la saisie.",
    ),
    AXE.plupart(
        "codes_rome_illisibles", BLOQUANT, "pole_emploi_longvic", PUBLIC,
        donnees=_CODES_ROME,
        message="La plupart des codes ROME n'en sont pas : la colonne du fichier est décalée ou en toutes lettres.",
    ),
    AXE.plupart(
        "codes_rome", SIGNALE, "pole_emploi_longvic", PUBLIC, donnees=_CODES_ROME, part=PART_USUELLE, lignes=1,
        message="Des codes ROME n'en sont pas : leurs demandeurs tombent dans un faux domaine.",
    ),
    AXE.plupart(
        "courriels_invalides", OBSERVE, "pole_emploi_longvic", codes("ME010"),
        donnees="select courriel_valide as juste from bronze.pole_emploi_longvic where courriel_valide is not null",
        part=PART_COURRIELS,
        message="Moins de la moitié des courriels donnés sont valides.",
    ),
    AXE.livre(
        "axes_de_deux_noms", SIGNALE, "plan_actions", PLAN,
        donnees=f"""
            select code_projet, num_axe, count(distinct {cle_texte("axe_strategique")}) as noms
            from {en_vigueur("plan_actions")} as l group by code_projet, num_axe
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "noms", "min_value": 1, "max_value": 1},
        message="Un axe du plan d'actions a deux intitulés sous un même numéro : deux numérotations se mêlent.",
    ),
    AXE.aucune(
        "fiches_qui_reculent", SIGNALE, "plan_actions", PLAN,
        donnees="""
            select code_projet, fiche from (
                select code_projet, fiche, statut,
                    lag(statut) over (partition by code_projet, fiche order by _rang) as avant
                from bronze.plan_actions
            ) as suivies
            where avant = 'Réalisé' and statut = 'Non démarré'
        """,
        message="Une fiche action réalisée dans un plan n'est plus démarrée dans le suivant : les numéros ont changé.",
    ),
    AXE.livre(
        "annees_de_creation", SIGNALE, "eco_structures", STRUCTURES,
        donnees="""
            select l.annee_creation, year(l._etat_au) as annee_du_fichier from bronze.eco_structures as l
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={
            "column_A": "annee_du_fichier", "column_B": "annee_creation", "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        message="Une structure est créée après le recensement qui la cite.",
    ),
]  # fmt: skip


# --- Ce que les modèles en font ---

_MESURES_OFFRES = (
    "entreprises_visitees", "entreprises_avec_offres", "offres", "postes_q", "postes_zg", "postes_nq",
    "offres_pourvues", "offres_en_cours", "offres_nsp", "postes_pourvus",
)  # fmt: skip

CALCULE = [
    AXE.totaux(
        "total_rce_offres_secteur", "rce_offres rce_visites", OFFRES + POSTES + VISITEES,
        table="rpt_rce_offres_secteur", groupe="secteur", mesures=_MESURES_OFFRES,
        message="Les secteurs ne font pas le total des offres, des postes ou des entreprises.",
    ),
    AXE.totaux(
        "total_entretiens", "gpect_entretiens", ENTREPRISES + ENTRETIENS + COUVERTURE,
        table="rpt_entretiens", groupe="departement", par="demarche",
        mesures=("entreprises", "entretiens", "effectif_interroge"),
        message="Les départements d'une démarche ne font pas son total.",
    ),
    AXE.totaux(
        "total_enquete_zti", "enquete_zti", ENQUETE,
        table="rpt_enquete_zti", groupe="type_commerce", mesures=("repondants", "appui_rh", "appui_numerique"),
        message="Indépendants et succursales ne font pas les répondants de l'enquête.",
    ),
    AXE.totaux(
        "total_eco_structures", "eco_structures", STRUCTURES,
        table="rpt_eco_structures", groupe="champ", mesures=("structures", "locales"),
        message="Les champs de l'économie collaborative ne font pas le total des structures.",
    ),
    AXE.totaux(
        "total_public_longvic", "pole_emploi_longvic", PUBLIC,
        table="rpt_public_longvic", groupe="rome_domaine", mesures=("demandeurs", "courriels_valides"),
        message="Les domaines ROME ne font pas le total des demandeurs d'emploi.",
    ),
    AXE.egaux(
        "dimensions_rce", "rce_visites", VISITES,
        publie="""
            select concat_ws('|', periode_debut, periode_fin, d.dimension) as cle, t.entreprises + t.rendez_vous as n
            from gpect.rpt_rce_entreprises as t
            cross join (select distinct dimension from gpect.rpt_rce_entreprises) as d where t.dimension = 'total'
        """,
        attendu="""
            select concat_ws('|', periode_debut, periode_fin, dimension) as cle, entreprises + rendez_vous as n
            from gpect.rpt_rce_entreprises
        """,
        message="Les modalités d'une dimension (club, effectif, secteur…) ne font pas les entreprises de sa période.",
    ),
    AXE.egaux(
        "rendez_vous_rce", "rce_visites", VISITES,
        publie="""
            select year(periode_debut) as cle, rendez_vous as n from gpect.rpt_rce_entreprises
            where dimension = 'total' and periode_debut = date_trunc('year', periode_debut)
                and year(periode_fin) = year(periode_debut)
        """,
        attendu=f"select year(l.date_visite) as cle, 1 as n from {_a_l_arrete('rce_visites', 'date_visite')}",
        message="Les rendez-vous d'une année ne sont pas ceux du tableau du Relais Conseil.",
    ),
    AXE.egaux(
        "offres_rce", "rce_offres", OFFRES,
        publie="select secteur as cle, offres as n from gpect.rpt_rce_offres_secteur where secteur <> 'TOTAL'",
        attendu=f"select l.secteur as cle, 1 as n from {_a_l_arrete('rce_offres', 'date_offre')}",
        message="Les offres d'un secteur ne sont pas celles du tableau des offres.",
    ),
    AXE.egaux(
        "postes_rce", "rce_offres", POSTES,
        publie="""
            select secteur as cle, postes_q + postes_zg + postes_nq as n from gpect.rpt_rce_offres_secteur
            where secteur <> 'TOTAL'
        """,
        attendu=f"""
            select l.secteur as cle, coalesce(l.postes_qualifies, 0) + coalesce(l.postes_zone_grise, 0)
                + coalesce(l.postes_non_qualifies, 0) as n
            from {_a_l_arrete("rce_offres", "date_offre")}
        """,
        message="Les postes d'un secteur ne sont pas ceux du tableau des offres.",
    ),
    AXE.au_plus(
        "issues_parmi_offres", "rce_offres", OFFRES,
        donnees="""
            select offres, offres_pourvues + offres_en_cours + offres_nsp as issues from gpect.rpt_rce_offres_secteur
        """,
        partie="issues", tout="offres",
        message="Plus d'offres pourvues, en cours ou sans réponse que d'offres recueillies.",
    ),
    AXE.egaux(
        "entretiens_realises", "gpect_entretiens", ENTRETIENS,
        publie="select demarche as cle, entretiens as n from gpect.rpt_entretiens where departement = 'TOTAL'",
        attendu=f"""
            select l.demarche as cle, 1 as n from {_a_l_arrete("gpect_entretiens", "date_entretien")}
                and l.statut = 'Réalisé'
        """,
        message="Les entretiens d'une démarche ne sont pas les entretiens réalisés du fichier.",
    ),
    AXE.au_plus(
        "entreprises_parmi_entretiens", "gpect_entretiens", ENTREPRISES,
        donnees="select entretiens, entreprises from gpect.rpt_entretiens", partie="entreprises", tout="entretiens",
        message="Plus d'entreprises interrogées que d'entretiens.",
    ),
    AXE.calcule(
        "effectif_regional", "gpect_entretiens emfor_effectifs", COUVERTURE,
        # Recalculé depuis bronze : le dernier effectif d'EMFOR que l'arrêté connaît, nommé comme la démarche.
        donnees=f"""
            select coalesce(t.effectif_territoire, 0) as publie, coalesce(e.effectif, 0) as attendu
            from gpect.rpt_entretiens as t
            left join (
                select cle_secteur, max_by(effectif_salarie, annee) as effectif
                from {_EMFOR} as l cross join bronze.parametres as p
                where cle_territoire = 'bourgogne' and effectif_salarie > 0 and annee <= year(p.arrete_au)
                group by cle_secteur
            ) as e on e.cle_secteur = {cle_texte("t.demarche")}
            where t.departement = 'TOTAL'
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "publie", "column_B": "attendu"},
        message="L'effectif du territoire d'une démarche n'est pas le dernier qu'EMFOR donne pour la Bourgogne.",
    ),
    AXE.egaux(
        "besoins_recueillis", "gpect_besoins", BESOINS,
        publie="select '' as cle, postes as n from gpect.rpt_besoins",
        attendu=f"select '' as cle, l.nb_postes as n from {_a_l_arrete('gpect_besoins', 'date_besoin')}",
        message="Les postes des besoins ne sont pas ceux du fichier.",
    ),
    AXE.egaux(
        "reponses_a_l_enquete", "enquete_zti", ENQUETE,
        publie="select type_commerce as cle, repondants as n from gpect.rpt_enquete_zti where type_commerce <> 'TOTAL'",
        attendu=f"select l.type_commerce as cle, 1 as n from {_a_l_arrete('enquete_zti', 'date_reponse')}",
        message="Les réponses à l'enquête ne sont pas celles du fichier de la CCI.",
    ),
    AXE.au_plus(
        "appuis_parmi_repondants", "enquete_zti", ENQUETE,
        donnees="select repondants, greatest(appui_rh, appui_numerique) as appuis from gpect.rpt_enquete_zti",
        partie="appuis", tout="repondants",
        message="Plus de commerçants souhaitent un appui qu'il n'y a de répondants.",
    ),
    AXE.egaux(
        "fiches_du_plan", "plan_actions", PLAN,
        publie="select code_projet as cle, fiches as n from gpect.rpt_plan_actions",
        attendu=f"select l.code_projet as cle, 1 as n from {en_vigueur('plan_actions')} as l",
        message="Les fiches d'un projet ne sont pas celles du dernier plan d'actions.",
    ),
    AXE.calcule(
        "statuts_du_plan", "plan_actions", PLAN,
        donnees="""
            select fiches, realise + en_cours + non_demarre + non_traite + reporte as statuts
            from gpect.rpt_plan_actions
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "fiches", "column_B": "statuts"},
        message="Les statuts d'un axe ne font pas ses fiches actions.",
    ),
    AXE.au_plus(
        "locales_parmi_structures", "eco_structures", STRUCTURES,
        donnees="gpect.rpt_eco_structures", partie="locales", tout="structures",
        message="Plus de structures locales que de structures recensées.",
    ),
    AXE.au_plus(
        "structures_recensees", "eco_structures", STRUCTURES,
        # Deux graphies d'une structure n'en font qu'une : au plus une structure par ligne du recensement.
        donnees=f"""
            select
                (select coalesce(max(structures), 0) from gpect.rpt_eco_structures where champ = 'TOTAL') as structures,
                (select count(*) from {en_vigueur("eco_structures")} as l) as lignes
        """,
        partie="structures", tout="lignes",
        message="Plus de structures que de lignes dans le dernier recensement.",
    ),
    AXE.egaux(
        "demandeurs_de_longvic", "pole_emploi_longvic", PUBLIC,
        publie="select '' as cle, demandeurs as n from gpect.rpt_public_longvic where rome_domaine = 'TOTAL'",
        attendu=f"""
            select '' as cle, count(distinct l.identifiant_id) as n from {en_vigueur("pole_emploi_longvic")} as l
        """,
        message="Les demandeurs d'emploi ne sont pas les identifiants distincts du dernier fichier.",
    ),
    AXE.au_plus(
        "courriels_parmi_demandeurs", "pole_emploi_longvic", PUBLIC,
        donnees="gpect.rpt_public_longvic", partie="courriels_valides", tout="demandeurs",
        message="Plus de courriels valides que de demandeurs d'emploi.",
    ),
    AXE.calcule(
        "faits_de_gpect_avant_arrete", "rce_visites rce_offres gpect_entretiens gpect_besoins enquete_zti",
        VISITES + OFFRES + ENTRETIENS + BESOINS + ENQUETE,
        donnees="""
            select f.jour, p.arrete_au from (
                select date_visite as jour from gpect.fct_rce_visites
                union all select date_offre from gpect.fct_rce_offres
                union all select date_besoin from gpect.fct_besoins
                union all select date_reponse from gpect.fct_reponses_zti
                union all select date_entretien from gpect.fct_entretiens where statut <> 'Planifié'
            ) as f cross join bronze.parametres as p
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "arrete_au", "column_B": "jour", "or_equal": True},
        message="Un rendez-vous, une offre, un besoin ou une réponse d'après l'arrêté est compté.",
    ),
]  # fmt: skip

CONTROLES = [*LIVRE, *CALCULE]
