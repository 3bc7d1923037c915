"""Le rapport composé : une seule structure, faite de textes prêts, que deux mises en page lisent (PDF et HTML)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from include.configuration import organisation
from include.extraits.francais import date, date_longue
from include.extraits.lecture import ARRONDI, Axe, Ligne, Publication, libelles_axes, lignes, tables
from include.rapport_activite import chiffres, plan, recits, visuels
from include.rapport_activite.chiffres import Chiffre
from include.rapport_activite.periode import Periode
from include.rapport_activite.recits import Faute, typographie

OBJET, RATTACHEMENT, RESULTATS = "Objet", "Thématiques de rattachement", "Résultats"
"""Les sections d'une fiche : la deuxième se calcule, la troisième reçoit les visuels que le récit n'a pas placés."""
POSITIONS = "communes.csv"
"""Place de chaque commune sur la carte schématique, dans le dossier des récits du pôle."""


@dataclass(frozen=True)
class Rapport:
    """Un rapport prêt à mettre en page, et ce qu'il faut reprendre dans ses récits."""

    contenu: dict[str, Any]
    fautes: list[Faute]


def composer(
    base: duckdb.DuckDBPyConnection, publication: Publication, periode: Periode, dossier: Path | None
) -> Rapport | None:
    """Compose le rapport d'une période ; None si la base n'a aucun chiffre (transverse jamais publié).

    dossier: plan et récits du pôle (`recits` d'organisation.yml), ou None.
    """
    connus = chiffres.lire(base, periode)
    if not connus:
        return None
    return _Atelier(base, publication, periode, connus, dossier).rapport()


class _Atelier:
    """Compose partie par partie, et retient les chiffres et visuels montrés : eux seuls ont une fiche de méthode."""

    def __init__(
        self, base: duckdb.DuckDBPyConnection, publication: Publication, periode: Periode,
        connus: dict[str, Chiffre], dossier: Path | None,
    ) -> None:  # fmt: skip
        self.base, self.publication, self.periode, self.connus, self.dossier = (
            base, publication, periode, connus, dossier,
        )  # fmt: skip
        # Les chiffres d'un axe jamais publié n'ont pas de définition : leurs codes ne se distinguent pas d'une faute.
        self.partiel = any(axe.donnees_du is None for axe in publication.axes)
        self.cites: set[str] = set()
        self.montres: set[str] = set()
        self.fautes: list[Faute] = []
        self.lus: set[str] = set()

    def rapport(self) -> Rapport:
        voulu = plan.lire(self.dossier)
        projets = _projets(self.base)
        contenu = {
            "titre": typographie(voulu.titre),
            "pole": typographie(organisation()["nom"]),
            "pole_long": typographie(organisation()["nom_long"]),
            "territoire": typographie(organisation()["territoire"]),
            "periode": typographie(self.periode.titre),
            "annee": self.periode.fin.year,
            "arrete": date_longue(self.publication.arrete_au),
            "publication": self.publication.nom,
            "introduction": self._texte_libre("introduction"),
            "chiffres": self._bandeau(voulu.chiffres),
            "parties": [self._partie(p, projets) for p in _completer(voulu, projets)],
        }
        contenu["en_bref"] = _en_bref(contenu)
        self._recits_sans_projet()
        contenu["methode"] = self._methode()
        contenu["visuels"] = [visuels.fiche(self.base, nom) for nom in visuels.declares() if nom in self.montres]
        contenu["arrondi"] = typographie(ARRONDI)
        return Rapport(contenu, self.fautes)

    def _partie(self, partie: plan.Partie, projets: dict[str, Ligne]) -> dict[str, Any]:
        return {
            "axe": partie.axe,
            "titre": typographie(partie.titre),
            "etat": _etat(self.publication.axe(partie.axe)),
            "introduction": self._texte_libre(partie.axe),
            "chiffres": self._bandeau(partie.chiffres),
            "fiches": [self._fiche(f, projets.get(f.projet, {})) for f in partie.fiches],
        }

    def _fiche(self, fiche: plan.Fiche, projet: Ligne) -> dict[str, Any]:
        places = {p.nom: p for p in fiche.visuels}
        recit = self._recit(fiche.projet, set(visuels.declares()) | set(places))
        a_placer = [p for p in fiche.visuels if p.nom not in recit.places]
        places |= {n: plan.Place(n) for n in recit.places if n not in places}
        sections = {titre: self._blocs(blocs, fiche.projet, places) for titre, blocs in recit.sections.items()}
        ailleurs = [{"genre": "visuel", "visuel": v} for p in a_placer if (v := self._visuel(p, fiche.projet))]
        if ailleurs:
            sections.setdefault(RESULTATS, []).extend(ailleurs)
        return {
            "code": fiche.projet,
            "titre": typographie(fiche.titre or projet.get("projet", fiche.projet)),
            "sections": [
                {"titre": typographie(titre), "blocs": blocs} for titre, blocs in _rattacher(sections, projet).items()
            ],
            "chiffres": [self._cite(c) for c in self._de(fiche)],
        }

    def _de(self, fiche: plan.Fiche) -> list[Chiffre]:
        """Les chiffres d'une fiche : ceux que le plan choisit, sinon tous ceux du projet qui sont calculés."""
        if fiche.chiffres is not None:
            return self._existants(fiche.chiffres)
        return [c for c in self.connus.values() if c.methode["projet"] == fiche.projet and c.calcule]

    def _blocs(self, blocs: list[recits.Bloc], projet: str, places: dict[str, plan.Place]) -> list[recits.Bloc]:
        """Les blocs d'un récit, chaque visuel nommé remplacé par lui-même."""
        faits = []
        for bloc in blocs:
            if bloc["genre"] != "visuel":
                faits.append(bloc)
            elif visuel := self._visuel(places[bloc["nom"]], projet):
                faits.append({"genre": "visuel", "visuel": visuel})
        return faits

    def _visuel(self, place: plan.Place, projet: str) -> visuels.Visuel | None:
        if place.etapes:
            etapes = self._existants(place.etapes)
            if len(etapes) < len(place.etapes):
                return None
            self.cites |= {c.code for c in etapes}
            return visuels.etapes(place.nom, place.titre, etapes)
        positions = self.dossier / POSITIONS if self.dossier else None
        visuel = visuels.lire(
            self.base, place.nom, self.periode, projet=projet, parametre=place.parametre, places=positions
        )
        if visuel:
            self.montres.add(place.nom)
        return visuel

    def _texte_libre(self, nom: str) -> list[recits.Bloc]:
        """Un récit sans sections : introduction du rapport ou d'une partie."""
        return [b for blocs in self._recit(nom, set()).sections.values() for b in blocs]

    def _recit(self, nom: str, noms_de_visuels: set[str]) -> recits.Recit:
        if self.dossier is None:
            return recits.Recit()
        self.lus.add(nom)
        chemin = self.dossier / self.periode.cle / f"{nom}.md"
        recit = recits.lire(chemin, self.connus, noms_de_visuels, partiel=self.partiel)
        self.fautes += recit.fautes
        self.cites |= set(recit.cites)
        return recit

    def _recits_sans_projet(self) -> None:
        """Un récit qui ne correspond à aucune fiche ne sortirait pas : son nom est à corriger."""
        if self.dossier:
            for chemin in sorted((self.dossier / self.periode.cle).glob("*.md")):
                if chemin.stem not in self.lus:
                    nom = f"{self.periode.cle}/{chemin.name}"
                    self.fautes.append(Faute(nom, 1, f"« {chemin.stem} » n'est ni un projet, ni un axe du rapport."))

    def _existants(self, codes: tuple[str, ...]) -> list[Chiffre]:
        """Les chiffres de ces codes ; celui que le registre n'a pas est une faute du plan."""
        for code in codes:
            if code not in self.connus:
                self.fautes.append(
                    Faute(plan.PLAN, 1, f"{code} n'est le code d'aucun chiffre publié.", not self.partiel)
                )
        return [self.connus[c] for c in codes if c in self.connus]

    def _bandeau(self, codes: tuple[str, ...]) -> list[dict[str, Any]]:
        """Les grands chiffres d'une ouverture, arrondis : ceux qui ne sont pas calculés n'y ont pas leur place."""
        return [self._cite(c, 0 if c.unite == "heures" else None) for c in self._existants(codes) if c.calcule]

    def _cite(self, chiffre: Chiffre, decimales: int | None = None) -> dict[str, Any]:
        self.cites.add(chiffre.code)
        return {
            "code": chiffre.code,
            "libelle": typographie(chiffre.libelle),
            "valeur": chiffre.ecrit(decimales),
            "unite": typographie(chiffre.mot) if chiffre.calcule else "",
            "avant": "" if not chiffre.avant else chiffre.ecrit_avant(decimales),
            "calcule": chiffre.calcule,
            "periode": chiffres.periode_propre(chiffre, self.periode),
        }

    def _methode(self) -> list[dict[str, Any]]:
        """La fiche de chaque chiffre cité, par axe et par code."""
        ordre = list(libelles_axes())
        retenus = [self.connus[c] for c in self.cites]
        groupes: list[dict[str, Any]] = []
        for chiffre in sorted(retenus, key=lambda c: (ordre.index(c.methode["axe"]), c.code)):
            axe = libelles_axes()[chiffre.methode["axe"]]
            if not groupes or groupes[-1]["axe"] != typographie(axe):
                groupes.append({"axe": typographie(axe), "fiches": []})
            groupes[-1]["fiches"].append(_fiche_de_methode(chiffre))
        return groupes


def _fiche_de_methode(chiffre: Chiffre) -> dict[str, Any]:
    d = chiffre.methode
    bornes = f", du {date(chiffre.debut)} au {date(chiffre.fin)}" if chiffre.calcule else ""
    return {
        "code": chiffre.code,
        "libelle": typographie(chiffre.libelle),
        "valeur": typographie(chiffre.avec_unite()),
        "compte": typographie(d["numerateur"] or ""),
        "retenu": typographie(", ".join(filter(None, (d["parametre"] or "").split("|")))),
        "sur": typographie(d["denominateur"] or ""),
        "periode": typographie(f"{d['periode'] or ''}{bornes}"),
        "modele": d["modele"],
        "sources": (d["sources"] or "").split(),
    }


def _en_bref(contenu: dict[str, Any]) -> list[dict[str, Any]]:
    """Les parties et leurs grands chiffres, sans ceux que l'essentiel montre déjà."""
    dits = {c["code"] for c in contenu["chiffres"]}
    parties = [
        {"axe": p["axe"], "titre": p["titre"], "chiffres": [c for c in p["chiffres"] if c["code"] not in dits]}
        for p in contenu["parties"]
    ]
    return [p for p in parties if p["chiffres"]]


def _etat(axe: Axe | None) -> str:
    """Ce qu'il faut savoir de données qui ne sont pas celles de l'arrêté ; rien si elles le sont."""
    if axe is None or axe.donnees_du is None:
        return "Cet axe n'a pas encore passé ses contrôles : ses chiffres ne sont pas publiés."
    if axe.reporte:
        jour = date_longue(axe.donnees_du)
        return typographie(f"Les contrôles de cet axe sont bloqués : ses chiffres restent ceux arrêtés au {jour}.")
    return ""


def _rattacher(sections: dict[str, list[recits.Bloc]], projet: Ligne) -> dict[str, list[recits.Bloc]]:
    """Les sections d'une fiche, thématiques principale et secondaires en tête de la leur, qui suit l'objet.

    Elles viennent de la liste des projets : ce que le récit y ajoute les suit.
    """
    noms = libelles_axes()
    principale = noms.get(projet.get("axe_principal") or "", "")
    if not principale:
        return sections
    secondaires = [noms[a] for a in (projet.get("axes_secondaires") or "").split("|") if a in noms]
    phrases = [("Principale : ", principale)]
    if secondaires:
        phrases.append((" ; secondaire : " if len(secondaires) == 1 else " ; secondaires : ", ", ".join(secondaires)))
    texte = [
        {"genre": "texte", "texte": typographie(t), "styles": ["strong"] if fort else []}
        for phrase in phrases for t, fort in zip(phrase, (False, True), strict=True)
    ]  # fmt: skip
    calculees = [{"genre": "paragraphe", "texte": texte}, *sections.get(RATTACHEMENT, [])]
    debut = {OBJET: sections[OBJET]} if OBJET in sections else {}
    return debut | {RATTACHEMENT: calculees} | {t: b for t, b in sections.items() if t not in (OBJET, RATTACHEMENT)}


def _projets(base: duckdb.DuckDBPyConnection) -> dict[str, Ligne]:
    """Projets de la liste la plus récente, par code."""
    if ("core", "dim_projet") not in tables(base, "core"):
        return {}
    lus = lignes(base, "select * from core.dim_projet order by code_projet")
    derniere = max((p.get("annee") or 0 for p in lus), default=0)
    return {p["code_projet"]: p for p in lus if (p.get("annee") or 0) == derniere}


def _completer(voulu: plan.Plan, projets: dict[str, Ligne]) -> list[plan.Partie]:
    """Les parties du plan, chacune suivie des projets de son axe que le plan ne nomme pas."""
    nommes = {f.projet for partie in voulu.parties for f in partie.fiches}
    restent = {code: p.get("axe_principal") for code, p in projets.items() if code not in nommes}
    return [
        replace(p, fiches=p.fiches + tuple(plan.Fiche(code) for code, axe in restent.items() if axe == p.axe))
        for p in voulu.parties
    ]
