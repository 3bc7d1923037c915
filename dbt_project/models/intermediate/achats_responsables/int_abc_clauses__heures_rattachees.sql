with heures as (
    select * from {{ ref('int_abc_clauses__heures_dernieres') }}
),

contrats as (
    select * from {{ ref('int_abc_clauses__contrats_rattaches') }}
),

-- Des heures d'un contrat inconnu, ou d'un contrat lui-même orphelin, attendent leur parent hors des faits.
final as (
    select
        heures.id_contrat,
        heures.mois,
        heures.annee,
        heures.heures,
        contrats.id_operation,
        contrats.num_lot,
        contrats.personne_id,
        contrats.structure_id,
        contrats.donneur_ordre_id,
        contrats.secteur,
        contrats.type_contrat,
        contrats.modalite,
        contrats.type_employeur,
        contrats.date_debut,
        contrats.date_fin,
        case when contrats.id_contrat is null then 'contrat' else contrats.parent_manquant end as parent_manquant,
        heures._livraison,
        heures._feuille,
        heures._ligne
    from heures
    left join contrats on heures.id_contrat = contrats.id_contrat
)

select * from final
