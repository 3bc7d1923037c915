"""Formes de contrôles que plusieurs axes partagent : un axe ne dit plus que ses tables et ses règles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from expectations.controle import BLOQUANT, DU_CONTRAT, EQUIPE_DONNEES, Controle

# 2026-11 : l'arrondi de la virgule flottante, rien d'autre.
ARRONDI = 1e-9
# 2026-11 : sous 30 lignes, une ou deux saisies suffisent à faire une majorité. Une première livraison ne se juge pas à
# une majorité.
LIGNES_MIN = 30
# 2026-11 : une majorité de lignes fausses de la même façon dit un export faux (colonnes décalées, jour et mois
# inversés, numéros refaits), et non des saisies.
PART_MIN = 0.50
# 2026-11 : une saisie sur cinquante à reprendre est courante.
PART_USUELLE = 0.98


def cle_texte(texte: str) -> str:
    """Clé d'un texte libre, sans casse, accents ni espaces : récrite ici, pour ne pas croire les macros de dbt."""
    return f"regexp_replace({_sans_accents(texte)}, '[\\s\\p{{Z}}]', '', 'g')"


def cle_nom(texte: str) -> str:
    """Clé d'un nom de structure : sans casse, accents, espaces ni ponctuation ; de même."""
    lettres = f"regexp_replace({_sans_accents(texte)}, '[^\\p{{L}}\\p{{N}}]', '', 'g')"
    return f"coalesce(nullif({lettres}, ''), lower(trim({texte})))"


def _sans_accents(texte: str) -> str:
    return f"replace(replace(strip_accents(lower({texte})), 'œ', 'oe'), 'æ', 'ae')"


def en_vigueur(source: str) -> str:
    """Lignes du dernier fichier nommé jusqu'à l'arrêté, pour une source qui dit un état à la date de son nom."""
    return f"""(
        select l.* from bronze.{source} as l where l._rang = (
            select max(r._rang) from bronze.{source} as r cross join bronze.parametres as p
            where r._etat_au <= p.arrete_au
        )
    )"""


@dataclass(frozen=True)
class Axe:
    """Fait les contrôles d'un axe. Ceux de ce que livrent les partenaires reviennent au responsable du contrat."""

    nom: str

    def livre(
        self, nom: str, severite: str, origines: str, chiffres: tuple[str, ...], *, donnees: str, message: str,
        attente: str, arguments: dict[str, Any],
    ) -> Controle:  # fmt: skip
        """Ce qu'un fichier dit. origines: sources jugées, séparées par un espace, celle qu'il faut corriger d'abord."""
        return Controle(
            nom=nom, axe=self.nom, severite=severite, proprietaire=DU_CONTRAT, origines=tuple(origines.split()),
            chiffres=chiffres, donnees=donnees, attente=attente, arguments=arguments, message=message,
        )  # fmt: skip

    def aucune(
        self, nom: str, severite: str, origines: str, chiffres: tuple[str, ...], *, donnees: str, message: str
    ) -> Controle:
        """Aucune ligne ne doit répondre à la requête ; leur nombre est celui des lignes en cause."""
        return self.livre(
            nom, severite, origines, chiffres, donnees=donnees, message=message, attente="UnexpectedRowsExpectation",
            arguments={"unexpected_rows_query": "select * from {batch}"},
        )  # fmt: skip

    def plupart(
        self, nom: str, severite: str, origines: str, chiffres: tuple[str, ...], *, donnees: str, message: str,
        part: float = PART_MIN, lignes: int = LIGNES_MIN,
    ) -> Controle:  # fmt: skip
        """Vrai d'une part au moins des lignes. donnees: requête de la colonne booléenne `juste`.

        lignes: sous ce nombre, rien n'est jugé.
        """
        return self.livre(
            nom, severite, origines, chiffres,
            donnees=f"select juste from ({donnees}) as jugees qualify count(*) over () >= {lignes}",
            message=message, attente="ExpectColumnValuesToBeInSet",
            arguments={"column": "juste", "value_set": [True], "mostly": part},
        )  # fmt: skip

    # --- Ce que les modèles en font : toujours bloquant, à l'équipe données ---

    def calcule(
        self, nom: str, origines: str, chiffres: tuple[str, ...], *, donnees: str, message: str, attente: str,
        arguments: dict[str, Any],
    ) -> Controle:  # fmt: skip
        """Ce qu'un modèle calcule."""
        return Controle(
            nom=nom, axe=self.nom, severite=BLOQUANT, proprietaire=EQUIPE_DONNEES, origines=tuple(origines.split()),
            chiffres=chiffres, donnees=donnees, attente=attente, arguments=arguments, message=message,
        )  # fmt: skip

    def egaux(
        self, nom: str, origines: str, chiffres: tuple[str, ...], *, publie: str, attendu: str, message: str
    ) -> Controle:
        """Deux requêtes de colonnes `cle` et `n` donnent le même total à chaque clé ; une clé absente vaut 0."""
        return self.calcule(
            nom, origines, chiffres,
            donnees=f"""
                select sum(publie) as publie, sum(attendu) as attendu
                from (
                    select cle, coalesce(n, 0) as publie, 0 as attendu from ({publie}) as p
                    union all select cle, 0 as publie, coalesce(n, 0) as attendu from ({attendu}) as a
                ) as reunis
                group by cle
            """,
            message=message, attente="ExpectColumnPairValuesToBeEqual",
            arguments={"column_A": "publie", "column_B": "attendu"},
        )  # fmt: skip

    def totaux(
        self, nom: str, origines: str, chiffres: tuple[str, ...], *, table: str, groupe: str, mesures: Iterable[str],
        message: str, par: str = "''",
    ) -> Controle:  # fmt: skip
        """La ligne TOTAL d'une table est, pour chaque mesure, la somme des autres. par: clé au-dessus du groupe."""
        lignes = [
            f"select {par} || '{m}' as cle, {groupe} as groupe, {m} as n from {self.nom}.{table}" for m in mesures
        ]
        reunies = " union all ".join(lignes)
        return self.egaux(
            nom, origines, chiffres, message=message,
            publie=f"select cle, n from ({reunies}) as t where groupe = 'TOTAL'",
            attendu=f"select cle, n from ({reunies}) as t where groupe <> 'TOTAL'",
        )  # fmt: skip

    def au_plus(
        self, nom: str, origines: str, chiffres: tuple[str, ...], *, donnees: str, partie: str, tout: str, message: str
    ) -> Controle:
        """Une partie ne dépasse pas son tout."""
        return self.calcule(
            nom, origines, chiffres, donnees=donnees, message=message,
            attente="ExpectColumnPairValuesAToBeGreaterThanB",
            arguments={"column_A": tout, "column_B": partie, "or_equal": True},
        )  # fmt: skip

    def parts(self, nom: str, origines: str, chiffres: tuple[str, ...], *, donnees: str, message: str) -> Controle:
        """Des parts font un tout. donnees: requête de la colonne `total`, leur somme."""
        return self.calcule(
            nom, origines, chiffres, donnees=donnees, message=message, attente="ExpectColumnValuesToBeBetween",
            arguments={"column": "total", "min_value": 1 - ARRONDI, "max_value": 1 + ARRONDI},
        )  # fmt: skip
