"""Le serveur de courrier, par la connexion d'Airflow : le seul endroit qui la connaît."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from include.courrier import ErreurCourrier, Message, Poster, Refuse, ServeurInjoignable

CONNEXION = "smtp_default"
VARIABLE = f"AIRFLOW_CONN_{CONNEXION.upper()}"


@contextmanager
def postier() -> Iterator[Poster | None]:
    """De quoi poster un message par la connexion smtp_default d'Airflow ; None si elle n'est pas définie.

    Lève ServeurInjoignable si elle l'est et que le serveur ne répond pas, ErreurCourrier si elle est mal écrite.
    """
    from airflow.providers.smtp.hooks.smtp import SmtpHook
    from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException

    hook = SmtpHook(CONNEXION)
    try:
        SmtpHook.get_connection(CONNEXION)
    except AirflowNotFoundException:
        # Airflow dit absente une connexion qu'il n'a pas su lire.
        if os.environ.get(VARIABLE):
            raise ErreurCourrier(f"{VARIABLE} ne se lit pas : docs/mail.md en donne un exemple.") from None
        yield None
        return
    try:
        hook.get_conn()
    except (OSError, AirflowException) as erreur:
        if hook._smtp_client:
            hook._smtp_client.close()
        # Le message d'une erreur de connexion peut citer le compte ; son type et son code suffisent.
        raise ServeurInjoignable(f"Le serveur de courrier ne s'ouvre pas ({_resume(erreur)}).") from None
    with hook:
        yield lambda message: _poster(hook, message)


@contextmanager
def postier_sans_airflow() -> Iterator[Poster | None]:
    """De même hors d'une tâche : la connexion ne peut alors venir que de l'environnement."""
    if not os.environ.get(VARIABLE):
        yield None
        return
    with postier() as poster:
        yield poster


def _poster(hook: Any, message: Message) -> None:
    # send_email_smtp ne sait écrire que du HTML : le message est remis tel quel à la connexion qu'il a ouverte.
    try:
        hook._smtp_client.send_message(message.mime())
    except smtplib.SMTPServerDisconnected as erreur:
        raise ServeurInjoignable(f"Le serveur de courrier a coupé la connexion ({_resume(erreur)}).") from None
    except smtplib.SMTPException as erreur:
        raise Refuse(_resume(erreur)) from None
    except OSError as erreur:
        raise ServeurInjoignable(f"Le serveur de courrier ne répond plus ({_resume(erreur)}).") from None


def _resume(erreur: Exception) -> str:
    """Ce qu'a dit le serveur, sans adresse ni compte : le code de la réponse, sinon le type de l'erreur."""
    if isinstance(erreur, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in erreur.recipients.values()})
        return f"destinataire, code {', '.join(map(str, codes))}"
    if isinstance(erreur, smtplib.SMTPResponseException):
        return f"code {erreur.smtp_code}"
    if isinstance(erreur, OSError) and erreur.errno and not isinstance(erreur, ssl.SSLError):
        return os.strerror(erreur.errno)
    return type(erreur).__name__
