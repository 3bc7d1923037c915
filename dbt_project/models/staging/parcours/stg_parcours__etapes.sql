with source as (
    select * from {{ source('bronze', 'parcours_etapes') }}
),

final as (
    select
        -- clés
        dispositif,
        id_participant,
        etape,
        personne_id,

        -- ce qui se lit
        cast(annee_naissance as integer) as annee_naissance,
        sexe,
        prescripteur,
        etablissement,

        -- dates
        date_etape,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
