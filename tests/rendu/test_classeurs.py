"""Les classeurs des trois audiences, ouverts par LibreOffice : sans avertissement, recalculés, dessinés, lisibles."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from include.configuration import Dossiers

AUDIENCES = {"interne": "extraits", "financeur": "financeur/extraits", "public": "public/extraits"}
AXES = ("achats_responsables", "campus", "gpect", "parcours", "transverse")
TOUS = [(a, x) for a in AUDIENCES for x in AXES]
MUET = re.compile(r"convert .* -> .* using filter : .*|Warning: failed to launch javaldx.*|")
"""Ce que LibreOffice dit d'une conversion réussie ; sans Java, il le regrette, et n'en a pas besoin ici."""
RECALCUL = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
"""Profil de LibreOffice : il recalcule toujours ce qu'il ouvre."""
ERREUR = re.compile(r"#(REF|NAME|VALUE|DIV/0|N/A|NUM|NULL)|\bErr:\d|###")


@dataclass(frozen=True)
class Rendu:
    """Un classeur, ce que LibreOffice en recalcule, et ce qu'il en imprime."""

    origine: Path
    recalcule: Path
    pdf: Path

    @property
    def imprime(self) -> str:
        """Texte du PDF."""
        return subprocess.run(
            ["pdftotext", "-layout", self.pdf, "-"], capture_output=True, text=True, check=True
        ).stdout


@pytest.fixture(scope="session")
def ouverts(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]], rendus: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Rendu]:
    """Chaque classeur de la nuit de démonstration, converti une fois ; ses totaux y sont d'abord faussés."""
    courant, travail = nuit_demonstration[0].publie / "courant", tmp_path_factory.mktemp("classeurs")
    profil = travail / "profil"
    (profil / "user").mkdir(parents=True)
    (profil / "user" / "registrymodifications.xcu").write_text(RECALCUL, encoding="utf-8")
    faits = {}
    for audience, dossier in AUDIENCES.items():
        origines = [courant / dossier / f"{axe}.xlsx" for axe in AXES]
        fausses = [_fausser(o, travail / audience / "fausses" / o.name) for o in origines]
        recalcules, pdf = travail / audience / "recalcules", rendus / "classeurs" / audience
        _convertir(profil, "xlsx", recalcules, fausses)
        _convertir(profil, "pdf", pdf, origines)
        for axe, origine in zip(AXES, origines, strict=True):
            faits[audience, axe] = Rendu(origine, recalcules / origine.name, pdf / f"{axe}.pdf")
            subprocess.run(["pdftoppm", "-r", "60", "-png", pdf / f"{axe}.pdf", pdf / axe], check=True)
    return faits


def _fausser(origine: Path, copie: Path) -> Path:
    """Copie un classeur en ôtant la valeur écrite de chaque formule : ce qui s'y lira sera recalculé."""
    copie.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(origine) as source, zipfile.ZipFile(copie, "w") as sortie:
        for nom in source.namelist():
            sortie.writestr(nom, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>-1</v>", source.read(nom)))
    return copie


def _convertir(profil: Path, format_: str, vers: Path, fichiers: list[Path]) -> None:
    sortie = subprocess.run(
        ["libreoffice", "--headless", f"-env:UserInstallation=file://{profil}", "--convert-to", format_,
         "--outdir", vers, *fichiers], capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    dits = [ligne for ligne in (sortie.stdout + sortie.stderr).splitlines() if not MUET.fullmatch(ligne)]
    assert dits == [], "LibreOffice avertit ou répare"
    assert {f.stem for f in fichiers} <= {f.stem for f in vers.glob(f"*.{format_}")}


def tableaux(chemin: Path, valeurs: bool = False) -> Iterator[tuple[Any, Any]]:
    """Chaque tableau Excel d'un classeur et sa feuille. valeurs: les formules y sont leur valeur écrite."""
    for feuille in openpyxl.load_workbook(chemin, data_only=valeurs).worksheets:
        for tableau in feuille.tables.values():
            yield feuille, tableau


@pytest.mark.parametrize(("audience", "axe"), TOUS)
def test_chaque_total_ecrit_est_la_somme_des_lignes_et_ce_que_libreoffice_recalcule(
    ouverts: dict[tuple[str, str], Rendu], audience: str, axe: str
) -> None:
    rendu = ouverts[audience, axe]
    recalcule = openpyxl.load_workbook(rendu.recalcule, data_only=True)
    ecrit = openpyxl.load_workbook(rendu.origine, data_only=True)
    totaux = 0
    for feuille, tableau in tableaux(rendu.origine):
        gauche, haut, droite, bas = range_boundaries(tableau.ref)
        for ligne in feuille.iter_rows(haut + 1, bas, gauche, droite):
            for c in ligne:
                assert c.data_type != "f" or (c.row == bas and tableau.totalsRowCount), (feuille.title, c.coordinate)
        for c in feuille[bas] if tableau.totalsRowCount else ():
            if c.data_type != "f":
                continue
            lues = [feuille.cell(i, c.column).value for i in range(haut + 1, bas)]
            somme = sum(v for v in lues if v is not None)
            assert ecrit[feuille.title][c.coordinate].value == pytest.approx(somme, abs=1e-6), (feuille.title, c.value)
            assert recalcule[feuille.title][c.coordinate].value == pytest.approx(somme, abs=1e-6), (
                feuille.title,
                c.value,
            )
            assert not any(str(v).upper() == "TOTAL" for ligne in feuille.iter_rows(haut + 1, bas - 1, values_only=True)
                           for v in ligne), (feuille.title, "une ligne y compte déjà les autres")  # fmt: skip
            totaux += 1
    assert totaux >= {"interne": 6, "financeur": 6, "public": 0}[audience]
    assert (totaux > 0) or audience == "public"


@pytest.mark.parametrize(("audience", "axe"), TOUS)
def test_chaque_classeur_s_imprime_sans_erreur_et_ses_graphiques_y_sont(
    ouverts: dict[tuple[str, str], Rendu], audience: str, axe: str
) -> None:
    rendu = ouverts[audience, axe]
    imprime = re.sub(r"\s+", " ", rendu.imprime)
    assert not ERREUR.search(imprime)
    recalcule = openpyxl.load_workbook(rendu.recalcule, data_only=True)
    assert not [c for f in recalcule for ligne in f for c in ligne if ERREUR.search(str(c.value))]
    with zipfile.ZipFile(rendu.origine) as archive:
        dessins = [archive.read(n) for n in archive.namelist() if n.startswith("xl/charts/chart")]
    titres = ["".join(t for t in ElementTree.fromstring(d).find(".//{*}title").itertext()) for d in dessins]  # type: ignore[union-attr]
    # Au public, tout ce qu'un axe dessine peut être sous secret.
    assert len(titres) == len(set(titres)) and (titres or audience == "public")
    for titre in titres:
        assert titre in imprime, titre
    with zipfile.ZipFile(rendu.recalcule) as archive:
        relus = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
    assert len(relus) == len(titres), "LibreOffice garde chaque graphique"
    assert len(list(rendu.pdf.parent.glob(f"{axe}-*.png"))) >= 3


@pytest.mark.parametrize(("audience", "axe"), TOUS)
def test_la_structure_de_chaque_classeur_est_celle_qu_excel_admet(
    ouverts: dict[tuple[str, str], Rendu], audience: str, axe: str
) -> None:
    """Ce qui ferait dire à Excel qu'un classeur est abîmé : noms, titres et plages des tableaux et des graphiques."""
    chemin = ouverts[audience, axe].origine
    noms: Counter[str] = Counter()
    for feuille, tableau in tableaux(chemin):
        noms[tableau.name.lower()] += 1
        gauche, haut, droite, bas = range_boundaries(tableau.ref)
        ecrits = [feuille.cell(haut, j).value for j in range(gauche, droite + 1)]
        declares = [c.name for c in tableau.tableColumns]
        assert ecrits == declares and all(isinstance(t, str) and t for t in ecrits), tableau.name
        assert len({t.lower() for t in declares}) == len(declares), tableau.name
        assert re.fullmatch(r"[A-Za-z_]\w*", tableau.name) and bas > haut + (tableau.totalsRowCount or 0)
        if tableau.autoFilter:
            assert tableau.autoFilter.ref.split(":")[0] == tableau.ref.split(":")[0]
    assert noms and max(noms.values()) == 1
    feuilles = {f.title: f for f in openpyxl.load_workbook(chemin).worksheets}
    with zipfile.ZipFile(chemin) as archive:
        dessins = [ElementTree.fromstring(archive.read(n)) for n in archive.namelist() if n.startswith("xl/charts/")]
    for dessin in dessins:
        for plage in dessin.iter("{http://schemas.openxmlformats.org/drawingml/2006/chart}f"):
            nom, cases = (plage.text or "").replace("$", "").split("!")
            _, _, droite, bas = range_boundaries(cases)
            assert droite <= feuilles[nom].max_column and bas <= feuilles[nom].max_row
            valeurs = (
                [c.value for ligne in feuilles[nom][cases] for c in ligne]
                if ":" in cases
                else [feuilles[nom][cases].value]
            )
            assert None not in valeurs and "s" not in valeurs
