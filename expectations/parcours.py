"""Contrôles des parcours : d'abord ce que les partenaires livrent, puis ce que les modèles en font."""

from __future__ import annotations

from expectations.controle import BLOQUANT, OBSERVE, SIGNALE, codes
from expectations.formes import ARRONDI, LIGNES_MIN, PART_MIN, PART_USUELLE, Axe, cle_texte

AXE = Axe("parcours")

CANDIDATURES = codes("CH001-CH003", "CH009-CH011", "CH013a-CH013b", "CH015a-CH015b", "CH022")
DECISIONS = codes("CH004-CH008", "CH014a-CH014b", "CH021")
PROFIL = codes("CH017-CH020")
SORTIES = codes(
    "CH023-CH030", "CH041", "CH042a-CH042b", "CH043a-CH043b", "CH044a-CH044b", "CH045a-CH045d", "CH050-CH055"
)
POSITIVES = codes(
    "CH031a-CH031b", "CH032a-CH032b", "CH033a-CH033b", "CH034a-CH034b", "CH035a-CH035b", "CH036a-CH036b",
    "CH037a-CH037b",
)  # fmt: skip
ETAPES = codes(
    "CL070", "QU003-QU009", "QU010a-QU010c", "QU011", "PL001-PL007", "TT009a-TT009b", "IN001a-IN001b",
    "IN002a-IN002b", "IN003a-IN003c", "IN004-IN007", "AU002a-AU002c",
)  # fmt: skip

# 2026-11 : le dispositif s'adresse aux jeunes de 18 à 30 ans ; l'année de naissance seule donne un an de jeu. Une
# dérogation sur vingt se voit.
AGES = (17, 31)
PART_AGES = 0.95
# 2026-11 : le dispositif limite un SAS à douze participants ; au-delà, deux SAS portent le même nom.
PARTICIPANTS_PAR_SAS = 12
# 2026-11 : une prescription est étudiée dans le trimestre ; après six mois sans décision, la fiche est oubliée.
JOURS_D_ATTENTE = 180
# 2026-11 : une étape saisie à la date du comité plutôt qu'à la sienne est courante ; une sur vingt ne change pas un
# entonnoir.
PART_ETAPES_EN_ORDRE = 0.95
# 2026-11 : sans prescripteur, une entrée ne dit pas d'où vient le jeune ; une sur cinq passe inaperçue.
PART_PRESCRIPTEURS = 0.80
RANG_DES_ISSUES = 10
"""Rang, dans etapes_parcours, à partir duquel une étape est une issue : elle n'a plus d'ordre."""

_ENTREES = """
    select id_candidat, annee_entree from parcours.fct_candidatures
    where annee_entree is not null and exists (select 1 from parcours.fct_suivis)
"""
_ETAPES_SUIVANTES = f"""
    select * from (
        select date_etape >= max(date_etape) over (
            partition by dispositif, personne_id order by rang rows between unbounded preceding and 1 preceding
        ) as juste
        from parcours.fct_etapes where rang < {RANG_DES_ISSUES}
    ) as rangees
    where juste is not null
"""
"""Étapes d'une personne, la première exceptée : chacune vient-elle après celles d'un rang plus petit ?"""
_FICHES = """
    select l.* from bronze.prescriptions as l cross join bronze.parametres as p
    where l.date_orientation <= p.arrete_au
    qualify row_number() over (partition by l.id_prescription order by l._rang desc, l._ligne desc) = 1
"""
_HEURES = """
    select l.* from bronze.abc_clauses_heures as l
    qualify row_number() over (partition by l.id_contrat, l.mois order by l._rang desc, l._ligne desc) = 1
"""
_ENTREES_AUX_PROGRAMMES = f"""
    select 'Clauses d''insertion' as programme, s.personne_id
    from bronze.abc_clauses_contrats as c
    join bronze.abc_clauses_salaries as s on s.id_salarie = c.id_salarie
    join bronze.abc_clauses_operations as o on o.id_operation = c.id_operation
    cross join bronze.parametres as p
    where c.date_debut <= p.arrete_au
        or exists (
            select 1 from ({_HEURES}) as h where h.id_contrat = c.id_contrat and h.heures > 0 and h.mois <= p.arrete_au
        )
    union all
    select 'Prescription vers les clauses' as programme, personne_id from ({_FICHES}) as f
    union all
    select l.dispositif as programme, l.personne_id
    from bronze.parcours_etapes as l
    join reference.etapes_parcours as e on e.etape = l.etape
    cross join bronze.parametres as p
    where e.entree and l.date_etape <= p.arrete_au
"""
"""Personnes de chaque programme d'après les fichiers ; 100 chances, que le suivi désigne par un numéro, n'y est pas."""

# --- Ce que les partenaires livrent ---

LIVRE = [
    AXE.plupart(
        "numeros_de_candidats", BLOQUANT, "cent_chances_suivi cent_chances_candidatures", DECISIONS + SORTIES,
        donnees=f"select id_candidat in (select id_candidat from parcours.fct_suivis) as juste from ({_ENTREES}) as e",
        message="La plupart des jeunes entrés n'ont pas de ligne de suivi : les numéros de candidat d'une feuille ont "
        "été refaits.",
    ),
    AXE.aucune(
        "entrees_sans_suivi", SIGNALE, "cent_chances_suivi cent_chances_candidatures", DECISIONS + SORTIES,
        donnees=f"""
            select id_candidat from ({_ENTREES}) as e
            where id_candidat not in (select id_candidat from parcours.fct_suivis)
        """,
        message="Des jeunes entrés d'après les candidatures ne sont pas dans la feuille de suivi : ils manquent au "
        "total du dispositif (X14). Retrouver leur ligne.",
    ),
    AXE.aucune(
        "suivis_sans_candidature", SIGNALE, "cent_chances_candidatures cent_chances_suivi", DECISIONS + SORTIES,
        donnees="""
            select id_candidat from parcours.fct_suivis
            where annee in (select annee_fichier from parcours.fct_candidatures)
                and id_candidat not in (select id_candidat from parcours.fct_candidatures)
        """,
        message="Des jeunes suivis ne sont dans aucune candidature de leur année d'entrée : compléter la feuille des "
        "candidatures.",
    ),
    AXE.livre(
        "dates_d_entree", SIGNALE, "cent_chances_suivi cent_chances_candidatures", DECISIONS + SORTIES,
        donnees="""
            select s.annee as suivi, c.annee_entree as candidature
            from parcours.fct_suivis as s join parcours.fct_candidatures as c on c.id_candidat = s.id_candidat
            where c.annee_entree is not null
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "suivi", "column_B": "candidature"},
        message="Un jeune n'est pas entré la même année dans les candidatures et dans le suivi : accorder les deux "
        "feuilles. Chaque chiffre garde la sienne.",
    ),
    AXE.plupart(
        "sorties_avant_entrees", BLOQUANT, "cent_chances_suivi", SORTIES + POSITIVES,
        donnees="select date_sortie >= date_entree as juste from parcours.fct_suivis where date_sortie is not null",
        message="La plupart des sorties précèdent l'entrée : les deux colonnes de dates sont inversées.",
    ),
    AXE.aucune(
        "sorties_trop_tot", SIGNALE, "cent_chances_suivi", SORTIES + POSITIVES,
        donnees="select id_candidat from parcours.fct_suivis where date_sortie < date_entree",
        message="Un jeune est sorti avant d'être entré : corriger l'une des deux dates.",
    ),
    AXE.aucune(
        "types_de_sortie_sans_date", SIGNALE, "cent_chances_suivi", SORTIES + POSITIVES,
        donnees="select id_candidat from bronze.cent_chances_suivi where type_sortie is not null and "
        "date_sortie is null",
        message="Un jeune a un type de sortie et pas de date : il compte encore en accompagnement.",
    ),
    AXE.livre(
        "participants_parmi_presents", BLOQUANT, "cent_chances_candidatures", CANDIDATURES,
        donnees=f"""
            select count(case when present_pre_sas then 1 end) as presents,
                count(case when participant_sas then 1 end) as participants
            from parcours.fct_candidatures group by annee having count(*) >= {LIGNES_MIN}
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "presents", "column_B": "participants", "or_equal": True},
        message="Plus de participants aux SAS que de présents au pré-SAS : la colonne des présents n'est pas remplie.",
    ),
    AXE.livre(
        "decisions_parmi_participants", BLOQUANT, "cent_chances_candidatures", CANDIDATURES + DECISIONS,
        donnees=f"""
            select count(case when participant_sas then 1 end) as participants, count(decision) as decisions
            from parcours.fct_candidatures group by annee having count(*) >= {LIGNES_MIN}
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "participants", "column_B": "decisions", "or_equal": True},
        message="Plus de décisions du comité que de participants aux SAS : la colonne des participants n'est pas "
        "remplie.",
    ),
    AXE.aucune(
        "etapes_sautees", SIGNALE, "cent_chances_candidatures", CANDIDATURES + DECISIONS,
        donnees="""
            select id_candidat from parcours.fct_candidatures
            where (participant_sas and not present_pre_sas) or (decision is not null and not participant_sas)
        """,
        message="Une candidature a participé au SAS sans pré-SAS, ou reçu une décision sans SAS : compléter la ligne.",
    ),
    AXE.livre(
        "participants_par_sas", SIGNALE, "cent_chances_candidatures", CANDIDATURES,
        donnees=f"""
            select count(case when participant_sas then 1 end) as participants
            from parcours.fct_candidatures group by annee_fichier, {cle_texte("sas")}
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "participants", "min_value": 0, "max_value": PARTICIPANTS_PAR_SAS},
        message=f"Un SAS a plus de {PARTICIPANTS_PAR_SAS} participants : deux SAS portent le même nom.",
    ),
    AXE.livre(
        "ages_des_candidats", SIGNALE, "cent_chances_candidatures", CANDIDATURES + PROFIL,
        donnees="""
            select year(date_orientation) - annee_naissance as age from bronze.cent_chances_candidatures
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "age", "min_value": AGES[0], "max_value": AGES[1], "mostly": PART_AGES},
        message="Des candidats n'ont pas l'âge du dispositif : vérifier leur date de naissance.",
    ),
    AXE.aucune(
        "entrees_avant_orientation", SIGNALE, "cent_chances_candidatures", DECISIONS,
        donnees="""
            select id_candidat from bronze.cent_chances_candidatures
            where decision_comite = 'Entrée immédiate' and date_entree < date_orientation
        """,
        message="Un jeune est entré avant d'être orienté : corriger l'une des deux dates.",
    ),
    AXE.livre(
        "entrees_sans_date", OBSERVE, "cent_chances_candidatures", DECISIONS + PROFIL,
        donnees="select date_entree from bronze.cent_chances_candidatures where decision_comite = 'Entrée immédiate'",
        attente="ExpectColumnProportionOfNonNullValuesToBeBetween",
        arguments={"column": "date_entree", "min_value": PART_USUELLE},
        message="Des entrées immédiates n'ont pas de date : elles comptent l'année de leur orientation.",
    ),
    AXE.livre(
        "entrees_sans_prescripteur", OBSERVE, "cent_chances_candidatures", PROFIL,
        donnees="select prescripteur from bronze.cent_chances_candidatures where decision_comite = 'Entrée immédiate'",
        attente="ExpectColumnProportionOfNonNullValuesToBeBetween",
        arguments={"column": "prescripteur", "min_value": PART_PRESCRIPTEURS},
        message="Plus d'une entrée sur cinq n'a pas de prescripteur.",
    ),
    AXE.livre(
        "candidats_de_deux_identites", SIGNALE, "cent_chances_candidatures", CANDIDATURES + DECISIONS,
        donnees="""
            select count(distinct personne_id) as personnes from bronze.cent_chances_candidatures
            group by id_candidat
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "personnes", "min_value": 1, "max_value": 1},
        message="Un numéro de candidat désigne deux personnes : nom ou date de naissance saisi de deux façons.",
    ),
    AXE.livre(
        "participants_confondus", BLOQUANT, "parcours_etapes", ETAPES,
        donnees=f"""
            select count(distinct personne_id) / count(distinct (dispositif, id_participant)) as personnes_par_numero
            from bronze.parcours_etapes having count(distinct (dispositif, id_participant)) >= {LIGNES_MIN}
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "personnes_par_numero", "min_value": PART_MIN},
        message="Plus de deux numéros de participant par personne : noms ou dates de naissance masqués dans l'export.",
    ),
    AXE.livre(
        "participants_de_deux_identites", SIGNALE, "parcours_etapes", ETAPES,
        donnees="""
            select count(distinct personne_id) as personnes from bronze.parcours_etapes
            group by dispositif, id_participant
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "personnes", "min_value": 1, "max_value": 1},
        message="Un numéro de participant désigne deux personnes : elles comptent deux fois aux étapes. Accorder "
        "nom et date de naissance d'une étape à l'autre.",
    ),
    AXE.plupart(
        "dates_d_etapes", BLOQUANT, "parcours_etapes", ETAPES,
        donnees=_ETAPES_SUIVANTES,
        message="La plupart des étapes précèdent celles qui devraient venir avant : jour et mois sont inversés dans "
        "l'export.",
    ),
    AXE.livre(
        "etapes_dans_l_ordre", SIGNALE, "parcours_etapes", ETAPES,
        donnees=_ETAPES_SUIVANTES,
        attente="ExpectColumnValuesToBeInSet",
        arguments={"column": "juste", "value_set": [True], "mostly": PART_ETAPES_EN_ORDRE},
        message="Des étapes précèdent celles qui devraient venir avant : vérifier leurs dates.",
    ),
    AXE.livre(
        "etapes_sans_orientation", SIGNALE, "parcours_etapes", ETAPES,
        donnees="""
            select e.dispositif, o.personnes as orientees, count(distinct e.personne_id) as passees
            from parcours.fct_etapes as e
            join (
                select dispositif, count(distinct personne_id) as personnes from parcours.fct_etapes
                where etape = 'Orienté' group by dispositif
            ) as o on o.dispositif = e.dispositif
            where e.etape <> 'Orienté'
            group by e.dispositif, e.etape, o.personnes
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "orientees", "column_B": "passees", "or_equal": True},
        message="Une étape d'un dispositif a plus de personnes que d'orientées : il manque des orientations.",
    ),
    AXE.aucune(
        "decisions_de_prescription_sans_date", SIGNALE, "prescriptions", (),
        donnees="""
            select id_prescription from bronze.prescriptions
            where decision in ('Validé', 'Invalidé') and date_decision is null
        """,
        message="Une prescription est validée ou invalidée sans date : à une date passée, elle compterait déjà.",
    ),
    AXE.aucune(
        "decisions_avant_orientation", SIGNALE, "prescriptions", (),
        donnees="select id_prescription from bronze.prescriptions where date_decision < date_orientation",
        message="Une prescription est décidée avant l'orientation : corriger l'une des deux dates.",
    ),
    AXE.aucune(
        "prescriptions_oubliees", SIGNALE, "prescriptions", (),
        donnees=f"""
            select id_prescription from parcours.fct_prescriptions as f cross join bronze.parametres as p
            where f.decision = 'En attente' and p.arrete_au - f.date_orientation > {JOURS_D_ATTENTE}
        """,
        message=f"Une prescription attend sa décision depuis plus de {JOURS_D_ATTENTE} jours : la relancer.",
    ),
    AXE.aucune(
        "entrees_plie_invalidees", OBSERVE, "prescriptions", (),
        donnees="select id_prescription from parcours.fct_prescriptions where entree_plie and decision = 'Invalidé'",
        message="Une prescription invalidée a une entrée au PLIE.",
    ),
    AXE.aucune(
        "contrats_sans_validation", SIGNALE, "prescriptions abc_clauses_contrats", (),
        donnees="select id_prescription from parcours.fct_chemins where contrat_sans_validation",
        message="Une personne a un contrat après une prescription qui n'est pas validée : saisir la décision de sa "
        "fiche. D'ici là, son contrat n'est pas compté comme l'issue de sa prescription.",
    ),
]  # fmt: skip


# --- Ce que les modèles en font ---

CALCULE = [
    AXE.egaux(
        "candidatures_de_l_annee", "cent_chances_candidatures", CANDIDATURES,
        publie="""
            select annee as cle, effectif as n from parcours.rpt_cent_chances_entonnoir where etape = 'candidatures'
        """,
        attendu="""
            select year(l.date_orientation) as cle, 1 as n
            from bronze.cent_chances_candidatures as l cross join bronze.parametres as p
            where l.date_orientation <= p.arrete_au
        """,
        message="Les candidatures d'une année ne sont pas les lignes du classeur.",
    ),
    AXE.egaux(
        "decisions_du_comite", "cent_chances_candidatures", DECISIONS,
        publie="""
            select etape as cle, effectif as n from parcours.rpt_cent_chances_entonnoir
            where etape not in ('candidatures', 'presents_pre_sas', 'participants_sas')
        """,
        attendu="""
            select case l.decision_comite when 'Entrée immédiate' then 'entrees_immediates'
                when 'Entrée différée' then 'entrees_differees' when 'Refus comité' then 'refus_comite'
                when 'Abandon candidat' then 'abandons_candidat' else 'desistements' end as cle, 1 as n
            from bronze.cent_chances_candidatures as l cross join bronze.parametres as p
            where l.decision_comite is not null and l.date_orientation <= p.arrete_au
                and not coalesce(l.decision_comite = 'Entrée immédiate' and l.date_entree > p.arrete_au, false)
        """,
        message="Les décisions comptées ne sont pas celles du classeur.",
    ),
    AXE.au_plus(
        "presents_parmi_candidatures", "cent_chances_candidatures", CANDIDATURES,
        donnees="""
            select annee, max(case when etape = 'candidatures' then effectif end) as candidatures,
                max(case when etape = 'presents_pre_sas' then effectif end) as presents
            from parcours.rpt_cent_chances_entonnoir group by annee
        """,
        partie="presents", tout="candidatures",
        message="Plus de présents au pré-SAS que de candidatures.",
    ),
    AXE.calcule(
        "taux_de_l_entonnoir", "cent_chances_candidatures", codes("CH009", "CH010"),
        donnees="""
            select e.taux_etape - e.effectif / nullif(r.effectif, 0) as ecart
            from parcours.rpt_cent_chances_entonnoir as e
            join parcours.rpt_cent_chances_entonnoir as r on r.annee = e.annee and r.etape = case e.etape
                when 'presents_pre_sas' then 'candidatures' when 'participants_sas' then 'presents_pre_sas'
                else 'participants_sas' end
            where e.etape <> 'candidatures'
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "ecart", "min_value": -ARRONDI, "max_value": ARRONDI},
        message="Un taux de l'entonnoir n'est pas le rapport de son étape à la précédente.",
    ),
    AXE.egaux(
        "profil_des_entrees", "cent_chances_candidatures", PROFIL + DECISIONS,
        publie="""
            select concat_ws('|', annee, dimension) as cle, entrees as n from parcours.rpt_cent_chances_profil
        """,
        attendu="""
            select concat_ws('|', e.annee, d.dimension) as cle, e.effectif as n
            from parcours.rpt_cent_chances_entonnoir as e
            cross join (values ('qpv'), ('niveau'), ('sexe'), ('prescripteur')) as d (dimension)
            where e.etape = 'entrees_immediates'
        """,
        message="Les modalités d'un profil (quartier, niveau, sexe, prescripteur) ne font pas les entrées de l'année.",
    ),
    AXE.parts(
        "parts_du_profil", "cent_chances_candidatures", PROFIL,
        donnees="select sum(part) as total from parcours.rpt_cent_chances_profil group by annee, dimension",
        message="Les parts d'un profil ne font pas 100 % des entrées de l'année.",
    ),
    AXE.egaux(
        "jeunes_suivis", "cent_chances_suivi", SORTIES,
        publie="""
            select arrete_au as cle, effectif as n from parcours.rpt_cent_chances_sorties where type_sortie = 'total'
        """,
        attendu="""
            select a.arrete_au as cle, count(l.id_candidat) as n
            from (select distinct arrete_au from parcours.rpt_cent_chances_sorties) as a
            join bronze.cent_chances_suivi as l on l.date_entree <= a.arrete_au
            group by a.arrete_au
        """,
        message="Les jeunes suivis à une date ne sont pas les lignes de suivi entrées jusque-là.",
    ),
    AXE.calcule(
        "accompagnement_et_sorties", "cent_chances_suivi", SORTIES,
        donnees="""
            select arrete_au,
                sum(case when type_sortie = 'total' then effectif else 0 end) as total,
                sum(case when type_sortie in ('en_accompagnement', 'sorties') then effectif else 0 end) as situations
            from parcours.rpt_cent_chances_sorties group by arrete_au
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "total", "column_B": "situations"},
        message="Les jeunes en accompagnement et les sorties ne font pas le total des jeunes suivis.",
    ),
    AXE.calcule(
        "sorties_positives_et_abandons", "cent_chances_suivi", SORTIES,
        donnees="""
            select arrete_au,
                sum(case when type_sortie = 'sorties' then effectif else 0 end) as sorties,
                sum(case when type_sortie in ('sorties_positives', 'abandons') then effectif else 0 end) as issues
            from parcours.rpt_cent_chances_sorties group by arrete_au
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "sorties", "column_B": "issues"},
        message="Les sorties positives et les abandons ne font pas le total des sorties.",
    ),
    AXE.egaux(
        "types_de_sorties_positives", "cent_chances_suivi", POSITIVES + SORTIES,
        publie="""
            select arrete_au as cle, effectif as n from parcours.rpt_cent_chances_sorties
            where type_sortie = 'sorties_positives'
        """,
        attendu="""
            select arrete_au as cle, effectif as n from parcours.rpt_cent_chances_sorties
            where type_sortie not in ('total', 'en_accompagnement', 'sorties', 'sorties_positives', 'abandons')
        """,
        message="Les types de sorties positives ne font pas leur total.",
    ),
    AXE.parts(
        "parts_des_sorties_positives", "cent_chances_suivi", POSITIVES,
        donnees="""
            select sum(part_positives) as total from parcours.rpt_cent_chances_sorties
            group by arrete_au having count(part_positives) > 0
        """,
        message="Les parts des types de sorties positives ne font pas 100 %.",
    ),
    AXE.egaux(
        "personnes_aux_etapes", "parcours_etapes", ETAPES,
        publie="select concat_ws('|', dispositif, etape) as cle, effectif as n from parcours.rpt_entonnoir",
        attendu="""
            select concat_ws('|', l.dispositif, l.etape) as cle, count(distinct l.personne_id) as n
            from bronze.parcours_etapes as l cross join bronze.parametres as p
            where l.date_etape <= p.arrete_au group by l.dispositif, l.etape
        """,
        message="Les personnes d'une étape ne sont pas celles du fichier.",
    ),
    AXE.calcule(
        "decisions_des_prescriptions", "prescriptions", (),
        donnees="""
            select orientations, validees + invalidees + en_attente as decisions from parcours.rpt_prescriptions
        """,
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "orientations", "column_B": "decisions"},
        message="Validées, invalidées et en attente ne font pas les orientations.",
    ),
    AXE.egaux(
        "prescriptions_de_l_annee", "prescriptions", (),
        publie="select annee as cle, orientations as n from parcours.rpt_prescriptions",
        attendu="""
            select year(date_orientation) as cle, 1 as n
            from (
                select l.date_orientation from bronze.prescriptions as l
                qualify row_number() over (partition by l.id_prescription order by l._rang desc, l._ligne desc) = 1
            ) as dernieres cross join bronze.parametres as p
            where date_orientation <= p.arrete_au
        """,
        message="Les orientations d'une année ne sont pas les fiches de prescription reçues.",
    ),
    AXE.calcule(
        "faits_de_parcours_avant_arrete", "cent_chances_candidatures cent_chances_suivi parcours_etapes prescriptions",
        CANDIDATURES + SORTIES + ETAPES,
        donnees="""
            select f.jour, p.arrete_au from (
                select date_orientation as jour from parcours.fct_candidatures
                union all select date_entree from parcours.fct_suivis
                union all select date_sortie from parcours.fct_suivis where date_sortie is not null
                union all select date_etape from parcours.fct_etapes
                union all select date_orientation from parcours.fct_prescriptions
            ) as f cross join bronze.parametres as p
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "arrete_au", "column_B": "jour", "or_equal": True},
        message="Une candidature, une entrée, une sortie ou une étape d'après l'arrêté est comptée.",
    ),
    AXE.egaux(
        "personnes_des_programmes", "prescriptions parcours_etapes abc_clauses_contrats abc_clauses_heures", (),
        publie="select programme as cle, 1 as n from parcours.fct_programmes where programme <> '100 chances'",
        attendu=f"""
            select programme as cle, count(distinct personne_id) as n
            from ({_ENTREES_AUX_PROGRAMMES}) as e group by programme
        """,
        message="Les personnes d'un programme ne sont pas celles des fichiers reçus.",
    ),
    AXE.egaux(
        "personnes_croisees", "prescriptions abc_clauses_contrats", (),
        publie="select nombre_programmes as cle, personnes as n from parcours.rpt_parcours_croises",
        attendu="""
            select nombre as cle, 1 as n from (
                select personne_id, count(*) as nombre from parcours.fct_programmes group by personne_id
            ) as par_personne
        """,
        message="Une personne n'est pas une fois, et une seule, dans l'ensemble de tous ses programmes.",
    ),
    AXE.egaux(
        "personnes_croisees_a_chaque_arrete", "prescriptions abc_clauses_contrats", (),
        publie="select arrete_au as cle, personnes as n from parcours.rpt_parcours_croises_arretes",
        attendu="""
            select a.arrete_au as cle, count(distinct f.personne_id) as n
            from (select distinct arrete_au from parcours.rpt_parcours_croises_arretes) as a
            join parcours.fct_programmes as f on f.premiere_date <= a.arrete_au
            group by a.arrete_au
        """,
        message="Les personnes d'un arrêté ne sont pas celles entrées dans un programme jusque-là.",
    ),
    AXE.egaux(
        "personnes_prescrites", "prescriptions abc_clauses_contrats", (),
        publie="select annee as cle, prescrites as n from parcours.rpt_parcours_chemins where prescripteur = 'TOTAL'",
        attendu=f"""
            select annee as cle, 1 as n from (
                select personne_id, min(year(date_orientation)) as annee from ({_FICHES}) as f group by personne_id
            ) as premieres
        """,
        message="Une personne prescrite n'est pas une fois, et une seule, à l'année de sa première prescription.",
    ),
    AXE.totaux(
        "total_des_chemins", "prescriptions abc_clauses_contrats", (),
        table="rpt_parcours_chemins", groupe="prescripteur", par="annee",
        mesures=("prescrites", "validees", "avec_contrat", "embauchees", "contrats_sans_validation"),
        message="Les prescripteurs d'une année ne font pas son total.",
    ),
    AXE.au_plus(
        "etapes_du_chemin", "prescriptions abc_clauses_contrats", (),
        donnees="""
            select precedente, suivante from parcours.rpt_parcours_chemins cross join lateral (
                values (prescrites, validees), (validees, avec_contrat), (avec_contrat, embauchees),
                    (prescrites - validees, contrats_sans_validation)
            ) as e (precedente, suivante)
        """,
        partie="suivante", tout="precedente",
        message="Une étape du chemin de la prescription à l'embauche a plus de personnes que celle d'avant.",
    ),
    AXE.calcule(
        "taux_du_chemin", "prescriptions abc_clauses_contrats", (),
        donnees="""
            select taux - suivante / nullif(precedente, 0) as ecart
            from parcours.rpt_parcours_chemins cross join lateral (
                values (prescrites, validees, taux_validation), (validees, avec_contrat, taux_contrat),
                    (avec_contrat, embauchees, taux_embauche)
            ) as e (precedente, suivante, taux)
        """,
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "ecart", "min_value": -ARRONDI, "max_value": ARRONDI},
        message="Un taux du chemin n'est pas le rapport de son étape à la précédente.",
    ),
    AXE.calcule(
        "dates_du_chemin", "prescriptions abc_clauses_contrats", (),
        donnees="""
            select f.avant, f.apres from (
                select date_prescription as avant, date_contrat as apres from parcours.fct_chemins
                union all select date_contrat, date_embauche from parcours.fct_chemins
                union all select premiere_date, derniere_date from parcours.fct_programmes
                union all select f.derniere_date, p.arrete_au
                    from parcours.fct_programmes as f cross join bronze.parametres as p
                union all select coalesce(f.date_embauche, f.date_contrat, f.date_prescription), p.arrete_au
                    from parcours.fct_chemins as f cross join bronze.parametres as p
            ) as f where f.apres is not null
        """,
        attente="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "apres", "column_B": "avant", "or_equal": True},
        message="Un contrat précède la prescription dont il serait l'issue, ou un fait d'après l'arrêté est compté.",
    ),
]  # fmt: skip

CONTROLES = [*LIVRE, *CALCULE]
