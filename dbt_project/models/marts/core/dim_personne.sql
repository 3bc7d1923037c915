with fiches as (
    select * from {{ ref('int_personnes__fiches') }}
),

final as (
    select
        personne_id,
        sexe,
        annee_naissance,
        qpv,
        niveau_formation
    from fiches
)

select * from final
