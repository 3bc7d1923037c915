"""Ce qui est pris une nuit, ce qui attend la suivante, ce qui est écarté, et pourquoi."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from include.configuration import Dossiers, Nuit
from include.contrats import nom_normalise
from include.extraction import inventaire
from include.extraction.inventaire import inventorier
from include.extraction.livraisons import INCONNUE, prendre

NUIT = Nuit.de("2018-01-02")
HEURES = "N° contrat;Mois;Heures réalisées;Date de saisie\nC1;01/2017;10,5;02/02/2017\n"
PROJETS = "Code;Projet;Axe principal;Axes secondaires;Statut\nP1;Projet un;gpect;;\n"


def deposer(d: Dossiers, chemin: str, contenu: str = HEURES, *, mtime: float | None = None) -> Path:
    """Dépose un fichier cp1252 et, si elle est donnée, fixe sa date de modification."""
    fichier = d.depots / chemin
    fichier.parent.mkdir(parents=True, exist_ok=True)
    fichier.write_bytes(contenu.encode("cp1252"))
    if mtime is not None:
        os.utime(fichier, (mtime, mtime))
    return fichier


def regarder(d: Dossiers, nuit: Nuit = NUIT) -> dict[str, Any]:
    return inventorier(d, nuit, attente=0)


def prendre_tout(d: Dossiers, nuit: Nuit = NUIT) -> list[dict[str, Any]]:
    """Une nuit d'extraction : inventaire puis prise de chaque source."""
    return [m for s, chemins in regarder(d, nuit)["sources"].items() for m in prendre(d, nuit, s, chemins)]


def test_sans_dossier_de_depots_il_n_y_a_rien(d: Dossiers) -> None:
    assert regarder(d) == {"sources": {}, "en_ecriture": [], "ignores": [], "deja_pris": 0}


def test_les_fichiers_de_tous_les_sous_dossiers_sont_attribues_par_leur_nom(d: Dossiers) -> None:
    deposer(d, "abc_clauses_heures_201701.csv")
    deposer(d, "2017/février/ABC_Clauses_Heures_201702 (1).CSV")
    deposer(d, "2017/abc_clauses_heures_201703_v2.txt")
    deposer(d, "divers/projets_2017 - Copie.csv", PROJETS)
    assert regarder(d)["sources"] == {
        "abc_clauses_heures": [
            "2017/abc_clauses_heures_201703_v2.txt",
            "2017/février/ABC_Clauses_Heures_201702 (1).CSV",
            "abc_clauses_heures_201701.csv",
        ],
        "projets": ["divers/projets_2017 - Copie.csv"],
    }


def test_un_nom_inconnu_se_reconnait_a_ses_entetes(d: Dossiers) -> None:
    """Une date impossible dans le nom est un nom inconnu."""
    deposer(d, "export du jour.csv")
    deposer(d, "abc_clauses_heures_201713.csv")
    deposer(d, "photo.csv", "rien;de;connu\n1;2;3\n")
    assert regarder(d)["sources"] == {
        INCONNUE: ["photo.csv"],
        "abc_clauses_heures": ["abc_clauses_heures_201713.csv", "export du jour.csv"],
    }


def test_des_entetes_qui_conviennent_a_plusieurs_contrats_font_un_inconnu(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from include.contrats import tous

    monkeypatch.setattr("include.extraction.livraisons.contrats_par_entetes", lambda _: list(tous().values())[:2])
    deposer(d, "export.csv")
    assert regarder(d)["sources"] == {INCONNUE: ["export.csv"]}


def test_un_classeur_qui_sert_deux_contrats_est_donne_aux_deux(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    from include.contrats import tous

    deux = [(tous()[s], None, 2017) for s in ("abc_clauses_heures", "projets")]
    monkeypatch.setattr(inventaire, "reconnaitre_nom", lambda _: deux)
    deposer(d, "classeur.xlsx")
    assert regarder(d)["sources"] == {"abc_clauses_heures": ["classeur.xlsx"], "projets": ["classeur.xlsx"]}


def test_les_noms_temporaires_attendent_et_les_fichiers_de_service_sont_ecartes(d: Dossiers) -> None:
    for nom in ("a.csv.part", "a.csv.filepart", "A.CSV.TMP", "a.csv.crdownload"):
        deposer(d, nom)
    for nom in ("~$projets_2017.xlsx", ".projets_2017.csv.Xa3", "Thumbs.db", ".cache/projets_2017.csv"):
        deposer(d, nom)
    (d.depots / "lien_projets_2017.csv").symlink_to("/etc/hostname")
    os.mkfifo(d.depots / "projets_2016.csv")
    resultat = regarder(d)
    assert resultat["sources"] == {}
    assert resultat["en_ecriture"] == ["A.CSV.TMP", "a.csv.crdownload", "a.csv.filepart", "a.csv.part"]
    assert [i.split(" : ")[0] for i in resultat["ignores"]] == [
        ".cache", ".projets_2017.csv.Xa3", "Thumbs.db", "lien_projets_2017.csv", "projets_2016.csv",
        "~$projets_2017.xlsx",
    ]  # fmt: skip
    assert all(i.split(" : ")[1] for i in resultat["ignores"])


def test_un_nom_qui_n_est_pas_en_utf8_est_ecarte_et_dit(d: Dossiers) -> None:
    d.depots.mkdir(parents=True)
    (d.depots / os.fsdecode(b"projets_\xe9_2017.csv")).write_text(PROJETS)
    resultat = regarder(d)
    assert resultat["sources"] == {} and len(resultat["ignores"]) == 1
    resultat["ignores"][0].encode("utf-8")


@pytest.mark.parametrize("changement", ["taille", "date", "disparition"])
def test_un_fichier_qui_change_entre_deux_regards_attend(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, changement: str
) -> None:
    instable = deposer(d, "abc_clauses_heures_201701.csv")
    deposer(d, "abc_clauses_heures_201702.csv")

    def pendant_l_attente(_: float) -> None:
        if changement == "taille":
            instable.write_bytes(instable.read_bytes() + b"C2;01/2017;1;\n")
        elif changement == "date":
            os.utime(instable, (1, 1))
        else:
            instable.unlink()

    monkeypatch.setattr(time, "sleep", pendant_l_attente)
    resultat = inventorier(d, NUIT, attente=2.0)
    assert resultat["sources"] == {"abc_clauses_heures": ["abc_clauses_heures_201702.csv"]}
    assert resultat["en_ecriture"] == ["abc_clauses_heures_201701.csv"]


def test_une_seule_attente_et_aucune_si_rien_n_est_nouveau(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    deposer(d, "abc_clauses_heures_201701.csv")
    deposer(d, "abc_clauses_heures_201702.csv", HEURES.replace("C1", "C2"))
    attentes: list[float] = []
    monkeypatch.setattr(time, "sleep", attentes.append)
    for source, chemins in inventorier(d, NUIT)["sources"].items():
        prendre(d, NUIT, source, chemins)
    assert attentes == [2.0]
    assert inventorier(d, NUIT) == {"sources": {}, "en_ecriture": [], "ignores": [], "deja_pris": 2}
    assert attentes == [2.0]


def test_des_octets_changes_a_taille_et_date_egales_se_voient(d: Dossiers) -> None:
    deposer(d, "abc_clauses_heures_201701.csv", mtime=1e9)
    prendre_tout(d)
    deposer(d, "abc_clauses_heures_201701.csv", HEURES.replace("10,5", "11,5"), mtime=1e9)
    assert regarder(d)["sources"] == {"abc_clauses_heures": ["abc_clauses_heures_201701.csv"]}


def test_un_fichier_inconnu_refuse_n_est_retente_que_si_un_contrat_change(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    deposer(d, "photo.csv", "rien;de;connu\n1;2;3\n")
    (refus,) = prendre_tout(d)
    assert refus["statut"] == "refusee" and refus["source"] == INCONNUE
    (d.depots / "photo.csv").touch()
    assert regarder(d)["deja_pris"] == 1
    monkeypatch.setattr(inventaire, "empreinte_contrat", lambda _: "nouvelle")
    assert regarder(d)["sources"] == {INCONNUE: ["photo.csv"]}


def test_un_fichier_reconnu_par_ses_entetes_n_est_pris_qu_une_fois(d: Dossiers) -> None:
    deposer(d, "export.csv")
    (prise,) = prendre_tout(d)
    assert prise["source"] == "abc_clauses_heures" and prise["date_fichier"] is None
    assert regarder(d)["deja_pris"] == 1


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("ABC_Heures_201701.CSV", "abc_heures_201701"),
        ("abc_heures_201701 (1).csv", "abc_heures_201701"),
        ("abc_heures_201701_v2.csv", "abc_heures_201701"),
        ("abc_heures_201701-V12.xlsx", "abc_heures_201701"),
        ("abc_heures_201701 - Copie.csv", "abc_heures_201701"),
        ("abc_heures_201701 - Copie (2).csv", "abc_heures_201701"),
        ("abc_heures_201701_v2 (1).csv", "abc_heures_201701"),
        ("abc_heures_201702.csv", "abc_heures_201702"),
    ],
)
def test_nom_normalise(nom: str, attendu: str) -> None:
    assert nom_normalise(nom) == attendu
