"""Un message : ce qu'il dit, à qui, et la forme sous laquelle un serveur de courrier le prend."""

from __future__ import annotations

import datetime as dt
import hashlib
import mimetypes
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from include.configuration import organisation

TAILLE_MAX = 8_000_000
"""Octets de pièces jointes au-delà desquels un message part sans elles : bien des serveurs refusent 10 Mo."""


@dataclass(frozen=True)
class Message:
    """Un courriel, pour une seule adresse.

    nature: ce qu'il est (« publication », « nuit », « veille »). objet: ce dont il parle, qui fait qu'il n'est envoyé
    qu'une fois à cette adresse (la publication, le passage de la nuit).
    """

    nature: str
    objet: str
    adresse: str
    sujet: str
    texte: str
    html: str
    pieces: tuple[Path, ...] = ()

    @property
    def identifiant(self) -> str:
        """Message-ID : le même à chaque essai, et qui ne dit pas l'adresse."""
        empreinte = hashlib.sha256(f"{self.nature}|{self.objet}|{self.adresse}".encode()).hexdigest()[:32]
        return f"<{self.nature}.{empreinte}@{organisation()['courrier']['expediteur'].rpartition('@')[2]}>"

    def mime(self) -> EmailMessage:
        """Le message tel qu'il part. Lève ValueError si un en-tête porte un saut de ligne."""
        pole = organisation()
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(f"Entrepôt {pole['nom']}", addr_spec=pole["courrier"]["expediteur"])
        message["To"] = Address(addr_spec=self.adresse)
        message["Subject"] = self.sujet
        message["Date"] = format_datetime(dt.datetime.now(ZoneInfo(pole["fuseau"])))
        message["Message-ID"] = self.identifiant
        # RFC 3834 : aucun répondeur d'absence ne doit répondre à une machine.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.texte, cte="quoted-printable")
        message.add_alternative(self.html, subtype="html", cte="quoted-printable")
        for piece in self.pieces:
            genre = (mimetypes.guess_type(piece.name)[0] or "application/octet-stream").split("/")
            message.add_attachment(piece.read_bytes(), maintype=genre[0], subtype=genre[1], filename=piece.name)
        return message
