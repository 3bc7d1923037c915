with source as (
    select * from {{ source('bronze', 'equipe') }}
),

final as (
    select
        -- clés
        service,
        fonction,

        -- mesures
        nb_personnes,
        etp,

        -- d'où vient la ligne
        _annee_fichier as annee_fichier,
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
