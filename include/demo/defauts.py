"""Ce que les vrais fichiers ont de tordu, défaut par défaut : où, ce qui est imité, ce que la lecture doit en dire.

Aucun défaut ne perd un chiffre : une ligne inutilisable revient juste dans un envoi suivant, une cellule vidée n'est
comptée nulle part. `FACONS` dit les fichiers écrits autrement, `DEFAUTS` les cellules et les lignes abîmées.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import cycle

from include.demo.fichiers import Cellule, Facon, Ligne, Mois, Table
from include.demo.tables import HEURES

Depots = dict[str, Table]
"""Tables de tous les fichiers, par nom de fichier (« fichier#feuille » pour un classeur de plusieurs feuilles)."""
Geste = Callable[[Depots, str], int]
"""Abîme un fichier (et, s'il le faut, complète un autre) ; rend le nombre de lignes ou de cellules en cause."""
Choix = Callable[[list[Ligne]], list[Ligne]]


class Effet(StrEnum):
    """Ce que la lecture doit dire d'un défaut."""

    COMPRIS = "compris"
    """Rien : c'est une autre façon d'écrire la même chose."""
    ANOMALIE = "anomalie"
    REJET = "rejet"
    DOUBLON = "doublon exact"
    VIDE = "ligne vide"
    TOTAL = "total faux"
    COLONNE = "colonne inconnue"
    FEUILLE = "feuille ignorée"
    ORPHELIN = "orphelin"


@dataclass(frozen=True)
class Defaut:
    """Un défaut planté dans un fichier."""

    fichier: str
    effet: Effet
    imite: str
    geste: Geste


AOUT = "relevé heures août 2017.csv"
"""Le relevé d'août, rebaptisé par qui l'envoie : seuls ses en-têtes disent ce qu'il est."""
CORRECTION_MARS = "abc_clauses_heures_201703_v2.csv"
CLASSEUR_MAI = "abc_clauses_heures_201705.xlsx"
CLASSEUR_LOTS = "abc_clauses_lots_20171231.xlsx"
ENTETES_COURBES = {
    "donneur_ordre": "MAITRE D\u2019OUVRAGE", "siret_donneur_ordre": "SIRET maître d\u2019ouvrage",
    "type_donneur_ordre": "Type de maître d\u2019ouvrage", "heures_engagement": "Heures d\u2019engagement",
}  # fmt: skip

FACONS: dict[str, Facon] = {
    # Enregistré depuis un logiciel réglé à l'anglaise : virgules et points.
    "abc_clauses_heures_201604.csv": Facon(separateur=",", decimales="."),
    # Années sur deux chiffres : l'affichage du tableur est parti dans le fichier.
    "abc_clauses_heures_201610.csv": Facon(date="%d/%m/%y"),
    # « Texte Unicode » d'Excel : UTF-16 et tabulations.
    "abc_clauses_heures_201611.csv": Facon(encodage="utf-16", separateur="\t"),
    # Total libellé dans la deuxième colonne.
    "abc_clauses_heures_201701.csv": Facon(total=("", "TOTAL GENERAL")),
    # « CSV UTF-8 » d'Excel : marque d'ordre des octets devant le premier en-tête.
    "abc_clauses_heures_201702.csv": Facon(encodage="utf-8-sig"),
    # Renvoyé en classeur : mois et dates y sont des dates d'Excel.
    CLASSEUR_MAI: Facon(classeur="Heures"),
    # En-têtes ressaisis à la main, en capitales sans accents.
    "abc_clauses_heures_201710.csv": Facon(
        entetes={"id_contrat": "N° CONTRAT", "mois": "MOIS", "heures": "HEURES REALISEES"}
    ),
    # Apostrophes typographiques, mises par un correcteur automatique.
    "abc_clauses_operations_20170630.csv": Facon(entetes=ENTETES_COURBES),
    # Classeur : le tableur a pris SIRET et numéros pour des nombres, un zéro de tête est perdu.
    CLASSEUR_LOTS: Facon(classeur="Lots", numeriques=("id_operation", "num_lot", "siret_attributaire")),
    # Titre et date d'édition au-dessus de l'en-tête.
    "abc_clauses_contacts_20171231.csv": Facon(
        titres=("Suivi des contacts - clauses d'insertion", "Édité le 31/12/2017", "")
    ),
    "projets_2016.csv": Facon(encodage="utf-8"),
    "projets_2017.csv": Facon(encodage="utf-8"),
}


# --------------------------------------------------------------------------------------------------- choisir des lignes
def rangs(*numeros: int) -> Choix:
    """Lignes de ces rangs (la première est 0)."""
    return lambda lignes: [lignes[n] for n in numeros]


def un_sur(pas: int, depart: int = 0, ou: Callable[[Ligne], object] = lambda _: True) -> Choix:
    """Une ligne sur `pas` parmi celles qui satisfont `ou`."""
    return lambda lignes: [ligne for ligne in lignes if ou(ligne)][depart::pas]


def premieres(combien: int, ou: Callable[[Ligne], object]) -> Choix:
    """Les premières lignes qui satisfont `ou`."""
    return lambda lignes: [ligne for ligne in lignes if ou(ligne)][:combien]


# -------------------------------------------------------------------------------------------------- abîmer des lignes
def remplacer(colonne: str, valeur: Cellule | Callable[[str], str], choix: Choix) -> Geste:
    """Met une autre valeur dans une colonne (calculée de l'ancienne si c'est une fonction)."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = choix(depots[fichier].lignes)
        for ligne in lignes:
            ligne[colonne] = valeur(str(ligne[colonne])) if callable(valeur) else valeur
        return len(lignes)

    return geste


def alterner(colonne: str, valeurs: tuple[str, ...], choix: Choix) -> Geste:
    """Écrit la même chose de plusieurs façons, tour à tour."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = choix(depots[fichier].lignes)
        for ligne, valeur in zip(lignes, cycle(valeurs), strict=False):
            ligne[colonne] = valeur
        return len(lignes)

    return geste


def graphies(colonne: str, pas: int) -> Geste:
    """Écrit autrement une occurrence sur `pas` de chaque nom ; la graphie juste reste la plus fréquente."""

    def geste(depots: Depots, fichier: str) -> int:
        facons = cycle((sans_accents_majuscules, str.upper, sans_traits, str.lower))
        vus: Counter[str] = Counter()
        touchees = 0
        for ligne in depots[fichier].lignes:
            nom = str(ligne[colonne] or "")
            vus[nom] += 1
            if nom and vus[nom] % pas == 0:
                ligne[colonne] = next(facons)(nom)
                touchees += 1
        return touchees

    return geste


def repeter(*numeros: int) -> Geste:
    """Colle une seconde fois des lignes au bas du fichier."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = depots[fichier].lignes
        lignes += [dict(ligne) for ligne in rangs(*numeros)(lignes)]
        return len(numeros)

    return geste


def ajouter(*nouvelles: Ligne) -> Geste:
    """Ajoute des lignes que personne d'autre ne cite."""

    def geste(depots: Depots, fichier: str) -> int:
        depots[fichier].lignes += [dict(ligne) for ligne in nouvelles]
        return len(nouvelles)

    return geste


def separer(*apres: int) -> Geste:
    """Laisse une ligne faite de séparateurs après ces rangs."""

    def geste(depots: Depots, fichier: str) -> int:
        depots[fichier].vides_apres |= set(apres)
        return len(apres)

    return geste


def colonne_en_plus(nom: str, entete: str, valeur: str, choix: Choix) -> Geste:
    """Ajoute une colonne que le contrat ne connaît pas."""

    def geste(depots: Depots, fichier: str) -> int:
        table = depots[fichier]
        table.entetes = table.entetes | {nom: entete}
        for ligne in choix(table.lignes):
            ligne[nom] = valeur
        return 1

    return geste


def feuille_en_plus(nom: str, texte: str, contrats: int = 1) -> Geste:
    """Ajoute au classeur une feuille que personne n'attend ; chacun des contrats qui le lisent la signale."""

    def geste(depots: Depots, fichier: str) -> int:
        depots[f"{fichier}#{nom}"] = Table({"texte": texte}, [])
        return contrats

    return geste


def fausser_total(ecart: str) -> Geste:
    """Laisse au bas du fichier un total d'avant le dernier ajout."""

    def geste(depots: Depots, fichier: str) -> int:
        depots[fichier].ecart_total = Decimal(ecart)
        return 1

    return geste


# ------------------------------------------------------------------------------ abîmer maintenant, corriger plus tard
def renvoyer(colonne: str, valeur: Cellule | Callable[[str], str], choix: Choix, vers: str) -> Geste:
    """Abîme des relevés d'heures ; les lignes justes arrivent dans un envoi suivant."""

    def geste(depots: Depots, fichier: str) -> int:
        for ligne in choix(depots[fichier].lignes):
            _envoyer(depots, vers, ligne)
        return remplacer(colonne, valeur, choix)(depots, fichier)

    return geste


def contredire(choix: Choix, vers: str) -> Geste:
    """Donne deux valeurs à un même contrat × mois ; la bonne arrive dans un envoi suivant."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = depots[fichier].lignes
        choisies = choix(lignes)
        for ligne in choisies:
            _envoyer(depots, vers, ligne)
            lignes.append(ligne | {"heures": _decimal(ligne) + 7})
        return 2 * len(choisies)

    return geste


def virgule_deplacee(choix: Choix, vers: str) -> Geste:
    """Divise des heures par dix ; un envoi correctif rétablit les bonnes."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = choix(depots[fichier].lignes)
        for ligne in lignes:
            _envoyer(depots, vers, ligne)
            ligne["heures"] = (_decimal(ligne) / 10).quantize(Decimal("0.01"))
        return len(lignes)

    return geste


def saisir_a_tort(heures: str, contrats: str, vers: str) -> Geste:
    """Saisit des heures sur un contrat qui n'a pas travaillé ce mois-là ; un envoi correctif les retire avec 0."""

    def geste(depots: Depots, fichier: str) -> int:
        mois = max(m for ligne in depots[fichier].lignes if isinstance(m := ligne["mois"], Mois))
        saisis = {(x["id_contrat"], x["mois"]) for t in depots.values() if t.entetes is HEURES for x in t.lignes}
        fin_du_mois = mois + dt.timedelta(days=31)
        for contrat in depots[contrats].lignes:
            debut, fin = contrat["date_debut"], contrat["date_fin"]
            assert isinstance(debut, dt.date)
            court = debut < mois and isinstance(fin, dt.date) and fin > fin_du_mois
            if court and (contrat["id_contrat"], mois) not in saisis:
                saisie = depots[fichier].lignes[0]["date_saisie"]
                fausse: Ligne = {
                    "id_contrat": contrat["id_contrat"], "mois": mois, "heures": Decimal(heures), "date_saisie": saisie,
                }  # fmt: skip
                depots[fichier].lignes.append(fausse)
                _envoyer(depots, vers, fausse | {"heures": Decimal(0)})
                return 1
        return 0

    return geste


def ressaisir(colonne: str, valeur: str, cle: str, choix: Choix) -> Geste:
    """Laisse, à côté de la ligne juste, une première saisie inutilisable sous un autre numéro."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = depots[fichier].lignes
        choisies = choix(lignes)
        for ligne in choisies:
            rate = ligne | {colonne: valeur, cle: f"{ligne[cle]}B"}
            lignes.insert(lignes.index(ligne), rate)
        return len(choisies)

    return geste


def dedoubler(combien: int, contrats: str, depuis: dt.date) -> Geste:
    """Donne une seconde fiche à des personnes ; leurs contrats commencés ensuite s'y rattachent.

    L'ancienne fiche garde un accompagnement et un quartier périmés, et le nom y est écrit autrement : la dernière vaut.
    """

    def geste(depots: Depots, fichier: str) -> int:
        debuts: dict[Cellule, list[dt.date]] = {}
        for contrat in depots[contrats].lignes:
            debut = contrat["date_debut"]
            assert isinstance(debut, dt.date)
            debuts.setdefault(contrat["id_salarie"], []).append(debut)
        lignes = depots[fichier].lignes
        choisies = [x for x in lignes if min(debuts[x["id_salarie"]]) < depuis <= max(debuts[x["id_salarie"]])]
        for ligne in choisies[::3][:combien]:
            ancien, nouveau = ligne["id_salarie"], f"S{3_001 + len(lignes)}"
            lignes.append(ligne | {"id_salarie": nouveau})
            for colonne in ("nom", "nom_naissance", "prenom"):
                ligne[colonne] = sans_accents_majuscules(str(ligne[colonne]))
            ligne["qpv"] = "Non"
            ligne["accompagnement"] = "ACI" if ligne["accompagnement"] == "EI" else "EI"
            for contrat in depots[contrats].lignes:
                debut = contrat["date_debut"]
                if contrat["id_salarie"] == ancien and isinstance(debut, dt.date) and debut >= depuis:
                    contrat["id_salarie"] = nouveau
        return min(combien, len(choisies[::3]))

    return geste


def _envoyer(depots: Depots, vers: str, ligne: Ligne) -> None:
    """Ajoute une ligne d'heures à un autre envoi, saisie en même temps que les dernières de cet envoi."""
    table = depots.setdefault(vers, Table(HEURES, [], somme="heures"))
    saisies = [s for x in table.lignes if isinstance(s := x["date_saisie"], dt.date)]
    propre = ligne["date_saisie"]
    assert isinstance(propre, dt.date)
    table.lignes.append(ligne | {"date_saisie": max([*saisies, propre + dt.timedelta(days=14)])})


def _decimal(ligne: Ligne) -> Decimal:
    heures = ligne["heures"]
    assert isinstance(heures, Decimal)
    return heures


# --------------------------------------------------------------------------------------------------- écrire autrement
def sans_accents(texte: str) -> str:
    """Sans accents, la casse gardée."""
    return "".join(c for c in unicodedata.normalize("NFKD", texte) if not unicodedata.combining(c))


def sans_accents_majuscules(texte: str) -> str:
    """En capitales sans accents, comme beaucoup de logiciels de paie."""
    return sans_accents(texte).upper()


def sans_traits(texte: str) -> str:
    """Traits d'union et apostrophes remplacés par des espaces, et un espace de trop."""
    return re.sub(r"[-']", " ", texte).replace(" ", "  ", 1) + " "


def apostrophe_courbe(texte: str) -> str:
    """Apostrophe typographique."""
    return texte.replace("'", "\u2019")


def siret_espace(siret: str) -> str:
    """SIRET par groupes, comme on le dicte."""
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"


def siret_faux(siret: str) -> str:
    """Un chiffre de travers : la clé ne va plus."""
    return f"{siret[:-1]}{(int(siret[-1]) + 1) % 10}"


def _vide(colonne: str) -> Callable[[Ligne], bool]:
    return lambda ligne: not ligne[colonne]


def _vaut(colonne: str, valeur: str) -> Callable[[Ligne], bool]:
    return lambda ligne: ligne[colonne] == valeur


# ----------------------------------------------------------------------------------------------------------- la liste
D, E = Defaut, Effet
_OPERATIONS, _SALARIES = "abc_clauses_operations_20171231.csv", "abc_clauses_salaries_20171231.csv"
_CONTRATS, _CONTACTS = "abc_clauses_contrats_20171231.csv", "abc_clauses_contacts_20171231.csv"
_UNE_AUTRE_FICHE: Ligne = {"nom": "Exemple", "prenom": "Camille", "sexe": "F", "date_naissance": None}

DEFAUTS: tuple[Defaut, ...] = (
    # Heures : un envoi par mois.
    D("abc_clauses_heures_201608.csv", E.VIDE, "groupes séparés à l'œil par des lignes de points-virgules",
      separer(12, 85, 200)),
    D("abc_clauses_heures_201612.csv", E.COMPRIS, "numéros ressaisis en minuscules",
      remplacer("id_contrat", lambda n: f"{n.lower()} ", un_sur(40))),
    D("abc_clauses_heures_201703.csv", E.COMPRIS, "virgule déplacée, rétablie par un envoi correctif",
      virgule_deplacee(rangs(5, 60, 150), CORRECTION_MARS)),
    D("abc_clauses_heures_201703.csv", E.COMPRIS, "relevé d'un autre contrat, retiré avec 0 par l'envoi correctif",
      saisir_a_tort("35.00", _CONTRATS, CORRECTION_MARS)),
    D("abc_clauses_heures_201704.csv", E.REJET, "contrat saisi deux fois avec deux nombres d'heures",
      contredire(rangs(30, 31), CLASSEUR_MAI)),
    D("abc_clauses_heures_201706.csv", E.DOUBLON, "bloc collé deux fois", repeter(40, 41, 42, 43)),
    D("abc_clauses_heures_201707.csv", E.TOTAL, "total édité avant le dernier ajout", fausser_total("-151.67")),
    D("abc_clauses_heures_201709.csv", E.REJET, "durée en heures et minutes",
      renvoyer("heures", "103h30", rangs(17), "abc_clauses_heures_201710.csv")),
    D("abc_clauses_heures_201709.csv", E.REJET, "bulletin pas encore reçu : heures laissées vides",
      renvoyer("heures", None, rangs(88), "abc_clauses_heures_201710.csv")),
    D("abc_clauses_heures_201711.csv", E.ORPHELIN, "lettre O à la place du zéro dans un numéro de contrat",
      renvoyer("id_contrat", lambda n: n.replace("0", "O", 1), premieres(1, lambda x: "0" in str(x["id_contrat"])),
               "abc_clauses_heures_201712.csv")),
    # Opérations.
    D(_OPERATIONS, E.COMPRIS, "nom d'avant 2017 sous le SIRET de la métropole",
      remplacer("donneur_ordre", "GRAND DIJON", un_sur(15, 7, _vaut("donneur_ordre", "Dijon Métropole")))),
    D(_OPERATIONS, E.COMPRIS, "maîtres d'ouvrage écrits de plusieurs façons", graphies("donneur_ordre", 5)),
    D(_OPERATIONS, E.COMPRIS, "SIRET non renseigné",
      remplacer("siret_donneur_ordre", None, un_sur(9, 4, lambda x: x["donneur_ordre"] != "GRAND DIJON"))),
    D(_OPERATIONS, E.COMPRIS, "SIRET par groupes",
      remplacer("siret_donneur_ordre", siret_espace, un_sur(7, 3, lambda x: x["siret_donneur_ordre"]))),
    D(_OPERATIONS, E.ANOMALIE, "SIRET recopié avec un chiffre faux",
      remplacer("siret_donneur_ordre", siret_faux, premieres(1, _vaut("donneur_ordre", "Villeo")))),
    D(_OPERATIONS, E.COMPRIS, "type sans accent", remplacer("type_donneur_ordre", sans_accents, un_sur(6))),
    D(_OPERATIONS, E.COMPRIS, "statut en capitales", remplacer("statut", str.upper, un_sur(8))),
    D("abc_clauses_operations_20170630.csv", E.ANOMALIE, "point de milliers et virgule : nombre ambigu",
      remplacer("heures_engagement", "1.250,00", premieres(2, lambda x: x["statut"] == "Conseil"))),
    # Lots.
    D(CLASSEUR_LOTS, E.ANOMALIE, "zéro de tête perdu par le tableur",
      remplacer("siret_attributaire", str, un_sur(1, 0, lambda x: str(x["siret_attributaire"]).startswith("0")))),
    D(CLASSEUR_LOTS, E.ANOMALIE, "type de structure hors liste",
      remplacer("type_structure", "SIAE", premieres(2, _vaut("type_structure", "ACI")))),
    D(CLASSEUR_LOTS, E.COMPRIS, "engagement d'un lot qui ne fait plus celui de l'opération",
      remplacer("heures_engagement", Decimal("180.00"),
                premieres(1, lambda x: x["heures_engagement"] and x["num_lot"] == "2"))),
    # Salariés.
    D(_SALARIES, E.COMPRIS, "personne inscrite deux fois", dedoubler(6, _CONTRATS, dt.date(2017, 7, 1))),
    D(_SALARIES, E.COMPRIS, "« non » de plusieurs façons",
      alterner("qpv", ("Non", "N", "0", "Hors QPV", "non"), un_sur(2, 0, _vide("qpv")))),
    D(_SALARIES, E.ANOMALIE, "quartier inconnu",
      remplacer("qpv", "Cité des Exemples", premieres(1, _vaut("qpv", "Le Belvédère")))),
    D(_SALARIES, E.COMPRIS, "quartiers sans accents ni article",
      alterner("qpv", ("GRESILLES", "Les Gresilles", "Grésilles"), un_sur(3, 1, _vaut("qpv", "Les Grésilles")))),
    D(_SALARIES, E.ANOMALIE, "niveau écrit comme un diplôme",
      remplacer("niveau_formation", "Bac+2", premieres(3, _vaut("niveau_formation", "III")))),
    D(_SALARIES, E.ANOMALIE, "critère hors liste",
      remplacer("criteres_eligibilite", "DELD|Chômeur", premieres(2, _vaut("criteres_eligibilite", "DELD")))),
    D(_SALARIES, E.COMPRIS, "années de naissance sur deux chiffres",
      remplacer("date_naissance", lambda n: dt.date.fromisoformat(n).strftime("%d/%m/%y"), un_sur(30, 11))),
    D(_SALARIES, E.COMPRIS, "noms en capitales", remplacer("nom", sans_accents_majuscules, un_sur(3))),
    D(_SALARIES, E.COMPRIS, "accompagnement écrit autrement", alterner(
        "accompagnement", ("CREATIV\u2019", "Creativ'"), un_sur(3, 0, _vaut("accompagnement", "CREATIV'")))),
    D(_SALARIES, E.COMPRIS, "téléphone tronqué", remplacer("telephone", lambda n: n[:11], un_sur(60, 5))),
    D(_SALARIES, E.COMPRIS, "courriel sans domaine complet",
      remplacer("courriel", lambda n: n.removesuffix(".invalid"), un_sur(45, 2, lambda x: x["courriel"]))),
    D(_SALARIES, E.REJET, "fiches commencées et jamais finies",
      ajouter(_UNE_AUTRE_FICHE | {"id_salarie": "S9001"}, _UNE_AUTRE_FICHE | {"id_salarie": "S9002"})),
    D("abc_clauses_salaries_20170630.csv", E.REJET, "sexe oublié, complété depuis",
      remplacer("sexe", None, rangs(20, 250, 480))),
    # Contrats.
    D(_CONTRATS, E.COLONNE, "colonne ajoutée à la main",
      colonne_en_plus("observations", "Observations", "relance faite", un_sur(90))),
    D(_CONTRATS, E.COMPRIS, "employeurs écrits de plusieurs façons", graphies("employeur", 6)),
    D(_CONTRATS, E.COMPRIS, "SIRET non renseigné", remplacer("siret_employeur", None, un_sur(50, 9))),
    D(_CONTRATS, E.COMPRIS, "SIRET par groupes",
      remplacer("siret_employeur", siret_espace, un_sur(11, 2, lambda x: x["siret_employeur"]))),
    D(_CONTRATS, E.ANOMALIE, "SIRET en attente", remplacer("siret_employeur", "EN COURS", rangs(700, 1500))),
    D(_CONTRATS, E.COMPRIS, "apostrophe typographique",
      remplacer("type_contrat", apostrophe_courbe, un_sur(1, 0, _vaut("type_contrat", "Contrat d'apprentissage")))),
    D(_CONTRATS, E.COMPRIS, "type sans majuscule",
      remplacer("type_contrat", str.lower, un_sur(4, 0, _vaut("type_contrat", "Contrat de professionnalisation")))),
    D(_CONTRATS, E.COMPRIS, "oui et non de plusieurs façons",
      alterner("embauche", ("Non", "", "0"), un_sur(3, 0, lambda x: x["embauche"] is False))),
    D(_CONTRATS, E.COMPRIS, "oui de plusieurs façons",
      alterner("embauche", ("Oui", "X", "1"), un_sur(2, 0, lambda x: x["embauche"] is True))),
    D(_CONTRATS, E.DOUBLON, "lignes exportées deux fois", repeter(300, 301)),
    D("abc_clauses_contrats_20170630.csv", E.REJET, "type de contrat hors liste, précisé depuis",
      remplacer("type_contrat", "Contrat aidé", premieres(2, _vaut("type_contrat", "CDD")))),
    # Contacts.
    D(_CONTACTS, E.REJET, "date impossible, ressaisie sous un autre numéro",
      ressaisir("date_contact", "31/11/2017", "id_contact", rangs(1100))),
    D(_CONTACTS, E.COMPRIS, "structures écrites de plusieurs façons", graphies("structure", 5)),
    D(_CONTACTS, E.COMPRIS, "SIRET non renseigné", remplacer("siret", None, un_sur(4, 1))),
    D(_CONTACTS, E.COMPRIS, "canal sans accent", remplacer("canal", sans_accents_majuscules, un_sur(9))),
    D(_CONTACTS, E.COMPRIS, "interlocuteur avec apostrophe typographique",
      remplacer("interlocuteur", apostrophe_courbe, un_sur(5))),
    D(_CONTACTS, E.VIDE, "ligne de séparateurs en fin d'année", separer(540)),
    # Projets.
    D("projets_2016.csv", E.ANOMALIE, "axe secondaire inconnu", remplacer("axes_secondaires", "gpect|rse", rangs(2))),
)  # fmt: skip


def abimer(depots: Depots, tous: Sequence[Defaut] | None = None) -> dict[tuple[str, Effet], int]:
    """Plante tous les défauts ; rend combien de chaque effet la lecture doit trouver dans chaque fichier.

    tous: les défauts à planter (par défaut ceux d'ABC Clauses).

    Lève ValueError si un défaut ne trouve plus rien à abîmer.
    """
    attendus: Counter[tuple[str, Effet]] = Counter()
    for defaut in DEFAUTS if tous is None else tous:
        touches = defaut.geste(depots, defaut.fichier)
        if not touches:
            raise ValueError(f"{defaut.fichier} : rien à abîmer pour « {defaut.imite} »")
        attendus[defaut.fichier.partition("#")[0], defaut.effet] += touches
    return attendus
