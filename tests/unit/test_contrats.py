"""Les contrats se relisent, ne laissent passer aucune faute de frappe, et reconnaissent les noms de fichiers."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
import yaml

from include.configuration import RACINE
from include.contrats import Alias, Contrat, ContratInvalide, connus, reconnaitre_nom
from include.contrats.contrat import lire_contrat
from include.contrats.sources_dbt import FICHIER, rediger

MODELE: dict[str, Any] = {
    "source": "essai", "libelle": "Essai", "axe": "gpect", "proprietaire": "Service", "fichier": "essai_AAAA.csv",
    "mode": "increment", "cle": ["code"], "fraicheur_jours": 30, "format": {"type": "csv"},
    "colonnes": [{"nom": "code", "entete": "Code", "type": "identifiant", "requis": True, "description": "Code."}],
}  # fmt: skip


DEPOTS = yaml.safe_load((RACINE / "tests" / "oracle" / "depots.yml").read_text(encoding="utf-8"))["sources"]
"""Ce que les partenaires envoient, décrit à part des contrats."""
PRECISE = {"identifiant": "texte", "qpv": "texte", "naissance": "date"}
"""Types que nos contrats distinguent là où le partenaire n'en dit qu'un."""


def test_chaque_fichier_de_partenaire_a_son_contrat() -> None:
    assert set(connus()) == set(DEPOTS) and len(DEPOTS) == 25


@pytest.mark.parametrize("source", DEPOTS)
def test_le_contrat_est_celui_du_fichier_que_le_partenaire_envoie(source: str) -> None:
    contrat, depot = connus()[source], DEPOTS[source]
    assert (contrat.fichier, contrat.mode, contrat.axe, list(contrat.cle)) == tuple(
        depot[k] for k in ("fichier", "mode", "axe", "cle")
    )
    colonnes = [
        [c.entete, c.nom, PRECISE.get(c.type, c.type), c.requis, *filter(None, [c.dcp])]
        for c in contrat.colonnes
        if not c.feuille  # le nom de la feuille n'est pas une colonne du fichier
    ]
    assert colonnes == depot["colonnes"]
    # Les axes secondaires d'un projet n'ont pas de liste chez le partenaire : ce sont les mêmes axes.
    listes = {c.nom: list(c.modalites) for c in contrat.colonnes if c.modalites and c.nom != "axes_secondaires"}
    assert listes == depot.get("modalites", {})


def test_les_contrats_nominatifs() -> None:
    assert [c.source for c in connus().values() if c.nominatif] == [
        "abc_clauses_salaries", "cent_chances_candidatures", "parcours_etapes", "pole_emploi_longvic", "prescriptions",
    ]  # fmt: skip


@pytest.mark.parametrize("contrat", connus().values(), ids=lambda c: c.source)
def test_aucune_colonne_identifiante_ou_sensible_n_entre_en_bronze(contrat: Contrat) -> None:
    assert not {c.nom for c in contrat.colonnes if c.dcp} & set(contrat.colonnes_bronze())


def test_ce_que_bronze_garde_d_une_personne() -> None:
    bronze = connus()["abc_clauses_salaries"].colonnes_bronze()
    assert {"personne_id", "annee_naissance", "courriel_valide", "telephone_valide", "qpv", "quartier"} <= set(bronze)
    assert "identifiant_id" in connus()["pole_emploi_longvic"].colonnes_bronze()


@pytest.mark.parametrize("contrat", connus().values(), ids=lambda c: c.source)
def test_chaque_colonne_de_bronze_est_typee_et_decrite(contrat: Contrat) -> None:
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
        pytest.param(_avec(colonnes=[CODE | {"dcp": "identifiante"}]), "veut un pseudonyme", id="cle_nominative"),
        pytest.param(_avec(colonnes=[CODE | {"pseudonyme": True}]), "de dcp identifiante", id="pseudonyme"),
        pytest.param(_avec(etats=True), "seule une source complete", id="etats"),
        pytest.param(_avec(format={"type": "xlsx", "feuilles": "semaine"}), "format.feuilles attendu", id="feuilles"),
        pytest.param(_avec(format={"type": "xlsx", "feuilles": "colonne"}), "et une seule", id="colonne_feuille"),
        pytest.param(_avec(format={"type": "xlsx", "feuilles": "mois", "feuille": "A"}), "pas les deux", id="deux"),
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
    entetes = {c.entete for contrat in connus().values() for c in contrat.colonnes if " " in c.entete}
    ailleurs = [f for f in (RACINE / "include").rglob("*.py") if not {"demo"} & set(f.relative_to(RACINE).parts)]
    coupables = [f.name for f in ailleurs for e in entetes if f'"{e}"' in f.read_text(encoding="utf-8")]
    assert coupables == []
