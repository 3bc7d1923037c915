"""Airflow embarqué : son environnement, sa base, et une nuit entière dans ce processus.

    python -m include.orchestration nuit [AAAA-MM-JJ [AAAA-MM-JJ]]   une nuit, et son bilan
    python -m include.orchestration airflow ARGUMENTS…               n'importe quelle commande d'Airflow
    python -m include.orchestration standalone                       ordonnanceur, tâches et interface

Le déploiement réel n'emploie pas ce module : docker-compose.yml dit son environnement.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

from include.configuration import RACINE, Dossiers, Nuit, dossiers

POOL = ("ecrivain", "1", "DuckDB n'admet qu'un processus sur la base en construction")
"""Nom, places et description du pool des tâches qui écrivent l'entrepôt."""


def environnement(d: Dossiers) -> dict[str, str]:
    """Variables d'Airflow en mode embarqué : tout sous ENTREPOT_DATA/airflow, SQLite, rien qui sorte de la machine.

    Une variable AIRFLOW__* ou AIRFLOW_HOME déjà donnée l'emporte (un autre port, une autre base).
    """
    maison = d.racine / "airflow"
    valeurs = {
        "AIRFLOW_HOME": str(maison),
        "AIRFLOW__CORE__DAGS_FOLDER": str(RACINE / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{maison / 'airflow.db'}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "ENTREPOT_DATA": str(d.racine),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
    }
    return {nom: os.environ.get(nom, valeur) for nom, valeur in valeurs.items()}


def preparer_airflow(d: Dossiers) -> None:
    """Pose l'environnement d'Airflow dans ce processus et, la première fois, fait sa base et le pool."""
    os.environ.update(environnement(d))
    maison = _maison(d)
    faite = maison / f"base-{version('apache-airflow')}"
    if not faite.exists():
        commande("db", "migrate")
        commande("pools", "set", *POOL)
        faite.touch()


def _maison(d: Dossiers) -> Path:
    """AIRFLOW_HOME, créé pour son seul propriétaire : il contient la base et les jetons d'Airflow."""
    maison = Path(environnement(d)["AIRFLOW_HOME"])
    maison.mkdir(parents=True, exist_ok=True, mode=0o700)
    return maison


def commande(*arguments: str) -> None:
    """Exécute une commande d'Airflow dans ce processus (son démarrage n'est payé qu'une fois)."""
    from airflow.cli.cli_parser import get_parser

    options = get_parser().parse_args(arguments)
    options.func(options)


def nuit(d: Dossiers, demandee: Nuit | None) -> int:
    """Exécute toute la nuit par Airflow et en imprime le bilan.

    d: dossiers d'exécution. demandee: la nuit et son arrêté, ou None pour aujourd'hui.
    Rend le code de sortie : 0 si la nuit est allée au bout (même sans rien publier), 1 sinon. Les journaux vont dans
    un fichier ; la console ne reçoit que les messages du domaine et le bilan.
    """
    journal = _maison(d) / "logs" / "nuits" / f"{time.strftime('%Y-%m-%d_%H%M%S')}.log"
    journal.parent.mkdir(parents=True, exist_ok=True)
    debut = time.monotonic()
    with _sorties_vers(journal) as console:
        print(f"La nuit commence (journal : {journal})", file=console)
        try:
            etat, texte = _par_airflow(d, demandee, console)
        except Exception:
            traceback.print_exc()
            etat, texte = "failed", None
        print(file=console)
        if texte:
            print(texte, file=console)
        if etat == "success":
            print(f"Nuit finie en {time.monotonic() - debut:.0f} s.", file=console)
            return 0
        print(f"LA NUIT A ÉCHOUÉ : ce qui est publié est entier. Le détail est dans {journal}", file=console)
        return 1


def _par_airflow(d: Dossiers, demandee: Nuit | None, console: TextIO) -> tuple[str, str | None]:
    """Rend l'état de l'exécution du DAG et ce que disent ses tâches bilan et prevenir (None si rien)."""
    preparer_airflow(d)
    from airflow.utils.cli import get_bagged_dag

    _relayer(console)
    conf = {"nuit": str(demandee.nuit), "arrete": str(demandee.arrete_au)} if demandee else None
    execution = get_bagged_dag(None, "nuit").test(run_conf=conf)
    taches = {(t.task_id, t.map_index): t for t in execution.get_task_instances()}
    for (nom, indice), tache in sorted(taches.items()):
        if tache.state not in ("success", "skipped", "upstream_failed"):
            print(f"  {nom}{f'[{indice}]' if indice >= 0 else ''} : {tache.state}", file=console)
    textes = [taches[nom, -1].xcom_pull(task_ids=nom) for nom in ("bilan", "prevenir")]
    return str(execution.state), "\n  ".join(filter(None, textes)) or None


def _relayer(console: TextIO) -> None:
    """Montre à la console ce que disent les modules du domaine ; leurs messages ne citent aucune valeur."""
    relais = logging.StreamHandler(console)
    relais.setFormatter(logging.Formatter("  %(message)s"))
    for nom in ("include", "entrepot"):
        logging.getLogger(nom).addHandler(relais)
        logging.getLogger(nom).setLevel(logging.INFO)


@contextmanager
def _sorties_vers(journal: Path) -> Iterator[TextIO]:
    """Le temps d'un bloc, les sorties du processus vont au journal ; rend la console d'origine."""
    sys.stdout.flush()
    sys.stderr.flush()
    originales = [os.dup(1), os.dup(2)]
    with journal.open("w", encoding="utf-8") as fichier, os.fdopen(os.dup(1), "w", 1, encoding="utf-8") as console:
        os.dup2(fichier.fileno(), 1)
        os.dup2(fichier.fileno(), 2)
        try:
            yield console
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descripteur, originale in zip((1, 2), originales, strict=True):
                os.dup2(originale, descripteur)
                os.close(originale)


def main(arguments: list[str]) -> int:
    """Aiguille vers une nuit, une commande d'Airflow ou l'interface ; rend le code de sortie."""
    match arguments:
        case ["nuit", *dates] if len(dates) <= 2:
            try:
                demandee = Nuit.de(*dates) if any(dates) else None
            except ValueError as erreur:
                print(erreur, file=sys.stderr)
                return 2
            return nuit(dossiers(), demandee)
        case ["airflow", *reste] if reste:
            preparer_airflow(dossiers())
            commande(*reste)
        case ["standalone"]:
            preparer_airflow(dossiers())
            # Standalone lance ses composants par le nom « airflow » : celui de cet environnement.
            os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
            os.execvp("airflow", ["airflow", "standalone"])
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
