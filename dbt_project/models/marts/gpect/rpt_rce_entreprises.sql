{%- set dimensions = {
    'total': "'TOTAL'",
    'club': "case when adherent_club then 'oui' else 'non' end",
    'artisan': "case when artisan then 'oui' else 'non' end",
    'tranche_effectif': 'tranche_effectif',
    'secteur': 'secteur',
    'besoin_recrutement': "case when besoin_recrutement then 'oui' else 'non' end",
    'origine': 'origine',
} -%}
with visites as (
    select * from {{ ref('fct_rce_visites') }}
),

periodes as (
    select * from {{ ref('int_rce__periodes') }}
),

-- Une entreprise visitée dans la période est décrite par son dernier rendez-vous de la période ; le même jour, par la
-- dernière ligne.
entreprises as (
    select
        periodes.periode_debut,
        periodes.periode_fin,
        visites.*,
        count(*) over (
            partition by periodes.periode_debut, periodes.periode_fin, visites.structure_id
        ) as rendez_vous,
        row_number() over (
            partition by periodes.periode_debut, periodes.periode_fin, visites.structure_id
            order by visites.date_visite desc, visites._ligne desc
        ) as ordre
    from periodes
    inner join visites on visites.date_visite between periodes.periode_debut and periodes.periode_fin
),

lignes as (
    {% for dimension, modalite in dimensions.items() -%}
    select periode_debut, periode_fin, '{{ dimension }}' as dimension, {{ modalite }} as modalite, rendez_vous
    from entreprises
    where ordre = 1
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        periode_debut,
        periode_fin,
        dimension,
        modalite,
        count(*) as entreprises,
        cast(sum(rendez_vous) as bigint) as rendez_vous
    from lignes
    group by periode_debut, periode_fin, dimension, modalite
)

select * from final
