"""Vérifier un fichier sans lancer de nuit : `python -m include.extraction.verifier FICHIER` (make check-file).

Le verdict est celui qu'aurait une nuit : accepté (code 0), accepté avec des lignes rejetées (1) ou refusé (2). Rien
n'est gardé du fichier, et aucune valeur n'est montrée d'une source qui nomme des personnes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from include.confidentialite import Cle
from include.configuration import Nuit
from include.contrats import Contrat, reconnaitre_nom, tous
from include.extraction.attendu import a_faire, attendu, dans_un_motif
from include.extraction.entetes import contrats_par_entetes
from include.extraction.formats import SEPARATEURS
from include.extraction.lecture import FichierRefuse, Lecture, lire

ACCEPTE, AVEC_REJETS, REFUSE = 0, 1, 2
MONTREES = 20
"""Nombre de cellules rejetées, puis réparées, montrées une à une."""


def verifier(chemin: Path, nuit: Nuit, *, montrees: int = MONTREES) -> tuple[int, str]:
    """Lit le fichier comme le ferait une nuit, pour chaque contrat qui l'attend.

    Rend le code de sortie (le plus grave des contrats) et le verdict, en français.
    """
    attendus = reconnaitre_nom(chemin.name)
    try:
        attendus = attendus or [(c, None, None) for c in _par_entetes(chemin)]
    except FichierRefuse as refus:
        return REFUSE, _refus(chemin.name, str(refus))
    verdicts = [_pour(chemin, contrat, date, annee, nuit, montrees) for contrat, date, annee in attendus]
    return max(code for code, _ in verdicts), "\n\n".join(texte for _, texte in verdicts)


def _par_entetes(chemin: Path) -> list[Contrat]:
    """Le contrat que disent les en-têtes. Lève FichierRefuse s'il n'y en a pas exactement un."""
    contrats = contrats_par_entetes(chemin)
    if len(contrats) == 1:
        return contrats
    noms = ", ".join(sorted(c.fichier for c in contrats or tous().values()))
    if contrats:
        raise FichierRefuse(f"plusieurs contrats conviennent à ses en-têtes : nommez-le comme l'un de ceux-ci : {noms}")
    raise FichierRefuse(f"ni son nom ni ses en-têtes ne correspondent à un fichier attendu : {noms}")


def _pour(
    chemin: Path, contrat: Contrat, date: dt.date | None, annee: int | None, nuit: Nuit, montrees: int
) -> tuple[int, str]:
    if contrat.mode == "complet_par_annee" and annee is None:
        motif = f"ce fichier remplace une année entière, mais son nom ne dit pas laquelle : nommez-le {contrat.fichier}"
        return REFUSE, _refus(chemin.name, motif, contrat)
    # Une clé d'un instant : les pseudonymes de cette lecture ne servent à rien et disparaissent avec elle.
    with tempfile.TemporaryDirectory(prefix="verification-") as dossier:
        try:
            lecture = lire(
                chemin,
                contrat,
                date_fichier=date,
                annee_fichier=annee,
                nuit=nuit,
                livraison="verification",
                cle=Cle(os.urandom(32)),
                sortie=Path(dossier),
            )
        except FichierRefuse as refus:
            return REFUSE, _refus(chemin.name, str(refus), contrat)
        anomalies = pq.read_table(Path(dossier) / "anomalies.parquet").to_pylist()
    code = AVEC_REJETS if lecture.rejetees else ACCEPTE
    return code, "\n".join(_verdict(chemin.name, contrat, lecture, anomalies, montrees, date or nuit.nuit))


def _refus(nom: str, motif: str, contrat: Contrat | None = None) -> str:
    comme = f"\n  lu comme : {contrat.libelle} ({contrat.fichier})" if contrat else ""
    return f"{nom} : REFUSÉ{comme}\n  motif : {motif}"


def _verdict(
    nom: str, contrat: Contrat, lecture: Lecture, anomalies: list[dict[str, str]], montrees: int, jour: dt.date
) -> Iterator[str]:
    """Lignes du verdict d'un fichier utilisable."""
    yield f"{nom} : ACCEPTÉ" + (f" AVEC {lecture.rejetees} LIGNE(S) REJETÉE(S)" if lecture.rejetees else "")
    yield f"  lu comme : {contrat.libelle} ({contrat.fichier})"
    if lecture.separateur:
        yield f"  format : texte {lecture.encodage}, {SEPARATEURS[lecture.separateur]}"
    else:
        yield f"  format : classeur, feuille « {', '.join(lecture.feuilles)} »"
    yield (
        f"  lignes : {lecture.lignes_lues} lues = {lecture.chargees} chargées + {lecture.rejetees} rejetées + "
        f"{lecture.laissees_vides} vides + {lecture.laissees_total} TOTAL + {lecture.laissees_doublons} doublons exacts"
    )
    for controle in lecture.controles:
        signe = "conforme" if controle["verdict"] == "conforme" else "À VOIR"
        yield f"  {signe} : {controle['message']}"
    if lecture.valeurs_rejetees is not None:
        rejets = lecture.valeurs_rejetees.to_pylist()
        yield from _cellules("rejetées", rejets, contrat, montrees)
        yield from _attendues(rejets, contrat, jour)
    yield from _cellules("réparées ou vidées", anomalies, contrat, montrees)
    yield from _attendues(anomalies, contrat, jour)


def _cellules(titre: str, cellules: Sequence[dict[str, str]], contrat: Contrat, montrees: int) -> Iterator[str]:
    """Cellules en cause, une par ligne ; leur valeur n'est montrée que si la source ne nomme personne."""
    if not cellules:
        return
    yield f"  cellules {titre} : {len(cellules)}"
    for c in cellules[:montrees]:
        lieu = f"ligne {c['ligne']}" + (f" de « {c['feuille']} »" if c["feuille"] else "")
        valeur = f" [{c['valeur']}]" if c.get("valeur") and not contrat.nominatif else ""
        yield f"    {lieu}, {c['colonne']}{valeur} : {c['motif']}"
    if len(cellules) > montrees:
        yield f"    … et {len(cellules) - montrees} autre(s)"


def _attendues(cellules: Sequence[dict[str, str]], contrat: Contrat, jour: dt.date) -> Iterator[str]:
    """Ce qui était attendu, une fois par colonne et par motif, là où le motif ne le dit pas déjà."""
    colonnes = {c.entete: c for c in contrat.colonnes}
    for entete, motif in dict.fromkeys((c["colonne"], c["motif"]) for c in cellules):
        if entete not in colonnes or not motif.startswith(dans_un_motif(colonnes[entete])):
            yield f"  attendu, {entete} : {attendu(contrat, entete, motif, jour)}. {a_faire(motif)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Vérifie un fichier, imprime le verdict et rend le code de sortie."""
    analyseur = argparse.ArgumentParser(
        prog="make check-file", description="Dit si une nuit accepterait ce fichier, et ce qu'elle en rejetterait."
    )
    analyseur.add_argument("fichier", type=Path)
    analyseur.add_argument("--nuit", default=None, help="nuit supposée, AAAA-MM-JJ (par défaut aujourd'hui)")
    analyseur.add_argument("--montrer", type=int, default=MONTREES, help="nombre de cellules montrées (défaut : 20)")
    options = analyseur.parse_args(arguments)
    try:
        nuit = Nuit.de(options.nuit)
        code, verdict = verifier(options.fichier, nuit, montrees=options.montrer)
    except OSError as erreur:
        code, verdict = REFUSE, _refus(str(options.fichier), f"fichier illisible ({erreur.strerror})")
    except ValueError as erreur:
        code, verdict = REFUSE, str(erreur)
    print(verdict)
    return code


if __name__ == "__main__":
    sys.exit(main())
