with prescriptions as (
    select * from {{ ref('fct_prescriptions') }}
),

final as (
    select
        annee,
        prescripteur,
        secteur,
        count(*) as orientations,
        count(case when decision = 'Validé' then 1 end) as validees,
        count(case when decision = 'Invalidé' then 1 end) as invalidees,
        count(case when decision = 'En attente' then 1 end) as en_attente
    from prescriptions
    group by annee, prescripteur, secteur
)

select * from final
