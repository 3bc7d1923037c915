with evenements as (
    select * from {{ ref('int_transverse__evenements') }}
),

final as (
    select
        annee_fichier,
        id_evenement,
        code_projet,
        type_evenement,
        intitule,
        cle_intitule,
        date_evenement,
        annee,
        nb_participants,
        nb_entreprises,
        nb_structures,
        nb_excuses,
        statut,
        _livraison,
        _feuille,
        _ligne
    from evenements
)

select * from final
