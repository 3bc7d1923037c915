"""La ligne d'en-têtes : où elle est, quelles colonnes elle nomme, à quels contrats elle convient."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from include.contrats import Colonne, Contrat, tous
from include.extraction.formats import LIGNES_ENTETE, FichierRefuse, Rang, Tableau, ouvrir

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'") | dict.fromkeys("°º\u200b\ufeff", ""))


@dataclass(frozen=True)
class Entete:
    """Une ligne lue comme en-tête d'un contrat."""

    fin: int
    """Ligne physique où elle finit."""
    titres: tuple[str, ...]
    positions: dict[str, int]
    """Place de chaque colonne reconnue, par nom canonique."""
    manquantes: tuple[Colonne, ...]
    """Colonnes requises absentes."""
    doubles: tuple[Colonne, ...]
    """Colonnes que plusieurs titres désignent."""

    @property
    def complete(self) -> bool:
        """Vrai si toutes les colonnes requises y sont."""
        return not self.manquantes

    @property
    def largeur(self) -> int:
        """Nombre de colonnes de la ligne d'en-têtes, titrées ou non : au-delà, une cellule remplie est de trop."""
        return len(self.titres)

    def inconnues(self, contrat: Contrat) -> list[str]:
        """Titres que le contrat ne connaît pas ; leur place, si la source est nominative : l'un peut être un nom."""
        connues = set(self.positions.values())
        titres = {i: t.strip() for i, t in enumerate(self.titres) if i not in connues and t.strip()}
        return [f"colonne {i + 1}" if contrat.nominatif else titre for i, titre in titres.items()]


def plier(texte: str) -> str:
    """Forme comparable : sans casse, accents, style d'apostrophe, ni espaces autour ou répétés."""
    decompose = unicodedata.normalize("NFKD", texte.translate(_APOSTROPHES).casefold())
    return re.sub(r"\s+", " ", "".join(c for c in decompose if not unicodedata.combining(c))).strip()


def normaliser(titre: str) -> str:
    """Forme comparable d'un en-tête : les seules lettres et chiffres de `plier`."""
    return "".join(c for c in plier(titre) if c.isalnum())


def chercher(apercu: list[Rang], contrat: Contrat, jour: dt.date | None) -> Entete | None:
    """En-tête du contrat parmi les premières lignes : celle qui nomme le plus de colonnes requises, puis de colonnes.

    jour: date à laquelle les autres en-têtes d'une colonne (alias) doivent valoir ; None les admet tous.
    Rend None si aucune ligne ne nomme la moindre colonne.
    """
    connus = _connus(contrat, jour)
    lues = [_lire(r, contrat, connus) for r in apercu if r.fin <= LIGNES_ENTETE]
    lues = [e for e in lues if e.positions]
    return max(lues, key=lambda e: (-len(e.manquantes), len(e.positions)), default=None)


def choisir(tableaux: Iterable[Tableau], contrat: Contrat, jour: dt.date | None) -> tuple[Tableau, Entete]:
    """Premier tableau dont l'en-tête est complet, et cet en-tête.

    Lève FichierRefuse, en disant ce qui manque et ce qui a été reconnu, si aucun ne l'est ou si deux titres désignent
    la même colonne.
    """
    meilleur: tuple[Tableau, Entete] | None = None
    for tableau in _attendus(tableaux, contrat):
        entete = chercher(tableau.apercu, contrat, jour)
        if entete is not None and (meilleur is None or _merite(entete) > _merite(meilleur[1])):
            meilleur = tableau, entete
        if entete is not None and entete.complete:
            break
    if meilleur is None:
        attendus = ", ".join(f"« {c.entete} »" for c in contrat.colonnes if c.requis and not c.feuille)
        feuille = f" de la feuille « {contrat.format['feuille']} »" if contrat.format.get("feuille") else ""
        raise FichierRefuse(
            f"aucune ligne d'en-têtes dans les {LIGNES_ENTETE} premières lignes{feuille} : "
            f"les colonnes requises sont {attendus}"
        )
    exiger_complet(contrat, *meilleur)
    return meilleur


def exiger_complet(contrat: Contrat, tableau: Tableau, entete: Entete) -> None:
    """Lève FichierRefuse si une colonne requise manque à l'en-tête, ou si deux titres désignent la même colonne."""
    if entete.manquantes:
        raise FichierRefuse(_absentes(contrat, entete, tableau.feuille))
    if entete.doubles:
        noms = ", ".join(f"« {c.entete} »" for c in entete.doubles)
        raise FichierRefuse(
            f"en-tête en double (ligne {entete.fin}) : {noms} ; gardez une seule colonne de ce nom et déposez à nouveau"
        )


def contrats_par_entetes(chemin: Path) -> list[Contrat]:
    """Contrats dont toutes les colonnes requises sont nommées dans le fichier.

    Lève FichierRefuse si le fichier ne se lit pas comme un tableau.
    """
    tableaux = ouvrir(chemin)
    return [
        contrat
        for contrat in tous().values()
        if any((e := chercher(t.apercu, contrat, None)) and e.complete for t in _attendus(tableaux, contrat))
    ]


def _attendus(tableaux: Iterable[Tableau], contrat: Contrat) -> list[Tableau]:
    """Tableaux où le contrat peut se trouver : d'un classeur, la seule feuille qu'il nomme, s'il en nomme une."""
    voulue = contrat.format.get("feuille")
    return [t for t in tableaux if voulue is None or t.feuille is None or normaliser(t.feuille) == normaliser(voulue)]


def _merite(entete: Entete) -> tuple[int, int]:
    return -len(entete.manquantes), len(entete.positions)


def _connus(contrat: Contrat, jour: dt.date | None) -> dict[str, str]:
    """Colonne que désigne chaque en-tête admis."""
    connus: dict[str, str] = {}
    for colonne in contrat.colonnes:
        tous_alias = () if colonne.feuille else (colonne.entete, *(a.entete for a in colonne.alias))
        entetes = tous_alias if jour is None else colonne.entetes(jour)
        connus |= {normaliser(e): colonne.nom for e in entetes}
    return connus


def _lire(rang: Rang, contrat: Contrat, connus: dict[str, str]) -> Entete:
    positions: dict[str, int] = {}
    doubles = []
    for i, titre in enumerate(rang.cellules):
        nom = connus.get(normaliser(titre))
        if nom in positions:
            doubles.append(contrat.colonne(nom))
        elif nom is not None:
            positions[nom] = i
    manquantes = tuple(c for c in contrat.colonnes if c.requis and not c.feuille and c.nom not in positions)
    return Entete(rang.fin, tuple(rang.cellules), positions, manquantes, tuple(dict.fromkeys(doubles)))


def _absentes(contrat: Contrat, entete: Entete, feuille: str | None) -> str:
    manquantes = ", ".join(f"« {c.entete} »" for c in entete.manquantes)
    reconnues = ", ".join(f"« {contrat.colonne(n).entete} »" for n in entete.positions)
    lieu = f"ligne {entete.fin}" + (f", feuille « {feuille} »" if feuille else "")
    # Les autres titres ne sont cités que d'une ligne qui est sûrement un en-tête : une donnée peut être un nom.
    est_un_entete = 2 * len(entete.positions) >= len([t for t in entete.titres if t.strip()])
    autres = entete.inconnues(contrat) if est_un_entete else []
    suite = f" ; autres titres : {', '.join(f'« {t} »' for t in autres)}" if autres else ""
    return f"colonnes requises absentes : {manquantes}. En-tête lu ({lieu}) : {reconnues}{suite}"
