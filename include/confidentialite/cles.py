"""D'où vient la clé : de l'environnement, d'une connexion Airflow ou, en mode embarqué, d'un fichier de prive/."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from include.confidentialite.chiffrement import (
    Cle,
    CleAbsente,
    CleDifferente,
    CleInvalide,
    empreinte_de_fichier,
    synchroniser,
)
from include.confidentialite.verrou import refuser_rotation
from include.configuration import Dossiers, deploiement_configure

VARIABLE = "ENTREPOT_CLE"
CONNEXION = "entrepot_cle"
VARIABLE_CONNEXION = f"AIRFLOW_CONN_{CONNEXION.upper()}"

_AIDE = (
    f"Donnez-la dans {VARIABLE} (32 octets en base64, par exemple « openssl rand -base64 32 ») "
    f"ou dans le mot de passe de la connexion Airflow « {CONNEXION} »."
)
journal = logging.getLogger(__name__)


def cle(d: Dossiers) -> Cle:
    """Clé de l'entrepôt, vérifiée contre les données déjà chiffrées.

    Dans l'ordre : la variable ENTREPOT_CLE, la connexion Airflow `entrepot_cle`, puis, en mode embarqué seulement,
    prive/cle, créée une seule fois tant que rien n'est encore chiffré.

    Lève CleAbsente (déploiement configuré sans clé, ou données chiffrées dont la clé a disparu), CleInvalide (clé mal
    formée), CleDifferente (ce n'est pas la clé des données présentes) ou OperationInachevee (un changement de clé s'est
    arrêté en chemin). Rien ne doit alors être lu ni écrit.
    """
    refuser_rotation(d)
    d.prive.mkdir(parents=True, exist_ok=True, mode=0o700)
    d.prive.chmod(0o700)
    # Regardé avant la clé : elle naît toujours avant ce qu'elle chiffre, et deux processus peuvent démarrer ensemble.
    existant = _empreinte_existante(d)
    trouvee = fournie()
    if trouvee is None:
        if deploiement_configure():
            raise CleAbsente(f"Déploiement configuré sans clé de chiffrement : arrêt. {_AIDE}")
        trouvee = _embarquee(d.prive / "cle", creer=existant is None)
    if existant is not None and existant != trouvee.empreinte:
        raise CleDifferente(
            f"La clé fournie n'est pas celle qui a chiffré les données de {d.racine} : rétablissez l'ancienne clé. "
            "Rien n'a été lu ni écrit."
        )
    _fixer_empreinte(d.prive / "empreinte", trouvee)
    _reprendre_pseudonymes(d, trouvee)
    return trouvee


def fournie() -> Cle | None:
    """Clé que donne l'environnement ou la connexion Airflow ; None en mode embarqué. Lève CleInvalide."""
    texte = os.environ.get(VARIABLE) or _de_connexion()
    return decoder(texte) if texte else None


def emballage(d: Dossiers) -> Path:
    """Fichier du secret des pseudonymes ; il n'existe qu'après un premier changement de clé."""
    return d.prive / "pseudonymes.enc"


def _reprendre_pseudonymes(d: Dossiers, cle: Cle) -> None:
    """Après un changement de clé, les pseudonymes restent ceux d'avant : leur secret est gardé à part.

    Lève CleAbsente si ce secret a disparu : en dériver un autre changerait en silence tous les pseudonymes.
    """
    if emballage(d).exists():
        cle.deballer_pseudonymes(emballage(d))
    attendue = (d.prive / "empreinte").read_text(encoding="ascii").split()[1:]
    if attendue and attendue != [cle.empreinte_pseudonymes.hex()]:
        raise CleAbsente(f"{emballage(d)} a disparu ou n'est pas le bon : rétablissez-le d'une sauvegarde.")


def _de_connexion() -> str | None:
    """Mot de passe de la connexion Airflow : variable d'environnement (URI ou JSON), sinon Airflow dans une tâche."""
    if texte := os.environ.get(VARIABLE_CONNEXION):
        try:
            if texte.lstrip().startswith("{"):
                return json.loads(texte).get("password") or None
            return unquote(urlsplit(texte).password or "") or None
        except (ValueError, AttributeError):
            # `from None` : le message d'origine citerait le texte de la connexion, donc la clé.
            raise CleInvalide(f"{VARIABLE_CONNEXION} n'est ni une URI ni un JSON de connexion. {_AIDE}") from None
    # Une connexion saisie dans l'interface n'est connue que d'Airflow : on ne la demande que dans un déploiement réel
    # et dans un processus qui est déjà Airflow, pour que l'extraction reste utilisable sans lui.
    if deploiement_configure() and "airflow.sdk" in sys.modules:
        from airflow.sdk import Connection

        try:
            return Connection.get(CONNEXION).password or None
        except Exception:
            # Le type levé dépend du coffre ; sans connexion, c'est CleAbsente qui parle.
            return None
    return None


def decoder(texte: str) -> Cle:
    """Clé écrite en base64. Lève CleInvalide, sans citer le texte."""
    try:
        # Les deux alphabets base64 sont admis : « / » et « + » passent mal dans une URI de connexion.
        brute = base64.b64decode(texte.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise CleInvalide(f"La clé fournie n'est pas du base64. {_AIDE}") from None
    return Cle(brute)


def _embarquee(chemin: Path, *, creer: bool) -> Cle:
    if not chemin.exists():
        if not creer:
            raise CleAbsente(
                f"{chemin} a disparu alors que des données chiffrées existent : rétablissez-le d'une sauvegarde. "
                "Aucune nouvelle clé n'est créée, ces données seraient illisibles à jamais."
            )
        deposer(chemin, neuve())
    if chemin.stat().st_mode & 0o077:
        journal.warning("%s était lisible par d'autres que son propriétaire : droits ramenés à 0600.", chemin)
        chemin.chmod(0o600)
    return decoder(chemin.read_text(encoding="ascii", errors="replace"))


def neuve() -> bytes:
    """Une clé tirée au sort, telle qu'elle s'écrit dans un fichier."""
    return base64.b64encode(secrets.token_bytes(32)) + b"\n"


def _fixer_empreinte(chemin: Path, cle: Cle) -> None:
    if not chemin.exists():
        deposer(chemin, cle.empreinte.hex().encode() + b"\n")
    if chemin.read_text(encoding="ascii", errors="replace").split()[:1] != [cle.empreinte.hex()]:
        raise CleDifferente(f"La clé fournie n'est pas celle de {chemin}, fixée entre-temps : rien n'a été écrit.")


def _empreinte_existante(d: Dossiers) -> bytes | None:
    """Empreinte de la clé des données présentes : prive/empreinte, sinon un en-tête de fichier ; None sans donnée."""
    try:
        return bytes.fromhex((d.prive / "empreinte").read_text(encoding="ascii").split()[0])
    except FileNotFoundError:
        pass
    except (ValueError, IndexError):
        raise CleDifferente(f"{d.prive / 'empreinte'} est illisible : rétablissez-le d'une sauvegarde.") from None
    return next((e for f in fichiers_chiffres(d) if (e := empreinte_de_fichier(f)) is not None), None)


def fichiers_chiffres(d: Dossiers) -> Iterator[Path]:
    """Tout ce que la clé a chiffré."""
    yield from d.archives.glob("*.enc")
    yield from d.prive.rglob("*.enc")


def deposer(chemin: Path, contenu: bytes) -> None:
    """Crée `chemin` (0600) d'un coup et entier ; si un autre processus l'a créé avant, le sien reste."""
    temporaire = chemin.with_name(f".{chemin.name}-{secrets.token_hex(8)}")
    fd = os.open(temporaire, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "wb") as f:
            f.write(contenu)
            f.flush()
            os.fsync(f.fileno())
        # Un lien, et non un renommage : il échoue si le fichier existe, la première clé posée n'est jamais remplacée.
        chemin.hardlink_to(temporaire)
        synchroniser(chemin.parent)
    except FileExistsError:
        pass
    finally:
        temporaire.unlink(missing_ok=True)
