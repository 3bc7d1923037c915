with citees as (
    select * from {{ ref('int_structures__citees') }}
),

immatriculations as (
    select * from {{ ref('int_structures__immatriculations') }}
),

noms_rapproches as (
    select * from {{ ref('int_structures__noms') }}
),

identifiees as (
    select
        noms_rapproches.structure_id,
        citees.nom,
        citees.type_structure,
        citees.commune,
        citees.rang_source,
        citees.citations
    from citees
    inner join noms_rapproches on citees.cle_nom = noms_rapproches.cle_nom
),

-- Le nom montré est la graphie la plus fréquente dans la source qui fait foi : voir l'ordre d'int_structures__citees.
noms as (
    select
        structure_id,
        nom,
        row_number() over (
            partition by structure_id order by rang_source asc, sum(citations) desc, nom asc
        ) as rang
    from identifiees
    group by structure_id, rang_source, nom
),

-- Son SIRET est le plus fréquent, toutes sources ensemble : un établissement de plus ne fait pas une structure de plus.
-- Sans SIRET, un SIREN dit au moins l'entreprise.
numeros as (
    select
        noms_rapproches.structure_id,
        immatriculations.siret,
        immatriculations.siren,
        row_number() over (
            partition by noms_rapproches.structure_id
            order by
                case when immatriculations.siret is null then 1 else 0 end asc,
                sum(immatriculations.citations) desc,
                immatriculations.siret asc,
                immatriculations.siren asc
        ) as rang
    from immatriculations
    inner join noms_rapproches on immatriculations.cle_nom = noms_rapproches.cle_nom
    group by noms_rapproches.structure_id, immatriculations.siret, immatriculations.siren
),

types as (
    select
        structure_id,
        type_structure,
        row_number() over (
            partition by structure_id order by rang_source asc, sum(citations) desc, type_structure asc
        ) as rang
    from identifiees
    where type_structure is not null
    group by structure_id, rang_source, type_structure
),

communes as (
    select
        structure_id,
        commune,
        {{ rang_graphie(['structure_id'], 'sum(citations)', 'commune') }} as rang
    from identifiees
    where commune is not null
    group by structure_id, commune
),

final as (
    select
        noms.structure_id,
        noms.nom,
        numeros.siret,
        numeros.siren,
        types.type_structure as type,
        communes.commune
    from noms
    left join numeros on noms.structure_id = numeros.structure_id and numeros.rang = 1
    left join types on noms.structure_id = types.structure_id and types.rang = 1
    left join communes on noms.structure_id = communes.structure_id and communes.rang = 1
    where noms.rang = 1
)

select * from final
