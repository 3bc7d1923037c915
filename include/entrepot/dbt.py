"""La seule porte vers dbt : une couche à la fois, par son exécuteur Python."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

from include.configuration import RACINE
from include.entrepot.preparation import Build

PROJET = RACINE / "dbt_project"

COUCHES: dict[str, dict[str, Any]] = {
    "socle": {
        "axe": "core",
        "chemins": ["seeds", "models/staging", "models/intermediate", "models/marts/core", "models/meta"],
    },
    "achats_responsables": {"axe": "achats_responsables", "chemins": ["models/marts/achats_responsables"]},
    "rapport": {"axe": "transverse", "chemins": ["models/rapport"]},
}
"""Couches dans l'ordre, une exécution de dbt chacune : chemins construits et axe qu'un échec bloque."""


def construire(build: Build, couche: str) -> dict[str, Any]:
    """Construit et teste une couche ; écrit et rend son résultat.

    couche: clé de COUCHES.
    Rend {couche, axe, reussi, echecs: [{noeud, type, statut}]}. Un test ou un modèle en échec n'arrête pas la
    nuit : il bloque l'axe de la couche au moment des contrôles. Les messages de dbt ne sont pas repris, ils
    peuvent citer une valeur.
    """
    definition = COUCHES[couche]
    selection = " ".join(f"path:{c}" for c in definition["chemins"])
    resultat = _invoquer(build, ["build", "--select", *selection.split(), "--exclude-resource-type", "unit_test"])
    noeuds = list(getattr(resultat.result, "results", None) or [])
    echecs = [
        {"noeud": r.node.name, "type": str(r.node.resource_type), "statut": str(r.status)}
        for r in noeuds
        if str(r.status) in ("error", "fail", "runtime error")
    ]
    if not resultat.success and not echecs:
        echecs = [{"noeud": couche, "type": "invocation", "statut": type(resultat.exception).__name__}]
    bilan = {
        "couche": couche,
        "axe": definition["axe"],
        "reussi": bool(resultat.success),
        "noeuds": len(noeuds),
        "echecs": echecs,
    }
    build.resultat_dbt(couche).write_text(json.dumps(bilan, ensure_ascii=False, indent=1), encoding="utf-8")
    return bilan


def environnement(build: Build) -> dict[str, str]:
    """Variables que lit dbt (profil, journaux, aucune statistique d'usage)."""
    return {
        "ENTREPOT_BUILD": str(build.base),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_TARGET_PATH": str(build.cible_dbt),
        "DBT_LOG_PATH": str(build.cible_dbt / "logs"),
    }


def _invoquer(build: Build, arguments: list[str]) -> Any:
    """Une invocation de dbt dans ce processus, sur le chantier."""
    os.environ.update(environnement(build))
    build.cible_dbt.mkdir(parents=True, exist_ok=True)
    dossiers = {
        "--project-dir": PROJET,
        "--profiles-dir": PROJET,
        "--target-path": build.cible_dbt,
        "--log-path": build.cible_dbt / "logs",
    }
    options = [mot for option, dossier in dossiers.items() for mot in (option, str(dossier))]
    try:
        return _executeur().invoke([*arguments, *options, "--quiet", "--no-use-colors", "--no-version-check"])
    finally:
        _fermer()


def _fermer() -> None:
    """Ferme ce que dbt garde ouvert : la base, que les contrôles et la publication lisent ensuite, et son journal."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt_common.events.event_manager_client import get_event_manager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()
    for journal in get_event_manager().loggers:
        for sortie in getattr(getattr(journal, "_python_logger", None), "handlers", ()):
            sortie.close()


@cache
def _executeur() -> Any:
    # Importé ici : dbt coûte deux secondes que seules ses propres tâches doivent payer.
    from dbt.cli.main import dbtRunner

    return dbtRunner()
