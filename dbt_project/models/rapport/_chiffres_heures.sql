with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

secteurs as (
    select * from {{ ref('rpt_heures_secteur') }}
),

types_contrat as (
    select * from {{ ref('rpt_heures_type_contrat') }}
),

operations as (
    select * from {{ ref('rpt_heures_operation') }}
),

-- Heures du secteur donné en paramètre (tous, sans paramètre), sur les heures de l'année.
heures_secteur as (
    select
        registre.code,
        secteurs.annee,
        {{ somme_si(retenue('secteurs.secteur', 'registre.parametre'), 'secteurs.heures') }} as numerateur,
        sum(secteurs.heures) as denominateur
    from registre
    cross join secteurs
    where registre.calcul = 'heures_secteur'
    group by registre.code, secteurs.annee
),

-- Heures du type de contrat donné en paramètre, sur les heures de l'année.
heures_type_contrat as (
    select
        registre.code,
        types_contrat.annee,
        {{ somme_si(retenue('types_contrat.type_contrat', 'registre.parametre'), 'types_contrat.heures') }}
            as numerateur,
        sum(types_contrat.heures) as denominateur
    from registre
    cross join types_contrat
    where registre.calcul = 'heures_type_contrat'
    group by registre.code, types_contrat.annee
),

-- Heures de l'opération dont le rang est donné en paramètre ; une année qui a moins d'opérations n'a pas ce chiffre.
heures_operation_de_rang as (
    select
        registre.code,
        operations.annee,
        operations.heures as numerateur,
        null as denominateur
    from registre
    inner join operations on cast(operations.rang as varchar) = registre.parametre
    where registre.calcul = 'heures_operation_de_rang'
),

-- Opérations du secteur donné en paramètre parmi les premières (leur nombre est le complément), sur celles-ci.
premieres_operations_secteur as (
    select
        registre.code,
        operations.annee,
        {{ somme_si(retenue('operations.secteur', 'registre.parametre'), 1) }} as numerateur,
        count(*) as denominateur
    from registre
    inner join operations on operations.rang <= cast(registre.complement as integer)
    where registre.calcul = 'premieres_operations_secteur'
    group by registre.code, operations.annee
),

final as (
    {{ chiffres_de([
        'heures_secteur', 'heures_type_contrat', 'heures_operation_de_rang', 'premieres_operations_secteur'
    ]) }}
)

select * from final
