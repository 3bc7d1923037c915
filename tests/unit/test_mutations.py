"""Quelques règles cassées, une par axe : toutes le sont dans tests/longs/test_mutations.py."""

from __future__ import annotations

from pathlib import Path

from tests.mutations import ACHATS_RESPONSABLES, CAMPUS, GPECT, MUTATIONS, PARCOURS, TRANSVERSE, Atelier, Mutation


def test_une_regle_cassee_se_voit_une_regle_intacte_non(tmp_path: Path) -> None:
    cassees = [axe[0] for axe in (ACHATS_RESPONSABLES, PARCOURS, GPECT, CAMPUS, TRANSVERSE)]
    intacte = Mutation("rien ne change", "dim_projet", "select", "select")
    statuts = Atelier(tmp_path / "data").eprouver([*cassees, intacte])
    assert all("fail" in statuts[m] for m in cassees) and statuts[intacte] == {"pass"}


def test_une_mutation_par_regle() -> None:
    assert len({m.regle for m in MUTATIONS}) == len(MUTATIONS) > 100
