"""Repartir de rien : déclarer que le public n'a rien gardé de ce qui lui a été montré.

    python -m include.diffusion repartir

Quand l'état de la diffusion est perdu (prive/diffusion/), rien n'est plus montré au public, car la différence avec ce
qu'il a gardé pourrait livrer une valeur. Ce geste lève la suspension : celui qui le fait accepte ce risque.
"""

from __future__ import annotations

import sys

from include.confidentialite import cle
from include.configuration import dossiers
from include.diffusion import etat


def main() -> None:
    """Écrit un état vide sous le nom de la publication courante."""
    d = dossiers()
    courant = d.publie / "courant"
    if sys.argv[1:] != ["repartir"] or not courant.exists():
        sys.exit("Usage : python -m include.diffusion repartir (il faut une publication courante).")
    etat.ecrire(d, cle(d), courant.resolve().name, {})
    print(f"La prochaine publication sera diffusée comme si rien ne l'avait été avant {courant.resolve().name}.")


if __name__ == "__main__":
    main()
