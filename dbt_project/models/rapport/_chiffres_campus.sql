with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

rencontres as (
    select * from {{ ref('fct_rencontres') }}
),

membres as (
    select * from {{ ref('fct_membres') }}
),

-- Personnes rencontrées, du type donné en paramètre, sur l'axe de travail donné en complément.
personnes_rencontrees_axe as (
    select
        registre.code,
        rencontres.annee,
        {{ somme_si(
            retenue('rencontres.type_interlocuteur', 'registre.parametre')
            ~ ' and ' ~ retenue('cast(rencontres.num_axe as varchar)', 'registre.complement'),
            'rencontres.personnes'
        ) }} as numerateur,
        sum(rencontres.personnes) as denominateur
    from registre
    cross join rencontres
    where registre.calcul = 'personnes_rencontrees_axe'
    group by registre.code, rencontres.annee
),

-- Personnes rencontrées, du type donné en paramètre, à l'occasion nommée en complément.
personnes_rencontrees_objet as (
    select
        registre.code,
        rencontres.annee,
        {{ somme_si(
            retenue('rencontres.type_interlocuteur', 'registre.parametre')
            ~ ' and ' ~ cle_nom('rencontres.objet') ~ ' = ' ~ cle_nom('registre.complement'),
            'rencontres.personnes'
        ) }} as numerateur,
        sum(rencontres.personnes) as denominateur
    from registre
    cross join rencontres
    where registre.calcul = 'personnes_rencontrees_objet'
    group by registre.code, rencontres.annee
),

-- Organismes distincts rencontrés, du type donné en paramètre, sur l'axe de travail donné en complément.
organismes_rencontres_axe as (
    select
        registre.code,
        rencontres.annee,
        count(
            distinct case
                when
                    {{ retenue('rencontres.type_interlocuteur', 'registre.parametre') }}
                    and {{ retenue('cast(rencontres.num_axe as varchar)', 'registre.complement') }}
                    then rencontres.structure_id
            end
        ) as numerateur,
        count(distinct rencontres.structure_id) as denominateur
    from registre
    cross join rencontres
    where registre.calcul = 'organismes_rencontres_axe'
    group by registre.code, rencontres.annee
),

-- Rencontres du mode donné en paramètre, sur l'objet nommé en complément.
rencontres_objet as (
    select
        registre.code,
        rencontres.annee,
        {{ somme_si(
            retenue('rencontres.mode_rencontre', 'registre.parametre')
            ~ ' and ' ~ cle_nom('rencontres.objet') ~ ' = ' ~ cle_nom('registre.complement'),
            1
        ) }} as numerateur,
        count(*) as denominateur
    from registre
    cross join rencontres
    where registre.calcul = 'rencontres_objet'
    group by registre.code, rencontres.annee
),

-- Organismes distincts du collège donné en paramètre, toutes instances ensemble, au dernier jour de la période.
membres_college as (
    select
        registre.code,
        periodes.annee,
        count(distinct case when {{ retenue('membres.college', 'registre.parametre') }} then membres.cle_nom end)
            as numerateur,
        count(distinct membres.cle_nom) as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join membres on periodes.periode_fin = membres.arrete_au
    where registre.calcul = 'membres_college'
    group by registre.code, periodes.annee
),

final as (
    {{ chiffres_de([
        'personnes_rencontrees_axe', 'personnes_rencontrees_objet', 'organismes_rencontres_axe', 'rencontres_objet',
        'membres_college'
    ]) }}
)

select * from final
