with effectifs as (
    select * from {{ ref('int_gpect__effectifs') }}
),

-- L'année la plus récente qui ne soit pas après l'arrêté.
recents as (
    select
        *,
        row_number() over (partition by cle_secteur, cle_territoire order by annee desc) as ordre
    from effectifs
),

final as (
    select
        cle_secteur,
        cle_territoire,
        annee,
        effectif_salarie,
        _livraison,
        _feuille,
        _ligne
    from recents
    where ordre = 1
)

select * from final
