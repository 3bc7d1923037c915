with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

chiffres as (
    select * from {{ ref('_chiffres_heures') }}
    union all
    select * from {{ ref('_chiffres_personnes') }}
    union all
    select * from {{ ref('_chiffres_operations') }}
    union all
    select * from {{ ref('_chiffres_entreprises') }}
    union all
    select * from {{ ref('_chiffres_contacts') }}
    union all
    select * from {{ ref('_chiffres_projets') }}
),

-- Deux codes qui impriment le même chiffre n'ont qu'un calcul : celui du code dont l'autre est l'alias. Un pourcentage
-- se lit en pourcent (28,98), comme il s'imprime ; la part de rien n'existe pas.
final as (
    select
        registre.code,
        registre.libelle,
        registre.axe,
        registre.projet,
        chiffres.annee,
        periodes.periode_debut,
        periodes.periode_fin,
        case
            when registre.unite = 'pourcent' then 100 * {{ part('chiffres.numerateur', 'chiffres.denominateur') }}
            else cast(chiffres.numerateur as double)
        end as valeur,
        chiffres.numerateur,
        case when registre.unite = 'pourcent' then chiffres.denominateur end as denominateur,
        registre.unite,
        registre.modele,
        registre.sources,
        parametres.publication
    from registre
    inner join chiffres on coalesce(registre.alias_de, registre.code) = chiffres.code
    inner join periodes on registre.regle_periode = periodes.regle and chiffres.annee = periodes.annee
    cross join parametres
    where registre.unite <> 'pourcent' or chiffres.denominateur <> 0
)

select * from final
