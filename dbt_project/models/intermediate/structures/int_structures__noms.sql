with rapprochees as (
    select * from {{ ref('int_structures__rapprochees') }}
),

final as (
    select distinct cle_nom, structure_id
    from rapprochees
)

select * from final
