with passages as (
    select * from {{ ref('int_parcours__passages') }}
),

-- Une personne franchit une étape une fois : au premier passage. Deux numéros de participant peuvent être la même
-- personne.
premiers as (
    select
        *,
        row_number() over (
            partition by dispositif, personne_id, etape
            order by date_etape asc, _ligne asc
        ) as ordre
    from passages
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
        _livraison,
        _feuille,
        _ligne
    from premiers
    where ordre = 1
)

select * from final
