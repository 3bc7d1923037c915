"""Les lignes des tables publiques, et les cellules que chacune de leurs valeurs suppose montrées."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from include.diffusion import cellules
from include.diffusion.cellules import Cellule, Recalcul
from include.diffusion.declarations import Mesure, Table

Valeurs = dict[str, str | None]
CHIFFRES = ("rapport", "indicateurs")
_VALEURS_DE_CHIFFRE = ("valeur", "numerateur", "denominateur")


@dataclass(frozen=True)
class Preuve:
    """Ce que vaut une cellule dans la table publiée : on ne masque bien que ce qu'on sait recalculer."""

    cellule: Cellule
    compte: str
    valeur: float

    def tient(self, recalcul: Recalcul) -> bool:
        """Vrai si les contributions redonnent cette valeur."""
        recalculee = recalcul.valeur(self.cellule, self.compte)
        return math.isclose(recalculee, self.valeur, rel_tol=1e-9, abs_tol=1e-6)


@dataclass
class Ligne:
    """Une ligne d'une table publique."""

    valeurs: Valeurs
    requises: dict[str, list[Cellule]]
    """Par colonne chiffrée, les cellules sans lesquelles elle ne se montre pas."""
    preuves: list[Preuve]
    protegees: list[Cellule] = field(default_factory=list)
    """Cellules que la ligne ne montre pas, mais qu'une soustraction donnerait."""


def lire_table(base: duckdb.DuckDBPyConnection, t: Table) -> dict[str, list[Ligne]]:
    """Lignes d'une table publique, par tranche, dans l'ordre de ce qui n'est pas un chiffre."""
    noms = ", ".join(f'cast("{c}" as varchar) as "{c}"' for c in t.colonnes)
    # L'ordre de la table peut suivre ses valeurs (un rang) : celui des libellés n'apprend rien.
    ordre = ", ".join(f'lue."{c}"' for c in t.colonnes if c not in t.chiffrees)
    curseur = base.execute(f"select {noms} from {t.relation} as lue order by {ordre}")
    lues: dict[str, list[Valeurs]] = {}
    for ligne in curseur.fetchall():
        valeurs: Valeurs = dict(zip(t.colonnes, ligne, strict=True))
        lues.setdefault((valeurs[t.tranche] or "") if t.tranche else "", []).append(valeurs)
    return {tranche: _lignes(t, lignes) for tranche, lignes in lues.items()}


def _lignes(t: Table, lues: list[Valeurs]) -> list[Ligne]:
    lignes = []
    totaux = _totaux(t, lues)
    for valeurs in lues:
        filtres = {c: [valeurs[c] or ""] for c in t.filtrantes}
        requises, preuves = {}, []
        for colonne, mesure in t.mesures.items():
            c = cellule_de(t, filtres, mesure)
            requises[colonne] = [c]
            preuves.append(Preuve(c, mesure.compte, float(valeurs[colonne] or 0)))
        for part, colonne in t.declaration.get("parts", {}).items():
            preuve = totaux[colonne, _groupe(t, valeurs)]
            requises[part] = [*requises[colonne], preuve.cellule]
            preuves.append(preuve)
        for rang, colonne in t.declaration.get("rang", {}).items():
            requises[rang] = requises[colonne]
        lignes.append(Ligne(valeurs, requises, preuves, _restes(t, filtres)))
    if lignes:
        lignes[0].protegees += [
            cellules.cellule(**{c: [v] for c, v in p.items()}) for p in t.declaration.get("protegees", [])
        ]
    return lignes


def cellule_de(t: Table, filtres: Mapping[str, Collection[str]], mesure: Mesure) -> Cellule:
    """Cellule d'une mesure pour ces valeurs des colonnes filtrantes ; une colonne absente ne filtre pas.

    Lève ValueError si les valeurs d'un drapeau ou d'une répartition ne désignent pas une seule colonne.
    """
    dite = t.declaration
    retenus = {
        c: filtres[c] for c in dite.get("dimensions", []) if c in filtres and dite.get("total") not in filtres[c]
    }
    drapeaux = [d for d in (dite.get("si"), mesure.si) if d]
    if "drapeau" in dite:
        (drapeau,) = filtres[dite["drapeau"]]
        drapeaux.append(drapeau)
    if "repartition" in dite:
        quoi, combien = dite["repartition"]
        (colonne,) = filtres[quoi]
        if combien in filtres:
            retenus[colonne] = filtres[combien]
    return cellules.cellule(**retenus, **{d: ["oui"] for d in drapeaux})


def _groupe(t: Table, valeurs: Valeurs) -> str:
    """Ce dont une ligne est une part : la répartition où elle est, sinon toute la tranche."""
    return (valeurs[t.declaration["repartition"][0]] or "") if "repartition" in t.declaration else ""


def _totaux(t: Table, lues: Iterable[Valeurs]) -> dict[tuple[str, str], Preuve]:
    """Total de chaque mesure dont la table donne des parts."""
    sommes: dict[tuple[str, str], float] = {}
    for valeurs in lues:
        for colonne in t.declaration.get("parts", {}).values():
            cle = (colonne, _groupe(t, valeurs))
            sommes[cle] = sommes.get(cle, 0.0) + float(valeurs[colonne] or 0)
    totaux = {}
    for (colonne, groupe), somme in sommes.items():
        mesure = t.mesures[colonne]
        quoi = {t.declaration["repartition"][0]: [groupe]} if "repartition" in t.declaration else {}
        totaux[colonne, groupe] = Preuve(cellule_de(t, quoi, mesure), mesure.compte, somme)
    return totaux


def _restes(t: Table, filtres: Mapping[str, Collection[str]]) -> list[Cellule]:
    """Ce qui reste d'une ligne quand on en retire toutes ses mesures conditionnelles."""
    conditions = {m.si: [""] for m in t.mesures.values() if m.si}
    if not conditions:
        return []
    tout = dict(cellule_de(t, filtres, Mesure("compte", None)))
    return [cellules.cellule(**tout, **conditions)]


# --- Les chiffres du registre ---


def lire_chiffres(
    base: duckdb.DuckDBPyConnection, tables: Collection[Table], libres: Collection[str]
) -> tuple[dict[tuple[str, str], list[Ligne]], list[Valeurs]]:
    """Chiffres du registre qui peuvent aller au public : par famille et tranche, et ceux qui ne comptent personne.

    libres: calculs qui ne comptent ni personne ni entreprise. Un chiffre d'une autre période que l'année civile n'est
    la cellule d'aucune table : il n'est pas public.
    """
    calculs = {calcul: t for t in tables for calcul in t.declaration.get("chiffres", {})}
    curseur = base.execute(
        "select d.calcul, d.parametre, d.complement, i.* from rapport.indicateurs as i "
        "inner join rapport.definitions as d on i.code = d.code order by i.code, i.periode_debut, i.periode_fin"
    )
    noms = [c[0] for c in curseur.description or []]
    de_famille: dict[tuple[str, str], list[Ligne]] = {}
    sans_secret = []
    for brute in curseur.fetchall():
        tout = dict(zip(noms, brute, strict=True))
        definition = {c: tout.pop(c) for c in ("calcul", "parametre", "complement")}
        annee = _annee_civile(tout["periode_debut"], tout["periode_fin"])
        valeurs = {c: None if v is None else str(v) for c, v in tout.items()}
        if definition["calcul"] in libres:
            sans_secret.append(valeurs)
        elif definition["calcul"] in calculs and annee:
            t = calculs[definition["calcul"]]
            if t.famille and t.tranche and (ligne := _chiffre(t, definition, valeurs)):
                de_famille.setdefault((t.famille, annee), []).append(ligne)
    return de_famille, sans_secret


def _annee_civile(debut: dt.date, fin: dt.date) -> str | None:
    civile = (debut.month, debut.day, fin.month, fin.day) == (1, 1, 12, 31) and debut.year == fin.year
    return str(debut.year) if civile else None


def _chiffre(t: Table, definition: Mapping[str, str | None], valeurs: Valeurs) -> Ligne | None:
    """Un chiffre comme cellules de sa table ; None si ses paramètres n'en désignent pas."""
    dit = t.declaration["chiffres"][definition["calcul"]]
    preuves = []
    for colonne, mesure, filtres in (
        ("numerateur", dit["mesure"], dit.get("filtres", {})),
        ("denominateur", dit.get("sur"), dit.get("sur_filtres", {})),
    ):
        if mesure is None or valeurs[colonne] is None:
            continue
        donnes = {c: valeur.split("|") for c, champ in filtres.items() if (valeur := definition[champ])}
        try:
            c = cellule_de(t, donnes, t.mesures[mesure])
        except (KeyError, ValueError):
            return None
        preuves.append(Preuve(c, t.mesures[mesure].compte, float(valeurs[colonne] or 0)))
    if valeurs["denominateur"] is not None and len(preuves) < 2:
        return None
    requises = [p.cellule for p in preuves]
    return Ligne(valeurs, dict.fromkeys(_VALEURS_DE_CHIFFRE, requises), preuves)
