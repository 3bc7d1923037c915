with embauches as (
    select * from {{ ref('fct_embauches') }}
),

personnes as (
    select * from {{ ref('dim_personne') }}
),

-- Un contrat est une embauche ; une personne qui en signe deux du même type compte une fois.
final as (
    select
        embauches.annee,
        embauches.secteur,
        embauches.type_contrat,
        count(*) as embauches,
        count(distinct embauches.personne_id) as personnes,
        count(distinct case when personnes.qpv then embauches.personne_id end) as dont_qpv
    from embauches
    inner join personnes on embauches.personne_id = personnes.personne_id
    group by embauches.annee, embauches.secteur, embauches.type_contrat
)

select * from final
