-- Conservation : chaque ligne lue d'une livraison acceptée est chargée, rejetée ou laissée, et rien d'autre.
select livraison, lignes_lues, chargees, rejetees, laissees
from {{ ref('livraisons') }}
where
    statut in ('acceptee', 'acceptee_avec_rejets')
    and lignes_lues <> chargees + rejetees + laissees
