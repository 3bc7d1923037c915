with structures as (
    select structures.*
    from {{ ref('int_gpect__structures_collaboratives') }} as structures
    inner join {{ source('bronze', 'parametres') }} as parametres on structures.arrete_au = parametres.arrete_au
),

groupees as (
    {{ lignes_et_total('structures', 'champ') }}
),

final as (
    select
        groupe as champ,
        count(*) as structures,
        count(case when locale then 1 end) as locales
    from groupees
    group by groupe
)

select * from final
