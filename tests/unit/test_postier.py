"""Le courrier par un vrai serveur SMTP de cette machine, à travers la connexion d'Airflow."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import ipaddress
import json
import logging
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from chantier import Chantier
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from services import ports_libres

from include import nuit as etapes
from include.configuration import Dossiers, organisation
from include.courrier import ErreurCourrier, Refuse, ServeurInjoignable, veiller
from include.postier import VARIABLE, postier, postier_sans_airflow
from include.publication import publier
from include.suivi import rendre_compte

MOT_DE_PASSE = "un-secret-de-courrier"
CLAIR = {"disable_ssl": True, "disable_tls": True, "timeout": 5, "retry_limit": 0}


class Boite:
    """Ce que le serveur a pris, par destinataire ; il refuse les adresses qu'on lui dit."""

    def __init__(self) -> None:
        self.messages: dict[str, list[EmailMessage]] = {}
        self.refusees: set[str] = set()

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusees:
            return "550 boîte inconnue"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        assert len(envelope.rcpt_tos) == 1, "un message par adresse"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.setdefault(envelope.rcpt_tos[0], []).append(message)
        return "250 OK"

    def compte(self) -> dict[str, int]:
        return {adresse: len(messages) for adresse, messages in sorted(self.messages.items())}


@pytest.fixture(scope="module", autouse=True)
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Airflow, chez lui dans un dossier d'essai."""
    with pytest.MonkeyPatch.context() as m:
        m.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        import airflow.providers.smtp.hooks.smtp  # noqa: F401

        yield


@pytest.fixture
def boite() -> Boite:
    return Boite()


@pytest.fixture
def serveur(boite: Boite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Controller]:
    """Un serveur SMTP en clair, et la connexion qui y mène."""
    controleur = Controller(boite, hostname="127.0.0.1", port=ports_libres(1)[0])
    controleur.start()
    connexion(monkeypatch, controleur.port, **CLAIR)
    yield controleur
    controleur.stop(no_assert=True)


def connexion(m: pytest.MonkeyPatch, port: int, *, login: str = "", password: str = "", **extra: Any) -> None:
    valeurs = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "login": login, "password": password}
    m.setenv(VARIABLE, json.dumps(valeurs | {"extra": extra}))


@pytest.fixture(scope="module")
def publiee(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dossiers, dict[str, Any]]:
    """Une petite publication, et ce que la nuit en a rendu."""
    d, chantier = Dossiers(tmp_path_factory.mktemp("postier") / "data"), Chantier()
    jour = {"nuit": str(chantier.nuit.nuit), "arrete": str(chantier.nuit.arrete_au)}
    publication = publier(d, chantier.nuit, chantier.ecrire(d))
    resultat = {"nuit": jour, "livraisons": [], "echecs": [], "publication": publication}
    return d, resultat | {"compte": rendre_compte(d, chantier.nuit, resultat)}


@pytest.fixture
def nuit(publiee: tuple[Dossiers, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Rend le résultat de la nuit publiée, changé de ce que l'on veut ; aucun message n'en est encore parti."""
    d, resultat = publiee
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    (d.racine / "journal" / "courrier.jsonl").unlink(missing_ok=True)
    return lambda **autres: resultat | autres


def recus(boite: Boite, sujet: str) -> list[str]:
    return sorted(a for a, messages in boite.messages.items() for m in messages if sujet in m["Subject"])


@pytest.mark.usefixtures("serveur")
def test_une_nuit_publiee_previent_l_equipe_et_ceux_qui_recoivent_les_axes(
    boite: Boite, nuit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Les axes publiés sont achats responsables et transverse : leurs boîtes, et elles seules."""
    monkeypatch.setitem(organisation()["courrier"], "pieces_jointes", ["interne"])
    assert "5 messages pris" in etapes.prevenir(nuit(), postier)
    assert recus(boite, "Nuit du 02/01/2031 : publiée") == ["equipe-donnees@creativ.example"]
    assert recus(boite, "Données arrêtées au 31/12/2030") == [
        "clauses@creativ.example", "communication@creativ.example", "direction@creativ.example",
        "suivi-conventions@region.example",
    ]  # fmt: skip
    [message] = boite.messages["direction@creativ.example"]
    assert str(message["From"]) == "Entrepôt CREATIV' <entrepot@creativ.example>"
    assert message["Auto-Submitted"] == "auto-generated" and message["Message-ID"] and message["Date"].datetime
    texte, html = message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()
    assert "30,75" in texte and "30,75" in html and "<html" in html and "<html" not in texte
    pieces = {p.get_filename(): p.get_content() for p in message.iter_attachments()}
    assert pieces.keys() == {"achats_responsables.xlsx", "transverse.xlsx"}
    assert all(octets[:2] == b"PK" for octets in pieces.values())


@pytest.mark.usefixtures("serveur")
def test_une_nuit_muette_ou_en_echec_ne_previent_que_l_equipe(boite: Boite, nuit: Any) -> None:
    rien = {"publiee": False, "motif": "rien n'a changé"}
    muette = nuit(publication=rien)
    muette["compte"] = muette["compte"] | {"passage": muette["compte"]["passage"] | {"quand": "plus tard"}}
    etapes.prevenir(muette, postier)
    etapes.prevenir(nuit(publication=rien, echecs=[{"etape": "construire", "cause": "OSError"}]), postier)
    assert boite.compte() == {"equipe-donnees@creativ.example": 2}
    corps = [m.get_body(("plain",)).get_content() for m in boite.messages["equipe-donnees@creativ.example"]]
    assert "Rien n'est publié : rien n'a changé." in corps[0] and "construire : OSError" in corps[1]


@pytest.mark.usefixtures("serveur")
def test_la_reprise_de_la_tache_ne_renvoie_rien(boite: Boite, nuit: Any) -> None:
    etapes.prevenir(nuit(), postier)
    assert "0 message pris par le serveur, 5 déjà partis" in etapes.prevenir(nuit(), postier)
    assert set(boite.compte().values()) == {1}


@pytest.mark.usefixtures("serveur")
def test_une_boite_refusee_n_arrete_pas_les_autres_et_n_est_pas_citee(boite: Boite, nuit: Any) -> None:
    boite.refusees = {"clauses@creativ.example"}
    with pytest.raises(Refuse, match=r"1 message sur 5 \(destinataire, code 550\)") as refus:
        etapes.prevenir(nuit(), postier)
    assert "clauses@" not in str(refus.value)
    assert len(boite.compte()) == 4
    boite.refusees = set()
    etapes.prevenir(nuit(), postier)
    assert len(boite.compte()) == 5 and set(boite.compte().values()) == {1}


def test_un_serveur_arrete_se_dit_et_rien_n_est_perdu(
    serveur: Controller, boite: Boite, nuit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    connexion(monkeypatch, ports_libres(1)[0], **CLAIR)
    with pytest.raises(ServeurInjoignable, match="ne s'ouvre pas"):
        etapes.prevenir(nuit(), postier)
    gardes = list((Path(etapes.dossiers().racine) / "courrier" / "2031-01-02").glob("*.eml"))
    assert len(gardes) == 5 and not boite.messages
    connexion(monkeypatch, serveur.port, **CLAIR)
    etapes.prevenir(nuit(), postier)
    assert len(boite.compte()) == 5
    assert not any(f.exists() for f in gardes)


@pytest.mark.usefixtures("serveur")
def test_la_veille_passe_par_le_meme_serveur(boite: Boite, d: Dossiers) -> None:
    assert veiller(d, "2031-01-02", postier) is not None
    assert recus(boite, "La nuit du 02/01/2031 n'a pas rendu compte") == organisation()["courrier"]["ingenieurs"]


# --- La connexion ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificat(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Un certificat pour 127.0.0.1, et sa clé."""
    dossier, cle = tmp_path_factory.mktemp("certificat"), ec.generate_private_key(ec.SECP256R1())
    nom = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    maintenant = dt.datetime.now(dt.UTC)
    fait = (
        x509.CertificateBuilder(nom, nom, cle.public_key(), x509.random_serial_number(), maintenant,
                                maintenant + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(cle, hashes.SHA256())
    )  # fmt: skip
    (dossier / "cert.pem").write_bytes(fait.public_bytes(serialization.Encoding.PEM))
    (dossier / "cle.pem").write_bytes(
        cle.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    return dossier / "cert.pem", dossier / "cle.pem"


def authentifier(server: Any, session: Session, envelope: Envelope, mecanisme: str, donnees: Any) -> AuthResult:
    bon = isinstance(donnees, LoginPassword) and donnees == LoginPassword(b"entrepot", MOT_DE_PASSE.encode())
    return AuthResult(success=bon, handled=bon)


@pytest.fixture
def serveur_chiffre(boite: Boite, certificat: tuple[Path, Path]) -> Iterator[Controller]:
    """Comme sur le port 587 : STARTTLS exigé, puis un compte."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexte.load_cert_chain(*map(str, certificat))
    controleur = Controller(
        boite, hostname="127.0.0.1", port=ports_libres(1)[0], tls_context=contexte, require_starttls=True,
        auth_required=True, authenticator=authentifier,
    )  # fmt: skip
    controleur.start()
    yield controleur
    controleur.stop(no_assert=True)


def test_par_starttls_avec_un_compte(
    serveur_chiffre: Controller, boite: Boite, certificat: tuple[Path, Path], nuit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """La connexion de docs/mail.md : le certificat du serveur est vérifié, sinon rien ne part."""
    port = serveur_chiffre.port
    chiffree = {"login": "entrepot", "password": MOT_DE_PASSE, "disable_ssl": True, "timeout": 5, "retry_limit": 0}
    connexion(monkeypatch, port, **chiffree)
    with pytest.raises(ServeurInjoignable, match="SSLCertVerificationError"):
        etapes.prevenir(nuit(), postier)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificat[0]))
    etapes.prevenir(nuit(), postier)
    assert len(boite.compte()) == 5


def test_un_mauvais_mot_de_passe_se_dit_sans_se_citer(
    serveur_chiffre: Controller, certificat: tuple[Path, Path], nuit: Any, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    port = serveur_chiffre.port
    monkeypatch.setenv("SSL_CERT_FILE", str(certificat[0]))
    connexion(monkeypatch, port, login="entrepot", password="un-mauvais-secret", disable_ssl=True, retry_limit=0)
    with caplog.at_level(logging.DEBUG), pytest.raises(ServeurInjoignable, match="code 535") as refus:
        etapes.prevenir(nuit(), postier)
    assert "un-mauvais-secret" not in str(refus.value) + caplog.text
    assert refus.value.__cause__ is None and refus.value.__suppress_context__


@pytest.mark.parametrize("variable", [None, ""])
def test_sans_connexion_rien_n_est_cherche_ni_perdu(
    variable: str | None, nuit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docker-compose.yml passe une variable vide quand .env n'en dit rien."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if variable is not None:
        monkeypatch.setenv(VARIABLE, variable)
    for ouvrir in (postier, postier_sans_airflow):
        assert "aucun serveur configuré" in etapes.prevenir(nuit(), ouvrir)


def test_une_connexion_mal_ecrite_n_est_pas_prise_pour_une_absence(nuit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, '{"conn_type": "smtp", "password": "un-secret"')
    for ouvrir in (postier, postier_sans_airflow):
        with pytest.raises(ErreurCourrier, match="ne se lit pas") as erreur:
            etapes.prevenir(nuit(), ouvrir)
        assert "un-secret" not in str(erreur.value)
