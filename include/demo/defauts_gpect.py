"""Ce que les vrais fichiers de l'axe gpect ont de tordu : `FACONS` dit comment ils s'écrivent, `DEFAUTS` leurs fautes.

Aucun défaut ne perd un chiffre : une ligne inutilisable a sa jumelle juste, une cellule vidée n'est comptée nulle part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from include.demo.cibles_gpect import AGRICULTURE, INTERROGEE_DEUX_FOIS
from include.demo.defauts import (
    Choix,
    Defaut,
    Depots,
    Effet,
    Geste,
    ajouter,
    alterner,
    colonne_en_plus,
    fausser_total,
    feuille_en_plus,
    graphies,
    premieres,
    rangs,
    remplacer,
    repeter,
    sans_accents,
    sans_accents_majuscules,
    separer,
    siret_faux,
    un_sur,
)
from include.demo.fichiers import Cellule, Facon, Ligne

UTF8 = Facon(encodage="utf-8")
_VISITES = Facon(titres=("Relais Conseil aux Entreprises - rendez-vous", "Édité le 30/01/2017", ""), classeur="Visites")
_OFFRES = Facon(classeur="Offres")
_DEMANDEURS = Facon(classeur="Demandeurs", numeriques=("code_postal",))
FACONS: dict[str, Facon] = {
    "rce_visites_20161231.xlsx": _VISITES,
    # Renvoyé sans son titre ni sa date d'édition.
    "rce_visites_20170630.xlsx": Facon(classeur="Feuil1"),
    # Le tableur a pris les SIRET pour des nombres : un zéro de tête est perdu.
    "rce_visites_20171231.xlsx": replace(
        _VISITES, titres=(_VISITES.titres[0], "Édité le 01/01/2018", ""), numeriques=("siret",)
    ),
    "rce_offres_20161231.xlsx": _OFFRES,
    # Totaux libellés sous le secteur et non sous le numéro.
    "rce_offres_20170630.xlsx": replace(_OFFRES, total=("", "TOTAL")),
    "rce_offres_20171231.xlsx": replace(_OFFRES, numeriques=("siret",)),
    # Enregistré depuis un tableur : cp1252.
    "gpect_entretiens_20170630.csv": Facon(),
    "gpect_entretiens_20171231.csv": UTF8,
    # Envoyé en classeur.
    "gpect_besoins_20170929.xlsx": Facon(classeur="Besoins"),
    "gpect_besoins_20171231.csv": Facon(encodage="utf-8-sig"),
    "economie_collaborative_20170630.csv": replace(UTF8, separateur="\t"),
    "economie_collaborative_20171231.csv": UTF8,
    "emfor_effectifs_2016.csv": replace(UTF8, separateur=","),
    "emfor_effectifs_2017.csv": UTF8,
    "emfor_effectifs_2017_v2.csv": UTF8,
    "cci_enquete_zti_20170831.csv": Facon(date="%d/%m/%y"),
    "pole_emploi_longvic_20171130.xlsx": _DEMANDEURS,
    "pole_emploi_longvic_20171222.xlsx": _DEMANDEURS,
}


# --------------------------------------------------------------------------------------------------- choisir des lignes
def anterieures(colonne: str, ou: Callable[[Ligne], object] = lambda _: True) -> Choix:
    """Les lignes qu'une autre, plus bas, de même valeur remplace : leurs attributs ne comptent plus."""

    def choix(lignes: list[Ligne]) -> list[Ligne]:
        derniere = {ligne[colonne]: rang for rang, ligne in enumerate(lignes)}
        return [x for rang, x in enumerate(lignes) if rang < derniere[x[colonne]] and ou(x)]

    return choix


def uniques(colonne: str) -> Choix:
    """Les lignes dont la valeur ne se répète pas."""

    def choix(lignes: list[Ligne]) -> list[Ligne]:
        fois = Counter(ligne[colonne] for ligne in lignes)
        return [ligne for ligne in lignes if fois[ligne[colonne]] == 1]

    return choix


def parmi(choix: Choix, pas: int, depart: int = 0, combien: int | None = None) -> Choix:
    """Une ligne sur `pas` de ce choix, `combien` au plus."""
    return lambda lignes: choix(lignes)[depart::pas][:combien]


# -------------------------------------------------------------------------------------------------- abîmer des lignes
def raturer(colonne: str, valeur: Cellule, choix: Choix) -> Geste:
    """Laisse, au-dessus de la ligne juste, une première saisie inutilisable."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = depots[fichier].lignes
        choisies = choix(lignes)
        for ligne in choisies:
            lignes.insert(lignes.index(ligne), ligne | {colonne: valeur})
        return len(choisies)

    return geste


def inverser_chiffres(colonne: str, valeur: int, vers: str, ou: Callable[[Ligne], object]) -> Geste:
    """Recopie un nombre de travers ; un envoi correctif donne le bon."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = [ligne for ligne in depots[fichier].lignes if ou(ligne)]
        for ligne in lignes:
            depots[vers].lignes.append(dict(ligne))
            ligne[colonne] = valeur
        return len(lignes)

    return geste


def recenser_deux_fois(colonne: str, nom: str, graphie: str, perimes: Ligne) -> Geste:
    """Laisse, sous une autre graphie et plus haut dans le fichier, une ligne dont les autres cellules sont périmées."""

    def geste(depots: Depots, fichier: str) -> int:
        lignes = depots[fichier].lignes
        (juste,) = (ligne for ligne in lignes if ligne[colonne] == nom)
        lignes.insert(0, juste | {colonne: graphie} | perimes)
        return 1

    return geste


def _zero_de_tete(colonne: str) -> Choix:
    return un_sur(1, 0, lambda x: str(x[colonne] or "").startswith("0"))


def _vaut(colonne: str, *valeurs: Cellule) -> Callable[[Ligne], bool]:
    return lambda ligne: ligne[colonne] in valeurs


def _milliers(nombre: str) -> str:
    return f"{int(nombre):,}".replace(",", "\u00a0")


# ----------------------------------------------------------------------------------------------------------- la liste
D, E = Defaut, Effet
_VIS, _OFF, _ENT = "rce_visites_20171231.xlsx", "rce_offres_20171231.xlsx", "gpect_entretiens_20171231.csv"
_BES, _ZTI = "gpect_besoins_20171231.csv", "cci_enquete_zti_20171201.csv"
_PLAN, _ECO = "plan_actions_20171231.xlsx", "economie_collaborative_20171231.csv"
_PE_NOVEMBRE, _PE = "pole_emploi_longvic_20171130.xlsx", "pole_emploi_longvic_20171222.xlsx"
_EMFOR, _EMFOR_V2 = "emfor_effectifs_2017.csv", "emfor_effectifs_2017_v2.csv"
_SANS_METIER: Ligne = {"nom": "Exemple", "prenom": "Camille", "code_postal": "21600"}

DEFAUTS: tuple[Defaut, ...] = (
    # Visites du Relais Conseil.
    D(_VIS, E.COMPRIS, "SIRET non renseigné", remplacer("siret", None, parmi(uniques("entreprise"), 4, 1))),
    D(_VIS, E.COMPRIS, "deux lettres inversées dans un nom, sous le même SIRET",
      remplacer("entreprise", lambda n: f"{n[0]}{n[2]}{n[1]}{n[3:]}", parmi(anterieures("entreprise"), 9, 2, 3))),
    D(_VIS, E.ANOMALIE, "zéro de tête perdu par le tableur", remplacer("siret", str, _zero_de_tete("siret"))),
    D(_VIS, E.ANOMALIE, "effectif en toutes lettres, précisé à la visite suivante",
      remplacer("effectif", "une dizaine", parmi(anterieures("entreprise"), 11, 5, 2))),
    D(_VIS, E.ANOMALIE, "origine hors liste, précisée à la visite suivante",
      remplacer("origine", "Bouche à oreille",
                parmi(anterieures("entreprise", _vaut("origine", "Club Entreprendre")), 8, 3, 1))),
    D(_VIS, E.COMPRIS, "entreprises écrites de plusieurs façons", graphies("entreprise", 3)),
    D(_VIS, E.COMPRIS, "secteur en capitales sans accents", remplacer("secteur", sans_accents_majuscules, un_sur(7))),
    D(_VIS, E.COMPRIS, "non de plusieurs façons",
      alterner("adherent_club", ("Non", "", "0"), un_sur(2, 0, _vaut("adherent_club", False)))),
    D(_VIS, E.COMPRIS, "oui de plusieurs façons",
      alterner("artisan", ("X", "oui", "1"), un_sur(2, 0, _vaut("artisan", True)))),
    D(_VIS, E.COMPRIS, "communes sans accents ni traits d'union",
      remplacer("commune", lambda n: sans_accents(n).replace("-", " "), un_sur(5))),
    D(_VIS, E.VIDE, "ligne blanche entre les deux années", separer(21)),
    D(_VIS, E.REJET, "date impossible, ressaisie à la ligne suivante",
      raturer("date_visite", "31/06/2017", rangs(60))),
    # Offres du Relais Conseil.
    D(_OFF, E.TOTAL, "total général d'avant le dernier poste", fausser_total("-1")),
    D(_OFF, E.ANOMALIE, "suite à donner au lieu d'une issue",
      remplacer("pourvue", "à relancer", premieres(2, _vaut("pourvue", None)))),
    D(_OFF, E.COMPRIS, "issues écrites de plusieurs façons",
      alterner("pourvue", ("nsp", "Nsp "), un_sur(3, 0, _vaut("pourvue", "NSP")))),
    D(_OFF, E.ANOMALIE, "zéro de tête perdu par le tableur", remplacer("siret", str, _zero_de_tete("siret"))),
    D(_OFF, E.COMPRIS, "SIRET non renseigné", remplacer("siret", None, un_sur(6, 2, lambda x: str(x["siret"]) > "1"))),
    D(_OFF, E.COMPRIS, "entreprises écrites de plusieurs façons", graphies("entreprise", 2)),
    D(_OFF, E.COLONNE, "colonne ajoutée à la main",
      colonne_en_plus("relance", "Relancé le", "janvier", un_sur(1, 0, _vaut("secteur", AGRICULTURE)))),
    # Entretiens.
    # À nombre égal, la graphie qui vient après dans l'ordre des lettres ne nomme pas la structure.
    D(_ENT, E.COMPRIS, "une lettre doublée dans un nom, sous le même SIRET",
      remplacer("entreprise", lambda n: n[:5] + n[4:], anterieures(
          "entreprise", lambda x: x["demarche"] == "Santé" and str(x["entreprise"])[4] > str(x["entreprise"])[5]))),
    D(_ENT, E.COMPRIS, "noms en minuscules",
      remplacer("entreprise", str.lower, anterieures("entreprise", lambda x: x["demarche"] != "Santé"))),
    D(_ENT, E.COMPRIS, "SIRET non renseigné",
      remplacer("siret", None, un_sur(9, 4, lambda x: x["siret"] and x["demarche"] == "IAA"))),
    D(_ENT, E.ANOMALIE, "SIRET recopié avec un chiffre faux",
      remplacer("siret", siret_faux, premieres(1, lambda x: x["siret"] and x["demarche"] == "BTS diététique"))),
    D(_ENT, E.ANOMALIE, "effectif approximatif",
      remplacer("effectif", "env. 40", premieres(2, _vaut("demarche", "Tourisme HCR")))),
    D(_ENT, E.ANOMALIE, "mode hors liste",
      remplacer("mode_entretien", "Visioconférence", premieres(2, _vaut("demarche", "Économie collaborative")))),
    D(_ENT, E.COMPRIS, "démarches sans accents", remplacer("demarche", sans_accents, un_sur(5))),
    D(_ENT, E.COMPRIS, "statuts en minuscules", remplacer("statut", str.lower, un_sur(6))),
    D(_ENT, E.COMPRIS, "non de plusieurs façons",
      alterner("mise_en_relation", ("Non", "", "0"), un_sur(2, 0, _vaut("mise_en_relation", False)))),
    D(_ENT, E.DOUBLON, "bloc collé deux fois", repeter(40, 41, 42)),
    D(_ENT, E.REJET, "statut hors liste, précisé à la ligne suivante", raturer("statut", "À confirmer", rangs(70))),
    D(_ENT, E.REJET, "département oublié, ressaisi à la ligne suivante", raturer("departement", None, rangs(90))),
    # Besoins.
    D(_BES, E.ANOMALIE, "horizon hors liste",
      remplacer("horizon", "Long terme", premieres(1, _vaut("horizon", "Moyen terme")))),
    D(_BES, E.COMPRIS, "métier sans majuscule",
      remplacer("metier", " soudeur ", premieres(1, _vaut("metier", "Soudeur")))),
    D(_BES, E.COMPRIS, "entreprises écrites de plusieurs façons", graphies("entreprise", 2)),
    # Effectifs.
    D(_EMFOR, E.COMPRIS, "chiffres inversés, rétablis par un envoi correctif",
      inverser_chiffres("effectif_salarie", 6186, _EMFOR_V2,
                        lambda x: (x["secteur"], x["territoire"]) == ("Santé", "Bourgogne"))),
    D(_EMFOR, E.COMPRIS, "milliers séparés d'une espace", remplacer("effectif_salarie", _milliers, un_sur(3))),
    # Enquête de la CCI.
    D(_ZTI, E.COMPRIS, "oui de plusieurs façons",
      alterner("appui_rh", ("Oui", "X", "1"), un_sur(2, 0, _vaut("appui_rh", True)))),
    D(_ZTI, E.COMPRIS, "non de plusieurs façons",
      alterner("appui_numerique", ("Non", "", "0"), un_sur(2, 0, _vaut("appui_numerique", False)))),
    D(_ZTI, E.COMPRIS, "interrogateur écrit de plusieurs façons",
      alterner("interroge_par", ("creativ'", " Creativ'"), un_sur(3, 0, _vaut("interroge_par", "CREATIV'")))),
    D(_ZTI, E.COMPRIS, "types sans accent", remplacer("type_commerce", sans_accents_majuscules, un_sur(8))),
    D(_ZTI, E.DOUBLON, "réponse enregistrée deux fois", repeter(10)),
    D(_ZTI, E.VIDE, "ligne de séparateurs en fin de mois", separer(64)),
    D(_ZTI, E.REJET, "type hors liste, corrigé à la ligne suivante", raturer("type_commerce", "Franchise", rangs(80))),
    # Plans d'actions.
    D(f"{_PLAN}#222", E.COMPRIS, "statuts en capitales", remplacer("statut", str.upper, un_sur(5))),
    D(f"{_PLAN}#222", E.COMPRIS, "axes en capitales sans accents",
      remplacer("axe_strategique", sans_accents_majuscules, rangs(4, 12))),
    D(_PLAN, E.FEUILLE, "feuille d'explications", feuille_en_plus("Légende", "En cours : commencé, pas terminé")),
    # Économie collaborative.
    D(_ECO, E.COMPRIS, "structure recensée deux fois, sous deux graphies",
      recenser_deux_fois("structure", INTERROGEE_DEUX_FOIS, INTERROGEE_DEUX_FOIS.replace("-", " ").upper(),
                         {"nb_entretiens": 1, "champ": "Autre"})),
    D(_ECO, E.ANOMALIE, "champ hors liste",
      remplacer("champ", "Coopérative", premieres(2, lambda x: x["champ"] == "Autre" and not x["locale"]))),
    D(_ECO, E.ANOMALIE, "année approximative",
      remplacer("annee_creation", "vers 2010", premieres(2, lambda x: int(str(x["annee_creation"])) < 2015))),
    D(_ECO, E.COMPRIS, "oui de plusieurs façons",
      alterner("locale", ("Oui", "X", "1"), un_sur(2, 0, _vaut("locale", True)))),
    D(_ECO, E.COMPRIS, "non de plusieurs façons",
      alterner("locale", ("Non", "", "0"), un_sur(2, 0, _vaut("locale", False)))),
    D(_ECO, E.DOUBLON, "ligne collée deux fois", repeter(100)),
    D(_ECO, E.REJET, "ligne commencée et jamais finie", ajouter({"champ": "Production", "locale": "Oui"})),
    # Demandeurs d'emploi de Longvic.
    *(D(fichier, E.ANOMALIE, "zéro de tête perdu par le tableur",
        remplacer("code_postal", str, _zero_de_tete("code_postal"))) for fichier in (_PE_NOVEMBRE, _PE)),
    D(_PE, E.ANOMALIE, "date de naissance inconnue", remplacer("date_naissance", "00/00/1985", un_sur(140, 6))),
    D(_PE, E.COMPRIS, "codes ROME en minuscules", remplacer("rome_1", str.lower, un_sur(12))),
    D(_PE, E.COMPRIS, "noms en capitales", remplacer("nom", sans_accents_majuscules, un_sur(4))),
    D(_PE, E.COMPRIS, "téléphone tronqué", remplacer("telephone", lambda n: n[:11], un_sur(50, 5))),
    D(_PE, E.DOUBLON, "lignes exportées deux fois",
      lambda depots, fichier: ajouter(*premieres(2, _vaut("code_postal", "21600"))(depots[fichier].lignes))(
          depots, fichier)),
    D(_PE, E.REJET, "inscriptions sans métier recherché",
      ajouter(_SANS_METIER | {"identifiant": "9000001Z"}, _SANS_METIER | {"identifiant": "9000002Z"})),
)  # fmt: skip
