"""Chaque contrôle bloquant mord : une livraison fausse, ou un entrepôt faussé, retient son axe et lui seul.

Deux façons, car rien de ce qu'un partenaire livre ne peut faire mentir un modèle juste : une livraison abîmée est
prise, construite et contrôlée comme une vraie nuit ; un entrepôt déjà bâti est faussé après dbt, comme un modèle devenu
faux.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import BLOQUANT, Controle, tous
from include.configuration import Dossiers, Nuit
from include.controles import controler
from include.demo.clauses import tirer
from include.demo.fichiers import Facon, Ligne, Mois, Table, ecrire
from include.demo.livraisons import preparer
from include.demo.tables import COMPLETES
from include.entrepot.dbt import COUCHES, construire
from include.entrepot.preparation import Build
from include.entrepot.preparation import preparer as preparer_base
from include.nuit import executer
from include.publication import identifiant, publier

LENDEMAIN = Nuit.de("2018-01-03", "2017-12-31")
BLOQUANTS: dict[str, Controle] = {c.nom: c for c in tous() if c.severite == BLOQUANT}
AR = "achats_responsables"

Livraisons = dict[str, Table]
"""Fichiers à déposer, par nom."""


# --- Les livraisons justes de la démonstration, à abîmer ---


@cache
def _demonstration() -> Livraisons:
    _, depots, _ = preparer(tirer())
    return depots


def export(court: str) -> Table:
    """Dernier export complet de la démonstration (operations, lots, salaries, contrats, contacts)."""
    noms = [n for n in _demonstration() if n.startswith(f"abc_clauses_{court}_20171231")]
    assert len(noms) == 1
    return copy.deepcopy(_demonstration()[noms[0]])


def releve(lignes: list[Ligne]) -> Table:
    """Relevé d'heures fait de ces lignes."""
    return Table(_demonstration()["abc_clauses_heures_201712.csv"].entetes, lignes, somme="heures")


def decembre() -> list[Ligne]:
    """Lignes du relevé de décembre."""
    return copy.deepcopy(_demonstration()["abc_clauses_heures_201712.csv"].lignes)


def heures(id_contrat: object, nombre: str) -> Ligne:
    """Une ligne d'heures de décembre."""
    return {
        "id_contrat": str(id_contrat), "mois": Mois(2017, 12, 1), "heures": Decimal(nombre),
        "date_saisie": dt.date(2018, 1, 2),
    }  # fmt: skip


# --- Les fautes qu'une livraison peut porter ---

ILLISIBLE = {
    "operations": ("id_operation", "secteur"), "lots": ("num_lot", "id_operation"), "salaries": ("id_salarie", "sexe"),
    "contrats": ("id_contrat", "type_contrat"), "contacts": ("id_contact", "canal"),
    "projets": ("code_projet", "axe_principal"), "heures": ("id_contrat", "heures"),
}  # fmt: skip
"""Pour chaque fichier, sa clé et une colonne requise à vider."""


def _rejets() -> Livraisons:
    """Tout est là, mais la moitié des lignes en plus sont illisibles."""

    def abimer(court: str, table: Table) -> Table:
        cle, requise = ILLISIBLE[court]
        table.somme = ""
        table.lignes += [ligne | {cle: f"ZZ{n}", requise: None} for n, ligne in enumerate(table.lignes[::2])]
        return table

    projets = copy.deepcopy(_demonstration()["projets_2017.csv"])
    return {
        f"abc_clauses_{court}_20180102.csv": abimer(court, export(court)) for court in COMPLETES
    } | {
        "projets_2017_v2.csv": abimer("projets", projets),
        "abc_clauses_heures_201712_v2.csv": abimer("heures", releve(decembre())),
    }  # fmt: skip


def _volumes() -> Livraisons:
    """Trois exports plus fournis avant le dernier : celui-ci n'a plus que le tiers des lignes habituelles."""
    livraisons = {}
    for jour in (28, 29, 30):
        for court in COMPLETES:
            table, cle = export(court), ILLISIBLE[court][0]
            doubles = [ligne | {cle: f"{n}-{ligne[cle]}"} for n in (jour, jour + 1) for ligne in table.lignes]
            table.lignes += doubles
            livraisons[f"abc_clauses_{court}_201712{jour}.csv"] = table
    return livraisons


def _heures_d_un_contrat() -> Livraisons:
    """Un relevé où manque la virgule."""
    return {"abc_clauses_heures_201712_v2.csv": releve([heures(decembre()[0]["id_contrat"], "301.00")])}


def _heures_d_une_personne() -> Livraisons:
    """Trois contrats d'une même personne, 280 heures chacun le même mois."""
    contrats: dict[object, list[object]] = {}
    for ligne in export("contrats").lignes:
        contrats.setdefault(ligne["id_salarie"], []).append(ligne["id_contrat"])
    trois = next(c for c in contrats.values() if len(set(c)) >= 3)
    return {"abc_clauses_heures_201712_v2.csv": releve([heures(c, "280.00") for c in sorted(set(trois), key=str)[:3]])}


def _dates_decalees() -> Livraisons:
    """Un export de contrats dont toutes les dates ont dix ans de trop."""
    table = export("contrats")
    for ligne in table.lignes:
        for colonne in ("date_debut", "date_fin"):
            if isinstance(jour := ligne[colonne], dt.date):
                ligne[colonne] = jour.replace(year=jour.year + 10, day=min(jour.day, 28))
    return {"abc_clauses_contrats_20180102.csv": table}


def _contrats_manquants() -> Livraisons:
    """Un contrat sur vingt manque : ses heures n'ont plus de parent."""
    table = export("contrats")
    table.lignes = [ligne for n, ligne in enumerate(table.lignes) if n % 20]
    return {"abc_clauses_contrats_20180102.csv": table}


def _salaries_manquants() -> Livraisons:
    """Un salarié sur vingt manque : ses contrats n'ont plus de parent."""
    table = export("salaries")
    table.lignes = [ligne for n, ligne in enumerate(table.lignes) if n % 20]
    return {"abc_clauses_salaries_20180102.csv": table}


def _identites_masquees() -> Livraisons:
    """Un export où trois salariés de suite portent le même nom et la même date de naissance."""
    table = export("salaries")
    for n, ligne in enumerate(table.lignes):
        modele = table.lignes[n - n % 3]
        ligne |= {c: modele[c] for c in ("nom", "nom_naissance", "prenom", "date_naissance")}
        table.lignes[n] = ligne
    return {"abc_clauses_salaries_20180102.csv": table}


LIVRAISONS_FAUSSES: list[tuple[Callable[[], Livraisons], set[str]]] = [
    (_rejets, {n for n in BLOQUANTS if n.endswith(".rejets")}),
    (_volumes, {n for n in BLOQUANTS if n.endswith(".volume")}),
    (_heures_d_un_contrat, {"heures_par_contrat_et_mois"}),
    (_heures_d_une_personne, {"heures_par_personne_impossibles"}),
    (_dates_decalees, {"dates_de_contrats_decalees"}),
    (_contrats_manquants, {"orphelins_heures"}),
    (_salaries_manquants, {"orphelins_contrats"}),
    (_identites_masquees, {"identites_confondues"}),
]
"""Livraison abîmée et contrôles bloquants qu'elle doit, seuls, mettre en défaut."""


# --- Les fautes qu'aucune livraison ne peut porter ---


def _une(table: str, valeur: str, ou: str = "annee = 2017") -> str:
    """Modifie une seule ligne d'une table."""
    return f"update {table} set {valeur} where rowid = (select min(rowid) from {table} where {ou})"


ENTREPOTS_FAUSSES: dict[str, str] = {
    "personnes_sans_fiche": "delete from core.dim_personne where rowid = (select min(rowid) from core.dim_personne)",
    "fiches_en_trop": "insert into core.dim_personne select * from core.dim_personne limit 1",
    "conservation_des_heures": "insert into meta.orphelins by name select 'abc_clauses_heures' as source, "
    "'perdue' as livraison, 1 as ligne, 'Z' as cle, 'contrat' as parent_manquant, 0.01 as heures",
    "faits_avant_arrete": _une(f"{AR}.fct_heures", "mois = date '2018-06-01'"),
    **{
        f"total_{nom}": _une(f"{AR}.rpt_{nom}", "heures = heures + 0.01")
        for nom in (
            "heures_secteur", "heures_mois", "heures_operation", "heures_type_contrat", "heures_modalite",
            "donneurs_ordre",
        )
    },
    **{
        f"parts_{nom}": _une(f"{AR}.rpt_heures_{nom}", "part = part + 0.001")
        for nom in ("secteur", "type_contrat", "modalite")
    },
    "total_salaries_secteur": _une(f"{AR}.rpt_salaries_secteur", "salaries = salaries + 1"),
    "total_salaries_accompagnement": _une(f"{AR}.rpt_salaries_accompagnement", "salaries = salaries + 1"),
    "femmes_parmi_salaries": _une(f"{AR}.rpt_salaries_secteur", "femmes = salaries + 1"),
    "qpv_parmi_salaries": _une(f"{AR}.rpt_salaries_secteur", "qpv = salaries + 1"),
    "personnes_parmi_embauches": _une(f"{AR}.rpt_embauches", "personnes = embauches + 1"),
    "qpv_parmi_embauches": _une(f"{AR}.rpt_embauches", "dont_qpv = personnes + 1"),
    "total_embauches": _une(f"{AR}.rpt_embauches", "embauches = embauches + 1"),
    "total_entreprises": _une(f"{AR}.rpt_entreprises", "entreprises = entreprises + 1"),
    "rangs_des_operations": _une(f"{AR}.rpt_heures_operation", "rang = 2", "annee = 2017 and rang = 1"),
    "operations_actives": _une(f"{AR}.rpt_donneurs_ordre", "operations_actives = operations_actives + 1"),
    "consultations": _une(f"{AR}.rpt_donneurs_ordre", "consultations = consultations + 1"),
    "heures_engagees_consultees": _une(
        f"{AR}.rpt_donneurs_ordre", "heures_engagees_consultees = heures_engagees_consultees + 1"
    ),
    "contacts": _une(f"{AR}.rpt_contacts", "contacts = contacts + 1"),
    "suivi_des_heures": _une(f"{AR}.rpt_suivi_engagements", "heures_realisees = heures_realisees + 1", "true"),
    "indicateurs_complets": "delete from rapport.indicateurs where code = 'CL032' and annee = 2017",
    "heures_indicateur_et_tables": "update rapport.indicateurs set valeur = valeur + 1 "
    "where code in ('CL001', 'CL002') and annee = 2017",
    "heures_btp_et_services": _une("rapport.indicateurs", "valeur = valeur + 1", "code = 'CL003'"),
    "salaries_btp_et_services": _une("rapport.indicateurs", "valeur = valeur + 1", "code = 'CL027'"),
    "pourcentages": _une("rapport.indicateurs", "valeur = valeur + 0.1", "code = 'CL021'"),
    "periodes": _une("rapport.indicateurs", "periode_fin = date '2019-12-31'", "code = 'CL032'"),
    "indicateurs_de_la_nuit": _une("rapport.indicateurs", "publication = 'autre'", "code = 'CL032'"),
}  # fmt: skip
"""Contrôle bloquant → ce qui fausse, après dbt, la table qu'il juge."""


def test_chaque_controle_bloquant_a_sa_faute() -> None:
    """Aucun contrôle bloquant n'est cru sur parole, et il y en a douze au moins."""
    livres = [nom for _, attendus in LIVRAISONS_FAUSSES for nom in attendus]
    assert sorted([*livres, *ENTREPOTS_FAUSSES]) == sorted(BLOQUANTS)
    assert len(BLOQUANTS) >= 12


# --- Ce qui se lisait avant, et doit rester ---


@dataclass(frozen=True)
class Lu:
    """Ce qu'un lecteur voit : empreinte de chaque table, ligne de chaque chiffre, état de chaque axe."""

    publication: str
    tables: dict[str, str]
    chiffres: dict[str, set[tuple[Any, ...]]]
    axes: dict[str, tuple[Any, ...]]


def lire(d: Dossiers) -> Lu:
    """Lit la publication courante."""
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:

        def lignes(requete: str) -> list[tuple[Any, ...]]:
            return base.execute(requete).fetchall()

        noms = lignes("select table_schema || '.' || table_name from information_schema.tables order by all")
        chiffres: dict[str, set[tuple[Any, ...]]] = {}
        for code, *reste in lignes("select code, annee, periode_debut, valeur, publication from rapport.indicateurs"):
            chiffres.setdefault(code, set()).add(tuple(reste))
        contenus = {nom: repr(lignes(f"select * from {nom} order by all")) for (nom,) in noms}
        return Lu(
            publication=lignes("select publication from meta.publications order by publiee_le desc limit 1")[0][0],
            tables={nom: hashlib.sha256(contenu.encode()).hexdigest() for nom, contenu in contenus.items()},
            chiffres=chiffres,
            axes={axe: tuple(etat) for axe, *etat in lignes("select axe, verdict, reporte from meta.axes")},
        )


def verifier(d: Dossiers, attendus: set[str], avant: Lu, publication: dict[str, Any]) -> None:
    """Seuls ces contrôles bloquants sont en défaut, leurs axes sont retenus, et ce qui s'en lisait n'a pas changé."""
    verdict = json.loads(Build.de(d).verdict.read_text(encoding="utf-8"))
    constats = {c["controle"]: c["verdict"] for c in verdict["controles"] if c["severite"] == BLOQUANT}
    assert {nom for nom, constat in constats.items() if constat != "conforme"} == attendus
    assert {constats[nom] for nom in attendus} == {"non_conforme"}
    axes = {BLOQUANTS[nom].axe for nom in attendus}
    assert {axe for axe, v in verdict["axes"].items() if v["verdict"] == "bloque"} == axes
    apres = lire(d)
    if "core" in axes:
        assert not publication["publiee"]
        assert apres == avant
        return
    assert publication["publiee"]
    assert apres.publication != avant.publication
    assert {axe for axe, (v, reporte) in apres.axes.items() if v == "bloque" and reporte} == axes
    for axe in axes:
        tables = [t for t in avant.tables if t.startswith(f"{axe}.")]
        assert {t: apres.tables[t] for t in tables} == {t: avant.tables[t] for t in tables}
    for c in verdict["controles"]:
        if c["controle"] in attendus:
            proteges = set(c["chiffres_proteges"].split()) & avant.chiffres.keys()
            assert proteges
            assert {x: apres.chiffres[x] for x in proteges} == {x: avant.chiffres[x] for x in proteges}


# --- Les livraisons fausses ---


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Un seul dossier pour toutes les nuits de ce module : dbt y garde son analyse partielle."""
    chemin = tmp_path_factory.mktemp("fautes")
    yield chemin
    shutil.rmtree(chemin, ignore_errors=True)


def reprendre(demonstration: Dossiers, racine: Path) -> Dossiers:
    """Remet les dossiers tels que la nuit de démonstration les a laissés, sauf le travail de dbt."""
    d = Dossiers(racine)
    for partie in sorted(demonstration.racine.iterdir()):
        if partie != demonstration.builds and partie.is_dir():
            shutil.rmtree(racine / partie.name, ignore_errors=True)
            shutil.copytree(partie, racine / partie.name, symlinks=True)
    if not d.builds.exists():
        shutil.copytree(demonstration.builds, d.builds)
    return d


@pytest.mark.parametrize(("fabriquer", "attendus"), LIVRAISONS_FAUSSES, ids=lambda x: getattr(x, "__name__", ""))
def test_une_livraison_fausse_retient_son_axe(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]],
    dossier: Path,
    fabriquer: Callable[[], Livraisons],
    attendus: set[str],
) -> None:
    """Déposée le lendemain d'une bonne nuit, elle est prise et contrôlée ; les tables de la veille restent en place."""
    d = reprendre(nuit_demonstration[0], dossier / "data")
    avant = lire(d)
    for nom, table in fabriquer().items():
        ecrire(d.depots / nom, table, Facon(encodage="utf-8-sig"))
    resultat = executer(d, LENDEMAIN)
    assert [m["statut"] for m in resultat["livraisons"] if m["statut"] == "refusee"] == []
    verifier(d, attendus, avant, resultat["publication"])


# --- Les entrepôts faussés ---


@pytest.fixture(scope="module")
def entrepot(nuit_demonstration: tuple[Dossiers, dict[str, Any]], dossier: Path) -> Dossiers:
    """La nuit du lendemain, bâtie par dbt mais pas encore contrôlée."""
    d = reprendre(nuit_demonstration[0], dossier / "data")
    build = preparer_base(d, LENDEMAIN, identifiant(d, LENDEMAIN))
    for couche in COUCHES:
        assert construire(build, couche)["reussi"]
    bati = Dossiers(dossier / "bati")
    for partie in (d.builds, d.publie):
        shutil.copytree(partie, bati.racine / partie.name, symlinks=True)
    return bati


def fausser(entrepot: Dossiers, racine: Path, requete: str) -> Dossiers:
    """Copie l'entrepôt bâti et y exécute une requête."""
    d = Dossiers(racine)
    shutil.copytree(entrepot.racine, racine, symlinks=True)
    with duckdb.connect(str(Build.de(d).base)) as base:
        base.execute(requete)
    return d


def test_l_entrepot_juste_passe(entrepot: Dossiers, d: Dossiers) -> None:
    """Sans faute, aucun axe n'est retenu : les fautes qui suivent sont bien la cause de ce qu'elles bloquent."""
    fausser(entrepot, d.racine, "select 1")
    verdict = controler(d, Build.de(d))
    assert "bloque" not in {v["verdict"] for v in verdict["axes"].values()}
    assert {c["verdict"] for c in verdict["controles"]} <= {"conforme", "non_conforme"}


@pytest.mark.parametrize("nom", ENTREPOTS_FAUSSES)
def test_un_entrepot_fausse_retient_son_axe(entrepot: Dossiers, d: Dossiers, nom: str) -> None:
    """Un modèle devenu faux ne publie rien de son axe."""
    fausser(entrepot, d.racine, ENTREPOTS_FAUSSES[nom])
    avant = lire(d)
    controler(d, Build.de(d))
    verifier(d, {nom}, avant, publier(d, LENDEMAIN, Build.de(d)))
