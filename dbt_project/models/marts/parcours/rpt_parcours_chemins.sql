with chemins as (
    select * from {{ ref('fct_chemins') }}
),

lignes as (
    {{ lignes_et_total('chemins', 'prescripteur') }}
),

-- Chaque étape compte des personnes passées par la précédente. Les délais partent tous de la première prescription ;
-- une validation datée d'avant elle est une faute de saisie, signalée, qui ne se mesure pas.
comptees as (
    select
        annee,
        groupe as prescripteur,
        count(*) as prescrites,
        count(case when validee then 1 end) as validees,
        count(date_contrat) as avec_contrat,
        count(date_embauche) as embauchees,
        count(case when contrat_sans_validation then 1 end) as contrats_sans_validation,
        median(
            case
                when date_validation >= date_prescription
                    then {{ jours_entre('date_prescription', 'date_validation') }}
            end
        ) as jours_validation,
        median({{ jours_entre('date_prescription', 'date_contrat') }}) as jours_contrat,
        median({{ jours_entre('date_prescription', 'date_embauche') }}) as jours_embauche
    from lignes
    group by annee, groupe
),

final as (
    select
        annee,
        prescripteur,
        prescrites,
        validees,
        {{ part('validees', 'prescrites') }} as taux_validation,
        avec_contrat,
        {{ part('avec_contrat', 'validees') }} as taux_contrat,
        embauchees,
        {{ part('embauchees', 'avec_contrat') }} as taux_embauche,
        contrats_sans_validation,
        cast(jours_validation as double) as jours_validation,
        cast(jours_contrat as double) as jours_contrat,
        cast(jours_embauche as double) as jours_embauche
    from comptees
)

select * from final
