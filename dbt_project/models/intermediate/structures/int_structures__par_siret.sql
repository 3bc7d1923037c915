with par_decision as (
    select * from {{ ref('int_structures__par_decision') }}
),

immatriculations as (
    select * from {{ ref('int_structures__immatriculations') }}
),

-- Étape 2. Même SIRET, même structure. Une ligne sans SIRET n'a que son nom pour la rattacher.
liens as (
    select distinct
        par_decision.groupe as noeud,
        immatriculations.siret as lien
    from immatriculations
    inner join par_decision on immatriculations.cle_nom = par_decision.cle_nom
    where immatriculations.siret is not null
),

{{ de_proche_en_proche('liens') }},

reunis as (
    select
        par_decision.cle_nom,
        par_decision.groupe,
        coalesce(etiquettes.etiquette, par_decision.groupe) as reuni
    from par_decision
    left join etiquettes on par_decision.groupe = etiquettes.noeud
),

defaits as (
    {{ reunissent_des_differentes('reunis') }}
),

-- Plusieurs SIRET à la suite peuvent encore mener d'un nom à un autre dit différent : aucun d'eux ne réunit alors rien.
final as (
    select
        reunis.cle_nom,
        case when defaits.reuni is null then reunis.reuni else reunis.groupe end as groupe,
        defaits.reuni is not null as defait
    from reunis
    left join defaits on reunis.reuni = defaits.reuni
)

select * from final
