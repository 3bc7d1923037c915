with reponses as (
    select * from {{ ref('stg_gpect__reponses_zti') }}
),

parametres as (
    select * from {{ source('bronze', 'parametres') }}
),

interrogateurs as (
    {{ graphies('reponses', 'interroge_par', 'date_reponse <= parametres.arrete_au') }}
),

final as (
    select
        reponses.num_reponse,
        reponses.date_reponse,
        {{ annee('reponses.date_reponse') }} as annee,
        reponses.type_commerce,
        {{ non_renseigne('interrogateurs.graphie') }} as interroge_par,
        reponses.appui_rh,
        reponses.appui_numerique,
        reponses._livraison,
        reponses._feuille,
        reponses._ligne
    from reponses
    cross join parametres
    left join interrogateurs on {{ cle_texte('reponses.interroge_par') }} = interrogateurs.cle
    where reponses.date_reponse <= parametres.arrete_au
)

select * from final
