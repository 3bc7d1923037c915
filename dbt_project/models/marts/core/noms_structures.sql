with noms as (
    select * from {{ ref('int_structures__noms') }}
),

final as (
    select
        cle_nom,
        structure_id
    from noms
)

select * from final
