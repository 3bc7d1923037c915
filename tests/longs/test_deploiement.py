"""docker-compose.yml sans Docker : ses commandes, son environnement et ses contrôles de santé, en processus locaux.

Demande PostgreSQL et nginx de Debian ; échoue en disant lequel manque.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import compose
import duckdb
import pytest
from services import Api, Services, lire_url, ports_libres, services, une_nuit

from include.configuration import RACINE

POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
CHEMIN = os.pathsep.join(
    [str(Path(sys.executable).parent), *map(str, POSTGRESQL[-1:]), os.environ["PATH"], "/usr/sbin", "/sbin"]
)
PAQUETS = {"initdb": "postgresql", "pg_isready": "postgresql-client", "nginx": "nginx-light", "curl": "curl"}


@pytest.fixture
def lieu() -> Iterator[Path]:
    """Un dossier que les utilisateurs de PostgreSQL et de nginx peuvent traverser (tmp_path ne le permet pas)."""
    dossier = Path(tempfile.mkdtemp(prefix="entrepot-"))
    dossier.chmod(0o755)
    yield dossier
    shutil.rmtree(dossier)


class Deploiement:
    """Les services de docker-compose.yml, où l'on remplace seulement ce que Docker fournit : chemins, noms, ports."""

    def __init__(self, lieu: Path, s: Services) -> None:
        self.lieu, self.s = lieu, s
        self.donnees = lieu / "donnees"
        subprocess.run(
            [sys.executable, RACINE / "deploiement" / "secrets_env.py"], check=True, capture_output=True,
            env=os.environ | {"ENV": str(lieu / ".env"), "ENTREPOT_DONNEES": str(self.donnees)},
        )  # fmt: skip
        self.variables = compose.lire_env(lieu / ".env")
        self.services = compose.services(self.variables)
        internes = ("5432", "8080", "8081", "8974")
        self.ports = dict(zip(internes, map(str, ports_libres(len(internes))), strict=True))
        self.chemins = {
            "/opt/entrepot": str(RACINE),
            "/donnees": str(self.donnees),
            "/srv/publie": str(self.donnees / "publie"),
            "/etc/nginx/entrepot.conf": str(lieu / "entrepot.conf"),
            "/tmp/nginx": str(lieu / "nginx"),
        }
        (lieu / "entrepot.conf").write_text(self.ici((RACINE / "deploiement" / "nginx.conf").read_text()))

    def ici(self, texte: str) -> str:
        """Traduit les chemins de l'image, les noms de services et leurs ports en ceux de cette machine."""
        texte = re.sub("|".join(map(re.escape, self.chemins)), lambda m: self.chemins[m[0]], texte)
        texte = re.sub(r"(?<=[@/])(postgres|api-server)(?=:\d)", "127.0.0.1", texte)
        texte = re.sub(r"(?<=listen )(?=\d)", "127.0.0.1:", texte)
        return re.sub(rf"\b({'|'.join(self.ports)})\b", lambda m: self.ports[m[1]], texte)

    def environnement(self, nom: str) -> dict[str, str]:
        """Les variables du service, et rien de la personne qui lance l'essai."""
        service = {v: self.ici(x) for v, x in self.services[nom].get("environment", {}).items()}
        # L'image publie ses ports sur l'hôte ; ici c'est l'hôte, où seule la boucle locale doit écouter.
        return {"PATH": CHEMIN, "LANG": "C.UTF-8", "AIRFLOW__API__HOST": "127.0.0.1", **service}

    def demarrer(self) -> None:
        """Démarre chaque service quand ce dont il dépend est prêt, puis attend que tous soient en bonne santé."""
        for nom, service in self.services.items():
            for attendu, condition in service.get("depends_on", {}).items():
                if condition["condition"] == "service_healthy":
                    self.s.attendre(f"santé de {attendu}", lambda a=attendu: self.sain(a), 60)
            if nom == "postgres":
                self.postgres(self.environnement(nom))
                continue
            commande = [self.ici(mot) for mot in service["command"]]
            if nom == "initialisation":
                fini = subprocess.run(
                    commande, env=self.environnement(nom), cwd=RACINE, capture_output=True, check=False
                )
                assert fini.returncode == 0, fini.stderr.decode()[-3000:]
            else:
                self.s.lancer(nom, commande, env=self.environnement(nom), cwd=RACINE)
        for nom, service in self.services.items():
            if "healthcheck" in service:
                self.s.attendre(f"santé de {nom}", lambda n=nom: self.sain(n), 120)

    def sain(self, nom: str) -> bool:
        """Vrai si le contrôle de santé du service réussit dans le délai qu'il se donne."""
        controle = self.services[nom]["healthcheck"]
        genre, *mots = (self.ici(mot) for mot in controle["test"])
        commande = ["sh", "-c", *mots] if genre == "CMD-SHELL" else mots
        env = self.environnement(nom) | {"PGPORT": self.ports["5432"]}
        try:
            fini = subprocess.run(
                commande, env=env, cwd=RACINE, capture_output=True, check=False, timeout=int(controle["timeout"][:-1])
            )
        except subprocess.TimeoutExpired:
            return False
        return fini.returncode == 0

    def postgres(self, env: dict[str, str]) -> None:
        """Ce que fait l'image de PostgreSQL de ses trois variables : une grappe, un compte, une base."""
        grappe = self.lieu / "postgres"
        grappe.mkdir()
        secret = grappe / "secret"
        secret.write_text(env["POSTGRES_PASSWORD"])
        qui: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuse root
            compte = pwd.getpwnam("postgres")
            qui = {"user": compte.pw_uid, "group": compte.pw_gid, "extra_groups": []}
            for chemin in (grappe, secret):
                os.chown(chemin, compte.pw_uid, compte.pw_gid)
        subprocess.run(
            ["initdb", "-D", grappe / "base", "-U", env["POSTGRES_USER"], "--auth=scram-sha-256", "--pwfile", secret],
            check=True, capture_output=True, env=env, cwd=grappe, **qui,
        )  # fmt: skip
        secret.unlink()
        port = self.ports["5432"]
        serveur = ["postgres", "-D", str(grappe / "base"), "-p", port, "-h", "127.0.0.1", "-k", str(grappe)]
        self.s.lancer("postgres", serveur, env=env, cwd=grappe, **qui)
        acces = env | {"PGPASSWORD": env["POSTGRES_PASSWORD"], "PGPORT": port, "PGHOST": "127.0.0.1"}
        creer = ["createdb", "-U", env["POSTGRES_USER"], env["POSTGRES_DB"]]
        self.s.attendre(
            "création de la base d'Airflow",
            lambda: subprocess.run(creer, env=acces, capture_output=True, check=False).returncode == 0, 60,
        )  # fmt: skip


def test_les_paquets_debian_sont_la() -> None:
    """Cette suite ne passe pas en silence sans ses clients."""
    manquants = sorted({paquet for outil, paquet in PAQUETS.items() if not shutil.which(outil, path=CHEMIN)})
    assert not manquants, f"Il manque : apt-get install {' '.join(manquants)}"


def test_une_nuit_sur_le_deploiement(lieu: Path, tmp_path: Path) -> None:
    """Tous les services en bonne santé, une nuit déclenchée par l'API sur PostgreSQL se lit par le serveur web."""
    from include.demo import generer

    test_les_paquets_debian_sont_la()
    with services(lieu / "journaux") as s:
        deploiement = Deploiement(lieu, s)
        deploiement.demarrer()
        web, airflow = (f"http://127.0.0.1:{deploiement.ports[p]}" for p in ("8081", "8080"))
        assert (lire_url(f"{web}/") or [0])[0] == 404, "rien n'est encore publié"

        compte, secret = (deploiement.variables[v] for v in ("ENTREPOT_COMPTE", "ENTREPOT_MOT_DE_PASSE"))
        for mauvais in ((compte, compte), ("admin", "admin")):
            with pytest.raises(HTTPError, match="401"):
                Api(airflow, *mauvais)
        api = Api(airflow, compte, secret)
        s.attendre("lecture du DAG", lambda: [d for d in api.lire("/dags")["dags"] if d["dag_id"] == "nuit"], 120)
        assert [p["slots"] for p in api.lire("/pools")["pools"] if p["name"] == "ecrivain"] == [1]

        generer(tmp_path / "demonstration")
        shutil.copytree(tmp_path / "demonstration", deploiement.donnees / "depots", dirs_exist_ok=True)
        nuit = une_nuit(s, api, "2018-01-02", "2017-12-31")
        assert nuit["etat"] == "success", nuit
        assert nuit["taches"]["publier"] == ["success"], nuit

        code, page = lire_url(f"{web}/") or (0, b"")
        assert code == 200 and "CREATIV" in page.decode()
        code, sante = lire_url(f"{web}/suivi/") or (0, b"")
        assert code == 200 and "La dernière nuit a publié." in sante.decode()
        assert (lire_url(f"{web}/courant/index.html") or (0, b""))[1] == page, "la page de santé y mène"
        code, base = lire_url(f"{web}/entrepot.duckdb") or (0, b"")
        assert code == 200
        (lieu / "recu.duckdb").write_bytes(base)
        with duckdb.connect(str(lieu / "recu.duckdb"), read_only=True) as recue:
            [(heures,)] = recue.execute("select sum(heures) from achats_responsables.fct_heures").fetchall()
        assert heures > 0
        for interdit in ("/../prive/empreinte", "/..%2fprive/empreinte", "/.env"):
            assert (lire_url(web + interdit) or [0])[0] in (400, 404), interdit

        assert not (deploiement.donnees / "prive" / "cle").exists(), "un déploiement configuré ne fabrique pas de clé"

    secrets = [x for v, x in deploiement.variables.items() if re.search("CLE|PASS|SECRET|KEY", v)]
    assert len(secrets) == 6
    journaux = [*(lieu / "journaux").glob("*"), *(deploiement.donnees / "airflow" / "logs").rglob("*.log")]
    assert len(journaux) > 10
    for journal in journaux:
        texte = journal.read_text(errors="replace")
        assert not [x for x in secrets if x in texte], f"un secret est dans {journal.name}"
