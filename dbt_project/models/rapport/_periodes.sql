-- Les périodes du registre, chaque année qui a des données : rien d'autre ne dit quand une période commence et finit.
with regles as (
    select * from {{ ref('regles_periode') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

annees as (
    select annee from {{ ref('rpt_donneurs_ordre') }}
    union distinct
    select annee from {{ ref('rpt_embauches') }}
    union distinct
    select annee from {{ ref('rpt_contacts') }}
    union distinct
    select annee from {{ ref('rpt_heures_secteur') }}
    union distinct
    select annee from {{ ref('stg_transverse__projets') }}
),

entieres as (
    select
        regles.regle,
        annees.annee,
        cast(concat(cast(annees.annee as varchar), '-', regles.debut) as date) as periode_debut,
        cast(concat(cast(annees.annee as varchar), '-', regles.fin) as date) as periode_fin
    from annees
    cross join regles
),

-- La période en cours finit à l'arrêté ; celle qui n'a pas commencé n'existe pas.
final as (
    select
        entieres.regle,
        entieres.annee,
        entieres.periode_debut,
        least(entieres.periode_fin, parametres.arrete_au) as periode_fin
    from entieres
    cross join parametres
    where entieres.periode_debut <= parametres.arrete_au
)

select * from final
