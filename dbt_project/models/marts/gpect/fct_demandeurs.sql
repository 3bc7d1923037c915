with demandeurs as (
    select * from {{ ref('int_gpect__demandeurs') }}
),

final as (
    select
        arrete_au,
        identifiant_id,
        rome_domaine,
        courriel_valide,
        _livraison,
        _feuille,
        _ligne
    from demandeurs
)

select * from final
