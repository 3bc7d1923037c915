"""Les récits : un Markdown par projet et par période, où un chiffre se cite par son code, jamais tapé.

Un récit a des sections « ## Objet », « ## Thématiques de rattachement », « ## Résultats » (d'autres peuvent suivre).
Dans le texte :

- `{CL001}` écrit la valeur du chiffre, `{CL001:0}` l'arrondit à ce nombre de décimales, `{CL001:unité}` ajoute son
  unité, `{CL001:avant}` est sa valeur de l'année d'avant ;
- `{dix_operations}`, seul dans son paragraphe, place ce tableau ou ce graphique.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from include.rapport_activite.chiffres import NON_CALCULE, Chiffre

Morceau = dict[str, Any]
Bloc = dict[str, Any]

_APPEL = re.compile(r"\{([^{}\s:]+)(?::([^{}]*))?\}")
_MOIS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_COMPTES = (
    "heure|jour|mois|an|euro|personne|salarié|jeune|femme|homme|candidat|demandeur|participant|résident|"
    "bénéficiaire|entreprise|employeur|structure|commerce|établissement|offre|poste|contrat|embauche|opération|marché|"
    "contact|rendez-vous|entretien|réunion|orientation|prescription|article|action"
)
# Ce qui porte des chiffres sans compter : un nom ou une citation entre guillemets, une date, une année (« 2017 heures »
# n'en est pas une), un article de loi, le code d'un projet.
_ADMIS = re.compile(
    rf"«[^»]*»|\b(?:1er|\d{{1,2}})(?:\s+(?:{_MOIS}))\b"
    rf"|\b(?:19|20)\d\d\b(?!\s+(?:(?:{_COMPTES})e?s?\b|[€%]))"
    r"|\barticles?\s+(?:[LRD]\.?\s*)?\d+(?:[-.]\d+)*|\bprojets?\s+\d[\w-]*",
    re.IGNORECASE,
)
_TAPE = re.compile(
    r"\d[\d\s.,]*\d|\d|[½¼¾]"
    r"|\b(?:zéro|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente|"
    r"quarante|cinquante|soixante|septante|huitante|octante|nonante|cents?|mille|milliers?|millions?|milliards?|"
    r"(?:diz|douz|quinz|vingt|trent|quarant|cinquant|soixant|cent)aines?|moitié|un tiers|un quart)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Faute:
    """Ce qui empêche un récit de sortir tel qu'il est écrit (`grave`), ou ce qu'il faut y regarder."""

    fichier: str
    ligne: int
    message: str
    grave: bool = True

    def __str__(self) -> str:
        return f"{self.fichier}, ligne {self.ligne} : {self.message}"


@dataclass
class Recit:
    """Un récit lu : ses sections dans l'ordre (la première, sans titre, est ce qui précède), et ses fautes."""

    sections: dict[str, list[Bloc]] = field(default_factory=dict)
    fautes: list[Faute] = field(default_factory=list)
    cites: list[str] = field(default_factory=list)
    """Codes des chiffres cités."""
    places: list[str] = field(default_factory=list)
    """Noms des visuels placés dans le texte."""


def typographie(texte: str) -> str:
    """Espaces insécables et apostrophes du français : une fine devant ; ! ? et », un mot devant :, après «."""
    texte = texte.replace("'", "’").replace("...", "…")
    texte = re.sub(r"[ \u00a0\u202f]+([;!?»])", "\u202f\\1", texte)
    texte = re.sub(r"[ \u00a0\u202f]+:", "\u00a0:", texte)
    texte = re.sub(r"«[ \u00a0\u202f]+", "«\u202f", texte)
    return re.sub(r"[ \u00a0\u202f]+%", "\u202f%", texte)


def lire(chemin: Path, chiffres: dict[str, Chiffre], visuels: set[str], *, partiel: bool = False) -> Recit:
    """Lit un récit et y met les chiffres ; rend aussi ce qui y est fautif. Un fichier absent est un récit vide.

    partiel: un axe du pôle n'a jamais été publié ; un code inconnu peut être le sien, et se lit « non calculé ».
    """
    recit = Recit()
    if not chemin.is_file():
        return recit
    lecteur = _Lecteur(f"{chemin.parent.name}/{chemin.name}", chiffres, visuels, recit, partiel)
    jetons = MarkdownIt("commonmark", {"html": False}).parse(chemin.read_text(encoding="utf-8"))
    lecteur.sections(jetons)
    return recit


@dataclass
class _Lecteur:
    fichier: str
    chiffres: dict[str, Chiffre]
    visuels: set[str]
    recit: Recit
    partiel: bool

    def sections(self, jetons: list[Token]) -> None:
        """Range les blocs sous le titre qui les précède."""
        titre = ""
        blocs: list[Bloc] = []
        reste = iter(jetons)
        for jeton in reste:
            if jeton.type == "heading_open":
                self._ranger(titre, blocs)
                ecrit = next(reste)
                self._verifier(ecrit)
                titre, blocs = ecrit.content.strip(), []
                next(reste)
            elif jeton.type == "paragraph_open":
                blocs.append(self._paragraphe(next(reste)))
                next(reste)
            elif jeton.type in ("bullet_list_open", "ordered_list_open"):
                blocs.append(self._liste(jeton, reste))
            elif jeton.nesting >= 0:
                vu = jeton.content.strip()[:40] or jeton.type
                self._faute(jeton, f"« {vu} » : un récit n'a que des titres, des paragraphes et des listes.")
        self._ranger(titre, blocs)

    def _ranger(self, titre: str, blocs: list[Bloc]) -> None:
        if blocs:
            self.recit.sections.setdefault(titre, []).extend(blocs)

    def _liste(self, ouverte: Token, reste: Iterator[Token]) -> Bloc:
        entrees: list[list[Morceau]] = []
        for jeton in reste:
            if jeton.nesting < 0 and jeton.level == ouverte.level:
                break
            if jeton.type == "inline":
                entrees.append(self._texte(jeton))
            elif jeton.type.endswith("list_open"):
                self._faute(jeton, "une liste dans une liste ne se met pas en page : écrivez-en une seule.")
        return {"genre": "liste", "entrees": entrees}

    def _paragraphe(self, jeton: Token) -> Bloc:
        seul = _APPEL.fullmatch(jeton.content.strip())
        if seul and seul[1] in self.visuels:
            self.recit.places.append(seul[1])
            return {"genre": "visuel", "nom": seul[1]}
        return {"genre": "paragraphe", "texte": self._texte(jeton)}

    def _texte(self, jeton: Token) -> list[Morceau]:
        """Le texte d'un bloc en morceaux : du texte, gras ou en italique, et des chiffres."""
        self._verifier(jeton)
        morceaux: list[Morceau] = []
        styles: set[str] = set()
        ligne = (jeton.map or [0])[0] + 1
        for enfant in jeton.children or []:
            if enfant.type in ("softbreak", "hardbreak"):
                ligne += 1
                morceaux.append({"genre": "texte", "texte": " ", "styles": sorted(styles)})
            elif enfant.type.endswith("_open") and enfant.tag in ("strong", "em"):
                styles.add(enfant.tag)
            elif enfant.type.endswith("_close") and enfant.tag in ("strong", "em"):
                styles.discard(enfant.tag)
            elif enfant.content:
                morceaux += self._decouper(enfant.content, ligne, sorted(styles))
        return morceaux

    def _decouper(self, texte: str, ligne: int, styles: list[str]) -> list[Morceau]:
        morceaux: list[Morceau] = []
        depuis = 0
        for appel in [*_APPEL.finditer(texte), None]:
            avant = texte[depuis : appel.start() if appel else None]
            if avant:
                morceaux.append({"genre": "texte", "texte": typographie(avant), "styles": styles})
            if appel:
                morceaux.append(self._chiffre(appel[1], appel[2], ligne) | {"styles": styles})
                depuis = appel.end()
        return morceaux

    def _chiffre(self, code: str, option: str | None, ligne: int) -> Morceau:
        chiffre = self.chiffres.get(code)
        if chiffre is None:
            return self._inconnu(code, ligne)
        ecrire = _ecriture(option)
        if ecrire is None:
            appel = f"{{{code}:{option}}}"
            self._faute(ligne, f"{appel} : « {option} » ne se lit pas. Attendu : 0, 1, 2, « unité » ou « avant ».")
            return {"genre": "faute", "texte": appel}
        if not chiffre.calcule:
            dit = f"{{{code}}} n'est pas calculé sur cette période : le texte dit « {NON_CALCULE} »."
            self._faute(ligne, dit, grave=False)
        self.recit.cites.append(code)
        return {"genre": "chiffre", "code": code, "texte": ecrire(chiffre), "calcule": chiffre.calcule}

    def _inconnu(self, code: str, ligne: int) -> Morceau:
        proches = difflib.get_close_matches(code, [*self.chiffres, *self.visuels], 3)
        suite = f" Les plus proches : {', '.join(proches)}." if proches else ""
        if code in self.visuels:
            suite = " Un tableau ou un graphique se place seul dans son paragraphe."
        self._faute(ligne, f"{{{code}}} n'est le code d'aucun chiffre publié.{suite}", grave=not self.partiel)
        return {"genre": "faute", "texte": NON_CALCULE if self.partiel else f"{{{code}}}"}

    def _verifier(self, jeton: Token) -> None:
        """Un nombre tapé se signale : la phrase ne suivrait pas la base."""
        # Ce qui est admis devient blanc, à longueur égale : les lignes se comptent encore.
        texte = jeton.content
        for admis in (_APPEL, _ADMIS):
            texte = admis.sub(lambda trouve: re.sub(r"\S", " ", trouve[0]), texte)
        for tape in _TAPE.finditer(texte):
            self._faute(
                (jeton.map or [0])[0] + 1 + texte.count("\n", 0, tape.start()),
                f"« {tape[0].strip()} » est tapé : citez le chiffre par son code, ou mettez le nom entre guillemets.",
                grave=False,
            )

    def _faute(self, ou: Token | int, message: str, *, grave: bool = True) -> None:
        ligne = ou if isinstance(ou, int) else (ou.map or [0])[0] + 1
        self.recit.fautes.append(Faute(self.fichier, ligne, message, grave))


def _ecriture(option: str | None) -> Callable[[Chiffre], str] | None:
    """Comment écrire un chiffre, d'après ce qui suit les deux-points ; None si cela ne se lit pas."""
    if option is None:
        return Chiffre.ecrit
    if option in ("unité", "unite"):
        return Chiffre.avec_unite
    if option == "avant":
        return Chiffre.ecrit_avant
    if option in ("0", "1", "2"):
        return lambda chiffre: chiffre.ecrit(int(option))
    return None
