with membres as (
    select * from {{ ref('stg_campus__membres') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

arretes as (
    {{ arretes('membres', '_etat_au') }}
),

instances as (
    {{ graphies('membres', 'instance') }}
),

-- La composition n'a pas de date : elle vaut à celle de son fichier, jusqu'à la suivante.
lignes as (
    {{ lignes_a_chaque_arrete('membres') }}
),

final as (
    select
        lignes.arrete_au,
        instances.graphie as instance,
        lignes.college,
        {{ cle_nom('lignes.organisme') }} as cle_nom,
        lignes._livraison,
        lignes._feuille,
        lignes._ligne
    from lignes
    left join instances on {{ cle_texte('lignes.instance') }} = instances.cle
)

select * from final
