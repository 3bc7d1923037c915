with etapes as (
    select * from {{ ref('stg_parcours__etapes') }}
),

rangs as (
    select * from {{ ref('etapes_parcours') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

prescripteurs as (
    {{ graphies('etapes', 'prescripteur', 'date_etape <= parametres.arrete_au') }}
),

-- Une étape datée d'après l'arrêté n'a pas encore été franchie.
final as (
    select
        etapes.dispositif,
        etapes.personne_id,
        etapes.id_participant,
        etapes.etape,
        rangs.rang,
        etapes.date_etape,
        {{ annee('etapes.date_etape') }} as annee,
        etapes.sexe,
        {{ non_renseigne('prescripteurs.graphie') }} as prescripteur,
        etapes.etablissement,
        etapes._livraison,
        etapes._feuille,
        etapes._ligne
    from etapes
    cross join parametres
    left join rangs on etapes.etape = rangs.etape
    left join prescripteurs on {{ cle_texte('etapes.prescripteur') }} = prescripteurs.cle
    where etapes.date_etape <= parametres.arrete_au
)

select * from final
