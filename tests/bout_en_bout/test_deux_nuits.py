"""Deux vraies nuits : un fichier en retard, une ligne corrigée, une règle changée, retrouvés dans leurs chiffres."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from nuits_fausses import LENDEMAIN, Livraisons, _seulement, deposer, livree, reprendre

from include.configuration import Dossiers
from include.demo.fichiers import Mois, Table
from include.differences import comparer
from include.entrepot import dbt, projet_dbt
from include.nuit import executer
from include.publication import bascule, empreintes
from include.publication.changements import _amont

# Deux nuits entières de plus : `make test-long`.
pytestmark = pytest.mark.long

CORRIGEE = Decimal("40")
"""Heures de plus, au premier contrat du relevé de décembre."""


def livraisons() -> Livraisons:
    """Une rencontre du campus arrivée en retard, et le relevé de décembre dont une ligne est corrigée."""
    rencontres = livree("campus_rencontres_20171231.csv")
    rencontres.lignes.append(rencontres.lignes[-1] | {"id_rencontre": "R999", "date_rencontre": dt.date(2017, 12, 20)})
    decembre = livree("abc_clauses_heures_201712.csv")
    ligne = decembre.lignes[0] | {"mois": Mois(2017, 12, 1), "heures": decembre.lignes[0]["heures"] + CORRIGEE}
    return {
        "campus_rencontres_20180102.csv": rencontres,
        "abc_clauses_heures_201712_v2.csv": Table(decembre.entetes, [ligne]),
    }


@pytest.fixture(scope="module")
def lendemain(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dossiers]:
    """La nuit d'après la démonstration : deux livraisons, et une revue de presse qui ne compte plus que le GIP."""
    dossier = tmp_path_factory.mktemp("changements")
    d = reprendre(nuit_demonstration[0], dossier / "data")
    shutil.rmtree(d.builds)
    deposer(d, livraisons())
    projet = dossier / "dbt_project"
    shutil.copytree(projet_dbt.PROJET, projet, ignore=shutil.ignore_patterns("target", "logs"))
    modele = projet / "models" / "rapport" / "rpt_presse.sql"
    regle = "where articles.date_parution <= parametres.arrete_au"
    assert modele.read_text().count(regle) == 1
    modele.write_text(modele.read_text().replace(regle, f"{regle} and articles.gip"))
    with pytest.MonkeyPatch.context() as m:
        m.setattr(projet_dbt, "PROJET", projet)
        m.setattr(empreintes, "code", lambda: "le code de demain")
        # Les contrôles recomptent les articles d'après l'ancienne règle : ils n'ont pas à juger celle-ci.
        _seulement(m, {})
        dbt._executeur.cache_clear()
        publication = executer(d, LENDEMAIN)["publication"]
    assert publication["publiee"]
    yield d
    dbt._executeur.cache_clear()
    shutil.rmtree(dossier, ignore_errors=True)


@pytest.fixture(scope="module")
def base(lendemain: Dossiers) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(lendemain.publie / "courant" / "entrepot.duckdb"), read_only=True) as connexion:
        yield connexion


def changement(base: duckdb.DuckDBPyConnection, code: str) -> tuple[Any, ...]:
    requete = "select ecart, cause, livraisons, detail from meta.changements where code = ? and annee = 2017"
    [ligne] = base.execute(requete, [code]).fetchall()
    return ligne


def test_la_ligne_corrigee(base: duckdb.DuckDBPyConnection) -> None:
    ecart, cause, livraisons, detail = changement(base, "CL001")
    assert (ecart, cause, detail) == (pytest.approx(float(CORRIGEE)), "livraisons", None)
    assert livraisons == "abc_clauses_heures-20180103-001 (corrige : abc_clauses_heures_201712_v2.csv)"


def test_le_fichier_en_retard(base: duckdb.DuckDBPyConnection) -> None:
    requete = "select distinct cause, livraisons from meta.changements where axe = 'campus'"
    [(cause, livraisons)] = base.execute(requete).fetchall()
    assert cause == "livraisons"
    assert livraisons == "campus_rencontres-20180103-001 (remplace : campus_rencontres_20180102.csv)"


def test_la_regle_changee(base: duckdb.DuckDBPyConnection) -> None:
    ecart, cause, livraisons, detail = changement(base, "CO001")
    assert ecart < 0
    assert (cause, livraisons, detail) == ("code", None, "modèles : rpt_presse")


def test_rien_d_autre_ne_bouge(base: duckdb.DuckDBPyConnection) -> None:
    """Aucune cause indéterminée, et aucun chiffre des axes auxquels rien n'est arrivé."""
    assert base.execute("select distinct cause from meta.changements order by all").fetchall() == [
        ("code",), ("livraisons",)
    ]  # fmt: skip
    assert {a for (a,) in base.execute("select distinct axe from meta.changements").fetchall()} == {
        "achats_responsables", "campus", "transverse"
    }  # fmt: skip
    assert base.execute("select count(*) from meta.changements where axe = 'achats_responsables' and annee <> 2017"
                        ).fetchall() == [(0,)]  # fmt: skip


def test_chaque_chiffre_a_ses_modeles_en_amont(lendemain: Dossiers, base: duckdb.DuckDBPyConnection) -> None:
    """Sans quoi un modèle changé ne serait jamais accusé : le sien, celui qui en tire le chiffre, ses sources."""
    modeles = bascule.fiche(bascule.courante(lendemain))["modeles"]
    for (modele,) in base.execute("select distinct modele from rapport.definitions").fetchall():
        amont = _amont(modele, modeles)
        assert amont <= modeles.keys()
        assert {m for m in amont if m.startswith("_chiffres_")} and {m for m in amont if m.startswith("stg_")}, modele


def test_make_diff_les_montre(lendemain: Dossiers) -> None:
    texte = comparer(lendemain, "2018-01-02-1", "2018-01-03-1")
    for attendu in ("352 845,65", "352 885,65", "+40", "modèles : rpt_presse", "rapport.rpt_presse", "changé"):
        assert attendu.replace(" ", "\u202f" if attendu[0] == "3" else " ") in texte, attendu
