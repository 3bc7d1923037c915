"""Faire partir les messages, chacun une fois : par un serveur de courrier, sinon en fichiers."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from include.configuration import Dossiers
from include.courrier.message import Message
from include.extraits.francais import accord
from include.suivi.journal import ajouter, lire

Poster = Callable[[Message], None]
"""Remet un message au serveur ; lève Refuse s'il n'en veut pas, ServeurInjoignable s'il ne répond plus."""
Ouvrir = Callable[[], AbstractContextManager[Poster | None]]
"""Ouvre le serveur le temps d'un envoi, None s'il n'y en a pas ; lève ServeurInjoignable s'il ne s'ouvre pas."""
NUITS_GARDEES = 30
"""Dossiers de courrier/ gardés : autant que de publications."""
journal = logging.getLogger(__name__)


class ErreurCourrier(Exception):
    """Un courriel n'est pas parti ; le message ne cite ni adresse, ni mot de passe."""


class ServeurInjoignable(ErreurCourrier):
    """Le serveur ne répond pas, ou refuse d'ouvrir la connexion."""


class Refuse(ErreurCourrier):
    """Le serveur refuse ce message, pas les autres."""


def envoyer(d: Dossiers, nuit: str, messages: Iterable[Message], ouvrir: Ouvrir) -> str:
    """Fait partir les messages qui ne le sont pas déjà ; rend en une phrase ce qui en a été fait.

    nuit: AAAA-MM-JJ. Chaque message est d'abord écrit dans courrier/<nuit>/, et ôté dès qu'un serveur l'a pris : ce qui
    y reste n'est pas parti. Sans serveur, tout y reste.
    Lève Refuse si le serveur n'en veut pas certains, une fois les autres partis ; ServeurInjoignable aussitôt.
    """
    demandes = list(messages)
    if not demandes:
        return "courrier : personne à prévenir (organisation.yml, courrier)"
    deja = partis(d)
    restants = [m for m in demandes if m.identifiant not in deja]
    dossier = _ecrire(d, nuit, restants)
    refus: list[str] = []
    with ouvrir() as poster:
        if poster is None:
            return f"courrier : aucun serveur configuré (docs/mail.md), {_messages(restants)} dans {dossier}"
        for message in restants:
            try:
                poster(message)
            except Refuse as erreur:
                refus.append(str(erreur))
                continue
            _inscrire(d, nuit, message)
            (dossier / _nom(message)).unlink()
    if refus:
        raise Refuse(
            f"Le serveur de courrier a refusé {accord(len(refus), 'message')} sur {len(restants)} "
            f"({', '.join(sorted(set(refus)))}), gardés dans {dossier}. Vérifier les adresses d'organisation.yml (clé "
            "courrier) et le journal du serveur."
        )
    _oter_si_vide(dossier)
    passes = len(demandes) - len(restants)
    suite = f", {accord(passes, 'déjà parti', 'déjà partis')}" if passes else ""
    return f"courrier : {_messages(restants)} pris par le serveur{suite}"


def partis(d: Dossiers) -> set[str]:
    """Message-ID de ce qu'un serveur a déjà accepté. Une ligne tronquée par un arrêt brutal est laissée."""
    return {ligne["message_id"] for ligne in lire(_journal(d)) if "message_id" in ligne}


def _inscrire(d: Dossiers, nuit: str, message: Message) -> None:
    """Note qu'un message est parti, aussitôt et sur le disque : la reprise d'une tâche tuée ne le renvoie pas."""
    ligne: dict[str, Any] = {
        "message_id": message.identifiant, "nature": message.nature, "objet": message.objet, "nuit": nuit,
    }  # fmt: skip
    ajouter(_journal(d), ligne, durable=True)


def _ecrire(d: Dossiers, nuit: str, messages: list[Message]) -> Path:
    """Écrit les messages en fichiers .eml, qu'un logiciel de courrier ouvre ; ôte les nuits les plus anciennes."""
    dossier = d.racine / "courrier" / nuit
    dossier.mkdir(parents=True, exist_ok=True)
    for message in messages:
        (dossier / _nom(message)).write_bytes(message.mime().as_bytes())
    for ancien in sorted(x for x in dossier.parent.iterdir() if x != dossier)[: 1 - NUITS_GARDEES]:
        shutil.rmtree(ancien)
    return dossier


def _oter_si_vide(dossier: Path) -> None:
    if not any(dossier.iterdir()):
        dossier.rmdir()


def _nom(message: Message) -> str:
    return re.sub(r"[^A-Za-z0-9.@_-]", "-", f"{message.nature}_{message.objet}_{message.adresse}.eml")


def _journal(d: Dossiers) -> Path:
    return d.racine / "journal" / "courrier.jsonl"


def _messages(messages: list[Message]) -> str:
    return accord(len(messages), "message")
