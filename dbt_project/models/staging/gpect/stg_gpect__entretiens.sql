with source as (
    select * from {{ source('bronze', 'gpect_entretiens') }}
),

final as (
    select
        -- clés
        id_entretien,
        code_projet,

        -- ce qui se lit
        demarche,
        entreprise,
        siret,
        departement,
        mode_entretien,
        statut,
        enqueteur,
        cast(vague as integer) as vague,
        coalesce(mise_en_relation, false) as mise_en_relation,

        -- dates
        date_entretien,

        -- mesures
        effectif,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
