"""Qui est qui, de nuit en nuit : une personne garde son personne_id, et tout ce qui le change est écrit."""

from __future__ import annotations

import csv
import logging
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest

from include.confidentialite import CleAbsente, cle
from include.configuration import Dossiers, Nuit
from include.entrepot.preparation import preparer
from include.extraction.inventaire import inventorier
from include.extraction.livraisons import prendre
from include.personnes import identites, registre, revue
from include.personnes.etape import rapprocher
from include.publication import empreintes

LUNDI, MARDI, MERCREDI = (Nuit.de(f"2018-01-0{n}") for n in (1, 2, 3))
ENTETES = (
    "N° salarié;Nom;Nom de naissance;Prénom;Sexe;Date de naissance;Code commune;QPV;Niveau de formation;Prescripteur;"
    "Critères d'éligibilité;Accompagnement;Téléphone;Courriel\n"
)
MAELYS = "S1;Quatrevaux;;Maëlys;F;07/03/1984;21231"
MAELYS_INVERSEE = "S2;QUATREVAUX;;Maelys;F;03/07/1984;21231"
MAELYS_MARIEE = "S3;Estournel;Quatrevaux;Maëlys;F;07/03/1984;21231"
MAELYS_EPOUSE = "S4;Estournel;;Maëlys;F;07/03/1984;21166"
LUBIN = "S5;Brossolant;;Lubin;M;30/11/1979;21166"


@pytest.fixture
def nuit_de(d: Dossiers) -> Any:
    """Une nuit : dépose un export des salariés, le prend, dit qui est qui et rend la personne de chaque salarié."""

    def faire(nuit: Nuit, *salaries: str) -> dict[str, str]:
        if salaries:
            fichier = d.depots / f"abc_clauses_salaries_{nuit.nuit:%Y%m%d}.csv"
            fichier.parent.mkdir(parents=True, exist_ok=True)
            lignes = "".join(f"{s};Non;V;Pôle emploi;bRSA;EI;;\n" for s in salaries)
            fichier.write_bytes((ENTETES + lignes).encode("cp1252"))
            for source, chemins in inventorier(d, nuit, attente=0)["sources"].items():
                prendre(d, nuit, source, chemins)
        rapprocher(d, nuit)
        return personnes(d, nuit)

    return faire


def personnes(d: Dossiers, nuit: Nuit) -> dict[str, str]:
    """La personne de chaque salarié, telle que dbt la lit."""
    build = preparer(d, nuit, "essai")
    with duckdb.connect(str(build.base), read_only=True) as base:
        return dict(base.execute("select id_salarie, personne_id from bronze.abc_clauses_salaries").fetchall())


def evenements(d: Dossiers) -> list[str]:
    return registre.lire(d, cle(d))["evenement"].to_pylist()


def lire_revue(d: Dossiers) -> list[dict[str, str]]:
    if not revue.chemin(d).exists():
        return []
    with revue.chemin(d).open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f, delimiter=";"))


def decider(d: Dossiers, decision: str, *, ligne: int = 0) -> None:
    """Écrit une décision dans la liste, comme le ferait un tableur."""
    lignes = lire_revue(d)
    lignes[ligne]["decision"] = decision
    with revue.chemin(d).open("w", encoding="utf-8-sig", newline="") as f:
        sortie = csv.DictWriter(f, lignes[0].keys(), delimiter=";")
        sortie.writeheader()
        sortie.writerows(lignes)


def mettre_en_revue(d: Dossiers, nuit: Nuit, a: str, b: str) -> None:
    """Ajoute un couple à la liste, comme s'il avait été douteux."""
    les_identites = dict(identites_de(d))
    couple = sorted((les_identites[a], les_identites[b]))
    registre.DOUTEUSES.ajouter(
        d, cle(d), nuit, [{"a": couple[0], "b": couple[1], "motif": "essai", "modele": "essai", "score": 0.5}]
    )
    revue.ecrire(d, cle(d), identites.fiches(d, cle(d), nuit)[0], {i: i for i in couple})


def identites_de(d: Dossiers) -> list[tuple[str, str]]:
    """Identité écrite de chaque salarié, d'après bronze."""
    return duckdb.execute(
        "select id_salarie, personne_id from read_parquet(?)", [str(d.bronze / "abc_clauses_salaries/*/lignes.parquet")]
    ).fetchall()


# --- D'une nuit à l'autre --------------------------------------------------------------------------------------------


def test_une_personne_ecrite_deux_fois_est_une_personne(d: Dossiers, nuit_de: Any) -> None:
    """Jour et mois inversés, accents perdus : même personne ; une autre reste une autre."""
    vue = nuit_de(LUNDI, MAELYS, MAELYS_INVERSEE, LUBIN)
    assert vue["S1"] == vue["S2"] != vue["S5"]


def test_qui_arrive_prend_la_personne_connue(d: Dossiers, nuit_de: Any) -> None:
    avant = nuit_de(LUNDI, MAELYS, LUBIN)
    apres = nuit_de(MARDI, MAELYS, LUBIN, MAELYS_INVERSEE)
    assert apres["S1"] == apres["S2"] == avant["S1"]
    assert apres["S5"] == avant["S5"]
    assert evenements(d) == ["nouvelle", "nouvelle", "rattachee"]


def test_deux_personnes_qu_une_troisieme_reunit(d: Dossiers, nuit_de: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Le nom d'usage seul, le nom de naissance seul, puis les deux : la plus ancienne garde son personne_id."""
    avant = nuit_de(LUNDI, MAELYS)
    entre = nuit_de(MARDI, MAELYS, MAELYS_EPOUSE)
    assert entre["S1"] == avant["S1"] != entre["S4"]
    caplog.set_level(logging.INFO, logger="include")
    apres = nuit_de(MERCREDI, MAELYS, MAELYS_EPOUSE, MAELYS_MARIEE)
    assert set(apres.values()) == {avant["S1"]}
    assert evenements(d)[-1] == "fusion"
    assert "1 identité(s) réunie(s)" in caplog.text
    assert not any(mot in caplog.text for mot in ("Quatrevaux", "Estournel", entre["S4"], avant["S1"]))
    with duckdb.connect(str(d.builds / "nuit" / "entrepot.duckdb"), read_only=True) as base:
        mouvement = base.execute("select avant, personne_id, evenement from bronze.mouvements_personnes").fetchall()
    assert mouvement == [(entre["S4"], avant["S1"], "fusion")]


def test_une_nuit_passee_se_relit_comme_elle_etait(d: Dossiers, nuit_de: Any) -> None:
    lundi = nuit_de(LUNDI, MAELYS)
    mardi = nuit_de(MARDI, MAELYS, MAELYS_EPOUSE)
    nuit_de(MERCREDI, MAELYS, MAELYS_EPOUSE, MAELYS_MARIEE)
    assert (personnes(d, LUNDI), personnes(d, MARDI)) == (lundi, mardi)


def test_rien_de_neuf_n_ecrit_rien(d: Dossiers, nuit_de: Any) -> None:
    nuit_de(LUNDI, MAELYS, LUBIN)
    avant = {f: f.stat().st_mtime_ns for f in d.prive.rglob("*") if f.is_file() and "verrous" not in f.parts}
    assert rapprocher(d, LUNDI) == rapprocher(d, MARDI) == {}
    assert {f: f.stat().st_mtime_ns for f in avant} == avant
    assert {f for f in d.prive.rglob("*") if f.is_file() and "verrous" not in f.parts} == set(avant)


def test_un_modele_nouveau_recompare_tout_une_fois(d: Dossiers, nuit_de: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    avant = nuit_de(LUNDI, MAELYS, LUBIN)
    from include.personnes import modele

    ancien = modele.charger()
    monkeypatch.setattr(modele, "charger", lambda: type(ancien)(**{**vars(ancien), "version": "essai-2"}))
    assert rapprocher(d, MARDI) != {}
    assert evenements(d)[-1] == "modele"
    assert rapprocher(d, MERCREDI) == {}
    assert personnes(d, MERCREDI) == avant


# --- Les décisions d'une personne ------------------------------------------------------------------------------------


def test_une_separation_decidee_vaut_pour_toujours(d: Dossiers, nuit_de: Any) -> None:
    """« différentes » sépare ce que les règles réunissaient ; « même » le réunit de nouveau ; tout est daté."""
    ensemble = nuit_de(LUNDI, MAELYS, MAELYS_INVERSEE)
    mettre_en_revue(d, LUNDI, "S1", "S2")
    # Le couple est réuni : il n'est plus à décider ; une personne peut pourtant l'écrire.
    couple = sorted(i for _, i in identites_de(d))
    revue.chemin(d).write_text(f"decision;identite_a;identite_b\nDifférentes;{couple[1]};{couple[0]}\n", "utf-8")
    apart = nuit_de(MARDI)
    assert apart["S1"] != apart["S2"] and ensemble["S1"] in apart.values()
    assert evenements(d)[-1] == "scission"
    assert nuit_de(MERCREDI, MAELYS, MAELYS_INVERSEE, LUBIN) | apart == apart | {"S5": personnes(d, MERCREDI)["S5"]}
    [decidee] = lire_revue(d)
    assert (decidee["decision"], decidee["decide_le"]) == ("différentes", "02/01/2018")

    decider(d, "même")
    jeudi = nuit_de(Nuit.de("2018-01-04"))
    assert jeudi["S1"] == jeudi["S2"] == ensemble["S1"]
    assert [v["decision"] for v in registre.DECISIONS.lire(d, cle(d)).to_pylist()] == ["differentes", "meme"]
    assert personnes(d, MARDI) == apart, "la nuit de la séparation se relit séparée"


def test_la_liste_de_revue_se_lit_et_se_garde(d: Dossiers, nuit_de: Any) -> None:
    """Les noms y sont, son seul propriétaire la lit, et un couple à décider y reste de nuit en nuit."""
    nuit_de(LUNDI, MAELYS, LUBIN)
    mettre_en_revue(d, LUNDI, "S1", "S5")
    assert stat.S_IMODE(revue.chemin(d).stat().st_mode) == 0o600
    [ligne] = lire_revue(d)
    assert {ligne["nom_a"], ligne["nom_b"]} == {"Quatrevaux", "Brossolant"}
    assert {ligne["commune_a"], ligne["commune_b"]} == {"Dijon", "Chenôve"}
    nuit_de(MARDI, MAELYS, LUBIN, MAELYS_EPOUSE)
    assert ligne["identite_a"] in {v["identite_a"] for v in lire_revue(d)}


def test_une_decision_illisible_est_dite_et_gardee(d: Dossiers, nuit_de: Any, caplog: pytest.LogCaptureFixture) -> None:
    nuit_de(LUNDI, MAELYS, LUBIN)
    mettre_en_revue(d, LUNDI, "S1", "S5")
    decider(d, "peut-être Quatrevaux")
    nuit_de(MARDI, MAELYS, LUBIN, MAELYS_EPOUSE)
    assert "ligne 2, colonne decision" in caplog.text and "Quatrevaux" not in caplog.text
    assert "peut-être Quatrevaux" in {v["decision"] for v in lire_revue(d)}


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252"])
def test_un_tableur_enregistre_comme_il_veut(d: Dossiers, nuit_de: Any, encodage: str) -> None:
    nuit_de(LUNDI, MAELYS, LUBIN)
    couple = [i for _, i in identites_de(d)]
    revue.chemin(d).write_text(f"identite_a,identite_b,decision\n{couple[0]},{couple[1]},Même\n", encodage)
    vue = nuit_de(MARDI)
    assert vue["S1"] == vue["S5"]


def test_une_liste_abimee_n_est_pas_recrite(d: Dossiers, nuit_de: Any) -> None:
    nuit_de(LUNDI, MAELYS)
    revue.chemin(d).write_text("n'importe quoi\n", "utf-8")
    with pytest.raises(revue.RevueIllisible, match="decision, identite_a et identite_b"):
        rapprocher(d, MARDI)
    assert revue.chemin(d).read_text("utf-8") == "n'importe quoi\n"


# --- La zone restreinte ----------------------------------------------------------------------------------------------


def test_rien_en_clair_hors_de_la_liste_de_revue(d: Dossiers, nuit_de: Any) -> None:
    nuit_de(LUNDI, MAELYS, MAELYS_INVERSEE, LUBIN)
    preparer(d, LUNDI, "essai")
    for fichier in d.racine.rglob("*"):
        if fichier.is_file() and not fichier.is_relative_to(d.depots) and fichier != revue.chemin(d):
            octets = fichier.read_bytes().lower()
            assert b"quatrevaux" not in octets and b"brossolant" not in octets, fichier


def test_sans_cle_rien(d: Dossiers, nuit_de: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    nuit_de(LUNDI, MAELYS)
    monkeypatch.setenv("ENTREPOT_DEPLOIEMENT", "configure")
    for action in (lambda: rapprocher(d, MARDI), lambda: preparer(d, MARDI, "essai")):
        with pytest.raises(CleAbsente):
            action()


def test_oublier_retire_une_identite_des_journaux_et_de_la_liste(d: Dossiers, nuit_de: Any) -> None:
    nuit_de(LUNDI, MAELYS, LUBIN)
    mettre_en_revue(d, LUNDI, "S1", "S5")
    oubliee = dict(identites_de(d))["S1"]
    avant = empreintes.personnes(d, LUNDI)
    assert registre.oublier(d, cle(d), {oubliee}) == 2
    assert revue.oublier(d, {oubliee}) == 1
    assert oubliee not in registre.lire(d, cle(d))["identite_id"].to_pylist()
    assert empreintes.personnes(d, LUNDI) != avant
    assert not Path(revue.chemin(d)).exists()
