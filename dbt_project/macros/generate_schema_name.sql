{#- Le schéma est celui de la couche, sans préfixe de cible : les analystes lisent achats_responsables.fct_heures. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
