with livraisons as (
    select * from {{ source('bronze', 'livraisons') }}
),

final as (
    select
        livraison,
        source,
        fichier,
        recu_le,
        octets,
        lignes_lues,
        chargees,
        rejetees,
        laissees,
        statut,
        motif
    from livraisons
)

select * from final
