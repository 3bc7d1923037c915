with prescriptions as (
    select * from {{ ref('stg_parcours__prescriptions') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Les livraisons s'ajoutent : une fiche envoyée deux fois est celle de la plus tardive.
dernieres as (
    {{ derniere_livraison('prescriptions', ['id_prescription']) }}
),

prescripteurs as (
    {{ graphies('dernieres', 'prescripteur', 'date_orientation <= parametres.arrete_au') }}
),

-- La prescription est de l'année de l'orientation. Une décision datée d'après l'arrêté n'est pas encore prise.
final as (
    select
        dernieres.id_prescription,
        dernieres.date_orientation,
        {{ annee('dernieres.date_orientation') }} as annee,
        dernieres.personne_id,
        prescripteurs.graphie as prescripteur,
        dernieres.secteur,
        case
            when dernieres.date_decision > parametres.arrete_au then 'En attente'
            else dernieres.decision
        end as decision,
        case
            when dernieres.decision <> 'En attente' and dernieres.date_decision <= parametres.arrete_au
                then dernieres.date_decision
        end as date_decision,
        dernieres.entree_plie,
        dernieres._livraison,
        dernieres._feuille,
        dernieres._ligne
    from dernieres
    cross join parametres
    left join prescripteurs on {{ cle_texte('dernieres.prescripteur') }} = prescripteurs.cle
    where dernieres.date_orientation <= parametres.arrete_au
)

select * from final
