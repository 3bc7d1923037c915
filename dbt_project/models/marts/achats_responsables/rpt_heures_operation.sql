with heures as (
    select * from {{ ref('fct_heures') }}
),

operations as (
    select * from {{ ref('dim_operation') }}
),

-- Une opération est active une année si elle y a plus de 0 heure.
actives as (
    select annee, id_operation, sum(heures) as heures
    from heures
    group by annee, id_operation
    having sum(heures) > 0
),

-- Tous secteurs ensemble, la plus grosse d'abord ; à égalité, par numéro d'opération.
final as (
    select
        actives.annee,
        row_number() over (
            partition by actives.annee
            order by actives.heures desc, actives.id_operation asc
        ) as rang,
        operations.donneur_ordre,
        operations.operation,
        operations.secteur,
        cast(actives.heures as decimal(14, 2)) as heures,
        actives.id_operation
    from actives
    inner join operations on actives.id_operation = operations.id_operation
)

select * from final
