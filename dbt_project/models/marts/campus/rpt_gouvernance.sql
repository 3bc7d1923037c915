with membres as (
    select membres.*
    from {{ ref('int_campus__membres') }} as membres
    inner join {{ source('bronze', 'parametres') }} as parametres on membres.arrete_au = parametres.arrete_au
),

final as (
    select
        instance,
        college,
        count(distinct cle_nom) as membres
    from membres
    group by instance, college
)

select * from final
