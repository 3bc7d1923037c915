-- Les structures telles que les fichiers les citent, sans encore dire lesquelles n'en font qu'une.
with operations as (
    select * from {{ ref('stg_abc_clauses__operations') }}
),

contrats as (
    select * from {{ ref('stg_abc_clauses__contrats') }}
),

lots as (
    select * from {{ ref('stg_abc_clauses__lots') }}
),

contacts as (
    select * from {{ ref('stg_abc_clauses__contacts') }}
),

-- Le rang dit quelle source fait foi pour nommer une structure : celle où elle joue son rôle avant celle qui la cite.
citations as (
    select 1 as rang_source, donneur_ordre as nom, siret_donneur_ordre as siret, type_donneur_ordre as type_structure
    from operations
    union all
    select 2 as rang_source, employeur as nom, siret_employeur as siret, type_employeur as type_structure
    from contrats
    union all
    select 3 as rang_source, attributaire as nom, siret_attributaire as siret, type_structure
    from lots
    union all
    select 4 as rang_source, structure as nom, siret, cast(null as varchar) as type_structure
    from contacts
),

comptees as (
    select rang_source, nom, siret, type_structure, count(*) as citations
    from citations
    where nom is not null
    group by rang_source, nom, siret, type_structure
),

final as (
    select
        {{ cle_nom('nom') }} as cle_nom,
        nom,
        siret,
        type_structure,
        rang_source,
        citations
    from comptees
)

select * from final
