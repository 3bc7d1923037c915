with equipe as (
    select * from {{ ref('stg_transverse__equipe') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

services as (
    {{ graphies('equipe', 'service', 'annee_fichier <= ' ~ annee('parametres.arrete_au')) }}
),

fonctions as (
    {{ graphies('equipe', 'fonction', 'annee_fichier <= ' ~ annee('parametres.arrete_au')) }}
),

-- La liste d'une année vaut pour elle ; celle d'une année qui n'a pas commencé à l'arrêté ne compte pas.
final as (
    select
        equipe.annee_fichier as annee,
        services.graphie as service,
        fonctions.graphie as fonction,
        cast(sum(equipe.nb_personnes) as bigint) as personnes,
        cast(sum(equipe.etp) as decimal(14, 2)) as etp
    from equipe
    cross join parametres
    left join services on {{ cle_texte('equipe.service') }} = services.cle
    left join fonctions on {{ cle_texte('equipe.fonction') }} = fonctions.cle
    where equipe.annee_fichier <= {{ annee('parametres.arrete_au') }}
    group by equipe.annee_fichier, services.graphie, fonctions.graphie
)

select * from final
