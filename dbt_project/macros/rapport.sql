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

{#-
  Vrai si l'événement est de ceux d'un paramètre « code_projet|type|intitulé », comparés sans casse, accents ni
  ponctuation. Sans intitulé, tous ceux du projet et du type.
-#}
{% macro evenement_retenu(evenements, parametre) -%}
    {{ cle_nom(evenements ~ '.code_projet') }} = {{ cle_nom(dbt.split_part(parametre, "'|'", 1)) }}
    and {{ cle_nom(evenements ~ '.type_evenement') }} = {{ cle_nom(dbt.split_part(parametre, "'|'", 2)) }}
    and (
        nullif({{ dbt.split_part(parametre, "'|'", 3) }}, '') is null
        or {{ evenements }}.cle_intitule = {{ cle_nom(dbt.split_part(parametre, "'|'", 3)) }}
    )
{%- endmacro %}

{#- Vrai si la fonction est du service en paramètre et que son nom contient le complément, aux accents et à la casse près. -#}
{% macro fonction_retenue(equipe, registre) -%}
    {{ cle_nom(equipe ~ '.service') }} = {{ cle_nom(registre ~ '.parametre') }}
    and (
        {{ registre }}.complement is null
        or {{ cle_nom(equipe ~ '.fonction') }} like concat('%', {{ cle_nom(registre ~ '.complement') }}, '%')
    )
{%- endmacro %}

{#- Vrai si une unité se lit sur un numérateur et un dénominateur : un pourcentage, ou une moyenne (« x_par_y »). -#}
{% macro est_un_quotient(unite) -%}
    ({{ unite }} = 'pourcent' or {{ dbt.position("'_par_'", unite) }} > 0)
{%- endmacro %}
