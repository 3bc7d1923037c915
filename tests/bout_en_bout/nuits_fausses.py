"""Ce que partagent les essais de nuits fausses : fichiers à abîmer, ce qui se lit d'une publication, ce qui y reste."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import BLOQUANT, Controle, tous
from include.configuration import Dossiers, Nuit
from include.controles import controler, verdict
from include.demo.clauses import tirer
from include.demo.fichiers import Facon, Table, ecrire, ecrire_classeur
from include.demo.livraisons import preparer
from include.entrepot.preparation import Build
from include.nuit import executer
from include.publication import publier
from include.publication.composition import lire_modeles

LENDEMAIN = Nuit.de("2018-01-03", "2017-12-31")
BLOQUANTS: dict[str, Controle] = {c.nom: c for c in tous() if c.severite == BLOQUANT}

INDICATEURS = "rapport.indicateurs"

Livraisons = dict[str, Table]
"""Fichiers à déposer, par nom ; une feuille d'un classeur se nomme « fichier#feuille »."""


@cache
def demonstration() -> Livraisons:
    """Les livraisons justes de la démonstration."""
    _, depots, _ = preparer(tirer())
    return depots


def livree(nom: str) -> Table:
    """Copie, à abîmer, d'un fichier de la démonstration."""
    return copy.deepcopy(demonstration()[nom])


def deposer(d: Dossiers, livraisons: Livraisons) -> None:
    """Écrit ces fichiers dans depots/, chacun dans son format."""
    classeurs: dict[str, dict[str, Table]] = {}
    for nom, table in livraisons.items():
        fichier, _, feuille = nom.partition("#")
        if fichier.endswith(".xlsx"):
            classeurs.setdefault(fichier, {})[feuille or "Feuil1"] = table
        else:
            ecrire(d.depots / fichier, table, Facon(encodage="utf-8-sig"))
    for fichier, feuilles in classeurs.items():
        ecrire_classeur(d.depots / fichier, feuilles, Facon())


# --- Ce qui se lisait avant, et doit rester ---


@dataclass(frozen=True)
class Lu:
    """Ce qu'un lecteur voit : empreinte de chaque table, lignes de chaque chiffre, état de chaque axe."""

    publication: str
    tables: dict[str, str]
    chiffres: dict[str, set[tuple[Any, ...]]]
    """Par code : année, début de période, valeur et publication de chaque ligne."""
    axes: dict[str, dict[str, Any]]


def lire(d: Dossiers) -> Lu:
    """Lit la publication courante."""
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:

        def lignes(requete: str) -> list[tuple[Any, ...]]:
            return base.execute(requete).fetchall()

        noms = lignes("select table_schema || '.' || table_name from information_schema.tables order by all")
        chiffres: dict[str, set[tuple[Any, ...]]] = {}
        for code, *reste in lignes("select code, annee, periode_debut, valeur, publication from rapport.indicateurs"):
            chiffres.setdefault(code, set()).add(tuple(reste))
        contenus = {nom: repr(lignes(f"select * from {nom} order by all")) for (nom,) in noms}
        axes = lignes("select axe, verdict, donnees_du, reporte, cause from meta.axes")
        return Lu(
            publication=lignes("select publication from meta.publications order by publiee_le desc limit 1")[0][0],
            tables={nom: hashlib.sha256(contenu.encode()).hexdigest() for nom, contenu in contenus.items()},
            chiffres=chiffres,
            axes={a: {"verdict": v, "donnees_du": du, "reporte": r, "cause": c} for a, v, du, r, c in axes},
        )


def verifier(d: Dossiers, attendus: set[str], avant: Lu, publication: dict[str, Any]) -> None:
    """Seuls ces contrôles bloquants sont en défaut, leurs axes sont retenus, et ce qui s'en lisait n'a pas changé."""
    verdict_ = json.loads(Build.de(d).verdict.read_text(encoding="utf-8"))
    constats = {c["controle"]: c["verdict"] for c in verdict_["controles"] if c["severite"] == BLOQUANT}
    assert {nom for nom, constat in constats.items() if constat != "conforme"} == attendus
    assert {constats[nom] for nom in attendus} == {"non_conforme"}
    axes = {BLOQUANTS[nom].axe for nom in attendus}
    assert {axe for axe, v in verdict_["axes"].items() if v["verdict"] == "bloque"} == axes
    apres = lire(d)
    if "core" in axes:
        assert not publication["publiee"]
        assert apres == avant
        return
    assert publication["publiee"]
    assert apres.publication != avant.publication
    assert {axe for axe, e in apres.axes.items() if e["verdict"] == "bloque" and e["reporte"]} == axes
    for axe in axes:
        prefixe = "rapport.rpt_" if axe == "transverse" else f"{axe}."
        tables = [t for t in avant.tables if t.startswith(prefixe)]
        assert tables
        # D'un autre axe, ce qui lit celui-ci reste aussi.
        tables += [f"{m.schema}.{m.nom}" for m in lire_modeles(Build.de(d).manifeste_dbt) if axe in m.lit]
        assert {t: apres.tables[t] for t in tables} == {t: avant.tables[t] for t in tables}
    for c in verdict_["controles"]:
        if c["controle"] in attendus:
            proteges = set(c["chiffres_proteges"].split()) & avant.chiffres.keys()
            # Aucun chiffre imprimé ne vient des prescriptions : leurs tables, gardées, en tiennent lieu.
            assert proteges or "prescriptions" in (BLOQUANTS[c["controle"]].source or BLOQUANTS[c["controle"]].origines)
            assert {x: apres.chiffres[x] for x in proteges} == {x: avant.chiffres[x] for x in proteges}


# --- Les livraisons fausses ---


def reprendre(demonstration: Dossiers, racine: Path) -> Dossiers:
    """Remet les dossiers tels que la nuit de démonstration les a laissés, sauf le travail de dbt."""
    d = Dossiers(racine)
    for partie in sorted(demonstration.racine.iterdir()):
        if partie != demonstration.builds and partie.is_dir():
            shutil.rmtree(racine / partie.name, ignore_errors=True)
            shutil.copytree(partie, racine / partie.name, symlinks=True)
    if not d.builds.exists():
        shutil.copytree(demonstration.builds, d.builds)
    return d


def nuit_fausse(
    d: Dossiers, fabriquer: Callable[[], Livraisons], attendus: set[str], avant: Lu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """La nuit du lendemain sur ces livraisons : prises, contrôlées, retenues."""
    deposer(d, fabriquer())
    _seulement(monkeypatch, BLOQUANTS)
    resultat = executer(d, LENDEMAIN)
    assert [m["fichier"] for m in resultat["livraisons"] if m["statut"] == "refusee"] == []
    verifier(d, attendus, avant, resultat["publication"])


# --- Les entrepôts faussés ---


def une(table: str, valeurs: str, ou: str = "true") -> str:
    """Modifie une seule ligne d'une table."""
    return f"update {table} set {valeurs} where rowid = (select min(rowid) from {table} where {ou})"


def groupes(fautes: dict[str, list[str]], *, axes: Iterable[str]) -> list[list[str]]:
    """Fautes de ces axes qui peuvent fausser le même entrepôt : chaque contrôle n'y est en défaut que de la sienne.

    Deux contrôles sont séparés si l'un lit ce que la faute de l'autre a changé : une table ou, de
    rapport.indicateurs, un chiffre.
    """
    touche = {nom: {x for r in requetes for x in _touche(r)} for nom, requetes in fautes.items()}

    def se_cachent(a: str, b: str) -> bool:
        return any(_lit(BLOQUANTS[x], t) for x, y in ((a, b), (b, a)) for t in touche[y])

    formes: list[list[str]] = []
    for nom in (n for n in fautes if BLOQUANTS[n].axe in axes):
        place = next((g for g in formes if not any(se_cachent(nom, autre) for autre in g)), None)
        if place is None:
            formes.append(place := [])
        place.append(nom)
    return formes


def _touche(requete: str) -> set[str]:
    """Tables qu'une requête change ou lit, rapport.indicateurs se disant par les codes de ses chiffres."""
    tables = set(re.findall(r"(?:update|from|into) (\w+\.\w+)", requete))
    assert tables
    codes = set(re.findall(r"'([A-Z]{2}\d{3}[a-z]?)'", requete)) if INDICATEURS in tables else set()
    return codes or tables


def _lit(controle: Controle, touche: str) -> bool:
    """Vrai si un contrôle lit cette table ou ce chiffre ; sans citer de code, il les lit tous."""
    if "." in touche:
        return touche in controle.donnees
    codes = set(re.findall(r"'([A-Z]{2}\d{3}[a-z]?)'", controle.donnees))
    return INDICATEURS in controle.donnees and (not codes or touche in codes)


def entrepot_fausse(
    entrepot: Dossiers, racine: Path, requetes: Iterable[str], attendus: set[str], avant: Lu,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Copie l'entrepôt bâti, le fausse comme un modèle devenu faux, passe les contrôles bloquants et publie."""
    d = fausser(entrepot, racine, requetes)
    # Ce qui juge une livraison ne lit que bronze, que rien ici n'a changé.
    _seulement(monkeypatch, {n: c for n, c in BLOQUANTS.items() if not n.endswith((".rejets", ".volume"))})
    controler(d, Build.de(d))
    verifier(d, attendus, avant, publier(d, LENDEMAIN, Build.de(d)))


def fausser(entrepot: Dossiers, racine: Path, requetes: Iterable[str]) -> Dossiers:
    """Copie l'entrepôt bâti et y exécute des requêtes."""
    d = Dossiers(racine)
    shutil.copytree(entrepot.racine, racine, symlinks=True)
    with duckdb.connect(str(Build.de(d).base)) as base:
        for requete in requetes:
            base.execute(requete)
    return d


def _seulement(monkeypatch: pytest.MonkeyPatch, controles: dict[str, Controle]) -> None:
    """Ne passe que ces contrôles : les autres ne retiennent rien, et feraient le plus long de ces essais."""
    monkeypatch.setattr(verdict, "tous", lambda: list(controles.values()))
