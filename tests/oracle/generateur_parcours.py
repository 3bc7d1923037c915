"""Les livraisons de l'axe parcours, tirées au sort."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from atelier import QUARTIERS, Atelier, Brut, Defauts, Ligne, modalites_de, mois_suivant
from catalogue import Livraison

PRESCRIPTEURS = ["Mission locale", "Pôle emploi", "Conseil départemental", "Cap emploi"]


class Parcours(Atelier):
    """Prescriptions, 100 chances et étapes des dispositifs."""

    def livraisons(self, connus: Sequence[Ligne]) -> list[Livraison]:
        """Toutes les livraisons de l'axe ; quelques personnes, et la moitié des prescrites, sont d'ABC Clauses."""
        identite = ("nom", "prenom", "date_naissance")
        self.connues = [{k: x[k] for k in identite} for x in self.h.sample(list(connus), min(40, len(connus)))]
        self.personnes = [self.identite() for _ in range(max(40, int(90 * self.taille)))] + self.connues[:12]
        return [*self.prescriptions(), *self.cent_chances(), *self.etapes()]

    def prescripteur(self) -> str:
        return self.graphie(self.h.choice(PRESCRIPTEURS), ponctuation=False) if self.chance(0.5) else PRESCRIPTEURS[0]

    # --- prescriptions ---

    def prescriptions(self) -> list[Livraison]:
        """Un fichier tous les deux mois ; des fiches y reviennent décidées, corrigées, ou inutilisables."""
        a1 = self.annees[0]
        mois, par_mois = dt.date(a1, 1, 1), dict[dt.date, list[Ligne]]()
        while mois < self.nuit.replace(day=1):
            par_mois[mois] = []
            mois = mois_suivant(mois_suivant(mois))
        tous = list(par_mois)
        fiches: list[Ligne] = []
        for i in range(max(60, int(200 * self.taille))):
            rang = self.h.randrange(len(tous))
            oriente = self.jour(tous[rang], min(mois_suivant(tous[rang]), self.nuit) - dt.timedelta(days=1))
            fiche = self.fiche(i, oriente)
            fiches.append(fiche)
            par_mois[tous[rang]].append(fiche)
            plus_tard = tous[min(rang + self.h.randint(1, 3), len(tous) - 1)]
            if plus_tard == tous[rang]:
                continue
            cas = self.h.random()
            if cas < 0.15:
                decide = self.h.choice(modalites_de("prescriptions", "decision"))
                par_mois[plus_tard].append({**fiche, "decision": decide, "date_decision": plus_tard})
            elif cas < 0.2:
                par_mois[plus_tard].append({**fiche, "date_orientation": Brut("bientôt")})
        self.change_de_graphie(fiches, "prescripteur", "date_orientation", "Maison Phare")
        rendues = []
        for rang, (jour, lignes) in enumerate(par_mois.items()):
            gatees = rang % 4 == 1 and len(lignes) > 25
            dites = self.avec_defauts("prescriptions", lignes, DEFAUTS["prescriptions"]) if gatees else lignes
            nuit = self.nuit if rang % 3 == 2 else self.premiere_nuit
            chemin = f"{'plie/' if rang % 2 else ''}prescriptions_clauses_{jour:%Y%m}"
            rendues.append(self.livraison("prescriptions", chemin, jour, dites, nuit=nuit))
        # Le fichier d'un mois ancien, renvoyé en dernier sous un nom à peine différent.
        jour = tous[2]
        reprises = [{**x, "decision": "Invalidé", "date_decision": jour} for x in par_mois[jour][:6]]
        rendues.append(self.livraison("prescriptions", f"prescriptions_clauses_{jour:%Y%m} (1)", jour, reprises))
        # Rien à charger : signalé, jamais refusé.
        jour = mois_suivant(tous[3])
        rendues.append(self.livraison("prescriptions", f"prescriptions_clauses_{jour:%Y%m}", jour, [], nu=True))
        return rendues

    def fiche(self, i: int, oriente: dt.date) -> Ligne:
        # Beaucoup de fiches d'un contrat à venir, ou déjà commencé : le chemin de l'une à l'autre se joue souvent.
        personne = self.autrement(self.h.choice(self.connues if self.chance(0.5) else self.personnes))
        decision = self.optionnelle("prescriptions", "decision")
        decide = None
        if decision in ("Validé", "Invalidé") and self.chance(0.8):
            decide = oriente + dt.timedelta(days=self.h.choice([-5, 0, 12, 40, 120]))
        return {
            **personne,
            "id_prescription": f"P{i:04d}" if i % 3 else str(8000 + i),
            "date_orientation": oriente,
            "prescripteur": self.prescripteur(),
            "commune": self.h.choice(["Dijon", None]),
            "qpv": self.h.choice([None, "Non", "Hors QPV", *QUARTIERS]),
            "secteur": self.optionnelle("prescriptions", "secteur"),
            "metier": self.h.choice(["Maçon", None]),
            "decision": decision,
            "date_decision": decide,
            "motif": self.h.choice(["absence", None]),
            "entree_plie": self.chance(0.3),
        }

    # --- 100 chances ---

    def cent_chances(self) -> list[Livraison]:
        """Un classeur par année : les candidatures de ses SAS, et le suivi de tous depuis le début.

        Le classeur de la première année revient en dernier : ses candidatures remplacent, son suivi non. Un autre n'a
        pas de feuille de suivi.
        """
        a1, a2 = self.annees
        suivi = self.suivi()
        vieux = [{**x, "date_sortie": None, "type_sortie": None} for x in suivi[: len(suivi) // 2]]
        rendues = []
        for annee, suffixe, nuit, dit in (
            (a1, "", self.premiere_nuit, vieux),
            (a2, "", self.premiere_nuit, [{**x, "type_sortie": "Abandon"} for x in suivi]),
            (a2, "_v2", self.nuit, suivi),
            (a1, " (1)", self.nuit, vieux),
        ):
            dernier = suffixe == "_v2"
            c = self.candidatures(annee, 60 if suffixe else 45)
            if suffixe:
                c = self.avec_defauts("cent_chances_candidatures", c, DEFAUTS["cent_chances_candidatures"])
            if dernier:
                dit = self.avec_defauts("cent_chances_suivi", dit, DEFAUTS["cent_chances_suivi"])
            rendues += self.classeur_double(f"100chances_{annee}{suffixe}", annee, nuit, c, dit)
        # L'année d'après, sans suivi : la candidature se prend, le suivi est refusé et le précédent reste.
        suite = self.candidatures(a2 + 1, 30)
        sans = self.classeur_double(f"100chances_{a2 + 1}", a2 + 1, self.nuit, suite, [])
        sans[1].illisible = True
        sans[1].format["sans_feuille"] = True
        return rendues + sans

    def classeur_double(
        self, nom: str, annee: int, nuit: dt.date, candidatures: list[Ligne], suivi: list[Ligne]
    ) -> list[Livraison]:
        """Deux livraisons d'un même classeur."""
        jour = dt.date(annee, 1, 1)
        c = self.livraison("cent_chances_candidatures", nom, jour, candidatures, nuit=nuit, feuille="Candidatures")
        s = self.livraison("cent_chances_suivi", nom, jour, suivi, nuit=nuit, feuille="Suivi", nu=not suivi)
        return [c, replace(s, ecrit_le=c.ecrit_le)]

    def candidatures(self, annee: int, combien: int) -> list[Ligne]:
        lignes = []
        for i in range(max(combien // 2, int(combien * self.taille))):
            oriente = self.jour(dt.date(annee - 1, 11, 15), min(dt.date(annee, 12, 28), self.nuit))
            present = self.chance(0.8)
            participant = present and self.chance(0.8)
            decisions = modalites_de("cent_chances_candidatures", "decision_comite")
            decision = self.h.choice([None, *decisions, *decisions[:1] * 4]) if participant else None
            entree = None
            if decision == "Entrée immédiate" and self.chance(0.75):
                entree = oriente + dt.timedelta(days=self.h.choice([10, 30, 60]))
            lignes.append(
                {
                    **self.autrement(self.h.choice(self.personnes)),
                    "id_candidat": _numero(i % 35),
                    "sas": f"SAS {i // 35 + 1}",
                    "sexe": self.h.choice(["F", "F", "F", "M", "M", "f", None]),
                    "commune": self.h.choice(["Dijon", None]),
                    "qpv": self.chance(0.4),
                    "niveau_formation": self.optionnelle("cent_chances_candidatures", "niveau_formation"),
                    "prescripteur": self.prescripteur() if self.chance(0.85) else None,
                    "date_orientation": oriente,
                    "present_pre_sas": present,
                    "participant_sas": participant,
                    "decision_comite": decision,
                    "date_entree": entree,
                }
            )
        return self.change_de_graphie(lignes, "prescripteur", "date_orientation", "Maison Phare")

    def suivi(self) -> list[Ligne]:
        """Des personnes entrées depuis trois ans ; l'année d'avant n'a pas d'entrée, ni parfois de sortie."""
        a1 = self.annees[0]
        lignes = []
        for i in range(max(60, int(140 * self.taille))):
            while (entree := self.jour(dt.date(a1 - 3, 2, 1), self.nuit - dt.timedelta(days=1))).year == a1 - 1:
                continue
            sortie = entree + dt.timedelta(days=self.h.choice([0, 30, 120, 300])) if self.chance(0.6) else None
            if sortie and self.impair and sortie.year == a1 - 1:
                sortie = None
            lignes.append(
                {
                    "id_candidat": _numero(i),
                    "date_entree": entree,
                    "date_sortie": sortie,
                    "type_sortie": self.optionnelle("cent_chances_suivi", "type_sortie")
                    if sortie or self.chance(0.1)
                    else None,
                    "employeur": self.h.choice(["Atelier du Relais", None]),
                }
            )
        return lignes

    # --- étapes ---

    def etapes(self) -> list[Livraison]:
        """Des passages ; une personne refait parfois l'étape, sous un autre numéro ou une autre année."""
        etapes = modalites_de("parcours_etapes", "etape")
        lignes = []
        for i in range(max(40, int(90 * self.taille))):
            personne = self.h.choice(self.personnes)
            if self.chance(0.15):
                # Une inconnue : sous un nom déjà vu, la nuit aurait à dire si c'est la même.
                personne = {**self.identite(), "date_naissance": None}
            dispositif = self.h.choice(modalites_de("parcours_etapes", "dispositif"))
            jour = self.jour(dt.date(self.annees[0], 1, 3), self.nuit - dt.timedelta(days=1))
            commun = {
                "dispositif": dispositif,
                "id_participant": f"D{i:03d}" if i % 3 else str(500 + i),
                "sexe": self.optionnelle("parcours_etapes", "sexe"),
                "prescripteur": self.prescripteur() if self.chance(0.7) else None,
                "etablissement": self.h.choice(["Lycée Hippolyte Fontaine", None]),
            }
            for etape in self.h.sample(etapes, self.h.randint(1, 4)):
                motif = self.h.choice(["santé", None])
                passage = {**self.autrement(personne), **commun, "etape": etape, "date_etape": jour, "motif": motif}
                lignes.append(passage)
                if self.chance(0.15):
                    lignes.append({**passage, "date_etape": jour + dt.timedelta(days=self.h.choice([20, 370]))})
                if self.chance(0.1):
                    lignes.append({**passage, "id_participant": f"D9{self.numero():03d}"})
                jour += dt.timedelta(days=self.h.randint(0, 90))

        def vieilli(x: Ligne) -> Ligne:
            return {**x, "date_etape": x["date_etape"] - dt.timedelta(days=400)}

        return self.envois("parcours_etapes", lignes, DEFAUTS["parcours_etapes"], vieilli)


def _numero(i: int) -> str:
    """Numéro d'un candidat ; certains ne sont que des chiffres."""
    return f"CH{i:03d}" if i % 4 else str(900 + i)


DEFAUTS = {
    "prescriptions": Defauts(
        requises=[("date_orientation", "hier"), ("prescripteur", None)],
        facultatives=[
            ("secteur", "Transport"),
            ("decision", "Refusé"),
            ("date_decision", "31/02/2019"),
            ("date_naissance", "12/05/2018"),
            ("qpv", "Les Tilleuls"),
            ("entree_plie", "à voir"),
        ],
        differente=("metier", "Un autre métier"),
        neuve="id_prescription",
    ),
    "cent_chances_candidatures": Defauts(
        requises=[("date_naissance", "00/00/1980"), ("present_pre_sas", "peut-être"), ("date_orientation", None)],
        facultatives=[
            ("niveau_formation", "VII"),
            ("decision_comite", "Reporté"),
            ("qpv", "Les Grésilles"),
            ("date_entree", "bientôt"),
        ],
        differente=("commune", "Une autre commune"),
        neuve="id_candidat",
    ),
    "cent_chances_suivi": Defauts(
        requises=[("date_entree", "2019-13-01"), ("date_entree", None)],
        facultatives=[("type_sortie", "Retraite"), ("date_sortie", "bientôt")],
        differente=("employeur", "Un autre employeur"),
        neuve="id_candidat",
    ),
    "parcours_etapes": Defauts(
        requises=[("etape", "Visite médicale"), ("dispositif", None), ("date_etape", "demain"), ("prenom", None)],
        facultatives=[("sexe", "X"), ("date_naissance", "12/05/2018")],
        differente=("motif", "un autre motif"),
        neuve="id_participant",
    ),
}
"""Ce qui gâte la dernière livraison de chaque source."""
