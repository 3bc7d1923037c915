with source as (
    select * from {{ source('bronze', 'rce_visites') }}
),

final as (
    select
        -- clés
        entreprise,

        -- ce qui se lit
        siret,
        commune,
        secteur,
        coalesce(adherent_club, false) as adherent_club,
        coalesce(artisan, false) as artisan,
        {{ non_renseigne('origine') }} as origine,
        coalesce(besoin_recrutement, false) as besoin_recrutement,
        thematiques,

        -- dates
        date_visite,

        -- mesures
        effectif,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
