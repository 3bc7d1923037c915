with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

donneurs_ordre as (
    select * from {{ ref('rpt_donneurs_ordre') }}
),

operations as (
    select * from {{ ref('dim_operation') }}
),

lots as (
    select * from {{ ref('dim_lot') }}
),

actives as (
    select * from {{ ref('rpt_heures_operation') }}
),

territoires as (
    select * from {{ ref('dim_territoire') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

-- Opérations qui ont des heures dans l'année.
operations_actives as (
    select registre.code, actives.annee, count(*) as numerateur, null as denominateur
    from registre
    cross join actives
    where registre.calcul = 'operations_actives'
    group by registre.code, actives.annee
),

-- Donneurs d'ordre de ces opérations.
donneurs_ordre_actifs as (
    select registre.code, donneurs_ordre.annee, count(*) as numerateur, null as denominateur
    from registre
    cross join donneurs_ordre
    where registre.calcul = 'donneurs_ordre_actifs' and donneurs_ordre.operations_actives > 0
    group by registre.code, donneurs_ordre.annee
),

-- Donneurs d'ordre dont une opération au moins a été consultée dans l'année.
donneurs_ordre_consultants as (
    select
        registre.code,
        donneurs_ordre.annee,
        {{ somme_si('donneurs_ordre.consultations > 0', 1) }} as numerateur,
        null as denominateur
    from registre
    cross join donneurs_ordre
    where registre.calcul = 'donneurs_ordre_consultants'
    group by registre.code, donneurs_ordre.annee
),

-- Opérations consultées dans l'année.
consultations as (
    select registre.code, donneurs_ordre.annee, sum(donneurs_ordre.consultations) as numerateur, null as denominateur
    from registre
    cross join donneurs_ordre
    where registre.calcul = 'consultations'
    group by registre.code, donneurs_ordre.annee
),

-- Heures que ces opérations engagent.
heures_engagees_consultees as (
    select
        registre.code,
        donneurs_ordre.annee,
        sum(donneurs_ordre.heures_engagees_consultees) as numerateur,
        null as denominateur
    from registre
    cross join donneurs_ordre
    where registre.calcul = 'heures_engagees_consultees'
    group by registre.code, donneurs_ordre.annee
),

-- Un marché est en cours dans une période s'il est attribué et que ses dates la croisent, ou s'il a des heures dans
-- l'année. Sans date de fin, il court tant qu'il n'est pas dit terminé.
operations_en_cours as (
    select periodes.regle, periodes.annee, operations.id_operation, operations.usage_juridique
    from periodes
    inner join operations
        on
            operations.statut in ('En cours', 'Terminé')
            and periodes.periode_fin >= operations.date_debut
            and periodes.periode_debut <= coalesce(
                operations.date_fin, case when operations.statut = 'En cours' then periodes.periode_fin end
            )
    union distinct
    select periodes.regle, periodes.annee, operations.id_operation, operations.usage_juridique
    from periodes
    inner join actives on periodes.annee = actives.annee
    inner join operations on actives.id_operation = operations.id_operation
),

annees_connues as (
    select annee from actives
    union distinct
    select annee from donneurs_ordre
),

-- Marchés en cours de l'usage juridique donné en paramètre, les années où des opérations vivent.
marches_en_cours as (
    select registre.code, periodes.annee, count(operations_en_cours.id_operation) as numerateur, null as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join annees_connues on periodes.annee = annees_connues.annee
    left join operations_en_cours
        on
            periodes.regle = operations_en_cours.regle
            and periodes.annee = operations_en_cours.annee
            and registre.parametre = operations_en_cours.usage_juridique
    where registre.calcul = 'marches_en_cours'
    group by registre.code, periodes.annee
),

-- Lots de l'opération nommée (donneur d'ordre en paramètre, opération en complément). Ils sont de la période où elle
-- est consultée, à défaut notifiée, à défaut commencée.
lots_de_l_operation as (
    select
        registre.code,
        registre.calcul,
        periodes.annee,
        lots.reserve
    from registre
    inner join noms on {{ cle_nom('registre.parametre') }} = noms.cle_nom
    inner join operations
        on
            noms.structure_id = operations.donneur_ordre_id
            and {{ cle_nom('registre.complement') }} = {{ cle_nom('operations.operation') }}
    inner join periodes
        on
            registre.regle_periode = periodes.regle
            and coalesce(operations.date_consultation, operations.date_notification, operations.date_debut)
            between periodes.periode_debut and periodes.periode_fin
    inner join lots on operations.id_operation = lots.id_operation
    where registre.calcul in ('lots_operation', 'lots_reserves_operation')
),

lots_operation as (
    select code, annee, count(*) as numerateur, null as denominateur
    from lots_de_l_operation
    where calcul = 'lots_operation'
    group by code, annee
),

lots_reserves_operation as (
    select code, annee, {{ somme_si('reserve', 1) }} as numerateur, count(*) as denominateur
    from lots_de_l_operation
    where calcul = 'lots_reserves_operation'
    group by code, annee
),

-- Une année sans heure connue n'a pas les chiffres qui suivent : il y manquerait les donneurs d'ordre actifs.
annees_travaillees as (
    select distinct annee from actives
),

-- Opérations qui ont des heures dans l'année ou sont consultées dans la période.
operations_de_la_periode as (
    select periodes.regle, periodes.annee, actives.id_operation
    from periodes
    inner join actives on periodes.annee = actives.annee
    union distinct
    select periodes.regle, periodes.annee, operations.id_operation
    from periodes
    inner join annees_travaillees on periodes.annee = annees_travaillees.annee
    inner join operations on operations.date_consultation between periodes.periode_debut and periodes.periode_fin
),

communes as (
    select distinct code_epci, code_commune
    from territoires
    where code_epci is not null
),

-- Donneurs d'ordre de ces opérations : combien des leurs ont une commune connue, combien sont dans l'intercommunalité
-- donnée en paramètre.
donneurs_ordre_situes as (
    select
        registre.code,
        registre.calcul,
        operations_de_la_periode.annee,
        operations.donneur_ordre_id,
        count(operations.code_commune) as operations_situees,
        count(communes.code_commune) as operations_dedans
    from registre
    inner join operations_de_la_periode on registre.regle_periode = operations_de_la_periode.regle
    inner join operations on operations_de_la_periode.id_operation = operations.id_operation
    left join communes on registre.parametre = communes.code_epci and operations.code_commune = communes.code_commune
    where registre.calcul in ('donneurs_ordre_dedans', 'donneurs_ordre_dehors')
    group by registre.code, registre.calcul, operations_de_la_periode.annee, operations.donneur_ordre_id
),

-- Un donneur d'ordre est dehors si toutes ses opérations situées le sont ; tous les autres sont dedans.
donneurs_ordre_dedans as (
    select
        code,
        annee,
        {{ somme_si('operations_dedans > 0 or operations_situees = 0', 1) }} as numerateur,
        count(*) as denominateur
    from donneurs_ordre_situes
    where calcul = 'donneurs_ordre_dedans'
    group by code, annee
),

donneurs_ordre_dehors as (
    select
        code,
        annee,
        {{ somme_si('operations_dedans = 0 and operations_situees > 0', 1) }} as numerateur,
        count(*) as denominateur
    from donneurs_ordre_situes
    where calcul = 'donneurs_ordre_dehors'
    group by code, annee
),

final as (
    {{ chiffres_de([
        'operations_actives', 'donneurs_ordre_actifs', 'donneurs_ordre_consultants', 'consultations',
        'heures_engagees_consultees', 'marches_en_cours', 'lots_operation', 'lots_reserves_operation',
        'donneurs_ordre_dedans', 'donneurs_ordre_dehors'
    ]) }}
)

select * from final
