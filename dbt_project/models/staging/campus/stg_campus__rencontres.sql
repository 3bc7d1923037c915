with source as (
    select * from {{ source('bronze', 'campus_rencontres') }}
),

final as (
    select
        -- clés
        id_rencontre,

        -- ce qui se lit
        cast(num_axe as integer) as num_axe,
        type_interlocuteur,
        organisme,
        mode_rencontre,
        objet,

        -- dates
        date_rencontre,

        -- mesures
        nb_personnes,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
