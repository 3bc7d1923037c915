with personnes as (
    select * from {{ ref('int_abc_clauses__personnes') }}
),

final as (
    select
        personne_id,
        sexe,
        annee_naissance,
        qpv,
        niveau_formation
    from personnes
)

select * from final
