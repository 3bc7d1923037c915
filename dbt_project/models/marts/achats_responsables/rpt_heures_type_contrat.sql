with heures as (
    select * from {{ ref('fct_heures') }}
),

sommes as (
    select annee, type_contrat, sum(heures) as heures
    from heures
    group by annee, type_contrat
),

final as (
    select
        annee,
        type_contrat,
        cast(heures as decimal(14, 2)) as heures,
        {{ part('heures', 'sum(heures) over (partition by annee)') }} as part
    from sommes
)

select * from final
