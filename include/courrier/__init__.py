"""Le courrier : ce que chaque publication dit à ceux qui la reçoivent, et ce que chaque nuit laisse à faire.

Composer ne connaît ni Airflow, ni serveur : `ouvrir` donne de quoi poster un message, ou rien.
"""

from __future__ import annotations

import hashlib
from typing import Any

from include.configuration import Dossiers, organisation
from include.courrier.contenu import Contenu
from include.courrier.envoi import ErreurCourrier, Ouvrir, Poster, Refuse, ServeurInjoignable, envoyer
from include.courrier.message import Message

__all__ = [
    "ErreurCourrier",
    "Message",
    "Ouvrir",
    "Poster",
    "Refuse",
    "ServeurInjoignable",
    "envoyer",
    "prevenir",
    "veiller",
]


def prevenir(d: Dossiers, resultat: dict[str, Any], compte: dict[str, Any] | None, ouvrir: Ouvrir) -> str:
    """Écrit à qui de droit ce que la nuit a fait ; rend en une phrase ce qui est parti.

    resultat: celui d'include.nuit.executer, avec « echecs ». compte: rendu par include.suivi.rendre_compte, ou None.
    ouvrir: le serveur ; sans lui, les messages restent dans courrier/<nuit>/. Lève ErreurCourrier.
    """
    from include.courrier.gestionnaires import envois
    from include.courrier.ingenieurs import compte_rendu

    publication = resultat.get("publication") or {}
    contenu = compte_rendu(d, resultat, compte)
    # Le passage si on le connaît : la même nuit refaite rend compte de nouveau, un envoi repris ne redit rien.
    objet = compte["passage"]["quand"] if compte else hashlib.sha256(contenu.texte().encode()).hexdigest()[:16]
    messages = _aux_ingenieurs("nuit", f"{resultat['nuit']['nuit']}.{objet}", contenu)
    if publication.get("publiee"):
        nom = publication["publication"]
        messages += [
            _message("publication", nom, envoi.adresse, envoi.contenu, envoi.pieces) for envoi in envois(d.publie / nom)
        ]
    return envoyer(d, resultat["nuit"]["nuit"], messages, ouvrir)


def veiller(d: Dossiers, nuit: str, ouvrir: Ouvrir) -> str | None:
    """Prévient l'équipe si la nuit (AAAA-MM-JJ) n'est pas au journal ; rend ce qui est parti, None si elle y est."""
    from include.courrier.ingenieurs import sans_nouvelles
    from include.suivi import passages

    if any(p["nuit"] == nuit for p in passages(d)):
        return None
    return envoyer(d, nuit, _aux_ingenieurs("veille", nuit, sans_nouvelles(nuit)), ouvrir)


def _aux_ingenieurs(nature: str, objet: str, contenu: Contenu) -> list[Message]:
    return [_message(nature, objet, adresse, contenu) for adresse in organisation()["courrier"]["ingenieurs"]]


def _message(nature: str, objet: str, adresse: str, contenu: Contenu, pieces: Any = ()) -> Message:
    return Message(nature, objet, adresse, contenu.sujet, contenu.texte(), contenu.html(), pieces)
