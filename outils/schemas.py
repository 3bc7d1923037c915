"""Redessine docs/images/er_<axe>.svg d'après la publication courante.

python -m outils.schemas     (make er)
"""

from __future__ import annotations

import sys

import duckdb

from include.configuration import RACINE, axes, dossiers
from include.extraits.schemas import schema


def main() -> int:
    """Écrit un fichier par axe qui a des tables, et un pour meta ; 2 si rien n'est publié."""
    chemin = dossiers().publie / "courant" / "entrepot.duckdb"
    if not chemin.exists():
        print("Rien n'est encore publié : make nightly.", file=sys.stderr)
        return 2
    with duckdb.connect(str(chemin), read_only=True) as base:
        for axe in [*axes(), "meta"]:
            if dessin := schema(base, axe):
                (RACINE / "docs" / "images" / f"er_{axe}.svg").write_text(dessin, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
