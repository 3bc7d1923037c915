{#- 2026-11 : une faute de frappe change une ou deux lettres ; davantage, ou deux d'un nom court, font un autre mot. -#}
{%- set ecart_max = 2 -%}
{%- set ressemblance_min = 0.85 -%}
{#- Un nom plus court se retrouve dans trop d'autres. -#}
{%- set longueur_min = 6 -%}
{#- Un mot de cette longueur désigne quelque chose ; celui que tant de noms ont en commun n'en distingue plus aucun. -#}
{%- set longueur_d_un_mot = 5 -%}
{%- set noms_par_bloc = 500 -%}
with citees as (
    select * from {{ ref('int_structures__citees') }}
),

noms_rapproches as (
    select * from {{ ref('int_structures__noms') }}
),

graphies as (
    select
        cle_nom,
        nom,
        {{ rang_graphie(['cle_nom'], 'sum(citations)', 'nom') }} as rang
    from citees
    group by cle_nom, nom
),

noms as (
    select
        graphies.cle_nom,
        concat(' ', trim({{ espaces_au_lieu_de(sans_accents('graphies.nom'), '^\\p{L}\\p{N}') }}), ' ') as mots,
        {{ sans_caracteres('graphies.cle_nom', '^0-9') }} as chiffres,
        length(graphies.cle_nom) as longueur,
        noms_rapproches.structure_id
    from graphies
    inner join noms_rapproches on graphies.cle_nom = noms_rapproches.cle_nom
    where graphies.rang = 1 and length(graphies.cle_nom) >= {{ longueur_min }}
),

-- Comparer chaque nom à tous serait sans borne : il ne l'est qu'à ceux d'un même bloc. Deux noms à une lettre près ont
-- toujours la même première ou la même seconde moitié ; plus différents, il leur faut un mot en commun.
moities as (
    {% for longueur in ['longueur', 'longueur - 1'] -%}
    {%- set moitie = 'cast(floor((' ~ longueur ~ ') / 2.0) as integer)' -%}
    select
        cle_nom,
        concat('début ', substring(cle_nom, 1, {{ moitie }})) as bloc
    from noms

    union distinct

    select
        cle_nom,
        concat('fin ', substring(cle_nom, longueur - {{ moitie }} + 1)) as bloc
    from noms
    {% if not loop.last %}
    union distinct

    {% endif %}
    {%- endfor %}
),

mots_des_noms as (
    select
        cle_nom,
        {{ eclater('trim(mots)', ' ') }} as mot
    from noms
),

blocs as (
    select cle_nom, bloc from moities

    union distinct

    select
        cle_nom,
        concat('mot ', mot) as bloc
    from mots_des_noms
    where length(mot) >= {{ longueur_d_un_mot }}
),

blocs_utiles as (
    select bloc
    from blocs
    group by bloc
    having count(*) between 2 and {{ noms_par_bloc }}
),

couples_de_noms as (
    select distinct
        un.cle_nom as cle_un,
        autre.cle_nom as cle_autre
    from blocs_utiles
    inner join blocs as un on blocs_utiles.bloc = un.bloc
    inner join blocs as autre on blocs_utiles.bloc = autre.bloc
    where un.cle_nom < autre.cle_nom
),

-- Deux noms de chiffres différents (« DDT 21 », « DDT 25 ») ne sont pas deux graphies d'un même.
compares as (
    select
        couples_de_noms.cle_un,
        couples_de_noms.cle_autre,
        un.structure_id as structure_id_un,
        autre.structure_id as structure_id_autre,
        {{ ecart_de_lettres('un.cle_nom', 'autre.cle_nom') }} as ecart,
        greatest(un.longueur, autre.longueur) as longueur,
        un.mots like concat('%', autre.mots, '%') or autre.mots like concat('%', un.mots, '%') as contient
    from couples_de_noms
    inner join noms as un on couples_de_noms.cle_un = un.cle_nom
    inner join noms as autre on couples_de_noms.cle_autre = autre.cle_nom
    where un.structure_id <> autre.structure_id and un.chiffres = autre.chiffres
),

mesures as (
    select
        cle_un,
        cle_autre,
        structure_id_un,
        structure_id_autre,
        1 - ecart / cast(longueur as double) as ressemblance,
        ecart <= {{ ecart_max }} and 1 - ecart / cast(longueur as double) >= {{ ressemblance_min }} as proches,
        contient
    from compares
),

final as (
    select
        cle_un,
        cle_autre,
        structure_id_un,
        structure_id_autre,
        ressemblance,
        proches
    from mesures
    where proches or contient
)

select * from final
