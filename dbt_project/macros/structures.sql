{#-
  Rapprocher des structures : ce que partagent les étapes de models/intermediate/structures.
-#}

{#-
  De proche en proche, tout ce que des liens relient porte la même étiquette : la plus petite.
  `liens` : relation (noeud, lien) ; deux nœuds qui ont un lien en commun sont reliés. Donne la CTE `etiquettes`
  (noeud, etiquette). Une chaîne plus longue que les passages ferait échouer structures_rapprochees_jusqu_au_bout.
-#}
{% macro de_proche_en_proche(liens, passages=12) -%}
passage_0 as (
    select
        noeud,
        lien,
        noeud as etiquette
    from {{ liens }}
),

{% for passage in range(1, passages + 1) -%}
par_lien_{{ passage }} as (
    select noeud, lien, min(etiquette) over (partition by lien) as etiquette
    from passage_{{ passage - 1 }}
),

passage_{{ passage }} as (
    select noeud, lien, min(etiquette) over (partition by noeud) as etiquette
    from par_lien_{{ passage }}
),

{% endfor -%}
etiquettes as (
    select distinct noeud, etiquette
    from passage_{{ passages }}
)
{%- endmacro %}

{#-
  Groupes qui réuniraient deux noms qu'une personne dit différents (à écrire dans une CTE) : ils ne se font pas, chacun
  garde son groupe d'avant. `reunis` : relation (cle_nom, reuni).
-#}
{% macro reunissent_des_differentes(reunis) -%}
    select distinct un.reuni
    from {{ ref('int_structures__decisions') }} as decisions
    inner join {{ reunis }} as un on decisions.cle_a = un.cle_nom
    inner join {{ reunis }} as autre on decisions.cle_b = autre.cle_nom
    where decisions.decision = 'differentes' and un.reuni = autre.reuni
{%- endmacro %}
