with effectifs as (
    select * from {{ ref('int_gpect__effectifs') }}
),

final as (
    select
        cle_secteur,
        cle_territoire,
        annee,
        effectif_salarie,
        _livraison,
        _feuille,
        _ligne
    from effectifs
)

select * from final
