"""Publier : composer un dossier neuf à partir de ce que les contrôles ont admis, puis y faire pointer `courant`.

Dans l'ordre : empreintes (y a-t-il du nouveau ?), composition (quelles tables, neuves ou reportées), bascule (quels
dossiers).
"""

from include.publication.publication import identifiant, inutile, publier

__all__ = ["identifiant", "inutile", "publier"]
