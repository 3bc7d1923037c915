"""Le registre des chiffres et ce que le rapport imprime : qui lit quoi, et une définition complète par chiffre."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from include.configuration import RACINE
from include.contrats import tous

GRAINES = RACINE / "dbt_project" / "seeds"
MODELES = RACINE / "dbt_project" / "models" / "rapport"


def _lire(graine: str) -> list[dict[str, str]]:
    with (GRAINES / graine).open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier))


REGISTRE = _lire("rapport/registre_indicateurs.csv")
IMPRIMES = _lire("rapport/chiffres_imprimes.csv")
INCOHERENCES = _lire("rapport/incoherences_imprimees.csv")
PAR_CODE = {r["code"]: r for r in REGISTRE}
SQL = {p.stem: p.read_text(encoding="utf-8") for p in sorted(MODELES.glob("*.sql"))}


@pytest.fixture(scope="module")
def manifeste(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Le projet dbt tel que dbt le comprend."""
    from dbt.cli.main import dbtRunner

    cible = tmp_path_factory.mktemp("dbt")
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("ENTREPOT_BUILD", str(cible / "entrepot.duckdb"))
        variables.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
        projet = str(RACINE / "dbt_project")
        resultat = dbtRunner().invoke(
            ["parse", "--project-dir", projet, "--profiles-dir", projet, "--target-path", str(cible)]
            + ["--log-path", str(cible), "--quiet", "--no-version-check"]
        )
    assert resultat.success, resultat.exception
    return resultat.result


def _lecteurs(manifeste: Any, nom: str) -> set[str]:
    """Modèles qui lisent directement ce modèle ou cette graine."""
    (identifiant,) = [i for i, n in manifeste.nodes.items() if n.name == nom and n.resource_type in ("model", "seed")]
    return {
        n.name for n in manifeste.nodes.values() if n.resource_type == "model" and identifiant in n.depends_on.nodes
    }


# ------------------------------------------------------------------------------------------------- ce qui est imprimé


def test_seul_le_rapprochement_lit_ce_qui_est_imprime(manifeste: Any) -> None:
    """Un chiffre calculé ne peut pas venir d'un chiffre imprimé : aucun chemin ne mène de l'un à l'autre."""
    assert _lecteurs(manifeste, "chiffres_imprimes") == {"chiffres_publies"}
    assert _lecteurs(manifeste, "chiffres_publies") == {"rapprochement"}
    assert _lecteurs(manifeste, "incoherences_imprimees") == {"rapprochement"}
    assert _lecteurs(manifeste, "rapprochement") == set()


def test_tous_les_chiffres_et_contradictions_du_rapport_y_sont() -> None:
    codes = Counter(c["code"] for c in IMPRIMES)
    assert len(codes) == len(IMPRIMES) == 406
    assert len({x["code"] for x in INCOHERENCES}) == len(INCOHERENCES) == 45
    lies = {code for x in INCOHERENCES for code in x["codes_lies"].split()}
    assert lies <= codes.keys()
    assert {c["code"] for c in IMPRIMES if c["statut"] == "incoherent"} <= lies


# -------------------------------------------------------------------------------------------------------- le registre


def test_chaque_chiffre_est_defini_une_fois_et_entierement() -> None:
    assert len(PAR_CODE) == len(REGISTRE)
    requises = ("code", "libelle", "axe", "projet", "unite", "modele", "sources", "regle_periode", "calcul")
    assert [(r["code"], c) for r in REGISTRE for c in requises if not r[c].strip()] == []
    regles = {r["regle"] for r in _lire("rapport/regles_periode.csv")}
    assert {r["regle_periode"] for r in REGISTRE} == regles


def test_les_chiffres_attendus_des_sources_connues_sont_au_registre() -> None:
    """Un chiffre du rapport qu'une source sous contrat porte est calculé, sauf s'il n'est dit qu'en mots."""
    attendus = {c["code"] for c in IMPRIMES if c["sources"] in tous() and c["statut"] not in ("texte", "externe")}
    assert attendus <= PAR_CODE.keys()


def test_codes_axes_et_unites_sont_ceux_du_rapport() -> None:
    imprimes = {c["code"]: c for c in IMPRIMES}
    differents = [
        (r["code"], c) for r in REGISTRE for c in ("axe", "unite") if imprimes.get(r["code"], {}).get(c) != r[c]
    ]
    assert differents == []


def test_les_sources_sont_des_contrats() -> None:
    """La publication retient un chiffre quand l'axe d'une de ses sources est bloqué : elle doit les connaître."""
    for r in REGISTRE:
        sources = r["sources"].split()
        assert set(sources) <= tous().keys(), r["code"]
        assert sources == sorted(set(sources)), r["code"]


def test_un_alias_designe_un_chiffre_de_meme_unite_et_de_meme_periode() -> None:
    for r in REGISTRE:
        if r["alias_de"]:
            cible = PAR_CODE[r["alias_de"]]
            assert not cible["alias_de"], r["code"]
            assert (cible["unite"], cible["regle_periode"]) == (r["unite"], r["regle_periode"]), r["code"]


def test_un_libelle_vaut_pour_toute_annee() -> None:
    """Ni année ni valeur dans un libellé : les seuls chiffres admis sont ceux du paramètre (un rang)."""
    for r in REGISTRE:
        admis = set(re.findall(r"\d+", f"{r['parametre']} {r['complement']}"))
        assert set(re.findall(r"\d+", r["libelle"])) <= admis, r["code"]


@pytest.mark.parametrize("fichier", sorted(MODELES.glob("*.sql")), ids=lambda p: p.stem)
def test_aucun_modele_ne_connait_une_annee(fichier: Path) -> None:
    assert re.findall(r"\b(?:19|20)\d\d\b", fichier.read_text(encoding="utf-8")) == []


# -------------------------------------------------------------------------------------------------------- les calculs


def _blocs() -> dict[str, tuple[str, str]]:
    """Calculs que les modèles savent faire : (modèle, texte du bloc)."""
    blocs: dict[str, tuple[str, str]] = {}
    for nom, sql in SQL.items():
        for liste in re.findall(r"chiffres_de\(\[(.*?)\]\)", sql, re.DOTALL):
            for calcul in re.findall(r"'(\w+)'", liste):
                (bloc,) = re.findall(rf"^{calcul} as \(\n(.*?)^\)", sql, re.DOTALL | re.MULTILINE)
                assert calcul not in blocs, f"{calcul} est écrit deux fois"
                blocs[calcul] = (nom, bloc)
    return blocs


def test_chaque_calcul_du_registre_a_un_bloc_et_chaque_bloc_sert() -> None:
    blocs = _blocs()
    assert {r["calcul"] for r in REGISTRE} == blocs.keys()
    for calcul, (_, bloc) in blocs.items():
        assert re.search(rf"calcul = '{calcul}'", bloc), f"le bloc {calcul} ne retient pas ses propres chiffres"


def test_chaque_modele_de_chiffres_nourrit_les_indicateurs(manifeste: Any) -> None:
    modeles = {nom for nom, _ in _blocs().values()}
    assert len(modeles) > 1
    for nom in modeles:
        assert _lecteurs(manifeste, nom) == {"indicateurs"}


def test_la_table_citee_est_celle_que_lit_le_calcul(manifeste: Any) -> None:
    blocs = _blocs()
    for r in REGISTRE:
        assert blocs[r["calcul"]][0] in _lecteurs(manifeste, r["modele"]), r["code"]


def test_les_sources_citees_sont_en_amont_du_calcul(manifeste: Any) -> None:
    modeles = {n.name: n for n in manifeste.nodes.values() if n.resource_type == "model"}
    parents = {n.unique_id: n.depends_on.nodes for n in modeles.values()}

    def amont(noeud: str) -> set[str]:
        return {noeud}.union(*(amont(parent) for parent in parents.get(noeud, [])))

    blocs = _blocs()
    origines = {nom: amont(modeles[nom].unique_id) for nom, _ in blocs.values()}
    for r in REGISTRE:
        sources = {f"source.entrepot.bronze.{s}" for s in r["sources"].split()}
        assert sources <= origines[blocs[r["calcul"]][0]], r["code"]


def test_un_pourcentage_a_un_denominateur() -> None:
    blocs = _blocs()
    pourcents = [r for r in REGISTRE if r["unite"] == "pourcent"]
    assert pourcents
    for r in pourcents:
        assert "null as denominateur" not in blocs[r["calcul"]][1], r["code"]


def _modalites(source: str, colonne: str) -> set[str]:
    return set(tous()[source].colonne(colonne).modalites)


SECTEURS = _modalites("abc_clauses_operations", "secteur")
TYPES_CONTRAT = _modalites("abc_clauses_contrats", "type_contrat")
EMPLOYEURS = _modalites("abc_clauses_contrats", "type_employeur")
INTERLOCUTEURS = _modalites("abc_clauses_contacts", "interlocuteur")
USAGES = {a["usage"] for a in _lire("articles_loi.csv")}
EPCI = {c["code_epci"] for c in _lire("communes.csv") if c["code_epci"]}
PARAMETRES: dict[str, set[str]] = {
    "heures_secteur": SECTEURS,
    "heures_type_contrat": TYPES_CONTRAT,
    "heures_operation_de_rang": {str(rang) for rang in range(1, 11)},
    "premieres_operations_secteur": SECTEURS,
    "salaries_secteur": SECTEURS,
    "femmes_secteur": SECTEURS,
    "qpv_secteur": SECTEURS,
    "salaries_accompagnement": _modalites("abc_clauses_salaries", "accompagnement"),
    "salaries_usage_juridique": USAGES,
    "employeurs_usage_juridique": USAGES,
    "marches_en_cours": USAGES,
    "entreprises_categorie": SECTEURS | EMPLOYEURS - {"Entreprise"},
    "contacts_interlocuteur": INTERLOCUTEURS,
    "contacts_canal": INTERLOCUTEURS,
    "contacts_objet": INTERLOCUTEURS,
    "embauches_secteur": SECTEURS,
    "embauches_type_contrat": TYPES_CONTRAT,
    "donneurs_ordre_dedans": EPCI,
    "donneurs_ordre_dehors": EPCI,
    "axes_des_projets": _modalites("projets", "axe_principal"),
}
"""Valeurs qu'un paramètre peut prendre : une faute de frappe donnerait 0, sans bruit."""
NOMS = {"contacts_structure", "lots_operation", "lots_reserves_operation"}
"""Calculs dont le paramètre est un nom : il se compare normalisé, aucune liste ne le borne."""
SANS_PARAMETRE = {
    "operations_actives",
    "donneurs_ordre_actifs",
    "donneurs_ordre_consultants",
    "consultations",
    "heures_engagees_consultees",
    "embauches_qpv",
}


@pytest.mark.parametrize("r", REGISTRE, ids=lambda r: r["code"])
def test_les_parametres_sont_des_valeurs_possibles(r: dict[str, str]) -> None:
    if r["calcul"] in SANS_PARAMETRE:
        assert (r["parametre"], r["complement"]) == ("", "")
    elif r["calcul"] in NOMS:
        assert r["parametre"]
    else:
        valeurs = set(r["parametre"].split("|")) if r["parametre"] else set()
        assert valeurs <= PARAMETRES[r["calcul"]]
    if r["calcul"] == "contacts_canal":
        assert r["complement"] in _modalites("abc_clauses_contacts", "canal")
