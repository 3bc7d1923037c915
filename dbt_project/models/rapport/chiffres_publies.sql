with imprimes as (
    select * from {{ ref('chiffres_imprimes') }}
),

final as (
    select
        code,
        {{ annee('periode_fin') }} as annee,
        periode_debut,
        periode_fin,
        cast(valeur as double) as valeur,
        unite,
        cast(tolerance as double) as tolerance,
        statut,
        note,
        libelle,
        axe,
        sources
    from imprimes
)

select * from final
