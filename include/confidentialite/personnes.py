"""Le pseudonyme d'une personne : seul endroit qui décide que deux identités sont la même personne."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from include.confidentialite.chiffrement import Cle

_SEPARATEUR = "\x1f"
# Lettres latines que la décomposition Unicode laisse entières.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def personne_id(identites: pa.Table, cle: Cle) -> pa.StringArray:
    """Pseudonyme de chaque ligne : HMAC-SHA256 de l'identité normalisée, 32 chiffres hexadécimaux.

    L'identité est le nom de naissance s'il est connu, sinon le nom, puis le prénom et la date de naissance (vide
    admise). Casse, accents, espaces, tirets et apostrophes ne comptent pas.

    identites: table des colonnes nom, nom_naissance, prenom (texte) et date_naissance (date ou texte ISO) ; une colonne
    absente vaut vide. Rend un tableau de même longueur. Ne lève aucune erreur qui contienne une valeur.
    """
    nom = _normaliser_colonne(_texte(identites, "nom"))
    naissance = _normaliser_colonne(_texte(identites, "nom_naissance"))
    prenom = _normaliser_colonne(_texte(identites, "prenom"))
    nom = pc.if_else(pc.equal(naissance, ""), nom, naissance)
    jointes = pc.binary_join_element_wise(nom, prenom, _texte(identites, "date_naissance"), _SEPARATEUR)
    # Une personne revient sur beaucoup de lignes : on ne calcule qu'une fois par identité distincte.
    return _par_valeur_distincte(jointes, lambda i: cle.pseudonyme(f"personne/1{_SEPARATEUR}{i}".encode()))


def pseudonymes(valeurs: pa.StringArray, domaine: str, cle: Cle) -> pa.StringArray:
    """Pseudonyme à clé de chaque identifiant d'un domaine ; un même identifiant d'un autre domaine en a un autre."""
    return _par_valeur_distincte(valeurs, lambda v: cle.pseudonyme(f"{domaine}/1{_SEPARATEUR}{v}".encode()))


def normaliser(texte: str) -> str:
    """Forme comparable d'un nom : lettres et chiffres seuls, sans accents ni casse ; sinon le texte sans espaces."""
    plie = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", texte).casefold().translate(_LIGATURES))
    return "".join(c for c in plie if c.isalnum()) or "".join(plie.split())


def _normaliser_colonne(colonne: pa.StringArray) -> pa.StringArray:
    return _par_valeur_distincte(colonne, normaliser)


def _par_valeur_distincte(colonne: pa.StringArray, fonction: Callable[[str], str]) -> pa.StringArray:
    codee = colonne.dictionary_encode()
    valeurs = pa.array([fonction(v) for v in codee.dictionary.to_pylist()], pa.string())
    return valeurs.take(codee.indices)


def _texte(table: pa.Table, nom: str) -> pa.StringArray:
    """Colonne en texte sans NULL, en un seul morceau ; une date y est en AAAA-MM-JJ."""
    if nom not in table.column_names:
        return pa.array([""] * table.num_rows, pa.string())
    colonne = table.column(nom)
    if pa.types.is_dictionary(colonne.type):
        colonne = colonne.cast(colonne.type.value_type)
    if pa.types.is_timestamp(colonne.type):
        colonne = colonne.cast(pa.date32())
    texte = pc.fill_null(colonne.cast(pa.string()), "").combine_chunks()
    return pc.utf8_trim_whitespace(texte)
