-- Les périodes du registre, chaque année qui a des données : rien d'autre ne dit quand une période commence et finit.
with regles as (
    select * from {{ ref('regles_periode') }}
),

annees as (
    select * from {{ ref('_annees') }}
),

cumuls as (
    select * from {{ ref('_cumuls') }}
),

presse as (
    select * from {{ ref('rpt_presse') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

mois_d_articles as (
    select
        annee,
        {{ premier_du_mois('annee', 'mois') }} as premier_jour,
        row_number() over (partition by annee order by sum(articles) desc, mois asc) as rang
    from presse
    group by annee, mois
),

-- L'année d'une période est celle de sa fin.
bornees as (
    select
        regles.regle,
        annees.annee,
        case
            when regles.regle = 'annee_civile' then {{ jour_de_annee('annees.annee', premier_jour()) }}
            else {{ jour_de('annees.annee - regles.annees_avant', 'regles.debut') }}
        end as periode_debut,
        {{ jour_de('annees.annee', 'regles.fin') }} as periode_fin
    from regles
    cross join annees
    where regles.depart is null
    union all
    select
        regles.regle,
        cumuls.annee,
        cumuls.periode_debut,
        {{ jour_de('cumuls.annee', 'regles.fin') }} as periode_fin
    from regles
    inner join cumuls on regles.regle = cumuls.regle
    union all
    select
        regles.regle,
        mois_d_articles.annee,
        mois_d_articles.premier_jour as periode_debut,
        cast({{ dbt.last_day('mois_d_articles.premier_jour', 'month') }} as date) as periode_fin
    from regles
    inner join mois_d_articles on mois_d_articles.rang = 1
    where regles.depart = 'articles'
),

-- La période en cours finit à l'arrêté et celle qui n'a pas commencé n'existe pas, sauf pour ce qui est planifié. Une
-- règle d'une année close attend que l'arrêté soit d'une année plus tardive.
arretees as (
    select
        bornees.regle,
        bornees.annee,
        bornees.periode_debut,
        case
            when regles.a_venir then bornees.periode_fin
            else least(bornees.periode_fin, parametres.arrete_au)
        end as periode_fin
    from bornees
    inner join regles on bornees.regle = regles.regle
    cross join parametres
    where
        regles.a_venir
        or (
            bornees.periode_debut <= parametres.arrete_au
            and bornees.annee + regles.annees_closes <= {{ annee('parametres.arrete_au') }}
        )
),

final as (
    select arretees.*
    from arretees
    {%- if var('premier_mois', 1) > 1 %}
    -- Une période qui ne commence pas en janvier n'a que ses chiffres, et les cumuls : une règle qui commence avant elle
    -- se lirait sur des faits qui n'en sont pas.
    inner join regles on arretees.regle = regles.regle
    cross join parametres
    where
        arretees.annee = {{ annee('parametres.arrete_au') }}
        and (
            regles.depart is not null
            or arretees.periode_debut >= {{ jour_de_annee(annee('parametres.arrete_au'), premier_jour()) }}
        )
    {%- endif %}
)

select * from final
