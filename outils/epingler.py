"""Écrit requirements.txt : la résolution complète de requirements.in, chaque paquet épinglé.

    python outils/epingler.py [--mettre-a-jour]

Sans l'option, les versions déjà épinglées sont gardées tant qu'elles conviennent ; avec elle, tout est résolu à neuf.
pip résout à blanc (--dry-run) et n'installe rien : aucun outil de plus à installer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

RACINE = Path(__file__).resolve().parent.parent
DIRECTES, EPINGLEES = RACINE / "requirements.in", RACINE / "requirements.txt"


def resoudre(*, mettre_a_jour: bool) -> dict[str, str]:
    """Rend {paquet: version} pour cette version de Python ; arrête tout si pip ne trouve pas de solution."""
    contrainte = [] if mettre_a_jour or not EPINGLEES.exists() else ["--constraint", str(EPINGLEES)]
    pip = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet",
         "--disable-pip-version-check", "--report", "-", "--requirement", str(DIRECTES), *contrainte],
        stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    if pip.returncode:
        sys.exit(
            "pip n'a pas trouvé de versions compatibles (essayez make compile MAJ=1) ; requirements.txt est inchangé."
        )
    paquets = [p["metadata"] for p in json.loads(pip.stdout)["install"]]
    return {canonicalize_name(p["name"]): p["version"] for p in paquets}


def main() -> None:
    """Résout, écrit, et dit ce qui change."""
    avant = set(EPINGLEES.read_text(encoding="utf-8").split("\n")) if EPINGLEES.exists() else set()
    lignes = [
        f"{nom}=={version}" for nom, version in sorted(resoudre(mettre_a_jour="--mettre-a-jour" in sys.argv).items())
    ]
    EPINGLEES.write_text("\n".join(lignes) + "\n", encoding="utf-8")
    for ligne in sorted((avant ^ set(lignes)) - {""}):
        print("+" if ligne in lignes else "-", ligne)
    print(f"{len(lignes)} paquets épinglés dans {EPINGLEES.name}")


if __name__ == "__main__":
    main()
