"""Les tables de l'axe parcours : 100 chances, étapes des dispositifs, prescriptions."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from statistics import median
from typing import Any

import pandas as pd
from catalogue import sources
from identites import Personne, personnes
from lecture import NON_RENSEIGNE, Lue, avant, montrer, table

DECISIONS = {
    "entrees_differees": "Entrée différée",
    "refus_comite": "Refus comité",
    "abandons_candidat": "Abandon candidat",
    "desistements": "Désistement candidat",
}
"""Étapes de l'entonnoir 100 chances qui comptent une décision de l'année d'orientation."""
CLAUSES, PRESCRIPTION, CENT_CHANCES = "Clauses d'insertion", "Prescription vers les clauses", "100 chances"
SANS_ENTREE = {
    "Orienté", "Présent information collective", "Rencontré", "Visite entreprise", "Intérêt confirmé", "Abandon",
    "Injoignable",
}  # fmt: skip
"""Étapes d'un dispositif qui ne disent pas que la personne y est entrée."""


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
        self.fiches = self._fiches()
        self.contrats = self._contrats()
        self.programmes = self._programmes()
        self.chemins = self._chemins()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Chaque table par son nom publié."""
        return {
            "fct_etapes": self.etapes,
            "rpt_cent_chances_entonnoir": self._entonnoir_cent_chances(),
            "rpt_cent_chances_sorties": self._sorties(),
            "rpt_cent_chances_profil": self._profil(),
            "rpt_entonnoir": self._entonnoir(),
            "rpt_prescriptions": self._prescriptions(),
            "fct_programmes": self._fct_programmes(),
            "rpt_parcours_croises": self._croises(self.arrete),
            "rpt_parcours_croises_arretes": self._croises_arretes(),
            "fct_chemins": self._fct_chemins(),
            "rpt_parcours_chemins": self._rpt_chemins(),
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

    def _fiches(self) -> pd.DataFrame:
        """Prescriptions orientées, avec la décision prise à l'arrêté."""
        p = avant(table(self.lues, "prescriptions"), "date_orientation", self.arrete)
        p["prescripteur"] = montrer(p["prescripteur"])
        p["annee"] = [d.year for d in p["date_orientation"]]
        # Une décision datée après l'arrêté n'a pas encore eu lieu.
        prise = [d is None or d <= self.arrete for d in p["date_decision"]]
        p["decision"] = p["decision"].where(pd.Series(prise, index=p.index), None).fillna("En attente")
        return p

    def _prescriptions(self) -> pd.DataFrame:
        p = self.fiches.assign(secteur=self.fiches["secteur"].fillna(NON_RENSEIGNE), orientations=1)
        for colonne, d in (("validees", "Validé"), ("invalidees", "Invalidé"), ("en_attente", "En attente")):
            p[colonne] = (p["decision"] == d).astype(int)
        comptes = ["orientations", "validees", "invalidees", "en_attente"]
        return p.groupby(["annee", "prescripteur", "secteur"])[comptes].sum().reset_index()

    # --- parcours croisés ---

    def _contrats(self) -> pd.DataFrame:
        """Contrats dont le salarié et l'opération sont connus, avec leur personne."""
        salaries, operations = table(self.lues, "abc_clauses_salaries"), table(self.lues, "abc_clauses_operations")
        qui = dict(zip(salaries["id_salarie"], personnes(salaries), strict=True))
        c = table(self.lues, "abc_clauses_contrats")
        c = c[c["id_salarie"].isin(set(qui)) & c["id_operation"].isin(set(operations["id_operation"]))]
        return c.assign(personne=[qui[i] for i in c["id_salarie"]])

    def _programmes(self) -> dict[tuple[Personne, str], tuple[dt.date, dt.date]]:
        """Première entrée et dernier fait de chaque personne dans chaque programme où elle est entrée."""
        entrees: dict[tuple[Personne, str], list[dt.date]] = defaultdict(list)
        faits: dict[tuple[Personne, str], list[dt.date]] = defaultdict(list)

        def noter(personne: Personne, programme: str, jour: dt.date | None, *, entree: bool = True) -> None:
            if jour is None or jour > self.arrete:
                return
            faits[personne, programme].append(jour)
            if entree:
                entrees[personne, programme].append(jour)

        debuts = dict(zip(self.contrats["id_contrat"], self.contrats["date_debut"], strict=True))
        titulaires = dict(zip(self.contrats["id_contrat"], self.contrats["personne"], strict=True))
        for contrat, debut in debuts.items():
            noter(titulaires[contrat], CLAUSES, debut)
        heures = table(self.lues, "abc_clauses_heures")
        for contrat, mois, faites in zip(heures["id_contrat"], heures["mois"], heures["heures"], strict=True):
            if contrat in debuts and faites > 0:
                noter(titulaires[contrat], CLAUSES, mois, entree=debuts[contrat] > self.arrete)
        for personne, fiche in zip(personnes(self.fiches), self.fiches.to_dict("records"), strict=True):
            noter(personne, PRESCRIPTION, fiche["date_orientation"])
            if fiche["decision"] != "En attente":
                noter(personne, PRESCRIPTION, fiche["date_decision"], entree=False)
        for personne, jour in zip(personnes(self.entrees), self.entrees["entree"], strict=True):
            noter(personne, CENT_CHANCES, jour)
        candidats = self._candidats()
        for suivi in self.suivi.to_dict("records"):
            if suivi["id_candidat"] in candidats:
                noter(candidats[suivi["id_candidat"]], CENT_CHANCES, suivi["date_entree"])
                noter(candidats[suivi["id_candidat"]], CENT_CHANCES, suivi["date_sortie"], entree=False)
        passages = table(self.lues, "parcours_etapes")
        for personne, passage in zip(personnes(passages), passages.to_dict("records"), strict=True):
            entree = passage["etape"] not in SANS_ENTREE
            noter(personne, passage["dispositif"], passage["date_etape"], entree=entree)
        return {qui: (min(jours), max(faits[qui])) for qui, jours in entrees.items()}

    def _candidats(self) -> dict[str, Personne]:
        """Qui désigne chaque numéro : la candidature entrée, sinon la plus récente (puis la dernière ligne)."""
        c = self.candidatures.assign(
            personne=personnes(self.candidatures), entree=self.candidatures.index.isin(self.entrees.index)
        )
        c = c.sort_values(["entree", "date_orientation", "_annee", "_ligne"], kind="stable")
        return dict(zip(c["id_candidat"], c["personne"], strict=True))

    def _fct_programmes(self) -> pd.DataFrame:
        lignes = [
            {"personne": qui, "programme": quoi, "premiere_date": du, "annee": du.year, "derniere_date": au}
            for (qui, quoi), (du, au) in self.programmes.items()
        ]
        colonnes = ["personne", "programme", "premiere_date", "annee", "derniere_date"]
        return pd.DataFrame(lignes, columns=colonnes, dtype=object)

    def _croises(self, jour: dt.date) -> pd.DataFrame:
        """Personnes de chaque ensemble de programmes, ce jour-là."""
        ensembles: dict[Personne, list[str]] = defaultdict(list)
        for (qui, programme), (du, _) in self.programmes.items():
            if du <= jour:
                ensembles[qui].append(programme)
        effectifs = Counter(tuple(sorted(programmes)) for programmes in ensembles.values())
        lignes = [
            {"programmes": " + ".join(e), "nombre_programmes": len(e), "personnes": n, "part": n / len(ensembles)}
            for e, n in effectifs.items()
        ]
        return pd.DataFrame(lignes, columns=["programmes", "nombre_programmes", "personnes", "part"], dtype=object)

    def _croises_arretes(self) -> pd.DataFrame:
        """À chaque 31 décembre d'une année où quelqu'un est entré dans un programme, et à l'arrêté."""
        jours = {min(dt.date(du.year, 12, 31), self.arrete) for du, _ in self.programmes.values()} | {self.arrete}
        return pd.concat([self._croises(jour).assign(arrete_au=jour) for jour in sorted(jours)], ignore_index=True)

    def _chemins(self) -> list[dict[str, Any]]:
        """Le chemin de chaque personne prescrite, de sa première fiche à sa première embauche."""
        fiches: dict[Personne, list[dict[str, Any]]] = defaultdict(list)
        for personne, fiche in zip(personnes(self.fiches), self.fiches.to_dict("records"), strict=True):
            fiches[personne].append(fiche)
        contrats: dict[Personne, list[dict[str, Any]]] = defaultdict(list)
        for contrat in avant(self.contrats, "date_debut", self.arrete).to_dict("records"):
            contrats[contrat["personne"]].append(contrat)
        rendus = []
        for personne, siennes in fiches.items():
            siennes.sort(key=lambda f: (f["date_orientation"], f["id_prescription"]))
            premiere, validee = siennes[0], next((f for f in siennes if f["decision"] == "Validé"), None)
            origine = (validee or premiere)["date_orientation"]
            suivants = [c for c in contrats[personne] if c["date_debut"] >= origine]
            debuts = [c["date_debut"] for c in suivants] if validee else []
            embauches = [c["date_debut"] for c in suivants if c["embauche"]] if validee else []
            rendus.append(
                {
                    "id_prescription": premiere["id_prescription"],
                    "date_prescription": premiere["date_orientation"],
                    "annee": premiere["annee"],
                    "prescripteur": premiere["prescripteur"],
                    "validee": validee is not None,
                    "date_validation": validee["date_decision"] if validee else None,
                    "date_contrat": min(debuts, default=None),
                    "date_embauche": min(embauches, default=None),
                    "contrat_sans_validation": validee is None and bool(suivants),
                }
            )
        return rendus

    def _fct_chemins(self) -> pd.DataFrame:
        return pd.DataFrame(self.chemins, dtype=object)

    def _rpt_chemins(self) -> pd.DataFrame:
        groupes: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
        for chemin in self.chemins:
            for prescripteur in (chemin["prescripteur"], "TOTAL"):
                groupes[chemin["annee"], prescripteur].append(chemin)
        return pd.DataFrame([_etapes_du_chemin(*cle, c) for cle, c in groupes.items()], dtype=object)


def _etapes_du_chemin(annee: int, prescripteur: str, chemins: list[dict[str, Any]]) -> dict[str, Any]:
    """Une ligne de rpt_parcours_chemins : les effectifs, chacun sur le précédent, et les délais en médiane."""

    def jours(fin: str) -> float | None:
        delais = [(c[fin] - c["date_prescription"]).days for c in chemins if c[fin]]
        return float(median(justes)) if (justes := [n for n in delais if n >= 0]) else None

    prescrites, validees = len(chemins), sum(c["validee"] for c in chemins)
    avec_contrat = sum(c["date_contrat"] is not None for c in chemins)
    embauchees = sum(c["date_embauche"] is not None for c in chemins)
    return {
        "annee": annee,
        "prescripteur": prescripteur,
        "prescrites": prescrites,
        "validees": validees,
        "taux_validation": validees / prescrites,
        "avec_contrat": avec_contrat,
        "taux_contrat": avec_contrat / validees if validees else None,
        "embauchees": embauchees,
        "taux_embauche": embauchees / avec_contrat if avec_contrat else None,
        "contrats_sans_validation": sum(c["contrat_sans_validation"] for c in chemins),
        "jours_validation": jours("date_validation"),
        "jours_contrat": jours("date_contrat"),
        "jours_embauche": jours("date_embauche"),
    }
