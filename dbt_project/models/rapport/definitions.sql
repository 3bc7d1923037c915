with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

calculs as (
    select * from {{ ref('calculs') }}
),

regles as (
    select * from {{ ref('regles_periode') }}
),

-- Un alias imprime le chiffre d'un autre code : son calcul, ses paramètres et ses lignes sont ceux de cet autre.
final as (
    select
        registre.code,
        registre.libelle,
        registre.axe,
        registre.projet,
        registre.unite,
        registre.modele,
        calculs.numerateur,
        case when {{ est_un_quotient('registre.unite') }} then calculs.denominateur end as denominateur,
        regles.libelle as periode,
        registre.sources,
        registre.alias_de,
        retenu.calcul,
        retenu.parametre,
        retenu.complement,
        calculs.lignes_de,
        calculs.compte,
        calculs.filtre
    from registre
    inner join registre as retenu on coalesce(registre.alias_de, registre.code) = retenu.code
    left join regles on registre.regle_periode = regles.regle
    left join calculs on retenu.calcul = calculs.calcul
)

select * from final
