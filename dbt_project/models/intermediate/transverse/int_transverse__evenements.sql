with evenements as (
    select * from {{ ref('stg_transverse__evenements') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Un événement planifié est un plan, connu dès sa livraison, même pour après l'arrêté ; les autres ont eu lieu avant.
-- Les numéros repartent chaque année : un événement est son numéro dans le classeur de l'année.
final as (
    select
        evenements.annee_fichier,
        evenements.id_evenement,
        evenements.code_projet,
        evenements.type_evenement,
        evenements.intitule,
        {{ cle_nom('evenements.intitule') }} as cle_intitule,
        evenements.date_evenement,
        {{ annee('evenements.date_evenement') }} as annee,
        evenements.nb_participants,
        evenements.nb_entreprises,
        evenements.nb_structures,
        evenements.nb_excuses,
        evenements.statut,
        evenements._livraison,
        evenements._feuille,
        evenements._ligne
    from evenements
    cross join parametres
    where evenements.statut = 'Planifié' or evenements.date_evenement <= parametres.arrete_au
)

select * from final
