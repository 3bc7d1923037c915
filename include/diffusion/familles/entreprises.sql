-- Une contribution : un employeur, dans l'année où il a des heures.
select
    annee as tranche,
    null as personne,
    structure_id as entreprise,
    1 as valeur,
    categorie
from achats_responsables.fct_entreprises_annee
