with salaries as (
    select * from {{ ref('stg_abc_clauses__salaries') }}
),

-- Deux numéros de salarié peuvent désigner la même personne. Ce qu'on dit d'elle est sa fiche la plus récente :
-- la livraison la plus tardive, puis la dernière ligne.
dernieres as (
    {{ derniere_livraison('salaries', ['personne_id']) }}
),

final as (
    select
        personne_id,
        sexe,
        annee_naissance,
        code_commune,
        qpv,
        quartier,
        niveau_formation,
        prescripteur,
        accompagnement
    from dernieres
)

select * from final
