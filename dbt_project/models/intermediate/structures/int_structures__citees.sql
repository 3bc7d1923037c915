{#-
  Toutes les sources qui citent des structures, une ligne chacune : une source de plus est une ligne de plus ici.
  L'ordre dit laquelle fait foi pour nommer une structure : celles où elle joue son rôle avant celles qui la citent.
-#}
{%- set citations = [
    {
        'dans': 'stg_abc_clauses__operations', 'nom': 'donneur_ordre', 'siret': 'siret_donneur_ordre',
        'type': 'type_donneur_ordre',
    },
    {'dans': 'stg_abc_clauses__contrats', 'nom': 'employeur', 'siret': 'siret_employeur', 'type': 'type_employeur'},
    {'dans': 'stg_abc_clauses__lots', 'nom': 'attributaire', 'siret': 'siret_attributaire', 'type': 'type_structure'},
    {'dans': 'stg_abc_clauses__contacts', 'nom': 'structure', 'siret': 'siret'},
    {'dans': 'stg_rce__visites', 'nom': 'entreprise', 'siret': 'siret', 'commune': 'commune'},
    {'dans': 'stg_rce__offres', 'nom': 'entreprise', 'siret': 'siret'},
    {'dans': 'stg_gpect__entretiens', 'nom': 'entreprise', 'siret': 'siret'},
    {'dans': 'stg_gpect__besoins', 'nom': 'entreprise'},
    {'dans': 'stg_gpect__structures_collaboratives', 'nom': 'structure'},
    {'dans': 'stg_campus__rencontres', 'nom': 'organisme'},
    {'dans': 'stg_campus__membres', 'nom': 'organisme'},
] -%}
with citations as (
    {% for citation in citations -%}
    select
        {{ loop.index }} as rang_source,
        trim({{ citation.nom }}) as nom,
        {{ citation.siret or 'cast(null as varchar)' }} as immatriculation,
        {{ citation.type or 'cast(null as varchar)' }} as type_structure,
        {{ citation.commune or 'cast(null as varchar)' }} as commune
    from {{ ref(citation.dans) }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

-- Une cellule SIRET de neuf chiffres ne dit que l'entreprise : c'est un SIREN.
final as (
    select
        {{ cle_nom('nom') }} as cle_nom,
        nom,
        case when length(immatriculation) = 14 then immatriculation end as siret,
        substring(immatriculation, 1, 9) as siren,
        type_structure,
        commune,
        rang_source,
        count(*) as citations
    from citations
    where nom is not null
    group by nom, immatriculation, type_structure, commune, rang_source
)

select * from final
