"""Les différences entre deux publications gardées : chiffres, causes, livraisons, tableaux.

    python -m include.differences [2018-01-02-1 [2018-01-03-1]]     (make diff DE=2018-01-02-1 A=2018-01-03-1)

Sans A, la publication courante ; sans DE, celle qui la précédait. Rien n'est lu que leurs tables publiées.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
from typing import Any

from include.configuration import Dossiers, dossiers
from include.extraits.francais import accord, date, nombre, unite
from include.publication import bascule
from include.publication.changements import Comparaison, Edition, ouvrir
from include.publication.publication import BASE

LIBELLE = 60
"""Un libellé plus long est coupé : la ligne tient à l'écran."""


class Introuvable(Exception):
    """Il n'y a pas deux publications à comparer ; le message dit ce qui est gardé."""


def comparer(d: Dossiers, de: str = "", a: str = "") -> str:
    """Ce que `make diff` imprime. Lève Introuvable, en français, si une publication n'est pas gardée."""
    neuf = _edition(d, a)
    avant = _edition(d, de or _precedente(d, neuf))
    with ouvrir(avant, neuf) as base:
        comparaison = Comparaison(base, avant, neuf)
        return raconter(avant.fiche, neuf.fiche, comparaison)


def raconter(avant: dict[str, Any], neuf: dict[str, Any], comparaison: Comparaison) -> str:
    """La comparaison en mots : ce qui a été reçu, les chiffres changés et leur cause, les tableaux."""
    lignes = [
        f"De {avant['publication']} à {neuf['publication']}",
        f"  nuit     {_passage(avant, neuf, 'nuit')}",
        f"  arrêté   {_passage(avant, neuf, 'arrete_au')}",
        f"  code     {'le même' if avant['code'] == neuf['code'] else 'changé'}",
    ]
    livraisons = [texte for textes in comparaison.livraisons.values() for texte in textes]
    lignes.append(f"  livraisons en vigueur : {accord(len(livraisons), 'changement')}")
    lignes += [f"    {texte}" for texte in livraisons]
    chiffres = comparaison.chiffres()
    lignes += ["", f"{accord(len(chiffres), 'chiffre changé', 'chiffres changés')}"]
    lignes += _colonnes(
        [["code", "année", "ancienne", "nouvelle", "écart", "unité", "cause", "libellé"], *map(_chiffre, chiffres)],
        a_droite=(2, 3, 4),
    )
    details = dict.fromkeys(x["detail"] for x in chiffres if x["detail"])
    lignes += [f"  {detail}" for detail in details]
    tableaux = comparaison.tableaux()
    lignes += ["", f"{accord(len(tableaux), 'tableau changé', 'tableaux changés')}"]
    lignes += _colonnes(
        [["tableau", "ajoutées", "retirées", "modifiées", "colonnes"], *map(_tableau, tableaux)], a_droite=(1, 2, 3)
    )
    return "\n".join(lignes)


def _chiffre(x: dict[str, Any]) -> list[str]:
    libelle = x["libelle"] if len(x["libelle"]) <= LIBELLE else f"{x['libelle'][: LIBELLE - 1]}…"
    ecart = "nouveau" if x["ancienne"] is None else "disparu" if x["nouvelle"] is None else _signe(x["ecart"])
    valeurs = [_valeur(x["ancienne"]), _valeur(x["nouvelle"]), ecart]
    return [x["code"], str(x["annee"]), *valeurs, unite(x["unite"]), x["cause"], libelle]


def _tableau(t: dict[str, Any]) -> list[str]:
    colonnes = [f"+ {c}" for c in t["colonnes_ajoutees"]] + [f"\u2212 {c}" for c in t["colonnes_retirees"]]
    return [t["table"], *(nombre(t[k]) for k in ("ajoutees", "retirees", "modifiees")), ", ".join(colonnes)]


def _valeur(valeur: float | None) -> str:
    """Un entier sans décimale, le reste avec deux ; vide si le chiffre n'existe pas."""
    return "" if valeur is None else nombre(valeur, 0 if valeur == int(valeur) else 2)


def _signe(ecart: float) -> str:
    """L'écart et son signe ; s'il disparaît à deux décimales, jusqu'à son deuxième chiffre (« −0,0032 »)."""
    texte = _valeur(ecart) if abs(ecart) >= 0.005 else nombre(ecart, 1 - math.floor(math.log10(abs(ecart))))
    return f"+{texte}" if ecart > 0 else texte


def _passage(avant: dict[str, Any], neuf: dict[str, Any], cle: str) -> str:
    """« 02/01/2018 → 03/01/2018 », ou une seule date si elle n'a pas bougé."""
    dates = dict.fromkeys(date(dt.date.fromisoformat(fiche[cle])) for fiche in (avant, neuf))
    return " → ".join(dates)


def _colonnes(lignes: list[list[str]], *, a_droite: tuple[int, ...]) -> list[str]:
    """Des lignes alignées, titres compris ; rien s'il n'y a que les titres."""
    if len(lignes) == 1:
        return []
    largeurs = [max(map(len, colonne)) for colonne in zip(*lignes, strict=True)]

    def aligner(ligne: list[str]) -> str:
        cellules = (x.rjust(largeurs[i]) if i in a_droite else x.ljust(largeurs[i]) for i, x in enumerate(ligne))
        return f"  {'  '.join(cellules)}".rstrip()

    return [aligner(ligne) for ligne in lignes]


def _edition(d: Dossiers, nom: str) -> Edition:
    """La publication de ce nom, ou la courante."""
    dossier = d.publie / nom if nom else bascule.courante(d)
    if dossier is None:
        raise Introuvable("Rien n'est encore publié : make nightly.")
    if not (dossier / bascule.FICHE).exists():
        gardees = sorted(p.parent.name for p in d.publie.glob(f"*/{bascule.FICHE}") if not p.parent.is_symlink())
        raise Introuvable(f"{nom} n'est pas une publication gardée. Gardées : {', '.join(gardees) or 'aucune'}.")
    return Edition(dossier / BASE, bascule.fiche(dossier))


def _precedente(d: Dossiers, neuf: Edition) -> str:
    """Nom de la publication que celle-ci a remplacée."""
    histoire: list[str] = neuf.fiche["histoire"]
    if len(histoire) < 2:
        raise Introuvable(f"{neuf.fiche['publication']} est la première publication : il n'y a rien avant elle.")
    return histoire[-2]


def main(arguments: list[str]) -> int:
    """Imprime les différences ; 0, qu'il y en ait ou non, et 2 si les deux publications ne se trouvent pas."""
    if len(arguments) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(comparer(dossiers(), *arguments))
    except Introuvable as erreur:
        print(erreur, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
