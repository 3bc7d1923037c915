"""L'extraction comparée à l'oracle, cellule par cellule, sans construire d'entrepôt : bien des tirages à peu de frais.

ENTREPOT_ORACLE_GRAINES=50 ajoute cinquante tirages.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from catalogue import Livraison, sources
from comparaison import abreger
from lecture import Lue, lire
from rejeu import CLE, Tirage, deposer_et_prendre

from include.configuration import Dossiers

GRAINES = range(10, 14 + int(os.environ.get("ENTREPOT_ORACLE_GRAINES", "0")))
COMPTES = ("lignes_lues", "chargees", "rejetees", "laissees")


@pytest.fixture(autouse=True)
def dossiers(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> Dossiers:
    """Dossiers neufs, que l'environnement désigne."""
    monkeypatch.setenv("ENTREPOT_CLE", CLE)
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    d.depots.mkdir(parents=True)
    return d


@pytest.mark.parametrize("graine", GRAINES)
def test_chaque_cellule_est_lue_comme_l_oracle(graine: int, d: Dossiers) -> None:
    debut = 2019 + graine % 5
    arrete = dt.date(debut + 1, 12, 31)
    tirage = Tirage(graine, (debut, debut + 1), arrete, bool(graine % 2), [0.3, 0.6, 1.0][graine % 3])
    livraisons = tirage.livraisons()
    resumes = [r for nuit in sorted({x.nuit for x in livraisons}) for r in deposer_et_prendre(d, livraisons, nuit)]
    attendus = {
        (x.source, x.fichier, str(x.nuit), bool(x.copie_de)): Lue(x, "doublon") if x.copie_de else lire(x)
        for x in livraisons
    }
    obtenus = {(r["source"], Path(r["fichier"]).name, r["recu_le"], r["statut"] == "doublon"): r for r in resumes}
    assert len(obtenus) == len(resumes) and attendus.keys() == obtenus.keys()
    ecarts = [e for cle, lue in attendus.items() for e in _ecarts(d, lue, obtenus[cle])]
    assert not ecarts, "\n".join(["", *abreger(ecarts)])


def _ecarts(d: Dossiers, lue: Lue, resume: dict[str, Any]) -> Iterator[str]:
    """Ce qui diffère entre une livraison prise et ce qu'elle devait donner."""
    nom = lue.livraison.fichier
    if resume["statut"] != lue.statut:
        yield f"{nom} : statut {resume['statut']}, attendu {lue.statut} ({resume['motif']})"
        return
    if not lue.acceptee:
        return
    comptes = (lue.lues, len(lue.lignes), len(lue.rejets), lue.laissees)
    if tuple(resume[c] for c in COMPTES) != comptes:
        yield f"{nom} : comptes {[resume[c] for c in COMPTES]}, attendus {comptes}"
    dossier = d.bronze / lue.livraison.source / resume["livraison"]
    plusieurs = bool(lue.livraison.feuilles)
    vues = {(x["_feuille"] if plusieurs else "", x["_ligne"]): x for x in _lignes(dossier / "lignes.parquet")}
    for attendue in lue.lignes:
        vue = vues.get((attendue["_feuille"], attendue["_ligne"]), {})
        for colonne, valeur in attendue.items():
            # Les colonnes identifiantes et sensibles n'entrent pas dans bronze.
            if not colonne.startswith("_") and colonne in vue and vue[colonne] != valeur:
                yield f"{nom} ligne {attendue['_ligne']} {colonne} : {vue[colonne]!r}, attendu {valeur!r}"
        naissance = attendue.get("date_naissance")
        if naissance and vue.get("annee_naissance") != naissance.year:
            yield f"{nom} ligne {attendue['_ligne']} : année de naissance {vue.get('annee_naissance')!r}"
    for quoi, lignes in (("rejets", lue.rejets), ("anomalies", {n for n, _ in lue.anomalies})):
        signalees = {(x["feuille"] if plusieurs else "", x["ligne"]) for x in _lignes(dossier / f"{quoi}.parquet")}
        if signalees != lignes:
            yield f"{nom} : {quoi} en lignes {sorted(signalees ^ lignes)} d'un seul côté"


def _lignes(fichier: Path) -> list[dict[str, Any]]:
    return pq.read_table(fichier).to_pylist() if fichier.exists() else []


def heures(d: Dossiers, nom: str, texte: str) -> dict[str, Any]:
    """Dépose un fichier d'heures et rend le résumé de sa livraison."""
    (d.depots / nom).write_text("N° contrat;Mois;Heures réalisées;Date de saisie" + texte, encoding="utf-8")
    [resume] = deposer_et_prendre(d, [], dt.date(2021, 2, 5))
    return resume


def test_une_colonne_sans_nom_est_ignoree_comme_une_inconnue(d: Dossiers) -> None:
    resume = heures(d, "abc_clauses_heures_202001.csv", ";\nC1;01/2020;10;;à revoir\nC2;01/2020;10;;\n")
    assert [resume[c] for c in COMPTES] == [2, 2, 0, 0]


@pytest.mark.parametrize("suffixe", ["", " (1)", "_v2", "_V3", " (2)", "_v2 (1)"])
def test_un_suffixe_ne_change_pas_le_nom(d: Dossiers, suffixe: str) -> None:
    resume = heures(d, f"ABC_Clauses_Heures_202001{suffixe}.CSV", "\nC1;01/2020;10;\n")
    assert (resume["source"], resume["statut"], resume["date_fichier"]) == (
        "abc_clauses_heures", "acceptee", "2020-01-01",
    )  # fmt: skip


@pytest.mark.parametrize(("titres", "statut"), [(0, "acceptee"), (29, "acceptee"), (30, "refusee")])
def test_l_en_tete_est_dans_les_trente_premieres_lignes(d: Dossiers, titres: int, statut: str) -> None:
    livraison = Livraison(
        "abc_clauses_heures", "abc_clauses_heures_202001.csv", dt.date(2020, 1, 1), dt.date(2021, 2, 5),
        dt.datetime(2021, 2, 1), [c.nom for c in sources()["abc_clauses_heures"].colonnes], titres + 1,
        [["C1", "01/2020", "10", None]],
        {"type": "csv", "encodage": "utf-8", "separateur": ";",
         "entetes": [c.entete for c in sources()["abc_clauses_heures"].colonnes]},
    )  # fmt: skip
    [resume] = deposer_et_prendre(d, [livraison], livraison.nuit)
    assert resume["statut"] == statut


def test_deux_graphies_d_une_cle_de_texte_sont_la_meme_ligne(d: Dossiers) -> None:
    """Une clé se compare sans casse ni espaces autour : deux lignes qui ne diffèrent que par là sont identiques."""
    cellules = [["IAA", e, "Boucher", "1", None, "01/02/2020"] for e in ("Forge", " FORGE ")]
    definition = sources()["gpect_besoins"]
    livraison = Livraison(
        "gpect_besoins", "gpect_besoins_20200301.csv", dt.date(2020, 3, 1), dt.date(2021, 2, 5),
        dt.datetime(2021, 2, 1), [c.nom for c in definition.colonnes], 1, cellules,
        {"type": "csv", "encodage": "utf-8", "separateur": ";", "entetes": [c.entete for c in definition.colonnes]},
    )  # fmt: skip
    [resume] = deposer_et_prendre(d, [livraison], livraison.nuit)
    assert [resume[c] for c in COMPTES] == [2, 1, 0, 1]
