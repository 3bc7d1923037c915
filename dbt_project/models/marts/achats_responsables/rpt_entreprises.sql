with entreprises as (
    select * from {{ ref('fct_entreprises_annee') }}
),

final as (
    select
        annee,
        categorie,
        count(*) as entreprises
    from entreprises
    group by annee, categorie
)

select * from final
