with visites as (
    select * from {{ ref('fct_rce_visites') }}
),

offres as (
    select * from {{ ref('fct_rce_offres') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

faits as (
    select date_visite as date_fait from visites
    union all
    select date_offre as date_fait from offres
),

arretes as (
    {{ arretes('faits', 'date_fait') }}
),

-- Une entreprise compte une fois, dans le secteur de sa dernière visite…
visitees as (
    select
        arretes.arrete_au,
        visites.secteur,
        row_number() over (
            partition by arretes.arrete_au, visites.structure_id
            order by visites.date_visite desc, visites._ligne desc
        ) as ordre
    from arretes
    inner join visites on arretes.arrete_au >= visites.date_visite
),

-- … et celle qui a des offres, dans le secteur de la dernière.
offres_datees as (
    select
        arretes.arrete_au,
        offres.*,
        row_number() over (
            partition by arretes.arrete_au, offres.structure_id
            order by offres.date_offre desc, offres._ligne desc
        ) as ordre
    from arretes
    inner join offres on arretes.arrete_au >= offres.date_offre
),

lignes as (
    select
        arrete_au,
        secteur,
        1 as entreprises_visitees,
        0 as entreprises_avec_offres,
        0 as offres,
        0 as postes_q,
        0 as postes_zg,
        0 as postes_nq,
        0 as offres_pourvues,
        0 as offres_en_cours,
        0 as offres_nsp,
        0 as postes_pourvus
    from visitees
    where ordre = 1
    union all
    select
        arrete_au,
        secteur,
        0 as entreprises_visitees,
        case when ordre = 1 then 1 else 0 end as entreprises_avec_offres,
        1 as offres,
        postes_qualifies as postes_q,
        postes_zone_grise as postes_zg,
        postes_non_qualifies as postes_nq,
        case when pourvue = 'O' then 1 else 0 end as offres_pourvues,
        case when pourvue = 'En cours' then 1 else 0 end as offres_en_cours,
        case when pourvue = 'NSP' then 1 else 0 end as offres_nsp,
        postes_pourvus
    from offres_datees
),

groupees as (
    {{ lignes_et_total('lignes', 'secteur') }}
),

final as (
    select
        arrete_au,
        groupe as secteur,
        cast(sum(entreprises_visitees) as bigint) as entreprises_visitees,
        cast(sum(entreprises_avec_offres) as bigint) as entreprises_avec_offres,
        cast(sum(offres) as bigint) as offres,
        cast(sum(postes_q) as bigint) as postes_q,
        cast(sum(postes_zg) as bigint) as postes_zg,
        cast(sum(postes_nq) as bigint) as postes_nq,
        cast(sum(offres_pourvues) as bigint) as offres_pourvues,
        cast(sum(offres_en_cours) as bigint) as offres_en_cours,
        cast(sum(offres_nsp) as bigint) as offres_nsp,
        cast(sum(postes_pourvus) as bigint) as postes_pourvus
    from groupees
    group by arrete_au, groupe
)

select * from final
