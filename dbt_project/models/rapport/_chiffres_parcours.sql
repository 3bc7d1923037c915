with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

etapes as (
    select * from {{ ref('fct_etapes') }}
),

passages as (
    select * from {{ ref('fct_passages') }}
),

personnes as (
    select * from {{ ref('dim_personne') }}
),

-- Le paramètre est un dispositif et une ou plusieurs étapes. Une période où le dispositif n'a aucun passage n'a pas le
-- chiffre ; si elle en a, mais aucun à ces étapes, il est de zéro.
chiffres as (
    select distinct
        registre.code,
        registre.calcul,
        registre.parametre,
        registre.complement,
        periodes.annee,
        periodes.periode_debut,
        periodes.periode_fin,
        passages.dispositif
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join passages
        on
            {{ retenue('passages.dispositif', 'registre.parametre') }}
            and passages.date_etape between periodes.periode_debut and periodes.periode_fin
    where
        registre.calcul in (
            'personnes_etape', 'personnes_etape_sexe', 'personnes_etape_prescripteur', 'personnes_etape_et',
            'personnes_etape_perdues', 'etablissements_etape', 'etablissements_nouveaux'
        )
),

-- Personnes qui franchissent l'une des étapes dans la période.
arrivees as (
    select
        chiffres.*,
        etapes.personne_id,
        personnes.sexe
    from chiffres
    left join etapes
        on
            chiffres.dispositif = etapes.dispositif
            and {{ retenue('etapes.etape', 'chiffres.parametre') }}
            and etapes.date_etape between chiffres.periode_debut and chiffres.periode_fin
    left join personnes on etapes.personne_id = personnes.personne_id
),

personnes_etape as (
    select code, annee, count(distinct personne_id) as numerateur, null as denominateur
    from arrivees
    where calcul = 'personnes_etape'
    group by code, annee
),

-- Celles du sexe donné en complément, sur toutes.
personnes_etape_sexe as (
    select
        code,
        annee,
        count(distinct case when sexe = complement then personne_id end) as numerateur,
        count(distinct personne_id) as denominateur
    from arrivees
    where calcul = 'personnes_etape_sexe'
    group by code, annee
),

-- Celles qui franchissent aussi, avant ou après, l'étape donnée en complément.
arrivees_doubles as (
    select
        arrivees.code,
        arrivees.calcul,
        arrivees.annee,
        arrivees.personne_id,
        etapes.personne_id is not null as franchit_l_autre
    from arrivees
    left join etapes
        on
            arrivees.dispositif = etapes.dispositif
            and arrivees.complement = etapes.etape
            and arrivees.personne_id = etapes.personne_id
    where arrivees.calcul in ('personnes_etape_et', 'personnes_etape_perdues')
),

personnes_etape_et as (
    select
        code,
        annee,
        count(distinct case when franchit_l_autre then personne_id end) as numerateur,
        count(distinct personne_id) as denominateur
    from arrivees_doubles
    where calcul = 'personnes_etape_et'
    group by code, annee
),

-- Celles qui ne la franchissent pas. Tant que personne ne l'a franchie, on ne sait pas qui s'est perdu en chemin.
personnes_etape_perdues as (
    select
        code,
        annee,
        count(distinct case when not franchit_l_autre then personne_id end) as numerateur,
        count(distinct personne_id) as denominateur
    from arrivees_doubles
    where calcul = 'personnes_etape_perdues'
    group by code, annee
    having count(case when franchit_l_autre then 1 end) > 0
),

-- Les passages disent aussi par qui et d'où : deux prescripteurs peuvent adresser la même personne.
passages_des_chiffres as (
    select
        chiffres.*,
        passages.personne_id,
        passages.prescripteur,
        {{ cle_nom('passages.etablissement') }} as etablissement
    from chiffres
    left join passages
        on
            chiffres.dispositif = passages.dispositif
            and {{ retenue('passages.etape', 'chiffres.parametre') }}
            and passages.date_etape between chiffres.periode_debut and chiffres.periode_fin
),

-- Personnes adressées par le prescripteur donné en complément, sur toutes.
personnes_etape_prescripteur as (
    select
        code,
        annee,
        count(distinct case when {{ cle_texte('prescripteur') }} = {{ cle_texte('complement') }} then personne_id end)
            as numerateur,
        count(distinct personne_id) as denominateur
    from passages_des_chiffres
    where calcul = 'personnes_etape_prescripteur'
    group by code, annee
),

-- Établissements distincts des personnes qui franchissent l'étape dans la période.
etablissements_etape as (
    select code, annee, count(distinct etablissement) as numerateur, null as denominateur
    from passages_des_chiffres
    where calcul = 'etablissements_etape'
    group by code, annee
),

premiers_passages as (
    select dispositif, etape, {{ cle_nom('etablissement') }} as etablissement, min(date_etape) as premier_jour
    from passages
    where etablissement is not null
    group by dispositif, etape, {{ cle_nom('etablissement') }}
),

-- Établissements dont le premier passage à l'étape est dans la période.
etablissements_nouveaux as (
    select
        chiffres.code,
        chiffres.annee,
        count(distinct premiers_passages.etablissement) as numerateur,
        null as denominateur
    from chiffres
    left join premiers_passages
        on
            chiffres.dispositif = premiers_passages.dispositif
            and {{ retenue('premiers_passages.etape', 'chiffres.parametre') }}
            and premiers_passages.premier_jour between chiffres.periode_debut and chiffres.periode_fin
    where chiffres.calcul = 'etablissements_nouveaux'
    group by chiffres.code, chiffres.annee
),

final as (
    {{ chiffres_de([
        'personnes_etape', 'personnes_etape_sexe', 'personnes_etape_prescripteur', 'personnes_etape_et',
        'personnes_etape_perdues', 'etablissements_etape', 'etablissements_nouveaux'
    ]) }}
)

select * from final
