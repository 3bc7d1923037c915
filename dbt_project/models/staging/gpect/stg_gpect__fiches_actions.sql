with source as (
    select * from {{ source('bronze', 'plan_actions') }}
),

final as (
    select
        -- clés
        code_projet,
        fiche,

        -- ce qui se lit
        cast(num_axe as integer) as num_axe,
        axe_strategique,
        intitule,
        pilote,
        statut,
        echeance,
        point_etape,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
