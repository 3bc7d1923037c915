"""L'étape de la nuit qui dit qui est qui : elle compare ce qui est nouveau, et le registre garde le reste.

Une personne garde son personne_id d'une nuit à l'autre. Réunir deux personnes, ou en séparer une, s'inscrit au registre
avec sa raison ; rien n'y est jamais récrit.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from include.confidentialite import cle as lire_cle
from include.confidentialite import seul, verrou_de
from include.configuration import Dossiers, Nuit
from include.personnes import identites, registre, revue
from include.personnes.registre import FUSION, MODELE, NOUVELLE, RATTACHEE, SCISSION

journal = logging.getLogger(__name__)


def rapprocher(d: Dossiers, nuit: Nuit) -> dict[str, int]:
    """Rapproche les identités que la nuit découvre, applique les décisions nouvelles, récrit la liste de revue.

    Rend le nombre de chaque mouvement (nouvelle, rattachee, fusion, scission), de personnes et de couples à décider.
    Peut être rappelée : sans livraison, ni décision, ni modèle nouveau, elle n'écrit rien.
    Lève CleAbsente ou CleDifferente, et RevueIllisible si la liste de revue a perdu sa forme.
    """
    from include.personnes.modele import charger

    la_cle = lire_cle(d)
    with seul(verrou_de(d, "personnes")):
        decisions = revue.recueillir(d, la_cle, nuit)
        connues = identites.connues(d, nuit)
        passe = registre.lire(d, la_cle, nuit)
        modele = charger()
        acquis = dict(zip(passe["identite_id"].to_pylist(), passe["personne_id"].to_pylist(), strict=True))
        modele_change = bool(passe.num_rows) and passe["modele"].to_pylist()[-1] != modele.version
        examinees = set(registre.EXAMINEES.lire(d, la_cle, nuit)["livraison"].to_pylist())
        a_examiner = {m["livraison"] for m in identites.nominatives(d, nuit)} - examinees
        if not (a_examiner or modele_change or _a_appliquer(decisions, acquis)):
            return {}
        fiches, renouvelees = identites.fiches(d, la_cle, nuit, a_examiner)
        retenus = {} if modele_change else acquis
        groupes, liees, douteuses = _comparer(fiches, retenus, renouvelees, decisions, modele)
        personnes = _nommer(groupes, passe)
        # Ce que plus rien ne nomme (effacé, conservation échue) ne se compare pas et reste ce qu'il est.
        personnes |= {i: acquis.get(i, i) for i in connues - personnes.keys()}
        entrees = list(_mouvements(personnes, acquis, liees))
        if modele_change and not entrees:
            entrees.append(_confirmee(*next(iter(personnes.items()))))
        registre.REGISTRE.ajouter(d, la_cle, nuit, [e | {"modele": modele.version} for e in entrees])
        registre.EXAMINEES.ajouter(d, la_cle, nuit, ({"livraison": livraison} for livraison in sorted(a_examiner)))
        registre.DOUTEUSES.ajouter(d, la_cle, nuit, [v | {"modele": modele.version} for v in douteuses])
        # Une nuit passée que l'on refait ne sait pas tout : la liste de revue reste celle de la dernière.
        derniere = max(registre.EXAMINEES.lire(d, la_cle)["nuit"].to_pylist(), default=nuit.nuit) <= nuit.nuit
        a_decider = revue.ecrire(d, la_cle, fiches, acquis | personnes) if derniere else 0
    comptes = Counter(e["evenement"] for e in entrees)
    _dire(comptes, a_decider)
    return {
        **{evenement: comptes[evenement] for evenement in (NOUVELLE, RATTACHEE, FUSION, SCISSION)},
        "personnes": len(set(personnes.values())),
        "a_decider": a_decider,
    }


def _a_appliquer(decisions: dict[tuple[str, str], str], acquis: dict[str, str]) -> bool:
    """Vrai si une décision contredit ce que le registre dit."""
    return any(
        (acquis[a] == acquis[b]) != (decision == revue.MEME)
        for (a, b), decision in decisions.items()
        if a in acquis and b in acquis
    )


def _comparer(
    fiches: pa.Table,
    acquis: dict[str, str],
    renouvelees: set[str],
    decisions: dict[tuple[str, str], str],
    modele: Any,
) -> tuple[dict[str, str], list[dict[str, Any]], list[dict[str, Any]]]:
    """Groupe de chaque identité qui a une fiche, couples réunis et couples douteux."""
    from include.personnes.rapprochement import rapprocher as comparer

    presentes = set(fiches["identite_id"].to_pylist())
    retenus = {i: p for i, p in acquis.items() if i in presentes}
    resultat = comparer(
        fiches,
        acquis=pa.table({
            "identite_id": pa.array(retenus.keys(), pa.string()),
            "groupe": pa.array(retenus.values(), pa.string()),
        }),
        decisions=pa.table({
            "a": pa.array([a for a, _ in decisions], pa.string()),
            "b": pa.array([b for _, b in decisions], pa.string()),
            "decision": pa.array(decisions.values(), pa.string()),
        }),
        renouvelees=renouvelees,
        modele=modele,
    )  # fmt: skip
    groupes = zip(*(resultat.groupes[c].to_pylist() for c in ("identite_id", "groupe")), strict=True)
    return dict(groupes), resultat.liees.to_pylist(), resultat.douteuses.to_pylist()


def _nommer(groupes: dict[str, Any], passe: pa.Table) -> dict[str, str]:
    """personne_id de chaque identité : un groupe garde celui de sa plus ancienne identité déjà connue.

    Deux groupes ne peuvent garder le même : à une séparation, il reste à celui qui a la plus ancienne identité.
    Un groupe neuf prend le pseudonyme de sa première identité.
    """
    acquis = dict(zip(passe["identite_id"].to_pylist(), passe["personne_id"].to_pylist(), strict=True))
    premieres = registre.premieres_nuits(passe)
    nom_du_groupe: dict[Any, str] = {}
    pris: set[str] = set()
    anciennes = sorted((premieres[i], i != acquis[i], i) for i in groupes if i in acquis)
    for _, _, identite in anciennes:
        groupe, personne = groupes[identite], acquis[identite]
        if groupe not in nom_du_groupe and personne not in pris:
            nom_du_groupe[groupe] = personne
            pris.add(personne)
    pris |= set(acquis.values())
    membres = defaultdict(list)
    for identite, groupe in sorted(groupes.items()):
        membres[groupe].append(identite)
    for groupe, siens in membres.items():
        if groupe not in nom_du_groupe:
            nom_du_groupe[groupe] = next((i for i in siens if i not in pris), secrets.token_hex(16))
            pris.add(nom_du_groupe[groupe])
    return {identite: nom_du_groupe[groupe] for identite, groupe in groupes.items()}


def _mouvements(
    personnes: dict[str, str], acquis: dict[str, str], liees: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Ce qui change au registre, une entrée par identité nouvelle ou déplacée."""
    motifs: dict[str, tuple[float, str]] = {}
    for lien in liees:
        for identite in (lien["a"], lien["b"]):
            motifs[identite] = max(motifs.get(identite, (0.0, "")), (lien["score"], lien["motif"]))
    deja = set(acquis.values())
    for identite, personne in sorted(personnes.items()):
        avant = acquis.get(identite)
        if avant == personne:
            continue
        if avant is None:
            evenement = NOUVELLE if personne == identite else RATTACHEE
        else:
            evenement = FUSION if personne in deja else SCISSION
        yield {
            "identite_id": identite,
            "personne_id": personne,
            "evenement": evenement,
            "avant": avant,
            "motif": motifs.get(identite, (0.0, ""))[1],
        }


def _confirmee(identite: str, personne: str) -> dict[str, Any]:
    """Entrée qui ne change rien, mais date le passage à un modèle nouveau."""
    return {"identite_id": identite, "personne_id": personne, "evenement": MODELE, "avant": None, "motif": ""}


def _dire(comptes: Counter[str], a_decider: int) -> None:
    """Des nombres seulement : un pseudonyme écrit au journal survivrait à l'effacement d'une personne."""
    journal.info(
        "personnes : %d identité(s) nouvelle(s), dont %d rattachée(s) à une personne connue ; %d couple(s) à décider "
        "dans prive/revue_personnes.csv",
        comptes[NOUVELLE] + comptes[RATTACHEE],
        comptes[RATTACHEE],
        a_decider,
    )
    if comptes[FUSION] or comptes[SCISSION]:
        journal.info(
            "personnes : %d identité(s) réunie(s) à une autre personne, %d séparée(s) : voir meta.mouvements_personnes",
            comptes[FUSION],
            comptes[SCISSION],
        )
