with registre as (
    select * from {{ ref('registre_indicateurs') }}
),

periodes as (
    select * from {{ ref('_periodes') }}
),

entretiens as (
    select * from {{ ref('fct_entretiens') }}
),

besoins as (
    select * from {{ ref('fct_besoins') }}
),

effectifs as (
    select * from {{ ref('fct_effectifs') }}
),

-- Entretiens de la période de chaque chiffre ; il retient ceux de la démarche, ou du projet, donnés en paramètre. Une
-- période qui n'a que des entretiens planifiés n'a de chiffre que de ce qui est prévu.
entretiens_de_la_periode as (
    select
        registre.code,
        registre.calcul,
        registre.complement,
        periodes.annee,
        entretiens.structure_id,
        entretiens.departement,
        entretiens.effectif,
        entretiens.date_entretien,
        entretiens.mode_entretien,
        entretiens.statut,
        entretiens.vague,
        entretiens.mise_en_relation,
        entretiens._ligne,
        case
            when registre.calcul = 'entreprises_interrogees_projet' then entretiens.code_projet = registre.parametre
            else entretiens.demarche = registre.parametre
        end as est_retenu
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join entretiens on entretiens.date_entretien between periodes.periode_debut and periodes.periode_fin
    where
        registre.calcul = 'entretiens_prevus'
        or (
            registre.calcul in (
                'entreprises_interrogees', 'entreprises_interrogees_projet', 'entretiens_realises',
                'entretiens_de_la_vague', 'mises_en_relation', 'effectif_interroge'
            )
            and entretiens.statut <> 'Planifié'
        )
),

-- Une entreprise compte une fois, avec le département et l'effectif de son dernier entretien réalisé de la période.
entreprises as (
    select
        *,
        row_number() over (
            partition by code, annee, est_retenu and statut = 'Réalisé', structure_id
            order by date_entretien desc, _ligne desc
        ) = 1
        and est_retenu
        and statut = 'Réalisé' as est_comptee
    from entretiens_de_la_periode
),

-- Entreprises interrogées du département donné en complément (de tous, sans complément), sur toutes.
entreprises_interrogees as (
    select
        code,
        annee,
        {{ somme_si('est_comptee and ' ~ retenue('departement', 'complement'), 1) }} as numerateur,
        {{ somme_si('est_comptee', 1) }} as denominateur
    from entreprises
    where calcul = 'entreprises_interrogees'
    group by code, annee
),

-- Entreprises interrogées pour le projet donné en paramètre, quelle que soit la démarche.
entreprises_interrogees_projet as (
    select code, annee, {{ somme_si('est_comptee', 1) }} as numerateur, null as denominateur
    from entreprises
    where calcul = 'entreprises_interrogees_projet'
    group by code, annee
),

-- Entretiens réalisés du mode donné en complément (tous, sans complément).
entretiens_realises as (
    select
        code,
        annee,
        {{ somme_si("est_retenu and statut = 'Réalisé' and " ~ retenue('mode_entretien', 'complement'), 1) }}
            as numerateur,
        {{ somme_si("est_retenu and statut = 'Réalisé'", 1) }} as denominateur
    from entretiens_de_la_periode
    where calcul = 'entretiens_realises'
    group by code, annee
),

-- Entretiens réalisés de la vague donnée en complément, sur les entretiens réalisés.
entretiens_de_la_vague as (
    select
        code,
        annee,
        {{ somme_si("est_retenu and statut = 'Réalisé' and cast(vague as varchar) = complement", 1) }} as numerateur,
        {{ somme_si("est_retenu and statut = 'Réalisé'", 1) }} as denominateur
    from entretiens_de_la_periode
    where calcul = 'entretiens_de_la_vague'
    group by code, annee
),

-- Entretiens planifiés pour la période, qu'elle soit ou non après l'arrêté.
entretiens_prevus as (
    select code, annee, {{ somme_si("est_retenu and statut = 'Planifié'", 1) }} as numerateur, null as denominateur
    from entretiens_de_la_periode
    where calcul = 'entretiens_prevus'
    group by code, annee
),

-- Entretiens réalisés suivis d'une mise en relation, sur les entretiens réalisés.
mises_en_relation as (
    select
        code,
        annee,
        {{ somme_si("est_retenu and statut = 'Réalisé' and mise_en_relation", 1) }} as numerateur,
        {{ somme_si("est_retenu and statut = 'Réalisé'", 1) }} as denominateur
    from entretiens_de_la_periode
    where calcul = 'mises_en_relation'
    group by code, annee
),

interroges as (
    select
        code,
        annee,
        {{ somme_si('est_comptee', 'coalesce(effectif, 0)') }} as effectif_interroge
    from entreprises
    where calcul = 'effectif_interroge'
    group by code, annee
),

-- Effectif connu à la fin de la période : l'année la plus récente qui ne soit pas après elle.
effectifs_connus as (
    select
        registre.code,
        periodes.annee,
        effectifs.effectif_salarie,
        row_number() over (partition by registre.code, periodes.annee order by effectifs.annee desc) as ordre
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join effectifs
        on
            {{ cle_texte('registre.parametre') }} = effectifs.cle_secteur
            and {{ cle_texte('registre.complement') }} = effectifs.cle_territoire
            and {{ annee('periodes.periode_fin') }} >= effectifs.annee
    where registre.calcul = 'effectif_interroge'
),

-- Salariés des entreprises interrogées, sur l'effectif du secteur dans le territoire donné en complément.
effectif_interroge as (
    select
        registre.code,
        interroges.annee,
        interroges.effectif_interroge as numerateur,
        effectifs_connus.effectif_salarie as denominateur
    from registre
    inner join interroges on registre.code = interroges.code
    left join effectifs_connus
        on
            interroges.code = effectifs_connus.code
            and interroges.annee = effectifs_connus.annee
            and effectifs_connus.ordre = 1
    where registre.calcul = 'effectif_interroge'
),

-- Salariés du secteur donné en paramètre dans le territoire donné en complément, l'année de l'effectif.
effectif_du_secteur as (
    select registre.code, effectifs.annee, effectifs.effectif_salarie as numerateur, null as denominateur
    from registre
    inner join effectifs
        on
            {{ cle_texte('registre.parametre') }} = effectifs.cle_secteur
            and {{ cle_texte('registre.complement') }} = effectifs.cle_territoire
    where registre.calcul = 'effectif_du_secteur'
),

-- Postes à pourvoir recueillis dans la période par la démarche donnée en paramètre, à l'horizon donné en complément.
postes_a_pourvoir as (
    select
        registre.code,
        periodes.annee,
        {{ somme_si(
            cle_texte('besoins.demarche') ~ ' = ' ~ cle_texte('registre.parametre')
            ~ ' and ' ~ retenue('besoins.horizon', 'registre.complement'),
            'besoins.postes'
        ) }} as numerateur,
        null as denominateur
    from registre
    inner join periodes on registre.regle_periode = periodes.regle
    inner join besoins on besoins.date_besoin between periodes.periode_debut and periodes.periode_fin
    where registre.calcul = 'postes_a_pourvoir'
    group by registre.code, periodes.annee
),

final as (
    {{ chiffres_de([
        'entreprises_interrogees', 'entreprises_interrogees_projet', 'entretiens_realises', 'entretiens_de_la_vague',
        'entretiens_prevus', 'mises_en_relation', 'effectif_interroge', 'effectif_du_secteur', 'postes_a_pourvoir'
    ]) }}
)

select * from final
