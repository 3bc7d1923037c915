"""Le classeur rendu à un partenaire : où est chaque cellule en cause, ce qui était attendu, ce qu'il y a à faire."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from include.configuration import organisation
from include.csv_francais import DEBUTS_DE_FORMULE
from include.extraction.attendu import REPAREES, a_faire, attendu, court
from include.extraits.francais import accord, date, date_longue
from include.suivi.etat import Cellule, Etat, Partenaire, Source

PETROLE, PALE, OCRE, GRIS, ROUGE = "#0F5C6E", "#EEF2F4", "#FDF1D8", "#52606B", "#A32A1C"
HAUTEUR = 15.5
A_CORRIGER, REFUSES, VIDEES = "À corriger", "Fichiers refusés", "Cellules vidées ou réparées"


@dataclass(frozen=True)
class _Colonne:
    titre: str
    largeur: int
    nature: str = "texte"


_OU = (
    _Colonne("Fichier", 32),
    _Colonne("Reçu le", 12, "date"),
    _Colonne("Feuille", 14),
    _Colonne("Ligne", 8, "rang"),
    _Colonne("Colonne", 23, "gras"),
)
_VALEUR = _Colonne("Valeur reçue", 24)
_POURQUOI = (
    _Colonne("Ce qui ne va pas", 32),
    _Colonne("Ce qui est attendu", 42),
    _Colonne("À faire", 32),
)
_FAIT = _Colonne("Fait", 7, "saisie")
_FICHIER_REFUSE = (
    _Colonne("Contenu", 34),
    _Colonne("Fichier", 38, "gras"),
    _Colonne("Reçu le", 12, "date"),
    _Colonne("Pourquoi il est refusé, et que faire", 88),
    _FAIT,
)


def classeur(etat: Etat, partenaire: Partenaire, valeurs: Mapping[Any, str] | None = None) -> bytes:
    """Octets du classeur. valeurs: de chaque cellule rejetée, par (livraison, feuille, ligne, colonne) ; None : aucune.

    Rien n'est écrit sur disque, pas même un temporaire : il peut nommer des personnes.
    """
    octets = io.BytesIO()
    # Un texte reste un texte : ni formule, ni lien, ni nombre deviné.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(octets, options) as fichier:
        fichier.set_properties(
            {
                "title": f"Retour à {partenaire.nom}",
                "author": organisation()["nom"],
                "company": organisation()["nom_long"],
                # La date de la nuit et non celle de l'écriture : les mêmes données donnent le même classeur.
                "created": dt.datetime.combine(etat.nuit.nuit, dt.time()),
            }
        )
        retour = _Retour(fichier, etat, partenaire, valeurs)
        retour.lisez_moi()
        if partenaire.rejets:
            retour.cellules(A_CORRIGER, partenaire.rejets, PETROLE)
        if partenaire.refusees:
            retour.refuses()
        if partenaire.anomalies:
            retour.cellules(VIDEES, partenaire.anomalies, GRIS)
    return octets.getvalue()


class _Retour:
    """Écrit les feuilles d'un classeur de retour avec ses formats communs."""

    def __init__(
        self, classeur: xlsxwriter.Workbook, etat: Etat, partenaire: Partenaire, valeurs: Mapping[Any, str] | None
    ) -> None:
        self.classeur, self.etat, self.partenaire, self.valeurs = classeur, etat, partenaire, valeurs
        police = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        cellule = police | {"text_wrap": True, "bottom": 4, "bottom_color": "#CFD6DC"}
        texte = cellule | {"num_format": "@", "align": "left", "indent": 1}
        self.formats: dict[str, Format] = {
            "texte": classeur.add_format(texte),
            "gras": classeur.add_format(texte | {"bold": True}),
            "date": classeur.add_format(cellule | {"num_format": "dd/mm/yyyy", "align": "left", "indent": 1}),
            "rang": classeur.add_format(cellule | {"num_format": "0", "bold": True}),
            "entier": classeur.add_format(cellule | {"num_format": '#,##0;-#,##0;"–"', "bold": True}),
            "saisie": classeur.add_format(cellule | {"bg_color": OCRE, "align": "center"}),
        }
        self.protege = classeur.add_format(texte | {"quote_prefix": True})
        entete = police | {"bold": True, "font_color": "white", "text_wrap": True, "valign": "vcenter"}
        self.entetes = {
            teinte: classeur.add_format(entete | {"bg_color": teinte, "align": "left", "indent": 1})
            for teinte in (PETROLE, ROUGE, GRIS)
        }
        self.a_droite = {t: classeur.add_format(entete | {"bg_color": t, "align": "right"}) for t in (PETROLE, GRIS)}
        self.titre = classeur.add_format(police | {"bold": True, "font_size": 20, "font_color": PETROLE})
        self.section = classeur.add_format(
            police | {"bold": True, "font_size": 13, "font_color": PETROLE, "bottom": 2, "bottom_color": "#E0A030"}
        )
        self.paragraphe = classeur.add_format(police | {"text_wrap": True})
        self.discret = classeur.add_format(police | {"font_color": GRIS, "text_wrap": True})
        self.numero = classeur.add_format(police | {"bold": True, "font_color": PETROLE, "align": "right", "indent": 1})
        self.alerte = classeur.add_format(
            police | {"bold": True, "font_color": ROUGE, "bg_color": "#FDF0ED", "text_wrap": True, "valign": "vcenter"}
        )
        self.lien = classeur.add_format(police | {"font_color": "#0B5566", "underline": 1, "bold": True})

    # --- Première feuille ---

    def lisez_moi(self) -> None:
        """Ce que c'est, ce qu'il y a à faire, comment renvoyer, et le compte par fichier attendu."""
        f = self._feuille("Lisez-moi", PETROLE)
        f.hide_gridlines(2)
        for colonne, largeur in enumerate((5, 46, 34, 13, 13, 15)):
            f.set_column(colonne, colonne, largeur)
        f.set_row(0, 32)
        f.write_string(0, 0, "Ce qu'il y a à corriger et à renvoyer", self.titre)
        f.write_string(1, 0, self.partenaire.nom, self.classeur.add_format({"bold": True, "font_size": 13}))
        connu = f"{organisation()['nom_long']}. Ce qui est connu à la nuit du {date_longue(self.etat.nuit.nuit)}."
        f.merge_range(2, 0, 2, 5, connu, self.discret)
        ligne = 4
        if self.valeurs is not None:
            f.merge_range(
                ligne, 0, ligne, 5,
                "CONFIDENTIEL : ce classeur montre des valeurs reçues, qui peuvent nommer des personnes. Il ne se "
                "joint pas à un courriel et s'efface une fois les fichiers corrigés.",
                self.alerte,
            )  # fmt: skip
            f.set_row(ligne, 36)
            ligne += 2
        ligne = self._etapes(f, ligne)
        ligne = self._feuilles(f, ligne + 1)
        self._compte(f, ligne + 1)
        f.activate()

    def _etapes(self, f: Worksheet, ligne: int) -> int:
        self._section(f, ligne, "Que faire")
        etapes = [
            "Ouvrir le fichier d'origine : celui que nomme la colonne « Fichier ».",
            "Aller à la feuille, à la ligne et à la colonne indiquées (la ligne est celle que numérote le tableur, la "
            "première étant 1) et corriger la cellule. « Fait » sert à se repérer.",
            "Enregistrer sous le même nom et renvoyer le fichier entier, comme d'habitude : il remplacera le précédent "
            "à la nuit suivante, et ses lignes quitteront cette liste.",
            "En cas de doute, demander à l'équipe données de vérifier le fichier avant l'envoi (make check-file).",
        ]
        for rang, etape in enumerate(etapes, 1):
            f.write_string(ligne + rang, 0, f"{rang}.", self.numero)
            f.merge_range(ligne + rang, 1, ligne + rang, 5, etape, self.paragraphe)
            f.set_row(ligne + rang, HAUTEUR * (2 if len(etape) > 110 else 1))
        return ligne + len(etapes) + 1

    def _feuilles(self, f: Worksheet, ligne: int) -> int:
        p = self.partenaire
        self._section(f, ligne, "Dans ce classeur")
        valeur = "" if self.valeurs is not None else " Aucune valeur n'y est reprise : la place de la cellule suffit."
        for nom, combien, quoi in (
            (A_CORRIGER, p.lignes_rejetees,
             f"{accord(p.lignes_rejetees, 'ligne rejetée', 'lignes rejetées')} : ne comptent dans aucun chiffre tant "
             f"que la cellule n'est pas corrigée.{valeur}"),
            (REFUSES, len(p.refusees),
             f"{accord(len(p.refusees), 'fichier')} dont rien n'a pu être lu, à renvoyer."),
            (VIDEES, len(p.anomalies),
             f"{accord(len(p.anomalies), 'cellule')} : leur ligne compte, sans elles ou réparées. À corriger à la "
             "source, pour la prochaine fois."),
        ):  # fmt: skip
            if combien:
                ligne += 1
                f.write_url(ligne, 1, f"internal:'{nom}'!A1", self.lien, string=nom)
                f.merge_range(ligne, 2, ligne, 5, quoi, self.paragraphe)
                f.set_row(ligne, HAUTEUR * (1 + len(quoi) // 82))
        return ligne + 1

    def _compte(self, f: Worksheet, ligne: int) -> None:
        self._section(f, ligne, "Par fichier attendu")
        titres = ("Contenu", "Nom attendu", "À corriger", "À renvoyer", "Cellules vidées")
        ligne += 1
        for colonne, titre in enumerate(titres, 1):
            f.write_string(ligne, colonne, titre, (self.entetes if colonne < 3 else self.a_droite)[PETROLE])
        concernees = [s for s in self.partenaire.sources if s.rejets or s.refusees or s.anomalies]
        for source in concernees:
            ligne += 1
            self._cellule(f, ligne, 1, source.contrat.libelle, "texte")
            self._cellule(f, ligne, 2, source.contrat.fichier, "texte")
            for colonne, combien in enumerate(_nombres(source), 3):
                self._cellule(f, ligne, colonne, combien, "entier")

    # --- Les listes ---

    def cellules(self, nom: str, cellules: Sequence[Cellule], teinte: str) -> None:
        """Une ligne par cellule en cause, dans l'ordre des fichiers."""
        avec_valeur = self.valeurs is not None and nom == A_CORRIGER
        colonnes = (*_OU, *((_VALEUR,) if avec_valeur else ()), *_POURQUOI, _FAIT)
        rangees = sorted(cellules, key=_place)
        lignes = [list(self._ecrite(c, avec_valeur=avec_valeur)) for c in rangees]
        if not any(c.feuille for c in cellules):
            colonnes, lignes = _sans_la(colonnes, lignes, _OU[2])
        self._liste(self._feuille(nom, teinte), colonnes, lignes, teinte, figees=colonnes.index(_OU[-1]) + 1)

    def _ecrite(self, c: Cellule, *, avec_valeur: bool) -> Iterator[Any]:
        m = c.livraison
        yield m["fichier"]
        yield dt.date.fromisoformat(m["recu_le"])
        yield c.feuille or ""
        yield c.ligne
        yield c.titre
        if avec_valeur and self.valeurs is not None:
            yield self.valeurs.get((m["livraison"], c.feuille, c.ligne, c.colonne), "")
        yield court(c.contrat, c.colonne, c.motif)
        yield attendu(c.contrat, c.colonne, c.motif, dt.date.fromisoformat(m["date_fichier"] or m["recu_le"]))
        yield a_faire(c.motif)
        yield None

    def refuses(self) -> None:
        """Une ligne par fichier dont rien n'a été pris."""
        f = self._feuille(REFUSES, ROUGE)
        lignes = [
            [contrat.libelle, m["fichier"], dt.date.fromisoformat(m["recu_le"]), m["motif"] or "", None]
            for contrat, m in self.partenaire.refusees
        ]
        self._liste(f, _FICHIER_REFUSE, lignes, ROUGE, figees=2)

    def _liste(
        self, f: Worksheet, colonnes: Sequence[_Colonne], lignes: list[list[Any]], teinte: str, *, figees: int
    ) -> None:
        for j, colonne in enumerate(colonnes):
            droite = colonne.nature == "rang" and teinte in self.a_droite
            f.write_string(0, j, colonne.titre, (self.a_droite if droite else self.entetes)[teinte])
            f.set_column(j, j, colonne.largeur)
        f.set_row(0, 2 * HAUTEUR)
        for i, ligne in enumerate(lignes, 1):
            for j, (colonne, valeur) in enumerate(zip(colonnes, ligne, strict=True)):
                self._cellule(f, i, j, valeur, colonne.nature)
            # Un tableur n'ajuste pas toujours de lui-même la hauteur d'un texte renvoyé à la ligne.
            f.set_row(i, HAUTEUR * max(_lignes_affichees(v, c.largeur) for v, c in zip(ligne, colonnes, strict=True)))
        fait = len(colonnes) - 1
        f.data_validation(1, fait, len(lignes), fait, {"validate": "list", "source": ["oui"], "ignore_blank": True})
        f.freeze_panes(1, figees)
        f.autofilter(0, 0, len(lignes), len(colonnes) - 1)
        f.repeat_rows(0)

    def _cellule(self, f: Worksheet, ligne: int, colonne: int, valeur: Any, nature: str) -> None:
        if valeur is None:
            f.write_blank(ligne, colonne, None, self.formats[nature])
        elif isinstance(valeur, int):
            f.write_number(ligne, colonne, valeur, self.formats[nature])
        elif isinstance(valeur, dt.date):
            f.write_datetime(ligne, colonne, valeur, self.formats[nature])
        else:
            protege = valeur.startswith(DEBUTS_DE_FORMULE)
            f.write_string(ligne, colonne, valeur, self.protege if protege else self.formats[nature])

    def _section(self, f: Worksheet, ligne: int, titre: str) -> None:
        f.write_string(ligne, 0, titre, self.section)
        for colonne in range(1, 6):
            f.write_blank(ligne, colonne, None, self.section)
        f.set_row(ligne, 1.5 * HAUTEUR)

    def _feuille(self, nom: str, teinte: str) -> Worksheet:
        f = self.classeur.add_worksheet(nom)
        f.set_tab_color(teinte)
        f.set_landscape()
        f.set_paper(9)
        f.fit_to_pages(1, 0)
        f.set_margins(left=0.4, right=0.4)
        confidentiel = "CONFIDENTIEL" if self.valeurs is not None else ""
        # « && » : une esperluette seule commande la mise en page.
        p = self.partenaire.nom.replace("&", "&&")
        f.set_header(f"&L{organisation()['nom'].replace('&', '&&')}&C{p}&R{confidentiel}")
        f.set_footer(f"&LNuit du {date(self.etat.nuit.nuit)}&C{nom}&RPage &P / &N")
        return f


def _place(c: Cellule) -> tuple[Any, ...]:
    """Les cellules vidées avant les réparées, puis dans l'ordre des fichiers."""
    repare = c.motif in REPAREES
    return repare, c.contrat.libelle, c.livraison["rang"], c.feuille or "", c.ligne


def _sans_la(
    colonnes: tuple[_Colonne, ...], lignes: list[list[Any]], otee: _Colonne
) -> tuple[tuple[_Colonne, ...], list[list[Any]]]:
    rang = colonnes.index(otee)
    return (*colonnes[:rang], *colonnes[rang + 1 :]), [[*v[:rang], *v[rang + 1 :]] for v in lignes]


def _nombres(source: Source) -> tuple[int, int, int]:
    return len({c.de_la_ligne for c in source.rejets}), len(source.refusees), len(source.anomalies)


def _lignes_affichees(valeur: Any, largeur: int) -> int:
    return max(-(-len(valeur) // max(largeur - 3, 1)), 1) if isinstance(valeur, str) else 1
