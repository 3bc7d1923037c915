with contrats as (
    select * from {{ ref('int_abc_clauses__contrats_rattaches') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Une embauche est un contrat qui dit l'être, à sa date de début. Celle d'après l'arrêté n'a pas encore eu lieu ; celle
-- d'un contrat orphelin attend son parent.
final as (
    select
        contrats.id_contrat,
        contrats.date_debut,
        {{ annee('contrats.date_debut') }} as annee,
        contrats.id_operation,
        contrats.num_lot,
        contrats.personne_id,
        contrats.structure_id,
        contrats.donneur_ordre_id,
        contrats.secteur,
        contrats.type_contrat,
        contrats.modalite,
        contrats.type_employeur,
        contrats.code_rome,
        contrats._livraison,
        contrats._feuille,
        contrats._ligne
    from contrats
    cross join parametres
    where
        contrats.embauche
        and contrats.parent_manquant is null
        and contrats.date_debut <= parametres.arrete_au
)

select * from final
