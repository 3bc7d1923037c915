"""L'oracle : ce que la nuit doit publier pour des livraisons données, recalculé en pandas.

Écrit d'après la description des dépôts et des tables publiées, sans lire ni les contrats, ni l'extraction, ni les
modèles. Il part du texte des cellules : le typage, les rejets et les dédoublonnages sont vérifiés avec les comptes.
Les heures se comptent en centièmes entiers, pour être exactes.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd
from catalogue import Cellule, Colonne, Livraison, sources

# Quartiers prioritaires de 2015-2023 ; tout autre nom compte comme quartier prioritaire.
QUARTIERS = ("Fontaine d'Ouche", "Les Grésilles", "Le Mail", "Le Belvédère", "Le Bief du Moulin")
ENTREPRISE_AUTRES = ("EI", "ACI", "EA", "ESAT", "ETTI", "AI", "GEIQ")
NON_RENSEIGNE = "Non renseigné"


class Illisible(ValueError):
    """La cellule ne se lit pas dans le type de sa colonne."""


@dataclass
class Lue:
    """Ce qu'une livraison doit donner : lignes typées (avec leur numéro), comptes, lignes et cellules signalées."""

    livraison: Livraison
    statut: str
    lignes: list[dict[str, Any]] = field(default_factory=list)
    lues: int = 0
    rejets: set[int] = field(default_factory=set)
    laissees: int = 0
    anomalies: set[tuple[int, str]] = field(default_factory=set)
    totaux_faux: int = 0

    @property
    def acceptee(self) -> bool:
        """Vrai si ses lignes entrent dans l'entrepôt."""
        return self.statut.startswith("acceptee")


@dataclass
class Attendu:
    """Ce que la nuit doit publier : chaque livraison, chaque table, et quelles sources ont un TOTAL faux."""

    livraisons: list[Lue]
    tables: dict[str, pd.DataFrame]
    totaux_faux: dict[str, bool]


# --- cellules ------------------------------------------------------------------------------------------------


def simple(texte: str) -> str:
    """Sans casse, accents, style d'apostrophe ni espaces autour."""
    decompose = unicodedata.normalize("NFKD", texte.replace("’", "'").replace("‘", "'").replace("ʼ", "'"))
    return "".join(c for c in decompose if not unicodedata.combining(c)).casefold().strip()


def cle_structure(nom: str) -> str:
    """Nom d'une structure sans casse, accents, ponctuation ni espaces."""
    return "".join(c for c in simple(nom) if c.isalnum())


def cle_texte(texte: str) -> str:
    """Texte libre sans casse, accents ni espaces. Le style d'apostrophe n'est pas tranché : aucun tirage n'en joue."""
    return "".join(simple(texte).split())


def en_texte(cellule: Cellule) -> str:
    """Texte d'une cellule, sans espaces autour ; un nombre entier d'Excel est ses chiffres."""
    if cellule is None:
        return ""
    if isinstance(cellule, float) and cellule == int(cellule):
        return str(int(cellule))
    return str(cellule).strip()


def lire_decimal(cellule: Cellule) -> Decimal:
    """Nombre français ou simple, jamais négatif. Lève Illisible sinon."""
    if isinstance(cellule, int | float) and not isinstance(cellule, bool):
        nombre = Decimal(str(cellule))
    else:
        texte = re.sub("[ \u00a0\u202f]", "", en_texte(cellule))
        if "." in texte and "," in texte:
            raise Illisible
        if not re.fullmatch(r"-?\d+([.,]\d+)?", texte):
            raise Illisible
        try:
            nombre = Decimal(texte.replace(",", "."))
        except InvalidOperation as erreur:
            raise Illisible from erreur
    if nombre < 0:
        raise Illisible
    return nombre


def lire_date(cellule: Cellule, naissance_avant: dt.date | None = None) -> dt.date:
    """Date jj/mm/aaaa, jj/mm/aa, ISO ou cellule de date.

    naissance_avant: pour une date de naissance, dernier jour possible. Lève Illisible sinon.
    """
    deux_chiffres = False
    if isinstance(cellule, dt.datetime):
        lue = cellule.date()
    elif isinstance(cellule, dt.date):
        lue = cellule
    else:
        texte = en_texte(cellule)
        try:
            if m := re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", texte):
                lue = dt.date(int(m[3]), int(m[2]), int(m[1]))
            elif m := re.fullmatch(r"(\d{2})/(\d{2})/(\d{2})", texte):
                deux_chiffres = True
                annee = int(m[3])
                lue = dt.date(2000 + annee if annee <= 50 else 1900 + annee, int(m[2]), int(m[1]))
            elif m := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", texte):
                lue = dt.date(int(m[1]), int(m[2]), int(m[3]))
            else:
                raise Illisible
        except ValueError as erreur:
            raise Illisible from erreur
    if naissance_avant and lue > naissance_avant:
        if not deux_chiffres:
            raise Illisible
        lue = lue.replace(year=lue.year - 100)
    return lue


def lire_mois(cellule: Cellule) -> dt.date:
    """Premier jour d'un mois MM/AAAA, AAAA-MM ou d'une cellule de date. Lève Illisible sinon."""
    if isinstance(cellule, dt.date):
        return dt.date(cellule.year, cellule.month, 1)
    texte = en_texte(cellule)
    m = re.fullmatch(r"(?P<m>\d{2})/(?P<a>\d{4})", texte) or re.fullmatch(r"(?P<a>\d{4})-(?P<m>\d{2})", texte)
    if not m or not 1 <= int(m["m"]) <= 12:
        raise Illisible
    return dt.date(int(m["a"]), int(m["m"]), 1)


def lire_ouinon(cellule: Cellule) -> bool:
    """O/N, Oui/Non, X, 1/0, Vrai/Faux ; vide est non. Lève Illisible sinon."""
    if isinstance(cellule, bool):
        return cellule
    texte = simple(en_texte(cellule))
    if texte in ("o", "oui", "x", "1", "vrai"):
        return True
    if texte in ("n", "non", "0", "faux", ""):
        return False
    raise Illisible


def lire_siret(cellule: Cellule) -> tuple[str, bool]:
    """SIRET de 14 chiffres et s'il a fallu lui rendre ses zéros de tête. Lève Illisible s'il n'est pas valide."""
    chiffres = "".join(en_texte(cellule).split())
    if not chiffres.isdecimal():
        raise Illisible
    if len(chiffres) < 14:
        if not siret_valide(chiffres.zfill(14)):
            raise Illisible
        return chiffres.zfill(14), True
    if not siret_valide(chiffres):
        raise Illisible
    return chiffres, False


def siret_valide(siret: str) -> bool:
    """Clé de Luhn du SIRET et du SIREN ; les établissements de La Poste ont une somme de chiffres multiple de 5."""
    if len(siret) != 14 or not _luhn(siret[:9]):
        return False
    return _luhn(siret) or (siret.startswith("356000000") and sum(map(int, siret)) % 5 == 0)


def _luhn(chiffres: str) -> bool:
    somme = 0
    for rang, chiffre in enumerate(reversed(chiffres)):
        double = int(chiffre) * (1 + rang % 2)
        somme += double - 9 if double > 9 else double
    return somme % 10 == 0


# --- une livraison -------------------------------------------------------------------------------------------


def lire(livraison: Livraison) -> Lue:
    """Applique à une livraison les règles des dépôts."""
    source = sources()[livraison.source]
    requises = {c.nom for c in source.colonnes if c.requis}
    if livraison.illisible or not requises <= set(livraison.colonnes):
        return Lue(livraison, "refusee")
    lue = Lue(livraison, "acceptee", lues=len(livraison.lignes))
    place = {nom: livraison.colonnes.index(nom) for nom in livraison.colonnes if nom}
    typees: list[dict[str, Any]] = []
    totaux: list[list[Cellule]] = []
    donnees = 0
    for rang, cellules in enumerate(livraison.lignes):
        numero = livraison.entete_ligne + 1 + rang
        total = any(en_texte(c).upper().startswith("TOTAL") for c in cellules[:2])
        if total:
            totaux.append(cellules)
        if total or all(en_texte(c) == "" for c in cellules):
            lue.laissees += 1
            continue
        donnees += 1
        ligne, anomalies, rejetee = _typer(livraison, place, cellules)
        if rejetee:
            lue.rejets.add(numero)
        else:
            typees.append({**ligne, "_ligne": numero, "_anomalies": anomalies})
    if not donnees and source.mode != "increment":
        return Lue(livraison, "refusee")
    for colonne in (c.nom for c in source.colonnes if c.type == "decimal"):
        somme = sum(ligne[colonne] or 0 for ligne in typees)
        lue.totaux_faux += sum(lire_decimal(cellules[place[colonne]]) != somme for cellules in totaux)
    par_cle: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for ligne in typees:
        par_cle.setdefault(tuple(ligne[c] for c in source.cle), []).append(ligne)
    for memes in par_cle.values():
        distinctes = {tuple(ligne[c.nom] for c in source.colonnes) for ligne in memes}
        if len(distinctes) > 1:
            lue.rejets |= {ligne["_ligne"] for ligne in memes}
            continue
        lue.laissees += len(memes) - 1
        lue.lignes.append(memes[0])
        lue.anomalies |= {(memes[0]["_ligne"], colonne) for colonne in memes[0]["_anomalies"]}
    if lue.rejets:
        lue.statut = "acceptee_avec_rejets"
    return lue


def _typer(
    livraison: Livraison, place: dict[str, int], cellules: list[Cellule]
) -> tuple[dict[str, Any], list[str], bool]:
    """Type une ligne : ses valeurs, les colonnes vidées ou réparées, et si elle est à rejeter."""
    source = sources()[livraison.source]
    ligne: dict[str, Any] = {}
    anomalies: list[str] = []
    rejetee = False
    for colonne in source.colonnes:
        rang = place.get(colonne.nom)
        cellule = cellules[rang] if rang is not None and rang < len(cellules) else None
        try:
            valeur, anomalie = _valeur(livraison, colonne, cellule)
        except Illisible:
            # Vidée : une cellule vide d'une colonne oui ou non vaut non.
            valeur, anomalie = (False if colonne.type == "ouinon" else None), True
            rejetee |= colonne.requis
        if valeur is None and colonne.requis:
            rejetee = True
        if anomalie:
            anomalies.append(colonne.nom)
        if valeur is not None and (colonne.nom in source.cle or colonne.nom in IDENTIFIANTS):
            valeur = valeur.upper() if isinstance(valeur, str) else valeur
        ligne[colonne.nom] = valeur
    return ligne, anomalies, rejetee


IDENTIFIANTS = {"id_operation", "num_lot", "id_salarie", "id_contrat"}
"""Clés d'une autre source : elles se comparent comme les clés."""


def _valeur(livraison: Livraison, colonne: Colonne, cellule: Cellule) -> tuple[Any, bool]:
    """Valeur d'une cellule et si elle a dû être réparée ou notée. Lève Illisible."""
    if colonne.type == "ouinon":
        return lire_ouinon(cellule), False
    if colonne.nom == "qpv":
        return _qpv(en_texte(cellule))
    if en_texte(cellule) == "":
        return None, False
    if colonne.type == "decimal":
        return lire_decimal(cellule), False
    if colonne.type == "date":
        limite = None
        if colonne.nom == "date_naissance":
            limite = livraison.nuit.replace(year=livraison.nuit.year - 14)
        return lire_date(cellule, limite), False
    if colonne.type == "mois":
        return lire_mois(cellule), False
    if colonne.type == "siret":
        return lire_siret(cellule)
    if colonne.type == "liste":
        items = [i.strip() for i in en_texte(cellule).split("|") if i.strip()]
        bons = [_modalite(colonne, i) for i in items]
        return "|".join(b for b in bons if b) or None, None in bons
    texte = en_texte(cellule)
    if colonne.modalites:
        modalite = _modalite(colonne, texte)
        if modalite is None:
            raise Illisible
        return modalite, False
    return texte, False


def _modalite(colonne: Colonne, texte: str) -> str | None:
    if not colonne.modalites:
        return texte
    return next((m for m in colonne.modalites if simple(m) == simple(texte)), None)


def _qpv(texte: str) -> tuple[bool, bool]:
    """Quartier prioritaire ou non, et si le nom du quartier est inconnu."""
    if simple(texte) in ("", "non", "n", "0", "hors qpv"):
        return False, False
    return True, simple(texte) not in {simple(q) for q in QUARTIERS}


# --- toutes les livraisons -----------------------------------------------------------------------------------


def ordre(lue: Lue) -> tuple[Any, ...]:
    """Ce qui range les livraisons : date du nom, nuit, date de modification, chemin."""
    livraison = lue.livraison
    return livraison.date_nom, livraison.nuit, livraison.ecrit_le, livraison.chemin


def en_vigueur(lues: Iterable[Lue], source: str) -> list[Lue]:
    """Livraisons d'une source qui comptent, de la plus ancienne à la plus récente."""
    acceptees = sorted((lue for lue in lues if lue.livraison.source == source and lue.acceptee), key=ordre)
    mode = sources()[source].mode
    if mode == "increment":
        return acceptees
    if mode == "complet":
        return acceptees[-1:]
    return list({lue.livraison.date_nom.year: lue for lue in acceptees}.values())


def table(lues: Iterable[Lue], source: str) -> pd.DataFrame:
    """Lignes en vigueur d'une source ; pour une clé envoyée deux fois, la livraison la plus récente l'emporte."""
    noms = [c.nom for c in sources()[source].colonnes]
    lignes = [
        {n: ligne[n] for n in noms}
        | {"_ligne": ligne["_ligne"], "_fichier": lue.livraison.fichier, "_annee": lue.livraison.date_nom.year}
        for lue in en_vigueur(lues, source)
        for ligne in lue.lignes
    ]
    lues_ici = pd.DataFrame(lignes, columns=[*noms, "_ligne", "_fichier", "_annee"], dtype=object)
    if sources()[source].mode == "increment":
        lues_ici = lues_ici.drop_duplicates(list(sources()[source].cle), keep="last")
    return lues_ici.reset_index(drop=True)


def calculer(livraisons: list[Livraison], arrete: dt.date) -> Attendu:
    """Tout ce que la nuit doit publier pour ces livraisons, arrêté à cette date."""
    lues: list[Lue] = []
    for livraison in livraisons:
        lues.append(Lue(livraison, "doublon") if livraison.copie_de else lire(livraison))
    calcul = _Calcul(lues, arrete)
    totaux_faux = {source: any(lue.totaux_faux for lue in en_vigueur(lues, source)) for source in sources()}
    return Attendu(lues, calcul.tables(), totaux_faux)


class _Calcul:
    """Les tables, l'une après l'autre, à partir des lignes en vigueur."""

    def __init__(self, lues: list[Lue], arrete: dt.date) -> None:
        self.arrete = arrete
        self.operations = table(lues, "abc_clauses_operations")
        self.lots = table(lues, "abc_clauses_lots")
        self.salaries = table(lues, "abc_clauses_salaries")
        self.contrats = table(lues, "abc_clauses_contrats")
        self.heures = table(lues, "abc_clauses_heures")
        self.contacts = table(lues, "abc_clauses_contacts")
        self.projets = table(lues, "projets")
        self._structures()
        self._personnes()
        self._orphelins_et_faits()

    def _structures(self) -> None:
        """Structures distinctes : même SIRET ou même nom, de proche en proche, tous rôles confondus."""
        roles = [
            (self.operations, "donneur_ordre", "siret_donneur_ordre"),
            (self.lots, "attributaire", "siret_attributaire"),
            (self.contrats, "employeur", "siret_employeur"),
            (self.contacts, "structure", "siret"),
        ]
        parent: dict[str, str] = {}

        def racine(x: str) -> str:
            parent.setdefault(x, x)
            while parent[x] != x:
                x = parent[x]
            return x

        noms: list[str] = []
        sirets: set[tuple[str, str]] = set()
        for lignes, nom, siret in roles:
            for n, s in zip(lignes[nom], lignes[siret], strict=True):
                if not n:
                    continue
                noms.append(n)
                if s:
                    parent[racine("siret:" + s)] = racine("nom:" + cle_structure(n))
                    sirets.add((n, s))
                else:
                    racine("nom:" + cle_structure(n))
        self.sirets_structure: dict[str, set[str]] = {}
        self.noms_structure: dict[str, set[str]] = {}
        for n in noms:
            self.noms_structure.setdefault(racine("nom:" + cle_structure(n)), set()).add(n)
            self.sirets_structure.setdefault(racine("nom:" + cle_structure(n)), set())
        for n, s in sirets:
            self.sirets_structure[racine("nom:" + cle_structure(n))].add(s)
        # Un donneur d'ordre se montre sous sa graphie la plus fréquente parmi les donneurs d'ordre.
        graphies: dict[str, Counter[str]] = {}
        for n in self.operations["donneur_ordre"]:
            graphies.setdefault(racine("nom:" + cle_structure(n)), Counter())[n] += 1
        self.nom_donneur = {r: min(c, key=lambda n: (-c[n], n)) for r, c in graphies.items()}
        self.operations["structure"] = [racine("nom:" + cle_structure(n)) for n in self.operations["donneur_ordre"]]
        self.contrats["structure"] = [racine("nom:" + cle_structure(n)) for n in self.contrats["employeur"]]
        self.contacts["structure_cle"] = [racine("nom:" + cle_structure(n)) for n in self.contacts["structure"]]

    def _personnes(self) -> None:
        """Personnes distinctes, avec les attributs de leur dernière ligne."""

        def lettres(texte: str) -> str:
            return "".join(c for c in simple(texte) if c.isalpha())

        self.salaries["personne"] = [
            (lettres(n), lettres(p), d)
            for n, p, d in zip(
                self.salaries["nom"], self.salaries["prenom"], self.salaries["date_naissance"], strict=True
            )
        ]
        self.personnes = (
            self.salaries.sort_values("_ligne").drop_duplicates("personne", keep="last").set_index("personne")
        )

    def _orphelins_et_faits(self) -> None:
        """Écarte les orphelins, puis réunit heures, contrats et opérations jusqu'à l'arrêté."""
        heures = _avant(self.heures, "mois", self.arrete).copy()
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
            "dim_personne": self._dim_personne(),
            "dim_projet": self.projets,
            "dim_structure": self._dim_structure(),
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
        c = _avant(self.contrats_retenus, "date_debut", self.arrete)
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
        o = _avant(self.operations, "date_consultation", self.arrete)
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
        c = self.contacts
        graphies: dict[str, Counter[str]] = {}
        for o in c["objet"]:
            if o:
                graphies.setdefault(cle_texte(o), Counter())[o] += 1
        montre = {k: min(g, key=lambda o: (-g[o], o)) for k, g in graphies.items()}
        c = c.assign(objet=[montre[cle_texte(o)] if o else NON_RENSEIGNE for o in c["objet"]])
        c = _avant(c, "date_contact", self.arrete)
        return c.assign(annee=[d.year for d in c["date_contact"]])

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

    def _dim_personne(self) -> pd.DataFrame:
        p = self.personnes.reset_index()
        return pd.DataFrame(
            {
                "personne": p["personne"],
                "sexe": p["sexe"],
                "annee_naissance": [d.year for d in p["date_naissance"]],
                "qpv": p["qpv"],
                "niveau_formation": p["niveau_formation"],
            },
            dtype=object,
        )

    def _dim_structure(self) -> pd.DataFrame:
        lignes = [
            {"noms": frozenset(noms), "sirets": frozenset(self.sirets_structure[r])}
            for r, noms in self.noms_structure.items()
        ]
        return pd.DataFrame(lignes)

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


def _avant(lignes: pd.DataFrame, colonne: str, arrete: dt.date) -> pd.DataFrame:
    """Lignes datées, au plus tard de l'arrêté."""
    retenues = [d is not None and d <= arrete for d in lignes[colonne]]
    return lignes[pd.Series(retenues, index=lignes.index, dtype=bool)]


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
