-- Le rapprochement des structures est allé à son terme : aucun nom ni aucun SIRET ne mène à deux structures.
with rapprochees as (
    select * from {{ ref('int_structures__rapprochees') }}
)

select 'nom' as lien, cle_nom as valeur
from rapprochees
group by cle_nom
having count(distinct structure_id) > 1

union all

select 'siret' as lien, siret as valeur
from rapprochees
where siret is not null
group by siret
having count(distinct structure_id) > 1
