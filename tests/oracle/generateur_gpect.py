"""Les livraisons de l'axe GPECT, tirées au sort."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from atelier import Atelier, Brut, Defauts, Ligne, Pied, Structure, modalites_de
from catalogue import Livraison

METIERS = ["Soudeur", "Conducteur de ligne", "Aide à domicile", "Serveur", "Chaudronnier", "Technicien de maintenance",
           "Employé d'étage", "Boucher"]  # fmt: skip
TERRITOIRES = ("21", "58", "71", "89", "Bourgogne")
AXES = ["Attractivité des métiers", "Formation des salariés", "Recrutement partagé", "Conditions de travail"]
POSTES = ("postes_qualifies", "postes_zone_grise", "postes_non_qualifies", "postes_pourvus")


class Gpect(Atelier):
    """Visites, offres, entretiens, besoins, effectifs, enquête, plans d'actions et listes."""

    def livraisons(self, connues: Sequence[Structure]) -> list[Livraison]:
        """Toutes les livraisons de l'axe ; quelques structures sont celles d'un autre axe."""
        self.entreprises = self.structures(max(24, int(40 * self.taille)), connues)
        return [
            *self.visites(),
            *self.offres(),
            *self.entretiens(),
            *self.besoins(),
            *self.effectifs(),
            *self.enquete(),
            *self.plans(),
            *self.etats("eco_structures", self.eco_structures, DEFAUTS["eco_structures"]),
            *self.etats("pole_emploi_longvic", self.demandeurs, DEFAUTS["pole_emploi_longvic"]),
        ]

    def n(self, combien: int) -> int:
        """Un nombre de lignes, à la taille du tirage."""
        return max(combien // 3, int(combien * self.taille))

    def un_jour(self) -> dt.date:
        """Un jour des deux années, ou après l'arrêté jusqu'à la nuit."""
        return self.jour(dt.date(self.annees[0], 1, 5), self.nuit - dt.timedelta(days=1))

    # --- visites et offres ---

    def visites(self) -> list[Livraison]:
        """Depuis l'automne d'avant ; ou depuis janvier, et la période de la première visite est l'année civile."""
        a1 = self.annees[0]
        debut = dt.date(a1, 1, 3) if self.impair else dt.date(a1 - 1, 10, 20)
        jours = [debut, *(self.jour(debut, self.nuit - dt.timedelta(days=1)) for _ in range(self.n(90)))]
        lignes = []
        for jour in jours:
            lignes.append(
                self.designer(
                    {
                        "_structure": self.h.choice(self.entreprises),
                        "date_visite": jour,
                        "commune": self.h.choice(["Dijon", "Longvic", None]),
                        "secteur": self.h.choice(modalites_de("rce_visites", "secteur")),
                        "effectif": self.h.choice([None, 0, 3, 9, 10, 15, 20, 21, 48, 1250]),
                        "adherent_club": self.chance(0.5),
                        "artisan": self.chance(0.3),
                        "origine": self.optionnelle("rce_visites", "origine"),
                        "besoin_recrutement": self.chance(0.6),
                        "thematiques": self.h.choice(["GPEC|Formation", "Recrutement", None]),
                    },
                    "entreprise",
                    "siret",
                )
            )
        # Deux visites le même mois : la dernière dit la tranche et l'origine, même vides.
        for x in self.h.sample(lignes, 4):
            lignes.append({**x, "date_visite": x["date_visite"] + dt.timedelta(days=1), "effectif": None})

        def vieillie(x: Ligne) -> Ligne:
            return {**x, "effectif": 5, "secteur": "Industrie"}

        return self.envois("rce_visites", lignes, DEFAUTS["rce_visites"], vieillie)

    def offres(self) -> list[Livraison]:
        """Un groupe par secteur, dont seule la première ligne le nomme ; un TOTAL sous chacun, un autre à la fin."""
        a2 = self.annees[1]
        rendues = []
        for jour, nuit, finale in (
            (dt.date(a2, 11, 3), self.premiere_nuit, False),
            (dt.date(a2 + 1, 1, 4), self.premiere_nuit, True),
            (dt.date(a2, 6, 30), self.nuit, False),
        ):
            lignes: list[Ligne | Pied] = []
            toutes: list[Ligne] = []
            for rang, secteur in enumerate(modalites_de("rce_offres", "secteur")):
                groupe = [self.offre() for _ in range(self.h.randint(6, 14))]
                groupe += [{**self.h.choice(groupe)} for _ in range(self.h.choice([0, 1]))]
                if finale:
                    groupe = self.groupe_gate(groupe, rang)
                groupe[0]["secteur"] = secteur
                if self.chance(0.25):
                    groupe = [{**x, "secteur": secteur} for x in groupe]
                lignes += [*groupe, _pied(f"TOTAL {secteur}", groupe, faux=self.impair and finale and rang == 1)]
                toutes += groupe
            if finale:
                # Après un TOTAL, une ligne sans secteur n'en a pas : elle est rejetée.
                perdue = self.offre()
                lignes += [perdue, {**self.offre(), "secteur": "Transport"}, self.offre()]
            lignes.append(_pied("TOTAL général", toutes))
            livraison = self.livraison(
                "rce_offres", f"rce_offres_{jour:%Y%m%d}", jour, lignes, nuit=nuit, doublons=False
            )
            if self.chance(0.6):
                livraison.format["fusion"] = "secteur"
            rendues.append(livraison)
        return rendues

    def offre(self) -> Ligne:
        entier = [None, 0, 1, 2, 5]
        return self.designer(
            {
                "_structure": self.h.choice(self.entreprises),
                "num_offre": str(self.numero()) if self.chance(0.7) else f"OF-{self.numero()}",
                "metier": self.h.choice(METIERS),
                "date_offre": self.un_jour(),
                "postes_qualifies": self.h.choice(entier),
                "postes_zone_grise": self.h.choice(entier),
                "postes_non_qualifies": self.h.choice(entier),
                "pourvue": self.optionnelle("rce_offres", "pourvue"),
                "postes_pourvus": self.h.choice(entier),
            },
            "entreprise",
            "siret",
        )

    def groupe_gate(self, groupe: list[Ligne], rang: int) -> list[Ligne]:
        """Un groupe dont une ligne est inutilisable, la première parfois, et une cellule facultative illisible."""
        defaut = [("metier", None), ("date_offre", "hier"), ("entreprise", None), ("num_offre", None)][rang]
        groupe[0 if rang % 2 else -1][defaut[0]] = Brut(defaut[1])
        groupe[1][self.h.choice(POSTES)] = Brut(self.h.choice(["-2", "1,5", "deux"]))
        groupe[2]["pourvue"] = Brut("Peut-être")
        return groupe

    # --- entretiens et besoins ---

    def entretiens(self) -> list[Livraison]:
        lignes = []
        for i in range(self.n(110)):
            lignes.append(
                self.designer(
                    {
                        "_structure": self.h.choice(self.entreprises),
                        "id_entretien": str(6000 + i) if i % 3 else f"E{i:04d}",
                        "demarche": self.h.choice(modalites_de("gpect_entretiens", "demarche")[:5]),
                        "code_projet": self.h.choice(["211d-iaa", "211D-IAA", "300"]),
                        "departement": self.h.choice(["21", "21", "58", "71", "89", "25"]),
                        "effectif": self.h.choice([None, 0, 4, 12, 80, 1040]),
                        "date_entretien": self.un_jour(),
                        "mode_entretien": self.optionnelle("gpect_entretiens", "mode_entretien"),
                        "statut": self.h.choice(["Réalisé", "Réalisé", "Réalisé", "Planifié", "Annulé"]),
                        "enqueteur": self.h.choice(["EMFOR", None]),
                        "vague": self.h.choice([None, 1, 2]),
                        "mise_en_relation": self.chance(0.2),
                    },
                    "entreprise",
                    "siret",
                )
            )

        def vieilli(x: Ligne) -> Ligne:
            return {**x, "statut": "Planifié", "effectif": 7}

        return self.envois("gpect_entretiens", lignes, DEFAUTS["gpect_entretiens"], vieilli)

    def besoins(self) -> list[Livraison]:
        lignes = [
            {
                "demarche": self.h.choice(modalites_de("gpect_entretiens", "demarche")[:5]),
                "entreprise": self.graphie(self.h.choice(self.entreprises).nom),
                "metier": self.graphie(self.h.choice(METIERS), ponctuation=False),
                "nb_postes": self.h.choice([0, 1, 2, 3, 12]),
                "horizon": self.optionnelle("gpect_besoins", "horizon"),
                "date_besoin": self.un_jour(),
            }
            for _ in range(self.n(90))
        ]
        self.change_de_graphie(lignes, "metier", "date_besoin", "Cordiste")
        return self.envois("gpect_besoins", lignes, DEFAUTS["gpect_besoins"], lambda x: {**x, "nb_postes": 40})

    def effectifs(self) -> list[Livraison]:
        """Un fichier par année ; certaines années manquent, d'autres sont corrigées ou retirées par un zéro."""
        a1, a2 = self.annees
        secteurs = modalites_de("gpect_entretiens", "demarche")

        def lignes(annee: int, part: float) -> list[Ligne]:
            # D'un fichier à l'autre, un même secteur change de casse.
            ecrit = self.h.choice([str, str, str.upper])
            return [
                {
                    "secteur": ecrit(s),
                    "territoire": t,
                    "annee": annee,
                    "effectif_salarie": self.h.randint(30_000, 90_000),
                }
                for s in secteurs
                for t in TERRITOIRES
                if self.chance(part)
            ]

        def zero(x: Ligne) -> Ligne:
            return {**x, "secteur": x["secteur"].lower(), "effectif_salarie": 0}

        anciennes, premieres, secondes = (lignes(a, p) for a, p in ((a1 - 1, 0.9), (a1, 0.7), (a2, 0.8)))
        defauts = DEFAUTS["emfor_effectifs"]
        corrigees = [{**x, "effectif_salarie": 77_000} for x in premieres[:3]]
        # Une correction inutilisable laisse la première valeur ; un zéro retire une année, la précédente sert.
        corrigees.append({**premieres[4], "effectif_salarie": Brut("1.234,50")})
        retirees = [zero(x) for x in (*premieres[5:7], *secondes[:1])]
        suite = lignes(a2 + 1, 0.4)
        return [
            self.livraison("emfor_effectifs", f"emfor_effectifs_{annee}{suffixe}", dt.date(annee, 1, 1), dites, nuit=n)
            for annee, suffixe, dites, n in (
                (a1, "", [*anciennes, *premieres], self.premiere_nuit),
                (a2, "", [*self.avec_defauts("emfor_effectifs", secondes, defauts), *corrigees], self.premiere_nuit),
                (a2, "_v2", retirees, self.nuit),
                (a2 + 1, "", suite, self.premiere_nuit),
                # Plus ancien que les autres et arrivé en dernier : il ne corrige rien de ce qu'ils disent.
                (a1 - 1, "", [{**x, "effectif_salarie": 55_000} for x in premieres[:2]], self.nuit),
            )
        ]

    # --- enquête, plans, listes ---

    def enquete(self) -> list[Livraison]:
        lignes = [
            {
                "num_reponse": str(i + 1) if i % 4 else f"R{i}",
                "type_commerce": self.h.choice(modalites_de("enquete_zti", "type_commerce")),
                "secteur": self.h.choice(["Mode", "Alimentaire", None]),
                "interroge_par": self.h.choice(["CCI", None]),
                "date_reponse": self.un_jour(),
                "appui_rh": self.chance(0.3),
                "appui_numerique": self.chance(0.5),
            }
            for i in range(self.n(80))
        ]
        return self.envois("enquete_zti", lignes, DEFAUTS["enquete_zti"], lambda x: {**x, "appui_rh": True})

    def plans(self) -> list[Livraison]:
        """Des états à cinq dates ; une feuille par projet, dont une vide et une de notice."""
        a1, a2 = self.annees
        jours = [dt.date(a1, 5, 12), dt.date(a1, 12, 31), dt.date(a2, 9, 1), dt.date(a2, 12, 20), dt.date(a2 + 1, 1, 9)]
        rendues = []
        for rang, jour in enumerate([*jours, dt.date(a2, 2, 3)]):
            feuilles = {
                nom: self.fiches(rang + i) for i, nom in enumerate(["221", "211d-IAA", "211D-Longvic"][: 2 + rang % 2])
            }
            if rang % 2:
                premiere = next(iter(feuilles))
                feuilles[premiere] = self.avec_defauts("plan_actions", feuilles[premiere], DEFAUTS["plan_actions"])
            feuilles["BROUILLON"] = []
            nuit = self.nuit if rang == len(jours) else self.premiere_nuit
            rendues.append(self.classeur("plan_actions", f"plan_actions_{jour:%Y%m%d}", jour, feuilles, nuit=nuit))
        return rendues

    def fiches(self, rang: int) -> list[Ligne]:
        lignes = []
        for i in range(12 + rang):
            axe = i % len(AXES)
            lignes.append(
                {
                    "num_axe": axe + 1,
                    "axe_strategique": AXES[axe].upper() if i == axe + 4 else AXES[axe],
                    "fiche": f"F{i}" if i % 2 else str(i + 1),
                    "intitule": f"Action {i}",
                    "pilote": self.h.choice(["EMFOR", None]),
                    "statut": self.h.choice(modalites_de("plan_actions", "statut")),
                    "echeance": self.h.choice(["fin d'année", None]),
                }
            )
        return lignes

    def eco_structures(self, rang: int) -> list[Ligne]:
        return [
            {
                "structure": f"Initiative {i}",
                "locale": self.chance(0.5),
                "champ": self.optionnelle("eco_structures", "champ"),
                "annee_creation": self.h.choice([2012, 2015, None]),
                "nb_entretiens": self.h.choice([0, 1, 2, None]),
            }
            for i in range(30 + 4 * rang)
        ]

    def demandeurs(self, rang: int) -> list[Ligne]:
        """Des numéros et des mots pour identifiants ; des courriels de toutes formes."""
        lignes = []
        for i in range(40 + 5 * rang):
            m = self.marque()
            courriels = [None, f"{m}@exemple.fr", f"{m}@exemple.fr", f" {m.upper()}@exemple.fr ", f"{m} chez exemple",
                         f"{m}@exemple", f"{m}..x@exemple.fr", f"{m}@exemple.fr;{m}@exemple.org"]  # fmt: skip
            lignes.append(
                {
                    **self.identite(),
                    "identifiant": m if i % 3 else str(1000 + i),
                    "code_postal": self.h.choice([None, "21600", "21000", "01000"]),
                    "rome_1": self.h.choice(["H2902", "I1304", "G1602", "g1603", "N4101"]),
                    "rome_2": self.h.choice([None, "H2913"]),
                    "courriel": self.h.choice(courriels),
                    "telephone": self.h.choice([None, "06 39 98 00 11"]),
                }
            )
            if self.chance(0.15):
                lignes[-1]["date_naissance"] = None
        return lignes


def _pied(mot: str, lignes: list[Ligne], *, faux: bool = False) -> Pied:
    """TOTAL des postes des lignes qui se lisent."""
    requises = ("num_offre", "metier", "date_offre", "entreprise")
    lues = [x for x in lignes if not any(isinstance(x.get(c), Brut) for c in requises)]
    sommes = {c: sum(v for x in lues if isinstance(v := x.get(c), int)) for c in POSTES}
    return Pied(mot, {c: n + 100 * faux for c, n in sommes.items()})


DEFAUTS = {
    "rce_visites": Defauts(
        requises=[("secteur", "Transport"), ("date_visite", "31/02/2019"), ("entreprise", None)],
        facultatives=[
            ("effectif", "env. 30"),
            ("effectif", "12,5"),
            ("adherent_club", "à voir"),
            ("origine", "Salon"),
            ("siret", "12345678901234"),
        ],
        differente=("commune", "Une autre commune"),
        neuve="entreprise",
    ),
    "gpect_entretiens": Defauts(
        requises=[("departement", "75"), ("statut", None), ("demarche", "Aéronautique"), ("date_entretien", "x")],
        facultatives=[("effectif", "-3"), ("mode_entretien", "Visio"), ("siret", "11122233344455"), ("vague", "un")],
        differente=("enqueteur", "Un autre"),
        neuve="id_entretien",
    ),
    "gpect_besoins": Defauts(
        requises=[("nb_postes", "-1"), ("nb_postes", "plusieurs"), ("date_besoin", None)],
        facultatives=[("horizon", "Long terme")],
        differente=("nb_postes", 99),
        neuve="entreprise",
    ),
    "emfor_effectifs": Defauts(
        requises=[("effectif_salarie", "1.234,50")],
        facultatives=[],
        differente=("effectif_salarie", 4321),
        neuve="secteur",
    ),
    "enquete_zti": Defauts(
        requises=[("type_commerce", "Marché"), ("appui_rh", "peut-être"), ("date_reponse", "2019-13-01")],
        facultatives=[],
        differente=("secteur", "Un autre secteur"),
        neuve="num_reponse",
    ),
    "plan_actions": Defauts(
        requises=[("statut", "Abandonné")],
        facultatives=[],
        differente=("intitule", "Un autre intitulé"),
        neuve="fiche",
    ),
    "eco_structures": Defauts(
        requises=[("locale", "bof"), ("structure", None)],
        facultatives=[("champ", "Transport"), ("annee_creation", "vers 2010")],
        differente=("annee_creation", 1999),
        neuve="structure",
    ),
    "pole_emploi_longvic": Defauts(
        requises=[("rome_1", None), ("identifiant", None), ("nom", "  ")],
        facultatives=[("date_naissance", "00/00/1980"), ("code_postal", "1000")],
        differente=("rome_2", "K1302"),
        neuve="identifiant",
    ),
}
"""Ce qui gâte la dernière livraison de chaque source."""
