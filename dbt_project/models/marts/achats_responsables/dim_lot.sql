with lots as (
    select * from {{ ref('stg_abc_clauses__lots') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

cles as (
    select
        *,
        {{ cle_nom('attributaire') }} as cle_attributaire
    from lots
),

final as (
    select
        cles.id_operation,
        cles.num_lot,
        cles.lot,
        noms.structure_id,
        cles.type_structure,
        cles.reserve,
        cles.heures_engagement,
        cles._livraison,
        cles._feuille,
        cles._ligne
    from cles
    left join noms on cles.cle_attributaire = noms.cle_nom
)

select * from final
