with par_siret as (
    select * from {{ ref('int_structures__par_siret') }}
),

immatriculations as (
    select * from {{ ref('int_structures__immatriculations') }}
),

groupes as (
    select
        par_siret.groupe,
        immatriculations.siret,
        immatriculations.siren
    from par_siret
    inner join immatriculations on par_siret.cle_nom = immatriculations.cle_nom
),

-- Étape 3. Une structure dont on ne sait que le SIREN rejoint celle qui en a un établissement, si elle est seule à en
-- avoir. S'il y en a plusieurs, ou aucune, elle va par son nom.
seules_de_leur_siren as (
    select
        siren,
        min(groupe) as groupe
    from groupes
    where siret is not null
    group by siren
    having count(distinct groupe) = 1
),

sans_etablissement as (
    select
        groupe,
        min(siren) as siren
    from groupes
    group by groupe
    having count(siret) = 0 and count(distinct siren) = 1
),

reunis as (
    select
        par_siret.cle_nom,
        par_siret.groupe,
        coalesce(seules_de_leur_siren.groupe, par_siret.groupe) as reuni
    from par_siret
    left join sans_etablissement on par_siret.groupe = sans_etablissement.groupe
    left join seules_de_leur_siren on sans_etablissement.siren = seules_de_leur_siren.siren
),

defaits as (
    {{ reunissent_des_differentes('reunis') }}
),

final as (
    select
        reunis.cle_nom,
        case when defaits.reuni is null then reunis.reuni else reunis.groupe end as groupe
    from reunis
    left join defaits on reunis.reuni = defaits.reuni
)

select * from final
