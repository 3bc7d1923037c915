-- Le rapprochement des structures est allé à son terme : aucun SIRET ne mène à deux structures, sauf là où une personne
-- les dit différentes.
select immatriculations.siret
from {{ ref('int_structures__immatriculations') }} as immatriculations
inner join {{ ref('int_structures__par_siret') }} as par_siret on immatriculations.cle_nom = par_siret.cle_nom
where immatriculations.siret is not null and not par_siret.defait
group by immatriculations.siret
having count(distinct par_siret.groupe) > 1
