with contacts as (
    select * from {{ ref('stg_abc_clauses__contacts') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

-- Un contact d'après l'arrêté n'a pas encore eu lieu.
passes as (
    select
        contacts.*,
        {{ cle_nom('contacts.structure') }} as cle_structure,
        {{ cle_texte('contacts.objet') }} as cle_objet
    from contacts
    cross join parametres
    where contacts.date_contact <= parametres.arrete_au
),

-- L'objet est un texte libre : il se regroupe sans casse, accents ni espaces et se montre dans sa graphie la plus
-- fréquente.
graphies as (
    select
        cle_objet,
        objet,
        {{ rang_graphie(['cle_objet'], 'count(*)', 'objet') }} as rang
    from passes
    where objet is not null
    group by cle_objet, objet
),

final as (
    select
        passes.id_contact,
        passes.date_contact,
        {{ annee('passes.date_contact') }} as annee,
        passes.interlocuteur,
        noms.structure_id,
        passes.canal,
        {{ non_renseigne('graphies.objet') }} as objet,
        passes.id_operation,
        passes._livraison,
        passes._feuille,
        passes._ligne
    from passes
    left join noms on passes.cle_structure = noms.cle_nom
    left join graphies on passes.cle_objet = graphies.cle_objet and graphies.rang = 1
)

select * from final
