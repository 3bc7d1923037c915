-- Une contribution : les heures d'une personne chez un employeur, un mois, dans une opération et sous un contrat.
-- Une ligne retirée par le partenaire y reste à 0 heure : elle ne fait contribuer personne.
select
    heures.annee as tranche,
    heures.personne_id as personne,
    heures.structure_id as entreprise,
    sum(heures.heures) as valeur,
    heures.secteur,
    heures.type_contrat,
    heures.modalite,
    extract(month from heures.mois) as mois,
    heures.id_operation,
    operations.donneur_ordre
from achats_responsables.fct_heures as heures
inner join achats_responsables.dim_operation as operations on heures.id_operation = operations.id_operation
where heures.heures <> 0
group by
    heures.annee,
    heures.personne_id,
    heures.structure_id,
    heures.secteur,
    heures.type_contrat,
    heures.modalite,
    extract(month from heures.mois),
    heures.id_operation,
    operations.donneur_ordre
