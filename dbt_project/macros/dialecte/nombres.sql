{#-
  Nombre écrit à la française pour une phrase : « 352 845,65 », sans décimale s'il est entier. L'arrondi, au plus près et
  la moitié s'éloignant de zéro, n'existe que dans la phrase.
-#}
{% macro nombre_fr(nombre) -%}
    replace(replace(replace({{ groupe_par_milliers(nombre) }}, ',', '{{ "\u00a0" }}'), '.', ','), ',00', '')
{%- endmacro %}

{#- Deux décimales, milliers séparés par des virgules. -#}
{% macro groupe_par_milliers(nombre) -%}
    {{ return(adapter.dispatch('groupe_par_milliers', 'entrepot')(nombre)) }}
{%- endmacro %}

{% macro default__groupe_par_milliers(nombre) -%}
    format_number(cast({{ nombre }} as decimal(18, 2)), 2)
{%- endmacro %}

{% macro duckdb__groupe_par_milliers(nombre) -%}
    format('{:,.2f}', round({{ nombre }}, 2) + 0.0)
{%- endmacro %}
