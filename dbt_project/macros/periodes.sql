{#-
  Les jours où se lit un état ou un cumul : chaque 31 décembre d'une année qui a des données, et l'arrêté.
  Le modèle qui les appelle a importé `parametres`.
-#}

{#- Jour d'une année ; jour : 'MM-JJ'. -#}
{% macro jour_de_annee(annee, jour) -%}
    cast(concat(cast({{ annee }} as varchar(4)), '-{{ jour }}') as date)
{%- endmacro %}

{#- Premier jour d'une année, telle que l'entend la macro `annee` : 'MM-JJ'. -#}
{% macro premier_jour() -%}
    {{ '%02d-01' % var('premier_mois', 1) }}
{%- endmacro %}

{#- Ces jours, d'après les dates d'une relation : une colonne, arrete_au. -#}
{% macro arretes(relation, date) -%}
    select distinct least({{ jour_de_annee(annee(date), '12-31') }}, parametres.arrete_au) as arrete_au
    from {{ relation }}
    cross join parametres
    where {{ date }} <= parametres.arrete_au
    union distinct
    select arrete_au from parametres
{%- endmacro %}

{#-
  Une source complète sans colonne de date parle à la date de son nom : à chacun de ces jours, ses lignes sont celles de
  la livraison la plus tardive nommée jusque-là. Le modèle qui l'appelle a importé `arretes`.
-#}
{% macro lignes_a_chaque_arrete(relation) -%}
    select en_vigueur.arrete_au, lignes.*
    from (
        select arretes.arrete_au, max(livraisons._rang) as rang_en_vigueur
        from arretes
        inner join {{ relation }} as livraisons on livraisons._etat_au <= arretes.arrete_au
        group by arretes.arrete_au
    ) as en_vigueur
    inner join {{ relation }} as lignes on lignes._rang = en_vigueur.rang_en_vigueur
{%- endmacro %}

{#- Jour d'une année, quand les deux sont des colonnes ; jour : 'MM-JJ'. -#}
{% macro jour_de(annee, jour) -%}
    cast(concat(cast({{ annee }} as varchar(4)), '-', {{ jour }}) as date)
{%- endmacro %}

{#- Premier jour d'un mois de l'année. -#}
{% macro premier_du_mois(annee, mois) -%}
    cast(concat(cast({{ annee }} as varchar(4)), '-', lpad(cast({{ mois }} as varchar(2)), 2, '0'), '-01') as date)
{%- endmacro %}

{#- Premier jour du mois d'une date. -#}
{% macro debut_de_mois(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}
