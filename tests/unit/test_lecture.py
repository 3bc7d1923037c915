"""Ce qu'un fichier donne : ses lignes chargées, rejetées ou laissées de côté, et ce qui le fait refuser tout entier."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import tempfile
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.confidentialite import Cle
from include.configuration import Nuit
from include.contrats import Alias, Contrat, tous
from include.extraction.entetes import contrats_par_entetes
from include.extraction.lecture import CLE_EN_DOUBLE, DEPLACEE, EN_TROP, FichierRefuse, Lecture, lire

NUIT = Nuit.de("2018-01-02")
CLE = Cle(b"c" * 32)
HEURES = "N° contrat;Mois;Heures réalisées;Date de saisie\n"
TITRES_HEURES = HEURES.strip().split(";")
SALARIES = (
    "N° salarié;Nom;Nom de naissance;Prénom;Sexe;Date de naissance;Code commune;QPV;Niveau de formation;Prescripteur;"
    "Critères d'éligibilité;Accompagnement;Téléphone;Courriel\n"
)
CANARI = "ZZCANARI"


@dataclasses.dataclass
class Lu:
    """Une lecture et ce qu'elle a écrit."""

    lecture: Lecture
    lignes: list[dict[str, Any]]
    rejets: list[tuple[int, str, str]]
    anomalies: list[tuple[int, str, str]]

    @property
    def bilan(self) -> tuple[int, ...]:
        """Lues, chargées, rejetées, vides, TOTAL, doublons."""
        le = self.lecture
        return (le.lignes_lues, le.chargees, le.rejetees, le.laissees_vides, le.laissees_total, le.laissees_doublons)

    def controle(self, nom: str) -> dict[str, str] | None:
        """Le contrôle de ce nom ; échoue s'il y en a plusieurs."""
        trouves = [c for c in self.lecture.controles if c["controle"] == nom]
        assert len(trouves) <= 1
        return trouves[0] if trouves else None


def lire_octets(
    octets: bytes,
    source: str | Contrat = "abc_clauses_heures",
    *,
    nom: str = "fichier.csv",
    date: dt.date | None = None,
    nuit: Nuit = NUIT,
) -> Lu:
    """Lit des octets, vérifie la conservation des lignes et ce qui est écrit."""
    contrat = source if isinstance(source, Contrat) else tous()[source]
    with tempfile.TemporaryDirectory() as dossier:
        chemin, sortie = Path(dossier) / nom, Path(dossier) / "sortie"
        chemin.write_bytes(octets)
        sortie.mkdir()
        lecture = lire(
            chemin, contrat, date_fichier=date, annee_fichier=None, nuit=nuit, livraison="L1", cle=CLE, sortie=sortie
        )
        assert sorted(p.name for p in sortie.iterdir()) == ["anomalies.parquet", "lignes.parquet", "rejets.parquet"]
        lignes, rejets, anomalies = (pq.read_table(sortie / f"{n}.parquet") for n in ("lignes", "rejets", "anomalies"))
    assert lignes.schema.names == list(contrat.colonnes_bronze()) and lignes.num_rows == lecture.chargees
    colonnes = ["livraison", "fichier", "feuille", "ligne", "colonne", "motif"]
    assert rejets.schema.names == anomalies.schema.names == colonnes
    assert len({r["ligne"] for r in rejets.to_pylist()}) == lecture.rejetees
    laissees = lecture.laissees_vides + lecture.laissees_total + lecture.laissees_doublons
    assert lecture.lignes_lues == lecture.chargees + lecture.rejetees + laissees
    trouves = [[(s["ligne"], s["colonne"], s["motif"]) for s in t.to_pylist()] for t in (rejets, anomalies)]
    return Lu(lecture, lignes.to_pylist(), *trouves)


def lire_heures(lignes: str, encodage: str = "cp1252", **options: Any) -> Lu:
    return lire_octets((HEURES + lignes).encode(encodage), **options)


def classeur(*lignes: list[Any], feuille: str = "Heures", autres: dict[str, list[list[Any]]] | None = None) -> bytes:
    """Octets d'un .xlsx."""
    livre = openpyxl.Workbook()
    assert livre.active is not None
    livre.active.title = feuille
    for nom, contenu in ({feuille: list(lignes)} | (autres or {})).items():
        page = livre[nom] if nom in livre.sheetnames else livre.create_sheet(nom)
        for ligne in contenu:
            page.append(ligne)
    octets = io.BytesIO()
    livre.save(octets)
    return octets.getvalue()


def retouche(octets: bytes, geste: Callable[[bytes], bytes]) -> bytes:
    """Le même classeur, dont le XML de la première feuille est récrit."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as avant, zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as apres:
        for nom in avant.namelist():
            contenu = avant.read(nom)
            apres.writestr(nom, geste(contenu) if nom == "xl/worksheets/sheet1.xml" else contenu)
    return sortie.getvalue()


# --- Encodages, séparateurs, en-têtes --------------------------------------------------------------------------------


@pytest.mark.parametrize("separateur", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encodage", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_tout_encodage_et_tout_separateur(encodage: str, separateur: str) -> None:
    texte = io.StringIO(newline="")
    ecrivain = csv.writer(texte, delimiter=separateur)
    ecrivain.writerows([TITRES_HEURES, ["Cé’1", "01/2017", "1 010,50", "02/02/2017"]])
    lu = lire_octets(texte.getvalue().encode(encodage))
    assert (lu.lecture.encodage, lu.lecture.separateur) == (encodage, separateur)
    assert [(x["id_contrat"], x["heures"], x["_ligne"]) for x in lu.lignes] == [("CÉ’1", Decimal("1010.50"), 2)]


@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
def test_toute_fin_de_ligne(fin: str) -> None:
    lu = lire_octets((HEURES + "C1;01/2017;1;\n\nC2;01/2017;2;").replace("\n", fin).encode())
    assert [x["_ligne"] for x in lu.lignes] == [2, 4]
    assert lu.bilan == (3, 2, 0, 1, 0, 0)


def test_un_caractere_a_cheval_sur_deux_morceaux_de_lecture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.extraction.formats._MORCEAU", 5)
    for encodage in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        lu = lire_heures("éàüÉ;01/2017;1;\n", encodage)
        assert [x["id_contrat"] for x in lu.lignes] == ["ÉÀÜÉ"] and lu.lecture.encodage == encodage


@pytest.mark.parametrize("titres", [0, 1, 29])
def test_l_en_tete_est_cherche_dans_les_trente_premieres_lignes(titres: int) -> None:
    lu = lire_octets(("Export du 02/01/2018;;;\n" * titres + HEURES + "C1;01/2017;1;\n").encode())
    assert [x["_ligne"] for x in lu.lignes] == [titres + 2]


def test_un_titre_de_plusieurs_lignes_compte_ses_lignes() -> None:
    lu = lire_octets(('"Heures\ndu mois"\n' + HEURES + 'C1;01/2017;1;\n"C\n2";01/2017;1;\nC3;01/2017;1;\n').encode())
    assert [x["_ligne"] for x in lu.lignes] == [4, 5, 7]


def test_une_trente_et_unieme_ligne_n_est_plus_un_en_tete() -> None:
    with pytest.raises(FichierRefuse, match="aucune ligne d'en-têtes dans les 30 premières"):
        lire_octets(("x\n" * 30 + HEURES + "C1;01/2017;1;\n").encode())


def test_les_en_tetes_se_comparent_sans_casse_accents_apostrophes_ni_espaces() -> None:
    titres = "N°OPERATION;MAITRE D\u2019OUVRAGE;Operation ;SECTEUR;statut;HEURES D ENGAGEMENT\n"
    lu = lire_octets((titres + "o1;Ville;Crèche;btp;EN COURS;10\n").encode(), "abc_clauses_operations")
    (ligne,) = lu.lignes
    assert (ligne["donneur_ordre"], ligne["secteur"], ligne["statut"]) == ("Ville", "BTP", "En cours")
    assert ligne["heures_engagement"] == 10 and lu.lecture.colonnes_inconnues == []


def test_un_alias_ne_vaut_qu_entre_ses_dates() -> None:
    contrat = tous()["abc_clauses_heures"]
    alias = (Alias("Volume", dt.date(2017, 1, 1), dt.date(2017, 12, 31)),)
    colonnes = tuple(dataclasses.replace(c, alias=alias) if c.nom == "heures" else c for c in contrat.colonnes)
    contrat = dataclasses.replace(contrat, colonnes=colonnes)
    octets = HEURES.replace("Heures réalisées", "VOLUME").encode() + b"C1;01/2017;3;\n"
    assert lire_octets(octets, contrat, date=dt.date(2017, 6, 1)).lignes[0]["heures"] == 3
    for date in (dt.date(2016, 12, 31), dt.date(2018, 1, 1), None):
        with pytest.raises(FichierRefuse, match="« Heures réalisées »"):
            lire_octets(octets, contrat, date=date)


def test_une_colonne_inconnue_est_dite_et_ignoree() -> None:
    lu = lire_octets((HEURES.strip() + ";Visa\nC1;01/2017;1;;oui\n").encode())
    assert lu.lecture.colonnes_inconnues == ["Visa"] and lu.lecture.chargees == 1
    controle = lu.controle("colonnes_inconnues")
    assert controle is not None and controle["verdict"] == "non_conforme" and "« Visa »" in controle["message"]


def test_un_titre_inconnu_d_une_source_nominative_n_est_pas_cite() -> None:
    """Ce peut être le nom d'une personne : on dit la place de la colonne, dans un refus aussi."""
    lu = lire_octets(f"{SALARIES.strip()};{CANARI}\nS1;Un;;Anne;F;01/02/1980\n".encode(), "abc_clauses_salaries")
    assert lu.lecture.colonnes_inconnues == ["colonne 15"] and lu.lecture.chargees == 1
    with pytest.raises(FichierRefuse, match="autres titres : « colonne 4 »") as refus:
        lire_octets(f"N° salarié;Nom;Prénom;{CANARI}\nS1;Un;Anne;x\n".encode(), "abc_clauses_salaries")
    assert CANARI not in str(refus.value)


PRESCRIPTIONS = "N° fiche;Date d'orientation;Prescripteur;Nom;Prénom;Date de naissance;Commune;QPV;Secteur visé\n"
DEMANDEURS = "Identifiant;Nom;Prénom;Date de naissance;Code postal;ROME 1;ROME 2;Courriel;Téléphone\n"


@pytest.mark.parametrize(
    ("source", "entete", "ligne", "colonne"),
    [
        pytest.param("prescriptions", PRESCRIPTIONS, "F1;15/01/2030;{c};Anne;01/02/1980;Dijon;Non;BTP;", "Prénom",
                     id="prescripteur_saute_le_nom_prend_sa_place"),
        pytest.param("pole_emploi_longvic", DEMANDEURS, "1A;Un;Anne;21600;H2903;H2901;{c}@exemple.fr;0380000000;",
                     "ROME 2", id="naissance_sautee_le_courriel_est_en_rome_2"),
        pytest.param("pole_emploi_longvic", DEMANDEURS, "1A;Un;Anne;H2903;H2901;;0612345678;;", "ROME 2",
                     id="deux_cellules_sautees_le_telephone_est_en_rome_2"),
        pytest.param("pole_emploi_longvic", DEMANDEURS, "1;A;Un;Anne;1980-02-01;21600;H2903;;", "Code postal",
                     id="cellule_de_trop_la_naissance_est_en_code_postal"),
    ],
)  # fmt: skip
def test_une_ligne_decalee_d_une_source_nominative_est_rejetee(
    source: str, entete: str, ligne: str, colonne: str
) -> None:
    """Sans quoi bronze garderait un nom, un courriel ou un jour de naissance dans une colonne de texte."""
    lu = lire_octets((entete + ligne.format(c=CANARI) + "\n").encode(), source)
    assert lu.bilan[:3] == (1, 0, 1)
    assert (2, colonne, DEPLACEE) in lu.rejets


def test_un_motif_ou_un_numero_de_dossier_ne_sont_pas_decales() -> None:
    entete = PRESCRIPTIONS.strip() + ";Motif\n"
    lu = lire_octets(f"{entete}0612345678;15/01/2030;PLIE;Un;Anne;;;;;12/02/2030\n".encode(), "prescriptions")
    assert lu.bilan[:3] == (1, 1, 0)


def test_les_colonnes_facultatives_peuvent_manquer_et_l_ordre_changer() -> None:
    lu = lire_octets("Heures réalisées;Mois;N° contrat\n2,5;2017-01;c1\n".encode())
    assert lu.lignes[0] == {
        "id_contrat": "C1", "mois": dt.date(2017, 1, 1), "heures": Decimal("2.50"), "date_saisie": None,
        "_livraison": "L1", "_feuille": None, "_ligne": 2, "_recu_le": NUIT.nuit,
    }  # fmt: skip


def test_un_fichier_est_reconnu_a_ses_en_tetes(tmp_path: Path) -> None:
    for nom, octets in (("a.bin", ("\n\n" + HEURES).encode("utf-16")), ("b.csv", classeur(TITRES_HEURES))):
        (tmp_path / nom).write_bytes(octets)
        assert [c.source for c in contrats_par_entetes(tmp_path / nom)] == ["abc_clauses_heures"]
    (tmp_path / "c.csv").write_text("rien;de;connu\n")
    assert contrats_par_entetes(tmp_path / "c.csv") == []


# --- Refus -----------------------------------------------------------------------------------------------------------


REFUS = {
    "vide": (b"", "fichier vide"),
    "marque_seule": (b"\xef\xbb\xbf", "aucune ligne d'en-têtes"),
    "espaces": (b"  \n\n", "aucune ligne d'en-têtes"),
    "octet_nul": (HEURES.encode() + b"C1;01/2017;1\0;\n", "octets nuls"),
    "caractere_perdu": ((HEURES + "C\ufffd;01/2017;1;\n").encode(), "caractères déjà perdus"),
    "caractere_perdu_utf16": ((HEURES + "C\ufffd;01/2017;1;\n").encode("utf-16"), "caractères déjà perdus"),
    "ni_utf8_ni_cp1252": (HEURES.encode("cp1252") + b"\x81;01/2017;1;\n", "encodage illisible"),
    "utf8_abime": ((HEURES + "é;01/2017;1;\n" * 9).encode() + b"\xe9;01/2017;1;\n", "encodage illisible"),
    "utf16_tronque": ((HEURES + "C1").encode("utf-16")[:-1], "UTF-16 tronqué"),
    "html": (b"\n<!DOCTYPE html><html><table><tr><td>N", "HTML ou XML"),
    "html_en_xls": (b"\xef\xbb\xbf<html xmlns:x='urn:x'>", "HTML ou XML"),
    "html_utf16": ("<html><table>".encode("utf-16"), "HTML ou XML"),
    "xml": (b"<?xml version='1.0'?><Workbook/>", "HTML ou XML"),
    "ancien_xls": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "ancien classeur"),
    "mot_de_passe": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "mot de passe",
    ),
    "pdf": (b"%PDF-1.7\n", "document PDF"),
    "archive_vide": (b"PK\x05\x06" + bytes(18), "ce n'est pas un classeur .xlsx"),
    "archive_tronquee": (classeur(TITRES_HEURES)[:-300], "tronqué ou abîmé"),
    "colonne_absente": (b"Mois;Date de saisie;Visa\n01/2017;;\n", "« N° contrat », « Heures réalisées ».*« Visa »"),
    "en_tete_en_double": ((HEURES.strip() + ";MOIS\n").encode(), "en-tête en double.*« Mois »"),
}  # fmt: skip


@pytest.mark.parametrize("cas", REFUS)
@pytest.mark.parametrize("nom", ["f.csv", "f.xlsx", "f.xls"])
def test_un_fichier_inutilisable_est_refuse_avec_sa_raison(cas: str, nom: str) -> None:
    octets, raison = REFUS[cas]
    with pytest.raises(FichierRefuse, match=raison):
        lire_octets(octets, nom=nom)


def test_une_archive_qui_n_est_pas_un_classeur_est_refusee() -> None:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        archive.writestr("heures.csv", HEURES)
    with pytest.raises(FichierRefuse, match="ce n'est pas un classeur .xlsx"):
        lire_octets(octets.getvalue(), nom="f.xlsx")


def test_une_feuille_au_xml_casse_est_refusee() -> None:
    octets = retouche(classeur(TITRES_HEURES, ["C1", "01/2017", 1]), lambda xml: xml[: len(xml) // 2])
    with pytest.raises(FichierRefuse, match="tronqué ou abîmé"):
        lire_octets(octets, nom="f.xlsx")


def test_le_refus_d_un_fichier_sans_en_tete_ne_cite_aucune_personne() -> None:
    """La première ligne y est une personne, et un prénom peut ressembler à un titre."""
    ligne = f"S1;{CANARI};;Statut;F;01/02/1980;21231;Non;V;Mois;bRSA;EI;0380000000;a@exemple.fr\n"
    for source in tous():
        with pytest.raises(FichierRefuse) as refus:
            lire_octets(ligne.encode(), source)
        assert CANARI not in str(refus.value)


@pytest.mark.parametrize("contenu", ["", "\n;;;\n", "TOTAL;;0;\n"])
def test_un_fichier_sans_donnees_est_refuse_ou_signale_selon_son_mode(contenu: str) -> None:
    lu = lire_heures(contenu)
    assert lu.lecture.chargees == 0 and lu.controle("lignes") is not None
    with pytest.raises(FichierRefuse, match="aucune ligne de données"):
        lire_octets(f"Code;Projet;Axe principal\n{contenu}".encode(), "projets")
    with pytest.raises(FichierRefuse, match="aucune ligne de données"):
        lire_octets((SALARIES + contenu).encode(), "abc_clauses_salaries")


# --- Lignes ----------------------------------------------------------------------------------------------------------


def test_chaque_ligne_est_chargee_rejetee_ou_laissee() -> None:
    lu = lire_heures(
        "C1;01/2017;10,5;02/02/2017\n"  # 2, chargée
        "\n;;;\n  \n"  # 3, 4, 5, vides
        " c1 ;1/2017;10,50;2/2/17\n"  # 6, la ligne 2 redite autrement
        "C2;01/2017;x;02/02/2017\n"  # 7, rejetée
        ";13/2017;-1;\n"  # 8, rejetée pour trois cellules
        "C3;02/2017;1;;trop\n"  # 9, rejetée
        "C3;02/2017;1;;\n"  # 10, chargée : la ligne 9 ne compte pas comme son double
        "C4;03/2017\n"  # 11, rejetée : heures absentes
        "C5;03/2017;4\n"  # 12, chargée : dernière cellule omise
        "C6;01/2017;1;\nC6;01/2017;2;\n"  # 13 et 14, même clé
        "TOTAL;;19,5;\n"  # 15
    )
    assert lu.bilan == (14, 3, 6, 3, 1, 1)
    assert [(x["id_contrat"], x["_ligne"]) for x in lu.lignes] == [("C1", 2), ("C3", 10), ("C5", 12)]
    vide, cle = "cellule obligatoire vide", "N° contrat, Mois"
    assert lu.rejets == [
        (7, "Heures réalisées", "nombre attendu (par exemple 5 217,15) : texte trouvé"),
        (8, "N° contrat", vide),
        (8, "Mois", "mois attendu (MM/AAAA) : jour ou mois hors du calendrier"),
        (8, "Heures réalisées", "nombre attendu (par exemple 5 217,15) : nombre négatif trouvé"),
        (9, "(ligne)", EN_TROP),
        (11, "Heures réalisées", vide),
        (13, cle, CLE_EN_DOUBLE),
        (14, cle, CLE_EN_DOUBLE),
    ]
    assert lu.lecture.valeurs_rejetees is not None
    valeurs = lu.lecture.valeurs_rejetees["valeur"].to_pylist()
    assert valeurs == ["x", "", "13/2017", "-1", "", "", "C6, 01/2017", "C6, 01/2017"]


def test_une_cellule_facultative_mauvaise_est_videe_et_signalee() -> None:
    lu = lire_heures("C1;01/2017;1;31/02/2017\nC2;01/2017;1,239;\nC3;01/2017;x;zz\n")
    assert [(x["date_saisie"], x["heures"]) for x in lu.lignes] == [(None, Decimal("1.00")), (None, Decimal("1.24"))]
    assert lu.anomalies == [
        (2, "Date de saisie", "date attendue (JJ/MM/AAAA) : jour ou mois hors du calendrier ; cellule vidée"),
        (3, "Heures réalisées", "plus de deux décimales : arrondi au centième"),
    ]


@pytest.mark.parametrize("finale", [";;;", ""])
def test_des_separateurs_finaux_en_plus_ou_en_moins_ne_comptent_pas(finale: str) -> None:
    lignes = "".join(f"C{i};01/2017;1{finale}\n" for i in range(50))
    lu = lire_heures(lignes + "D1;01/2017;1;;;;\nD2;01/2017;1;02/02/2017\nD3;01/2017;1;;;;x\n")
    assert lu.bilan == (53, 52, 1, 0, 0, 0)
    assert lu.rejets == [(54, "(ligne)", EN_TROP)]
    assert lu.lignes[-1]["date_saisie"] == dt.date(2017, 2, 2)


def test_une_cle_repetee_trois_fois_dont_deux_identiques_est_rejetee_entiere() -> None:
    lu = lire_heures("C1;01/2017;1;\nC1;01/2017;1;\nc1;2017-01;2;\nC2;01/2017;1;\nC2;01/2017;1;\nC2;01/2017;1,0;\n")
    assert lu.bilan == (6, 1, 3, 0, 0, 2)
    assert [x["_ligne"] for x in lu.lignes] == [5]


def test_les_doublons_d_une_source_nominative_se_jugent_sur_toutes_ses_colonnes() -> None:
    """Deux fiches qui ne diffèrent que par le nom, absent de bronze, diffèrent."""
    fiche = "S{};{};;Anne;F;01/02/1980;;;;;;;;\n"
    lignes = fiche.format(1, "Un") + fiche.format(1, "Deux") + fiche.format(2, "Trois") + fiche.format(2, " Trois ")
    lu = lire_octets((SALARIES + lignes).encode(), "abc_clauses_salaries")
    assert lu.bilan == (4, 1, 2, 0, 0, 1)


@pytest.mark.parametrize(
    ("total", "verdict"),
    [
        ("TOTAL;;11,5;", "conforme"), ("Total général;;11.50;", "conforme"), (";TOTAL;11,5;", "conforme"),
        ("TOTAL;;11,5", "conforme"), (" total ;;11,50000001;;;", "conforme"), ("TOTAL;;12;", "non_conforme"),
        ("TOTAL;;n.c.;", "non_conforme"), ("TOTAL;12/2017;11,5;", "conforme"),
    ],
)  # fmt: skip
def test_une_ligne_total_est_comparee_puis_laissee(total: str, verdict: str) -> None:
    """À la somme des lignes typées : répétitions et clés en double comprises, lignes inutilisables exclues."""
    lu = lire_heures("C1;01/2017;1,5;\nC1;01/2017;1,5;\nC2;01/2017;4;\nC2;01/2017;4,5;\n;01/2017;9;\n" + total)
    controle = lu.controle("total")
    assert lu.lecture.laissees_total == 1 and controle is not None and controle["verdict"] == verdict
    assert "ligne 7" in controle["message"]


def test_un_total_sans_valeur_est_laisse_sans_rien_comparer() -> None:
    lu = lire_heures("C1;01/2017;1,5;\nTOTAL;;;\n")
    assert lu.bilan == (2, 1, 0, 0, 1, 0) and lu.controle("total") is None


def test_des_sous_totaux_se_comparent_a_leur_groupe() -> None:
    lu = lire_heures("C1;01/2017;1;\nTOTAL;;1;\nC2;01/2017;2;\nTOTAL;;2;\nC3;01/2017;4;\nTOTAL;;5;\nTOTAL;;7;\n")
    assert [c["verdict"] for c in lu.lecture.controles] == ["conforme", "conforme", "non_conforme", "conforme"]


def test_une_ligne_utilisable_dont_le_nom_commence_par_total_est_chargee() -> None:
    octets = "Code;Projet;Axe principal\nP1;Total Énergies;gpect\n;TOTAL;\n".encode()
    assert lire_octets(octets, "projets").bilan == (2, 1, 0, 0, 1, 0)


# --- Guillemets ------------------------------------------------------------------------------------------------------


def test_un_guillemet_jamais_ferme_n_avale_pas_les_lignes_suivantes() -> None:
    for lignes in (
        '"C1;01/2017;1;\nC2;01/2017;2;\nC3;01/2017;3;\n',
        '"C1;01/2017;1;\nC2;01/2017;2;\n"C3";01/2017;3;\n',
        'C1;01/2017;1;\nC2;01/2017;2;"\nC3;01/2017;3;\n',
    ):
        lu = lire_heures(lignes)
        assert [(x["id_contrat"], x["_ligne"]) for x in lu.lignes] == [("C1", 2), ("C2", 3), ("C3", 4)]
        assert lu.controle("guillemets") is not None


def test_des_guillemets_bien_fermes_gardent_separateurs_et_sauts_de_ligne() -> None:
    """Même si une ligne de la cellule a autant de virgules qu'une ligne du tableau."""
    titres = "N° contact,Date,Interlocuteur,Structure,Canal,Objet,SIRET,N° opération\n"
    objet = "Points :\na, b, c, d, e, f, g, h\nfin"
    lignes = (
        f'K1,01/02/2017,Entreprise,"Dupont, ""fils""",Courriel,"{objet}",,\n'
        'K2,01/02/2017,Entreprise,12" tube 15",Courriel,,,\n'
    )
    lu = lire_octets((titres + lignes).encode(), "abc_clauses_contacts")
    assert [(x["structure"], x["objet"], x["_ligne"]) for x in lu.lignes] == [
        ('Dupont, "fils"', objet, 2), ('12" tube 15"', None, 5),
    ]  # fmt: skip
    assert lu.controle("guillemets") is None


cellules = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffd\u200b\ufeff"), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(cellules, cellules, cellules), min_size=1, max_size=12),
    st.sampled_from([";", ",", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_toute_ligne_ecrite_est_comptee_une_fois_et_relue(
    lignes: list[tuple[str, str, str]], separateur: str, encodage: str, citation: Any
) -> None:
    texte = io.StringIO(newline="")
    ecrivain = csv.writer(texte, delimiter=separateur, quoting=citation)
    ecrivain.writerow(["Code", "Projet", "Axe principal", "Statut"])
    ecrivain.writerows(
        [f"P{i}", projet, "gpect", statut + "\n" + axe] for i, (projet, axe, statut) in enumerate(lignes)
    )
    lu = lire_octets(texte.getvalue().encode(encodage), "projets")
    assert lu.lecture.lignes_lues == len(lignes) and lu.lecture.laissees_vides == 0
    physiques = 2
    for ligne in lignes:
        numero = physiques
        physiques += 2
        chargee = [x for x in lu.lignes if x["_ligne"] == numero]
        assert chargee or any(r[0] == numero for r in lu.rejets) or ligne[0].strip().upper().startswith("TOTAL")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cellules, max_size=6), max_size=15), st.booleans())
def test_aucun_contenu_ne_perd_de_ligne(lignes: list[list[str]], au_classeur: bool) -> None:
    """Quoi qu'il y ait dans les cellules et quel que soit leur nombre : lire_octets vérifie la conservation."""
    if au_classeur:
        octets = classeur(TITRES_HEURES, *[["'" + c if c.startswith("=") else c for c in ligne] for ligne in lignes])
        lire_octets(octets)
        return
    texte = io.StringIO(newline="")
    csv.writer(texte, delimiter=";", quoting=csv.QUOTE_ALL).writerows([TITRES_HEURES, *lignes])
    assert lire_octets(texte.getvalue().encode()).lecture.lignes_lues == len(lignes)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(';;;""\n\n\r\tC1x é/,.'), max_size=60), st.sampled_from(["utf-8", "cp1252"]))
def test_n_importe_quel_texte_est_lu_ou_refuse(lignes: str, encodage: str) -> None:
    """Guillemets dépareillés, retours chariot perdus, lignes de toutes largeurs : jamais d'erreur imprévue."""
    lire_octets((HEURES + lignes).encode(encodage))


# --- Classeurs -------------------------------------------------------------------------------------------------------


def test_un_classeur_se_lit_comme_le_meme_fichier_texte() -> None:
    octets = classeur(
        ["Heures du pôle"], [], TITRES_HEURES,
        [12.0, dt.date(2017, 1, 1), 0.1 + 0.2, dt.datetime(2017, 2, 3, 10, 30)],
        [None, "", None, " "],
        ["c2", "01/2017", 1000.5, 42736],
        ["C3", dt.datetime(2017, 5, 17), "=1+1", None],
        ["C4", "2017-01", "5 217,15", "03/02/17"],
        ["TOTAL", None, 6217.95],
    )  # fmt: skip
    for nom in ("heures.xlsx", "heures.csv"):
        lu = lire_octets(octets, nom=nom)
        assert lu.bilan == (6, 3, 1, 1, 1, 0) and lu.lecture.feuilles == ["Heures"]
        assert (lu.lecture.encodage, lu.lecture.separateur) == (None, None)
        assert [(x["id_contrat"], x["heures"], x["date_saisie"], x["_ligne"], x["_feuille"]) for x in lu.lignes] == [
            ("12", Decimal("0.30"), dt.date(2017, 2, 3), 4, "Heures"),
            ("C2", Decimal("1000.50"), None, 6, "Heures"),
            ("C4", Decimal("5217.15"), dt.date(2017, 2, 3), 8, "Heures"),
        ]
        # Un nombre n'est une date que dans une cellule de date ; une formule sans valeur n'est pas une cellule vide.
        assert [a[:2] for a in lu.anomalies] == [(6, "Date de saisie")]
        assert [r[:2] for r in lu.rejets] == [(7, "Heures réalisées")] and "erreur de formule" in lu.rejets[0][2]
        controle = lu.controle("total")
        assert controle is not None and controle["verdict"] == "conforme"


def test_une_erreur_de_formule_facultative_est_une_anomalie() -> None:
    octets = retouche(
        classeur(TITRES_HEURES, ["C1", "01/2017", 1, 42736]),
        lambda xml: xml.replace(b'<c r="D2" t="n"><v>42736</v></c>', b'<c r="D2" t="e"><v>#REF!</v></c>'),
    )
    assert [a[:2] for a in lire_octets(octets).anomalies] == [(2, "Date de saisie")]


def test_un_siret_devenu_nombre_retrouve_ses_zeros() -> None:
    titres = ["N° opération", "N° lot", "SIRET attributaire", "Lot réservé"]
    octets = classeur(titres, ["O1", 1.0, 32517500065, True], ["O1", 2, 73282932000074, False])
    lu = lire_octets(octets, "abc_clauses_lots")
    assert [(x["num_lot"], x["siret_attributaire"], x["reserve"]) for x in lu.lignes] == [
        ("1", "00032517500065", True), ("2", "73282932000074", False),
    ]  # fmt: skip
    assert [a[:2] for a in lu.anomalies] == [(2, "SIRET attributaire")]


def test_la_feuille_est_celle_dont_l_en_tete_convient_et_les_autres_sont_dites() -> None:
    octets = classeur(["Notes"], feuille="Lisez-moi", autres={"Saisie": [TITRES_HEURES, ["C1", "01/2017", 1]], "B": []})
    lu = lire_octets(octets)
    assert lu.lecture.feuilles == ["Saisie"] and lu.lecture.chargees == 1
    controle = lu.controle("feuilles_ignorees")
    assert controle is not None and "« Lisez-moi », « B »" in controle["message"]


def test_la_feuille_que_nomme_le_contrat_est_la_seule_lue() -> None:
    contrat = dataclasses.replace(tous()["abc_clauses_heures"], format={"feuille": "Suivi"})
    page = [TITRES_HEURES, ["C1", "01/2017", 1]]
    octets = classeur(*page, feuille="Autre", autres={"SUIVI": [TITRES_HEURES, ["C2", "01/2017", 1]]})
    assert [x["id_contrat"] for x in lire_octets(octets, contrat).lignes] == ["C2"]
    with pytest.raises(FichierRefuse, match="feuille « Suivi »"):
        lire_octets(classeur(*page), contrat)


def test_une_note_a_droite_du_tableau_n_empeche_rien() -> None:
    lu = lire_octets(classeur(TITRES_HEURES, ["C1", "01/2017", 1, None, None, "à revoir"]))
    assert lu.bilan == (1, 1, 0, 0, 0, 0) and lu.lecture.colonnes_inconnues == ["colonne 6, sans titre"]


def test_un_tableau_qui_ne_commence_pas_en_a1() -> None:
    lu = lire_octets(classeur([], [], [None, None, *TITRES_HEURES], [None, None, "C1", "01/2017", 1]))
    assert [(x["id_contrat"], x["_ligne"]) for x in lu.lignes] == [("C1", 4)]


MILLION = b"".join(b'<row r="%d"><c r="A%d" s="0"/><c r="D%d" s="0"/></row>' % (i, i, i) for i in range(3, 1_048_577))


@pytest.mark.parametrize(
    ("remplace", "par"),
    [
        pytest.param(b"</sheetData>", MILLION + b"</sheetData>", id="un_million_de_lignes_mises_en_forme"),
        pytest.param(b'<dimension ref="A1:D2" />', b'<dimension ref="A1:XFD1048576"/>', id="dimension_mensongere"),
    ],
)
def test_une_feuille_qui_declare_un_million_de_lignes_vides_se_lit_vite(remplace: bytes, par: bytes) -> None:
    octets = classeur(TITRES_HEURES, ["C1", "01/2017", 1])
    gonfle = retouche(octets, lambda xml: xml.replace(remplace, par))
    assert gonfle != retouche(octets, lambda xml: xml)
    debut = time.process_time()
    assert lire_octets(gonfle).bilan == (1, 1, 0, 0, 0, 0)
    assert time.process_time() - debut < 10


def test_une_cellule_perdue_au_bout_de_la_grille_fait_refuser() -> None:
    perdue = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    octets = retouche(classeur(TITRES_HEURES, ["C1", "01/2017", 1]), lambda x: x.replace(b"</sheetData>", perdue))
    with pytest.raises(FichierRefuse, match="s'étend sur 1048576 lignes et 16384 colonnes"):
        lire_octets(octets)


# --- Personnes -------------------------------------------------------------------------------------------------------


def test_les_identites_vont_a_part_et_bronze_n_a_que_le_pseudonyme() -> None:
    bonne = f"S1;{CANARI};;Anne;f;01/02/80;21231;GRESILLES;v bis;Pôle emploi;brsa|XX;creativ’;0380000000;b@\n"
    mauvaise = f"S2;{CANARI};;;{CANARI};01/02/2010;;;;;;;;\n"
    lu = lire_octets((SALARIES + bonne + mauvaise).encode(), "abc_clauses_salaries")
    (ligne,) = lu.lignes
    personne = ligne.pop("personne_id")
    assert ligne == {
        "id_salarie": "S1", "sexe": "F", "annee_naissance": 1980, "code_commune": "21231", "qpv": True,
        "quartier": "Les Grésilles", "niveau_formation": "V bis", "prescripteur": "Pôle emploi",
        "accompagnement": "CREATIV'", "telephone_valide": True, "courriel_valide": False,
        "_livraison": "L1", "_feuille": None, "_ligne": 2, "_recu_le": NUIT.nuit,
    }  # fmt: skip
    assert lu.lecture.identites is not None
    assert lu.lecture.identites.to_pylist() == [{
        "_ligne": 2, "personne_id": personne, "nom": CANARI, "nom_naissance": None, "prenom": "Anne",
        "date_naissance": "1980-02-01", "criteres_eligibilite": "bRSA", "telephone": "0380000000", "courriel": "b@",
    }]  # fmt: skip
    assert len(personne) == 32
    assert {r[1] for r in lu.rejets} == {"Prénom", "Sexe", "Date de naissance"}
    assert CANARI not in str(lu.lignes + lu.rejets + lu.anomalies + lu.lecture.controles)  # type: ignore[operator]


def test_une_source_sans_personne_n_a_pas_d_identites() -> None:
    assert lire_heures("C1;01/2017;1;\n").lecture.identites is None
