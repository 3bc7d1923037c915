with fiches as (
    select fiches.*
    from {{ ref('int_gpect__fiches_actions') }} as fiches
    inner join {{ source('bronze', 'parametres') }} as parametres on fiches.arrete_au = parametres.arrete_au
),

-- Un axe se reconnaît à son numéro dans le projet ; il se montre dans sa graphie la plus fréquente.
axes as (
    select
        code_projet,
        num_axe,
        axe_strategique,
        {{ rang_graphie(['code_projet', 'num_axe'], 'count(*)', 'axe_strategique') }} as rang
    from fiches
    group by code_projet, num_axe, axe_strategique
),

final as (
    select
        fiches.code_projet,
        fiches.num_axe,
        axes.axe_strategique,
        count(*) as fiches,
        count(case when fiches.statut = 'Réalisé' then 1 end) as realise,
        count(case when fiches.statut = 'En cours' then 1 end) as en_cours,
        count(case when fiches.statut = 'Non démarré' then 1 end) as non_demarre,
        count(case when fiches.statut = 'Non traité' then 1 end) as non_traite,
        count(case when fiches.statut = 'Reporté' then 1 end) as reporte
    from fiches
    inner join axes on fiches.code_projet = axes.code_projet and fiches.num_axe = axes.num_axe and axes.rang = 1
    group by fiches.code_projet, fiches.num_axe, axes.axe_strategique
)

select * from final
