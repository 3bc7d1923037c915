"""La liste de revue : les couples d'identités douteux, et ce qu'une personne en décide.

prive/revue_personnes.csv est en clair (il faut lire les noms pour décider), lisible de son seul propriétaire. Chaque
nuit y prend les décisions nouvelles, qui entrent au journal et valent pour toujours, puis le récrit : les couples à
décider d'abord, ceux déjà décidés ensuite, pour qu'une décision puisse être changée.
"""

from __future__ import annotations

import csv
import io
import logging
import os
from pathlib import Path
from typing import Any

import pyarrow as pa

from include.confidentialite import Cle, synchroniser
from include.configuration import Dossiers, Nuit
from include.csv_francais import cellule
from include.extraction.entetes import plier
from include.personnes.registre import DECISIONS, DOUTEUSES

MEME, DIFFERENTES = "meme", "differentes"
_ECRITES = {"meme": MEME, "differentes": DIFFERENTES}
_MONTREES = {MEME: "même", DIFFERENTES: "différentes", "": ""}
_TRAITS = ("nom", "nom_naissance", "prenom", "date_naissance", "sexe", "commune")
COLONNES = (
    "decision",
    "pourquoi",
    "score",
    *(f"{trait}_{cote}" for trait in _TRAITS for cote in ("a", "b")),
    "decide_le",
    "identite_a",
    "identite_b",
)
journal = logging.getLogger(__name__)


class RevueIllisible(ValueError):
    """Le fichier de revue a perdu sa forme ; il contient peut-être des décisions, il n'est donc pas récrit."""


def chemin(d: Dossiers) -> Path:
    """Le fichier de revue."""
    return d.prive / "revue_personnes.csv"


def recueillir(d: Dossiers, cle: Cle, nuit: Nuit) -> dict[tuple[str, str], str]:
    """Enregistre les décisions nouvelles ou changées du fichier ; rend la décision de chaque couple à cette nuit.

    Une décision illisible est dite (ligne et colonne, sans valeur) et laissée dans le fichier. Lève RevueIllisible
    si le fichier a perdu sa forme.
    """
    decidees = decisions(d, cle, nuit)
    nouvelles = []
    for couple, ecrite, _ in _lues(d, avertir=True):
        if ecrite in _MONTREES and ecrite and decidees.get(couple) != ecrite:
            decidees[couple] = ecrite
            nouvelles.append({"a": couple[0], "b": couple[1], "decision": ecrite})
    DECISIONS.ajouter(d, cle, nuit, nouvelles)
    if nouvelles:
        journal.info("revue des personnes : %d décision(s) nouvelle(s) prise(s) en compte", len(nouvelles))
    return decidees


def decisions(d: Dossiers, cle: Cle, nuit: Nuit | None = None) -> dict[tuple[str, str], str]:
    """Dernière décision de chaque couple d'identités, jusqu'à la nuit donnée : meme ou differentes."""
    return {(v["a"], v["b"]): v["decision"] for v in DECISIONS.lire(d, cle, nuit).to_pylist()}


def ecrire(d: Dossiers, cle: Cle, fiches: pa.Table, personnes: dict[str, str]) -> int:
    """Récrit le fichier de revue ; rend le nombre de couples à décider.

    fiches: voir identites.FICHES. personnes: personne de chaque identité ; un couple réuni depuis n'est plus douteux.
    """
    par_identite: dict[str, dict[str, list[str]]] = {}
    for fiche in fiches.to_pylist():
        traits = par_identite.setdefault(fiche["identite_id"], {trait: [] for trait in _TRAITS})
        for trait in _TRAITS:
            if fiche[trait] and fiche[trait] not in traits[trait]:
                traits[trait].append(fiche[trait])
    decidees = DECISIONS.lire(d, cle).to_pylist()
    decide_le = {(v["a"], v["b"]): v for v in decidees}
    douteuses = {(v["a"], v["b"]): v for v in DOUTEUSES.lire(d, cle).to_pylist()}
    illisibles = {couple: texte for couple, ecrite, texte in _lues(d) if ecrite not in _MONTREES}
    lignes, a_decider = [], 0
    for couple in sorted(douteuses.keys() | decide_le.keys(), key=lambda c: _rang(c, douteuses, decide_le)):
        a, b = couple
        if a not in par_identite or b not in par_identite:
            continue
        decision = decide_le.get(couple, {}).get("decision", "")
        if not decision and personnes.get(a) == personnes.get(b):
            continue
        a_decider += not decision
        vue = douteuses.get(couple, {})
        lignes.append(
            {
                "decision": illisibles.get(couple) or _MONTREES[decision],
                "pourquoi": vue.get("motif", "couple ajouté à la main"),
                "score": vue.get("score"),
                "decide_le": decide_le.get(couple, {}).get("nuit"),
                "identite_a": a,
                "identite_b": b,
            }
            | {f"{t}_{cote}": " / ".join(par_identite[i][t]) for t in _TRAITS for cote, i in (("a", a), ("b", b))}
        )
    _poser(chemin(d), lignes)
    return a_decider


def oublier(d: Dossiers, identites: set[str]) -> int:
    """Ôte du fichier les couples où figure l'une de ces identités ; rend leur nombre."""
    lignes = list(_lecture(d) or ())
    gardees = [v for v in lignes if identites.isdisjoint((v.get("identite_a"), v.get("identite_b")))]
    if len(gardees) < len(lignes):
        _poser(chemin(d), gardees)
    return len(lignes) - len(gardees)


def _rang(
    couple: tuple[str, str], douteuses: dict[tuple[str, str], Any], decidees: dict[tuple[str, str], Any]
) -> tuple[Any, ...]:
    """À décider d'abord, du plus ressemblant au moins ressemblant."""
    return couple in decidees, -(douteuses.get(couple, {}).get("score") or 0.0), couple


def _lues(d: Dossiers, *, avertir: bool = False) -> list[tuple[tuple[str, str], str, str]]:
    """Couple, décision reconnue (« ? » si elle est illisible, vide s'il n'y en a pas) et texte écrit, ligne à ligne."""
    lecture = _lecture(d)
    if lecture is None:
        return []
    trouvees = []
    for ligne in lecture:
        texte = (ligne["decision"] or "").strip()
        couple = (ligne["identite_a"] or "", ligne["identite_b"] or "")
        ecrite = _ECRITES.get(plier(texte), "?") if texte else ""
        if ecrite == "?" and avertir:
            journal.warning(
                "prive/revue_personnes.csv, ligne %d, colonne decision : ni « même » ni « différentes » ; "
                "écrivez l'un des deux, ou laissez vide",
                lecture.line_num,
            )
        trouvees.append((min(couple, couple[::-1]), ecrite, texte))
    return trouvees


def _lecture(d: Dossiers) -> csv.DictReader[str] | None:
    """Le fichier de revue, tel qu'un tableur a pu l'enregistrer : UTF-8 ou cp1252, « ; » ou « , »."""
    if not chemin(d).exists():
        return None
    octets = chemin(d).read_bytes()
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = octets.decode("cp1252", errors="replace")
    entete = texte.partition("\n")[0]
    lecture = csv.DictReader(io.StringIO(texte, newline=""), delimiter=";" if ";" in entete else ",")
    if not {"decision", "identite_a", "identite_b"} <= set(lecture.fieldnames or ()):
        raise RevueIllisible(
            "prive/revue_personnes.csv n'est plus lisible : les colonnes decision, identite_a et identite_b y sont "
            "attendues. Rendez-lui ces titres, ou mettez-le de côté : il sera récrit, sans les décisions non lues."
        )
    return lecture


def _poser(fichier: Path, lignes: list[dict[str, Any]]) -> None:
    """Remplace le fichier d'un coup, lisible de son seul propriétaire ; sans couple, il n'y en a pas."""
    if not lignes:
        fichier.unlink(missing_ok=True)
        return
    temporaire = fichier.with_name(f".{fichier.name}.tmp")
    ouvert = os.open(temporaire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(ouvert, "w", encoding="utf-8-sig", newline="") as f:
        sortie = csv.writer(f, delimiter=";", lineterminator="\r\n")
        sortie.writerow(COLONNES)
        sortie.writerows([cellule(ligne.get(c)) for c in COLONNES] for ligne in lignes)
        f.flush()
        os.fsync(f.fileno())
    temporaire.replace(fichier)
    synchroniser(fichier.parent)
