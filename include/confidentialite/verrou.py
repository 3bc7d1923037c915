"""Qui écrit l'entrepôt : les étapes de la nuit, ensemble, ou bien une opération sur les droits, seule.

Effacer quelqu'un, purger ou changer la clé touche à tout ce que la nuit lit : les deux ne se croisent jamais. Le verrou
tombe avec le processus, même tué ; ce qu'une opération interrompue a laissé à finir, lui, se voit sur disque.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from include.confidentialite.chiffrement import ErreurConfidentialite
from include.configuration import Dossiers


class EntrepotOccupe(ErreurConfidentialite):
    """Une nuit, ou une autre opération, est en cours."""


class OperationInachevee(ErreurConfidentialite):
    """Une opération s'est arrêtée en chemin : l'entrepôt n'est ni comme avant, ni comme après."""


@contextmanager
def partage(d: Dossiers) -> Iterator[None]:
    """À tenir par toute étape de la nuit qui lit ou écrit l'entrepôt ; plusieurs le tiennent à la fois.

    Attend la fin d'une opération en cours. Lève OperationInachevee si l'une s'est arrêtée en chemin.
    """
    with _fichier(d) as f:
        fcntl.flock(f, fcntl.LOCK_SH)
        refuser_inachevee(d)
        yield


@contextmanager
def exclusif(d: Dossiers) -> Iterator[None]:
    """À tenir par un effacement, une purge ou un changement de clé. Lève EntrepotOccupe si quelqu'un travaille."""
    with _fichier(d) as f:
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EntrepotOccupe(
                "L'entrepôt est occupé (une nuit, ou une autre opération, est en cours) : recommencez quand elle est "
                "finie. Rien n'a été changé."
            ) from None
        yield


@contextmanager
def seul(fichier: Path) -> Iterator[None]:
    """Un seul à la fois, chacun son tour ; le verrou tombe avec le processus, même tué. fichier: fait s'il manque."""
    with _ouvert(fichier) as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def verrou_de(d: Dossiers, nom: str) -> Path:
    """Où est le verrou de ce nom."""
    return d.prive / "verrous" / nom


def operations(d: Dossiers) -> Path:
    """Dossier des opérations entamées : un fichier chiffré chacune, effacé quand elle est finie."""
    return d.prive / "operations"


def marque_de_rotation(d: Dossiers) -> Path:
    """Fichier présent le temps d'un changement de clé ; il contient l'empreinte de la nouvelle."""
    return d.prive / "rotation"


def refuser_rotation(d: Dossiers) -> None:
    """Lève OperationInachevee si un changement de clé n'est pas fini."""
    if marque_de_rotation(d).exists():
        raise OperationInachevee(
            "Un changement de clé s'est arrêté en chemin : relancez « make rotate-key » avec les mêmes clés. "
            "Rien n'a été lu ni écrit."
        )


def refuser_inachevee(d: Dossiers) -> None:
    """Lève OperationInachevee si un effacement, une purge ou un changement de clé n'est pas fini."""
    refuser_rotation(d)
    if any(operations(d).glob("*.enc")):
        raise OperationInachevee(
            "Un effacement ou une purge s'est arrêté en chemin : finissez-le par « make retention REPRISE=1 », "
            "puis relancez."
        )


def _fichier(d: Dossiers) -> TextIO:
    return _ouvert(verrou_de(d, "entrepot"))


def _ouvert(fichier: Path) -> TextIO:
    fichier.parent.mkdir(parents=True, exist_ok=True)
    return fichier.open("w")
