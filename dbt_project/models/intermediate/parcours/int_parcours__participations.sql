with contrats as (
    select * from {{ ref('int_abc_clauses__contrats_rattaches') }}
),

heures as (
    select * from {{ ref('fct_heures') }}
),

prescriptions as (
    select * from {{ ref('fct_prescriptions') }}
),

candidatures as (
    select * from {{ ref('fct_candidatures') }}
),

suivis as (
    select * from {{ ref('fct_suivis') }}
),

passages as (
    select * from {{ ref('int_parcours__passages') }}
),

etapes as (
    select * from {{ ref('etapes_parcours') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- On entre dans les clauses le jour où un contrat commence, avec ou sans heures encore. Un contrat orphelin attend son
-- parent ; celui d'après l'arrêté n'a pas commencé.
contrats_commences as (
    select
        contrats.personne_id,
        'Clauses d''insertion' as programme,
        contrats.date_debut as date_fait,
        true as entree
    from contrats
    cross join parametres
    where contrats.parent_manquant is null and contrats.date_debut <= parametres.arrete_au
),

-- Le contrat dit l'entrée au jour près, les heures disent seulement que la personne y est encore. Celles d'un contrat
-- que ses dates font commencer après l'arrêté sont pourtant travaillées : elles valent une entrée, sinon un salarié
-- ne serait dans aucun programme.
heures_travaillees as (
    select
        heures.personne_id,
        'Clauses d''insertion' as programme,
        heures.mois as date_fait,
        contrats.date_debut > parametres.arrete_au as entree
    from heures
    inner join contrats on heures.id_contrat = contrats.id_contrat
    cross join parametres
    where heures.heures > 0
),

-- Une fiche reçue met la personne dans le circuit des clauses (instruction, puis validation ou refus), quelle que soit
-- la décision. L'entrée au PLIE, que la fiche dit sans date, n'est pas un programme : l'arrêté ne pourrait s'y lire.
fiches as (
    select
        personne_id,
        'Prescription vers les clauses' as programme,
        date_orientation as date_fait,
        true as entree
    from prescriptions
),

decisions as (
    select
        personne_id,
        'Prescription vers les clauses' as programme,
        date_decision as date_fait,
        false as entree
    from prescriptions
    where date_decision is not null
),

-- Être candidat à 100 chances n'est pas y être : le rapport d'activité compte les jeunes entrés et nomme repérage ce
-- qui précède. On y entre par une entrée immédiate ou, plus tard, dans la feuille de suivi (entrée différée).
entrees_immediates as (
    select
        personne_id,
        '100 chances' as programme,
        date_entree as date_fait,
        true as entree
    from candidatures
    where date_entree is not null
),

-- Le suivi ne nomme personne : le numéro de candidat y désigne qui l'a porté dans une candidature, de préférence celle
-- de l'entrée, sinon la plus récente. Les jeunes entrés avant le premier classeur reçu restent sans identité, et hors
-- d'ici.
numeros as (
    select
        id_candidat,
        personne_id,
        row_number() over (
            partition by id_candidat
            order by
                case when date_entree is null then 1 else 0 end,
                date_orientation desc,
                annee_fichier desc,
                _ligne desc
        ) as ordre
    from candidatures
),

suivis_identifies as (
    select
        numeros.personne_id,
        suivis.date_entree,
        suivis.date_sortie
    from suivis
    inner join numeros on suivis.id_candidat = numeros.id_candidat
    where numeros.ordre = 1
),

entrees_suivies as (
    select
        personne_id,
        '100 chances' as programme,
        date_entree as date_fait,
        true as entree
    from suivis_identifies
),

sorties_suivies as (
    select
        personne_id,
        '100 chances' as programme,
        date_sortie as date_fait,
        false as entree
    from suivis_identifies
    where date_sortie is not null
),

-- De même, on entre dans un dispositif par une étape qui le dit (accueil, formation, accompagnement, issue), non par
-- une orientation ou une réunion d'information : voir la colonne entree du référentiel etapes_parcours.
etapes_franchies as (
    select
        passages.personne_id,
        passages.dispositif as programme,
        passages.date_etape as date_fait,
        etapes.entree
    from passages
    inner join etapes on passages.etape = etapes.etape
),

final as (
    {% for faits in [
        'contrats_commences',
        'heures_travaillees',
        'fiches',
        'decisions',
        'entrees_immediates',
        'entrees_suivies',
        'sorties_suivies',
        'etapes_franchies',
    ] -%}
    select personne_id, programme, date_fait, entree from {{ faits }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
)

select * from final
