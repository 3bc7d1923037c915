"""La seule porte vers dbt : une couche à la fois, par son exécuteur Python."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from include.entrepot.preparation import Build
from include.entrepot.projet_dbt import projet

COUCHES: dict[str, dict[str, Any]] = {
    "socle": {
        "axe": "core",
        "chemins": [
            "seeds/*.csv",
            "models/staging",
            "models/intermediate/structures",
            "models/intermediate/personnes",
            "models/marts/core",
            "models/meta/anomalies.sql",
            "models/meta/mouvements_personnes.sql",
            "models/meta/livraisons.sql",
            "models/meta/rejets.sql",
        ],
    },
    "achats_responsables": {
        "axe": "achats_responsables",
        "chemins": [
            "models/intermediate/achats_responsables",
            "models/marts/achats_responsables",
            "models/meta/orphelins.sql",
        ],
    },
    **{
        axe: {"axe": axe, "chemins": [f"models/intermediate/{axe}", f"models/marts/{axe}"]}
        for axe in ("gpect", "parcours", "campus")
    },
    "rapport": {"axe": "transverse", "chemins": ["seeds/rapport", "models/intermediate/transverse", "models/rapport"]},
}
"""Couches dans l'ordre, une exécution de dbt chacune : chemins construits et axe qu'un échec bloque.

Les intermédiaires d'un axe sont dans sa couche : un essai en échec n'y retient que lui.
"""
EN_ECHEC = ("error", "fail", "runtime error", "warn")
"""Statuts de dbt qui bloquent l'axe. Un test a le rang d'avertissement (dbt_project.yml) : il ne fait rien sauter."""


def construire(build: Build, couche: str) -> dict[str, Any]:
    """Construit et teste une couche ; écrit et rend son résultat.

    couche: clé de COUCHES.
    Rend {couche, axe, reussi, noeuds, echecs: [{noeud, type, statut}]}. Un test ou un modèle en échec n'arrête pas la
    nuit : il bloque l'axe de la couche au moment des contrôles. Les messages de dbt ne sont pas repris, ils
    peuvent citer une valeur.
    """
    definition = COUCHES[couche]
    selection = [f"path:{c}" for c in definition["chemins"]]
    resultat = _invoquer(build, ["build", "--select", *selection, "--exclude-resource-type", "unit_test"])
    noeuds = list(getattr(resultat.result, "results", None) or [])
    echecs = [
        {"noeud": r.node.name, "type": str(r.node.resource_type), "statut": str(r.status)}
        for r in noeuds
        if str(r.status) in EN_ECHEC
    ]
    if not resultat.success and not echecs:
        echecs = [{"noeud": couche, "type": "invocation", "statut": type(resultat.exception).__name__}]
    _vides(build, [r.node for r in noeuds if str(r.status) in ("error", "skipped")])
    bilan = {
        "couche": couche,
        "axe": definition["axe"],
        "reussi": not echecs,
        "noeuds": len(noeuds),
        "echecs": echecs,
    }
    build.resultat_dbt(couche).write_text(json.dumps(bilan, ensure_ascii=False, indent=1), encoding="utf-8")
    return bilan


def recompter(build: Build, premier_mois: int) -> None:
    """Refait tous les modèles d'un chantier, dont l'année de l'arrêté ne commence qu'à ce mois (1 à 12).

    Les contrôles se passent avant, sur les années civiles : ils comparent les tables aux fichiers, année par année.
    Lève ValueError, en français, si un modèle échoue : aucune table n'est alors à lire.
    """
    resultat = _invoquer(build, ["run", "--vars", json.dumps({"premier_mois": premier_mois})])
    if not resultat.success:
        echecs = sorted(r.node.name for r in getattr(resultat.result, "results", None) or [] if r.status in EN_ECHEC)
        raise ValueError(f"Les chiffres de la période ne se calculent pas : {', '.join(echecs) or 'dbt a échoué'}.")


def _vides(build: Build, manquants: list[Any]) -> None:
    """Fait, vides, les tables qu'un modèle en échec n'a pas faites : ce qui les lit se construit pour les autres axes.

    L'axe du modèle est bloqué : ces tables-là ne se publient pas.
    """
    tables = [n for n in manquants if str(n.resource_type) == "model" and n.contract.enforced and n.columns]
    if not tables:
        return
    with duckdb.connect(str(build.base)) as base:
        for n in tables:
            colonnes = ", ".join(f'"{c.name}" {c.data_type}' for c in n.columns.values())
            base.execute(f'create schema if not exists "{n.schema}"')
            base.execute(f'create table if not exists "{n.schema}"."{n.alias}" ({colonnes})')


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
    try:
        # Le manifeste est écrit par l'analyse : chaque invocation le récrirait, en une demi-seconde.
        return _executeur(build.cible_dbt).invoke([*arguments, *_options(build.cible_dbt), "--no-write-json"])
    finally:
        _fermer()


def _options(cible: Path) -> list[str]:
    source = projet(cible.parent)
    dossiers = {"--project-dir": source, "--profiles-dir": source, "--target-path": cible, "--log-path": cible / "logs"}
    options = [mot for option, dossier in dossiers.items() for mot in (option, str(dossier))]
    return [*options, "--log-level-file", "info", "--quiet", "--no-use-colors", "--no-version-check"]


@lru_cache(maxsize=1)
def _executeur(cible: Path) -> Any:
    """Exécuteur qui a lu le projet : dans un même processus, l'analyse ne se paie qu'une fois."""
    # Importé ici : dbt coûte deux secondes que seules ses propres tâches doivent payer.
    from dbt.cli.main import dbtRunner

    analyse: Any = dbtRunner().invoke(["parse", *_options(cible)])
    _fermer()
    # Sans manifeste (un projet qui ne s'analyse pas), chaque invocation le dira.
    return dbtRunner(manifest=analyse.result)


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
