"""Une personne effacée ne revient pas : la livraison suivante garde ses faits, et rien de ce qui la nomme."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from poche_droits import (
    ENTETE_LONGVIC,
    ENTETE_PRESCRIPTIONS,
    ENTETE_SALARIES,
    LONGVIC,
    MAELYS,
    NUIT,
    PAUL,
    PRESCRIPTIONS,
    SALARIES,
    SIENS,
    SUIVANTE,
    classeur,
    deposer,
    deposer_tout,
    lire_bronze,
    ou_est,
    prendre_tout,
)

from include.confidentialite import Oppositions, cle, exclusif, oppositions
from include.configuration import Dossiers
from include.contrats import connus
from include.droits import conservation, effacement
from include.droits.personne import Demande, chercher
from include.extraction import livraisons
from include.extraction.expurgation import NonExpurgeable, expurger
from include.extraction.livraisons import archive, lire_archive, manifestes


def effacer(d: Dossiers, nom: str = "Zéphyrin", prenom: str = "Maëlys") -> set[str]:
    """Efface chaque identité de ce nom (sans registre, chacune est une personne) ; les rend."""
    effacees = set()
    while trouvees := chercher(d, cle(d), Demande(nom, prenom, None)):
        with exclusif(d):
            effacement.effacer(d, cle(d), trouvees[0].identites)
        effacees |= trouvees[0].identites
    return effacees


@pytest.fixture
def effacee(d: Dossiers) -> Dossiers:
    """Un entrepôt d'où Maëlys a été effacée, sous toutes ses graphies."""
    deposer_tout(d)
    prendre_tout(d)
    for nom in ("Zéphyrin", "Zephirin", "Quatre Point"):
        effacer(d, nom)
    assert ou_est(d, *SIENS) == set()
    return d


def prises(d: Dossiers) -> dict[str, dict[str, Any]]:
    return {m["source"]: m for m in manifestes(d) if m["recu_le"] == str(SUIVANTE.nuit)}


# --- La livraison suivante -------------------------------------------------------------------------------------------


def test_la_livraison_suivante_ne_la_ramene_pas(effacee: Dossiers) -> None:
    """Ni dans prive, ni dans l'archive, ni dans les rejets ; seul le dépôt la nomme, jusqu'à la purge suivante."""
    d = effacee
    deposer(d, "abc/abc_clauses_salaries_20310131.csv", SALARIES)
    deposer(d, "prescriptions_clauses_203006.xlsx", classeur(ENTETE_PRESCRIPTIONS, PRESCRIPTIONS, titres=2))
    deposer(d, "pole_emploi_longvic_20310115.xlsx", classeur(ENTETE_LONGVIC, LONGVIC))
    prendre_tout(d, SUIVANTE)
    assert {n.split("/")[0] for n in ou_est(d, *SIENS)} == {"depots"}
    salaries = prises(d)["abc_clauses_salaries"]
    assert (salaries["chargees"], salaries["rejetees"], salaries["laissees"]) == (2, 1, 2)
    lignes = lire_bronze(d, salaries).to_pylist()
    anciennes = {v["personne_id"] for m in manifestes(d) if m["recu_le"] == str(NUIT.nuit) and m["chargees"]
                 for v in lire_bronze(d, m).to_pylist() if "personne_id" in v}  # fmt: skip
    assert lignes[0]["personne_id"] not in anciennes and lignes[1]["personne_id"] in anciennes
    assert (lignes[0]["id_salarie"], lignes[0]["courriel_valide"], lignes[0]["annee_naissance"]) == ("S1", True, 1985)
    conservation.appliquer(d, SUIVANTE.nuit)
    assert ou_est(d, *SIENS) == set()


def test_le_meme_fichier_redepose_ne_la_ramene_pas(effacee: Dossiers) -> None:
    """Mêmes octets : un doublon, sans effet ; le dépôt s'en va à la purge."""
    deposer(effacee, "abc/abc_clauses_salaries_20301231.csv", SALARIES)
    assert [m["statut"] for m in prendre_tout(effacee, SUIVANTE)] == ["doublon"]
    assert {n.split("/")[0] for n in ou_est(effacee, *SIENS)} == {"depots"}
    conservation.appliquer(effacee, SUIVANTE.nuit)
    assert ou_est(effacee, *SIENS) == set()


def test_un_pseudonyme_par_livraison_et_par_personne(effacee: Dossiers) -> None:
    """Deux fiches d'une livraison restent la même personne ; la livraison d'après en tire un autre."""
    d = effacee
    for mois, fiches in (("06", ("F1", "F4")), ("07", ("F7", "F8"))):
        lignes = [[fiche, *PRESCRIPTIONS[0][1:]] for fiche in fiches] + [["F9", *PRESCRIPTIONS[1][1:]]]
        deposer(d, f"prescriptions_clauses_2030{mois}.xlsx", classeur(ENTETE_PRESCRIPTIONS, lignes, titres=2))
    prendre_tout(d, SUIVANTE)
    tables = [lire_bronze(d, m)["personne_id"].to_pylist() for m in manifestes(d)
              if m["source"] == "prescriptions" and m["recu_le"] == str(SUIVANTE.nuit)]  # fmt: skip
    assert [len(set(t[:2])) for t in tables] == [1, 1]
    assert tables[0][0] != tables[1][0] and tables[0][2] == tables[1][2]


def test_d_autres_facons_de_l_ecrire_sont_reconnues(effacee: Dossiers) -> None:
    """Son nom d'usage sans celui de naissance, son nom de naissance écrit ailleurs ; pas une homonyme sans date."""
    d = effacee
    usage = MAELYS.replace("Quatrepoint", "")
    naissance = MAELYS.replace("Zéphyrin", "Quatrepoint").replace("S1", "S3")
    homonyme = MAELYS.replace("13/04/1985", "14/04/1986").replace("S1", "S4")
    deposer(d, "abc/abc_clauses_salaries_20310131.csv", ENTETE_SALARIES + usage + naissance + homonyme)
    deposer(d, "prescriptions_clauses_203006.xlsx",
            classeur(ENTETE_PRESCRIPTIONS, [[*PRESCRIPTIONS[0][:5], "", *PRESCRIPTIONS[0][6:]]], titres=2))  # fmt: skip
    prendre_tout(d, SUIVANTE)

    def prive(source: str) -> list[Any]:
        fichier = d.prive / "identites" / source / f"{prises(d)[source]['livraison']}.parquet.enc"
        return pq.read_table(pa.BufferReader(cle(d).lire(fichier))).to_pylist()

    assert [v["date_naissance"] for v in prive("abc_clauses_salaries")] == ["1986-04-14"]
    assert len(prive("prescriptions")) == 1


def test_un_classeur_deja_archive_pour_un_autre_contrat_se_recrit(d: Dossiers) -> None:
    """100 chances : le suivi, sans noms, est pris avant les candidatures, dont une personne est effacée."""
    fichier = openpyxl.Workbook()
    candidatures = fichier.active
    candidatures.title = "Candidatures"
    for ligne in (
        [
            "N° candidat",
            "SAS",
            "Nom",
            "Prénom",
            "Date de naissance",
            "Orienté le",
            "Présent pré-SAS",
            "Participant SAS",
        ],
        ["K1", "mars", "Zéphyrin", "Maëlys", "13/04/1985", "01/03/2030", "O", "O"],
        ["K2", "mars", "Durand", "Paul", "05/06/1990", "01/03/2030", "O", "O"],
    ):
        candidatures.append(ligne)
    suivi = fichier.create_sheet("Suivi")
    suivi.append(["N° candidat", "Date d'entrée", "Date de sortie", "Type de sortie", "Employeur ou organisme"])
    suivi.append(["K1", "20/03/2030", "", "", "Toits SARL"])
    octets = io.BytesIO()
    fichier.save(octets)
    deposer(d, "abc/abc_clauses_salaries_20301231.csv", SALARIES)
    prendre_tout(d)
    effacer(d)
    chemin = deposer(d, "100chances_2030.xlsx", octets.getvalue()).name
    for source in ("cent_chances_suivi", "cent_chances_candidatures"):
        livraisons.prendre(d, SUIVANTE, source, [chemin])
    assert {n.split("/")[0] for n in ou_est(d, *SIENS)} == {"depots"}
    garde = openpyxl.load_workbook(io.BytesIO(lire_archive(d, prises(d)["cent_chances_suivi"]["sha256"], cle(d))))
    assert [c.value for c in garde["Suivi"][2]][-1] == "Toits SARL"
    assert [c.value for c in garde["Candidatures"][3]][2:4] == ["Durand", "Paul"]


def test_une_archive_qui_ne_s_expurge_pas_n_est_pas_gardee(effacee: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuser(*_: Any, **__: Any) -> Any:
        raise NonExpurgeable

    monkeypatch.setattr(livraisons, "expurger", refuser)
    deposer(effacee, "abc/abc_clauses_salaries_20310131.csv", SALARIES)
    prendre_tout(effacee, SUIVANTE)
    salaries = prises(effacee)["abc_clauses_salaries"]
    assert salaries["chargees"] == 2 and not archive(effacee, salaries["sha256"]).exists()
    assert {n.split("/")[0] for n in ou_est(effacee, *SIENS)} == {"depots"}


# --- La liste --------------------------------------------------------------------------------------------------------


def test_la_liste_ne_dit_ni_nom_ni_pseudonyme(effacee: Dossiers) -> None:
    """Des empreintes d'un domaine à part et un jour ; chiffrée."""
    fichier = effacee.prive / "oppositions.enc"
    liste = json.loads(cle(effacee).lire(fichier))
    assert set(liste.values()) == {dt.date.today().isoformat()}
    assert all(len(e) == 32 for e in liste)
    tables = [lire_bronze(effacee, m).to_pylist() for m in manifestes(effacee) if m["chargees"]]
    pseudonymes = {v for lignes in tables for ligne in lignes for v in ligne.values()}
    assert pseudonymes.isdisjoint(liste)
    assert not any(e.encode() in fichier.read_bytes() for e in liste)


def test_une_identite_se_reconnait_exactement(d: Dossiers) -> None:
    la_cle = cle(d)
    oppositions.ajouter(d, la_cle, ["a" * 32], dt.date(2030, 1, 1))
    oppositions.ajouter(d, la_cle, ["a" * 32, "b" * 32], dt.date(2031, 1, 1))
    liste = Oppositions.lire(d, la_cle)
    assert sorted(liste.depuis.values()) == ["2030-01-01", "2031-01-01"]
    vues = pa.array(["a" * 32, "c" * 32, "b" * 32, "a" * 32])
    assert liste.reconnaitre(vues).tolist() == [True, False, True, True]
    assert liste.reconnaitre(pa.array([], pa.string())).tolist() == []


def test_sans_personne_effacee_rien_n_est_calcule(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    def jamais(*_: Any) -> None:
        raise AssertionError("la liste est vide")

    monkeypatch.setattr(Oppositions, "reconnaitre", jamais)
    deposer(d, "abc/abc_clauses_salaries_20301231.csv", SALARIES)
    assert [m["statut"] for m in prendre_tout(d)] == ["acceptee_avec_rejets"]
    assert manifestes(d)[0]["expurgee"] is False


# --- Expurger un fichier ---------------------------------------------------------------------------------------------

JOUR = dt.date(2030, 12, 31)


def expurge(texte: str, encodage: str, *lignes: int) -> str:
    octets, _ = expurger(
        texte.encode(encodage), connus()["abc_clauses_salaries"], JOUR,
        chargees={(None, n) for n in lignes}, entiere=lambda *_: False,
    )  # fmt: skip
    return octets.decode(encodage)


@pytest.mark.parametrize("encodage", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_un_texte_garde_son_encodage_et_ses_numeros_de_ligne(encodage: str) -> None:
    """Une cellule de deux lignes reste de deux lignes : bronze cite les suivantes par leur numéro."""
    longue = MAELYS.replace("Tante de Gertrude", '"Tante\nde Gertrude"')
    attendu = ENTETE_SALARIES + 'S1;;;;F;;21231;Non;V;Pôle emploi;;EI;;;"\n"\r\n' + PAUL
    assert expurge(ENTETE_SALARIES + longue + PAUL, encodage, 2) == attendu
    assert expurge(ENTETE_SALARIES + longue + PAUL, encodage, 4).endswith("S2;;;;M;;21231;Non;V;Pôle emploi;;EI;;;\r\n")


def test_un_guillemet_jamais_ferme_se_prend_a_la_lettre() -> None:
    assert expurge(ENTETE_SALARIES + MAELYS + PAUL.replace("Durand", '"Durand'), "cp1252", 2) == (
        ENTETE_SALARIES + "S1;;;;F;;21231;Non;V;Pôle emploi;;EI;;;\r\n" + PAUL.replace("Durand", '"Durand')
    )


@pytest.mark.parametrize("octets", [b"", b"rien;du;tout\r\n1;2;3\r\n", b"PK\x03\x04"])
def test_ce_qui_ne_se_relit_pas_ne_s_expurge_pas(octets: bytes) -> None:
    with pytest.raises(NonExpurgeable):
        expurger(octets, connus()["abc_clauses_salaries"], JOUR, chargees=set(), entiere=lambda *_: False)


def test_une_ligne_attendue_qui_n_y_est_pas_arrete_tout() -> None:
    with pytest.raises(NonExpurgeable):
        expurge(SALARIES, "cp1252", 99)


def test_rien_ne_passe_par_le_disque(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Le fichier en clair n'est qu'en mémoire, même pour les lecteurs qui veulent un chemin."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "absent"))
    octets, videes = expurger(
        classeur(ENTETE_PRESCRIPTIONS, PRESCRIPTIONS, titres=2), connus()["prescriptions"], JOUR,
        chargees={("feuille 1", 4)}, entiere=lambda lieu, cellules: "F3" in cellules,
    )  # fmt: skip
    assert octets.startswith(b"PK") and videes == {("feuille 1", 6)}
    assert list(tmp_path.iterdir()) == []
