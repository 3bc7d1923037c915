"""L'attaque des tables publiques : ce qu'un lecteur en tire par soustraction, et ce que cela lui apprend vraiment.

L'attaquant ne lit que les fichiers du dossier public. Il écrit les relations que chacun connaît (un total est la somme
de ses lignes, une part est un quotient, deux tables donnent le même total, les femmes et les hommes font les salariés)
et en tire toute valeur déterminée, puis les bornes des autres. Rien n'est pris au code de la diffusion : les relations
et les seuils sont réécrits ici. La vérité (qui est derrière une valeur) vient de la base interne.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
from scipy.optimize import linprog

PERSONNES, ENTREPRISES, DOMINANTE = 5, 3, 0.85
SERREES = 0.10
"""Une somme que l'attaquant encadre à 10 % près est une somme qu'il connaît."""

Inconnue = Hashable
Lue = dict[str, str]


def lire_csv(fichier: Path) -> list[Lue]:
    """Lignes d'un CSV public, par titre de colonne."""
    with fichier.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f, delimiter=";"))


def nombre(texte: str) -> float | None:
    """Le nombre d'une case ; None si elle est vide ou sous secret."""
    return None if texte in ("", "s") else float(texte.replace(",", "."))


@dataclass
class Systeme:
    """Des inconnues positives et ce que l'attaquant en sait."""

    places: dict[Inconnue, int] = field(default_factory=dict)
    equations: list[tuple[dict[int, float], float]] = field(default_factory=list)
    non_nulles: set[int] = field(default_factory=set)
    """Comptes sous secret : un zéro se montrerait."""
    comptes: set[int] = field(default_factory=set)

    def place(self, x: Inconnue) -> int:
        return self.places.setdefault(x, len(self.places))

    def egal(self, coefficients: Iterable[tuple[Inconnue, float]], constante: float = 0.0) -> None:
        equation: dict[int, float] = defaultdict(float)
        for x, c in coefficients:
            equation[self.place(x)] += c
        self.equations.append((dict(equation), constante))

    def somme(self, tout: Inconnue, parties: Iterable[Inconnue]) -> None:
        self.egal([(tout, 1.0), *((p, -1.0) for p in parties)])

    def voir(self, x: Inconnue, case: str, *, compte: bool = False) -> None:
        """Une case du dossier public : sa valeur, ou le fait qu'elle est sous secret."""
        valeur, place = nombre(case), self.place(x)
        if compte:
            self.comptes.add(place)
        if valeur is not None:
            self.egal([(x, 1.0)], valeur)
        elif case == "s" and compte:
            self.non_nulles.add(place)

    def _matrice(self) -> tuple[np.ndarray, np.ndarray]:
        a = np.zeros((len(self.equations), len(self.places)))
        for i, (coefficients, _) in enumerate(self.equations):
            for j, c in coefficients.items():
                a[i, j] = c
        return a, np.array([c for _, c in self.equations])

    def savoir(self, cibles: Iterable[Inconnue]) -> dict[Inconnue, tuple[float, float]]:
        """Bornes de chaque cible : égales si elle est déterminée."""
        a, b = self._matrice()
        # Une inconnue est déterminée si aucune solution de a·x = 0 ne la fait varier.
        _, s, vt = np.linalg.svd(a, full_matrices=True)
        rang = int((s > 1e-9 * max(s.max(initial=0.0), 1.0)).sum())
        libres = np.linalg.norm(vt[rang:], axis=0)
        solution = np.linalg.lstsq(a, b, rcond=None)[0]
        bornes = [(1.0 if j in self.non_nulles else 0.0, None) for j in range(len(self.places))]
        savoir = {}
        for x in cibles:
            if x not in self.places:
                savoir[x] = (0.0, np.inf)
                continue
            j = self.places[x]
            if libres[j] < 1e-8:
                savoir[x] = (solution[j], solution[j])
                continue
            but = np.zeros(len(self.places))
            but[j] = 1.0
            extremes = []
            for signe in (1.0, -1.0):
                r = linprog(signe * but, A_eq=a, b_eq=b, bounds=bornes, method="highs")
                extremes.append(signe * r.fun if r.status == 0 else (0.0 if signe > 0 else np.inf))
            savoir[x] = (extremes[0], extremes[1])
        return savoir

    def livrees(self, sensibles: dict[Inconnue, float]) -> dict[Inconnue, tuple[float, float, float]]:
        """Valeurs sensibles que l'attaquant obtient ou encadre de trop près : leur valeur et leurs bornes."""
        trouvees = {}
        for x, (bas, haut) in self.savoir(sensibles).items():
            vraie = sensibles[x]
            if x in self.places and self.places[x] in self.comptes:
                # Le seul entier possible, ou la preuve que le compte est sous le seuil.
                livree = np.floor(haut + 1e-6) - np.ceil(bas - 1e-6) < 1
            else:
                livree = haut - vraie < SERREES * vraie or vraie - bas < SERREES * vraie
            if livree:
                trouvees[x] = (vraie, bas, haut)
        return trouvees


# --- Ce que les fichiers publics disent, famille par famille ---


@dataclass
class Dossier:
    """Un dossier public : ses tableaux et ses chiffres."""

    racine: Path

    def tableau(self, axe: str, nom: str) -> list[Lue]:
        fichier = self.racine / "extraits" / axe / f"{nom}.csv"
        return lire_csv(fichier) if fichier.exists() else []

    def chiffres(self) -> dict[tuple[str, str], Lue]:
        """Chiffres d'année civile, par code et année."""
        lignes = lire_csv(self.racine / "extraits" / "rapport" / "indicateurs.csv")
        return {
            (c["Code"], c["Fin de période"][-4:]): c
            for c in lignes
            if c["Début de période"][:6] == "01/01/" and c["Fin de période"][:6] == "31/12/"
            and c["Début de période"][-4:] == c["Fin de période"][-4:]
        }  # fmt: skip

    def systemes(self) -> dict[str, Systeme]:
        """Un système par famille et année."""
        trouves: dict[str, Systeme] = defaultdict(Systeme)
        for famille in (self._heures, self._salaries, self._embauches, self._entreprises, self._cent_chances):
            famille(trouves)
        self._sans_annee(trouves)
        self._chiffres(trouves)
        return trouves

    def _heures(self, s: dict[str, Systeme]) -> None:
        ar = "achats_responsables"
        parties: dict[tuple[str, Inconnue], list[Inconnue]] = defaultdict(list)
        for titre, nom, table in (
            ("Secteur", "secteur", "heures_secteur"), ("Type de contrat", "type", "heures_type_contrat"),
            ("Modalité", "modalite", "heures_modalite"),
        ):  # fmt: skip
            for ligne in self.tableau(ar, table):
                annee, x = ligne["Année"], (nom, ligne[titre])
                s[f"heures {annee}"].voir(x, ligne["Heures réalisées"])
                part = nombre(ligne["Part des heures"])
                if part is not None:
                    s[f"heures {annee}"].egal([(x, 1.0), ("total", -part)])
                parties[annee, f"total {nom}"].append(x)
        for ligne in self.tableau(ar, "heures_mois"):
            x = ("mois", ligne["Mois"], ligne["Secteur"])
            s[f"heures {ligne['Année']}"].voir(x, ligne["Heures réalisées"])
            parties[ligne["Année"], ("secteur", ligne["Secteur"])].append(x)
        operations = defaultdict(list)
        for ligne in self.tableau(ar, "heures_operation"):
            x = ("operation", ligne["N° opération"])
            s[f"heures {ligne['Année']}"].voir(x, ligne["Heures réalisées"])
            operations[ligne["Année"], ("secteur", ligne["Secteur"])].append(x)
            operations[ligne["Année"], ("donneur", ligne["Donneur d'ordre"])].append(x)
        for ligne in self.tableau(ar, "donneurs_ordre"):
            s[f"heures {ligne['Année']}"].voir(("donneur", ligne["Donneur d'ordre"]), ligne["Heures réalisées"])
        for groupe in (parties, operations):
            for (annee, tout), siennes in groupe.items():
                s[f"heures {annee}"].somme("total" if str(tout).startswith("total") else tout, siennes)

    def _salaries(self, s: dict[str, Systeme]) -> None:
        secteurs, accompagnes = defaultdict(list), defaultdict(list)
        for ligne in self.tableau("achats_responsables", "salaries_secteur"):
            y, secteur = s[f"salaries {ligne['Année']}"], ligne["Secteur"]
            y.voir(("tous", secteur), ligne["Salariés"], compte=True)
            for qui, autres, titre in (
                ("femmes", "hommes", "dont femmes"),
                ("qpv", "hors qpv", "dont quartiers prioritaires"),
            ):
                y.voir((qui, secteur), ligne[titre], compte=True)
                y.somme(("tous", secteur), [(qui, secteur), (autres, secteur)])
                y.comptes.add(y.place((autres, secteur)))
            secteurs[ligne["Année"]].append(secteur)
        for ligne in self.tableau("achats_responsables", "salaries_accompagnement"):
            x = ("accompagnement", ligne["Accompagnement"])
            s[f"salaries {ligne['Année']}"].voir(x, ligne["Salariés"], compte=True)
            accompagnes[ligne["Année"]].append(x)
        for annee, siens in secteurs.items():
            y = s[f"salaries {annee}"]
            for qui in ("tous", "femmes", "qpv"):
                y.somme((qui, ""), [(qui, secteur) for secteur in siens])
            y.somme(("tous", ""), accompagnes[annee])

    def _embauches(self, s: dict[str, Systeme]) -> None:
        cases = defaultdict(list)
        for ligne in self.tableau("achats_responsables", "embauches"):
            y, x = s[f"embauches {ligne['Année']}"], (ligne["Secteur"], ligne["Type de contrat"])
            y.voir(("personnes", *x), ligne["Personnes"], compte=True)
            y.voir(("contrats", *x), ligne["Embauches (contrats)"], compte=True)
            y.voir(("qpv", *x), ligne["dont quartiers prioritaires"], compte=True)
            y.somme(("personnes", *x), [("qpv", *x), ("hors qpv", *x)])
            y.comptes.add(y.place(("hors qpv", *x)))
            cases[ligne["Année"]].append(x)
        for annee, siennes in cases.items():
            y = s[f"embauches {annee}"]
            for quoi in ("contrats", "personnes"):
                for rang in (0, 1):
                    for v in {x[rang] for x in siennes}:
                        y.somme((quoi, "par", v), [(quoi, *x) for x in siennes if x[rang] == v])
                y.somme((quoi, "par", ""), [(quoi, *x) for x in siennes])
            y.somme(("qpv", "par", ""), [("qpv", *x) for x in siennes])

    def _entreprises(self, s: dict[str, Systeme]) -> None:
        categories = defaultdict(list)
        for ligne in self.tableau("achats_responsables", "entreprises"):
            s[f"entreprises {ligne['Année']}"].voir(ligne["Catégorie"], ligne["Entreprises"], compte=True)
            categories[ligne["Année"]].append(ligne["Catégorie"])
        for annee, siennes in categories.items():
            s[f"entreprises {annee}"].somme("", siennes)

    def _cent_chances(self, s: dict[str, Systeme]) -> None:
        for ligne in self.tableau("parcours", "cent_chances_entonnoir"):
            y = s[f"cent_chances {ligne['Année']}"]
            y.voir(ligne["Étape"], ligne["Effectif"], compte=True)
        profil = defaultdict(list)
        for ligne in self.tableau("parcours", "cent_chances_profil"):
            y, x = s[f"cent_chances {ligne['Année']}"], (ligne["Répartition"], ligne["Modalité"])
            y.voir(x, ligne["Entrées"], compte=True)
            part = nombre(ligne["Part des entrées"])
            if part is not None:
                y.egal([(x, 1.0), ("Entrées immédiates", -part)])
            profil[ligne["Année"], ligne["Répartition"]].append(x)
        for (annee, _), siennes in profil.items():
            s[f"cent_chances {annee}"].somme("Entrées immédiates", siennes)
        decisions = [
            "Entrées immédiates",
            "Entrées différées",
            "Refus du comité",
            "Abandons du candidat",
            "Désistements",
        ]
        for annee in {annee for annee, _ in profil}:
            y = s[f"cent_chances {annee}"]
            y.somme("Participants au SAS", [*decisions, "sans décision"])
            for tout, partie in (
                ("Candidatures", "Présents au pré-SAS"),
                ("Présents au pré-SAS", "Participants au SAS"),
            ):
                y.somme(tout, [partie, ("perte", tout)])

        for ligne in self.tableau("parcours", "prescriptions"):
            y, x = s[f"prescriptions {ligne['Année']}"], (ligne["Prescripteur"], ligne["Secteur"])
            y.voir(("orientations", *x), ligne["Orientations"], compte=True)
            issues = ("Validées", "Invalidées", "En attente")
            for issue in issues:
                y.voir((issue, *x), ligne[issue], compte=True)
            y.somme(("orientations", *x), [(issue, *x) for issue in issues])
        for ligne in self.tableau("parcours", "entonnoir"):
            x = (ligne["Dispositif"], ligne["Étape"])
            s[f"etapes {ligne['Année']}"].voir(x, ligne["Effectif"], compte=True)

    def _sans_annee(self, s: dict[str, Systeme]) -> None:
        """Les tableaux d'un état : chaque mesure s'additionne jusqu'à la ligne TOTAL."""
        for famille, axe, nom, libelles, mesures in (
            ("longvic", "gpect", "public_longvic", ["Domaine ROME"], ["Demandeurs d'emploi", "Courriels valides"]),
            ("zti", "gpect", "enquete_zti", ["Type de commerce"],
             ["Réponses", "Souhaitent un appui RH", "Souhaitent un appui numérique"]),
            ("eco", "gpect", "eco_structures", ["Champ"], ["Structures", "dont locales"]),
            ("entretiens", "gpect", "entretiens", ["Démarche", "Département"], ["Entreprises"]),
            ("gouvernance", "campus", "gouvernance", ["Instance", "Collège"], ["Organismes membres"]),
        ):  # fmt: skip
            groupes = defaultdict(list)
            for ligne in self.tableau(axe, nom):
                x = tuple(ligne[t] for t in libelles)
                for mesure in mesures:
                    s[famille].voir((mesure, *x), ligne[mesure], compte=True)
                for mesure in mesures[1:]:
                    s[famille].somme((mesures[0], *x), [(mesure, *x), ("sans", mesure, *x)])
                    s[famille].comptes.add(s[famille].place(("sans", mesure, *x)))
                groupes[x[:-1]].append(x)
            for siennes in groupes.values():
                totaux = [x for x in siennes if x[-1] == "TOTAL"]
                for x in totaux:
                    for mesure in mesures:
                        s[famille].somme((mesure, *x), [(mesure, *y) for y in siennes if y != x])

    def _chiffres(self, s: dict[str, Systeme]) -> None:
        """Les chiffres du registre qui sont une case, ou une somme de cases, d'un tableau."""
        heures = {"CL001": "total", "CL002": ("secteur", "BTP"), "CL003": ("secteur", "SERVICES")}
        parts = {
            "CL004": ("secteur", "SERVICES"), "CL016": ("type", "CDDI"), "CL017": ("type", "CTTI"),
            "CL018": ("type", "Contrat de professionnalisation"), "CL019": ("type", "CDI"),
        }  # fmt: skip
        salaries = {
            "CL020": [("tous", "")], "CL027": [("tous", "BTP")], "CL029": [("tous", "SERVICES")],
            "CL030": [("femmes", "SERVICES")], "CL024": [("accompagnement", "ACI")],
            "CL023": [("accompagnement", "EI"), ("accompagnement", "ACI")],
            "CL025": [("accompagnement", "EA"), ("accompagnement", "ESAT")],
            "CL026": [("accompagnement", "CREATIV'"), ("accompagnement", "ARIQ BTP")],
        }  # fmt: skip
        quotients = {
            "CL021": (("femmes", ""), ("tous", "")), "CL022": (("qpv", ""), ("tous", "")),
            "CL028": (("qpv", "BTP"), ("tous", "BTP")), "CL031": (("qpv", "SERVICES"), ("tous", "SERVICES")),
        }  # fmt: skip
        embauches = {
            "CL051": ("personnes", "par", ""), "CL052": ("personnes", "par", "BTP"),
            "CL053": ("personnes", "par", "SERVICES"), "CL055": ("contrats", "par", "CDI"),
            "CL056": ("contrats", "par", "CDD"), "CL057": ("contrats", "par", "Formation qualifiante"),
            "CL058": ("contrats", "par", "Contrat de professionnalisation"),
        }  # fmt: skip
        entreprises = {
            "CL037": [""], "CL038": ["SERVICES", "EI", "ACI"], "CL039": ["EI"], "CL040": ["ACI"], "CL041": ["BTP"],
            "CL042": ["ESAT"], "CL043": ["EA"], "CL044": ["ETTI"],
        }  # fmt: skip
        etapes = {
            "CH001": "Candidatures", "CH002": "Présents au pré-SAS", "CH003": "Participants au SAS",
            "CH004": "Entrées immédiates", "CH005": "Refus du comité", "CH006": "Abandons du candidat",
            "CH007": "Désistements", "CH008": "Entrées différées", "CH013a": "Participants au SAS",
            "CH014a": "Entrées immédiates", "CH015a": "Candidatures",
        }  # fmt: skip
        for (code, annee), c in self.chiffres().items():
            valeur = nombre(c["Valeur"])
            numerateur, denominateur = nombre(c["Numérateur"]), nombre(c["Dénominateur"])
            assert valeur is not None or (numerateur is None and denominateur is None), f"{code} {annee} à demi masqué"
            if valeur is None:
                continue
            if code in heures:
                s[f"heures {annee}"].egal([(heures[code], 1.0)], valeur)
            elif code in parts:
                s[f"heures {annee}"].egal([(parts[code], 1.0), ("total", -valeur / 100)])
            elif code in salaries:
                s[f"salaries {annee}"].egal([(x, 1.0) for x in salaries[code]], valeur)
            elif code in quotients:
                haut, bas = quotients[code]
                s[f"salaries {annee}"].egal([(haut, 1.0), (bas, -valeur / 100)])
            elif code in embauches:
                s[f"embauches {annee}"].egal([(embauches[code], 1.0)], valeur)
            elif code == "CL054":
                s[f"embauches {annee}"].egal([(("qpv", "par", ""), 1.0), (("personnes", "par", ""), -valeur / 100)])
            elif code == "CL059":
                x = ("contrats", "par", "Contrat de professionnalisation")
                s[f"embauches {annee}"].egal([(x, 1.0), (("contrats", "par", ""), -valeur / 100)])
            elif code in entreprises:
                s[f"entreprises {annee}"].egal([(x, 1.0) for x in entreprises[code]], valeur)
            elif code in etapes:
                s[f"cent_chances {annee}"].egal([(etapes[code], 1.0)], valeur)


# --- La vérité : qui est derrière chaque valeur, d'après la base interne ---

_FAITS = {
    "heures": """select annee, personne_id, h.structure_id, h.heures as valeur,
        ['secteur', h.secteur] as secteur, ['type', type_contrat] as type, ['modalite', modalite] as modalite,
        ['mois', cast(month(mois) as varchar), h.secteur] as mois, ['operation', h.id_operation] as operation,
        ['donneur', donneur_ordre] as donneur
        from achats_responsables.fct_heures as h join achats_responsables.dim_operation using (id_operation)
        where h.heures <> 0""",
    "salaries": """select annee, personne_id, null as structure_id, 1 as valeur,
        ['tous', secteur] as tous, [case when sexe = 'F' then 'femmes' else 'hommes' end, secteur] as sexe,
        [case when qpv then 'qpv' else 'hors qpv' end, secteur] as qpv, ['accompagnement', accompagnement] as acc
        from achats_responsables.fct_salaries_annee""",
    "embauches": """select annee, personne_id, null as structure_id, 1 as valeur,
        ['personnes', e.secteur, e.type_contrat] as personnes, ['contrats', e.secteur, e.type_contrat] as contrats,
        [case when p.qpv then 'qpv' else 'hors qpv' end, e.secteur, e.type_contrat] as qpv
        from achats_responsables.fct_embauches as e join core.dim_personne as p using (personne_id)""",
    "entreprises": """select annee, null as personne_id, structure_id, 1 as valeur, [categorie] as categorie
        from achats_responsables.fct_entreprises_annee""",
    "prescriptions": """select annee, personne_id, null as structure_id, 1 as valeur,
        ['orientations', prescripteur, secteur] as orientations,
        [case decision when 'Validé' then 'Validées' when 'Invalidé' then 'Invalidées' else 'En attente' end,
         prescripteur, secteur] as issue
        from parcours.fct_prescriptions""",
    "etapes": """select annee, personne_id, null as structure_id, 1 as valeur, [dispositif, etape] as etape
        from parcours.fct_etapes""",
    "cent_chances": """select annee_entree as annee, personne_id, null as structure_id, 1 as valeur,
        ['Niveau de formation', niveau] as niveau, ['Sexe', sexe] as sexe,
        ['Prescripteur', prescripteur] as prescripteur,
        ['Quartier prioritaire', case when qpv then 'oui' else 'non' end] as qpv
        from parcours.fct_candidatures where annee_entree is not null""",
    "cent_chances ": """select annee, personne_id, null as structure_id, 1 as valeur,
        [case decision when 'Entrée différée' then 'Entrées différées' when 'Refus comité' then 'Refus du comité'
         when 'Abandon candidat' then 'Abandons du candidat' when 'Désistement candidat' then 'Désistements'
         when 'Entrée immédiate' then 'Entrées immédiates'
         else case when participant_sas then 'sans décision' else 'rien' end end] as decision
        from parcours.fct_candidatures""",
    "longvic": """select '' as annee, identifiant_id as personne_id, null as structure_id, 1 as valeur,
        ['Demandeurs d''emploi', rome_domaine] as demandeurs,
        case when courriel_valide then ['Courriels valides', rome_domaine]
        else ['sans', 'Courriels valides', rome_domaine] end as courriels from gpect.fct_demandeurs""",
    "zti": """select '' as annee, null as personne_id, num_reponse as structure_id, 1 as valeur,
        ['Réponses', type_commerce] as reponses,
        case when appui_rh then ['Souhaitent un appui RH', type_commerce]
        else ['sans', 'Souhaitent un appui RH', type_commerce] end as rh,
        case when appui_numerique then ['Souhaitent un appui numérique', type_commerce]
        else ['sans', 'Souhaitent un appui numérique', type_commerce] end as num from gpect.fct_reponses_zti""",
    "eco": """select '' as annee, null as personne_id, structure_id, 1 as valeur, ['Structures', champ] as structures,
        case when locale then ['dont locales', champ] else ['sans', 'dont locales', champ] end as locales
        from gpect.fct_structures_collaboratives""",
    "entretiens": """select '' as annee, null as personne_id, structure_id, 1 as valeur,
        ['Entreprises', demarche, departement] as entreprises
        from gpect.fct_entretiens where statut = 'Réalisé'
        qualify row_number() over (partition by demarche, structure_id
        order by date_entretien desc, _ligne desc) = 1""",
    "gouvernance": """select '' as annee, null as personne_id, cle_nom as structure_id, 1 as valeur,
        ['Organismes membres', instance, college] as membres from campus.fct_membres""",
}


def _inconnue(liste: list[str]) -> Inconnue:
    return tuple(liste) if len(liste) > 1 else liste[0]


def sensibles(base: duckdb.DuckDBPyConnection) -> dict[str, dict[Inconnue, float]]:
    """Par système, valeurs derrière lesquelles il y a trop peu de personnes ou d'entreprises."""
    trouvees: dict[str, dict[Inconnue, float]] = defaultdict(dict)
    tables = {t for (t,) in base.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()}
    for famille, faits in _FAITS.items():
        if not {m for m in faits.replace("\n", " ").split() if m.split(".")[0] in _SCHEMAS and "." in m} <= tables:
            continue
        colonnes = [c for c, *_ in base.execute(f"describe {faits}").fetchall()][4:]
        for colonne in colonnes:
            requete = f"""
                with f as ({faits}), p as (select annee, {colonne} as x, structure_id, sum(valeur) as v,
                    list(distinct personne_id) as qui from f where annee is not null group by all)
                select annee, x, sum(v), count(structure_id), max(v) / sum(v),
                    len(list_distinct(flatten(list(qui)))) from p group by all"""
            for annee, x, valeur, entreprises, dominante, personnes in base.execute(requete).fetchall():
                sensible = 0 < personnes < PERSONNES or 0 < entreprises < ENTREPRISES
                if sensible or (famille == "heures" and dominante > DOMINANTE):
                    trouvees[f"{famille.strip()} {annee}".strip()][_inconnue(x)] = float(valeur)
    return trouvees


_SCHEMAS = {"achats_responsables", "core", "parcours", "gpect", "campus"}


def attaquer(public: Path, interne: Path) -> dict[str, dict[Inconnue, tuple[float, float, float]]]:
    """Attaque un dossier public ; rend, par système, les valeurs sensibles obtenues. Vide : rien n'a été trouvé."""
    systemes = Dossier(public).systemes()
    with duckdb.connect(str(interne), read_only=True) as base:
        vraies = sensibles(base)
    trouvees = {nom: s.livrees(vraies.get(nom, {})) for nom, s in systemes.items()}
    return {nom: livrees for nom, livrees in trouvees.items() if livrees}


def differences(avant: Path, apres: Path) -> dict[tuple[str, Inconnue], float]:
    """Ce qui change d'un dossier public au suivant : chaque inconnue déterminée dans les deux, si sa valeur diffère."""
    anciens, nouveaux = Dossier(avant).systemes(), Dossier(apres).systemes()
    trouvees = {}
    for nom in anciens.keys() & nouveaux.keys():
        communes = [x for x in anciens[nom].places if x in nouveaux[nom].places]
        connus = anciens[nom].savoir(communes), nouveaux[nom].savoir(communes)
        for x in communes:
            (bas, haut), (bas2, haut2) = connus[0][x], connus[1][x]
            if bas == haut and bas2 == haut2 and abs(bas2 - bas) > 1e-6:
                trouvees[nom, x] = bas2 - bas
    return trouvees
