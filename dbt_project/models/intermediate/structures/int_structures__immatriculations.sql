with citees as (
    select * from {{ ref('int_structures__citees') }}
),

decisions as (
    select * from {{ ref('int_structures__decisions') }}
),

par_decision as (
    select * from {{ ref('int_structures__par_decision') }}
),

citations as (
    select
        par_decision.groupe,
        citees.cle_nom,
        citees.siret,
        citees.siren,
        sum(citees.citations) as citations
    from citees
    inner join par_decision on citees.cle_nom = par_decision.cle_nom
    where citees.siren is not null
    group by par_decision.groupe, citees.cle_nom, citees.siret, citees.siren
),

par_groupe as (
    select
        groupe,
        siret,
        sum(citations) as citations
    from citations
    where siret is not null
    group by groupe, siret
),

differentes as (
    select
        un.groupe,
        autre.groupe as autre_groupe
    from decisions
    inner join par_decision as un on decisions.cle_a = un.cle_nom
    inner join par_decision as autre on decisions.cle_b = autre.cle_nom
    where decisions.decision = 'differentes'
),

differentes_dans_les_deux_sens as (
    select
        groupe,
        autre_groupe
    from differentes

    union distinct

    select
        autre_groupe as groupe,
        groupe as autre_groupe
    from differentes
),

-- Un SIRET cité sous deux noms qu'une personne dit différents est mal recopié sous l'un des deux : il reste à celui qui
-- le cite le plus (à égalité, au premier par ordre alphabétique), l'autre ne va plus que par son nom.
mal_recopies as (
    select distinct
        par_groupe.groupe,
        par_groupe.siret
    from par_groupe
    inner join differentes_dans_les_deux_sens as differentes on par_groupe.groupe = differentes.groupe
    inner join par_groupe as autre
        on differentes.autre_groupe = autre.groupe and par_groupe.siret = autre.siret
    where
        autre.citations > par_groupe.citations
        or (autre.citations = par_groupe.citations and autre.groupe < par_groupe.groupe)
),

final as (
    select
        citations.cle_nom,
        citations.siret,
        citations.siren,
        citations.citations
    from citations
    left join mal_recopies
        on citations.groupe = mal_recopies.groupe and citations.siret = mal_recopies.siret
    where mal_recopies.siret is null
)

select * from final
