"""Les chiffres tels qu'une page les montre : leur valeur, ses années, et la tendance sur un an."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from include.configuration import dossier_du_pole, organisation
from include.contrats.registre import tous
from include.extraits.francais import date, nombre, unite
from include.extraits.lecture import Ligne, Publication, Secret, libelles_axes, lignes, tables
from include.rapport_activite import plan
from include.rapport_activite.chiffres import Chiffre, plus_un_an
from include.rapport_activite.recits import typographie

PREMIERS_MOIS = 4
"""Avant avril, l'année qui court n'a pas trois mois : ce qui se montre en premier est encore l'année d'avant."""
TROP_PETIT = 20
"""En deçà, un pourcentage grossit : 10 qui devient 18 se dit « 8 de plus », non « en hausse de 80 % »."""
ANNEES_MONTREES = 5


@dataclass(frozen=True)
class Tendance:
    """Comment un chiffre se compare à l'année d'avant, en toutes lettres et en bref ; la flèche ne porte rien seule."""

    fleche: str
    texte: str
    court: str


@dataclass(frozen=True)
class Valeur:
    """La valeur d'un chiffre sur une de ses périodes."""

    chiffre: Chiffre
    annee: int
    debut: dt.date
    fin: dt.date
    publication: str
    """Celle qui l'a calculée."""
    en_cours: bool
    """Vrai si la période est une année civile qui n'est pas finie."""

    @property
    def masquee(self) -> bool:
        """Vrai si elle est sous secret statistique."""
        return self.chiffre.valeur is None

    @property
    def texte(self) -> str:
        """« 352 845,65 », « 28,0 % », « s »."""
        return self.chiffre.ecrit()

    @property
    def unite(self) -> str:
        """Son unité, accordée ; rien après un pourcentage."""
        return "sous secret statistique" if self.masquee else typographie(self.chiffre.mot)

    @property
    def periode(self) -> str:
        """« année 2017 », sinon « du 01/10/2016 au 31/12/2017 »."""
        if (self.debut, self.fin) == (dt.date(self.annee, 1, 1), dt.date(self.annee, 12, 31)):
            return f"année {self.annee}"
        return f"du {date(self.debut)} au {date(self.fin)}"

    @property
    def an(self) -> str:
        """Ce qui la nomme à côté d'autres années : « 2017 », « 2018 au 15/06 »."""
        return f"{self.annee} au {self.fin:%d/%m}" if self.en_cours else str(self.annee)


@dataclass(frozen=True)
class Fiche:
    """Un chiffre : sa définition, et ses valeurs, la plus récente d'abord."""

    code: str
    libelle: str
    axe: str
    projet: str
    methode: Ligne
    valeurs: tuple[Valeur, ...]

    @property
    def valeur(self) -> Valeur:
        """Celle qui se montre : la dernière, ou l'année d'avant tant que l'année qui court commence à peine."""
        derniere = self.valeurs[0]
        commence = derniere.en_cours and derniere.fin.month < PREMIERS_MOIS and len(self.valeurs) > 1
        return self.valeurs[1] if commence else derniere

    @property
    def depuis(self) -> Valeur | None:
        """L'année qui court, quand ce n'est pas elle qui se montre."""
        return self.valeurs[0] if self.valeur is not self.valeurs[0] else None

    @property
    def tendance(self) -> Tendance:
        """La valeur montrée comparée à celle de l'année d'avant."""
        return comparer(self.valeur, self._avant(self.valeur))

    @property
    def tendance_passee(self) -> Tendance | None:
        """Celle de la dernière année entière, si l'année qui court se montre."""
        passee = self._avant(self.valeur) if self.valeur.en_cours else None
        avant = self._avant(passee) if passee else None
        return comparer(passee, avant) if passee and avant else None

    @property
    def annees(self) -> list[dict[str, Any]]:
        """Les dernières années, de la plus ancienne à celle qui se montre, chacune avec la longueur de sa barre, en %.

        Aucune s'il n'y en a qu'une : une barre seule ne se compare à rien.
        """
        montrees = [v for v in self.valeurs if v.annee <= self.valeur.annee][:ANNEES_MONTREES][::-1]
        if len(montrees) < 2:
            return []
        grand = max((abs(v.chiffre.valeur or 0) for v in montrees), default=0) or 1
        return [{"valeur": v, "part": round(100 * max(v.chiffre.valeur or 0, 0) / grand, 1)} for v in montrees]

    def _avant(self, valeur: Valeur) -> Valeur | None:
        return next((v for v in self.valeurs if v.annee == valeur.annee - 1), None)


def lire(base: duckdb.DuckDBPyConnection, publication: Publication) -> dict[str, Fiche]:
    """Chaque chiffre que la base montre, par code ; aucun si l'axe qui les porte n'a jamais été publié."""
    if ("rapport", "indicateurs") not in tables(base, "rapport"):
        return {}
    definitions = {}
    if ("rapport", "definitions") in tables(base, "rapport"):
        definitions = {d["code"]: d for d in lignes(base, "select * from rapport.definitions")}
    par_code: dict[str, list[Ligne]] = {}
    for ligne in lignes(base, "select * from rapport.indicateurs order by code, periode_fin desc, periode_debut"):
        if ligne["valeur"] is not None:
            par_code.setdefault(ligne["code"], []).append(ligne)
    arretes = {a.nom: a.donnees_du for a in publication.axes}
    return {code: _fiche(siennes, definitions.get(code, {}), arretes) for code, siennes in par_code.items()}


def cles(fiches: dict[str, Fiche], axe: str = "") -> list[Fiche]:
    """Les chiffres clés du pôle, ou ceux d'un axe : les siens d'abord, puis ceux qui l'ouvrent dans le rapport."""
    codes = list(organisation()["chiffres_cles"])
    if axe:
        du_rapport = (c for p in plan.lire(dossier_du_pole("recits")).parties if p.axe == axe for c in p.chiffres)
        codes = [c for c in dict.fromkeys([*codes, *du_rapport]) if c in fiches and fiches[c].axe == axe]
    return [fiches[c] for c in codes if c in fiches]


def noms_des_projets(base: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Nom court de chaque projet : celui du rapport, sinon celui de la liste des projets si la base la montre."""
    noms = {}
    if ("core", "dim_projet") in tables(base, "core"):
        noms = dict(base.execute("select code_projet, projet from core.dim_projet").fetchall())
    du_rapport = (f for p in plan.lire(dossier_du_pole("recits")).parties for f in p.fiches)
    return {code: typographie(nom) for code, nom in (noms | {f.projet: f.titre for f in du_rapport if f.titre}).items()}


def ranger(fiches: Iterable[Fiche]) -> list[Fiche]:
    """Dans l'ordre des axes, puis des codes."""
    ordre = list(libelles_axes())
    return sorted(fiches, key=lambda f: (ordre.index(f.axe) if f.axe in ordre else len(ordre), f.code))


def comparer(valeur: Valeur, avant: Valeur | None) -> Tendance:
    """La tendance d'une valeur sur un an ; dit pourquoi il n'y en a pas quand deux valeurs ne se comparent pas."""
    an = valeur.annee - 1
    if avant is None:
        return Tendance("", f"Pas de valeur de {an} à laquelle comparer", "–")
    if valeur.masquee or avant.masquee:
        return Tendance("", f"Non comparé à {an} : secret statistique", "–")
    if valeur.en_cours:
        return Tendance("", f"Année en cours : ne se compare pas à {an} entière ({avant.texte})", "–")
    ancienne = avant.chiffre.valeur or 0
    ecart = (valeur.chiffre.valeur or 0) - ancienne
    cumul = valeur.debut == avant.debut
    if not cumul and (valeur.debut, valeur.fin) != plus_un_an(
        {"periode_debut": avant.debut, "periode_fin": avant.fin}
    ):  # fmt: skip
        return Tendance("", f"Ne se compare pas à {an} : période différente ({avant.periode})", "–")
    if round(ecart, 2) == 0:
        return Tendance("→", f"Égal au cumul du {date(avant.fin)}" if cumul else f"Égal à {an}", "=")
    fleche, sens = ("↗", "hausse") if ecart > 0 else ("↘", "baisse")
    if valeur.chiffre.unite == "pourcent":
        points = _points(abs(ecart))
        return Tendance(fleche, f"En {sens} de {points} sur {an} ({avant.texte})", f"{_signe(ecart, 1)} pt")
    decimales = 2 if round(ecart, 2) % 1 else 0
    difference = f"{nombre(abs(ecart), decimales)} de {'plus' if ecart > 0 else 'moins'}"
    court = _signe(ecart, decimales)
    if cumul:
        return Tendance(fleche, f"Cumul : {difference} depuis le {date(avant.fin)} ({avant.texte})", court)
    if abs(ancienne) < TROP_PETIT or round(100 * abs(ecart) / ancienne, 1) == 0:
        return Tendance(fleche, f"{difference} qu’en {an} ({avant.texte})", court)
    part = 100 * ecart / ancienne
    pourcent = f"{nombre(abs(part), 1)}\u202f%"
    return Tendance(fleche, f"En {sens} de {pourcent} sur {an} ({difference})", f"{_signe(part, 1)}\u202f%")


def _fiche(siennes: list[Ligne], methode: Ligne, arretes: dict[str, dt.date | None]) -> Fiche:
    premiere = siennes[0]
    libelle = typographie(premiere["libelle"])
    return Fiche(
        code=premiere["code"],
        libelle=libelle,
        axe=premiere["axe"],
        projet=premiere["projet"] or "",
        methode=_methode(methode),
        valeurs=tuple(_valeur(x, libelle, methode, arretes.get(x["axe"])) for x in siennes),
    )


def _valeur(ligne: Ligne, libelle: str, methode: Ligne, arrete: dt.date | None) -> Valeur:
    debut, fin, annee = ligne["periode_debut"], ligne["periode_fin"], ligne["annee"]
    masquee = isinstance(ligne["valeur"], Secret)
    civile = debut == dt.date(annee, 1, 1)
    return Valeur(
        Chiffre(
            ligne["code"], libelle, ligne["unite"], methode, True, None if masquee else ligne["valeur"], debut, fin
        ),
        annee, debut, fin, ligne["publication"], civile and fin == arrete and fin < dt.date(annee, 12, 31),
    )  # fmt: skip


def _methode(d: Ligne) -> Ligne:
    """Ce qu'un chiffre compte, en mots : seulement ce qui est dit au registre."""
    if not d:
        return {}
    dite = {
        "Compte": d["numerateur"],
        "Retenu": ", ".join(filter(None, (d["parametre"] or "").split("|"))),
        "Sur": d["denominateur"],
        "Période": d["periode"],
        "Unité": unite(d["unite"]),
        "Fichiers": ", ".join(_libelle(s) for s in (d["sources"] or "").split()),
        "Table": d["modele"],
    }
    return {titre: typographie(texte) for titre, texte in dite.items() if texte}


def _libelle(source: str) -> str:
    """Ce que sont les fichiers d'une source, d'après son contrat."""
    contrat = tous().get(source)
    return contrat.libelle if contrat else source


def _signe(valeur: float, decimales: int) -> str:
    return f"{'+' if valeur > 0 else ''}{nombre(valeur, decimales)}"


def _points(ecart: float) -> str:
    texte = nombre(ecart, 1 if round(ecart, 1) else 2)
    return f"{texte} point{'s' if ecart >= 2 else ''}"
