with operations as (
    select * from {{ ref('dim_operation') }}
),

heures as (
    select * from {{ ref('fct_heures') }}
),

structures as (
    select * from {{ ref('dim_structure') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

heures_par_operation as (
    select annee, donneur_ordre_id, id_operation, sum(heures) as heures
    from heures
    group by annee, donneur_ordre_id, id_operation
),

-- Un donneur d'ordre est actif une année si l'une de ses opérations y a plus de 0 heure.
activite as (
    select
        annee,
        donneur_ordre_id,
        count(*) as operations_actives,
        sum(heures) as heures
    from heures_par_operation
    where heures > 0
    group by annee, donneur_ordre_id
),

-- Une consultation compte à sa date, quel que soit le statut de l'opération, avec les heures que l'opération engage.
-- Celle d'après l'arrêté n'a pas encore eu lieu.
consultations as (
    select
        {{ annee('operations.date_consultation') }} as annee,
        operations.donneur_ordre_id,
        count(*) as consultations,
        sum(operations.heures_engagement) as heures_engagees
    from operations
    cross join parametres
    where operations.date_consultation <= parametres.arrete_au
    group by {{ annee('operations.date_consultation') }}, operations.donneur_ordre_id
),

reunis as (
    select
        annee,
        donneur_ordre_id,
        operations_actives,
        heures,
        0 as consultations,
        cast(0 as decimal(14, 2)) as heures_engagees
    from activite
    union all
    select
        annee,
        donneur_ordre_id,
        0 as operations_actives,
        cast(0 as decimal(14, 2)) as heures,
        consultations,
        coalesce(heures_engagees, 0) as heures_engagees
    from consultations
),

final as (
    select
        reunis.annee,
        structures.nom as donneur_ordre,
        cast(sum(reunis.operations_actives) as bigint) as operations_actives,
        cast(sum(reunis.heures) as decimal(14, 2)) as heures,
        cast(sum(reunis.consultations) as bigint) as consultations,
        cast(sum(reunis.heures_engagees) as decimal(14, 2)) as heures_engagees_consultees
    from reunis
    inner join structures on reunis.donneur_ordre_id = structures.structure_id
    group by reunis.annee, reunis.donneur_ordre_id, structures.nom
)

select * from final
