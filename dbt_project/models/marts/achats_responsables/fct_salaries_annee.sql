with heures as (
    select * from {{ ref('fct_heures') }}
),

personnes as (
    select * from {{ ref('int_abc_clauses__personnes') }}
),

heures_par_secteur as (
    select annee, personne_id, secteur, sum(heures) as heures
    from heures
    group by annee, personne_id, secteur
),

-- Une personne compte une fois, dans le secteur où elle a fait le plus d'heures dans l'année ; à égalité, le BTP.
secteurs as (
    select
        annee,
        personne_id,
        secteur,
        sum(heures) over (partition by annee, personne_id) as heures,
        row_number() over (
            partition by annee, personne_id
            order by heures desc, {{ btp_d_abord('secteur') }}
        ) as rang
    from heures_par_secteur
),

-- Un salarié d'une année y a plus de 0 heure. Ce qui le décrit est sa fiche la plus récente.
final as (
    select
        secteurs.annee,
        secteurs.personne_id,
        secteurs.secteur,
        cast(secteurs.heures as decimal(14, 2)) as heures,
        personnes.sexe,
        personnes.qpv,
        personnes.accompagnement
    from secteurs
    inner join personnes on secteurs.personne_id = personnes.personne_id
    where secteurs.rang = 1 and secteurs.heures > 0
)

select * from final
