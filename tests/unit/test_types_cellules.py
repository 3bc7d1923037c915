"""Ce qu'une cellule veut dire, type par type, et la raison donnée quand elle ne veut rien dire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from include.contrats import Colonne
from include.extraction.types_cellules import (
    ARRONDI,
    COMPLETE,
    ECARTE,
    QUARTIER_INCONNU,
    SIREN_SEUL,
    Typee,
    Typeur,
    siret_valide,
)

NUIT = dt.date(2018, 1, 2)
essayer = settings(max_examples=60, deadline=None)
INSECABLES = ("\u00a0", "\u202f")


@pytest.fixture(scope="module")
def base() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"temp_directory": ""}) as connexion:
        yield connexion


@pytest.fixture(scope="module")
def typer(base: duckdb.DuckDBPyConnection) -> Any:
    def typer(type_: str, *textes: str, modalites: tuple[str, ...] = (), nuit: dt.date = NUIT) -> Typee:
        colonne = Colonne("x", "X", type_, "d", modalites=modalites)
        return Typeur(nuit, nuit, base).typer(colonne, pa.array(textes, pa.string()))

    return typer


def une(typee: Typee) -> Any:
    """La seule valeur, qui n'a ni faute ni réparation."""
    assert typee.fautes.to_pylist() == [None] and typee.notes.to_pylist() == [None]
    return typee.valeurs[0].as_py()


def faute(typee: Typee) -> str:
    """La faute de la seule valeur, qui n'est pas rendue."""
    assert typee.valeurs[0].as_py() in (None, False)
    return str(typee.fautes[0].as_py())


# --- Nombres ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("5 217,15", "5217.15"), ("5217,15", "5217.15"), ("5217.15", "5217.15"), ("5\u00a0217,15", "5217.15"),
        ("1\u202f005\u202f217", "1005217"), ("0", "0"), ("-0,00", "0"), (",5", "0.5"), ("5,", "5"), (" 12 ", "12"),
        ("0.30000000000000004", "0.3"), ("16.999999999999996", "17"), ("151,670", "151.67"),
    ],
)  # fmt: skip
def test_un_nombre_francais_ou_anglais(typer: Any, texte: str, attendu: str) -> None:
    assert une(typer("decimal", texte)) == Decimal(attendu)


@pytest.mark.parametrize(
    ("texte", "cause"),
    [
        ("1.234,50", "point et virgule mêlés"), ("1,234.50", "point et virgule mêlés"), ("-5", "négatif"),
        ("\u22125,2", "négatif"), ("12 34", "espaces mal placées"), ("abc", "texte trouvé"), ("12 h", "texte trouvé"),
        ("01/02/2017", "date trouvée"), ("2017-02-01 00:00:00", "date trouvée"), ("1e3", "texte trouvé"),
        ("1,234,567", "texte trouvé"), ("99999999999999", "trop grand"), ("1" * 60, "trop grand"),
        ("#N/A", "erreur de formule"), ("NaN", "texte trouvé"), ("10:30:00", "texte trouvé"), (",", "texte trouvé"),
    ],
)  # fmt: skip
def test_ce_qui_n_est_pas_un_nombre(typer: Any, texte: str, cause: str) -> None:
    motif = faute(typer("decimal", texte))
    assert motif.startswith("nombre attendu (par exemple 5 217,15) : ") and cause in motif


@pytest.mark.parametrize(("texte", "attendu"), [("10.005", "10.01"), ("2,675", "2.68"), ("1,2345", "1.23")])
def test_plus_de_deux_decimales_sont_arrondies_et_signalees(typer: Any, texte: str, attendu: str) -> None:
    typee = typer("decimal", texte)
    assert typee.valeurs[0].as_py() == Decimal(attendu) and typee.notes[0].as_py() == ARRONDI


@essayer
@given(
    centiemes=st.integers(0, 10**13), separateur=st.sampled_from([" ", *INSECABLES, ""]), virgule=st.sampled_from(",.")
)
def test_un_nombre_se_relit_quelle_que_soit_sa_graphie(
    base: duckdb.DuckDBPyConnection, centiemes: int, separateur: str, virgule: str
) -> None:
    valeur = Decimal(centiemes) / 100
    texte = f"{valeur:,.2f}".replace(".", "#").replace(",", separateur).replace("#", virgule)
    typee = Typeur(NUIT, NUIT, base).typer(Colonne("x", "X", "decimal", "d"), pa.array([texte]))
    if valeur < 10**12:
        assert une(typee) == valeur
    else:
        assert "trop grand" in faute(typee)


@essayer
@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_l_arrondi_s_eloigne_de_zero(base: duckdb.DuckDBPyConnection, valeur: Decimal) -> None:
    typee = Typeur(NUIT, NUIT, base).typer(Colonne("x", "X", "decimal", "d"), pa.array([f"{valeur:f}"]))
    arrondie = valeur.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert typee.valeurs[0].as_py() == arrondie
    assert (typee.notes[0].as_py() == ARRONDI) == (abs(valeur - arrondie) > Decimal("1e-6"))


@essayer
@given(st.text(max_size=12), st.sampled_from(["decimal", "entier", "date", "naissance", "mois", "siret", "ouinon"]))
def test_n_importe_quel_texte_a_une_valeur_ou_une_faute(
    base: duckdb.DuckDBPyConnection, texte: str, type_: str
) -> None:
    """Rien ne devient vide en silence, et aucun motif ne répète un mot de la cellule."""
    typee = Typeur(NUIT, NUIT, base).typer(Colonne("x", "X", type_, "d"), pa.array([texte]))
    valeur, motif = typee.valeurs[0].as_py(), typee.fautes[0].as_py()
    if typee.vides[0].as_py():
        assert motif is None and not valeur
    else:
        assert (valeur is None or type_ == "ouinon") or motif is None
        assert valeur is not None or motif is not None


def test_un_entier(typer: Any) -> None:
    assert [une(typer("entier", t)) for t in ("12", "12,0", "1 000", "3.00")] == [12, 12, 1000, 3]
    assert "à virgule" in faute(typer("entier", "12,5"))
    assert "négatif" in faute(typer("entier", "-1"))


# --- Dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texte", "attendue"),
    [
        ("01/02/2017", "2017-02-01"), ("1/2/2017", "2017-02-01"), ("01/02/17", "2017-02-01"),
        ("2017-02-01", "2017-02-01"),
        ("2017-02-01 00:00:00", "2017-02-01"), ("01/02/2017 14:30", "2017-02-01"), ("29/02/2016", "2016-02-29"),
        ("01/02/50", "2050-02-01"), ("01/02/51", "1951-02-01"), ("01/02/00", "2000-02-01"), ("31/12/99", "1999-12-31"),
    ],
)  # fmt: skip
def test_une_date(typer: Any, texte: str, attendue: str) -> None:
    assert une(typer("date", texte)) == dt.date.fromisoformat(attendue)


@pytest.mark.parametrize(
    ("texte", "cause"),
    [
        ("31/02/2017", "hors du calendrier"), ("29/02/2017", "hors du calendrier"),
        ("02/25/2017", "hors du calendrier"),
        ("00/01/2017", "hors du calendrier"), ("42736", "nombre trouvé"), ("2017", "nombre trouvé"),
        ("1er juin", "texte trouvé"), ("02/11/0002", "année hors de"), ("18/02/5021", "année hors de"),
        ("22.5", "nombre trouvé"), ("01-02-2017", "date trouvée"),
    ],
)  # fmt: skip
def test_ce_qui_n_est_pas_une_date(typer: Any, texte: str, cause: str) -> None:
    assert cause in faute(typer("date", texte))


@essayer
@given(st.dates(dt.date(1951, 1, 1), dt.date(2050, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d"]))
def test_une_date_se_relit(base: duckdb.DuckDBPyConnection, jour: dt.date, forme: str) -> None:
    texte = jour.strftime(forme)
    assert une(Typeur(NUIT, NUIT, base).typer(Colonne("x", "X", "date", "d"), pa.array([texte]))) == jour


@pytest.mark.parametrize(
    ("texte", "attendue"),
    [
        ("05/03/45", "1945-03-05"), ("05/03/80", "1980-03-05"), ("02/01/04", "2004-01-02"), ("03/01/04", "1904-01-03"),
        ("02/01/2004", "2004-01-02"), ("29/02/20", "1920-02-29"),
    ],
)  # fmt: skip
def test_une_naissance_a_deux_chiffres_est_passee_d_au_moins_14_ans(typer: Any, texte: str, attendue: str) -> None:
    assert une(typer("naissance", texte)) == dt.date.fromisoformat(attendue)


@pytest.mark.parametrize(
    ("texte", "cause"), [("03/01/2004", "moins de 14 ans"), ("01/01/2030", "moins de 14 ans"), ("01/01/1890", "année")]
)
def test_une_naissance_impossible(typer: Any, texte: str, cause: str) -> None:
    assert cause in faute(typer("naissance", texte))


def test_la_nuit_d_un_29_fevrier_a_aussi_quatorze_ans_d_ecart(typer: Any) -> None:
    assert une(typer("naissance", "28/02/2010", nuit=dt.date(2024, 2, 29))) == dt.date(2010, 2, 28)


@pytest.mark.parametrize(
    "texte", ["03/2017", "3/2017", "2017-03", "2017-3", "15/03/2017", "2017-03-01 00:00:00", "2017-03-15"]
)
def test_un_mois_est_range_a_son_premier_jour(typer: Any, texte: str) -> None:
    assert une(typer("mois", texte)) == dt.date(2017, 3, 1)


@pytest.mark.parametrize("texte", ["13/2017", "00/2017", "janv-17", "2017", "03/17", "201703"])
def test_ce_qui_n_est_pas_un_mois(typer: Any, texte: str) -> None:
    assert faute(typer("mois", texte)).startswith("mois attendu (MM/AAAA)")


# --- Codes, listes et textes -----------------------------------------------------------------------------------------


def test_oui_et_non(typer: Any) -> None:
    assert all(une(typer("ouinon", t)) is True for t in ("O", "oui", "OUI", "X", "x", "1", "Vrai", " o "))
    assert all(une(typer("ouinon", t)) is False for t in ("N", "non", "0", "Faux", "", "  "))
    assert "oui ou non attendu" in faute(typer("ouinon", "peut-être"))


@pytest.mark.parametrize(
    "texte", ["73282932000074", "732 829 320 00074", "35600000000048", "35600000049837", "732\u00a0829\u202f320 00074"]
)
def test_un_siret_juste(typer: Any, texte: str) -> None:
    """Dont le siège de La Poste (clé de Luhn) et l'un de ses bureaux (somme des chiffres multiple de 5)."""
    assert une(typer("siret", texte)) == "".join(c for c in texte if c.isdigit())


@pytest.mark.parametrize(
    "texte",
    [
        pytest.param("73282932000075", id="cle_du_siret"),
        pytest.param("11122233344455", id="cle_du_siren"),
        pytest.param("35600000049838", id="bureau_de_poste"),
        pytest.param("732829321", id="cle_du_siren_seul"),
        pytest.param("000000000", id="siren_de_zeros"),
        pytest.param("7,32829E+13", id="notation_scientifique"),
        pytest.param("0", id="zero"),
        pytest.param("00000000000000", id="zeros"),
        pytest.param("７３２８２９３２０００７４", id="chiffres_pleine_chasse"),
    ],
)
def test_un_siret_faux(typer: Any, texte: str) -> None:
    assert faute(typer("siret", texte)).startswith("SIRET attendu (14 chiffres)")


def test_un_siret_qui_a_perdu_ses_zeros_est_complete_et_signale(typer: Any) -> None:
    typee = typer("siret", "325175 00065")
    assert typee.valeurs[0].as_py() == "00032517500065" and typee.notes[0].as_py() == COMPLETE
    assert typee.fautes[0].as_py() is None


@pytest.mark.parametrize("texte", ["732829320", "732 829 320", "732\u00a0829\u00a0320"])
def test_un_siren_seul_est_garde_et_signale(typer: Any, texte: str) -> None:
    typee = typer("siret", texte)
    assert typee.valeurs[0].as_py() == "732829320" and typee.notes[0].as_py() == SIREN_SEUL
    assert typee.fautes[0].as_py() is None


@essayer
@given(st.integers(10**6, 10**8 - 1), st.integers(0, 9999))
def test_un_chiffre_change_rend_un_siret_faux(racine: int, etablissement: int) -> None:
    siren = str(racine).zfill(8)
    siren += luhn.calc_check_digit(siren)
    siret = siren + str(etablissement).zfill(4)
    siret += luhn.calc_check_digit(siret)
    if siren == "356000000":
        return
    assert siret_valide(siret)
    assert not siret_valide(siret[:-1] + str((int(siret[-1]) + 1) % 10))


def test_les_modalites_se_comparent_sans_casse_ni_accents_ni_style_d_apostrophe(typer: Any) -> None:
    admises = ("Contrat d'apprentissage", "État", "V bis", "CREATIV'")
    for texte, attendu in {
        "CONTRAT D\u2019APPRENTISSAGE": admises[0], " etat ": "État", "E\u0301tat": "État", "v BIS": "V bis",
        "creativ`": "CREATIV'",
    }.items():  # fmt: skip
        assert une(typer("texte", texte, modalites=admises)) == attendu
    motif = faute(typer("texte", "Vbis", modalites=admises))
    assert "V bis" in motif and "autre chose trouvée" in motif


def test_d_une_liste_seuls_les_elements_connus_restent(typer: Any) -> None:
    typee = typer("liste", "brsa | XX|th|bRSA", modalites=("bRSA", "TH"))
    assert typee.valeurs[0].as_py() == "bRSA|TH" and typee.notes[0].as_py() == ECARTE
    assert une(typer("liste", "TH||", modalites=("bRSA", "TH"))) == "TH"
    assert une(typer("liste", "a| b")) == "a|b"
    assert "aucun élément connu" in faute(typer("liste", "XX", modalites=("bRSA",)))


def test_un_identifiant_est_en_majuscules_et_une_valeur_vide_n_est_rien(typer: Any) -> None:
    assert une(typer("identifiant", " op-é1 ")) == "OP-É1"
    assert une(typer("identifiant", "   ")) is None
    assert une(typer("texte", "\u00a0")) is None
    assert une(typer("texte", " Le  Mail\u200b ")) == "Le  Mail"


def test_une_erreur_de_formule_n_est_pas_un_texte(typer: Any) -> None:
    assert "erreur de formule" in faute(typer("texte", "#REF!"))
    assert "erreur de formule" in faute(typer("identifiant", "#N/A"))


def test_le_quartier_reconnu_a_la_date_de_la_livraison(typer: Any) -> None:
    def qpv(texte: str, nuit: dt.date = NUIT) -> tuple[Any, ...]:
        typee = typer("qpv", texte, nuit=nuit)
        assert typee.fautes[0].as_py() is None
        return typee.valeurs[0].as_py(), typee.annexe[0].as_py(), typee.notes[0].as_py()

    assert all(qpv(t) == (False, None, None) for t in ("", "Non", "N", "0", "HORS QPV"))
    assert qpv("FONTAINE D\u2019OUCHE") == (True, "Fontaine d'Ouche", None)
    assert qpv("gresilles") == (True, "Les Grésilles", None)
    assert qpv("Cité nouvelle") == (True, None, QUARTIER_INCONNU)
    assert qpv("Quetigny centre") == (True, None, QUARTIER_INCONNU)
    assert qpv("Quetigny centre", dt.date(2024, 1, 1)) == (True, "Quetigny-centre", None)


@pytest.mark.parametrize(
    ("type_", "texte", "valide"),
    [
        ("courriel", "anne@exemple.fr", True), ("courriel", " anne@exemple.fr", True), ("courriel", "anne@", False),
        ("courriel", "", None), ("telephone", "03 80 00 00 00", True), ("telephone", "03.80.00.00.00", True),
        ("telephone", "+33 3 80 00 00 00", True), ("telephone", "380000000", False), ("telephone", "", None),
    ],
)  # fmt: skip
def test_un_courriel_ou_un_telephone_est_mesure_jamais_rejete(
    typer: Any, type_: str, texte: str, valide: bool | None
) -> None:
    typee = typer(type_, texte)
    assert typee.annexe is not None and typee.annexe[0].as_py() is valide
    assert une(typee) == (texte.strip() or None)
