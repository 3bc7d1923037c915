"""Où sont les choses et de quelle nuit il s'agit : le seul module qui lit l'environnement et organisation.yml."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RACINE = Path(__file__).resolve().parent.parent
"""Racine du projet (le dossier qui contient include/, dbt_project/, expectations/…)."""


@dataclass(frozen=True)
class Dossiers:
    """Dossiers d'exécution, tous sous ENTREPOT_DATA."""

    racine: Path

    @property
    def depots(self) -> Path:
        """Où les partenaires déposent leurs fichiers."""
        return self.racine / "depots"

    @property
    def archives(self) -> Path:
        """Octets reçus, sous leur SHA-256, compressés et chiffrés."""
        return self.racine / "archives"

    @property
    def bronze(self) -> Path:
        """Une livraison par dossier, en ajout seul : bronze/<source>/<livraison>/."""
        return self.racine / "bronze"

    @property
    def rejets(self) -> Path:
        """Lignes inutilisables, avec la valeur en cause (colonnes non identifiantes)."""
        return self.racine / "rejets"

    @property
    def prive(self) -> Path:
        """Colonnes identifiantes, chiffrées, et clé du mode embarqué."""
        return self.racine / "prive"

    @property
    def builds(self) -> Path:
        """Un dossier par construction de l'entrepôt."""
        return self.racine / "builds"

    @property
    def publie(self) -> Path:
        """Publications ; `courant` désigne celle qui se lit."""
        return self.racine / "publie"


@dataclass(frozen=True)
class Nuit:
    """Une nuit de traitement.

    nuit: date de la nuit, qui est aussi la date de réception des livraisons qu'elle prend.
    arrete_au: aucun fait daté d'après ne compte.
    """

    nuit: dt.date
    arrete_au: dt.date

    def __post_init__(self) -> None:
        if self.arrete_au > self.nuit:
            raise ValueError(
                f"L'arrêté ({self.arrete_au:%d/%m/%Y}) est postérieur à la nuit ({self.nuit:%d/%m/%Y}) : "
                "une nuit ne connaît pas la suite. Donnez un ARRETE au plus égal à NUIT."
            )

    @classmethod
    def de(cls, nuit: str | dt.date | None = None, arrete_au: str | dt.date | None = None) -> Nuit:
        """Lit une nuit et un arrêté au format AAAA-MM-JJ.

        Par défaut la nuit est celle d'aujourd'hui et l'arrêté la veille de la nuit.
        Lève ValueError, en français, si une date est mal écrite ou si l'arrêté suit la nuit.
        """
        n = _date(nuit, "NUIT") or dt.date.today()
        return cls(nuit=n, arrete_au=_date(arrete_au, "ARRETE") or n - dt.timedelta(days=1))


def _date(valeur: str | dt.date | None, nom: str) -> dt.date | None:
    if valeur is None or valeur == "":
        return None
    if isinstance(valeur, dt.date):
        return valeur
    try:
        return dt.date.fromisoformat(valeur)
    except ValueError:
        raise ValueError(f"{nom}={valeur!r} n'est pas une date AAAA-MM-JJ (exemple : 2018-01-02).") from None


def dossiers(racine: str | Path | None = None) -> Dossiers:
    """Dossiers d'exécution : `racine`, sinon ENTREPOT_DATA, sinon ./data à la racine du projet."""
    return Dossiers(Path(racine or os.environ.get("ENTREPOT_DATA") or RACINE / "data").resolve())


def deploiement_configure() -> bool:
    """Vrai en déploiement réel (ENTREPOT_DEPLOIEMENT=configure) : la clé doit alors être fournie, jamais fabriquée."""
    return os.environ.get("ENTREPOT_DEPLOIEMENT", "embarque") != "embarque"


_CLES = {
    "nom", "nom_long", "territoire", "fuseau", "epci", "quartiers", "axes", "sources_eteintes", "contrats",
    "referentiels", "chiffres_cles", "destinataires", "courrier", "logo", "secret_statistique",
    "recits",
}  # fmt: skip
SECRET = {"personnes": 5, "entreprises": 3, "part_dominante": 0.85}
"""Usage de l'insertion (5 personnes) et de l'Insee (3 entreprises, 85 %) : le moins strict qui soit admis."""
AUDIENCES = ("interne", "financeur", "public")
"""À qui s'adresse une publication, du plus complet au plus masqué."""
AXES = ("achats_responsables", "gpect", "parcours", "campus", "transverse")
"""Axes que le projet sait traiter ; transverse, qui porte les chiffres du rapport, est de tous les pôles."""


@cache
def organisation() -> dict[str, Any]:
    """Contenu de organisation.yml (ou du fichier désigné par ENTREPOT_ORGANISATION).

    Lève ValueError, en français, si une clé manque, est inconnue, nomme un axe inconnu, si le secret statistique serait
    moins strict que l'usage, ou si une adresse de courrier n'en est pas une.
    """
    chemin = _fichier_organisation()
    contenu: dict[str, Any] = yaml.safe_load(chemin.read_text(encoding="utf-8"))
    manquantes, inconnues = sorted(_CLES - contenu.keys()), sorted(contenu.keys() - _CLES)
    if manquantes or inconnues:
        raise ValueError(
            f"{chemin.name} : clés manquantes ({', '.join(manquantes) or 'aucune'}), "
            f"inconnues ({', '.join(inconnues) or 'aucune'})."
        )
    etrangers = sorted(set(contenu["axes"]) - set(AXES))
    if etrangers or "transverse" not in contenu["axes"]:
        raise ValueError(
            f"{chemin.name} : axes attendus parmi {', '.join(AXES)}, transverse compris"
            f"{' ; inconnus : ' + ', '.join(etrangers) if etrangers else ''}."
        )
    secret = contenu["secret_statistique"]
    if (
        secret.keys() != SECRET.keys()
        or secret["personnes"] < SECRET["personnes"]
        or secret["entreprises"] < SECRET["entreprises"]
        or not 0 < secret["part_dominante"] <= SECRET["part_dominante"]
    ):
        raise ValueError(
            f"{chemin.name}, secret_statistique : au moins {SECRET['personnes']} personnes et {SECRET['entreprises']} "
            f"entreprises, part_dominante d'au plus {SECRET['part_dominante']}, et rien d'autre."
        )
    _verifier_courrier(f"{chemin.name}, courrier", contenu["courrier"], set(contenu["axes"]))
    return contenu


def _verifier_courrier(lieu: str, courrier: dict[str, Any], axes: set[str]) -> None:
    """Lève ValueError si une clé de `courrier` manque, est inconnue, ou si une adresse ne peut en être une."""
    attendues = {"expediteur", "ingenieurs", "pages", "pieces_jointes", *AUDIENCES}
    if not isinstance(courrier, dict) or courrier.keys() != attendues:
        raise ValueError(f"{lieu} : clés attendues, toutes et seules : {', '.join(sorted(attendues))}.")
    pages, pieces = courrier["pages"], courrier["pieces_jointes"]
    if not isinstance(pages, dict) or pages.keys() != set(AUDIENCES):
        raise ValueError(f"{lieu}.pages : une adresse, ou null, pour chacune de {', '.join(AUDIENCES)}.")
    for audience, page in pages.items():
        if page is not None and not re.fullmatch(r"https?://[^\s<>\"]+", str(page)):
            raise ValueError(f"{lieu}.pages.{audience} : « {page} » n'est pas une adresse http:// ou https://.")
    if not isinstance(pieces, list) or not set(pieces) <= set(AUDIENCES):
        raise ValueError(f"{lieu}.pieces_jointes : une liste prise parmi {', '.join(AUDIENCES)} ; [] pour aucune.")
    _verifier_adresses(f"{lieu}.expediteur", [courrier["expediteur"]])
    _verifier_adresses(f"{lieu}.ingenieurs", courrier["ingenieurs"])
    vues: dict[str, str] = {}
    for audience in AUDIENCES:
        par_axe = courrier[audience]
        if not isinstance(par_axe, dict) or not par_axe.keys() <= axes:
            raise ValueError(f"{lieu}.{audience} : une liste d'adresses par axe du pôle ({', '.join(sorted(axes))}).")
        for axe, adresses in par_axe.items():
            _verifier_adresses(f"{lieu}.{audience}.{axe}", adresses)
            for adresse in adresses:
                if vues.setdefault(adresse.casefold(), audience) != audience:
                    raise ValueError(
                        f"{lieu} : « {adresse} » est de deux audiences, {vues[adresse.casefold()]} et {audience} ; une "
                        "boîte ne reçoit qu'une copie de la publication."
                    )


def _verifier_adresses(lieu: str, adresses: Any) -> None:
    # Importé ici : presque personne ne lit de courrier, et tout le monde importe ce module.
    from email_validator import EmailNotValidError, validate_email

    if not isinstance(adresses, list):
        raise ValueError(f"{lieu} : une liste d'adresses est attendue ; [] pour n'écrire à personne.")
    for adresse in adresses:
        try:
            validate_email(str(adresse), check_deliverability=False)
        except EmailNotValidError:
            raise ValueError(f"{lieu} : « {adresse} » n'est pas une adresse de courrier.") from None


def axes() -> dict[str, str]:
    """Axes du pôle et leur nom, dans l'ordre où ils se montrent."""
    return dict(organisation()["axes"])


def dossier_du_pole(cle: str) -> Path | None:
    """Dossier que organisation.yml désigne sous `contrats`, `referentiels` ou `recits` ; None s'il n'y en a pas.

    Lève FileNotFoundError s'il n'existe pas.
    """
    dossier = _designe(cle)
    if dossier and not dossier.is_dir():
        raise FileNotFoundError(f"{_fichier_organisation().name} : le dossier {cle} ({dossier.name}) n'existe pas.")
    return dossier


def fichier_du_pole(cle: str) -> Path | None:
    """Fichier que organisation.yml désigne sous `logo`. Lève FileNotFoundError s'il n'existe pas."""
    fichier = _designe(cle)
    if fichier and not fichier.is_file():
        raise FileNotFoundError(f"{_fichier_organisation().name} : le fichier {cle} ({fichier.name}) n'existe pas.")
    return fichier


def _designe(cle: str) -> Path | None:
    nom = organisation()[cle]
    return (_fichier_organisation().parent / nom).resolve() if nom else None


def _fichier_organisation() -> Path:
    return Path(os.environ.get("ENTREPOT_ORGANISATION") or RACINE / "organisation.yml")
