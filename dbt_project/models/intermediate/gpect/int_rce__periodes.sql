-- Périodes des tableaux du Relais Conseil : depuis le premier rendez-vous, à chaque arrêté, et chaque année civile.
with visites as (
    select * from {{ ref('stg_rce__visites') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

arretes as (
    {{ arretes('visites', 'date_visite') }}
),

premiere as (
    select min(date_visite) as date_visite from visites
),

-- Un premier rendez-vous de janvier donne deux fois la même période : elle n'a qu'une ligne.
final as (
    select
        cast({{ dbt.date_trunc('month', 'premiere.date_visite') }} as date) as periode_debut,
        arretes.arrete_au as periode_fin
    from arretes
    inner join premiere on arretes.arrete_au >= premiere.date_visite
    union distinct
    select distinct
        {{ jour_de_annee(annee('visites.date_visite'), premier_jour()) }} as periode_debut,
        least({{ jour_de_annee(annee('visites.date_visite'), '12-31') }}, parametres.arrete_au) as periode_fin
    from visites
    cross join parametres
    where visites.date_visite <= parametres.arrete_au
)

select * from final
