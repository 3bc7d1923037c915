with immatriculations as (
    select * from {{ ref('int_structures__immatriculations') }}
),

decisions as (
    select * from {{ ref('int_structures__decisions') }}
),

noms_rapproches as (
    select * from {{ ref('int_structures__noms') }}
),

ressemblances as (
    select * from {{ ref('int_structures__ressemblances') }}
),

structures as (
    select * from {{ ref('dim_structure') }}
),

-- 1. Deux structures qui citent le même SIREN, ou un même SIRET qu'une décision empêche de les réunir : chacune se
-- compare à celle qui le cite le plus, d'abord parmi celles qui ont un établissement.
numeros as (
    select
        noms_rapproches.structure_id,
        immatriculations.siret as numero,
        immatriculations.siret,
        immatriculations.citations
    from immatriculations
    inner join noms_rapproches on immatriculations.cle_nom = noms_rapproches.cle_nom
    where immatriculations.siret is not null

    union all

    select
        noms_rapproches.structure_id,
        immatriculations.siren as numero,
        immatriculations.siret,
        immatriculations.citations
    from immatriculations
    inner join noms_rapproches on immatriculations.cle_nom = noms_rapproches.cle_nom
),

par_numero as (
    select
        numero,
        structure_id,
        count(siret) as sirets,
        row_number() over (
            partition by numero
            order by case when count(siret) > 0 then 0 else 1 end asc, sum(citations) desc, structure_id asc
        ) as rang
    from numeros
    group by numero, structure_id
),

memes_numeros as (
    select
        premiere.structure_id as structure_id_un,
        autre.structure_id as structure_id_autre,
        case when length(premiere.numero) = 14 then 1.0 else 0.9 end as score,
        case
            when length(premiere.numero) = 14 then 'même SIRET'
            when autre.sirets = 0 then 'même SIREN, établissement non précisé'
            else 'même SIREN, établissements différents'
        end as motif
    from par_numero as premiere
    inner join par_numero as autre on premiere.numero = autre.numero
    where premiere.rang = 1 and autre.rang > 1
),

-- 2. Deux noms qui se ressemblent. Deux SIREN différents disent deux entreprises : il faut alors des noms proches, et
-- le score est de moitié.
comparees as (
    select
        ressemblances.structure_id_un,
        ressemblances.structure_id_autre,
        ressemblances.ressemblance,
        ressemblances.proches,
        coalesce(une.siren <> autre.siren, false) as sirens_differents
    from ressemblances
    inner join structures as une on ressemblances.structure_id_un = une.structure_id
    inner join structures as autre on ressemblances.structure_id_autre = autre.structure_id
),

noms_ressemblants as (
    select
        structure_id_un,
        structure_id_autre,
        case when sirens_differents then ressemblance / 2 else ressemblance end as score,
        case
            when sirens_differents then 'noms proches, SIREN différents'
            when proches then 'noms proches'
            else 'un nom contient l''autre'
        end as motif
    from comparees
    where proches or not sirens_differents
),

couples as (
    select structure_id_un, structure_id_autre, score, motif from memes_numeros

    union all

    select structure_id_un, structure_id_autre, score, motif from noms_ressemblants
),

ordonnes as (
    select
        least(structure_id_un, structure_id_autre) as structure_id_a,
        greatest(structure_id_un, structure_id_autre) as structure_id_b,
        score,
        motif
    from couples
),

classes as (
    select
        structure_id_a,
        structure_id_b,
        score,
        motif,
        row_number() over (partition by structure_id_a, structure_id_b order by score desc, motif asc) as rang
    from ordonnes
),

-- Ce qu'une personne a dit différent ne se propose plus.
decides as (
    select distinct
        least(un.structure_id, autre.structure_id) as structure_id_a,
        greatest(un.structure_id, autre.structure_id) as structure_id_b
    from decisions
    inner join noms_rapproches as un on decisions.cle_a = un.cle_nom
    inner join noms_rapproches as autre on decisions.cle_b = autre.cle_nom
),

final as (
    select
        classes.structure_id_a,
        structures_a.nom as nom_a,
        structures_a.siret as siret_a,
        classes.structure_id_b,
        structures_b.nom as nom_b,
        structures_b.siret as siret_b,
        cast(classes.score as double) as score,
        classes.motif,
        concat(
            '"', replace(structures_a.nom, '"', '""'), '","', replace(structures_b.nom, '"', '""'), '",meme,,,'
        ) as ligne_a_ecrire
    from classes
    inner join structures as structures_a on classes.structure_id_a = structures_a.structure_id
    inner join structures as structures_b on classes.structure_id_b = structures_b.structure_id
    left join decides
        on classes.structure_id_a = decides.structure_id_a and classes.structure_id_b = decides.structure_id_b
    where classes.rang = 1 and decides.structure_id_a is null
)

select * from final
