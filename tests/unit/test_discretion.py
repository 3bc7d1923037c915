"""Ce qu'une étape qui lit des noms peut dire d'une erreur : son type et son lieu, jamais ce qu'elle cite."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable

import pytest

from include.confidentialite import CleAbsente, ErreurImprevue, discrete

CANARI = "ZZCANARI"


def convertir() -> None:
    try:
        int(CANARI)
    except ValueError as cause:
        raise RuntimeError(f"Could not convert '{CANARI}'") from cause


def remplir() -> None:
    raise OSError(errno.ENOSPC, "No space left on device", f"/depots/{CANARI}.csv")


def refuser() -> None:
    try:
        convertir()
    except RuntimeError as cause:
        raise CleAbsente("Déploiement configuré sans clé.") from cause


def echec(etape: Callable[[], None]) -> tuple[BaseException, str]:
    """L'erreur que l'étape lève, et tout ce qu'un journal en montrerait."""
    with pytest.raises((ErreurImprevue, CleAbsente)) as levee:
        discrete(etape)()
    return levee.value, "".join(traceback.format_exception(levee.value))


@pytest.mark.parametrize(
    ("etape", "dit"),
    [
        pytest.param(convertir, "RuntimeError, levée en test_discretion.py:", id="erreur_qui_cite_et_sa_cause"),
        pytest.param(remplir, "OSError (No space left on device), levée en test_discretion.py:", id="panne_du_systeme"),
    ],
)
def test_une_erreur_imprevue_ne_cite_rien(etape: Callable[[], None], dit: str) -> None:
    erreur, montre = echec(etape)
    assert isinstance(erreur, ErreurImprevue)
    assert str(erreur).startswith(dit) and f"({etape.__name__})" in str(erreur)
    assert CANARI not in montre
    assert erreur.__cause__ is None and erreur.__context__ is None


def test_notre_erreur_passe_sans_ce_qui_l_a_causee() -> None:
    erreur, montre = echec(refuser)
    assert isinstance(erreur, CleAbsente) and str(erreur) == "Déploiement configuré sans clé."
    assert CANARI not in montre


def test_une_etape_sans_erreur_rend_ce_qu_elle_rend() -> None:
    @discrete
    def compter(a: int, *, b: int) -> int:
        """Sa documentation."""
        return a + b

    assert compter(1, b=2) == 3
    assert compter.__doc__ == "Sa documentation."
