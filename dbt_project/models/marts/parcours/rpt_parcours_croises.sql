with croisees as (
    select * from {{ ref('rpt_parcours_croises_arretes') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Depuis le lancement : la situation à l'arrêté de la nuit.
final as (
    select
        croisees.programmes,
        croisees.nombre_programmes,
        croisees.personnes,
        croisees.part
    from croisees
    inner join parametres on croisees.arrete_au = parametres.arrete_au
)

select * from final
