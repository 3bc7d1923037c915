with passages as (
    select * from {{ ref('int_parcours__passages') }}
),

final as (
    select
        dispositif,
        personne_id,
        etape,
        rang,
        date_etape,
        annee,
        prescripteur,
        etablissement,
        _livraison,
        _feuille,
        _ligne
    from passages
)

select * from final
