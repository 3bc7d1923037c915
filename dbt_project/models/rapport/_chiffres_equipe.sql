with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

equipe as (
    select * from {{ ref('rpt_equipe') }}
),

-- Chaque chiffre, chaque année, dans le service donné en paramètre, pour les fonctions dont le nom contient celui donné
-- en complément (toutes, sans complément).
fonctions as (
    select
        registre.code,
        registre.calcul,
        equipe.annee,
        {{ somme_si(fonction_retenue('equipe', 'registre'), 'equipe.personnes') }} as personnes,
        {{ somme_si(fonction_retenue('equipe', 'registre'), 'equipe.etp') }} as etp
    from registre
    cross join equipe
    where
        registre.calcul in ('personnes_fonctions', 'etp_fonctions', 'etp_fonctions_en_plus', 'temps_de_travail')
    group by registre.code, registre.calcul, equipe.annee
),

personnes_fonctions as (
    select code, annee, personnes as numerateur, null as denominateur
    from fonctions
    where calcul = 'personnes_fonctions'
),

etp_fonctions as (
    select code, annee, etp as numerateur, null as denominateur
    from fonctions
    where calcul = 'etp_fonctions'
),

-- Ce que l'année a de plus que la précédente, si les deux listes sont connues.
etp_fonctions_en_plus as (
    select fonctions.code, fonctions.annee, fonctions.etp - avant.etp as numerateur, null as denominateur
    from fonctions
    inner join fonctions as avant on fonctions.code = avant.code and fonctions.annee = avant.annee + 1
    where fonctions.calcul = 'etp_fonctions_en_plus'
),

-- Équivalents temps plein sur les personnes : la part d'un temps plein que chacune y passe.
temps_de_travail as (
    select code, annee, etp as numerateur, personnes as denominateur
    from fonctions
    where calcul = 'temps_de_travail'
),

final as (
    {{ chiffres_de(['personnes_fonctions', 'etp_fonctions', 'etp_fonctions_en_plus', 'temps_de_travail']) }}
)

select * from final
