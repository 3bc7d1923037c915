"""Ce que partagent les essais unitaires."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def sans_rapport_d_activite(request: pytest.FixtureRequest) -> Iterator[None]:
    """Une publication d'essai n'écrit pas le rapport d'activité (une seconde), sauf dans un module `avec_rapport`."""
    with pytest.MonkeyPatch.context() as remplacer:
        if not request.node.get_closest_marker("avec_rapport"):
            remplacer.setattr("include.remise.ecrire_rapport", lambda *_: [])
        yield
