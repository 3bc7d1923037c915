with evenements as (
    select * from {{ ref('int_transverse__evenements') }}
    where statut = 'Réalisé'
),

final as (
    select
        annee,
        code_projet,
        type_evenement,
        count(*) as evenements,
        cast(coalesce(sum(nb_participants), 0) as bigint) as participants
    from evenements
    group by annee, code_projet, type_evenement
)

select * from final
