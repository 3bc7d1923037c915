"""Le modèle : ce que l'on compare de deux identités, et ce que chaque ressemblance pèse.

Un modèle de Fellegi et Sunter (bibliothèque Splink). Les niveaux de comparaison sont écrits ici ; leurs poids, appris
sans étiquettes par `entrainement`, sont dans modele.json. La nuit lit ces poids et ne les change jamais.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

CHEMIN = Path(__file__).with_name("modele.json")


@dataclass(frozen=True)
class Niveau:
    """Un degré de ressemblance : le premier dont la condition est vraie l'emporte.

    frequence: colonne dont la fréquence de la valeur commune module le poids (un nom rare prouve plus qu'un courant).
    """

    nom: str
    condition: str
    frequence: str | None = None


AUTREMENT = "ELSE"
# Une lettre changée, oubliée, en trop ou intervertie avec sa voisine ; ou le même son.
_FAUTE = """(
    {c}_son_l = {c}_son_r
    or (damerau_levenshtein({c}_colle_l, {c}_colle_r) <= 1
        and least(length({c}_colle_l), length({c}_colle_r)) >= {n})
)"""
_DEUX_FAUTES = """(
    damerau_levenshtein({c}_colle_l, {c}_colle_r) <= 2
    and least(length({c}_colle_l), length({c}_colle_r)) >= {n}
)"""
# Un mot entier de l'un est tout l'autre : « Martin » et « Martin-Dupont », « Claude » et « Jean-Claude ».
_CONTENU = """(
    contains(' ' || {c}_l || ' ', ' ' || {c}_r || ' ') or contains(' ' || {c}_r || ' ', ' ' || {c}_l || ' ')
)"""
# Un prénom est usuel s'il est de référence, ou si plus de noms le portent qu'une faute sur l'autre n'en ferait porter :
# d'un prénom à n porteurs, une faute donnée en touche au plus un sur cent, à la dispersion près.
_USUEL = "(prenom_connu_{a} or prenom_porteurs_{a} >= 3 + 0.01 * prenom_porteurs_{b} + 0.3 * sqrt(prenom_porteurs_{b}))"
# Deux prénoms usuels différents sont deux prénoms (Marie et Marine sont peut-être jumelles), pas une faute ; sauf s'ils
# sonnent pareil, à une lettre près, et se donnent au même sexe (Mohamed et Mohammed).
_DEUX_PRENOMS = f"""(
    {_USUEL.format(a="l", b="r")} and {_USUEL.format(a="r", b="l")}
    and not (
        prenom_son_l = prenom_son_r and damerau_levenshtein(prenom_colle_l, prenom_colle_r) <= 1
        and coalesce(prenom_sexe_l = prenom_sexe_r, false)
    )
)"""
_INITIALE = """(
    (length(prenom_colle_l) <= 2 and starts_with(prenom_initiales_r, prenom_colle_l))
    or (length(prenom_colle_r) <= 2 and starts_with(prenom_initiales_l, prenom_colle_r))
    or (length(prenom_colle_l) = 1 and starts_with(prenom_r, prenom_colle_l))
    or (length(prenom_colle_r) = 1 and starts_with(prenom_l, prenom_colle_r))
)"""
_TRONQUE = """(
    least(length({c}_colle_l), length({c}_colle_r)) >= {n}
    and (starts_with({c}_colle_l, {c}_colle_r) or starts_with({c}_colle_r, {c}_colle_l))
)"""
_DIMINUTIF = "(list_contains(prenom_diminutifs_l, prenom_r) or list_contains(prenom_diminutifs_r, prenom_l))"
# 20, 30 ou 40 ans d'écart jour pour jour : un père et son fils, plus souvent qu'une faute.
_UN_CHIFFRE = """(
    damerau_levenshtein(date_naissance_l, date_naissance_r) = 1
    and abs(annee_l - annee_r) not in (20, 30, 40)
)"""

COMPARAISONS: dict[str, tuple[Niveau, ...]] = {
    "nom": (
        Niveau("identique", "nom_l = nom_r or nom_plein_l = nom_plein_r", "nom"),
        Niveau("proche", _FAUTE.format(c="nom", n=3)),
        Niveau("deux_fautes", _DEUX_FAUTES.format(c="nom", n=6)),
        Niveau("partiel", f"{_CONTENU.format(c='nom')} or {_TRONQUE.format(c='nom', n=4)}"),
        Niveau("different", AUTREMENT),
    ),
    "prenom": (
        Niveau("identique", "prenom_colle_l = prenom_colle_r", "prenom"),
        Niveau("proche", f"{_FAUTE.format(c='prenom', n=3)} and not {_DEUX_PRENOMS}"),
        Niveau("deux_fautes", f"{_DEUX_FAUTES.format(c='prenom', n=5)} and not {_DEUX_PRENOMS}"),
        Niveau(
            "partiel",
            f"{_INITIALE} or {_CONTENU.format(c='prenom')} or {_DIMINUTIF}"
            f" or ({_TRONQUE.format(c='prenom', n=3)} and not {_DEUX_PRENOMS})",
        ),
        Niveau("lointain", f"jaro_winkler_similarity(prenom_colle_l, prenom_colle_r) >= 0.6 and not {_DEUX_PRENOMS}"),
        Niveau("proche_mais_usuel", _FAUTE.format(c="prenom", n=3)),
        Niveau("different", AUTREMENT),
    ),
    "date_naissance": (
        Niveau("identique", "date_naissance_l = date_naissance_r", "date_naissance"),
        Niveau("jour_mois_inverses", "annee_l = annee_r and jour_l = mois_r and mois_l = jour_r"),
        Niveau("un_chiffre", _UN_CHIFFRE),
        Niveau("annee_seule", "annee_l = annee_r and (premier_janvier_l or premier_janvier_r)"),
        Niveau("jour_ou_mois", "annee_l = annee_r and (mois_l = mois_r or jour_l = jour_r)"),
        Niveau("differente", AUTREMENT),
    ),
    "sexe": (
        Niveau("identique", "sexe_l = sexe_r"),
        Niveau("different", AUTREMENT),
    ),
    "commune": (
        Niveau("identique", "commune_l = commune_r", "commune"),
        Niveau("proche", f"jaro_winkler_similarity(commune_l, commune_r) >= 0.92 or {_CONTENU.format(c='commune')}"),
        Niveau("differente", AUTREMENT),
    ),
}
"""Ce qui se compare, du plus ressemblant au plus différent. Une valeur inconnue d'un côté ne pèse rien."""

FREQUENCES = tuple(n.frequence for niveaux in COMPARAISONS.values() for n in niveaux if n.frequence)
"""Colonnes dont la fréquence des valeurs compte."""


@dataclass(frozen=True)
class Modele:
    """Ce qui a été appris, et de quoi.

    paires_par_identite: nombre de couples vrais par identité du jeu d'entraînement ; donne l'a priori à toute taille.
    poids: par comparaison et niveau, la probabilité de ce niveau si c'est la même personne (m), sinon (u).
    prenoms: prénoms attestés dans le jeu et le sexe qui les porte (F, M, ou vide).
    frequences: fréquence des noms et des prénoms courants du jeu, qui complète celle d'un petit fichier.
    """

    version: str
    appris_le: str
    jeu: str
    splink: str
    paires_par_identite: float
    poids: dict[str, dict[str, tuple[float, float]]]
    prenoms: dict[str, str]
    frequences: dict[str, dict[str, float]]

    def ecrire(self, chemin: Path = CHEMIN) -> None:
        """Écrit le modèle en JSON, clés triées : deux apprentissages se comparent ligne à ligne."""
        texte = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        chemin.write_text(texte + "\n", encoding="utf-8")

    def reglages(self, probabilite: float, regles: list[str]) -> dict[str, Any]:
        """Réglages de Splink pour prédire avec ces poids.

        probabilite: celle que deux identités prises au hasard soient la même personne. regles: voir comparaison.
        """
        return reglages(probabilite, regles, self.poids)


@cache
def charger(chemin: Path = CHEMIN) -> Modele:
    """Le modèle du projet. Lève ValueError si modele.json ne dit pas le poids de chaque niveau."""
    modele = Modele(**json.loads(chemin.read_text(encoding="utf-8")))
    attendus = {(c, n.nom) for c, niveaux in COMPARAISONS.items() for n in niveaux}
    appris = {(c, n) for c, niveaux in modele.poids.items() for n in niveaux}
    if attendus != appris:
        ecart = ", ".join(sorted(f"{c}.{n}" for c, n in attendus ^ appris))
        raise ValueError(f"{chemin.name} et modele.py ne disent pas les mêmes niveaux ({ecart}) : lancez make train.")
    return modele


def reglages(
    probabilite: float, regles: list[str], poids: dict[str, dict[str, tuple[float, float]]] | None = None
) -> dict[str, Any]:
    """Réglages de Splink ; sans poids, ceux d'un modèle à entraîner."""
    comparaisons = []
    for colonne, niveaux in COMPARAISONS.items():
        inconnue = {
            "sql_condition": f"{colonne}_l is null or {colonne}_r is null",
            "label_for_charts": "inconnu",
            "is_null_level": True,
        }
        decrits = [_niveau(n, (poids or {}).get(colonne, {}).get(n.nom)) for n in niveaux]
        comparaisons.append({"output_column_name": colonne, "comparison_levels": [inconnue, *decrits]})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "forme",
        "probability_two_random_records_match": probabilite,
        "comparisons": comparaisons,
        "blocking_rules_to_generate_predictions": regles,
        # Splink ne rend le niveau de chaque comparaison qu'avec les valeurs comparées.
        "retain_matching_columns": True,
        "additional_columns_to_retain": ["identite"],
        "em_convergence": 0.0005,
        "max_iterations": 60,
    }


def _niveau(niveau: Niveau, poids: tuple[float, float] | None) -> dict[str, Any]:
    decrit: dict[str, Any] = {"sql_condition": niveau.condition, "label_for_charts": niveau.nom}
    if niveau.frequence:
        decrit |= {"tf_adjustment_column": niveau.frequence, "disable_tf_exact_match_detection": True}
    if poids:
        decrit |= {"m_probability": poids[0], "u_probability": poids[1]}
    return decrit
