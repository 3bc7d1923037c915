{#- Dates : année et mois en entiers, fin ouverte, écarts en jours, écrits de même dans tous les modèles. -#}

{#-
  L'année civile. Seul un rapport demandé pour une période qui commence plus tard (un second semestre) donne
  `premier_mois` : ce qui est daté d'avant ce mois est alors de l'année d'avant, et l'année de l'arrêté n'est que cette
  période.
-#}
{% macro annee(date) -%}
    {% set premier_mois = var('premier_mois', 1) -%}
    {% if premier_mois == 1 -%}
    cast(extract(year from {{ date }}) as integer)
    {%- else -%}
    (
        cast(extract(year from {{ date }}) as integer)
        - case when extract(month from {{ date }}) < {{ premier_mois }} then 1 else 0 end
    )
    {%- endif %}
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
