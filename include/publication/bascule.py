"""Les dossiers de publie/ : lire la publication courante, mettre la nouvelle en place, garder l'histoire.

Une publication est un dossier que plus rien ne modifie. Le lecteur passe par le lien `courant`, et remplacer ce lien
est le seul instant où il change de publication. Un arrêt brutal laisse au pire un dossier .tmp-*, ou un dossier entier
que rien ne désigne : les publications suivantes les effacent.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from include.confidentialite import synchroniser
from include.configuration import Dossiers, Nuit

HISTOIRE = 30
"""Publications gardées, la courante comprise."""
FICHE = "publication.json"
_PROVISOIRE = ".tmp-"
_FORME = re.compile(r"\d{4}-\d{2}-\d{2}-\d+")


def courante(d: Dossiers) -> Path | None:
    """Dossier de la publication courante, ou None si rien n'a encore été publié."""
    lien = d.publie / "courant"
    return lien.resolve() if (lien / FICHE).exists() else None


def fiche(publication: Path | None) -> dict[str, Any]:
    """Ce qui identifie une publication (nuit, arrêté, empreintes) ; vide s'il n'y en a pas."""
    return json.loads((publication / FICHE).read_text(encoding="utf-8")) if publication else {}


def derniere(d: Dossiers, nuit: Nuit) -> Path | None:
    """Publication dont les axes bloqués de cette nuit gardent les tables, ou None.

    C'est la courante, sauf si la nuit est passée : on remonte alors l'histoire, car elle ne connaît pas la suite.
    """
    en_cours = fiche(courante(d))
    for publication in reversed(en_cours.get("histoire", [])):
        dossier = d.publie / publication
        if (dossier / FICHE).exists() and fiche(dossier)["nuit"] <= str(nuit.nuit):
            return dossier
    return None


def identifiant(d: Dossiers, nuit: Nuit) -> str:
    """Nom de la prochaine publication de cette nuit : « 2018-01-02-1 », puis -2… si la nuit est reprise."""
    prefixe = f"{nuit.nuit}-"
    numeros = [int(p.name.removeprefix(prefixe)) for p in publications(d) if p.name.startswith(prefixe)]
    return f"{prefixe}{max(numeros, default=0) + 1}"


def provisoire(d: Dossiers, publication: str) -> Path:
    """Dossier neuf où composer une publication, après effacement de ce qu'un arrêt brutal a pu laisser."""
    d.publie.mkdir(parents=True, exist_ok=True)
    nettoyer(d)
    dossier = d.publie / f"{_PROVISOIRE}{publication}"
    dossier.mkdir()
    return dossier


def nettoyer(d: Dossiers) -> None:
    """Efface les restes d'un arrêt brutal ; personne ne les lit."""
    for reste in d.publie.glob(f"{_PROVISOIRE}*"):
        if reste.is_symlink():
            reste.unlink()
        else:
            shutil.rmtree(reste)


def basculer(d: Dossiers, dossier: Path, publication: str) -> None:
    """Donne son nom définitif au dossier composé et y fait pointer `courant`.

    Tout est sur disque avant chaque renommage : après une coupure, `courant` désigne un dossier entier.
    """
    for chemin in sorted(dossier.rglob("*"), reverse=True):
        synchroniser(chemin)
    synchroniser(dossier)
    destination = d.publie / publication
    if destination.exists():
        # Reste entier d'un essai tué juste avant que `courant` ne le désigne.
        _effacer(d, destination)
    dossier.rename(destination)
    synchroniser(d.publie)
    lien = d.publie / f"{_PROVISOIRE}courant"
    lien.symlink_to(publication)
    lien.replace(d.publie / "courant")
    synchroniser(d.publie)


def elaguer(d: Dossiers, gardees: Collection[str]) -> None:
    """Efface les publications sorties de l'histoire ; jamais celle que `courant` désigne."""
    en_cours = courante(d)
    for dossier in publications(d):
        if dossier.name not in gardees and dossier != en_cours:
            _effacer(d, dossier)


def publications(d: Dossiers) -> list[Path]:
    """Dossier de chaque publication gardée."""
    return [p for p in d.publie.glob("*") if _FORME.fullmatch(p.name) and p.is_dir()]


def _effacer(d: Dossiers, dossier: Path) -> None:
    # Renommé d'abord : un arrêt en chemin ne laisse pas un dossier entamé sous un nom de publication.
    condamne = d.publie / f"{_PROVISOIRE}efface-{dossier.name}"
    dossier.rename(condamne)
    shutil.rmtree(condamne)
