"""Les contrats se relisent, ne laissent passer aucune faute de frappe, et reconnaissent les noms de fichiers."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
import yaml

from include.configuration import RACINE
from include.contrats import Alias, ContratInvalide, reconnaitre_nom, tous
from include.contrats.contrat import lire_contrat
from include.contrats.sources_dbt import FICHIER, rediger

MODELE: dict[str, Any] = {
    "source": "essai", "libelle": "Essai", "axe": "gpect", "proprietaire": "Service", "fichier": "essai_AAAA.csv",
    "mode": "increment", "cle": ["code"], "fraicheur_jours": 30, "format": {"type": "csv"},
    "colonnes": [{"nom": "code", "entete": "Code", "type": "identifiant", "requis": True, "description": "Code."}],
}  # fmt: skip


def test_les_contrats_de_l_axe_achats_responsables_et_des_projets_sont_la() -> None:
    attendus = {f"abc_clauses_{nom}" for nom in ("operations", "lots", "salaries", "contrats", "heures", "contacts")}
    assert attendus | {"projets"} <= set(tous())
    assert [c.source for c in tous().values() if c.nominatif] == ["abc_clauses_salaries"]


def test_aucune_colonne_identifiante_ou_sensible_n_entre_en_bronze() -> None:
    salaries = tous()["abc_clauses_salaries"]
    bronze = salaries.colonnes_bronze()
    assert not {c.nom for c in salaries.colonnes if c.dcp} & set(bronze)
    assert {"personne_id", "annee_naissance", "courriel_valide", "telephone_valide", "qpv", "quartier"} <= set(bronze)


@pytest.mark.parametrize("contrat", tous().values(), ids=lambda c: c.source)
def test_chaque_colonne_de_bronze_est_typee_et_decrite(contrat: Any) -> None:
    assert all(type_ and description.strip() for type_, description in contrat.bronze().values())


CODE = MODELE["colonnes"][0]


def _avec(**changements: Any) -> dict[str, Any]:
    return copy.deepcopy(MODELE) | changements


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        pytest.param({k: v for k, v in MODELE.items() if k != "mode"}, "il manque mode", id="cle_manquante"),
        pytest.param(_avec(propriétaire="x"), "clés inconnues : propriétaire", id="faute_de_frappe"),
        pytest.param(_avec(axe="gepct"), "axe attendu", id="axe"),
        pytest.param(_avec(mode="complets"), "mode attendu", id="mode"),
        pytest.param(_avec(cle=["codes"]), "colonnes inconnues : codes", id="cle_inconnue"),
        pytest.param(_avec(fichier="essai.csv"), "AAAA", id="nom_sans_date"),
        pytest.param(_avec(colonnes=[CODE | {"type": "texet"}]), "type inconnu", id="type"),
        pytest.param(_avec(colonnes=[CODE | {"requis": False}]), "doit être requise", id="cle_facultative"),
        pytest.param(_avec(colonnes=[CODE | {"dcp": "nominative"}]), "dcp", id="dcp"),
        pytest.param(_avec(colonnes=[CODE | {"entetes": "x"}]), "au plus", id="cle_de_colonne"),
    ],
)  # fmt: skip
def test_un_contrat_mal_ecrit_est_refuse_et_le_message_dit_quoi(contenu: dict[str, Any], attendu: str) -> None:
    with pytest.raises(ContratInvalide, match=attendu):
        lire_contrat(contenu)


def test_l_empreinte_ignore_les_commentaires_et_suit_le_contenu() -> None:
    texte = yaml.safe_dump(MODELE, allow_unicode=True)
    un, deux = lire_contrat(yaml.safe_load(texte)), lire_contrat(yaml.safe_load("# commentaire\n" + texte))
    assert un.empreinte == deux.empreinte != lire_contrat(_avec(fraicheur_jours=31)).empreinte


def test_un_alias_ne_vaut_qu_entre_ses_dates() -> None:
    alias = Alias("Heures", du=dt.date(2015, 1, 1), au=dt.date(2016, 12, 31))
    valables = [alias.valable(dt.date(*jour)) for jour in ((2014, 12, 31), (2015, 1, 1), (2016, 12, 31), (2017, 1, 1))]
    assert valables == [False, True, True, False]


@pytest.mark.parametrize(
    ("nom", "source", "date"),
    [
        ("abc_clauses_heures_201701.csv", "abc_clauses_heures", (2017, 1, 1)),
        ("ABC_Clauses_Heures_201712 (1).CSV", "abc_clauses_heures", (2017, 12, 1)),
        ("abc_clauses_operations_20171231_v2.xlsx", "abc_clauses_operations", (2017, 12, 31)),
        ("projets_2016 - Copie.csv", "projets", (2016, 1, 1)),
    ],
)
def test_un_nom_est_reconnu_sans_casse_ni_suffixe(nom: str, source: str, date: tuple[int, int, int]) -> None:
    [(contrat, jour, annee)] = reconnaitre_nom(nom)
    assert (contrat.source, jour, annee) == (source, dt.date(*date), date[0])


@pytest.mark.parametrize("nom", ["abc_clauses_heures_201713.csv", "abc_clauses_heures.csv", "photo_2017.csv"])
def test_un_nom_sans_date_possible_n_est_pas_reconnu(nom: str) -> None:
    assert reconnaitre_nom(nom) == []


def test_les_sources_de_dbt_sont_a_jour() -> None:
    """Sinon : `make sources`."""
    assert FICHIER.read_text(encoding="utf-8") == rediger()


def test_seuls_les_contrats_connaissent_les_en_tetes() -> None:
    """Un en-tête cité ailleurs dans include/ serait une deuxième vérité."""
    entetes = {c.entete for contrat in tous().values() for c in contrat.colonnes if " " in c.entete}
    ailleurs = [f for f in (RACINE / "include").rglob("*.py") if not {"demo"} & set(f.relative_to(RACINE).parts)]
    coupables = [f.name for f in ailleurs for e in entetes if f'"{e}"' in f.read_text(encoding="utf-8")]
    assert coupables == []
