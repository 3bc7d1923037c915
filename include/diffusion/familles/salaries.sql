-- Une contribution : une personne, dans l'année où elle a des heures.
select
    annee as tranche,
    personne_id as personne,
    null as entreprise,
    1 as valeur,
    secteur,
    accompagnement,
    case when sexe = 'F' then 'oui' end as femme,
    case when qpv then 'oui' end as qpv
from achats_responsables.fct_salaries_annee
