-- Une contribution : un organisme membre d'une instance, d'après la dernière composition reçue.
select
    null as tranche,
    null as personne,
    cle_nom as entreprise,
    1 as valeur,
    instance,
    college
from campus.fct_membres
where arrete_au = (select max(arrete_au) from campus.fct_membres)
