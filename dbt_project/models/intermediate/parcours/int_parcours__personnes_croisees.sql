with programmes as (
    select * from {{ ref('fct_programmes') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

arretes as (
    {{ arretes('programmes', 'premiere_date') }}
),

-- À chaque arrêté, les programmes où la personne est déjà entrée, dans l'ordre alphabétique : le même ensemble s'écrit
-- toujours de la même façon.
final as (
    select
        arretes.arrete_au,
        programmes.personne_id,
        {{ dbt.listagg('programmes.programme', "' + '", 'order by programmes.programme') }} as programmes,
        cast(count(*) as integer) as nombre_programmes
    from arretes
    inner join programmes on arretes.arrete_au >= programmes.premiere_date
    group by arretes.arrete_au, programmes.personne_id
)

select * from final
