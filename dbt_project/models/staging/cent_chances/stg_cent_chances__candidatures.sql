with source as (
    select * from {{ source('bronze', 'cent_chances_candidatures') }}
),

final as (
    select
        -- clés
        id_candidat,
        sas,
        personne_id,

        -- ce qui se lit
        cast(annee_naissance as integer) as annee_naissance,
        sexe,
        commune,
        coalesce(qpv, false) as qpv,
        niveau_formation,
        prescripteur,
        coalesce(present_pre_sas, false) as present_pre_sas,
        coalesce(participant_sas, false) as participant_sas,
        decision_comite,

        -- dates
        date_orientation,
        date_entree,

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
