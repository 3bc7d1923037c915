with prescriptions as (
    select * from {{ ref('fct_prescriptions') }}
),

contrats as (
    select * from {{ ref('int_abc_clauses__contrats_rattaches') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Une personne a un seul chemin, combien de fois qu'elle soit prescrite : il part de sa première prescription (le même
-- jour, du plus petit numéro de fiche), qui dit son année et son prescripteur. Les années s'additionnent donc, et une
-- fiche de plus ne déplace pas la personne.
ordonnees as (
    select
        *,
        row_number() over (partition by personne_id order by date_orientation asc, id_prescription asc) as ordre
    from prescriptions
),

premieres as (
    select * from ordonnees
    where ordre = 1
),

-- Elle est validée par sa première fiche validée, que ce soit la première reçue ou une suivante.
validees_ordonnees as (
    select
        *,
        row_number() over (partition by personne_id order by date_orientation asc, id_prescription asc) as ordre
    from prescriptions
    where decision = 'Validé'
),

validees as (
    select * from validees_ordonnees
    where ordre = 1
),

contrats_commences as (
    select contrats.*
    from contrats
    cross join parametres
    where contrats.parent_manquant is null and contrats.date_debut <= parametres.arrete_au
),

-- Un contrat est sur le chemin s'il commence le jour de la fiche validée ou après : celui d'avant ne lui doit rien. On
-- compare à l'orientation et non à la décision, souvent saisie après coup ou sans date. Une embauche est un contrat qui
-- dit l'être, qu'il ait déjà des heures ou non.
contrats_du_chemin as (
    select
        validees.personne_id,
        min(contrats_commences.date_debut) as date_contrat,
        min(case when contrats_commences.embauche then contrats_commences.date_debut end) as date_embauche
    from validees
    inner join contrats_commences
        on
            validees.personne_id = contrats_commences.personne_id
            and validees.date_orientation <= contrats_commences.date_debut
    group by validees.personne_id
),

-- Sans fiche validée, un contrat qui suit la prescription n'en est pas l'issue : la personne est venue par une autre
-- voie, ou la décision n'a pas été saisie. On le montre à part.
contrats_sans_validation as (
    select distinct premieres.personne_id
    from premieres
    inner join contrats_commences
        on
            premieres.personne_id = contrats_commences.personne_id
            and premieres.date_orientation <= contrats_commences.date_debut
    left join validees on premieres.personne_id = validees.personne_id
    where validees.personne_id is null
),

final as (
    select
        premieres.personne_id,
        premieres.id_prescription,
        premieres.date_orientation as date_prescription,
        premieres.annee,
        premieres.prescripteur,
        validees.personne_id is not null as validee,
        validees.date_decision as date_validation,
        contrats_du_chemin.date_contrat,
        contrats_du_chemin.date_embauche,
        contrats_sans_validation.personne_id is not null as contrat_sans_validation
    from premieres
    left join validees on premieres.personne_id = validees.personne_id
    left join contrats_du_chemin on premieres.personne_id = contrats_du_chemin.personne_id
    left join contrats_sans_validation on premieres.personne_id = contrats_sans_validation.personne_id
)

select * from final
