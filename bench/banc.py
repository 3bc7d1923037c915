"""Banc d'essai : extraction et nuit entière, à côté du plancher mesuré dans la même séance.

    make bench                         # 1×, 10× et 100× la démonstration, puis 1 million de lignes d'heures
    make bench LIGNES="1000000 10000000"

Le plancher est DuckDB seul, sur le même fichier d'heures : lire le CSV, le typer, l'écrire en Parquet et
l'additionner. Chaque mesure a son processus (mémoire de pointe comprise) ; on imprime la médiane.
La nuit est chronométrée sans Airflow, dont le coût ne dépend pas du volume (`make nightly` le montre).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

RACINE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(RACINE))

LIGNES_DEMONSTRATION = 7_000
"""Lignes d'heures 2017 et 2016 de la démonstration, à l'arrondi : l'unité du banc (1×)."""
ANNEES = (2021, 2022)
ARRETE = "2022-12-31"


def ecrire_livraisons(depots: Path, lignes: int) -> Path:
    """Écrit sous `depots` des livraisons bien formées de `lignes` heures ; rend le fichier d'heures.

    Tirage fixe (graine 7). Un contrat couvre douze mois ; dix contrats par opération et par tranche.
    """
    depots.mkdir(parents=True)
    hasard = np.random.default_rng(7)
    contrats = max(-(-lignes // 12), 1)
    salaries, operations = max(contrats * 3 // 4, 1), max(contrats // 20, 1)
    numeros = np.arange(contrats)
    annee = np.where(numeros % 2 == 0, *ANNEES)
    op = pd.DataFrame({"n": np.arange(operations)})
    op_csv = pd.DataFrame({
        "N° opération": "OP" + op.n.astype(str),
        "Maître d'ouvrage": "DONNEUR " + (op.n % max(operations // 5, 1)).astype(str),
        "Opération": "OPERATION " + op.n.astype(str),
        "Secteur": np.where(op.n % 3 == 0, "BTP", "SERVICES"),
        "Début": "01/01/2021", "Fin": "31/12/2022",
        "Heures d'engagement": "1 500,50", "Statut": "En cours",
    })  # fmt: skip
    sal = pd.DataFrame({"n": np.arange(salaries)})
    sal_csv = pd.DataFrame({
        "N° salarié": "S" + sal.n.astype(str), "Nom": "NOM" + sal.n.astype(str),
        "Prénom": "Prénom" + (sal.n % 997).astype(str),
        "Sexe": np.where(sal.n % 3 == 0, "F", "M"), "Date de naissance": "01/02/" + (1960 + sal.n % 40).astype(str),
        "QPV": np.where(sal.n % 5 == 0, "Le Mail", ""), "Accompagnement": "EI",
    })  # fmt: skip
    con_csv = pd.DataFrame({
        "N° contrat": [f"C{n}" for n in numeros],
        "N° salarié": [f"S{n % salaries}" for n in numeros],
        "N° opération": [f"OP{n % operations}" for n in numeros],
        "Employeur": [f"ENTREPRISE {n % max(contrats // 10, 1)}" for n in numeros],
        "Type d'employeur": "Entreprise", "Type de contrat": "CDD", "Modalité": "Embauche directe",
        "Date de début": "01/01/" + pd.Series(annee).astype(str),
        "Date de fin": "31/12/" + pd.Series(annee).astype(str),
        "Embauche": "N",
    })  # fmt: skip
    mois = np.tile(np.arange(1, 13), contrats)[:lignes]
    contrat = np.repeat(numeros, 12)[:lignes]
    centiemes = hasard.integers(100, 16_000, len(contrat))
    heures_csv = pd.DataFrame({
        "N° contrat": "C" + pd.Series(contrat).astype(str),
        "Mois": pd.Series(mois).astype(str).str.zfill(2) + "/" + pd.Series(annee[contrat]).astype(str),
        "Heures réalisées": (
            pd.Series(centiemes // 100).astype(str) + "," + pd.Series(centiemes % 100).astype(str).str.zfill(2)
        ),
        "Date de saisie": "05/01/2023",
    })  # fmt: skip
    for nom, table in {"operations_20230101": op_csv, "salaries_20230101": sal_csv,
                       "contrats_20230101": con_csv, "heures_202301": heures_csv}.items():  # fmt: skip
        table.to_csv(depots / f"abc_clauses_{nom}.csv", sep=";", index=False, encoding="cp1252")
    return depots / "abc_clauses_heures_202301.csv"


def plancher(fichier: Path) -> dict[str, Any]:
    """DuckDB seul sur le fichier d'heures : lire, typer, écrire en Parquet, additionner.

    Le fichier est recopié en UTF-8 avant le chronomètre : DuckDB ne lit pas cp1252.
    """
    import duckdb

    with tempfile.TemporaryDirectory() as dossier:
        utf8 = Path(dossier) / "heures.csv"
        utf8.write_text(fichier.read_text(encoding="cp1252"), encoding="utf-8")
        debut = time.perf_counter()
        base = duckdb.connect()
        sortie = Path(dossier) / "heures.parquet"
        base.execute(f"""
            copy (
                select "N° contrat" as id_contrat, strptime('01/' || "Mois", '%d/%m/%Y')::date as mois,
                       replace("Heures réalisées", ',', '.')::decimal(18, 2) as heures,
                       strptime("Date de saisie", '%d/%m/%Y')::date as date_saisie
                from read_csv('{utf8}', delim = ';', header = true, all_varchar = true)
            ) to '{sortie}' (format parquet)""")
        somme = base.execute(f"select sum(heures), count(*) from '{sortie}'").fetchone()
        assert somme is not None
        return {"secondes": time.perf_counter() - debut, "lignes": somme[1], "heures": str(somme[0])}


def extraction(data: Path) -> dict[str, Any]:
    """Prise de la seule livraison d'heures : empreinte, archive chiffrée, lecture, typage, bronze."""
    from include.configuration import Nuit, dossiers
    from include.extraction.livraisons import prendre

    d, nuit = dossiers(data), Nuit.de("2023-01-02", ARRETE)
    debut = time.perf_counter()
    (livraison,) = prendre(d, nuit, "abc_clauses_heures", ["abc_clauses_heures_202301.csv"])
    return {"secondes": time.perf_counter() - debut, "lignes": livraison["chargees"]}


def nuit_entiere(data: Path) -> dict[str, Any]:
    """Toute la nuit sans Airflow, jusqu'à la publication."""
    from include.configuration import Nuit, dossiers
    from include.nuit import executer

    debut = time.perf_counter()
    resultat = executer(dossiers(data), Nuit.de("2023-01-02", ARRETE), attente=2.0)
    assert resultat["publication"]["publiee"], resultat["publication"]
    lignes = sum(m["chargees"] for m in resultat["livraisons"] if m["source"] == "abc_clauses_heures")
    return {"secondes": time.perf_counter() - debut, "lignes": lignes}


MESURES = {"plancher": plancher, "extraction": extraction, "nuit": nuit_entiere}


def mesurer(mesure: str, lignes: int, modele: Path) -> dict[str, Any]:
    """Une mesure, dans son propre processus, sur une copie neuve des livraisons."""
    with tempfile.TemporaryDirectory() as dossier:
        data = Path(dossier) / "data"
        shutil.copytree(modele, data / "depots")
        cible = data / "depots" / "abc_clauses_heures_202301.csv" if mesure == "plancher" else data
        sortie = subprocess.run(
            [sys.executable, __file__, "--processus", mesure, str(cible)],
            check=True, capture_output=True, text=True, env=os.environ | {"ENTREPOT_DATA": str(data)},
        )  # fmt: skip
        return json.loads(sortie.stdout.splitlines()[-1])


def main() -> None:
    """Imprime le tableau des mesures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lignes", nargs="*", type=int,
                           default=[LIGNES_DEMONSTRATION * k for k in (1, 10, 100)] + [1_000_000])  # fmt: skip
    arguments.add_argument("--repetitions", type=int, default=3)
    arguments.add_argument("--processus", nargs=2, metavar=("MESURE", "CIBLE"), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.processus:
        mesure, cible = options.processus
        resultat = MESURES[mesure](Path(cible))
        resultat["pointe_mio"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(resultat))
        return
    print(f"{'lignes':>11} {'mesure':<11} {'secondes':>9} {'lignes/s':>12} {'pointe Mio':>11} {'× plancher':>11}")
    for lignes in options.lignes:
        with tempfile.TemporaryDirectory() as dossier:
            modele = Path(dossier) / "depots"
            ecrire_livraisons(modele, lignes)
            reference = 0.0
            for mesure in MESURES:
                essais = [mesurer(mesure, lignes, modele) for _ in range(options.repetitions)]
                assert {e["lignes"] for e in essais} == {lignes}, essais
                secondes = statistics.median(e["secondes"] for e in essais)
                reference = reference or secondes
                pointe = max(e["pointe_mio"] for e in essais)
                print(f"{lignes:>11,} {mesure:<11} {secondes:>9.2f} {lignes / secondes:>12,.0f} {pointe:>11,} "
                      f"{secondes / reference:>11.1f}".replace(",", " "), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
