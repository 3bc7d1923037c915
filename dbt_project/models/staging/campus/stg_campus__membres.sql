with source as (
    select * from {{ source('bronze', 'campus_membres') }}
),

final as (
    select
        -- clés
        instance,
        organisme,

        -- ce qui se lit
        college,
        thematique,
        territoire,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
