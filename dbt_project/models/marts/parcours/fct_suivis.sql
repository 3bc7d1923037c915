with suivis as (
    select * from {{ ref('stg_cent_chances__suivis') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Une sortie demande une date ; d'après l'arrêté, elle n'a pas encore eu lieu.
final as (
    select
        suivis.id_candidat,
        suivis.date_entree,
        {{ annee('suivis.date_entree') }} as annee,
        case when suivis.date_sortie <= parametres.arrete_au then suivis.date_sortie end as date_sortie,
        case when suivis.date_sortie <= parametres.arrete_au then suivis.type_sortie end as type_sortie,
        suivis._livraison,
        suivis._feuille,
        suivis._ligne
    from suivis
    cross join parametres
    where suivis.date_entree <= parametres.arrete_au
)

select * from final
