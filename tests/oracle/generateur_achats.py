"""Les livraisons d'ABC Clauses et des projets, tirées au sort."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from atelier import (
    MOTS,
    QUARTIERS,
    VILLES,
    Atelier,
    Brut,
    Defauts,
    Ligne,
    Structure,
    cle_luhn,
    modalites_de,
    mois_precedent,
    mois_suivant,
    sans_accents,
)
from catalogue import Livraison, sources

DONNEURS = [
    "Dijon Métropole", "Ville de Dijon", "Orvitis", "Grand Dijon Habitat", "Conseil départemental de la Côte-d'Or",
    "Ville de Chenôve", "Ville de Talant", "CHU Dijon Bourgogne", "Région Bourgogne-Franche-Comté", "SPLAAD",
    "Université de Bourgogne", "Ville de Quetigny", "Habellis", "S.N.C.F. Réseau", "Ville de Montbard", "NA",
]  # fmt: skip
AUTRE_NOM = {"Ville de Dijon": "Mairie de Dijon", "CHU Dijon Bourgogne": "Centre hospitalier universitaire"}
"""Structures qui paraissent sous un second nom ; seul le SIRET dit que c'est la même."""
OBJETS = ["Recrutement", "Suivi de chantier", "Présentation de la clause", "Bilan d'étape", "N/A", "Autre"]


@dataclass
class Monde:
    """Tout ce qui est vrai dans un tirage, avant les défauts : une liste de lignes par source."""

    lignes: dict[str, list[Ligne]] = field(default_factory=dict)
    heures: dict[tuple[str, dt.date], float] = field(default_factory=dict)
    operations: list[Ligne] = field(default_factory=list)


class Achats(Atelier):
    """Ce qui est vrai, puis ses envois."""

    # --- le monde vrai ---

    def monde(self) -> Monde:
        m = Monde()
        self.donneurs = [
            Structure(
                nom,
                None if nom in ("NA", "Habellis") else self.siret(zeros=i % 4 == 0),
                self.h.choice(modalites_de("abc_clauses_operations", "type_donneur_ordre")),
                AUTRE_NOM.get(nom),
            )
            for i, nom in enumerate(DONNEURS)
        ]
        types = modalites_de("abc_clauses_contrats", "type_employeur")
        self.employeurs = [
            Structure(
                f"{self.h.choice(MOTS)} {self.h.choice(MOTS)} {_ville(i)}",
                None if i % 7 == 3 else self.siret(zeros=i % 5 == 0),
                types[i % 8] if i < 16 else "Entreprise",
                f"Groupe {_ville(i)} {i}" if i % 9 == 5 and i % 7 != 3 else None,
            )
            for i in range(max(18, int(40 * self.taille)))
        ]
        # Deux établissements d'une même entreprise : son SIREN seul ne dit pas lequel.
        un, autre = self.employeurs[1:3]
        assert un.siret is not None
        self.employeurs[2] = replace(autre, siret=cle_luhn(f"{un.siret[:9]}7777"))
        m.operations = m.lignes["abc_clauses_operations"] = self.operations()
        m.lignes["abc_clauses_lots"] = self.lots(m.operations)
        m.lignes["abc_clauses_salaries"] = self.salaries()
        m.lignes["abc_clauses_contrats"] = self.contrats(m)
        self.heures(m)
        self.egalites(m)
        m.lignes["abc_clauses_contacts"] = self.contacts(m.operations)
        return m

    def operations(self) -> list[Ligne]:
        a1, a2 = self.annees
        lignes = []
        for i in range(max(24, int(60 * self.taille))):
            donneur = self.h.choice(self.donneurs)
            debut = self.jour(dt.date(a1 - 1, 6, 1), dt.date(a2, 10, 31))
            fin = debut + dt.timedelta(days=self.h.randint(60, 900))
            dates = self.h.choice(["deux", "deux", "deux", "deux", "début", "aucune", "égales"])
            lignes.append(
                {
                    "id_operation": str(4000 + i) if i % 3 == 0 else f"OP-{i:04d}",
                    "_structure": donneur,
                    "type_donneur_ordre": donneur.type if self.chance(0.8) else None,
                    "operation": f"{self.h.choice(['Nettoyage', 'Réhabilitation', 'Voirie', 'Entretien'])} "
                    f"« {self.h.choice(MOTS)} » ; tranche {i}",
                    "secteur": "BTP" if i % 2 else "SERVICES",
                    "base_juridique": self.optionnelle("abc_clauses_operations", "base_juridique"),
                    "nature": self.optionnelle("abc_clauses_operations", "nature"),
                    "code_commune": "21231" if self.chance(0.7) else None,
                    "date_consultation": self.jour(dt.date(a1 - 1, 9, 1), dt.date(a2 + 1, 1, 31))
                    if self.chance(0.8)
                    else None,
                    "date_notification": debut - dt.timedelta(days=20) if self.chance(0.5) else None,
                    "date_debut": debut if dates != "aucune" else None,
                    "date_fin": {"deux": fin, "égales": debut}.get(dates),
                    "heures_engagement": self.h.choice([None, 0, 150.5, 1200, 5217.15, 12000, 830.25, 2400]),
                    "statut": self.h.choice(
                        ["Conseil", "Consultation", "En cours", "En cours", "Terminé", "Abandonné"]
                    ),
                }
            )
        return lignes

    def lots(self, operations: list[Ligne]) -> list[Ligne]:
        lignes = []
        for o in operations:
            for n in range(self.h.choice([0, 0, 1, 2, 3])):
                employeur = self.h.choice(self.employeurs)
                lignes.append(
                    {
                        "id_operation": o["id_operation"],
                        "num_lot": str(n + 1),
                        "lot": f"Lot {n + 1} : {self.h.choice(MOTS)}",
                        "_structure": employeur,
                        "type_structure": employeur.type,
                        "reserve": self.chance(0.3),
                        "heures_engagement": self.h.choice([None, 100, 250.75, 1000]),
                    }
                )
        return lignes

    def salaries(self) -> list[Ligne]:
        self.fiches: list[Ligne] = []
        for i in range(max(50, int(190 * self.taille))):
            self.fiches.append(self.personne(f"S{i:05d}" if i % 4 else str(70000 + i)))
        # Une même personne sous deux numéros : sa dernière ligne fait foi.
        for ancienne in self.h.sample(self.fiches, max(4, int(8 * self.taille))):
            self.fiches.append(
                {
                    **ancienne,
                    "id_salarie": f"S9{self.numero():04d}",
                    "nom": ancienne["nom"].upper(),
                    "prenom": sans_accents(ancienne["prenom"]).replace("-", " "),
                    "qpv": self.h.choice([None, *QUARTIERS]),
                    "accompagnement": self.optionnelle("abc_clauses_salaries", "accompagnement"),
                }
            )
        # Des homonymes nés un autre jour sont d'autres personnes.
        for autre in self.h.sample(self.fiches[:50], 3):
            self.fiches.append(
                {
                    **self.personne(f"S8{self.numero():04d}"),
                    "nom": autre["nom"],
                    "prenom": autre["prenom"],
                    "date_naissance": autre["date_naissance"] + dt.timedelta(days=400),
                }
            )
        return self.fiches

    def personne(self, id_salarie: str) -> Ligne:
        nom = self.marque()
        return {
            "id_salarie": id_salarie,
            "nom": nom.capitalize(),
            "nom_naissance": None,
            "prenom": f"{self.h.choice(['Élodie', 'Noël', 'Zoé', 'Inès', 'Jérôme'])}-{self.marque()}",
            "sexe": self.h.choice("FMM"),
            "date_naissance": self.jour(dt.date(1945, 1, 1), dt.date(self.annees[0] - 17, 1, 1)),
            "code_commune": self.h.choice(["21231", "21166", None]),
            "qpv": self.h.choice([None, None, "Non", "N", "0", "Hors QPV", *QUARTIERS, *QUARTIERS[:2]]),
            "niveau_formation": self.optionnelle("abc_clauses_salaries", "niveau_formation"),
            "prescripteur": self.h.choice(["Mission locale", "Pôle emploi", None]),
            "criteres_eligibilite": self.h.choice(["DELD", "bRSA|Senior", "TH", None]),
            "accompagnement": self.optionnelle("abc_clauses_salaries", "accompagnement"),
            "telephone": f"06 39 98 {self.h.randint(10, 99)} {self.h.randint(10, 99)}" if self.chance(0.7) else None,
            "courriel": self.h.choice([f"{nom}@exemple.fr", f"{nom}@exemple.fr", f"{nom} chez exemple", None]),
        }

    def contrats(self, m: Monde) -> list[Ligne]:
        a1, a2 = self.annees
        operables = [o for o in m.operations if o["statut"] not in ("Conseil", "Consultation")]
        lignes = []
        for i in range(max(70, int(290 * self.taille))):
            debut = self.jour(dt.date(a1 - 1, 9, 1), dt.date(a2, 12, 20))
            fin = debut + dt.timedelta(days=self.h.choice([25, 120, 250, 365, 540]))
            salarie = self.h.choice(self.fiches)
            lignes.append(
                self.contrat(f"C{i:05d}" if i % 3 else str(90000 + i), salarie, self.h.choice(operables), debut, fin)
            )
        return lignes

    def contrat(self, id_contrat: str, salarie: Ligne, operation: Ligne, debut: dt.date, fin: dt.date) -> Ligne:
        employeur = self.h.choice(self.employeurs)
        type_employeur = employeur.type
        if employeur in self.employeurs[:5] and self.chance(0.4):
            type_employeur = "Entreprise" if employeur.type != "Entreprise" else "EI"
        return {
            "id_contrat": id_contrat,
            "id_salarie": salarie["id_salarie"],
            "id_operation": operation["id_operation"],
            "num_lot": self.h.choice([None, "1", "2"]),
            "_structure": employeur,
            "type_employeur": type_employeur,
            "type_contrat": self.h.choice(modalites_de("abc_clauses_contrats", "type_contrat")),
            "modalite": self.optionnelle("abc_clauses_contrats", "modalite"),
            "date_debut": debut,
            "date_fin": fin,
            "embauche": self.chance(0.4),
            "code_rome": self.h.choice(["K2204", "F1704", None]),
        }

    def heures(self, m: Monde) -> None:
        """Heures de chaque contrat, dans ses dates, sur les deux années et au-delà de l'arrêté si la nuit le permet."""
        debut = dt.date(self.annees[0], 1, 1)
        self.dernier_mois = mois_precedent(self.nuit)
        for contrat in m.lignes["abc_clauses_contrats"]:
            mois = max(debut, contrat["date_debut"].replace(day=1))
            while mois <= min(contrat["date_fin"], self.dernier_mois):
                if self.chance(0.9):
                    m.heures[contrat["id_contrat"], mois] = self.h.choice(
                        [151.67, 35, 70.5, self.h.randint(100, 15100) / 100, self.h.randint(100, 15100) / 100]
                    )
                mois = mois_suivant(mois)
            if self.chance(0.1):
                contrat["date_fin"] = None

    def egalites(self, m: Monde) -> None:
        """Cas où seule la règle d'égalité départage : secteur d'une personne, d'une entreprise, rang d'opérations."""
        mois = dt.date(self.annees[0], 5, 1)
        for n in range(2):
            personne = self.personne(f"S7{n:04d}")
            self.fiches.append(personne)
            entreprise = Structure(f"Société Égale {n}", self.siret(), "Entreprise")
            self.employeurs.append(entreprise)
            for secteur in ("SERVICES", "BTP"):
                operation = {
                    **self.h.choice([o for o in m.operations if o["secteur"] == secteur]),
                    "id_operation": f"EG-{n}-{'b' if n else 'B'}{secteur[0]}",
                    "operation": f"Opération à égalité {secteur} {n}",
                }
                m.operations.append(operation)
                contrat = self.contrat(
                    f"EGAL{n}{secteur}", personne, operation, mois.replace(day=3), mois.replace(day=28)
                )
                contrat |= {"_structure": entreprise, "type_employeur": "Entreprise"}
                m.lignes["abc_clauses_contrats"].append(contrat)
                m.heures[contrat["id_contrat"], mois] = 120.25

    def contacts(self, operations: list[Ligne]) -> list[Ligne]:
        lignes = []
        for i in range(max(60, int(220 * self.taille))):
            donneur = self.chance(0.45)
            structure = self.h.choice(self.donneurs if donneur else self.employeurs)
            lignes.append(
                {
                    "id_contact": f"K{i:04d}",
                    "date_contact": self.jour(dt.date(self.annees[0], 1, 1), self.nuit - dt.timedelta(days=1)),
                    "interlocuteur": "Donneur d'ordre" if donneur else "Entreprise",
                    "_structure": structure,
                    "canal": self.h.choice(modalites_de("abc_clauses_contacts", "canal")),
                    "objet": self.graphie(self.h.choice(OBJETS), ponctuation=False) if self.chance(0.85) else None,
                    "id_operation": self.h.choice(operations)["id_operation"] if self.chance(0.3) else None,
                }
            )
        return self.change_de_graphie(lignes, "objet", "date_contact", "Relance")

    # --- livraisons ---

    def livraisons(self) -> list[Livraison]:
        m = self.monde()
        nuit_1, a2 = self.premiere_nuit, self.annees[1]
        jour_final = dt.date(a2 + 1, 1, 4)
        ancien = dt.date(a2, 11, 3)
        rendues: list[Livraison] = []
        for source, nom, siret in (
            ("abc_clauses_operations", "donneur_ordre", "siret_donneur_ordre"),
            ("abc_clauses_lots", "attributaire", "siret_attributaire"),
            ("abc_clauses_contrats", "employeur", "siret_employeur"),
            ("abc_clauses_contacts", "structure", "siret"),
            ("abc_clauses_salaries", "", ""),
        ):
            lignes = [self.designer(x, nom, siret) for x in m.lignes[source]]
            total = "heures_engagement" if source == "abc_clauses_operations" else None
            finale = self.avec_defauts(source, lignes, DEFAUTS[source])
            if source == "abc_clauses_salaries":
                for x in self.decalees():
                    finale.insert(self.h.randint(0, len(finale)), x)
            if source == "abc_clauses_contrats":
                finale = self.avec_orphelins(m, finale)
            suffixe = {"abc_clauses_contrats": "_v2", "abc_clauses_salaries": " (1)"}.get(source, "")
            chemin = f"{source}_{jour_final:%Y%m%d}{suffixe}"
            if source == "abc_clauses_contacts" and self.impair:
                # Un nom qui ne dit rien : seuls les en-têtes disent ce que c'est.
                chemin = "envois/Relevé du service"
            else:
                # Remplacée par la finale, bien qu'elle dise autre chose.
                avant = [self.vieillie(source, x) for x in lignes if self.chance(0.9)]
                rendues.append(
                    self.livraison(source, f"abc/{source}_{ancien:%Y%m%d}", ancien, avant, nuit=nuit_1, total=total)
                )
            rendues.append(self.livraison(source, chemin, jour_final, finale, nuit=nuit_1, total=total))
            # Une ancienne qui arrive en dernier n'efface rien.
            tardive = dt.date(a2, 6, 30)
            if source in ("abc_clauses_operations", "abc_clauses_salaries"):
                moins = [self.vieillie(source, x) for x in lignes if self.chance(0.85)]
                rendues.append(self.livraison(source, f"{source.upper()}_{tardive:%Y%m%d}", tardive, moins))
        rendues += self.livraisons_heures(m)
        rendues += self.livraisons_projets()
        rendues += self.refusees(m, rendues)
        return rendues

    def vieillie(self, source: str, ligne: Ligne) -> Ligne:
        """La ligne telle qu'une livraison plus ancienne la disait."""
        if source == "abc_clauses_operations":
            return {**ligne, "heures_engagement": 777, "statut": "Conseil"}
        if source == "abc_clauses_salaries":
            return {**ligne, "qpv": None, "accompagnement": None, "sexe": self.h.choice("FM")}
        if source == "abc_clauses_contrats":
            return {**ligne, "type_contrat": "Autre", "embauche": True}
        return ligne

    def decalees(self) -> list[Ligne]:
        """Lignes dont les cellules ont glissé d'une colonne : des noms là où personne ne les attend."""
        noms = [c.nom for c in sources()["abc_clauses_salaries"].colonnes]
        rendues = []
        for sens in (1, -1):
            p = self.personne(f"Z{self.numero():05d}")
            p["date_naissance"] = f"{p['date_naissance']:%d/%m/%Y}"
            valeurs = [p[n] for n in noms[1:]]
            glissees = [None, *valeurs[:-1]] if sens > 0 else [*valeurs[1:], None]
            rendues.append({noms[0]: p["id_salarie"]} | {n: Brut(v) for n, v in zip(noms[1:], glissees, strict=True)})
        return rendues

    def avec_orphelins(self, m: Monde, contrats: list[Ligne]) -> list[Ligne]:
        """Deux contrats sans personne ou sans opération connue ; un mois de peu d'heures chacun."""
        mois = dt.date(self.annees[0], 3, 1)
        for n, (colonne, inconnu) in enumerate((("id_salarie", "S-INCONNU"), ("id_operation", "OP-INCONNUE"))):
            orphelin = {
                **self.h.choice([c for c in contrats if not any(isinstance(v, Brut) for v in c.values())]),
                "id_contrat": f"ORPH{n}",
                "date_debut": mois,
                "date_fin": mois.replace(day=31),
                "embauche": True,
                colonne: inconnu,
            }
            contrats.insert(self.h.randint(0, len(contrats)), orphelin)
            m.heures[f"ORPH{n}", mois] = 3.5 + n
        m.heures["SANS-CONTRAT", mois] = 2.25
        return contrats

    def livraisons_heures(self, m: Monde) -> list[Livraison]:
        """Un fichier par mois ; des lignes oubliées, corrigées ou retirées par un fichier ultérieur."""
        par_mois: dict[dt.date, list[Ligne]] = {}
        corrections: dict[dt.date, list[Ligne]] = {}
        mois = dt.date(self.annees[0], 1, 1)
        while mois <= self.dernier_mois:
            par_mois[mois] = []
            corrections[mois] = []
            mois = mois_suivant(mois)
        for (id_contrat, mois), heures in m.heures.items():
            ligne = {"id_contrat": id_contrat, "mois": mois, "heures": heures, "date_saisie": _saisie(mois)}
            cas = self.h.random()
            plus_tard = self.decale(mois)
            if cas < 0.03:
                corrections[plus_tard].append(ligne)
                continue
            par_mois[mois].append(ligne)
            if plus_tard == mois:
                continue
            if cas < 0.06:
                corrections[plus_tard].append({**ligne, "heures": self.h.randint(100, 9000) / 100})
            elif cas < 0.075:
                corrections[plus_tard].append({**ligne, "heures": 0})
            elif cas < 0.08:
                # Une correction inutilisable laisse la première valeur.
                corrections[plus_tard].append({**ligne, "heures": Brut("1.234,50")})
        rendues = []
        for rang, (mois, lignes) in enumerate(par_mois.items()):
            toutes = lignes + corrections[mois]
            if rang % 4 == 1:
                toutes += self.heures_gatees(mois)
            self.h.shuffle(toutes)
            nuit = self.premiere_nuit if rang % 3 else self.nuit
            chemin = f"{'abc/heures/' if rang % 2 else ''}abc_clauses_heures_{mois:%Y%m}"
            rendues.append(
                self.livraison(
                    "abc_clauses_heures",
                    chemin,
                    mois,
                    toutes,
                    nuit=nuit,
                    total="heures",
                    total_faux=self.impair and rang == 7,
                )
            )
        # Le fichier d'un mois, renvoyé corrigé sous un nom à peine différent, puis un oubli ancien envoyé en dernier.
        for rang, suffixe in ((4, "_v2"), (1, " (1)")):
            mois = list(par_mois)[rang]
            repris = [{**x, "heures": round(x["heures"] / 2, 2)} for x in par_mois[mois][:12]]
            rendues.append(
                self.livraison(
                    "abc_clauses_heures", f"abc_clauses_heures_{mois:%Y%m}{suffixe}", mois, repris, total="heures"
                )
            )
        if self.premiere_nuit != self.nuit:
            rendues += self.aller_et_retour(rendues[8], par_mois)
        return rendues

    def aller_et_retour(self, original: Livraison, par_mois: dict[dt.date, list[Ligne]]) -> list[Livraison]:
        """Sous le même nom, une nuit plus tard, d'autres octets ; la nuit d'après, de nouveau les premiers."""
        mois = original.date_nom
        repris = [{**x, "heures": round(x["heures"] / 4, 2)} for x in par_mois[mois][:9]]
        usuel = {k: original.format[k] for k in ("type", "encodage", "separateur") if k in original.format}
        milieu = self.nuit - dt.timedelta(days=3)
        autre = self.livraison("abc_clauses_heures", "", mois, repris, nuit=milieu, total="heures", format_=usuel)
        self.horloge += dt.timedelta(minutes=7)
        retour = replace(original, nuit=self.nuit, ecrit_le=self.horloge)
        return [replace(autre, chemin=original.chemin), retour]

    def decale(self, mois: dt.date) -> dt.date:
        """Le mois d'un fichier ultérieur, ou le même s'il n'y en a pas."""
        arrivee = mois
        for _ in range(self.h.randint(1, 4)):
            arrivee = mois_suivant(arrivee)
        return arrivee if arrivee <= self.dernier_mois else mois

    def heures_gatees(self, mois: dt.date) -> list[Ligne]:
        """Lignes d'heures inutilisables, et une à la date de saisie illisible."""
        saisie = _saisie(mois)
        ligne = {"id_contrat": "C00001", "mois": mois, "heures": 10, "date_saisie": saisie}
        defauts = self.h.sample(
            [
                {**ligne, "id_contrat": None},
                {**ligne, "mois": Brut("13/2019")},
                {**ligne, "mois": Brut("janvier")},
                {**ligne, "heures": Brut("-12,5")},
                {**ligne, "heures": Brut("1.234,50")},
                {**ligne, "heures": Brut("NC")},
                {**ligne, "heures": None},
            ],
            2,
        )
        # Deux lignes qui se contredisent sont rejetées toutes les deux ; l'une est retirée de tout fichier.
        contradictoires = [{**ligne, "id_contrat": f"DBL{mois:%Y%m}", "heures": h} for h in (10, 11.5)]
        return [*defauts, *contradictoires]

    def livraisons_projets(self) -> list[Livraison]:
        a1, a2 = self.annees
        axes = modalites_de("projets", "axe_principal")

        def lignes(annee: int, n: int) -> list[Ligne]:
            return [
                {
                    "code_projet": str(300 + i) if i % 2 else f"{200 + i}d",
                    "projet": f"Projet {i} de {annee}",
                    "axe_principal": axes[i % len(axes)],
                    "axes_secondaires": [None, "gpect", "campus|parcours"][i % 3],
                    "statut": ["En cours", None][i % 2],
                }
                for i in range(n)
            ]

        rendues = []
        for annee, n, suffixe in ((a1, 6, ""), (a2, 8, ""), (a1, 7, " (1)")):
            rendues.append(
                self.livraison(
                    "projets", f"pole/projets_{annee}{suffixe}", dt.date(annee, 1, 1), lignes(annee, n), doublons=False
                )
            )
        return rendues

    def refusees(self, m: Monde, deja: list[Livraison]) -> list[Livraison]:
        """Fichiers refusés tels quels, et un fichier déposé deux fois."""
        a2 = self.annees[1]
        csv_usuel = {"type": "csv", "encodage": "cp1252", "separateur": ";"}
        fiches = [self.personne(f"Y{n:04d}") for n in range(8)]
        jour = dt.date(a2 + 1, 1, 6)
        vide = self.livraison(
            "abc_clauses_operations", f"abc_clauses_operations_{jour:%Y%m%d}", jour, [], nu=True, format_=csv_usuel
        )
        manque = self.livraison(
            "abc_clauses_salaries", f"abc_clauses_salaries_{jour:%Y%m%d}", jour, fiches, nu=True, format_=csv_usuel
        )
        rang = manque.colonnes.index("sexe")
        manque.colonnes[rang] = None
        manque.format["entetes"][rang] = "Genre"
        jour += dt.timedelta(days=1)
        sans_entete = self.livraison(
            "abc_clauses_salaries",
            f"abc_clauses_salaries_{jour:%Y%m%d}",
            jour,
            fiches,
            nu=True,
            format_={**csv_usuel, "sans_entete": True},
        )
        sans_entete.format["sans_entete"] = sans_entete.illisible = True
        tronque = self.livraison(
            "abc_clauses_lots",
            f"abc_clauses_lots_{jour:%Y%m%d}",
            jour,
            [self.designer(x, "attributaire", "siret_attributaire") for x in m.lignes["abc_clauses_lots"]],
            nu=True,
            format_={"type": "xlsx"},
        )
        tronque.illisible = True
        # Seulement un TOTAL : rien à charger, mais en incrément ce n'est pas un refus.
        mois = mois_suivant(self.dernier_mois)
        sans_ligne = self.livraison(
            "abc_clauses_heures", f"abc_clauses_heures_{mois:%Y%m}", mois, [], nu=True, total="heures"
        )
        original = next(x for x in deja if x.source == "abc_clauses_lots")
        copie = replace(original, chemin=f"copie/{original.fichier}", copie_de=original.chemin, nuit=self.nuit)
        self.horloge += dt.timedelta(minutes=7)
        copie.ecrit_le = self.horloge
        return [vide, manque, sans_entete, tronque, sans_ligne, copie]


DEFAUTS = {
    "abc_clauses_operations": Defauts(
        requises=[("secteur", "TRANSPORT"), ("statut", None), ("donneur_ordre", "  ")],
        facultatives=[
            ("siret_donneur_ordre", "11122233344455"),
            ("date_consultation", "29/02/2019"),
            ("date_fin", "fin 2020"),
            ("heures_engagement", "1.234,50"),
            ("heures_engagement", "-40"),
            ("nature", "Convention"),
        ],
        differente=("operation", "Une autre opération"),
        neuve="id_operation",
    ),
    "abc_clauses_lots": Defauts(
        requises=[("num_lot", None)],
        facultatives=[("siret_attributaire", "123"), ("reserve", "à voir"), ("heures_engagement", "env. 200")],
        differente=("lot", "Un autre lot"),
        neuve="num_lot",
    ),
    "abc_clauses_contrats": Defauts(
        requises=[
            ("date_debut", "31/02/2019"),
            ("type_contrat", "Bénévolat"),
            ("embauche", "peut-être"),
            ("employeur", None),
        ],
        facultatives=[("modalite", "Prêt"), ("siret_employeur", "12345678901234"), ("date_fin", "30/02/2020")],
        differente=("code_rome", "A1203"),
        neuve="id_contrat",
    ),
    "abc_clauses_contacts": Defauts(
        requises=[("date_contact", "hier"), ("canal", "Pigeon"), ("structure", None)],
        facultatives=[("siret", "356 000 000 00049")],
        differente=("objet", "Un autre objet"),
        neuve="id_contact",
    ),
    "abc_clauses_salaries": Defauts(
        requises=[("sexe", "X"), ("nom", None), ("date_naissance", "00/00/1980"), ("date_naissance", "12/05/2018")],
        facultatives=[
            ("qpv", "Les Tilleuls"),
            ("qpv", "Oui"),
            ("accompagnement", "PLIE"),
            ("niveau_formation", "VII"),
            ("criteres_eligibilite", "DELD|Inconnu"),
        ],
        differente=("prescripteur", "Un autre prescripteur"),
        neuve="id_salarie",
    ),
}
"""Ce qui gâte la dernière livraison de chaque source."""


def _ville(rang: int) -> str:
    return f"{VILLES[rang % 6]} {rang}"


def _saisie(mois: dt.date) -> dt.date:
    return mois_suivant(mois).replace(day=8)
