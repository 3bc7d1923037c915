"""Prendre une livraison : elle est en bronze entière et une seule fois, ou elle n'y est pas.

Tout s'écrit à côté ; la livraison existe à partir du renommage de bronze/.tmp-<livraison> vers bronze/<source>/. Un
arrêt brutal avant lui ne laisse qu'un dossier .tmp-, que la reprise efface avec ce qui l'accompagne. Ce module dit
aussi quelles livraisons sont en vigueur une nuit donnée (`effectives`) : c'est le seul endroit qui le dit.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from include.confidentialite import Cle, Oppositions, cle, partage, resumer, seul, synchroniser, verrou_de
from include.configuration import Dossiers, Nuit
from include.contrats import Contrat, nom_normalise, reconnaitre_nom, tous
from include.extraction.entetes import contrats_par_entetes
from include.extraction.expurgation import NonExpurgeable, expurger
from include.extraction.lecture import FichierRefuse, Lecture, lire

Manifeste = dict[str, Any]
INCONNUE = "_inconnue"
"""Tient lieu de source aux fichiers qu'aucun contrat ne reconnaît."""
ACCEPTEES = ("acceptee", "acceptee_avec_rejets")
_MORCEAU = 1 << 20
# Le disque ou la mémoire manquent : ce n'est pas la faute du fichier, la tâche doit échouer et être reprise.
_PANNES = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
journal = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Etat:
    """Ce qui change dès qu'un fichier est récrit, remplacé ou complété (ctime ne se falsifie pas, mtime si)."""

    octets: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def de(cls, chemin: Path) -> _Etat:
        s = chemin.stat()
        return cls(s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino)


@dataclass(frozen=True)
class _Fichier:
    """Un fichier à prendre : où il est et ce que son nom dit de sa date."""

    depots: Path
    chemin: str
    etat: _Etat
    date: dt.date | None
    annee: int | None

    @property
    def absolu(self) -> Path:
        return self.depots / self.chemin

    @property
    def nom(self) -> str:
        return self.absolu.name

    def verifier_inchange(self) -> None:
        """Lève _Modifie si le fichier n'est plus celui que l'on a commencé à lire."""
        try:
            etat = _Etat.de(self.absolu)
        except OSError:
            raise _Modifie from None
        if etat != self.etat:
            raise _Modifie


class _Modifie(Exception):
    """Le fichier a changé (ou n'est plus lisible) pendant qu'on le lisait."""


# --- Ce qui a déjà été pris ------------------------------------------------------------------------------------------


def manifestes(d: Dossiers, source: str = "*") -> list[Manifeste]:
    """Manifeste de chaque livraison de bronze (d'une source, ou de toutes), par source et dans l'ordre de prise."""
    lus = (json.loads(f.read_text(encoding="utf-8")) for f in d.bronze.glob(f"{source}/*/livraison.json"))
    return sorted(lus, key=lambda m: (m["source"], m["ordre"]))


def effectives(manifestes: Iterable[Manifeste], nuit: Nuit) -> list[Manifeste]:
    """Livraisons connues à la nuit, avec leur `rang` dans la source (1, 2…) et `effective` (en vigueur ou non).

    Le plus grand rang est celui de la plus tardive : d'abord la date que porte le nom, puis la nuit qui l'a prise, puis
    la date de modification, puis le chemin. Sont en vigueur, parmi les acceptées : la plus tardive (complet), la plus
    tardive de chaque date si chacune dit un état (complet, etats), la plus tardive de chaque année
    (complet_par_annee), toutes (increment).
    """
    connues: dict[str, list[Manifeste]] = {}
    for m in manifestes:
        if m["recu_le"] <= str(nuit.nuit):
            connues.setdefault(m["source"], []).append(m)
    contrats = tous()
    resultat = []
    for source, livraisons in sorted(connues.items()):
        rangees = sorted(livraisons, key=_tardivete)
        contrat = contrats.get(source)
        en_vigueur: dict[Any, str] = {}
        for m in rangees:
            if m["statut"] in ACCEPTEES and contrat is not None:
                en_vigueur[_ce_qu_elle_remplace(contrat, m)] = m["livraison"]
        retenues = set(en_vigueur.values())
        resultat += [m | {"rang": r, "effective": m["livraison"] in retenues} for r, m in enumerate(rangees, 1)]
    return resultat


def a_reprendre(d: Dossiers, livraisons: Iterable[Manifeste]) -> list[Manifeste]:
    """Livraisons dont ce qui a été refusé ou rejeté reste à corriger. livraisons: ce que rend `effectives`.

    Une livraison n'a plus rien à reprendre dès qu'une plus tardive, acceptée, porte son nom (la date comprise) ou dit
    la même chose ; un fichier refusé, dès qu'il est retiré des dépôts.
    """
    remplacees: set[tuple[Any, ...]] = set()
    retenues = []
    contrats = tous()
    for m in sorted(livraisons, key=lambda m: m["rang"], reverse=True):
        contrat = contrats.get(m["source"])
        dit: set[tuple[Any, ...]] = {(m["source"], "nom", nom_normalise(m["fichier"]))}
        if contrat is not None:
            dit.add((m["source"], "contenu", _ce_qu_elle_remplace(contrat, m)))
        reste = m["statut"] in ACCEPTEES or m["statut"] == "refusee" and (d.depots / m["chemin"]).exists()
        if reste and dit.isdisjoint(remplacees):
            retenues.append(m)
        if m["statut"] in ACCEPTEES:
            remplacees |= dit
    return sorted(retenues, key=lambda m: (m["source"], m["rang"]))


def _ce_qu_elle_remplace(contrat: Contrat, m: Manifeste) -> Any:
    """Ce que la livraison dit en entier : une plus tardive qui dit la même chose prend sa place."""
    if contrat.etats:
        return m["date_fichier"] or m["recu_le"]
    return {"complet": None, "complet_par_annee": m["annee_fichier"]}.get(contrat.mode, m["livraison"])


def deja_prise(dernier: Manifeste | None, *, sha256: str, mtime_ns: int, contrat_empreinte: str) -> bool:
    """Vrai si ce fichier n'apporte rien à `dernier`, dernier manifeste du même chemin dans la même source.

    Un fichier refusé n'est retenté que si ses octets ou le contrat ont changé (ou s'il est redéposé après une erreur
    interne : elle n'était pas de son fait).
    """
    if dernier is None or dernier["sha256"] != sha256:
        return False
    if dernier["statut"] == "refusee":
        redepose = dernier["erreur_interne"] and dernier["mtime_ns"] != mtime_ns
        return dernier["contrat_empreinte"] == contrat_empreinte and not redepose
    return bool(dernier["mtime_ns"] == mtime_ns)


def empreinte_contrat(source: str) -> str:
    """Empreinte du contrat d'une source ; sans contrat (fichiers inconnus), celle de tous les contrats."""
    contrats = tous()
    if source in contrats:
        return contrats[source].empreinte
    return hashlib.sha256("\n".join(sorted(c.empreinte for c in contrats.values())).encode()).hexdigest()


def empreinte_fichier(chemin: Path) -> str:
    """SHA-256 du contenu, lu par morceaux."""
    with chemin.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _tardivete(m: Manifeste) -> tuple[Any, ...]:
    # `ordre` ne départage que deux prises du même chemin dans la même nuit.
    return (m["date_fichier"] or m["recu_le"], m["recu_le"], m["mtime_ns"], m["chemin"], m["ordre"])


# --- Prendre les fichiers d'une source -------------------------------------------------------------------------------


def prendre(d: Dossiers, nuit: Nuit, source: str, chemins: list[str]) -> list[Manifeste]:
    """Prend les fichiers d'une source, du plus ancien au plus récent, et rend le manifeste de chacun.

    chemins: relatifs à depots/. source: un contrat, ou `_inconnue` pour les fichiers à refuser faute de contrat.

    Peut être rappelée après un arrêt : ce qui est déjà pris ne l'est pas deux fois. Un fichier inutilisable est refusé
    et n'arrête pas les autres. Un fichier disparu ou modifié pendant la lecture est laissé à la nuit prochaine : il est
    rendu avec le statut `laissee`, sans manifeste sur disque.

    Lève CleAbsente, CleInvalide, CleDifferente ou OperationInachevee sans rien écrire, et laisse passer les pannes de
    la machine (disque plein, mémoire) pour que la tâche soit reprise.
    """
    contrat = None if source == INCONNUE else tous()[source]
    with partage(d), seul(verrou_de(d, source)):
        la_cle = cle(d)
        oppositions = Oppositions.lire(d, la_cle)
        (d.bronze / source).mkdir(parents=True, exist_ok=True)
        d.archives.mkdir(parents=True, exist_ok=True)
        _nettoyer(d, source)
        historique = manifestes(d, source)
        resultat = []
        fichiers, disparus = _trier(d, nuit, contrat, chemins)
        for fichier in fichiers:
            try:
                m, nouveau = _prendre_un(d, nuit, source, contrat, fichier, historique, la_cle, oppositions)
            except _Modifie:
                m, nouveau = _laissee(source, fichier.chemin, "modifié pendant sa lecture"), False
            if nouveau:
                historique.append(m)
            resultat.append(m)
            journal.info("%s : %s%s", m["chemin"], m["statut"], f" ({m['motif']})" if m["motif"] else "")
    return resultat + [_laissee(source, chemin, "disparu ou illisible") for chemin in disparus]


def lire_archive(d: Dossiers, sha256: str, cle: Cle) -> bytes:
    """Octets reçus sous cette empreinte, déchiffrés et décompressés ; sans les personnes effacées depuis.

    Lève ContenuAltere ou CleDifferente.
    """
    with cle.lecteur(archive(d, sha256)) as flux, pa.CompressedInputStream(pa.PythonFile(flux, "r"), "zstd") as clair:
        return clair.read()


def _trier(d: Dossiers, nuit: Nuit, contrat: Contrat | None, chemins: list[str]) -> tuple[list[_Fichier], list[str]]:
    """Fichiers dans l'ordre des livraisons (date du nom, puis modification, puis chemin) ; et ceux qui ont disparu."""
    fichiers, disparus = [], []
    for chemin in sorted(set(chemins)):
        date, annee = None, None
        for candidat, date_du_nom, annee_du_nom in reconnaitre_nom(Path(chemin).name):
            if contrat is not None and candidat.source == contrat.source:
                date, annee = date_du_nom, annee_du_nom
        try:
            fichiers.append(_Fichier(d.depots, chemin, _Etat.de(d.depots / chemin), date, annee))
        except OSError:
            disparus.append(chemin)
    return sorted(fichiers, key=lambda f: (f.date or nuit.nuit, f.etat.mtime_ns, f.chemin)), disparus


def _prendre_un(
    d: Dossiers,
    nuit: Nuit,
    source: str,
    contrat: Contrat | None,
    f: _Fichier,
    historique: list[Manifeste],
    la_cle: Cle,
    oppositions: Oppositions,
) -> tuple[Manifeste, bool]:
    """Manifeste du fichier, et s'il vient d'être écrit. Lève _Modifie si le fichier a changé entre-temps."""
    try:
        sha256 = empreinte_fichier(f.absolu)
    except OSError:
        raise _Modifie from None
    empreinte = empreinte_contrat(source)
    dernier = next((m for m in reversed(historique) if m["chemin"] == f.chemin), None)
    if dernier and deja_prise(dernier, sha256=sha256, mtime_ns=f.etat.mtime_ns, contrat_empreinte=empreinte):
        return dernier, False
    livraison = _identifiant(d, nuit, source)
    manifeste: Manifeste = {
        "livraison": livraison,
        "source": source,
        "axe": contrat.axe if contrat else "transverse",
        "fichier": f.nom,
        "chemin": f.chemin,
        "sha256": sha256,
        "mtime_ns": f.etat.mtime_ns,
        "octets": f.etat.octets,
        "date_fichier": f.date.isoformat() if f.date else None,
        "annee_fichier": f.annee,
        "recu_le": str(nuit.nuit),
        "ordre": historique[-1]["ordre"] + 1 if historique else 1,
        "contrat_empreinte": empreinte,
    } | _RIEN_DE_LU
    provisoire = d.bronze / f".tmp-{livraison}"
    provisoire.mkdir()
    try:
        if jumelle := _deja_acceptee(historique, f.nom, sha256):
            manifeste |= {"statut": "doublon", "motif": f"mêmes octets que la livraison {jumelle} : sans effet"}
        else:
            lu, lecture = _lu_ou_refuse(d, nuit, contrat, f, livraison, provisoire, la_cle, oppositions)
            manifeste |= lu
            # Après la lecture, qui dit quels noms l'archive ne doit pas garder.
            with seul(verrou_de(d, "archives")):
                if contrat is not None and lecture is not None and manifeste["expurgee"]:
                    _archiver_expurgee(d, f, manifeste, contrat, lecture, la_cle)
                else:
                    _archiver(d, f, sha256, livraison, la_cle)
        f.verifier_inchange()
        _engager(d, manifeste, provisoire)
    except BaseException:
        _effacer(d, source, livraison)
        raise
    return manifeste, True


_RIEN_DE_LU: Manifeste = {
    "lignes_lues": 0,
    "chargees": 0,
    "rejetees": 0,
    "laissees": 0,
    "laissees_vides": 0,
    "laissees_total": 0,
    "laissees_doublons": 0,
    "statut": "",
    "motif": None,
    "erreur_interne": False,
    "encodage": None,
    "separateur": None,
    "feuilles": [],
    "colonnes_inconnues": [],
    "titres": {},
    "controles": [],
    "expurgee": False,
}
"""expurgee : le fichier nomme une personne effacée, que la livraison et son archive n'ont plus."""


def _laissee(source: str, chemin: str, pourquoi: str) -> Manifeste:
    return _RIEN_DE_LU | {
        "livraison": None,
        "source": source,
        "fichier": Path(chemin).name,
        "chemin": chemin,
        "statut": "laissee",
        "motif": f"fichier {pourquoi} : laissé à la nuit prochaine",
    }


def _deja_acceptee(historique: list[Manifeste], nom: str, sha256: str) -> str | None:
    """Livraison acceptée la plus tardive de ce nom, si elle a ces octets-là : la reprendre n'apporterait rien."""
    normalise = nom_normalise(nom)
    memes = [m for m in historique if m["statut"] in ACCEPTEES and nom_normalise(m["fichier"]) == normalise]
    derniere = max(memes, key=_tardivete, default=None)
    return derniere["livraison"] if derniere and derniere["sha256"] == sha256 else None


def _lu_ou_refuse(
    d: Dossiers,
    nuit: Nuit,
    contrat: Contrat | None,
    f: _Fichier,
    livraison: str,
    provisoire: Path,
    la_cle: Cle,
    oppositions: Oppositions,
) -> tuple[Manifeste, Lecture | None]:
    """Lit le fichier dans `provisoire` ; rend ce que le manifeste doit en dire, et la lecture s'il n'est pas refusé."""
    try:
        if contrat is None:
            raise FichierRefuse(_motif_inconnu(f))
        if contrat.mode == "complet_par_annee" and f.annee is None:
            raise FichierRefuse(
                "ce fichier remplace une année entière, mais son nom ne dit pas laquelle : "
                f"renommez-le {contrat.fichier} (AAAA est l'année) et déposez-le à nouveau"
            )
        lecture = lire(
            f.absolu,
            contrat,
            date_fichier=f.date,
            annee_fichier=f.annee,
            nuit=nuit,
            livraison=livraison,
            cle=la_cle,
            sortie=provisoire,
            oppositions=oppositions,
        )
        _verifier(contrat, lecture, provisoire)
        f.verifier_inchange()
        _ecrire_prive(d, contrat, lecture, livraison, la_cle)
    except FichierRefuse as refus:
        motif, interne = str(refus), False
    except _Modifie:
        raise
    except Exception as erreur:
        if _est_panne(erreur):
            raise
        # Ni le message ni les variables de l'erreur : ils citent volontiers la cellule en cause.
        motif, interne = (
            (
                f"erreur interne ({type(erreur).__name__}) pendant la lecture : signalez-la à l'équipe données, "
                "puis déposez à nouveau le fichier une fois la correction faite"
            ),
            True,
        )
        journal.error("%s : %s", f.chemin, resumer(erreur))
    else:
        return _resume(lecture, contrat, livraison), lecture
    # Une lecture refusée en chemin a pu écrire un début : une livraison refusée n'a que son manifeste.
    _effacer_a_cote(d, contrat.source if contrat else INCONNUE, livraison)
    for reste in provisoire.iterdir():
        reste.unlink()
    return {"statut": "refusee", "motif": motif, "erreur_interne": interne}, None


def _resume(lecture: Lecture, contrat: Contrat, livraison: str) -> Manifeste:
    rejetees = lecture.rejetees
    return {
        "lignes_lues": lecture.lignes_lues,
        "chargees": lecture.chargees,
        "rejetees": rejetees,
        "laissees": lecture.laissees_vides + lecture.laissees_total + lecture.laissees_doublons,
        "laissees_vides": lecture.laissees_vides,
        "laissees_total": lecture.laissees_total,
        "laissees_doublons": lecture.laissees_doublons,
        "statut": "acceptee_avec_rejets" if rejetees else "acceptee",
        "motif": f"{rejetees} ligne(s) rejetée(s) : voir rejets/{contrat.source}/{livraison}.csv" if rejetees else None,
        "encodage": lecture.encodage,
        "separateur": lecture.separateur,
        "feuilles": list(lecture.feuilles),
        "colonnes_inconnues": list(lecture.colonnes_inconnues),
        "titres": lecture.titres,
        "controles": list(lecture.controles),
        "expurgee": bool(lecture.opposees or lecture.opposees_ecartees),
    }


def _verifier(contrat: Contrat, lecture: Lecture, provisoire: Path) -> None:
    """Conservation des lignes, et aucune colonne de trop en bronze. Lève AssertionError : un défaut du programme."""
    laissees = lecture.laissees_vides + lecture.laissees_total + lecture.laissees_doublons
    if lecture.lignes_lues != lecture.chargees + lecture.rejetees + laissees:
        raise AssertionError("conservation des lignes")
    lignes = pq.ParquetFile(provisoire / "lignes.parquet")
    if lignes.metadata.num_rows != lecture.chargees:
        raise AssertionError("lignes écrites et lignes chargées diffèrent")
    if set(lignes.schema_arrow.names) != set(contrat.colonnes_bronze()):
        raise AssertionError("colonnes de bronze")


def _motif_inconnu(f: _Fichier) -> str:
    candidats = contrats_de(f.absolu)
    if candidats:
        noms = " ou ".join(sorted(c.fichier for c in candidats))
        return f"plusieurs contrats conviennent à ses en-têtes : nommez-le {noms} et déposez-le à nouveau"
    noms = ", ".join(sorted(c.fichier for c in tous().values()))
    return (
        "ni son nom ni ses en-têtes ne correspondent à un fichier attendu : vérifiez la ligne d'en-têtes, "
        f"nommez-le comme l'un de ceux-ci et déposez-le à nouveau : {noms}"
    )


def contrats_de(chemin: Path) -> list[Contrat]:
    """Contrats dont les en-têtes conviennent au fichier ; aucun si le fichier n'est pas lisible comme un tableau."""
    try:
        return contrats_par_entetes(chemin)
    except Exception as erreur:
        if _est_panne(erreur):
            raise
        journal.info("%s : en-têtes illisibles (%s)", chemin.name, type(erreur).__name__)
        return []


# --- Écrire ----------------------------------------------------------------------------------------------------------


def _archiver(d: Dossiers, f: _Fichier, sha256: str, livraison: str, la_cle: Cle) -> None:
    """Garde les octets reçus, compressés et chiffrés. Lève _Modifie si ce ne sont plus ceux de l'empreinte."""
    destination = archive(d, sha256)
    if destination.exists():
        return
    calcul = hashlib.sha256()
    temporaire = d.archives / f".tmp-{livraison}"
    with f.absolu.open("rb") as clair, la_cle.ecrivain(destination, temporaire=temporaire) as flux:
        with pa.CompressedOutputStream(pa.PythonFile(flux, "w"), "zstd") as compresse:
            while morceau := clair.read(_MORCEAU):
                calcul.update(morceau)
                compresse.write(morceau)
        if calcul.hexdigest() != sha256:
            raise _Modifie


def _archiver_expurgee(
    d: Dossiers, f: _Fichier, manifeste: Manifeste, contrat: Contrat, lecture: Lecture, la_cle: Cle
) -> None:
    """Garde les octets reçus, sans les personnes effacées ; rien n'est gardé si on ne sait pas les en ôter.

    Le même fichier peut servir un autre contrat et être déjà archivé : c'est alors l'archive qui se récrit.
    Lève _Modifie si les octets ne sont plus ceux de l'empreinte.
    """
    sha256 = manifeste["sha256"]
    deja = archive(d, sha256).exists()
    octets = lire_archive(d, sha256, la_cle) if deja else f.absolu.read_bytes()
    if not deja and hashlib.sha256(octets).hexdigest() != sha256:
        raise _Modifie
    jour = dt.date.fromisoformat(manifeste["date_fichier"] or manifeste["recu_le"])
    try:
        octets, _ = expurger(
            octets, contrat, jour, chargees=lecture.opposees, entiere=lambda lieu, _: lieu in lecture.opposees_ecartees
        )
    except NonExpurgeable:
        archive(d, sha256).unlink(missing_ok=True)
        journal.warning("%s : archive non gardée, une personne effacée y est nommée et ne peut en être ôtée", f.chemin)
        return
    ecrire_archive(d, sha256, octets, la_cle)


def ecrire_archive(d: Dossiers, sha256: str, octets: bytes, la_cle: Cle) -> None:
    """Remplace d'un coup ce qui est gardé des octets reçus sous cette empreinte."""
    with (
        la_cle.ecrivain(archive(d, sha256)) as flux,
        pa.CompressedOutputStream(pa.PythonFile(flux, "w"), "zstd") as clair,
    ):
        clair.write(octets)


def _ecrire_prive(d: Dossiers, contrat: Contrat, lecture: Lecture, livraison: str, la_cle: Cle) -> None:
    """Identités et valeurs rejetées : chiffrées si la source est nominative ; lignes rejetées lisibles dans rejets/."""
    if lecture.identites is not None:
        _ecrire_chiffre(d.prive / "identites", contrat, livraison, lecture.identites, la_cle)
    rejets = lecture.valeurs_rejetees
    if rejets is None or not rejets.num_rows:
        return
    if contrat.nominatif:
        # Dans une ligne décalée un nom peut tomber dans n'importe quelle colonne : aucune valeur ne sort en clair.
        _ecrire_chiffre(d.prive / "rejets", contrat, livraison, rejets, la_cle)
        vide = pa.array([""] * rejets.num_rows, pa.string())
        rejets = rejets.set_column(rejets.column_names.index("valeur"), "valeur", vide)
    chemin = d.rejets / contrat.source / f"{livraison}.csv"
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with chemin.open("wb") as f:
        f.write(b"\xef\xbb\xbf")
        pacsv.write_csv(_inoffensif(rejets), f, pacsv.WriteOptions(delimiter=";", quoting_style="all_valid"))
    synchroniser(chemin)
    synchroniser(chemin.parent)


def _ecrire_chiffre(dossier: Path, contrat: Contrat, livraison: str, table: pa.Table, la_cle: Cle) -> None:
    la_cle.ecrire_table(dossier / contrat.source / f"{livraison}.parquet.enc", table)


def _inoffensif(table: pa.Table) -> pa.Table:
    """Table en texte dont aucune cellule n'est une formule pour un tableur."""
    colonnes = [pc.fill_null(c.cast(pa.string()), "") for c in table.columns]
    return pa.table(
        [pc.replace_substring_regex(c, r"\A([=+\-@\t\r\n])", r"'\1") for c in colonnes], names=table.column_names
    )


def _engager(d: Dossiers, manifeste: Manifeste, provisoire: Path) -> None:
    """Rend la livraison définitive : tout est sur disque, puis un seul renommage."""
    (provisoire / "livraison.json").write_text(json.dumps(manifeste, ensure_ascii=False, indent=1), encoding="utf-8")
    for fichier in provisoire.iterdir():
        synchroniser(fichier)
    synchroniser(provisoire)
    destination = d.bronze / manifeste["source"] / manifeste["livraison"]
    provisoire.rename(destination)
    synchroniser(destination.parent)
    synchroniser(d.bronze)


def _identifiant(d: Dossiers, nuit: Nuit, source: str) -> str:
    prefixe = f"{source}-{nuit.nuit:%Y%m%d}-"
    numeros = [int(p.name.removeprefix(prefixe)) for p in (d.bronze / source).glob(f"{prefixe}*")]
    return f"{prefixe}{max(numeros, default=0) + 1:03d}"


def archive(d: Dossiers, sha256: str) -> Path:
    """Où sont gardés les octets reçus sous cette empreinte."""
    return d.archives / f"{sha256}.zst.enc"


def _effacer(d: Dossiers, source: str, livraison: str) -> None:
    """Efface tout ce qu'une livraison a laissé, sauf si elle est engagée. Son archive reste, sous son empreinte."""
    if (d.bronze / source / livraison).exists():
        return
    _effacer_a_cote(d, source, livraison)
    # Le dossier en dernier : tant qu'il est là, un arrêt pendant le ménage se reprend.
    shutil.rmtree(d.bronze / f".tmp-{livraison}", ignore_errors=True)


def _effacer_a_cote(d: Dossiers, source: str, livraison: str) -> None:
    for chemin in (
        d.prive / "identites" / source / f"{livraison}.parquet.enc",
        d.prive / "rejets" / source / f"{livraison}.parquet.enc",
    ):
        chemin.unlink(missing_ok=True)
        chemin.with_name(f".{chemin.name}.tmp").unlink(missing_ok=True)
    (d.rejets / source / f"{livraison}.csv").unlink(missing_ok=True)
    (d.archives / f".tmp-{livraison}").unlink(missing_ok=True)


def _nettoyer(d: Dossiers, source: str) -> None:
    """Efface les restes d'un arrêt brutal de cette source (le verrou assure que personne n'y travaille)."""
    forme = re.compile(rf"\.tmp-({re.escape(source)}-\d{{8}}-\d+)")
    for provisoire in d.bronze.glob(".tmp-*"):
        if trouve := forme.fullmatch(provisoire.name):
            _effacer(d, source, trouve.group(1))


def _est_panne(erreur: Exception) -> bool:
    """Vrai si c'est la machine qui manque de place ou de mémoire, quel que soit le paquet qui le dit."""
    if isinstance(erreur, (MemoryError, duckdb.OutOfMemoryException)):
        return True
    return getattr(erreur, "errno", None) in _PANNES or os.strerror(errno.ENOSPC) in str(erreur)
