"""Le dictionnaire : la documentation de dbt en une page, avec ce que la publication contient, sans rien appeler."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from include.configuration import axes, organisation

_UTILES = ("nodes", "sources", "exposures", "macros", "docs")
_VIDES = ("metrics", "semantic_models", "saved_queries", "groups", "unit_tests", "functions")
# Chemins de machine, empreintes et dates : la page ne dit que le projet, et le même projet donne la même page.
_INUTILES = {
    "build_path", "checksum", "compiled_path", "created_at", "root_path", "patch_path", "relation_name",
    "unrendered_config", "contract", "doc_blocks",
}  # fmt: skip
_SANS_RESEAU = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' "
    "'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; font-src data:\">"
)
_ACCUEIL = """\
# {nom} : dictionnaire des données

Chaque table de l'entrepôt, ses colonnes, ses règles et d'où elle vient. La base des analystes porte les mêmes
descriptions, et `meta.dictionnaire` les liste.

- **Par couche** : à gauche, l'onglet *Project* suit les dossiers (staging, intermediate, marts, rapport), l'onglet
  *Database* suit les schémas de la base.
- **D'où vient une colonne** : le bouton rond, en bas à droite d'une table, montre ce qu'elle lit et ce qui la lit.
- **Ce qui en sort** : *Exposures* nomme chaque extrait, à qui il va et qui en répond.
"""


def ecrire_dictionnaire(base: duckdb.DuckDBPyConnection, manifeste: Path, destination: Path) -> None:
    """Écrit la page de documentation de dbt, seule et sans réseau, limitée aux axes du pôle.

    manifeste: manifeste de dbt de la nuit. Les types de colonnes sont ceux de la base publiée.
    """
    # Importé ici : seule cette étape a besoin de la page que dbt fournit.
    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    contenu = _manifeste(json.loads(manifeste.read_text(encoding="utf-8")))
    page = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    page = page.replace("<head>", f"<head>{_SANS_RESEAU}", 1)
    page = page.replace('"MANIFEST.JSON INLINE DATA"', _en_ligne(contenu), 1)
    page = page.replace('"CATALOG.JSON INLINE DATA"', _en_ligne(_catalogue(base, contenu)), 1)
    destination.write_text(page, encoding="utf-8")


def _manifeste(entier: dict[str, Any]) -> dict[str, Any]:
    """Ce que la page montre du manifeste : les nœuds des axes du pôle, sans chemin de machine ni macro de dbt."""
    ecartes = {
        identifiant
        for genre in ("nodes", "sources", "exposures")
        for identifiant, noeud in entier.get(genre, {}).items()
        if _axe(noeud) not in (None, "core", *axes())
    }
    projet = entier.get("metadata", {}).get("project_name") or "entrepot"
    gardes = {
        genre: {
            identifiant: {k: v for k, v in noeud.items() if k not in _INUTILES}
            for identifiant, noeud in entier.get(genre, {}).items()
            if identifiant not in ecartes and noeud.get("package_name", projet) == projet
        }
        for genre in _UTILES
    }
    for genre in ("nodes", "exposures"):
        gardes[genre] = {i: _sans_parents(n, ecartes) for i, n in gardes[genre].items() if _tient(n, ecartes)}
    connus = {i for genre in _UTILES for i in gardes[genre]}
    gardes["docs"] |= {
        f"doc.{projet}.__overview__": {
            "name": "__overview__",
            "resource_type": "doc",
            "package_name": projet,
            "unique_id": f"doc.{projet}.__overview__",
            "block_contents": _ACCUEIL.format(nom=organisation()["nom"]),
        }
    }
    relations = {
        sens: {i: [v for v in voisins if v in connus] for i, voisins in entier.get(sens, {}).items() if i in connus}
        for sens in ("parent_map", "child_map")
    }
    return {
        "metadata": {"project_name": projet, "adapter_type": "duckdb", "send_anonymous_usage_stats": False},
        **gardes,
        **{genre: {} for genre in _VIDES},
        "disabled": {},
        "selectors": {},
        **relations,
    }


def _axe(noeud: dict[str, Any]) -> str | None:
    """Axe d'un modèle ou d'une source ; None s'il n'en dit pas."""
    meta = noeud.get("config", {}).get("meta") or noeud.get("meta") or {}
    axe: str | None = meta.get("axe")
    return axe


def _tient(noeud: dict[str, Any], ecartes: set[str]) -> bool:
    """Faux pour un essai ou un extrait qui ne porte que sur un axe écarté."""
    parents = noeud.get("depends_on", {}).get("nodes", [])
    return noeud.get("attached_node") not in ecartes and not (parents and ecartes.issuperset(parents))


def _sans_parents(noeud: dict[str, Any], ecartes: set[str]) -> dict[str, Any]:
    """Le nœud, sans ce qu'il lit d'un axe écarté."""
    depend = noeud.get("depends_on")
    if not depend:
        return noeud
    nodes = [p for p in depend.get("nodes", []) if p not in ecartes]
    return noeud | {"depends_on": depend | {"nodes": nodes}, "refs": [], "sources": []}


def _catalogue(base: duckdb.DuckDBPyConnection, manifeste: dict[str, Any]) -> dict[str, Any]:
    """Types des colonnes de chaque table publiée, comme dbt les donnerait."""
    colonnes: dict[tuple[str, str], dict[str, Any]] = {}
    for schema, table, nom, rang, type_, commentaire in base.execute(
        "select schema_name, table_name, column_name, column_index, data_type, comment from duckdb_columns() "
        "where database_name = current_database() order by all"
    ).fetchall():
        colonne = {"name": nom, "index": rang, "type": type_, "comment": commentaire}
        colonnes.setdefault((schema, table), {})[nom] = colonne
    noeuds = {
        identifiant: {
            "unique_id": identifiant,
            "metadata": {"type": "BASE TABLE", "schema": n["schema"], "name": n["name"], "database": "entrepot"},
            "columns": colonnes[n["schema"], n["name"]],
            "stats": {},
        }
        for identifiant, n in manifeste["nodes"].items()
        if (n.get("schema"), n.get("name")) in colonnes
    }
    return {"metadata": {}, "nodes": noeuds, "sources": {}, "errors": None}


def _en_ligne(valeur: dict[str, Any]) -> str:
    # « </ » fermerait la balise script où ce texte est écrit.
    return json.dumps(valeur, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
