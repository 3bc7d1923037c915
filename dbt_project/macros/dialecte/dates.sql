{#- Année et mois en entiers, bornes d'une année : écrits de même dans tous les modèles. -#}

{% macro annee(date) -%}
    cast(extract(year from {{ date }}) as integer)
{%- endmacro %}

{% macro mois(date) -%}
    cast(extract(month from {{ date }}) as integer)
{%- endmacro %}

{#- Jour d'une année ; jour : 'MM-JJ'. -#}
{% macro jour_de_annee(annee, jour) -%}
    cast(concat(cast({{ annee }} as varchar(4)), '-{{ jour }}') as date)
{%- endmacro %}
