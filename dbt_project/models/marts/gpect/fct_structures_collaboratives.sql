with structures_collaboratives as (
    select * from {{ ref('int_gpect__structures_collaboratives') }}
),

final as (
    select
        arrete_au,
        structure_id,
        champ,
        locale,
        annee_creation,
        nb_entretiens,
        _livraison,
        _feuille,
        _ligne
    from structures_collaboratives
)

select * from final
