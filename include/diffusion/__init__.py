"""Ce qui sort du pôle : les extraits des financeurs et ceux du public, ces derniers sous secret statistique.

Dans l'ordre : declarations (ce qui a le droit de sortir), cellules et tableaux (de quoi chaque chiffre est fait),
public et secret (ce qui se masque), succession et etat (ce que le public sait déjà), bases (ce que chacun peut lire).
"""

from include.diffusion.diffusion import apres_bascule, ecrire

__all__ = ["apres_bascule", "ecrire"]
