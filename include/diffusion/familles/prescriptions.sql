-- Une contribution : une prescription, de la personne qu'elle oriente.
select
    annee as tranche,
    personne_id as personne,
    null as entreprise,
    1 as valeur,
    prescripteur,
    secteur,
    case when decision = 'Validé' then 'oui' end as validee,
    case when decision = 'Invalidé' then 'oui' end as invalidee,
    case when decision = 'En attente' then 'oui' end as en_attente
from parcours.fct_prescriptions
