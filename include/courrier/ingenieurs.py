"""Le compte rendu d'une nuit pour l'équipe données : ce qui est à faire, rangé par qui peut le faire.

Il part chaque nuit, publiée, muette ou en échec. Tout vient de ce que la nuit a rendu et du suivi des livraisons ;
aucune valeur de cellule n'y est.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from expectations.controle import EQUIPE_DONNEES
from include.configuration import Dossiers, Nuit, organisation
from include.contrats import tous
from include.courrier.contenu import Contenu, Lien, Liste, Rubrique, quelques
from include.extraits.francais import accord, date
from include.extraits.lecture import libelles_axes
from include.suivi import passages
from include.suivi.etat import lire_etat, par_motif

MONTRES, ETAPES = 12, 3
"""Faits montrés d'une liste, étapes citées d'une même panne ; la page de suivi a tout."""
TITRES = {
    "panne": "Étapes en échec",
    "bloquant": "Contrôles bloquants",
    "refus": "Fichiers refusés cette nuit",
    "retard": "Fichiers en retard",
    "rejets": "Lignes rejetées cette nuit",
    "signale": "Contrôles signalés",
    "decision": "À décider",
    "attente": "Laissés à la nuit prochaine",
}
"""Natures de faits, dans l'ordre où ils se montrent."""
# Le retard et le refus sont dits ici de la livraison même, et non du contrôle qui les constate.
_DITS_AUTREMENT = (".fraicheur", ".refus")
_PIED = "Envoyé automatiquement par l'entrepôt. Destinataires : organisation.yml, courrier.ingenieurs."

Faits = dict[str, dict[str, list[str]]]
"""Par responsable, puis par nature (clé de TITRES)."""


def compte_rendu(d: Dossiers, resultat: dict[str, Any], compte: dict[str, Any] | None) -> Contenu:
    """Ce que la nuit laisse à faire.

    resultat: celui d'include.nuit.executer, avec « echecs » ; il peut y manquer ce que la nuit n'a pas fait. compte: ce
    que rend include.suivi.rendre_compte, None s'il a échoué : le suivi des livraisons n'est alors pas lu.
    """
    nuit = date(dt.date.fromisoformat(resultat["nuit"]["nuit"]))
    faits = _faits(d, resultat, compte)
    issue, etat, phrase = _issue(resultat)
    resume = [phrase, _livraisons(resultat.get("livraisons", []))]
    if not faits:
        resume.append(
            "Rien à faire : ni fichier refusé ou en retard, ni ligne rejetée, ni contrôle en écart, ni panne."
        )
    retours = {r["partenaire"]: Path(r["fichier"]).name for r in (compte or {}).get("retours", ())}
    return Contenu(
        sujet=f"[{organisation()['nom']}] Nuit du {nuit} : {issue}",
        titre=f"Nuit du {nuit} : {issue}",
        etat="attention" if faits and etat == "bon" else etat,
        resume=resume,
        rubriques=[
            _rubrique(responsable, siens, retours.get(responsable))
            # L'équipe d'abord : ce qui la regarde arrête les autres.
            for responsable, siens in sorted(faits.items(), key=lambda x: (x[0] != EQUIPE_DONNEES, x[0]))
        ],
        liens=_liens({"Suivi des livraisons et des nuits": "suivi/index.html"} if compte else {}),
        pied=["Un seul message par nuit, qu'elle ait publié ou non.", _PIED],
    )


def sans_nouvelles(nuit: str) -> Contenu:
    """L'alerte d'une nuit dont rien n'est revenu. nuit: AAAA-MM-JJ."""
    titre = f"La nuit du {date(dt.date.fromisoformat(nuit))} n'a pas rendu compte"
    return Contenu(
        sujet=f"[{organisation()['nom']}] {titre}",
        titre=titre,
        etat="grave",
        resume=[
            "Le journal des nuits n'a rien pour elle : ni publication, ni silence, ni échec.",
            "La dernière publication reste en place, entière ; ses chiffres ne sont pas rafraîchis.",
        ],
        rubriques=[
            Rubrique(
                EQUIPE_DONNEES,
                listes=[
                    Liste(
                        "Dans l'interface d'Airflow, le DAG « nuit »",
                        [
                            "en pause, ou sans exécution à 2 h : l'ordonnanceur était arrêté ;",
                            "encore en cours, ou arrêté par son délai : une tâche attendait (pool, verrou, disque) ;",
                            "en échec sans bilan : la machine a redémarré, ou la mémoire a manqué.",
                        ],
                        "Puis le déclencher : rejouer une nuit est sans risque.",
                    )
                ],
            )
        ],
        pied=[_PIED],
    )


def _issue(resultat: dict[str, Any]) -> tuple[str, str, str]:
    """Ce qu'a donné la nuit : en deux mots, sa gravité, en une phrase."""
    publication, echecs = resultat.get("publication") or {}, resultat["echecs"]
    libelles = libelles_axes()
    bloques = [libelles.get(a, a) for a, e in (publication.get("axes") or {}).items() if e["verdict"] == "bloque"]
    if publication.get("publiee"):
        phrase = f"La publication {publication['publication']} est en place."
        if bloques:
            phrase += f" Gardent leurs dernières bonnes tables : {', '.join(bloques)}."
            return f"publiée, {accord(len(bloques), 'axe bloqué', 'axes bloqués')}", "grave", phrase
        return ("publiée, avec une panne", "grave", phrase) if echecs else ("publiée", "bon", phrase)
    if echecs:
        return "en échec", "grave", "La nuit n'est pas allée au bout : la dernière publication reste en place, entière."
    phrase = f"Rien n'est publié : {publication.get('motif')}."
    return ("tout est retenu", "grave", phrase) if bloques else ("rien de neuf à publier", "bon", phrase)


def _livraisons(livraisons: list[dict[str, Any]]) -> str:
    if not livraisons:
        return "Aucun fichier nouveau."
    prises = [m for m in livraisons if m["statut"].startswith("acceptee")]
    chargees, rejetees = (sum(m[n] for m in prises) for n in ("chargees", "rejetees"))
    return (
        f"{accord(len(livraisons), 'fichier nouveau', 'fichiers nouveaux')}, {accord(len(prises), 'accepté')} : "
        f"{accord(chargees, 'ligne chargée', 'lignes chargées')}, {accord(rejetees, 'rejetée')}."
    )


def _faits(d: Dossiers, resultat: dict[str, Any], compte: dict[str, Any] | None) -> Faits:
    """Tout ce qui demande quelqu'un, par responsable et par nature."""
    faits: Faits = defaultdict(lambda: defaultdict(list))
    par_cause: dict[str, list[str]] = {}
    for echec in resultat["echecs"]:
        par_cause.setdefault(echec["cause"], []).append(echec["etape"])
    faits[EQUIPE_DONNEES]["panne"] = [f"{quelques(etapes, ETAPES)} : {cause}" for cause, etapes in par_cause.items()]
    livraisons = resultat.get("livraisons", [])
    for m in livraisons:
        nature = {"refusee": "refus", "laissee": "attente"}.get(m["statut"])
        if nature:
            contrat = tous().get(m["source"])
            responsable = contrat.proprietaire if contrat else EQUIPE_DONNEES
            faits[responsable][nature].append(f"{m['fichier']} : {m['motif']}")
    en_ecriture = (resultat.get("inventaire") or {}).get("en_ecriture") or ()
    faits[EQUIPE_DONNEES]["attente"] += [f"{f} : encore en écriture" for f in en_ecriture]
    if a_decider := (resultat.get("personnes") or {}).get("a_decider"):
        couples = accord(a_decider, "couple douteux", "couples douteux")
        faits[EQUIPE_DONNEES]["decision"].append(f"{couples} de personnes : prive/revue_personnes.csv")
    if compte:
        if compte["copies"]:
            faits[EQUIPE_DONNEES]["panne"].append(f"fichiers de retour avec les valeurs : {compte['copies']}")
        _du_suivi(faits, d, resultat["nuit"], {m["livraison"] for m in livraisons})
        for c in compte["passage"]["causes"]:
            if not c["controle"].endswith(_DITS_AUTREMENT):
                faits[c["proprietaire"] or EQUIPE_DONNEES][c["severite"]].append(c["message"])
    return {responsable: siens for responsable, siens in faits.items() if any(siens.values())}


def _du_suivi(faits: Faits, d: Dossiers, jour: dict[str, str], livraisons: set[str]) -> None:
    """Ajoute les retards, et les lignes que les livraisons de cette nuit ont fait rejeter et que rien n'a corrigées."""
    etat = lire_etat(d, Nuit.de(jour["nuit"], jour["arrete"]), passages(d)[0]["nuit"])
    for partenaire in etat.partenaires:
        siens = faits[partenaire.nom]
        siens["rejets"] += [
            f"{x['source']}, {x['colonne']} : {accord(x['lignes'], 'ligne')}, {x['motif']}"
            for x in par_motif(c for c in partenaire.rejets if c.livraison["livraison"] in livraisons)
        ]
        siens["retard"] += [
            f"{s.contrat.libelle} : attendu le {date(s.attendue_le)}, {accord(s.retard, 'jour')} de retard"
            for s in partenaire.sources
            if s.retard
        ]


def _rubrique(responsable: str, siens: dict[str, list[str]], retour: str | None) -> Rubrique:
    """Ce qui revient à un responsable. retour: nom de son fichier de retour, s'il en a un."""
    a_renvoyer = retour and (siens.get("rejets") or siens.get("refus"))
    return Rubrique(
        responsable,
        listes=[_liste(nature, siens[nature]) for nature in TITRES if siens.get(nature)],
        liens=_liens({"Fichier de retour à lui envoyer": f"suivi/retours/{retour}"} if a_renvoyer else {}),
    )


def _liste(nature: str, faits: list[str]) -> Liste:
    reste = len(faits) - MONTRES
    note = f"Et {accord(reste, 'autre')}, à lire sur la page de suivi." if reste > 0 else ""
    return Liste(TITRES[nature], faits[:MONTRES], note)


def _liens(pages: dict[str, str]) -> list[Lien]:
    """Liens vers des pages de l'équipe, si organisation.yml dit où elles se lisent."""
    adresse = organisation()["courrier"]["pages"]["interne"]
    return [Lien(titre, f"{adresse.rstrip('/')}/{quote(page)}") for titre, page in pages.items()] if adresse else []
