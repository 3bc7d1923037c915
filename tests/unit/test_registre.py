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


REGISTRE = [r for f in sorted((GRAINES / "rapport").glob("registre_*.csv")) for r in _lire(f"rapport/{f.name}")]
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
    requises = ("code", "libelle", "axe", "projet", "unite", "modele", "sources", "regle_periode")
    assert [(r["code"], c) for r in REGISTRE for c in requises if not r[c].strip()] == []
    assert len({r["libelle"] for r in REGISTRE}) == len(REGISTRE)
    # Un calcul, ou l'alias d'un chiffre qui en a un : jamais les deux.
    assert [r["code"] for r in REGISTRE if bool(r["calcul"]) == bool(r["alias_de"])] == []
    assert [r["code"] for r in REGISTRE if r["alias_de"] and (r["parametre"] or r["complement"])] == []
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


def _nature(r: dict[str, str]) -> str:
    """Part, moyenne (« x_par_y ») ou nombre : ce que la macro est_un_quotient et les indicateurs distinguent."""
    return "part" if r["unite"] == "pourcent" else "moyenne" if "_par_" in r["unite"] else "nombre"


def test_un_alias_designe_un_chiffre_de_meme_nature_et_de_meme_periode() -> None:
    """Deux rendez-vous dans deux entreprises sont le même chiffre : l'unité peut changer de nom, pas de nature."""
    for r in REGISTRE:
        if r["alias_de"]:
            cible = PAR_CODE[r["alias_de"]]
            assert not cible["alias_de"], r["code"]
            assert _nature(cible) == _nature(r), r["code"]
            assert cible["regle_periode"] == r["regle_periode"], r["code"]


def test_un_libelle_vaut_pour_toute_annee() -> None:
    """Ni année ni valeur dans un libellé : les seuls chiffres admis sont ceux du paramètre (un rang) et d'un nom."""
    for r in REGISTRE:
        admis = set(re.findall(r"\d+", f"{r['parametre']} {r['complement']}"))
        libelle = re.sub("100 chances( 100 emplois)?", "", r["libelle"])
        assert set(re.findall(r"\d+", libelle)) <= admis, r["code"]


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


def _calcules() -> list[dict[str, str]]:
    """Le registre, où un alias a le calcul et les paramètres du chiffre qu'il désigne."""
    calcul = ("calcul", "parametre", "complement")
    return [r | {c: PAR_CODE[r["alias_de"]][c] for c in calcul} if r["alias_de"] else r for r in REGISTRE]


def test_chaque_calcul_du_registre_a_un_bloc_et_chaque_bloc_sert() -> None:
    blocs = _blocs()
    assert {r["calcul"] for r in REGISTRE if r["calcul"]} == blocs.keys()
    for calcul, (_, bloc) in blocs.items():
        assert re.search(rf"calcul = '{calcul}'", bloc), f"le bloc {calcul} ne retient pas ses propres chiffres"


def test_chaque_modele_de_chiffres_nourrit_les_indicateurs(manifeste: Any) -> None:
    modeles = {nom for nom, _ in _blocs().values()}
    assert len(modeles) > 1
    for nom in modeles:
        assert _lecteurs(manifeste, nom) == {"indicateurs"}


def test_la_table_citee_est_celle_que_lit_le_calcul(manifeste: Any) -> None:
    blocs = _blocs()
    for r in _calcules():
        assert blocs[r["calcul"]][0] in _lecteurs(manifeste, r["modele"]), r["code"]


def test_les_sources_citees_sont_en_amont_du_calcul(manifeste: Any) -> None:
    modeles = {n.name: n for n in manifeste.nodes.values() if n.resource_type == "model"}
    parents = {n.unique_id: n.depends_on.nodes for n in modeles.values()}

    def amont(noeud: str) -> set[str]:
        return {noeud}.union(*(amont(parent) for parent in parents.get(noeud, [])))

    blocs = _blocs()
    origines = {nom: amont(modeles[nom].unique_id) for nom, _ in blocs.values()}
    for r in _calcules():
        sources = {f"source.entrepot.bronze.{s}" for s in r["sources"].split()}
        assert sources <= origines[blocs[r["calcul"]][0]], r["code"]


def test_un_pourcentage_ou_une_moyenne_a_un_denominateur() -> None:
    blocs = _blocs()
    quotients = [r for r in _calcules() if _nature(r) != "nombre"]
    assert {_nature(r) for r in quotients} == {"part", "moyenne"}
    for r in quotients:
        assert "null as denominateur" not in blocs[r["calcul"]][1], r["code"]


def _modalites(source: str, colonne: str) -> set[str]:
    return set(tous()[source].colonne(colonne).modalites)


SECTEURS = _modalites("abc_clauses_operations", "secteur")
TYPES_CONTRAT = _modalites("abc_clauses_contrats", "type_contrat")
EMPLOYEURS = _modalites("abc_clauses_contrats", "type_employeur")
INTERLOCUTEURS = _modalites("abc_clauses_contacts", "interlocuteur")
USAGES = {a["usage"] for a in _lire("articles_loi.csv")}
EPCI = {c["code_epci"] for c in _lire("communes.csv") if c["code_epci"]}
PROJETS = {c["projet"] for c in REGISTRE}
SECTEURS_RCE = _modalites("rce_offres", "secteur")
POSTES = {"postes_q", "postes_zg", "postes_nq"}
OFFRES = {"entreprises_avec_offres", "offres", "offres_pourvues", "offres_en_cours", "offres_nsp", "postes_pourvus"}
DIMENSIONS_RCE = {
    "total": set(),
    "club": {"oui", "non"},
    "artisan": {"oui", "non"},
    "tranche_effectif": {"< 10", "10 à 20", "> 20"},
    "secteur": _modalites("rce_visites", "secteur"),
    "origine": _modalites("rce_visites", "origine"),
}
DEMARCHES = _modalites("gpect_entretiens", "demarche")
CHAMPS = _modalites("eco_structures", "champ")
COMMERCES = _modalites("enquete_zti", "type_commerce")
DISPOSITIFS = _modalites("parcours_etapes", "dispositif")
ETAPES = _modalites("parcours_etapes", "etape")
TYPES_EVENEMENT = _modalites("evenements", "type_evenement")
INTERLOCUTEURS_CAMPUS = _modalites("campus_rencontres", "type_interlocuteur")
ENTONNOIR = {
    "candidatures", "presents_pre_sas", "participants_sas", "entrees_immediates", "entrees_differees", "refus_comite",
    "abandons_candidat", "desistements",
}  # fmt: skip
SORTIES = {"total", "en_accompagnement", "sorties", "sorties_positives", "abandons"} | _modalites(
    "cent_chances_suivi", "type_sortie"
)
NIVEAUX = _modalites("cent_chances_candidatures", "niveau_formation")
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
    "rce_rendez_vous": _modalites("rce_visites", "origine"),
    "rce_nouvelles_entreprises": set(),
    "rce_entreprises": set().union(*DIMENSIONS_RCE.values()),
    "rce_offres": SECTEURS_RCE,
    "rce_part_des_postes": SECTEURS_RCE,
    "rce_moyenne": SECTEURS_RCE,
    "rce_entreprises_qui_recrutent": SECTEURS_RCE,
    "entreprises_interrogees": DEMARCHES,
    "entreprises_interrogees_projet": PROJETS,
    "entretiens_realises": DEMARCHES,
    "entretiens_de_la_vague": DEMARCHES,
    "entretiens_prevus": DEMARCHES,
    "mises_en_relation": DEMARCHES,
    "effectif_interroge": DEMARCHES,
    "effectif_du_secteur": DEMARCHES,
    "postes_a_pourvoir": DEMARCHES,
    "plan_axes": PROJETS,
    "plan_fiches": PROJETS,
    "structures_recensees": CHAMPS,
    "structures_locales": CHAMPS,
    "structures_locales_recentes": {"3"},
    "structures_interrogees": set(),
    "demandeurs_de_la_liste": set(),
    "demandeurs_joignables": set(),
    "enquete_reponses": COMMERCES,
    "enquete_appui_rh": COMMERCES,
    "enquete_appui_numerique": COMMERCES,
    "etape_cent_chances": ENTONNOIR,
    "perte_cent_chances": ENTONNOIR,
    "sas_cent_chances": set(),
    "profil_cent_chances": {"qpv", "niveau", "sexe", "prescripteur"},
    "sorties_cent_chances": SORTIES,
    "rencontres_objet": {"Téléphone"},
    "organismes_rencontres_axe": INTERLOCUTEURS_CAMPUS,
    "personnes_rencontrees_axe": INTERLOCUTEURS_CAMPUS,
    "personnes_rencontrees_objet": INTERLOCUTEURS_CAMPUS,
    "membres_college": _modalites("campus_membres", "college"),
    "articles": set(),
    "articles_marque": {"gip", "clauses", "lab_competences"},
}
"""Valeurs qu'un paramètre peut prendre : une faute de frappe donnerait 0, sans bruit."""
COMPLEMENTS: dict[str, set[str]] = {
    "contacts_canal": _modalites("abc_clauses_contacts", "canal"),
    "rce_entreprises": set(DIMENSIONS_RCE),
    "rce_offres": POSTES | OFFRES,
    "rce_part_des_postes": POSTES,
    "rce_moyenne": POSTES | OFFRES,
    "entreprises_interrogees": _modalites("gpect_entretiens", "departement"),
    "entretiens_realises": _modalites("gpect_entretiens", "mode_entretien"),
    "entretiens_de_la_vague": {"1", "2"},
    "effectif_interroge": {"Bourgogne"},
    "effectif_du_secteur": {"Bourgogne"},
    "postes_a_pourvoir": _modalites("gpect_besoins", "horizon"),
    "entreprises_de_rang": {"1", "2", "3"},
    "excuses_de_rang": {"1", "2", "3"},
    "personnes_etape_sexe": _modalites("parcours_etapes", "sexe"),
    "personnes_etape_et": ETAPES,
    "personnes_etape_perdues": ETAPES,
    "perte_cent_chances": ENTONNOIR,
    "profil_cent_chances": NIVEAUX | {"oui", "non"},
    "sorties_cent_chances": SORTIES,
    "organismes_rencontres_axe": {str(axe) for axe in range(1, 6)},
    "personnes_rencontrees_axe": {str(axe) for axe in range(1, 6)},
}
"""De même pour le complément. Ailleurs il est absent, ou c'est un texte libre (TEXTES)."""
NOMS = {
    "contacts_structure", "lots_operation", "lots_reserves_operation", "articles_organe",
    "personnes_fonctions", "etp_fonctions", "etp_fonctions_en_plus", "temps_de_travail",
}  # fmt: skip
"""Calculs dont le paramètre est un nom : il se compare normalisé, aucune liste ne le borne."""
TEXTES = NOMS | {
    "contacts_objet", "premieres_operations_secteur", "personnes_etape_prescripteur", "enquete_reponses",
    "rencontres_objet", "personnes_rencontrees_objet",
}  # fmt: skip
"""Calculs dont le complément est un nom, un objet ou un nombre."""
EVENEMENTS = {
    "evenements_realises", "evenements_prevus", "evenements_participants", "evenements_entreprises",
    "evenements_structures", "entreprises_de_rang", "excuses_de_rang",
}  # fmt: skip
"""Calculs dont le paramètre est « code_projet|type|intitulé », l'intitulé facultatif."""
PARCOURS = {
    "personnes_etape", "personnes_etape_sexe", "personnes_etape_et", "personnes_etape_perdues",
    "personnes_etape_prescripteur", "etablissements_etape", "etablissements_nouveaux",
}  # fmt: skip
"""Calculs dont le paramètre est « dispositif|étape|… »."""
SANS_PARAMETRE = {
    "operations_actives",
    "donneurs_ordre_actifs",
    "donneurs_ordre_consultants",
    "consultations",
    "heures_engagees_consultees",
    "embauches_qpv",
}


@pytest.mark.parametrize("r", [r for r in REGISTRE if r["calcul"]], ids=lambda r: r["code"])
def test_les_parametres_sont_des_valeurs_possibles(r: dict[str, str]) -> None:
    valeurs = r["parametre"].split("|") if r["parametre"] else []
    complements = set(r["complement"].split("|")) if r["complement"] else set()
    if r["calcul"] in SANS_PARAMETRE:
        assert (valeurs, complements) == ([], set())
    elif r["calcul"] in EVENEMENTS:
        assert len(valeurs) in (2, 3)
        assert valeurs[0] == r["projet"]
        assert valeurs[1] in TYPES_EVENEMENT
    elif r["calcul"] in PARCOURS:
        assert valeurs[0] in DISPOSITIFS
        assert valeurs[1:]
        assert set(valeurs[1:]) <= ETAPES
    elif r["calcul"] in NOMS:
        assert valeurs
    else:
        assert set(valeurs) <= PARAMETRES[r["calcul"]]
    if r["calcul"] == "rce_entreprises":
        assert set(valeurs) <= DIMENSIONS_RCE[r["complement"]]
    if r["calcul"] not in TEXTES:
        assert complements <= COMPLEMENTS.get(r["calcul"], set())
