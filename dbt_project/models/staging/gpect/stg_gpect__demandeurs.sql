with source as (
    select * from {{ source('bronze', 'pole_emploi_longvic') }}
),

final as (
    select
        -- clés
        identifiant_id,
        personne_id,

        -- ce qui se lit
        cast(annee_naissance as integer) as annee_naissance,
        code_postal,
        rome_1,
        rome_2,
        coalesce(courriel_valide, false) as courriel_valide,
        coalesce(telephone_valide, false) as telephone_valide,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
