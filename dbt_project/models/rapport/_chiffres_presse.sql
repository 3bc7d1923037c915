with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

presse as (
    select * from {{ ref('rpt_presse') }}
),

-- Articles des mois de la période de chaque chiffre.
parus as (
    select
        registre.code,
        registre.calcul,
        registre.parametre,
        periodes.annee,
        presse.organe,
        presse.articles,
        presse.gip,
        presse.clauses,
        presse.lab_competences
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join presse
        on
            periodes.annee = presse.annee
            and {{ premier_du_mois('presse.annee', 'presse.mois') }}
            between periodes.periode_debut and periodes.periode_fin
    where registre.calcul in ('articles', 'articles_organe', 'articles_marque')
),

articles as (
    select code, annee, sum(articles) as numerateur, null as denominateur
    from parus
    where calcul = 'articles'
    group by code, annee
),

-- Articles de l'organe nommé en paramètre, sur tous.
articles_organe as (
    select
        code,
        annee,
        {{ somme_si(cle_nom('organe') ~ ' = ' ~ cle_nom('parametre'), 'articles') }} as numerateur,
        sum(articles) as denominateur
    from parus
    where calcul = 'articles_organe'
    group by code, annee
),

-- Articles qui portent la marque donnée en paramètre, sur tous.
articles_marque as (
    select
        code,
        annee,
        sum(
            case parametre
                when 'gip' then gip
                when 'clauses' then clauses
                when 'lab_competences' then lab_competences
            end
        ) as numerateur,
        sum(articles) as denominateur
    from parus
    where calcul = 'articles_marque'
    group by code, annee
),

final as (
    {{ chiffres_de(['articles', 'articles_organe', 'articles_marque']) }}
)

select * from final
