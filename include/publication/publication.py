"""Décider s'il y a lieu de publier, composer, mettre en place : le fil de la publication."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from include import diffusion, remise
from include.configuration import Dossiers, Nuit, organisation
from include.entrepot.preparation import Build
from include.extraction.livraisons import manifestes
from include.publication import bascule, changements, empreintes
from include.publication.bascule import FICHE, HISTOIRE
from include.publication.composition import Composition, SocleBloque, composer

BASE = "entrepot.duckdb"


def inutile(d: Dossiers, nuit: Nuit) -> str | None:
    """Pourquoi il n'y a rien à construire, ou None s'il faut construire.

    Rien à construire quand la publication courante est de la même nuit et du même arrêté, qu'aucune livraison (les
    doublons n'en sont pas) n'est arrivée depuis, que personne n'a été réuni ou séparé et que ni le code ni la
    configuration n'ont changé.
    """
    courante = bascule.fiche(bascule.courante(d))
    if not courante or (courante["nuit"], courante["arrete_au"]) != (str(nuit.nuit), str(nuit.arrete_au)):
        return None
    connues = (m["livraison"] for m in manifestes(d) if m["recu_le"] <= str(nuit.nuit) and m["statut"] != "doublon")
    if (courante["livraisons"], courante["code"]) != (empreintes.livraisons(connues), empreintes.code()):
        return None
    if courante.get("personnes") != empreintes.personnes(d, nuit):
        return None
    return (
        f"la publication {courante['publication']} porte déjà cette nuit et cet arrêté, "
        "et aucune livraison nouvelle n'est arrivée depuis"
    )


def identifiant(d: Dossiers, nuit: Nuit) -> str:
    """Nom de la publication candidate de cette nuit (AAAA-MM-JJ-n)."""
    return bascule.identifiant(d, nuit)


def publier(d: Dossiers, nuit: Nuit, build: Build) -> dict[str, Any]:
    """Publie ce que les contrôles ont admis et y fait pointer publie/courant.

    build: chantier de cette nuit, construit par dbt et contrôlé (verdict.json écrit, base fermée).

    Rend {publiee, publication, motif, axes: {axe: {verdict, donnees_du, reporte, cause}}}. Rien n'est publié, et le
    motif le dit, si core est bloqué, ou si rien de publié ne change par rapport à la nuit précédente.

    Peut être rappelée après un arrêt brutal. Lève ValueError si le chantier est celui d'une autre nuit.
    """
    publication, connues = _lire_chantier(build, nuit)
    precedente = bascule.courante(d)
    fiche = bascule.fiche(precedente)
    if fiche.get("publication") == publication:
        # Reprise d'une tâche tuée juste après la bascule : il ne reste qu'à ranger.
        bascule.nettoyer(d)
        diffusion.apres_bascule(d, publication)
        bascule.elaguer(d, fiche["histoire"])
        return _resultat(publication, fiche["axes"])
    gardee = bascule.derniere(d, nuit)
    dossier = bascule.provisoire(d, publication)
    passees = _histoire(precedente)
    cette = {
        "publication": publication,
        "nuit": nuit.nuit,
        "arrete_au": nuit.arrete_au,
        "publiee_le": _maintenant(passees),
    }
    histoire = [*passees, cette][-HISTOIRE:]
    try:
        composition = composer(dossier / BASE, build, gardee / BASE if gardee else None, nuit, histoire)
    except SocleBloque as erreur:
        shutil.rmtree(dossier)
        motif = f"le socle commun (core) est bloqué, tout est retenu : {erreur}"
        return _resultat(publication, {"core": {"verdict": "bloque", "cause": str(erreur)}}, motif=motif)
    nouvelle: dict[str, Any] = {
        "publication": publication,
        "nuit": str(nuit.nuit),
        "arrete_au": str(nuit.arrete_au),
        "code": empreintes.code(),
        "modeles": empreintes.modeles(build.manifeste_dbt),
        "livraisons": empreintes.livraisons(connues),
        "personnes": empreintes.personnes(d, nuit),
        "contenu": composition.contenu,
        "histoire": [p["publication"] for p in histoire],
        "axes": _axes(composition),
    }
    if _rien_de_neuf(fiche, nouvelle):
        shutil.rmtree(dossier)
        motif = f"ni chiffre, ni verdict, ni livraison n'a changé depuis la publication {fiche['publication']}"
        return _resultat(publication, nouvelle["axes"], motif=motif)
    if precedente:
        changements.ecrire(changements.Edition(precedente / BASE, fiche), changements.Edition(dossier / BASE, nouvelle))
    remise.ecrire(dossier, build.manifeste_dbt)
    diffusion.ecrire(d, dossier, build.manifeste_dbt, publication, precedente)
    (dossier / FICHE).write_text(json.dumps(nouvelle, ensure_ascii=False, indent=1), encoding="utf-8")
    bascule.basculer(d, dossier, publication)
    diffusion.apres_bascule(d, publication)
    bascule.elaguer(d, nouvelle["histoire"])
    return _resultat(publication, nouvelle["axes"])


def _lire_chantier(build: Build, nuit: Nuit) -> tuple[str, list[str]]:
    """Identifiant de la publication candidate et livraisons que le chantier connaît, doublons écartés."""
    with duckdb.connect(str(build.base), read_only=True) as base:
        parametres = base.execute("select nuit, arrete_au, publication from bronze.parametres").fetchall()
        connues = base.execute("select livraison from bronze.livraisons where statut <> 'doublon'").fetchall()
    [(nuit_du_chantier, arrete_au, publication)] = parametres
    if (nuit_du_chantier, arrete_au) != (nuit.nuit, nuit.arrete_au):
        raise ValueError(
            f"Le chantier est celui de la nuit du {nuit_du_chantier:%d/%m/%Y} arrêtée au {arrete_au:%d/%m/%Y}, "
            f"pas de celle du {nuit.nuit:%d/%m/%Y} arrêtée au {nuit.arrete_au:%d/%m/%Y} : relancez la nuit entière."
        )
    return publication, [livraison for (livraison,) in connues]


def _histoire(precedente: Path | None) -> list[dict[str, Any]]:
    """Lignes de meta.publications de la publication courante, la plus ancienne d'abord."""
    if precedente is None:
        return []
    with duckdb.connect(str(precedente / BASE), read_only=True) as base:
        curseur = base.execute("select * from meta.publications order by publiee_le")
        noms = [c[0] for c in curseur.description or []]
        return [dict(zip(noms, ligne, strict=True)) for ligne in curseur.fetchall()]


def _maintenant(histoire: list[dict[str, Any]]) -> dt.datetime:
    """L'heure du pôle, mais jamais avant la publication précédente : publiee_le range l'histoire."""
    maintenant = dt.datetime.now(ZoneInfo(organisation()["fuseau"])).replace(microsecond=0, tzinfo=None)
    # Passage à l'heure d'hiver, horloge corrigée, ou deux publications dans la même seconde.
    return max([maintenant, *(p["publiee_le"] + dt.timedelta(seconds=1) for p in histoire[-1:])])


def _axes(composition: Composition) -> dict[str, dict[str, Any]]:
    return {
        axe: {k: str(v) if isinstance(v, dt.date) else v for k, v in etat.items() if k != "axe"}
        for axe, etat in composition.axes.items()
    }


def _rien_de_neuf(courante: dict[str, Any], nouvelle: dict[str, Any]) -> bool:
    """Vrai si une nuit suivante, ou la même reprise à l'identique, ne changerait rien à ce qui se lit.

    Une nuit passée, un autre arrêté ou un autre code la même nuit sont voulus : ils se publient toujours.
    """
    if not courante:
        return False
    meme_contenu = all(nouvelle[k] == courante[k] for k in ("contenu", "livraisons"))
    reprise = all(nouvelle[k] == courante[k] for k in ("nuit", "arrete_au", "code"))
    return meme_contenu and (reprise or nouvelle["nuit"] > courante["nuit"])


def _resultat(publication: str, axes: dict[str, Any], *, motif: str = "") -> dict[str, Any]:
    return {"publiee": not motif, "publication": publication, "motif": motif, "axes": axes}
