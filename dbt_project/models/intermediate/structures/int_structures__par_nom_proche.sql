{#- Lettres au-dessous desquelles une lettre doublée suffit à faire un autre nom (« Ana », « Anna »). -#}
{%- set longueur_min = 8 -%}
with par_siren as (
    select * from {{ ref('int_structures__par_siren') }}
),

immatriculations as (
    select * from {{ ref('int_structures__immatriculations') }}
),

-- Étape 4. Deux noms qui ne diffèrent que par une lettre doublée sont une faute de frappe. Pas pour une commune :
-- Chanay et Channay en sont deux. Tout ce qui est moins sûr n'est que proposé, dans core.revue_structures.
lisses as (
    select
        groupe,
        {{ lettres_simples('cle_nom') }} as nom_lisse
    from par_siren
    where not (cle_nom like 'ville%' or cle_nom like 'mairie%' or cle_nom like 'commune%')
),

liens as (
    select distinct
        groupe as noeud,
        nom_lisse as lien
    from lisses
    where length(nom_lisse) >= {{ longueur_min }}
),

{{ de_proche_en_proche('liens') }},

reunis as (
    select
        par_siren.cle_nom,
        par_siren.groupe,
        coalesce(etiquettes.etiquette, par_siren.groupe) as reuni
    from par_siren
    left join etiquettes on par_siren.groupe = etiquettes.noeud
),

sirens as (
    select distinct
        reunis.reuni,
        reunis.groupe,
        immatriculations.siren
    from reunis
    inner join immatriculations on reunis.cle_nom = immatriculations.cle_nom
),

par_groupe as (
    select
        reuni,
        groupe,
        count(*) as sirens
    from sirens
    group by reuni, groupe
),

-- Des SIREN qui se contredisent disent deux entreprises : réunie, la structure n'en aurait pas un de plus que la part
-- qui en a le plus.
contredits as (
    select sirens.reuni
    from sirens
    inner join par_groupe on sirens.reuni = par_groupe.reuni
    group by sirens.reuni
    having count(distinct sirens.siren) > max(par_groupe.sirens)
),

defaits as (
    select reuni from contredits

    union distinct

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
