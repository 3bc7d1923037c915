with source as (
    select * from {{ source('bronze', 'evenements') }}
),

final as (
    select
        -- clés
        id_evenement,
        code_projet,

        -- ce qui se lit
        type_evenement,
        intitule,
        lieu,
        statut,

        -- dates
        date_evenement,

        -- mesures
        nb_participants,
        nb_entreprises,
        nb_structures,
        nb_excuses,

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
