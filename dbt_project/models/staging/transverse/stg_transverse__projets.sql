with source as (
    select * from {{ source('bronze', 'projets') }}
),

final as (
    select
        -- clés
        code_projet,

        -- ce qui se lit
        projet,
        axe_principal,
        axes_secondaires,
        statut,

        -- d'où vient la ligne
        _annee_fichier as annee,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
