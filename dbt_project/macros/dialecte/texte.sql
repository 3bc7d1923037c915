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

{#- Remplace chaque suite de caractères d'une classe d'expression régulière (sans ses crochets) par une espace. -#}
{% macro espaces_au_lieu_de(texte, classe) -%}
    {{ return(adapter.dispatch('espaces_au_lieu_de', 'entrepot')(texte, classe)) }}
{%- endmacro %}

{% macro default__espaces_au_lieu_de(texte, classe) -%}
    regexp_replace({{ texte }}, r'[{{ classe }}]+', ' ')
{%- endmacro %}

{% macro duckdb__espaces_au_lieu_de(texte, classe) -%}
    regexp_replace({{ texte }}, '[{{ classe }}]+', ' ', 'g')
{%- endmacro %}

{#-
  Clé d'un nom où une lettre répétée compte une fois. Pas i ni x : « Résidence II » n'est pas « Résidence I ».
-#}
{% macro lettres_simples(cle) -%}
    {{ return(adapter.dispatch('lettres_simples', 'entrepot')(cle)) }}
{%- endmacro %}

{% macro default__lettres_simples(cle) -%}
    regexp_replace({{ cle }}, r'([a-hj-wyz])\1+', '$1')
{%- endmacro %}

{#-
  Le moteur n'a pas de renvoi dans le motif : chaque lettre y a son groupe, vide s'il ne sert pas. Le remplacement n'en
  nomme que neuf : les lettres vont par huit.
-#}
{% macro duckdb__lettres_simples(cle) -%}
    {%- set ns = namespace(expression=cle) -%}
    {%- for lettres in ['abcdefgh', 'jklmnopq', 'rstuvwyz'] -%}
        {%- set motif = [] -%}
        {%- for lettre in lettres -%}{%- do motif.append('(' ~ lettre ~ ')' ~ lettre ~ '+') -%}{%- endfor -%}
        {%- set ns.expression -%}
            regexp_replace({{ ns.expression }}, '{{ motif | join('|') }}', '\1\2\3\4\5\6\7\8', 'g')
        {%- endset -%}
    {%- endfor -%}
    {{ ns.expression }}
{%- endmacro %}

{#- Nombre de lettres à ajouter, ôter ou changer pour passer d'un texte à l'autre. -#}
{% macro ecart_de_lettres(un, autre) -%}
    {{ return(adapter.dispatch('ecart_de_lettres', 'entrepot')(un, autre)) }}
{%- endmacro %}

{% macro default__ecart_de_lettres(un, autre) -%}
    levenshtein({{ un }}, {{ autre }})
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
