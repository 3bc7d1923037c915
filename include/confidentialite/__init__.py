"""Ce qui protège les personnes : la clé, le chiffrement de prive/ et archives/, les pseudonymes.

`personne_id` est le seul chemin d'une identité à un pseudonyme.
"""

from include.confidentialite.chiffrement import (
    Cle,
    CleAbsente,
    CleDifferente,
    CleInvalide,
    ContenuAltere,
    ErreurConfidentialite,
    synchroniser,
)
from include.confidentialite.cles import cle
from include.confidentialite.personnes import personne_id

__all__ = [
    "Cle",
    "CleAbsente",
    "CleDifferente",
    "CleInvalide",
    "ContenuAltere",
    "ErreurConfidentialite",
    "cle",
    "personne_id",
    "synchroniser",
]
