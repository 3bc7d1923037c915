with secteurs as (
    select * from {{ ref('int_rce__offres_par_secteur') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

final as (
    select
        secteurs.secteur,
        secteurs.entreprises_visitees,
        secteurs.entreprises_avec_offres,
        secteurs.offres,
        secteurs.postes_q,
        secteurs.postes_zg,
        secteurs.postes_nq,
        secteurs.offres_pourvues,
        secteurs.offres_en_cours,
        secteurs.offres_nsp,
        secteurs.postes_pourvus
    from secteurs
    inner join parametres on secteurs.arrete_au = parametres.arrete_au
)

select * from final
