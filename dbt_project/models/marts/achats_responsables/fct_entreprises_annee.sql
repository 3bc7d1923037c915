with heures as (
    select * from {{ ref('fct_heures') }}
),

heures_par_secteur as (
    select annee, structure_id, secteur, sum(heures) as heures
    from heures
    group by annee, structure_id, secteur
),

heures_par_type as (
    select annee, structure_id, type_employeur, sum(heures) as heures
    from heures
    group by annee, structure_id, type_employeur
),

-- Une entreprise d'une année y a plus de 0 heure. Une entreprise ordinaire compte dans le secteur où elle a fait le
-- plus d'heures ; à égalité, le BTP.
secteurs as (
    select
        annee,
        structure_id,
        secteur,
        sum(heures) over (partition by annee, structure_id) as heures,
        row_number() over (
            partition by annee, structure_id
            order by heures desc, {{ btp_d_abord('secteur') }}
        ) as rang
    from heures_par_secteur
),

-- Un employeur de deux types a celui de ses heures les plus nombreuses ; à égalité, le premier par ordre alphabétique.
types as (
    select
        annee,
        structure_id,
        type_employeur,
        row_number() over (partition by annee, structure_id order by heures desc, type_employeur asc) as rang
    from heures_par_type
),

-- Les structures d'insertion, adaptées ou de travail temporaire comptent sous leur type, quel que soit le secteur.
final as (
    select
        secteurs.annee,
        secteurs.structure_id,
        types.type_employeur,
        case when types.type_employeur = 'Entreprise' then secteurs.secteur else types.type_employeur end as categorie,
        cast(secteurs.heures as decimal(14, 2)) as heures
    from secteurs
    inner join types
        on
            secteurs.annee = types.annee
            and secteurs.structure_id = types.structure_id
            and types.rang = 1
    where secteurs.rang = 1 and secteurs.heures > 0
)

select * from final
