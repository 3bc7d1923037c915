with etapes as (
    select * from {{ ref('fct_etapes') }}
),

-- Personnes distinctes, l'année où elles ont franchi l'étape.
final as (
    select
        dispositif,
        annee,
        etape,
        rang,
        count(distinct personne_id) as effectif
    from etapes
    group by dispositif, annee, etape, rang
)

select * from final
