"""Le rapport d'activité, écrit d'après les seules tables publiées : structure, chiffres, tableaux et graphiques.

Le plan et les récits sont au pôle (`recits` d'organisation.yml) ; les nombres, à la base. `document` compose une fois,
`rendu` met en page deux fois.
"""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb

from include.configuration import dossier_du_pole
from include.extraits.lecture import Publication
from include.rapport_activite import rendu
from include.rapport_activite.document import Rapport, composer
from include.rapport_activite.periode import Periode

NOM = "rapport_activite"
__all__ = ["NOM", "Periode", "Rapport", "composer", "ecrire", "ecrire_rapport"]


def ecrire_rapport(base: duckdb.DuckDBPyConnection, publication: Publication, dossier: Path) -> list[Path]:
    """Écrit dans `dossier` le rapport de l'année de l'arrêté, jusqu'à lui ; rend les fichiers écrits.

    Aucun si la base n'a pas de chiffres. Un récit fautif n'arrête pas la publication : la faute se voit dans le texte
    et au journal (`make report` la refuse).
    """
    rapport = composer(base, publication, Periode.en_cours(publication.arrete_au), dossier_du_pole("recits"))
    if rapport is None:
        return []
    for faute in rapport.fautes:
        if faute.grave:
            logging.getLogger(__name__).warning("Rapport d'activité, à corriger : %s", faute)
    return ecrire(rapport, dossier, NOM)


def ecrire(rapport: Rapport, dossier: Path, nom: str) -> list[Path]:
    """Met en page dossier/nom.pdf et dossier/nom.html."""
    dossier.mkdir(parents=True, exist_ok=True)
    fichiers = [dossier / f"{nom}.pdf", dossier / f"{nom}.html"]
    rendu.pdf(rapport.contenu, fichiers[0])
    rendu.html(rapport.contenu, fichiers[1])
    return fichiers
