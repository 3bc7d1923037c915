"""Le classeur d'un axe : ce que c'est, ses graphiques, ses chiffres, une feuille par table, et leur méthode."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import xlsxwriter

from include.configuration import organisation
from include.extraits.classeur import chiffres, graphiques, lisez_moi, tableaux
from include.extraits.classeur.mots import colonnes_de, intitules, lisible, nom_de_feuille, ranger
from include.extraits.classeur.plume import Plume
from include.extraits.lecture import Publication

__all__ = ["colonnes_de", "ecrire_classeur", "intitules", "lisible", "nom_de_feuille", "ranger"]
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
"""Un texte reste un texte : ni formule, ni lien, ni nombre deviné. Et pas un fichier temporaire par pièce."""


def ecrire_classeur(base: duckdb.DuckDBPyConnection, publication: Publication, axe: str, destination: Path) -> None:
    """Écrit le classeur d'un axe à partir de la base publiée.

    Si l'axe n'a encore aucune table, le classeur ne contient que sa première feuille, qui le dit.
    """
    etat = publication.axe(axe)
    restitutions = tableaux.restitutions(base, axe)
    les_graphiques = graphiques.lire(base, publication, axe)
    les_chiffres, definitions = chiffres.lire_chiffres(base, axe), chiffres.lire_definitions(base, axe)
    rapprochements = chiffres.lire_rapprochements(base) if axe == "transverse" else []
    objets = [
        *([(graphiques.GRAPHIQUES, graphiques.OBJET)] if les_graphiques else []),
        *([(chiffres.CHIFFRES, chiffres.OBJETS[chiffres.CHIFFRES])] if les_chiffres else []),
        *((nom_de_feuille(t), publication.descriptions.get((s, t), "")) for s, t in restitutions),
        *([(chiffres.RAPPROCHEMENT, chiffres.OBJETS[chiffres.RAPPROCHEMENT])] if rapprochements else []),
        *([(chiffres.METHODE, chiffres.OBJETS[chiffres.METHODE])] if definitions else []),
        *([(tableaux.METHODE, tableaux.OBJET)] if restitutions else []),
    ]
    with xlsxwriter.Workbook(destination, _OPTIONS) as classeur:
        classeur.set_properties(
            {
                "title": f"{etat.libelle if etat else axe} - publication {publication.nom}",
                "author": organisation()["nom"],
                "company": organisation()["nom_long"],
                # La date de la nuit et non celle de l'écriture : les mêmes données donnent le même classeur.
                "created": dt.datetime.combine(publication.nuit, dt.time()),
            }
        )
        plume = Plume(classeur, publication, etat)
        lisez_moi.ecrire(plume, axe, restitutions, objets)
        if les_graphiques:
            graphiques.ecrire(plume, les_graphiques)
        if les_chiffres:
            chiffres.ecrire_chiffres(plume, les_chiffres, definitions)
        for schema, table in restitutions:
            tableaux.ecrire_restitution(plume, base, schema, table)
        if rapprochements:
            chiffres.ecrire_rapprochement(plume, rapprochements)
        if definitions:
            chiffres.ecrire_methode(plume, definitions)
        if restitutions:
            tableaux.ecrire_methode(plume, base, restitutions)
