with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

evenements as (
    select * from {{ ref('fct_evenements') }}
),

-- Un événement se reconnaît à son projet, son type et son intitulé, donnés en paramètre, ou à son rang parmi ceux-là,
-- donné en complément ; jamais à sa date. Un événement planifié ne compte que dans un programme, celui de son année,
-- même après l'arrêté.
evenements_de_la_periode as (
    select
        registre.code,
        registre.calcul,
        registre.complement,
        periodes.annee,
        evenements.id_evenement,
        evenements.date_evenement,
        evenements.statut,
        evenements.nb_participants,
        evenements.nb_entreprises,
        evenements.nb_structures,
        evenements.nb_excuses,
        {{ evenement_retenu('evenements', 'registre.parametre') }} as est_retenu
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join evenements
        on
            periodes.periode_debut <= evenements.date_evenement
            and (
                (evenements.statut <> 'Planifié' and periodes.periode_fin >= evenements.date_evenement)
                or (
                    evenements.statut = 'Planifié'
                    and periodes.annee = evenements.annee
                    and registre.calcul = 'evenements_prevus'
                )
            )
    where
        registre.calcul in (
            'evenements_realises', 'evenements_prevus', 'evenements_participants', 'evenements_entreprises',
            'evenements_structures', 'entreprises_de_rang', 'excuses_de_rang'
        )
),

-- Événements réalisés ; une période qui n'en a que d'autres en a zéro.
evenements_realises as (
    select code, annee, {{ somme_si("est_retenu and statut = 'Réalisé'", 1) }} as numerateur, null as denominateur
    from evenements_de_la_periode
    where calcul = 'evenements_realises'
    group by code, annee
),

-- Événements réalisés ou encore planifiés : ceux d'un programme.
evenements_prevus as (
    select
        code,
        annee,
        {{ somme_si("est_retenu and statut in ('Réalisé', 'Planifié')", 1) }} as numerateur,
        null as denominateur
    from evenements_de_la_periode
    where calcul = 'evenements_prevus'
    group by code, annee
),

-- Présences aux événements réalisés. Sans événement, ou si aucun effectif n'est saisi, le chiffre n'existe pas : ce
-- n'est pas un zéro.
evenements_participants as (
    select code, annee, sum(nb_participants) as numerateur, null as denominateur
    from evenements_de_la_periode
    where calcul = 'evenements_participants' and est_retenu and statut = 'Réalisé'
    group by code, annee
    having count(nb_participants) > 0
),

evenements_entreprises as (
    select code, annee, sum(nb_entreprises) as numerateur, null as denominateur
    from evenements_de_la_periode
    where calcul = 'evenements_entreprises' and est_retenu and statut = 'Réalisé'
    group by code, annee
    having count(nb_entreprises) > 0
),

evenements_structures as (
    select code, annee, sum(nb_structures) as numerateur, null as denominateur
    from evenements_de_la_periode
    where calcul = 'evenements_structures' and est_retenu and statut = 'Réalisé'
    group by code, annee
    having count(nb_structures) > 0
),

-- Un rang se compte parmi les événements réalisés, dans l'ordre des dates.
ranges as (
    select
        *,
        row_number() over (partition by code, annee order by date_evenement asc, id_evenement asc) as rang
    from evenements_de_la_periode
    where est_retenu and statut = 'Réalisé'
),

-- Entreprises présentes à l'événement du rang donné en complément.
entreprises_de_rang as (
    select code, annee, nb_entreprises as numerateur, null as denominateur
    from ranges
    where calcul = 'entreprises_de_rang' and cast(rang as varchar) = complement and nb_entreprises is not null
),

-- Excusés à l'événement du rang donné en complément.
excuses_de_rang as (
    select code, annee, nb_excuses as numerateur, null as denominateur
    from ranges
    where calcul = 'excuses_de_rang' and cast(rang as varchar) = complement and nb_excuses is not null
),

final as (
    {{ chiffres_de([
        'evenements_realises', 'evenements_prevus', 'evenements_participants', 'evenements_entreprises',
        'evenements_structures', 'entreprises_de_rang', 'excuses_de_rang'
    ]) }}
)

select * from final
