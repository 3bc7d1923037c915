"""Lancer des services sur la boucle locale, attendre une condition (jamais une durée), les arrêter tous."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

T = TypeVar("T")
FINIES = ("success", "failed")


def ports_libres(combien: int) -> list[int]:
    """Ports libres et différents de la boucle locale."""
    prises = [socket.create_server(("127.0.0.1", 0)) for _ in range(combien)]
    ports = [prise.getsockname()[1] for prise in prises]
    for prise in prises:
        prise.close()
    return ports


class Services:
    """Des processus nommés, chacun avec son journal ; aucun ne survit à l'essai."""

    def __init__(self, journaux: Path) -> None:
        """journaux: dossier où chaque service écrit <nom>.log."""
        self.journaux = journaux
        self._processus: dict[str, subprocess.Popen[bytes]] = {}
        journaux.mkdir(parents=True, exist_ok=True)

    def lancer(self, nom: str, commande: list[str], **options: Any) -> None:
        """Lance un service qui dure, dans son propre groupe."""
        with (self.journaux / f"{nom}.log").open("wb") as sortie:
            self._processus[nom] = subprocess.Popen(
                commande, stdout=sortie, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True, **options,
            )  # fmt: skip

    def journal(self, nom: str, octets: int = 4000) -> str:
        """Fin du journal d'un service."""
        return (self.journaux / f"{nom}.log").read_text(errors="replace")[-octets:]

    def attendre(self, quoi: str, condition: Callable[[], T | None], delai: float) -> T:
        """Rend la première valeur vraie de `condition` ; échoue au bout de `delai` secondes, ou si un service meurt."""
        fin = time.monotonic() + delai
        while time.monotonic() < fin:
            for nom, processus in self._processus.items():
                if processus.poll() is not None:
                    raise AssertionError(f"{nom} est mort ({processus.returncode}) :\n{self.journal(nom)}")
            if valeur := condition():
                return valeur
            time.sleep(0.3)
        fins = "\n".join(f"--- {nom}\n{self.journal(nom, 1500)}" for nom in self._processus)
        raise AssertionError(f"{quoi} : toujours pas au bout de {delai:.0f} s\n{fins}")

    def arreter(self) -> None:
        """Arrête tout, le dernier lancé d'abord ; tue ce qui résiste."""
        for processus in reversed(self._processus.values()):
            for signal_, patience in ((signal.SIGINT, 20), (signal.SIGKILL, 20)):
                try:
                    os.killpg(processus.pid, signal_)
                    processus.wait(patience)
                except ProcessLookupError:
                    break
                except subprocess.TimeoutExpired:
                    continue
        self._processus.clear()


@contextmanager
def services(journaux: Path) -> Iterator[Services]:
    """Services arrêtés à la fin du bloc, quoi qu'il arrive."""
    s = Services(journaux)
    try:
        yield s
    finally:
        s.arreter()


def lire_url(url: str) -> tuple[int, bytes] | None:
    """(code, contenu) d'une adresse, ou None si personne n'y répond encore."""
    try:
        with urlopen(url, timeout=10) as reponse:
            return reponse.status, reponse.read()
    except HTTPError as erreur:
        return erreur.code, erreur.read()
    except (URLError, OSError):
        return None


class Api:
    """L'API REST d'Airflow, au nom d'un compte."""

    def __init__(self, base: str, compte: str, mot_de_passe: str) -> None:
        """Demande un jeton. Lève HTTPError si le compte ou son mot de passe sont refusés."""
        self.base = base
        jeton = self._appeler("POST", "/auth/token", {"username": compte, "password": mot_de_passe}, None)
        self._jeton = jeton["access_token"]

    def lire(self, chemin: str) -> Any:
        """GET sous /api/v2."""
        return self._appeler("GET", f"/api/v2{chemin}", None, self._jeton)

    def creer(self, chemin: str, corps: dict[str, Any]) -> Any:
        """POST sous /api/v2."""
        return self._appeler("POST", f"/api/v2{chemin}", corps, self._jeton)

    def _appeler(self, methode: str, chemin: str, corps: dict[str, Any] | None, jeton: str | None) -> Any:
        entetes = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {jeton}"} if jeton else {})
        donnees = None if corps is None else json.dumps(corps).encode()
        with urlopen(Request(self.base + chemin, donnees, entetes, method=methode), timeout=30) as reponse:
            return json.loads(reponse.read())


def une_nuit(s: Services, api: Api, nuit: str, arrete: str, delai: float = 300) -> dict[str, Any]:
    """Déclenche la nuit par l'API et attend sa fin.

    Rend {"etat", "taches": {nom: [états]}, "bilan" et "courrier": textes des tâches bilan et prevenir}.
    """
    corps = {"logical_date": None, "conf": {"nuit": nuit, "arrete": arrete}}
    execution = api.creer("/dags/nuit/dagRuns", corps)["dag_run_id"].replace("+", "%2B")
    chemin = f"/dags/nuit/dagRuns/{execution}"

    def finie() -> str | None:
        etat = api.lire(chemin)["state"]
        return etat if etat in FINIES else None

    etat = s.attendre(f"fin de la nuit du {nuit}", finie, delai)
    taches: dict[str, list[str]] = {}
    for tache in api.lire(f"{chemin}/taskInstances")["task_instances"]:
        taches.setdefault(tache["task_id"], []).append(tache["state"])
    textes = {
        nom: api.lire(f"{chemin}/taskInstances/{tache}/xcomEntries/return_value")["value"]
        for nom, tache in (("bilan", "bilan"), ("courrier", "prevenir"))
        if taches[tache] == ["success"]
    }
    return {"etat": etat, "taches": taches, "bilan": "", "courrier": ""} | textes
