with articles as (
    select * from {{ ref('stg_transverse__articles') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

organes as (
    {{ graphies('articles', 'organe', 'date_parution <= parametres.arrete_au') }}
),

-- Un article daté d'après l'arrêté n'a pas encore paru.
parus as (
    select
        {{ annee('articles.date_parution') }} as annee,
        {{ mois('articles.date_parution') }} as mois,
        organes.graphie as organe,
        articles.gip,
        articles.clauses,
        articles.lab_competences
    from articles
    cross join parametres
    left join organes on {{ cle_texte('articles.organe') }} = organes.cle
    where articles.date_parution <= parametres.arrete_au
),

-- Un article peut porter plusieurs marques : elles ne s'additionnent pas.
final as (
    select
        annee,
        mois,
        organe,
        count(*) as articles,
        count(case when gip then 1 end) as gip,
        count(case when clauses then 1 end) as clauses,
        count(case when lab_competences then 1 end) as lab_competences
    from parus
    group by annee, mois, organe
)

select * from final
