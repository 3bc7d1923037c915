-- Ce qu'une personne a décidé est fait : deux noms cités qu'elle dit de la même structure n'en font qu'une, deux
-- qu'elle dit différents en font deux. En échec, alias_structures.csv se contredit : A = B, B = C, mais A et C
-- différents.
select
    decisions.cle_a,
    decisions.cle_b,
    decisions.decision
from {{ ref('int_structures__decisions') }} as decisions
inner join {{ ref('int_structures__noms') }} as un on decisions.cle_a = un.cle_nom
inner join {{ ref('int_structures__noms') }} as autre on decisions.cle_b = autre.cle_nom
where (decisions.decision = 'meme') <> (un.structure_id = autre.structure_id)
