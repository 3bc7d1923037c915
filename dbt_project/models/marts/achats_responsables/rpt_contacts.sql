with contacts as (
    select * from {{ ref('fct_contacts') }}
),

final as (
    select
        annee,
        interlocuteur,
        canal,
        objet,
        count(*) as contacts
    from contacts
    group by annee, interlocuteur, canal, objet
)

select * from final
