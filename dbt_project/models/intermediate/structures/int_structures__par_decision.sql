with citees as (
    select * from {{ ref('int_structures__citees') }}
),

decisions as (
    select * from {{ ref('int_structures__decisions') }}
),

memes as (
    select
        cle_a,
        cle_b,
        concat(cle_a, ' = ', cle_b) as lien
    from decisions
    where decision = 'meme'
),

-- Étape 1. Un nom est une structure ; deux noms qu'une personne dit de la même en sont une seule.
liens as (
    select
        cle_a as noeud,
        lien
    from memes

    union all

    select
        cle_b as noeud,
        lien
    from memes
),

{{ de_proche_en_proche('liens') }},

-- Une décision peut nommer ce qu'aucun fichier ne cite : ce nom relie, mais n'est pas une structure et n'en désigne
-- aucune.
cites as (
    select distinct
        citees.cle_nom,
        coalesce(etiquettes.etiquette, citees.cle_nom) as etiquette
    from citees
    left join etiquettes on citees.cle_nom = etiquettes.noeud
),

final as (
    select
        cle_nom,
        min(cle_nom) over (partition by etiquette) as groupe
    from cites
)

select * from final
