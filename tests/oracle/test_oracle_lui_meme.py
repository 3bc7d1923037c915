"""L'oracle sur des cas écrits à la main, dont la réponse se calcule de tête."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import generateur
import pandas as pd
import pytest
from cas import ARRETE, lignes, livraison
from catalogue import Cellule, Livraison
from comparaison import ecarts
from identites import Decision, Structures
from lecture import (
    Illisible,
    cle_structure,
    cle_texte,
    lire,
    lire_date,
    lire_decimal,
    lire_mois,
    lire_ouinon,
    lire_siret,
)
from oracle import calculer

PERSONNE = {"nom": "Durand", "prenom": "Zoé", "sexe": "F", "date_naissance": "01/02/90"}
OPERATION = {"donneur_ordre": "Ville", "operation": "Voirie", "secteur": "BTP", "statut": "En cours"}
CONTRAT = {
    "id_salarie": "S1", "id_operation": "O1", "employeur": "Atelier", "type_employeur": "Entreprise",
    "type_contrat": "CDI", "date_debut": "01/01/2019", "embauche": "Oui",
}  # fmt: skip


def heures(*lignes: tuple[str, str, Cellule], jour: dt.date = ARRETE) -> Livraison:
    """Livraison d'heures : contrat, mois, heures."""
    noms = ("id_contrat", "mois", "heures")
    donnees = [dict(zip(noms, ligne, strict=True)) for ligne in lignes]
    return livraison("abc_clauses_heures", donnees, f"h{jour:%Y%m}.csv", jour)


def monde(**remplace: list[dict[str, Cellule]]) -> list[Livraison]:
    """Une personne, une opération de chaque secteur et un contrat sur chacune, sauf ce qui est remplacé."""
    donnees: dict[str, list[dict[str, Cellule]]] = {
        "abc_clauses_salaries": [{"id_salarie": "S1", **PERSONNE}],
        "abc_clauses_operations": [
            {"id_operation": "O1", **OPERATION},
            {"id_operation": "O2", **OPERATION, "secteur": "services"},
        ],
        "abc_clauses_contrats": [
            {"id_contrat": "C1", **CONTRAT},
            {"id_contrat": "C2", **CONTRAT, "id_operation": "O2", "embauche": None},
        ],
    } | remplace
    return [livraison(source, lignes) for source, lignes in donnees.items()]


@pytest.mark.parametrize("ecrit", ["5 217,15", "5\u00a0217,15", "5\u202f217,15", "5217,15", "5217.15", 5217.15])
def test_nombre_lisible(ecrit: Cellule) -> None:
    assert lire_decimal(ecrit) == Decimal("5217.15")


@pytest.mark.parametrize("ecrit", ["1.234,50", "1,234.50", "-3", "NC", "", "12h"])
def test_nombre_illisible(ecrit: str) -> None:
    with pytest.raises(Illisible):
        lire_decimal(ecrit)


def test_dates() -> None:
    limite = dt.date(2007, 2, 5)
    assert lire_date("03/04/2019") == lire_date("03/04/19") == lire_date("2019-04-03") == dt.date(2019, 4, 3)
    assert lire_date("03/04/51") == dt.date(1951, 4, 3)
    assert lire_date("03/04/49", limite) == dt.date(1949, 4, 3)
    assert lire_date("03/04/03", limite) == dt.date(2003, 4, 3)
    assert lire_mois("05/2019") == lire_mois("2019-05") == lire_mois(dt.date(2019, 5, 15)) == dt.date(2019, 5, 1)
    for illisible in ("31/02/2019", "2019-13-01", "hier"):
        with pytest.raises(Illisible):
            lire_date(illisible)
    with pytest.raises(Illisible):
        lire_date("12/05/2012", limite)


def test_oui_ou_non() -> None:
    assert [lire_ouinon(c) for c in ("O", "oui", "X", "1", 1, True, "VRAI")] == [True] * 7
    assert [lire_ouinon(c) for c in ("N", "Non", "0", 0, False, "faux", None, " ")] == [False] * 8


def test_siret() -> None:
    assert lire_siret("732 829 320 00074") == ("73282932000074", False)
    assert lire_siret(552013500004) == lire_siret("552013500004") == ("00552013500004", True)
    assert lire_siret("35600000000048") == ("35600000000048", False)
    assert lire_siret("732 829 320") == lire_siret(732829320) == ("732829320", True)
    for faux in ("11122233344455", "12345678901234", "123", "123456789", "35600000000049"):
        with pytest.raises(Illisible):
            lire_siret(faux)


def test_clefs_de_comparaison() -> None:
    assert cle_structure("L’Atelier-Côte.") == cle_structure("l'atelier  COTE") == "lateliercote"
    assert cle_texte("Bilan  d'Étape") == "biland'etape"


def test_conservation_et_doublons() -> None:
    lue = lire(
        heures(
            ("C1", "01/2019", "10"),
            ("c1 ", "2019-01", "10,0"),
            ("C1", "01/2019", "NC"),
            ("C2", "01/2019", "5"),
            ("C2", "01/2019", "6"),
            ("", "", None),
            ("TOTAL", "", "31"),
        )
    )
    assert (lue.statut, lue.lues, len(lue.lignes), lue.rejets, lue.laissees) == (
        "acceptee_avec_rejets", 7, 1, {("", 4), ("", 5), ("", 6)}, 3,
    )  # fmt: skip
    # 10 + 10 + 5 + 6 : toutes les lignes qui se lisent, doublons compris.
    assert lue.totaux_faux == 0
    assert lire(heures(("C1", "01/2019", "10"), ("TOTAL", "", "11"))).totaux_faux == 1


def test_la_livraison_la_plus_recente_l_emporte_et_un_zero_reste() -> None:
    livraisons = [
        *monde(),
        heures(("C1", "01/2019", "7"), ("C2", "01/2019", "0"), jour=dt.date(2019, 3, 1)),
        heures(("C1", "01/2019", "10"), ("C2", "01/2019", "20"), jour=dt.date(2019, 1, 1)),
    ]
    faits = {f["id_contrat"]: f["heures"] for f in lignes(livraisons, "fct_heures")}
    assert faits == {"C1": Decimal(7), "C2": Decimal(0)}
    assert [(r["secteur"], r["heures"], r["part"]) for r in lignes(livraisons, "rpt_heures_secteur")] == [
        ("BTP", Decimal(7), 1.0),
        ("SERVICES", Decimal(0), 0.0),
    ]
    assert [r["operation"] for r in lignes(livraisons, "rpt_heures_operation")] == ["Voirie"]


def test_a_egalite_la_personne_et_l_entreprise_comptent_dans_le_btp() -> None:
    livraisons = [*monde(), heures(("C1", "01/2019", "10"), ("C2", "02/2019", "10"))]
    [salaries] = lignes(livraisons, "rpt_salaries_secteur")
    assert (salaries["secteur"], salaries["salaries"], salaries["femmes"], salaries["qpv"]) == ("BTP", 1, 1, 0)
    assert [(e["categorie"], e["entreprises"]) for e in lignes(livraisons, "rpt_entreprises")] == [("BTP", 1)]


def test_apres_l_arrete_rien_ne_compte() -> None:
    livraisons = [*monde(), heures(("C1", "12/2020", "10"), ("C2", "01/2021", "10"))]
    assert [f["id_contrat"] for f in lignes(livraisons, "fct_heures")] == ["C1"]


def test_orphelins() -> None:
    contrats = [{"id_contrat": "C1", **CONTRAT}, {"id_contrat": "C9", **CONTRAT, "id_salarie": "S9"}]
    livraisons = [
        *monde(abc_clauses_contrats=contrats),
        heures(("C1", "01/2019", "1"), ("C9", "01/2019", "2"), ("C8", "01/2019", "3")),
    ]
    assert [(o["source"], o["heures"]) for o in lignes(livraisons, "orphelins")] == [
        ("abc_clauses_heures", Decimal(3)),
        ("abc_clauses_contrats", Decimal(2)),
    ]
    assert [e["embauches"] for e in lignes(livraisons, "rpt_embauches")] == [1]


def test_une_personne_sous_deux_numeros_a_les_attributs_de_sa_derniere_ligne() -> None:
    salaries = [
        {"id_salarie": "S1", **PERSONNE, "qpv": "Le Mail", "accompagnement": "EI"},
        {"id_salarie": "S2", **PERSONNE, "nom": "DURAND", "prenom": "zoe", "accompagnement": "ea"},
    ]
    contrats = [{"id_contrat": "C1", **CONTRAT}, {"id_contrat": "C2", **CONTRAT, "id_salarie": "S2"}]
    livraisons = [
        *monde(abc_clauses_salaries=salaries, abc_clauses_contrats=contrats),
        heures(("C1", "01/2019", "1"), ("C2", "01/2019", "1")),
    ]
    assert [(a["accompagnement"], a["salaries"]) for a in lignes(livraisons, "rpt_salaries_accompagnement")] == [
        ("EA", 1)
    ]
    assert [p["qpv"] for p in lignes(livraisons, "dim_personne")] == [False]


def test_structures_de_proche_en_proche() -> None:
    operations = [
        {"id_operation": "O1", **OPERATION, "donneur_ordre": "Mairie", "siret_donneur_ordre": "73282932000074"},
        {"id_operation": "O2", **OPERATION, "donneur_ordre": "VILLE.", "siret_donneur_ordre": "73282932000074"},
        {"id_operation": "O3", **OPERATION, "date_consultation": "02/01/2020", "heures_engagement": "50"},
        {"id_operation": "O4", **OPERATION},
    ]
    livraisons = [*monde(abc_clauses_operations=operations), heures(("C1", "01/2019", "1"))]
    assert [(d["annee"], d["donneur_ordre"], d["consultations"]) for d in lignes(livraisons, "rpt_donneurs_ordre")] == [
        (2019, "Ville", 0),
        (2020, "Ville", 1),
    ]


SIRET, VOISIN, AUTRE = "73282932000074", "73282932000082", "55208131766522"
"""Deux établissements d'une entreprise, et celui d'une autre."""


def groupes(*cites: tuple[str, str | None], decisions: Iterable[Decision] = ()) -> set[frozenset[str]]:
    """Noms de chaque structure, d'après des opérations qui la citent avec ou sans numéro."""
    operations = [
        {"id_operation": f"O{i}", **OPERATION, "donneur_ordre": nom, "siret_donneur_ordre": numero}
        for i, (nom, numero) in enumerate(cites)
    ]
    livraisons = monde(abc_clauses_operations=operations, abc_clauses_contrats=[])
    return set(Structures([lire(x) for x in livraisons], list(decisions)).table()["noms"])


def ensembles(*noms: str) -> set[frozenset[str]]:
    """« A B », « C » : les noms A et B ensemble, C seul."""
    return {frozenset(n.split()) for n in noms}


def test_structures_decidees() -> None:
    memes = [("plastylis", "plastyliis", "meme"), ("plastyliis", "usine", "meme")]
    assert groupes(("Plastylis", None), ("Usine", None), decisions=memes) == ensembles("Plastylis Usine")
    # Le SIRET reste à qui le cite le plus ; un troisième nom qui le cite le suit.
    cites = [("Metropole", SIRET), ("Metropole", SIRET), ("Agglo", SIRET), ("Habitat", SIRET)]
    assert groupes(*cites) == ensembles("Metropole Agglo Habitat")
    differentes = [("habitat", "metropole", "differentes")]
    assert groupes(*cites, decisions=differentes) == ensembles("Metropole Agglo", "Habitat")
    # D'un nom à l'autre par deux SIRET : aucun ne réunit plus rien.
    suite = [("Metropole", SIRET), ("Dijon", SIRET), ("Dijon", AUTRE), ("Habitat", AUTRE)]
    assert groupes(*suite) == ensembles("Metropole Dijon Habitat")
    assert groupes(*suite, decisions=differentes) == ensembles("Metropole", "Dijon", "Habitat")


def test_structures_dont_on_ne_sait_que_le_siren() -> None:
    assert groupes(("Usine", SIRET), ("Siege", SIRET[:9])) == ensembles("Usine Siege")
    assert groupes(("Usine", SIRET), ("Depot", VOISIN), ("Siege", SIRET[:9])) == ensembles("Usine", "Depot", "Siege")
    assert groupes(("Un", SIRET[:9]), ("Autre", SIRET[:9])) == ensembles("Un", "Autre")
    deux = [("Usine", SIRET), ("Siege", SIRET[:9]), ("Siege", AUTRE[:9])]
    assert groupes(*deux) == ensembles("Usine", "Siege")
    differentes = [("siege", "usine", "differentes")]
    assert groupes(("Usine", SIRET), ("Siege", SIRET[:9]), decisions=differentes) == ensembles("Usine", "Siege")


def test_structures_a_une_lettre_doublee_pres() -> None:
    assert groupes(("Plasturgie", SIRET), ("Plassturgie", None)) == ensembles("Plasturgie Plassturgie")
    for un, autre in (("Residence-I", "Residence-II"), ("Ana", "Anna"), ("Ville-de-Chanay", "Ville-de-Channay")):
        assert groupes((un, None), (autre, None)) == ensembles(un, autre)
    assert groupes(("Plasturgie", SIRET), ("Plassturgie", AUTRE)) == ensembles("Plasturgie", "Plassturgie")
    differentes = [("plassturgie", "plasturgie", "differentes")]
    seuls = groupes(("Plasturgie", None), ("Plassturgie", None), decisions=differentes)
    assert seuls == ensembles("Plasturgie", "Plassturgie")


def test_suivi_des_engagements() -> None:
    def suivi(**attributs: Cellule) -> tuple[Any, ...]:
        operations = [{"id_operation": "O1", **OPERATION, **attributs}]
        livraisons = [*monde(abc_clauses_operations=operations), heures(("C1", "01/2019", "50"))]
        [s] = lignes(livraisons, "rpt_suivi_engagements")
        return s["taux_realisation"], s["part_duree_ecoulee"], s["alerte"]

    assert suivi() == (None, None, "sans engagement")
    assert suivi(heures_engagement="0", date_debut="01/01/2020", date_fin="01/01/2020") == (None, 1, "sans engagement")
    assert suivi(heures_engagement="100", date_debut="01/01/2020") == (0.5, None, "indéterminé")
    assert suivi(heures_engagement="100", date_debut="01/01/2020", date_fin="30/06/2020") == (0.5, 1, "retard")
    assert suivi(heures_engagement="100", date_debut="01/01/2021", date_fin="30/06/2021") == (0.5, 0, "avance")
    assert suivi(heures_engagement="100", date_debut="31/12/2019", date_fin="01/01/2022") == (
        0.5,
        366 / 732,
        "conforme",
    )


def test_indicateurs() -> None:
    livraisons = [*monde(), heures(("C1", "01/2019", "30"), ("C2", "01/2019", "10"))]
    chiffres = {c["code"]: c for c in lignes(livraisons, "indicateurs") if c["annee"] == 2019}
    attendus = {"CL001": 40, "CL002": 30, "CL014": 30, "CL013": 10, "CL015": 1, "CL019": 100, "CL020": 1, "CL021": 100}
    assert {code: chiffres[code]["valeur"] for code in attendus} == attendus
    assert chiffres["CL051"]["valeur"] == chiffres["CL055"]["valeur"] == 1
    assert "CL012" not in chiffres


def test_le_tirage_couvre_les_cas() -> None:
    """Un tirage sans défaut ni égalité ne prouverait rien : chacun doit s'y trouver."""
    attendu = calculer(generateur.generer(1), ARRETE)
    statuts = {lue.statut for lue in attendu.livraisons}
    assert statuts == {"acceptee", "acceptee_avec_rejets", "refusee", "doublon"}
    assert {lue.livraison.format["type"] for lue in attendu.livraisons} == {"csv", "xlsx"}
    assert {lue.livraison.format.get("encodage") for lue in attendu.livraisons} >= {
        "cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-be",
    }  # fmt: skip
    assert {lue.livraison.format.get("separateur") for lue in attendu.livraisons} >= {";", ",", "\t", "|"}
    faits = attendu.tables["fct_heures"]
    assert len(faits) > 1500
    assert (faits["heures"] == 0).any()
    # Chaque alerte se voit dans l'un au moins des deux tirages que joue la suite courte.
    autre = calculer(generateur.generer(2, (2024, 2025), arrete=dt.date(2025, 9, 30)), dt.date(2025, 9, 30))
    alertes = {a for x in (attendu, autre) for a in x.tables["rpt_suivi_engagements"]["alerte"]}
    assert alertes == {
        "sans engagement", "retard", "avance", "conforme", "indéterminé",
    }  # fmt: skip
    assert set(attendu.tables["rpt_entreprises"]["categorie"]) == {
        "BTP", "SERVICES", "EI", "ACI", "EA", "ESAT", "ETTI", "AI", "GEIQ",
    }  # fmt: skip
    assert set(attendu.tables["orphelins"]["source"]) == {"abc_clauses_heures", "abc_clauses_contrats"}
    for lue in attendu.livraisons:
        assert lue.lues == len(lue.lignes) + len(lue.rejets) + lue.laissees
        assert len(lue.rejets) <= 0.15 * lue.lues
    orphelines = sum(attendu.tables["orphelins"]["heures"])
    assert orphelines < Decimal("0.004") * sum(faits["heures"])


def test_le_tirage_ne_depend_que_de_sa_graine() -> None:
    assert generateur.generer(3, taille=0.3) == generateur.generer(3, taille=0.3)
    assert generateur.generer(3, taille=0.3) != generateur.generer(4, taille=0.3)


def test_la_comparaison_voit_chaque_ecart() -> None:
    voulue = pd.DataFrame({"annee": [2019, 2020], "heures": [Decimal("1.10"), Decimal("2")], "part": [1 / 3, None]})

    def compare(**colonnes: list[Any]) -> list[str]:
        return ecarts("t", voulue, voulue.assign(**colonnes), ["annee"])

    assert compare() == []
    assert compare(part=[0.3333333333333, None]) == []
    for colonne, valeurs in (
        ("heures", [Decimal("1.11"), Decimal("2")]),
        ("heures", [None, Decimal("2")]),
        ("part", [0.33333, None]),
        ("part", [1 / 3, 0.0]),
        ("annee", [2019, 2021]),
        ("annee", [2019, 2019]),
    ):
        assert compare(**{colonne: valeurs}), (colonne, valeurs)
    assert ecarts("t", voulue, voulue.drop(columns="part"), ["annee"])
