"""Le verdict donné à qui vérifie son fichier avant de l'envoyer."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from include.configuration import RACINE
from include.extraction.verifier import main

HEURES = "N° contrat;Mois;Heures réalisées;Date de saisie\n"
CANARI = "ZZCANARI"


@pytest.fixture(autouse=True)
def temporaires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Dossier temporaire de l'essai, pour voir ce qui y reste."""
    dossier = tmp_path / "tmp"
    dossier.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(dossier))
    return dossier


def deposer(tmp_path: Path, nom: str, texte: str) -> str:
    (tmp_path / nom).write_text(texte, encoding="cp1252")
    return str(tmp_path / nom)


def test_un_bon_fichier_est_accepte(tmp_path: Path, capsys: pytest.CaptureFixture[str], temporaires: Path) -> None:
    fichier = deposer(tmp_path, "abc_clauses_heures_201701.csv", HEURES + "C1;01/2017;10,5;\n\nTOTAL;;10,5;\n")
    assert main([fichier]) == 0
    verdict = capsys.readouterr().out
    assert "abc_clauses_heures_201701.csv : ACCEPTÉ\n" in verdict
    assert "3 lues = 1 chargées + 0 rejetées + 1 vides + 1 TOTAL + 0 doublons exacts" in verdict
    assert "cp1252, point-virgule" in verdict and "comme les lignes lues" in verdict
    assert list(temporaires.iterdir()) == [] and [p.name for p in tmp_path.iterdir() if p.is_file()] == [
        "abc_clauses_heures_201701.csv"
    ]


def test_les_rejets_sont_montres_un_a_un(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lignes = "C0;01/2017;1;zz\n" + "".join(f"C{i};01/2017;x{i};\n" for i in range(1, 31))
    assert main([deposer(tmp_path, "abc_clauses_heures_201701.csv", HEURES + lignes), "--montrer", "5"]) == 1
    verdict = capsys.readouterr().out
    assert "ACCEPTÉ AVEC 30 LIGNE(S) REJETÉE(S)" in verdict
    assert "ligne 3, Heures réalisées [x1] : nombre attendu (par exemple 5 217,15) : texte trouvé" in verdict
    assert "[x5]" in verdict and "[x6]" not in verdict and "et 25 autre(s)" in verdict
    assert "ligne 2, Date de saisie : date attendue (JJ/MM/AAAA) : texte trouvé ; cellule vidée" in verdict


@pytest.mark.parametrize(
    ("nom", "texte", "raison"),
    [
        ("abc_clauses_heures_201701.csv", "Mois;Date de saisie\n", "« N° contrat », « Heures réalisées »"),
        ("projets.csv", "Code;Projet;Axe principal\nP1;Un;gpect\n", "projets_AAAA.csv"),
        ("photo.csv", "rien;de;connu\n", "ni son nom ni ses en-têtes"),
        ("abc_clauses_heures_201701.xlsx", "<html><table>", "HTML"),
    ],
)
def test_un_fichier_inutilisable_est_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nom: str, texte: str, raison: str
) -> None:
    assert main([deposer(tmp_path, nom, texte)]) == 2
    verdict = capsys.readouterr().out
    assert "REFUSÉ" in verdict and raison in verdict


def test_un_fichier_absent_ou_une_nuit_mal_ecrite_sont_dits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "rien.csv")]) == 2
    assert main([deposer(tmp_path, "abc_clauses_heures_201701.csv", HEURES), "--nuit", "hier"]) == 2
    sortie = capsys.readouterr().out
    assert "fichier illisible" in sortie and "NUIT='hier'" in sortie


def test_un_nom_inconnu_est_lu_selon_ses_entetes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([deposer(tmp_path, "export.csv", HEURES + "C1;01/2017;1;\n")]) == 0
    assert "abc_clauses_heures_AAAAMM.csv" in capsys.readouterr().out


def test_aucune_valeur_d_une_source_nominative_n_est_montree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Une ligne décalée met un nom sous « Sexe »."""
    titres = "N° salarié;Nom;Prénom;Sexe;Date de naissance;Niveau de formation\n"
    lignes = f"S1;Un;Anne;{CANARI};{CANARI};V\nS2;Deux;Jean;M;01/02/1980;{CANARI}\n"
    assert main([deposer(tmp_path, "abc_clauses_salaries_20171231.csv", titres + lignes)]) == 1
    verdict = capsys.readouterr().out
    assert CANARI not in verdict and "ligne 2, Sexe : l'une des valeurs attendue (F, M)" in verdict


def test_la_commande_rend_son_code_de_sortie(tmp_path: Path) -> None:
    fichier = deposer(tmp_path, "abc_clauses_heures_201701.csv", HEURES + "C1;01/2017;x;\n")
    rendu = subprocess.run(
        [sys.executable, "-m", "include.extraction.verifier", fichier], cwd=RACINE, capture_output=True, text=True
    )
    assert rendu.returncode == 1 and "[x]" in rendu.stdout and rendu.stderr == ""
