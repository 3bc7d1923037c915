"""Ce que les DAG ont en commun : quel jour on est, qui a échoué, ce que les tâches finies ont rendu.

Seul module d'include qu'un fichier de dags/ importe en étant lu, et Airflow les relit sans cesse : il n'importe presque
rien, et le reste au moment de servir.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from typing import Any

TUEE = "arrêtée sans le dire (tuée, ou sans réponse) : voir le journal de la tâche"
INACHEVEE = "la nuit n'est pas allée au bout"

Rendus = dict[str, dict[int, str]]
"""État final des tâches finies : par tâche, puis par indice (-1 si elle n'est pas répartie)."""


def declenchement(contexte: dict[str, Any]) -> dt.date:
    """Jour d'une exécution, à l'heure de Paris."""
    from zoneinfo import ZoneInfo

    execution = contexte["dag_run"]
    return (execution.logical_date or execution.run_after).astimezone(ZoneInfo("Europe/Paris")).date()


def signaler(contexte: dict[str, Any]) -> None:
    """Une ligne d'astreinte par essai manqué, qui dit si un autre suit ; la tâche en garde la cause pour le bilan.

    contexte: celui qu'Airflow donne à on_retry_callback et on_failure_callback.
    """
    from airflow.sdk.exceptions import AirflowFailException

    ti, erreur = contexte["ti"], contexte.get("exception")
    tache = ti.task_id if ti.map_index < 0 else f"{ti.task_id}[{ti.map_index}]"
    # Seuls nos messages sont repris : celui d'une autre erreur pourrait citer une valeur.
    notre = isinstance(erreur, AirflowFailException) or type(erreur).__module__.startswith("include.")
    cause = str(erreur) if notre else type(erreur).__name__
    logging.getLogger("entrepot.astreinte").error(
        "ÉCHEC de %s, essai %d (%d au plus) : %s", tache, ti.try_number, ti.max_tries + 1, cause
    )
    ti.xcom_push("cause", cause)


def rassembler(contexte: dict[str, Any]) -> dict[str, Any]:
    """Ce que les tâches finies de la nuit ont rendu, sous la forme d'include.nuit.executer, et celles qui ont échoué.

    Demandé, et non reçu en argument : une tâche en échec n'a rien rendu, et le bilan se fait quand même.
    """
    ti = contexte["ti"]
    etats: Rendus = defaultdict(dict)
    for t in ti.get_task_breadcrumbs(ti.dag_id, ti.run_id):
        etats[t["task_id"]][t["map_index"]] = t["state"]

    def rendu(tache: str, cle: str = "return_value") -> Any:
        # D'une tâche qui n'a pas réussi, il peut rester ce qu'un passage précédent a rendu.
        return ti.xcom_pull(task_ids=tache, key=cle, map_indexes=-1) if etats[tache].get(-1) == "success" else None

    jour = declenchement(contexte)
    faites = [indice for indice, etat in etats["extraire"].items() if etat == "success"]
    return {
        "nuit": rendu("preparer") or {"nuit": str(jour), "arrete": str(jour - dt.timedelta(days=1))},
        "inventaire": {"en_ecriture": rendu("inventorier", "en_ecriture") or []},
        "livraisons": [m for lot in ti.xcom_pull(task_ids="extraire", map_indexes=faites) or [] for m in lot or []],
        "personnes": rendu("rapprocher"),
        "axes": rendu("controler"),
        "publication": rendu("publier") or {"publiee": False, "motif": rendu("construire", "motif") or INACHEVEE},
        "echecs": _echecs(ti, etats),
        "compte": rendu("bilan", "compte"),
    }


def _echecs(ti: Any, etats: Rendus) -> list[dict[str, str]]:
    """Tâches en échec, essais épuisés, et leur cause ; celle d'une tâche répartie dit de quelle source elle est."""
    lots = ti.xcom_pull(task_ids="inventorier", map_indexes=-1) or []
    return [
        {
            "etape": f"{tache} ({lots[indice]['source']})" if 0 <= indice < len(lots) else tache,
            "cause": ti.xcom_pull(task_ids=tache, key="cause", map_indexes=indice) or TUEE,
        }
        for tache, siens in sorted(etats.items())
        for indice, etat in sorted(siens.items())
        if etat == "failed"
    ]
