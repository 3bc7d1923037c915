with entretiens as (
    select * from {{ ref('stg_gpect__entretiens') }}
),

noms as (
    select * from {{ ref('int_structures__noms') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Un entretien planifié est un plan, connu dès sa livraison, même pour après l'arrêté ; les autres ont eu lieu avant.
final as (
    select
        entretiens.id_entretien,
        entretiens.demarche,
        entretiens.code_projet,
        noms.structure_id,
        entretiens.departement,
        entretiens.effectif,
        entretiens.date_entretien,
        {{ annee('entretiens.date_entretien') }} as annee,
        entretiens.mode_entretien,
        entretiens.statut,
        entretiens.enqueteur,
        entretiens.vague,
        entretiens.mise_en_relation,
        entretiens._livraison,
        entretiens._feuille,
        entretiens._ligne
    from entretiens
    cross join parametres
    left join noms on {{ cle_nom('entretiens.entreprise') }} = noms.cle_nom
    where entretiens.statut = 'Planifié' or entretiens.date_entretien <= parametres.arrete_au
)

select * from final
