"""Les tables du Campus, et celles du rapport qui ne sont d'aucun axe : presse, événements, équipe."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from lecture import Lue, avant, etat, montrer, table


def campus_transverse(lues: list[Lue], arrete: dt.date) -> dict[str, pd.DataFrame]:
    """Chaque table par son nom publié."""
    return {
        "rpt_rencontres": _rencontres(lues, arrete),
        "rpt_gouvernance": _gouvernance(lues, arrete),
        "rpt_presse": _presse(lues, arrete),
        "rpt_evenements": _evenements(lues, arrete),
        "rpt_equipe": _equipe(lues, arrete),
    }


def _rencontres(lues: list[Lue], arrete: dt.date) -> pd.DataFrame:
    r = avant(table(lues, "campus_rencontres"), "date_rencontre", arrete)
    r = r.assign(annee=[d.year for d in r["date_rencontre"]])
    groupes = r.groupby(["annee", "num_axe", "type_interlocuteur"])
    return groupes.agg(rencontres=("id_rencontre", "size"), personnes=("nb_personnes", "sum")).reset_index()


def _gouvernance(lues: list[Lue], arrete: dt.date) -> pd.DataFrame:
    m = etat(lues, "campus_membres", arrete)
    m["instance"] = montrer(m["instance"])
    return m.groupby(["instance", "college"]).size().reset_index(name="membres")


def _presse(lues: list[Lue], arrete: dt.date) -> pd.DataFrame:
    p = avant(table(lues, "presse"), "date_parution", arrete)
    p["organe"] = montrer(p["organe"])
    p = p.assign(annee=[d.year for d in p["date_parution"]], mois=[d.month for d in p["date_parution"]], articles=1)
    rubriques = ["gip", "clauses", "lab_competences"]
    p[rubriques] = p[rubriques].astype(int)
    return p.groupby(["annee", "mois", "organe"])[["articles", *rubriques]].sum().reset_index()


def _evenements(lues: list[Lue], arrete: dt.date) -> pd.DataFrame:
    e = avant(table(lues, "evenements"), "date_evenement", arrete)
    e = e[e["statut"] == "Réalisé"]
    e = e.assign(
        annee=[d.year for d in e["date_evenement"]],
        evenements=1,
        participants=[n or 0 for n in e["nb_participants"]],
    )
    return e.groupby(["annee", "code_projet", "type_evenement"])[["evenements", "participants"]].sum().reset_index()


def _equipe(lues: list[Lue], arrete: dt.date) -> pd.DataFrame:
    """L'année est celle du fichier ; une année qui commence après l'arrêté ne compte pas."""
    e = table(lues, "equipe").rename(columns={"_annee": "annee", "nb_personnes": "personnes"})
    e = e[e["annee"].astype(int) <= arrete.year].copy()
    for colonne in ("service", "fonction"):
        e[colonne] = montrer(e[colonne])
    return e.groupby(["annee", "service", "fonction"])[["personnes", "etp"]].sum().reset_index()
