"""Les fichiers communs aux axes : événements (une feuille par mois), revue de presse, équipe.

Les événements de 2017 sont envoyés en octobre, les derniers encore planifiés, puis au 1er janvier.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from include.demo.cibles_transverse import (
    EQUIPES,
    PLANIFIE,
    PRESSE_2016,
    PRESSE_2017,
    REALISE,
    SERIES_2016,
    SERIES_2017,
    SERIES_2018,
    Article,
    Serie,
)
from include.demo.clauses import Monde
from include.demo.defauts import (
    Choix,
    Defaut,
    Depots,
    Effet,
    Geste,
    ajouter,
    alterner,
    feuille_en_plus,
    premieres,
    rangs,
    remplacer,
    repeter,
    sans_accents,
    sans_accents_majuscules,
    separer,
    un_sur,
)
from include.demo.fichiers import Facon, Ligne, Livraison, Table

EVENEMENTS = {
    "id_evenement": "N°", "code_projet": "Code projet", "type_evenement": "Type", "intitule": "Intitulé",
    "date_evenement": "Date", "lieu": "Lieu", "nb_participants": "Participants", "nb_entreprises": "Entreprises",
    "nb_structures": "Structures", "nb_excuses": "Excusés", "statut": "Statut",
}  # fmt: skip
PRESSE = {
    "date_parution": "Date de parution", "organe": "Organe de presse", "article": "Article", "gip": "GIP",
    "clauses": "Clauses", "lab_competences": "Lab' Compétences",
}  # fmt: skip
EQUIPE = {"service": "Service", "fonction": "Fonction", "nb_personnes": "Personnes", "etp": "ETP"}
MOIS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre")  # fmt: skip


# -------------------------------------------------------------------------------------------------- les mêmes en tables
def evenements(series: tuple[Serie, ...], connu_le: dt.date) -> dict[str, Table]:
    """Un tableau par mois, tel qu'on le tenait ce jour : ce qui n'avait pas encore eu lieu était planifié."""
    lignes: list[Ligne] = []
    for serie in series:
        for i, jour in enumerate(map(dt.date.fromisoformat, serie.jours)):
            futur = jour > connu_le
            lignes.append(
                {
                    "code_projet": serie.code_projet, "type_evenement": serie.type_evenement,
                    "intitule": serie.intitule, "date_evenement": jour, "lieu": serie.lieu,
                    "nb_participants": None if futur else _ieme(serie.participants, i),
                    "nb_entreprises": None if futur else _ieme(serie.entreprises, i),
                    "nb_structures": None if futur else _ieme(serie.structures, i),
                    "nb_excuses": None if futur else _ieme(serie.excuses, i),
                    "statut": PLANIFIE if futur else serie.statut,
                }
            )  # fmt: skip
    lignes.sort(key=lambda ligne: (str(ligne["date_evenement"]), str(ligne["code_projet"]), str(ligne["intitule"])))
    feuilles: dict[str, list[Ligne]] = {mois: [] for mois in MOIS}
    for n, ligne in enumerate(lignes, 1):
        jour_ = ligne["date_evenement"]
        assert isinstance(jour_, dt.date)
        feuilles[MOIS[jour_.month - 1]].append({"id_evenement": str(n), **ligne})
    return {mois: Table(dict(EVENEMENTS) if contenu else {}, contenu) for mois, contenu in feuilles.items()}


def _ieme(valeurs: tuple[int, ...], rang: int) -> int | None:
    return valeurs[rang] if rang < len(valeurs) else None


def presse(articles: tuple[Article, ...]) -> Table:
    """Revue de presse d'une année ; une croix par marque."""
    lignes: list[Ligne] = [
        {
            "date_parution": dt.date.fromisoformat(jour), "organe": organe, "article": article,
            "gip": "X" if "G" in marques else "", "clauses": "X" if "C" in marques else "",
            "lab_competences": "X" if "L" in marques else "",
        }
        for jour, organe, article, marques in articles
    ]  # fmt: skip
    return Table(PRESSE, lignes)


def equipe(annee: int) -> Table:
    """Équipe d'une année."""
    lignes: list[Ligne] = [
        {"service": service, "fonction": fonction, "nb_personnes": personnes, "etp": Decimal(etp)}
        for service, fonction, personnes, etp in EQUIPES[annee]
    ]
    return Table(EQUIPE, lignes)


# ------------------------------------------------------------------------------------------------ les mêmes en fichiers
EVENEMENTS_2016, EVENEMENTS_OCT = "evenements_2016.xlsx", "evenements_2017.xlsx"
EVENEMENTS_2017, EVENEMENTS_2018 = "evenements_2017_v2.xlsx", "evenements_2018.xlsx"
"""Le classeur de 2017 est envoyé en octobre puis, complété, au 1er janvier : le second remplace le premier."""
REVUE_2016, REVUE_2017 = "revue_presse_2016.csv", "revue_presse_2017.csv"


def deposer(_: Monde) -> Iterator[tuple[Livraison, dict[str, Table]]]:
    """Livraisons communes et leurs tables, par feuille."""
    for fichier, series, depose in (
        (EVENEMENTS_2016, SERIES_2016, dt.datetime(2017, 1, 5, 15, 0)),
        (EVENEMENTS_OCT, SERIES_2017, dt.datetime(2017, 10, 2, 9, 50)),
        (EVENEMENTS_2017, SERIES_2017, dt.datetime(2018, 1, 1, 9, 10)),
        (EVENEMENTS_2018, SERIES_2018, dt.datetime(2017, 12, 20, 10, 30)),
    ):
        feuilles = evenements(series, depose.date())
        if fichier == EVENEMENTS_2016:
            # Cette année-là, un mois sans événement n'a pas de feuille.
            feuilles = {mois: table for mois, table in feuilles.items() if table.lignes}
        yield Livraison("commun/evenements", fichier, depose), feuilles
    for fichier, articles, depose in (
        (REVUE_2016, PRESSE_2016, dt.datetime(2017, 1, 5, 15, 20)),
        (REVUE_2017, PRESSE_2017, dt.datetime(2018, 1, 1, 9, 15)),
    ):
        yield Livraison("commun/presse", fichier, depose), {"": presse(articles)}
    for annee, depose in ((2016, dt.datetime(2016, 2, 1, 10, 30)), (2017, dt.datetime(2017, 2, 1, 10, 30))):
        yield Livraison("commun/equipe", f"equipe_{annee}.csv", depose), {"": equipe(annee)}


FACONS = {f"equipe_{annee}.csv": Facon(encodage="utf-8") for annee in EQUIPES}


# ---------------------------------------------------------------------------------------------------------- les défauts
def copier(choix: Choix, vers: str) -> Geste:
    """Colle aussi des lignes dans la feuille d'un autre mois."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = choix(depots[fichier].lignes)
        depots[f"{fichier.partition('#')[0]}#{vers}"].lignes += [dict(ligne) for ligne in lignes]
        return len(lignes)

    return geste


def reporter(choix: Choix, jour: dt.date) -> Geste:
    """Change la date d'un événement et le laisse dans la feuille du mois prévu."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = choix(depots[fichier].lignes)
        for ligne in lignes:
            ligne["date_evenement"] = jour
        return len(lignes)

    return geste


def colonnes_d_abord(*premieres_colonnes: str) -> Geste:
    """Écrit d'abord ces colonnes."""

    def geste(depots: Depots, fichier: str) -> int:
        table = depots[fichier]
        table.entetes = {c: table.entetes[c] for c in premieres_colonnes} | table.entetes
        return len(premieres_colonnes)

    return geste


def _vaut_croix(ligne: Ligne) -> bool:
    return ligne["gip"] == "X"


def _feuille(mois: str) -> str:
    return f"{EVENEMENTS_2017}#{mois}"


D, E = Defaut, Effet
_WEBINAIRE: Ligne = {
    "id_evenement": "99B", "code_projet": "224", "type_evenement": "Webinaire", "intitule": "Découvrir le BIM",
    "date_evenement": dt.date(2017, 12, 6), "statut": REALISE,
}  # fmt: skip
DEFAUTS: tuple[Defaut, ...] = (
    # Événements.
    *(
        D(_feuille(mois), E.COMPRIS, "intitulés en capitales sans accents",
          remplacer("intitule", sans_accents_majuscules, un_sur(4, 1)))
        for mois in ("mars", "juin", "novembre")
    ),
    D(_feuille("mai"), E.COMPRIS, "type sans accent ni majuscule",
      remplacer("type_evenement", lambda t: sans_accents(t).lower(), un_sur(3))),
    D(_feuille("septembre"), E.COMPRIS, "colonnes dans un autre ordre",
      colonnes_d_abord("date_evenement", "statut")),
    D(_feuille("juillet"), E.COMPRIS, "événement reporté à la rentrée, resté dans la feuille du mois prévu",
      reporter(premieres(1, lambda x: x["intitule"] == "Bilan avec l'ARIQ BTP"), dt.date(2017, 9, 8))),
    D(_feuille("mars"), E.ANOMALIE, "nombre en toutes lettres",
      remplacer("nb_participants", "une quinzaine",
                premieres(1, lambda x: x["intitule"] == "Conseil d'administration"))),
    D(_feuille("octobre"), E.DOUBLON, "événement recopié dans la feuille du mois suivant",
      copier(rangs(0), "novembre")),
    D(_feuille("décembre"), E.REJET, "type hors liste", ajouter(_WEBINAIRE)),
    D(_feuille("avril"), E.VIDE, "ligne vide au milieu", separer(0)),
    D(EVENEMENTS_2017, E.FEUILLE, "feuille à recopier pour un mois", feuille_en_plus("Modèle", "Code projet")),
    # Presse.
    D(REVUE_2017, E.COMPRIS, "croix écrites autrement", alterner("gip", ("x", "O", "Oui"), un_sur(4, 2, _vaut_croix))),
    D(REVUE_2017, E.COMPRIS, "organe en capitales", remplacer("organe", str.upper, un_sur(6))),
    D(REVUE_2017, E.DOUBLON, "article collé deux fois", repeter(9)),
    D(REVUE_2017, E.VIDE, "semestres séparés à l'œil", separer(13)),
    # Équipe.
    D("equipe_2017.csv", E.COMPRIS, "temps plein écrit en entier",
      remplacer("etp", "1", un_sur(2, 0, lambda x: x["etp"] == Decimal(1)))),
)  # fmt: skip
