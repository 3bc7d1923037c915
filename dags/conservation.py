"""La conservation, pour Airflow : chaque mois, hors de la nuit. La logique est dans include.droits.conservation."""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from pathlib import Path

from airflow.sdk import CronTriggerTimetable, Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

# Airflow ne met que dags/ sur le chemin d'import ; include/ est à côté.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from include.astreinte import declenchement, signaler

ECRIVAIN = "ecrivain"  # le pool de la nuit : rien ne se purge pendant qu'une base se construit

DOC = """
### La conservation
Ôte des dépôts, des archives et de `prive/` ce qui nomme les personnes sans activité depuis le délai que dit le contrat
de chaque source (2 ans, 3 si le FSE finance). Leurs faits restent, sous un pseudonyme tiré au sort. Ce qui a été purgé
est compté, sans nom, dans `droits/journal.csv`. Le registre des traitements est dans `docs/rgpd.md`.

**Responsable** : équipe données du pôle (`equipe-donnees`), pour le délégué à la protection des données. **Rejouer est
sans risque** : une purge arrêtée en chemin est d'abord menée au bout, et ce qui est purgé ne l'est pas deux fois.

| tâche en échec | cause probable | que faire |
|---|---|---|
| `purger` | une nuit est en cours | rien : la tâche est reprise ; sinon relancer quand la nuit est finie |
| `purger` | clé absente, ou changement de clé inachevé | rendre `ENTREPOT_CLE`, ou finir `make rotate-key`, relancer |
| `purger` | disque plein | faire de la place et relancer : la nuit refuse de commencer sur une purge à moitié faite |

Pour voir sans rien écrire : paramètre `essai`, ou `make retention ESSAI=1`.
"""


@dag(
    dag_id="conservation",
    description="Ce qui nomme une personne sans activité depuis trop longtemps s'en va",
    # Le 1er à midi : la nuit de 2 h est finie depuis longtemps (4 h au plus), la suivante est loin.
    schedule=CronTriggerTimetable("0 12 1 * *", timezone="Europe/Paris", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=4),
    default_args={
        "owner": "equipe-donnees",
        # Une nuit rejouée à la main peut occuper l'entrepôt : on revient plus tard.
        "retries": 3,
        "retry_delay": timedelta(minutes=10),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(hours=1),
        "execution_timeout": timedelta(hours=1),
        "on_retry_callback": signaler,
        "on_failure_callback": signaler,
    },
    params={
        "jour": Param(
            None, type=["null", "string"], format="date", title="Jour",
            description_md="Jour auquel le délai se compte (`AAAA-MM-JJ`). Vide : la date du déclenchement.",
        ),
        "essai": Param(
            False, type="boolean", title="Essai", description_md="Vrai : dit ce qui serait purgé, sans rien écrire.",
        ),
    },
    tags=["entrepot", "conservation", "rgpd"],
    doc_md=DOC,
)  # fmt: skip
def conservation() -> None:
    """Une tâche : la purge se fait entière, ou se reprend."""

    @task(pool=ECRIVAIN)
    def purger() -> str:
        """Purge ce qui est échu et dit combien."""
        from datetime import date

        from include.confidentialite import EntrepotOccupe, ErreurConfidentialite
        from include.configuration import dossiers
        from include.droits.conservation import appliquer, bilan

        contexte = get_current_context()
        params = contexte["params"]
        jour = date.fromisoformat(params["jour"]) if params["jour"] else declenchement(contexte)
        try:
            texte = bilan(appliquer(dossiers(), jour, essai=params["essai"]), jour, essai=params["essai"])
        except EntrepotOccupe:
            raise
        except ErreurConfidentialite as erreur:
            # La clé qui manque maintenant manquera dans dix minutes : à qui l'administre d'agir.
            raise AirflowFailException(str(erreur)) from None
        logging.getLogger(__name__).info("%s", texte)
        return texte

    purger()


conservation()
