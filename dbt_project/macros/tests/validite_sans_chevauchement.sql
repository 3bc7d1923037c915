{#- Deux versions d'une même clé ne sont jamais valides le même jour, et aucune ne finit avant de commencer. -#}
{% test validite_sans_chevauchement(model, cle) %}
with versions as (
    select
        {{ cle }} as cle,
        du,
        coalesce(au, cast('9999-12-31' as date)) as fin,
        row_number() over (partition by {{ cle }} order by du) as numero
    from {{ model }}
)

select un.cle, un.du, autre.du as du_autre
from versions as un
inner join versions as autre on un.cle = autre.cle and un.numero <= autre.numero
where
    (un.numero < autre.numero and un.fin >= autre.du)
    or (un.numero = autre.numero and un.fin < un.du)
{% endtest %}
