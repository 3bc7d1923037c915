-- Une contribution : un contrat d'embauche, de la personne qui le signe. Les tableaux comptent des contrats ou des
-- personnes : l'entreprise n'y est pas une unité.
select
    embauches.annee as tranche,
    embauches.personne_id as personne,
    null as entreprise,
    1 as valeur,
    embauches.secteur,
    embauches.type_contrat,
    case when personnes.qpv then 'oui' end as qpv
from achats_responsables.fct_embauches as embauches
inner join core.dim_personne as personnes on embauches.personne_id = personnes.personne_id
