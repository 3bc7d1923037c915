with effectifs as (
    select
        *,
        {{ cle_texte('secteur') }} as cle_secteur,
        {{ cle_texte('territoire') }} as cle_territoire
    from {{ ref('stg_gpect__effectifs') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

-- Les livraisons s'ajoutent : un secteur × territoire × année envoyé deux fois est celui de la plus tardive.
dernieres as (
    {{ derniere_livraison('effectifs', ['cle_secteur', 'cle_territoire', 'annee']) }}
),

-- Un effectif de 0 retire une ligne antérieure ; celui d'une année qui n'a pas commencé à l'arrêté ne compte pas.
final as (
    select
        dernieres.cle_secteur,
        dernieres.cle_territoire,
        dernieres.annee,
        dernieres.effectif_salarie,
        dernieres._livraison,
        dernieres._feuille,
        dernieres._ligne
    from dernieres
    cross join parametres
    where dernieres.effectif_salarie > 0 and dernieres.annee <= {{ annee('parametres.arrete_au') }}
)

select * from final
