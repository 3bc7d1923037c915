with besoins as (
    select * from {{ ref('fct_besoins') }}
),

final as (
    select
        demarche,
        metier,
        cast(sum(postes) as bigint) as postes
    from besoins
    group by demarche, metier
)

select * from final
