with structures as (
    select * from {{ ref('stg_gpect__structures_collaboratives') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

arretes as (
    {{ arretes('structures', '_etat_au') }}
),

-- Le recensement n'a pas de date : il vaut à celle de son fichier, jusqu'au suivant.
lignes as (
    {{ lignes_a_chaque_arrete('structures') }}
),

-- Deux graphies d'une structure n'en font qu'une, décrite par sa dernière ligne.
ordonnees as (
    select
        lignes.*,
        noms.structure_id,
        row_number() over (
            partition by lignes.arrete_au, noms.structure_id order by lignes._ligne desc
        ) as ordre
    from lignes
    left join noms on {{ cle_nom('lignes.structure') }} = noms.cle_nom
),

final as (
    select
        arrete_au,
        structure_id,
        champ,
        locale,
        annee_creation,
        nb_entretiens,
        _livraison,
        _feuille,
        _ligne
    from ordonnees
    where ordre = 1
)

select * from final
