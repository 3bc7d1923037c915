"""Le suivi des nuits et des livraisons : ce que chaque nuit a fait, ce que chaque partenaire doit, et ce qu'il reprend.

Ne lit que bronze, les contrats et son propre journal, jamais une publication : il dit aussi la nuit qui n'a rien
publié.
"""

from __future__ import annotations

from typing import Any

from include.configuration import Dossiers, Nuit
from include.suivi.journal import chronometrer, passages

__all__ = ["chronometrer", "passages", "rendre_compte"]


def rendre_compte(d: Dossiers, nuit: Nuit, resultat: dict[str, Any]) -> dict[str, Any]:
    """Inscrit la nuit au journal, puis écrit la page de santé et les fichiers de retour.

    À appeler une fois la nuit finie, qu'elle ait publié, n'ait rien publié ou ait échoué ; la rappeler ne change rien.
    resultat: ce que rend include.nuit.executer, et « echecs » : [{"etape", "cause"}] ; des clés peuvent manquer.

    Rend {"passage", "page": chemin, "retours": [{"partenaire", "fichier", "lignes"}], "copies": ce qui a empêché
    d'écrire dans prive/retours, vide sinon}.
    """
    from include.suivi.compte import rendre_compte as faire

    return faire(d, nuit, resultat)
