{#-
  Ce qui change d'un moteur SQL à l'autre pour les textes. `default__` vise le SQL de Spark,
  `duckdb__` le moteur embarqué. Aucun modèle n'appelle ces fonctions du moteur directement.
-#}

{#- Minuscules sans accents ni ligatures. -#}
{% macro sans_accents(texte) -%}
    {{ return(adapter.dispatch('sans_accents', 'entrepot')(texte)) }}
{%- endmacro %}

{% macro default__sans_accents(texte) -%}
    replace(replace(translate(lower({{ texte }}), 'àâäáãåçéèêëíìîïñóòôöõúùûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyy'), 'œ', 'oe'), 'æ', 'ae')
{%- endmacro %}

{% macro duckdb__sans_accents(texte) -%}
    replace(replace(strip_accents(lower({{ texte }})), 'œ', 'oe'), 'æ', 'ae')
{%- endmacro %}

{#- Retire tous les caractères d'une classe d'expression régulière (sans ses crochets). -#}
{% macro sans_caracteres(texte, classe) -%}
    {{ return(adapter.dispatch('sans_caracteres', 'entrepot')(texte, classe)) }}
{%- endmacro %}

{% macro default__sans_caracteres(texte, classe) -%}
    regexp_replace({{ texte }}, r'[{{ classe }}]', '')
{%- endmacro %}

{% macro duckdb__sans_caracteres(texte, classe) -%}
    regexp_replace({{ texte }}, '[{{ classe }}]', '', 'g')
{%- endmacro %}

{#-
  Clé d'un nom de structure ou d'opération : sans casse, accents, ponctuation ni espaces.
  Un nom fait de ponctuation seule garde sa graphie : il ne doit pas rejoindre tous ses semblables.
-#}
{% macro cle_nom(texte) -%}
    coalesce(nullif({{ sans_caracteres(sans_accents(texte), '^\\p{L}\\p{N}') }}, ''), lower(trim({{ texte }})))
{%- endmacro %}

{#- Clé d'un texte libre : sans casse, accents ni espaces (la ponctuation compte). -#}
{% macro cle_texte(texte) -%}
    {{ sans_caracteres(sans_accents(texte), '\\s\\p{Z}') }}
{%- endmacro %}

{#- Valeurs d'une liste tenue dans un texte, une ligne par valeur (à écrire dans un select). -#}
{% macro eclater(texte, separateur) -%}
    {{ return(adapter.dispatch('eclater', 'entrepot')(texte, separateur)) }}
{%- endmacro %}

{% macro default__eclater(texte, separateur) -%}
    explode(split({{ texte }}, '[{{ separateur }}]'))
{%- endmacro %}

{% macro duckdb__eclater(texte, separateur) -%}
    unnest(string_split({{ texte }}, '{{ separateur }}'))
{%- endmacro %}

{#- Date écrite à la française, pour une phrase. -#}
{% macro date_fr(date) -%}
    {{ return(adapter.dispatch('date_fr', 'entrepot')(date)) }}
{%- endmacro %}

{% macro default__date_fr(date) -%}
    date_format({{ date }}, 'dd/MM/yyyy')
{%- endmacro %}

{% macro duckdb__date_fr(date) -%}
    strftime({{ date }}, '%d/%m/%Y')
{%- endmacro %}
