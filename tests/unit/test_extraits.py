"""Le classeur : ce qu'il dit, avec de vrais types, et jamais une formule venue d'un fichier reçu."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from chantier import Chantier
from openpyxl.workbook import Workbook

from include.configuration import RACINE, Dossiers, Nuit, organisation
from include.csv_francais import cellule, ecrire_csv
from include.extraits import francais
from include.extraits.classeur import intitules
from include.publication import publier

BLOQUE = {"achats_responsables": ("bloque", "volume d'heures anormal")}
LIVRAISONS = [
    ("abc_clauses_heures-1", "abc_clauses_heures", "acceptee_avec_rejets", 4),
    ("projets-1", "projets", "acceptee", 0),
    ("presse-1", "presse", "refusee", 0),
]
SIGNALE = {
    "axe": "achats_responsables", "controle": "achats_responsables.fraicheur", "severite": "signale",
    "proprietaire": "Service clauses", "verdict": "non_conforme", "lignes_en_cause": 2, "chiffres_proteges": "CL001",
    "message": "Lots : dernière livraison du 02/06/2030",
}  # fmt: skip


def publier_nuit(d: Dossiers, chantier: Chantier) -> Path:
    assert publier(d, chantier.nuit, chantier.ecrire(d))["publiee"]
    return d.publie / "courant"


def classeur(courant: Path, axe: str = "achats_responsables") -> Workbook:
    return openpyxl.load_workbook(courant / "extraits" / f"{axe}.xlsx")


def valeurs(feuille: Any) -> list[list[Any]]:
    return [[c.value for c in ligne] for ligne in feuille.iter_rows()]


def texte(feuille: Any) -> str:
    return "\n".join(str(c.value) for ligne in feuille.iter_rows() for c in ligne if c.value is not None)


# --- Nombres et dates ---


@pytest.mark.parametrize(
    ("valeur", "decimales", "attendu"),
    [
        (352845.65, 2, "352\u202f845,65"),
        (Decimal("1234567"), 0, "1\u202f234\u202f567"),
        (0.125, 2, "0,13"),
        (2.5, 0, "3"),
        (-2.5, 0, "\u22123"),
        (1.005, 2, "1,01"),
        (-0.001, 2, "0,00"),
        (28.98, 2, "28,98"),
        (None, 2, ""),
    ],
)
def test_un_nombre_s_ecrit_en_francais_et_s_arrondit_en_s_eloignant_de_zero(
    valeur: Any, decimales: int, attendu: str
) -> None:
    assert francais.nombre(valeur, decimales) == attendu


def test_les_dates_s_ecrivent_en_francais() -> None:
    assert francais.date_longue(dt.date(2018, 8, 1)) == "1er août 2018"
    assert francais.date(dt.date(2018, 1, 2)) == "02/01/2018"
    assert (francais.accord(1, "ligne"), francais.accord(1234, "ligne")) == ("1 ligne", "1\u202f234 lignes")


# --- Classeur ---


def test_une_feuille_par_table_de_restitution(d: Dossiers) -> None:
    c = classeur(publier_nuit(d, Chantier()))
    assert c.sheetnames == [
        "Lisez-moi", "Graphiques", "Chiffres", "Heures par secteur", "Suivi des engagements", "Méthode",
        "Méthode des tableaux",
    ]  # fmt: skip
    for feuille in c.worksheets[2:]:
        assert feuille.freeze_panes in ("A2", "C2")
        [tableau] = feuille.tables.values()
        assert tableau.ref == feuille.dimensions and tableau.autoFilter.ref.startswith("A1:")


def test_titres_francais_et_vrais_types(d: Dossiers) -> None:
    feuille = classeur(publier_nuit(d, Chantier()))["Heures par secteur"]
    lignes = list(feuille.iter_rows())
    assert [c.value for c in lignes[0]] == ["Année", "Secteur", "Heures réalisées", "Part des heures"]
    assert [c.value for c in lignes[1]] == [2030, "BTP", 30.75, 1]
    formats = [c.number_format for c in lignes[1]]
    assert formats == ["0", "@", '#,##0.00"\u00a0h"', '0.0"\u00a0"%']
    date = classeur(d.publie / "courant")["Suivi des engagements"]["D2"]
    assert (date.value, date.number_format) == (dt.datetime(2030, 6, 30), "dd/mm/yyyy")


def test_un_classeur_par_axe_qui_a_ses_chiffres_et_leur_methode(d: Dossiers) -> None:
    """Chaque axe a le sien ; les chiffres d'un axe n'y sont qu'avec leur définition, et aucun n'est d'un autre axe."""
    courant = publier_nuit(d, Chantier())
    attendus = {"achats_responsables": ["CL001", "CL020"], "transverse": ["PR001"]}
    assert {f.stem for f in (courant / "extraits").glob("*.xlsx")} == set(attendus)
    for axe, codes in attendus.items():
        c = classeur(courant, axe)
        assert [ligne[0] for ligne in valeurs(c["Chiffres"])[1:]] == codes
        assert [ligne[0] for ligne in valeurs(c["Méthode"])[1:]] == codes
        for ligne in valeurs(c["Méthode"])[1:]:
            assert ligne[3] == f"Ce que {ligne[0]} compte" and ligne[6] == "Année civile"
    chiffres = classeur(courant)["Chiffres"]
    assert [c.value for c in chiffres[2]][:8] == [
        "CL001", "Libellé de CL001", 2030, dt.datetime(2030, 1, 1), dt.datetime(2030, 12, 31), 30.75, "heures", 30.75
    ]  # fmt: skip
    assert [chiffres.cell(ligne, 6).number_format for ligne in (2, 3)] == ['#,##0.00"\u00a0h"', "#,##0"]


def test_le_classeur_transverse_rapproche_les_chiffres_imprimes(d: Dossiers) -> None:
    lignes = valeurs(classeur(publier_nuit(d, Chantier(articles=4)), "transverse")["Rapprochement"])
    assert lignes[1] == [
        "CL001", "Heures, dit le rapport", dt.datetime(2030, 1, 1), dt.datetime(2030, 12, 31), 30.75, 30.75, 0,
        "heures", "conforme", "Égal.",
    ]  # fmt: skip
    assert [(x[0], x[4], x[5], x[6]) for x in lignes[2:]] == [("PR001", 3, 4, 1)]


def test_chaque_table_de_restitution_et_chaque_colonne_ont_un_titre() -> None:
    """Ce que dbt publie se lit en français dans un classeur : une table ou une colonne nouvelle veut ses mots."""
    modeles = {
        m["name"]: [c["name"] for c in m["columns"]]
        for yml in (RACINE / "dbt_project" / "models").rglob("*__models.yml")
        for m in yaml.safe_load(yml.read_text(encoding="utf-8"))["models"]
        if m["name"].startswith("rpt_")
    }
    assert len(modeles) >= 30
    assert set(modeles) == set(intitules()["feuilles"]) == set(intitules()["totaux"])
    for table, sommees in intitules()["totaux"].items():
        assert isinstance(sommees, str) or set(sommees) <= set(modeles[table])
    assert {c for colonnes in modeles.values() for c in colonnes} - set(intitules()["colonnes"]) == set()
    for table, propres in intitules()["propres"].items():
        assert set(propres) <= set(modeles[table])


def test_chaque_table_de_restitution_est_dans_un_extrait_declare() -> None:
    """Les exposures de dbt disent tout ce qui sort : aucune table rpt_ n'y manque, chacune a un responsable."""
    fichier = RACINE / "dbt_project" / "models" / "_extraits__exposures.yml"
    extraits = yaml.safe_load(fichier.read_text(encoding="utf-8"))["exposures"]
    citees = {re.sub(r"ref\('(.*)'\)", r"\1", t) for e in extraits for t in e["depends_on"]}
    assert {t for t in citees if t.startswith("rpt_")} == set(intitules()["feuilles"])
    assert all(e["owner"]["name"] and e["description"] for e in extraits)
    axes = {a for a in organisation()["axes"] if a != "transverse"}
    assert {f"classeur_{a}" for a in axes} <= {e["name"] for e in extraits}


# --- CSV ---


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        (None, ""),
        (True, "oui"),
        (3, "3"),
        (352845.65, "352845,65"),
        (36.0, "36"),
        (1e-07, "0,0000001"),
        (28.983516483516482, "28,983516483516482"),
        (Decimal("10.50"), "10,50"),
        (-2.5, "-2,5"),
        (dt.date(2030, 6, 30), "30/06/2030"),
        ("=1+2", "'=1+2"),
        ("-3", "'-3"),
        ("Dijon ; Chenôve", "Dijon ; Chenôve"),
    ],
)
def test_une_valeur_de_csv_se_lit_en_francais_et_n_est_jamais_une_formule(valeur: Any, attendu: str) -> None:
    assert cellule(valeur) == attendu


def test_le_csv_s_ouvre_dans_un_tableur_francais(tmp_path: Path) -> None:
    ecrire_csv(tmp_path / "sous" / "e.csv", ("Libellé", "Valeur"), [("Heures ; tous secteurs", 1234.5)])
    octets = (tmp_path / "sous" / "e.csv").read_bytes()
    assert octets == '\ufeffLibellé;Valeur\r\n"Heures ; tous secteurs";1234,5\r\n'.encode()


def test_tous_les_chiffres_sont_dans_le_csv(d: Dossiers) -> None:
    courant = publier_nuit(d, Chantier())
    lignes = (courant / "extraits" / "rapport" / "indicateurs.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [ligne.split(";")[0] for ligne in lignes] == ["Code", "CL001", "CL020", "PR001"]
    assert lignes[1] == (
        "CL001;Libellé de CL001;achats_responsables;322;2030;01/01/2030;31/12/2030;30,75;heures;30,75;;rpt;"
        "abc_clauses_heures;2031-01-02-1"
    )


# --- Dictionnaire ---


def test_le_dictionnaire_est_une_page_seule_sans_reseau_ni_chemin_de_machine(d: Dossiers) -> None:
    courant = publier_nuit(d, Chantier())
    contenu = (courant / "dictionnaire.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in contenu and "default-src 'none'" in contenu
    assert "INLINE DATA" not in contenu
    assert str(d.racine) not in contenu and str(RACINE) not in contenu
    assert "Une ligne par annee × secteur." in contenu and '"type":"DECIMAL(12,2)"' in contenu
    assert '"send_anonymous_usage_stats":false' in contenu
    assert len(contenu) < 6_000_000


def test_un_texte_recu_n_est_jamais_une_formule(d: Dossiers) -> None:
    pieges = ["=1+2", "+33", "-1", "@somme", "http://exemple.fr", "0123"]
    operations = [(f"OP{i}", piege, piege, None, None, None) for i, piege in enumerate(pieges)]
    feuille = classeur(publier_nuit(d, Chantier(operations=operations)))["Suivi des engagements"]
    for ligne, piege in zip(feuille.iter_rows(min_row=2), pieges, strict=True):
        assert [(c.value, c.data_type, c.hyperlink) for c in ligne[1:3]] == [(piege, "s", None)] * 2
        assert ligne[1].quotePrefix == (piege[0] in "=+-@")
        assert [c.value for c in ligne[3:]] == [None, None, None]


def test_la_premiere_feuille_dit_ce_que_c_est(d: Dossiers) -> None:
    lisez_moi = texte(classeur(publier_nuit(d, Chantier(livraisons=LIVRAISONS, controles=[SIGNALE])))["Lisez-moi"])
    for attendu in (
        "Achats responsables", "2031-01-02-1", "2 janvier 2031", "31 décembre 2030", "à jour", "Contrôles passés",
        "abc_clauses_heures.csv", "moitié s'éloignant de zéro", "Lots : dernière livraison du 02/06/2030",
        "2 lignes en cause", "Service clauses", "Une ligne par annee × secteur.",
    ):  # fmt: skip
        assert attendu in lisez_moi, attendu
    assert "REPORTÉES" not in lisez_moi
    assert "presse.csv" not in lisez_moi, "un fichier refusé n'est pas un fichier utilisé"


def test_un_axe_reporte_le_dit_en_rouge_partout(d: Dossiers) -> None:
    publier_nuit(d, Chantier())
    c = classeur(publier_nuit(d, Chantier(nuit=Nuit.de("2031-01-06"), articles=4, verdicts=BLOQUE)))
    avis = c["Lisez-moi"]["A3"]
    assert "DONNÉES REPORTÉES" in avis.value and "31/12/2030 (5 jours de retard)" in avis.value
    assert "volume d'heures anormal" in avis.value
    assert avis.font.color.rgb == "FFB3261E"
    for feuille in c.worksheets:
        assert feuille.sheet_properties.tabColor.rgb == "FFB3261E"
    assert "DONNÉES REPORTÉES" in c["Heures par secteur"]["A1"].comment.text


def test_un_axe_jamais_passe_a_un_classeur_qui_le_dit(d: Dossiers) -> None:
    c = classeur(publier_nuit(d, Chantier(verdicts=BLOQUE)))
    assert c.sheetnames == ["Lisez-moi"]
    assert "n'a encore jamais passé ses contrôles" in texte(c["Lisez-moi"])


def test_chaque_nom_de_feuille_est_accepte_par_excel() -> None:
    noms = list(intitules()["feuilles"].values())
    assert len({n.lower() for n in noms}) == len(noms)
    assert all(len(n) <= 31 and not re.search(r"[\[\]:*?/\\]", n) for n in noms)
