"""Le journal des nuits : une ligne JSON par étape finie, une par passage de la nuit.

Une étape s'ajoute d'un seul appel, sous verrou : deux processus n'entremêlent pas leurs lignes. Tuée en chemin, une
écriture laisse au pire une dernière ligne tronquée, que la lecture ignore et que l'ajout suivant referme.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from include.confidentialite import poser, seul
from include.configuration import Dossiers

Passage = dict[str, Any]
PASSAGES_GARDES = 400
"""Un peu plus d'un an de nuits."""
ETAPES_GARDEES = 4000
"""De quoi mesurer plusieurs nuits ; la durée des étapes de chacune reste dans son passage."""
REUSSIE = "ok"
journal = logging.getLogger(__name__)


@contextmanager
def chronometrer(d: Dossiers, jour: dict[str, str], etape: str, precision: str = "") -> Iterator[None]:
    """Inscrit au journal la durée du bloc et son issue : « ok », ou le type de ce qu'il lève, jamais son message.

    jour: la nuit, telle que les étapes se la passent. precision: la source ou la couche. Un journal qui ne peut pas
    s'écrire n'arrête pas la nuit : il se dit, et l'étape va à son terme.
    """
    debut, depart, issue = dt.datetime.now(dt.UTC), time.monotonic(), REUSSIE
    try:
        yield
    except BaseException as erreur:
        issue = type(erreur).__name__
        raise
    finally:
        ligne = {
            "nuit": jour["nuit"],
            "arrete": jour["arrete"],
            "etape": etape,
            "precision": precision,
            "debut": debut.isoformat(timespec="milliseconds"),
            "secondes": round(time.monotonic() - depart, 3),
            "issue": issue,
        }
        try:
            with _verrou(d):
                ajouter(_etapes(d), ligne)
        except OSError as panne:
            journal.warning("étape %s : durée non inscrite au journal (%s)", etape, os.strerror(panne.errno or 0))


def passages(d: Dossiers) -> list[Passage]:
    """Passages inscrits, du plus ancien au plus récent."""
    return list(lire(_passages(d)))


def etapes(d: Dossiers, nuit: str, arrete: str) -> list[dict[str, Any]]:
    """Étapes finies du dernier passage de cette nuit, dans l'ordre où elles ont fini ; il commence à l'inventaire."""
    siennes = [e for e in lire(_etapes(d)) if (e["nuit"], e["arrete"]) == (nuit, arrete)]
    rangs = [i for i, e in enumerate(siennes) if e["etape"] == "inventorier"]
    # Un inventaire en échec puis repris est du même passage.
    while len(rangs) > 1 and siennes[rangs[-2]]["issue"] != REUSSIE:
        rangs.pop()
    return siennes[rangs[-1] :] if rangs else siennes


def inscrire(d: Dossiers, passage: Passage) -> list[Passage]:
    """Ajoute un passage, à la place de celui de même nuit, même arrêté et même début ; rend ceux qui restent."""
    with _verrou(d):
        cle = _cle(passage)
        gardes = [*(p for p in passages(d) if _cle(p) != cle), passage][-PASSAGES_GARDES:]
        _remplacer(_passages(d), gardes)
        lignes = list(lire(_etapes(d)))
        if len(lignes) > ETAPES_GARDEES:
            _remplacer(_etapes(d), lignes[-ETAPES_GARDEES // 2 :])
    return gardes


def _cle(passage: Passage) -> tuple[str, str, str]:
    return passage["nuit"], passage["arrete"], passage["debut"]


def _etapes(d: Dossiers) -> Path:
    return d.racine / "journal" / "etapes.jsonl"


def _passages(d: Dossiers) -> Path:
    return d.racine / "journal" / "nuits.jsonl"


def _verrou(d: Dossiers) -> AbstractContextManager[None]:
    """Un seul écrivain à la fois."""
    return seul(d.racine / "journal" / ".verrou")


def ajouter(fichier: Path, ligne: dict[str, Any], *, durable: bool = False) -> None:
    """Ajoute une ligne JSON d'un seul appel. durable: elle est sur le disque quand l'appel rend la main."""
    fichier.parent.mkdir(parents=True, exist_ok=True)
    descripteur = os.open(fichier, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fin = os.lseek(descripteur, 0, os.SEEK_END)
        # Une ligne tronquée par un arrêt brutal ne doit pas emporter celle-ci.
        tronquee = fin > 0 and os.pread(descripteur, 1, fin - 1) != b"\n"
        os.write(descripteur, b"\n" * tronquee + _en_json(ligne))
        if durable:
            os.fsync(descripteur)
    finally:
        os.close(descripteur)


def _remplacer(fichier: Path, lignes: Iterable[dict[str, Any]]) -> None:
    poser(fichier, b"".join(map(_en_json, lignes)))


def _en_json(ligne: dict[str, Any]) -> bytes:
    return json.dumps(ligne, ensure_ascii=False).encode() + b"\n"


def lire(fichier: Path) -> Iterator[dict[str, Any]]:
    """Les lignes entières d'un journal ; aucune s'il n'existe pas."""
    if not fichier.exists():
        return
    for ligne in fichier.read_bytes().splitlines():
        try:
            yield json.loads(ligne)
        except ValueError:
            continue  # Ligne vide ou tronquée par un arrêt brutal.
