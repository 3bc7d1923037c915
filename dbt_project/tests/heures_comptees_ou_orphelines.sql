-- Rien ne se perd entre les relevés et les faits : heures comptées et heures orphelines font toutes les heures reçues.
with faits as (
    select coalesce(sum(heures), 0) as heures from {{ ref('fct_heures') }}
),

orphelines as (
    select coalesce(sum(heures), 0) as heures
    from {{ ref('int_abc_clauses__heures_rattachees') }}
    where parent_manquant is not null
),

recues as (
    select coalesce(sum(heures), 0) as heures from {{ ref('int_abc_clauses__heures_dernieres') }}
)

select recues.heures as recues, faits.heures as comptees, orphelines.heures as orphelines
from recues
cross join faits
cross join orphelines
where recues.heures <> faits.heures + orphelines.heures
