"""Ce que les analystes lisent marche tel quel : requêtes, connexions, schémas et chemins de jointure."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chantier import Chantier

from include.configuration import RACINE, Dossiers
from include.entrepot.preparation import Build
from include.extraits.exemples_sql import SOURCE, requetes
from include.extraits.schemas import schema
from include.publication import publier
from include.publication.jointures import JOINTURES

PAGE = SOURCE.read_text(encoding="utf-8")
REQUETES = requetes(PAGE)
PYTHON = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SANS_DEFINITION = {"rapport.chiffres_publies.code", "rapport.rapprochement.code"}
"""Un chiffre imprimé que rien ne calcule n'a pas de définition."""


@pytest.fixture(scope="module")
def demonstration(nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> Dossiers:
    return nuit_demonstration[0]


@pytest.fixture(scope="module")
def base(demonstration: Dossiers) -> Iterator[duckdb.DuckDBPyConnection]:
    chemin = demonstration.publie / "courant" / "entrepot.duckdb"
    with duckdb.connect(str(chemin), read_only=True) as connexion:
        yield connexion


# --- Les requêtes ---


def test_la_page_a_des_exemples_de_chaque_axe() -> None:
    assert len(REQUETES) > 25
    for schema_ in ("achats_responsables", "gpect", "parcours", "campus", "rapport", "core", "meta"):
        assert any(f" {schema_}." in r for r in REQUETES), schema_


@pytest.mark.parametrize("requete", REQUETES, ids=lambda r: " ".join(r.split())[:60])
def test_chaque_requete_marche_et_rend_des_lignes(base: duckdb.DuckDBPyConnection, requete: str) -> None:
    assert base.execute(requete).fetchall()


def test_les_requetes_du_readme_aussi(base: duckdb.DuckDBPyConnection) -> None:
    lues = requetes((RACINE / "README.md").read_text(encoding="utf-8"))
    instructions = [i.query for bloc in lues for i in duckdb.extract_statements(bloc)]
    assert instructions
    for instruction in instructions:
        assert base.execute(instruction).fetchall(), instruction


# --- Les connexions ---


@pytest.mark.parametrize(
    ("programme", "attendu"),
    list(zip(PYTHON, ["352845.65", "mois", "('achats_responsables', datetime.date(2017, 12, 31)"], strict=True)),
    ids=["duckdb", "pandas", "sqlalchemy"],
)
def test_chaque_connexion_python_marche(demonstration: Dossiers, tmp_path: Path, programme: str, attendu: str) -> None:
    """Exécutée telle quelle, depuis un dossier où data/ est celui de la démonstration."""
    (tmp_path / "data").symlink_to(demonstration.racine)
    sortie = subprocess.run(
        [sys.executable, "-W", "error", "-c", programme], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert sortie.returncode == 0, sortie.stderr
    assert attendu in sortie.stdout


def make_sql(racine: Path, instructions: str, maison: Path) -> subprocess.CompletedProcess[str]:
    """`make sql`, instructions à l'entrée ; -o venv : l'environnement est celui des essais, déjà installé."""
    return subprocess.run(
        ["make", "-s", "-o", "venv", "sql", f"VENV={sys.prefix}"], cwd=RACINE, input=instructions, text=True,
        capture_output=True, env=os.environ | {"ENTREPOT_DATA": str(racine), "HOME": str(maison)}, check=False,
    )  # fmt: skip


def test_le_terminal_lit_la_base_et_n_y_ecrit_rien(demonstration: Dossiers, tmp_path: Path) -> None:
    """Toutes les requêtes de la page passent aussi dans ce client, qui est un DuckDB 1.x."""
    toutes = ".bail on\n.mode csv\nselect version();\n" + ";\n".join(r.strip() for r in REQUETES) + ";\n"
    lu = make_sql(demonstration.racine, toutes, tmp_path)
    assert lu.returncode == 0, lu.stderr
    assert "\nv1." in lu.stdout and "101769.73" in lu.stdout
    ecrit = make_sql(demonstration.racine, "create table meta.essai (x integer);", tmp_path)
    assert ecrit.returncode != 0 and "read-only" in ecrit.stderr


def test_le_terminal_sans_publication_le_dit(d: Dossiers, tmp_path: Path) -> None:
    sortie = make_sql(d.racine, "select 1;", tmp_path)
    assert sortie.returncode == 2 and "make nightly" in sortie.stderr
    assert not d.racine.exists()


# --- Descriptions et jointures ---


def test_aucune_table_ni_colonne_sans_description(base: duckdb.DuckDBPyConnection) -> None:
    """Les commentaires que montrent les outils des analystes ; des tables écrites par dbt comme par la publication."""
    for fonction, noms in (("duckdb_tables", "schema_name, table_name"), ("duckdb_columns", "table_name, column_name")):
        requete = f"select {noms} from {fonction}() where not internal and trim(coalesce(comment, '')) = ''"
        assert base.execute(requete).fetchall() == []


def designees(base: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Colonnes qui en désignent une autre : « schema.table.colonne », pour l'une et pour l'autre."""
    requete = (
        "select \"schema\" || '.' || \"table\" || '.' || colonne, designe from meta.dictionnaire where designe <> ''"
    )
    return base.execute(requete).fetchall()


def test_ce_qu_une_colonne_designe_existe_et_est_unique(base: duckdb.DuckDBPyConnection) -> None:
    """Le chemin de jointure ne perd pas de ligne et n'en double pas."""
    lues = designees(base)
    assert {c.rpartition(".")[2] for c, _ in lues} == JOINTURES.keys()
    for colonne, cible in lues:
        table, _, nom = colonne.rpartition(".")
        table_cible, _, nom_cible = cible.rpartition(".")
        [(lignes, distinctes)] = base.execute(
            f"select count(*), count(distinct {nom_cible}) from {table_cible}"
        ).fetchall()
        assert lignes == distinctes, cible
        if colonne not in SANS_DEFINITION:
            perdues = base.execute(
                f"select count(*) from {table} as x anti join {table_cible} as y on x.{nom} = y.{nom_cible} "
                f"where x.{nom} is not null"
            ).fetchall()
            assert perdues == [(0,)], colonne


def test_les_relations_que_dbt_verifie_sont_ces_chemins(demonstration: Dossiers) -> None:
    """Un même nom de colonne, une même table : aucun essai de dbt ne dit autre chose."""
    manifeste = json.loads(Build.de(demonstration).manifeste_dbt.read_text(encoding="utf-8"))
    verifiees = set()
    for essai in manifeste["nodes"].values():
        if (essai.get("test_metadata") or {}).get("name") != "relationships":
            continue
        [cible] = [n for i in essai["depends_on"]["nodes"] if (n := manifeste["nodes"][i])["unique_id"]
                   != essai["attached_node"]] or [manifeste["nodes"][essai["attached_node"]]]  # fmt: skip
        if cible["schema"] != "reference":
            relation = (cible["schema"], cible["name"], essai["test_metadata"]["kwargs"]["field"])
            assert JOINTURES[essai["column_name"]] == relation
            verifiees.add(essai["column_name"])
    assert verifiees >= {"personne_id", "structure_id", "donneur_ordre_id", "id_operation", "type_contrat"}


# --- Les schémas et la page publiée ---


@pytest.mark.parametrize("image", sorted((RACINE / "docs" / "images").glob("er_*.svg")), ids=lambda p: p.stem)
def test_les_schemas_de_la_documentation_sont_ceux_de_la_base(base: duckdb.DuckDBPyConnection, image: Path) -> None:
    assert image.read_text(encoding="utf-8") == schema(base, image.stem.removeprefix("er_")), "make er les redessine"


def test_chaque_schema_montre_est_la() -> None:
    montres = re.findall(r"\((images/[^)]*)\)", PAGE)
    assert len(montres) == 6
    assert all((SOURCE.parent / image).is_file() for image in montres)


def test_la_page_publiee_porte_tout(demonstration: Dossiers) -> None:
    page = (demonstration.publie / "courant" / "exemples_sql.html").read_text(encoding="utf-8")
    assert page.count('<code class="language-sql">') == len(REQUETES)
    assert page.count("<svg ") == 6
    assert "default-src 'none'" in page and "src=" not in page.replace("default-src", "").replace("style-src", "")
    assert 'href="exemples_sql.html"' in (demonstration.publie / "courant" / "index.html").read_text(encoding="utf-8")


def test_la_page_d_une_publication_partielle_ne_montre_que_ce_qui_y_marche(d: Dossiers) -> None:
    """Ni axe absent, ni requête sur une table ou une colonne qui n'est pas là."""
    chantier = Chantier()
    assert publier(d, chantier.nuit, chantier.ecrire(d))["publiee"]
    page = (d.publie / "courant" / "exemples_sql.html").read_text(encoding="utf-8")
    assert "Heures par secteur et par année" in page and "er_" not in page
    assert "100 chances" not in page and "Schéma GPECT" not in page
    assert "Les lots réservés" not in page, "la table dim_lot n'y est pas"
    assert "en retard sur leur engagement" not in page, "il y manque heures_engagement"


def test_un_schema_d_axe_sans_table_n_existe_pas(d: Dossiers) -> None:
    chantier = Chantier()
    publier(d, chantier.nuit, chantier.ecrire(d))
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as connexion:
        assert schema(connexion, "campus") is None
        dessin = schema(connexion, "achats_responsables") or ""
    # fct_heures désigne une personne et deux structures ; les tableaux, rien : deux tables au milieu, trois traits.
    assert dessin.count('stroke-width="1.3"') == 3
    assert "core.dim_personne" in dessin and ">fct_heures<" in dessin and "_livraison" not in dessin
