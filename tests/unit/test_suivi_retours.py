"""Les fichiers de retour : la place et la raison de chaque rejet pour tous, sa valeur dans prive/ seulement."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fouille import Fouille, mot
from poche_droits import NUIT, SIENS, batir, classeur, deposer, ou_est, prendre_tout

from include.confidentialite import cle, exclusif
from include.configuration import Dossiers
from include.contrats import tous
from include.droits import effacement
from include.droits.personne import Demande, chercher
from include.extraction.attendu import CLE_EN_DOUBLE, EN_TROP, TOUTE_LA_LIGNE, VIDE, a_faire, attendu, court
from include.extraction.verifier import main as verifier
from include.suivi import rendre_compte
from include.suivi.retours import copies, dossier, nom_de_fichier

CANARI = mot(b"retours-prives").upper()
SERVICE = "service_clauses_d_insertion.xlsx"
HEURES = "N° contrat;Mois;Heures réalisées;Date de saisie\r\n"
SALARIES = (
    "N° salarié;Nom;Prénom;Sexe;Date de naissance;Niveau de formation\r\n"
    f"S1;Un;Anne;{CANARI};01/02/1980;V\r\nS2;Deux;Jean;M;01/02/1981;{CANARI}\r\n"
)


def compte(d: Dossiers) -> dict[str, Any]:
    jour = {"nuit": str(NUIT.nuit), "arrete": str(NUIT.arrete_au)}
    return rendre_compte(d, NUIT, {"nuit": jour, "publication": {"publiee": False, "motif": "rien de neuf"}})


def lire(fichier: Path) -> dict[str, list[tuple[Any, ...]]]:
    classeur = openpyxl.load_workbook(fichier)
    return {f.title: list(f.iter_rows(values_only=True)) for f in classeur}


def cellules(fichier: Path, feuille: str = "À corriger") -> list[dict[str, Any]]:
    titres, *lignes = lire(fichier)[feuille]
    return [dict(zip(titres, ligne, strict=True)) for ligne in lignes]


# --- Ce qui va au partenaire -----------------------------------------------------------------------------------------


def test_chaque_cellule_dit_ou_pourquoi_ce_qui_est_attendu_et_que_faire(d: Dossiers) -> None:
    deposer(d, "abc_clauses_heures_203012.csv", HEURES + "C1;12/2030;1;\r\nC2;12/2030;dix;\r\nC3;12/2030;;hier\r\n")
    prendre_tout(d)
    [retour] = compte(d)["retours"]
    assert retour == {"partenaire": "Service clauses d'insertion", "fichier": str(dossier(d) / SERVICE), "lignes": 2}
    premiere, seconde = cellules(Path(retour["fichier"]))
    assert premiere == {
        "Fichier": "abc_clauses_heures_203012.csv", "Reçu le": dt.datetime(2031, 1, 2), "Ligne": 3,
        "Colonne": "Heures réalisées", "Ce qui ne va pas": "nombre attendu (par exemple 5 217,15) : texte trouvé",
        "Ce qui est attendu": "un nombre, par exemple 5 217,15", "À faire": "Corriger la cellule.", "Fait": None,
    }  # fmt: skip
    assert (seconde["Ligne"], seconde["Ce qui ne va pas"], seconde["À faire"]) == (4, VIDE, "Remplir la cellule.")
    # La cellule d'une ligne rejetée n'est pas vidée : seules celles des lignes chargées le sont.
    assert "Cellules vidées ou réparées" not in lire(Path(retour["fichier"]))


def test_les_cellules_videes_et_les_fichiers_refuses_ont_leur_feuille(d: Dossiers) -> None:
    deposer(d, "abc_clauses_heures_203011.csv", "Mois\r\n12/2030\r\n")
    deposer(d, "abc_clauses_heures_203012.csv", HEURES + "C1;12/2030;1;hier\r\n")
    prendre_tout(d)
    compte(d)
    feuilles = lire(dossier(d) / SERVICE)
    assert list(feuilles) == ["Lisez-moi", "Fichiers refusés", "Cellules vidées ou réparées"]
    [refus] = cellules(dossier(d) / SERVICE, "Fichiers refusés")
    assert refus["Fichier"] == "abc_clauses_heures_203011.csv" and "N° contrat" in str(list(refus.values()))
    [videe] = cellules(dossier(d) / SERVICE, "Cellules vidées ou réparées")
    assert (videe["Ligne"], videe["Ce qui est attendu"]) == (2, "une date, par exemple 31/12/2017")
    textes = str(feuilles["Lisez-moi"])
    assert "Enregistrer sous le même nom et renvoyer le fichier entier" in textes and "CONFIDENTIEL" not in textes


def test_la_colonne_se_nomme_comme_dans_le_fichier(d: Dossiers) -> None:
    """Sans accent ou en capitales : le partenaire ne connaît que son titre, pas celui du contrat."""
    deposer(d, "abc_clauses_heures_203012.csv", "N°  CONTRAT;mois;HEURES REALISEES;\r\nC1;12/2030;dix;\r\n")
    prendre_tout(d)
    compte(d)
    [rejet] = cellules(dossier(d) / SERVICE)
    assert rejet["Colonne"] == "HEURES REALISEES" and rejet["Ce qui est attendu"].startswith("un nombre")


def test_la_feuille_du_classeur_est_dite(d: Dossiers) -> None:
    """Par son rang : la source nomme des personnes, et le nom d'une feuille le pourrait aussi."""
    entete = ["Identifiant", "Nom", "Prénom", "Date de naissance", "Code postal", "ROME 1"]
    ligne = ["PE1", "Un", "Anne", "", "21600", ""]
    deposer(d, "pole_emploi_longvic_20301101.xlsx", classeur(entete, [ligne]))
    prendre_tout(d)
    compte(d)
    [rejet] = cellules(dossier(d) / "projet_metallurgie_longvic.xlsx")
    assert (rejet["Feuille"], rejet["Ligne"], rejet["Colonne"]) == ("feuille 1", 2, "ROME 1")


def test_ni_nom_de_fichier_ni_valeur_n_est_une_formule(d: Dossiers) -> None:
    """Un nom de fichier et une valeur qui commencent comme une formule restent des textes, dans les deux classeurs."""
    deposer(d, "=2+5.csv", HEURES + "C1;12/2030;=1+1;\r\nC2;12/2030;-cmd;\r\n")
    prendre_tout(d)
    compte(d)
    for fichier in (dossier(d) / SERVICE, copies(d) / SERVICE):
        feuille = openpyxl.load_workbook(fichier)["À corriger"]
        dangereuses = [c for rang in feuille for c in rang if str(c.value).startswith(("=", "-", "+", "@"))]
        assert {c.value for c in dangereuses} >= {"=2+5.csv"}
        assert all(c.data_type == "s" and c.quotePrefix for c in dangereuses)
        with zipfile.ZipFile(fichier) as archive:
            feuilles = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/")]
        assert not any("<f>" in f for f in feuilles)
    assert [c["Valeur reçue"] for c in cellules(copies(d) / SERVICE)] == ["=1+1", "-cmd"]


def test_rien_a_corriger_plus_de_fichier(d: Dossiers) -> None:
    deposer(d, "abc_clauses_heures_203012.csv", HEURES + "C1;12/2030;dix;\r\n")
    prendre_tout(d)
    compte(d)
    assert (dossier(d) / SERVICE).exists() and (copies(d) / SERVICE).exists()
    (dossier(d) / ".reste.xlsx.tmp").write_text("un arrêt brutal")
    deposer(d, "abc_clauses_heures_203012.csv", HEURES + "C1;12/2030;10;\r\n")
    prendre_tout(d)
    assert compte(d)["retours"] == []
    assert list(dossier(d).iterdir()) == list(copies(d).iterdir()) == []


def test_chaque_partenaire_a_son_nom_de_fichier() -> None:
    noms = {c.proprietaire for c in tous().values()}
    assert len({nom_de_fichier(n) for n in noms}) == len(noms) > 5
    assert nom_de_fichier("EMFOR Bourgogne-Franche-Comté") == "emfor_bourgogne_franche_comte.xlsx"


# --- Les valeurs -----------------------------------------------------------------------------------------------------


def test_les_valeurs_ne_sont_que_dans_prive(d: Dossiers) -> None:
    deposer(d, "abc_clauses_salaries_20301231.csv", SALARIES)
    prendre_tout(d)
    rendu = compte(d)
    assert rendu["copies"] == ""
    fouille = Fouille({"rejet": CANARI.lower()})
    assert fouille.dossier(d.racine).keys() == set()
    assert fouille.fichier(copies(d) / SERVICE) == {"rejet"}
    [rejet] = cellules(copies(d) / SERVICE)
    assert (rejet["Colonne"], rejet["Valeur reçue"], rejet["Ce qui est attendu"]) == ("Sexe", CANARI, "l'une de : F, M")
    assert "CONFIDENTIEL" in str(lire(copies(d) / SERVICE)["Lisez-moi"])
    assert copies(d).stat().st_mode & 0o777 == 0o700 and (copies(d) / SERVICE).stat().st_mode & 0o777 == 0o600


def test_sans_la_cle_aucune_copie_et_cela_se_dit(d: Dossiers) -> None:
    deposer(d, "abc_clauses_salaries_20301231.csv", SALARIES)
    prendre_tout(d)
    compte(d)
    (d.prive / "cle").unlink()
    rendu = compte(d)
    assert "prive/cle a disparu" in rendu["copies"] and not copies(d).exists()
    assert (dossier(d) / SERVICE).exists()
    texte = Path(rendu["page"]).read_text(encoding="utf-8")
    assert "Aucune copie des retours avec les valeurs" in texte and "prive/cle a disparu" in texte
    assert not (d.prive / "cle").exists(), "aucune clé n'est refaite"


def test_pendant_une_operation_inachevee_la_page_parait_sans_copie(d: Dossiers) -> None:
    deposer(d, "abc_clauses_salaries_20301231.csv", SALARIES)
    prendre_tout(d)
    (d.prive / "operations").mkdir()
    (d.prive / "operations" / "x.enc").write_bytes(b"")
    rendu = compte(d)
    assert "make retention REPRISE=1" in rendu["copies"] and not copies(d).exists()
    assert Path(rendu["page"]).exists() and (dossier(d) / SERVICE).exists()


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Dossiers:
    """L'entrepôt de poche où Maëlys est nommée, et son compte rendu."""
    modele = Dossiers(tmp_path_factory.mktemp("retours") / "data")
    batir(modele)
    compte(modele)
    return modele


def test_effacer_une_personne_efface_les_copies_et_la_nuit_suivante_ne_la_ramene_pas(
    modele: Dossiers, tmp_path: Path
) -> None:
    shutil.copytree(modele.racine, tmp_path / "data", symlinks=True)
    d = Dossiers(tmp_path / "data")
    assert f"prive/retours/{SERVICE}" in ou_est(d, *SIENS)
    [trouvee] = chercher(d, cle(d), Demande("Zéphyrin", "Maëlys", None))
    with exclusif(d):
        effacement.effacer(d, cle(d), trouvee.identites)
    assert not copies(d).exists() and ou_est(d, *SIENS) == set()
    compte(d)
    # Ses lignes restent à corriger, sans leurs valeurs.
    assert any(c["Colonne"] == "Sexe" and not c["Valeur reçue"] for c in cellules(copies(d) / SERVICE))
    assert ou_est(d, *SIENS) == set()


# --- Les mots --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "entete", "motif", "dit"),
    [
        ("abc_clauses_heures", "Mois", VIDE, "un mois, par exemple 12/2017"),
        ("abc_clauses_contrats", "SIRET employeur", VIDE, "un SIRET de 14 chiffres ou, à défaut, un SIREN de 9"),
        ("abc_clauses_contrats", "Embauche", VIDE, "Oui ou Non"),
        ("abc_clauses_contrats", "Employeur", VIDE, "un texte"),
        ("abc_clauses_contrats", "Modalité", VIDE, "l'une de : Embauche directe, Mise à disposition, Sous-traitance"),
        ("projets", "Axes secondaires", VIDE, "une ou plusieurs, séparées par « | », de : "),
        ("pole_emploi_longvic", "Code postal", VIDE, "un texte ; un code y a 5 chiffres, zéros de tête compris"),
        ("abc_clauses_heures", "N° contrat, Mois", CLE_EN_DOUBLE, "une seule ligne pour chaque N° contrat, Mois"),
        ("abc_clauses_heures", TOUTE_LA_LIGNE, EN_TROP, "autant de cellules que d'en-têtes"),
    ],
)
def test_ce_qui_est_attendu_se_dit_dans_les_mots_du_partenaire(source: str, entete: str, motif: str, dit: str) -> None:
    assert attendu(tous()[source], entete, motif, dt.date(2017, 1, 1)).startswith(dit)


def test_les_quartiers_sont_ceux_du_jour_de_la_livraison() -> None:
    contrat = tous()["abc_clauses_salaries"]
    anciens, nouveaux = (attendu(contrat, "QPV", VIDE, dt.date(annee, 6, 1)) for annee in (2017, 2025))
    assert "Quetigny-centre" in nouveaux and "Quetigny-centre" not in anciens and "Les Grésilles" in anciens


def test_un_motif_court_ne_repete_pas_la_liste() -> None:
    contrat = tous()["abc_clauses_contrats"]
    modalites = ", ".join(contrat.colonne("modalite").modalites)
    motif = f"l'une des valeurs attendue ({modalites}) : autre chose trouvée ; cellule vidée"
    assert court(contrat, "Modalité", motif) == "valeur hors de la liste ; cellule vidée"
    assert court(contrat, "Modalité", VIDE) == VIDE and a_faire(motif) == "Corriger la cellule."


def test_verifier_un_fichier_dit_la_meme_attente(d: Dossiers, capsys: pytest.CaptureFixture[str]) -> None:
    """Une fois par colonne, et seulement si le motif ne la dit pas déjà."""
    fichier = deposer(d, "abc_clauses_heures_203012.csv", HEURES + "C1;;1;\r\nC2;;2;\r\nC3;12/2030;dix;\r\n")
    assert verifier([str(fichier), "--nuit", "2031-01-02"]) == 1
    sortie = capsys.readouterr().out
    assert sortie.count("  attendu, Mois : un mois, par exemple 12/2017. Remplir la cellule.") == 1
    assert "attendu, Heures réalisées" not in sortie


def test_un_classeur_n_ecrit_aucun_temporaire(d: Dossiers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Il peut nommer des personnes : rien de lui ne passe par le dossier temporaire de la machine."""
    deposer(d, "abc_clauses_salaries_20301231.csv", SALARIES)
    prendre_tout(d)
    monkeypatch.setattr("tempfile.mkstemp", lambda *a, **k: pytest.fail("un fichier temporaire est écrit"))
    compte(d)
    assert zipfile.is_zipfile(io.BytesIO((copies(d) / SERVICE).read_bytes()))
