with source as (
    select * from {{ source('bronze', 'prescriptions') }}
),

final as (
    select
        -- clés
        id_prescription,
        personne_id,

        -- ce qui se lit
        prescripteur,
        cast(annee_naissance as integer) as annee_naissance,
        commune,
        coalesce(qpv, false) as qpv,
        quartier,
        {{ non_renseigne('secteur') }} as secteur,
        metier,
        coalesce(decision, 'En attente') as decision,
        coalesce(entree_plie, false) as entree_plie,

        -- dates
        date_orientation,
        date_decision,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
