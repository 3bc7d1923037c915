"""Ce qu'une cellule doit contenir, et ce qu'il y a à y faire, dans les mots de qui remplit le fichier.

Sert au motif d'un rejet, au verdict de `make check-file` et aux fichiers de retour. Aucune valeur n'y entre.
"""

from __future__ import annotations

import datetime as dt

from include.configuration import organisation
from include.contrats import Colonne, Contrat

VIDE = "cellule obligatoire vide"
ARRONDI = "plus de deux décimales : arrondi au centième"
COMPLETE = "zéros de tête perdus : SIRET complété"
SIREN_SEUL = "SIREN seul : l'entreprise est connue, son établissement ne l'est pas"
ZEROS_RENDUS = "zéros de tête perdus : code complété"
QUARTIER_INCONNU = "quartier inconnu : compté comme quartier prioritaire, sans nom"
ECARTE = "élément hors liste écarté"
DEPLACEE = "cellules décalées : date, courriel ou téléphone là où un texte est attendu"
EN_TROP = "cellules en trop : plus de cellules remplies que de colonnes"
CLE_EN_DOUBLE = "clé en double, valeurs différentes"
REPAREES = (ARRONDI, COMPLETE, SIREN_SEUL, ZEROS_RENDUS, QUARTIER_INCONNU, ECARTE)
"""Motifs de cellules gardées, réparées ou en partie."""
TOUTE_LA_LIGNE = "(ligne)"
"""Tient lieu de colonne à un motif qui est celui de la ligne entière."""

_TYPES = {
    "entier": ("nombre entier attendu (par exemple 1 250)", "un nombre entier, par exemple 1 250"),
    "decimal": ("nombre attendu (par exemple 5 217,15)", "un nombre, par exemple 5 217,15"),
    "date": ("date attendue (JJ/MM/AAAA)", "une date, par exemple 31/12/2017"),
    "naissance": ("date de naissance attendue (JJ/MM/AAAA)", "une date de naissance, par exemple 31/12/1985"),
    "mois": ("mois attendu (MM/AAAA)", "un mois, par exemple 12/2017"),
    "siret": ("SIRET attendu (14 chiffres)", "un SIRET de 14 chiffres ou, à défaut, un SIREN de 9"),
    "ouinon": ("oui ou non attendu", "Oui ou Non"),
    "courriel": ("texte attendu", "une adresse de courriel"),
    "telephone": ("texte attendu", "un numéro de téléphone à dix chiffres"),
}
"""Pour chaque type, ce qu'en dit un motif, et ce qui s'en dit au partenaire."""
_A_FAIRE = {
    VIDE: "Remplir la cellule.",
    EN_TROP: "Chercher un séparateur de trop dans la ligne (un texte qui en contient un) et la refaire.",
    DEPLACEE: "Remettre chaque cellule de la ligne sous son en-tête : il en manque une avant celle-ci.",
    CLE_EN_DOUBLE: "Garder la ligne juste, ôter les autres.",
    ARRONDI: "Rien : la valeur est arrondie au centième.",
    COMPLETE: "Mettre la colonne au format texte, pour garder ses zéros.",
    ZEROS_RENDUS: "Mettre la colonne au format texte, pour garder ses zéros.",
    SIREN_SEUL: "Écrire le SIRET de l'établissement, s'il est connu.",
    QUARTIER_INCONNU: "Écrire le quartier comme dans la liste, ou Non.",
    ECARTE: "Écrire chaque élément comme dans la liste, séparés par « | ».",
}


def dans_un_motif(colonne: Colonne) -> str:
    """Ce que le contrat attend de la cellule, tel qu'un motif de rejet le dit."""
    if colonne.modalites:
        return "l'une des valeurs attendue (" + ", ".join(colonne.modalites) + ")"
    return _TYPES.get(colonne.type, ("texte attendu", ""))[0]


def court(contrat: Contrat, entete: str, motif: str) -> str:
    """Le motif sans la liste des valeurs admises, que `attendu` donne."""
    colonne = next((c for c in contrat.colonnes if c.entete == entete and c.modalites), None)
    if colonne is None or not motif.startswith(dans_un_motif(colonne)):
        return motif
    return motif.replace(f"{dans_un_motif(colonne)} : autre chose trouvée", "valeur hors de la liste")


def attendu(contrat: Contrat, entete: str, motif: str, jour: dt.date) -> str:
    """Ce qui devait être là, dans les mots du partenaire.

    entete: la colonne telle qu'un rejet la nomme (en-tête de référence ; les colonnes de la clé, si elle est en
    double ; la ligne). jour: celui de la livraison, dont dépendent les quartiers.
    """
    if motif == CLE_EN_DOUBLE:
        return f"une seule ligne pour chaque {entete}"
    if entete == TOUTE_LA_LIGNE:
        return "autant de cellules que d'en-têtes"
    colonne = next((c for c in contrat.colonnes if c.entete == entete), None)
    if colonne is None:
        return ""
    if colonne.type == "liste" and colonne.modalites:
        return f"une ou plusieurs, séparées par « | », de : {', '.join(colonne.modalites)}"
    if colonne.modalites:
        return f"l'une de : {', '.join(colonne.modalites)}"
    if colonne.type == "qpv":
        quartiers = organisation()["quartiers"]
        noms = [q["nom"] for q in quartiers if q.get("du", dt.date.min) <= jour <= q.get("au", dt.date.max)]
        return f"Oui, Non ou un quartier prioritaire : {', '.join(noms)}"
    if colonne.largeur:
        return f"un texte ; un code y a {colonne.largeur} chiffres, zéros de tête compris"
    return _TYPES.get(colonne.type, ("", "un texte"))[1]


def a_faire(motif: str) -> str:
    """Ce que le partenaire a à faire de la cellule."""
    return _A_FAIRE.get(motif, "Corriger la cellule.")
