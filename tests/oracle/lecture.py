"""Ce qu'une livraison doit donner, d'après la description des dépôts : lignes typées, comptes, ce qui est signalé.

Part du texte des cellules : le typage, les rejets et les dédoublonnages se vérifient avec les comptes.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd
from catalogue import Cellule, Colonne, Livraison, Tableau, sources

# Quartiers prioritaires de 2015-2023 ; tout autre nom compte comme quartier prioritaire.
QUARTIERS = ("Fontaine d'Ouche", "Les Grésilles", "Le Mail", "Le Belvédère", "Le Bief du Moulin")
NON_RENSEIGNE = "Non renseigné"

NUMERO = tuple[str, int]
"""Une ligne d'un fichier : le nom de sa feuille s'il compte, et son numéro."""


class Illisible(ValueError):
    """La cellule ne se lit pas dans le type de sa colonne."""


@dataclass
class Lue:
    """Ce qu'une livraison doit donner : lignes typées (avec leur numéro), comptes, lignes et cellules signalées."""

    livraison: Livraison
    statut: str
    lignes: list[dict[str, Any]] = field(default_factory=list)
    lues: int = 0
    rejets: set[NUMERO] = field(default_factory=set)
    laissees: int = 0
    anomalies: set[tuple[NUMERO, str]] = field(default_factory=set)
    totaux_faux: int = 0

    @property
    def acceptee(self) -> bool:
        """Vrai si ses lignes entrent dans l'entrepôt."""
        return self.statut.startswith("acceptee")


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


def lire_entier(cellule: Cellule) -> int:
    """Nombre entier, jamais négatif. Lève Illisible sinon."""
    nombre = lire_decimal(cellule)
    if nombre != int(nombre):
        raise Illisible
    return int(nombre)


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
    """SIRET de 14 chiffres, à défaut SIREN de 9, et s'il faut le signaler : zéros de tête rendus, ou SIREN seul.

    Lève Illisible si le numéro n'est pas valide.
    """
    chiffres = "".join(en_texte(cellule).split())
    if not chiffres.isdecimal():
        raise Illisible
    if len(chiffres) == 9 and _luhn(chiffres):
        return chiffres, True
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
    requises = {c.nom for c in source.colonnes if c.requis and not c.nom_de_feuille}
    if livraison.illisible or any(not requises <= set(t.colonnes) for t in livraison.tableaux):
        return Lue(livraison, "refusee")
    lue = Lue(livraison, "acceptee")
    typees = [ligne for tableau in livraison.tableaux for ligne in _lire_tableau(lue, tableau)]
    if lue.lues == lue.laissees and source.mode != "increment":
        return Lue(livraison, "refusee")
    par_cle: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for ligne in typees:
        par_cle.setdefault(ligne["_cle"], []).append(ligne)
    autres = [c.nom for c in source.colonnes if c.nom not in source.cle]
    for memes in par_cle.values():
        if len({tuple(ligne[c] for c in autres) for ligne in memes}) > 1:
            lue.rejets |= {(ligne["_feuille"], ligne["_ligne"]) for ligne in memes}
            continue
        lue.laissees += len(memes) - 1
        premiere = memes[0]
        lue.lignes.append(premiere)
        lue.anomalies |= {((premiere["_feuille"], premiere["_ligne"]), c) for c in premiere["_anomalies"]}
    if lue.rejets:
        lue.statut = "acceptee_avec_rejets"
    return lue


def _lire_tableau(lue: Lue, tableau: Tableau) -> list[dict[str, Any]]:
    """Lignes d'un tableau qui se lisent ; ce qui est laissé, rejeté ou signalé s'ajoute à lue."""
    source = sources()[lue.livraison.source]
    place = {nom: tableau.colonnes.index(nom) for nom in tableau.colonnes if nom}
    sommables = [c.nom for c in source.colonnes if c.type in ("decimal", "entier") and c.nom in place]
    typees: list[dict[str, Any]] = []
    totaux: list[tuple[dict[str, Decimal], int]] = []
    au_dessus: dict[str, Cellule] = {}
    lue.lues += len(tableau.lignes)
    for rang, cellules in enumerate(tableau.lignes):
        if any(en_texte(c).upper().startswith("TOTAL") for c in cellules[:2]):
            lus = {c: lire_decimal(x) for c in sommables if en_texte(x := _a(cellules, place[c]))}
            totaux.append((lus, len(typees)))
            au_dessus = {}
            lue.laissees += 1
            continue
        if all(en_texte(c) == "" for c in cellules):
            lue.laissees += 1
            continue
        ligne = {nom: _a(cellules, i) for nom, i in place.items()}
        for nom in FUSIONNEES.get(source.nom, ()):
            ligne[nom] = au_dessus[nom] = ligne[nom] if en_texte(ligne[nom]) else au_dessus.get(nom)
        ligne |= {c.nom: tableau.nom for c in source.colonnes if c.nom_de_feuille}
        numero = tableau.entete_ligne + 1 + rang
        valeurs, anomalies, rejetee = _typer(lue.livraison, ligne)
        feuille = tableau.nom if lue.livraison.feuilles else ""
        if rejetee:
            lue.rejets.add((feuille, numero))
        else:
            typees.append({**valeurs, "_feuille": feuille, "_ligne": numero, "_anomalies": anomalies})
    debut = 0
    for lus, fin in totaux:
        # Un TOTAL se compare à la somme de toutes les lignes, ou à celle des lignes depuis le TOTAL précédent.
        for colonne, dit in lus.items():
            sommes = [sum(x[colonne] or 0 for x in lignes) for lignes in (typees, typees[debut:fin])]
            lue.totaux_faux += dit not in sommes
        debut = fin
    return typees


def _a(cellules: list[Cellule], rang: int) -> Cellule:
    """Cellule à cette place ; une ligne peut s'arrêter avant."""
    return cellules[rang] if rang < len(cellules) else None


def _typer(livraison: Livraison, cellules: dict[str, Cellule]) -> tuple[dict[str, Any], list[str], bool]:
    """Type une ligne : ses valeurs et sa clé, les colonnes vidées ou réparées, et si elle est à rejeter."""
    source = sources()[livraison.source]
    ligne: dict[str, Any] = {}
    anomalies: list[str] = []
    rejetee = False
    for colonne in source.colonnes:
        try:
            valeur, anomalie = _valeur(livraison, colonne, cellules.get(colonne.nom))
        except Illisible:
            # Vidée : une cellule vide d'une colonne oui ou non vaut non.
            valeur, anomalie = (False if colonne.type == "ouinon" else None), True
            rejetee |= colonne.requis
        if valeur is None and colonne.requis:
            rejetee = True
        if anomalie:
            anomalies.append(colonne.nom)
        if valeur is not None and colonne.nom in IDENTIFIANTS:
            valeur = valeur.upper()
        ligne[colonne.nom] = valeur
    # Une clé se compare sans casse, mais un nom garde la sienne.
    cle = tuple(v.upper() if isinstance(v := ligne[c], str) else v for c in source.cle)
    return {**ligne, "_cle": cle}, anomalies, rejetee


IDENTIFIANTS = {
    "id_operation", "num_lot", "id_salarie", "id_contrat", "id_contact", "code_projet", "id_prescription",
    "id_candidat", "id_participant", "id_entretien", "id_evenement", "id_rencontre", "num_offre", "num_reponse",
    "identifiant", "fiche", "rome_1", "rome_2",
}  # fmt: skip
"""Numéros et codes, qui n'ont pas de casse."""

FUSIONNEES = {"rce_offres": ("secteur",)}
"""Colonnes dont seule la première ligne d'un groupe porte la valeur."""

LARGEURS = {"code_postal": 5}
"""Codes de chiffres à qui Excel ôte leurs zéros de tête."""


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
    if colonne.type == "entier":
        return lire_entier(cellule), False
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
    if colonne.nom in LARGEURS and texte.isdecimal() and len(texte) < LARGEURS[colonne.nom]:
        return texte.zfill(LARGEURS[colonne.nom]), True
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
    lignes = lignes_de(en_vigueur(lues, source), source)
    if sources()[source].mode == "increment":
        lignes = lignes.drop_duplicates("_cle", keep="last")
    return lignes.reset_index(drop=True)


def etat(lues: Iterable[Lue], source: str, jour: dt.date) -> pd.DataFrame:
    """Lignes d'une source sans colonne de date : celles de la dernière livraison nommée à ce jour au plus tard."""
    connues = [lue for lue in lues if lue.livraison.source == source and lue.acceptee]
    dites = sorted((lue for lue in connues if lue.livraison.date_nom <= jour), key=ordre)
    return lignes_de(dites[-1:], source)


def lignes_de(livraisons: Iterable[Lue], source: str) -> pd.DataFrame:
    """Lignes de ces livraisons, dans l'ordre, avec le fichier, l'année et le jour dont il parle."""
    noms = [c.nom for c in sources()[source].colonnes]
    lignes = [
        {n: ligne[n] for n in (*noms, "_cle", "_ligne")}
        | {"_fichier": lue.livraison.fichier, "_annee": lue.livraison.date_nom.year, "_nom": lue.livraison.date_nom}
        for lue in livraisons
        for ligne in lue.lignes
    ]
    return pd.DataFrame(lignes, columns=[*noms, "_cle", "_ligne", "_fichier", "_annee", "_nom"], dtype=object)


def avant(lignes: pd.DataFrame, colonne: str, arrete: dt.date) -> pd.DataFrame:
    """Lignes datées, au plus tard de l'arrêté."""
    retenues = [d is not None and d <= arrete for d in lignes[colonne]]
    return lignes[pd.Series(retenues, index=lignes.index, dtype=bool)].copy()


def graphies(textes: Iterable[str | None]) -> dict[str, str]:
    """Graphie la plus fréquente de chaque texte libre, par sa clé."""
    vues: dict[str, Counter[str]] = {}
    for t in textes:
        if t:
            vues.setdefault(cle_texte(t), Counter())[t] += 1
    return {k: min(c, key=lambda t, c=c: (-c[t], t)) for k, c in vues.items()}


def montrer(textes: Iterable[str | None]) -> list[str]:
    """Chaque texte libre sous sa graphie la plus fréquente ; un vide est non renseigné.

    Ce qui est daté après l'arrêté ne compte nulle part : on ne lui donne que ce qui compte.
    """
    tous = list(textes)
    montre = graphies(tous)
    return [montre[cle_texte(t)] if t else NON_RENSEIGNE for t in tous]
