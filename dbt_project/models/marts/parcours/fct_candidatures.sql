with candidatures as (
    select * from {{ ref('stg_cent_chances__candidatures') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

prescripteurs as (
    {{ graphies('candidatures', 'prescripteur', 'date_orientation <= parametres.arrete_au') }}
),

sexes as (
    {{ graphies('candidatures', 'sexe', 'date_orientation <= parametres.arrete_au') }}
),

-- Une candidature est de l'année de son orientation, une entrée de l'année de sa date (sinon de l'orientation). Une
-- entrée datée d'après l'arrêté n'a pas encore eu lieu : le comité ne l'a pas encore décidée.
decidees as (
    select
        candidatures.*,
        coalesce(candidatures.date_entree, candidatures.date_orientation) as date_entree_retenue,
        case
            when
                candidatures.decision_comite = 'Entrée immédiate'
                and candidatures.date_entree > parametres.arrete_au then null
            else candidatures.decision_comite
        end as decision
    from candidatures
    cross join parametres
    where candidatures.date_orientation <= parametres.arrete_au
),

final as (
    select
        decidees.annee_fichier,
        decidees.id_candidat,
        decidees.sas,
        decidees.personne_id,
        decidees.date_orientation,
        {{ annee('decidees.date_orientation') }} as annee,
        decidees.present_pre_sas,
        decidees.participant_sas,
        decidees.decision,
        case
            when decidees.decision = 'Entrée immédiate' then decidees.date_entree_retenue
        end as date_entree,
        case
            when decidees.decision = 'Entrée immédiate' then {{ annee('decidees.date_entree_retenue') }}
        end as annee_entree,
        decidees.qpv,
        {{ non_renseigne('decidees.niveau_formation') }} as niveau,
        {{ non_renseigne('sexes.graphie') }} as sexe,
        {{ non_renseigne('prescripteurs.graphie') }} as prescripteur,
        decidees._livraison,
        decidees._feuille,
        decidees._ligne
    from decidees
    left join prescripteurs on {{ cle_texte('decidees.prescripteur') }} = prescripteurs.cle
    left join sexes on {{ cle_texte('decidees.sexe') }} = sexes.cle
)

select * from final
