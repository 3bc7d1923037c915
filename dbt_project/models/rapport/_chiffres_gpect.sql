with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

fiches as (
    select * from {{ ref('fct_fiches_actions') }}
),

structures as (
    select * from {{ ref('fct_structures_collaboratives') }}
),

demandeurs as (
    select * from {{ ref('fct_demandeurs') }}
),

reponses as (
    select * from {{ ref('fct_reponses_zti') }}
),

-- Un plan, un recensement, une liste se lisent tels qu'ils sont à la fin de la période.

-- Axes stratégiques du plan d'actions du projet donné en paramètre.
plan_axes as (
    select
        registre.code,
        periodes.annee,
        count(distinct case when fiches.code_projet = registre.parametre then fiches.num_axe end) as numerateur,
        null as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join fiches on periodes.periode_fin = fiches.arrete_au
    where registre.calcul = 'plan_axes'
    group by registre.code, periodes.annee
),

-- Fiches de ce plan.
plan_fiches as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si('fiches.code_projet = registre.parametre', 1) }} as numerateur,
        null as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join fiches on periodes.periode_fin = fiches.arrete_au
    where registre.calcul = 'plan_fiches'
    group by registre.code, periodes.annee
),

-- Structures recensées des champs donnés en paramètre (tous, sans paramètre), sur toutes.
structures_recensees as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si(retenue('structures.champ', 'registre.parametre'), 1) }} as numerateur,
        count(*) as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join structures on periodes.periode_fin = structures.arrete_au
    where registre.calcul = 'structures_recensees'
    group by registre.code, periodes.annee
),

-- Structures locales de ces champs, sur les structures locales.
structures_locales as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si('structures.locale and ' ~ retenue('structures.champ', 'registre.parametre'), 1) }} as numerateur,
        {{ somme_si('structures.locale', 1) }} as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join structures on periodes.periode_fin = structures.arrete_au
    where registre.calcul = 'structures_locales'
    group by registre.code, periodes.annee
),

-- Structures locales qui ont moins d'années que le paramètre, sur les structures locales. Celles dont l'année de
-- création est inconnue restent au dénominateur.
structures_locales_recentes as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si(
            'structures.locale and ' ~ annee('structures.arrete_au')
            ~ ' - structures.annee_creation < cast(registre.parametre as integer)',
            1
        ) }} as numerateur,
        {{ somme_si('structures.locale', 1) }} as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join structures on periodes.periode_fin = structures.arrete_au
    where registre.calcul = 'structures_locales_recentes'
    group by registre.code, periodes.annee
),

-- Structures avec lesquelles un entretien au moins a été mené, sur les structures recensées.
structures_interrogees as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si('structures.nb_entretiens > 0', 1) }} as numerateur,
        count(*) as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join structures on periodes.periode_fin = structures.arrete_au
    where registre.calcul = 'structures_interrogees'
    group by registre.code, periodes.annee
),

-- Demandeurs d'emploi de la liste.
demandeurs_de_la_liste as (
    select
        registre.code,
        periodes.annee,
        count(distinct demandeurs.identifiant_id) as numerateur,
        null as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join demandeurs on periodes.periode_fin = demandeurs.arrete_au
    where registre.calcul = 'demandeurs_de_la_liste'
    group by registre.code, periodes.annee
),

-- Ceux qui ont une adresse de courriel valide, sur tous.
demandeurs_joignables as (
    select
        registre.code,
        periodes.annee,
        count(distinct case when demandeurs.courriel_valide then demandeurs.identifiant_id end) as numerateur,
        count(distinct demandeurs.identifiant_id) as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join demandeurs on periodes.periode_fin = demandeurs.arrete_au
    where registre.calcul = 'demandeurs_joignables'
    group by registre.code, periodes.annee
),

-- Réponses à l'enquête dans la période, du type de commerce donné en paramètre (tous, sans paramètre).
reponses_de_la_periode as (
    select
        registre.code,
        registre.calcul,
        registre.complement,
        periodes.annee,
        reponses.interroge_par,
        reponses.appui_rh,
        reponses.appui_numerique,
        {{ retenue('reponses.type_commerce', 'registre.parametre') }} as est_retenue
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join reponses on reponses.date_reponse between periodes.periode_debut and periodes.periode_fin
    where registre.calcul in ('enquete_reponses', 'enquete_appui_rh', 'enquete_appui_numerique')
),

-- Réponses recueillies par l'organisme donné en complément (par tous, sans complément), sur toutes celles du type.
enquete_reponses as (
    select
        code,
        annee,
        {{ somme_si(
            'est_retenue and (complement is null or ' ~ cle_nom('interroge_par') ~ ' = ' ~ cle_nom('complement') ~ ')',
            1
        ) }} as numerateur,
        {{ somme_si('est_retenue', 1) }} as denominateur
    from reponses_de_la_periode
    where calcul = 'enquete_reponses'
    group by code, annee
),

-- Commerces qui souhaitent un appui en ressources humaines, sur les réponses du type.
enquete_appui_rh as (
    select
        code,
        annee,
        {{ somme_si('est_retenue and appui_rh', 1) }} as numerateur,
        {{ somme_si('est_retenue', 1) }} as denominateur
    from reponses_de_la_periode
    where calcul = 'enquete_appui_rh'
    group by code, annee
),

-- Commerces qui souhaitent un appui à leur stratégie numérique, sur les réponses du type.
enquete_appui_numerique as (
    select
        code,
        annee,
        {{ somme_si('est_retenue and appui_numerique', 1) }} as numerateur,
        {{ somme_si('est_retenue', 1) }} as denominateur
    from reponses_de_la_periode
    where calcul = 'enquete_appui_numerique'
    group by code, annee
),

final as (
    {{ chiffres_de([
        'plan_axes', 'plan_fiches', 'structures_recensees', 'structures_locales', 'structures_locales_recentes',
        'structures_interrogees', 'demandeurs_de_la_liste', 'demandeurs_joignables', 'enquete_reponses',
        'enquete_appui_rh', 'enquete_appui_numerique'
    ]) }}
)

select * from final
