-- Une contribution : une candidature, l'année de son orientation ; l'entrée compte l'année où elle a lieu. La même
-- candidature contribue donc à deux années quand elle entre l'année d'après. Les drapeaux portent le nom des étapes.
select
    annee as tranche,
    personne_id as personne,
    null as entreprise,
    1 as valeur,
    'oui' as candidatures,
    case when present_pre_sas then 'oui' end as presents_pre_sas,
    case when participant_sas then 'oui' end as participants_sas,
    case when annee_entree = annee then 'oui' end as entrees_immediates,
    case when decision = 'Entrée différée' then 'oui' end as entrees_differees,
    case when decision = 'Refus comité' then 'oui' end as refus_comite,
    case when decision = 'Abandon candidat' then 'oui' end as abandons_candidat,
    case when decision = 'Désistement candidat' then 'oui' end as desistements,
    case when participant_sas and decision is null then 'oui' end as sans_decision,
    case when qpv then 'oui' else 'non' end as qpv,
    niveau,
    sexe,
    prescripteur
from parcours.fct_candidatures
union all
select
    annee_entree as tranche,
    personne_id as personne,
    null as entreprise,
    1 as valeur,
    null as candidatures,
    null as presents_pre_sas,
    null as participants_sas,
    'oui' as entrees_immediates,
    null as entrees_differees,
    null as refus_comite,
    null as abandons_candidat,
    null as desistements,
    null as sans_decision,
    case when qpv then 'oui' else 'non' end as qpv,
    niveau,
    sexe,
    prescripteur
from parcours.fct_candidatures
where annee_entree <> annee
