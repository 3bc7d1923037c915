with rencontres as (
    select * from {{ ref('fct_rencontres') }}
),

final as (
    select
        annee,
        num_axe,
        type_interlocuteur,
        count(*) as rencontres,
        cast(sum(personnes) as bigint) as personnes
    from rencontres
    group by annee, num_axe, type_interlocuteur
)

select * from final
