"""Les fichiers de retour : à chaque partenaire, ce qu'il a à corriger et à renvoyer.

publie/suivi/retours/<partenaire>.xlsx dit où et pourquoi, sans aucune valeur. prive/retours/<partenaire>.xlsx ajoute la
valeur de chaque cellule rejetée : sans la clé, ou pendant une opération sur les droits, il n'y en a pas. Les deux
s'effacent dès qu'il n'y a plus rien à reprendre.
"""

from __future__ import annotations

import csv
import re
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from include.confidentialite import ErreurConfidentialite, cle, partage, poser
from include.configuration import Dossiers
from include.extraction.livraisons import Manifeste
from include.suivi.classeur_retour import classeur
from include.suivi.etat import Cellule, Etat, Partenaire

Valeurs = dict[tuple[str, str | None, int, str], str]
"""Valeur d'une cellule rejetée, par livraison, feuille, ligne et colonne."""
_APOSTROPHE = re.compile(r"\A'(?=[=+\-@\t\r\n])")


@dataclass(frozen=True)
class Retour:
    """Un fichier de retour."""

    partenaire: str
    fichier: Path
    lignes: int
    """Lignes rejetées à corriger."""
    refus: int
    """Fichiers refusés à renvoyer."""


def dossier(d: Dossiers) -> Path:
    """Où sont les fichiers de retour, sans valeur."""
    return d.publie / "suivi" / "retours"


def copies(d: Dossiers) -> Path:
    """Où sont leurs copies avec les valeurs."""
    return d.prive / "retours"


def ecrire(d: Dossiers, etat: Etat) -> tuple[list[Retour], str]:
    """Écrit les deux fichiers de chaque partenaire qui a quelque chose à reprendre, efface ceux des autres.

    Rend les fichiers de retour, et ce qui a empêché d'écrire les copies de prive/ (vide si rien).
    """
    noms: dict[str, Partenaire] = {}
    for rang, partenaire in enumerate(etat.partenaires, 1):
        if partenaire.lignes_rejetees or partenaire.refusees:
            nom = nom_de_fichier(partenaire.nom)
            noms[f"{rang}_{nom}" if nom in noms else nom] = partenaire
    for nom, partenaire in noms.items():
        poser(dossier(d) / nom, classeur(etat, partenaire), 0o644)
    _ne_garder_que(dossier(d), set(noms))
    rendus = [Retour(p.nom, dossier(d) / nom, p.lignes_rejetees, len(p.refusees)) for nom, p in noms.items()]
    return rendus, _ecrire_copies(d, etat, noms)


def nom_de_fichier(partenaire: str) -> str:
    """« service_clauses_d_insertion.xlsx »."""
    lettres = unicodedata.normalize("NFKD", partenaire).encode("ascii", "ignore").decode().casefold()
    return f"{re.sub(r'[^a-z0-9]+', '_', lettres).strip('_')}.xlsx"


def _ecrire_copies(d: Dossiers, etat: Etat, noms: dict[str, Partenaire]) -> str:
    try:
        with partage(d):
            # Tout est lu avant que rien ne soit écrit : une copie a toutes ses valeurs, ou n'est pas.
            lues = {nom: _valeurs(d, p) for nom, p in noms.items() if p.rejets}
            copies(d).mkdir(parents=True, exist_ok=True, mode=0o700)
            copies(d).chmod(0o700)
            for nom, valeurs in lues.items():
                poser(copies(d) / nom, classeur(etat, noms[nom], valeurs), 0o600)
            _ne_garder_que(copies(d), set(lues))
    except ErreurConfidentialite as erreur:
        # Une copie d'hier montrerait des valeurs que l'on ne sait plus devoir garder.
        shutil.rmtree(copies(d), ignore_errors=True)
        return str(erreur)
    return ""


def _valeurs(d: Dossiers, partenaire: Partenaire) -> Valeurs:
    """Valeur de chaque cellule rejetée. Lève ErreurConfidentialite sans la clé."""
    concernees: dict[str, Cellule] = {c.livraison["livraison"]: c for c in partenaire.rejets}
    valeurs: Valeurs = {}
    for c in concernees.values():
        lignes = _dechiffrees(d, c.livraison) if c.contrat.nominatif else _en_clair(d, c.livraison)
        for ligne in lignes:
            place = c.livraison["livraison"], ligne["feuille"] or None, int(ligne["ligne"] or 0), ligne["colonne"] or ""
            valeurs[place] = ligne["valeur"] or ""
    return valeurs


def _dechiffrees(d: Dossiers, m: Manifeste) -> list[dict[str, str | None]]:
    chemin = d.prive / "rejets" / m["source"] / f"{m['livraison']}.parquet.enc"
    la_cle = cle(d)
    return la_cle.lire_table(chemin).to_pylist() if chemin.exists() else []


def _en_clair(d: Dossiers, m: Manifeste) -> list[dict[str, str | None]]:
    """Lignes de rejets/<source>/<livraison>.csv, sans l'apostrophe qui y protège d'une formule."""
    chemin = d.rejets / m["source"] / f"{m['livraison']}.csv"
    if not chemin.exists():
        return []
    with chemin.open(encoding="utf-8-sig", newline="") as f:
        return [{k: _APOSTROPHE.sub("", v) for k, v in x.items()} for x in csv.DictReader(f, delimiter=";")]


def _ne_garder_que(ou: Path, noms: set[str]) -> None:
    for fichier in ou.glob("*") if ou.exists() else ():
        if fichier.name not in noms:
            fichier.unlink()
