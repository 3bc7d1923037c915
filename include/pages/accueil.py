"""La page d'accueil d'une publication : son état, ses chiffres clés, ce qui a changé, et où tout trouver."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

import duckdb
from markupsafe import Markup

from include.extraits import francais
from include.extraits.lecture import libelles_axes, tables
from include.pages import chiffres
from include.pages.commun import Pages, dernier_recu, refusees
from include.pages.gabarits import ICI

_VERDICTS_DU_RAPPROCHEMENT = {
    "conforme": ("conforme", "conformes"),
    "ecart": ("en écart", "en écart"),
    "incoherent": ("où le rapport se contredit", "où le rapport se contredit"),
    "externe": ("de source externe", "de source externe"),
    "non_calculable": ("non calculable", "non calculables"),
}


def ecrire_accueil(pages: Pages) -> None:
    """Écrit index.html dans le dossier de la publication, dont elle désigne les fichiers par liens relatifs."""
    publication, dossier, noms = pages.publication, pages.dossier, libelles_axes()
    pages.ecrire(
        "accueil.html.j2",
        "index.html",
        cles=chiffres.cles(pages.fiches),
        fiches=chiffres.ranger(pages.fiches.values()),
        projets=pages.projets,
        script=_recherche(),
        rapprochement=_rapprochement(pages.base),
        a_une_page={axe.nom for axe in pages.axes},
        recus={axe.nom: dernier_recu(publication, axe.nom) for axe in publication.axes},
        refusees=refusees(publication),
        avec_rejets=[v for v in publication.livraisons_de("") if v["rejetees"]],
        controles=[c | {"axe_lisible": noms.get(c["axe"], c["axe"])} for c in publication.a_signaler],
        classeurs=[(axe, pages.classeur(axe)) for axe in pages.axes if pages.classeur(axe).exists()],
        csv=dossier / "extraits" / "rapport" / "indicateurs.csv",
        tableaux={axe.nom: siens for axe in pages.axes if (siens := pages.tableaux(axe.nom))},
        dictionnaire=dossier / "dictionnaire.html",
        base=dossier / "entrepot.duckdb",
        parquet=_par_schema(pages.base),
    )


@cache
def _recherche() -> dict[str, Markup]:
    """Le script de la recherche, et son empreinte : la page n'en exécute aucun autre."""
    texte = (ICI / "recherche.js").read_text(encoding="utf-8")
    empreinte = base64.b64encode(hashlib.sha256(texte.encode()).digest()).decode()
    return {"texte": Markup(texte), "empreinte": Markup(f"sha256-{empreinte}")}


def _rapprochement(base: duckdb.DuckDBPyConnection) -> list[str]:
    """Combien de chiffres imprimés par verdict du rapprochement, en mots."""
    if ("rapport", "rapprochement") not in tables(base):
        return []
    comptes = dict(base.execute("select verdict, count(*) from rapport.rapprochement group by all").fetchall())
    return [francais.accord(comptes[v], *mots) for v, mots in _VERDICTS_DU_RAPPROCHEMENT.items() if comptes.get(v)]


def _par_schema(base: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    schemas: dict[str, list[str]] = {}
    for schema, table in tables(base):
        schemas.setdefault(schema, []).append(table)
    return schemas
