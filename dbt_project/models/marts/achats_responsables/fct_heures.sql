with heures as (
    select * from {{ ref('int_abc_clauses__heures_rattachees') }}
),

-- Les orphelins sont retenus hors des faits : meta.orphelins les montre avec leurs heures.
final as (
    select
        id_contrat,
        mois,
        annee,
        cast(heures as decimal(12, 2)) as heures,
        id_operation,
        num_lot,
        personne_id,
        structure_id,
        donneur_ordre_id,
        secteur,
        type_contrat,
        modalite,
        type_employeur,
        _livraison,
        _feuille,
        _ligne
    from heures
    where parent_manquant is null
)

select * from final
