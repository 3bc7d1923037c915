with rencontres as (
    select * from {{ ref('stg_campus__rencontres') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

final as (
    select
        rencontres.id_rencontre,
        rencontres.date_rencontre,
        {{ annee('rencontres.date_rencontre') }} as annee,
        rencontres.num_axe,
        rencontres.type_interlocuteur,
        rencontres.mode_rencontre,
        rencontres.objet,
        noms.structure_id,
        rencontres.nb_personnes as personnes,
        rencontres._livraison,
        rencontres._feuille,
        rencontres._ligne
    from rencontres
    cross join parametres
    left join noms on {{ cle_nom('rencontres.organisme') }} = noms.cle_nom
    where rencontres.date_rencontre <= parametres.arrete_au
)

select * from final
