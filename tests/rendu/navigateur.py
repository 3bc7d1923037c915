"""Le Chromium de Debian, conduit par son protocole DevTools : ce qu'une page fait, et ce qu'un lecteur en voit."""

from __future__ import annotations

import base64
import itertools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE = 30
"""Secondes au bout desquelles un navigateur qui ne répond pas fait échouer l'essai."""


class Navigateur:
    """Un onglet : ouvre des pages, y tape, et retient ce qu'elles demandent au réseau et disent à la console."""

    def __init__(self, liaison: ClientConnection) -> None:
        self.liaison, self._numeros = liaison, itertools.count(1)
        self.session: str | None = None
        self.recus: list[dict[str, Any]] = []
        cible = self.dire("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.dire("Target.attachToTarget", targetId=cible, flatten=True)["sessionId"]
        for domaine in ("Page", "Runtime", "Network", "Log"):
            self.dire(f"{domaine}.enable")

    def dire(self, methode: str, **parametres: Any) -> dict[str, Any]:
        """Envoie une commande et rend sa réponse. Lève RuntimeError si le navigateur la refuse."""
        numero = next(self._numeros)
        message = {"id": numero, "method": methode, "params": parametres}
        self.liaison.send(json.dumps(message | ({"sessionId": self.session} if self.session else {})))
        reponse = self._attendre(lambda m: m.get("id") == numero)
        if "error" in reponse:
            raise RuntimeError(f"{methode} : {reponse['error']['message']}")
        resultat: dict[str, Any] = reponse["result"]
        return resultat

    def ouvrir(self, page: Path, ancre: str = "", *, largeur: int = 1280, hauteur: int = 900) -> None:
        """Ouvre une page, entièrement chargée, dans une fenêtre de cette taille ; oublie ce qui précède."""
        self.dire(
            "Emulation.setDeviceMetricsOverride", width=largeur, height=hauteur, deviceScaleFactor=1,
            mobile=largeur < 600,
        )  # fmt: skip
        # Une ancre seule ne recharge pas une page déjà ouverte : on en sort d'abord.
        for adresse in ("about:blank", page.as_uri() + ancre):
            self.recus.clear()
            self.dire("Page.navigate", url=adresse)
            if not any(m.get("method") == "Page.loadEventFired" for m in self.recus):
                self._attendre(lambda m: m.get("method") == "Page.loadEventFired")

    def lire(self, expression: str) -> Any:
        """La valeur d'une expression JavaScript dans la page."""
        reponse = self.dire("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in reponse, reponse["exceptionDetails"]
        return reponse["result"].get("value")

    def touche(self, nom: str, texte: str = "") -> None:
        """Appuie sur une touche, puis la relâche."""
        codes = {"Tab": 9, "Enter": 13, "/": 191}
        commun = {"key": nom, "windowsVirtualKeyCode": codes[nom]}
        saisie = {"text": texte} if texte else {}
        self.dire("Input.dispatchKeyEvent", type="keyDown", **commun, **saisie)
        self.dire("Input.dispatchKeyEvent", type="keyUp", **commun)

    def taper(self, texte: str) -> None:
        """Saisit un texte là où est le curseur."""
        self.dire("Input.insertText", text=texte)

    def image(self, destination: Path, *, entiere: bool = True) -> None:
        """Enregistre ce qui se voit, ou la page entière."""
        prise = self.dire("Page.captureScreenshot", format="png", captureBeyondViewport=entiere)
        destination.write_bytes(base64.b64decode(prise["data"]))

    def imprimer(self, destination: Path) -> None:
        """Enregistre la page imprimée, en PDF, sur le papier qu'elle demande."""
        prise = self.dire("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        destination.write_bytes(base64.b64decode(prise["data"]))

    @property
    def demandes(self) -> list[str]:
        """Adresses demandées depuis l'ouverture, hors ce qui est écrit dans la page elle-même."""
        adresses = [m["params"]["request"]["url"] for m in self.recus if m.get("method") == "Network.requestWillBeSent"]
        return [a for a in adresses if not a.startswith("data:")]

    @property
    def erreurs(self) -> list[str]:
        """Ce que la page a dit de fautif : exceptions, erreurs et avertissements de la console."""
        fautes = []
        for m in self.recus:
            p = m.get("params", {})
            if m.get("method") == "Runtime.exceptionThrown":
                fautes.append(str(p["exceptionDetails"]))
            elif m.get("method") == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
                fautes.append(p["entry"]["text"])
            elif m.get("method") == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
                fautes.append(str(p["args"]))
        return fautes

    def _attendre(self, voulu: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(self.liaison.recv(timeout=PATIENCE))
            self.recus.append(message)
            if voulu(message):
                return message


@contextmanager
def navigateur() -> Iterator[Navigateur]:
    """Lance Chromium sans écran, sur un profil neuf ; l'arrête et efface le profil en sortant."""
    profil = tempfile.mkdtemp(prefix="chromium-")
    processus = subprocess.Popen(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
         "--remote-debugging-port=0", f"--user-data-dir={profil}", "about:blank"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert processus.stderr
        adresse = next(m[1] for ligne in processus.stderr if (m := re.search(r"listening on (ws://\S+)", ligne)))
        with connect(adresse, max_size=None, open_timeout=PATIENCE) as liaison:
            yield Navigateur(liaison)
    finally:
        processus.terminate()
        processus.communicate(timeout=PATIENCE)
        shutil.rmtree(profil, ignore_errors=True)
