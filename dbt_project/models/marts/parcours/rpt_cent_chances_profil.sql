{%- set dimensions = {
    'qpv': "case when qpv then 'oui' else 'non' end",
    'niveau': 'niveau',
    'sexe': 'sexe',
    'prescripteur': 'prescripteur',
} -%}
with candidatures as (
    select * from {{ ref('fct_candidatures') }}
),

-- Entrées immédiates de l'année. Ce qui n'est pas renseigné reste au dénominateur.
entrees as (
    select * from candidatures
    where annee_entree is not null
),

lignes as (
    {% for dimension, modalite in dimensions.items() -%}
    select annee_entree as annee, '{{ dimension }}' as dimension, {{ modalite }} as modalite
    from entrees
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

comptees as (
    select annee, dimension, modalite, count(*) as entrees
    from lignes
    group by annee, dimension, modalite
),

final as (
    select
        annee,
        dimension,
        modalite,
        entrees,
        {{ part('entrees', 'sum(entrees) over (partition by annee, dimension)') }} as part
    from comptees
)

select * from final
