with articles as (
    select * from {{ ref('stg_transverse__articles') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Un article daté d'après l'arrêté n'a pas encore paru.
final as (
    select
        articles.date_parution,
        {{ annee('articles.date_parution') }} as annee,
        articles.organe,
        articles.gip,
        articles.clauses,
        articles.lab_competences,
        articles._livraison,
        articles._feuille,
        articles._ligne
    from articles
    cross join parametres
    where articles.date_parution <= parametres.arrete_au
)

select * from final
