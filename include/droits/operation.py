"""Ôter ce qui nomme des personnes, partout, en gardant leurs faits : ce que font l'effacement et la conservation.

Une opération s'écrit d'abord, chiffrée et sans nom, dans prive/operations/ ; elle en est effacée une fois finie. Chaque
étape peut se refaire : après un arrêt brutal, `reprendre` la mène au bout, et la nuit refuse de commencer d'ici là. Les
noms (prive/identites) partent les derniers : ce sont eux qui disent où chercher. Personnes et lignes sont comptées
avant de commencer ; les fichiers le sont en chemin, ceux d'avant un arrêt n'y sont pas tous.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import secrets
import shutil
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from include.confidentialite import Cle, oppositions, poser, synchroniser, verrou
from include.configuration import Dossiers
from include.contrats import Contrat, connus
from include.droits import journal, publications
from include.droits.journal import TOUTES
from include.droits.noms import Noms
from include.extraction.expurgation import Lieu, NonExpurgeable, expurger
from include.extraction.livraisons import (
    ACCEPTEES,
    Manifeste,
    archive,
    ecrire_archive,
    empreinte_fichier,
    lire_archive,
    manifestes,
)
from include.personnes import registre, revue
from include.personnes.identites import lignes as lignes_privees
from include.personnes.identites import nominatives
from include.suivi import retours

EFFACEMENT, CONSERVATION = "effacement", "conservation"
_ecrits = logging.getLogger(__name__)


@dataclass
class Operation:
    """Ce qui est à faire, sans aucun nom."""

    nature: str
    jour: str
    numero: str = field(default_factory=lambda: secrets.token_hex(4))
    remplacements: dict[str, dict[str, str]] = field(default_factory=dict)
    """Par source, le pseudonyme qui en remplace un autre en bronze ; ces identités n'y sont plus nommées."""
    publies: dict[str, str] = field(default_factory=dict)
    """Pseudonyme qui en remplace un autre dans les publications."""
    oubliees: list[str] = field(default_factory=list)
    """Identités à ôter du registre des personnes."""
    renommees: dict[str, str] = field(default_factory=dict)
    """Identités qui prennent au registre un autre pseudonyme, et restent la personne qu'elles étaient."""
    doublees: list[str] = field(default_factory=list)
    """Parmi elles, celles qu'une autre source nomme encore : le registre garde aussi l'ancien pseudonyme."""
    opposees: list[str] = field(default_factory=list)
    """Identités à mettre sur la liste d'opposition."""
    perimees: list[str] = field(default_factory=list)
    """Livraisons reçues depuis trop longtemps pour garder ce qu'elles ont de lignes rejetées."""
    refusees: list[str] = field(default_factory=list)
    """Empreintes des fichiers refusés depuis trop longtemps."""
    comptes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Personnes et lignes de chaque source, comptées avant de commencer."""

    @property
    def vide(self) -> bool:
        """Vrai s'il n'y a rien à faire."""
        return not (self.remplacements or self.perimees or self.refusees)


def engager(d: Dossiers, cle: Cle, operation: Operation) -> dict[str, dict[str, int]]:
    """Écrit l'opération puis la mène au bout ; rend ses nombres par source. Le verrou exclusif est à tenir."""
    cle.ecrire(_fichier(d, operation), json.dumps(asdict(operation)).encode())
    return _executer(d, cle, operation)


def reprendre(d: Dossiers, cle: Cle) -> int:
    """Mène au bout les opérations arrêtées en chemin ; rend leur nombre. Le verrou exclusif est à tenir."""
    entamees = sorted(verrou.operations(d).glob("*.enc"))
    for chemin in entamees:
        _executer(d, cle, Operation(**json.loads(cle.lire(chemin))))
    return len(entamees)


def _fichier(d: Dossiers, operation: Operation) -> Path:
    return verrou.operations(d) / f"{operation.numero}.enc"


def _executer(d: Dossiers, cle: Cle, operation: Operation) -> dict[str, dict[str, int]]:
    comptes: dict[str, Counter[str]] = defaultdict(Counter)
    for source, nombres in operation.comptes.items():
        comptes[source].update(nombres)
    # D'abord : quoi qu'il arrive ensuite, la prochaine livraison ne ramène personne.
    oppositions.ajouter(d, cle, operation.opposees, dt.date.fromisoformat(operation.jour))
    noms = _noms(d, cle, operation)
    contrats = connus()
    for m in nominatives(d):
        nombres = comptes[m["source"]]
        nombres.update(_expurger_livraison(d, cle, contrats[m["source"]], m, operation, noms))
    for sha256, source in _refusees(d, cle, operation, noms).items():
        archive(d, sha256).unlink(missing_ok=True)
        comptes[source]["archives_effacees"] += 1
    for source, retires in _retirer_des_depots(d, operation).items():
        comptes[source]["depots_retires"] += retires
    # Le chantier de la nuit porte les anciens pseudonymes ; la nuit suivante le refait entier.
    for chantier in ("nuit", "rapport"):
        shutil.rmtree(d.builds / chantier, ignore_errors=True)
    # Les valeurs rejetées y sont en clair ; la nuit suivante récrit celles qui restent à corriger.
    shutil.rmtree(retours.copies(d), ignore_errors=True)
    comptes[TOUTES]["publications_recrites"] += publications.remplacer(d, operation.publies)
    _remplacer_dans_la_diffusion(d, cle, operation.publies)
    _changer_le_registre(d, cle, operation)
    for m in nominatives(d):
        _oublier_les_noms(d, cle, m, operation.remplacements.get(m["source"], {}))
    rendus = {source: dict(nombres) for source, nombres in comptes.items() if nombres.total()}
    journal.inscrire(d, operation.jour, operation.nature, operation.numero, rendus)
    _fichier(d, operation).unlink()
    synchroniser(verrou.operations(d))
    return rendus


# --- Préparer --------------------------------------------------------------------------------------------------------


def pseudonymes_en_bronze(d: Dossiers, source: str, identites: dict[str, str]) -> dict[str, str]:
    """Ce qui remplace, en bronze, les pseudonymes des lignes de ces identités.

    identites: nouveau pseudonyme de chacune. Les identifiants de partenaire que bronze garde sous un pseudonyme
    (colonnes `pseudonyme: true`) en ont un tiré au sort aussi : avec la clé, ils désigneraient la personne.
    """
    remplacements = dict(identites)
    colonnes = _pseudonymes(connus()[source])
    for m in nominatives(d):
        if m["source"] == source and colonnes[1:]:
            table = pq.read_table(_bronze(d, m) / "lignes.parquet", columns=colonnes)
            siennes = table.filter(pc.is_in(table["personne_id"], pa.array(list(identites), pa.string())))
            for colonne in colonnes[1:]:
                for valeur in siennes[colonne].unique().drop_null().to_pylist():
                    remplacements.setdefault(valeur, secrets.token_hex(16))
    return remplacements


def personne_de(d: Dossiers, cle: Cle) -> dict[str, str]:
    """Personne de chaque identité, d'après la dernière ligne du registre."""
    entrees = registre.lire(d, cle)
    return dict(zip(entrees["identite_id"].to_pylist(), entrees["personne_id"].to_pylist(), strict=True))


def compter_lignes(d: Dossiers, cle: Cle, remplacements: dict[str, dict[str, str]]) -> Counter[str]:
    """Lignes de prive/identites, par source, que ces remplacements font oublier."""
    lignes: Counter[str] = Counter()
    for m, identites in lignes_privees(d, cle):
        lignes[m["source"]] += int(_concernees(identites, remplacements.get(m["source"], {})).true_count)
    return lignes


def _noms(d: Dossiers, cle: Cle, operation: Operation) -> Noms:
    noms = Noms()
    for m, identites in lignes_privees(d, cle):
        noms.ajouter(identites.filter(_concernees(identites, operation.remplacements.get(m["source"], {}))))
    return noms


def _concernees(table: pa.Table, remplacements: Iterable[str]) -> pa.BooleanArray:
    concernees = pc.is_in(table["personne_id"], pa.array(list(remplacements), pa.string()))
    return pa.array(concernees.to_pylist(), pa.bool_())


# --- Ce qui n'a pas été chargé ---------------------------------------------------------------------------------------


def ailleurs(d: Dossiers, cle: Cle, noms: Noms) -> list[str]:
    """Où ces personnes sont nommées hors des lignes chargées : lignes écartées, fichiers refusés, textes libres.

    Une ligne par endroit (fichier, feuille, ligne, colonne), sans valeur.
    """
    trouves = []
    contrats = connus()
    for m in nominatives(d):
        table = pq.read_table(_bronze(d, m) / "lignes.parquet", columns=["_feuille", "_ligne"])
        chargees = set(zip(table["_feuille"].to_pylist(), table["_ligne"].to_pylist(), strict=True))
        _, videes = _archive_expurgee(d, cle, contrats[m["source"]], m, set(), _Ecartees(chargees, noms))
        trouves += [f"{m['fichier']}{_ou(lieu)} : ligne écartée" for lieu in sorted(videes, key=str)]
    for m in manifestes(d):
        if m["statut"] == "refusee" and archive(d, m["sha256"]).exists():
            if noms.dans_des_octets(lire_archive(d, m["sha256"], cle)):
                trouves.append(f"{m['fichier']} : fichier refusé")
        elif m["statut"] in ACCEPTEES and m["source"] in contrats:
            trouves += _textes_libres(d, contrats[m["source"]], m, noms)
    return trouves


def _textes_libres(d: Dossiers, contrat: Contrat, m: Manifeste, noms: Noms) -> list[str]:
    textes = [c.nom for c in contrat.colonnes if c.type == "texte" and not c.modalites and not c.dcp]
    table = pq.read_table(_bronze(d, m) / "lignes.parquet")
    trouves = []
    for colonne in set(textes) & set(table.column_names):
        cites = [v for v in table[colonne].unique().to_pylist() if v and noms.cites(v)]
        for ligne in table.filter(pc.is_in(table[colonne], pa.array(cites, pa.string()))).to_pylist():
            lieu = (ligne["_feuille"], ligne["_ligne"])
            trouves.append(f"{m['fichier']}{_ou(lieu)}, {contrat.colonne(colonne).entete} : texte libre")
    return trouves


def _ou(lieu: Lieu) -> str:
    return f"{f', feuille « {lieu[0]} »' if lieu[0] else ''}, ligne {lieu[1]}"


@dataclass(frozen=True)
class _Ecartees:
    """Reconnaît les lignes d'un fichier à vider entières : non chargées, et qui nomment l'une des personnes.

    feuilles: celles où toute ligne non chargée l'est, qui qu'elle nomme (None pour un fichier texte).
    """

    chargees: set[Lieu]
    noms: Noms
    feuilles: Collection[str | None] = ()

    def __call__(self, lieu: Lieu, cellules: list[str]) -> bool:
        if lieu in self.chargees or not any(cellules):
            return False
        return lieu[0] in self.feuilles or self.noms.nommes(cellules)


# --- Une livraison ---------------------------------------------------------------------------------------------------


def _expurger_livraison(
    d: Dossiers, cle: Cle, contrat: Contrat, m: Manifeste, operation: Operation, noms: Noms
) -> Counter[str]:
    """Ôte d'une livraison, de son archive et de ses rejets ce qui nomme les personnes ; rend les archives touchées."""
    remplacements = operation.remplacements.get(m["source"], {})
    perimee = m["livraison"] in operation.perimees
    faits: Counter[str] = Counter()
    bronze = _bronze(d, m) / "lignes.parquet"
    table = pq.read_table(bronze)
    lieux: list[Lieu] = list(zip(table["_feuille"].to_pylist(), table["_ligne"].to_pylist(), strict=True))
    # Une reprise les trouve déjà sous leur nouveau pseudonyme.
    siennes = _concernees(table, [*remplacements, *remplacements.values()]).to_pylist()
    chargees = set(lieux)
    a_vider = {lieu for lieu, sienne in zip(lieux, siennes, strict=True) if sienne}
    if not (a_vider or perimee or remplacements and operation.nature == EFFACEMENT):
        return faits
    ecartees = _Ecartees(chargees, noms, [None, *m["feuilles"]] if perimee else [])
    recrits, videes = _archive_expurgee(d, cle, contrat, m, a_vider, ecartees)
    # Avant l'archive : c'est elle qui dit quelles lignes rejetées nomment les personnes.
    _oublier_les_rejets(d, cle, m, noms, videes, toutes=perimee)
    if recrits is None and archive(d, m["sha256"]).exists():
        archive(d, m["sha256"]).unlink()
        faits["archives_effacees"] += 1
        _ecrits.warning("%s : archive effacée, on ne sait pas en ôter les personnes en cause", m["livraison"])
    elif recrits is not None and (a_vider or videes):
        ecrire_archive(d, m["sha256"], recrits, cle)
        faits["archives_recrites"] += 1
    if a_vider:
        _ecrire_parquet(bronze, _remplacer(table, _pseudonymes(contrat), remplacements))
    marques = {"expurgee": True} if a_vider or videes else {}
    _marquer(d, m, marques | ({"perimee": True} if perimee else {}))
    return faits


def _archive_expurgee(
    d: Dossiers,
    cle: Cle,
    contrat: Contrat,
    m: Manifeste,
    chargees: set[Lieu],
    entiere: _Ecartees,
) -> tuple[bytes | None, set[Lieu]]:
    """Ce que l'archive doit devenir (None si elle n'est plus, ou ne se récrit pas) et les lignes vidées entières."""
    if not archive(d, m["sha256"]).exists():
        return None, set()
    try:
        return expurger(lire_archive(d, m["sha256"], cle), contrat, _jour(m), chargees=chargees, entiere=entiere)
    except NonExpurgeable:
        return None, set()


def _oublier_les_rejets(d: Dossiers, cle: Cle, m: Manifeste, noms: Noms, videes: set[Lieu], *, toutes: bool) -> None:
    """Ôte des valeurs rejetées celles des lignes vidées, et celles qui disent quelque chose des personnes."""
    chemin = d.prive / "rejets" / m["source"] / f"{m['livraison']}.parquet.enc"
    if not chemin.exists():
        return
    table = cle.lire_table(chemin)
    gardees = [
        not toutes and (r["feuille"], r["ligne"]) not in videes and not noms.dans_une_cellule(r["valeur"] or "")
        for r in table.to_pylist()
    ]
    _ecrire_ou_effacer(cle, chemin, table, gardees)


def _oublier_les_noms(d: Dossiers, cle: Cle, m: Manifeste, remplacements: dict[str, str]) -> None:
    chemin = d.prive / "identites" / m["source"] / f"{m['livraison']}.parquet.enc"
    if remplacements and chemin.exists():
        table = cle.lire_table(chemin)
        _ecrire_ou_effacer(cle, chemin, table, pc.invert(_concernees(table, remplacements)).to_pylist())


def _ecrire_ou_effacer(cle: Cle, chemin: Path, table: pa.Table, gardees: list[bool]) -> None:
    """Récrit un fichier chiffré avec les seules lignes gardées ; sans ligne, il n'y a plus de fichier."""
    if not any(gardees):
        chemin.unlink()
        synchroniser(chemin.parent)
    elif not all(gardees):
        cle.ecrire_table(chemin, table.filter(pa.array(gardees)))


def _remplacer(table: pa.Table, colonnes: Iterable[str], remplacements: dict[str, str]) -> pa.Table:
    """Table où chaque ancien pseudonyme de ces colonnes est le nouveau ; les autres valeurs ne bougent pas."""
    anciens, nouveaux = (pa.array(list(v), pa.string()) for v in (remplacements, remplacements.values()))
    for nom in colonnes:
        place = table.column_names.index(nom)
        textes = table[nom].cast(pa.string())
        remplaces = pc.coalesce(pc.take(nouveaux, pc.index_in(textes, anciens)), textes)
        table = table.set_column(place, table.field(place), remplaces.cast(table.field(place).type))
    return table


def _pseudonymes(contrat: Contrat) -> list[str]:
    """Colonnes de bronze qui sont des pseudonymes, personne_id d'abord."""
    return ["personne_id", *(f"{c.nom}_id" for c in contrat.colonnes if c.pseudonyme)]


def _ecrire_parquet(chemin: Path, table: pa.Table) -> None:
    temporaire = chemin.with_name(f".{chemin.name}.tmp")
    pq.write_table(table, temporaire)
    synchroniser(temporaire)
    temporaire.replace(chemin)
    synchroniser(chemin.parent)


def _marquer(d: Dossiers, m: Manifeste, marques: dict[str, bool]) -> None:
    """Ajoute des marques au manifeste d'une livraison, d'un renommage."""
    if all(m.get(nom) == valeur for nom, valeur in marques.items()):
        return
    chemin = _bronze(d, m) / "livraison.json"
    poser(chemin, json.dumps(m | marques, ensure_ascii=False, indent=1).encode())


def _bronze(d: Dossiers, m: Manifeste) -> Path:
    return d.bronze / m["source"] / m["livraison"]


def _jour(m: Manifeste) -> dt.date:
    """Date à laquelle valent les en-têtes de la livraison."""
    return dt.date.fromisoformat(m["date_fichier"] or m["recu_le"])


# --- Ailleurs --------------------------------------------------------------------------------------------------------


def _refusees(d: Dossiers, cle: Cle, operation: Operation, noms: Noms) -> dict[str, str]:
    """Archives de fichiers refusés à effacer, et leur source : périmées, ou qui nomment une personne effacée.

    Rien d'un fichier refusé n'a été chargé : l'effacer entier ne coûte rien, et on ne sait pas le lire autrement.
    """
    tous = manifestes(d)
    acceptees = {m["sha256"] for m in tous if m["statut"] in ACCEPTEES}
    trouvees: dict[str, str] = {}
    for m in tous:
        if m["statut"] != "refusee" or m["sha256"] in acceptees or not archive(d, m["sha256"]).exists():
            continue
        nomme = operation.nature == EFFACEMENT and noms.dans_des_octets(lire_archive(d, m["sha256"], cle))
        if nomme or m["sha256"] in operation.refusees:
            trouvees[m["sha256"]] = m["source"]
            _marquer(d, m, {"expurgee": True})
    return trouvees


def _retirer_des_depots(d: Dossiers, operation: Operation) -> Counter[str]:
    """Efface des dépôts les fichiers, déjà pris, dont une livraison a été expurgée ; rend leur nombre par source."""
    retires: Counter[str] = Counter()
    for fichier, source in a_retirer_des_depots(d, operation.refusees).items():
        fichier.unlink()
        retires[source] += 1
    return retires


def a_retirer_des_depots(d: Dossiers, refusees: Iterable[str]) -> dict[Path, str]:
    """Fichiers encore déposés qui nomment des personnes que l'entrepôt ne doit plus nommer, et leur source."""
    tous = manifestes(d)
    expurgees = {m["sha256"] for m in tous if m.get("expurgee")} | set(refusees)
    return {d.depots / m["chemin"]: m["source"] for m in tous if m["sha256"] in expurgees and encore_depose(d, m)}


def encore_depose(d: Dossiers, m: Manifeste) -> bool:
    """Vrai si le fichier d'une livraison est encore dans les dépôts, tel qu'il a été pris."""
    fichier = d.depots / m["chemin"]
    return fichier.is_file() and empreinte_fichier(fichier) == m["sha256"]


def _changer_le_registre(d: Dossiers, cle: Cle, operation: Operation) -> None:
    """Ôte du registre et de la revue les identités que plus rien ne nomme ; leurs nouveaux pseudonymes y restent."""
    parties = set(operation.oubliees) | operation.renommees.keys() - set(operation.doublees)
    if operation.renommees:
        registre.REGISTRE.recrire(d, cle, partial(_renommer, operation))
    registre.oublier(d, cle, parties)
    revue.oublier(d, parties)


def _renommer(operation: Operation, entrees: pa.Table) -> pa.Table:
    """Le registre sous les nouveaux pseudonymes : qui est la même personne que qui, à chaque nuit, ne change pas."""
    deja = set(entrees["identite_id"].to_pylist())
    lignes = []
    for e in entrees.to_pylist():
        e |= {c: operation.publies.get(e[c], e[c]) for c in ("personne_id", "avant")}
        nouveau = operation.renommees.get(e["identite_id"])
        if nouveau is None or e["identite_id"] in operation.doublees:
            lignes.append(e)
        if nouveau is not None and nouveau not in deja:
            lignes.append(e | {"identite_id": nouveau})
    return pa.Table.from_pylist(lignes, schema=entrees.schema)


def _remplacer_dans_la_diffusion(d: Dossiers, cle: Cle, remplacements: dict[str, str]) -> None:
    """Remplace les pseudonymes dans ce qui est gardé des diffusions passées."""
    for chemin in sorted((d.prive / "diffusion").rglob("*.parquet.enc")):
        table = cle.lire_table(chemin)
        textes = [c.name for c in table.schema if pa.types.is_string(c.type) or pa.types.is_large_string(c.type)]
        nouvelle = _remplacer(table, textes, remplacements)
        if not nouvelle.equals(table):
            cle.ecrire_table(chemin, nouvelle)
