"""La page de santé, publie/suivi/index.html, pour l'équipe données : hors des publications, sans aucune valeur."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from include.confidentialite import poser
from include.configuration import Dossiers, organisation
from include.extraction.livraisons import Manifeste
from include.extraits.francais import ESPACE_FINE, accord, date, nombre
from include.extraits.lecture import LIBELLES_SEVERITES, libelles_axes
from include.pages.gabarits import gabarit
from include.suivi.courbes import courbe, petite_courbe
from include.suivi.etat import Etat, Partenaire, Source, par_motif
from include.suivi.journal import Passage
from include.suivi.retours import Retour

NUITS_MONTREES = 30
ISSUES = {"publiee": "Publiée", "silence": "Rien de neuf", "retenue": "Retenue", "echec": "Échec"}
MARQUES = {"passe": "✓", "passe_avec_signalements": "!", "bloque": "✕", "": "·"}
VERDICTS = {"passe": "passé", "passe_avec_signalements": "signalé", "bloque": "bloqué", "": "pas contrôlé"}
ETAPES = {
    "inventorier": "Inventaire des dépôts",
    "extraire": "Extraction",
    "rapprocher": "Rapprochement des personnes",
    "construire": "Base neuve",
    "transformer": "Transformation",
    "controler": "Contrôles",
    "publier": "Publication",
}


def ecrire_page(
    d: Dossiers, etat: Etat, passages: Sequence[Passage], retours: Sequence[Retour], empechement: str
) -> Path:
    """Écrit la page d'un renommage et rend son chemin.

    passages: du plus ancien au plus récent, au moins un. empechement: ce qui a empêché les copies de prive/.
    """
    montres = passages[-NUITS_MONTREES:]
    sources = etat.sources
    contenu = gabarit("sante.html.j2").render(
        etat=etat,
        dernier=_nuit(passages[-1]),
        nuits=[_nuit(p) for p in reversed(montres)],
        en_retard=sorted((_due(s) for s in sources if s.retard or not s.en_vigueur), key=_plus_en_retard),
        a_venir=sorted((_due(s) for s in sources if s.en_vigueur and not s.retard), key=lambda x: x["attendue_le"])[:8],
        inconnus=[_inconnu(m) for m in etat.inconnus],
        axes=_axes(passages),
        partenaires=[_partenaire(p, retours) for p in etat.partenaires],
        a_corriger=sum(p.lignes_rejetees for p in etat.partenaires),
        refus=sum(len(p.refusees) for p in etat.partenaires) + len(etat.inconnus),
        durees=_durees(montres),
        volumes=_volumes(etat, montres),
        severites=LIBELLES_SEVERITES,
        libelles_axes=libelles_axes(),
        marques=[(MARQUES[v], libelle, v or "pas_controle") for v, libelle in VERDICTS.items()],
        empechement=empechement,
        nuits_montrees=NUITS_MONTREES,
        courant=(d.publie / "courant" / "index.html").exists(),
    )
    page = d.publie / "suivi" / "index.html"
    poser(page, contenu.encode())
    return page


def duree(secondes: float | None) -> str:
    """« 1 min 29 s », « 4,2 s » en deçà de dix secondes, « – » si elle n'est pas connue."""
    if secondes is None:
        return "–"
    if secondes < 10:
        return f"{nombre(secondes, 1)}{ESPACE_FINE}s"
    minutes, reste = divmod(round(secondes), 60)
    heures, minutes = divmod(minutes, 60)
    parts = [(heures, "h"), (minutes, "min"), (0 if heures else reste, "s")]
    return " ".join(f"{n}{ESPACE_FINE}{unite}" for n, unite in parts if n)


# --- Les nuits -------------------------------------------------------------------------------------------------------


def _nuit(p: Passage) -> dict[str, Any]:
    """Un passage tel qu'il se lit."""
    quand = dt.datetime.fromisoformat(p["quand"]).astimezone(ZoneInfo(organisation()["fuseau"]))
    lignes = [p["lignes"][s] for s in p["lignes"]]
    echecs = [f"{_etape(e['etape'])} : {e['cause']}" for e in p["echecs"]]
    refusees = p["livraisons"].get("refusee", 0)
    return p | {
        "nuit": dt.date.fromisoformat(p["nuit"]),
        "arrete": dt.date.fromisoformat(p["arrete"]),
        "jour": date(quand.date()),
        "heure": f"{quand:%H:%M}",
        "issue_lisible": ISSUES[p["issue"]],
        "duree": duree(p["secondes"]),
        "acceptees": sum(n for s, n in p["livraisons"].items() if s.startswith("acceptee")),
        "refusees": refusees,
        "doublons": p["livraisons"].get("doublon", 0),
        "chargees": sum(x["chargees"] for x in lignes),
        "rejetees": sum(x["rejetees"] for x in lignes),
        "echecs": echecs,
        "dit": p["motif"] or (f"publication {p['publication']}" if p["publication"] else ""),
    }


def _etape(nom: str) -> str:
    """« Transformation (socle) » pour « transformer (socle) » ; une étape inconnue garde son nom."""
    etape, parenthese, precision = nom.partition(" (")
    return f"{ETAPES.get(etape, etape)}{parenthese}{precision}"


def _axes(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """Pour chaque axe : sa marque à chacune des dernières nuits, et ses causes à son dernier contrôle."""
    axes = []
    for axe, libelle in libelles_axes().items():
        marques = []
        for p in passages[-NUITS_MONTREES:]:
            verdict = p["axes"].get(axe, {}).get("verdict", "")
            jour = date(dt.date.fromisoformat(p["nuit"]))
            marques.append({"signe": MARQUES[verdict], "verdict": verdict or "pas_controle", "jour": jour,
                            "lisible": VERDICTS[verdict]})  # fmt: skip
        controles = [p for p in passages if axe in p["axes"]]
        comptes = Counter(m["lisible"] for m in marques)
        bloques = [m["jour"] for m in marques if m["verdict"] == "bloque"]
        axes.append(
            {
                "nom": axe,
                "libelle": libelle,
                "marques": marques,
                "resume": ", ".join(f"{v} {nombre(comptes[v])} fois" for v in VERDICTS.values() if comptes[v]),
                "dernier_blocage": bloques[-1] if bloques else "",
                "verdict": controles[-1]["axes"][axe]["verdict"] if controles else "",
                "lisible": VERDICTS[controles[-1]["axes"][axe]["verdict"] if controles else ""],
                "controle_le": dt.date.fromisoformat(controles[-1]["nuit"]) if controles else None,
                "causes": [c for c in controles[-1]["causes"] if c["axe"] == axe] if controles else [],
            }
        )
    return axes


# --- Les partenaires -------------------------------------------------------------------------------------------------


def _due(s: Source) -> dict[str, Any]:
    """Une source attendue : depuis quand, ce qui en est reçu, le nom à donner au fichier."""
    derniere = s.derniere
    return {
        "libelle": s.contrat.libelle,
        "partenaire": s.contrat.proprietaire,
        "axe": s.contrat.axe,
        "fichier": s.contrat.fichier,
        "attendue_le": s.attendue_le,
        "retard": s.retard,
        "jamais": not s.en_vigueur,
        "recue_le": dt.date.fromisoformat(derniere["recu_le"]) if derniere else None,
        "delai": s.contrat.fraicheur_jours,
    }


def _inconnu(m: Manifeste) -> dict[str, Any]:
    """Un fichier que rien n'attend ; son motif, sans la liste de tous les noms attendus."""
    motif = (m["motif"] or "").partition(", nommez-le comme l'un de ceux-ci")[0]
    return {"chemin": m["chemin"], "recu_le": dt.date.fromisoformat(m["recu_le"]), "motif": motif}


def _plus_en_retard(due: dict[str, Any]) -> tuple[Any, ...]:
    return not due["jamais"], -due["retard"], due["partenaire"], due["libelle"]


def _partenaire(p: Partenaire, retours: Sequence[Retour]) -> dict[str, Any]:
    retour = next((r for r in retours if r.partenaire == p.nom), None)
    return {
        "nom": p.nom,
        "sources": [_due(s) | _comptes(s) for s in p.sources],
        "retard": sum(bool(s.retard or not s.en_vigueur) for s in p.sources),
        "lignes_rejetees": p.lignes_rejetees,
        "refusees": [
            {"fichier": m["fichier"], "recu_le": dt.date.fromisoformat(m["recu_le"]), "motif": m["motif"]}
            for _, m in p.refusees
        ],
        "rejets": par_motif(p.rejets),
        "anomalies": par_motif(p.anomalies),
        "retour": f"retours/{retour.fichier.name}" if retour else "",
    }


def _comptes(s: Source) -> dict[str, Any]:
    return s.statuts | {n: s.somme(n) for n in ("lignes_lues", "chargees", "rejetees", "laissees")}


# --- Durées et volumes -----------------------------------------------------------------------------------------------


def _durees(passages: Sequence[Passage]) -> dict[str, Any]:
    """La durée des dernières nuits, et celle de chaque étape."""
    dates = [date(dt.date.fromisoformat(p["nuit"])) for p in passages]
    # Une nuit arrêtée en chemin est courte sans être rapide.
    totaux = [p["secondes"] if p["issue"] != "echec" else None for p in passages]
    lignes = [_tendance(libelle, [p["etapes"].get(e) for p in passages], duree) for e, libelle in ETAPES.items()]
    return {
        "courbe": courbe("Durée de la nuit", dates, totaux, duree, "Nuits en échec ou sans durée"),
        "lignes": [x for x in (_tendance("Nuit entière", totaux, duree), *lignes) if x],
    }


def _volumes(etat: Etat, passages: Sequence[Passage]) -> dict[str, Any]:
    """Les lignes reçues chaque nuit, de tous et de chaque source : ce que disent les livraisons elles-mêmes."""
    nuits = list(dict.fromkeys(p["nuit"] for p in sorted(passages, key=lambda p: p["nuit"])))
    recues: Counter[tuple[str, str]] = Counter()
    for m in etat.livraisons:
        recues[m["recu_le"], m["source"]] += m["lignes_lues"]
    totaux: list[float | None] = [sum(n for (nuit, _), n in recues.items() if nuit == n0) for n0 in nuits]
    lignes = [
        _tendance(s.contrat.libelle, [recues[n, s.contrat.source] or None for n in nuits], nombre) for s in etat.sources
    ]
    dates = [date(dt.date.fromisoformat(n)) for n in nuits]
    return {
        "courbe": courbe("Lignes reçues par nuit", dates, totaux, nombre),
        "lignes": sorted((x for x in lignes if x), key=lambda x: str(x["libelle"])),
    }


def _tendance(
    libelle: str, valeurs: Sequence[float | None], lire: Callable[[float], str]
) -> dict[str, Any] | None:  # fmt: skip
    """Dernière valeur, habituelle (médiane) et plus grande d'une suite ; None si elle n'en a aucune."""
    connues = [v for v in valeurs if v is not None]
    if not connues:
        return None
    return {
        "libelle": libelle,
        "courbe": petite_courbe(valeurs),
        "derniere": lire(connues[-1]),
        "habituelle": lire(median(connues)),
        "plus_grande": lire(max(connues)),
        "nuits": accord(len(connues), "nuit"),
    }
