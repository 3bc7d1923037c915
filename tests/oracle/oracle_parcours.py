"""Les tables de l'axe parcours : 100 chances, étapes des dispositifs, prescriptions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from catalogue import sources
from identites import personnes
from lecture import NON_RENSEIGNE, Lue, avant, montrer, table

DECISIONS = {
    "entrees_differees": "Entrée différée",
    "refus_comite": "Refus comité",
    "abandons_candidat": "Abandon candidat",
    "desistements": "Désistement candidat",
}
"""Étapes de l'entonnoir 100 chances qui comptent une décision de l'année d'orientation."""


class Parcours:
    """Les tables, l'une après l'autre, à partir des lignes en vigueur."""

    def __init__(self, lues: list[Lue], arrete: dt.date) -> None:
        self.lues = lues
        self.arrete = arrete
        c = avant(table(lues, "cent_chances_candidatures"), "date_orientation", arrete)
        self.candidatures = c.assign(prescripteur=montrer(c["prescripteur"]), sexe=montrer(c["sexe"]))
        immediates = self.candidatures[self.candidatures["decision_comite"] == "Entrée immédiate"]
        immediates = immediates.assign(
            entree=[e or o for e, o in zip(immediates["date_entree"], immediates["date_orientation"], strict=True)]
        )
        self.entrees = avant(immediates, "entree", arrete)
        self.suivi = avant(table(lues, "cent_chances_suivi"), "date_entree", arrete)
        self.etapes = self._etapes()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Chaque table par son nom publié."""
        return {
            "fct_etapes": self.etapes,
            "rpt_cent_chances_entonnoir": self._entonnoir_cent_chances(),
            "rpt_cent_chances_sorties": self._sorties(),
            "rpt_cent_chances_profil": self._profil(),
            "rpt_entonnoir": self._entonnoir(),
            "rpt_prescriptions": self._prescriptions(),
        }

    # --- 100 chances ---

    def _entonnoir_cent_chances(self) -> pd.DataFrame:
        c = self.candidatures
        annee = pd.Series([d.year for d in c["date_orientation"]], index=c.index, dtype=object)
        entrees = [d.year for d in self.entrees["entree"]]
        lignes: list[dict[str, Any]] = []
        for a in sorted({*annee, *entrees}):
            ici = c[annee == a]
            effectifs = {
                "candidatures": len(ici),
                "presents_pre_sas": int(ici["present_pre_sas"].astype(bool).sum()),
                "participants_sas": int(ici["participant_sas"].astype(bool).sum()),
                "entrees_immediates": entrees.count(a),
                **{etape: int((ici["decision_comite"] == d).sum()) for etape, d in DECISIONS.items()},
            }
            sur = {"presents_pre_sas": "candidatures", "participants_sas": "presents_pre_sas"}
            for etape, effectif in effectifs.items():
                base = effectifs[sur.get(etape, "participants_sas")]
                taux = effectif / base if base and etape != "candidatures" else None
                lignes.append({"annee": a, "etape": etape, "effectif": effectif, "taux_etape": taux})
        return pd.DataFrame(lignes, columns=["annee", "etape", "effectif", "taux_etape"], dtype=object)

    def _sorties(self) -> pd.DataFrame:
        """À chaque 31 décembre d'une année qui a une entrée ou une sortie, et à l'arrêté."""
        s = self.suivi
        faits = {d.year for colonne in ("date_entree", "date_sortie") for d in s[colonne] if d and d <= self.arrete}
        arretes = {min(dt.date(a, 12, 31), self.arrete) for a in faits} | {self.arrete}
        lignes = [x for jour in sorted(arretes) for x in self._sorties_au(jour)]
        return pd.DataFrame(lignes, dtype=object)

    def _sorties_au(self, jour: dt.date) -> list[dict[str, Any]]:
        entrees = avant(self.suivi, "date_entree", jour)
        if entrees.empty:
            return []
        sorties = avant(entrees, "date_sortie", jour)
        types = list(sorties["type_sortie"].fillna(NON_RENSEIGNE))
        modalites = next(c.modalites for c in sources()["cent_chances_suivi"].colonnes if c.nom == "type_sortie")
        positives = [m for m in modalites if m != "Abandon"]
        effectifs = {
            "total": len(entrees),
            "en_accompagnement": len(entrees) - len(sorties),
            "sorties": len(sorties),
            "sorties_positives": len(sorties) - types.count("Abandon"),
            "abandons": types.count("Abandon"),
            **{m: types.count(m) for m in positives},
        }

        def part(effectif: int, sur: str) -> float | None:
            return effectif / effectifs[sur] if effectifs[sur] else None

        return [
            {
                "arrete_au": jour,
                "type_sortie": type_sortie,
                "effectif": n,
                "part_total": part(n, "total"),
                "part_sorties": None if type_sortie in ("total", "en_accompagnement") else part(n, "sorties"),
                "part_positives": part(n, "sorties_positives") if type_sortie in positives else None,
            }
            for type_sortie, n in effectifs.items()
        ]

    def _profil(self) -> pd.DataFrame:
        e = self.entrees
        annee = [d.year for d in e["entree"]]
        dimensions = {
            "qpv": ["oui" if q else "non" for q in e["qpv"]],
            "niveau": [n or NON_RENSEIGNE for n in e["niveau_formation"]],
            "sexe": list(e["sexe"]),
            "prescripteur": list(e["prescripteur"]),
        }
        lignes = [
            {"annee": a, "dimension": dimension, "modalite": m}
            for dimension, modalites in dimensions.items()
            for a, m in zip(annee, modalites, strict=True)
        ]
        cle = ["annee", "dimension", "modalite"]
        t = pd.DataFrame(lignes, columns=cle).groupby(cle).size().reset_index(name="entrees")
        t["part"] = t["entrees"] / t.groupby(["annee", "dimension"])["entrees"].transform("sum")
        return t

    # --- étapes et prescriptions ---

    def _etapes(self) -> pd.DataFrame:
        """Premier passage de chaque personne à chaque étape d'un dispositif."""
        e = avant(table(self.lues, "parcours_etapes"), "date_etape", self.arrete)
        e = e.assign(personne=personnes(e)).sort_values("date_etape", kind="stable")
        e = e.drop_duplicates(["dispositif", "personne", "etape"])
        rangs = next(c.modalites for c in sources()["parcours_etapes"].colonnes if c.nom == "etape")
        e = e.assign(rang=[rangs.index(x) + 1 for x in e["etape"]], annee=[d.year for d in e["date_etape"]])
        return e[["dispositif", "personne", "etape", "rang", "date_etape", "annee"]]

    def _entonnoir(self) -> pd.DataFrame:
        return self.etapes.groupby(["dispositif", "annee", "etape", "rang"]).size().reset_index(name="effectif")

    def _prescriptions(self) -> pd.DataFrame:
        p = avant(table(self.lues, "prescriptions"), "date_orientation", self.arrete)
        p["prescripteur"] = montrer(p["prescripteur"])
        p["annee"] = [d.year for d in p["date_orientation"]]
        p["secteur"] = p["secteur"].fillna(NON_RENSEIGNE)
        # Une décision datée après l'arrêté n'a pas encore eu lieu.
        prise = [d is None or d <= self.arrete for d in p["date_decision"]]
        decision = p["decision"].where(pd.Series(prise, index=p.index), None).fillna("En attente")
        for colonne, d in (("validees", "Validé"), ("invalidees", "Invalidé"), ("en_attente", "En attente")):
            p[colonne] = (decision == d).astype(int)
        p["orientations"] = 1
        comptes = ["orientations", "validees", "invalidees", "en_attente"]
        return p.groupby(["annee", "prescripteur", "secteur"])[comptes].sum().reset_index()
