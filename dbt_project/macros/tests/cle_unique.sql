{#- Clé de plusieurs colonnes : aucune n'est vide et la combinaison ne se répète pas. -#}
{% test cle_unique(model, colonnes) %}
select {{ colonnes | join(', ') }}, count(*) as lignes
from {{ model }}
group by {{ colonnes | join(', ') }}
having count(*) > 1 {% for colonne in colonnes %}or {{ colonne }} is null {% endfor %}
{% endtest %}
