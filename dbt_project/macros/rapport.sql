{#- Ce que partagent les chiffres du rapport d'activité. -#}

{#- Vrai si la valeur est l'une de celles d'un paramètre du registre (« EI|ACI ») ; sans paramètre, toutes le sont. -#}
{% macro retenue(valeur, parametre) -%}
    ({{ parametre }} is null or concat('|', {{ parametre }}, '|') like concat('%|', {{ valeur }}, '|%'))
{%- endmacro %}

{#- Somme d'une mesure sur les lignes qui remplissent une condition ; 0 si aucune ne la remplit. -#}
{% macro somme_si(condition, mesure) -%}
    sum(case when {{ condition }} then {{ mesure }} else 0 end)
{%- endmacro %}

{#- Chaque calcul mis bout à bout, du même type, pour le modèle qui les porte. -#}
{% macro chiffres_de(calculs) -%}
    {% for calcul in calculs -%}
    select
        code,
        annee,
        cast(numerateur as decimal(18, 2)) as numerateur,
        cast(denominateur as decimal(18, 2)) as denominateur
    from {{ calcul }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}
