"""Les chiffres d'un axe, ce qu'ils comptent, et ce que les rapports imprimés en disent."""

from __future__ import annotations

from typing import Any

import duckdb

from include.extraits.classeur.mots import Colonne, intitules, nature_compte
from include.extraits.classeur.plume import Case, Plume, adresse
from include.extraits.francais import unite
from include.extraits.lecture import Ligne, lignes, tables

CHIFFRES, RAPPROCHEMENT, METHODE = "Chiffres", "Rapprochement", "Méthode"
OBJETS = {
    CHIFFRES: "Une ligne par chiffre et par période, la plus récente d'abord ; chaque code mène à sa méthode.",
    RAPPROCHEMENT: "Une ligne par nombre imprimé : le sien, le nôtre, et ce qui les sépare.",
    METHODE: "Une ligne par chiffre : ce qu'il compte, sur quoi, d'où, sur quelle période.",
}
"""Ce que dit chaque feuille, sur la première."""
_COLONNES = {
    CHIFFRES: (
        Colonne("code", "Code", "texte", 10),
        Colonne("libelle", "Chiffre", "paragraphe", 84),
        Colonne("annee", "Année", "annee", 10),
        Colonne("periode_debut", "Du", "date", 12),
        Colonne("periode_fin", "Au", "date", 12),
        Colonne("valeur", "Valeur", "nombre", 16),
        Colonne("unite", "Unité", "texte", 22),
        Colonne("numerateur", "Numérateur", "nombre", 15),
        Colonne("denominateur", "Dénominateur", "nombre", 17),
        Colonne("publication", "Publication", "texte", 16),
    ),
    RAPPROCHEMENT: (
        Colonne("code", "Code", "texte", 10),
        Colonne("libelle", "Ce que dit le rapport", "paragraphe", 56),
        Colonne("periode_debut", "Du", "date", 12),
        Colonne("periode_fin", "Au", "date", 12),
        Colonne("publie", "Imprimé", "nombre", 14),
        Colonne("calcule", "Calculé", "nombre", 14),
        Colonne("ecart", "Écart", "nombre", 13),
        Colonne("unite", "Unité", "texte", 16),
        Colonne("verdict", "Verdict", "texte", 17),
        Colonne("explication", "Explication", "paragraphe", 74),
    ),
    METHODE: (
        Colonne("code", "Code", "texte", 10),
        Colonne("libelle", "Chiffre", "paragraphe", 40),
        Colonne("unite", "Unité", "texte", 16),
        Colonne("numerateur", "Numérateur", "paragraphe", 44),
        Colonne("denominateur", "Dénominateur", "paragraphe", 32),
        Colonne("retenu", "Ce que le calcul retient", "paragraphe", 28),
        Colonne("periode", "Période", "paragraphe", 26),
        Colonne("modele", "Table", "texte", 28),
        Colonne("sources", "Sources", "paragraphe", 26),
        Colonne("alias_de", "Même chiffre que", "texte", 14),
    ),
}


def lire_chiffres(base: duckdb.DuckDBPyConnection, axe: str) -> list[Ligne]:
    """Les chiffres de rapport.indicateurs d'un axe, l'année la plus récente d'abord."""
    if not tables(base, "rapport", "indicateurs"):
        return []
    return lignes(
        base, f"select * from rapport.indicateurs where axe = '{axe}' order by annee desc, code, periode_debut"
    )


def lire_definitions(base: duckdb.DuckDBPyConnection, axe: str) -> list[Ligne]:
    """Les définitions des chiffres d'un axe."""
    if not tables(base, "rapport", "definitions"):
        return []
    return lignes(base, f"select * from rapport.definitions where axe = '{axe}' order by code")


def lire_rapprochements(base: duckdb.DuckDBPyConnection) -> list[Ligne]:
    """Ce que les rapports impriment, ce que nous trouvons, dans quelle unité, et ce qu'il faut en penser."""
    if not {("rapport", t) for t in ("rapprochement", "chiffres_publies", "definitions")} <= set(
        tables(base, "rapport")
    ):
        return []
    return lignes(
        base,
        "select r.*, p.libelle, d.unite from rapport.rapprochement as r "
        "left join rapport.chiffres_publies as p using (code, periode_debut, periode_fin) "
        "left join rapport.definitions as d using (code) "
        "order by r.annee desc, r.code, r.periode_debut",
    )


def ecrire_chiffres(plume: Plume, chiffres: list[Ligne], definitions: list[Ligne]) -> None:
    """Chaque chiffre de l'axe, à chaque période : valeur, numérateur et dénominateur dans leur unité."""
    place = {d["code"]: adresse(METHODE, f"A{i}") for i, d in enumerate(definitions, 2)}
    plume.feuille_de_tableau(
        CHIFFRES,
        "chiffres",
        _COLONNES[CHIFFRES],
        [
            [
                Case(c["code"], "lien", place[c["code"]]) if c["code"] in place else c["code"],
                c["libelle"], c["annee"], c["periode_debut"], c["periode_fin"], _mesure(c["valeur"], c["unite"]),
                unite(c["unite"]), _compte(c["numerateur"]), _compte(c["denominateur"]), c["publication"],
            ]
            for c in chiffres
        ],
        figees=2,
    )  # fmt: skip


def ecrire_rapprochement(plume: Plume, rapprochements: list[Ligne]) -> None:
    """Chaque nombre imprimé, le nôtre, l'écart et son explication."""
    verdicts = intitules()["valeurs"]["verdict"]
    plume.feuille_de_tableau(
        RAPPROCHEMENT,
        "rapprochement",
        _COLONNES[RAPPROCHEMENT],
        [
            [
                r["code"], r["libelle"], r["periode_debut"], r["periode_fin"], _mesure(r["publie"], r["unite"]),
                _mesure(r["calcule"], r["unite"]), _ecart(r["ecart"], r["unite"]), unite(r["unite"] or ""),
                verdicts.get(r["verdict"], r["verdict"]), r["explication"],
            ]
            for r in rapprochements
        ],
        figees=2,
    )  # fmt: skip


def ecrire_methode(plume: Plume, definitions: list[Ligne]) -> None:
    """Ce que chaque chiffre compte, sur quoi, d'où et sur quelle période."""
    plume.feuille_de_tableau(
        METHODE,
        "methode",
        _COLONNES[METHODE],
        [
            [
                d["code"], d["libelle"], unite(d["unite"]), d["numerateur"], d["denominateur"], _retenu(d),
                d["periode"], d["modele"], d["sources"].replace(" ", "\n"), d["alias_de"],
            ]
            for d in definitions
        ],
        figees=2,
    )  # fmt: skip


def _retenu(definition: Ligne) -> str | None:
    """Ce dont le calcul est paramétré : « BTP ; embauche directe »."""
    dits = [str(v).replace("|", ", ") for v in (definition["parametre"], definition["complement"]) if v]
    return " ; ".join(dits) or None


def _mesure(valeur: Any, unite: str | None) -> Case:
    """Une valeur dans son unité ; la base tient un pourcentage sur 100, un tableur sur 1."""
    if unite == "pourcent":
        return Case(float(valeur) / 100 if isinstance(valeur, int | float) else valeur, "pourcent")
    return Case(valeur, "heures") if unite == "heures" else _compte(valeur)


def _ecart(valeur: Any, unite: str | None) -> Case:
    """Deux pourcentages diffèrent de points."""
    return Case(valeur, "points") if unite == "pourcent" else _mesure(valeur, unite)


def _compte(valeur: Any) -> Case:
    return Case(valeur, nature_compte(valeur))
