"""Ce que le public sait déjà : contributions et cellules montrées des diffusions passées, chiffrées dans prive/.

L'état porte le nom de la publication avec laquelle il a été écrit, et c'est celui de la publication courante qui se
lit : un arrêt brutal entre l'écriture et la bascule laisse un état que personne ne désigne, effacé ensuite.
"""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from include.confidentialite import Cle, ErreurConfidentialite
from include.configuration import Dossiers
from include.diffusion.cellules import Cellule
from include.diffusion.tableaux import Valeurs

CONTRIBUTIONS, FICHE = "contributions-{}.parquet.enc", "etat.json.enc"


@dataclass
class Version:
    """Une diffusion passée d'une tranche : ce qu'elle montrait, ce qu'elle masquait, et la date de ses chiffres."""

    bit: int
    arrete_au: str
    montrees: set[Cellule]
    masquees: set[Cellule]


@dataclass
class Tranche:
    """Une tranche (une année) d'une famille, telle que le public la connaît.

    contributions: de toutes ses versions. lignes: par table, celles de la dernière, telles qu'elles sont montrées.
    """

    contributions: pd.DataFrame
    versions: list[Version]
    lignes: dict[str, list[Valeurs]] = field(default_factory=dict)


Etat = dict[tuple[str, str], Tranche]
"""Par famille et tranche."""


class EtatPerdu(Exception):
    """Le public connaît des chiffres, mais on ne sait plus lesquels : rien ne peut plus lui être montré."""


def dossier(d: Dossiers, publication: str) -> Path:
    """Dossier de l'état écrit avec une publication."""
    return d.prive / "diffusion" / publication


def ecrire(d: Dossiers, cle: Cle, publication: str, etat: Etat) -> None:
    """Écrit l'état ; la fiche, écrite la dernière, le rend lisible."""
    destination = dossier(d, publication)
    for famille in sorted({f for f, _ in etat}):
        cadres = [t.contributions.assign(tranche=tranche) for (f, tranche), t in etat.items() if f == famille]
        tampon = io.BytesIO()
        pd.concat(cadres, ignore_index=True).to_parquet(tampon, index=False)
        cle.ecrire(destination / CONTRIBUTIONS.format(famille), tampon.getvalue())
    fiche = [
        {
            "famille": famille,
            "tranche": tranche,
            "versions": [
                {"bit": v.bit, "arrete_au": v.arrete_au, "montrees": sorted(v.montrees), "masquees": sorted(v.masquees)}
                for v in t.versions
            ],
            "lignes": t.lignes,
        }
        for (famille, tranche), t in sorted(etat.items())
    ]
    cle.ecrire(destination / FICHE, json.dumps(fiche, ensure_ascii=False).encode())


def lire(d: Dossiers, cle: Cle, publication: str) -> Etat:
    """Lit l'état d'une publication. Lève EtatPerdu, sans rien en dire, s'il manque ou ne se lit pas."""
    source = dossier(d, publication)
    try:
        fiche = json.loads(cle.lire(source / FICHE))
        cadres: dict[str, pd.DataFrame] = {}
        etat: Etat = {}
        for f in fiche:
            famille, tranche = f["famille"], f["tranche"]
            if famille not in cadres:
                cadres[famille] = pd.read_parquet(io.BytesIO(cle.lire(source / CONTRIBUTIONS.format(famille))))
            cadre = cadres[famille]
            contributions = cadre[cadre["tranche"] == tranche].drop(columns="tranche").reset_index(drop=True)
            etat[famille, tranche] = Tranche(contributions, [_version(v) for v in f["versions"]], f["lignes"])
    except (OSError, ErreurConfidentialite, ValueError, KeyError, TypeError):
        # `from None` : l'erreur d'origine pourrait citer une valeur.
        raise EtatPerdu(f"l'état de la diffusion {publication} manque ou ne se lit pas") from None
    return etat


def _version(v: dict[str, Any]) -> Version:
    return Version(v["bit"], v["arrete_au"], _cellules(v["montrees"]), _cellules(v["masquees"]))


def _cellules(lues: list[Any]) -> set[Cellule]:
    return {tuple((colonne, tuple(valeurs)) for colonne, valeurs in c) for c in lues}


def elaguer(d: Dossiers, publication: str) -> None:
    """Efface les états d'autres publications que celle-ci : ce qu'ils disent y est."""
    for reste in (d.prive / "diffusion").glob("*"):
        if reste.name != publication:
            shutil.rmtree(reste)
