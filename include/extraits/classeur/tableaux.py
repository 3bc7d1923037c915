"""Une feuille par table de restitution, et la méthode de chacune : son grain, ses colonnes, ce qui s'y additionne."""

from __future__ import annotations

import duckdb

from include.extraits.classeur.mots import (
    Colonne,
    colonnes_de,
    est_total,
    lisible,
    nom_de_feuille,
    rang_de_feuille,
    ranger,
    sans_total,
)
from include.extraits.classeur.plume import Case, Plume, adresse
from include.extraits.lecture import Ligne, lignes, schema_de, tables

METHODE = "Méthode des tableaux"
OBJET = "Une ligne par feuille et par colonne : ce qu'elle compte, et ce qui s'y additionne."
_COLONNES = (
    Colonne("feuille", "Feuille", "lien", 32),
    Colonne("colonne", "Colonne", "texte", 42),
    Colonne("dit", "Ce qu'elle dit", "paragraphe", 80),
    Colonne("total", "Total", "paragraphe", 44),
    Colonne("base", "Dans la base", "texte", 60),
)


def restitutions(base: duckdb.DuckDBPyConnection, axe: str) -> list[tuple[str, str]]:
    """Schéma et nom des tables de restitution d'un axe, dans l'ordre du classeur."""
    return sorted(tables(base, schema_de(axe), "rpt_"), key=lambda t: rang_de_feuille(t[1]))


def ecrire_restitution(plume: Plume, base: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    """Toutes les lignes d'une table sous des titres français."""
    colonnes = colonnes_de(table, plume.publication.dictionnaire[schema, table])
    noms = [c.nom for c in colonnes]
    lues = ranger(lignes(base, f'select * from "{schema}"."{table}"'), noms)
    valeurs = [[lisible(nom, ligne[nom]) for nom in noms] for ligne in lues]
    fortes = [i for i, ligne in enumerate(lues) if any(est_total(v) for v in ligne.values())]
    plume.feuille_de_tableau(nom_de_feuille(table), table, colonnes, valeurs, fortes=fortes)


def ecrire_methode(plume: Plume, base: duckdb.DuckDBPyConnection, presentes: list[tuple[str, str]]) -> None:
    """Pour chaque feuille, ce qu'elle compte, puis chacune de ses colonnes."""
    dites: dict[tuple[str, str, str], Ligne] = {
        (c["schema"], c["table"], c["colonne"]): c for c in lignes(base, "select * from meta.dictionnaire")
    }
    methode = []
    for schema, table in presentes:
        nom, types = nom_de_feuille(table), plume.publication.dictionnaire[schema, table]
        feuille, raison = Case(nom, "lien", adresse(nom)), sans_total(table)
        grain = plume.publication.descriptions.get((schema, table), "")
        methode.append([feuille, None, grain, f"Pas de total. {raison}" if raison else None, f"{schema}.{table}"])
        for c in colonnes_de(table, types):
            dite = dites[schema, table, c.nom]
            total = "Somme des lignes affichées" if c.somme else None
            cle = " Distingue les lignes." if dite["cle"] else ""
            methode.append([feuille, c.titre, f"{dite['description']}{cle}", total, f"{schema}.{table}.{c.nom}"])
    plume.feuille_de_tableau(METHODE, "methode_tableaux", _COLONNES, methode, figees=2)
