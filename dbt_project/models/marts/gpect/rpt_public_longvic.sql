with demandeurs as (
    select demandeurs.*
    from {{ ref('int_gpect__demandeurs') }} as demandeurs
    inner join {{ source('bronze', 'parametres') }} as parametres on demandeurs.arrete_au = parametres.arrete_au
),

groupes as (
    {{ lignes_et_total('demandeurs', 'rome_domaine') }}
),

final as (
    select
        groupe as rome_domaine,
        count(distinct identifiant_id) as demandeurs,
        count(distinct case when courriel_valide then identifiant_id end) as courriels_valides
    from groupes
    group by groupe
)

select * from final
