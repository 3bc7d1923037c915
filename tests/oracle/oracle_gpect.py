"""Les tables de l'axe GPECT : visites et offres RCE, entretiens, besoins, enquête, plans d'actions, listes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
from email_validator import EmailNotValidError, validate_email
from identites import Structures
from lecture import NON_RENSEIGNE, Lue, avant, cle_texte, etat, montrer, table

TOTAL = "TOTAL"
STATUTS = {
    "realise": "Réalisé",
    "en_cours": "En cours",
    "non_demarre": "Non démarré",
    "non_traite": "Non traité",
    "reporte": "Reporté",
}
"""Colonnes de rpt_plan_actions et statut qu'elles comptent."""


class Gpect:
    """Les tables, l'une après l'autre, à partir des lignes en vigueur."""

    def __init__(self, lues: list[Lue], arrete: dt.date, structures: Structures) -> None:
        self.lues = lues
        self.arrete = arrete

        def datees(source: str, colonne: str) -> pd.DataFrame:
            lignes = avant(table(lues, source), colonne, arrete).sort_values([colonne, "_ligne"], kind="stable")
            if "entreprise" in lignes:
                lignes["structure"] = [structures.racine(n) for n in lignes["entreprise"]]
            return lignes

        self.visites = datees("rce_visites", "date_visite")
        self.offres = datees("rce_offres", "date_offre")
        self.entretiens = datees("gpect_entretiens", "date_entretien")
        self.besoins = table(lues, "gpect_besoins")
        self.reponses = datees("enquete_zti", "date_reponse")

    def tables(self) -> dict[str, pd.DataFrame]:
        """Chaque table par son nom publié."""
        return {
            "rpt_rce_entreprises": self._rce_entreprises(),
            "rpt_rce_offres_secteur": self._rce_offres_secteur(),
            "rpt_entretiens": self._entretiens(),
            "rpt_besoins": self._besoins(),
            "rpt_enquete_zti": self._enquete_zti(),
            "rpt_plan_actions": self._plan_actions(),
            "rpt_eco_structures": self._eco_structures(),
            "rpt_public_longvic": self._public_longvic(),
        }

    # --- visites et offres RCE ---

    def _periodes(self) -> Iterator[tuple[dt.date, dt.date]]:
        """Depuis la première visite à chaque 31 décembre et à l'arrêté, et chaque année civile, une fois chacune."""
        if self.visites.empty:
            return
        annees = sorted({d.year for d in self.visites["date_visite"]})
        debut = min(self.visites["date_visite"]).replace(day=1)
        fins = [min(dt.date(a, 12, 31), self.arrete) for a in annees]
        yield from dict.fromkeys(
            [
                *((debut, fin) for fin in [*fins, self.arrete]),
                *((dt.date(a, 1, 1), fin) for a, fin in zip(annees, fins, strict=True)),
            ]
        )

    def _rce_entreprises(self) -> pd.DataFrame:
        lignes = []
        for debut, fin in self._periodes():
            v = self.visites
            v = v[[debut <= d <= fin for d in v["date_visite"]]]
            rendez_vous = v.groupby("structure").size()
            # Les visites sont rangées : la dernière ligne d'une structure est sa plus récente.
            for structure, dernier in v.drop_duplicates("structure", keep="last").set_index("structure").iterrows():
                for dimension, modalite in _dimensions(dernier).items():
                    lignes.append((debut, fin, dimension, modalite, 1, int(rendez_vous[structure])))
        cle = ["periode_debut", "periode_fin", "dimension", "modalite"]
        t = pd.DataFrame(lignes, columns=[*cle, "entreprises", "rendez_vous"])
        return t.groupby(cle).sum().reset_index()

    def _rce_offres_secteur(self) -> pd.DataFrame:
        visitees = self.visites.drop_duplicates("structure", keep="last")
        avec_offres = self.offres.drop_duplicates("structure", keep="last")
        lignes = []
        for secteur in [*sorted({*self.visites["secteur"], *self.offres["secteur"]}), TOTAL]:
            v, a, o = (
                t if secteur == TOTAL else t[t["secteur"] == secteur] for t in (visitees, avec_offres, self.offres)
            )
            lignes.append(
                {
                    "secteur": secteur,
                    "entreprises_visitees": len(v),
                    "entreprises_avec_offres": len(a),
                    "offres": len(o),
                    "postes_q": _somme(o["postes_qualifies"]),
                    "postes_zg": _somme(o["postes_zone_grise"]),
                    "postes_nq": _somme(o["postes_non_qualifies"]),
                    "offres_pourvues": int((o["pourvue"] == "O").sum()),
                    "offres_en_cours": int((o["pourvue"] == "En cours").sum()),
                    "offres_nsp": int((o["pourvue"] == "NSP").sum()),
                    "postes_pourvus": _somme(o["postes_pourvus"]),
                }
            )
        return pd.DataFrame(lignes, dtype=object)

    # --- entretiens et besoins ---

    def _entretiens(self) -> pd.DataFrame:
        faits = self.entretiens[self.entretiens["statut"] == "Réalisé"]
        lignes = []
        for demarche, ici in faits.groupby("demarche"):
            structures = ici.drop_duplicates("structure", keep="last")
            for departement in [*sorted({*ici["departement"]}), TOTAL]:
                e, s = (t if departement == TOTAL else t[t["departement"] == departement] for t in (ici, structures))
                interroge = _somme(s["effectif"])
                territoire = self._effectif_territoire(demarche, "Bourgogne" if departement == TOTAL else departement)
                lignes.append(
                    {
                        "demarche": demarche,
                        "departement": departement,
                        "entreprises": len(s),
                        "entretiens": len(e),
                        "effectif_interroge": interroge,
                        "effectif_territoire": territoire,
                        "couverture": interroge / territoire if territoire else None,
                    }
                )
        return pd.DataFrame(lignes, dtype=object)

    def _effectif_territoire(self, demarche: str, territoire: str) -> int | None:
        """Effectif de la dernière année connue à l'arrêté ; une ligne renvoyée à 0 est retirée."""
        connus = [
            (e["annee"], e["effectif_salarie"])
            for _, e in table(self.lues, "emfor_effectifs").iterrows()
            if cle_texte(e["secteur"]) == cle_texte(demarche)
            and cle_texte(e["territoire"]) == cle_texte(territoire)
            and e["annee"] <= self.arrete.year
            and e["effectif_salarie"] > 0
        ]
        return max(connus)[1] if connus else None

    def _besoins(self) -> pd.DataFrame:
        b = avant(self.besoins, "date_besoin", self.arrete)
        b = b.assign(metier=montrer(b["metier"]))
        return b.groupby(["demarche", "metier"])["nb_postes"].sum().reset_index(name="postes")

    # --- enquête, plans, listes ---

    def _enquete_zti(self) -> pd.DataFrame:
        comptes = {"repondants": None, "appui_rh": "appui_rh", "appui_numerique": "appui_numerique"}
        return _avec_total(self.reponses, "type_commerce", comptes)

    def _plan_actions(self) -> pd.DataFrame:
        plan = etat(self.lues, "plan_actions", self.arrete)
        plan["axe_strategique"] = montrer(plan["axe_strategique"])
        for colonne, statut in STATUTS.items():
            plan[colonne] = (plan["statut"] == statut).astype(int)
        groupes = plan.groupby(["code_projet", "num_axe", "axe_strategique"])
        comptes = groupes[list(STATUTS)].sum().reset_index()
        comptes["fiches"] = list(groupes.size())
        return comptes

    def _eco_structures(self) -> pd.DataFrame:
        structures = etat(self.lues, "eco_structures", self.arrete)
        structures["champ"] = structures["champ"].fillna(NON_RENSEIGNE)
        return _avec_total(structures, "champ", {"structures": None, "locales": "locale"})

    def _public_longvic(self) -> pd.DataFrame:
        demandeurs = etat(self.lues, "pole_emploi_longvic", self.arrete)
        demandeurs["rome_domaine"] = [r[0].upper() for r in demandeurs["rome_1"]]
        demandeurs["valide"] = [bool(c) and courriel_valide(c) for c in demandeurs["courriel"]]
        return _avec_total(demandeurs, "rome_domaine", {"demandeurs": None, "courriels_valides": "valide"})


def _dimensions(visite: pd.Series) -> dict[str, str]:
    """Modalité d'une structure dans chaque dimension, d'après sa dernière visite."""
    return {
        "total": TOTAL,
        "club": oui_non(visite["adherent_club"]),
        "artisan": oui_non(visite["artisan"]),
        "tranche_effectif": tranche(visite["effectif"]),
        "secteur": visite["secteur"],
        "besoin_recrutement": oui_non(visite["besoin_recrutement"]),
        "origine": visite["origine"] or NON_RENSEIGNE,
    }


def oui_non(valeur: bool) -> str:
    """La modalité d'une colonne oui ou non."""
    return "oui" if valeur else "non"


def tranche(effectif: int | None) -> str:
    """Tranche d'effectif."""
    if effectif is None:
        return NON_RENSEIGNE
    if effectif < 10:
        return "< 10"
    return "10 à 20" if effectif <= 20 else "> 20"


def courriel_valide(courriel: str) -> bool:
    """Vrai si la syntaxe est celle d'un courriel ; aucune requête ne sort."""
    try:
        validate_email(courriel, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _somme(valeurs: pd.Series) -> int:
    return int(sum(v for v in valeurs if v is not None))


def _avec_total(lignes: pd.DataFrame, cle: str, comptes: dict[str, str | None]) -> pd.DataFrame:
    """Une ligne par modalité et une pour l'ensemble : le nombre de lignes, ou de celles dont la colonne est vraie."""
    rendues: list[dict[str, Any]] = []
    for modalite in [*sorted({*lignes[cle]}), *([TOTAL] if len(lignes) else [])]:
        ici = lignes if modalite == TOTAL else lignes[lignes[cle] == modalite]
        rendues.append(
            {cle: modalite} | {nom: int(ici[c].astype(bool).sum()) if c else len(ici) for nom, c in comptes.items()}
        )
    return pd.DataFrame(rendues, columns=[cle, *comptes], dtype=object)
