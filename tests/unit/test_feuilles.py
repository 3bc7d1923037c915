"""Classeurs de plusieurs feuilles, cellules fusionnées, codes sans leurs zéros, identifiants de personnes."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from include.confidentialite import Cle
from include.configuration import Nuit
from include.contrats import tous
from include.extraction.lecture import FichierRefuse, Lecture, lire

CLE = Cle(base64.b64decode("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
NUIT = Nuit(dt.date(2030, 12, 31), dt.date(2030, 12, 30))
EVENEMENT = ["N°", "Code projet", "Type", "Intitulé", "Date", "Participants", "Statut"]
FICHE = ["N° axe", "Axe", "Fiche", "Intitulé", "Statut"]
OFFRE = ["N°", "Secteur", "Entreprise", "Métier", "Recueillie le", "Q", "ZG", "NQ", "Postes pourvus"]
DEMANDEUR = ["Identifiant", "Nom", "Prénom", "Code postal", "ROME 1"]


def _classeur(chemin: Path, feuilles: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(chemin) as classeur:
        for nom, lignes in feuilles.items():
            feuille = classeur.add_worksheet(nom)
            for i, ligne in enumerate(lignes):
                feuille.write_row(i, 0, ligne)
    return chemin


def _lire(chemin: Path, source: str) -> tuple[Lecture, list[dict[str, Any]], list[dict[str, Any]]]:
    """Lecture, lignes de bronze et lignes rejetées."""
    lecture = lire(
        chemin,
        tous()[source],
        date_fichier=NUIT.nuit,
        annee_fichier=2030,
        nuit=NUIT,
        livraison="l1",
        cle=CLE,
        sortie=chemin.parent,
    )
    lignes, rejets = (pq.read_table(chemin.parent / f"{n}.parquet").to_pylist() for n in ("lignes", "rejets"))
    return lecture, lignes, rejets


def _evenement(numero: str, date: str) -> list[Any]:
    return [numero, "222", "Atelier", "Atelier", date, 3, "Réalisé"]


def _controle(lecture: Lecture, nom: str) -> list[str]:
    return [c["message"] for c in lecture.controles if c["controle"] == nom]


# --- Une feuille par mois --------------------------------------------------------------------------------------------


def test_les_mois_se_lisent_ensemble_un_mois_vide_ou_absent_n_est_rien(tmp_path: Path) -> None:
    chemin = _classeur(tmp_path / "evenements_2030.xlsx", {
        "janvier": [EVENEMENT, _evenement("1", "15/01/2030")],
        "FEVRIER ": [EVENEMENT],
        "mars": [],
        "Décembre": [["titre"], EVENEMENT, _evenement("2", "03/12/2030"), _evenement("3", "32/12/2030")],
        "Notice": [["À lire"]],
    })  # fmt: skip
    lecture, lignes, rejets = _lire(chemin, "evenements")
    assert [(e["id_evenement"], e["_feuille"], e["_ligne"]) for e in lignes] == [
        ("1", "janvier", 2),
        ("2", "Décembre", 3),
    ]
    assert [(r["feuille"], r["ligne"]) for r in rejets] == [("Décembre", 4)]
    assert (lecture.lignes_lues, lecture.chargees, lecture.rejetees) == (3, 2, 1)
    assert lecture.feuilles == ["janvier", "FEVRIER ", "Décembre"]
    assert _controle(lecture, "feuilles_ignorees") == ["feuilles que le contrat n'attend pas, ignorées : « Notice »"]


def test_les_colonnes_se_retrouvent_dans_un_autre_ordre_d_un_mois_a_l_autre(tmp_path: Path) -> None:
    inverse = [list(reversed(ligne)) for ligne in (EVENEMENT, _evenement("2", "03/02/2030"))]
    feuilles = {"janvier": [EVENEMENT, _evenement("1", "15/01/2030")], "février": inverse}
    _, lignes, _ = _lire(_classeur(tmp_path / "evenements_2030.xlsx", feuilles), "evenements")
    assert [(e["id_evenement"], e["nb_participants"], e["date_evenement"].month) for e in lignes] == [
        ("1", 3, 1),
        ("2", 3, 2),
    ]


def test_une_cle_se_repete_d_un_mois_a_l_autre(tmp_path: Path) -> None:
    feuilles = {m: [EVENEMENT, _evenement("1", f"15/0{i}/2030")] for i, m in enumerate(("janvier", "février"), 1)}
    lecture, lignes, rejets = _lire(_classeur(tmp_path / "evenements_2030.xlsx", feuilles), "evenements")
    assert (lignes, lecture.rejetees) == ([], 2)
    assert [(r["feuille"], r["ligne"]) for r in rejets] == [("janvier", 2), ("février", 2)]


def test_un_mois_sans_colonne_requise_refuse_le_classeur_et_dit_lequel(tmp_path: Path) -> None:
    feuilles = {"janvier": [EVENEMENT, _evenement("1", "15/01/2030")], "mai": [EVENEMENT[:-1], ["2"]]}
    with pytest.raises(FichierRefuse, match="« Statut ».*feuille « mai »"):
        _lire(_classeur(tmp_path / "evenements_2030.xlsx", feuilles), "evenements")


def test_un_classeur_sans_aucun_mois_est_refuse(tmp_path: Path) -> None:
    with pytest.raises(FichierRefuse, match="janvier à décembre"):
        _lire(
            _classeur(tmp_path / "evenements_2030.xlsx", {"Feuil1": [EVENEMENT, _evenement("1", "15/01/2030")]}),
            "evenements",
        )


# --- Une feuille par projet ------------------------------------------------------------------------------------------


def test_le_nom_de_la_feuille_est_le_code_du_projet(tmp_path: Path) -> None:
    chemin = _classeur(tmp_path / "plan_actions_20301231.xlsx", {
        "216-Sante": [FICHE, [1, "Emploi", "1.1", "Salon", "Réalisé"]],
        "222": [FICHE, [1, "Accueil", "1.1", "Guide", "En cours"]],
        "Vide": [],
        "Légende": [["En cours : commencé"]],
    })  # fmt: skip
    lecture, lignes, _ = _lire(chemin, "plan_actions")
    assert [(f["code_projet"], f["fiche"], f["_feuille"]) for f in lignes] == [
        ("216-SANTE", "1.1", "216-Sante"),
        ("222", "1.1", "222"),
    ]
    assert _controle(lecture, "feuilles_ignorees") == ["feuilles que le contrat n'attend pas, ignorées : « Légende »"]


def test_une_feuille_de_projet_incomplete_refuse_le_classeur(tmp_path: Path) -> None:
    feuilles = {
        "216": [FICHE, [1, "Emploi", "1.1", "Salon", "Réalisé"]],
        "222": [FICHE[:-1], [1, "Accueil", "1.1", "Guide"]],
    }
    with pytest.raises(FichierRefuse, match="« Statut ».*feuille « 222 »"):
        _lire(_classeur(tmp_path / "plan_actions_20301231.xlsx", feuilles), "plan_actions")


def test_un_fichier_texte_ne_dit_pas_le_projet(tmp_path: Path) -> None:
    (tmp_path / "plan_actions_20301231.csv").write_text(
        ";".join(FICHE) + "\n1;Emploi;1.1;Salon;Réalisé\n", encoding="utf-8"
    )
    with pytest.raises(FichierRefuse, match="une feuille par code_projet"):
        _lire(tmp_path / "plan_actions_20301231.csv", "plan_actions")


# --- Un classeur, deux contrats --------------------------------------------------------------------------------------


def test_la_feuille_d_un_autre_contrat_du_classeur_n_est_pas_signalee(tmp_path: Path) -> None:
    feuilles = {
        "Candidatures": [["autre chose"]],
        "Suivi": [["N° candidat", "Date d'entrée"], ["C1", "15/01/2030"]],
        "Brouillon": [["x"]],
    }
    lecture, lignes, _ = _lire(_classeur(tmp_path / "100chances_2030.xlsx", feuilles), "cent_chances_suivi")
    assert [(s["id_candidat"], s["_feuille"]) for s in lignes] == [("C1", "Suivi")]
    # Le classeur nomme des personnes, et un onglet en porte parfois le nom : d'une feuille inattendue, on dit le rang.
    assert _controle(lecture, "feuilles_ignorees") == ["feuilles que le contrat n'attend pas, ignorées : « feuille 3 »"]


def test_l_onglet_lu_d_une_source_nominative_se_montre_par_son_rang(tmp_path: Path) -> None:
    titres = ["N° fiche", "Date d'orientation", "Prescripteur", "Nom", "Prénom"]
    feuilles = {"ZZCANARI": [["x"]], "Suivi ZZCANARI": [titres, ["F1", "15/01/2030", "PLIE", "Un", "Anne"]]}
    chemin = _classeur(tmp_path / "prescriptions_clauses_203001.xlsx", feuilles)
    lecture, lignes, _ = _lire(chemin, "prescriptions")
    assert [(x["id_prescription"], x["_feuille"]) for x in lignes] == [("F1", "feuille 2")]
    assert lecture.feuilles == ["feuille 2"]
    assert _controle(lecture, "feuilles_ignorees") == ["feuilles que le contrat n'attend pas, ignorées : « feuille 1 »"]


# --- Cellules fusionnées et lignes TOTAL -----------------------------------------------------------------------------


def _offre(numero: str, secteur: str, q: int) -> list[Any]:
    return [numero, secteur, "Ets Dupré", "Couvreur", "15/01/2030", q, 0, 0, 0]


def test_une_cellule_fusionnee_vaut_pour_son_groupe_jusqu_a_la_ligne_total(tmp_path: Path) -> None:
    chemin = _classeur(tmp_path / "rce_offres_20301231.xlsx", {"Offres": [
        OFFRE,
        _offre("1", "Bâtiment", 1),
        _offre("2", "", 2),
        [],
        _offre("3", "", 4),
        ["", "TOTAL Bâtiment", "", "", "", 7],
        _offre("4", "", 8),
        _offre("5", "Industrie", 16),
        ["TOTAL", "", "", "", "", 16],
        ["TOTAL général", "", "", "", "", 23],
    ]})  # fmt: skip
    lecture, lignes, rejets = _lire(chemin, "rce_offres")
    assert [(o["num_offre"], o["secteur"]) for o in lignes] == [
        ("1", "Bâtiment"),
        ("2", "Bâtiment"),
        ("3", "Bâtiment"),
        ("5", "Industrie"),
    ]
    # Sans secteur au-dessus d'elle, la ligne d'après un TOTAL est rejetée : elle n'est pas du bâtiment.
    assert [(r["ligne"], r["colonne"]) for r in rejets] == [(7, "Secteur")]
    assert (lecture.laissees_total, lecture.laissees_vides) == (3, 1)
    assert {c["verdict"] for c in lecture.controles if c["controle"] == "total"} == {"conforme"}


def test_un_total_de_groupe_faux_est_signale_et_ne_refuse_rien(tmp_path: Path) -> None:
    lignes = [
        OFFRE,
        _offre("1", "Bâtiment", 1),
        ["TOTAL", "", "", "", "", 2],
        _offre("2", "Industrie", 4),
        ["TOTAL", "", "", "", "", 4],
        ["TOTAL", "", "", "", "", 5],
    ]
    lecture, chargees, _ = _lire(_classeur(tmp_path / "rce_offres_20301231.xlsx", {"Offres": lignes}), "rce_offres")
    assert len(chargees) == 2
    assert [c["verdict"] for c in lecture.controles if c["controle"] == "total"] == [
        "non_conforme",
        "conforme",
        "conforme",
    ]


# --- Codes et identifiants -------------------------------------------------------------------------------------------


def test_un_code_retrouve_ses_zeros_et_l_identifiant_n_entre_pas_en_bronze(tmp_path: Path) -> None:
    chemin = _classeur(tmp_path / "pole_emploi_longvic_20301231.xlsx", {"Feuil1": [
        DEMANDEUR,
        [1234567, "CANARI", "Zoé", 1600, "h2903"],
        ["1234567a", "CANARI", "Zoé", "21600", "H2903"],
    ]})  # fmt: skip
    lecture, lignes, rejets = _lire(chemin, "pole_emploi_longvic")
    assert [(d["code_postal"], d["rome_1"]) for d in lignes] == [("01600", "H2903"), ("21600", "H2903")]
    assert all(len(d["identifiant_id"]) == 32 for d in lignes) and len({d["identifiant_id"] for d in lignes}) == 2
    assert len({d["personne_id"] for d in lignes}) == 1 and rejets == []
    [anomalie] = pq.read_table(tmp_path / "anomalies.parquet").to_pylist()
    assert (anomalie["colonne"], anomalie["motif"]) == ("Code postal", "zéros de tête perdus : code complété")
    for fichier in tmp_path.glob("*.parquet"):
        texte = str(pq.read_table(fichier).to_pylist())
        assert not any(v in texte for v in ("1234567", "CANARI"))
    assert lecture.identites is not None and lecture.identites.column("identifiant").to_pylist() == [
        "1234567",
        "1234567A",
    ]


def test_un_identifiant_en_double_se_voit_sans_casse(tmp_path: Path) -> None:
    lignes = [DEMANDEUR, ["1234567a", "A", "Zoé", "21600", "H2903"], ["1234567A ", "A", "Zoé", "21600", "H1101"]]
    lecture, chargees, rejets = _lire(
        _classeur(tmp_path / "pole_emploi_longvic_20301231.xlsx", {"F": lignes}), "pole_emploi_longvic"
    )
    assert (chargees, lecture.rejetees, {r["motif"] for r in rejets}) == ([], 2, {"clé en double, valeurs différentes"})


@pytest.mark.parametrize("departement", [21, 21.0, "21", " 21 "])
def test_un_departement_saisi_en_nombre_est_ses_chiffres(tmp_path: Path, departement: Any) -> None:
    titres = ["N° entretien", "Démarche", "Code projet", "Entreprise", "Département", "Date", "Statut"]
    chemin = _classeur(
        tmp_path / "gpect_entretiens_20301231.xlsx",
        {"F": [titres, ["1", "Santé", 216, "A", departement, "15/01/2030", "Réalisé"]]},
    )
    _, lignes, _ = _lire(chemin, "gpect_entretiens")
    assert [(e["departement"], e["code_projet"]) for e in lignes] == [("21", "216")]
