with heures as (
    select * from {{ ref('stg_abc_clauses__heures') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Les livraisons d'heures s'ajoutent. Pour un contrat × mois envoyé deux fois, la plus tardive l'emporte ; une ligne
-- retirée est renvoyée à 0 et reste à 0.
dernieres as (
    {{ derniere_livraison('heures', ['id_contrat', 'mois']) }}
),

-- Les heures comptent au mois travaillé, quel que soit le jour de saisie, si ce mois a commencé à l'arrêté.
final as (
    select
        dernieres.id_contrat,
        dernieres.mois,
        {{ annee('dernieres.mois') }} as annee,
        dernieres.heures,
        dernieres._livraison,
        dernieres._feuille,
        dernieres._ligne
    from dernieres
    cross join parametres
    where dernieres.mois <= parametres.arrete_au
)

select * from final
