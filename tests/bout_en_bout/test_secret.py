"""Une attaque des fichiers publics d'une vraie nuit, puis de deux nuits qui se suivent : elle ne trouve rien.

Ce qu'elle sait faire est prouvé sur les mêmes données : sans masquage complémentaire, elle trouve.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from attaque import Dossier, attaquer, differences, lire_csv, nombre, sensibles
from fautes_achats import decembre, releve
from nuits_fausses import LENDEMAIN, deposer, reprendre

from include.configuration import Dossiers
from include.diffusion import diffusion, secret
from include.entrepot.preparation import Build
from include.nuit import executer

TABLEAUX = 20
"""Tableaux publics au moins, sur la démonstration."""


@pytest.fixture(scope="module")
def courant(nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> Path:
    """La publication de la démonstration."""
    return (nuit_demonstration[0].publie / "courant").resolve()


@pytest.fixture(scope="module")
def suivante(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """La publication du lendemain, où n'arrivent que les heures tardives d'une seule personne."""
    d = reprendre(nuit_demonstration[0], tmp_path_factory.mktemp("lendemain") / "data")
    lignes = decembre()
    lignes[0]["heures"] += Decimal("7.25")
    deposer(d, {"abc_clauses_heures_201712_v2.csv": releve(lignes)})
    resultat = executer(d, LENDEMAIN)
    assert resultat["publication"]["publiee"], resultat["publication"]
    yield (d.publie / "courant").resolve()
    shutil.rmtree(d.racine, ignore_errors=True)


def test_l_attaque_ne_trouve_rien(courant: Path) -> None:
    systemes = Dossier(courant / "public").systemes()
    with duckdb.connect(str(courant / "entrepot.duckdb"), read_only=True) as base:
        cherchees = sensibles(base)
    # Elle a de quoi chercher, et chacune des valeurs qu'elle cherche est une inconnue de son système.
    assert sum(map(len, cherchees.values())) > 200
    assert all(x in systemes[nom].places for nom, valeurs in cherchees.items() for x in valeurs)
    assert attaquer(courant / "public", courant / "entrepot.duckdb") == {}


def test_le_public_a_de_quoi_lire(courant: Path) -> None:
    """Masquer tout serait sûr, et inutile : les grands chiffres de l'année se montrent."""
    extraits = courant / "public" / "extraits"
    tableaux = [f for f in extraits.rglob("*.csv") if f.name != "indicateurs.csv"]
    assert len(tableaux) >= TABLEAUX
    chiffres = Dossier(courant / "public").chiffres()
    for code in ("CL001", "CL002", "CL016", "CL020", "CL021", "CL037", "CL051", "CH001", "CO001"):
        assert nombre(chiffres[code, "2017"]["Valeur"]) is not None, code
    operations = lire_csv(extraits / "achats_responsables" / "heures_operation.csv")
    montrees = [o for o in operations if nombre(o["Heures réalisées"]) is not None]
    assert len(montrees) > 0.4 * len(operations)


def test_une_attaque_sans_masquage_complementaire_trouve(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]], courant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faute volontaire : seules les cases sensibles sont masquées. Les marges et les parts les rendent."""
    monkeypatch.setattr(secret, "_a_proteger", lambda *_: [])
    d = Dossiers(tmp_path / "data")
    dossier = tmp_path / "publication"
    dossier.mkdir()
    shutil.copy(courant / diffusion.BASE, dossier)
    diffusion.ecrire(d, dossier, Build.de(nuit_demonstration[0]).manifeste_dbt, "essai", None)
    trouvees = attaquer(dossier / "public", dossier / diffusion.BASE)
    for systeme in ("heures 2017", "embauches 2017", "entreprises 2017", "cent_chances 2017", "prescriptions 2017"):
        exactes = [v for v, bas, haut in trouvees[systeme].values() if abs(bas - v) + abs(haut - v) < 1e-6]
        assert exactes, systeme


def test_deux_publications_qui_se_suivent_ne_livrent_pas_les_heures_d_une_personne(
    courant: Path, suivante: Path
) -> None:
    requete = "select valeur from rapport.indicateurs where code = 'CL001' and annee = 2017"
    valeurs = []
    for publication in (courant, suivante):
        with duckdb.connect(str(publication / "entrepot.duckdb"), read_only=True) as base:
            valeurs += base.execute(requete).fetchall()
    assert round(valeurs[1][0] - valeurs[0][0], 2) == 7.25, "la base interne, elle, a changé"
    assert differences(courant / "public", suivante / "public") == {}
    assert attaquer(suivante / "public", suivante / "entrepot.duckdb") == {}
    page = (suivante / "public" / "index.html").read_text(encoding="utf-8")
    assert "Diffusion suspendue" not in page


def test_la_meme_attaque_trouve_quand_la_diffusion_oublie_ce_qu_elle_a_montre(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]], courant: Path, suivante: Path, tmp_path: Path
) -> None:
    """Faute volontaire : la seconde diffusion se fait comme une première. Les 7,25 heures se lisent."""
    dossier = tmp_path / "publication"
    dossier.mkdir()
    shutil.copy(suivante / diffusion.BASE, dossier)
    manifeste = Build.de(nuit_demonstration[0]).manifeste_dbt
    diffusion.ecrire(Dossiers(tmp_path / "data"), dossier, manifeste, "essai", None)
    trouvees = differences(courant / "public", dossier / "public")
    assert round(trouvees["heures 2017", "total"], 2) == 7.25


def test_classeur_page_et_csv_disent_la_meme_chose(courant: Path) -> None:
    """Chaque case du classeur est celle du CSV : un « s » partout, jamais un nombre caché ailleurs."""
    extraits = courant / "public" / "extraits"
    cases = caches = 0
    for classeur in extraits.glob("*.xlsx"):
        feuilles = openpyxl.load_workbook(classeur)
        par_titres: dict[tuple[str, ...], list[list[Any]]] = {}
        for feuille in feuilles.worksheets:
            lignes = [[c.value for c in ligne] for ligne in feuille.iter_rows()]
            calculees = {c.row for ligne in feuille.iter_rows() for c in ligne if c.data_type == "f"}
            assert calculees <= {feuille.max_row}, "seule la ligne de total est faite de formules"
            par_titres[tuple(str(t) for t in lignes[0])] = lignes[1 : -1 if calculees else None]
        for fichier in sorted((extraits / classeur.stem).glob("*.csv")):
            lues = lire_csv(fichier)
            if not lues:
                continue
            for lue, ligne in zip(lues, par_titres[tuple(lues[0])], strict=True):
                for texte, valeur in zip(lue.values(), ligne, strict=True):
                    cases, caches = cases + 1, caches + (texte == "s")
                    assert (texte == "s") == (valeur == "s"), fichier
                    if isinstance(valeur, int | float):
                        assert nombre(texte) == pytest.approx(valeur), fichier
    assert cases > 2_000
    assert caches > 200
    page = (courant / "public" / "index.html").read_text(encoding="utf-8")
    cles = dict(re.findall(r'<h3><a href=".*?">(.*?)</a></h3>\s*<p class="valeur">(.*?) <small>', page))
    chiffres = {
        c["Chiffre"]: c["Valeur"] for (_, annee), c in Dossier(courant / "public").chiffres().items() if annee == "2017"
    }
    assert len(cles) >= 4
    for libelle, valeur in cles.items():
        ecrite = chiffres[libelle.replace("’", "'").replace("\u00a0:", " :")]
        assert (valeur == "s") == (ecrite == "s"), libelle


def test_le_dossier_public_se_sert_seul(courant: Path) -> None:
    """Ni base, ni lien qui en sorte, ni nom de fichier reçu ; le dossier des financeurs non plus."""
    for audience in ("public", "financeur"):
        dossier = courant / audience
        assert not [f for f in dossier.rglob("*") if f.suffix not in (".html", ".pdf", ".xlsx", ".csv") and f.is_file()]
        page = (dossier / "index.html").read_text(encoding="utf-8")
        for lien in re.findall(r'(?:href|src)="(.*?)"', page):
            assert lien.startswith("#") or (dossier / lien).resolve().is_relative_to(dossier.resolve()), lien
            assert lien.startswith("#") or (dossier / lien.split("#")[0]).is_file(), lien
    assert "abc_clauses_" not in (courant / "public" / "index.html").read_text(encoding="utf-8")
    mention = "restreinte aux financeurs"
    for classeur in (courant / "financeur" / "extraits").glob("*.xlsx"):
        lisez_moi = openpyxl.load_workbook(classeur)["Lisez-moi"]
        assert any(mention in str(c.value) for ligne in lisez_moi.iter_rows() for c in ligne)
