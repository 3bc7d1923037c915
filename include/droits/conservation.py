"""La conservation : au bout du délai que dit le contrat, une source ne nomme plus une personne ; ses faits restent.

Le registre, dans la zone restreinte, garde quel pseudonyme tiré au sort est la même personne que quel autre : ce qui
croise les sources ne change pas. Quand plus aucune source ne nomme la personne, il ne mène plus à elle.

Le délai court de la dernière activité de la personne dans la source : la plus tardive des dates de ses lignes (et de
celles que désigne `activite` au contrat), la première livraison qui la nomme si elle n'en a pas. Une fois par mois, par
son propre DAG, jamais par la nuit : python -m include.droits.conservation [AAAA-MM-JJ] [--essai] [--reprise].
"""

from __future__ import annotations

import datetime as dt
import secrets
import sys
from collections import defaultdict
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads

from include.confidentialite import Cle, ErreurConfidentialite, exclusif
from include.confidentialite import cle as lire_cle
from include.configuration import Dossiers, dossiers
from include.contrats import CONSERVATION_ANS, Contrat, connus
from include.droits import journal
from include.droits.effacement import pseudonymes_publies
from include.droits.operation import (
    CONSERVATION,
    Operation,
    a_retirer_des_depots,
    compter_lignes,
    encore_depose,
    engager,
    personne_de,
    pseudonymes_en_bronze,
    reprendre,
)
from include.extraction.livraisons import ACCEPTEES, INCONNUE, archive, manifestes
from include.personnes.identites import lignes as lignes_privees
from include.personnes.identites import nominatives

_ACTIVITE = ("date", "mois")


def appliquer(d: Dossiers, jour: dt.date, *, essai: bool = False) -> dict[str, dict[str, int]]:
    """Purge ce qui est échu ce jour-là ; rend, par source, ce qui l'a été (personnes et lignes seulement, à l'essai).

    Mène d'abord au bout une opération arrêtée en chemin. Sans rien d'échu, n'écrit rien.
    Lève EntrepotOccupe si une nuit est en cours, et les erreurs de clé.
    """
    with exclusif(d):
        cle = lire_cle(d)
        if not essai:
            reprendre(d, cle)
        operation = preparer(d, cle, jour)
        if essai or operation.vide and not a_retirer_des_depots(d, ()):
            return operation.comptes
        return engager(d, cle, operation)


def preparer(d: Dossiers, cle: Cle, jour: dt.date) -> Operation:
    """Ce qui est échu ce jour-là, sans rien écrire."""
    nommees, groupes = _nommees(d, cle), personne_de(d, cle)
    echues = {s: _echues(d, connus()[s], premieres, groupes, jour) for s, premieres in nommees.items()}
    nouveaux: dict[str, str] = defaultdict(lambda: secrets.token_hex(16))
    par_source = {s: {i: nouveaux[i] for i in sorted(identites)} for s, identites in echues.items() if identites}
    remplacements = {s: pseudonymes_en_bronze(d, s, r) for s, r in par_source.items()}
    encore = {i for s, premieres in nommees.items() for i in premieres.keys() - echues[s]}
    renommees = {i: n for r in par_source.values() for i, n in r.items()}
    lignes = compter_lignes(d, cle, remplacements)
    return Operation(
        nature=CONSERVATION,
        jour=jour.isoformat(),
        remplacements=remplacements,
        publies=_publies(d, cle, encore, groupes, renommees)
        | {a: n for r in remplacements.values() for a, n in r.items() if a not in renommees},
        renommees=renommees,
        doublees=sorted(encore & renommees.keys()),
        perimees=[m["livraison"] for m in nominatives(d) if not m.get("perimee") and _ancienne(m, jour)],
        refusees=sorted(_refusees(d, jour)),
        comptes={
            s: {"personnes": len({groupes.get(i, i) for i in r}), "lignes": lignes[s]} for s, r in par_source.items()
        },
    )


def _nommees(d: Dossiers, cle: Cle) -> dict[str, dict[str, dt.date]]:
    """Identités que chaque source nomme encore, et le jour de la première livraison qui le fait."""
    nommees: dict[str, dict[str, dt.date]] = defaultdict(dict)
    for m, identites in lignes_privees(d, cle):
        recu_le = dt.date.fromisoformat(m["recu_le"])
        for identite in identites["personne_id"].unique().to_pylist():
            nommees[m["source"]][identite] = min(recu_le, nommees[m["source"]].get(identite, recu_le))
    return nommees


def _echues(
    d: Dossiers, contrat: Contrat, premieres: dict[str, dt.date], groupes: dict[str, str], jour: dt.date
) -> set[str]:
    """Identités dont la personne n'a plus d'activité dans la source depuis le délai du contrat."""
    activites = derniere_activite(d, contrat, jour)
    dernieres: dict[str, dt.date] = {}
    arrivees: dict[str, dt.date] = {}
    for identite, premiere in premieres.items():
        personne = groupes.get(identite, identite)
        arrivees[personne] = min(premiere, arrivees.get(personne, premiere))
        if activite := activites.get(identite):
            dernieres[personne] = max(activite, dernieres.get(personne, activite))
    return {
        i
        for i in premieres
        if annees_apres((arrivees | dernieres)[groupes.get(i, i)], contrat.conservation.ans) <= jour
    }


def derniere_activite(d: Dossiers, contrat: Contrat, jour: dt.date) -> dict[str, dt.date]:
    """Date la plus tardive, sans dépasser ce jour, des lignes de chaque identité dans toutes les livraisons."""
    with duckdb.connect(config={"temp_directory": ""}) as base:
        requete = _activite(base, d, contrat, "personne_id")
        trouvees = base.execute(f"select cle, jour from ({requete}) where cle is not null", {"jour": jour}).fetchall()
    return dict(trouvees)


def _activite(base: duckdb.DuckDBPyConnection, d: Dossiers, contrat: Contrat, cle: str) -> str:
    """Requête (cle, jour) : dernière date de chaque valeur de cette colonne, sources d'activité comprises."""
    dates = [c.nom for c in contrat.colonnes if c.type in _ACTIVITE and c.nom in contrat.colonnes_bronze()]
    liens = [contrat.activite.cle] if contrat.activite else []
    vue = f"lignes_{contrat.source}"
    base.register(vue, _lignes(d, contrat, sorted({cle, *dates, *liens})))
    parts = [f'select "{cle}" as cle, "{c}" as jour from {vue}' for c in dates]
    if contrat.activite:
        liee = _activite(base, d, connus()[contrat.activite.source], contrat.activite.cle)
        parts.append(
            f'select l."{cle}" as cle, a.jour from {vue} as l join ({liee}) as a on a.cle = l."{contrat.activite.cle}"'
        )
    parts = parts or [f'select "{cle}" as cle, null::date as jour from {vue}']
    return f"select cle, max(jour) as jour from ({' union all '.join(parts)}) where jour <= $jour group by cle"


def _lignes(d: Dossiers, contrat: Contrat, colonnes: list[str]) -> Any:
    """Ces colonnes des lignes de bronze de toutes les livraisons ; vides là où une livraison ancienne ne les a pas."""
    fichiers = [
        str(d.bronze / m["source"] / m["livraison"] / "lignes.parquet")
        for m in manifestes(d, contrat.source)
        if m["statut"] in ACCEPTEES
    ]
    types = contrat.colonnes_bronze()
    schema = pa.schema([(c, pa.date32() if types[c] == "DATE" else pa.string()) for c in colonnes])
    return pads.dataset(fichiers, schema=schema, format="parquet").to_table() if fichiers else schema.empty_table()


def _publies(
    d: Dossiers, cle: Cle, encore: set[str], groupes: dict[str, str], renommees: dict[str, str]
) -> dict[str, str]:
    """Ce qui remplace, dans les publications et au registre, les personnes que plus aucune source ne nomme."""
    restees = {groupes.get(i, i) for i in encore}
    parties: dict[str, set[str]] = defaultdict(set)
    for identite in renommees.keys() | groupes.keys():
        parties[groupes.get(identite, identite)].add(identite)
    publies: dict[str, str] = {}
    for personne in {groupes.get(i, i) for i in renommees} - restees:
        # Une identité oubliée plus tôt a déjà un pseudonyme tiré au sort.
        deja = parties[personne] - renommees.keys()
        for pseudonyme in pseudonymes_publies(d, cle, parties[personne]) - deja:
            publies[pseudonyme] = renommees.get(pseudonyme) or secrets.token_hex(16)
    return publies


def _refusees(d: Dossiers, jour: dt.date) -> set[str]:
    """Empreintes des fichiers refusés depuis trop longtemps, qui pouvaient nommer des personnes."""
    tous = manifestes(d)
    acceptees = {m["sha256"] for m in tous if m["statut"] in ACCEPTEES}
    contrats = connus()
    return {
        m["sha256"]
        for m in tous
        if m["statut"] == "refusee"
        and m["sha256"] not in acceptees
        and (m["source"] == INCONNUE or m["source"] in contrats and contrats[m["source"]].nominatif)
        and _ancienne(m, jour)
        and (archive(d, m["sha256"]).exists() or encore_depose(d, m))
    }


def _ancienne(m: dict[str, Any], jour: dt.date) -> bool:
    contrat = connus().get(m["source"])
    ans = contrat.conservation.ans if contrat else CONSERVATION_ANS
    return annees_apres(dt.date.fromisoformat(m["recu_le"]), ans) <= jour


def annees_apres(jour: dt.date, ans: int) -> dt.date:
    """Le même jour, des années plus tard ; le 1er mars pour un 29 février qui n'existe pas."""
    try:
        return jour.replace(year=jour.year + ans)
    except ValueError:
        return dt.date(jour.year + ans, 3, 1)


# --- Au clavier ------------------------------------------------------------------------------------------------------


def bilan(comptes: dict[str, dict[str, int]], jour: dt.date, *, essai: bool = False) -> str:
    """Ce qui a été purgé (ou le serait), source par source, en mots."""
    titre = f"Conservation au {jour:%d/%m/%Y}{' (essai : rien n’est écrit)' if essai else ''}"
    return "\n  ".join([titre, *(journal.en_mots(comptes) or ["rien n'est échu"])])


def main(arguments: list[str]) -> int:
    """Purge au jour donné, aujourd'hui par défaut ; --essai ne fait que dire, --reprise que finir. Rend un code."""
    options = {a for a in arguments if a.startswith("--")}
    dates = [a for a in arguments if a and not a.startswith("--")]
    if options - {"--essai", "--reprise"} or len(dates) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    d = dossiers()
    try:
        jour = dt.date.fromisoformat(dates[0]) if dates else dt.date.today()
    except ValueError:
        print(f"JOUR={dates[0]!r} n'est pas une date AAAA-MM-JJ (exemple : 2020-01-01).", file=sys.stderr)
        return 2
    try:
        if "--reprise" in options:
            with exclusif(d):
                print(f"{reprendre(d, lire_cle(d))} opération(s) menée(s) au bout.")
            return 0
        print(bilan(appliquer(d, jour, essai="--essai" in options), jour, essai="--essai" in options))
    except ErreurConfidentialite as erreur:
        print(erreur, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
