"""Les tableaux et les graphiques : ce que dit visuels.yml, lu dans les tables publiées."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from include.extraits.francais import nombre
from include.extraits.lecture import tables
from include.rapport_activite import graphiques
from include.rapport_activite.chiffres import MASQUE, Chiffre
from include.rapport_activite.periode import Periode
from include.rapport_activite.recits import typographie

Visuel = dict[str, Any]
"""{nom, titre, colonnes: [{titre, chiffre}], lignes: [[texte]], svg, note, methode} : prêt à mettre en page.

methode: [{ancre, texte}], les fiches de méthode où mène le visuel.
"""

_ECRITURES = {"entier": 0, "nombre": 2, "heures": 2}


@cache
def declares() -> dict[str, dict[str, Any]]:
    """Ce que dit visuels.yml, par nom."""
    contenu: dict[str, dict[str, Any]] = yaml.safe_load(
        (Path(__file__).parent / "visuels.yml").read_text(encoding="utf-8")
    )
    return contenu


def valeurs(
    base: duckdb.DuckDBPyConnection, nom: str, periode: Periode, *, projet: str = "", parametre: str = ""
) -> list[tuple[Any, ...]]:
    """Lignes d'un visuel telles que la base les donne ; aucune si une de ses tables ou colonnes manque."""
    dit = declares()[nom]
    if not {tuple(t.split(".")) for t in dit["tables"]} <= set(tables(base)):
        return []
    voulus = {
        "annee": periode.fin.year, "debut": periode.debut, "fin": periode.fin, "periode": periode.en_bref,
        "projet": projet, "parametre": parametre,
    }  # fmt: skip
    try:
        return base.execute(dit["requete"], {k: v for k, v in voulus.items() if f"${k}" in dit["requete"]}).fetchall()
    except duckdb.BinderException:
        # Un axe reporté garde des tables d'avant : une colonne née depuis y manque.
        return []


def lire(
    base: duckdb.DuckDBPyConnection, nom: str, periode: Periode, *, projet: str = "", parametre: str = "",
    places: Path | None = None,
) -> Visuel | None:  # fmt: skip
    """Lit un visuel ; None si une de ses tables ou colonnes manque, ou s'il n'a aucune ligne sur la période.

    places: fichier des pavés de la carte (code_commune, colonne, ligne) ; sans lui, une carte est un tableau.
    """
    dit, lues = declares()[nom], valeurs(base, nom, periode, projet=projet, parametre=parametre)
    if not lues:
        return None
    natures = list(dit["colonnes"].values())
    lignes = [[_ecrire(v, n) for v, n in zip(ligne, natures, strict=True)] for ligne in lues]
    return {
        "nom": nom,
        "titre": typographie(dit["titre"]),
        "colonnes": [{"titre": typographie(t), "chiffre": n != "texte"} for t, n in dit["colonnes"].items()],
        "lignes": [ligne for ligne, lue in zip(lignes, lues, strict=True) if dit["forme"] != "paves" or lue[3] != 0],
        "svg": _dessiner(dit, list(dit["colonnes"]), lues, lignes, places),
        "note": typographie(dit.get("note", "")),
        "methode": [{"ancre": f"v-{nom}", "texte": "Méthode"}],
    }


def fiche(base: duckdb.DuckDBPyConnection, nom: str) -> dict[str, Any]:
    """Fiche de méthode d'un visuel : {nom, titre, note, tables: [{nom, description}]}, décrites par la base."""
    dit = declares()[nom]
    decrites = {
        f"{schema}.{table}": typographie(description or "")
        for schema, table, description in base.execute(
            "select schema_name, table_name, comment from duckdb_tables()"
        ).fetchall()
    }
    return {
        "nom": nom,
        "titre": typographie(dit["titre"]),
        "note": typographie(dit.get("note", "")),
        "tables": [{"nom": t, "description": decrites.get(t, "")} for t in dit["tables"]],
    }


def etapes(nom: str, titre: str, chiffres: list[Chiffre]) -> Visuel | None:
    """Un entonnoir fait de chiffres du registre, chacun rapporté au précédent ; None si l'un n'est pas calculé."""
    if not all(c.calcule for c in chiffres):
        return None
    parts = [""]
    for avant, apres in zip(chiffres, chiffres[1:], strict=False):
        connus = avant.valeur and apres.valeur is not None
        parts.append(f"{nombre(100 * apres.valeur / avant.valeur)}\u202f%" if connus else "")  # type: ignore[operator]
    lignes = [[typographie(c.libelle), c.ecrit(), p] for c, p in zip(chiffres, parts, strict=True)]
    textes = [f"{v} · {p} de l’étape d’avant" if p else v for _, v, p in lignes]
    return {
        "nom": nom,
        "titre": typographie(titre),
        "colonnes": [
            {"titre": "Étape", "chiffre": False},
            {"titre": "Effectif", "chiffre": True},
            {"titre": "Part de l’étape d’avant", "chiffre": True},
        ],
        "lignes": lignes,
        "svg": graphiques.barres([n for n, *_ in lignes], [c.valeur for c in chiffres], textes),
        "note": "",
        "methode": [{"ancre": f"m-{c.code}", "texte": c.code} for c in chiffres],
    }


def _dessiner(
    dit: dict[str, Any], titres: list[str], lues: list[tuple[Any, ...]], lignes: list[list[str]], places: Path | None
) -> str | None:
    noms = [ligne[0] for ligne in lignes]
    if dit["forme"] == "barres":
        decimales = 2 if "nombre" in dit["colonnes"].values() else 0
        valeur = next(i for i, n in enumerate(dit["colonnes"].values()) if n != "texte")
        precisions = [", ".join(ligne[1:valeur]) for ligne in lignes]
        # Au bout de la barre, la valeur sans décimale, puis sa part s'il y en a une.
        textes = [
            " · ".join([MASQUE if lue[valeur] is None else nombre(lue[valeur], decimales), *ligne[valeur + 1 :]])
            for lue, ligne in zip(lues, lignes, strict=True)
        ]
        return graphiques.barres(noms, [_mesure(ligne[valeur]) for ligne in lues], textes, precisions)
    if dit["forme"] == "empilees":
        series = [t for t in titres[1:] if t != "Total"]
        totaux = [MASQUE if ligne[-1] is None else nombre(ligne[-1]) for ligne in lues]
        mesures = [[_mesure(v) for v in ligne[1 : len(series) + 1]] for ligne in lues]
        ecrites = [[MASQUE if v is None else nombre(v) for v in ligne[1 : len(series) + 1]] for ligne in lues]
        return graphiques.empilees(noms, [typographie(s) for s in series], mesures, ecrites, totaux)
    if dit["forme"] == "paves" and places and places.is_file():
        with places.open(encoding="utf-8", newline="") as fichier:
            cases = list(csv.DictReader(fichier))
        communes = {
            code: graphiques.Commune(nom, bool(epci), _mesure(h), MASQUE if h is None else nombre(h))
            for code, nom, epci, h in lues
        }
        return graphiques.paves(cases, communes)
    return None


def _ecrire(valeur: Any, nature: str) -> str:
    if valeur is None:
        return "–" if nature.endswith(" ou rien") else MASQUE
    nature = nature.removesuffix(" ou rien")
    if nature == "texte":
        return typographie(str(valeur))
    if nature == "part":
        return f"{nombre(100 * valeur, 1)}\u202f%"
    return nombre(valeur, _ECRITURES[nature])


def _mesure(valeur: Any) -> float | None:
    return None if valeur is None else float(valeur)
