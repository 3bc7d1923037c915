"""La veille, pour Airflow : chaque matin, la nuit a-t-elle rendu compte ? La logique est dans include.courrier."""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from pathlib import Path

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task

# Airflow ne met que dags/ sur le chemin d'import ; include/ est à côté.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from include.astreinte import declenchement, signaler

DOC = """
### La veille
Chaque matin, cherche la nuit au journal (`journal/nuits.jsonl`). Une nuit qui a publié, n'a rien publié ou a échoué y
est, et a déjà écrit à l'équipe données ; si elle n'y est pas, c'est la veille qui lui écrit.

**Responsable** : équipe données du pôle (`equipe-donnees`). **Rejouer est sans risque** : l'alerte d'une nuit ne part
qu'une fois.

| ce qui arrive | cause probable | que faire |
|---|---|---|
| `veiller` écrit « n'a pas rendu compte » | ordonnanceur arrêté, nuit bloquée ou tuée | déclencher le DAG `nuit` |
| `veiller` en échec | serveur de courrier injoignable, adresse refusée | relancer la tâche |
| rien, alors que la nuit manque | Airflow est arrêté, la veille avec lui | un guetteur à part : `docs/mail.md` |

Mettre la nuit en pause, c'est mettre aussi la veille en pause.
"""


@dag(
    dag_id="veille",
    description="Dit quand une nuit n'a pas rendu compte",
    # 6 h 30 : la nuit part à 2 h et n'a que 4 heures ; l'équipe a encore le temps d'agir avant 9 h.
    schedule=CronTriggerTimetable("30 6 * * *", timezone="Europe/Paris", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={
        "owner": "equipe-donnees",
        "retries": 5,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(minutes=10),
        "on_retry_callback": signaler,
        "on_failure_callback": signaler,
    },
    tags=["entrepot", "nuit", "courrier"],
    doc_md=DOC,
)
def veille() -> None:
    """Une tâche."""

    @task
    def veiller() -> str:
        """Écrit à l'équipe données si la nuit n'est pas au journal."""
        from include.configuration import dossiers
        from include.courrier import veiller as chercher
        from include.postier import postier

        texte = chercher(dossiers(), str(declenchement(get_current_context())), postier)
        texte = f"la nuit n'a pas rendu compte ; {texte}" if texte else "la nuit a rendu compte"
        logging.getLogger(__name__).info("%s", texte)
        return texte

    veiller()


veille()
