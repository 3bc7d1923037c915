with source as (
    select * from {{ source('bronze', 'gpect_besoins') }}
),

final as (
    select
        -- clés
        demarche,
        entreprise,
        metier,

        -- ce qui se lit
        {{ non_renseigne('horizon') }} as horizon,

        -- dates
        date_besoin,

        -- mesures
        nb_postes,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
