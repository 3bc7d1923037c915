{#-
  Toutes les sources qui décrivent des personnes, une ligne chacune : une source de plus est une ligne de plus ici.
  ABC Clauses (rang 1) passe avant toutes les autres, qui ont le même rang : entre elles, la plus récente l'emporte.
-#}
{%- set fiches = [
    {'dans': 'stg_abc_clauses__salaries', 'rang': 1, 'sexe': 'sexe', 'qpv': 'qpv', 'niveau': 'niveau_formation'},
    {'dans': 'stg_cent_chances__candidatures', 'rang': 2, 'sexe': 'sexe', 'qpv': 'qpv', 'niveau': 'niveau_formation'},
    {'dans': 'stg_parcours__etapes', 'rang': 2, 'sexe': 'sexe'},
    {'dans': 'stg_parcours__prescriptions', 'rang': 2, 'qpv': 'qpv'},
    {'dans': 'stg_gpect__demandeurs', 'rang': 2},
] -%}
with fiches as (
    {% for fiche in fiches -%}
    select
        {{ fiche.rang }} as rang_source,
        personne_id,
        {{ fiche.sexe or 'cast(null as varchar)' }} as sexe,
        annee_naissance,
        {{ fiche.qpv or 'cast(null as boolean)' }} as qpv,
        {{ fiche.niveau or 'cast(null as varchar)' }} as niveau_formation,
        _etat_au,
        _livraison,
        _rang,
        _ligne
    from {{ ref(fiche.dans) }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

-- Ce qu'on dit d'une personne est une fiche et une seule. Les rangs de livraison ne se comparent pas d'une source à
-- l'autre : la date que dit la livraison passe d'abord.
ordonnees as (
    select
        *,
        row_number() over (
            partition by personne_id
            order by rang_source asc, _etat_au desc, _rang desc, _livraison desc, _ligne desc
        ) as ordre
    from fiches
    where personne_id is not null
),

-- Hors d'ABC Clauses le sexe est un texte libre : ce qui n'est ni F ni M ne dit rien.
final as (
    select
        personne_id,
        case when upper(trim(sexe)) in ('F', 'M') then upper(trim(sexe)) end as sexe,
        annee_naissance,
        qpv,
        niveau_formation
    from ordonnees
    where ordre = 1
)

select * from final
