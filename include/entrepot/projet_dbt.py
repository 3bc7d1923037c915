"""Le projet dbt du pôle : celui du dépôt, ou sa copie avec les listes de référence du pôle."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

from include.configuration import RACINE, dossier_du_pole

PROJET = RACINE / "dbt_project"
_IGNORES = {"target", "logs", ".user.yml"}


def projet(builds: Path) -> Path:
    """Dossier du projet dbt à exécuter.

    Sans listes de référence propres au pôle, c'est dbt_project/ ; sinon sa copie sous builds/, où elles remplacent
    celles du même nom. Seuls les fichiers qui changent y sont récrits : dbt garde son analyse d'une nuit à l'autre.
    Lève ValueError si une liste du pôle n'a pas d'homonyme sous dbt_project/seeds/.
    """
    referentiels = dossier_du_pole("referentiels")
    if referentiels is None:
        return PROJET
    propres = {f.name: f for f in referentiels.glob("*.csv")}
    voulus = {
        f.relative_to(PROJET): propres.get(f.name, f) if f.suffix == ".csv" else f
        for f in PROJET.rglob("*")
        if f.is_file() and not _IGNORES.intersection(f.relative_to(PROJET).parts)
    }
    etrangers = sorted(propres.keys() - {chemin.name for chemin in voulus})
    if etrangers:
        raise ValueError(f"{referentiels.name}/ : aucune liste de référence de ce nom ({', '.join(etrangers)}).")
    copie = builds / "projet_dbt"
    for chemin, origine in voulus.items():
        destination = copie / chemin
        if not (destination.exists() and filecmp.cmp(origine, destination)):
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(origine, destination)
    for reste in [f for f in copie.rglob("*") if f.is_file() and f.relative_to(copie) not in voulus]:
        reste.unlink()
    return copie
