with heures as (
    select * from {{ ref('fct_heures') }}
),

sommes as (
    select annee, secteur, sum(heures) as heures
    from heures
    group by annee, secteur
),

final as (
    select
        annee,
        secteur,
        cast(heures as decimal(14, 2)) as heures,
        {{ part('heures', 'sum(heures) over (partition by annee)') }} as part
    from sommes
)

select * from final
