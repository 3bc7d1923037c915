"""À qui va un extrait, et ce qui s'y dit d'autre selon qu'il reste au pôle, va aux financeurs ou au public."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Audience:
    """Une audience : ce que ses extraits disent d'eux-mêmes, et ce qu'ils montrent des coulisses."""

    nom: str
    mention: str
    """Ce que chaque page et chaque classeur disent de leur usage."""
    destinataires: str | None
    """À qui vont tous ses extraits ; None si organisation.yml le dit axe par axe."""
    coulisses: bool
    """Vrai si les contrôles et les fichiers reçus se montrent."""

    @property
    def interne(self) -> bool:
        """Vrai pour le pôle lui-même : base, Parquet et dictionnaire sont avec la page."""
        return self.nom == "interne"

    @property
    def publique(self) -> bool:
        """Vrai pour le public : le secret statistique s'applique."""
        return self.nom == "public"


INTERNE = Audience("interne", "Usage interne : effectifs complets, aucun nom.", None, True)
FINANCEUR = Audience(
    "financeur",
    "Diffusion restreinte aux financeurs, que leur convention engage : effectifs complets, aucun nom.",
    "Financeurs, à l'exclusion de toute autre diffusion",
    True,
)
PUBLIC = Audience(
    "public",
    "Diffusion publique. « s » : secret statistique, la valeur existe mais ne se diffuse pas, parce qu'elle "
    "ferait reconnaître des personnes ou des entreprises, ou permettrait d'en recalculer une autre qui le ferait. "
    "Une case vide n'a pas de valeur.",
    "Public",
    False,
)
