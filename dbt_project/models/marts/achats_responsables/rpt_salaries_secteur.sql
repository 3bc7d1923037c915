with salaries as (
    select * from {{ ref('fct_salaries_annee') }}
),

final as (
    select
        annee,
        secteur,
        count(*) as salaries,
        count(case when sexe = 'F' then 1 end) as femmes,
        count(case when qpv then 1 end) as qpv
    from salaries
    group by annee, secteur
)

select * from final
