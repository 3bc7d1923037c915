"""Le chemin d'un chiffre : ses lignes redonnent son numérateur, et rien n'en est montré que l'endroit."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chantier import Chantier

from include.configuration import RACINE, Dossiers
from include.pourquoi import Introuvable, chemins, expliquer, main, ouvrir
from include.publication import publier


@pytest.fixture
def publie(d: Dossiers) -> Dossiers:
    chantier = Chantier(heures={f"P{n}": "1.50" for n in range(30)})
    assert publier(d, chantier.nuit, chantier.ecrire(d))["publiee"]
    return d


def test_le_chemin_dit_definition_valeur_verdict_et_lignes(publie: Dossiers) -> None:
    texte = expliquer(publie, "cl001", "2030")
    for attendu in (
        "CL001 - Libellé de CL001", "45 heures", "du 01/01/2030 au 31/12/2030. Année civile",
        "45 : Ce que CL001 compte", "calcul calcul", "abc_clauses_heures", "2031-01-02-1", "30,75 : conforme. Égal.",
        "30 lignes de achats_responsables.fct_heures, 1 fichier", "abc_clauses_heures.csv  ligne 2", "… et 10 autres",
    ):  # fmt: skip
        assert attendu in texte, attendu
    assert texte.count("  ligne ") == 20
    assert "attention" not in texte
    assert "P0" not in texte, "une ligne ne dit que son endroit"


def test_toutes_les_lignes_vont_au_csv(publie: Dossiers, tmp_path: Path) -> None:
    destination = tmp_path / "lignes.csv"
    assert "30 lignes" in expliquer(publie, "CL020", "2030", str(destination))
    with destination.open(encoding="utf-8-sig", newline="") as fichier:
        lignes = list(csv.DictReader(fichier, delimiter=";"))
    assert [x["Ligne"] for x in lignes] == [str(n) for n in range(2, 32)]
    assert {x["Fichier"] for x in lignes} == {"abc_clauses_heures.csv"}
    assert list(lignes[0]) == ["Code", "Année", "Source", "Livraison", "Fichier", "Feuille", "Ligne"]


@pytest.mark.parametrize(
    ("code", "annee", "attendu"),
    [
        ("CL002", "2030", "Aucun chiffre calculé n'a le code CL002. Les plus proches : CL001"),
        ("CL001", "2012", "CL001 n'a pas de valeur en 2012. Années connues : 2030."),
        ("CL001", "cette année", "n'est pas une année"),
    ],
)
def test_une_demande_sans_reponse_dit_ce_qui_existe(publie: Dossiers, code: str, annee: str, attendu: str) -> None:
    with pytest.raises(Introuvable, match=attendu):
        expliquer(publie, code, annee)


def test_sans_publication_la_commande_le_dit(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    assert main(["CL001", "2017"]) == 2
    assert "make nightly" in capsys.readouterr().err


def test_une_table_d_une_autre_nuit_se_voit(publie: Dossiers, tmp_path: Path) -> None:
    """Quand les lignes ne redonnent pas le numérateur, le chemin ne fait pas semblant."""
    base = publie.publie / "courant" / "entrepot.duckdb"
    with duckdb.connect(str(base)) as connexion:
        connexion.execute("delete from achats_responsables.fct_heures where personne_id = 'P0'")
    assert "attention     ces lignes donnent 43,50" in expliquer(publie, "CL001", "2030")


# --- Sur la démonstration : chaque calcul du registre ---


@pytest.fixture(scope="module")
def demonstration(nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> Iterator[duckdb.DuckDBPyConnection]:
    dossiers, _ = nuit_demonstration
    with ouvrir(dossiers.publie / "courant" / "entrepot.duckdb") as base:
        yield base


def test_chaque_calcul_du_registre_dit_ses_lignes(demonstration: duckdb.DuckDBPyConnection) -> None:
    """Registres et calculs.csv disent les mêmes calculs, et tout chiffre publié a une définition entière."""
    dossier = RACINE / "dbt_project" / "seeds" / "rapport"

    def colonne(chemin: Path) -> set[str]:
        with chemin.open(encoding="utf-8", newline="") as fichier:
            return {x["calcul"] for x in csv.DictReader(fichier)} - {""}

    assert set().union(*map(colonne, dossier.glob("registre_*.csv"))) == colonne(dossier / "calculs.csv")
    incompletes = "select code from rapport.definitions where (numerateur || periode || lignes_de || filtre) is null"
    assert demonstration.execute(incompletes).fetchall() == []
    assert demonstration.execute(
        "select distinct code from rapport.indicateurs where code not in (select code from rapport.definitions)"
    ).fetchall() == []  # fmt: skip


def test_les_lignes_de_chaque_chiffre_redonnent_son_numerateur(demonstration: duckdb.DuckDBPyConnection) -> None:
    """Pour chaque code et chaque période publiés : des lignes dès que le numérateur n'est pas nul, et leur compte."""
    faux, vus = [], 0
    calculs = demonstration.execute(
        "select distinct calcul, lignes_de, compte, filtre from rapport.definitions order by calcul"
    ).fetchall()
    for calcul, lignes_de, compte, filtre in calculs:
        # Toutes les périodes d'un calcul en une requête : la même que celle d'un chemin, chiffre par chiffre.
        resultats = demonstration.execute(
            f"""
            with chiffres as (
                select i.code, i.numerateur, i.annee, i.periode_debut as debut, i.periode_fin as fin,
                    d.parametre, d.complement
                from rapport.indicateurs as i inner join rapport.definitions as d using (code)
                where d.calcul = ?
            ), comptes as (
                select p.code, p.debut, p.fin, cast(coalesce({compte}, 0) as decimal(18, 2)) as recompte,
                    count(*) as lignes
                from {lignes_de} as f cross join chiffres as p where {filtre} group by p.code, p.debut, p.fin
            )
            select code, annee, numerateur, coalesce(recompte, 0), coalesce(lignes, 0)
            from chiffres left join comptes using (code, debut, fin)
            """,
            [calcul],
        ).fetchall()
        vus += len(resultats)
        faux += [(calcul, *r) for r in resultats if r[2] != r[3] or (r[2] > 0 and r[4] == 0)]
    assert faux == []
    assert vus > 500


def test_chaque_ligne_retrouvee_a_son_fichier(demonstration: duckdb.DuckDBPyConnection) -> None:
    """Un chiffre de chaque calcul, suivi jusqu'au bout : le fichier est connu, et la feuille d'un classeur."""
    pris = demonstration.execute(
        "select any_value(i.code order by i.code), any_value(i.annee order by i.code) from rapport.indicateurs as i "
        "inner join rapport.definitions as d using (code) where i.numerateur > 0 group by d.calcul"
    ).fetchall()
    assert len(pris) > 60
    for code, annee in pris:
        for chemin in chemins(demonstration, code, annee):
            assert chemin.fidele, code
            assert chemin.lieux, code
            for lieu in chemin.lieux:
                assert lieu.fichier and lieu.ligne >= 1, code
                assert (lieu.feuille is not None) == lieu.fichier.endswith((".xlsx", ".xls")), (code, lieu.fichier)
