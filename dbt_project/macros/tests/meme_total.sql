{#-
  Un tableau et la table d'où il vient donnent le même total, année par année, à l'unité près de la dernière décimale.
  Deux relevés vides sont égaux.
-#}
{% test meme_total(model, column_name, reference, colonne_reference) %}
with tableau as (
    select annee, sum({{ column_name }}) as total
    from {{ model }}
    group by annee
),

origine as (
    select annee, sum({{ colonne_reference }}) as total
    from {{ reference }}
    group by annee
)

select annee, tableau.total as total_tableau, origine.total as total_origine
from tableau
full outer join origine using (annee)
where coalesce(tableau.total, 0) <> coalesce(origine.total, 0)
{% endtest %}
