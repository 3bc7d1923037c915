with source as (
    select * from {{ source('bronze', 'eco_structures') }}
),

final as (
    select
        -- clés
        structure,

        -- ce qui se lit
        coalesce(locale, false) as locale,
        {{ non_renseigne('champ') }} as champ,
        cast(annee_creation as integer) as annee_creation,

        -- mesures
        nb_entretiens,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
