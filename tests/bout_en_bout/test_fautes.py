"""Chaque contrôle bloquant mord : une livraison fausse, ou un entrepôt faussé, retient son axe et lui seul.

Deux façons, car rien de ce qu'un partenaire livre ne peut faire mentir un modèle juste : une livraison abîmée est
prise, construite et contrôlée comme une vraie nuit ; un entrepôt déjà bâti est faussé après dbt, comme un modèle devenu
faux.
"""

from __future__ import annotations

from collections.abc import Callable

import fautes_achats
import fautes_axes
import pytest
from nuits_fausses import BLOQUANTS, Livraisons, Lu, entrepot_fausse, fausser, groupes, nuit_fausse

from include.configuration import Dossiers
from include.controles import controler
from include.entrepot.preparation import Build

NOMINATIVES = sorted(c.source for c in BLOQUANTS.values() if c.source and c.nom.endswith(".personnes_sans_fiche"))


def rejets() -> Livraisons:
    """De chaque source, un fichier où tout est là, mais dont un tiers des lignes sont illisibles."""
    return fautes_achats.rejets() | fautes_axes.rejets()


def volumes() -> Livraisons:
    """De chaque source complète, trois fichiers plus fournis que le dernier."""
    return fautes_achats.volumes() | fautes_axes.volumes()


LIVRAISONS_FAUSSES: list[tuple[Callable[[], Livraisons], set[str]]] = [
    (rejets, {n for n in BLOQUANTS if n.endswith(".rejets")}),
    (volumes, {n for n in BLOQUANTS if n.endswith(".volume")}),
    *fautes_achats.LIVRAISONS,
    *fautes_axes.LIVRAISONS,
]
"""Livraisons abîmées et contrôles bloquants qu'elles doivent, seuls, mettre en défaut."""


COURANTES = {"rejets", "heures_impossibles_parents_manquants"}
"""Celles que `make test` dépose : une nuit chacune, les autres sont de `make test-long`."""


def _sans_fiche(source: str) -> list[str]:
    """Retire la fiche d'une personne que cette source est seule à nommer."""
    autres = " union all ".join(f"select personne_id from bronze.{s}" for s in NOMINATIVES if s != source)
    return [
        f"delete from core.dim_personne where personne_id = (select min(personne_id) from bronze.{source} "
        f"where personne_id not in (select personne_id from ({autres}) as a where personne_id is not null))"
    ]


FICHES = {f"{s}.personnes_sans_fiche": _sans_fiche(s) for s in NOMINATIVES}
ENTREPOTS_FAUSSES = fautes_achats.ENTREPOTS | fautes_axes.ENTREPOTS | FICHES
GROUPES = [
    # Les axes de l'autre famille sont à chaque fois publiés.
    *groupes(fautes_achats.ENTREPOTS | fautes_axes.ENTREPOTS, axes=("achats_responsables", "gpect", "campus")),
    *groupes(fautes_axes.ENTREPOTS, axes=("parcours", "transverse")),
    list(FICHES),
    *groupes(fautes_achats.ENTREPOTS, axes=("core",)),
]


def test_chaque_controle_bloquant_a_sa_faute() -> None:
    """Aucun contrôle bloquant n'est cru sur parole, et chaque axe en a neuf au moins de son cru."""
    livres = [nom for _, attendus in LIVRAISONS_FAUSSES for nom in attendus]
    assert sorted([*livres, *ENTREPOTS_FAUSSES]) == sorted(BLOQUANTS)
    assert sorted(n for g in GROUPES for n in g) == sorted(ENTREPOTS_FAUSSES)
    for axe in ("achats_responsables", "gpect", "parcours", "campus", "transverse"):
        assert sum(c.axe == axe and not c.source for c in BLOQUANTS.values()) >= 9


@pytest.mark.parametrize(
    ("fabriquer", "attendus"),
    [
        pytest.param(*cas, id=cas[0].__name__, marks=() if cas[0].__name__ in COURANTES else pytest.mark.long)
        for cas in LIVRAISONS_FAUSSES
    ],
)
def test_une_livraison_fausse_retient_son_axe(
    lendemain: Dossiers,
    veille: Lu,
    fabriquer: Callable[[], Livraisons],
    attendus: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Déposée le lendemain d'une bonne nuit, elle est prise et contrôlée ; les tables de la veille restent en place."""
    nuit_fausse(lendemain, fabriquer, attendus, veille, monkeypatch)


def test_l_entrepot_juste_passe(entrepot: Dossiers, d: Dossiers) -> None:
    """Sans faute, aucun axe n'est retenu : les fautes qui suivent sont bien la cause de ce qu'elles bloquent."""
    fausser(entrepot, d.racine, ())
    verdict = controler(d, Build.de(d))
    assert "bloque" not in {v["verdict"] for v in verdict["axes"].values()}
    assert {c["verdict"] for c in verdict["controles"]} <= {"conforme", "non_conforme"}


@pytest.mark.parametrize("noms", GROUPES, ids=lambda noms: f"{noms[0]} et {len(noms) - 1} autres")
def test_un_entrepot_fausse_retient_son_axe(
    entrepot: Dossiers, d: Dossiers, veille: Lu, noms: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Des modèles devenus faux ne publient rien de leurs axes ; les autres axes sont publiés."""
    requetes = [r for nom in noms for r in ENTREPOTS_FAUSSES[nom]]
    entrepot_fausse(entrepot, d.racine, requetes, set(noms), veille, monkeypatch)
