"""La première feuille : ce que c'est, à quelle date, de quels fichiers, ce que les contrôles en disent."""

from __future__ import annotations

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from include.configuration import organisation
from include.csv_francais import DEBUTS_DE_FORMULE
from include.extraits.classeur.mots import Colonne, nom_de_feuille
from include.extraits.classeur.plume import Plume, adresse, hauteur
from include.extraits.classeur.styles import HAUTEUR
from include.extraits.francais import accord, date_longue
from include.extraits.lecture import ARRONDI, LIBELLES_SEVERITES

LARGEURS = {0: 36, 1: 80}
DERNIERE = 6
"""Dernière colonne des titres de section et de l'avis."""
FICHIERS = (
    Colonne("source", "Source", "texte", LARGEURS[0]),
    Colonne("fichier", "Fichier", "texte", LARGEURS[1]),
    Colonne("recu_le", "Reçu le", "date", 13),
    Colonne("lignes_lues", "Lignes lues", "entier", 13, somme=True),
    Colonne("chargees", "Chargées", "entier", 13, somme=True),
    Colonne("rejetees", "Rejetées", "entier", 13, somme=True),
    Colonne("laissees", "Laissées", "entier", 13, somme=True),
)


def ecrire(plume: Plume, axe: str, restitutions: list[tuple[str, str]], feuilles: list[tuple[str, str]]) -> None:
    """Écrit « Lisez-moi ». restitutions: schéma et nom des tables du classeur. feuilles: nom et objet de chacune."""
    p, etat, styles = plume.publication, plume.etat, plume.styles
    f = plume.feuille("Lisez-moi")
    f.hide_gridlines(2)
    f.set_column(2, DERNIERE, 13)
    for colonne, largeur in LARGEURS.items():
        f.set_column(colonne, colonne, largeur)
    f.write_string(0, 0, etat.libelle if etat else axe, styles.titre)
    f.set_row(0, 28)
    f.write_string(1, 0, f"{organisation()['nom_long']} - {organisation()['territoire']}", styles.discret)
    ligne = 2
    if plume.avis:
        f.merge_range(ligne, 0, ligne, DERNIERE, "", styles.alerte)
        f.write_string(ligne, 0, plume.avis, styles.alerte)
        f.set_row(ligne, 2.5 * HAUTEUR)
    for etiquette, valeur in (
        ("Publication", p.nom),
        ("Nuit de traitement", f"{date_longue(p.nuit)} : les fichiers reçus après n'y sont pas"),
        ("Arrêté au", f"{date_longue(p.arrete_au)} : aucun fait daté d'après ne compte"),
        ("Données de l'axe", _donnees(plume)),
        ("Verdict des contrôles", _verdict(plume) if p.audience.coulisses else ""),
        ("Arrondi", ARRONDI),
        ("Pour", p.audience.destinataires or organisation()["destinataires"].get(axe) or ""),
        ("Diffusion", p.audience.mention),
        ("Plus anciens", " ; ".join(_anterieures(plume, restitutions))),
    ):
        if valeur:
            ligne += 1
            _phrase(plume, f, ligne, (etiquette, styles.etiquette), valeur)
    ligne = _sommaire(plume, f, ligne + 2, feuilles)
    if p.audience.coulisses:
        ligne = _controles(plume, f, ligne + 1, axe)
        _fichiers(plume, f, ligne + 1, axe)
    f.activate()


def _donnees(plume: Plume) -> str:
    if plume.etat is None or plume.etat.donnees_du is None:
        return "aucune : cet axe n'a encore jamais été publié"
    return f"arrêtées au {date_longue(plume.etat.donnees_du)} ({plume.etat.age})"


def _verdict(plume: Plume) -> str:
    return plume.etat.verdict_lisible if plume.etat else "aucun contrôle passé"


def _anterieures(plume: Plume, restitutions: list[tuple[str, str]]) -> list[str]:
    """Ce qui, dans chaque feuille, est resté à une date plus ancienne."""
    return [
        f"{nom_de_feuille(table)}, {ce_qui}"
        for schema, table in restitutions
        for ce_qui in plume.publication.anterieures.get(f"{schema}.{table}", [])
    ]


def _phrase(plume: Plume, f: Worksheet, ligne: int, etiquette: tuple[str, Format], phrase: str) -> None:
    """Une étiquette, dans son style, et sa phrase, sur une ligne assez haute pour les deux."""
    f.write_string(ligne, 0, *etiquette)
    protegee = phrase.startswith(DEBUTS_DE_FORMULE)
    f.write_string(ligne, 1, phrase, plume.styles.paragraphe_protege if protegee else plume.styles.paragraphe)
    hauteur(f, ligne, [(etiquette[0], LARGEURS[0]), (phrase, LARGEURS[1])])


def _section(plume: Plume, f: Worksheet, ligne: int, titre: str) -> None:
    f.write_string(ligne, 0, titre, plume.styles.section)
    for c in range(1, DERNIERE + 1):
        f.write_blank(ligne, c, None, plume.styles.section)
    f.set_row(ligne, 1.5 * HAUTEUR)


def _sommaire(plume: Plume, f: Worksheet, ligne: int, feuilles: list[tuple[str, str]]) -> int:
    _section(plume, f, ligne, "Feuilles")
    for nom, objet in feuilles:
        ligne += 1
        f.write_url(ligne, 0, f"internal:{adresse(nom)}", plume.styles.lien, string=nom)
        f.write_string(ligne, 1, objet, plume.styles.paragraphe)
        hauteur(f, ligne, [(objet, LARGEURS[1])])
    return ligne + 1


def _controles(plume: Plume, f: Worksheet, ligne: int, axe: str) -> int:
    _section(plume, f, ligne, "Contrôles bloquants ou signalés")
    concernes = [c for c in plume.publication.a_signaler if c["axe"] in (axe, "core")]
    for c in concernes:
        ligne += 1
        en_cause = f" ({accord(c['lignes_en_cause'], 'ligne')} en cause)" if c["lignes_en_cause"] else ""
        style = plume.styles.alerte if c["severite"] == "bloquant" else plume.styles.paragraphe
        _phrase(
            plume, f, ligne, (f"{LIBELLES_SEVERITES[c['severite']]} : {c['controle']}", style),
            f"{c['message'] or ''}{en_cause} - à voir par : {c['proprietaire']}",
        )  # fmt: skip
    if not concernes:
        ligne += 1
        f.write_string(ligne, 0, "Aucun.", plume.styles.paragraphe)
    return ligne + 1


def _fichiers(plume: Plume, f: Worksheet, ligne: int, axe: str) -> None:
    _section(plume, f, ligne, "Fichiers utilisés")
    livraisons = [[v[c.nom] for c in FICHIERS] for v in plume.publication.livraisons_de(axe)]
    # Sans filtre : il masquerait aussi les lignes de ce qui est au-dessus.
    plume.tableau(f, "fichiers", FICHIERS, livraisons, en=(ligne + 1, 0), filtre=False)
