"""Aucun nom ne sort de la zone restreinte : des personnes inventées traversent une nuit à qui tout arrive.

Chaque donnée de chacune est unique (`canaris`) et dit par où elle serait sortie. La nuit est la vraie, par Airflow :
elle est tuée, reprise, et rencontre à la reprise une panne de chaque espèce (`nuit_en_panne`). Puis tout ce qu'elle a
écrit hors de prive/, archives/ et depots/ est fouillé, par octets et par valeurs (`fouille`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import html
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import canaris
import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fouille import RESERVES, Fouille, fichiers

from include.configuration import RACINE, Dossiers
from include.contrats import tous
from include.extraction.livraisons import manifestes
from include.extraction.verifier import main as verifier

ICI = Path(__file__).parent
PENDANT_LA_PRISE = "include.extraction.livraisons:_ecrire_chiffre:2"
"""Les identités d'une livraison sont écrites, ses valeurs rejetées pas encore ; elle n'est pas engagée."""
PENDANT_LE_RAPPROCHEMENT = "include.personnes.revue:ecrire:1"
CITENT = ("lecture", "prise", "rapprochement")
"""Pannes dont l'erreur cite un nom, qui est celui d'un canari."""
REVUE = "revue_personnes.csv"
"""Se lit en clair dans prive/ : une personne doit y lire les noms pour décider."""
RETOURS = "retours/"
"""De même : les copies des fichiers de retour, où se lisent les valeurs à corriger."""


@dataclass
class Lacher:
    """Les canaris, et ce que les nuits en ont fait."""

    d: Dossiers
    canaris: canaris.Canaris
    depuis: float
    fouille: Fouille
    temporaires: Path
    """Dossier temporaire des nuits."""
    console: str = ""
    apres_l_arret: dict[str, set[str]] = field(default_factory=dict)
    apres_la_reprise: dict[str, set[str]] = field(default_factory=dict)
    provisoires: tuple[str, ...] = ()
    """Ce que l'arrêt brutal a laissé en chemin dans bronze."""

    def nuit(self, jour: str, **pannes: str) -> int:
        """Une nuit par Airflow, avec ces pannes ; rend son code de sortie."""
        propre = {v: x for v, x in os.environ.items() if not v.startswith(("AIRFLOW", "ENTREPOT"))}
        enfant = subprocess.run(
            [sys.executable, str(ICI / "nuit_en_panne.py"), json.dumps(pannes), "nuit", jour, "2017-12-31"],
            cwd=RACINE, capture_output=True, text=True, check=False,
            env=propre | {
                "ENTREPOT_DATA": str(self.d.racine), "TMPDIR": str(self.temporaires),
                "PYTHONPATH": os.pathsep.join(map(str, (RACINE, ICI, ICI.parent))),
            },
        )  # fmt: skip
        self.console += enfant.stdout + enfant.stderr
        return enfant.returncode

    def fuites(self) -> dict[str, set[str]]:
        """Canaris hors de la zone restreinte, par fichier ; la console et les fichiers temporaires en sont."""
        trouves = self.fouille.dossier(self.d.racine, depuis=self.depuis)
        trouves |= {f"tmp/{nom}": c for nom, c in self.fouille.dossier(self.temporaires, sauf=()).items()}
        return trouves | ({"console": ici} if (ici := self.fouille.texte(self.console)) else {})

    @property
    def journaux(self) -> str:
        """Journaux d'Airflow."""
        journaux = (self.d.racine / "airflow" / "logs").rglob("*.log")
        return "\n".join(j.read_text(encoding="utf-8") for j in journaux)


def sans_les_montres(fuites: dict[str, set[str]]) -> dict[str, set[str]]:
    """Fuites, sans les canaris que le contrat montre à dessein."""
    restes = {ou: {c for c in qui if not c.startswith(canaris.MONTRE)} for ou, qui in fuites.items()}
    return {ou: qui for ou, qui in restes.items() if qui}


@contextlib.contextmanager
def lachers(demonstration: Dossiers, racine: Path) -> Iterator[Lacher]:
    """Au lendemain de la démonstration, les fichiers qui portent les canaris viennent d'être déposés."""
    d = Dossiers(racine / "data")
    shutil.copytree(demonstration.racine, d.racine, symlinks=True)
    (racine / "tmp").mkdir()
    depuis = time.time() - 1
    laches = canaris.deposer(d.depots)
    for panne in CITENT:
        laches.nom(panne)
    yield Lacher(d, laches, depuis, Fouille(laches.valeurs), racine / "tmp")
    shutil.rmtree(racine, ignore_errors=True)


@pytest.fixture(scope="module")
def lacher(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lacher]:
    """Une nuit tuée pendant qu'elle lit des noms, puis sa reprise, en panne de toutes les façons."""
    with lachers(nuit_demonstration[0], tmp_path_factory.mktemp("canaris")) as lacher:
        assert lacher.nuit("2018-01-03", mort=PENDANT_LA_PRISE) == -signal.SIGKILL, lacher.console[-3000:]
        lacher.apres_l_arret = lacher.fuites()
        lacher.provisoires = tuple(sorted(p.name for p in lacher.d.bronze.glob(".tmp-*")))
        pannes = {panne: lacher.canaris.nom(panne) for panne in CITENT}
        assert lacher.nuit("2018-01-03", dbt="", **pannes) == 0, lacher.console[-3000:] + lacher.journaux[-3000:]
        lacher.apres_la_reprise = lacher.fuites()
        yield lacher


# --- Ce que les nuits ont vécu ---------------------------------------------------------------------------------------


def test_la_nuit_a_connu_chaque_panne(lacher: Lacher) -> None:
    """Sans elles, ne rien trouver ne prouverait rien."""
    [provisoire] = lacher.provisoires
    assert tous()[provisoire.removeprefix(".tmp-").partition("-")[0]].nominatif
    for tache in ("extraire", "rapprocher"):
        assert f"ÉCHEC de {tache}" in lacher.console, lacher.console
    assert lacher.console.count("essai 1 (3 au plus)") == 2 and "essai 2" not in lacher.console
    pris = {m["fichier"]: m for m in manifestes(lacher.d) if m["recu_le"] == "2018-01-03"}
    assert {f for f, m in pris.items() if m["statut"] == "refusee"} >= {
        canaris.EN_ERREUR, canaris.SANS_ENTETE, canaris.ENTETE_INCOMPLET, canaris.AUTRE,
    }  # fmt: skip
    assert pris[canaris.EN_ERREUR]["erreur_interne"]
    for fichier in (canaris.SALARIES, canaris.ETAPES, canaris.PRESCRIPTIONS, canaris.DEMANDEURS):
        assert pris[fichier]["statut"] == "acceptee_avec_rejets", pris[fichier]
    assert pris[canaris.DEMANDEURS]["rejetees"] > 0.2 * pris[canaris.DEMANDEURS]["lignes_lues"]
    assert pris[canaris.SALARIES]["laissees_total"] == 2 and pris[canaris.SALARIES]["laissees_doublons"] == 1
    with duckdb.connect(str(lacher.d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        axes = dict(base.execute("select axe, cause from meta.axes where verdict = 'bloque'").fetchall())
    assert axes.keys() == {"gpect", "parcours"}
    assert "pole_emploi_longvic.rejets" in axes["gpect"]
    assert "dbt, couche parcours, en échec" in axes["parcours"]


def test_les_personnes_sont_bien_entrees(lacher: Lacher) -> None:
    """Les canaris d'une ligne valide sont des personnes de l'entrepôt, sous pseudonyme."""
    lignes = next(
        lacher.d.bronze / m["source"] / m["livraison"] / "lignes.parquet"
        for m in manifestes(lacher.d)
        if m["fichier"] == canaris.SALARIES
    )
    valides = pq.read_table(lignes, filters=[("id_salarie", "=", "S9501")])["personne_id"].to_pylist()
    with duckdb.connect(str(lacher.d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        [(personnes,)] = base.execute(
            "select count(*) from core.dim_personne where personne_id in (select unnest(?))", [valides]
        ).fetchall()
    assert len(valides) == personnes == 1


# --- Ce que l'on en trouve -------------------------------------------------------------------------------------------


def test_un_arret_brutal_ne_laisse_aucun_nom(lacher: Lacher) -> None:
    assert sans_les_montres(lacher.apres_l_arret) == {}


@pytest.mark.long
def test_un_arret_pendant_le_rapprochement_ne_laisse_aucun_nom(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]], tmp_path: Path
) -> None:
    with lachers(nuit_demonstration[0], tmp_path) as lacher:
        assert lacher.nuit("2018-01-03", mort=PENDANT_LE_RAPPROCHEMENT) == -signal.SIGKILL, lacher.console[-3000:]
        assert sans_les_montres(lacher.fuites()) == {}


def test_aucun_artefact_ne_contient_de_nom(lacher: Lacher) -> None:
    """Journaux et base d'Airflow, dbt, contrôles, Parquet, classeurs, pages, console, fichiers temporaires."""
    assert sans_les_montres(lacher.apres_la_reprise) == {}
    lus = [f.relative_to(lacher.d.racine) for f in fichiers(lacher.d.racine) if f.stat().st_mtime >= lacher.depuis]
    dossiers, suffixes = {f.parts[0] for f in lus}, {f.suffix for f in lus}
    assert dossiers == {"airflow", "bronze", "builds", "courrier", "journal", "publie", "rejets"}
    assert suffixes >= {".csv", ".db", ".duckdb", ".html", ".json", ".log", ".msgpack", ".parquet", ".xlsx"}


def test_ce_que_le_contrat_montre_se_lit(lacher: Lacher) -> None:
    """Le nom d'un fichier, et les textes que le contrat ne dit ni identifiants ni sensibles, sont publics par choix.

    Les cacher cacherait au partenaire le fichier à reprendre, aux analystes le prescripteur ou le métier : c'est à qui
    les écrit de n'y nommer personne. Les retrouver montre aussi que la fouille cherche partout.
    """
    montres = {c for c in lacher.canaris.valeurs if c.startswith(canaris.MONTRE)}
    trouves = lacher.apres_la_reprise
    assert {c for qui in trouves.values() for c in qui} == montres
    assert {Path(ou).suffix for ou in trouves} >= {".json", ".db", ".duckdb", ".parquet", ".html"}


def test_la_zone_restreinte_ne_se_lit_pas_en_clair(lacher: Lacher) -> None:
    """Identités, rejets et archives sont chiffrés ; revue et retours, en clair, ne sont lisibles que d'une personne."""
    for nom in ("prive", "archives"):
        racine = lacher.d.racine / nom
        assert any(f.stat().st_mtime >= lacher.depuis for f in fichiers(racine, sauf=()))
        assert racine.stat().st_mode & 0o077 == 0
        en_clair = {ou for ou in lacher.fouille.dossier(racine, sauf=()) if not ou.startswith(RETOURS)}
        assert en_clair <= {REVUE}
    lisibles = [lacher.d.prive / REVUE, *(lacher.d.prive / RETOURS).glob("*")]
    assert all(f.stat().st_mode & 0o777 == 0o600 for f in lisibles if f.exists())


def test_verifier_un_fichier_n_en_montre_aucun_nom(lacher: Lacher, capsys: pytest.CaptureFixture[str]) -> None:
    """`make check-file` sur chaque fichier déposé."""
    deposes = [f for f in fichiers(lacher.d.depots, sauf=()) if f.stat().st_mtime >= lacher.depuis]
    assert len(deposes) >= 11
    for fichier in deposes:
        verifier([str(fichier), "--nuit", "2018-01-03", "--montrer", "1000"])
    sortie = capsys.readouterr()
    assert "REFUSÉ" in sortie.out and "REJETÉE" in sortie.out
    trouves = lacher.fouille.texte(sortie.out + sortie.err)
    assert trouves == {f"{canaris.MONTRE}nom de fichier"}


@pytest.mark.long
def test_la_nuit_suivante_publie_tout_sans_nommer_personne(lacher: Lacher) -> None:
    """Les axes retenus publient à leur tour les lignes des canaris."""
    canaris.corriger_les_demandeurs(lacher.canaris, lacher.d.depots)
    assert lacher.nuit("2018-01-04") == 0, lacher.console[-3000:]
    with duckdb.connect(str(lacher.d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        assert base.execute("select axe from meta.axes where verdict = 'bloque'").fetchall() == []
    assert sans_les_montres(lacher.fuites()) == {}


# --- La fouille elle-même --------------------------------------------------------------------------------------------

NOM = "Zqabcdefghé"
JOUR, TELEPHONE = "19/07/1931", "07 12 34 56 78"


def _texte(codage: str, texte: str = NOM) -> Callable[[Path], None]:
    return lambda f: f.write_bytes(f"Erreur : « {texte} ».".encode(codage)) and None


def _xlsx(f: Path) -> None:
    classeur = openpyxl.Workbook()
    classeur.active["B2"] = NOM  # type: ignore[index]
    classeur.save(f)


def _duckdb(f: Path) -> None:
    with duckdb.connect(str(f)) as base:
        base.execute("create table t as select ? || (i % 3) as x from range(10000) as r(i)", [NOM])


def _sqlite(valeur: object) -> Callable[[Path], None]:
    def ecrire(f: Path) -> None:
        with contextlib.closing(sqlite3.connect(f)) as base:
            base.execute("create table xcom (valeur)")
            base.execute("insert into xcom values (?)", [valeur])
            base.commit()

    return ecrire


def _parquet(valeurs: list[Any]) -> Callable[[Path], None]:
    return lambda f: pq.write_table(pa.table({"x": valeurs * 100}), f, compression="zstd")


def _zstd(f: Path) -> None:
    with pa.CompressedOutputStream(str(f), "zstd") as flux:
        flux.write(NOM.encode() * 9)


@pytest.mark.parametrize(
    ("fichier", "planter"),
    [
        pytest.param("journal.log", _texte("utf-8"), id="journal"),
        pytest.param("extrait.csv", _texte("cp1252"), id="cp1252"),
        pytest.param("le.txt", _texte("utf-16-le"), id="utf_16_le"),
        pytest.param("be.txt", _texte("utf-16-be"), id="utf_16_be"),
        pytest.param("plie.log", _texte("utf-8", "ZQABCDEFGHE"), id="capitales_sans_accent"),
        pytest.param("json.json", lambda f: f.write_text(json.dumps({"message": NOM})), id="json"),
        pytest.param("page.html", lambda f: f.write_text(html.escape(NOM).replace("é", "&eacute;")), id="html"),
        pytest.param("naissance.log", _texte("utf-8", JOUR), id="date"),
        pytest.param("naissance_iso.log", _texte("utf-8", "1931-07-19 00:00:00"), id="date_iso"),
        pytest.param("telephone.log", _texte("utf-8", TELEPHONE), id="telephone"),
        pytest.param("telephone_international.log", _texte("utf-8", "+33712345678"), id="telephone_international"),
        pytest.param("journal.log.gz", lambda f: f.write_bytes(gzip.compress(NOM.encode())), id="gzip"),
        pytest.param("archive.zst", _zstd, id="zstd"),
        pytest.param("parcours.xlsx", _xlsx, id="xlsx"),
        pytest.param("t.parquet", _parquet([NOM]), id="parquet"),
        pytest.param("naissance.parquet", _parquet([dt.date(1931, 7, 19)]), id="parquet_date"),
        pytest.param("t.duckdb", _duckdb, id="duckdb"),
        pytest.param("airflow.db", _sqlite(NOM), id="sqlite"),
        pytest.param("airflow_zlib.db", _sqlite(zlib.compress(NOM.encode() * 9)), id="sqlite_compresse"),
        pytest.param(f"{NOM}.txt", lambda f: f.write_text("rien"), id="nom_de_fichier"),
    ],
)
def test_la_fouille_trouve_partout(tmp_path: Path, fichier: str, planter: Callable[[Path], Any]) -> None:
    """Dans chaque sorte d'artefact, un canari planté est trouvé, et lui seul."""
    valeurs = {"nom": "zqabcdefgh", "naissance": dt.date(1931, 7, 19), "telephone": "0712345678", "autre": "zqzzzzzzzz"}
    planter(tmp_path / fichier)
    trouves = Fouille(valeurs).dossier(tmp_path)
    attendu = next((quoi for quoi in ("naissance", "telephone") if quoi in fichier), "nom")
    assert trouves == {fichier: {attendu}}


def test_la_fouille_laisse_la_zone_restreinte(tmp_path: Path) -> None:
    for nom in (*RESERVES, "bronze"):
        (tmp_path / nom).mkdir()
        (tmp_path / nom / "x").write_text(NOM)
    assert Fouille({"nom": "zqabcdefgh"}).dossier(tmp_path).keys() == {"bronze/x"}
