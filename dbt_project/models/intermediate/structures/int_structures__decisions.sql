with alias_structures as (
    select * from {{ ref('alias_structures') }}
),

decisions as (
    select
        {{ cle_nom('nom') }} as cle_nom,
        {{ cle_nom('nom_retenu') }} as cle_retenue,
        decision
    from alias_structures
),

-- Une décision vaut dans les deux sens.
final as (
    select
        least(cle_nom, cle_retenue) as cle_a,
        greatest(cle_nom, cle_retenue) as cle_b,
        decision
    from decisions
)

select * from final
