with source as (
    select * from {{ source('bronze', 'abc_clauses_operations') }}
),

final as (
    select
        -- clés
        id_operation,

        -- ce qui se lit
        operation,
        donneur_ordre,
        siret_donneur_ordre,
        type_donneur_ordre,
        secteur,
        base_juridique,
        nature,
        code_commune,
        statut,

        -- dates
        date_consultation,
        date_notification,
        date_debut,
        date_fin,

        -- mesures
        heures_engagement,

        -- d'où vient la ligne
        _livraison,
        _feuille,
        _ligne
    from source
)

select * from final
