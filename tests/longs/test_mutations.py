"""Chaque règle de comptage a un essai unitaire qui échoue quand on la casse : une mutation par règle."""

from __future__ import annotations

import pytest

from tests.mutations import MUTATIONS, Atelier, Mutation


@pytest.fixture(scope="module")
def statuts(tmp_path_factory: pytest.TempPathFactory) -> dict[Mutation, set[str]]:
    return Atelier(tmp_path_factory.mktemp("mutations") / "data").eprouver(MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m.modele} - {m.regle}")
def test_casser_la_regle_fait_echouer_un_essai(statuts: dict[Mutation, set[str]], mutation: Mutation) -> None:
    assert "fail" in statuts[mutation]
