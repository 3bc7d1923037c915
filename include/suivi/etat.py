"""Où en est chaque partenaire : ce qu'il doit, ce qu'il a envoyé, ce qu'il a à reprendre. Aucune valeur de cellule."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from include.configuration import Dossiers, Nuit
from include.contrats import Contrat, tous
from include.extraction.attendu import court
from include.extraction.livraisons import ACCEPTEES, INCONNUE, Manifeste, a_reprendre, effectives, manifestes


@dataclass(frozen=True)
class Cellule:
    """Une cellule rejetée, vidée ou réparée : où elle est et pourquoi."""

    livraison: Manifeste
    contrat: Contrat
    feuille: str | None
    ligne: int
    colonne: str
    """En-tête de référence, tel que le rejet le nomme."""
    motif: str

    @property
    def titre(self) -> str:
        """La colonne sous le titre qu'elle a dans le fichier."""
        titres = self.livraison.get("titres") or {}
        return titres.get(self.colonne) or ", ".join(titres.get(c, c) for c in self.colonne.split(", "))

    @property
    def de_la_ligne(self) -> tuple[str, str | None, int]:
        """Reconnaît la ligne du fichier : plusieurs cellules peuvent la faire rejeter."""
        return self.livraison["livraison"], self.feuille, self.ligne


@dataclass(frozen=True)
class Source:
    """Une source et ses livraisons connues à la nuit."""

    contrat: Contrat
    livraisons: list[Manifeste]
    refusees: list[Manifeste]
    """Fichiers refusés que rien n'a remplacés."""
    rejets: list[Cellule]
    anomalies: list[Cellule]
    attendue_le: dt.date
    retard: int
    """Jours écoulés depuis `attendue_le` ; 0 si elle n'est pas passée."""

    @property
    def en_vigueur(self) -> list[Manifeste]:
        """Livraisons dont les lignes comptent."""
        return [m for m in self.livraisons if m["effective"]]

    @property
    def derniere(self) -> Manifeste | None:
        """La plus tardive des livraisons acceptées."""
        return next((m for m in reversed(self.livraisons) if m["statut"] in ACCEPTEES), None)

    @property
    def statuts(self) -> dict[str, int]:
        """Nombre de livraisons acceptées, refusées et en double, depuis toujours."""
        comptes = Counter("acceptee" if m["statut"] in ACCEPTEES else m["statut"] for m in self.livraisons)
        return {statut: comptes[statut] for statut in ("acceptee", "refusee", "doublon")}

    def somme(self, nombre: str) -> int:
        """Somme d'un nombre de lignes sur les livraisons en vigueur."""
        return sum(m[nombre] for m in self.en_vigueur)


@dataclass(frozen=True)
class Partenaire:
    """Qui envoie des fichiers : le `proprietaire` des contrats."""

    nom: str
    sources: list[Source]

    @property
    def rejets(self) -> list[Cellule]:
        """Cellules qui font rejeter leur ligne, et que rien n'a corrigées."""
        return [c for s in self.sources for c in s.rejets]

    @property
    def anomalies(self) -> list[Cellule]:
        """Cellules vidées ou réparées."""
        return [c for s in self.sources for c in s.anomalies]

    @property
    def refusees(self) -> list[tuple[Contrat, Manifeste]]:
        """Fichiers refusés à renvoyer."""
        return [(s.contrat, m) for s in self.sources for m in s.refusees]

    @property
    def lignes_rejetees(self) -> int:
        """Nombre de lignes à corriger."""
        return len({c.de_la_ligne for c in self.rejets})


@dataclass(frozen=True)
class Etat:
    """L'état des livraisons à une nuit."""

    nuit: Nuit
    partenaires: list[Partenaire]
    inconnus: list[Manifeste]
    """Fichiers encore déposés auxquels aucun contrat ne répond."""
    livraisons: list[Manifeste]
    """Toutes celles connues à la nuit."""

    @property
    def sources(self) -> list[Source]:
        """Sources de tous les partenaires."""
        return [s for p in self.partenaires for s in p.sources]


def lire_etat(d: Dossiers, nuit: Nuit, premiere_nuit: str) -> Etat:
    """Lit les manifestes, rejets et anomalies de bronze, tels que connus à la nuit.

    premiere_nuit: la plus ancienne du journal (AAAA-MM-JJ) ; une source jamais reçue est attendue depuis elle, ou
    depuis la première livraison reçue de quiconque. Une source que le pôle ne reçoit pas n'est pas attendue.
    """
    connues = effectives(manifestes(d), nuit)
    reprises = a_reprendre(d, connues)
    debut = dt.date.fromisoformat(min([premiere_nuit, *(m["recu_le"] for m in connues)]))
    par_partenaire: dict[str, list[Source]] = {}
    for contrat in tous().values():
        siennes = [m for m in connues if m["source"] == contrat.source]
        a_reprendre_ici = [m for m in reprises if m["source"] == contrat.source]
        attendue_le, retard = _attente(contrat, siennes, nuit.nuit, debut)
        par_partenaire.setdefault(contrat.proprietaire, []).append(
            Source(
                contrat=contrat,
                livraisons=siennes,
                refusees=[m for m in a_reprendre_ici if m["statut"] == "refusee"],
                rejets=[c for m in a_reprendre_ici for c in _cellules(d, contrat, m, "rejets")],
                anomalies=[c for m in a_reprendre_ici for c in _cellules(d, contrat, m, "anomalies")],
                attendue_le=attendue_le,
                retard=retard,
            )
        )
    return Etat(
        nuit=nuit,
        partenaires=[Partenaire(nom, sources) for nom, sources in sorted(par_partenaire.items())],
        inconnus=[m for m in reprises if m["source"] == INCONNUE],
        livraisons=connues,
    )


def par_motif(cellules: Iterable[Cellule]) -> list[dict[str, Any]]:
    """Nombre de lignes par source, colonne et motif, les plus nombreuses d'abord."""
    lignes: dict[tuple[str, str, str], set[Any]] = {}
    for c in cellules:
        cle = c.contrat.libelle, c.colonne, court(c.contrat, c.colonne, c.motif)
        lignes.setdefault(cle, set()).add(c.de_la_ligne)
    comptes = [{"source": s, "colonne": colonne, "motif": m, "lignes": len(v)} for (s, colonne, m), v in lignes.items()]
    return sorted(comptes, key=lambda c: (-c["lignes"], c["source"], c["colonne"], c["motif"]))


def _attente(contrat: Contrat, siennes: list[Manifeste], nuit: dt.date, debut: dt.date) -> tuple[dt.date, int]:
    """Jour où la livraison suivante est attendue, et jours de retard : la règle du contrôle de fraîcheur."""
    datees = [m["date_fichier"] or m["recu_le"] for m in siennes if m["effective"]]
    if not datees:
        return debut, (nuit - debut).days
    attendue_le = dt.date.fromisoformat(max(datees)) + dt.timedelta(days=contrat.fraicheur_jours)
    return attendue_le, max((nuit - attendue_le).days, 0)


def _cellules(d: Dossiers, contrat: Contrat, m: Manifeste, quoi: str) -> list[Cellule]:
    """Cellules de rejets.parquet ou d'anomalies.parquet d'une livraison, dans l'ordre du fichier."""
    if m["statut"] not in ACCEPTEES or quoi == "rejets" and not m["rejetees"]:
        return []
    table = pq.read_table(d.bronze / m["source"] / m["livraison"] / f"{quoi}.parquet")
    return [
        Cellule(m, contrat, c["feuille"], c["ligne"], c["colonne"], c["motif"])
        for c in table.select(["feuille", "ligne", "colonne", "motif"]).to_pylist()
    ]
