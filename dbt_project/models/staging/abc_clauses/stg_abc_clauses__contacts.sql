with source as (
    select * from {{ source('bronze', 'abc_clauses_contacts') }}
),

final as (
    select
        -- clés
        id_contact,
        id_operation,

        -- ce qui se lit
        interlocuteur,
        structure,
        siret,
        canal,
        objet,

        -- dates
        date_contact,

        -- d'où vient la ligne
        _livraison,
        _feuille,
        _ligne
    from source
)

select * from final
