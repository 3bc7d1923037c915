"""Les tables de l'axe achats responsables, et les chiffres qu'il donne au rapport.

Les heures se comptent en centièmes entiers, pour être exactes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pandas as pd
from identites import Structures, personnes
from lecture import NON_RENSEIGNE, Lue, avant, cle_structure, cle_texte, montrer, table


class Achats:
    """Les tables, l'une après l'autre, à partir des lignes en vigueur."""

    def __init__(self, lues: list[Lue], arrete: dt.date, structures: Structures) -> None:
        self.arrete = arrete
        self.operations = table(lues, "abc_clauses_operations")
        self.salaries = table(lues, "abc_clauses_salaries")
        self.contrats = table(lues, "abc_clauses_contrats")
        self.heures = table(lues, "abc_clauses_heures")
        self.contacts = table(lues, "abc_clauses_contacts")
        self.operations["structure"] = [structures.racine(n) for n in self.operations["donneur_ordre"]]
        self.contrats["structure"] = [structures.racine(n) for n in self.contrats["employeur"]]
        # Un donneur d'ordre se montre sous sa graphie la plus fréquente parmi les donneurs d'ordre.
        noms: dict[str, Counter[str]] = {}
        for racine, n in zip(self.operations["structure"], self.operations["donneur_ordre"], strict=True):
            noms.setdefault(racine, Counter())[n] += 1
        self.nom_donneur = {r: min(c, key=lambda n, c=c: (-c[n], n)) for r, c in noms.items()}
        self._personnes()
        self._orphelins_et_faits()

    def _personnes(self) -> None:
        """Personnes distinctes, avec les attributs de leur dernière ligne."""
        self.salaries["personne"] = personnes(self.salaries)
        self.personnes = (
            self.salaries.sort_values("_ligne").drop_duplicates("personne", keep="last").set_index("personne")
        )

    def _orphelins_et_faits(self) -> None:
        """Écarte les orphelins, puis réunit heures, contrats et opérations jusqu'à l'arrêté."""
        heures = avant(self.heures, "mois", self.arrete).copy()
        heures["centiemes"] = [int(h * 100) for h in heures["heures"]]
        sans_contrat = ~heures["id_contrat"].isin(self.contrats["id_contrat"])
        par_contrat = heures.groupby("id_contrat")["centiemes"].sum()
        personne_inconnue = ~self.contrats["id_salarie"].isin(self.salaries["id_salarie"])
        operation_inconnue = ~self.contrats["id_operation"].isin(self.operations["id_operation"])
        orphelins = [
            {"source": "abc_clauses_heures", "fichier": x["_fichier"], "ligne": x["_ligne"], "c": x["centiemes"]}
            for _, x in heures[sans_contrat].iterrows()
        ] + [
            {
                "source": "abc_clauses_contrats",
                "fichier": x["_fichier"],
                "ligne": x["_ligne"],
                "c": int(par_contrat.get(x["id_contrat"], 0)),
            }
            for _, x in self.contrats[personne_inconnue | operation_inconnue].iterrows()
        ]
        self.orphelins = pd.DataFrame(orphelins, columns=["source", "fichier", "ligne", "c"])
        contrats = self.contrats[~(personne_inconnue | operation_inconnue)]
        qui = self.salaries.set_index("id_salarie")["personne"]
        quoi = self.operations.set_index("id_operation")
        contrats = contrats.assign(
            personne=[qui[i] for i in contrats["id_salarie"]],
            secteur=[quoi.at[i, "secteur"] for i in contrats["id_operation"]],
            donneur=[quoi.at[i, "structure"] for i in contrats["id_operation"]],
        )
        self.contrats_retenus = contrats
        faits = heures[~sans_contrat].merge(contrats, on="id_contrat", suffixes=("", "_contrat"))
        faits["modalite"] = faits["modalite"].fillna(NON_RENSEIGNE)
        faits["annee"] = [m.year for m in faits["mois"]]
        self.faits = faits
        self.annees = sorted(set(faits["annee"]))

    # --- tables ---

    def tables(self) -> dict[str, pd.DataFrame]:
        """Chaque table par son nom publié."""
        self.rapport = {
            "rpt_heures_secteur": self._parts("secteur"),
            "rpt_heures_mois": self._heures_mois(),
            "rpt_heures_operation": self._heures_operation(),
            "rpt_heures_type_contrat": self._parts("type_contrat"),
            "rpt_heures_modalite": self._parts("modalite"),
            "rpt_salaries_secteur": self._salaries_secteur(),
            "rpt_salaries_accompagnement": self._salaries_accompagnement(),
            "rpt_embauches": self._embauches(),
            "rpt_entreprises": self._entreprises(),
            "rpt_donneurs_ordre": self._donneurs_ordre(),
            "rpt_contacts": self._contacts(),
            "rpt_suivi_engagements": self._suivi(),
        }
        return {
            "fct_heures": self._fct_heures(),
            **self.rapport,
            "orphelins": self.orphelins.assign(heures=_heures(self.orphelins["c"])).drop(columns="c"),
            "indicateurs": self._indicateurs(),
        }

    def _fct_heures(self) -> pd.DataFrame:
        f = self.faits
        return pd.DataFrame(
            {
                "id_contrat": f["id_contrat"],
                "mois": f["mois"],
                "annee": f["annee"],
                "heures": _heures(f["centiemes"]),
                "id_operation": f["id_operation"],
                "num_lot": f["num_lot"],
                "secteur": f["secteur"],
                "type_contrat": f["type_contrat"],
                "modalite": f["modalite"],
                "type_employeur": f["type_employeur"],
                "fichier": f["_fichier"],
                "_ligne": f["_ligne"],
                "personne": f["personne"],
                "structure": f["structure"],
                "donneur": f["donneur"],
            },
            dtype=object,
        )

    def _parts(self, colonne: str) -> pd.DataFrame:
        sommes = self.faits.groupby(["annee", colonne])["centiemes"].sum().reset_index()
        totaux = sommes.groupby("annee")["centiemes"].transform("sum")
        sommes["part"] = sommes["centiemes"] / totaux
        return _avec_heures(sommes)

    def _heures_mois(self) -> pd.DataFrame:
        mois = self.faits.assign(mois=[m.month for m in self.faits["mois"]])
        return _avec_heures(mois.groupby(["annee", "mois", "secteur"])["centiemes"].sum().reset_index())

    def _heures_operation(self) -> pd.DataFrame:
        sommes = self.faits.groupby(["annee", "id_operation", "secteur", "donneur"])["centiemes"].sum().reset_index()
        sommes = sommes[sommes["centiemes"] > 0]
        sommes = sommes.sort_values(["annee", "centiemes", "id_operation"], ascending=[True, False, True])
        sommes["rang"] = sommes.groupby("annee").cumcount() + 1
        sommes["donneur_ordre"] = sommes["donneur"].map(self.nom_donneur)
        sommes["operation"] = sommes["id_operation"].map(self.operations.set_index("id_operation")["operation"])
        return _avec_heures(sommes.drop(columns=["id_operation", "donneur"]))

    def _salaries(self) -> pd.DataFrame:
        """Une ligne par année × personne ayant plus de 0 heure, avec son secteur et ses attributs."""
        par_secteur = self.faits.groupby(["annee", "personne", "secteur"])["centiemes"].sum().reset_index()
        return self._au_secteur_principal(par_secteur, "personne").join(self.personnes, on="personne")

    def _au_secteur_principal(self, par_secteur: pd.DataFrame, qui: str) -> pd.DataFrame:
        """Garde le secteur où chacun a le plus d'heures (à égalité, BTP) ; sans heure, personne."""
        actifs = par_secteur[par_secteur["centiemes"] > 0]
        # « BTP » précède « SERVICES » : l'ordre alphabétique départage les égalités.
        rangees = actifs.sort_values(["annee", qui, "centiemes", "secteur"], ascending=[True, True, False, True])
        return rangees.drop_duplicates(["annee", qui])

    def _salaries_secteur(self) -> pd.DataFrame:
        s = self._salaries()
        s["femmes"] = (s["sexe"] == "F").astype(int)
        s["qpv"] = s["qpv"].astype(int)
        comptes = s.groupby(["annee", "secteur"]).agg(
            salaries=("personne", "size"), femmes=("femmes", "sum"), qpv=("qpv", "sum")
        )
        return comptes.reset_index()

    def _salaries_accompagnement(self) -> pd.DataFrame:
        s = self._salaries()
        s["accompagnement"] = s["accompagnement"].fillna(NON_RENSEIGNE)
        return s.groupby(["annee", "accompagnement"]).size().reset_index(name="salaries")

    def _embauches_retenues(self) -> pd.DataFrame:
        c = avant(self.contrats_retenus, "date_debut", self.arrete)
        c = c[c["embauche"].astype(bool)]
        return c.assign(
            annee=[d.year for d in c["date_debut"]], qpv=[bool(self.personnes.at[p, "qpv"]) for p in c["personne"]]
        )

    def _embauches(self) -> pd.DataFrame:
        lignes = [
            {
                "annee": annee,
                "secteur": secteur,
                "type_contrat": type_contrat,
                "embauches": len(g),
                "personnes": g["personne"].nunique(),
                "dont_qpv": g.loc[g["qpv"], "personne"].nunique(),
            }
            for (annee, secteur, type_contrat), g in self._embauches_retenues().groupby(
                ["annee", "secteur", "type_contrat"]
            )
        ]
        colonnes = ["annee", "secteur", "type_contrat", "embauches", "personnes", "dont_qpv"]
        return pd.DataFrame(lignes, columns=colonnes)

    def _entreprises(self) -> pd.DataFrame:
        par_type = self.faits.groupby(["annee", "structure", "type_employeur"])["centiemes"].sum().reset_index()
        par_type = par_type[par_type["centiemes"] > 0].sort_values("centiemes", ascending=False, kind="stable")
        types = par_type.drop_duplicates(["annee", "structure"])
        par_secteur = self.faits.groupby(["annee", "structure", "secteur"])["centiemes"].sum().reset_index()
        secteurs = self._au_secteur_principal(par_secteur, "structure")
        une = types.merge(secteurs, on=["annee", "structure"], suffixes=("", "_secteur"))
        une["categorie"] = une["secteur"].where(une["type_employeur"] == "Entreprise", une["type_employeur"])
        return une.groupby(["annee", "categorie"]).size().reset_index(name="entreprises")

    def _consultations(self) -> pd.DataFrame:
        o = avant(self.operations, "date_consultation", self.arrete)
        return o.assign(
            annee=[d.year for d in o["date_consultation"]], engage=[_centiemes(h) for h in o["heures_engagement"]]
        )

    def _donneurs_ordre(self) -> pd.DataFrame:
        par_operation = self.faits.groupby(["annee", "donneur", "id_operation"])["centiemes"].sum().reset_index()
        actives = par_operation[par_operation["centiemes"] > 0]
        lignes: dict[tuple[int, str], dict[str, Any]] = {}

        def ligne(annee: int, donneur: str) -> dict[str, Any]:
            vide = {"annee": annee, "donneur_ordre": self.nom_donneur[donneur], "operations_actives": 0}
            return lignes.setdefault((annee, donneur), {**vide, "heures": 0, "consultations": 0, "engage": 0})

        for annee, donneur, centiemes in zip(actives["annee"], actives["donneur"], actives["centiemes"], strict=True):
            ligne(annee, donneur)["operations_actives"] += 1
            ligne(annee, donneur)["heures"] += centiemes
        consultations = self._consultations()
        for annee, donneur, engage in zip(
            consultations["annee"], consultations["structure"], consultations["engage"], strict=True
        ):
            ligne(annee, donneur)["consultations"] += 1
            ligne(annee, donneur)["engage"] += engage
        t = pd.DataFrame(lignes.values())
        t["heures"] = _heures(t["heures"])
        t["heures_engagees_consultees"] = _heures(t["engage"])
        return t.drop(columns="engage")

    def _contacts_retenus(self) -> pd.DataFrame:
        c = avant(self.contacts, "date_contact", self.arrete)
        return c.assign(objet=montrer(c["objet"]), annee=[d.year for d in c["date_contact"]])

    def _contacts(self) -> pd.DataFrame:
        cle = ["annee", "interlocuteur", "canal", "objet"]
        return self._contacts_retenus().groupby(cle).size().reset_index(name="contacts")

    def _suivi(self) -> pd.DataFrame:
        realise = self.faits.groupby("id_operation")["centiemes"].sum()
        lignes = []
        for _, o in self.operations[self.operations["statut"] != "Abandonné"].iterrows():
            engage = None if o["heures_engagement"] is None else _centiemes(o["heures_engagement"])
            centiemes = int(realise.get(o["id_operation"], 0))
            taux = centiemes / engage if engage else None
            part = self._part_duree(o["date_debut"], o["date_fin"])
            lignes.append(
                {
                    "id_operation": o["id_operation"],
                    "donneur_ordre": self.nom_donneur[o["structure"]],
                    "operation": o["operation"],
                    "secteur": o["secteur"],
                    "heures_engagement": None if engage is None else Decimal(engage) / 100,
                    "heures_realisees": Decimal(centiemes) / 100,
                    "taux_realisation": taux,
                    "part_duree_ecoulee": part,
                    "alerte": _alerte(taux, part),
                }
            )
        return pd.DataFrame(lignes, dtype=object)

    def _part_duree(self, debut: dt.date | None, fin: dt.date | None) -> float | None:
        if debut is None or fin is None:
            return None
        if debut == fin:
            return 1.0 if fin <= self.arrete else 0.0
        return min(1.0, max(0.0, (self.arrete - debut).days / (fin - debut).days))

    # --- indicateurs ---

    def _indicateurs(self) -> pd.DataFrame:
        """Chaque chiffre de chaque année : valeur, et numérateur et dénominateur d'un pourcentage."""
        c = self._contacts_retenus()
        consultations = self._consultations()
        embauches = self._embauches_retenues()
        salaries = self._salaries()
        annees = {*self.annees, *c["annee"], *consultations["annee"], *embauches["annee"]}
        lignes: list[dict[str, Any]] = []
        for annee in sorted(annees):
            poser = _poseur(lignes, annee, self.arrete)
            self._indicateurs_heures(annee, poser)
            self._indicateurs_salaries(salaries[salaries["annee"] == annee], poser)
            self._indicateurs_structures(annee, consultations[consultations["annee"] == annee], poser)
            self._indicateurs_contacts(c[c["annee"] == annee], poser)
            _indicateurs_embauches(embauches[embauches["annee"] == annee], poser)
        return pd.DataFrame(lignes)

    def _indicateurs_heures(self, annee: int, poser: Callable[..., None]) -> None:
        f = self.faits[self.faits["annee"] == annee]
        total = int(f["centiemes"].sum())
        poser("CL001", Decimal(total) / 100)
        poser("CL002", Decimal(int(f.loc[f["secteur"] == "BTP", "centiemes"].sum())) / 100)
        poser("CL003", Decimal(int(f.loc[f["secteur"] == "SERVICES", "centiemes"].sum())) / 100)
        operations = self.rapport["rpt_heures_operation"]
        operations = operations[operations["annee"] == annee].set_index("rang")
        for rang in range(1, 11):
            if rang in operations.index:
                poser(f"CL{15 - rang:03d}", operations.at[rang, "heures"])
        dix = operations[operations.index <= 10]
        poser("CL015", (dix["secteur"] == "SERVICES").sum())
        for code, type_contrat in (
            ("CL016", "CDDI"),
            ("CL017", "CTTI"),
            ("CL018", "Contrat de professionnalisation"),
            ("CL019", "CDI"),
        ):
            heures = int(f.loc[f["type_contrat"] == type_contrat, "centiemes"].sum())
            poser(code, sur=(Decimal(heures) / 100, Decimal(total) / 100))

    def _indicateurs_salaries(self, s: pd.DataFrame, poser: Callable[..., None]) -> None:
        femmes, qpv = s["sexe"] == "F", s["qpv"].astype(bool)
        btp, services = s["secteur"] == "BTP", s["secteur"] == "SERVICES"
        poser("CL020", len(s))
        poser("CL021", sur=(femmes.sum(), len(s)))
        poser("CL022", sur=(qpv.sum(), len(s)))
        for code, accompagnements in (
            ("CL023", ["EI", "ACI"]),
            ("CL024", ["ACI"]),
            ("CL025", ["EA", "ESAT"]),
            ("CL026", ["CREATIV'", "ARIQ BTP"]),
        ):
            poser(code, s["accompagnement"].isin(accompagnements).sum())
        poser("CL027", btp.sum())
        poser("CL028", sur=((btp & qpv).sum(), btp.sum()))
        poser("CL029", services.sum())
        poser("CL030", (services & femmes).sum())
        poser("CL031", sur=((services & qpv).sum(), services.sum()))

    def _indicateurs_structures(self, annee: int, consultations: pd.DataFrame, poser: Callable[..., None]) -> None:
        d = self.rapport["rpt_donneurs_ordre"]
        d = d[d["annee"] == annee]
        poser("CL032", d["operations_actives"].sum())
        poser("CL033", (d["operations_actives"] > 0).sum())
        poser("CL034", consultations["structure"].nunique())
        poser("CL035", len(consultations))
        poser("CL036", Decimal(int(consultations["engage"].sum())) / 100)
        e = self.rapport["rpt_entreprises"]
        n = e[e["annee"] == annee].set_index("categorie")["entreprises"].to_dict()
        poser("CL037", sum(n.values()))
        poser("CL038", n.get("SERVICES", 0) + n.get("EI", 0) + n.get("ACI", 0))
        for code, categorie in (
            ("CL039", "EI"),
            ("CL040", "ACI"),
            ("CL041", "BTP"),
            ("CL042", "ESAT"),
            ("CL043", "EA"),
            ("CL044", "ETTI"),
        ):
            poser(code, n.get(categorie, 0))

    def _indicateurs_contacts(self, c: pd.DataFrame, poser: Callable[..., None]) -> None:
        entreprise, donneur = c["interlocuteur"] == "Entreprise", c["interlocuteur"] == "Donneur d'ordre"
        recrutement = c["objet"].map(cle_texte) == "recrutement"
        montbard = c["structure"].map(cle_structure) == cle_structure("Ville de Montbard")
        poser("CL045", entreprise.sum())
        poser("CL046", entreprise.sum())
        poser("CL047", (entreprise & recrutement).sum())
        poser("CL048", donneur.sum())
        poser("CL049", (donneur & (c["canal"] == "Réunion de chantier")).sum())
        poser("CL050", montbard.sum())


def _indicateurs_embauches(e: pd.DataFrame, poser: Callable[..., None]) -> None:
    personnes = e["personne"].nunique()
    poser("CL051", personnes)
    poser("CL052", e.loc[e["secteur"] == "BTP", "personne"].nunique())
    poser("CL053", e.loc[e["secteur"] == "SERVICES", "personne"].nunique())
    poser("CL054", sur=(e.loc[e["qpv"].astype(bool), "personne"].nunique(), personnes))
    types = e["type_contrat"].value_counts().to_dict()
    poser("CL055", types.get("CDI", 0))
    poser("CL056", types.get("CDD", 0))
    poser("CL057", types.get("Formation qualifiante", 0))
    professionnalisation = types.get("Contrat de professionnalisation", 0)
    poser("CL058", professionnalisation)
    poser("CL059", sur=(professionnalisation, len(e)))


def _poseur(lignes: list[dict[str, Any]], annee: int, arrete: dt.date) -> Callable[..., None]:
    """Fonction qui ajoute un chiffre de l'année : une valeur, ou un pourcentage par son numérateur et dénominateur."""
    periode = {
        "annee": annee,
        "periode_debut": dt.date(annee, 1, 1),
        "periode_fin": min(dt.date(annee, 12, 31), arrete),
    }

    def poser(code: str, valeur: Any = None, sur: tuple[Any, Any] | None = None) -> None:
        if sur is not None:
            if not sur[1]:
                return
            valeur = float(sur[0]) * 100 / float(sur[1])
        numerateur, denominateur = sur or (None, None)
        chiffre = {"valeur": valeur, "numerateur": numerateur, "denominateur": denominateur}
        lignes.append({"code": code, **periode, **chiffre, "pourcentage": sur is not None})

    return poser


def _alerte(taux: float | None, part: float | None) -> str:
    if taux is None:
        return "sans engagement"
    if part is None:
        return "indéterminé"
    if taux < part - 0.10:
        return "retard"
    return "avance" if taux > part + 0.10 else "conforme"


def _centiemes(heures: Decimal | None) -> int:
    return 0 if heures is None else int(heures * 100)


def _heures(centiemes: Iterable[int]) -> list[Decimal]:
    return [Decimal(int(c)) / 100 for c in centiemes]


def _avec_heures(t: pd.DataFrame) -> pd.DataFrame:
    return t.assign(heures=_heures(t["centiemes"])).drop(columns="centiemes")
