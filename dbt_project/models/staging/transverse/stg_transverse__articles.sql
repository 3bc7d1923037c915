with source as (
    select * from {{ source('bronze', 'presse') }}
),

final as (
    select
        -- clés
        organe,
        article,

        -- ce qui se lit
        coalesce(gip, false) as gip,
        coalesce(clauses, false) as clauses,
        coalesce(lab_competences, false) as lab_competences,

        -- dates
        date_parution,

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
