{#-
  Un texte libre se regroupe sans casse, accents ni espaces (sa clé) et se montre dans sa graphie la plus fréquente, à
  égalité la première dans l'ordre alphabétique. Une ligne par clé : cle, graphie.
  condition : lignes qui comptent à l'arrêté (une graphie écrite après lui ne change rien avant) ; elle peut lire la CTE
  parametres.
-#}
{% macro graphies(relation, texte, condition=none) -%}
    select cle, graphie
    from (
        select
            {{ cle_texte(texte) }} as cle,
            trim({{ texte }}) as graphie,
            {{ rang_graphie([cle_texte(texte)], 'count(*)', 'trim(' ~ texte ~ ')') }} as rang
        from {{ relation }}
        {% if condition %}cross join parametres
        {% endif -%}
        where {{ texte }} is not null {% if condition %}and {{ condition }}{% endif %}
        group by {{ cle_texte(texte) }}, trim({{ texte }})
    ) as rangees
    where rang = 1
{%- endmacro %}
