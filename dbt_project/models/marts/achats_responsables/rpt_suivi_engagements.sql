with operations as (
    select * from {{ ref('dim_operation') }}
),

lots as (
    select * from {{ ref('dim_lot') }}
),

heures as (
    select * from {{ ref('fct_heures') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

realisees as (
    select id_operation, sum(heures) as heures
    from heures
    group by id_operation
),

engagements_des_lots as (
    select id_operation, sum(heures_engagement) as heures
    from lots
    group by id_operation
),

suivies as (
    select
        operations.id_operation,
        operations.donneur_ordre,
        operations.operation,
        operations.secteur,
        operations.heures_engagement,
        cast(coalesce(realisees.heures, 0) as decimal(14, 2)) as heures_realisees,
        engagements_des_lots.heures as heures_engagement_lots,
        {{ jours_entre('operations.date_debut', 'operations.date_fin') }} as jours_prevus,
        {{ jours_entre('operations.date_debut', 'parametres.arrete_au') }} as jours_passes
    from operations
    cross join parametres
    left join realisees on operations.id_operation = realisees.id_operation
    left join engagements_des_lots on operations.id_operation = engagements_des_lots.id_operation
    where operations.statut <> 'Abandonné'
),

-- La durée écoulée va du début à l'arrêté, entre rien et toute la durée prévue. Une opération d'un seul jour est
-- écoulée dès que ce jour est passé. Sans ses deux dates, ou si la fin précède le début, elle ne se calcule pas.
durees as (
    select
        *,
        case
            when jours_prevus = 0 and jours_passes >= 0 then 1
            when jours_prevus = 0 then 0
            when jours_prevus > 0 then least(greatest(jours_passes, 0), jours_prevus)
        end as jours_ecoules,
        case
            when jours_prevus = 0 then 1
            when jours_prevus > 0 then jours_prevus
        end as duree
    from suivies
),

-- Retard ou avance : plus de 10 points entre les heures réalisées et la durée écoulée. L'écart se compare en nombres
-- exacts (les deux fractions multipliées par engagement × durée × 10) : à 10 points juste, l'opération est conforme.
ecarts as (
    select
        *,
        10 * (heures_realisees * duree - heures_engagement * jours_ecoules) as ecart,
        heures_engagement * duree as seuil
    from durees
),

final as (
    select
        id_operation,
        donneur_ordre,
        operation,
        secteur,
        heures_engagement,
        heures_realisees,
        {{ part('heures_realisees', 'heures_engagement') }} as taux_realisation,
        {{ part('jours_ecoules', 'duree') }} as part_duree_ecoulee,
        case
            when coalesce(heures_engagement, 0) = 0 then 'sans engagement'
            when duree is null then 'indéterminé'
            when ecart < -seuil then 'retard'
            when ecart > seuil then 'avance'
            else 'conforme'
        end as alerte,
        cast(heures_engagement_lots as decimal(14, 2)) as heures_engagement_lots
    from ecarts
)

select * from final
