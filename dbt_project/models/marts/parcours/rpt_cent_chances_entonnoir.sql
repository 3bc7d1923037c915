{#- Chaque étape, la colonne qui la compte et celle à laquelle son taux se rapporte. -#}
{%- set etapes = [
    ('candidatures', none),
    ('presents_pre_sas', 'candidatures'),
    ('participants_sas', 'presents_pre_sas'),
    ('entrees_immediates', 'participants_sas'),
    ('entrees_differees', 'participants_sas'),
    ('refus_comite', 'participants_sas'),
    ('abandons_candidat', 'participants_sas'),
    ('desistements', 'participants_sas'),
] -%}
with candidatures as (
    select * from {{ ref('fct_candidatures') }}
),

-- L'entonnoir compte des candidatures (candidat × SAS), pas des personnes, l'année de leur orientation…
orientees as (
    select
        annee,
        count(*) as candidatures,
        count(case when present_pre_sas then 1 end) as presents_pre_sas,
        count(case when participant_sas then 1 end) as participants_sas,
        count(case when decision = 'Entrée différée' then 1 end) as entrees_differees,
        count(case when decision = 'Refus comité' then 1 end) as refus_comite,
        count(case when decision = 'Abandon candidat' then 1 end) as abandons_candidat,
        count(case when decision = 'Désistement candidat' then 1 end) as desistements
    from candidatures
    group by annee
),

-- … sauf les entrées immédiates, l'année de l'entrée.
entrees as (
    select annee_entree as annee, count(*) as entrees_immediates
    from candidatures
    where annee_entree is not null
    group by annee_entree
),

annees as (
    select annee from orientees
    union distinct
    select annee from entrees
),

reunies as (
    select
        annees.annee,
        coalesce(orientees.candidatures, 0) as candidatures,
        coalesce(orientees.presents_pre_sas, 0) as presents_pre_sas,
        coalesce(orientees.participants_sas, 0) as participants_sas,
        coalesce(entrees.entrees_immediates, 0) as entrees_immediates,
        coalesce(orientees.entrees_differees, 0) as entrees_differees,
        coalesce(orientees.refus_comite, 0) as refus_comite,
        coalesce(orientees.abandons_candidat, 0) as abandons_candidat,
        coalesce(orientees.desistements, 0) as desistements
    from annees
    left join orientees on annees.annee = orientees.annee
    left join entrees on annees.annee = entrees.annee
),

final as (
    {% for etape, reference in etapes -%}
    select
        annee,
        '{{ etape }}' as etape,
        {{ etape }} as effectif,
        {{ part(etape, reference) if reference else 'cast(null as double)' }} as taux_etape
    from reunies
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
)

select * from final
