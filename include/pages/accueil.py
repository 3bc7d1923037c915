"""La page d'accueil d'une publication : une page HTML seule, sans réseau ni script."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from include.configuration import organisation
from include.extraits import francais
from include.extraits.classeur import nom_de_feuille
from include.extraits.lecture import (
    ARRONDI,
    LIBELLES_SEVERITES,
    Ligne,
    Publication,
    Secret,
    libelles_axes,
    lignes,
    schema_de,
    tables,
)
from include.extraits.tableaux_csv import chemin_tableau
from include.pages.gabarits import gabarit

REFUS_MONTRES = dt.timedelta(days=31)
"""Un refus sans suite reste montré un mois : le temps qu'un partenaire dépose à nouveau son fichier."""
_VERDICTS_DU_RAPPROCHEMENT = {
    "conforme": ("conforme", "conformes"),
    "ecart": ("en écart", "en écart"),
    "incoherent": ("où le rapport se contredit", "où le rapport se contredit"),
    "externe": ("de source externe", "de source externe"),
    "non_calculable": ("non calculable", "non calculables"),
}


def ecrire_accueil(base: duckdb.DuckDBPyConnection, publication: Publication, dossier: Path) -> None:
    """Écrit index.html dans le dossier de la publication, dont elle désigne les fichiers par liens relatifs."""
    page = gabarit("accueil.html.j2").render(
        publication=publication,
        arrondi=ARRONDI,
        chiffres=_chiffres_cles(base, publication),
        rapprochement=_rapprochement(base),
        refusees=refusees(publication),
        avec_rejets=[v for v in publication.livraisons_de("") if v["rejetees"]],
        severites=LIBELLES_SEVERITES,
        libelles_axes=libelles_axes(),
        classeurs=[
            (axe, chemin) for axe in publication.axes if (chemin := dossier / "extraits" / f"{axe.nom}.xlsx").exists()
        ],
        csv=dossier / "extraits" / "rapport" / "indicateurs.csv",
        rapport=sorted((dossier / "extraits" / "rapport").glob("rapport_activite.*"), reverse=True),
        tableaux=_tableaux(base, publication) if publication.audience.publique else {},
        dictionnaire=dossier / "dictionnaire.html",
        base=dossier / "entrepot.duckdb",
        parquet=_par_schema(base),
    )
    (dossier / "index.html").write_text(page, encoding="utf-8")


def refusees(publication: Publication) -> list[Ligne]:
    """Fichiers refusés depuis un mois dont aucun du même nom n'a été accepté depuis, le plus récent d'abord."""
    acceptees: dict[str, str] = {}
    for v in publication.livraisons:
        if v["statut"].startswith("acceptee"):
            acceptees[v["fichier"]] = max(acceptees.get(v["fichier"], ""), f"{v['recu_le']}")
    debut = publication.nuit - REFUS_MONTRES
    retenues = [
        v
        for v in publication.livraisons
        if v["statut"] == "refusee" and v["recu_le"] > debut and acceptees.get(v["fichier"], "") < str(v["recu_le"])
    ]
    return sorted(retenues, key=lambda v: (v["recu_le"], v["livraison"]), reverse=True)


def _chiffres_cles(base: duckdb.DuckDBPyConnection, publication: Publication) -> list[Ligne]:
    """Chaque chiffre clé du pôle, de sa dernière année, et la valeur de l'année d'avant."""
    cles = organisation()["chiffres_cles"]
    if not cles or ("rapport", "indicateurs") not in publication.dictionnaire:
        return []
    codes = ", ".join(f"'{c}'" for c in cles)
    connus = lignes(base, f"select * from rapport.indicateurs where code in ({codes}) order by code, periode_fin desc")
    chiffres: dict[str, Ligne] = {}
    for ligne in connus:
        if ligne["valeur"] is None:
            continue
        decimales = 2 if ligne["unite"] in ("heures", "pourcent") else 0
        secret = isinstance(ligne["valeur"], Secret)
        texte = ligne["valeur"] if secret else francais.nombre(ligne["valeur"], decimales)
        if ligne["code"] not in chiffres:
            chiffres[ligne["code"]] = ligne | {
                "texte": texte,
                "unite_lisible": "secret statistique" if secret else francais.unite(ligne["unite"]),
                "reporte": ligne["publication"] != publication.nom,
                "avant": None,
            }
        elif chiffres[ligne["code"]]["avant"] is None and ligne["annee"] == chiffres[ligne["code"]]["annee"] - 1:
            chiffres[ligne["code"]]["avant"] = {"annee": ligne["annee"], "texte": texte}
    return [chiffres[code] for code in cles if code in chiffres]


def _rapprochement(base: duckdb.DuckDBPyConnection) -> list[str]:
    """Combien de chiffres imprimés par verdict du rapprochement, en mots."""
    if ("rapport", "rapprochement") not in tables(base):
        return []
    comptes = dict(base.execute("select verdict, count(*) from rapport.rapprochement group by all").fetchall())
    return [francais.accord(comptes[v], *mots) for v, mots in _VERDICTS_DU_RAPPROCHEMENT.items() if comptes.get(v)]


def _tableaux(base: duckdb.DuckDBPyConnection, publication: Publication) -> dict[str, list[Ligne]]:
    """Par axe, les tables de restitution en CSV."""
    par_axe = {}
    for axe in publication.axes:
        par_axe[axe.nom] = [
            {
                "chemin": chemin_tableau(axe.nom, table),
                "nom": nom_de_feuille(table),
                "description": publication.descriptions[schema, table],
                "anterieures": publication.anterieures.get(f"{schema}.{table}", []),
            }
            for schema, table in tables(base, schema_de(axe.nom), "rpt_")
        ]
    return {axe: siens for axe, siens in par_axe.items() if siens}


def _par_schema(base: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    schemas: dict[str, list[str]] = {}
    for schema, table in tables(base):
        schemas.setdefault(schema, []).append(table)
    return schemas
