"""Le registre des personnes : quelle personne est chaque identité, depuis quelle nuit, et pourquoi.

Des journaux chiffrés de prive/personnes/, datés et en ajout seul : une nuit passée s'y relit comme elle était.
Ils ne nomment personne : des pseudonymes seulement. Seul l'effacement d'une personne en retire des lignes (`oublier`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from include.confidentialite import Cle
from include.configuration import Dossiers, Nuit

NOUVELLE, RATTACHEE, FUSION, SCISSION, MODELE = "nouvelle", "rattachee", "fusion", "scission", "modele"
_FORME = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d+)\.parquet\.enc")


@dataclass(frozen=True)
class Journal:
    """Des lignes datées, un fichier chiffré par ajout : prive/personnes/<nom>/<nuit>-<n>.parquet.enc."""

    nom: str
    schema: pa.Schema
    identites: tuple[str, ...]
    """Colonnes qui désignent des identités."""

    def dossier(self, d: Dossiers) -> Path:
        """Où sont ses fichiers."""
        return d.prive / "personnes" / self.nom

    def lire(self, d: Dossiers, cle: Cle, nuit: Nuit | None = None) -> pa.Table:
        """Ses lignes, dans l'ordre des nuits puis des ajouts ; jusqu'à la nuit donnée, s'il y en a une."""
        tables = [self.schema.empty_table()]
        for chemin in self._fichiers(d):
            if nuit is None or chemin.name[:10] <= str(nuit.nuit):
                tables.append(cle.lire_table(chemin))
        return pa.concat_tables(tables)

    def ajouter(self, d: Dossiers, cle: Cle, nuit: Nuit, lignes: Iterable[dict[str, Any]]) -> None:
        """Ajoute des lignes, à la date de la nuit. Sans ligne, n'écrit rien."""
        table = pa.Table.from_pylist([ligne | {"nuit": nuit.nuit} for ligne in lignes], schema=self.schema)
        if table.num_rows:
            numeros = [int(_FORME.fullmatch(f.name)[2]) for f in self._fichiers(d) if f.name[:10] == str(nuit.nuit)]  # type: ignore[index]
            cle.ecrire_table(self.dossier(d) / f"{nuit.nuit}-{max(numeros, default=0) + 1:03d}.parquet.enc", table)

    def recrire(self, d: Dossiers, cle: Cle, changer: Callable[[pa.Table], pa.Table]) -> int:
        """Récrit chaque fichier que `changer` change ; rend le nombre de lignes ôtées. Voir `oublier`."""
        otees = 0
        for chemin in self._fichiers(d):
            table = cle.lire_table(chemin)
            nouvelle = changer(table)
            if not nouvelle.equals(table):
                otees += table.num_rows - nouvelle.num_rows
                cle.ecrire_table(chemin, nouvelle)
        return otees

    def retirer(self, d: Dossiers, cle: Cle, identites: set[str]) -> int:
        """Récrit chaque fichier sans les lignes de ces identités ; rend le nombre de lignes ôtées."""

        def sans_elles(table: pa.Table) -> pa.Table:
            citees = zip(*(table[c].to_pylist() for c in self.identites), strict=True)
            return table.filter(pa.array([identites.isdisjoint(i) for i in citees], pa.bool_()))

        return self.recrire(d, cle, sans_elles)

    def _fichiers(self, d: Dossiers) -> list[Path]:
        trouves = [(f, forme) for f in self.dossier(d).glob("*.enc") if (forme := _FORME.fullmatch(f.name))]
        return [f for f, _ in sorted(trouves, key=lambda t: (t[1][1], int(t[1][2])))]


def _textes(*noms: str) -> list[tuple[str, pa.DataType]]:
    return [(n, pa.string()) for n in noms]


REGISTRE = Journal(
    "registre",
    pa.schema([*_textes("identite_id", "personne_id", "evenement", "avant", "motif", "modele"), ("nuit", pa.date32())]),
    ("identite_id",),
)
"""evenement : nouvelle, rattachee, fusion, scission, ou modele (rien ne change, le modèle si).

avant : la personne que l'identité était, ou vide.
"""
DOUTEUSES = Journal(
    "douteuses",
    pa.schema([*_textes("a", "b", "motif", "modele"), ("score", pa.float64()), ("nuit", pa.date32())]),
    ("a", "b"),
)
"""Couples d'identités que le rapprochement n'a pas osé réunir."""
DECISIONS = Journal("decisions", pa.schema([*_textes("a", "b", "decision"), ("nuit", pa.date32())]), ("a", "b"))
"""Ce qu'une personne a décidé d'un couple ; la dernière décision d'un couple l'emporte."""
EXAMINEES = Journal("examinees", pa.schema([*_textes("livraison"), ("nuit", pa.date32())]), ())
"""Livraisons dont les identités ont été comparées."""
_JOURNAUX = (REGISTRE, DOUTEUSES, DECISIONS)


def lire(d: Dossiers, cle: Cle, nuit: Nuit | None = None) -> pa.Table:
    """Le registre : identite_id, personne_id, evenement, avant, motif, modele, nuit. Le plus ancien d'abord."""
    return REGISTRE.lire(d, cle, nuit)


def correspondances(d: Dossiers, cle: Cle, nuit: Nuit) -> pa.Table:
    """Personne de chaque identité, telle que cette nuit la connaît : identite_id, personne_id."""
    derniere = {
        ligne["identite_id"]: ligne["personne_id"]
        for ligne in lire(d, cle, nuit).select(["identite_id", "personne_id"]).to_pylist()
    }
    return pa.table({
        "identite_id": pa.array(derniere.keys(), pa.string()),
        "personne_id": pa.array(derniere.values(), pa.string()),
    })  # fmt: skip


def empreinte(d: Dossiers, cle: Cle, nuit: Nuit) -> str:
    """Empreinte de ce que le registre dit à cette nuit : si elle change, des personnes ont été réunies ou séparées."""
    couples = sorted(zip(*(c.to_pylist() for c in correspondances(d, cle, nuit).columns), strict=True))
    return hashlib.sha256(repr(couples).encode()).hexdigest()


def premieres_nuits(registre: pa.Table) -> dict[str, dt.date]:
    """Première nuit de chaque identité."""
    premieres: dict[str, dt.date] = {}
    for identite, nuit in zip(registre["identite_id"].to_pylist(), registre["nuit"].to_pylist(), strict=True):
        premieres[identite] = min(nuit, premieres.get(identite, nuit))
    return premieres


def oublier(d: Dossiers, cle: Cle, identites: set[str]) -> int:
    """Retire des journaux toute ligne de ces identités ; rend le nombre de lignes ôtées.

    Réservé à l'effacement et à la conservation : partout ailleurs, ces journaux ne font que s'allonger.
    """
    return sum(journal.retirer(d, cle, identites) for journal in _JOURNAUX)


def mouvements(d: Dossiers, cle: Cle, nuit: Nuit) -> list[dict[str, Any]]:
    """Réunions et séparations jusqu'à cette nuit : avant, personne_id, evenement, motif, nuit ; une par changement."""
    vus = {
        (e["nuit"], e["avant"], e["personne_id"], e["evenement"]): e["motif"]
        for e in lire(d, cle, nuit).to_pylist()
        if e["evenement"] in (FUSION, SCISSION)
    }
    return [
        {"nuit": nuit_, "avant": avant, "personne_id": personne, "evenement": evenement, "motif": motif}
        for (nuit_, avant, personne, evenement), motif in vus.items()
    ]
