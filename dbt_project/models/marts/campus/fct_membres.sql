with membres as (
    select * from {{ ref('int_campus__membres') }}
),

final as (
    select
        arrete_au,
        instance,
        college,
        cle_nom,
        _livraison,
        _feuille,
        _ligne
    from membres
)

select * from final
