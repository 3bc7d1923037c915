"""La démonstration prise une nuit : ce que la lecture a retenu de chaque fichier, pour les essais qui la relisent."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from include.configuration import Dossiers, Nuit
from include.demo import generer
from include.demo.clauses import tirer
from include.demo.defauts import Effet
from include.demo.livraisons import preparer
from include.extraction.inventaire import inventorier
from include.extraction.livraisons import effectives, manifestes, prendre

NUIT = Nuit.de("2018-01-02", "2017-12-31")
IMPRIMES = Path(__file__).parents[2] / "dbt_project/seeds/rapport/chiffres_imprimes.csv"


@dataclass(frozen=True)
class Prise:
    """Livraisons de quelques sources : où elles sont, et leurs manifestes."""

    d: Dossiers
    manifestes: list[dict[str, Any]]

    def table(self, m: dict[str, Any], nom: str) -> pd.DataFrame:
        """Table d'une livraison ; vide si elle n'en a pas."""
        chemin = self.d.bronze / m["source"] / m["livraison"] / f"{nom}.parquet"
        return pq.read_table(chemin).to_pandas() if chemin.exists() else pd.DataFrame()

    def en_vigueur(self, source: str) -> pd.DataFrame:
        """Lignes en vigueur d'une source, de la livraison la plus ancienne à la plus tardive."""
        retenues = [m for m in effectives(self.manifestes, NUIT) if m["source"] == source and m["effective"]]
        tables = [
            self.table(m, "lignes").assign(rang=m["rang"], annee_fichier=m["annee_fichier"], fichier=m["fichier"])
            for m in retenues
        ]
        return pd.concat(tables, ignore_index=True).sort_values(["rang", "_ligne"], kind="stable")

    def defauts_trouves(self) -> dict[tuple[str, Effet], int]:
        """Ce que la lecture dit de chaque fichier, toutes feuilles ensemble."""
        trouves: Counter[tuple[str, Effet]] = Counter()
        for m in self.manifestes:
            trouves[m["fichier"], Effet.REJET] += m["rejetees"]
            trouves[m["fichier"], Effet.DOUBLON] += m["laissees_doublons"]
            trouves[m["fichier"], Effet.VIDE] += m["laissees_vides"]
            trouves[m["fichier"], Effet.TOTAL] += m["laissees_total"]
            trouves[m["fichier"], Effet.ANOMALIE] += len(self.table(m, "anomalies"))
            trouves[m["fichier"], Effet.COLONNE] += len(m["colonnes_inconnues"])
            trouves[m["fichier"], Effet.FEUILLE] += sum(c["controle"] == "feuilles_ignorees" for c in m["controles"])
        return {cle: n for cle, n in trouves.items() if n}

    def defauts_plantes(self) -> dict[tuple[str, Effet], int]:
        """Ce que la démonstration annonce pour ces fichiers."""
        _, _, attendus = preparer(tirer())
        fichiers = {m["fichier"] for m in self.manifestes}
        muets = (Effet.COMPRIS, Effet.ORPHELIN)
        return {cle: n for cle, n in attendus.items() if cle[0] in fichiers and cle[1] not in muets}


def prendre_la_demo(dossier: Path, sources: Iterable[str]) -> Prise:
    """Écrit la démonstration sous `dossier` et prend les livraisons de ces sources."""
    d = Dossiers(dossier / "data")
    generer(d.depots)
    inventaire = inventorier(d, NUIT, attente=0)
    for source in sources:
        prendre(d, NUIT, source, inventaire["sources"][source])
    return Prise(d, manifestes(d))


def imprimes(sources: Iterable[str], *statuts: str) -> dict[str, dict[str, str]]:
    """Chiffres imprimés de ces sources, par code."""
    with IMPRIMES.open(encoding="utf-8") as f:
        return {x["code"]: x for x in csv.DictReader(f) if x["sources"] in sources and x["statut"] in statuts}
