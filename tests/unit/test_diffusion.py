"""Le secret statistique : rien de sensible ne se recalcule, d'une table à l'autre ni d'une diffusion à la suivante."""

from __future__ import annotations

import datetime as dt
import json
import logging
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml
from chantier import SUIVANTE, Chantier
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from include.confidentialite import CleAbsente, cle
from include.configuration import RACINE, Dossiers, organisation
from include.diffusion import cellules, declarations, diffusion, etat, public, secret
from include.diffusion.cellules import Cellule, cellule
from include.diffusion.public import SECRET, Diffusion
from include.diffusion.secret import Regle
from include.diffusion.succession import suivre
from include.publication import publier

REGLE = Regle(5, 3, 0.85)
AR = "achats_responsables"


# --- Ce que les modèles déclarent ---


def noeuds() -> list[dict[str, Any]]:
    """Les modèles des axes et du rapport, comme le manifeste de dbt les décrit."""
    trouves = []
    for yml in (RACINE / "dbt_project" / "models").rglob("*__models.yml"):
        schema = yml.parent.name
        for m in yaml.safe_load(yml.read_text(encoding="utf-8"))["models"]:
            meta = m.get("config", {}).get("meta", {}) | {"axe": {"rapport": "transverse"}.get(schema, schema)}
            colonnes = [c["name"] for c in m.get("columns", [])]
            noeud = {"resource_type": "model", "schema": schema, "name": m["name"], "config": {"meta": meta}}
            trouves.append(noeud | {"columns": colonnes})
    return trouves


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> list[declarations.Table]:
    """Les tables que le projet diffuse."""
    manifeste = tmp_path_factory.mktemp("manifeste") / "manifest.json"
    manifeste.write_text(json.dumps({"nodes": {n["name"]: n for n in noeuds()}}), encoding="utf-8")
    return declarations.lire(manifeste)


def test_chaque_declaration_nomme_des_colonnes_de_sa_table_et_de_sa_famille(tables: list[declarations.Table]) -> None:
    colonnes = {n["name"]: set(n["columns"]) for n in noeuds()}
    publiques = [t for t in tables if t.publique]
    assert len(publiques) >= 20
    for t in publiques:
        assert set(t.colonnes) <= colonnes[t.nom], t.nom
        if t.famille:
            sql = (RACINE / "include" / "diffusion" / "familles" / f"{t.famille}.sql").read_text(encoding="utf-8")
            filtrees = [*t.declaration.get("dimensions", []), *(m.si for m in t.mesures.values() if m.si)]
            assert all(f in sql for f in filtrees), t.nom
            assert set(t.declaration.get("parts", {}).values()) <= set(t.mesures), t.nom


def test_chaque_table_qui_sort_est_dans_un_extrait_declare(tables: list[declarations.Table]) -> None:
    """Les exposures de dbt disent ce qui va aux financeurs et au public : ni plus, ni moins que les déclarations."""
    fichier = RACINE / "dbt_project" / "models" / "_extraits__exposures.yml"
    extraits = {e["name"]: e for e in yaml.safe_load(fichier.read_text(encoding="utf-8"))["exposures"]}
    for nom, sorties in (
        ("extraits_des_financeurs", {t.nom for t in tables}),
        ("extraits_publics", {t.nom for t in tables if t.publique}),
    ):
        assert {t.removeprefix("ref('").removesuffix("')") for t in extraits[nom]["depends_on"]} == sorties


def test_aucune_table_d_une_ligne_par_personne_ne_sort(tables: list[declarations.Table]) -> None:
    colonnes = {n["name"]: set(n["columns"]) for n in noeuds()}
    dimensions = {t.nom: t.declaration["colonnes"] for t in tables if t.nom.startswith("dim_")}
    # Aux financeurs seuls, ce que leur rapport lit, et rien de ce que ces tables ont d'autre.
    assert dimensions == {
        "dim_projet": ["code_projet", "projet", "axe_principal", "axes_secondaires", "annee"],
        "dim_territoire": ["code_commune", "commune", "epci", "du", "au"],
        "dim_operation": ["id_operation", "code_commune"],
    }
    assert all(set(dites) < colonnes[nom] for nom, dites in dimensions.items())
    assert not any(t.publique for t in tables if t.nom in dimensions)
    assert {t.nom for t in tables if not t.nom.startswith("rpt_")} - dimensions.keys() == {
        "definitions", "indicateurs", "chiffres_publies", "rapprochement"
    }  # fmt: skip
    assert not any(c.startswith(("personne", "structure")) and c.endswith("_id") for t in tables for c in t.filtrantes)


def test_une_declaration_fausse_est_refusee(tmp_path: Path) -> None:
    def lire(**dite: Any) -> list[declarations.Table]:
        noeud = {"resource_type": "model", "schema": AR, "name": "rpt_x", "config": {"meta": {"diffusion": dite}}}
        (tmp_path / "m.json").write_text(json.dumps({"nodes": {"x": noeud}}), encoding="utf-8")
        return declarations.lire(tmp_path / "m.json")

    with pytest.raises(ValueError, match="audience attendue"):
        lire(audience="tous")
    with pytest.raises(ValueError, match="clés inconnues : mesure"):
        lire(audience="financeur", mesure={})
    with pytest.raises(ValueError, match="sa famille"):
        lire(audience="public")
    with pytest.raises(ValueError, match="« moyenne »"):
        lire(audience="public", famille="heures", mesures={"heures": "moyenne"})
    assert [t.publique for t in lire(audience="financeur")] == [False]


def test_un_pole_peut_etre_plus_strict_mais_pas_moins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ecrit = yaml.safe_load((RACINE / "organisation.yml").read_text(encoding="utf-8"))
    chemin = tmp_path / "organisation.yml"
    monkeypatch.setenv("ENTREPOT_ORGANISATION", str(chemin))
    for seuils, admis in (
        ({"personnes": 10, "entreprises": 4, "part_dominante": 0.7}, True),
        ({"personnes": 4, "entreprises": 3, "part_dominante": 0.85}, False),
        ({"personnes": 5, "entreprises": 2, "part_dominante": 0.85}, False),
        ({"personnes": 5, "entreprises": 3, "part_dominante": 0.9}, False),
        ({"personnes": 5, "entreprises": 3}, False),
    ):
        chemin.write_text(yaml.safe_dump(ecrit | {"secret_statistique": seuils}), encoding="utf-8")
        organisation.cache_clear()
        try:
            if admis:
                assert organisation()["secret_statistique"] == seuils
            else:
                with pytest.raises(ValueError, match="secret_statistique : au moins 5 personnes et 3 entreprises"):
                    organisation()
        finally:
            organisation.cache_clear()


# --- Masquer : par propriétés ---


def cadre(lignes: list[tuple[str, str, float, str, str]]) -> pd.DataFrame:
    """Contributions (personne, entreprise, valeur, a, b) d'une seule diffusion."""
    c = pd.DataFrame(lignes, columns=["personne", "entreprise", "valeur", "a", "b"])
    return c.astype({"valeur": float}).assign(versions=1)


CELLULES: list[Cellule] = [
    cellule(), *(cellule(a=[x]) for x in "xyz"), *(cellule(b=[x]) for x in "uv"),
    *(cellule(a=[x], b=[y]) for x in "xyz" for y in "uv"),
]  # fmt: skip


def masquees(c: pd.DataFrame, comptes: set[str], les_cellules: list[Cellule] = CELLULES) -> set[Cellule]:
    les_espaces = cellules.espaces(c, les_cellules, [1], comptes)
    masses = les_espaces[0].cellules @ les_espaces[0].valeurs
    rangs = range(len(les_cellules))
    return {les_cellules[i] for i in secret.masquer(les_espaces, REGLE, rangs, [], [], lambda i: (masses[i], i))}


def fuites(c: pd.DataFrame, comptes: set[str], cachees: set[Cellule]) -> list[tuple[Cellule, Cellule | None]]:
    """Cellules, ou différences de deux cellules, sensibles et que les montrées donnent : recompté à la main.

    Chaque contribution (ou personne) est une inconnue ; une valeur est donnée si toutes les solutions positives de ce
    qui est montré lui donnent la même, ou la mettent sous le seuil.
    """
    dedans = {x: cellules.masque(c, x) for x in CELLULES}
    trouvees: list[tuple[Cellule, Cellule | None]] = []
    vecteurs: dict[tuple[Cellule, Cellule | None], np.ndarray] = {(x, None): dedans[x] for x in CELLULES}
    for x in CELLULES:
        for y in CELLULES:
            if (dedans[y] <= dedans[x]).all() and dedans[y].sum() < dedans[x].sum():
                vecteurs[x, y] = dedans[x] & ~dedans[y]
    montrees = [x for x in CELLULES if x not in cachees]
    for compte in comptes:
        if compte == "personnes":
            noms = sorted(set(c["personne"]))
            inconnues = np.ones(len(noms))
            a = np.array([[(dedans[x] & (c["personne"] == n)).any() for n in noms] for x in CELLULES], dtype=float)
        else:
            inconnues = c["valeur"].to_numpy() if compte == "somme" else np.ones(len(c))
            a = np.array([dedans[x] for x in CELLULES], dtype=float)
        par_cellule = dict(zip(CELLULES, a, strict=True))
        connues = np.array([par_cellule[x] for x in montrees])
        caches = [par_cellule[x] for x in CELLULES if x in cachees]
        for (x, y), retenues in vecteurs.items():
            w = par_cellule[x] - (par_cellule[y] if y is not None else 0)
            if not w.any() or not _sensible(c, retenues, w, compte):
                continue
            borne: dict[str, Any] = {"method": "highs", "bounds": (0, None)}
            if compte != "somme" and caches:
                borne |= {"A_ub": -np.array(caches), "b_ub": -np.ones(len(caches))}
            if len(montrees):
                borne |= {"A_eq": connues, "b_eq": connues @ inconnues}
            haut, bas = linprog(-w, **borne), linprog(w, **borne)
            if compte == "somme":
                serree = haut.status == 0 and -haut.fun < 1.14 * (w @ inconnues)
                serree |= bas.status == 0 and bas.fun > 0.86 * (w @ inconnues)
            else:
                serree = haut.status == 0 and -haut.fun < (5 if c["personne"].any() else 3) - 1e-6
            if serree:
                trouvees.append((x, y))
    return trouvees


def _sensible(c: pd.DataFrame, retenues: np.ndarray, w: np.ndarray, compte: str) -> bool:
    if compte == "personnes":
        return 0 < np.count_nonzero(w) < 5
    siennes = c[retenues]
    if siennes["personne"].any() and 0 < siennes["personne"].nunique() < 5:
        return True
    if not siennes["entreprise"].any():
        return False
    parts = siennes.groupby("entreprise")["valeur"].sum()
    return 0 < len(parts) < 3 or bool(compte == "somme" and len(parts) and parts.max() > 0.85 * parts.sum())


contributions = st.lists(
    st.tuples(
        st.sampled_from([f"P{i}" for i in range(14)]), st.sampled_from([f"E{i}" for i in range(7)]),
        st.sampled_from([1.0, 3.5, 12.0, 40.0]), st.sampled_from("xyz"), st.sampled_from("uv"),
    ),
    min_size=1, max_size=45,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(contributions)
def test_rien_de_sensible_ne_se_deduit_d_heures(lignes: list[Any]) -> None:
    c = cadre(lignes)
    assert fuites(c, {"somme"}, masquees(c, {"somme"})) == []


@settings(deadline=None, max_examples=30)
@given(contributions)
def test_rien_de_sensible_ne_se_deduit_de_comptes_de_contrats_et_de_personnes(lignes: list[Any]) -> None:
    c = cadre([(p, "", 1.0, a, b) for p, _, _, a, b in lignes])
    comptes = {"compte", "personnes"}
    assert fuites(c, comptes, masquees(c, comptes)) == []


@settings(deadline=None, max_examples=30)
@given(contributions, st.randoms())
def test_le_choix_ne_depend_pas_de_l_ordre_des_lignes(lignes: list[Any], hasard: Any) -> None:
    melangees = list(lignes)
    hasard.shuffle(melangees)
    assert masquees(cadre(lignes), {"somme"}) == masquees(cadre(melangees), {"somme"})


@settings(deadline=None, max_examples=40)
@given(contributions, contributions, st.sets(st.integers(0, 44)))
def test_rien_de_sensible_ne_se_deduit_de_deux_diffusions(
    anciennes: list[Any], ajouts: list[Any], parties: set[int]
) -> None:
    """Des contributions partent, d'autres arrivent ; le lecteur a gardé ce que la première diffusion montrait."""
    c = cadre([*anciennes, *ajouts])
    n = len(anciennes)
    c["versions"] = [2 if i >= n else 1 if i in parties else 3 for i in range(len(c))]
    hier = masquees(c[c["versions"] != 2].assign(versions=1).reset_index(drop=True), {"somme"})
    les_espaces = cellules.espaces(c, CELLULES, [1, 2], {"somme"})
    k = len(CELLULES)
    connues = [i for i, x in enumerate(CELLULES) if x not in hier]
    courantes = [k + i for i in range(k)]
    temporelles = [(k + i, i) for i in range(k)]
    cachees = secret.masquer(les_espaces, REGLE, courantes, connues, temporelles, lambda i: (i,))
    a = les_espaces[0].cellules.toarray()
    su, ensemble = a[connues], a[[*connues, *(i for i in courantes if i not in cachees)]]
    vecteurs = [*a[k:], *(a[x] - a[y] for x, y in temporelles)]
    for w in vecteurs:
        if w.any() and _sensible(c, w != 0, w, "somme") and not _engendre(su, w):
            assert not _engendre(ensemble, w)


def _engendre(lignes: np.ndarray, w: np.ndarray) -> bool:
    rang = np.linalg.matrix_rank
    return bool(len(lignes) and rang(np.vstack([lignes, w])) == rang(lignes))


def test_l_attaque_par_proprietes_sait_trouver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une seule petite cellule : sans masquage complémentaire, la marge la rend."""
    c = cadre([(f"P{i}", f"E{i}", 10.0, "x", "u" if i < 3 else "v") for i in range(12)])
    monkeypatch.setattr(secret, "_a_proteger", lambda *_: [])
    assert (cellule(b=["u"]), None) in fuites(c, {"somme"}, masquees(c, {"somme"}))


def test_ce_qui_est_gros_se_montre_et_un_zero_aussi() -> None:
    c = cadre([(f"P{i}", f"E{i % 20}", 10.0, "xy"[i % 2], "uv"[i // 2 % 2]) for i in range(80)])
    assert masquees(c, {"somme"}) == set()


def test_une_entreprise_dominante_et_deux_entreprises_sont_sensibles() -> None:
    gros = [(f"P{i}", "E0", 100.0, "x", "u") for i in range(9)] + [(f"Q{i}", f"E{i}", 1.0, "x", "u") for i in (1, 2)]
    autres = [(f"R{i}", f"F{i % 9}", 50.0, "yz"[i % 2], "uv"[i % 2]) for i in range(60)]
    assert cellule(a=["x"]) in masquees(cadre(gros + autres), {"somme"})
    deux = [(f"P{i}", f"E{i % 2}", 10.0, "x", "u") for i in range(30)]
    assert cellule(a=["x"]) in masquees(cadre(deux + autres), {"somme"})


def test_la_difference_de_deux_cellules_montrees_n_est_pas_sensible() -> None:
    """61 salariés dont 58 femmes : les trois hommes se déduiraient."""
    c = cadre([(f"P{i}", "", 1.0, "x" if i < 58 else "", "u") for i in range(61)])
    les_cellules = [cellule(), cellule(a=["x"])]
    assert masquees(c, {"personnes"}, les_cellules) == {cellule(a=["x"])}


def test_cinq_cellules_d_une_seule_personne_ne_se_bornent_pas_a_un() -> None:
    """La somme des cachées fait cinq : chacune, qui n'est pas nulle, vaudrait un. Une de plus est cachée."""
    lignes = [(f"P{i}", "", 1.0, str(i), "") for i in range(5)] + [(f"Q{i}", "", 1.0, "g", "") for i in range(9)]
    les_cellules = [cellule(), cellule(a=["g"]), *(cellule(a=[str(i)]) for i in range(5))]
    assert cellule(a=["g"]) in masquees(cadre(lignes), {"compte"}, les_cellules)


# --- D'une diffusion à la suivante ---


def nouvelles(lignes: list[tuple[str, str, float, str, str]]) -> pd.DataFrame:
    return cadre(lignes).drop(columns="versions")


HIER = [
    ("P1", "E1", 10.0, "x", "u"), ("P1", "E1", 10.0, "x", "u"), ("P2", "E1", 5.0, "y", "u"),
    ("P3", "E2", 5.0, "y", "v"),
]  # fmt: skip


def changees(lignes: list[Any]) -> list[tuple[Any, ...]]:
    suite = suivre(cadre(HIER), nouvelles(lignes), 1, 2)
    c = suite.contributions
    return sorted(tuple(v) for v in c[suite.changees][["personne", "valeur", "a", "versions"]].to_numpy().tolist())


def test_rien_ne_change_quand_seul_un_pseudonyme_change() -> None:
    efface = [("ZZ" if p == "P1" else p, *reste) for p, *reste in HIER]
    assert changees(efface) == []
    suite = suivre(cadre(HIER), nouvelles(efface), 1, 2).contributions
    assert sorted(suite["personne"]) == ["P2", "P3", "ZZ", "ZZ"]
    assert set(suite["versions"]) == {3}


def test_une_heure_de_plus_change_une_contribution() -> None:
    corrige = [*HIER[:3], ("P3", "E2", 6.0, "y", "v")]
    assert changees(corrige) == [("P3", 5.0, "y", 1), ("P3", 6.0, "y", 2)]
    assert changees([*HIER, HIER[0]]) == [("P1", 10.0, "x", 2)]
    assert changees(HIER[1:]) == [("P1", 10.0, "x", 1)]


def test_deux_personnes_reunies_changent_toutes_les_deux() -> None:
    reunies = [("P1" if p == "P2" else p, *reste) for p, *reste in HIER]
    assert {p for p, *_ in changees(reunies)} == {"P1", "P2"}


# --- Arrêter les tranches d'une base ---


@dataclass
class Base:
    """Une petite base publiée d'achats : des heures, et les tables qui les additionnent."""

    heures: list[tuple[Any, ...]] = field(default_factory=list)
    """(année, mois, personne, entreprise, opération, heures)"""
    arrete_au: dt.date = dt.date(2030, 12, 31)
    retouche: str = ""
    """Requête passée après le calcul des tables."""

    def ouvrir(self) -> duckdb.DuckDBPyConnection:
        base = duckdb.connect()
        base.execute("""
            create schema achats_responsables;
            create table achats_responsables.fct_heures (annee integer, mois date, personne_id varchar,
                structure_id varchar, id_operation varchar, heures decimal(12, 2), secteur varchar,
                type_contrat varchar, modalite varchar);
            create table achats_responsables.dim_operation (id_operation varchar, donneur_ordre varchar,
                operation varchar, secteur varchar)""")
        operations = sorted({o for *_, o, _ in self.heures})
        for i, o in enumerate(operations):
            base.execute(
                "insert into achats_responsables.dim_operation values (?, ?, ?, ?)",
                [o, f"DO{i // 3}", f"Opération {o}", "BTP" if i % 3 == 0 else "SERVICES"],
            )
        for annee, mois, personne, entreprise, o, h in self.heures:
            secteur = "BTP" if operations.index(o) % 3 == 0 else "SERVICES"
            type_, modalite = (
                ("CDI", "CDD", "CDDI")[int(personne[1:]) % 3],
                ("Directe", "Autre")[int(entreprise[1:]) % 2],
            )
            base.execute(
                "insert into achats_responsables.fct_heures values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [annee, dt.date(annee, mois, 1), personne, entreprise, o, h, secteur, type_, modalite],
            )
        for nom, colonne in (("secteur", "secteur"), ("type_contrat", "type_contrat"), ("modalite", "modalite")):
            base.execute(f"""create table achats_responsables.rpt_heures_{nom} as
                select annee, {colonne}, cast(sum(heures) as decimal(14, 2)) as heures,
                cast(sum(heures) as double) / sum(sum(heures)) over (partition by annee) as part
                from achats_responsables.fct_heures group by annee, {colonne}""")
        base.execute("""
            create table achats_responsables.rpt_heures_mois as select annee, month(mois) as mois, secteur,
                cast(sum(heures) as decimal(14, 2)) as heures from achats_responsables.fct_heures group by all;
            create table achats_responsables.rpt_heures_operation as select
                *, row_number() over (partition by annee order by heures desc, id_operation) as rang from (
                select annee, donneur_ordre, operation, o.secteur, id_operation,
                cast(sum(heures) as decimal(14, 2)) as heures
                from achats_responsables.fct_heures join achats_responsables.dim_operation as o using (id_operation)
                group by all);
            create table achats_responsables.rpt_donneurs_ordre as select annee, donneur_ordre,
                count(distinct id_operation) as operations_actives, cast(sum(heures) as decimal(14, 2)) as heures,
                0 as consultations, 0.0 as heures_engagees_consultees
                from achats_responsables.fct_heures join achats_responsables.dim_operation using (id_operation)
                group by all""")
        if self.retouche:
            base.execute(self.retouche)
        return base

    def arreter(self, tables: list[declarations.Table], connu: etat.Etat | None = None) -> Diffusion:
        siennes = [t for t in tables if t.publique and t.famille == "heures"]
        with self.ouvrir() as base:
            return public.arreter(base, siennes, {AR: self.arrete_au}, connu or {}, REGLE, set())


def grande(annee: int = 2030, combien: int = 132) -> list[tuple[Any, ...]]:
    """Des heures où tout est gros, sauf quelques opérations."""
    lignes = [(annee, 1 + i % 3, f"P{i}", f"E{i % 11}", f"O{i % 4}", 20 + i % 7) for i in range(combien)]
    return [*lignes, (annee, 1, "P900", "E1", "O7", 30), (annee, 2, "P910", "E2", "O8", 45)]


def heures_montrees(d: Diffusion, nom: str = "rpt_heures_secteur", tranche: str = "2030") -> dict[str, str | None]:
    """Par libellé, heures d'une table ; « s » si elles sont sous secret."""
    lignes = d.etat["heures", tranche].lignes[f"{AR}.{nom}"]
    libelle = next(c for c in lignes[0] if c in ("secteur", "id_operation", "donneur_ordre", "type_contrat"))
    return {str(x[libelle]): "s" if "heures" in (x[SECRET] or "").split() else x["heures"] for x in lignes}


def test_une_premiere_diffusion_masque_ce_qui_est_petit(tables: list[declarations.Table]) -> None:
    d = Base(grande()).arreter(tables)
    operations = heures_montrees(d, "rpt_heures_operation")
    assert (operations["O7"], operations["O8"]) == ("s", "s")
    assert "s" not in heures_montrees(d).values()
    for ligne in d.etat["heures", "2030"].lignes[f"{AR}.rpt_heures_operation"]:
        assert (ligne["heures"] is None) == ("heures" in (ligne[SECRET] or "")), "une valeur cachée est vidée"


def test_un_rang_ne_dit_rien_des_valeurs_cachees(tables: list[declarations.Table]) -> None:
    """Les rangs sont refaits parmi ce qui se montre, et ce qui est caché suit dans l'ordre des libellés."""
    from include.diffusion.bases import _ranger

    t = next(t for t in tables if t.nom == "rpt_heures_operation")
    lignes = [
        {"id_operation": i, "rang": r, "heures": h, SECRET: None if h else "heures rang"}
        for i, r, h in (("a", None, None), ("b", "4", "10"), ("c", "1", "90"), ("d", None, None), ("e", "2", "50"))
    ]
    assert [(x["id_operation"], x["rang"]) for x in _ranger(t, lignes)] == [
        ("c", "1"), ("e", "2"), ("b", "3"), ("a", None), ("d", None)
    ]  # fmt: skip


def test_une_annee_qui_court_n_est_pas_publique(tables: list[declarations.Table]) -> None:
    d = Base([*grande(2030), *grande(2031)], dt.date(2031, 6, 30)).arreter(tables)
    assert {tranche for _, tranche in d.etat} == {"2030"}


def test_sans_changement_les_memes_cellules_se_montrent(tables: list[declarations.Table]) -> None:
    avant = Base(grande()).arreter(tables)
    efface = [(a, m, "P990" if p == "P900" else p, *r) for a, m, p, *r in grande()]
    for lignes in (grande(), efface):
        apres = Base(lignes, dt.date(2031, 1, 5)).arreter(tables, avant.etat)
        assert apres.etat["heures", "2030"].lignes == avant.etat["heures", "2030"].lignes
        assert [v.arrete_au for v in apres.etat["heures", "2030"].versions] == ["2031-01-05"]
        assert apres.dates == {}
        assert set(apres.etat["heures", "2030"].contributions["personne"]) == {p for _, _, p, *_ in lignes}


def test_une_personne_de_plus_ne_change_rien_a_ce_qui_se_lit(
    tables: list[declarations.Table], caplog: pytest.LogCaptureFixture
) -> None:
    """Les heures tardives d'une personne : l'année reste celle d'avant, datée, tant que trop peu ont changé."""
    avant = Base(grande()).arreter(tables)
    tardives = [*grande(), (2030, 3, "P1", "E1", "O1", 17.5)]
    with caplog.at_level(logging.WARNING):
        apres = Base(tardives, dt.date(2031, 1, 5)).arreter(tables, avant.etat)
    assert apres.etat["heures", "2030"].lignes == avant.etat["heures", "2030"].lignes
    assert apres.dates[f"{AR}.rpt_heures_secteur"] == [("2030", "2030-12-31")]
    assert "trop peu de personnes ou d'entreprises ont changé" in caplog.text


def test_de_nombreuses_heures_tardives_se_montrent_sans_que_leur_difference_nomme_personne(
    tables: list[declarations.Table],
) -> None:
    """Douze personnes de six entreprises dans un secteur, une seule dans l'autre : seuls les totaux se montrent."""
    avant = Base(grande()).arreter(tables)
    tardives = [(2030, 3, f"P{200 + i}", f"E{i % 6}", "O1", 11) for i in range(12)]
    seule = [(2030, 3, "P300", "E9", "O0", 23)]
    apres = Base([*grande(), *tardives, *seule], dt.date(2031, 1, 5)).arreter(tables, avant.etat)
    donneurs = heures_montrees(avant, "rpt_donneurs_ordre"), heures_montrees(apres, "rpt_donneurs_ordre")
    assert "s" not in donneurs[1].values()
    assert donneurs[0]["DO0"] != donneurs[1]["DO0"]
    assert heures_montrees(apres)["BTP"] == "s", "sa différence avec hier serait les heures d'une seule personne"
    assert heures_montrees(apres)["SERVICES"] == "s", "le total moins SERVICES donnerait BTP"
    assert heures_montrees(apres, "rpt_heures_operation")["O0"] == "s"
    assert [v.arrete_au for v in apres.etat["heures", "2030"].versions] == ["2030-12-31", "2031-01-05"]


def test_republier_une_nuit_passee_ne_livre_pas_la_difference(tables: list[declarations.Table]) -> None:
    """La nuit passée a une personne de moins : ce qui est déjà montré reste."""
    avant = Base([*grande(), (2030, 3, "P1", "E1", "O1", 17.5)]).arreter(tables)
    apres = Base(grande()).arreter(tables, avant.etat)
    assert apres.etat["heures", "2030"].lignes == avant.etat["heures", "2030"].lignes


def test_les_diffusions_plus_anciennes_comptent_aussi(tables: list[declarations.Table]) -> None:
    """Neuf arrivent, puis huit d'entre eux repartent : d'avant-hier à aujourd'hui, un seul a changé."""
    tardives = [(2030, 3, f"P{200 + i}", f"E{i % 6}", "O1", 11 + i) for i in range(9)]
    avant_hier = Base(grande()).arreter(tables)
    hier = Base([*grande(), *tardives]).arreter(tables, avant_hier.etat)
    apres = Base([*grande(), tardives[0]]).arreter(tables, hier.etat)
    montres = [heures_montrees(d, "rpt_donneurs_ordre")["DO0"] for d in (avant_hier, hier, apres)]
    assert montres[0] != montres[1]
    assert montres == [*montres[:2], "s"]
    assert "s" not in montres[:2]


def test_une_famille_qui_n_est_plus_publique_n_est_pas_oubliee(tables: list[declarations.Table]) -> None:
    avant = Base(grande()).arreter(tables)
    assert Base(grande()).arreter([], avant.etat).etat == avant.etat


@pytest.mark.parametrize(
    ("retouche", "motif"),
    [
        (
            "update achats_responsables.rpt_heures_secteur set heures = heures + 1 where secteur = 'BTP'",
            "recalculent pas",
        ),
        ("drop table achats_responsables.rpt_heures_mois", "manque"),
        ("alter table achats_responsables.fct_heures drop column modalite", "manque"),
    ],
)
def test_ce_qui_ne_se_recalcule_pas_reste_comme_avant_ou_ne_se_montre_pas(
    tables: list[declarations.Table], caplog: pytest.LogCaptureFixture, retouche: str, motif: str
) -> None:
    with caplog.at_level(logging.WARNING):
        premiere = Base(grande(), retouche=retouche).arreter(tables)
        avant = Base(grande()).arreter(tables)
        apres = Base(grande(), retouche=retouche).arreter(tables, avant.etat)
    assert premiere.etat == {}
    assert apres.etat["heures", "2030"].lignes == avant.etat["heures", "2030"].lignes
    assert motif in caplog.text
    assert not any(c in caplog.text for c in ("P1", "E1", "Opération"))


def test_une_tranche_trop_grosse_ne_se_diffuse_pas(
    tables: list[declarations.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "CELLULES", 10)
    assert Base(grande()).arreter(tables).etat == {}
    monkeypatch.undo()
    monkeypatch.setattr(cellules, "CONTRIBUTIONS", 10)
    assert Base(grande()).arreter(tables).etat == {}


# --- Ce que le public sait déjà ---


def test_l_etat_se_relit_tel_quel_et_chiffre(d: Dossiers, tables: list[declarations.Table]) -> None:
    ecrit = Base(grande()).arreter(tables).etat
    etat.ecrire(d, cle(d), "2031-01-02-1", ecrit)
    lu = etat.lire(d, cle(d), "2031-01-02-1")
    assert lu.keys() == ecrit.keys()
    for t, tranche in lu.items():
        assert (tranche.versions, tranche.lignes) == (ecrit[t].versions, ecrit[t].lignes)
        pd.testing.assert_frame_equal(tranche.contributions, ecrit[t].contributions, check_dtype=False)
    fichiers = [f for f in (d.prive / "diffusion").rglob("*") if f.is_file()]
    assert fichiers
    assert all(f.suffix == ".enc" and b"P900" not in f.read_bytes() for f in fichiers)
    assert Base(grande()).arreter(tables, lu).etat["heures", "2030"].lignes == ecrit["heures", "2030"].lignes


def test_un_effacement_fait_dans_l_etat_et_dans_la_base_n_est_pas_un_changement(
    d: Dossiers, tables: list[declarations.Table]
) -> None:
    """L'effacement (include.droits) remplace un pseudonyme partout où il est écrit : ici aussi."""
    from include.droits.operation import _remplacer_dans_la_diffusion

    ecrit = Base(grande()).arreter(tables).etat
    etat.ecrire(d, cle(d), "2031-01-02-1", ecrit)
    _remplacer_dans_la_diffusion(d, cle(d), {"P900": "P990"})
    lu = etat.lire(d, cle(d), "2031-01-02-1")
    assert {"P900", "P990"} & set(lu["heures", "2030"].contributions["personne"]) == {"P990"}
    efface = [(a, m, "P990" if p == "P900" else p, *r) for a, m, p, *r in grande()]
    apres = Base(efface).arreter(tables, lu)
    assert apres.etat["heures", "2030"].lignes == ecrit["heures", "2030"].lignes
    assert len(apres.etat["heures", "2030"].versions) == 1


@pytest.mark.parametrize("abimer", ["tout", "fiche", "contributions", "octet"])
def test_un_etat_perdu_se_dit_sans_valeur(d: Dossiers, tables: list[declarations.Table], abimer: str) -> None:
    etat.ecrire(d, cle(d), "n", Base(grande()).arreter(tables).etat)
    dossier = etat.dossier(d, "n")
    if abimer == "tout":
        shutil.rmtree(dossier)
    elif abimer == "octet":
        fiche = dossier / etat.FICHE
        fiche.write_bytes(fiche.read_bytes()[:-5] + b"xxxxx")
    else:
        (dossier / (etat.FICHE if abimer == "fiche" else etat.CONTRIBUTIONS.format("heures"))).unlink()
    with pytest.raises(etat.EtatPerdu, match="manque ou ne se lit pas") as erreur:
        etat.lire(d, cle(d), "n")
    assert erreur.value.__cause__ is None


# --- Avec la publication ---

DIFFUSEES: dict[str, dict[str, Any]] = {
    "achats_responsables.rpt_heures_secteur": {
        "audience": "public", "famille": "heures", "tranche": "annee", "dimensions": ["secteur"],
        "mesures": {"heures": "somme"},
    },
    "achats_responsables.rpt_suivi_engagements": {"audience": "financeur"},
    "rapport.rpt_presse": {"audience": "public", "sans_secret": "Des articles.", "colonnes": ["annee", "articles"]},
    "rapport.indicateurs": {
        "audience": "public", "sans_secret": "Des articles.", "calculs": [],
        "colonnes": ["code", "libelle", "axe", "projet", "annee", "periode_debut", "periode_fin", "valeur",
                     "numerateur", "denominateur", "unite", "modele", "sources", "publication"],
    },
}  # fmt: skip


def publier_nuit(d: Dossiers, chantier: Chantier) -> Path:
    """Publie un chantier de poche dont quelques tables se diffusent ; rend le dossier courant."""
    build = chantier.ecrire(d)
    manifeste = json.loads(build.manifeste_dbt.read_text(encoding="utf-8"))
    for nom, dite in DIFFUSEES.items():
        manifeste["nodes"][nom]["config"]["meta"]["diffusion"] = dite
    build.manifeste_dbt.write_text(json.dumps(manifeste), encoding="utf-8")
    assert publier(d, chantier.nuit, build)["publiee"]
    return (d.publie / "courant").resolve()


def test_chaque_audience_a_son_dossier_et_ne_lit_que_le_sien(d: Dossiers) -> None:
    courant = publier_nuit(d, Chantier())
    feuilles = {
        audience: openpyxl.load_workbook(courant / audience / "extraits" / f"{AR}.xlsx").sheetnames
        for audience in ("financeur", "public")
    }
    assert "Suivi des engagements" in feuilles["financeur"]
    assert "Suivi des engagements" not in feuilles["public"]
    for audience in feuilles:
        assert not [f for f in (courant / audience).rglob("*") if f.suffix in (".duckdb", ".parquet")]
        page = (courant / audience / "index.html").read_text(encoding="utf-8")
        liens = [morceau.split('"')[0] for morceau in page.split('href="')[1:]]
        assert liens
        assert all((courant / audience / lien.split("#")[0]).is_file() for lien in liens if not lien.startswith("#"))
        assert not any(lien.startswith(("/", "..", "http")) for lien in liens)
        assert "entrepot.duckdb" not in page
    assert "restreinte aux financeurs" in (courant / "financeur" / "index.html").read_text(encoding="utf-8")


def test_le_public_ne_voit_ni_controle_ni_fichier_recu(d: Dossiers) -> None:
    controle = {
        "axe": AR, "controle": "achats_responsables.fraicheur", "severite": "signale", "lignes_en_cause": 2,
        "proprietaire": "Service clauses", "verdict": "non_conforme", "chiffres_proteges": "CL001",
        "message": "Lots en retard",
    }  # fmt: skip
    livraisons = [("a-1", "abc_clauses_heures", "acceptee", 4)]
    courant = publier_nuit(d, Chantier(controles=[controle], livraisons=livraisons))
    textes = {a: (courant / a / "index.html").read_text(encoding="utf-8") for a in ("financeur", "public")}
    assert "Lots en retard" in textes["financeur"]
    for cache in ("Lots en retard", "abc_clauses_heures", "Service clauses"):
        assert cache not in textes["public"], cache
    classeur = openpyxl.load_workbook(courant / "public" / "extraits" / "transverse.xlsx")
    lu = "\n".join(str(c.value) for feuille in classeur for ligne in feuille for c in ligne if c.value)
    assert "Lots en retard" not in lu and "abc_clauses_heures" not in lu and "secret statistique" in lu


def test_une_famille_illisible_ne_se_montre_pas(d: Dossiers) -> None:
    """Le chantier de poche n'a pas les opérations : rien ne dit de quoi ses heures sont faites."""
    courant = publier_nuit(d, Chantier())
    csv = (courant / "public" / "extraits" / AR / "heures_secteur.csv").read_text(encoding="utf-8-sig")
    assert csv.splitlines() == ["Année;Secteur;Heures réalisées"]
    presse = (courant / "public" / "extraits" / "transverse" / "presse.csv").read_text(encoding="utf-8-sig")
    assert presse.splitlines() == ["Année;Articles", "2030;3"]


def test_l_etat_suit_la_publication_courante(d: Dossiers) -> None:
    premiere = publier_nuit(d, Chantier()).name
    assert [p.name for p in (d.prive / "diffusion").iterdir()] == [premiere]
    seconde = publier_nuit(d, Chantier(nuit=SUIVANTE, articles=4)).name
    assert seconde != premiere
    assert [p.name for p in (d.prive / "diffusion").iterdir()] == [seconde]


def test_un_arret_avant_la_bascule_laisse_l_etat_de_la_publication_courante(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    premiere = publier_nuit(d, Chantier())
    monkeypatch.setattr("include.publication.bascule.basculer", _arret)
    with pytest.raises(KeyboardInterrupt):
        publier_nuit(d, Chantier(nuit=SUIVANTE, articles=4))
    assert (d.publie / "courant").resolve() == premiere
    assert etat.lire(d, cle(d), premiere.name) is not None
    monkeypatch.undo()
    seconde = publier_nuit(d, Chantier(nuit=SUIVANTE, articles=4))
    assert [p.name for p in (d.prive / "diffusion").iterdir()] == [seconde.name]


def _arret(*_: Any) -> None:
    raise KeyboardInterrupt


def test_un_etat_perdu_suspend_la_diffusion_jusqu_a_ce_que_quelqu_un_decide(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from include.diffusion import __main__ as commande

    publier_nuit(d, Chantier())
    shutil.rmtree(d.prive / "diffusion")
    seconde = publier_nuit(d, Chantier(nuit=SUIVANTE, articles=4))
    page = (seconde / "public" / "index.html").read_text(encoding="utf-8")
    assert "Diffusion suspendue" in page
    assert not list((seconde / "public").rglob("presse.csv"))
    assert list((seconde / "financeur").rglob("*.xlsx")), "les financeurs ne sont pas concernés"
    troisieme = publier_nuit(d, Chantier(nuit=SUIVANTE, articles=5))
    assert "Diffusion suspendue" in (troisieme / "public" / "index.html").read_text(encoding="utf-8")

    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    monkeypatch.setattr("sys.argv", ["include.diffusion", "repartir"])
    commande.main()
    assert troisieme.name in capsys.readouterr().out
    quatrieme = publier_nuit(d, Chantier(nuit=SUIVANTE, articles=6))
    assert "Diffusion suspendue" not in (quatrieme / "public" / "index.html").read_text(encoding="utf-8")
    assert list((quatrieme / "public").rglob("presse.csv"))


def test_sans_cle_rien_ne_se_diffuse(d: Dossiers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    courant = publier_nuit(d, Chantier())
    monkeypatch.setenv("ENTREPOT_DEPLOIEMENT", "configure")
    (tmp_path / "composee").mkdir()
    shutil.copy(courant / diffusion.BASE, tmp_path / "composee")
    manifeste = d.builds / "dbt" / "manifest.json"
    with pytest.raises(CleAbsente):
        diffusion.ecrire(d, tmp_path / "composee", manifeste, "2031-01-03-1", courant)
    assert not (tmp_path / "composee" / "public").exists()
