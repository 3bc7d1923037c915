"""Lire un fichier selon son contrat : chaque ligne est chargée, rejetée ou laissée de côté, et on sait pourquoi.

Tout se fait par colonnes : une colonne est la liste de ses valeurs distinctes, typées une fois, et le rang de la sienne
pour chaque ligne. Le fichier n'est jamais recopié en clair sur disque.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from include.confidentialite import Cle, Oppositions, personne_id, pseudonymes
from include.configuration import Nuit
from include.contrats import Colonne, Contrat
from include.extraction.attendu import CLE_EN_DOUBLE, DEPLACEE, EN_TROP, TOUTE_LA_LIGNE, VIDE
from include.extraction.entetes import Entete
from include.extraction.expurgation import Lieu
from include.extraction.feuilles import Retenues, retenir
from include.extraction.formats import Codee, FichierRefuse, Lignes, blanches, ouvrir
from include.extraction.types_cellules import Typee, Typeur, d_une_autre_colonne

__all__ = ["FichierRefuse", "Lecture", "lire"]

_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(14,2)": pa.decimal128(14, 2),
}
_SIGNALEES = ("livraison", "fichier", "feuille", "ligne", "colonne", "motif")


@dataclass(frozen=True)
class Lecture:
    """Ce qu'un fichier a donné.

    lignes_lues = chargees + rejetees + laissees_vides + laissees_total + laissees_doublons.
    """

    lignes_lues: int
    chargees: int
    rejetees: int
    laissees_vides: int
    laissees_total: int
    laissees_doublons: int
    encodage: str | None
    separateur: str | None
    feuilles: list[str]
    colonnes_inconnues: list[str]
    titres: dict[str, str]
    """Titre lu de chaque colonne qui n'arrive pas sous son en-tête de référence, par cet en-tête."""
    controles: list[dict[str, str]]
    """Contrôles faits à la lecture : {controle, verdict (conforme, non_conforme), message}."""
    identites: pa.Table | None
    """Colonnes identifiantes et sensibles des lignes chargées, pour prive/ ; None si la source n'en a pas."""
    valeurs_rejetees: pa.Table | None
    """Cellules rejetées, avec leur valeur ; None s'il n'y en a pas."""
    opposees: set[Lieu]
    """Lignes chargées de personnes effacées : bronze les a sous un pseudonyme tiré au sort, identites ne les a pas."""
    opposees_ecartees: set[Lieu]
    """Lignes de personnes effacées qui n'ont pas été chargées."""


@dataclass
class _Signalements:
    """Cellules rejetées, ou réparées, au fil de la lecture."""

    lues: Lignes
    feuilles: Codee
    rangs: list[np.ndarray] = field(default_factory=list)
    colonnes: list[pa.Array] = field(default_factory=list)
    motifs: list[pa.Array] = field(default_factory=list)
    valeurs: list[pa.Array] = field(default_factory=list)

    def ajouter(self, rangs: np.ndarray, colonne: str, motifs: pa.Array | str, valeurs: pa.Array) -> None:
        """Ajoute une cellule par ligne. motifs: un par ligne, ou le même pour toutes."""
        n = len(rangs)
        if n:
            self.rangs.append(rangs)
            self.colonnes.append(pa.repeat(pa.scalar(colonne), n))
            self.motifs.append(pa.repeat(pa.scalar(motifs), n) if isinstance(motifs, str) else motifs)
            self.valeurs.append(valeurs)

    def table(self, livraison: str, fichier: str, tues: np.ndarray | None = None) -> pa.Table:
        """Une ligne par cellule, dans l'ordre du fichier. tues: une marque par ligne dont la valeur ne se dit pas."""
        rangs = np.concatenate([np.zeros(0, np.int64), *self.rangs])
        n = len(rangs)
        valeurs = pa.chunked_array(self.valeurs, pa.string())
        if tues is not None:
            valeurs = pc.if_else(pa.array(tues[rangs]), "", valeurs)
        return pa.table({
            "livraison": pa.repeat(pa.scalar(livraison), n),
            "fichier": pa.repeat(pa.scalar(fichier), n),
            "rang": pa.array(rangs),
            "feuille": _feuilles(self.feuilles, rangs),
            "ligne": pa.array(self.lues.numeros[rangs], pa.int64()),
            "colonne": pa.chunked_array(self.colonnes, pa.string()),
            "valeur": valeurs,
            "motif": pa.chunked_array(self.motifs, pa.string()),
        }).sort_by([("rang", "ascending")]).drop_columns("rang")  # fmt: skip


@dataclass(frozen=True)
class _Cellules:
    """Une colonne du contrat : ce qui est écrit, et ce que cela veut dire."""

    colonne: Colonne
    brutes: Codee
    typee: Typee

    def marques(self, par_valeur: pa.Array) -> np.ndarray:
        """Étend à chaque ligne un booléen donné pour chaque valeur distincte."""
        return par_valeur.to_numpy(zero_copy_only=False).astype(bool)[self.brutes.codes]

    @property
    def motifs(self) -> pa.StringArray:
        """Motif de rejet ou d'anomalie de chaque valeur distincte."""
        if self.colonne.requis and self.colonne.type != "ouinon":
            return pc.if_else(self.typee.vides, VIDE, self.typee.fautes)
        return self.typee.fautes

    def de(self, par_valeur: pa.Array, rangs: np.ndarray) -> pa.Array:
        """Valeurs, pour ces lignes, de ce qui est donné par valeur distincte."""
        return par_valeur.take(pa.array(self.brutes.codes[rangs]))

    def codes_typees(self, *, plier_casse: bool = False) -> tuple[np.ndarray, int]:
        """Code de la valeur typée de chaque ligne (deux graphies du même donnent le même code), et nombre de codes."""
        valeurs = self.typee.valeurs
        if plier_casse and pa.types.is_string(valeurs.type):
            valeurs = pc.utf8_upper(pc.utf8_trim_whitespace(valeurs))
        codee = valeurs.dictionary_encode(null_encoding="encode")
        return codee.indices.to_numpy()[self.brutes.codes].astype(np.int64), max(len(codee.dictionary), 1)


def lire(
    chemin: Path,
    contrat: Contrat,
    *,
    date_fichier: dt.date | None,
    annee_fichier: int | None,
    nuit: Nuit,
    livraison: str,
    cle: Cle,
    sortie: Path,
    oppositions: Oppositions | None = None,
) -> Lecture:
    """Lit un fichier et écrit dans `sortie` lignes.parquet, rejets.parquet et anomalies.parquet.

    date_fichier, annee_fichier: ce que dit le nom du fichier ; sans date, la livraison est de la nuit.
    livraison: son identifiant, que chaque ligne porte.
    cle: clé des pseudonymes ; aucune colonne identifiante n'entre dans les trois fichiers.
    sortie: dossier existant.
    oppositions: personnes effacées, dont rien de ce qui les nomme ne doit être gardé.

    Lève FichierRefuse, en français et sans valeur personnelle, si le fichier entier est inutilisable.
    """
    jour = date_fichier or nuit.nuit
    tableaux = ouvrir(chemin)
    retenues = retenir(tableaux, contrat, jour)
    lues, feuilles, entete = retenues.lignes()
    tableau = retenues.tableaux[0][0]
    inconnues = entete.inconnues(contrat) + _sans_titre(entete, lues)
    n = len(lues.numeros)
    with duckdb.connect(":memory:", config={"temp_directory": ""}) as base:
        typeur = Typeur(nuit.nuit, jour, base)
        cellules = [_cellules(c, entete, lues, feuilles, typeur) for c in contrat.colonnes]

    vides = _vides(lues)
    deplacees = _deplacees(contrat, cellules)
    fautives = _fautives(cellules, n) | lues.en_trop
    for _, marques in deplacees:
        fautives |= marques
    total = _lignes_total(lues, fautives) & ~vides
    donnees = ~vides & ~total
    typees = donnees & ~fautives
    _exiger_des_lignes(contrat, donnees)

    rejets, anomalies = _Signalements(lues, feuilles), _Signalements(lues, feuilles)
    _signaler(rejets, [c for c in cellules if c.colonne.requis], lues, donnees & fautives)
    vide = pa.array([""] * int((donnees & lues.en_trop).sum()))
    rejets.ajouter(np.flatnonzero(donnees & lues.en_trop), TOUTE_LA_LIGNE, EN_TROP, vide)
    for c, marques in deplacees:
        en_cause = np.flatnonzero(donnees & marques)
        rejets.ajouter(en_cause, c.colonne.entete, DEPLACEE, c.de(c.brutes.valeurs, en_cause))
    doublons, differentes = _doublons(contrat, cellules, typees)
    _signaler_cles(rejets, contrat, cellules, lues, differentes)
    gardees = np.flatnonzero(typees & ~doublons & ~differentes)
    _signaler(anomalies, [c for c in cellules if not c.colonne.requis], lues, gardees)
    _signaler_notes(anomalies, cellules, lues, gardees)

    opposees = _opposees(contrat, cellules, n, cle, oppositions)
    valeurs_rejetees = rejets.table(livraison, chemin.name, opposees)
    pq.write_table(valeurs_rejetees.select(_SIGNALEES), sortie / "rejets.parquet")
    pq.write_table(anomalies.table(livraison, chemin.name).select(_SIGNALEES), sortie / "anomalies.parquet")
    colonnes, identites = _repartir(contrat, cellules, gardees, lues.numeros, cle, opposees)
    colonnes |= {
        "_livraison": pa.repeat(pa.scalar(livraison), len(gardees)),
        "_feuille": _feuilles(feuilles, gardees),
        "_ligne": pa.array(lues.numeros[gardees], pa.int64()),
        "_recu_le": pa.repeat(pa.scalar(nuit.nuit, pa.date32()), len(gardees)),
    }
    bronze = contrat.colonnes_bronze()
    schema = pa.schema([(nom, _ARROW[type_]) for nom, type_ in bronze.items()])
    pq.write_table(pa.table([colonnes[nom] for nom in bronze], schema=schema), sortie / "lignes.parquet")
    return Lecture(
        lignes_lues=n,
        chargees=len(gardees),
        rejetees=int((donnees & fautives).sum() + differentes.sum()),
        laissees_vides=int(vides.sum()),
        laissees_total=int(total.sum()),
        laissees_doublons=int(doublons.sum()),
        encodage=tableau.encodage,
        separateur=tableau.separateur,
        feuilles=retenues.noms,
        colonnes_inconnues=inconnues,
        titres=_titres(contrat, entete),
        controles=_controles(contrat, retenues, inconnues, cellules, lues, donnees, total, typees, len(gardees)),
        identites=identites,
        valeurs_rejetees=valeurs_rejetees if valeurs_rejetees.num_rows else None,
        opposees=_lieux(feuilles, lues, gardees[opposees[gardees]]),
        opposees_ecartees=_lieux(feuilles, lues, np.setdiff1d(np.flatnonzero(opposees), gardees)),
    )


def _cellules(colonne: Colonne, entete: Entete, lues: Lignes, feuilles: Codee, typeur: Typeur) -> _Cellules:
    place = entete.positions.get(colonne.nom)
    # Une colonne facultative absente se lit comme une colonne de cellules vides.
    brutes = Codee.vide(len(lues.numeros)) if place is None else lues.colonnes[place]
    if colonne.feuille:
        brutes = feuilles
    if colonne.fusionnee:
        brutes = _etendre(brutes, lues, feuilles)
    return _Cellules(colonne, brutes, typeur.typer(colonne, brutes.valeurs))


def _etendre(fusionnee: Codee, lues: Lignes, feuilles: Codee) -> Codee:
    """Colonne dont une cellule vide prend la valeur du dessus, sauf par-delà une ligne TOTAL ou une autre feuille."""
    rangs = np.arange(len(fusionnee.codes))
    vides = blanches(fusionnee.valeurs)[fusionnee.codes]
    premiere, deuxieme = (_commence_par_total(c) for c in lues.colonnes[:2])
    arrets = premiere | deuxieme
    source = np.maximum.accumulate(np.where(~vides | arrets, rangs, -1))
    etendues = vides & ~arrets & (source >= 0) & ~arrets[source] & (feuilles.codes[source] == feuilles.codes)
    return Codee(fusionnee.valeurs, np.where(etendues, fusionnee.codes[source], fusionnee.codes))


def _titres(contrat: Contrat, entete: Entete) -> dict[str, str]:
    lus = {c.entete: " ".join(entete.titres[entete.positions[c.nom]].split())
           for c in contrat.colonnes if c.nom in entete.positions}  # fmt: skip
    return {reference: titre for reference, titre in lus.items() if titre != reference}


def _sans_titre(entete: Entete, lues: Lignes) -> list[str]:
    """Colonnes sans titre qui contiennent pourtant quelque chose."""
    titrees = {i for i, titre in enumerate(entete.titres) if titre.strip()}
    return [
        f"colonne {i + 1}, sans titre"
        for i, colonne in enumerate(lues.colonnes)
        if i not in titrees and not blanches(colonne.valeurs).all()
    ]


# --- Trier les lignes ------------------------------------------------------------------------------------------------


def _vides(lues: Lignes) -> np.ndarray:
    """Lignes dont toutes les cellules sont blanches."""
    vides = ~lues.en_trop
    for colonne in lues.colonnes:
        vides &= blanches(colonne.valeurs)[colonne.codes]
    return vides


def _fautives(cellules: Iterable[_Cellules], n: int) -> np.ndarray:
    """Lignes dont une cellule requise est vide ou ne peut être typée."""
    fautives = np.zeros(n, bool)
    for c in cellules:
        if c.colonne.requis:
            fautives |= c.marques(pc.is_valid(c.motifs))
    return fautives


def _deplacees(contrat: Contrat, cellules: list[_Cellules]) -> list[tuple[_Cellules, np.ndarray]]:
    """Colonnes de texte et, pour chacune, les lignes où se lit ce qu'une autre colonne devait contenir.

    Une cellule qui manque fait reculer les suivantes : le nom d'une personne serait alors dans une colonne que bronze
    garde. Ne concerne que les sources qui en nomment.
    """
    textes = [
        c
        for c in cellules
        if contrat.nominatif and c.colonne.type in ("texte", "identifiant") and not c.colonne.modalites
    ]
    return [
        # Un numéro de dossier peut ressembler à un numéro de téléphone, un motif se dire d'une date.
        (c, c.marques(d_une_autre_colonne(c.brutes.valeurs, telephone=c.colonne.nom not in contrat.cle)))
        for c in textes
        if c.colonne.dcp != "sensible"
    ]


def _lignes_total(lues: Lignes, fautives: np.ndarray) -> np.ndarray:
    """Lignes dont la première ou la deuxième cellule commence par TOTAL.

    La deuxième ne suffit pas à écarter une ligne par ailleurs utilisable : une entreprise peut s'appeler Total.
    """
    premiere, deuxieme = (_commence_par_total(c) for c in lues.colonnes[:2])
    return premiere | deuxieme & fautives


def _commence_par_total(colonne: Codee) -> np.ndarray:
    majuscules = pc.utf8_upper(pc.utf8_trim_whitespace(colonne.valeurs))
    return pc.starts_with(majuscules, "TOTAL").to_numpy(zero_copy_only=False)[colonne.codes]


def _exiger_des_lignes(contrat: Contrat, donnees: np.ndarray) -> None:
    if not donnees.any() and contrat.mode != "increment":
        raise FichierRefuse(
            "aucune ligne de données sous l'en-tête : ce que ce fichier remplacerait reste en vigueur ; "
            "vérifiez l'export et déposez-le à nouveau"
        )


def _doublons(contrat: Contrat, cellules: list[_Cellules], typees: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lignes de même clé qu'une autre : répétitions exactes de la première, et lignes qui diffèrent.

    Les clés se comparent sans casse ni espaces autour. Deux marques par ligne du fichier.
    """
    exactes, differentes = np.zeros(len(typees), bool), np.zeros(len(typees), bool)
    rangs = np.flatnonzero(typees)
    cles = _combiner([c.codes_typees(plier_casse=True) for c in cellules if c.colonne.nom in contrat.cle], rangs)
    repetees = np.bincount(cles)[cles] > 1 if len(cles) else np.zeros(0, bool)
    if not repetees.any():
        return exactes, differentes
    rangs, cles = rangs[repetees], cles[repetees]
    contenus = _combiner([c.codes_typees(plier_casse=c.colonne.nom in contrat.cle) for c in cellules], rangs)
    # Une clé n'a que des lignes identiques si son plus petit et son plus grand contenu sont le même.
    ordre = np.lexsort((rangs, contenus, cles))
    rangs, cles, contenus = rangs[ordre], cles[ordre], contenus[ordre]
    debuts = np.flatnonzero(np.r_[True, cles[1:] != cles[:-1]])
    fins = np.r_[debuts[1:], len(cles)] - 1
    identiques = np.repeat(contenus[debuts] == contenus[fins], fins - debuts + 1)
    differentes[rangs[~identiques]] = True
    exactes[rangs[identiques]] = True
    exactes[rangs[debuts][identiques[debuts]]] = False
    return exactes, differentes


def _combiner(colonnes: list[tuple[np.ndarray, int]], rangs: np.ndarray) -> np.ndarray:
    """Un code par combinaison de codes, pour ces lignes, inférieur à quatre fois leur nombre."""
    combines, bornes = np.zeros(len(rangs), np.int64), 1
    for codes, nombre in colonnes:
        combines, bornes = combines * nombre + codes[rangs], bornes * nombre
        if bornes > 4 * len(rangs):
            codees = pa.array(combines).dictionary_encode()
            combines, bornes = codees.indices.to_numpy().astype(np.int64), max(len(codees.dictionary), 1)
    return combines


# --- Dire ce qui ne va pas -------------------------------------------------------------------------------------------


def _signaler(signalements: _Signalements, cellules: Iterable[_Cellules], lues: Lignes, lignes: np.ndarray) -> None:
    """Cellules vides à tort ou mal typées de ces lignes. lignes: une marque par ligne, ou des rangs."""
    rangs = np.flatnonzero(lignes) if lignes.dtype == bool else lignes
    for c in cellules:
        motifs = c.motifs
        if motifs.null_count == len(motifs):
            continue
        en_cause = rangs[c.marques(pc.is_valid(motifs))[rangs]]
        if not c.colonne.requis:
            motifs = pc.binary_join_element_wise(motifs, "cellule vidée", " ; ")
        signalements.ajouter(en_cause, c.colonne.entete, c.de(motifs, en_cause), c.de(c.brutes.valeurs, en_cause))


def _signaler_notes(
    signalements: _Signalements, cellules: Iterable[_Cellules], lues: Lignes, rangs: np.ndarray
) -> None:
    """Cellules réparées de ces lignes."""
    for c in cellules:
        notes = c.typee.notes
        if notes.null_count < len(notes):
            en_cause = rangs[c.marques(pc.is_valid(notes))[rangs]]
            signalements.ajouter(en_cause, c.colonne.entete, c.de(notes, en_cause), c.de(c.brutes.valeurs, en_cause))


def _signaler_cles(
    rejets: _Signalements, contrat: Contrat, cellules: list[_Cellules], lues: Lignes, differentes: np.ndarray
) -> None:
    """Lignes de même clé et de valeurs différentes."""
    rangs = np.flatnonzero(differentes)
    if len(rangs):
        cle = [c for c in cellules if c.colonne.nom in contrat.cle]
        valeurs = pc.binary_join_element_wise(*(c.de(c.brutes.valeurs, rangs) for c in cle), ", ")
        rejets.ajouter(rangs, ", ".join(c.colonne.entete for c in cle), CLE_EN_DOUBLE, valeurs)


def _controles(
    contrat: Contrat,
    retenues: Retenues,
    inconnues: list[str],
    cellules: list[_Cellules],
    lues: Lignes,
    donnees: np.ndarray,
    total: np.ndarray,
    typees: np.ndarray,
    chargees: int,
) -> list[dict[str, str]]:
    """Ce que la lecture a comparé ou ignoré."""
    controles = [
        controle
        for c in cellules
        if c.colonne.nom in contrat.total
        for controle in _comparer_totaux(c, lues, np.flatnonzero(total), typees)
    ]
    if not chargees:
        cause = "aucune ligne n'est utilisable" if donnees.any() else "aucune ligne de données sous l'en-tête"
        controles.append(_non_conforme("lignes", f"{cause} : vérifiez l'export"))
    if lues.a_la_lettre:
        message = "un guillemet ouvrant n'est pas fermé : tous les guillemets du fichier ont été pris à la lettre"
        controles.append(_non_conforme("guillemets", message))
    if inconnues:
        titres = ", ".join(f"« {t} »" for t in inconnues)
        controles.append(_non_conforme("colonnes_inconnues", f"colonnes inconnues du contrat, ignorées : {titres}"))
    if retenues.ignorees:
        noms = ", ".join(f"« {nom} »" for nom in retenues.ignorees)
        controles.append(_non_conforme("feuilles_ignorees", f"feuilles que le contrat n'attend pas, ignorées : {noms}"))
    return controles


def _comparer_totaux(
    c: _Cellules, lues: Lignes, lignes_total: np.ndarray, typees: np.ndarray
) -> Iterable[dict[str, str]]:
    """Compare chaque ligne TOTAL à la somme des lignes typées ; s'il y en a plusieurs, à celle de son groupe aussi."""
    valeurs = c.typee.valeurs
    unite = 1 if pa.types.is_integer(valeurs.type) else 100
    unites = pc.fill_null(pc.cast(pc.multiply(valeurs, pa.scalar(unite, pa.int64())), pa.int64()), 0)
    cumul = np.cumsum(np.where(typees, unites.to_numpy(zero_copy_only=False)[c.brutes.codes], 0))
    precedent = 0
    for rang in lignes_total:
        code = pa.array([c.brutes.codes[rang]])
        annonce, faute, vide = (x.take(code)[0].as_py() for x in (unites, c.typee.fautes, c.typee.vides))
        somme, groupe = int(cumul[-1]), int(cumul[rang]) - precedent
        precedent = int(cumul[rang])
        if vide:
            continue
        ou = f"{c.colonne.entete}, ligne {lues.numeros[rang]}"
        if faute:
            yield _non_conforme("total", f"{ou} : le total annoncé n'est pas un nombre")
        elif annonce == somme or len(lignes_total) > 1 and annonce == groupe:
            message = f"{ou} : {_nombre(annonce, unite)}, comme les lignes lues"
            yield {"controle": "total", "verdict": "conforme", "message": message}
        else:
            yield _non_conforme(
                "total", f"{ou} : {_nombre(annonce, unite)} annoncé, {_nombre(somme, unite)} pour les lignes lues"
            )


def _feuilles(feuilles: Codee, rangs: np.ndarray) -> pa.StringArray:
    """Feuille de ces lignes ; NULL pour un fichier texte."""
    noms = feuilles.taille(rangs)
    return pc.if_else(pc.equal(noms, ""), pa.scalar(None, pa.string()), noms)


def _non_conforme(controle: str, message: str) -> dict[str, str]:
    return {"controle": controle, "verdict": "non_conforme", "message": message}


def _nombre(unites: int, unite: int) -> str:
    """Nombre à la française."""
    texte = f"{Decimal(unites) / unite:,.{0 if unite == 1 else 2}f}"
    return texte.replace(",", "\u202f").replace(".", ",")


# --- Ranger ----------------------------------------------------------------------------------------------------------


def _opposees(
    contrat: Contrat, cellules: list[_Cellules], n: int, cle: Cle, oppositions: Oppositions | None
) -> np.ndarray:
    """Lignes, chargées ou non, d'une personne effacée ; sans personne effacée, rien n'est calculé."""
    if not contrat.nominatif or oppositions is None or not oppositions.depuis:
        return np.zeros(n, bool)
    tous = np.arange(n)
    identite = ("nom", "nom_naissance", "prenom", "date_naissance")
    lignes = {c.colonne.nom: c.de(c.typee.valeurs, tous) for c in cellules if c.colonne.nom in identite}
    return oppositions.reconnaitre(personne_id(pa.table(lignes), cle))


def _repartir(
    contrat: Contrat, cellules: list[_Cellules], rangs: np.ndarray, numeros: np.ndarray, cle: Cle, opposees: np.ndarray
) -> tuple[dict[str, pa.Array], pa.Table | None]:
    """Colonnes qui vont en bronze, et table des colonnes identifiantes ou sensibles, en texte, qui n'y vont pas.

    opposees: une marque par ligne du fichier ; celles-là ont en bronze un pseudonyme tiré au sort, et rien ailleurs.
    """
    bronze: dict[str, pa.Array] = {}
    restreintes: dict[str, pa.Array] = {}
    au_sort = pa.array(opposees[rangs])
    for c in cellules:
        valeurs = c.de(c.typee.valeurs, rangs)
        if c.colonne.dcp:
            restreintes[c.colonne.nom] = valeurs.cast(pa.string())
        for nom in c.colonne.bronze():
            if nom == c.colonne.nom:
                bronze[nom] = valeurs
            elif c.colonne.type == "naissance":
                bronze[nom] = pc.year(valeurs)
            elif c.colonne.pseudonyme:
                calcules = pseudonymes(valeurs, f"{contrat.source}.{c.colonne.nom}", cle)
                bronze[nom] = _tirer_au_sort(calcules, au_sort)
            elif c.typee.annexe is not None:
                bronze[nom] = c.de(c.typee.annexe, rangs)
    if not restreintes:
        return bronze, None
    identites = {"_ligne": pa.array(numeros[rangs], pa.int64())}
    if contrat.nominatif:
        identites["personne_id"] = personne_id(pa.table(restreintes), cle)
        bronze["personne_id"] = _tirer_au_sort(identites["personne_id"], au_sort)
    return bronze, pa.table(identites | restreintes).filter(pc.invert(au_sort))


def _tirer_au_sort(pseudonymes: pa.StringArray, lesquels: pa.BooleanArray) -> pa.StringArray:
    """Remplace ces pseudonymes par d'autres que rien ne refait ; deux lignes de même pseudonyme le restent."""
    if not lesquels.true_count:
        return pseudonymes
    codee = pseudonymes.dictionary_encode()
    tires = pa.array([secrets.token_hex(16) for _ in codee.dictionary], pa.string())
    return pc.if_else(lesquels, tires.take(codee.indices), pseudonymes)


def _lieux(feuilles: Codee, lues: Lignes, rangs: np.ndarray) -> set[Lieu]:
    """Feuille et numéro de ces lignes."""
    return set(zip(_feuilles(feuilles, rangs).to_pylist(), lues.numeros[rangs].tolist(), strict=True))
