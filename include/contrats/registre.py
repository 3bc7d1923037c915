"""Tous les contrats, et à quel contrat un nom de fichier répond."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

from include.configuration import axes, dossier_du_pole, organisation
from include.contrats.contrat import Contrat, ContratInvalide, lire_contrat

_DOSSIER = Path(__file__).parent
_SUFFIXE_DE_COPIE = re.compile(
    r"(\s*\(\d+\)|[\s_-]+(v\d+|copie|bis|corrig[eé]e?|rectifi[eé]e?|d[eé]finiti(f|ve)|final|ok))$"
)


@cache
def connus() -> dict[str, Contrat]:
    """Tous les contrats écrits, par source : ceux du projet, remplacés ou complétés par ceux du pôle.

    Lève ContratInvalide si l'un d'eux est mal écrit.
    """
    contrats = {}
    for dossier in filter(None, (_DOSSIER, dossier_du_pole("contrats"))):
        for chemin in sorted(dossier.glob("*.yml")):
            contrat = lire_contrat(yaml.safe_load(chemin.read_text(encoding="utf-8")))
            if contrat.source != chemin.stem:
                raise ContratInvalide(
                    f"{chemin.name} décrit la source {contrat.source} : nommez-le {contrat.source}.yml."
                )
            contrats[contrat.source] = contrat
    for contrat in contrats.values():
        _verifier_activite(contrat, contrats)
    return dict(sorted(contrats.items()))


def _verifier_activite(contrat: Contrat, contrats: dict[str, Contrat]) -> None:
    """Lève ContratInvalide si une source de la chaîne d'activité n'existe pas, n'a pas la colonne, ou revient."""
    vues, suivant = {contrat.source}, contrat
    while activite := suivant.activite:
        cible = contrats.get(activite.source)
        if cible is None or activite.cle not in cible.colonnes_bronze():
            raise ContratInvalide(
                f"Contrat {suivant.source} : activite attend une source dont bronze a la colonne {activite.cle} ; "
                f"{activite.source} ne convient pas."
            )
        if cible.source in vues:
            raise ContratInvalide(f"Contrat {contrat.source} : activite tourne en rond par {cible.source}.")
        vues.add(cible.source)
        suivant = cible


@cache
def tous() -> dict[str, Contrat]:
    """Contrats des sources que le pôle reçoit, dans l'ordre alphabétique : de ses axes, et non éteintes.

    Lève ContratInvalide si organisation.yml éteint une source qui n'existe pas.
    """
    eteintes = set(organisation()["sources_eteintes"])
    inconnues = sorted(eteintes - connus().keys())
    if inconnues:
        raise ContratInvalide(f"organisation.yml éteint des sources inconnues : {', '.join(inconnues)}.")
    return {s: c for s, c in connus().items() if c.axe in axes() and s not in eteintes}


def reconnaitre_nom(nom: str) -> list[tuple[Contrat, dt.date | None, int | None]]:
    """Contrats dont le nom attendu convient à ce nom de fichier, avec la date et l'année qu'il porte.

    La casse, l'extension et les suffixes de copie (« (1) », « _v2 », « - Copie ») ne comptent pas. La date est le
    premier jour de ce que le nom désigne. Un nom dont la date n'existe pas (mois 13) ne convient à aucun contrat.
    """
    normalise = nom_normalise(nom)
    reconnus: list[tuple[Contrat, dt.date | None, int | None]] = []
    for contrat in tous().values():
        trouve = _forme(contrat.fichier).fullmatch(normalise)
        if trouve is None:
            continue
        morceaux = {k: int(v) for k, v in trouve.groupdict().items()}
        try:
            date = dt.date(morceaux["annee"], morceaux.get("mois", 1), morceaux.get("jour", 1))
        except ValueError:
            continue
        reconnus.append((contrat, date, date.year))
    return reconnus


def nom_normalise(nom: str) -> str:
    """Nom de fichier sans casse, sans extension ni suffixe de copie (« (1) », « _v2 », « - Copie », « corrigé »)."""
    courant = unicodedata.normalize("NFC", Path(nom).stem).casefold().strip()
    while (suivant := _SUFFIXE_DE_COPIE.sub("", courant).strip()) != courant:
        courant = suivant
    return courant


@cache
def _forme(fichier: str) -> re.Pattern[str]:
    forme = re.escape(Path(fichier).stem).replace("AAAA", r"(?P<annee>\d{4})")
    forme = forme.replace("MM", r"(?P<mois>\d{2})").replace("JJ", r"(?P<jour>\d{2})")
    return re.compile(forme, re.IGNORECASE)
