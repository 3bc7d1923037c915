"""Passer les contrôles sur la base candidate avec Great Expectations, dans la base, sans en garder une valeur."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.controle import BLOQUANT, OBSERVE, SIGNALE, Controle

CONFORME, NON_CONFORME, NON_EVALUABLE = "conforme", "non_conforme", "non_evaluable"

# Sans les trois premiers, les résultats sont lus après le retour de la connexion et reviennent vides.
_CONNEXION = {
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "pool_reset_on_return": None,
    # 3 Gio pour toute la nuit (objectif du banc) : les contrôles en prennent deux au plus.
    "connect_args": {"read_only": True, "config": {"memory_limit": "2GB"}},
}
_SANS_VALEURS = {"result_format": "BASIC", "partial_unexpected_count": 0}
_GRAVITES = {BLOQUANT: "critical", SIGNALE: "warning", OBSERVE: "info"}


@dataclass(frozen=True)
class Constat:
    """Ce qu'un contrôle a donné. lignes: nombre de lignes en cause, None s'il ne porte pas sur des lignes."""

    verdict: str
    lignes: int | None = None


def passer(base: Path, controles: Iterable[Controle]) -> dict[str, Constat]:
    """Constat de chaque contrôle, par nom. Un contrôle qui ne peut pas être passé est non évaluable : rien n'est levé.

    base: base DuckDB, ouverte en lecture ; aucun autre processus ne doit l'écrire.
    """
    par_donnees: dict[str, list[Controle]] = {}
    for c in controles:
        par_donnees.setdefault(c.donnees, []).append(c)
    constats: dict[str, Constat] = {}
    with _source(base) as source:
        for numero, (donnees, groupe) in enumerate(par_donnees.items()):
            constats |= _passer_ensemble(source, f"donnees_{numero}", donnees, groupe)
    return constats


@contextmanager
def _source(base: Path) -> Iterator[Any]:
    """Source de données de Great Expectations sur la base, muette et sans rien écrire sur disque."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _muets("great_expectations", "sqlalchemy", "duckdb_sqlalchemy"):
        # Importé ici : l'import coûte des secondes, que seule cette étape doit payer.
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

        # La configuration par défaut ferait un site de documentation dans un dossier temporaire.
        configuration = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        contexte = gx.get_context(mode="ephemeral", project_config=configuration)
        # Chaque lot ajouté récrirait en YAML la configuration, que rien ne relit : un quart du temps des contrôles.
        contexte.variables.save = lambda: None  # type: ignore[method-assign]
        sources: Any = contexte.data_sources
        source = sources.add_sql("chantier", connection_string=f"duckdb:///{base}", kwargs=_CONNEXION)
        try:
            yield source
        finally:
            # Une connexion restée ouverte empêcherait la publication de lire la base.
            source.get_execution_engine().close()
            source.get_engine().dispose()


@contextmanager
def _muets(*noms: str) -> Iterator[None]:
    """Le temps d'un bloc, ces paquets ne disent rien : leurs avertissements citent requêtes et valeurs."""
    journaux = [logging.getLogger(nom) for nom in noms]
    avant = [(j, j.propagate, j.handlers[:]) for j in journaux]
    for j in journaux:
        j.propagate, j.handlers = False, [logging.NullHandler()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for j, propage, sorties in avant:
            j.propagate, j.handlers = propage, sorties


def _passer_ensemble(source: Any, nom: str, donnees: str, controles: list[Controle]) -> dict[str, Constat]:
    """Constats des contrôles portant sur les mêmes données : une suite, dont les mesures communes servent à tous."""
    import great_expectations as gx

    try:
        lot = _lot(source, nom, donnees)
        suite = gx.ExpectationSuite(name=nom, expectations=[_attente(c) for c in controles])
        resultats = lot.validate(suite, result_format=_SANS_VALEURS).results
        return {r.expectation_config.meta["controle"]: _constat(r) for r in resultats}
    except Exception:  # Table absente, requête fausse : le message citerait la base, il n'est pas gardé.
        return {c.nom: Constat(NON_EVALUABLE) for c in controles}


def _lot(source: Any, nom: str, donnees: str) -> Any:
    if " " in donnees.strip():
        bien = source.add_query_asset(nom, query=donnees)
    else:
        schema, table = donnees.split(".")
        bien = source.add_table_asset(nom, schema_name=schema, table_name=table)
    return bien.get_batch(bien.build_batch_request())


def _attente(controle: Controle) -> Any:
    import great_expectations.expectations as gxe

    classe = getattr(gxe, controle.attente)
    return classe(**controle.arguments, severity=_GRAVITES[controle.severite], meta={"controle": controle.nom})


def _constat(resultat: Any) -> Constat:
    if _exception(resultat.exception_info):
        return Constat(NON_EVALUABLE)
    mesures = resultat.result
    lignes = mesures.get("unexpected_count")
    if lignes is None and resultat.expectation_config.type == "unexpected_rows_expectation":
        lignes = mesures.get("observed_value")
    return Constat(CONFORME if resultat.success else NON_CONFORME, None if lignes is None else int(lignes))


def _exception(info: dict[str, Any] | None) -> bool:
    """Vrai si une mesure a levé une exception : selon le cas elle est décrite directement, ou mesure par mesure."""
    if not info:
        return False
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(mesure.get("raised_exception") for mesure in info.values())
