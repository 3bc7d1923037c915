"""Un contrat par fichier de partenaire : le seul endroit qui connaît en-têtes, types, clés et responsable.

Un contrat est un fichier YAML de ce dossier. Il sert à l'extraction, aux sources de dbt et à leur documentation, aux
contrôles, au dictionnaire et à la vérification par le partenaire lui-même.
"""

from include.contrats.contrat import CONSERVATION_ANS, Alias, Colonne, Contrat, ContratInvalide
from include.contrats.registre import connus, nom_normalise, reconnaitre_nom, tous

__all__ = [
    "CONSERVATION_ANS",
    "Alias",
    "Colonne",
    "Contrat",
    "ContratInvalide",
    "connus",
    "nom_normalise",
    "reconnaitre_nom",
    "tous",
]
