{#- Dates : année et mois en entiers, fin ouverte, écarts en jours, écrits de même dans tous les modèles. -#}

{% macro annee(date) -%}
    cast(extract(year from {{ date }}) as integer)
{%- endmacro %}

{% macro mois(date) -%}
    cast(extract(month from {{ date }}) as integer)
{%- endmacro %}

{#- Fin d'une période encore ouverte. -#}
{% macro fin_ouverte() -%}
    cast('9999-12-31' as date)
{%- endmacro %}

{#- Nombre de jours d'une date à une autre, négatif si la seconde précède. -#}
{% macro jours_entre(debut, fin) -%}
    {{ return(adapter.dispatch('jours_entre', 'entrepot')(debut, fin)) }}
{%- endmacro %}

{% macro default__jours_entre(debut, fin) -%}
    datediff({{ fin }}, {{ debut }})
{%- endmacro %}

{% macro duckdb__jours_entre(debut, fin) -%}
    date_diff('day', {{ debut }}, {{ fin }})
{%- endmacro %}
