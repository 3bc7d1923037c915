with anomalies as (
    select * from {{ source('bronze', 'anomalies') }}
),

final as (
    select
        livraison,
        fichier,
        feuille,
        ligne,
        colonne,
        motif
    from anomalies
)

select * from final
