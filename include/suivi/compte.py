"""Rendre compte d'une nuit : son passage au journal, puis les fichiers de retour, puis la page qui y mène."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

from expectations.controle import EQUIPE_DONNEES
from include.configuration import Dossiers, Nuit
from include.entrepot.preparation import Build
from include.extraits.lecture import libelles_axes
from include.suivi import journal, retours
from include.suivi.etat import lire_etat
from include.suivi.journal import Passage
from include.suivi.page import ecrire_page

ETAPES = ("inventorier", "extraire", "rapprocher", "construire", "transformer", "controler", "publier")
"""Étapes dont la durée est celle de la nuit, dans leur ordre ; ce qui la suit (compte rendu, courrier) n'en est pas."""
PUBLIEE, SILENCE, RETENUE, ECHEC = "publiee", "silence", "retenue", "echec"
_DE_DBT = ("dbt, couche ", "la couche ", "la table ")
"""Début de ce que dit la cause d'un axe quand ce n'est pas un contrôle."""


def rendre_compte(d: Dossiers, nuit: Nuit, resultat: dict[str, Any]) -> dict[str, Any]:
    """Voir include.suivi.rendre_compte."""
    passage = _passage(d, nuit, resultat)
    passages = journal.inscrire(d, passage)
    # Une nuit passée que l'on refait ne ramène pas la page en arrière.
    vue = max(passages, key=lambda p: (p["nuit"], p["arrete"]))
    etat = lire_etat(d, Nuit.de(vue["nuit"], vue["arrete"]), min(p["nuit"] for p in passages))
    rendus, empechement = retours.ecrire(d, etat)
    page = ecrire_page(d, etat, passages, rendus, empechement)
    return {
        "passage": passage,
        "page": str(page),
        "retours": [{"partenaire": r.partenaire, "fichier": str(r.fichier), "lignes": r.lignes} for r in rendus],
        "copies": empechement,
    }


def _passage(d: Dossiers, nuit: Nuit, resultat: dict[str, Any]) -> Passage:
    """Ce que le journal garde d'une nuit : des nombres, des verdicts et des messages sans valeur."""
    cles = str(nuit.nuit), str(nuit.arrete_au)
    faites = [e for e in journal.etapes(d, *cles) if e["etape"] in ETAPES]
    publication = resultat.get("publication") or {}
    axes = {a: e for a, e in (resultat.get("axes") or publication.get("axes") or {}).items() if a in libelles_axes()}
    causes = _causes(d, nuit, axes)
    echecs = [{"etape": e["etape"], "cause": e["cause"]} for e in resultat.get("echecs") or ()]
    livraisons = resultat.get("livraisons") or []
    lignes: dict[str, Counter[str]] = {}
    for m in livraisons:
        if m.get("recu_le") == str(nuit.nuit):
            nombres = {n: m[n] for n in ("lignes_lues", "chargees", "rejetees", "laissees")}
            lignes.setdefault(m["source"], Counter()).update(nombres)
    return {
        "quand": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "debut": faites[0]["debut"] if faites else "",
        "nuit": cles[0],
        "arrete": cles[1],
        "issue": _issue(publication, axes, echecs),
        "publication": publication.get("publication") if publication.get("publiee") else None,
        "motif": publication.get("motif") or "",
        "axes": {
            a: {"verdict": e["verdict"], "causes": sum(c["axe"] == a for c in causes)} for a, e in sorted(axes.items())
        },
        "causes": causes,
        "livraisons": dict(Counter(m["statut"] for m in livraisons)),
        "lignes": {source: dict(nombres) for source, nombres in sorted(lignes.items())},
        "en_ecriture": len((resultat.get("inventaire") or {}).get("en_ecriture") or ()),
        "personnes": resultat.get("personnes") or {},
        "secondes": _duree(faites),
        "etapes": _par_etape(faites),
        "echecs": echecs,
    }


def _issue(publication: dict[str, Any], axes: dict[str, Any], echecs: list[dict[str, str]]) -> str:
    if publication.get("publiee"):
        return PUBLIEE
    if echecs or not publication:
        return ECHEC
    return RETENUE if axes.get("core", {}).get("verdict") == "bloque" else SILENCE


def _causes(d: Dossiers, nuit: Nuit, axes: dict[str, Any]) -> list[dict[str, str]]:
    """Pour chaque axe contrôlé, ce qui n'est pas conforme, sa gravité et qui s'en occupe."""
    controles = _controles(d, nuit) if axes else []
    causes = [
        {"axe": c["axe"], "controle": c["controle"], "severite": c["severite"], "proprietaire": c["proprietaire"],
         "message": c["message"]}
        for c in controles
        if c["axe"] in axes and c["verdict"] != "conforme" and c["severite"] != "observe"
    ]  # fmt: skip
    connues = {(c["axe"], c["controle"]) for c in causes}
    for axe, etat in axes.items():
        for dit in (etat.get("cause") or "").split(" ; "):
            controle, _, message = dit.partition(" : ")
            # Sans le détail des contrôles, ce que dit la cause de l'axe en tient lieu.
            if dit.startswith(_DE_DBT):
                causes.append(_cause(axe, "dbt", "bloquant", EQUIPE_DONNEES, dit))
            elif message and not controles and (axe, controle) not in connues:
                severite = "bloquant" if etat["verdict"] == "bloque" else "signale"
                causes.append(_cause(axe, controle, severite, "", message))
    return sorted(causes, key=lambda c: (c["axe"], c["severite"], c["controle"]))


def _cause(axe: str, controle: str, severite: str, proprietaire: str, message: str) -> dict[str, str]:
    return {"axe": axe, "controle": controle, "severite": severite, "proprietaire": proprietaire, "message": message}


def _controles(d: Dossiers, nuit: Nuit) -> list[dict[str, Any]]:
    """Contrôles passés sur le chantier de cette nuit ; aucun s'il n'est plus là."""
    build = Build.de(d)
    fiche = build.dossier / "nuit.json"
    if not fiche.exists() or not build.verdict.exists():
        return []
    chantier = json.loads(fiche.read_text(encoding="utf-8"))
    if (chantier["nuit"], chantier["arrete_au"]) != (str(nuit.nuit), str(nuit.arrete_au)):
        return []
    return json.loads(build.verdict.read_text(encoding="utf-8"))["controles"]


def _duree(faites: list[dict[str, Any]]) -> float | None:
    """Secondes du début de la première étape à la fin de la dernière ; les attentes entre deux essais en sont."""
    if not faites:
        return None
    debuts = [dt.datetime.fromisoformat(e["debut"]) for e in faites]
    fins = [j + dt.timedelta(seconds=e["secondes"]) for j, e in zip(debuts, faites, strict=True)]
    return round((max(fins) - min(debuts)).total_seconds(), 1)


def _par_etape(faites: list[dict[str, Any]]) -> dict[str, float]:
    """Secondes passées dans chaque étape, tous essais et toutes sources ou couches ensemble."""
    sommes: Counter[str] = Counter()
    for e in faites:
        sommes[e["etape"]] += e["secondes"]
    return {etape: round(sommes[etape], 1) for etape in ETAPES if etape in sommes}
