"""Le classeur d'un axe : tableaux Excel, totaux de ce qui s'additionne, graphiques, et aucune formule reçue."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from poche_classeur import (
    ARRETE,
    AXE,
    CHIFFRES,
    COLONNES_CHIFFRES,
    COLONNES_HEURES,
    HEURES,
    classeur,
    pieces,
    textes_de,
)

from include.configuration import RACINE
from include.diffusion.declarations import Mesure, _mesure
from include.extraits.audience import PUBLIC
from include.extraits.classeur.mots import colonnes_de, intitules, ranger
from include.extraits.lecture import Axe
from include.rapport_activite import visuels

LIGNES = [
    (2029, "BTP", Decimal("10.25"), 0.25),
    (2029, "SERVICES", Decimal("30.75"), 0.75),
    (2030, "BTP", None, None),
    (2030, "SERVICES", Decimal("59.00"), 1.0),
]
SOMME = re.compile(r"SUBTOTAL\(109,(\w+)\[(.+)\]\)")


def feuille(chemin: Path, nom: str = "Heures par secteur", valeurs: bool = False) -> Worksheet:
    return openpyxl.load_workbook(chemin, data_only=valeurs)[nom]


def cases(f: Worksheet) -> list[list[Any]]:
    return [[c.value for c in ligne] for ligne in f.iter_rows()]


# --- Tableaux et totaux ---


def test_une_table_est_un_tableau_excel_avec_filtre_et_total(tmp_path: Path) -> None:
    """Le total est une formule qui suit le filtre, avec sa valeur ; une part, une année ne se somment pas."""
    chemin = classeur(tmp_path / "c.xlsx", {HEURES: (COLONNES_HEURES, LIGNES)})
    f = feuille(chemin)
    tableau = f.tables["rpt_heures_secteur"]
    assert (tableau.ref, tableau.autoFilter.ref, tableau.totalsRowCount) == ("A1:D6", "A1:D5", 1)
    assert cases(f)[-1] == [
        "Total des lignes affichées",
        None,
        "=SUBTOTAL(109,rpt_heures_secteur[Heures réalisées])",
        None,
    ]
    assert cases(feuille(chemin, valeurs=True))[-1] == ["Total des lignes affichées", None, 100, None]
    assert f["C6"].number_format == f["C5"].number_format == '#,##0.00"\u00a0h"'
    assert f["A6"].font.bold and not f["A5"].font.bold
    assert f.column_dimensions["A"].width + f.column_dimensions["B"].width > len("Total des lignes affichées")


def test_une_colonne_dont_une_valeur_est_secrete_n_a_pas_de_total(tmp_path: Path) -> None:
    """La somme de ce qui se montre se lirait comme celle de tout : « s », comme la valeur cachée."""
    colonnes = (
        "annee integer, prescripteur varchar, secteur varchar, orientations bigint, validees bigint, _secret varchar"
    )
    lignes = [(2029, "A", "BTP", 7, 5, None), (2029, "B", "BTP", 9, None, "validees")]
    f = feuille(
        classeur(tmp_path / "c.xlsx", {f"{AXE}.rpt_prescriptions": (colonnes, lignes)}, PUBLIC), "Prescriptions"
    )
    assert cases(f)[2:] == [
        [2029, "B", "BTP", 9, "s"],
        ["Total des lignes affichées", None, None, "=SUBTOTAL(109,rpt_prescriptions[Orientations])", "s"],
    ]
    seule = {
        HEURES: (f"{COLONNES_HEURES}, _secret varchar", [(2029, "BTP", None, 0.5, "heures"), (2029, "X", 1, 0.5, "")])
    }
    f = feuille(classeur(tmp_path / "d.xlsx", seule, PUBLIC))
    assert cases(f)[-1] == [2029, "X", 1, 0.5], "sans rien à sommer, pas de ligne de total"


def test_une_table_vide_garde_ses_titres_et_n_a_pas_de_total(tmp_path: Path) -> None:
    chemin = classeur(tmp_path / "c.xlsx", {HEURES: (COLONNES_HEURES, [])})
    f = feuille(chemin)
    assert cases(f)[0] == ["Année", "Secteur", "Heures réalisées", "Part des heures"]
    assert f.tables["rpt_heures_secteur"].ref == "A1:D2" and f.max_row == 1
    assert "Graphiques" not in openpyxl.load_workbook(chemin).sheetnames


def test_deux_titres_egaux_se_distinguent() -> None:
    """Un tableur déclare abîmé un tableau dont deux colonnes ont le même titre."""
    titres = [c.titre for c in colonnes_de("rpt_neuve", {"heures": "DOUBLE", "heures_realisees": "DOUBLE"})]
    assert titres == ["Heures réalisées", "Heures réalisées (heures_realisees)"]


def test_une_ligne_qui_compte_les_autres_est_la_derniere_et_en_gras(tmp_path: Path) -> None:
    colonnes = "demarche varchar, departement varchar, entreprises bigint"
    lignes = [("IAA", "21", 2), ("IAA", "TOTAL", 5), ("IAA", "Z9", 3), ("Santé", "21", 1), ("Santé", "TOTAL", 1)]
    f = feuille(classeur(tmp_path / "c.xlsx", {f"{AXE}.rpt_entretiens": (colonnes, lignes)}), "Entretiens")
    assert [ligne[:2] for ligne in cases(f)[1:]] == [
        ["IAA", "21"], ["IAA", "Z9"], ["IAA", "TOTAL"], ["Santé", "21"], ["Santé", "TOTAL"]
    ]  # fmt: skip
    assert [f.cell(i, 3).font.bold for i in range(2, 7)] == [False, False, True, False, True]
    assert not f.tables["rpt_entretiens"].totalsRowCount, "elle compterait deux fois"


def test_les_modalites_suivent_l_ordre_des_intitules() -> None:
    """Un entonnoir se lit dans l'ordre de ses étapes, année par année, et non dans l'ordre alphabétique."""
    lignes = [
        {"annee": a, "etape": e}
        for a in (2029, 2030)
        for e in ("candidatures", "entrees_immediates", "presents_pre_sas", "étape neuve")
    ]
    assert [(x["annee"], x["etape"]) for x in ranger(lignes, ["annee", "etape"])] == [
        (a, e) for a in (2029, 2030) for e in ("candidatures", "presents_pre_sas", "entrees_immediates", "étape neuve")
    ]


def modeles() -> dict[str, dict[str, Any]]:
    """Tables de restitution que dbt déclare, par nom."""
    return {
        m["name"]: m
        for yml in (RACINE / "dbt_project" / "models").rglob("*__models.yml")
        for m in yaml.safe_load(yml.read_text(encoding="utf-8"))["models"]
        if m["name"].startswith("rpt_")
    }


def test_aucun_compte_de_personnes_distinctes_ne_se_somme() -> None:
    """Ce que la diffusion déclare distinct (personnes, entreprises) compterait deux fois d'une ligne à l'autre."""
    sommees = 0
    for nom, modele in modeles().items():
        mesures = modele.get("config", {}).get("meta", {}).get("diffusion", {}).get("mesures", {})
        for colonne in intitules()["totaux"][nom] if isinstance(intitules()["totaux"][nom], list) else []:
            compte: Mesure | None = _mesure(nom, mesures[colonne]) if colonne in mesures else None
            sommees += 1
            assert compte is None or compte.compte in ("somme", "compte"), (nom, colonne)
            nature = intitules()["colonnes"][colonne][1]
            assert nature in ("entier", "nombre", "heures"), (nom, colonne, "une part, une année, un rang")
    assert sommees >= 25


# --- Vrais types ---


def test_un_pourcentage_est_une_fraction_que_le_tableur_montre_en_pour_cent(tmp_path: Path) -> None:
    debut = dt.date(2030, 1, 1)
    lignes = [
        ("CL005", "Part des femmes", AXE, 2030, debut, ARRETE, 28.98, 211, 728, "pourcent", "p"),
        ("CL001", "Heures", AXE, 2030, debut, ARRETE, 41.0, 41, None, "heures", "p"),
    ]
    f = feuille(classeur(tmp_path / "c.xlsx", {CHIFFRES: (COLONNES_CHIFFRES, lignes)}), "Chiffres")
    heures, part = list(f.iter_rows(min_row=2))
    assert (part[5].value, part[5].number_format) == (pytest.approx(0.2898), '0.00"\u00a0"%')
    assert (heures[5].value, heures[5].number_format) == (41, '#,##0.00"\u00a0h"')
    assert (heures[3].value, heures[3].number_format) == (dt.datetime(2030, 1, 1), "dd/mm/yyyy")
    assert [c.value for c in part[7:9]] == [211, 728] and part[8].number_format == "#,##0"
    assert not f.tables["chiffres"].totalsRowCount, "des unités différentes"


def test_un_texte_fait_de_chiffres_reste_un_texte_sans_alerte_du_tableur(tmp_path: Path) -> None:
    colonnes = "code_projet varchar, num_axe integer, fiches bigint"
    chemin = classeur(tmp_path / "c.xlsx", {f"{AXE}.rpt_plan_actions": (colonnes, [("221", 1, 2)])})
    case = feuille(chemin, "Plans d'actions")["A2"]
    assert (case.value, case.data_type) == ("221", "s")
    for nom, piece in pieces(chemin).items():
        if nom.startswith("xl/worksheets/sheet"):
            assert [e.get("numberStoredAsText") for e in piece.iter() if e.tag.endswith("ignoredError")] == ["1"], nom


# --- Graphiques ---


def test_un_graphique_lit_son_tableau_et_laisse_ce_qui_est_secret(tmp_path: Path) -> None:
    lignes = [(2028, "BTP", None, None, "heures"), (2028, "SERVICES", Decimal(5), 1.0, None)] + [
        (*ligne, None) for ligne in LIGNES if ligne[2] is not None
    ]
    colonnes = f"{COLONNES_HEURES}, _secret varchar"
    chemin = classeur(tmp_path / "c.xlsx", {HEURES: (colonnes, lignes)}, PUBLIC)
    lues = cases(feuille(chemin, "Graphiques"))
    assert lues[2][2:] == ["Année", "Bâtiment et travaux publics", "Services", "Total"]
    assert [ligne[2:] for ligne in lues[3:6]] == [
        ["2029", 10.25, 30.75, 41], ["2028", "s", 5, "s"], ["2030", "s", 59, 59]
    ]  # fmt: skip
    assert lues[6][2] == "« s » : sous secret statistique, hors du graphique."
    graphique = pieces(chemin)["xl/charts/chart1.xml"]
    assert set(textes_de(graphique, "f")) == {
        "Graphiques!$D$3", "Graphiques!$E$3", "Graphiques!$C$4", "Graphiques!$D$4", "Graphiques!$E$4"
    }  # fmt: skip
    dessin = pieces(chemin)["xl/drawings/drawing1.xml"]
    [dit] = [e.get("descr") for e in dessin.iter() if e.get("descr")]
    assert dit.startswith("Graphique en barres. Heures d'insertion par année et par secteur.")


def test_chaque_graphique_declare_est_un_visuel_qui_se_dessine() -> None:
    for nom, quand in intitules()["graphiques"].items():
        dit = visuels.declares()[nom]
        assert dit["forme"] in ("barres", "empilees") and quand in ("années", "annee", "cumul"), nom
        assert "$projet" not in dit["requete"] and "$parametre" not in dit["requete"], nom


# --- Méthode ---


def test_la_methode_dit_ce_que_chaque_feuille_et_chaque_colonne_comptent(tmp_path: Path) -> None:
    tables = {
        HEURES: (COLONNES_HEURES, LIGNES),
        f"{AXE}.rpt_entreprises": ("annee integer, categorie varchar, entreprises bigint", [(2030, "BTP", 4)]),
    }
    lignes = cases(feuille(classeur(tmp_path / "c.xlsx", tables), "Méthode des tableaux"))
    assert lignes[1:4] == [
        ["Heures par secteur", None, "Une ligne par année × secteur.", None, HEURES],
        ["Heures par secteur", "Année", "Ce que dit annee. Distingue les lignes.", None, f"{HEURES}.annee"],
        ["Heures par secteur", "Secteur", "Ce que dit secteur.", None, f"{HEURES}.secteur"],
    ]
    assert lignes[4][3] == "Somme des lignes affichées"
    [entreprises] = [x for x in lignes if x[0] == "Entreprises" and x[1] is None]
    assert entreprises[3] == "Pas de total. Une entreprise active deux années compte dans chacune."


# --- Aucune formule ne vient d'une donnée ---

HOSTILES = st.one_of(
    st.text(max_size=40),
    st.builds(
        str.__add__,
        st.sampled_from(
            ["=", "+", "-", "@", "\t=", "\r=", "{=", "'=", "=cmd|'/c calc'!A0", "internal:", "http://", "&D"]
        ),
        st.text(max_size=20),
    ),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(HOSTILES, min_size=6, max_size=6))
def test_aucun_texte_recu_ne_devient_formule_ni_lien(tmp_path: Path, textes: list[str]) -> None:
    """Cellules, titres, commentaires, en-têtes, graphiques, propriétés : les seules formules sont nos totaux."""
    secteur, type_, fichier, message, cause, libelle = textes
    livraison = {
        "livraison": "l-1", "source": "s", "fichier": fichier, "recu_le": ARRETE, "lignes_lues": 3, "chargees": 3,
        "rejetees": 0, "laissees": 0,
    }  # fmt: skip
    controle = {
        "axe": AXE, "controle": "c", "severite": "bloquant", "verdict": "non_conforme", "message": message,
        "proprietaire": message, "lignes_en_cause": 1,
    }  # fmt: skip
    chiffre = ("CL001", libelle, AXE, 2030, ARRETE, ARRETE, 1.0, 1, None, libelle, libelle)
    types = f"{AXE}.rpt_heures_type_contrat"
    chemin = classeur(
        tmp_path / "c.xlsx",
        {
            HEURES: (COLONNES_HEURES, [(2030, secteur, 1, 1.0)]),
            types: (
                "annee integer, type_contrat varchar, heures decimal(14, 2), part double",
                [(2030, type_, 5, 0.5), (2030, f"{type_}2", 5, 0.5)],
            ),
            CHIFFRES: (COLONNES_CHIFFRES, [chiffre]),
        },
        axes=[Axe(AXE, "bloque", ARRETE, True, cause, ARRETE, 0)], livraisons=[livraison], utilisees={AXE: {"l-1"}},
        controles=[controle],
    )  # fmt: skip
    formules = 0
    for nom, piece in pieces(chemin).items():
        if nom.startswith("xl/worksheets/"):
            for formule in textes_de(piece, "f"):
                assert SOMME.fullmatch(formule), (nom, formule)
                formules += 1
        elif nom.startswith("xl/charts/"):
            assert all(re.fullmatch(r"Graphiques!\$[A-Z]\$\d+(:\$[A-Z]\$\d+)?", t) for t in textes_de(piece, "f"))
        elif nom.endswith(".rels"):
            assert not [e for e in piece.iter() if e.get("TargetMode") == "External"], nom
        elif nom == "xl/workbook.xml":
            assert all(re.fullmatch(r"('[^\[\]:*?/\\]+'|\w+)!\$1:\$1", t) for t in textes_de(piece, "definedName"))
    assert formules == 6, "deux tables d'heures, quatre comptes de lignes"
    assert "xl/externalLinks" not in "".join(pieces(chemin))
    for f in openpyxl.load_workbook(chemin).worksheets:
        for ligne in f.iter_rows():
            for c in ligne:
                assert c.data_type != "f" or SOMME.fullmatch(str(c.value)[1:])
                if isinstance(c.value, str) and c.data_type == "s" and c.value.startswith(tuple("=+-@\t")):
                    assert c.quotePrefix, (f.title, c.coordinate)
