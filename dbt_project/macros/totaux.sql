{#- Chaque ligne deux fois : dans son groupe, puis dans le groupe TOTAL. Sans ligne, pas de total. -#}
{% macro lignes_et_total(relation, colonne) -%}
    select *, {{ colonne }} as groupe from {{ relation }}
    union all
    select *, 'TOTAL' as groupe from {{ relation }}
{%- endmacro %}
