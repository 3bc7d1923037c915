with source as (
    select * from {{ source('bronze', 'abc_clauses_heures') }}
),

final as (
    select
        -- clés
        id_contrat,
        mois,

        -- dates
        date_saisie,

        -- mesures
        heures,

        -- d'où vient la ligne
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
