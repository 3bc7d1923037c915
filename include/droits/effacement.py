"""Effacer une personne : ses faits restent, sous un pseudonyme tiré au sort que rien ne rattache à elle."""

from __future__ import annotations

import datetime as dt
import secrets
from itertools import product

import pyarrow as pa
import pyarrow.compute as pc

from include.confidentialite import Cle, personne_id
from include.configuration import Dossiers
from include.contrats import connus
from include.droits.operation import (
    EFFACEMENT,
    Operation,
    compter_lignes,
    engager,
    pseudonymes_en_bronze,
)
from include.personnes import registre
from include.personnes.identites import lignes as lignes_privees


def effacer(d: Dossiers, cle: Cle, identites: set[str]) -> dict[str, dict[str, int]]:
    """Efface une personne, connue sous ces identités ; rend ce qui a été fait, par source. Tenir le verrou exclusif.

    Ses identités entrent dans la liste d'opposition. En bronze elles deviennent toutes un même pseudonyme neuf.
    """
    publies = {p: secrets.token_hex(16) for p in sorted(pseudonymes_publies(d, cle, identites))}
    # Celui sous lequel elle est publiée devient le même qu'en bronze : la nuit suivante ne voit rien changer.
    neuf = publies.setdefault(_personne_courante(d, cle, identites), secrets.token_hex(16))
    nominatives = [c.source for c in connus().values() if c.nominatif]
    remplacements = {s: pseudonymes_en_bronze(d, s, dict.fromkeys(sorted(identites), neuf)) for s in nominatives}
    lignes = compter_lignes(d, cle, remplacements)
    return engager(
        d,
        cle,
        Operation(
            nature=EFFACEMENT,
            jour=dt.date.today().isoformat(),
            remplacements=remplacements,
            publies=publies | {a: n for r in remplacements.values() for a, n in r.items() if a not in identites},
            oubliees=sorted(identites),
            opposees=sorted(identites | _autres_facons(d, cle, identites)),
            comptes={s: {"personnes": 1, "lignes": n} for s, n in lignes.items() if n},
        ),
    )


def pseudonymes_publies(d: Dossiers, cle: Cle, identites: set[str]) -> set[str]:
    """Pseudonymes sous lesquels ces identités ont pu être publiées : les leurs, et les personnes qu'elles ont été.

    Une personne qu'elles ne sont plus, et qu'une autre est aujourd'hui, n'en est pas.
    """
    entrees = registre.lire(d, cle).to_pylist()
    anciennes = {p for e in entrees if e["identite_id"] in identites for p in (e["personne_id"], e["avant"]) if p}
    courantes = {e["identite_id"]: e["personne_id"] for e in entrees}
    return identites | anciennes - {p for i, p in courantes.items() if i not in identites}


def _autres_facons(d: Dossiers, cle: Cle, identites: set[str]) -> set[str]:
    """Identités que feraient d'autres combinaisons des noms, prénoms et dates de naissance sous lesquels on la connaît.

    Sans date de naissance il n'en est pas fait : ce pourrait être une homonyme.
    """
    noms: set[str] = set()
    prenoms: set[str] = set()
    dates: set[str] = set()
    for _, lignes in lignes_privees(d, cle):
        siennes = lignes.filter(pc.is_in(lignes["personne_id"], pa.array(list(identites), pa.string())))
        for ligne in siennes.to_pylist():
            noms |= {n for n in (ligne["nom"], ligne.get("nom_naissance")) if n}
            prenoms |= {ligne["prenom"]}
            dates |= {ligne["date_naissance"]} if ligne.get("date_naissance") else set()
    facons = list(product(noms, prenoms, dates))
    colonnes = ("nom", "prenom", "date_naissance")
    table = pa.table([pa.array([f[i] for f in facons], pa.string()) for i in range(3)], names=colonnes)
    return set(personne_id(table, cle).to_pylist())


def _personne_courante(d: Dossiers, cle: Cle, identites: set[str]) -> str:
    """Personne que ces identités sont au registre ; sans registre, la seule identité qu'il y a."""
    entrees = registre.lire(d, cle).to_pylist()
    personnes = [e["personne_id"] for e in entrees if e["identite_id"] in identites]
    return personnes[-1] if personnes else min(identites)
