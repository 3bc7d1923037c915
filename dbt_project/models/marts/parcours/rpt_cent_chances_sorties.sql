with suivis as (
    select * from {{ ref('fct_suivis') }}
),

types as (
    select * from {{ ref('types_sortie') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

faits as (
    select date_entree as date_fait from suivis
    union all
    select date_sortie as date_fait from suivis
),

arretes as (
    {{ arretes('faits', 'date_fait') }}
),

-- À chaque arrêté, les jeunes entrés ; leur sortie compte si elle a eu lieu. Toutes sont positives sauf l'abandon.
situations as (
    select
        arretes.arrete_au,
        types.type_sortie,
        types.positive
    from arretes
    inner join suivis on arretes.arrete_au >= suivis.date_entree
    left join types on suivis.type_sortie = types.type_sortie and arretes.arrete_au >= suivis.date_sortie
),

totaux as (
    select
        arrete_au,
        count(*) as total,
        count(case when type_sortie is null then 1 end) as en_accompagnement,
        count(type_sortie) as sorties,
        count(case when positive then 1 end) as sorties_positives,
        count(case when not positive then 1 end) as abandons
    from situations
    group by arrete_au
),

-- Chaque type positif a sa ligne à chaque arrêté, même à zéro.
positives as (
    select
        totaux.arrete_au,
        types.type_sortie,
        count(situations.type_sortie) as effectif
    from totaux
    cross join types
    left join situations
        on totaux.arrete_au = situations.arrete_au and types.type_sortie = situations.type_sortie
    where types.positive
    group by totaux.arrete_au, types.type_sortie
),

lignes as (
    {% for situation in ['total', 'en_accompagnement', 'sorties', 'sorties_positives', 'abandons'] -%}
    select
        arrete_au,
        '{{ situation }}' as type_sortie,
        {{ situation }} as effectif,
        {{ 'true' if situation in ['sorties', 'sorties_positives', 'abandons'] else 'false' }} as sortie,
        false as modalite_positive
    from totaux
    union all
    {% endfor -%}
    select arrete_au, type_sortie, effectif, true as sortie, true as modalite_positive
    from positives
),

final as (
    select
        lignes.arrete_au,
        lignes.type_sortie,
        lignes.effectif,
        {{ part('lignes.effectif', 'totaux.total') }} as part_total,
        case when lignes.sortie then {{ part('lignes.effectif', 'totaux.sorties') }} end as part_sorties,
        case
            when lignes.modalite_positive then {{ part('lignes.effectif', 'totaux.sorties_positives') }}
        end as part_positives
    from lignes
    inner join totaux on lignes.arrete_au = totaux.arrete_au
)

select * from final
