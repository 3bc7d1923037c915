with fiches as (
    select * from {{ ref('stg_gpect__fiches_actions') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

arretes as (
    {{ arretes('fiches', '_etat_au') }}
),

-- Le plan n'a pas de date : il vaut à celle de son fichier, jusqu'au suivant.
lignes as (
    {{ lignes_a_chaque_arrete('fiches') }}
),

final as (
    select
        arrete_au,
        code_projet,
        num_axe,
        axe_strategique,
        fiche,
        intitule,
        pilote,
        statut,
        echeance,
        point_etape,
        _livraison,
        _feuille,
        _ligne
    from lignes
)

select * from final
