with source as (
    select * from {{ source('bronze', 'abc_clauses_salaries') }}
),

final as (
    select
        -- clés
        id_salarie,
        personne_id,

        -- ce qui se lit
        sexe,
        cast(annee_naissance as integer) as annee_naissance,
        code_commune,
        coalesce(qpv, false) as qpv,
        quartier,
        niveau_formation,
        {{ non_renseigne('prescripteur') }} as prescripteur,
        {{ non_renseigne('accompagnement') }} as accompagnement,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
