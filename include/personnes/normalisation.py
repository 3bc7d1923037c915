"""Ramener une identité à ce qui se compare : accents, casse, particules, ponctuation et ordre des chiffres ôtés.

Rien n'est corrigé ici : deux graphies que la normalisation ne confond pas restent à comparer par le modèle.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

# Lettres latines que la décomposition Unicode laisse entières.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
PARTICULES = frozenset(
    (
        "de",
        "du",
        "des",
        "d",
        "da",
        "do",
        "dos",
        "di",
        "del",
        "della",
        "la",
        "le",
        "les",
        "l",
        "el",
        "al",
        "ul",
        "ben",
        "bin",
        "ibn",
        "bint",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ait",
    )
)
"""Mots qui s'écrivent ou s'oublient devant un nom : « Le Goff » et « Goff », « Ben Ali » et « Ali »."""
_CIVILITES = frozenset(("mr", "mme", "mlle", "monsieur", "madame", "mademoiselle"))
_ARTICLES_DE_COMMUNE = frozenset(
    ("de", "du", "des", "d", "la", "le", "les", "l", "en", "sur", "sous", "aux", "et", "cedex")
)
_ABREGES_DE_COMMUNE = {"st": "saint", "ste": "sainte"}
# Dates qui tiennent lieu d'inconnue dans les logiciels de nos partenaires et dans les tableurs.
_DATES_D_ATTENTE = frozenset({dt.date(1900, 1, 1), dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(9999, 12, 31)})


def normaliser(identites: pa.Table) -> pa.Table:
    """Table des identités prêtes à comparer, une ligne par ligne reçue.

    identites: identite_id, et ce qu'on en sait parmi nom, nom_naissance, prenom, date_naissance (date, ou texte
    AAAA-MM-JJ), sexe ('F' ou 'M'), commune ; une colonne absente vaut inconnue. Rend identite_id, nom, nom_plein,
    naissance, naissance_plein, prenom, date_naissance, sexe, commune : mots en minuscules séparés par une espace, sans
    particules (avec, et sans espaces, dans les colonnes _plein), date en AAAAMMJJ, NULL si inconnu.
    Lève KeyError sans identite_id.
    """
    colonnes = {
        "identite_id": identites.column("identite_id").cast(pa.string()),
        "nom": _convertir(identites, "nom", nom),
        "nom_plein": _convertir(identites, "nom", plein),
        "naissance": _convertir(identites, "nom_naissance", nom),
        "naissance_plein": _convertir(identites, "nom_naissance", plein),
        "prenom": _convertir(identites, "prenom", prenom),
        "date_naissance": _convertir(identites, "date_naissance", date),
        "sexe": _convertir(identites, "sexe", sexe),
        "commune": _convertir(identites, "commune", commune),
    }
    return pa.table(colonnes)


def mots(texte: str) -> list[str]:
    """Mots d'un texte, en minuscules sans accents : « D'Angély-Œuf » donne d, angely, oeuf."""
    plie = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", texte).casefold().translate(_LIGATURES))
    sans_accents = "".join(c for c in plie if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in sans_accents).split()


def nom(texte: str) -> str:
    """Nom de famille sans ses particules (il les garde s'il n'a qu'elles)."""
    lus = mots(texte)
    return " ".join([m for m in lus if m not in PARTICULES] or lus)


def plein(texte: str) -> str:
    """Nom de famille entier, d'un seul tenant : « Le Goff » et « Legoff »."""
    return "".join(mots(texte))


def prenom(texte: str) -> str:
    """Prénom, ou prénoms, sans la civilité qui les précède parfois."""
    lus = mots(texte)
    while len(lus) > 1 and lus[0] in _CIVILITES:
        lus = lus[1:]
    return " ".join(lus)


def commune(texte: str) -> str:
    """Commune sans article, code postal, arrondissement ni Cedex : « 21000 DIJON CEDEX » et « Dijon »."""
    lus = [_ABREGES_DE_COMMUNE.get(m, m) for m in mots(texte)]
    utiles = [m for m in lus if m not in _ARTICLES_DE_COMMUNE and not m.isdigit()]
    return " ".join(utiles or lus)


def sexe(texte: str) -> str:
    """F ou M ; vide pour toute autre chose."""
    lettre = texte.strip().upper()[:1]
    return {"F": "F", "M": "M", "H": "M"}.get(lettre, "")


def date(texte: str) -> str:
    """AAAAMMJJ ; vide si ce n'est pas une date, ou si c'est une date d'attente (01/01/1900…)."""
    try:
        lue = dt.date.fromisoformat(texte.strip()[:10])
    except ValueError:
        return ""
    return "" if lue in _DATES_D_ATTENTE else lue.isoformat().replace("-", "")


# Du plus long au plus court : chaque règle remplace des lettres par le son qu'elles font.
_SONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(motif), son)
    for motif, son in (
        (r"[^a-z]", ""), (r"ph", "f"), (r"sch|sh|ch", "$"), (r"ck|qu|q|kh", "k"), (r"gu(?=[eiy])", "g"),
        (r"g(?=[eiy])", "j"), (r"gn", "n"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"h", ""), (r"eau|au", "o"),
        (r"ou", "o"), (r"w", "v"), (r"y", "i"), (r"z|x", "s"), (r"(?:ai|ei)(?![nm])", "e"), (r"ain|ein", "in"),
        (r"[ae]m(?=[bp])", "an"), (r"en(?=[^aeiouns]|$)", "an"), (r"(.)\1+", r"\1"), (r"(?<=..)[etds]$", ""),
    )
)  # fmt: skip


def son(texte: str) -> str:
    """Clé phonétique à la française : « Mohamed » et « Mouhammed » ont la même, « Philippe » et « Filipe » aussi.

    Ne sert qu'à rapprocher des candidats et à reconnaître une faute à l'oreille, jamais à décider seule.
    """
    resultat = texte
    for motif, remplacement in _SONS:
        resultat = motif.sub(remplacement, resultat)
    return resultat or texte.replace(" ", "")


DIMINUTIFS: dict[str, tuple[str, ...]] = {
    "alex": ("alexandre", "alexandra", "alexis", "alexia"), "ben": ("benjamin", "benoit"),
    "cathy": ("catherine",), "kathy": ("catherine", "katherine"), "chris": ("christophe", "christian", "christine"),
    "dom": ("dominique",), "ed": ("edouard", "edmond"), "fab": ("fabrice", "fabien"), "fanny": ("stephanie",),
    "fred": ("frederic", "frederique"), "gaby": ("gabriel", "gabrielle"), "greg": ("gregory", "gregoire"),
    "guigui": ("guillaume",), "jo": ("joseph", "joel", "josephine"), "juju": ("julien", "julie"),
    "manu": ("emmanuel", "emmanuelle", "manuel", "manuela"), "max": ("maxime", "maximilien", "maxence"),
    "mimi": ("mireille", "michele"), "momo": ("mohamed", "maurice"), "nath": ("nathalie", "nathan"),
    "nico": ("nicolas",), "pat": ("patrick", "patrice", "patricia"), "phil": ("philippe",), "sam": ("samuel", "samir"),
    "sandy": ("sandrine", "sandra"), "seb": ("sebastien",), "steph": ("stephane", "stephanie"),
    "sly": ("sylvain",), "sylvie": ("sylviane",), "theo": ("theodore", "theophile"), "tom": ("thomas",),
    "toni": ("antoine",), "tony": ("antoine", "anthony"), "val": ("valerie", "valentin", "valentine"),
    "vero": ("veronique",), "vir": ("virginie",), "vivi": ("viviane", "virginie"), "xav": ("xavier",),
}  # fmt: skip
"""Prénoms d'usage et ceux qu'ils abrègent ; ceux qui ne sont que le début du prénom se reconnaîtraient aussi sans."""


def _convertir(table: pa.Table, colonne: str, fonction: Callable[[str], str]) -> pa.ChunkedArray:
    """Applique `fonction` une fois par valeur distincte ; vide et absent deviennent NULL."""
    if colonne not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    recue = table.column(colonne)
    if pa.types.is_timestamp(recue.type):
        recue = recue.cast(pa.date32())
    codee = pc.fill_null(recue.cast(pa.string()), "").combine_chunks().dictionary_encode()
    valeurs = pa.array([fonction(v) or None for v in codee.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([valeurs.take(codee.indices)])
