"""Ce que la normalisation confond, et ce qu'elle laisse distinct."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.personnes.normalisation import commune, date, nom, normaliser, plein, prenom, sexe, son


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("Lévêque-Fabre", "leveque fabre"), ("  D'ANGÉLY ", "angely"), ("de La Fuente", "fuente"),
        ("El Amrani", "amrani"), ("Ben Salah", "salah"), ("Van den Berg", "berg"), ("Le Van", "le van"),
        ("Œuvrard", "oeuvrard"), ("Yılmaz", "yilmaz"), ("", ""), (" - ", ""),
    ],
)  # fmt: skip
def test_nom(ecrit: str, lu: str) -> None:
    """Sans accents, casse, ponctuation ni particules ; un nom qui n'est fait que de particules les garde."""
    assert nom(ecrit) == lu


def test_un_nom_entier_garde_ses_particules_d_un_seul_tenant() -> None:
    assert plein("Le Goff") == plein("LEGOFF") == "legoff"


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [("Mme Marie-Claude", "marie claude"), ("J.-P.", "j p"), ("M.", "m"), ("Mlle", "mlle"), ("LÉA ", "lea")],
)
def test_prenom(ecrit: str, lu: str) -> None:
    """Une civilité qui précède un prénom tombe ; seule, elle reste : c'est peut-être une initiale."""
    assert prenom(ecrit) == lu


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("1984-03-27", "19840327"), ("1984-03-27 00:00:00", "19840327"), ("0985-03-27", "09850327"),
        ("1900-01-01", ""), ("9999-12-31", ""), ("27/03/1984", ""), ("1984-02-30", ""), ("", ""),
    ],
)  # fmt: skip
def test_date(ecrit: str, lu: str) -> None:
    """Huit chiffres toujours ; une date d'attente, ou qui n'existe pas, ne dit rien."""
    assert date(ecrit) == lu


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("21000 DIJON CEDEX", "dijon"), ("St-Jean-de-Losne", "saint jean losne"), ("Is-sur-Tille", "is tille"),
        ("Dijon", "dijon"), ("21231", "21231"), ("Les Aux", "les aux"),
    ],
)  # fmt: skip
def test_commune(ecrit: str, lu: str) -> None:
    assert commune(ecrit) == lu


@pytest.mark.parametrize(
    ("ecrit", "lu"), [("f", "F"), ("Homme", "M"), ("M", "M"), ("Féminin", "F"), ("1", ""), ("", "")]
)
def test_sexe(ecrit: str, lu: str) -> None:
    assert sexe(ecrit) == lu


@pytest.mark.parametrize(
    ("un", "autre"),
    [("philippe", "filipe"), ("mohamed", "mouhammed"), ("thibaut", "tibo"), ("mathis", "matiss"), ("jean", "jeanne")],
)
def test_meme_son(un: str, autre: str) -> None:
    assert son(un) == son(autre)


@pytest.mark.parametrize(
    ("un", "autre"), [("marie", "marine"), ("julie", "juliette"), ("anais", "anne"), ("martin", "martinez")]
)
def test_autre_son(un: str, autre: str) -> None:
    assert son(un) != son(autre)


def test_une_colonne_absente_ou_vide_est_inconnue() -> None:
    table = normaliser(pa.table({"identite_id": ["a", "b"], "nom": ["Le Goff", ""]}))
    assert table["nom"].to_pylist() == ["goff", None]
    assert table["nom_plein"].to_pylist() == ["legoff", None]
    assert all(table[c].null_count == 2 for c in table.column_names if c not in ("identite_id", "nom", "nom_plein"))


def test_une_date_se_lit_quel_que_soit_son_type() -> None:
    jour = dt.date(1984, 3, 27)
    for valeurs in (pa.array([jour]), pa.array([dt.datetime(1984, 3, 27)]), pa.array(["1984-03-27"])):
        lue = normaliser(pa.table({"identite_id": ["a"], "date_naissance": valeurs}))["date_naissance"].to_pylist()
        assert lue == ["19840327"]


@given(st.text(max_size=40))
def test_normaliser_deux_fois_ne_change_rien(texte: str) -> None:
    for fonction in (nom, plein, prenom, commune):
        assert fonction(fonction(texte)) == fonction(texte)


@given(st.text(max_size=40))
def test_casse_et_espaces_ne_comptent_pas(texte: str) -> None:
    assert nom(f"  {nom(texte).upper()} ") == nom(nom(texte).upper())
