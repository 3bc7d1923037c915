"""Livraisons de démonstration : personnes et entreprises synthétiques, formats et défauts des vrais fichiers.

De ces lignes sortent exactement les chiffres du rapport 2017 (`cibles`) : `clauses` tire les lignes justes, `tables`
les écrit comme ABC Clauses les exporte, `defauts` les abîme comme les vrais partenaires, `fichiers` les met en fichiers
et `livraisons` dit lesquels. `gpect`, `parcours`, `campus` et `transverse` font de même pour les autres sources.
"""

from __future__ import annotations

from pathlib import Path


def generer(dossier: Path) -> None:
    """Écrit toutes les livraisons de démonstration sous `dossier` (créé) : toujours les mêmes octets et dates."""
    from include.demo.livraisons import ecrire_tout

    ecrire_tout(dossier)
