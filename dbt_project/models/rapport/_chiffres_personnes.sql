with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

salaries as (
    select * from {{ ref('rpt_salaries_secteur') }}
),

accompagnements as (
    select * from {{ ref('rpt_salaries_accompagnement') }}
),

heures as (
    select * from {{ ref('fct_heures') }}
),

operations as (
    select * from {{ ref('dim_operation') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

embauches as (
    select * from {{ ref('fct_embauches') }}
),

personnes as (
    select * from {{ ref('dim_personne') }}
),

-- Salariés comptés dans le secteur donné en paramètre (tous, sans paramètre), sur les salariés de l'année.
salaries_secteur as (
    select
        registre.code,
        salaries.annee,
        {{ somme_si(retenue('salaries.secteur', 'registre.parametre'), 'salaries.salaries') }} as numerateur,
        sum(salaries.salaries) as denominateur
    from registre
    cross join salaries
    where registre.calcul = 'salaries_secteur'
    group by registre.code, salaries.annee
),

-- Femmes du secteur donné en paramètre, sur les salariés de ce secteur.
femmes_secteur as (
    select
        registre.code,
        salaries.annee,
        {{ somme_si(retenue('salaries.secteur', 'registre.parametre'), 'salaries.femmes') }} as numerateur,
        {{ somme_si(retenue('salaries.secteur', 'registre.parametre'), 'salaries.salaries') }} as denominateur
    from registre
    cross join salaries
    where registre.calcul = 'femmes_secteur'
    group by registre.code, salaries.annee
),

-- Résidents de quartiers prioritaires du secteur donné en paramètre, sur les salariés de ce secteur.
qpv_secteur as (
    select
        registre.code,
        salaries.annee,
        {{ somme_si(retenue('salaries.secteur', 'registre.parametre'), 'salaries.qpv') }} as numerateur,
        {{ somme_si(retenue('salaries.secteur', 'registre.parametre'), 'salaries.salaries') }} as denominateur
    from registre
    cross join salaries
    where registre.calcul = 'qpv_secteur'
    group by registre.code, salaries.annee
),

-- Salariés accompagnés par l'une des structures données en paramètre, sur les salariés de l'année.
salaries_accompagnement as (
    select
        registre.code,
        accompagnements.annee,
        {{ somme_si(retenue('accompagnements.accompagnement', 'registre.parametre'), 'accompagnements.salaries') }}
            as numerateur,
        sum(accompagnements.salaries) as denominateur
    from registre
    cross join accompagnements
    where registre.calcul = 'salaries_accompagnement'
    group by registre.code, accompagnements.annee
),

-- Heures faites dans la période de chaque chiffre sur les marchés, et celles de l'usage juridique donné en paramètre.
heures_usage_juridique as (
    select
        registre.code,
        registre.calcul,
        heures.annee,
        heures.personne_id,
        heures.structure_id,
        coalesce(operations.usage_juridique = registre.parametre, false) as est_de_l_usage
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join heures
        on
            periodes.annee = heures.annee
            and heures.mois between periodes.periode_debut and periodes.periode_fin
    inner join operations on heures.id_operation = operations.id_operation
    where registre.calcul in ('salaries_usage_juridique', 'employeurs_usage_juridique') and heures.heures > 0
),

-- Personnes ayant travaillé dans la période sur ces marchés.
salaries_usage_juridique as (
    select
        code,
        annee,
        count(distinct case when est_de_l_usage then personne_id end) as numerateur,
        null as denominateur
    from heures_usage_juridique
    where calcul = 'salaries_usage_juridique'
    group by code, annee
),

-- Structures ayant employé ces personnes dans la période.
employeurs_usage_juridique as (
    select
        code,
        annee,
        count(distinct case when est_de_l_usage then structure_id end) as numerateur,
        null as denominateur
    from heures_usage_juridique
    where calcul = 'employeurs_usage_juridique'
    group by code, annee
),

-- Une année travaillée sans embauche en a zéro.
annees_embauches as (
    select annee from salaries
    union distinct
    select annee from embauches
),

embauches_de_l_annee as (
    select
        registre.code,
        registre.calcul,
        registre.parametre,
        annees_embauches.annee,
        embauches.id_contrat,
        embauches.secteur,
        embauches.type_contrat,
        embauches.personne_id,
        personnes.qpv
    from registre
    cross join annees_embauches
    left join embauches on annees_embauches.annee = embauches.annee
    left join personnes on embauches.personne_id = personnes.personne_id
    where registre.calcul in ('embauches_secteur', 'embauches_qpv', 'embauches_type_contrat')
),

-- Personnes embauchées dans le secteur donné en paramètre (tous, sans paramètre), sur les personnes embauchées. Une
-- personne embauchée dans les deux secteurs compte dans chacun, et une fois dans le tout.
embauches_secteur as (
    select
        code,
        annee,
        count(distinct case when {{ retenue('secteur', 'parametre') }} then personne_id end) as numerateur,
        count(distinct personne_id) as denominateur
    from embauches_de_l_annee
    where calcul = 'embauches_secteur'
    group by code, annee
),

-- Personnes embauchées résidant en quartier prioritaire, sur les personnes embauchées.
embauches_qpv as (
    select
        code,
        annee,
        count(distinct case when qpv then personne_id end) as numerateur,
        count(distinct personne_id) as denominateur
    from embauches_de_l_annee
    where calcul = 'embauches_qpv'
    group by code, annee
),

-- Contrats d'embauche du type donné en paramètre, sur les contrats d'embauche.
embauches_type_contrat as (
    select
        code,
        annee,
        count(case when {{ retenue('type_contrat', 'parametre') }} then id_contrat end) as numerateur,
        count(id_contrat) as denominateur
    from embauches_de_l_annee
    where calcul = 'embauches_type_contrat'
    group by code, annee
),

final as (
    {{ chiffres_de([
        'salaries_secteur', 'femmes_secteur', 'qpv_secteur', 'salaries_accompagnement', 'salaries_usage_juridique',
        'employeurs_usage_juridique', 'embauches_secteur', 'embauches_qpv', 'embauches_type_contrat'
    ]) }}
)

select * from final
