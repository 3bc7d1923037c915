"""Changer la clé : tout ce qu'elle a chiffré l'est de nouveau, par une autre, et l'ancienne n'ouvre plus rien.

Chaque fichier change d'un seul renommage, et dit par son en-tête quelle clé l'a chiffré : un arrêt brutal se reprend en
relançant. Tant que prive/rotation existe, `cle` refuse et aucune nuit ne commence. Les pseudonymes ne changent pas :
leur secret, dérivé de la première clé, est gardé chiffré dans prive/pseudonymes.enc.
"""

from __future__ import annotations

import os
from pathlib import Path

from include.confidentialite.chiffrement import (
    BLOC,
    Cle,
    CleAbsente,
    CleInvalide,
    empreinte_de_fichier,
    poser,
    synchroniser,
)
from include.confidentialite.cles import VARIABLE, cle, decoder, deposer, emballage, fichiers_chiffres, fournie, neuve
from include.confidentialite.verrou import exclusif, marque_de_rotation, refuser_inachevee
from include.configuration import Dossiers, deploiement_configure

VARIABLE_NOUVELLE = "ENTREPOT_CLE_NOUVELLE"


def tourner(d: Dossiers) -> int:
    """Remplace la clé de l'entrepôt ; rend le nombre de fichiers chiffrés de nouveau (les déjà faits n'y sont pas).

    Mode embarqué : la clé neuve est tirée au sort et remplace prive/cle. Clé fournie (ENTREPOT_CLE ou connexion) : la
    neuve est donnée dans ENTREPOT_CLE_NOUVELLE, et devient celle à fournir une fois l'opération finie.

    Lève EntrepotOccupe, OperationInachevee (un effacement à finir d'abord), CleAbsente, CleInvalide, CleDifferente ou
    ContenuAltere (un fichier abîmé arrête tout, aucun n'est perdu).
    """
    with exclusif(d):
        marque = marque_de_rotation(d)
        if not marque.exists():
            refuser_inachevee(d)
            # Vérifie la clé de départ contre les données présentes.
            cle(d)
        ancienne, nouvelle = _cles(d)
        deposer(marque, nouvelle.empreinte.hex().encode() + b"\n")
        if marque.read_text(encoding="ascii").strip() != nouvelle.empreinte.hex():
            raise CleInvalide(
                f"Le changement de clé entamé l'était vers une autre clé : redonnez la même dans {VARIABLE_NOUVELLE}."
            )
        _effacer_les_restes(d)
        if not emballage(d).exists():
            ancienne.emballer_pseudonymes(emballage(d))
        faits = sum(_rechiffrer(f, ancienne, nouvelle) for f in list(fichiers_chiffres(d)))
        nouvelle.deballer_pseudonymes(emballage(d))
        _remplacer(d.prive / "empreinte", f"{nouvelle.empreinte.hex()} {nouvelle.empreinte_pseudonymes.hex()}\n")
        if _neuve(d).exists():
            _neuve(d).replace(d.prive / "cle")
            synchroniser(d.prive)
        marque.unlink()
        synchroniser(d.prive)
    return faits


def _cles(d: Dossiers) -> tuple[Cle, Cle]:
    """La clé à quitter et celle à prendre ; la même deux fois si la reprise n'a plus qu'à finir."""
    ancienne = fournie()
    if ancienne is not None:
        texte = os.environ.get(VARIABLE_NOUVELLE)
        if not texte:
            raise CleAbsente(
                f"Donnez la nouvelle clé dans {VARIABLE_NOUVELLE} (32 octets en base64, par exemple "
                f"« openssl rand -base64 32 »), l'ancienne restant dans {VARIABLE}."
            )
        nouvelle = decoder(texte)
        if nouvelle.empreinte == ancienne.empreinte:
            raise CleInvalide(f"{VARIABLE_NOUVELLE} est la clé actuelle : donnez-en une autre.")
        return ancienne, nouvelle
    if deploiement_configure():
        raise CleAbsente(f"Déploiement configuré sans clé de chiffrement : donnez l'actuelle dans {VARIABLE}.")
    ancienne = decoder((d.prive / "cle").read_text(encoding="ascii", errors="replace"))
    if marque_de_rotation(d).exists() and not _neuve(d).exists():
        return ancienne, ancienne
    deposer(_neuve(d), neuve())
    return ancienne, decoder(_neuve(d).read_text(encoding="ascii", errors="replace"))


def _rechiffrer(chemin: Path, ancienne: Cle, nouvelle: Cle) -> bool:
    """Chiffre de nouveau un fichier, s'il ne l'est pas déjà ; vrai si c'est fait."""
    if empreinte_de_fichier(chemin) == nouvelle.empreinte:
        return False
    with ancienne.lecteur(chemin) as clair, nouvelle.ecrivain(chemin) as flux:
        while morceau := clair.read(BLOC):
            flux.write(morceau)
    return True


def _effacer_les_restes(d: Dossiers) -> None:
    """Écritures qu'un arrêt brutal a laissées à moitié : l'ancienne clé les ouvrirait encore."""
    for dossier in (d.prive, d.archives):
        for chemin in [p for p in dossier.rglob(".*") if p.is_file()]:
            if chemin.name.startswith((".tmp-", ".cle")) or chemin.name.endswith(".tmp"):
                chemin.unlink()


def _neuve(d: Dossiers) -> Path:
    """La clé neuve du mode embarqué, en attendant qu'elle remplace prive/cle."""
    return d.prive / "cle.nouvelle"


def _remplacer(chemin: Path, texte: str) -> None:
    poser(chemin, texte.encode("ascii"), 0o600)
