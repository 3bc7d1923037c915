"""Qui est qui : structures et personnes distinctes, toutes sources ensemble."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
from lecture import Lue, cle_structure, lignes_de, ordre, simple, table

CITATIONS = [
    ("abc_clauses_operations", "donneur_ordre", "siret_donneur_ordre"),
    ("abc_clauses_lots", "attributaire", "siret_attributaire"),
    ("abc_clauses_contrats", "employeur", "siret_employeur"),
    ("abc_clauses_contacts", "structure", "siret"),
    ("rce_visites", "entreprise", "siret"),
    ("rce_offres", "entreprise", "siret"),
    ("gpect_entretiens", "entreprise", "siret"),
    ("gpect_besoins", "entreprise", None),
]
"""Où une structure est nommée, et son SIRET s'il l'est aussi."""

AUTRES_CITATIONS = [
    ("eco_structures", "structure"),
    ("campus_rencontres", "organisme"),
    ("campus_membres", "organisme"),
]
"""Où un organisme est nommé sans que la description dise s'il est une structure."""

ALIAS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "alias_structures.csv"
"""Ce que des personnes ont décidé : une donnée de la nuit, comme les livraisons."""

Decision = tuple[str, str, str]
"""Deux noms, ramenés à leurs lettres et chiffres, et ce qu'une personne en dit : meme ou differentes."""

Personne = tuple[str, str, object]
"""Une personne : lettres de son nom et de son prénom, date de naissance."""


class Structures:
    """Structures distinctes, tous rôles confondus : un nom est une structure, puis quatre raisons d'en réunir.

    Ce qu'une personne a décidé, un même SIRET, un SIREN cité seul s'il n'a qu'une structure, une lettre doublée. Une
    raison qui réunirait deux noms dits différents, ou pour la dernière des SIREN qui se contredisent, ne vaut pas.
    """

    def __init__(self, lues: list[Lue], decisions: list[Decision] | None = None) -> None:
        cites: list[tuple[str, str | None]] = []
        for source, nom, siret in CITATIONS:
            lignes = table(lues, source)
            cites += zip(lignes[nom], lignes[siret] if siret else [None] * len(lignes), strict=True)
        cites = [(nom, numero) for nom, numero in cites if nom]
        self.autres = frozenset(
            ligne[nom]
            for source, nom in AUTRES_CITATIONS
            for lue in lues
            if lue.livraison.source == source
            for ligne in lue.lignes
        )
        decisions = lire_decisions() if decisions is None else decisions
        self._differentes = [{a, b} for a, b, decision in decisions if decision == "differentes"]
        cles = {cle_structure(n) for n in (*(nom for nom, _ in cites), *self.autres)}
        cles |= {cle for a, b, _ in decisions for cle in (a, b)}
        self._groupes = {cle: cle for cle in cles}
        self._reunir([{a, b} for a, b, decision in decisions if decision == "meme"], lambda _: False)
        self._numeros = self._sans_les_mal_recopies(Counter((cle_structure(n), x) for n, x in cites if x))
        self._reunir(_ensembles((x, cle) for cle, x in self._numeros if len(x) == 14), self._dites_differentes)
        self._reunir(self._sirens_seuls(), self._dites_differentes)
        doublees = _ensembles((lisse(cle), cle) for cle in cles if not cle.startswith(("ville", "mairie", "commune")))
        self._reunir(
            [noms for noms in doublees if len(lisse(min(noms))) >= 8],
            lambda noms: self._dites_differentes(noms) or self._sirens_contraires(noms),
        )
        self.noms: dict[str, set[str]] = {}
        for nom, _ in cites:
            self.noms.setdefault(self.racine(nom), set()).add(nom)
        self.numeros = _ensembles_par((self._groupes[cle], numero) for cle, numero in self._numeros)

    def racine(self, nom: str) -> str:
        """Ce qui désigne la structure de ce nom."""
        cle = cle_structure(nom)
        return self._groupes.get(cle, cle)

    def _reunir(self, liens: Iterable[set[str]], refuse: Callable[[set[str]], bool]) -> None:
        """Réunit, de proche en proche, les groupes dont des noms ont un lien, sauf les ensembles que `refuse`."""
        parent = {g: g for g in self._groupes.values()}

        def racine(x: str) -> str:
            while parent[x] != x:
                x = parent[x]
            return x

        for lien in liens:
            premier, *suite = (self._groupes[cle] for cle in lien)
            for groupe in suite:
                parent[racine(groupe)] = racine(premier)
        reunis = _ensembles((racine(groupe), cle) for cle, groupe in self._groupes.items())
        for noms in reunis:
            if not refuse(noms):
                self._groupes |= dict.fromkeys(noms, min(noms))

    def _dites_differentes(self, noms: set[str]) -> bool:
        return any(paire <= noms for paire in self._differentes)

    def _sirens(self, noms: set[str]) -> set[str]:
        return {numero[:9] for cle, numero in self._numeros if cle in noms}

    def _membres(self, noms: set[str] | None = None) -> list[set[str]]:
        """Les groupes, ou ceux de ces noms."""
        return _ensembles((g, cle) for cle, g in self._groupes.items() if noms is None or cle in noms)

    def _sirens_contraires(self, noms: set[str]) -> bool:
        """Vrai si la réunion a plus de SIREN que celui de ses groupes qui en a le plus."""
        return len(self._sirens(noms)) > max(len(self._sirens(g)) for g in self._membres(noms))

    def _sans_les_mal_recopies(self, cites: Counter[tuple[str, str]]) -> set[tuple[str, str]]:
        """Numéros de chaque nom ; un SIRET de deux groupes dits différents ne reste qu'à celui qui le cite le plus."""
        comptes: Counter[tuple[str, str]] = Counter()
        for (cle, numero), n in cites.items():
            comptes[self._groupes[cle], numero] += n
        contraires = [{self._groupes[cle] for cle in paire if cle in self._groupes} for paire in self._differentes]

        def perd(groupe: str, numero: str) -> bool:
            rivaux = [g for paire in contraires if groupe in paire for g in paire - {groupe} if (g, numero) in comptes]
            return any((-comptes[g, numero], g) < (-comptes[groupe, numero], groupe) for g in rivaux)

        return {(cle, x) for cle, x in cites if len(x) != 14 or not perd(self._groupes[cle], x)}

    def _sirens_seuls(self) -> list[set[str]]:
        """Un groupe sans SIRET et d'un seul SIREN, avec le seul groupe qui a un SIRET de ce SIREN."""
        etablis = _ensembles_par((x[:9], self._groupes[cle]) for cle, x in self._numeros if len(x) == 14)
        liens = []
        for noms in self._membres():
            numeros = {x for cle, x in self._numeros if cle in noms}
            if len(numeros) == 1 and len(siren := min(numeros)) == 9 and len(etablis.get(siren, ())) == 1:
                liens.append({min(noms), min(etablis[siren])})
        return liens

    def table(self) -> pd.DataFrame:
        """Une ligne par structure : les noms, les SIRET et les SIREN seuls qui la désignent."""
        lignes = [{"noms": frozenset(n), "numeros": frozenset(self.numeros.get(r, ()))} for r, n in self.noms.items()]
        return pd.DataFrame(lignes)

    def table_autres(self) -> pd.DataFrame:
        """Les noms d'organismes qui peuvent être des structures, une fois chacune."""
        return pd.DataFrame({"nom": sorted(n for n in self.autres if self.racine(n) not in self.noms)})


def lire_decisions() -> list[Decision]:
    """Décisions du pôle sur les noms de structures."""
    with ALIAS.open(encoding="utf-8") as f:
        return [(cle_structure(x["nom"]), cle_structure(x["nom_retenu"]), x["decision"]) for x in csv.DictReader(f)]


def lisse(cle: str) -> str:
    """Clé où une lettre répétée compte une fois, hors i et x qui font les chiffres romains."""
    return re.sub(r"([a-hj-wyz])\1+", r"\1", cle)


def _ensembles_par(couples: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Les seconds termes de chaque premier."""
    ensembles: dict[str, set[str]] = {}
    for cle, valeur in couples:
        ensembles.setdefault(cle, set()).add(valeur)
    return ensembles


def _ensembles(couples: Iterable[tuple[str, str]]) -> list[set[str]]:
    return list(_ensembles_par(couples).values())


def personnes(lignes: pd.DataFrame) -> list[Personne]:
    """La personne de chaque ligne : à l'orthographe près, car le tirage n'écrit personne avec une faute.

    Qui n'a pas de date de naissance n'y porte le nom d'aucun autre : réunir malgré les fautes s'essaie ailleurs
    (tests/unit/test_rapprochement.py, tests/bout_en_bout/test_personnes.py).
    """

    def lettres(texte: str) -> str:
        return "".join(c for c in simple(texte) if c.isalpha())

    return [
        (lettres(n), lettres(p), d)
        for n, p, d in zip(lignes["nom"], lignes["prenom"], lignes["date_naissance"], strict=True)
    ]


def dim_personne(lues: list[Lue]) -> pd.DataFrame:
    """Une ligne par personne en vigueur : ABC Clauses d'abord, puis la fiche la plus récente.

    La plus récente est celle de la livraison la plus récente, puis la dernière ligne. Deux livraisons de sources
    différentes dont le nom dit le même jour ne se départagent pas : la ligne est alors incertaine.
    """
    fiches = [_fiches(lignes, source) for source, lignes in _nominatives(lues).items()]
    toutes = pd.concat(fiches, ignore_index=True)
    toutes = toutes.sort_values(["abc", "_nom", "_ligne"], kind="stable")
    retenues = toutes.drop_duplicates("personne", keep="last")
    sources_du_jour = toutes.groupby(["personne", "abc", "_nom"])["source"].nunique()
    incertaine = [
        sources_du_jour[cle] > 1 for cle in zip(retenues["personne"], retenues["abc"], retenues["_nom"], strict=True)
    ]
    return retenues.assign(incertaine=incertaine).drop(columns=["abc", "_nom", "_ligne", "source"])


def _nominatives(lues: list[Lue]) -> dict[str, pd.DataFrame]:
    suivies = ("abc_clauses_salaries", "prescriptions", "cent_chances_candidatures", "parcours_etapes")
    # Chaque livraison d'une liste sans date reste en vigueur à sa date.
    listes = sorted(
        (lue for lue in lues if lue.livraison.source == "pole_emploi_longvic" and lue.acceptee),
        key=ordre,
    )
    dernieres = {lue.livraison.date_nom: lue for lue in listes}
    return {s: table(lues, s) for s in suivies} | {
        "pole_emploi_longvic": lignes_de(dernieres.values(), "pole_emploi_longvic")
    }


def _fiches(lignes: pd.DataFrame, source: str) -> pd.DataFrame:
    colonnes = {c: lignes.get(c) for c in ("qpv", "niveau_formation")}
    sexe = [x.upper() if x else None for x in lignes["sexe"]] if "sexe" in lignes else None
    return pd.DataFrame(
        {
            "personne": personnes(lignes),
            "annee_naissance": [d.year if d else None for d in lignes["date_naissance"]],
            "sexe": sexe,
            **colonnes,
            "source": source,
            "abc": source == "abc_clauses_salaries",
            "_nom": lignes["_nom"],
            "_ligne": lignes["_ligne"],
        },
        dtype=object,
    )
