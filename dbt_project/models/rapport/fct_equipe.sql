with equipe as (
    select * from {{ ref('stg_transverse__equipe') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- La liste d'une année qui n'a pas commencé à l'arrêté ne compte pas.
final as (
    select
        equipe.annee_fichier as annee,
        equipe.service,
        equipe.fonction,
        equipe.nb_personnes,
        equipe.etp,
        equipe._livraison,
        equipe._feuille,
        equipe._ligne
    from equipe
    cross join parametres
    where equipe.annee_fichier <= {{ annee('parametres.arrete_au') }}
)

select * from final
