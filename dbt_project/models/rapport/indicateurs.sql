{#- Modèles qui calculent : une ligne chacun. -#}
{%- set modeles = [
    '_chiffres_campus', '_chiffres_cent_chances', '_chiffres_contacts', '_chiffres_entreprises',
    '_chiffres_entretiens', '_chiffres_equipe', '_chiffres_evenements', '_chiffres_gpect', '_chiffres_heures',
    '_chiffres_operations', '_chiffres_parcours', '_chiffres_personnes', '_chiffres_presse', '_chiffres_projets',
    '_chiffres_rce',
] -%}
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
    {% for modele in modeles -%}
    select * from {{ ref(modele) }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

-- Deux codes qui impriment le même chiffre n'ont qu'un calcul : celui du code dont l'autre est l'alias. Un pourcentage
-- se lit en pourcent (28,98), comme il s'imprime ; une moyenne (« postes_par_entreprise ») est un quotient. La part de
-- rien n'existe pas.
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
            when {{ est_un_quotient('registre.unite') }}
                then {{ part('chiffres.numerateur', 'chiffres.denominateur') }}
            else cast(chiffres.numerateur as double)
        end as valeur,
        chiffres.numerateur,
        case when {{ est_un_quotient('registre.unite') }} then chiffres.denominateur end as denominateur,
        registre.unite,
        registre.modele,
        registre.sources,
        parametres.publication
    from registre
    inner join chiffres on coalesce(registre.alias_de, registre.code) = chiffres.code
    inner join periodes on registre.regle_periode = periodes.regle and chiffres.annee = periodes.annee
    cross join parametres
    where not {{ est_un_quotient('registre.unite') }} or chiffres.denominateur <> 0
)

select * from final
