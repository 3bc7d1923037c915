"""Ce qui est nouveau dans depots/ : quels fichiers prendre cette nuit, pour quelle source, et lesquels attendent."""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.configuration import Dossiers, Nuit
from include.contrats import reconnaitre_nom
from include.extraction.livraisons import (
    INCONNUE,
    Manifeste,
    contrats_de,
    deja_prise,
    empreinte_contrat,
    empreinte_fichier,
    manifestes,
)

TRANSFERT = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download")
"""Fins de nom que donnent les logiciels de transfert tant que le fichier n'est pas complet."""
SYSTEME = ("thumbs.db", "desktop.ini")
journal = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Vu:
    """Un fichier au premier regard."""

    octets: int
    mtime_ns: int
    inode: int

    @classmethod
    def de(cls, chemin: Path) -> _Vu:
        s = chemin.lstat()
        return cls(s.st_size, s.st_mtime_ns, s.st_ino)


def inventorier(d: Dossiers, nuit: Nuit, *, attente: float = 2.0) -> dict[str, Any]:
    """Cherche les fichiers nouveaux partout sous depots/ et les attribue à leur source.

    attente: secondes entre les deux regards ; un fichier dont la taille ou la date change entre eux est encore en
    écriture. Il n'y a qu'une attente pour tous, et aucune si rien n'est nouveau.

    Rend {"sources": {source: [chemins relatifs]}, "en_ecriture": [chemins laissés à la nuit prochaine],
    "ignores": ["chemin : règle"], "deja_pris": nombre}. La source `_inconnue` reçoit ce qu'aucun contrat, ou plusieurs,
    reconnaissent : `prendre` les refuse avec un motif. N'écrit rien.
    """
    sources: dict[str, list[str]] = {}
    en_ecriture: list[str] = []
    ignores: list[str] = []
    candidats: list[str] = []
    for chemin, regle in _parcourir(d.depots):
        if regle is None:
            candidats.append(chemin)
        elif regle == "transfert":
            en_ecriture.append(chemin)
        else:
            ignores.append(f"{chemin} : {regle}")

    derniers = {(m["source"], m["chemin"]): m for m in manifestes(d)}
    empreintes: dict[str, str] = {}
    nouveaux: dict[str, tuple[_Vu, list[str]]] = {}
    deja_pris = 0
    for chemin in candidats:
        try:
            vu = _Vu.de(d.depots / chemin)
            sha256 = empreinte_fichier(d.depots / chemin)
        except FileNotFoundError:
            continue
        except OSError as erreur:
            ignores.append(f"{chemin} : illisible ({erreur.strerror}), vérifiez ses droits")
            continue
        attendues = _attendues(chemin, derniers, empreintes, sha256, vu.mtime_ns)
        if attendues is None:
            deja_pris += 1
        else:
            nouveaux[chemin] = (vu, attendues)

    if nouveaux and attente > 0:
        time.sleep(attente)
    for chemin, (vu, attendues) in nouveaux.items():
        try:
            stable = _Vu.de(d.depots / chemin) == vu
        except OSError:
            stable = False
        if not stable:
            en_ecriture.append(chemin)
            continue
        for source in attendues or [_par_entetes(d.depots / chemin)]:
            sources.setdefault(source, []).append(chemin)

    journal.info(
        "depots : %d fichier(s) nouveau(x), %d en écriture, %d ignoré(s), %d déjà pris",
        sum(map(len, sources.values())), len(en_ecriture), len(ignores), deja_pris,
    )  # fmt: skip
    return {
        "sources": {source: sorted(sources[source]) for source in sorted(sources)},
        "en_ecriture": sorted(en_ecriture),
        "ignores": sorted(ignores),
        "deja_pris": deja_pris,
    }


def _attendues(
    chemin: str,
    derniers: dict[tuple[str, str], Manifeste],
    empreintes: dict[str, str],
    sha256: str,
    mtime_ns: int,
) -> list[str] | None:
    """Sources qui attendent ce fichier d'après son nom ; [] s'il faut lire ses en-têtes, None s'il est déjà pris."""

    def pris(source: str) -> bool:
        dernier = derniers.get((source, chemin))
        if dernier is None:
            return False
        if source not in empreintes:
            empreintes[source] = empreinte_contrat(source)
        return deja_prise(dernier, sha256=sha256, mtime_ns=mtime_ns, contrat_empreinte=empreintes[source])

    nommees = [contrat.source for contrat, _, _ in reconnaitre_nom(Path(chemin).name)]
    if nommees:
        # Un classeur peut servir plusieurs contrats : chacun a sa propre livraison.
        return [source for source in nommees if not pris(source)] or None
    return None if any(pris(source) for source, vu in derniers if vu == chemin) else []


def _par_entetes(chemin: Path) -> str:
    contrats = contrats_de(chemin)
    return contrats[0].source if len(contrats) == 1 else INCONNUE


def _parcourir(depots: Path) -> Iterator[tuple[str, str | None]]:
    """Chaque fichier sous depots/, avec la règle qui l'écarte : None s'il est à regarder, « transfert » s'il attend."""
    for dossier, sous_dossiers, noms in os.walk(depots):
        sous_dossiers.sort()
        for nom in [n for n in sous_dossiers if n.startswith(".") or (Path(dossier) / n).is_symlink()]:
            sous_dossiers.remove(nom)
            yield _afficher((Path(dossier) / nom).relative_to(depots)), "dossier caché ou lien symbolique"
        for nom in sorted(noms):
            chemin = Path(dossier) / nom
            yield _afficher(chemin.relative_to(depots)), _ecarte(chemin)


def _ecarte(chemin: Path) -> str | None:
    nom = chemin.name.casefold()
    if not _nom_lisible(chemin.name):
        return "nom de fichier qui n'est pas en UTF-8, renommez-le"
    if nom.startswith("~$"):
        return "verrou d'un classeur ouvert"
    if nom.endswith(TRANSFERT):
        return "transfert"
    if nom.startswith("."):
        return "fichier caché"
    if nom in SYSTEME or nom.endswith("~"):
        return "fichier du système ou copie de secours d'un éditeur"
    try:
        ordinaire = stat.S_ISREG(chemin.lstat().st_mode)
    except OSError:
        return "disparu pendant l'inventaire"
    return None if ordinaire else "lien symbolique ou fichier spécial"


def _nom_lisible(nom: str) -> bool:
    try:
        nom.encode()
    except UnicodeEncodeError:
        return False
    return True


def _afficher(relatif: Path) -> str:
    # Un nom qui n'est pas en UTF-8 ne passerait ni en JSON ni en base : il n'est que montré.
    return str(relatif).encode("utf-8", "backslashreplace").decode()
