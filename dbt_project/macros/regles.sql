{#-
  Règles partagées par plusieurs modèles, chacune écrite une fois.
-#}

{#-
  La dernière livraison l'emporte : pour une clé reçue deux fois, la ligne de la livraison la plus tardive
  (plus grand rang), puis la dernière de son fichier. `avant` : colonnes qui passent devant le rang, la plus grande d'abord.
-#}
{% macro derniere_livraison(relation, cles, avant=[]) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ cles | join(', ') }}
                order by {% for colonne in avant %}{{ colonne }} desc, {% endfor %}_rang desc, _ligne desc
            ) as _ordre
        from {{ relation }}
    ) as ordonnees
    where _ordre = 1
{%- endmacro %}

{#- Rang des graphies d'un groupe : la plus fréquente d'abord, à égalité la première dans l'ordre alphabétique. -#}
{% macro rang_graphie(groupe, effectif, graphie) -%}
    row_number() over (partition by {{ groupe | join(', ') }} order by {{ effectif }} desc, {{ graphie }} asc)
{%- endmacro %}

{#- Une modalité facultative laissée vide se lit « Non renseigné ». -#}
{% macro non_renseigne(texte) -%}
    coalesce({{ texte }}, 'Non renseigné')
{%- endmacro %}

{#-
  Part, en fraction de 1. Numérateur et dénominateur sont des sommes décimales exactes et une seule division
  est faite en virgule flottante : le résultat ne dépend pas de l'ordre des lignes. Vide si le dénominateur est nul.
-#}
{% macro part(numerateur, denominateur) -%}
    cast({{ numerateur }} as double) / nullif(cast({{ denominateur }} as double), 0)
{%- endmacro %}

{#- À égalité d'heures entre secteurs, le BTP passe d'abord (à écrire dans un order by). -#}
{% macro btp_d_abord(secteur) -%}
    case when {{ secteur }} = 'BTP' then 0 else 1 end
{%- endmacro %}
