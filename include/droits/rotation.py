"""`make rotate-key` : changer la clé de prive/ et archives/, et dire ce qu'il reste à faire."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sys

from include.confidentialite import ErreurConfidentialite, rotation
from include.confidentialite.cles import VARIABLE
from include.configuration import deploiement_configure, dossiers
from include.droits import journal
from include.droits.journal import TOUTES


def main() -> int:
    """Change la clé ; rend le code de sortie."""
    d = dossiers()
    try:
        faits = rotation.tourner(d)
    except ErreurConfidentialite as erreur:
        print(erreur, file=sys.stderr)
        return 1
    journal.inscrire(
        d, dt.date.today().isoformat(), "rotation", secrets.token_hex(4), {TOUTES: {"fichiers_rechiffres": faits}}
    )
    print(f"Clé changée : {faits} fichier(s) chiffré(s) de nouveau. L'ancienne n'ouvre plus rien ici.")
    if os.environ.get(VARIABLE) or deploiement_configure():
        print(f"Donnez maintenant la nouvelle clé dans {VARIABLE} (ou la connexion Airflow) avant la prochaine nuit.")
    print("Sauvegardez la nouvelle clé à part. Une ancienne sauvegarde s'ouvre encore avec l'ancienne clé.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
