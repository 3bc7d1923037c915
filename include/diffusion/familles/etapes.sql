-- Une contribution : le passage d'une personne à une étape d'un dispositif, l'année où elle la franchit.
select
    annee as tranche,
    personne_id as personne,
    null as entreprise,
    1 as valeur,
    dispositif,
    etape
from parcours.fct_etapes
