with contrats as (
    select * from {{ ref('stg_abc_clauses__contrats') }}
),

salaries as (
    select * from {{ ref('stg_abc_clauses__salaries') }}
),

operations as (
    select * from {{ ref('stg_abc_clauses__operations') }}
),

structures as (
    select * from {{ ref('int_structures__noms') }}
),

cles as (
    select
        *,
        {{ cle_nom('employeur') }} as cle_employeur
    from contrats
),

cles_operations as (
    select
        id_operation,
        secteur,
        {{ cle_nom('donneur_ordre') }} as cle_donneur_ordre
    from operations
),

-- Un contrat dont la personne ou l'opération est inconnue est un orphelin : il attend son parent, hors des faits.
final as (
    select
        cles.id_contrat,
        cles.id_operation,
        cles.num_lot,
        salaries.personne_id,
        employeurs.structure_id,
        donneurs.structure_id as donneur_ordre_id,
        cles_operations.secteur,
        cles.type_contrat,
        cles.modalite,
        cles.type_employeur,
        cles.embauche,
        cles.code_rome,
        cles.date_debut,
        cles.date_fin,
        case
            when salaries.id_salarie is null and cles_operations.id_operation is null then 'salarié et opération'
            when salaries.id_salarie is null then 'salarié'
            when cles_operations.id_operation is null then 'opération'
        end as parent_manquant,
        cles._livraison,
        cles._feuille,
        cles._ligne
    from cles
    left join salaries on cles.id_salarie = salaries.id_salarie
    left join cles_operations on cles.id_operation = cles_operations.id_operation
    left join structures as employeurs on cles.cle_employeur = employeurs.cle_nom
    left join structures as donneurs on cles_operations.cle_donneur_ordre = donneurs.cle_nom
)

select * from final
