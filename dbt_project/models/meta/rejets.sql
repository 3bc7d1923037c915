with rejets as (
    select * from {{ source('bronze', 'rejets') }}
),

final as (
    select
        livraison,
        fichier,
        feuille,
        ligne,
        colonne,
        motif
    from rejets
)

select * from final
