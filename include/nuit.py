"""Une nuit, étape par étape : l'ordre du design, sans Airflow.

Chaque étape prend et rend de petits dictionnaires (ils passent d'une tâche Airflow à l'autre) et laisse son
résultat sur disque. `python -m include.nuit [AAAA-MM-JJ [AAAA-MM-JJ]]` exécute toute la nuit dans ce processus.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from include.confidentialite import discrete, partage
from include.configuration import Dossiers, Nuit, dossiers
from include.suivi import chronometrer

if TYPE_CHECKING:
    from include.courrier import Ouvrir

_STATUTS = {"refusee": "refusé", "doublon": "doublon", "laissee": "laissé"}
_VERDICTS = {"passe": "passé", "passe_avec_signalements": "passé, avec signalements", "bloque": "BLOQUÉ"}

Jour = dict[str, str]
"""Une nuit sous forme de dictionnaire : {"nuit": "AAAA-MM-JJ", "arrete": "AAAA-MM-JJ"}."""
P = ParamSpec("P")
R = TypeVar("R")


def _etape(faire: Callable[Concatenate[Jour, P], R]) -> Callable[Concatenate[Jour, P], R]:
    """Une étape de la nuit : jamais pendant une opération sur les droits, et ce qu'elle lève ne cite aucune valeur.

    Sa durée et son issue vont au journal, avec sa source ou sa couche.
    """

    @wraps(faire)
    def seule(jour: Jour, /, *args: P.args, **kwargs: P.kwargs) -> R:
        precision = next((a for a in args if isinstance(a, str)), "")
        with chronometrer(dossiers(), jour, faire.__name__, precision), partage(dossiers()):
            return faire(jour, *args, **kwargs)

    return discrete(seule)


def preparer(nuit: str | None = None, arrete: str | None = None) -> Jour:
    """Fixe la nuit et l'arrêté, et fait les dossiers.

    Si depots/ n'existe pas encore, y écrit les livraisons de démonstration.
    Lève ValueError si une date est mal écrite ou si l'arrêté suit la nuit.
    """
    from include.demo import generer

    n = Nuit.de(nuit, arrete)
    d = dossiers()
    if not d.depots.exists():
        d.racine.mkdir(parents=True, exist_ok=True)
        # Écrites à côté puis renommées : un arrêt en chemin ne laisse pas une démonstration incomplète.
        provisoire = d.racine / ".depots-demonstration"
        _vider(provisoire)
        generer(provisoire)
        provisoire.rename(d.depots)
    for dossier in (d.archives, d.bronze, d.rejets, d.prive, d.builds, d.publie):
        dossier.mkdir(parents=True, exist_ok=True)
    for dossier in (d.archives, d.prive):
        dossier.chmod(0o700)
    return {"nuit": str(n.nuit), "arrete": str(n.arrete_au)}


@_etape
def inventorier(jour: Jour, *, attente: float = 2.0) -> dict[str, Any]:
    """Cherche les fichiers nouveaux ; rend ceux de chaque source et ceux laissés à la nuit prochaine."""
    from include.extraction.inventaire import inventorier as chercher

    return chercher(*_lieu(jour), attente=attente)


@_etape
def extraire(jour: Jour, source: str, chemins: list[str]) -> list[dict[str, Any]]:
    """Prend les fichiers nouveaux d'une source ; rend le résumé de chaque livraison."""
    from include.extraction.livraisons import prendre

    d, nuit = _lieu(jour)
    return prendre(d, nuit, source, chemins)


@_etape
def rapprocher(jour: Jour) -> dict[str, int]:
    """Dit qui est qui : rattache chaque identité nouvelle à une personne ; rend le nombre de chaque mouvement."""
    from include.personnes.etape import rapprocher as dire_qui_est_qui

    return dire_qui_est_qui(*_lieu(jour))


@_etape
def construire(jour: Jour) -> dict[str, Any]:
    """Prépare la base neuve, ou dit pourquoi il n'y a rien à construire."""
    from include.entrepot.preparation import preparer as preparer_base
    from include.publication import identifiant, inutile

    d, nuit = _lieu(jour)
    motif = inutile(d, nuit)
    if motif:
        return {"a_faire": False, "motif": motif}
    publication = identifiant(d, nuit)
    preparer_base(d, nuit, publication)
    return {"a_faire": True, "motif": "", "publication": publication}


@_etape
def transformer(jour: Jour, couche: str) -> dict[str, Any]:
    """Construit une couche avec dbt : une clé d'include.entrepot.dbt.COUCHES."""
    from include.entrepot.dbt import construire as construire_couche
    from include.entrepot.preparation import Build

    d, _ = _lieu(jour)
    return construire_couche(Build.de(d), couche)


@_etape
def controler(jour: Jour) -> dict[str, Any]:
    """Passe les contrôles Great Expectations ; rend le verdict de chaque axe."""
    from include.controles import controler as passer
    from include.entrepot.preparation import Build

    d, _ = _lieu(jour)
    return passer(d, Build.de(d))["axes"]


@_etape
def publier(jour: Jour) -> dict[str, Any]:
    """Publie ce que les contrôles ont admis, ou dit pourquoi rien n'est publié."""
    from include.entrepot.preparation import Build
    from include.publication import publier as composer

    d, nuit = _lieu(jour)
    return composer(d, nuit, Build.de(d))


@discrete
def rendre_compte(resultat: dict[str, Any]) -> dict[str, Any]:
    """Inscrit la nuit au journal et récrit la page de suivi et les fichiers de retour, quoi qu'elle ait donné.

    resultat: dictionnaire rendu par `executer`, avec ses « echecs ». Rend ce que dit include.suivi.rendre_compte.
    """
    from include.suivi import rendre_compte as inscrire

    return inscrire(*_lieu(resultat["nuit"]), resultat)


@discrete
def prevenir(resultat: dict[str, Any], ouvrir: Ouvrir) -> str:
    """Écrit à ceux qui reçoivent la publication, et à l'équipe ce qui est à faire ; rend ce qui est parti.

    resultat: dictionnaire rendu par `executer`, avec « echecs » et « compte ». ouvrir: le serveur de courrier.
    """
    from include.courrier import prevenir as ecrire

    return ecrire(dossiers(), resultat, resultat["compte"], ouvrir)


def executer(d: Dossiers | None = None, nuit: Nuit | None = None, *, attente: float = 0.0) -> dict[str, Any]:
    """Toute la nuit dans ce processus, sans Airflow (essais, mesures, secours) ; en échec, elle rend compte puis lève.

    d: dossiers d'exécution (par défaut ceux d'ENTREPOT_DATA). attente: secondes entre les deux regards de l'inventaire.
    Rend {"nuit", "inventaire", "livraisons", "personnes", "construction", "couches", "axes", "publication", "echecs",
    "compte", "courrier"} ; « couches » et « axes » manquent quand il n'y avait rien à construire.
    """
    with _sur(d):
        jour = preparer(*((str(nuit.nuit), str(nuit.arrete_au)) if nuit else ()))
        resultat: dict[str, Any] = {"nuit": jour, "echecs": []}
        try:
            _derouler(resultat, attente)
        except Exception as erreur:
            resultat["echecs"] = [{"etape": _derniere_etape(jour), "cause": str(erreur)}]
            _finir(resultat)
            raise
        _finir(resultat)
        return resultat


def _derouler(resultat: dict[str, Any], attente: float) -> None:
    """De l'inventaire à la publication ; ce que rend une étape est dans `resultat` dès qu'elle finit."""
    from include.entrepot.dbt import COUCHES

    jour = resultat["nuit"]
    resultat["inventaire"] = inventorier(jour, attente=attente)
    sources = resultat["inventaire"]["sources"].items()
    resultat["livraisons"] = [m for source, chemins in sources for m in extraire(jour, source, chemins)]
    resultat["personnes"] = rapprocher(jour)
    resultat["construction"] = construire(jour)
    if not resultat["construction"]["a_faire"]:
        resultat["publication"] = {"publiee": False, "motif": resultat["construction"]["motif"]}
        return
    resultat["couches"] = [transformer(jour, couche) for couche in COUCHES]
    resultat["axes"] = controler(jour)
    resultat["publication"] = publier(jour)


def _finir(resultat: dict[str, Any]) -> None:
    """Rend compte et prévient, que la nuit ait échoué ou non."""
    from include.postier import postier_sans_airflow

    resultat["compte"] = rendre_compte(resultat)
    resultat["courrier"] = prevenir(resultat, postier_sans_airflow)


def _derniere_etape(jour: Jour) -> str:
    """L'étape que le journal a inscrite la dernière, et sa source ou sa couche."""
    from include.suivi.journal import etapes

    derniere = etapes(dossiers(), jour["nuit"], jour["arrete"])[-1]
    return f"{derniere['etape']} ({derniere['precision']})" if derniere["precision"] else derniere["etape"]


def bilan(resultat: dict[str, Any]) -> str:
    """Résumé lisible d'une nuit : ce qui a été pris, le verdict de chaque axe, où lire le résultat.

    resultat: dictionnaire rendu par `executer` (ou ses morceaux rassemblés par Airflow).
    """
    d = dossiers()
    jour, publication = resultat["nuit"], resultat["publication"]
    lignes = [f"Nuit du {_fr(jour['nuit'])}, arrêtée au {_fr(jour['arrete'])}"]
    livraisons = resultat.get("livraisons", [])
    prises = [m for m in livraisons if m["statut"].startswith("acceptee")]
    if livraisons:
        lignes.append(
            f"  livraisons : {len(prises)} prises ({sum(m['chargees'] for m in prises)} lignes chargées, "
            f"{sum(m['rejetees'] for m in prises)} rejetées, {sum(m['laissees'] for m in prises)} laissées)"
        )
    else:
        lignes.append("  livraisons : aucun fichier nouveau")
    lignes += [f"  {_STATUTS[m['statut']]} : {m['fichier']} - {m['motif']}" for m in livraisons if m not in prises]
    if personnes := resultat.get("personnes"):
        lignes.append(
            f"  personnes : {personnes['personnes']} ({personnes['nouvelle']} nouvelles, {personnes['rattachee']} "
            f"identités rattachées, {personnes['fusion']} réunies, {personnes['scission']} séparées)"
        )
        if personnes["a_decider"]:
            lignes.append(
                f"    {personnes['a_decider']} couple(s) douteux à décider : {d.prive / 'revue_personnes.csv'}"
            )
    en_ecriture = resultat.get("inventaire", {}).get("en_ecriture", ())
    lignes += [f"  laissé à la nuit prochaine (encore en écriture) : {f}" for f in en_ecriture]
    lignes += [f"  EN ÉCHEC : {e['etape']} - {e['cause']}" for e in resultat["echecs"]]
    if not publication["publiee"]:
        return "\n".join([*lignes, f"  rien n'est publié : {publication['motif']}"])
    lignes.append(f"  publication {publication['publication']}")
    for axe, etat in publication["axes"].items():
        lignes.append(f"    {axe} : {_VERDICTS[etat['verdict']]}")
        lignes += [f"      - {cause}" for cause in (etat.get("cause") or "").split(" ; ") if cause]
    courant = d.publie / "courant"
    lignes += [
        f"  base      {courant / 'entrepot.duckdb'}",
        f"  classeurs {courant / 'extraits'}",
        f"  page      {courant / 'index.html'}",
    ]
    return "\n".join(lignes)


def _lieu(jour: Jour) -> tuple[Dossiers, Nuit]:
    return dossiers(), Nuit.de(jour["nuit"], jour["arrete"])


@contextmanager
def _sur(d: Dossiers | None) -> Iterator[None]:
    """Le temps d'un bloc, ENTREPOT_DATA désigne ces dossiers : toutes les étapes les y retrouvent."""
    ancien = os.environ.get("ENTREPOT_DATA")
    if d is not None:
        os.environ["ENTREPOT_DATA"] = str(d.racine)
    try:
        yield
    finally:
        if d is not None:
            os.environ.pop("ENTREPOT_DATA")
            if ancien is not None:
                os.environ["ENTREPOT_DATA"] = ancien


def _vider(dossier: Path) -> None:
    if dossier.exists():
        shutil.rmtree(dossier)


def _fr(date_iso: str) -> str:
    return "/".join(reversed(date_iso.split("-")))


def main() -> None:
    """Exécute la nuit demandée en arguments et en imprime le bilan."""
    nuit = Nuit.de(*sys.argv[1:3])
    resultat = executer(nuit=nuit, attente=2.0)
    print(bilan(resultat), f"  {resultat['courrier']}", sep="\n")


if __name__ == "__main__":
    main()
