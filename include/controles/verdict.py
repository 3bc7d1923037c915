"""Du constat de chaque contrôle, et de ce que dbt n'a pas pu faire, au verdict de chaque axe."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import duckdb

from expectations import BLOQUANT, OBSERVE, Controle, tous
from include.configuration import Dossiers
from include.controles.moteur import CONFORME, NON_CONFORME, NON_EVALUABLE, Constat, passer
from include.entrepot.dbt import COUCHES
from include.entrepot.preparation import Build

_CAUSES_MONTREES = 3


def controler(d: Dossiers, build: Build) -> dict[str, Any]:
    """Passe les contrôles sur la base candidate, écrit build.verdict et le rend.

    Rend {"axes": {axe: {verdict, cause}}, "controles": [{axe, controle, severite, proprietaire, verdict,
    lignes_en_cause, chiffres_proteges, message}]}, rangés par axe et par nom. Un axe est bloqué par un contrôle
    bloquant qui n'est pas conforme ou n'a pas pu être passé, et par un modèle ou un test de dbt en échec.
    """
    controles = tous()
    constats = passer(build.base, controles)
    proteges, precisions = _complements(build, controles, constats)
    lignes = sorted(
        (_ligne(c, constats[c.nom], proteges[c.nom], precisions.get(c.nom, "")) for c in controles),
        key=lambda x: (x["axe"], x["controle"]),
    )
    verdict = {"axes": _axes(build, lignes), "controles": lignes}
    build.verdict.write_text(json.dumps(verdict, ensure_ascii=False, indent=1), encoding="utf-8")
    return verdict


def _complements(
    build: Build, controles: list[Controle], constats: dict[str, Constat]
) -> tuple[dict[str, str], dict[str, str]]:
    """Chiffres que chaque contrôle protège, et précision du message de ceux qui ne sont pas conformes."""
    with duckdb.connect(str(build.base), read_only=True) as base:
        par_source: dict[str, set[str]] = defaultdict(set)
        try:
            calcules = base.execute("select distinct code, sources from rapport.indicateurs").fetchall()
        except duckdb.CatalogException:
            calcules = []  # La couche rapport n'a pas été construite : son axe est bloqué par ailleurs.
        for code, sources in calcules:
            for source in sources.split():
                par_source[source].add(code)
        tous_les_codes = {code for code, _ in calcules}
        proteges = {
            c.nom: " ".join(
                sorted(tous_les_codes if c.tous_les_chiffres else {*c.chiffres, *par_source.get(c.source or "", ())})
            )
            for c in controles
        }
        precisions = {
            c.nom: base.execute(c.precision).fetchall()[0][0] or ""
            for c in controles
            if c.precision and constats[c.nom].verdict == NON_CONFORME
        }
    return proteges, precisions


def _ligne(controle: Controle, constat: Constat, proteges: str, precision: str) -> dict[str, Any]:
    return {
        "axe": controle.axe,
        "controle": controle.nom,
        "severite": controle.severite,
        "proprietaire": controle.proprietaire,
        "verdict": constat.verdict,
        "lignes_en_cause": constat.lignes,
        "chiffres_proteges": proteges,
        "message": _message(controle, constat, precision),
    }


def _message(controle: Controle, constat: Constat, precision: str) -> str:
    if constat.verdict == CONFORME:
        return ""
    if constat.verdict == NON_EVALUABLE:
        return "Le contrôle n'a pas pu être passé : une table ou une colonne manque."
    return f"{controle.message} {precision}".strip()


def _axes(build: Build, lignes: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Verdict et cause de chaque axe qui a un contrôle ou une couche."""
    echecs = _echecs_dbt(build)
    axes = {}
    for axe in sorted({x["axe"] for x in lignes} | {c["axe"] for c in COUCHES.values()}):
        ecarts = [x for x in lignes if x["axe"] == axe and x["verdict"] != CONFORME and x["severite"] != OBSERVE]
        bloquants = echecs[axe] + [_cause(x) for x in ecarts if x["severite"] == BLOQUANT]
        verdict = "bloque" if bloquants else "passe_avec_signalements" if ecarts else "passe"
        axes[axe] = {"verdict": verdict, "cause": _reunir(bloquants or [_cause(x) for x in ecarts])}
    return axes


def _cause(ligne: dict[str, Any]) -> str:
    return f"{ligne['controle']} : {ligne['message']}"


def _reunir(causes: list[str]) -> str:
    reste = len(causes) - _CAUSES_MONTREES
    suite = [f"et {reste} autre{'s' if reste > 1 else ''}, voir meta.controles"] if reste > 0 else []
    return " ; ".join(causes[:_CAUSES_MONTREES] + suite)


def _echecs_dbt(build: Build) -> dict[str, list[str]]:
    """Par axe, ce que dbt n'a pas pu construire ou vérifier. Une couche sans résultat n'a pas été construite."""
    echecs: dict[str, list[str]] = defaultdict(list)
    for couche, definition in COUCHES.items():
        fichier = build.resultat_dbt(couche)
        if not fichier.exists():
            echecs[definition["axe"]].append(f"la couche {couche} n'a pas été construite")
            continue
        bilan = json.loads(fichier.read_text(encoding="utf-8"))
        noms = sorted(e["noeud"] for e in bilan["echecs"])
        if noms or not bilan["reussi"]:
            echecs[definition["axe"]].append(f"dbt, couche {couche}, en échec : {', '.join(noms) or 'invocation'}")
    return echecs
