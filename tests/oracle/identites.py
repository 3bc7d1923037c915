"""Qui est qui : structures et personnes distinctes, toutes sources ensemble."""

from __future__ import annotations

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

Personne = tuple[str, str, object]
"""Une personne : lettres de son nom et de son prénom, date de naissance."""


class Structures:
    """Structures distinctes : même SIRET ou même nom, de proche en proche, tous rôles confondus."""

    def __init__(self, lues: list[Lue]) -> None:
        self._parent: dict[str, str] = {}
        cites: list[tuple[str, str | None]] = []
        for source, nom, siret in CITATIONS:
            lignes = table(lues, source)
            cites += zip(lignes[nom], lignes[siret] if siret else [None] * len(lignes), strict=True)
        for nom, siret in cites:
            if nom and siret:
                self._parent[self._racine(f"siret:{siret}")] = self.racine(nom)
        cites_ailleurs = [
            ligne[nom]
            for source, nom in AUTRES_CITATIONS
            for lue in lues
            if lue.livraison.source == source
            for ligne in lue.lignes
        ]
        self.autres = frozenset(cites_ailleurs)
        self.noms: dict[str, set[str]] = {}
        self.sirets: dict[str, set[str]] = {}
        for nom, siret in cites:
            if nom:
                self.noms.setdefault(self.racine(nom), set()).add(nom)
                self.sirets.setdefault(self.racine(nom), set()).update({siret} if siret else ())

    def racine(self, nom: str) -> str:
        """Ce qui désigne la structure de ce nom."""
        return self._racine("nom:" + cle_structure(nom))

    def _racine(self, x: str) -> str:
        self._parent.setdefault(x, x)
        while self._parent[x] != x:
            x = self._parent[x]
        return x

    def table(self) -> pd.DataFrame:
        """Une ligne par structure : les noms et les SIRET qui la désignent."""
        lignes = [{"noms": frozenset(n), "sirets": frozenset(self.sirets[r])} for r, n in self.noms.items()]
        return pd.DataFrame(lignes)

    def table_autres(self) -> pd.DataFrame:
        """Les noms d'organismes qui peuvent être des structures, une fois chacune."""
        return pd.DataFrame({"nom": sorted(n for n in self.autres if self.racine(n) not in self.noms)})


def personnes(lignes: pd.DataFrame) -> list[Personne]:
    """La personne de chaque ligne ; sans date de naissance, c'en est une autre que celle qui en a une."""

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
