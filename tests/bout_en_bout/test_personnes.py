"""Chaque personne une fois : ce que la nuit réunit de la démonstration, comparé à ce que son tirage sait d'elle."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from include.confidentialite import cle, personne_id
from include.configuration import Dossiers, Nuit
from include.demo import parcours
from include.demo.clauses import tirer
from include.demo.identites import verite
from include.personnes.registre import correspondances

RAPPEL = 0.9
"""Part des couples à réunir qui doit l'être, date de naissance écrite des deux côtés : une faute au plus par graphie
laisse deux champs justes sur trois ; un couple sur dix peut attendre qu'une personne décide. Sans date, un homonyme
suffirait à se tromper : ces couples-là peuvent tous attendre, et ne comptent pas ici."""


@dataclass(frozen=True)
class Reunies:
    """Ce que la nuit dit de chaque identité, et ce que le tirage en sait."""

    dossiers: Dossiers
    personne: dict[str, str]
    """personne_id de chaque identité du registre."""
    vraie: dict[str, str]
    """Vraie personne de chaque identité que le tirage connaît."""
    sans_date: set[str]


@pytest.fixture(scope="module")
def reunies(nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> Reunies:
    d, resultat = nuit_demonstration
    monde = tirer()
    tire = parcours.tirer(monde)
    vraies = verite(monde.personnes, [*tire.candidatures, *tire.passages, *tire.prescriptions])
    noms, prenoms, dates = zip(*vraies, strict=True)
    ecrites = pa.table({"nom": noms, "prenom": prenoms, "date_naissance": pa.array(dates, pa.date32())})
    identites = personne_id(ecrites, cle(d)).to_pylist()
    registre = correspondances(d, cle(d), Nuit.de(resultat["nuit"]["nuit"], resultat["nuit"]["arrete"]))
    return Reunies(
        d,
        dict(zip(registre["identite_id"].to_pylist(), registre["personne_id"].to_pylist(), strict=True)),
        dict(zip(identites, vraies.values(), strict=True)),
        {i for i, jour in zip(identites, dates, strict=True) if jour is None},
    )


def test_chaque_identite_ecrite_est_au_registre(reunies: Reunies) -> None:
    """Celles que le tirage connaît, et les demandeurs d'emploi, que personne d'autre ne cite."""
    assert reunies.vraie.keys() < reunies.personne.keys()


def test_deux_personnes_ne_sont_jamais_reunies(reunies: Reunies) -> None:
    """Précision 1 : ni jumeaux, ni homonymes, ni fiches sans date prises pour une autre."""
    gens: dict[str, set[str]] = {}
    for identite, personne in reunies.personne.items():
        # Une identité que le tirage ne connaît pas n'est que d'elle-même.
        gens.setdefault(personne, set()).add(reunies.vraie.get(identite, identite))
    confondues = [sorted(g) for g in gens.values() if len(g) > 1]
    assert confondues == []


def test_une_personne_mal_ecrite_est_reunie_a_elle_meme(reunies: Reunies) -> None:
    """Rappel, en couples d'identités de la même personne."""
    graphies: dict[str, list[str]] = {}
    for identite, vraie in reunies.vraie.items():
        if identite not in reunies.sans_date:
            graphies.setdefault(vraie, []).append(identite)
    couples = [c for siennes in graphies.values() for c in combinations(siennes, 2)]
    reunis = sum(reunies.personne[a] == reunies.personne[b] for a, b in couples)
    assert len(couples) > 50
    assert reunis >= RAPPEL * len(couples), f"{reunis} couples réunis sur {len(couples)}"


def test_l_entrepot_compte_chaque_personne_une_fois(reunies: Reunies) -> None:
    """Les personnes publiées sont celles du registre : moins que d'identités, jamais moins que de gens."""
    with duckdb.connect(str(reunies.dossiers.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        publiees = Counter(p for (p,) in base.execute("select personne_id from core.dim_personne").fetchall())
    assert set(publiees.values()) == {1}
    assert publiees.keys() == set(reunies.personne.values())
    inconnues = reunies.personne.keys() - reunies.vraie.keys()
    assert len(set(reunies.vraie.values())) + len(inconnues) <= len(publiees) < len(reunies.personne)
