"""Dire en français pourquoi deux identités se ressemblent, et pourquoi ce n'est pas sûr ; jamais une valeur."""

from __future__ import annotations

from typing import Any

RESSEMBLE = {
    "nom": {
        "identique": "même nom", "proche": "noms à une faute près", "deux_fautes": "noms à deux fautes près",
        "partiel": "noms en partie communs",
    },
    "prenom": {
        "identique": "même prénom", "proche": "prénoms à une faute près",
        "deux_fautes": "prénoms à deux fautes près", "partiel": "prénom abrégé ou en partie commun",
    },
    "date_naissance": {
        "identique": "même date de naissance", "jour_mois_inverses": "jour et mois de naissance inversés",
        "un_chiffre": "dates de naissance à un chiffre près", "annee_seule": "même année de naissance",
    },
    "commune": {"identique": "même commune", "proche": "communes proches"},
}  # fmt: skip
DIFFERE = {
    "nom": {"different": "noms différents"},
    "prenom": {
        "different": "prénoms différents",
        "lointain": "prénoms seulement ressemblants",
        "proche_mais_usuel": "prénoms proches mais tous deux usuels (jumeaux ?)",
        "inconnu": "prénom inconnu",
    },
    "date_naissance": {
        "differente": "dates de naissance différentes (homonymes ?)", "inconnu": "date de naissance inconnue",
        "jour_ou_mois": "jour ou mois de naissance différent",
    },
    "sexe": {"different": "sexes différents"},
    "commune": {"differente": "communes différentes", "inconnu": "commune inconnue"},
}  # fmt: skip
CONTRADICTION = "une autre fiche de l'une contredit l'autre"
CONCURRENT = "une autre personne ressemble autant"
DECISIONS_CONTRAIRES = "décisions contradictoires : « même » et « différentes » à la fois"
DECIDEE = "décision d'une personne"
"""Motif d'une réunion que la liste de revue a décidée."""


def regle(couple: dict[str, Any]) -> str | None:
    """Nom de la règle qui suffit à réunir un couple sans contradiction, ou None : le modèle décidera.

    couple: niveaux de ressemblance de chaque comparaison (voir modele.COMPARAISONS), `inverse`, `usages_differents`.
    """
    memes_noms = couple["nom"] == couple["prenom"] == "identique"
    if not memes_noms or couple["contredit"] or couple["sexe"] == "different":
        return None
    if couple["date_naissance"] == "identique":
        if couple["inverse"]:
            return "nom et prénom intervertis, même date de naissance"
        if couple["usages_differents"]:
            return "nom de naissance de l'une et de l'autre, même prénom, même date de naissance"
        return "mêmes nom, prénom et date de naissance"
    if couple["date_naissance"] == "jour_mois_inverses" and not couple["inverse"]:
        return "mêmes nom et prénom, jour et mois de naissance inversés"
    return None


def ressemblances(couple: dict[str, Any]) -> str:
    """Ce qui est commun aux deux identités."""
    communs = [textes[couple[c]] for c, textes in RESSEMBLE.items() if couple[c] in textes]
    if couple["inverse"]:
        communs.append("nom et prénom intervertis")
    return ", ".join(communs)


def reserves(couple: dict[str, Any], *autres: str) -> str:
    """Ce qui les distingue, ou qui manque."""
    trouvees = [textes[couple[c]] for c, textes in DIFFERE.items() if couple[c] in textes]
    if couple["naissances_differentes"]:
        trouvees.append("noms de naissance différents")
    return ", ".join([*trouvees, *autres]) or "noms trop courants pour conclure"
