with fiches_actions as (
    select * from {{ ref('int_gpect__fiches_actions') }}
),

final as (
    select
        arrete_au,
        code_projet,
        num_axe,
        axe_strategique,
        fiche,
        intitule,
        statut,
        _livraison,
        _feuille,
        _ligne
    from fiches_actions
)

select * from final
