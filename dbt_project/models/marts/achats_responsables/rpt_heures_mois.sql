with heures as (
    select * from {{ ref('fct_heures') }}
),

final as (
    select
        annee,
        {{ mois('mois') }} as mois,
        secteur,
        cast(sum(heures) as decimal(14, 2)) as heures
    from heures
    group by annee, {{ mois('mois') }}, secteur
)

select * from final
