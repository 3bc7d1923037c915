with mouvements as (
    select * from {{ source('bronze', 'mouvements_personnes') }}
),

final as (
    select
        nuit,
        evenement,
        avant,
        personne_id,
        motif
    from mouvements
)

select * from final
