with visites as (
    select * from {{ ref('stg_rce__visites') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Un rendez-vous d'après l'arrêté n'a pas encore eu lieu.
final as (
    select
        visites.date_visite,
        {{ annee('visites.date_visite') }} as annee,
        noms.structure_id,
        visites.secteur,
        visites.effectif,
        case
            when visites.effectif is null then 'Non renseigné'
            when visites.effectif < 10 then '< 10'
            when visites.effectif <= 20 then '10 à 20'
            else '> 20'
        end as tranche_effectif,
        visites.adherent_club,
        visites.artisan,
        visites.origine,
        visites.besoin_recrutement,
        visites.thematiques,
        visites._livraison,
        visites._feuille,
        visites._ligne
    from visites
    cross join parametres
    left join noms on {{ cle_nom('visites.entreprise') }} = noms.cle_nom
    where visites.date_visite <= parametres.arrete_au
)

select * from final
