with source as (
    select * from {{ source('bronze', 'rce_offres') }}
),

final as (
    select
        -- clés
        num_offre,

        -- ce qui se lit
        secteur,
        entreprise,
        siret,
        metier,
        pourvue,

        -- dates
        date_offre,

        -- mesures
        coalesce(postes_qualifies, 0) as postes_qualifies,
        coalesce(postes_zone_grise, 0) as postes_zone_grise,
        coalesce(postes_non_qualifies, 0) as postes_non_qualifies,
        coalesce(postes_pourvus, 0) as postes_pourvus,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
