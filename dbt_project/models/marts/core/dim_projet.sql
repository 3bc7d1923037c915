with projets as (
    select * from {{ ref('stg_transverse__projets') }}
),

-- Chaque année a sa liste ; un projet est décrit par la dernière liste où il figure.
derniers as (
    {{ derniere_livraison('projets', ['code_projet'], avant=['annee']) }}
),

final as (
    select
        code_projet,
        projet,
        axe_principal,
        axes_secondaires,
        statut,
        annee
    from derniers
)

select * from final
