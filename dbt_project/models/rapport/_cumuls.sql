-- Où commence chaque règle de période qui cumule depuis le premier fait connu (le premier jour de son mois, ou le jour
-- d'un événement), et les années où ces faits sont arrivés.
with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

regles as (
    select * from {{ ref('regles_periode') }}
),

suivis as (
    select * from {{ ref('fct_suivis') }}
),

etapes as (
    select * from {{ ref('fct_etapes') }}
),

visites as (
    select * from {{ ref('fct_rce_visites') }}
),

evenements as (
    select * from {{ ref('fct_evenements') }}
    where statut = 'Réalisé'
),

faits as (
    select
        regles.regle,
        suivis.date_entree as jour,
        {{ debut_de_mois('suivis.date_entree') }} as debut
    from regles
    cross join suivis
    where regles.depart = 'suivis'
    union all
    select
        regles.regle,
        suivis.date_sortie as jour,
        {{ debut_de_mois('suivis.date_entree') }} as debut
    from regles
    cross join suivis
    where regles.depart = 'suivis' and suivis.date_sortie is not null
    union all
    select
        regles.regle,
        visites.date_visite as jour,
        {{ debut_de_mois('visites.date_visite') }} as debut
    from regles
    cross join visites
    where regles.depart = 'visites'
    union all
    -- Passages du dispositif que comptent les chiffres de la règle.
    select
        regles.regle,
        etapes.date_etape as jour,
        {{ debut_de_mois('etapes.date_etape') }} as debut
    from regles
    inner join registre on regles.regle = registre.regle_periode
    inner join etapes on {{ retenue('etapes.dispositif', 'registre.parametre') }}
    where regles.depart = 'passages'
    union all
    -- Événements que comptent les chiffres de la règle.
    select
        regles.regle,
        evenements.date_evenement as jour,
        evenements.date_evenement as debut
    from regles
    inner join registre on regles.regle = registre.regle_periode
    inner join evenements on {{ evenement_retenu('evenements', 'registre.parametre') }}
    where regles.depart = 'evenements'
),

departs as (
    select regle, min(debut) as periode_debut
    from faits
    group by regle
),

-- À l'arrêté, le cumul se lit même si l'année n'a pas encore de fait.
annees as (
    select regle, {{ annee('jour') }} as annee
    from faits
    union distinct
    select departs.regle, {{ annee('parametres.arrete_au') }} as annee
    from departs
    cross join {{ source('bronze', 'parametres') }} as parametres
),

final as (
    select
        annees.regle,
        annees.annee,
        departs.periode_debut
    from annees
    inner join departs on annees.regle = departs.regle
)

select * from final
