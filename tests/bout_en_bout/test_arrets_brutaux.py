"""`kill -9` à chaque étape : rien de perdu, rien en double, jamais une moitié de publication.

L'enfant exécute la nuit sans Airflow et se tue lui-même (SIGKILL, sans aucun nettoyage) à l'appel choisi ;
la nuit suivante doit finir bien et donner les mêmes tables qu'une nuit sans arrêt.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from include.configuration import RACINE, Dossiers, Nuit
from include.nuit import executer

LONG = pytest.mark.long
"""Trois arrêts dans `make test` (livraison, dbt, publication) ; les autres dans `make test-long`."""
NUITS = (Nuit.de("2018-01-02", "2017-12-31"), Nuit.de("2018-01-03", "2018-01-02"))

ENFANT = """
import os, signal, sys, importlib
cible, rang = sys.argv[1], int(sys.argv[2])
module, nom = cible.rsplit(":", 1)
proprietaire = importlib.import_module(module)
*chemin, nom = nom.split(".")
for partie in chemin:
    proprietaire = getattr(proprietaire, partie)
originale, appels = getattr(proprietaire, nom), [0]

def mortelle(*a, **k):
    appels[0] += 1
    if appels[0] == rang:
        os.kill(os.getpid(), signal.SIGKILL)
    return originale(*a, **k)

setattr(proprietaire, nom, mortelle)
from include.configuration import Nuit, dossiers
from include.nuit import executer
executer(dossiers(), Nuit.de(sys.argv[3], sys.argv[4]))
"""


def tuer(d: Dossiers, nuit: Nuit, cible: str, rang: int = 1) -> None:
    """Exécute la nuit dans un enfant qui meurt au `rang`-ième appel de `cible` ("module:attribut")."""
    enfant = subprocess.run(
        [sys.executable, "-c", ENFANT, cible, str(rang), str(nuit.nuit), str(nuit.arrete_au)],
        cwd=RACINE, env=os.environ | {"ENTREPOT_DATA": str(d.racine)}, capture_output=True, check=False,
    )  # fmt: skip
    assert enfant.returncode == -signal.SIGKILL, enfant.stderr.decode()[-2000:]


def tables(d: Dossiers) -> dict[str, str]:
    """Empreinte de chaque table de chiffres publiée (le nom de la publication mis à part), ou {} sans publication."""
    base = d.publie / "courant" / "entrepot.duckdb"
    if not base.exists():
        return {}
    with duckdb.connect(str(base), read_only=True) as lecteur:
        noms = lecteur.execute(
            "select table_schema, table_name from information_schema.tables where table_schema <> 'meta' order by all"
        ).fetchall()
        empreintes = {}
        for schema, nom in noms:
            exclus = "exclude (publication)" if nom == "indicateurs" else ""
            lignes = lecteur.execute(f"select * {exclus} from {schema}.{nom} order by all").fetchall()
            empreintes[f"{schema}.{nom}"] = hashlib.sha256(repr(lignes).encode()).hexdigest()
        return empreintes


def bronze(d: Dossiers) -> dict[str, list[str]]:
    """Livraisons acceptées par source, chemin et empreinte de contenu ; chacune doit être entière."""
    prises: dict[str, list[str]] = {}
    for manifeste in d.bronze.glob("*/*/livraison.json"):
        assert not manifeste.parent.name.startswith(".")
        m: dict[str, Any] = json.loads(manifeste.read_text())
        if m["statut"].startswith("acceptee"):
            prises.setdefault(f"{m['source']} {m['chemin']} {m['sha256']}", []).append(m["livraison"])
            lignes = duckdb.execute(f"select count(*) from '{manifeste.parent / 'lignes.parquet'}'").fetchone()
            assert lignes == (m["chargees"],)
    return prises


@pytest.fixture
def d(tmp_path: Path, nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> Dossiers:
    """Dossiers neufs qui ont la clé du témoin : les pseudonymes se comparent."""
    dossiers = Dossiers(tmp_path / "data")
    dossiers.prive.mkdir(parents=True, mode=0o700)
    shutil.copy2(nuit_demonstration[0].prive / "cle", dossiers.prive / "cle")
    return dossiers


@pytest.fixture(scope="module")
def temoin(nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> dict[str, str]:
    return tables(nuit_demonstration[0])


@pytest.mark.parametrize(
    ("cible", "rang"),
    [
        pytest.param("include.demo:generer", 1, id="avant_les_livraisons", marks=LONG),
        pytest.param("include.extraction.livraisons:lire", 3, id="avant_la_lecture_du_troisieme_fichier", marks=LONG),
        pytest.param("os:rename", 2, id="au_renommage_vers_bronze", marks=LONG),
        pytest.param("include.entrepot.preparation:_vue", 2, id="pendant_la_preparation_de_la_base", marks=LONG),
        pytest.param("include.entrepot.dbt:_invoquer", 2, id="entre_deux_couches_dbt", marks=LONG),
        pytest.param("include.controles:controler", 1, id="avant_les_controles", marks=LONG),
        pytest.param("include.remise:ecrire", 1, id="avant_les_extraits", marks=LONG),
        pytest.param("os:replace", 1, id="au_premier_remplacement"),
    ],
)
def test_premiere_nuit_tuee(d: Dossiers, temoin: dict[str, str], cible: str, rang: int) -> None:
    """Tuée en chemin, la première nuit ne publie rien ou tout ; relancée, elle finit comme sans arrêt."""
    tuer(d, NUITS[0], cible, rang)
    assert tables(d) in ({}, temoin)
    if d.bronze.exists():
        assert all(len(ids) == 1 for ids in bronze(d).values())
    resultat = executer(d, NUITS[0])
    assert tables(d) == temoin, resultat["publication"]
    assert all(len(ids) == 1 for ids in bronze(d).values())
    assert not [p for p in d.publie.iterdir() if p.name.startswith(".")]
    assert not [p for p in d.bronze.iterdir() if p.name.startswith(".")]


@LONG
def test_publication_suivante_tuee(d: Dossiers) -> None:
    """À chaque renommage de la publication suivante, `courant` est l'ancienne entière ou la nouvelle entière."""
    executer(d, NUITS[0])
    avant = tables(d)
    fichier = next(d.depots.rglob("*heures_201712*"))
    (fichier.parent / fichier.name.replace("201712", "201801")).write_text(
        "N° contrat;Mois;Heures réalisées;Date de saisie\n", encoding="cp1252"
    )
    contrat = duckdb.execute(
        f"select id_contrat, mois, heures + 1 from '{d.publie}/courant/parquet/achats_responsables/fct_heures.parquet' "
        "order by mois desc, id_contrat limit 1"
    ).fetchone()
    assert contrat is not None
    with (fichier.parent / fichier.name.replace("201712", "201801")).open("a", encoding="cp1252") as f:
        f.write(f"{contrat[0]};{contrat[1]:%m/%Y};{str(contrat[2]).replace('.', ',')};02/01/2018\n")
    for cible, rang in (("os:rename", 1), ("os:rename", 2), ("os:replace", 1), ("os:replace", 2)):
        enfant_fini = False
        try:
            tuer(d, NUITS[1], cible, rang)
        except AssertionError:
            enfant_fini = True  # moins d'appels que `rang` : la nuit est allée au bout
        apres = tables(d)
        assert apres == avant or set(apres) == set(avant)
        if enfant_fini:
            break
    executer(d, NUITS[1])
    apres = tables(d)
    assert apres["achats_responsables.rpt_heures_secteur"] != avant["achats_responsables.rpt_heures_secteur"]
    assert all(len(ids) == 1 for ids in bronze(d).values())
