with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

entreprises as (
    select * from {{ ref('rpt_entreprises') }}
),

-- Employeurs de l'une des catégories données en paramètre (toutes, sans paramètre), sur les employeurs de l'année.
entreprises_categorie as (
    select
        registre.code,
        entreprises.annee,
        {{ somme_si(retenue('entreprises.categorie', 'registre.parametre'), 'entreprises.entreprises') }} as numerateur,
        sum(entreprises.entreprises) as denominateur
    from registre
    cross join entreprises
    where registre.calcul = 'entreprises_categorie'
    group by registre.code, entreprises.annee
),

final as (
    {{ chiffres_de(['entreprises_categorie']) }}
)

select * from final
