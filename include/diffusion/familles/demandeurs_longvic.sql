-- Une contribution : un demandeur d'emploi de la dernière liste reçue.
select
    null as tranche,
    identifiant_id as personne,
    null as entreprise,
    1 as valeur,
    rome_domaine,
    case when courriel_valide then 'oui' end as courriel_valide
from gpect.fct_demandeurs
where arrete_au = (select max(arrete_au) from gpect.fct_demandeurs)
