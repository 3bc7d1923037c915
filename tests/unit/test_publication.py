"""Publier : ce qui est neuf, ce qui reste, et jamais la moitié d'une publication."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chantier import NUIT, SUIVANTE, TABLES, Chantier

from include import remise
from include.configuration import RACINE, Dossiers, Nuit
from include.publication import (
    bascule,
    composition,
    empreintes,
    identifiant,
    inutile,
    publication,
    publier,
    tables_meta,
)
from include.publication.composition import REPORTEE

BLOQUE = {"achats_responsables": ("bloque", "volume d'heures anormal")}


def lire(d: Dossiers, requete: str) -> list[tuple[Any, ...]]:
    """Une requête sur la publication courante."""
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        return base.execute(requete).fetchall()


def publier_nuit(d: Dossiers, chantier: Chantier) -> dict[str, Any]:
    return publier(d, chantier.nuit, chantier.ecrire(d))


def axe(d: Dossiers, nom: str) -> tuple[Any, ...]:
    [etat] = lire(d, f"select verdict, donnees_du, reporte, cause from meta.axes where axe = '{nom}'")
    return etat


def publications(d: Dossiers) -> list[str]:
    """Dossiers de publication, sans le lien ; échoue s'il y a des restes."""
    noms = sorted(p.name for p in d.publie.iterdir() if p.name != "courant")
    assert not [n for n in noms if n.startswith(".")]
    return noms


# --- Première publication ---


def test_la_premiere_publication_a_tout(d: Dossiers) -> None:
    resultat = publier_nuit(d, Chantier())
    assert (resultat["publiee"], resultat["publication"], resultat["motif"]) == (True, "2031-01-02-1", "")
    assert json.dumps(resultat)
    assert (d.publie / "courant").readlink() == Path("2031-01-02-1")
    courant = d.publie / "courant"
    for fichier in (
        "entrepot.duckdb",
        "index.html",
        "extraits/achats_responsables.xlsx",
        "parquet/meta/dictionnaire.parquet",
    ):
        assert (courant / fichier).is_file()
    publiees = {f"{s}.{t}" for s, t in lire(d, "select schema_name, table_name from duckdb_tables()")}
    ecrites = {f"meta.{nom}" for nom in tables_meta.TABLES}
    assert publiees == set(TABLES) | ecrites
    assert {
        p.relative_to(courant / "parquet").with_suffix("").as_posix().replace("/", ".")
        for p in courant.rglob("*.parquet")
    } == publiees
    assert lire(d, "select publication, nuit, arrete_au, verdict from meta.publications") == [
        ("2031-01-02-1", NUIT.nuit, NUIT.arrete_au, "complete")
    ]
    assert axe(d, "achats_responsables") == ("passe", NUIT.arrete_au, False, None)
    assert lire(d, "from meta.axes_livraisons order by all") == [
        ("achats_responsables", "abc_clauses_heures-1"), ("transverse", "projets-1")
    ]  # fmt: skip


def test_chaque_table_et_colonne_est_decrite(d: Dossiers) -> None:
    publier_nuit(d, Chantier())
    assert lire(d, "select table_name from duckdb_tables() where comment is null or comment = ''") == []
    assert (
        lire(
            d,
            'select "schema", "table", colonne from meta.dictionnaire where description is null or description = \'\'',
        )
        == []
    )
    assert lire(d, "select count(*) from duckdb_columns() where not internal") == lire(
        d, "select count(*) from meta.dictionnaire"
    )
    assert lire(
        d, "select type, description from meta.dictionnaire where \"table\" = 'fct_heures' and colonne = 'heures'"
    ) == [("DECIMAL(12,2)", "Ce que dit heures.")]


def test_les_lignes_sont_rangees_par_grain(d: Dossiers) -> None:
    publier_nuit(d, Chantier(heures={f"P{i}": "1" for i in range(9)}))
    contrats = [c for (c,) in lire(d, "select id_contrat from achats_responsables.fct_heures")]
    assert contrats == sorted(contrats)


def test_la_base_est_au_format_1(d: Dossiers) -> None:
    """Octets 12 à 19 d'un fichier DuckDB : version de stockage ; 64 est celle de DuckDB 0.10 à 1.x."""
    publier_nuit(d, Chantier())
    entete = (d.publie / "courant" / "entrepot.duckdb").read_bytes()[:20]
    assert entete[8:12] == b"DUCK"
    assert int.from_bytes(entete[12:20], "little") == 64
    assert not list((d.publie / "courant").glob("*.wal"))


def test_les_memes_lignes_donnent_les_memes_octets(d: Dossiers, tmp_path: Path) -> None:
    """Copies et extraits de deux entrepôts nourris pareil : identiques à l'octet, meta.publications mise à part."""
    autre = Dossiers(tmp_path / "autre")
    for dossiers in (d, autre):
        publier_nuit(dossiers, Chantier(heures={f"P{i}": f"{i}.25" for i in range(500)}))

    def octets(dossiers: Dossiers) -> dict[str, str]:
        racine = (dossiers.publie / "courant").resolve()
        fichiers = [f for s in ("*.parquet", "*.xlsx", "*.csv", "dictionnaire.html") for f in racine.rglob(s)]
        return {f.relative_to(racine).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in fichiers}

    attendus, obtenus = octets(d), octets(autre)
    for fichier in ("parquet/meta/publications.parquet",):
        del attendus[fichier], obtenus[fichier]
    assert len(attendus) == len(TABLES) + 11
    assert obtenus == attendus


# --- Quand il n'y a rien de neuf ---


def poser_manifestes(d: Dossiers, *livraisons: tuple[str, str]) -> None:
    for livraison, statut in livraisons:
        source = livraison.rsplit("-", 1)[0]
        fichier = d.bronze / source / livraison / "livraison.json"
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_text(
            json.dumps(
                {"livraison": livraison, "source": source, "ordre": 1, "statut": statut, "recu_le": str(NUIT.nuit)}
            )
        )


def test_la_meme_nuit_sans_livraison_nouvelle_ne_construit_rien(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inutile(d, NUIT) is None
    publier_nuit(d, Chantier())
    poser_manifestes(d, ("abc_clauses_heures-1", "acceptee"), ("projets-1", "acceptee"))
    motif = inutile(d, NUIT)
    assert motif is not None and "2031-01-02-1" in motif and "aucune livraison nouvelle" in motif
    poser_manifestes(d, ("projets-2", "doublon"))
    assert inutile(d, NUIT), "un doublon n'est pas une livraison nouvelle"
    assert inutile(d, Nuit.de("2031-01-02", "2030-06-30")) is None, "un autre arrêté est une autre demande"
    assert inutile(d, SUIVANTE) is None
    monkeypatch.setattr(empreintes, "code", lambda: "un autre code")
    assert inutile(d, NUIT) is None
    monkeypatch.undo()
    poser_manifestes(d, ("projets-3", "refusee"))
    assert inutile(d, NUIT) is None, "un refus se publie : le partenaire doit le voir"


def test_une_nuit_suivante_identique_ne_publie_rien(d: Dossiers) -> None:
    publier_nuit(d, Chantier())
    # Mêmes faits une nuit plus tard, même année d'arrêté : rien de ce qui se lit ne change.
    plus_tard = Nuit.de("2031-01-05", "2030-12-31")
    resultat = publier_nuit(d, Chantier(nuit=plus_tard))
    assert not resultat["publiee"]
    assert "2031-01-02-1" in resultat["motif"]
    assert publications(d) == ["2031-01-02-1"]


@pytest.mark.parametrize(
    "changement",
    [
        pytest.param({"heures": {"P1": "10.50", "P2": "20.26"}}, id="un_centieme_d_heure"),
        pytest.param({"verdicts": {"achats_responsables": ("passe_avec_signalements", "fraîcheur")}}, id="un_verdict"),
        pytest.param({"verdicts": BLOQUE}, id="un_axe_bloque"),
        pytest.param({"livraisons": [*Chantier().livraisons, ("projets-2", "projets", "refusee", 0)]}, id="un_refus"),
    ],
)
def test_une_nuit_suivante_publie_ce_qui_change(d: Dossiers, changement: dict[str, Any]) -> None:
    publier_nuit(d, Chantier())
    resultat = publier_nuit(d, replace(Chantier(nuit=Nuit.de("2031-01-05", "2030-12-31")), **changement))
    assert resultat["publiee"]
    assert publications(d) == ["2031-01-02-1", "2031-01-05-1"]


def test_un_autre_code_la_meme_nuit_se_publie(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    publier_nuit(d, Chantier())
    assert not publier_nuit(d, Chantier())["publiee"]
    monkeypatch.setattr(empreintes, "code", lambda: "un autre code")
    resultat = publier_nuit(d, Chantier())
    assert (resultat["publiee"], resultat["publication"]) == (True, "2031-01-02-2")


def test_un_chantier_d_une_autre_nuit_est_refuse(d: Dossiers) -> None:
    build = Chantier().ecrire(d)
    with pytest.raises(ValueError, match="relancez la nuit entière"):
        publier(d, SUIVANTE, build)


def test_le_code_compte_les_modeles_et_non_les_traces_d_execution(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(empreintes, "RACINE", tmp_path)
    (tmp_path / "include" / "__pycache__").mkdir(parents=True)
    (tmp_path / "include" / "a.py").write_text("1")
    avant = empreintes.code()
    (tmp_path / "include" / "__pycache__" / "a.pyc").write_text("2")
    assert empreintes.code() == avant
    (tmp_path / "include" / "a.py").write_text("2")
    assert empreintes.code() != avant


# --- Un axe bloqué garde ses dernières bonnes tables ---


def test_un_axe_bloque_garde_ses_tables_et_le_dit(d: Dossiers) -> None:
    publier_nuit(d, Chantier())
    avant = lire(d, "from achats_responsables.fct_heures")
    resultat = publier_nuit(d, Chantier(nuit=SUIVANTE, heures={"P3": "1"}, articles=9, verdicts=BLOQUE))
    assert resultat["axes"]["achats_responsables"] == {
        "verdict": "bloque", "donnees_du": "2030-12-31", "reporte": True, "cause": "volume d'heures anormal"
    }  # fmt: skip
    assert lire(d, "from achats_responsables.fct_heures") == avant
    assert axe(d, "achats_responsables") == ("bloque", NUIT.arrete_au, True, "volume d'heures anormal")
    assert axe(d, "transverse") == ("passe", SUIVANTE.arrete_au, False, None)
    assert lire(d, "from rapport.rpt_presse") == [(2031, 9)], "les autres axes sont frais"
    assert lire(d, "select publication, verdict from meta.publications order by publiee_le") == [
        ("2031-01-02-1", "complete"), ("2031-01-03-1", "partielle")
    ]  # fmt: skip


def test_les_lignes_de_core_designees_par_un_axe_reporte_restent(d: Dossiers) -> None:
    """P2 et sa structure ont disparu de core ; l'axe reporté les désigne encore. P1, toujours là, n'est pas doublé."""
    publier_nuit(d, Chantier())
    publier_nuit(d, Chantier(nuit=SUIVANTE, heures={"P1": "1", "P3": "1"}, verdicts=BLOQUE))
    assert lire(d, "select personne_id from core.dim_personne") == [("P1",), ("P2",), ("P3",)]
    assert lire(d, "select structure_id from core.dim_structure") == [("DO",), ("S-P1",), ("S-P2",), ("S-P3",)]
    # Une deuxième nuit bloquée : la publication d'où tout vient est elle-même un report.
    plus_tard = Nuit.de("2031-01-04", "2031-01-03")
    publier_nuit(d, Chantier(nuit=plus_tard, heures={"P4": "1"}, verdicts=BLOQUE))
    assert lire(d, "select personne_id from core.dim_personne") == [("P1",), ("P2",), ("P4",)]
    assert axe(d, "achats_responsables")[1] == NUIT.arrete_au
    # L'axe repasse : plus rien d'ancien ne reste.
    apres = Nuit.de("2031-01-05", "2031-01-04")
    publier_nuit(d, Chantier(nuit=apres, heures={"P4": "1"}))
    assert lire(d, "select personne_id from core.dim_personne") == [("P4",)]
    assert axe(d, "achats_responsables") == ("passe", apres.arrete_au, False, None)


def test_les_fichiers_d_un_axe_reporte_sont_ceux_de_ses_donnees(d: Dossiers) -> None:
    publier_nuit(d, Chantier())
    nouvelles = [("abc_clauses_heures-2", "abc_clauses_heures", "acceptee", 0), ("projets-2", "projets", "acceptee", 0)]
    publier_nuit(d, Chantier(nuit=SUIVANTE, livraisons=nouvelles, verdicts=BLOQUE))
    assert lire(d, "from meta.axes_livraisons order by all") == [
        ("achats_responsables", "abc_clauses_heures-1"), ("transverse", "projets-2")
    ]  # fmt: skip


def publier_en_lisant(d: Dossiers, chantier: Chantier, table: str, axe_lu: str) -> dict[str, Any]:
    """La nuit où une table lit aussi les faits d'un autre axe que le sien, et le déclare."""
    build = chantier.ecrire(d)
    manifeste = json.loads(build.manifeste_dbt.read_text())
    manifeste["nodes"][table]["config"]["meta"]["lit"] = [axe_lu]
    build.manifeste_dbt.write_text(json.dumps(manifeste))
    return publier(d, chantier.nuit, build)


CROISEE = ("rapport.rpt_presse", "achats_responsables")


def test_une_table_qui_lit_un_axe_bloque_est_gardee_et_le_dit(d: Dossiers) -> None:
    """Son axe passe, pas celui qu'elle lit : ses lignes et leur date restent, nuit après nuit, puis elle repart."""

    def presse() -> tuple[list[tuple[Any, ...]], str]:
        [(commentaire,)] = lire(d, "select comment from duckdb_tables() where table_name = 'rpt_presse'")
        return lire(d, "from rapport.rpt_presse"), commentaire

    publier_en_lisant(d, Chantier(), *CROISEE)
    fraiche = presse()
    assert fraiche == ([(2030, 3)], "Une ligne par annee.")
    gardee = (fraiche[0], f"{fraiche[1]} {REPORTEE} 31/12/2030.")
    for jour, verdicts in (("03", BLOQUE), ("04", BLOQUE), ("05", {"transverse": ("bloque", "total")})):
        nuit = Nuit.de(f"2031-01-{jour}")
        publier_en_lisant(d, Chantier(nuit=nuit, articles=int(jour), verdicts=verdicts), *CROISEE)
        assert presse() == gardee
        assert axe(d, "transverse")[1] == min(nuit.arrete_au, dt.date(2031, 1, 3)), "l'axe, lui, est daté de la nuit"
    publier_en_lisant(d, Chantier(nuit=Nuit.de("2031-01-06"), articles=9), *CROISEE)
    assert presse() == ([(2031, 9)], fraiche[1])


def test_une_table_qui_lit_un_axe_jamais_passe_n_existe_pas(d: Dossiers) -> None:
    assert publier_en_lisant(d, Chantier(verdicts=BLOQUE), *CROISEE)["publiee"]
    assert axe(d, "transverse")[0] == "passe"
    assert lire(d, "select count(*) from duckdb_tables() where table_name = 'rpt_presse'") == [(0,)]


def test_une_table_qui_lit_un_axe_que_le_pole_ne_suit_pas_n_existe_pas(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "axes", lambda: {"transverse": "Vie du pôle"})
    publier_nuit(d, Chantier())
    assert lire(d, "from rapport.rpt_presse") == [(2030, 3)]
    publier_en_lisant(d, Chantier(nuit=SUIVANTE), *CROISEE)
    assert lire(d, "select count(*) from duckdb_tables() where table_name = 'rpt_presse'") == [(0,)]


def test_une_table_gardee_pour_un_autre_axe_garde_ses_lignes_de_core(d: Dossiers) -> None:
    """fct_heures lit ici transverse : P2, disparue de core, est encore désignée."""
    for chantier in (
        Chantier(),
        Chantier(nuit=SUIVANTE, heures={"P1": "1"}, verdicts={"transverse": ("bloque", "total")}),
    ):
        publier_en_lisant(d, chantier, "achats_responsables.fct_heures", "transverse")
    assert lire(d, "select personne_id from core.dim_personne") == [("P1",), ("P2",)]


def test_un_axe_jamais_passe_n_a_aucune_table(d: Dossiers) -> None:
    resultat = publier_nuit(d, Chantier(verdicts=BLOQUE))
    assert resultat["publiee"]
    assert lire(d, "select count(*) from duckdb_tables() where schema_name = 'achats_responsables'") == [(0,)]
    assert axe(d, "achats_responsables") == ("bloque", None, False, "volume d'heures anormal")
    assert [c for (c,) in lire(d, "select code from rapport.indicateurs")] == ["PR001"]
    assert "n'a aucune table" in (d.publie / "courant" / "index.html").read_text(encoding="utf-8").replace("\n", " ")
    # Bloqué encore, il ne devient pas « reporté » : il n'y a rien à reporter.
    publier_nuit(d, Chantier(nuit=SUIVANTE, articles=4, verdicts=BLOQUE))
    assert axe(d, "achats_responsables") == ("bloque", None, False, "volume d'heures anormal")


def test_core_bloque_retient_tout(d: Dossiers) -> None:
    publier_nuit(d, Chantier())
    resultat = publier_nuit(d, Chantier(nuit=SUIVANTE, articles=9, verdicts={"core": ("bloque", "personne en double")}))
    assert not resultat["publiee"]
    assert "core" in resultat["motif"] and "personne en double" in resultat["motif"]
    assert publications(d) == ["2031-01-02-1"]


def test_core_bloque_la_premiere_nuit_ne_laisse_rien(d: Dossiers) -> None:
    assert not publier_nuit(d, Chantier(verdicts={"core": ("bloque", "personne en double")}))["publiee"]
    assert publications(d) == []


@pytest.mark.parametrize("table", ["achats_responsables.rpt_heures_secteur", "core.dim_structure"])
def test_un_axe_dont_une_table_manque_ne_passe_pas(d: Dossiers, table: str) -> None:
    """Un verdict favorable ne suffit pas : une table absente du chantier n'est pas remplacée par rien."""
    publier_nuit(d, Chantier())
    resultat = publier_nuit(d, Chantier(nuit=SUIVANTE, articles=9, absentes={table}))
    assert resultat["axes"][table.split(".")[0]]["cause"] == f"la table {table} n'a pas été construite"
    assert resultat["publiee"] is not table.startswith("core")


def test_un_axe_sans_verdict_ne_passe_pas(d: Dossiers) -> None:
    chantier = Chantier()
    build = chantier.ecrire(d)
    verdict = json.loads(build.verdict.read_text())
    del verdict["axes"]["achats_responsables"]
    build.verdict.write_text(json.dumps(verdict))
    assert publier(d, NUIT, build)["axes"]["achats_responsables"]["cause"] == "aucun contrôle n'a été passé sur cet axe"


def test_une_nuit_passee_ne_garde_rien_de_la_suite(d: Dossiers) -> None:
    """Rebâtir le 1er janvier un axe bloqué ne lui donne pas les tables du 3."""
    publier_nuit(d, Chantier(nuit=SUIVANTE))
    passee = Nuit.de("2031-01-01", "2030-12-31")
    assert publier_nuit(d, Chantier(nuit=passee, verdicts=BLOQUE))["publiee"]
    assert axe(d, "achats_responsables") == ("bloque", None, False, "volume d'heures anormal")


# --- Les chiffres suivent les axes de toutes leurs sources ---


def chiffres(d: Dossiers) -> dict[str, tuple[float, str]]:
    return {
        c: (v, p) for c, v, p in lire(d, "select code, valeur, publication from rapport.indicateurs order by annee")
    }


@pytest.mark.parametrize(
    ("bloque", "restent"),
    [("achats_responsables", {"CL001", "CL020"}), ("transverse", {"CL020", "PR001"})],
)
def test_un_chiffre_n_est_rafraichi_que_si_toutes_ses_sources_passent(
    d: Dossiers, bloque: str, restent: set[str]
) -> None:
    """CL001 : heures. CL020 : heures et projets (transverse). PR001 : presse (transverse)."""
    publier_nuit(d, Chantier())
    nuit = Nuit.de("2031-01-05", "2030-12-31")
    publier_nuit(d, Chantier(nuit=nuit, heures={"P1": "100"}, articles=9, verdicts={bloque: ("bloque", "défaut")}))
    assert {code for code, (_, p) in chiffres(d).items() if p == "2031-01-02-1"} == restent
    assert chiffres(d)["CL001"][0] == (30.75 if "CL001" in restent else 100)
    assert chiffres(d)["PR001"][0] == (3 if "PR001" in restent else 9)
    calcules = dict(lire(d, "select code, calcule from rapport.rapprochement"))
    assert calcules == {c: v for c, (v, _) in chiffres(d).items() if c != "CL020"}
    assert lire(d, "select count(*) from rapport.chiffres_publies") == [(2,)]


def test_un_controle_bloquant_retient_les_chiffres_qu_il_protege(d: Dossiers) -> None:
    publier_nuit(d, Chantier())
    controle = {
        "axe": "transverse", "controle": "rapport.total", "severite": "bloquant", "proprietaire": "Données",
        "verdict": "non_conforme", "lignes_en_cause": 1, "chiffres_proteges": "CL001 CL002", "message": "",
    }  # fmt: skip
    nuit = Nuit.de("2031-01-05", "2030-12-31")
    publier_nuit(
        d, Chantier(nuit=nuit, heures={"P1": "100"}, controles=[controle], verdicts={"transverse": ("bloque", "total")})
    )
    assert chiffres(d)["CL001"] == (30.75, "2031-01-02-1")


def test_une_couche_rapport_en_echec_reporte_ses_chiffres_en_bloc(d: Dossiers) -> None:
    publier_nuit(d, Chantier())
    avant = chiffres(d)
    chantier = Chantier(
        nuit=SUIVANTE, heures={"P1": "100"}, rapport_reussi=False,
        absentes={"rapport.indicateurs", "rapport.rapprochement"},
        verdicts={"transverse": ("bloque", "modèle en erreur")},
    )  # fmt: skip
    assert publier_nuit(d, chantier)["publiee"]
    assert chiffres(d) == avant
    assert lire(d, "select sum(heures) from achats_responsables.fct_heures")[0][0] == 100


def test_une_source_sans_contrat_est_un_defaut_du_registre(d: Dossiers) -> None:
    build = Chantier().ecrire(d)
    with duckdb.connect(str(build.base)) as base:
        base.execute("update rapport.indicateurs set sources = 'abc_clause_heures' where code = 'CL001'")
    with pytest.raises(ValueError, match="CL001 : sources sans contrat"):
        publier(d, NUIT, build)
    assert not (d.publie / "courant").exists()


# --- L'histoire ---


def test_l_histoire_garde_les_dernieres_publications(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trente en vrai ; trois ici. Celle d'où vient un axe reporté peut partir : ses tables ont été copiées."""
    assert bascule.HISTOIRE == 30
    for module in (bascule, publication):
        monkeypatch.setattr(module, "HISTOIRE", 3)
    monkeypatch.setattr(remise, "ecrire", lambda dossier, manifeste: None)
    publier_nuit(d, Chantier())
    for jour in range(3, 8):
        nuit = Nuit.de(f"2031-01-0{jour}")
        assert publier_nuit(d, Chantier(nuit=nuit, articles=jour, verdicts=BLOQUE))["publiee"]
    assert publications(d) == ["2031-01-05-1", "2031-01-06-1", "2031-01-07-1"]
    assert [p for (p,) in lire(d, "select publication from meta.publications order by publiee_le")] == publications(d)
    assert lire(d, "select count(*) from achats_responsables.fct_heures") == [(2,)]


def test_un_lecteur_garde_la_publication_qu_il_a_ouverte(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bascule, publication):
        monkeypatch.setattr(module, "HISTOIRE", 1)
    publier_nuit(d, Chantier())
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as lecteur:
        publier_nuit(d, Chantier(nuit=SUIVANTE, articles=9))
        assert publications(d) == ["2031-01-03-1"]
        assert lecteur.execute("from rapport.rpt_presse").fetchall() == [(2030, 3)]
    assert lire(d, "from rapport.rpt_presse") == [(2031, 9)]


def test_l_heure_de_publication_avance_toujours(d: Dossiers) -> None:
    """Une horloge qui recule ne doit pas faire passer la nouvelle publication avant l'ancienne."""
    demain = dt.datetime(2999, 1, 1)
    assert publication._maintenant([{"publiee_le": demain}]) > demain


def test_l_identifiant_suit_les_publications_de_la_nuit(d: Dossiers) -> None:
    assert identifiant(d, NUIT) == "2031-01-02-1"
    publier_nuit(d, Chantier())
    assert identifiant(d, NUIT) == "2031-01-02-2"
    assert identifiant(d, SUIVANTE) == "2031-01-03-1"


# --- Arrêts brutaux ---

ENFANT = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from chantier import SUIVANTE
from include.configuration import dossiers
from include.entrepot.preparation import Build
from include.publication import publication

appels, mortel = 0, int(sys.argv[1])

def surveiller(nom):
    originale = getattr(os, nom)
    def mortelle(*a, **k):
        global appels
        # Ce qui s'écrit dans prive/ n'est pas un pas de la publication.
        appels += any("/publie/" in str(x) for x in a)
        if appels == mortel:
            os.kill(os.getpid(), signal.SIGKILL)
        return originale(*a, **k)
    setattr(os, nom, mortelle)

for nom in ("rename", "symlink", "replace"):
    surveiller(nom)
# Une seule publication gardée : le renommage de l'ancienne, avant son effacement, est aussi un pas où mourir.
publication.HISTOIRE = 1
publication.publier(dossiers(), SUIVANTE, Build.de(dossiers()))
"""


def publier_en_mourant(d: Dossiers, appel: int) -> bool:
    """Publie dans un enfant qui se tue (SIGKILL) au n-ième renommage ou lien ; faux s'il a fini avant."""
    enfant = subprocess.run(
        [sys.executable, "-c", ENFANT, str(appel), str(Path(__file__).parent)],
        cwd=RACINE, env=os.environ | {"ENTREPOT_DATA": str(d.racine)}, capture_output=True, check=False,
    )  # fmt: skip
    assert enfant.returncode in (0, -signal.SIGKILL), enfant.stderr.decode()[-2000:]
    return enfant.returncode != 0


@pytest.mark.parametrize(
    ("deja", "appel", "attendue"),
    [
        pytest.param(False, 1, None, id="premiere-avant_de_nommer_le_dossier"),
        pytest.param(False, 3, None, id="premiere-avant_la_bascule"),
        pytest.param(True, 1, (2030, 3), id="suivante-avant_de_nommer_le_dossier"),
        pytest.param(True, 2, (2030, 3), id="suivante-avant_le_lien"),
        pytest.param(True, 3, (2030, 3), id="suivante-avant_la_bascule"),
        pytest.param(True, 4, (2031, 9), id="suivante-avant_d_effacer_l_ancienne"),
    ],
)
def test_tuee_la_publication_est_l_ancienne_ou_la_nouvelle(
    d: Dossiers, deja: bool, appel: int, attendue: tuple[int, int] | None
) -> None:
    """Avant la bascule `courant` est l'ancienne entière, après elle la nouvelle ; la tâche reprise finit bien."""
    if deja:
        publier_nuit(d, Chantier())
    build = Chantier(nuit=SUIVANTE, articles=9).ecrire(d)
    assert publier_en_mourant(d, appel)
    courant = d.publie / "courant"
    assert courant.exists() == (attendue is not None)
    if attendue:
        assert lire(d, "from rapport.rpt_presse") == [attendue]
        assert (courant / "index.html").is_file() and (courant / "extraits" / "achats_responsables.xlsx").is_file()
    assert publier(d, SUIVANTE, build)["publiee"], "reprise après la bascule, la tâche dit qu'elle a publié"
    assert lire(d, "from rapport.rpt_presse") == [(2031, 9)]
    assert publications(d)[-1] == "2031-01-03-1"


@pytest.mark.parametrize("pas", ["rename", "replace"])
def test_un_dossier_entier_que_rien_ne_designe_ne_gene_pas(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, pas: str
) -> None:
    """Tué juste avant la bascule, puis nuit relancée en entier (nouvel identifiant) : le reste est effacé."""
    publier_nuit(d, Chantier())

    def mourir(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr(os, pas, mourir)
        with pytest.raises(KeyboardInterrupt):
            publier_nuit(d, Chantier(nuit=SUIVANTE, articles=9))
    assert (d.publie / "courant").readlink() == Path("2031-01-02-1")
    assert publier_nuit(d, Chantier(nuit=SUIVANTE, articles=9))["publiee"]
    courante = (d.publie / "courant").readlink().name
    assert publications(d) == ["2031-01-02-1", courante]
