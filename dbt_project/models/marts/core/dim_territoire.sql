with communes as (
    select * from {{ ref('communes') }}
),

final as (
    select
        code_commune,
        commune,
        code_epci,
        epci,
        du,
        au
    from communes
)

select * from final
