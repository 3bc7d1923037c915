with offres as (
    select * from {{ ref('stg_rce__offres') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

final as (
    select
        offres.num_offre,
        offres.date_offre,
        {{ annee('offres.date_offre') }} as annee,
        offres.secteur,
        noms.structure_id,
        offres.metier,
        offres.postes_qualifies,
        offres.postes_zone_grise,
        offres.postes_non_qualifies,
        offres.pourvue,
        offres.postes_pourvus,
        offres._livraison,
        offres._feuille,
        offres._ligne
    from offres
    cross join parametres
    left join noms on {{ cle_nom('offres.entreprise') }} = noms.cle_nom
    where offres.date_offre <= parametres.arrete_au
)

select * from final
