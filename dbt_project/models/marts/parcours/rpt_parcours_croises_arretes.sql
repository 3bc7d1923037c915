with croisees as (
    select * from {{ ref('int_parcours__personnes_croisees') }}
),

-- Une personne est dans un ensemble et un seul : celui de tous ses programmes.
comptees as (
    select
        arrete_au,
        programmes,
        nombre_programmes,
        count(*) as personnes
    from croisees
    group by arrete_au, programmes, nombre_programmes
),

final as (
    select
        arrete_au,
        programmes,
        nombre_programmes,
        personnes,
        {{ part('personnes', 'sum(personnes) over (partition by arrete_au)') }} as part
    from comptees
)

select * from final
