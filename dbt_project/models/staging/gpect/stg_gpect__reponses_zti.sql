with source as (
    select * from {{ source('bronze', 'enquete_zti') }}
),

final as (
    select
        -- clés
        num_reponse,

        -- ce qui se lit
        type_commerce,
        secteur,
        interroge_par,
        coalesce(appui_rh, false) as appui_rh,
        coalesce(appui_numerique, false) as appui_numerique,

        -- dates
        date_reponse,

        -- d'où vient la ligne
        _etat_au,
        _livraison,
        _feuille,
        _ligne,
        _rang
    from source
)

select * from final
