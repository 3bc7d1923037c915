"""Y a-t-il du nouveau ? Empreintes du code, des livraisons connues et des chiffres publiés."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from include.confidentialite import cle
from include.configuration import RACINE, Dossiers, Nuit, axes, dossier_du_pole, organisation
from include.contrats import tous
from include.personnes import registre

_CODE = ("dbt_project", "include", "expectations", "docs/analysts.md")
_SANS_EFFET = {"target", "logs", "__pycache__", ".user.yml"}


def code() -> str:
    """Empreinte de ce qui détermine les chiffres et les pages : modèles, programme, contrats, organisation."""
    calcul = hashlib.sha256()
    for dossier in _CODE:
        for fichier in sorted(_fichiers(RACINE / dossier)):
            calcul.update(f"{fichier.relative_to(RACINE)}\n".encode())
            calcul.update(hashlib.sha256(fichier.read_bytes()).digest())
    referentiels = dossier_du_pole("referentiels")
    for fichier in sorted(referentiels.glob("*.csv")) if referentiels else ():
        calcul.update(f"{fichier.name}\n".encode() + fichier.read_bytes())
    recits = dossier_du_pole("recits")
    for fichier in sorted(f for f in recits.rglob("*.*") if f.is_file()) if recits else ():
        calcul.update(f"{fichier.parent.name}/{fichier.name}\n".encode() + fichier.read_bytes())
    # Lus par leur module : un autre pôle peut les ranger ailleurs.
    calcul.update("\n".join(sorted(c.empreinte for c in tous().values())).encode())
    # À qui l'on écrit ne change rien à ce qui se publie.
    lue = {cle: valeur for cle, valeur in organisation().items() if cle != "courrier"}
    calcul.update(json.dumps(lue, default=str, sort_keys=True).encode())
    return calcul.hexdigest()


def modeles(manifeste: Path) -> dict[str, dict[str, Any]]:
    """Pour chaque modèle et liste de référence : son empreinte et ce qu'il lit ; les macros ensemble, sous « macros ».

    Ceux des axes que le pôle ne suit pas n'y sont pas : il n'en publie rien.
    manifeste: celui de dbt. Rend {nom: {"empreinte": str, "parents": [noms]}} : de quoi nommer, d'une publication à la
    suivante, le modèle qui a changé en amont d'un chiffre.
    """
    contenu = json.loads(manifeste.read_text(encoding="utf-8"))
    suivis = (None, "core", *axes())
    noeuds = {
        i: n
        for i, n in contenu["nodes"].items()
        if n["resource_type"] in ("model", "seed") and (n["config"].get("meta") or {}).get("axe") in suivis
    }
    projet = contenu.get("metadata", {}).get("project_name")
    macros = sorted(m["macro_sql"] for m in contenu.get("macros", {}).values() if m["package_name"] == projet)
    connus = {"macros": {"empreinte": hashlib.sha256("\n".join(macros).encode()).hexdigest()[:16], "parents": []}}
    for noeud in sorted(noeuds.values(), key=lambda n: n["name"]):
        connus[noeud["name"]] = {
            "empreinte": noeud.get("checksum", {}).get("checksum", "")[:16],
            "parents": sorted(noeuds[p]["name"] for p in noeud.get("depends_on", {}).get("nodes", []) if p in noeuds),
        }
    return connus


def livraisons(connues: Iterable[str]) -> str:
    """Empreinte d'un ensemble de livraisons (doublons déjà écartés)."""
    return hashlib.sha256("\n".join(sorted(connues)).encode()).hexdigest()


def personnes(d: Dossiers, nuit: Nuit) -> str:
    """Empreinte de qui est qui à cette nuit ; vide tant qu'il n'y a pas de registre."""
    return registre.empreinte(d, cle(d), nuit) if registre.REGISTRE.dossier(d).exists() else ""


def contenu(base: duckdb.DuckDBPyConnection, axes: dict[str, dict[str, Any]]) -> str:
    """Empreinte de ce qui fait qu'une nuit mérite d'être publiée : chaque table de chiffres et l'état de chaque axe.

    base: connexion où la publication composée est attachée sous le nom `neuf`.
    N'en font pas partie le schéma meta, la date des données (elle avance chaque nuit) et la colonne `publication`.
    """
    calcul = hashlib.sha256()
    colonnes = base.execute(
        "select schema_name, table_name, "
        "list(column_name order by column_index), list(data_type order by column_index) from duckdb_columns() "
        "where database_name = 'neuf' and schema_name <> 'meta' and column_name <> 'publication' "
        "group by all order by all"
    ).fetchall()
    for schema, table, noms, types in colonnes:
        selection = ", ".join(f'"{c}"' for c in noms)
        lignes = base.execute(
            "select count(*), sum(md5_number_lower(t::varchar)) "
            f'from (select {selection} from neuf."{schema}"."{table}") as t'
        ).fetchone()
        calcul.update(repr((schema, table, noms, types, lignes)).encode())
    etats = {axe: [etat["verdict"], etat["reporte"], etat["cause"]] for axe, etat in sorted(axes.items())}
    calcul.update(json.dumps(etats, ensure_ascii=False).encode())
    return calcul.hexdigest()


def _fichiers(dossier: Path) -> list[Path]:
    trouves = (f for f in (dossier, *dossier.rglob("*")) if not _SANS_EFFET.intersection(f.relative_to(RACINE).parts))
    return [f for f in trouves if f.is_file()]
