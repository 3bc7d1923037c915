"""Ce qui protège les personnes : la clé, le chiffrement de prive/ et archives/, les pseudonymes.

`personne_id` et `pseudonymes` sont les seuls chemins d'une identité, ou d'un identifiant, à un pseudonyme.
"""

from include.confidentialite.chiffrement import (
    Cle,
    CleAbsente,
    CleDifferente,
    CleInvalide,
    ContenuAltere,
    ErreurConfidentialite,
    poser,
    synchroniser,
)
from include.confidentialite.cles import cle
from include.confidentialite.discretion import ErreurImprevue, discrete, resumer
from include.confidentialite.oppositions import Oppositions
from include.confidentialite.personnes import personne_id, pseudonymes
from include.confidentialite.verrou import EntrepotOccupe, OperationInachevee, exclusif, partage, seul, verrou_de

__all__ = [
    "Cle",
    "CleAbsente",
    "CleDifferente",
    "CleInvalide",
    "ContenuAltere",
    "EntrepotOccupe",
    "ErreurConfidentialite",
    "ErreurImprevue",
    "OperationInachevee",
    "Oppositions",
    "cle",
    "discrete",
    "exclusif",
    "partage",
    "personne_id",
    "poser",
    "pseudonymes",
    "resumer",
    "seul",
    "synchroniser",
    "verrou_de",
]
