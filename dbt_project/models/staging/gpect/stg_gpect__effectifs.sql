with source as (
    select * from {{ source('bronze', 'emfor_effectifs') }}
),

final as (
    select
        -- clés
        secteur,
        territoire,
        cast(annee as integer) as annee,

        -- mesures
        effectif_salarie,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
