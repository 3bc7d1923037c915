with source as (
    select * from {{ source('bronze', 'cent_chances_suivi') }}
),

final as (
    select
        -- clés
        id_candidat,

        -- ce qui se lit
        {{ non_renseigne('type_sortie') }} as type_sortie,
        employeur,

        -- dates
        date_entree,
        date_sortie,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
