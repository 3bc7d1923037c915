"""D'une publication à la suivante : quel chiffre a changé, de combien, et à qui la faute."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from chantier import Chantier

from include import differences, diffusion, remise
from include.configuration import Dossiers, Nuit
from include.differences import Introuvable, comparer
from include.publication import bascule, empreintes, publier

AVANT = Nuit.de("2031-03-02", "2031-03-01")
APRES = Nuit.de("2031-03-03", "2031-03-01")
"""La nuit d'après, au même arrêté : seul ce que l'essai change peut changer un chiffre."""
BLOQUE = {"achats_responsables": ("bloque", "volume d'heures anormal")}
DEPART = Chantier(nuit=AVANT)
CORRIGEES = [*DEPART.livraisons, ("abc_clauses_heures-2", "abc_clauses_heures", "acceptee", 0)]
"""Un deuxième envoi du même fichier d'heures."""
MODELES = {
    "indicateurs": ["_chiffres", "registre_indicateurs"], "_chiffres": ["rpt", "registre_indicateurs"],
    "rpt": ["fct"], "fct": ["stg"], "stg": [], "ailleurs": [], "registre_indicateurs": [],
}  # fmt: skip
"""Un projet dbt de poche : les chiffres du chantier sont du modèle « rpt »."""


@pytest.fixture(autouse=True)
def sans_extraits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rien ici ne lit un classeur ou une page."""
    monkeypatch.setattr(remise, "ecrire", lambda dossier, manifeste: None)
    monkeypatch.setattr(diffusion, "ecrire", lambda *_: None)


Coder = Callable[..., None]


@pytest.fixture
def coder(monkeypatch: pytest.MonkeyPatch) -> Coder:
    """Donne au code une version, et à certains modèles une autre empreinte."""

    def code(version: str, **changes: str) -> None:
        modeles = {m: {"empreinte": changes.get(m, "1"), "parents": parents} for m, parents in MODELES.items()}
        monkeypatch.setattr(empreintes, "code", lambda: version)
        monkeypatch.setattr(empreintes, "modeles", lambda manifeste: modeles)

    code("v1")
    return code


def publier_nuit(d: Dossiers, chantier: Chantier, *requetes: str) -> None:
    """Publie un chantier, après avoir exécuté ces requêtes sur sa base."""
    build = chantier.ecrire(d)
    with duckdb.connect(str(build.base)) as base:
        for requete in requetes:
            base.execute(requete)
    assert publier(d, chantier.nuit, build)["publiee"]


def changements(d: Dossiers) -> dict[str, dict[str, Any]]:
    """Lignes de meta.changements de la publication courante, par code."""
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        curseur = base.execute("select * from meta.changements order by code")
        noms = [c[0] for c in curseur.description or []]
        lignes = [dict(zip(noms, x, strict=True)) for x in curseur.fetchall()]
    assert len(lignes) == len({x["code"] for x in lignes})
    return {x["code"]: x for x in lignes}


def causes(d: Dossiers) -> dict[str, tuple[str, str | None, str | None]]:
    return {code: (x["cause"], x["livraisons"], x["detail"]) for code, x in changements(d).items()}


# --- Quels chiffres, de combien ---


def test_la_premiere_publication_n_a_pas_de_changement(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    assert changements(d) == {}


def test_un_chiffre_change_dit_l_ancien_le_nouveau_et_l_ecart(d: Dossiers, coder: Coder) -> None:
    """CL020 (deux personnes) et PR001 (la presse) n'ont pas bougé : ils n'y sont pas."""
    publier_nuit(d, DEPART)
    publier_nuit(d, Chantier(nuit=APRES, heures={"P1": "10.50", "P2": "30.00"}, livraisons=CORRIGEES))
    x = changements(d)
    assert x.keys() == {"CL001"}
    assert {k: x["CL001"][k] for k in ("depuis", "annee", "ancienne", "nouvelle", "ecart", "unite")} == {
        "depuis": "2031-03-02-1", "annee": 2031, "ancienne": 30.75, "nouvelle": 40.5, "ecart": 9.75, "unite": "heures",
    }  # fmt: skip


def test_un_chiffre_nouveau_ou_disparu_n_a_pas_d_ecart(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART, "delete from rapport.indicateurs where code = 'CL020'")
    publier_nuit(d, Chantier(nuit=APRES, livraisons=CORRIGEES), "delete from rapport.indicateurs where code = 'CL001'")
    lues = {code: (x["ancienne"], x["nouvelle"], x["ecart"]) for code, x in changements(d).items()}
    assert lues == {"CL001": (30.75, None, None), "CL020": (None, 2, None)}


# --- La cause ---


def test_une_livraison_corrigee_est_nommee_avec_son_fichier(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    publier_nuit(d, Chantier(nuit=APRES, heures={"P1": "9"}, livraisons=CORRIGEES))
    attendu = ("livraisons", "abc_clauses_heures-2 (corrige : abc_clauses_heures.csv)", None)
    assert causes(d) == {"CL001": attendu, "CL020": attendu}


@pytest.mark.parametrize(
    ("apres", "attendu"),
    [
        (["presse-1", "presse-2"], "presse-2 (nouvelle : presse_2.csv)"),
        (["presse-2"], "presse-2 (remplace : presse_2.csv)"),
        ([], "presse-1 (plus en vigueur : presse_1.csv)"),
    ],
)
def test_une_livraison_est_nouvelle_remplace_ou_n_est_plus_en_vigueur(
    d: Dossiers, coder: Coder, apres: list[str], attendu: str
) -> None:
    """Chaque livraison de presse a ici son fichier."""

    def nuit(nuit: Nuit, articles: int, presse: list[str]) -> None:
        livraisons = [*DEPART.livraisons, *((nom, "presse", "acceptee", 0) for nom in presse)]
        fichiers = [f"update meta.livraisons set fichier = replace(livraison, '-', '_') || '.csv' "
                    f"where livraison = '{nom}'" for nom in presse]  # fmt: skip
        publier_nuit(d, Chantier(nuit=nuit, articles=articles, livraisons=livraisons), *fichiers)

    nuit(AVANT, 3, ["presse-1"])
    nuit(APRES, 4, apres)
    assert causes(d) == {"PR001": ("livraisons", attendu, None)}


def test_un_modele_en_amont_est_nomme(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    coder("v2", stg="2", ailleurs="2", registre_indicateurs="2")
    publier_nuit(d, Chantier(nuit=APRES, articles=4))
    assert causes(d) == {"PR001": ("code", None, "modèles : stg")}


def test_la_ligne_du_registre_est_nommee(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    coder("v2", registre_indicateurs="2")
    publier_nuit(
        d, Chantier(nuit=APRES, articles=4),
        "update rapport.definitions set parametre = 'BTP' where code in ('PR001', 'CL001')",
    )  # fmt: skip
    assert causes(d) == {"PR001": ("code", None, "registre : parametre")}, "CL001 a la même valeur : rien à dire"


def test_livraisons_et_code_se_disent_ensemble(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    coder("v2", _chiffres="2")
    publier_nuit(d, Chantier(nuit=APRES, heures={"P1": "10.50", "P2": "1"}, livraisons=CORRIGEES))
    [(cause, livraisons, detail)] = causes(d).values()
    assert (cause, detail) == ("livraisons et code", "modèles : _chiffres")
    assert livraisons


def test_un_code_sans_rapport_avec_le_chiffre_n_est_pas_accuse(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    coder("v2", ailleurs="2")
    publier_nuit(d, Chantier(nuit=APRES, heures={"P1": "10.50", "P2": "1"}, articles=4, livraisons=CORRIGEES))
    lues = causes(d)
    assert lues["CL001"][0] == "livraisons"
    # Rien ne touche à la presse que le programme lui-même.
    assert lues["PR001"][0] == "code"
    assert "rien en amont" in (lues["PR001"][2] or "")


def test_une_publication_d_avant_ces_empreintes_accuse_le_code_entier(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    fiche = d.publie / "courant" / bascule.FICHE
    contenu = json.loads(fiche.read_text())
    del contenu["modeles"]
    fiche.write_text(json.dumps(contenu))
    coder("v2")
    publier_nuit(d, Chantier(nuit=APRES, articles=4))
    [(cause, _, detail)] = causes(d).values()
    assert cause == "code" and detail and "sans détail" in detail


def test_l_arrete_seul_avance(d: Dossiers, coder: Coder) -> None:
    """La période de l'année en cours finit un jour plus tard : c'est le même chiffre, pas un disparu et un nouveau."""
    publier_nuit(d, DEPART)
    publier_nuit(d, Chantier(nuit=Nuit.de("2031-03-03", "2031-03-02"), articles=4))
    assert causes(d) == {"PR001": ("arrêté", None, "arrêté du 01/03/2031 au 02/03/2031")}
    assert changements(d)["PR001"]["ecart"] == 1


def test_sans_aucune_raison_la_cause_est_dite_indeterminee(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    publier_nuit(d, Chantier(nuit=APRES, articles=4))
    assert causes(d) == {"PR001": ("indéterminée", None, None)}


def test_des_personnes_reunies_ne_touchent_que_les_chiffres_qui_en_comptent(
    d: Dossiers, coder: Coder, monkeypatch: pytest.MonkeyPatch
) -> None:
    publier_nuit(d, DEPART)
    publier_nuit(d, Chantier(nuit=APRES, heures={"P1": "10.50", "P3": "1", "P2": "2"}, livraisons=CORRIGEES))
    for nom, registre in (("2031-03-02-1", "a"), ("2031-03-03-1", "b")):
        fiche = d.publie / nom / bascule.FICHE
        fiche.write_text(json.dumps(json.loads(fiche.read_text()) | {"personnes": registre}))
    # meta.changements est écrit ; make diff refait la comparaison sur les fiches.
    texte = comparer(d)
    assert "personnes  livraisons et personnes  Libellé de CL020" in texte
    assert "heures     livraisons               Libellé de CL001" in texte


# --- Un axe retenu, puis repris ---


def test_un_axe_repris_rend_ses_livraisons_et_le_code_d_alors(d: Dossiers, coder: Coder) -> None:
    """Le code a changé la nuit où l'axe était bloqué : c'est à sa reprise que le chiffre change, et le code en est."""
    publier_nuit(d, DEPART)
    coder("v2", fct="2")
    publier_nuit(d, Chantier(nuit=APRES, heures={"P1": "9"}, articles=4, livraisons=CORRIGEES, verdicts=BLOQUE))
    assert changements(d).keys() == {"PR001"}, "un chiffre reporté ne change pas"
    reprise = Nuit.de("2031-03-04", "2031-03-01")
    publier_nuit(d, Chantier(nuit=reprise, heures={"P1": "10.50", "P2": "1"}, articles=4, livraisons=CORRIGEES))
    assert causes(d) == {
        "CL001": (
            "livraisons et code et axe repris", "abc_clauses_heures-2 (corrige : abc_clauses_heures.csv)",
            "modèles : fct ; axe repris : achats_responsables",
        )
    }  # fmt: skip


# --- make diff ---


def test_make_diff_compare_par_defaut_la_precedente_et_la_courante(d: Dossiers, coder: Coder) -> None:
    publier_nuit(d, DEPART)
    publier_nuit(d, Chantier(nuit=APRES, heures={"P1": "10.50", "P2": "1030.00"}, livraisons=CORRIGEES))
    texte = comparer(d)
    for attendu in (
        "De 2031-03-02-1 à 2031-03-03-1", "nuit     02/03/2031 → 03/03/2031", "arrêté   01/03/2031\n",
        "code     le même", "livraisons en vigueur : 1 changement", "1 chiffre changé", "1 tableau changé",
        "CL001  2031      30,75  1\u202f040,50  +1\u202f009,75  heures  livraisons  Libellé de CL001",
    ):  # fmt: skip
        assert attendu in texte, attendu
    # Une ligne de rpt_heures_secteur a une autre valeur, aucune n'est venue ni partie.
    assert texte.splitlines()[-1].split() == ["achats_responsables.rpt_heures_secteur", "0", "0", "1"]
    assert "P1" not in texte


def test_make_diff_remonte_a_n_importe_quelle_publication_gardee(d: Dossiers, coder: Coder) -> None:
    for jour, articles in ((2, 3), (3, 4), (4, 6)):
        publier_nuit(d, Chantier(nuit=Nuit.de(f"2031-03-0{jour}", "2031-03-01"), articles=articles))
    assert "+3" in comparer(d, "2031-03-02-1", "2031-03-04-1")
    assert "+2" in comparer(d, "2031-03-03-1")
    assert "+1" in comparer(d, a="2031-03-03-1")
    assert "\u22123" in comparer(d, "2031-03-04-1", "2031-03-02-1")
    assert "0 chiffre changé" in comparer(d, "2031-03-04-1", "2031-03-04-1")


def test_make_diff_passe_un_changement_de_schema(d: Dossiers, coder: Coder) -> None:
    """Une colonne est venue : elle est dite, et les lignes se comparent sur les autres."""
    publier_nuit(d, DEPART)
    publier_nuit(
        d, replace(DEPART, nuit=APRES),
        "alter table rapport.rpt_presse add column gip bigint default 0",
        "delete from achats_responsables.rpt_heures_secteur where secteur = 'SERVICES'",
        "insert into achats_responsables.rpt_suivi_engagements (id_operation) values ('OP2')",
        "drop table meta.livraisons",
        "create table meta.livraisons (livraison varchar)",
    )  # fmt: skip
    tableaux = [ligne.split() for ligne in comparer(d).splitlines()[-3:]]
    assert tableaux == [
        ["achats_responsables.rpt_heures_secteur", "0", "1", "0"],
        ["achats_responsables.rpt_suivi_engagements", "1", "0", "0"],
        ["rapport.rpt_presse", "0", "0", "0", "+", "gip"],
    ]


def test_make_diff_dit_ce_qui_manque(
    d: Dossiers, coder: Coder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Introuvable, match="make nightly"):
        comparer(d)
    publier_nuit(d, DEPART)
    with pytest.raises(Introuvable, match="la première publication"):
        comparer(d)
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    assert differences.main(["2030-01-01-1", ""]) == 2
    assert "2030-01-01-1 n'est pas une publication gardée. Gardées : 2031-03-02-1." in capsys.readouterr().err
