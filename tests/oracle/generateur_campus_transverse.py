"""Les livraisons du Campus et de celles du rapport qui ne sont d'aucun axe, tirées au sort."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Sequence

from atelier import Atelier, Defauts, Ligne, modalites_de, sans_accents
from catalogue import Livraison

MOIS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre"]  # fmt: skip
INSTANCES = ["Conseil de perfectionnement", "Comité opérationnel"]
ORGANES = ["Le Bien Public", "Journal du Palais", "Ecodocs", "Gazette de Côte-d'Or"]
CODES = ["211D-IAA", "211d-iaa", "221", "GIP", "231"]


class CampusTransverse(Atelier):
    """Rencontres, gouvernance, événements, presse et équipe."""

    def livraisons(self) -> list[Livraison]:
        """Toutes les livraisons."""
        return [
            *self.rencontres(),
            *self.etats("campus_membres", self.membres, DEFAUTS["campus_membres"]),
            *self.evenements(),
            *self.presse(),
            *self.equipe(),
        ]

    # --- Campus ---

    def rencontres(self) -> list[Livraison]:
        lignes = [
            {
                "id_rencontre": str(i + 1) if i % 3 else f"RC{i}",
                "date_rencontre": self.jour(dt.date(self.annees[0], 1, 5), self.nuit - dt.timedelta(days=1)),
                "num_axe": self.h.randint(1, 5),
                "type_interlocuteur": self.h.choice(modalites_de("campus_rencontres", "type_interlocuteur")),
                "organisme": self.h.choice(["Lycée Olivier de Serres", "CFA La Noue"]),
                "nb_personnes": self.h.choice([0, 1, 2, 14]),
                "mode_rencontre": self.h.choice(["Téléphone", None]),
                "objet": self.h.choice(["Mobilité", None]),
            }
            for i in range(max(40, int(90 * self.taille)))
        ]

        def vieillie(x: Ligne) -> Ligne:
            return {**x, "nb_personnes": 30}

        return self.envois("campus_rencontres", lignes, DEFAUTS["campus_rencontres"], vieillie)

    def membres(self, rang: int) -> list[Ligne]:
        return [
            {
                "instance": sans_accents(INSTANCES[i % 2]).upper() if i % 9 == 4 else INSTANCES[i % 2],
                "college": self.h.choice(modalites_de("campus_membres", "college")),
                "organisme": f"Organisme {i}",
                "thematique": self.h.choice(["Alimentation", None]),
                "territoire": self.h.choice(["Côte-d'Or", None]),
            }
            for i in range(30 + 3 * rang)
        ]

    # --- transverse ---

    def annuels(self) -> Sequence[tuple[int, str, dt.date, int]]:
        """Année, suffixe, nuit et rang des fichiers annuels : la première année est remplacée en dernier."""
        a1, a2 = self.annees
        return (
            (a1, "", self.premiere_nuit, 0),
            (a2, "", self.premiere_nuit, 1),
            (a2, "_v2", self.nuit, 2),
            (a2 + 1, "", self.nuit, 3),
            (a1, " (1)", self.nuit, 4),
        )

    def evenements(self) -> list[Livraison]:
        """Une feuille par mois ; des mois vides, d'autres sans feuille, et un événement dans le mauvais mois."""
        rendues = []
        for annee, suffixe, nuit, rang in self.annuels():
            feuilles: dict[str, list[Ligne]] = {}
            numero = 0
            for mois, nom in enumerate(MOIS, 1):
                if mois == 8 and self.chance(0.5):
                    continue
                ecrit = self.h.choice([nom, nom, nom.capitalize(), sans_accents(nom).upper(), f"{nom} "])
                premier = dt.date(annee, mois, 1)
                # L'année d'après a des événements déjà planifiés ; ce qui est réalisé l'est avant la nuit.
                lignes = []
                for _ in range(0 if mois in (2, 8) and rang % 2 else self.h.randint(2, 6)):
                    numero += 1
                    lignes.append(self.evenement(numero, premier))
                if mois == 3:
                    ailleurs = dt.date(annee - 1, 12, 30) if annee == self.annees[0] else dt.date(annee, 4, 2)
                    lignes[0] |= {
                        "date_evenement": ailleurs,
                        "statut": "Réalisé" if ailleurs < self.nuit else "Planifié",
                    }
                feuilles[ecrit] = lignes
            if rang in (2, 4):
                mars = [n for n in feuilles if n.strip().lower() == "mars"][0]
                feuilles[mars] = self.avec_defauts("evenements", feuilles[mars], DEFAUTS["evenements"])
                # Le même numéro, contredit sur la feuille d'un autre mois : aucun des deux n'est pris.
                juin = [n for n in feuilles if n.strip().lower() == "juin"][0]
                double = {**feuilles[juin][0], "id_evenement": f"DBL{rang}", "intitule": "Le même"}
                feuilles[mars].append(double)
                feuilles[juin].append({**double, "intitule": "Un autre"})
                # Répété à l'identique sur une autre feuille : une fois suffit.
                feuilles[juin].append(dict(feuilles[list(feuilles)[0]][0]))
            jour = dt.date(annee, 1, 1)
            rendues.append(self.classeur("evenements", f"evenements_{annee}{suffixe}", jour, feuilles, nuit=nuit))
        return rendues

    def evenement(self, numero: int, premier: dt.date) -> Ligne:
        jour = self.jour(premier, premier + dt.timedelta(days=27))
        statuts = ["Réalisé", "Réalisé", "Réalisé", "Planifié", "Annulé"] if jour < self.nuit else ["Planifié"]
        return {
            "id_evenement": str(numero),
            "code_projet": self.h.choice(CODES),
            "type_evenement": self.h.choice(modalites_de("evenements", "type_evenement")),
            "intitule": f"Rencontre {numero}",
            "date_evenement": jour,
            "lieu": self.h.choice(["Dijon", None]),
            "nb_participants": self.h.choice([None, 0, 5, 12, 150]),
            "nb_entreprises": self.h.choice([None, 3]),
            "nb_structures": self.h.choice([None, 7]),
            "nb_excuses": self.h.choice([None, 2]),
            "statut": self.h.choice(statuts),
        }

    def presse(self) -> list[Livraison]:
        rendues = []
        for annee, suffixe, nuit, rang in self.annuels():
            fin = min(dt.date(annee, 12, 31), self.nuit - dt.timedelta(days=1))
            lignes: list[Ligne] = [
                {
                    "date_parution": self.jour(dt.date(annee, 1, 2), fin),
                    "organe": self.graphie(self.h.choice(ORGANES), ponctuation=False),
                    "article": f"Article {i} : l'emploi, demain",
                    "gip": self.chance(0.8),
                    "clauses": self.chance(0.3),
                    "lab_competences": self.chance(0.4),
                }
                for i in range(max(25, int(45 * self.taille)))
            ]
            self.change_de_graphie(lignes, "organe", "date_parution", "Radio Dijon")
            # Un article paru la veille de l'année de son fichier compte à sa date.
            lignes.append({**lignes[0], "date_parution": dt.date(annee - 1, 12, 31)})
            if rang in (2, 4):
                lignes = self.avec_defauts("presse", lignes, DEFAUTS["presse"])
            chemin = f"{'com/' if rang else ''}revue_presse_{annee}{suffixe}"
            rendues.append(self.livraison("presse", chemin, dt.date(annee, 1, 1), lignes, nuit=nuit))
        return rendues

    def equipe(self) -> list[Livraison]:
        rendues = []
        for annee, suffixe, nuit, rang in self.annuels():
            lignes: list[Ligne] = [
                {
                    "service": ["Direction", "Clauses", "Lab' Compétences"][i % 3],
                    "fonction": f"Chargé de mission {i}",
                    "nb_personnes": self.h.randint(0, 6),
                    "etp": self.h.choice([0.5, 1.0, 2.8, 3.75]),
                }
                for i in range(20 + rang)
            ]
            # Deux graphies d'une même fonction : deux clés, un seul groupe.
            lignes += [
                {**lignes[0], "fonction": "Charge de  mission 0"},
                {**lignes[0], "fonction": "Chargé  de mission 0"},
            ]
            lignes += [{**lignes[3], "fonction": f"Chargé de mission 3 {'bis' * rang}".strip()}] if rang else []
            futur = annee > self.arrete.year
            lignes += [
                {**lignes[i], "service": "FORMATION" if futur else "Formation"} for i in range(4 if futur else 1)
            ]
            if rang in (2, 4):
                lignes = self.avec_defauts("equipe", lignes, DEFAUTS["equipe"])
            rendues.append(
                self.livraison("equipe", f"equipe_{annee}{suffixe}", dt.date(annee, 1, 1), lignes, nuit=nuit)
            )
        return rendues


DEFAUTS = {
    "campus_rencontres": Defauts(
        requises=[("type_interlocuteur", "Maire"), ("nb_personnes", "-2"), ("num_axe", "un")],
        facultatives=[],
        differente=("objet", "Un autre objet"),
        neuve="id_rencontre",
    ),
    "campus_membres": Defauts(
        requises=[("college", "Usagers"), ("organisme", None)],
        facultatives=[],
        differente=("thematique", "Une autre"),
        neuve="organisme",
    ),
    "evenements": Defauts(
        requises=[("type_evenement", "Bal"), ("date_evenement", None)],
        facultatives=[("nb_participants", "une dizaine"), ("nb_structures", "-1")],
        differente=("lieu", "Ailleurs"),
        neuve="id_evenement",
    ),
    "presse": Defauts(
        requises=[("date_parution", "hier"), ("organe", None)],
        facultatives=[("gip", "à voir"), ("clauses", "?")],
        differente=("gip", operator.not_),
        neuve="article",
    ),
    "equipe": Defauts(
        requises=[("etp", "1.234,50")],
        facultatives=[],
        differente=("etp", 9.25),
        neuve="fonction",
    ),
}
"""Ce qui gâte la dernière livraison de chaque source."""
