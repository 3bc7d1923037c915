"""Qui ne doit pas revenir : la liste, à clé, des identités effacées.

Elle ne contient que des empreintes à clé, d'un domaine à elles : ni nom, ni pseudonyme de bronze, ni lien vers le
pseudonyme tiré au sort qui remplace. Une identité s'y reconnaît exactement, à la même normalisation que personne_id ;
une façon de l'écrire que l'entrepôt n'a jamais vue n'y est pas.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from include.confidentialite.chiffrement import Cle
from include.configuration import Dossiers


@dataclass(frozen=True)
class Oppositions:
    """La liste telle qu'elle était à l'ouverture : empreinte de chaque identité, et le jour de son effacement."""

    cle: Cle
    depuis: dict[str, str]

    @classmethod
    def lire(cls, d: Dossiers, cle: Cle) -> Oppositions:
        """La liste de l'entrepôt ; vide tant que personne n'a été effacé. Lève ContenuAltere ou CleDifferente."""
        chemin = _chemin(d)
        return cls(cle, json.loads(cle.lire(chemin)) if chemin.exists() else {})

    def reconnaitre(self, identites: pa.StringArray) -> np.ndarray:
        """Vrai pour chaque pseudonyme d'identité qui est dans la liste."""
        codee = identites.dictionary_encode()
        connues = [_empreinte(self.cle, i) in self.depuis for i in codee.dictionary.to_pylist()]
        return np.array(connues, bool)[codee.indices.to_numpy()] if connues else np.zeros(len(identites), bool)


def ajouter(d: Dossiers, cle: Cle, identites: Iterable[str], jour: dt.date) -> None:
    """Ajoute des identités (leur pseudonyme) à la liste ; celles qui y sont gardent leur jour."""
    nouvelles = {_empreinte(cle, i): jour.isoformat() for i in identites}
    connues = Oppositions.lire(d, cle).depuis
    if nouvelles.keys() - connues.keys():
        cle.ecrire(_chemin(d), json.dumps(dict(sorted((nouvelles | connues).items()))).encode())


def _chemin(d: Dossiers) -> Path:
    return d.prive / "oppositions.enc"


def _empreinte(cle: Cle, identite: str) -> str:
    # Le pseudonyme dit déjà l'identité normalisée : il suffit, et la liste se tient sans aucun nom.
    return cle.pseudonyme(f"opposition/1\x1f{identite}".encode())
