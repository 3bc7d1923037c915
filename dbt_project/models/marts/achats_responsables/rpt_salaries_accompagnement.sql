with salaries as (
    select * from {{ ref('fct_salaries_annee') }}
),

final as (
    select
        annee,
        accompagnement,
        count(*) as salaries
    from salaries
    group by annee, accompagnement
)

select * from final
