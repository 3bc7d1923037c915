with participations as (
    select * from {{ ref('int_parcours__participations') }}
),

-- Une personne est dans un programme si un fait au moins l'y fait entrer, et depuis le premier de ceux-là ; les autres
-- faits (heures, décision, sortie, abandon) disent jusqu'à quand on le sait.
entrees as (
    select
        personne_id,
        programme,
        min(case when entree then date_fait end) as premiere_date,
        max(date_fait) as derniere_date
    from participations
    group by personne_id, programme
),

final as (
    select
        personne_id,
        programme,
        premiere_date,
        {{ annee('premiere_date') }} as annee,
        derniere_date
    from entrees
    where premiere_date is not null
)

select * from final
