with reponses as (
    select * from {{ ref('fct_reponses_zti') }}
),

groupees as (
    {{ lignes_et_total('reponses', 'type_commerce') }}
),

final as (
    select
        groupe as type_commerce,
        count(*) as repondants,
        count(case when appui_rh then 1 end) as appui_rh,
        count(case when appui_numerique then 1 end) as appui_numerique
    from groupees
    group by groupe
)

select * from final
