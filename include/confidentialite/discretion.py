"""Dire une erreur sans ce qu'elle cite : les bibliothèques mettent volontiers la cellule en cause dans leur message."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class ErreurImprevue(RuntimeError):
    """Une étape qui lit des noms a échoué ; le message dit quelle erreur et où, jamais ce qu'elle cite."""


def discrete(etape: Callable[P, R]) -> Callable[P, R]:
    """Décore une étape qui lit des noms : ce qu'elle lève peut être journalisé.

    Nos propres erreurs passent, seules : leurs messages ne citent aucune valeur. Toute autre devient ErreurImprevue.
    """

    @wraps(etape)
    def muette(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return etape(*args, **kwargs)
        except Exception as erreur:
            if type(erreur).__module__.startswith("include."):
                raise erreur from None
            resume = resumer(erreur)
        # Hors du bloc : ni l'erreur ni ses causes ne suivent celle-ci.
        raise ErreurImprevue(resume)

    return muette


def resumer(erreur: BaseException) -> str:
    """Type de l'erreur, ce que le système en dit, et les derniers appels, le plus proche d'abord."""
    systeme = f" ({os.strerror(erreur.errno)})" if isinstance(erreur, OSError) and erreur.errno else ""
    appels = [f"{Path(c.filename).name}:{c.lineno} ({c.name})" for c in traceback.extract_tb(erreur.__traceback__)]
    return f"{type(erreur).__name__}{systeme}, levée en {', appelé de '.join(reversed(appels[-4:]))}"
