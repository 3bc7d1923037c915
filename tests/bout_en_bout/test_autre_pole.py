"""Un autre pôle installe le projet : un fichier d'organisation, ses contrats, ses listes de référence, rien d'autre."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from include.configuration import RACINE

POLE = RACINE / "tests" / "autre_pole"
PROPRES = re.compile(r"CREATIV|Dijon|Quetigny|Longvic|Chen[oô]ve|Montbard|Gr[ée]silles|ARIQ|Bourgogne", re.IGNORECASE)
"""Ce que seul le premier pôle nomme : lui-même, ses communes, ses quartiers, ses partenaires."""
pytestmark = pytest.mark.xdist_group("autre_pole")


def lancer(donnees: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Un module du projet, comme ce pôle le lancerait ; un processus neuf, où rien de l'autre pôle n'est en mémoire."""
    propre = {v: x for v, x in os.environ.items() if not v.startswith("ENTREPOT")}
    pole = {"ENTREPOT_DATA": str(donnees), "ENTREPOT_ORGANISATION": str(POLE / "organisation.yml")}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=RACINE, capture_output=True, text=True, env=propre | pole, check=False
    )


@pytest.fixture(scope="module")
def donnees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dossier = tmp_path_factory.mktemp("autre_pole")
    shutil.copytree(POLE / "depots", dossier / "depots")
    nuit = lancer(dossier, "include.nuit", "2031-01-02", "2030-12-31")
    assert nuit.returncode == 0, nuit.stderr
    assert "publication 2031-01-02-1" in nuit.stdout, nuit.stdout
    return dossier


@pytest.fixture(scope="module")
def courant(donnees: Path) -> Path:
    return (donnees / "publie" / "courant").resolve()


@pytest.fixture(scope="module")
def base(courant: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(courant / "entrepot.duckdb"), read_only=True) as connexion:
        yield connexion


def test_seuls_ses_axes_sont_publies(base: duckdb.DuckDBPyConnection, courant: Path) -> None:
    """Deux axes et la vie du pôle : ni table, ni classeur, ni ligne de meta, ni mot de la page pour les autres."""
    axes = {"core", "achats_responsables", "parcours", "transverse"}
    assert {s for (s,) in base.execute("select distinct schema_name from duckdb_tables()").fetchall()} == {
        "core", "meta", "rapport", "achats_responsables", "parcours",
    }  # fmt: skip
    for table in ("axes", "controles", "axes_livraisons"):
        assert {a for (a,) in base.execute(f"select distinct axe from meta.{table}").fetchall()} <= axes
    assert [v for (v,) in base.execute("select distinct verdict from meta.publications").fetchall()] == ["complete"]
    assert {f.stem for f in (courant / "extraits").glob("*.xlsx")} == axes - {"core"}
    page = (courant / "index.html").read_text(encoding="utf-8")
    assert "Clauses sociales" in page and "Accompagnement des personnes" in page
    assert not re.search(r"campus|gpect|prévisionnelle", page, re.IGNORECASE)
    dictionnaire = (courant / "dictionnaire.html").read_text(encoding="utf-8")
    assert '"model.entrepot.rpt_entonnoir":{' in dictionnaire
    assert not re.search(r'"(model\.entrepot\.rpt_gouvernance|source\.entrepot\.bronze\.campus_membres)"', dictionnaire)


def test_ses_chiffres_sont_les_siens(base: duckdb.DuckDBPyConnection) -> None:
    """Son registre et ses chiffres imprimés remplacent ceux du projet ; ses chiffres sortent de ses lignes."""
    chiffres = dict(base.execute("select code, valeur from rapport.indicateurs").fetchall())
    attendus = {
        "CL001": 130.5, "CL002": 90.5, "CL003": 40, "CL020": 3, "CL026": 2, "CL032": 2, "CL037": 2, "RV001": 2,
        "RV002": 1, "RV003": 1, "CO001": 1,
    }  # fmt: skip
    assert {c: chiffres.get(c) for c in attendus} == attendus
    assert base.execute("select code, verdict from rapport.rapprochement").fetchall() == [("CL001", "conforme")]
    assert base.execute("select count(*) from core.dim_personne where qpv").fetchall() == [(1,)]
    assert base.execute("select count(*) from core.dim_territoire").fetchall() == [(3,)]


def test_une_source_eteinte_n_existe_pas(base: duckdb.DuckDBPyConnection) -> None:
    """Ses fichiers ne sont plus reconnus, et les chiffres qui en dépendent ne sont ni calculés ni définis."""
    [(statut,)] = base.execute(
        "select statut from meta.livraisons where fichier like 'abc_clauses_contacts%'"
    ).fetchall()
    assert statut == "refusee"
    for table in ("indicateurs", "definitions"):
        assert base.execute(f"select code from rapport.{table} where code = 'CL045'").fetchall() == []
    assert base.execute("select count(*) from achats_responsables.fct_contacts").fetchall() == [(0,)]
    assert base.execute(
        "select controle from meta.controles where controle like 'abc_clauses_contacts.%'"
    ).fetchall() == []  # fmt: skip


def test_rien_du_premier_pole_ne_s_y_lit(base: duckdb.DuckDBPyConnection, courant: Path) -> None:
    """Aucun nom du premier pôle : ni en base, ni dans les classeurs, les CSV, les pages."""
    textes = {f.name: f.read_text(encoding="utf-8") for s in ("*.html", "*.csv", "*.json") for f in courant.rglob(s)}
    for classeur in courant.rglob("*.xlsx"):
        with zipfile.ZipFile(classeur) as archive:
            textes |= {f"{classeur.name}/{n}": archive.read(n).decode("utf-8", "replace") for n in archive.namelist()}
    for schema, table in base.execute("select schema_name, table_name from duckdb_tables()").fetchall():
        lignes = base.execute(f'select t::varchar from "{schema}"."{table}" as t').fetchall()
        textes[f"{schema}.{table}"] = "\n".join(ligne for (ligne,) in lignes)
    assert len(textes) > 60
    assert {nom: m.group() for nom, texte in textes.items() if (m := PROPRES.search(texte))} == {}
    assert "Rivemont Emploi" in textes["index.html"] and "data:image/svg+xml;base64," in textes["index.html"]


@pytest.mark.long
def test_son_rapport_d_activite(donnees: Path, courant: Path, tmp_path: Path) -> None:
    """Sans récits, une fiche par projet ; une période passée se recalcule à part et rien de l'entrepôt n'en change."""

    def empreintes() -> dict[str, int]:
        return {str(f): f.stat().st_mtime_ns for f in donnees.rglob("*") if f.is_file() and f.parent.name != "verrous"}

    avant = empreintes()
    annee = lancer(donnees, "include.rapport_activite", "2030", str(tmp_path))
    mois = lancer(donnees, "include.rapport_activite", "2030-04-a-09", str(tmp_path))
    assert (annee.returncode, mois.returncode) == (0, 0), annee.stderr + mois.stderr
    assert empreintes() == avant
    pages = {p: (tmp_path / f"rapport_activite_{p}.html").read_text(encoding="utf-8") for p in ("2030", "2030-04-a-09")}
    assert "Rivemont Emploi" in pages["2030"] and ": 130,50\u00a0heures</dt>" in pages["2030"].replace("\u00a0:", ":")
    de_mois = pages["2030-04-a-09"]
    assert "Du 1er avril au 30 septembre 2030" in de_mois and "du 01/04/2030 au 30/09/2030" in de_mois
    assert {p: m.group() for p, page in pages.items() if (m := PROPRES.search(page))} == {}
    refuse = lancer(donnees, "include.rapport_activite", "2031")
    assert refuse.returncode == 2 and "attendez une nuit arrêtée à cette date" in refuse.stderr


def test_make_why_et_la_nuit_suivante(donnees: Path) -> None:
    """Le chemin d'un chiffre marche de même, et rien de neuf ne publie rien : sa copie de dbt est stable."""
    chemin = lancer(donnees, "include.pourquoi", "RV001", "2030")
    assert chemin.returncode == 0, chemin.stderr
    assert "2 lignes de parcours.fct_etapes" in chemin.stdout
    assert "parcours_etapes_20301231.csv  ligne 2" in chemin.stdout
    encore = lancer(donnees, "include.nuit", "2031-01-02", "2030-12-31")
    assert "rien n'est publié" in encore.stdout, encore.stdout + encore.stderr


@pytest.mark.parametrize(
    ("change", "attendu"),
    [
        (("nom_long:", "nom_lon:"), "clés manquantes (nom_long), inconnues (nom_lon)"),
        (("  parcours:", "  parcour:"), "inconnus : parcour"),
        (("  transverse:", "  campus:"), "transverse compris"),
        (("[abc_clauses_contacts,", "[abc_clauses_contact,"), "éteint des sources inconnues : abc_clauses_contact."),
        (("contrats: contrats", "contrats: contrat"), "le dossier contrats (contrat) n'existe pas"),
    ],
)
def test_une_faute_dans_l_organisation_se_dit(tmp_path: Path, change: tuple[str, str], attendu: str) -> None:
    copie = tmp_path / "pole"
    shutil.copytree(POLE, copie)
    texte = (copie / "organisation.yml").read_text(encoding="utf-8")
    assert change[0] in texte
    (copie / "organisation.yml").write_text(texte.replace(*change, 1), encoding="utf-8")
    sortie = subprocess.run(
        [sys.executable, "-c", "from include.contrats import tous; tous()"], cwd=RACINE, capture_output=True, text=True,
        env=os.environ | {"ENTREPOT_ORGANISATION": str(copie / "organisation.yml")}, check=False,
    )  # fmt: skip
    assert sortie.returncode != 0 and attendu in sortie.stderr
