{#- Tables qui disent quelles années ont des données : une ligne chacune. -#}
{%- set tables = [
    'fct_besoins', 'fct_entretiens', 'fct_etapes', 'fct_rce_offres', 'fct_rce_visites', 'fct_rencontres',
    'fct_reponses_zti', 'fct_suivis', 'rpt_cent_chances_entonnoir', 'rpt_contacts', 'rpt_donneurs_ordre',
    'rpt_embauches', 'rpt_equipe', 'rpt_evenements', 'rpt_heures_secteur', 'rpt_presse', 'stg_transverse__projets',
] -%}
with parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- L'année de l'arrêté a toujours ses cumuls ; celle d'après, ce qui y est planifié.
final as (
    {% for table in tables -%}
    select annee from {{ ref(table) }}
    union distinct
    {% endfor -%}
    select {{ annee('arrete_au') }} as annee from parametres
    union distinct
    select {{ annee('arrete_au') }} + 1 as annee from parametres
)

select * from final
