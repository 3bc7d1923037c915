"""Ce que vaut le rapprochement sur des fiches dont on sait qui est qui.

    make measure-persons [FILE=fiches.csv] [LIGNES=200000]

Sans fichier : le jeu synthétique, profil par profil. Avec un fichier : CSV en UTF-8, « ; » ou « , », aux colonnes nom,
prenom et verite (le même texte pour les fiches d'une même personne) et, si elles sont connues, nom_naissance,
date_naissance (AAAA-MM-JJ), sexe (F ou M) et commune.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from include.personnes.identites import FICHES
from include.personnes.normalisation import prenom
from include.personnes.rapprochement import rapprocher

GRAINE = 20_311_231
"""Jamais celle de l'apprentissage : on mesure sur d'autres personnes que celles qui ont servi à apprendre."""


@dataclass(frozen=True)
class Mesure:
    """Couples de fiches à réunir (même personne), réunis, et réunis à raison ; couples douteux ; secondes de calcul.

    torts: couples réunis à tort, selon ce qui aurait pu les distinguer.
    """

    fiches: int
    a_reunir: int
    reunis: int
    justes: int
    douteux: int
    secondes: float
    torts: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Part des couples réunis qui sont bien une même personne."""
        return self.justes / self.reunis if self.reunis else 1.0

    @property
    def rappel(self) -> float:
        """Part des couples d'une même personne qui sont réunis."""
        return self.justes / self.a_reunir if self.a_reunir else 1.0

    def __str__(self) -> str:
        """Les nombres, sur une ligne."""
        return (
            f"{self.fiches} fiches : précision {self.precision:.4f}, rappel {self.rappel:.4f} "
            f"({self.reunis - self.justes} couples réunis à tort, {self.a_reunir - self.justes} manqués, "
            f"{self.douteux} laissés à décider), {self.secondes:.1f} s"
        )


def mesurer(fiches: pa.Table) -> Mesure:
    """Rapproche des fiches et compte les couples justes.

    fiches: les colonnes d'identites.FICHES qui sont connues, et verite. Chaque fiche compte pour une identité.
    Lève ValueError si nom, prenom ou verite manque.
    """
    manquantes = {"nom", "prenom", "verite"} - set(fiches.column_names)
    if manquantes:
        raise ValueError(f"colonnes manquantes : {', '.join(sorted(manquantes))} ; attendues : nom, prenom, verite")
    numeros = pa.array([f"{n:09d}" for n in range(fiches.num_rows)], pa.string())
    connues = [c for c in FICHES.names if c in fiches.column_names and c != "identite_id"]
    debut = time.perf_counter()
    resultat = rapprocher(fiches.select(connues).append_column("identite_id", numeros))
    secondes = time.perf_counter() - debut
    verites = dict(zip(numeros.to_pylist(), fiches["verite"].to_pylist(), strict=True))
    groupes = dict(zip(*(resultat.groupes[c].to_pylist() for c in ("identite_id", "groupe")), strict=True))
    return Mesure(
        fiches=fiches.num_rows,
        a_reunir=_couples(verites.values()),
        reunis=_couples(groupes.values()),
        justes=_couples((groupes[n], verite) for n, verite in verites.items()),
        douteux=resultat.douteuses.num_rows,
        secondes=secondes,
        torts=Counter(_genre(a, b) for a, b in _reunis_a_tort(fiches, list(groupes.values()))),
    )


def _reunis_a_tort(fiches: pa.Table, groupes: list[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Couples de fiches d'un même groupe et de deux personnes."""
    membres: dict[str, list[int]] = defaultdict(list)
    for n, groupe in enumerate(groupes):
        membres[groupe].append(n)
    verites = fiches["verite"].to_pylist()
    for siens in membres.values():
        if len({verites[n] for n in siens}) > 1:
            for a, b in combinations(fiches.take(siens).to_pylist(), 2):
                if a["verite"] != b["verite"]:
                    yield a, b


def _genre(a: dict[str, Any], b: dict[str, Any]) -> str:
    """Ce qui aurait pu distinguer deux fiches, en gros."""
    prenoms, dates = (
        (prenom(a["prenom"] or ""), prenom(b["prenom"] or "")),
        (a.get("date_naissance"), b.get("date_naissance")),
    )
    if not all(dates):
        return "une date inconnue"
    if dates[0] != dates[1]:
        return "deux dates (homonymes)"
    return "deux prénoms, même date (jumeaux)" if prenoms[0] != prenoms[1] else "mêmes prénom et date"


def _couples(cles: Iterable[Hashable]) -> int:
    """Nombre de couples qui ont la même clé."""
    return sum(n * (n - 1) // 2 for n in Counter(cles).values())


def lire(chemin: Path) -> pa.Table:
    """Fiches d'un CSV, toutes en texte. Lève FileNotFoundError, ou ValueError s'il n'est pas un tableau en UTF-8."""
    separateur = ";" if b";" in chemin.read_bytes().partition(b"\n")[0] else ","
    options = pacsv.ParseOptions(delimiter=separateur, newlines_in_values=True)
    try:
        brute = pacsv.read_csv(chemin, parse_options=options)
        textes = pacsv.ConvertOptions(column_types=dict.fromkeys(brute.column_names, pa.string()))
        return pacsv.read_csv(chemin, parse_options=options, convert_options=textes)
    except pa.ArrowInvalid:
        # `from None` : l'erreur d'origine cite la ligne en cause.
        raise ValueError(f"{chemin.name} ne se lit pas comme un CSV en UTF-8 séparé par « ; » ou « , ».") from None


def _montrer(titre: str, mesure: Mesure) -> None:
    print(f"{titre}{mesure}", flush=True)
    for genre, combien in mesure.torts.most_common():
        print(f"           réunis à tort, {genre} : {combien}")


def main(arguments: list[str]) -> int:
    """Mesure un fichier, ou chaque profil du jeu synthétique ; rend le code de sortie."""
    from include.demo.bruit import PROFILS, jeu

    analyseur = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    analyseur.add_argument("fichier", nargs="?", type=Path)
    analyseur.add_argument("--lignes", type=int, default=20_000, help="fiches de chaque profil")
    analyseur.add_argument("--profils", nargs="*", default=list(PROFILS), choices=list(PROFILS))
    choix = analyseur.parse_args(arguments)
    try:
        if choix.fichier:
            _montrer("", mesurer(lire(choix.fichier)))
        else:
            for profil in choix.profils:
                _montrer(f"{profil:10} ", mesurer(jeu(choix.lignes, GRAINE, profil)))
    except (OSError, ValueError) as erreur:
        print(erreur, file=sys.stderr)
        return 2
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"processeur : {usage.ru_utime + usage.ru_stime:.0f} s ; mémoire de pointe : {usage.ru_maxrss / 1024:.0f} Mio"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
