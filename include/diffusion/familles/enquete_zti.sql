-- Une contribution : la réponse d'un commerce à l'enquête.
select
    null as tranche,
    null as personne,
    num_reponse as entreprise,
    1 as valeur,
    type_commerce,
    case when appui_rh then 'oui' end as appui_rh,
    case when appui_numerique then 'oui' end as appui_numerique
from gpect.fct_reponses_zti
