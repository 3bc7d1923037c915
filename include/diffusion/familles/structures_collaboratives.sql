-- Une contribution : une structure du dernier recensement reçu.
select
    null as tranche,
    null as personne,
    structure_id as entreprise,
    1 as valeur,
    champ,
    case when locale then 'oui' end as locale
from gpect.fct_structures_collaboratives
where arrete_au = (select max(arrete_au) from gpect.fct_structures_collaboratives)
