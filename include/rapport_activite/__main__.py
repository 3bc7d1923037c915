"""Le rapport d'une période : `make report PERIODE=2017-09` (une année, un semestre, des mois d'une année).

Les chiffres de la publication courante servent s'ils vont du 1er janvier à la fin de la période. Sinon une construction
à part passe par les mêmes modèles et les mêmes contrôles, sans toucher à ce qui est publié.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from include.configuration import Dossiers, dossier_du_pole, dossiers
from include.extraits.lecture import lire
from include.rapport_activite import NOM, Periode, composer, ecrire
from include.rapport_activite.a_part import recalculee


@contextmanager
def base_arretee(d: Dossiers, periode: Periode) -> Iterator[duckdb.DuckDBPyConnection]:
    """Une base publiée dont l'année en cours est la période, ouverte en lecture seule.

    Lève ValueError, en français, si rien n'est encore publié, si la période n'est pas finie, ou si le socle est bloqué.
    """
    courante = d.publie / "courant" / "entrepot.duckdb"
    if not courante.exists():
        raise ValueError("Rien n'est encore publié : make nightly.")
    with duckdb.connect(str(courante), read_only=True) as base:
        publication = lire(base)
        if publication.arrete_au == periode.fin and periode.debut.month == 1:
            yield base
            return
    if periode.fin > publication.arrete_au:
        raise ValueError(
            f"La période finit le {periode.fin:%d/%m/%Y} et les données sont arrêtées au "
            f"{publication.arrete_au:%d/%m/%Y} : attendez une nuit arrêtée à cette date."
        )
    with recalculee(d, publication, periode) as base:
        yield base


def produire(d: Dossiers, texte: str, destination: Path) -> str:
    """Écrit le rapport de la période dans `destination` et rend ce qu'il faut en dire.

    Lève ValueError, en français, si la période n'a pas de chiffres ou si un récit est fautif : rien n'est alors écrit.
    """
    periode = Periode.de(texte)
    with base_arretee(d, periode) as base:
        rapport = composer(base, lire(base), periode, dossier_du_pole("recits"))
        if rapport is None:
            raise ValueError("L'axe transverse n'a encore jamais passé ses contrôles : il n'y a aucun chiffre.")
        fautives = [str(f) for f in rapport.fautes if f.grave]
        if fautives:
            raise ValueError("Rien n'est écrit, le rapport est à corriger :\n  " + "\n  ".join(fautives))
        fichiers = ecrire(rapport, destination, f"{NOM}_{periode.cle}")
    signalees = [f"  à relire : {f}" for f in rapport.fautes]
    return "\n".join([*(f"écrit : {f}" for f in fichiers), *signalees])


def main(arguments: list[str]) -> int:
    """Imprime où le rapport est écrit ; 2 si la demande ne peut pas être servie."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    d = dossiers()
    try:
        print(produire(d, arguments[0], Path(arguments[1]) if len(arguments) == 2 else d.racine / "rapports"))
    except ValueError as erreur:
        print(erreur, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
