with entretiens as (
    select * from {{ ref('fct_entretiens') }}
    where statut = 'Réalisé'
),

effectifs as (
    select * from {{ ref('int_gpect__effectifs_derniers') }}
),

-- Une entreprise compte une fois par démarche, avec le département et l'effectif de son dernier entretien.
ordonnes as (
    select
        *,
        row_number() over (
            partition by demarche, structure_id
            order by date_entretien desc, _ligne desc
        ) as ordre
    from entretiens
),

groupes as (
    {{ lignes_et_total('ordonnes', 'departement') }}
),

comptes as (
    select
        demarche,
        groupe as departement,
        count(case when ordre = 1 then 1 end) as entreprises,
        count(*) as entretiens,
        cast(coalesce(sum(case when ordre = 1 then effectif end), 0) as bigint) as effectif_interroge
    from groupes
    group by demarche, groupe
),

-- Le territoire du total est la région.
final as (
    select
        comptes.demarche,
        comptes.departement,
        comptes.entreprises,
        comptes.entretiens,
        comptes.effectif_interroge,
        effectifs.effectif_salarie as effectif_territoire,
        {{ part('comptes.effectif_interroge', 'effectifs.effectif_salarie') }} as couverture
    from comptes
    left join effectifs
        on
            {{ cle_texte('comptes.demarche') }} = effectifs.cle_secteur
            and {{ cle_texte("case when comptes.departement = 'TOTAL' then 'Bourgogne' else comptes.departement end") }}
            = effectifs.cle_territoire
)

select * from final
