with operations as (
    select * from {{ ref('stg_abc_clauses__operations') }}
),

structures as (
    select * from {{ ref('dim_structure') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

articles as (
    select * from {{ ref('articles_loi') }}
),

datees as (
    select
        *,
        {{ cle_nom('donneur_ordre') }} as cle_donneur_ordre,
        coalesce(date_consultation, date_notification, date_debut) as date_reference
    from operations
),

-- Un même article peut changer de sens avec le texte en vigueur : on lit celui du jour où l'opération commence
-- d'exister, à défaut le dernier connu.
versions as (
    select
        datees.id_operation,
        articles.usage as usage_juridique,
        row_number() over (
            partition by datees.id_operation
            order by
                case
                    when
                        datees.date_reference >= coalesce(articles.du, datees.date_reference)
                        and datees.date_reference <= coalesce(articles.au, datees.date_reference)
                        then 0
                    else 1
                end asc,
                coalesce(articles.au, {{ fin_ouverte() }}) desc
        ) as rang
    from datees
    inner join articles on datees.base_juridique = articles.base_juridique
),

final as (
    select
        datees.id_operation,
        datees.operation,
        noms.structure_id as donneur_ordre_id,
        structures.nom as donneur_ordre,
        datees.secteur,
        datees.base_juridique,
        versions.usage_juridique,
        datees.nature,
        datees.code_commune,
        datees.date_consultation,
        datees.date_notification,
        datees.date_debut,
        datees.date_fin,
        datees.heures_engagement,
        datees.statut,
        datees._livraison,
        datees._feuille,
        datees._ligne
    from datees
    inner join noms on datees.cle_donneur_ordre = noms.cle_nom
    inner join structures on noms.structure_id = structures.structure_id
    left join versions on datees.id_operation = versions.id_operation and versions.rang = 1
)

select * from final
