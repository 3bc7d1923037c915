"""Le type de chaque cellule, d'après le contrat : une valeur, ou la raison pour laquelle elle n'en est pas une.

Une colonne se type par ses valeurs distinctes : en SQL pour les nombres, les dates et les mois, valeur par valeur pour
les listes fermées et ce qui demande une bibliothèque. Aucun motif ne contient la valeur.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from email_validator import EmailNotValidError, validate_email
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from include.configuration import organisation
from include.contrats import Colonne
from include.extraction.attendu import (
    ARRONDI,
    COMPLETE,
    ECARTE,
    QUARTIER_INCONNU,
    SIREN_SEUL,
    ZEROS_RENDUS,
    dans_un_motif,
)
from include.extraction.entetes import normaliser, plier

AGE_MIN = 14
"""Âge, en années, au-dessous duquel une date de naissance est une faute de saisie."""
ANNEE_MIN, ANNEE_MAX = 1900, 2100
_ERREURS_TABLEUR = (
    "#FORMULE", "#N/A", "#REF!", "#VALEUR!", "#VALUE!", "#NOM?", "#NAME?", "#DIV/0!", "#NUL!", "#NULL!", "#NOMBRE!",
    "#NUM!", "#####",
)  # fmt: skip
_ZEROS_PERDUS_MAX = 4
"""Au-delà, neuf chiffres sont un SIREN et moins encore autre chose : les compléter inventerait un établissement."""
_OUI, _NON = {"o", "oui", "x", "1", "vrai"}, {"", "n", "non", "0", "faux"}
_HORS_QPV = {"", "non", "n", "0", "hors qpv"}
_TELEPHONE = re.compile(r"(?:(?:\+|00)33(?:\(0\))?[1-9]\d{8}|0[1-9]\d{8}|\+(?!33)\d{8,15})")

_DATE = r"\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})|\d{4}-\d{1,2}-\d{1,2}([ T].*)?"
_COURRIEL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_NUMERO = r"(0|\+33 ?|0033 ?)[1-9]([ .-]?\d\d){4}"

_Cellule = tuple[Any, str | None, str | None]
"""Valeur typée, motif qui l'empêche, motif de réparation."""


@dataclass(frozen=True)
class Typee:
    """Valeurs distinctes d'une colonne, typées. Toutes les colonnes Arrow ont la longueur des valeurs reçues."""

    valeurs: pa.Array
    fautes: pa.StringArray
    """Ce qui empêche la valeur d'être typée (une valeur vide n'est pas une faute ici)."""
    notes: pa.StringArray
    """Ce qui a été réparé, la valeur restant utilisable."""
    vides: pa.BooleanArray
    annexe: pa.Array | None = None
    """Quartier d'une colonne qpv ; validité d'un courriel ou d'un téléphone."""


@dataclass(frozen=True)
class Typeur:
    """Type des colonnes pour une livraison.

    nuit: date de la nuit, contre laquelle se jugent les dates de naissance.
    jour: date de la livraison, à laquelle se jugent les quartiers.
    base: connexion DuckDB qui n'écrit rien sur disque, car les valeurs peuvent être des noms.
    """

    nuit: dt.date
    jour: dt.date
    base: duckdb.DuckDBPyConnection

    def typer(self, colonne: Colonne, textes: pa.StringArray) -> Typee:
        """Type des valeurs distinctes d'une colonne, telles qu'elles arrivent. Ne lève rien qui cite une valeur."""
        propres = nettoyer(textes)
        vides = pc.equal(propres, "")
        erreurs = pc.is_in(propres, pa.array(_ERREURS_TABLEUR))
        propres = pc.if_else(erreurs, "", propres)
        complets = _completer(propres, colonne.largeur) if colonne.largeur else propres
        typee = self._typer(colonne, complets, vides)
        fautes = pc.if_else(erreurs, f"{dans_un_motif(colonne)} : erreur de formule du tableur trouvée", typee.fautes)
        repare = pc.and_(pc.not_equal(propres, complets), pc.is_null(fautes))
        notes = pc.if_else(repare, ZEROS_RENDUS, typee.notes)
        return Typee(typee.valeurs, fautes, notes, vides, typee.annexe)

    def _typer(self, colonne: Colonne, textes: pa.StringArray, vides: pa.BooleanArray) -> Typee:
        type_ = colonne.type
        if type_ == "identifiant":
            return _sans_faute(pc.utf8_upper(textes), vides)
        if type_ in ("decimal", "entier", "date", "naissance", "mois"):
            return self._en_sql(colonne, textes, vides)
        if type_ == "qpv":
            return _valeur_par_valeur(textes, vides, self._qpv(), pa.bool_(), pa.string())
        if type_ == "siret":
            return _valeur_par_valeur(textes, vides, _siret, pa.string())
        if type_ == "ouinon":
            return _valeur_par_valeur(textes, vides, _ouinon, pa.bool_())
        if type_ == "liste":
            return _valeur_par_valeur(textes, vides, _liste(colonne), pa.string())
        if type_ in ("courriel", "telephone"):
            mesure = courriel_valide if type_ == "courriel" else telephone_valide
            return _valeur_par_valeur(textes, vides, lambda t: ((t or None, mesure(t) if t else None), None, None),
                                      pa.string(), pa.bool_())  # fmt: skip
        if colonne.modalites:
            return _valeur_par_valeur(textes, vides, _modalite(colonne), pa.string())
        return _sans_faute(textes, vides)

    def _en_sql(self, colonne: Colonne, textes: pa.StringArray, vides: pa.BooleanArray) -> Typee:
        requete = _SQL[colonne.type]
        parametres = {"attendu": dans_un_motif(colonne), "limite": _annees_avant(self.nuit, AGE_MIN)}
        self.base.register("_valeurs", pa.table({"i": pa.array(range(len(textes)), pa.int64()), "t": textes}))
        try:
            utiles = {nom: v for nom, v in parametres.items() if f"${nom}" in requete}
            table = self.base.sql(requete, params=utiles).to_arrow_table().sort_by("i")
        finally:
            self.base.unregister("_valeurs")
        valeurs, fautes, notes = (_un_morceau(table.column(c)) for c in ("valeur", "faute", "note"))
        return Typee(valeurs, fautes.cast(pa.string()), notes.cast(pa.string()), vides)

    def _qpv(self) -> Callable[[str], _Cellule]:
        """Lecteur de la colonne QPV : le quartier nommé, s'il est reconnu à la date de la livraison."""
        quartiers = {
            normaliser(nom): q["nom"]
            for q in organisation()["quartiers"]
            for nom in (q["nom"], *q.get("alias", ()))
            if q.get("du", dt.date.min) <= self.jour <= q.get("au", dt.date.max)
        }

        def lire(texte: str) -> _Cellule:
            if plier(texte) in _HORS_QPV:
                return (False, None), None, None
            quartier = quartiers.get(normaliser(texte))
            return (True, quartier), None, None if quartier else QUARTIER_INCONNU

        return lire


def nettoyer(textes: pa.StringArray) -> pa.StringArray:
    """Textes sans espaces autour (insécables comprises), en forme Unicode composée."""
    propres = pc.utf8_trim_whitespace(textes)
    if not pc.all(pc.string_is_ascii(propres), min_count=0).as_py():
        propres = pc.utf8_trim_whitespace(pc.utf8_normalize(pc.utf8_trim(propres, "\u200b\ufeff"), form="NFC"))
    return propres


def _completer(textes: pa.StringArray, largeur: int) -> pa.StringArray:
    """Codes faits de chiffres, complétés de zéros à gauche jusqu'à cette largeur."""
    chiffres = pc.match_substring_regex(textes, r"^[0-9]+$")
    return pc.if_else(chiffres, pc.utf8_lpad(textes, largeur, "0"), textes)


def d_une_autre_colonne(textes: pa.StringArray, *, telephone: bool) -> pa.BooleanArray:
    """Vrai pour un texte qui n'est rien qu'une date, une adresse de courriel ou, si on le demande, un téléphone."""
    formes = "|".join([_DATE, _COURRIEL, *([_NUMERO] if telephone else [])])
    return pc.match_substring_regex(nettoyer(textes), rf"\A(?:{formes})\z")


def courriel_valide(texte: str) -> bool:
    """Vrai si l'adresse est bien formée (rien n'est demandé au réseau)."""
    try:
        validate_email(texte, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def telephone_valide(texte: str) -> bool:
    """Vrai pour un numéro français à dix chiffres, ou international précédé de « + » ou « 00 »."""
    return _TELEPHONE.fullmatch(re.sub(r"[\s.\-/]", "", texte)) is not None


def siret_valide(chiffres: str) -> bool:
    """Vrai pour 14 chiffres dont les clés de Luhn (SIRET et SIREN, règle de La Poste comprise) sont justes."""
    if not re.fullmatch(r"[0-9]{14}", chiffres) or chiffres.startswith("0" * 9):
        return False
    try:
        stdnum_siret.validate(chiffres)
    except ValidationError:
        return False
    return True


def siren_valide(chiffres: str) -> bool:
    """Vrai pour 9 chiffres dont la clé de Luhn est juste."""
    return re.fullmatch(r"[0-9]{9}", chiffres) is not None and chiffres != "0" * 9 and stdnum_siren.is_valid(chiffres)


def _siret(texte: str) -> _Cellule:
    if not texte:
        return None, None, None
    chiffres = re.sub(r"\s", "", texte)
    if siret_valide(chiffres):
        return chiffres, None, None
    complet = chiffres.zfill(14)
    if re.fullmatch(r"[0-9]+", chiffres) and 14 - _ZEROS_PERDUS_MAX <= len(chiffres) < 14 and siret_valide(complet):
        return complet, None, COMPLETE
    # Une cellule dit l'établissement ou, faute de mieux, l'entreprise : leur longueur les distingue jusqu'aux modèles.
    if siren_valide(chiffres):
        return chiffres, None, SIREN_SEUL
    trouve = "clé de contrôle fausse" if re.fullmatch(r"[0-9]{14}", chiffres) else "autre chose trouvée"
    return None, f"SIRET attendu (14 chiffres) : {trouve}", None


def _ouinon(texte: str) -> _Cellule:
    plie = plier(texte)
    if plie in _OUI or plie in _NON:
        return plie in _OUI, None, None
    # Vidée, la cellule vaut « non », comme toute cellule vide de ce type.
    return False, "oui ou non attendu (O, N, Oui, Non, X, 1, 0, Vrai, Faux) : autre chose trouvée", None


def _modalite(colonne: Colonne) -> Callable[[str], _Cellule]:
    connues = {plier(m): m for m in colonne.modalites}
    faute = f"{dans_un_motif(colonne)} : autre chose trouvée"

    def lire(texte: str) -> _Cellule:
        modalite = connues.get(plier(texte))
        return modalite, faute if texte and modalite is None else None, None

    return lire


def _liste(colonne: Colonne) -> Callable[[str], _Cellule]:
    connues = {plier(m): m for m in colonne.modalites}

    def lire(texte: str) -> _Cellule:
        elements = [e.strip() for e in texte.split("|") if e.strip()]
        gardes = [connues.get(plier(e)) for e in elements] if connues else elements
        propres = list(dict.fromkeys(e for e in gardes if e is not None))
        if elements and not propres:
            return None, f"{dans_un_motif(colonne)} : aucun élément connu", None
        return "|".join(propres) or None, None, ECARTE if None in gardes else None

    return lire


def _sans_faute(textes: pa.StringArray, vides: pa.BooleanArray) -> Typee:
    rien = pa.nulls(len(textes), pa.string())
    return Typee(pc.if_else(pc.equal(textes, ""), pa.scalar(None, pa.string()), textes), rien, rien, vides)


def _valeur_par_valeur(
    textes: pa.StringArray,
    vides: pa.BooleanArray,
    lire: Callable[[str], _Cellule],
    type_: pa.DataType,
    annexe: pa.DataType | None = None,
) -> Typee:
    """Applique `lire` à chaque valeur ; avec une annexe, la valeur lue est un couple."""
    lues = [lire(t) for t in textes.to_pylist()]
    valeurs = [v[0] if annexe is not None else v for v, _, _ in lues]
    return Typee(
        pa.array(valeurs, type_),
        pa.array([f for _, f, _ in lues], pa.string()),
        pa.array([n for _, _, n in lues], pa.string()),
        vides,
        None if annexe is None else pa.array([v[1] for v, _, _ in lues], annexe),
    )


def _un_morceau(colonne: pa.ChunkedArray) -> pa.Array:
    tableau = colonne.combine_chunks()
    return tableau if isinstance(tableau, pa.Array) else pa.concat_arrays(tableau.chunks)


def _annees_avant(jour: dt.date, annees: int) -> dt.date:
    """Même jour, des années plus tôt (le 28 février pour un 29 qui n'existe pas)."""
    try:
        return jour.replace(year=jour.year - annees)
    except ValueError:
        return jour.replace(year=jour.year - annees, day=28)


# --- SQL : ce que disent les nombres et les dates --------------------------------------------------------------------

_ESPACE = r"[ \x{a0}\x{202f}]"
# Un tableur qui affiche « # ##0,## » exporte 5 comme « 5, » et 0,5 comme « ,5 ».
_NOMBRE = rf"[+-]?(\d{{1,3}}({_ESPACE}\d{{3}})+|\d+)?([.,]\d*)?"
_HEURE = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_JMA = rf"^(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}|\d{{2}}){_HEURE}$"
_AMJ = rf"^(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_HEURE}$"
_MA, _AM = r"^(\d{1,2})/(\d{4})$", r"^(\d{4})-(\d{1,2})$"
_TROUVE = rf"""
    case
        when regexp_full_match(t, '[+-]?\d([\d]|{_ESPACE})*([.,]\d+)?') then 'nombre trouvé'
        when regexp_full_match(t, '\d{{1,4}}[-/.]\d{{1,2}}([-/.]\d{{1,4}})?{_HEURE}') then 'date trouvée'
        else 'texte trouvé'
    end"""


def _sql_nombre(*, entier: bool) -> str:
    """Valeur, faute et note de chaque nombre. Paramètre : $attendu."""
    type_ = "bigint" if entier else "decimal(14, 2)"
    fraction = "when abs(n - round(n)) > 1e-6 then $attendu || ' : nombre à virgule trouvé'" if entier else ""
    # Un écart plus petit est le bruit d'un nombre flottant de tableur : 0,30000000000000004 est 0,3.
    note = "null" if entier else f"if(faute is null and abs(n - valeur) > 1e-6, '{ARRONDI}', null)"
    nature = _TROUVE.replace("nombre trouvé", "espaces mal placées")
    return f"""
        with lues as (
            select i, t,
                regexp_matches(t, '^[-−]') as moins,
                regexp_full_match(t, '{_NOMBRE}') and regexp_matches(t, '\\d') as bien_forme,
                try_cast(replace(regexp_replace(t, '{_ESPACE}|[+−-]', '', 'g'), ',', '.') as decimal(38, 18)) as n
            from _valeurs
        ),
        jugees as (
            select i, n, try_cast(n as {type_}) as valeur,
                case
                    when t = '' then null
                    when contains(t, '.') and contains(t, ',') then $attendu || ' : point et virgule mêlés'
                    when moins and n > 0 then $attendu || ' : nombre négatif trouvé'
                    when not bien_forme then $attendu || ' : ' || {nature}
                    when n is null or try_cast(n as {type_}) is null then $attendu || ' : nombre trop grand'
                    {fraction}
                end as faute
            from lues
        )
        select i, if(faute is null, valeur, null) as valeur, faute, {note}::varchar as note from jugees"""


def _sql_date(*, naissance: bool = False, mois: bool = False) -> str:
    """Valeur, faute et note de chaque date ; d'un mois, son premier jour. Paramètres : $attendu, $limite."""
    mois_seul = f"regexp_extract(t, '{_MA}', ['m', 'a'])" if mois else "{'m': '', 'a': ''}"
    mois_iso = f"regexp_extract(t, '{_AM}', ['a', 'm'])" if mois else "{'a': '', 'm': ''}"
    # Année à deux chiffres : une naissance qui serait trop récente est du siècle d'avant.
    choix = "if(proche > $limite and lointaine is not null, lointaine, proche)" if naissance else "proche"
    borne = f"when jour > $limite then $attendu || ' : moins de {AGE_MIN} ans'" if naissance else ""
    return f"""
        with morceaux as (
            select i, t,
                regexp_extract(t, '{_JMA}', ['j', 'm', 'a']) as jma,
                regexp_extract(t, '{_AMJ}', ['a', 'm', 'j']) as amj,
                {mois_seul} as ma, {mois_iso} as am
            from _valeurs
        ),
        lues as (
            select i, t, jma.a || amj.a || ma.a || am.a as an,
                try_cast(jma.m || amj.m || ma.m || am.m as integer) as mois,
                coalesce(try_cast(jma.j || amj.j as integer), 1) as jour
            from morceaux
        ),
        completes as (
            select *,
                try_cast(an as integer) + case when length(an) > 2 then 0 when an <= '50' then 2000 else 1900 end
                    as annee
            from lues
        ),
        datees as (
            select i, t, an, try_cast(printf('%04d-%02d-%02d', annee, mois, jour) as date) as proche,
                if(length(an) = 2, try_cast(printf('%04d-%02d-%02d', annee - 100, mois, jour) as date), null)
                    as lointaine
            from completes
        ),
        jugees as (
            select i, jour,
                case
                    when t = '' then null
                    when an = '' then $attendu || ' : ' || {_TROUVE}
                    when jour is null then $attendu || ' : jour ou mois hors du calendrier'
                    when year(jour) not between {ANNEE_MIN} and {ANNEE_MAX}
                        then $attendu || ' : année hors de {ANNEE_MIN}-{ANNEE_MAX}'
                    {borne}
                end as faute
            from (select i, t, an, {choix} as jour from datees)
        )
        select i, if(faute is null, {"date_trunc('month', jour)::date" if mois else "jour"}, null) as valeur,
            faute, null::varchar as note
        from jugees"""


_SQL = {
    "entier": _sql_nombre(entier=True),
    "decimal": _sql_nombre(entier=False),
    "date": _sql_date(),
    "naissance": _sql_date(naissance=True),
    "mois": _sql_date(mois=True),
}
