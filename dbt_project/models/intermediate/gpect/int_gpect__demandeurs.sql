with demandeurs as (
    select * from {{ ref('stg_gpect__demandeurs') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

arretes as (
    {{ arretes('demandeurs', '_etat_au') }}
),

-- La liste n'a pas de date : elle vaut à celle de son fichier, jusqu'à la suivante.
lignes as (
    {{ lignes_a_chaque_arrete('demandeurs') }}
),

-- Le grand domaine est la première lettre du premier code ROME.
final as (
    select
        arrete_au,
        identifiant_id,
        substring(rome_1, 1, 1) as rome_domaine,
        courriel_valide,
        _livraison,
        _feuille,
        _ligne
    from lignes
)

select * from final
