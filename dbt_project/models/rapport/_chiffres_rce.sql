{%- set mesures = [
    'entreprises_visitees', 'entreprises_avec_offres', 'offres', 'postes_q', 'postes_zg', 'postes_nq',
    'offres_pourvues', 'offres_en_cours', 'offres_nsp', 'postes_pourvus',
] -%}
with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

visites as (
    select * from {{ ref('fct_rce_visites') }}
),

entreprises as (
    select * from {{ ref('rpt_rce_entreprises') }}
),

offres as (
    select * from {{ ref('int_rce__offres_par_secteur') }}
),

visites_situees as (
    select
        date_visite,
        structure_id,
        origine,
        min(date_visite) over (partition by structure_id) as premiere_visite
    from visites
),

-- Rendez-vous de la période, de l'origine donnée en paramètre (toutes, sans paramètre), sur ceux de la période.
rce_rendez_vous as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si(retenue('visites.origine', 'registre.parametre'), 1) }} as numerateur,
        count(*) as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join visites on visites.date_visite between periodes.periode_debut and periodes.periode_fin
    where registre.calcul = 'rce_rendez_vous'
    group by registre.code, periodes.annee
),

-- Entreprises dont le tout premier rendez-vous est dans la période, sur les entreprises rencontrées.
rce_nouvelles_entreprises as (
    select
        registre.code,
        periodes.annee,
        count(distinct case when visites.premiere_visite >= periodes.periode_debut then visites.structure_id end)
            as numerateur,
        count(distinct visites.structure_id) as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join visites_situees as visites
        on visites.date_visite between periodes.periode_debut and periodes.periode_fin
    where registre.calcul = 'rce_nouvelles_entreprises'
    group by registre.code, periodes.annee
),

-- Entreprises rencontrées dans la période qui ont la modalité donnée en paramètre (toutes, sans paramètre) de la
-- dimension donnée en complément, sur les entreprises rencontrées.
rce_entreprises as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si(retenue('entreprises.modalite', 'registre.parametre'), 'entreprises.entreprises') }} as numerateur,
        sum(entreprises.entreprises) as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join entreprises
        on
            periodes.periode_debut = entreprises.periode_debut
            and periodes.periode_fin = entreprises.periode_fin
            and registre.complement = entreprises.dimension
    where registre.calcul = 'rce_entreprises'
    group by registre.code, periodes.annee
),

mesures as (
    {% for mesure in mesures -%}
    select arrete_au, secteur, '{{ mesure }}' as mesure, {{ mesure }} as valeur from offres
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

-- Le tableau des offres, à la fin de chaque période, et ce que chaque chiffre en lit : les lignes du secteur donné en
-- paramètre (le total, sans paramètre), et parmi elles les mesures données en complément.
mesures_lues as (
    select
        registre.code,
        registre.calcul,
        periodes.annee,
        mesures.mesure,
        mesures.valeur,
        mesures.secteur = coalesce(registre.parametre, 'TOTAL') as est_du_secteur,
        {{ retenue('mesures.mesure', 'registre.complement') }} as est_retenue
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join mesures on periodes.periode_fin = mesures.arrete_au
    where registre.calcul in ('rce_offres', 'rce_part_des_postes', 'rce_moyenne', 'rce_entreprises_qui_recrutent')
),

rce_offres as (
    select code, annee, {{ somme_si('est_du_secteur and est_retenue', 'valeur') }} as numerateur, null as denominateur
    from mesures_lues
    where calcul = 'rce_offres'
    group by code, annee
),

-- Ces postes, sur tous ceux du secteur.
rce_part_des_postes as (
    select
        code,
        annee,
        {{ somme_si('est_du_secteur and est_retenue', 'valeur') }} as numerateur,
        {{ somme_si("est_du_secteur and mesure in ('postes_q', 'postes_zg', 'postes_nq')", 'valeur') }} as denominateur
    from mesures_lues
    where calcul = 'rce_part_des_postes'
    group by code, annee
),

-- Ces mesures, par entreprise du secteur qui a des offres.
rce_moyenne as (
    select
        code,
        annee,
        {{ somme_si('est_du_secteur and est_retenue', 'valeur') }} as numerateur,
        {{ somme_si("est_du_secteur and mesure = 'entreprises_avec_offres'", 'valeur') }} as denominateur
    from mesures_lues
    where calcul = 'rce_moyenne'
    group by code, annee
),

-- Une entreprise qui recrute est une entreprise qui a des offres, parmi les entreprises visitées du secteur.
rce_entreprises_qui_recrutent as (
    select
        code,
        annee,
        {{ somme_si("est_du_secteur and mesure = 'entreprises_avec_offres'", 'valeur') }} as numerateur,
        {{ somme_si("est_du_secteur and mesure = 'entreprises_visitees'", 'valeur') }} as denominateur
    from mesures_lues
    where calcul = 'rce_entreprises_qui_recrutent'
    group by code, annee
),

final as (
    {{ chiffres_de([
        'rce_rendez_vous', 'rce_nouvelles_entreprises', 'rce_entreprises', 'rce_offres', 'rce_part_des_postes',
        'rce_moyenne', 'rce_entreprises_qui_recrutent'
    ]) }}
)

select * from final
