{#- Une chaîne de rapprochements plus longue que ces passages ferait échouer structures_rapprochees_jusqu_au_bout. -#}
{%- set passages = 12 -%}
with citees as (
    select * from {{ ref('int_structures__citees') }}
),

-- Même SIRET, ou même nom à la casse, aux accents, à la ponctuation et aux espaces près : même structure. Une ligne
-- sans SIRET n'a que son nom pour la rattacher. Chaque couple part avec son nom pour étiquette.
passage_0 as (
    select distinct
        cle_nom,
        siret,
        coalesce(siret, concat('nom:', cle_nom)) as groupe_siret,
        cle_nom as etiquette
    from citees
),

{% for passage in range(1, passages + 1) -%}
par_siret_{{ passage }} as (
    select cle_nom, siret, groupe_siret, min(etiquette) over (partition by groupe_siret) as etiquette
    from passage_{{ passage - 1 }}
),

passage_{{ passage }} as (
    select cle_nom, siret, groupe_siret, min(etiquette) over (partition by cle_nom) as etiquette
    from par_siret_{{ passage }}
),

{% endfor -%}
-- De proche en proche, la plus petite étiquette gagne tout ce qu'un SIRET ou un nom relie : elle désigne la structure.
final as (
    select
        cle_nom,
        siret,
        {{ dbt.hash('etiquette') }} as structure_id
    from passage_{{ passages }}
)

select * from final
