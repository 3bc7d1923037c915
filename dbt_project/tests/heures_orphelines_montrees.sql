-- Toutes les heures retenues se lisent dans meta.orphelins, une seule fois.
with montrees as (
    select coalesce(sum(heures), 0) as heures from {{ ref('orphelins') }}
),

retenues as (
    select coalesce(sum(heures), 0) as heures
    from {{ ref('int_abc_clauses__heures_rattachees') }}
    where parent_manquant is not null
)

select retenues.heures as retenues, montrees.heures as montrees
from retenues
cross join montrees
where retenues.heures <> montrees.heures
