with source as (
    select * from {{ source('bronze', 'abc_clauses_contrats') }}
),

final as (
    select
        -- clés
        id_contrat,
        id_salarie,
        id_operation,
        num_lot,

        -- ce qui se lit
        employeur,
        siret_employeur,
        type_employeur,
        type_contrat,
        {{ non_renseigne('modalite') }} as modalite,
        coalesce(embauche, false) as embauche,
        code_rome,

        -- dates
        date_debut,
        date_fin,

        -- d'où vient la ligne
        _livraison,
        _feuille,
        _ligne
    from source
)

select * from final
