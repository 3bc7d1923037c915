"""La clé de l'entrepôt et le format des fichiers chiffrés (AES-256-GCM par blocs).

Format d'un fichier : en-tête (marque, empreinte de la clé, sel, taille de bloc) puis des blocs de taille fixe, chacun
suivi de son sceau. Chaque fichier a sa propre clé, dérivée du sel : un nonce (le rang du bloc) ne sert donc jamais deux
fois sous la même clé. L'en-tête, le rang du bloc et l'indicateur « dernier bloc » sont scellés avec le contenu : un
fichier tronqué, rallongé, dont les blocs sont déplacés ou dont un octet change ne se lit pas.
"""

from __future__ import annotations

import hmac
import io
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARQUE = b"ENTREPO1"
BLOC = 4 << 20
BLOC_MAX = 64 << 20
"""Au-delà, l'en-tête est tenu pour altéré : il ne doit pas pouvoir faire réserver toute la mémoire."""
SCEAU = 16
_ENTETE = struct.Struct(">8s8s16sI")
_RANG = struct.Struct(">QB")


class ErreurConfidentialite(RuntimeError):
    """Erreur de clé ou de fichier chiffré ; son message ne contient ni clé ni contenu."""


class CleAbsente(ErreurConfidentialite):
    """Aucune clé alors qu'il en faut une : rien ne doit être lu ni écrit."""


class CleInvalide(ErreurConfidentialite):
    """Une clé est fournie mais n'a pas la forme attendue (32 octets en base64)."""


class CleDifferente(ErreurConfidentialite):
    """La clé fournie n'est pas celle qui a chiffré les données présentes."""


class ContenuAltere(ErreurConfidentialite):
    """Le fichier chiffré est tronqué, modifié ou n'est pas un fichier de l'entrepôt."""


def _deriver(cle: bytes, usage: bytes, *, sel: bytes | None = None, longueur: int = 32) -> bytes:
    return HKDF(algorithm=SHA256(), length=longueur, salt=sel, info=b"entrepot/1/" + usage).derive(cle)


class Cle:
    """Clé de l'entrepôt : chiffre, déchiffre et fabrique des pseudonymes, avec une clé dérivée par usage.

    Ne s'affiche pas, ne se sérialise pas : elle ne peut aboutir ni dans un journal, ni dans un échange entre tâches.
    """

    __slots__ = ("_chiffrement", "_pseudonymes", "empreinte")

    def __init__(self, brute: bytes) -> None:
        """Prend les 32 octets de la clé. Lève CleInvalide s'il n'y en a pas exactement 32."""
        if len(brute) != 32:
            raise CleInvalide(f"La clé de l'entrepôt fait 32 octets ; celle qui est fournie en fait {len(brute)}.")
        self._chiffrement = _deriver(brute, b"chiffrement")
        self._pseudonymes = _deriver(brute, b"pseudonymes")
        self.empreinte = _deriver(brute, b"empreinte", longueur=8)
        """Reconnaît la clé sans rien en dire."""

    def emballer_pseudonymes(self, chemin: Path) -> None:
        """Écrit dans `chemin`, chiffré par cette clé, le secret des pseudonymes : il doit survivre à la clé."""
        self.ecrire(chemin, self._pseudonymes)

    def deballer_pseudonymes(self, chemin: Path) -> None:
        """Prend pour secret des pseudonymes celui que `chemin` garde. Lève comme `lecteur`."""
        self._pseudonymes = self.lire(chemin)

    @property
    def empreinte_pseudonymes(self) -> bytes:
        """Reconnaît le secret des pseudonymes sans rien en dire."""
        return _deriver(self._pseudonymes, b"empreinte", longueur=8)

    def __repr__(self) -> str:
        """Ne dit rien de la clé."""
        return "<Cle de l'entrepôt>"

    def __reduce__(self) -> NoReturn:
        """Lève toujours TypeError : la clé ne voyage pas."""
        raise TypeError("La clé de l'entrepôt ne se sérialise pas : appelez cle(dossiers) là où elle sert.")

    def pseudonyme(self, identite: bytes) -> str:
        """Empreinte à clé (HMAC-SHA256, 32 chiffres hexadécimaux) d'une identité normalisée."""
        return hmac.digest(self._pseudonymes, identite, "sha256")[:16].hex()

    @contextmanager
    def ecrivain(self, chemin: Path, *, temporaire: Path | None = None) -> Iterator[EcritureChiffree]:
        """Ouvre `chemin` en écriture chiffrée ; il n'apparaît, entier, qu'à la sortie sans erreur du bloc `with`.

        chemin: fichier à écrire (0600), remplacé s'il existe ; ses dossiers sont créés.
        temporaire: nom d'écriture, dans le même système de fichiers ; par défaut `.<nom>.tmp` à côté.
        """
        temporaire = temporaire or chemin.with_name(f".{chemin.name}.tmp")
        chemin.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(temporaire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as brut:
                flux = EcritureChiffree(brut, self)
                yield flux
                flux.terminer()
                brut.flush()
                os.fsync(brut.fileno())
            temporaire.replace(chemin)
            synchroniser(chemin.parent)
        except BaseException:
            temporaire.unlink(missing_ok=True)
            raise

    @contextmanager
    def lecteur(self, chemin: Path) -> Iterator[LectureChiffree]:
        """Ouvre `chemin` en lecture déchiffrée, bloc par bloc.

        Lève CleDifferente si une autre clé l'a chiffré, ContenuAltere (à l'ouverture ou en lisant) s'il est abîmé.
        Tant que la fin n'est pas atteinte, ce qui est lu est authentique mais peut n'être qu'un début.
        """
        with chemin.open("rb") as brut:
            yield LectureChiffree(brut, self, chemin.name)

    def ecrire(self, chemin: Path, contenu: bytes) -> None:
        """Écrit `contenu`, chiffré, dans `chemin` (tout ou rien)."""
        with self.ecrivain(chemin) as flux:
            flux.write(contenu)

    def lire(self, chemin: Path) -> bytes:
        """Contenu déchiffré de `chemin` ; lève comme `lecteur`."""
        with self.lecteur(chemin) as flux:
            return flux.read()

    def ecrire_table(self, chemin: Path, table: pa.Table) -> None:
        """Écrit une table dans `chemin`, en Parquet chiffré (tout ou rien)."""
        with self.ecrivain(chemin) as flux:
            pq.write_table(table, pa.PythonFile(flux, "w"), compression="zstd")

    def lire_table(self, chemin: Path) -> pa.Table:
        """Table d'un Parquet chiffré ; lève comme `lecteur`."""
        return pq.read_table(pa.BufferReader(self.lire(chemin)))

    def chiffrer_fichier(self, source: Path, destination: Path) -> None:
        """Écrit dans `destination` le contenu chiffré de `source`, sans le charger en mémoire."""
        with source.open("rb") as clair, self.ecrivain(destination) as flux:
            while morceau := clair.read(BLOC):
                flux.write(morceau)


class EcritureChiffree(io.RawIOBase):
    """Flux d'écriture : ce qu'on y écrit arrive chiffré dans `brut`.

    `terminer` écrit le dernier bloc, `close` jamais : un flux fermé par une erreur ne fait pas un fichier valable.
    """

    def __init__(self, brut: BinaryIO, cle: Cle, *, bloc: int = BLOC) -> None:
        """Écrit l'en-tête dans `brut`. bloc: taille des blocs en clair (au plus BLOC_MAX)."""
        super().__init__()
        self._brut, self._bloc, self._rang, self._ecrits = brut, bloc, 0, 0
        self._tampon = bytearray()
        sel = os.urandom(16)
        self._entete = _ENTETE.pack(MARQUE, cle.empreinte, sel, bloc)
        self._aes = AESGCM(_deriver(cle._chiffrement, b"fichier", sel=sel))
        brut.write(self._entete)

    def writable(self) -> bool:
        """Toujours vrai."""
        return True

    def tell(self) -> int:
        """Nombre d'octets en clair déjà écrits (pyarrow le demande)."""
        return self._ecrits

    def write(self, donnees: Any) -> int:
        """Ajoute des octets en clair ; les blocs pleins partent chiffrés."""
        with memoryview(donnees).cast("B") as vue:
            self._tampon += vue
            self._ecrits += len(vue)
            longueur = len(vue)
        # Un bloc plein n'est écrit que lorsque la suite existe : le dernier bloc doit être marqué comme tel.
        debut = 0
        while len(self._tampon) - debut > self._bloc:
            self._sceller(bytes(self._tampon[debut : debut + self._bloc]), dernier=False)
            debut += self._bloc
        del self._tampon[:debut]
        return longueur

    def terminer(self) -> None:
        """Écrit le dernier bloc. À appeler une fois, quand tout est écrit."""
        self._sceller(bytes(self._tampon), dernier=True)
        self._tampon.clear()

    def _sceller(self, clair: bytes, *, dernier: bool) -> None:
        self._brut.write(self._aes.encrypt(_nonce(self._rang), clair, self._entete + _RANG.pack(self._rang, dernier)))
        self._rang += 1


class LectureChiffree(io.RawIOBase):
    """Flux de lecture : rend en clair, bloc par bloc, ce que `brut` contient chiffré."""

    def __init__(self, brut: BinaryIO, cle: Cle, nom: str) -> None:
        """Lit l'en-tête de `brut`. nom: ce que citent les messages d'erreur. Lève CleDifferente ou ContenuAltere."""
        super().__init__()
        self._brut, self._nom, self._rang = brut, nom, 0
        self._entete = brut.read(_ENTETE.size)
        if len(self._entete) < _ENTETE.size:
            raise self._altere()
        marque, empreinte, sel, bloc = _ENTETE.unpack(self._entete)
        if marque != MARQUE or not 0 < bloc <= BLOC_MAX:
            raise self._altere()
        if empreinte != cle.empreinte:
            raise CleDifferente(f"{nom} a été chiffré avec une autre clé : rétablissez celle qui l'a écrit.")
        self._aes = AESGCM(_deriver(cle._chiffrement, b"fichier", sel=sel))
        self._bloc = bloc + SCEAU
        self._suivant = brut.read(self._bloc)
        self._clair = memoryview(b"")
        self._fini = False

    def readable(self) -> bool:
        """Toujours vrai."""
        return True

    def readinto(self, tampon: Any) -> int:
        """Remplit `tampon` ; 0 à la fin du fichier, une fois le dernier bloc vérifié."""
        while not self._clair:
            if self._fini:
                return 0
            courant, self._suivant = self._suivant, self._brut.read(self._bloc)
            self._fini = not self._suivant
            scelle = self._entete + _RANG.pack(self._rang, self._fini)
            try:
                self._clair = memoryview(self._aes.decrypt(_nonce(self._rang), courant, scelle))
            except (InvalidTag, ValueError):
                # `from None` : l'erreur d'origine n'apprend rien de plus et ne doit rien traîner du contenu.
                raise self._altere() from None
            self._rang += 1
        with memoryview(tampon).cast("B") as vue:
            n = min(len(vue), len(self._clair))
            vue[:n] = self._clair[:n]
        self._clair = self._clair[n:]
        return n

    def _altere(self) -> ContenuAltere:
        return ContenuAltere(
            f"{self._nom} est tronqué, modifié ou n'est pas un fichier chiffré de l'entrepôt : "
            "rétablissez-le d'une sauvegarde."
        )


def synchroniser(chemin: Path) -> None:
    """Force l'écriture sur disque d'un fichier ou, pour un dossier, de la liste de ce qu'il contient."""
    fd = os.open(chemin, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def poser(fichier: Path, contenu: bytes, droits: int = 0o644) -> None:
    """Remplace un fichier d'un coup, avec ces droits dès sa création ; il est sur disque quand l'appel rend la main."""
    fichier.parent.mkdir(parents=True, exist_ok=True)
    temporaire = fichier.with_name(f".{fichier.name}.tmp")
    temporaire.unlink(missing_ok=True)
    with os.fdopen(os.open(temporaire, os.O_WRONLY | os.O_CREAT | os.O_EXCL, droits), "wb") as f:
        f.write(contenu)
        f.flush()
        os.fsync(f.fileno())
    temporaire.replace(fichier)
    synchroniser(fichier.parent)


def empreinte_de_fichier(chemin: Path) -> bytes | None:
    """Empreinte de la clé qui a chiffré `chemin`, ou None si ce n'est pas un fichier chiffré de l'entrepôt."""
    with chemin.open("rb") as brut:
        entete = brut.read(_ENTETE.size)
    if len(entete) < _ENTETE.size or not entete.startswith(MARQUE):
        return None
    return entete[8:16]


def _nonce(rang: int) -> bytes:
    return rang.to_bytes(12, "big")
