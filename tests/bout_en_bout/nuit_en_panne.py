"""Une nuit par Airflow à qui tout arrive : `python nuit_en_panne.py PANNES nuit AAAA-MM-JJ AAAA-MM-JJ`.

PANNES est un dictionnaire JSON : {"mort": "module:fonction:n"} tue le processus à cet appel ; les autres clés (voir
`PANNES`) donnent la valeur personnelle que l'erreur de leur panne cite, comme le font volontiers les vraies.
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from canaris import EN_ERREUR

from include import orchestration
from include.configuration import dossiers


def remplacer(cible: str, faire: Callable[..., Any]) -> None:
    """Met à la place de "module:fonction" une fonction qui reçoit l'originale puis ses arguments."""
    module, nom = cible.split(":")
    proprietaire = importlib.import_module(module)
    originale = getattr(proprietaire, nom)
    setattr(proprietaire, nom, lambda *a, **k: faire(originale, *a, **k))


def mort(appel: str) -> None:
    """SIGKILL, sans aucun nettoyage, au énième appel d'une fonction : "module:fonction:n"."""
    cible, _, rang = appel.rpartition(":")
    appels = itertools.count(1)

    def mourir(originale: Any, *a: Any, **k: Any) -> Any:
        if next(appels) == int(rang):
            os.kill(os.getpid(), signal.SIGKILL)
        return originale(*a, **k)

    remplacer(cible, mourir)


def lecture(valeur: str) -> None:
    """Une erreur imprévue pendant la lecture d'un fichier."""

    def lire(originale: Any, chemin: Any, *a: Any, **k: Any) -> Any:
        if chemin.name == EN_ERREUR:
            raise KeyError(valeur)
        return originale(chemin, *a, **k)

    remplacer("include.extraction.livraisons:lire", lire)


def une_fois(cible: str, valeur: str) -> None:
    """Une erreur imprévue au premier appel ; l'essai suivant passe."""
    appels = iter([True])

    def echouer(originale: Any, *a: Any, **k: Any) -> Any:
        if next(appels, False):
            try:
                int(valeur)
            except ValueError as cause:
                raise RuntimeError(f"Could not convert string '{valeur}'") from cause
        return originale(*a, **k)

    remplacer(cible, echouer)


def dbt(_: str) -> None:
    """Une personne disparue de la base : les essais de la couche parcours trouvent ses lignes orphelines."""
    import duckdb

    def construire(originale: Any, build: Any, couche: str) -> Any:
        if couche == "parcours":
            with duckdb.connect(str(build.base)) as base:
                # Connue des seuls parcours : salariée aussi, elle manquerait à un autre axe.
                suivie = (
                    "select min(personne_id) from bronze.parcours_etapes "
                    "where personne_id not in (select personne_id from bronze.abc_clauses_salaries)"
                )
                base.execute(f"delete from core.dim_personne where personne_id = ({suivie})")
        return originale(build, couche)

    remplacer("include.entrepot.dbt:construire", construire)


PANNES: dict[str, Callable[[str], None]] = {
    "mort": mort,
    "lecture": lecture,
    "prise": lambda v: une_fois("include.extraction.livraisons:_trier", v),
    "rapprochement": lambda v: une_fois("include.personnes.identites:fiches", v),
    "dbt": dbt,
}


def sans_attente(originale: Any, *a: Any, **k: Any) -> Any:
    """Le DAG, dont un essai suit l'autre aussitôt."""
    dag = originale(*a, **k)
    for tache in dag.tasks:
        tache.retry_delay = timedelta(0)
    return dag


if __name__ == "__main__":
    for panne, valeur in json.loads(sys.argv[1]).items():
        PANNES[panne](valeur)
    # L'environnement d'Airflow d'abord : son import le lit.
    orchestration.preparer_airflow(dossiers())
    remplacer("airflow.utils.cli:get_bagged_dag", sans_attente)
    sys.exit(orchestration.main(sys.argv[2:]))
