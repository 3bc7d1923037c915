"""Des personnes inventées dont chaque donnée est unique, et les fichiers qui les portent par tous les chemins."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import fouille
import xlsxwriter
from nuits_fausses import livree

from include.demo.fichiers import Cellule, Facon, Ligne, Table, ecrire, ecrire_classeur

SALARIES, ETAPES = "abc_clauses_salaries_20180102.csv", "parcours_etapes_20180102.csv"
PRESCRIPTIONS, CANDIDATURES = "prescriptions_clauses_201801.xlsx", "100chances_2018.xlsx"
DEMANDEURS = "pole_emploi_longvic_20180102.xlsx"
EN_ERREUR = "prescriptions_clauses_201802.xlsx"
"""Fichier dont la lecture lève une erreur imprévue qui cite une valeur."""
SANS_ENTETE, ENTETE_INCOMPLET = "abc_clauses_salaries_20171230.csv", "abc_clauses_salaries_20171229.csv"
AUTRE = "à classer.csv"
"""Fichier qu'aucun contrat ne reconnaît."""
MONTRE = "montré : "
"""Commence le chemin des canaris que le contrat ou l'inventaire montrent à dessein : texte libre, nom de fichier."""


@dataclass
class Canaris:
    """Les canaris lâchés : pour chaque chemin de fuite, une valeur que rien d'autre ne contient."""

    valeurs: dict[str, str | dt.date] = field(default_factory=dict)
    """Ce qui reconnaît chacun, par chemin : voir fouille.Fouille."""

    def nom(self, chemin: str) -> str:
        """Un nom accentué, toujours le même pour un même chemin."""
        self.valeurs[chemin] = fouille.mot(self._alea(chemin))
        return f"{str(self.valeurs[chemin]).capitalize()}é"

    def courriel(self, chemin: str) -> str:
        """Une adresse bien formée."""
        self.valeurs[chemin] = fouille.mot(self._alea(chemin))
        return f"{self.valeurs[chemin]}@courriel.example"

    def naissance(self, chemin: str) -> dt.date:
        """Un jour d'avant-guerre, où la démonstration ne date rien."""
        self.valeurs[chemin] = jour = dt.date(1925, 1, 1) + dt.timedelta(self._entier(chemin) % 5000)
        return jour

    def telephone(self, chemin: str) -> str:
        """Un numéro d'une tranche que la démonstration n'emploie pas."""
        self.valeurs[chemin] = chiffres = f"07{self._entier(chemin) % 10**8:08d}"
        return " ".join(chiffres[i : i + 2] for i in range(0, 10, 2))

    def personne(self, chemin: str) -> Ligne:
        """Nom, prénom et date de naissance."""
        return {
            "nom": self.nom(f"{chemin} : nom"),
            "prenom": self.nom(f"{chemin} : prénom"),
            "date_naissance": self.naissance(f"{chemin} : naissance"),
        }

    @staticmethod
    def _alea(chemin: str) -> bytes:
        return hashlib.sha256(chemin.encode()).digest()

    def _entier(self, chemin: str) -> int:
        return int.from_bytes(self._alea(chemin)[:4])


def decaler(table: Table, ligne: Ligne, sans: str) -> Ligne:
    """La ligne telle qu'elle arrive si la cellule de cette colonne a sauté : les suivantes reculent d'un rang."""
    valeurs: list[Cellule] = [ligne.get(c) for c in table.entetes if c != sans]
    return dict(zip(table.entetes, [*valeurs, None], strict=True))


def deposer(depots: Path) -> Canaris:
    """Écrit tous les fichiers sous `depots` et rend les canaris qu'ils portent."""
    c = Canaris()
    for fichier in (_salaries, _etapes, _prescriptions, _candidatures, _demandeurs, _en_erreur, _refuses):
        fichier(c, depots)
    return c


def _salaries(c: Canaris, depots: Path) -> None:
    """Lignes valides, rejetées pour chaque raison, en double, TOTAL, et des colonnes de trop."""
    table = livree("abc_clauses_salaries_20171231.csv")
    modele = dict(table.lignes[0])

    def ligne(chemin: str, numero: int, **change: Cellule) -> Ligne:
        return modele | {"id_salarie": f"S95{numero:02d}"} | c.personne(f"salariés, {chemin}") | change

    complete: Ligne = {
        "nom_naissance": c.nom("salariés, nom de naissance"), "telephone": c.telephone("salariés, téléphone"),
        "courriel": c.courriel("salariés, courriel"),
    }  # fmt: skip
    fausses: Ligne = {
        "niveau_formation": c.nom("salariés, nom en niveau"), "qpv": c.nom("salariés, nom en QPV"),
        "accompagnement": c.nom("salariés, nom en accompagnement"),
        "criteres_eligibilite": "DELD|" + c.nom("salariés, nom en critère"),
        "telephone": c.nom("salariés, nom en téléphone"),
    }  # fmt: skip
    double = ligne("répétée", 7)
    table.lignes += [
        ligne("valide", 1, **complete, prescripteur=c.nom(f"{MONTRE}salariés, prescripteur"),
              code_commune=c.nom(f"{MONTRE}salariés, code commune")),
        ligne("cellules facultatives fausses", 2, **fausses),
        ligne("date impossible", 3, date_naissance="31/02/1931 " + c.nom("salariés, nom en date")),
        ligne("prénom vide", 4, prenom=None),
        ligne("nom en sexe", 5, sexe=c.nom("salariés, nom en sexe")),
        ligne("clé en double", 6),
        ligne("autre ligne de même clé", 6),
        double,
        dict(double),
        *(decaler(table, ligne(f"sans la cellule {sans}", 8 + i), sans)
          for i, sans in enumerate(("nom", "prenom", "date_naissance"))),
        {"id_salarie": "TOTAL " + c.nom("salariés, TOTAL"), "nom": c.nom("salariés, nom sur la ligne TOTAL")},
        {"nom": "TOTAL " + c.nom("salariés, TOTAL en deuxième colonne")},
    ]  # fmt: skip
    table.entetes = table.entetes | {"suivi": c.nom("salariés, titre d'une colonne inconnue"), "": ""}
    table.lignes[0]["suivi"] = c.nom("salariés, cellule d'une colonne inconnue")
    table.lignes[1][""] = c.nom("salariés, cellule d'une colonne sans titre")
    ecrire(depots / SALARIES, table, Facon())


def _etapes(c: Canaris, depots: Path) -> None:
    table = livree("parcours_etapes_20171231.csv")
    modele = dict(table.lignes[0])

    def ligne(chemin: str, numero: int, **change: Cellule) -> Ligne:
        return modele | {"id_participant": f"ZZZ-{numero}"} | c.personne(f"étapes, {chemin}") | change

    table.lignes += [
        ligne("motif qui nomme", 1, motif="vu avec " + c.nom("étapes, nom dans le motif"),
              prescripteur=c.nom(f"{MONTRE}étapes, prescripteur"),
              etablissement=c.nom(f"{MONTRE}étapes, établissement")),
        ligne("nom en date de naissance", 2, date_naissance=c.nom("étapes, nom en date de naissance")),
        ligne("nom en étape", 3, etape=c.nom("étapes, nom en étape")),
        ligne("nom en dispositif", 4, dispositif=c.nom("étapes, nom en dispositif")),
        *(decaler(table, ligne(f"sans la cellule {sans}", 5 + i), sans)
          for i, sans in enumerate(("id_participant", "nom", "prenom", "date_naissance", "sexe"))),
    ]  # fmt: skip
    table.vides_apres = set()
    ecrire(depots / ETAPES, table, Facon(encodage="utf-8-sig", separateur=","))


def _prescriptions(c: Canaris, depots: Path) -> None:
    """Un nom au-dessus de l'en-tête, sur l'onglet, dans une feuille et une colonne de trop, et des lignes décalées."""
    table = livree("prescriptions_clauses_201712.xlsx")
    modele = table.lignes[0] | {"decision": "Validé", "motif": "Projet cohérent", "metier": "Maçon", "secteur": "BTP"}

    def ligne(chemin: str, numero: int, **change: Cellule) -> Ligne:
        return modele | {"id_prescription": f"9{numero:04d}"} | c.personne(f"prescriptions, {chemin}") | change

    table.lignes += [
        ligne("ligne valide", 1, motif="selon " + c.nom("prescriptions, nom dans le motif"),
              metier=c.nom(f"{MONTRE}prescriptions, métier"), commune=c.nom(f"{MONTRE}prescriptions, commune"),
              prescripteur=c.nom(f"{MONTRE}prescriptions, prescripteur")),
        ligne("sans date de naissance", 2, date_naissance=None),
        *(decaler(table, ligne(f"sans la cellule {sans}", 3 + i), sans)
          for i, sans in enumerate(("date_orientation", "prescripteur", "nom", "prenom", "date_naissance"))),
    ]  # fmt: skip
    table.vides_apres = set()
    table.entetes = table.entetes | {"suivi": c.nom("prescriptions, titre d'une colonne inconnue")}
    notes = Table({"note": c.nom("prescriptions, titre d'une feuille de trop")}, [])
    facon = Facon(titres=("Édité par " + c.nom("prescriptions, titre du tableau"), "Mois : 01/2018"))
    feuilles = {
        c.nom("prescriptions, onglet lu"): table,
        c.nom("prescriptions, onglet de trop"): notes,
    }
    ecrire_classeur(depots / PRESCRIPTIONS, feuilles, facon)


def _candidatures(c: Canaris, depots: Path) -> None:
    table = livree("100chances_2017_v2.xlsx#Candidatures")
    modele = table.lignes[0] | {"sas": "Janvier 2018", "date_orientation": dt.date(2018, 1, 2)}

    def ligne(chemin: str, numero: int, **change: Cellule) -> Ligne:
        return modele | {"id_candidat": f"2018-{numero:03d}"} | c.personne(f"candidatures, {chemin}") | change

    table.lignes = [
        ligne("ligne valide 1", 1, sexe=c.nom(f"{MONTRE}candidatures, sexe"),
              commune=c.nom(f"{MONTRE}candidatures, commune"), sas=c.nom(f"{MONTRE}candidatures, SAS"),
              prescripteur=c.nom(f"{MONTRE}candidatures, prescripteur")),
        *(ligne(f"ligne valide {n}", n) for n in range(2, 21)),
        *(decaler(table, ligne(f"sans la cellule {sans}", 21 + i), sans)
          for i, sans in enumerate(("sas", "nom", "prenom", "date_naissance"))),
    ]  # fmt: skip
    table.vides_apres = set()
    suivi = livree("100chances_2017_v2.xlsx#Suivi")
    listes = Table({"liste": c.nom("candidatures, titre d'une feuille de trop")}, [])
    feuilles = {"Candidatures": table, "Suivi": suivi, c.nom("candidatures, onglet de trop"): listes}
    ecrire_classeur(depots / CANDIDATURES, feuilles, Facon())


def corriger_les_demandeurs(c: Canaris, depots: Path) -> None:
    """Le fichier renvoyé entier : toutes ses lignes habituelles, et celles d'un canari, qui sera publiée."""
    table = livree("pole_emploi_longvic_20171222.xlsx")
    table.lignes.append(_demandeur(c, table, "ligne valide", 1))
    table.vides_apres = set()
    ecrire_classeur(depots / DEMANDEURS, {"Feuil1": table}, Facon())


def _demandeur(c: Canaris, table: Table, chemin: str, numero: int, **change: Cellule) -> Ligne:
    ou = f"demandeurs, {chemin}"
    joint: Ligne = {"courriel": c.courriel(f"{ou} : courriel"), "telephone": c.telephone(f"{ou} : téléphone")}
    propre: Ligne = {"identifiant": f"990000{numero}Z", "code_postal": "21600", "rome_1": "H2903", "rome_2": "H2901"}
    return table.lignes[0] | propre | c.personne(ou) | joint | change


def _demandeurs(c: Canaris, depots: Path) -> None:
    """Plus d'une ligne sur cinq rejetée : le contrôle bloquant de la livraison retient l'axe."""
    table = livree("pole_emploi_longvic_20171222.xlsx")
    ligne = partial(_demandeur, c, table)
    table.lignes = [
        ligne("ligne valide", 1),
        ligne("identifiant qui nomme", 2, identifiant=c.nom("demandeurs, nom en identifiant")),
        ligne("sans ROME", 3, rome_1=None),
        *(decaler(table, ligne(f"sans la cellule {sans}", 4 + i), sans)
          for i, sans in enumerate(("identifiant", "nom", "prenom", "date_naissance", "code_postal"))),
    ]  # fmt: skip
    avance = ligne("une cellule de trop", 9, telephone=None)
    valeurs = [None, *(avance[x] for x in table.entetes)][: len(table.entetes)]
    table.lignes.append(dict(zip(table.entetes, ["9900009Y", *valeurs[1:]], strict=True)))
    ecrire_classeur(depots / DEMANDEURS, {"Feuil1": table}, Facon())
    # Ce qu'un tableur garde d'un classeur, que personne ne regarde.
    _avec_proprietes(c, depots / DEMANDEURS.replace("20180102", "20180101"), table)


def _avec_proprietes(c: Canaris, chemin: Path, table: Table) -> None:
    """Le même classeur, dont les propriétés, un commentaire et un nom de plage nomment des personnes."""
    with xlsxwriter.Workbook(str(chemin)) as classeur:
        classeur.set_properties({"author": c.nom("classeur, auteur"), "comments": c.nom("classeur, commentaires")})
        feuille = classeur.add_worksheet("Feuil1")
        feuille.write_row(0, 0, list(table.entetes.values()))
        feuille.write_row(1, 0, [str(v or "") for v in table.lignes[0].values()])
        annotation = c.nom("classeur, annotation d'une cellule")
        feuille.write_comment(1, 1, annotation, {"author": c.nom("classeur, auteur d'une annotation")})
        cachee = classeur.add_worksheet("cachée")
        cachee.hide()
        cachee.write(0, 0, c.nom("classeur, feuille cachée"))


def _en_erreur(c: Canaris, depots: Path) -> None:
    table = livree("prescriptions_clauses_201712.xlsx")
    table.lignes = [table.lignes[0] | {"id_prescription": "99901"} | c.personne("fichier dont la lecture plante")]
    table.vides_apres = set()
    ecrire_classeur(depots / EN_ERREUR, {"Prescriptions": table}, Facon(titres=("Prescriptions", "02/2018")))


def _refuses(c: Canaris, depots: Path) -> None:
    """Fichiers refusés entiers : sans en-tête, à l'en-tête incomplet, inconnu."""
    table = livree("abc_clauses_salaries_20171231.csv")
    ligne = table.lignes[0] | c.personne("fichier sans en-tête")
    cellules: Callable[[Ligne], str] = lambda x: ";".join(str(x[e] or "") for e in table.entetes)  # noqa: E731
    (depots / SANS_ENTETE).write_text(f"{cellules(ligne)}\r\n" * 3, encoding="cp1252")
    titres = ["N° salarié", "Nom", "Prénom", "Sexe", c.nom("en-tête incomplet : titre")]
    valeurs = ["S1", *(str(v) for v in c.personne("en-tête incomplet").values()), "F"]
    (depots / ENTETE_INCOMPLET).write_text(f"{';'.join(titres)}\r\n{';'.join(valeurs)}\r\n", encoding="cp1252")
    au_nom = depots / c.nom(f"{MONTRE}nom de dossier") / f"{c.nom(f'{MONTRE}nom de fichier')}.csv"
    au_nom.parent.mkdir()
    au_nom.write_text(f"a;b\n1;{c.nom('fichier au nom d’une personne')}\n")
    (depots / AUTRE).write_text(f"{c.nom('fichier inconnu : titre')};Âge\n{c.nom('fichier inconnu : nom')};40\n")
