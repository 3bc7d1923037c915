with publies as (
    select * from {{ ref('chiffres_publies') }}
),

indicateurs as (
    select * from {{ ref('indicateurs') }}
),

registre as (
    select * from {{ ref('registre_indicateurs') }}
),

incoherences as (
    select * from {{ ref('incoherences_imprimees') }}
),

livraisons as (
    select * from {{ source('bronze', 'livraisons') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Ce que le rapport dit ailleurs et qui contredit un chiffre.
contradictions as (
    select
        incoherences.code as incoherence,
        incoherences.lecture,
        concat(incoherences.code, ' (', incoherences.enonce_a, ' / ', incoherences.enonce_b, ')') as enonces,
        {{ eclater('incoherences.codes_lies', ' ') }} as code_lie
    from incoherences
),

raisons as (
    select
        code_lie as code,
        {{ dbt.listagg("concat(enonces, ' : ', lecture)", "' ; '", 'order by incoherence') }} as raisons
    from contradictions
    group by code_lie
),

-- Les sources d'un chiffre sont celles du registre ; s'il n'y est pas encore, celle où il se compterait.
sources_des_codes as (
    select distinct
        publies.code,
        coalesce(registre.sources, publies.sources) as sources
    from publies
    left join registre on publies.code = registre.code
),

sources_une_a_une as (
    select
        code,
        {{ eclater('sources', ' ') }} as source
    from sources_des_codes
),

sources_livrees as (
    select distinct source
    from livraisons
    where effective
),

jamais_livrees as (
    select
        sources_une_a_une.code,
        {{ dbt.listagg('sources_une_a_une.source', "', '", 'order by sources_une_a_une.source') }} as sources
    from sources_une_a_une
    left join sources_livrees on sources_une_a_une.source = sources_livrees.source
    where sources_livrees.source is null
    group by sources_une_a_une.code
),

-- Un chiffre publié ne se compare qu'à celui de la même période, au jour près.
reunis as (
    select
        publies.code,
        publies.annee,
        publies.periode_debut,
        publies.periode_fin,
        publies.valeur as publie,
        indicateurs.valeur as calcule,
        indicateurs.valeur - publies.valeur as ecart,
        publies.tolerance,
        publies.statut,
        publies.note,
        coalesce(registre.sources, publies.sources) as sources,
        registre.code is not null as est_au_registre,
        raisons.raisons,
        jamais_livrees.sources as sources_manquantes,
        parametres.arrete_au
    from publies
    cross join parametres
    left join registre on publies.code = registre.code
    left join indicateurs
        on
            publies.code = indicateurs.code
            and publies.periode_debut = indicateurs.periode_debut
            and publies.periode_fin = indicateurs.periode_fin
    left join raisons on publies.code = raisons.code
    left join jamais_livrees on publies.code = jamais_livrees.code
),

-- Ce que le rapport contredit lui-même ou tire d'ailleurs n'est ni conforme ni en écart. Un énoncé en mots (« un peu
-- plus des deux tiers ») peut être confirmé, jamais pris en défaut : hors de sa tolérance, il n'est pas comparable.
-- Un milliardième de marge : deux nombres à virgule flottante égaux sur le papier ne le sont pas toujours au bit près.
juges as (
    select
        *,
        case
            when statut = 'externe' then 'externe'
            when statut = 'incoherent' then 'incoherent'
            when calcule is null then 'non_calculable'
            when abs(ecart) <= tolerance + 0.000000001 then 'conforme'
            when statut = 'texte' then 'non_calculable'
            else 'ecart'
        end as verdict,
        case
            when sources is null then 'Aucun fichier reçu ne porte ce chiffre.'
            when sources_manquantes is not null then concat('Jamais livré : ', sources_manquantes, '.')
            when not est_au_registre then concat('Pas encore de calcul au registre (', sources, ').')
            when arrete_au < periode_fin
                then concat('La période court au-delà de l''arrêté du ', {{ date_fr('arrete_au') }}, '.')
            else concat('Aucune donnée livrée ne porte sur cette période (', sources, ').')
        end as motif_sans_calcul,
        concat(
            'Publié ', {{ nombre_fr('publie') }},
            case when calcule is null then ', non calculé' else concat(', calculé ', {{ nombre_fr('calcule') }}) end
        ) as les_deux
    from reunis
),

final as (
    select
        code,
        annee,
        periode_debut,
        periode_fin,
        publie,
        calcule,
        ecart,
        verdict,
        case
            when verdict = 'externe' then 'Chiffre de référence, repris d''une autre source que les fichiers reçus.'
            when verdict = 'incoherent' and calcule is null
                then concat(les_deux, '. ', motif_sans_calcul, ' ', raisons, '.')
            when verdict = 'incoherent' then concat(les_deux, '. ', raisons, '.')
            when calcule is null then motif_sans_calcul
            when verdict = 'non_calculable'
                then concat(les_deux, ' : énoncé en mots, approximatif. ', coalesce(note, ''))
            when verdict = 'ecart' then concat(les_deux, ' : écart de ', {{ nombre_fr('ecart') }}, ', hors tolérance.')
            when ecart = 0 then 'Égal au chiffre publié.'
            when abs(ecart) < 0.005 then 'Écart de moins de 0,01, dans la tolérance.'
            else concat('Écart de ', {{ nombre_fr('ecart') }}, ', dans la tolérance.')
        end as explication
    from juges
)

select * from final
