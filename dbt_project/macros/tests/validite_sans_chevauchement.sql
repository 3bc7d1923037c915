{#-
  Deux versions d'une même clé ne sont jamais valides le même jour, et aucune ne finit avant de commencer.
  Une borne vide est ouverte.
-#}
{% test validite_sans_chevauchement(model, cle) %}
with bornees as (
    select
        {{ cle }} as cle,
        coalesce(du, cast('0001-01-01' as date)) as debut,
        coalesce(au, {{ fin_ouverte() }}) as fin
    from {{ model }}
),

versions as (
    select cle, debut, fin, row_number() over (partition by cle order by debut) as numero
    from bornees
)

select un.cle, un.debut, autre.debut as debut_autre
from versions as un
inner join versions as autre on un.cle = autre.cle and un.numero <= autre.numero
where
    (un.numero < autre.numero and un.fin >= autre.debut)
    or (un.numero = autre.numero and un.fin < un.debut)
{% endtest %}
