-- Une contribution : un entretien réalisé, de l'entreprise rencontrée. Elle compte dans le département de son dernier
-- entretien de la démarche.
select
    null as tranche,
    null as personne,
    structure_id as entreprise,
    1 as valeur,
    demarche,
    departement,
    case
        when
            row_number() over (partition by demarche, structure_id order by date_entretien desc, _ligne desc) = 1
            then 'oui'
    end as dernier
from gpect.fct_entretiens
where statut = 'Réalisé'
