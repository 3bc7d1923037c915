with projets as (
    select * from {{ ref('stg_transverse__projets') }}
),

-- Chaque année a sa liste, telle qu'elle est reçue : core.dim_projet n'en garde que la dernière.
final as (
    select
        annee,
        code_projet,
        axe_principal,
        axes_secondaires,
        statut,
        _livraison,
        _feuille,
        _ligne
    from projets
)

select * from final
