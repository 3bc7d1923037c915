with types_contrat as (
    select * from {{ ref('types_contrat') }}
),

final as (
    select
        type_contrat,
        libelle,
        contrat_de_travail,
        insertion,
        du,
        au
    from types_contrat
)

select * from final
