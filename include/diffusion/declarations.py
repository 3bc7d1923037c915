"""Ce qui a le droit de sortir, et de quoi chaque table publique est faite : les entrées `diffusion` du manifeste dbt.

Une table sans déclaration est interne, une colonne que la déclaration ne cite pas aussi : on ne diffuse que ce que
quelqu'un a décidé de diffuser.

    diffusion:
      audience: public                  # ou financeur
      famille: heures                   # include/diffusion/familles/heures.sql : une ligne par contribution
      tranche: annee                    # colonne de l'année ; sans elle la table n'a qu'une tranche
      dimensions: [secteur]             # colonnes qui filtrent la colonne de même nom de la famille
      drapeau: etape                    # colonne dont la valeur nomme une colonne « oui » de la famille
      repartition: [dimension, modalite]  # colonnes qui nomment une colonne de la famille et sa valeur
      total: TOTAL                      # valeur d'une dimension qui veut dire toutes
      si: entrees_immediates            # colonne « oui » sans laquelle une contribution n'est pas dans la table
      mesures: {heures: somme, femmes: personnes si femme}   # somme, compte, personnes ou entreprises
      parts: {part: heures}             # part de la mesure dans le total de la table, ou de la répartition
      rang: {rang: heures}              # rang refait parmi les seules cellules montrées
      libres: [operation]               # colonnes qui ne comptent ni personne ni entreprise
      protegees: [{sans_decision: oui}] # cellules qu'aucune table ne montre et qu'une soustraction donnerait
      chiffres:                         # chiffres du registre qui sont des cellules de cette table, par calcul
        femmes_secteur:
          {mesure: femmes, filtres: {secteur: parametre}, sur: salaries, sur_filtres: {secteur: parametre}}

Une table qui ne compte ni personne ni entreprise dit pourquoi dans `sans_secret`, et ses `colonnes`. Une table des
seuls financeurs va entière, ou par ces `colonnes` : les dimensions que lit leur rapport d'activité.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.diffusion.cellules import COMPTES

AUDIENCES = ("financeur", "public")
_CLES = {
    "audience", "famille", "tranche", "dimensions", "drapeau", "repartition", "total", "si", "mesures", "parts", "rang",
    "libres", "protegees", "chiffres", "sans_secret", "colonnes", "calculs",
}  # fmt: skip
_CLES_CHIFFRE = {"mesure", "filtres", "sur", "sur_filtres"}


@dataclass(frozen=True)
class Mesure:
    """Ce qu'une colonne fait des contributions de sa ligne."""

    compte: str
    si: str | None


@dataclass(frozen=True)
class Table:
    """Une table diffusable, telle que son modèle dbt la déclare."""

    schema: str
    nom: str
    axe: str
    audience: str
    declaration: dict[str, Any]
    mesures: dict[str, Mesure]

    @property
    def relation(self) -> str:
        """Schéma et nom, prêts pour une requête."""
        return f'"{self.schema}"."{self.nom}"'

    @property
    def publique(self) -> bool:
        """Vrai si elle va au public."""
        return self.audience == "public"

    @property
    def famille(self) -> str | None:
        """Famille de ses contributions ; None si elle ne compte ni personne ni entreprise."""
        famille: str | None = self.declaration.get("famille")
        return famille

    @property
    def tranche(self) -> str | None:
        """Colonne de l'année."""
        tranche: str | None = self.declaration.get("tranche")
        return tranche

    @property
    def filtrantes(self) -> list[str]:
        """Colonnes qui disent de quelles contributions une ligne est faite."""
        dite = self.declaration
        drapeau = [dite["drapeau"]] if "drapeau" in dite else []
        return [*dite.get("dimensions", []), *drapeau, *dite.get("repartition", [])]

    @property
    def colonnes(self) -> list[str]:
        """Colonnes qui vont au public : toutes celles que la déclaration cite, et aucune autre."""
        dite = self.declaration
        if not self.famille:
            return list(dite["colonnes"])
        tranche = [self.tranche] if self.tranche else []
        return [*tranche, *self.filtrantes, *dite.get("libres", []), *self.chiffrees]

    @property
    def chiffrees(self) -> list[str]:
        """Colonnes qui peuvent être masquées."""
        return [*self.mesures, *self.declaration.get("parts", {}), *self.declaration.get("rang", {})]


def lire(manifeste: Path) -> list[Table]:
    """Tables diffusables du manifeste de dbt, par schéma et nom.

    Lève ValueError, en français, si une déclaration a une clé inconnue, une audience ou un compte qui n'existe pas.
    """
    noeuds = json.loads(manifeste.read_text(encoding="utf-8"))["nodes"].values()
    tables = []
    for n in noeuds:
        meta = (n.get("config") or {}).get("meta") or n.get("meta") or {}
        if n["resource_type"] == "model" and "diffusion" in meta:
            tables.append(_table(n, meta))
    return sorted(tables, key=lambda t: (t.schema, t.nom))


def _table(noeud: dict[str, Any], meta: dict[str, Any]) -> Table:
    nom, dite = noeud.get("alias") or noeud["name"], meta["diffusion"]
    inconnues = sorted(dite.keys() - _CLES)
    if inconnues or dite.get("audience") not in AUDIENCES:
        raise ValueError(
            f"{nom}, meta.diffusion : audience attendue parmi {', '.join(AUDIENCES)} ({dite.get('audience')}) ; "
            f"clés inconnues : {', '.join(inconnues) or 'aucune'}."
        )
    if dite["audience"] == "public" and "famille" not in dite and not ("sans_secret" in dite and "colonnes" in dite):
        raise ValueError(
            f"{nom}, meta.diffusion : une table publique dit sa famille de contributions, ou pourquoi elle n'a pas "
            "besoin du secret (sans_secret) et lesquelles de ses colonnes elle montre (colonnes)."
        )
    for calcul, chiffre in dite.get("chiffres", {}).items():
        if chiffre.keys() - _CLES_CHIFFRE or chiffre["mesure"] not in dite["mesures"]:
            raise ValueError(f"{nom}, meta.diffusion, chiffres : {calcul} a une clé ou une mesure inconnue.")
    return Table(
        schema=noeud["schema"],
        nom=nom,
        axe=meta.get("axe") or noeud["schema"],
        audience=dite["audience"],
        declaration=dite,
        mesures={c: _mesure(nom, texte) for c, texte in dite.get("mesures", {}).items()},
    )


def _mesure(table: str, texte: str) -> Mesure:
    compte, _, si = texte.partition(" si ")
    if compte not in COMPTES:
        raise ValueError(f"{table}, meta.diffusion, mesures : « {compte} » n'est pas parmi {', '.join(COMPTES)}.")
    return Mesure(compte, si or None)
