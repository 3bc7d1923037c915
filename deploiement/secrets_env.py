"""Écrit .env, les secrets du déploiement : `make env`. Bibliothèque standard seule, aucun environnement à installer.

Refuse d'écraser : une ENTREPOT_CLE perdue rend illisibles à jamais les archives et les identités.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
UTILISATEUR_IMAGE = 10001
"""Celui du Dockerfile : le remplaçant de root, sous qui rien ne doit tourner."""


def lignes(donnees: Path, uid: int, gid: int) -> list[str]:
    """Contenu de .env, secrets tirés à l'instant."""
    cle = base64.b64encode(secrets.token_bytes(32)).decode()
    return [
        "# Secrets du déploiement : à sauvegarder hors de cette machine, jamais à archiver avec le code.",
        "# Perdre ENTREPOT_CLE, c'est perdre les archives et les identités ; la changer arrête la nuit.",
        f"ENTREPOT_CLE={cle}",
        f"ENTREPOT_DONNEES={donnees}",
        f"ENTREPOT_UID={uid}",
        f"ENTREPOT_GID={gid}",
        "ENTREPOT_COMPTE=ingenieur",
        f"ENTREPOT_MOT_DE_PASSE={secrets.token_urlsafe(24)}",
        f"POSTGRES_PASSWORD={secrets.token_urlsafe(32)}",
        f"AIRFLOW_FERNET_KEY={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}",
        f"AIRFLOW_SECRET_KEY={secrets.token_urlsafe(32)}",
        f"AIRFLOW_JWT_SECRET={secrets.token_urlsafe(64)}",
        "# Le serveur de courrier, s'il y en a un (docs/mail.md) : port 587, la connexion est chiffrée par STARTTLS.",
        """# AIRFLOW_CONN_SMTP_DEFAULT='{"conn_type": "smtp", "host": "", "port": 587, "login": "", "password": "", """
        """"extra": {"disable_ssl": true}}'""",
    ]


def main() -> int:
    """Écrit .env et les dossiers que montent les services ; rend 1 si .env existe déjà."""
    env = Path(os.environ.get("ENV", RACINE / ".env"))
    donnees = Path(os.environ.get("ENTREPOT_DONNEES", RACINE / "donnees")).resolve()
    uid, gid = (os.getuid(), os.getgid()) if os.getuid() else (UTILISATEUR_IMAGE, UTILISATEUR_IMAGE)
    try:
        fd = os.open(env, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"{env} existe déjà : il n'est pas touché. Déplacez-le si vous voulez vraiment d'autres secrets.",
              file=sys.stderr)  # fmt: skip
        return 1
    with os.fdopen(fd, "w", encoding="utf-8") as f:
        f.write("\n".join(lignes(donnees, uid, gid)) + "\n")
    # Docker les créerait au nom de root.
    for dossier in (donnees, *(donnees / nom for nom in ("airflow", "depots", "publie"))):
        dossier.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            os.chown(dossier, uid, gid)
    print(f"Écrit : {env} (lisible de vous seul). Sauvegardez-le, puis : docker compose up -d --build")
    return 0


if __name__ == "__main__":
    sys.exit(main())
