with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

entonnoir as (
    select * from {{ ref('rpt_cent_chances_entonnoir') }}
),

profil as (
    select * from {{ ref('rpt_cent_chances_profil') }}
),

sorties as (
    select * from {{ ref('rpt_cent_chances_sorties') }}
),

candidatures as (
    select * from {{ ref('fct_candidatures') }}
),

annees_connues as (
    select distinct annee from entonnoir
),

-- Années de la période de chaque chiffre. S'il en manque une, il n'existe pas : il ne dirait qu'une partie.
periodes_completes as (
    select periodes.regle, periodes.annee, periodes.periode_debut, periodes.periode_fin
    from periodes
    inner join annees_connues
        on annees_connues.annee between {{ annee('periodes.periode_debut') }} and {{ annee('periodes.periode_fin') }}
    group by periodes.regle, periodes.annee, periodes.periode_debut, periodes.periode_fin
    having count(*) = {{ annee('periodes.periode_fin') }} - {{ annee('periodes.periode_debut') }} + 1
),

chiffres as (
    select
        registre.code,
        registre.calcul,
        registre.parametre,
        registre.complement,
        periodes_completes.annee,
        annees_connues.annee as annee_comptee
    from registre
    inner join periodes_completes on registre.regle_periode = periodes_completes.regle
    inner join annees_connues
        on
            annees_connues.annee
            between {{ annee('periodes_completes.periode_debut') }} and {{ annee('periodes_completes.periode_fin') }}
    where registre.calcul in ('etape_cent_chances', 'perte_cent_chances', 'profil_cent_chances')
),

-- Effectif de l'étape donnée en paramètre.
etape_cent_chances as (
    select
        chiffres.code,
        chiffres.annee,
        sum(entonnoir.effectif) as numerateur,
        null as denominateur
    from chiffres
    inner join entonnoir
        on
            chiffres.annee_comptee = entonnoir.annee
            and chiffres.parametre = entonnoir.etape
    where chiffres.calcul = 'etape_cent_chances'
    group by chiffres.code, chiffres.annee
),

-- Ceux de l'étape donnée en complément qui ne sont pas à l'étape donnée en paramètre, sur ceux-là.
perte_cent_chances as (
    select
        chiffres.code,
        chiffres.annee,
        {{ somme_si('entonnoir.etape = chiffres.complement', 'entonnoir.effectif') }}
        - {{ somme_si('entonnoir.etape = chiffres.parametre', 'entonnoir.effectif') }} as numerateur,
        {{ somme_si('entonnoir.etape = chiffres.complement', 'entonnoir.effectif') }} as denominateur
    from chiffres
    inner join entonnoir on chiffres.annee_comptee = entonnoir.annee
    where chiffres.calcul = 'perte_cent_chances'
    group by chiffres.code, chiffres.annee
),

-- Entrées immédiates des modalités données en complément dans la dimension donnée en paramètre, sur ces entrées.
profil_cent_chances as (
    select
        chiffres.code,
        chiffres.annee,
        {{ somme_si(retenue('profil.modalite', 'chiffres.complement'), 'profil.entrees') }} as numerateur,
        sum(profil.entrees) as denominateur
    from chiffres
    inner join profil
        on
            chiffres.annee_comptee = profil.annee
            and chiffres.parametre = profil.dimension
    where chiffres.calcul = 'profil_cent_chances'
    group by chiffres.code, chiffres.annee
),

-- Un SAS est de l'année de son classeur : on s'y oriente dès la fin de l'année d'avant.
sas as (
    select annee_fichier as annee, count(distinct {{ cle_texte('sas') }}) as nombre
    from candidatures
    group by annee_fichier
),

-- SAS tenus dans les années de la période, si chacune est connue.
sas_cent_chances as (
    select registre.code, periodes.annee, sum(sas.nombre) as numerateur, null as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join sas
        on sas.annee between {{ annee('periodes.periode_debut') }} and {{ annee('periodes.periode_fin') }}
    where registre.calcul = 'sas_cent_chances'
    group by registre.code, periodes.annee, periodes.periode_debut, periodes.periode_fin
    having count(*) = {{ annee('periodes.periode_fin') }} - {{ annee('periodes.periode_debut') }} + 1
),

-- Situations données en paramètre, sur celle donnée en complément, au dernier jour de la période.
sorties_cent_chances as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si(retenue('sorties.type_sortie', 'registre.parametre'), 'sorties.effectif') }} as numerateur,
        {{ somme_si('sorties.type_sortie = registre.complement', 'sorties.effectif') }} as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join sorties on periodes.periode_fin = sorties.arrete_au
    where registre.calcul = 'sorties_cent_chances'
    group by registre.code, periodes.annee
),

final as (
    {{ chiffres_de([
        'etape_cent_chances', 'perte_cent_chances', 'profil_cent_chances', 'sas_cent_chances', 'sorties_cent_chances'
    ]) }}
)

select * from final
