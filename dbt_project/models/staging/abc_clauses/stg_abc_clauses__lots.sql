with source as (
    select * from {{ source('bronze', 'abc_clauses_lots') }}
),

final as (
    select
        -- clés
        id_operation,
        num_lot,

        -- ce qui se lit
        lot,
        attributaire,
        siret_attributaire,
        type_structure,
        coalesce(reserve, false) as reserve,

        -- mesures
        heures_engagement,

        -- d'où vient la ligne
        _livraison,
        _feuille,
        _ligne
    from source
)

select * from final
