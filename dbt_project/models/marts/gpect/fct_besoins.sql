with besoins as (
    select * from {{ ref('stg_gpect__besoins') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

demarches as (
    {{ graphies('besoins', 'demarche', 'date_besoin <= parametres.arrete_au') }}
),

metiers as (
    {{ graphies('besoins', 'metier', 'date_besoin <= parametres.arrete_au') }}
),

final as (
    select
        demarches.graphie as demarche,
        noms.structure_id,
        metiers.graphie as metier,
        besoins.nb_postes as postes,
        besoins.horizon,
        besoins.date_besoin,
        {{ annee('besoins.date_besoin') }} as annee,
        besoins._livraison,
        besoins._feuille,
        besoins._ligne
    from besoins
    cross join parametres
    left join noms on {{ cle_nom('besoins.entreprise') }} = noms.cle_nom
    left join demarches on {{ cle_texte('besoins.demarche') }} = demarches.cle
    left join metiers on {{ cle_texte('besoins.metier') }} = metiers.cle
    where besoins.date_besoin <= parametres.arrete_au
)

select * from final
