"""Les pages : elles se lisent seules, disent l'état de chaque axe, la tendance de chaque chiffre et ce qui a changé."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chantier import NUIT, SUIVANTE, Chantier

from include.configuration import Dossiers, Nuit
from include.diffusion.bases import pour_financeurs
from include.diffusion.declarations import Table
from include.extraits.audience import FINANCEUR, PUBLIC
from include.extraits.lecture import lire as lire_publication
from include.pages import changements, ecrire_pages
from include.pages.axe import montree
from include.pages.chiffres import Fiche, Valeur, comparer
from include.pages.commun import refusees
from include.publication import empreintes, publier
from include.rapport_activite.chiffres import Chiffre
from include.remise import ecrire_pour

AR = "achats_responsables"
LIVRAISONS = [
    ("abc_clauses_heures-1", "abc_clauses_heures", "acceptee_avec_rejets", 4),
    ("projets-1", "projets", "acceptee", 0),
    ("presse-1", "presse", "refusee", 0),
]
PIEGE = "<script>alert(1)</script> Lots : dernière livraison du 02/06/2030"
SIGNALE = {
    "axe": AR, "controle": "achats_responsables.fraicheur", "severite": "signale", "proprietaire": "Service clauses",
    "verdict": "non_conforme", "lignes_en_cause": 2, "chiffres_proteges": "CL001", "message": PIEGE,
}  # fmt: skip
REPORT = Nuit.de("2031-01-06")


class Page(HTMLParser):
    """Une page lue : ses liens, ses ancres, ses titres, et l'équilibre de ses balises."""

    def __init__(self, chemin: Path) -> None:
        super().__init__()
        self.chemin, self.contenu = chemin, chemin.read_text(encoding="utf-8")
        self.liens: list[str] = []
        self.ids: list[str] = []
        self.appels: list[str] = []
        self.niveaux: list[int] = []
        self.ouvertes: list[str] = []
        self.texte = ""
        self.feed(self.contenu)
        assert self.ouvertes == []
        self.texte = re.sub(r"\s+", " ", self.texte.replace("\u00a0", " "))

    def handle_starttag(self, balise: str, attributs: list[tuple[str, str | None]]) -> None:
        dits = dict(attributs)
        if balise in ("link", "iframe", "object") or "src" in dits:
            self.appels.append(dits.get("src") or balise)
        if balise == "a":
            self.liens.append(dits["href"] or "")
        if identifiant := dits.get("id"):
            self.ids.append(identifiant)
        if re.fullmatch("h[1-6]", balise):
            self.niveaux.append(int(balise[1]))
        if balise not in ("meta", "br", "input"):
            self.ouvertes.append(balise)

    def handle_endtag(self, balise: str) -> None:
        assert self.ouvertes.pop() == balise

    def handle_data(self, texte: str) -> None:
        if self.ouvertes and self.ouvertes[-1] not in ("style", "script"):
            self.texte += texte


CHIFFRES = (
    "code", "libelle", "axe", "projet", "annee", "periode_debut", "periode_fin", "valeur", "numerateur", "denominateur",
    "unite", "modele", "sources", "publication",
)  # fmt: skip
DIFFUSEES: dict[str, dict[str, Any]] = {
    "achats_responsables.rpt_heures_secteur": {"audience": "public", "sans_secret": "Essai.", "colonnes": ["annee"]},
    "rapport.rpt_presse": {"audience": "public", "sans_secret": "Des articles.", "colonnes": ["annee", "articles"]},
    "rapport.indicateurs": {
        "audience": "public", "sans_secret": "Essai.", "calculs": ["calcul"], "colonnes": [*CHIFFRES],
    },
    "rapport.definitions": {
        "audience": "public", "sans_secret": "Aucune valeur.",
        "colonnes": ["code", "libelle", "axe", "projet", "unite", "modele", "numerateur", "denominateur", "periode",
                     "sources", "alias_de", "calcul", "parametre", "complement"],
    },
}  # fmt: skip


def publier_nuit(d: Dossiers, chantier: Chantier) -> Path:
    """Publie un chantier de poche dont quelques tables se diffusent ; rend le dossier courant."""
    build = chantier.ecrire(d)
    manifeste = json.loads(build.manifeste_dbt.read_text(encoding="utf-8"))
    for table, dite in DIFFUSEES.items():
        manifeste["nodes"][table]["config"]["meta"]["diffusion"] = dite
    build.manifeste_dbt.write_text(json.dumps(manifeste), encoding="utf-8")
    with pytest.MonkeyPatch.context() as m:
        # Le programme est le même d'une nuit à l'autre : il n'est la cause d'aucun changement.
        m.setattr(empreintes, "code", lambda: "le même")
        assert publier(d, chantier.nuit, build)["publiee"]
    return (d.publie / "courant").resolve()


@pytest.fixture(scope="module")
def premiere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Une première publication, complète, avec un contrôle signalé et un fichier refusé."""
    d = Dossiers(tmp_path_factory.mktemp("pages") / "data")
    return publier_nuit(d, Chantier(livraisons=LIVRAISONS, controles=[SIGNALE]))


@pytest.fixture(scope="module")
def seconde(premiere: Path) -> Path:
    """La suivante, à un autre arrêté : les achats sont bloqués, la presse compte un article de plus."""
    d = Dossiers(premiere.parent.parent)
    return publier_nuit(d, Chantier(nuit=REPORT, articles=4, verdicts={AR: ("bloque", "volume d'heures anormal")}))


def pages(dossier: Path) -> dict[str, Page]:
    """Les pages d'une audience, par nom ; ni dictionnaire ni exemples, qui sont d'une autre pièce."""
    autres = {"dictionnaire.html", "exemples_sql.html"}
    return {f.name: Page(f) for f in sorted(dossier.glob("*.html")) if f.name not in autres}


# --- Chaque page se lit seule ---


@pytest.mark.parametrize("audience", ["", "financeur", "public"])
@pytest.mark.parametrize("laquelle", ["premiere", "seconde"])
def test_chaque_page_se_lit_seule_et_ses_liens_menent_quelque_part(
    request: pytest.FixtureRequest, laquelle: str, audience: str
) -> None:
    dossier = request.getfixturevalue(laquelle) / audience
    lues = pages(dossier)
    assert {"index.html", "achats_responsables.html", "transverse.html"} <= lues.keys()
    for nom, page in lues.items():
        assert page.appels == [] and not re.search("https?:(?!//www.w3.org/)", page.contenu), nom
        assert "default-src 'none'" in page.contenu and '<html lang="fr">' in page.contenu
        assert len(page.ids) == len(set(page.ids)), nom
        assert page.niveaux[0] == 1 and page.niveaux.count(1) == 1, nom
        assert all(b - a <= 1 for a, b in zip(page.niveaux, page.niveaux[1:], strict=False)), (nom, page.niveaux)
        for lien in page.liens:
            cible, _, ancre = lien.partition("#")
            if cible == "../suivi/index.html":
                assert audience == "", "le suivi des nuits ne va qu'au pôle"
                continue
            assert not cible or (dossier / cible).is_file(), (nom, lien)
            assert ".." not in cible
            if ancre and cible.removesuffix(".html") + ".html" in {"", *lues}:
                assert ancre in (lues[cible] if cible else page).ids, (nom, lien)
    assert lues["index.html"].contenu.count("<script>") == 1, "la recherche, et rien d'autre"
    assert all("<script>" not in p.contenu for nom, p in lues.items() if nom != "index.html")


def test_une_page_n_execute_rien_de_ce_qui_vient_d_un_fichier(premiere: Path) -> None:
    for nom in ("index.html", "achats_responsables.html"):
        contenu = pages(premiere)[nom].contenu
        assert "&lt;script&gt;alert" in contenu and "<script>alert" not in contenu
    assert re.search(r"script-src 'sha256-[\w+/]{43}='", pages(premiere)["index.html"].contenu)


def test_chaque_chiffre_mene_a_sa_methode(premiere: Path) -> None:
    lues = pages(premiere)
    for code, axe in (("CL001", AR), ("CL020", AR), ("PR001", "transverse")):
        assert f"{axe}.html#{code}" in lues["index.html"].liens
        assert code in lues[f"{axe}.html"].ids and f"Ce que {code} compte" in lues[f"{axe}.html"].texte
    assert re.search("Fichiers *Heures d’insertion réalisées", lues[f"{AR}.html"].texte)


# --- L'état ---


def test_l_accueil_dit_l_etat_de_chaque_axe_et_les_chiffres_cles(premiere: Path) -> None:
    page = pages(premiere)["index.html"]
    for attendu in (
        "Publication complète", "Données arrêtées au 31 décembre 2030", "30,75 heures", "Année 2030",
        "Lots : dernière livraison du 02/06/2030", "presse.csv", "abc_clauses_heures.csv", "2 conformes",
        "C'est la première publication",
    ):  # fmt: skip
        assert attendu in page.texte, attendu
    assert {"entrepot.duckdb", f"extraits/{AR}.xlsx", "parquet/core/dim_personne.parquet"} <= set(page.liens)
    assert "Chiffre reporté" not in page.texte


def test_ce_qui_est_reporte_est_marque_partout_avec_son_age(seconde: Path) -> None:
    lues = pages(seconde)
    for attendu in (
        "Publication partielle", "5 jours de retard, données reportées",
        "Chiffre reporté de la publication 2031-01-02-1", "volume d'heures anormal",
        "Achats responsables : axe reporté, ses chiffres n'ont pas bougé depuis le 31/12/2030",
    ):  # fmt: skip
        assert attendu in lues["index.html"].texte, attendu
    achats = lues[f"{AR}.html"].texte
    assert (
        "Données reportées. Les chiffres de cette page restent ceux arrêtés au 31 décembre 2030 (5 jours de" in achats
    )
    assert "volume d'heures anormal" in achats and achats.count("reporté ") >= 2
    assert "reporté" not in lues["transverse.html"].texte


def test_un_axe_dit_ses_controles_et_ses_fichiers(premiere: Path) -> None:
    lues = pages(premiere)
    achats, transverse = lues[f"{AR}.html"].texte, lues["transverse.html"].texte
    for attendu in ("1 constat est à voir", "Service clauses", "abc_clauses_heures.csv", "4 lignes rejetées"):
        assert attendu in achats, attendu
    assert "presse.csv" in transverse and "presse.csv" not in achats


def test_un_axe_jamais_publie_a_une_page_qui_le_dit(d: Dossiers) -> None:
    courant = publier_nuit(d, Chantier(verdicts={AR: ("bloque", "volume d'heures anormal")}))
    assert "Jamais publié" in pages(courant)[f"{AR}.html"].texte
    accueil = pages(courant)["index.html"].texte
    assert "il n'a encore jamais passé ses contrôles et n'a aucune table" in accueil
    assert f"{AR}.html" not in pages(courant / "public"), "sans table, il n'est pas de cette audience"


def test_une_table_absente_n_arrete_pas_les_pages(premiere: Path, tmp_path: Path) -> None:
    dossier = tmp_path / "publication"
    shutil.copytree(premiere, dossier)
    with duckdb.connect(str(dossier / "entrepot.duckdb")) as base:
        publication = lire_publication(base)
        base.execute("drop table rapport.definitions")
        ecrire_pages(base, publication, dossier)
        assert "30,75" in pages(dossier)["index.html"].texte
        base.execute("drop schema rapport cascade; drop table meta.changements")
        ecrire_pages(base, publication, dossier)
    accueil = pages(dossier)["index.html"]
    assert "Publication complète" in accueil.texte and "30,75" not in accueil.texte
    assert "Chercher un chiffre" not in accueil.texte and "<script>" not in accueil.contenu
    assert "Ce qui a changé" not in accueil.texte


# --- Qui voit quoi ---


def test_le_public_ne_voit_ni_changement_ni_controle_ni_fichier_recu(premiere: Path, seconde: Path) -> None:
    """L'écart de deux publications rendrait ce que chacune masque."""
    for dossier in (premiere, seconde):
        for nom, page in pages(dossier / "public").items():
            for cache in ("a changé", "Service clauses", "abc_clauses_heures", "Dernier fichier", "anormal"):
                assert cache not in page.texte, (nom, cache)
    with duckdb.connect(str(seconde / "entrepot.duckdb"), read_only=True) as base:
        assert changements.lire(base, lire_publication(base, PUBLIC)) is None
        assert changements.lire(base, lire_publication(base)) is not None


def test_les_financeurs_ne_voient_changer_que_leurs_chiffres(seconde: Path) -> None:
    def codes(*tables: Table) -> set[str]:
        with pour_financeurs(seconde / "entrepot.duckdb", tables) as base:
            return {c for (c,) in base.execute("select code from meta.changements").fetchall()}

    assert codes() == set(), "sans chiffre montré, rien ne se dit"
    with duckdb.connect(str(seconde / "entrepot.duckdb"), read_only=True) as base:
        changes = {c for (c,) in base.execute("select code from meta.changements").fetchall()}
    assert changes == {"PR001"}
    assert codes(Table("rapport", "indicateurs", "transverse", "financeur", {}, {})) == changes


def test_une_valeur_sous_secret_se_lit_s_et_ne_se_compare_pas(premiere: Path, tmp_path: Path) -> None:
    shutil.copy(premiere / "entrepot.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "entrepot.duckdb")) as base:
        base.execute(
            "insert into rapport.indicateurs select * replace (annee - 1 as annee, valeur - 10 as valeur, "
            "periode_debut - interval 1 year as periode_debut, periode_fin - interval 1 year as periode_fin) "
            "from rapport.indicateurs;"
            "alter table rapport.indicateurs add column _secret varchar;"
            "update rapport.indicateurs set valeur = null, _secret = 'valeur' where code = 'CL001' and annee = 2030"
        )
        ecrire_pour(base, PUBLIC, tmp_path / "public", {})
    page = pages(tmp_path / "public")["index.html"].texte
    assert "s sous secret statistique" in page and "Non comparé à 2029 : secret statistique" in page
    assert "30,75" not in page and "20,75" in page


# --- La tendance ---


def valeur(
    annee: int, mesure: float | None, *, unite: str = "heures", debut: str = "", fin: str = "", en_cours: bool = False
) -> Valeur:
    bornes = [dt.date.fromisoformat(x) for x in (debut or f"{annee}-01-01", fin or f"{annee}-12-31")]
    chiffre = Chiffre("CL001", "Heures", unite, {}, True, mesure, *bornes)
    return Valeur(chiffre, annee, bornes[0], bornes[1], "p", en_cours)


@pytest.mark.parametrize(
    ("neuve", "ancienne", "fleche", "texte", "court"),
    [
        (valeur(2017, 352845.65), valeur(2016, 310343.86), "↗",
         "En hausse de 13,7 % sur 2016 (42 501,79 de plus)", "+13,7 %"),
        (valeur(2017, 50), valeur(2016, 100), "↘", "En baisse de 50,0 % sur 2016 (50 de moins)", "−50,0 %"),
        (valeur(2017, 100), valeur(2016, 100), "→", "Égal à 2016", "="),
        (valeur(2017, 18), valeur(2016, 10), "↗", "8 de plus qu’en 2016 (10,00)", "+8"),
        (valeur(2017, 3), valeur(2016, 0), "↗", "3 de plus qu’en 2016 (0,00)", "+3"),
        (valeur(2017, 29, unite="pourcent"), valeur(2016, 30.6, unite="pourcent"), "↘",
         "En baisse de 1,6 point sur 2016 (30,6 %)", "−1,6 pt"),
        (valeur(2017, 100), None, "", "Pas de valeur de 2016 à laquelle comparer", "–"),
        (valeur(2017, None), valeur(2016, 100), "", "Non comparé à 2016 : secret statistique", "–"),
        (valeur(2017, 100), valeur(2016, None), "", "Non comparé à 2016 : secret statistique", "–"),
        (valeur(2017, 56, debut="2016-10-01"), valeur(2016, 22, debut="2016-10-01"), "↗",
         "Cumul : 34 de plus depuis le 31/12/2016 (22,00)", "+34"),
        (valeur(2017, 60, fin="2017-06-30", en_cours=True), valeur(2016, 100), "",
         "Année en cours : ne se compare pas à 2016 entière (100,00)", "–"),
        (valeur(2017, 60, debut="2017-04-01"), valeur(2016, 100), "",
         "Ne se compare pas à 2016 : période différente (année 2016)", "–"),
        (valeur(2017, 60, debut="2017-04-01", fin="2017-07-31"), valeur(2016, 50, debut="2016-04-01", fin="2016-07-31"),
         "↗", "En hausse de 20,0 % sur 2016 (10 de plus)", "+20,0 %"),
    ],
)  # fmt: skip
def test_la_tendance_sur_un_an(neuve: Valeur, ancienne: Valeur | None, fleche: str, texte: str, court: str) -> None:
    t = comparer(neuve, ancienne)
    assert (t.fleche, t.texte.replace("\u202f", " "), t.court.replace("\u202f", " ").replace("\u2212", "−")) == (
        fleche, texte, court,
    )  # fmt: skip


def fiche(*valeurs: Valeur) -> Fiche:
    return Fiche("CL001", "Heures", AR, "322", {}, valeurs)


def test_l_annee_qui_commence_laisse_voir_celle_d_avant() -> None:
    """Le 3 janvier, trois jours d'heures ne sont le chiffre de personne ; en avril, l'année en cours passe devant."""
    passees = (valeur(2017, 100), valeur(2016, 80))
    janvier = fiche(valeur(2018, 1, fin="2018-01-03", en_cours=True), *passees)
    assert (janvier.valeur.annee, janvier.depuis and janvier.depuis.annee) == (2017, 2018)
    assert janvier.tendance.texte.startswith("En hausse") and janvier.tendance_passee is None
    avril = fiche(valeur(2018, 30, fin="2018-04-02", en_cours=True), *passees)
    assert (avril.valeur.annee, avril.depuis) == (2018, None)
    assert avril.tendance.fleche == "" and avril.tendance_passee
    assert avril.tendance_passee.texte == "En hausse de 25,0\u202f% sur 2016 (20 de plus)"
    assert [a["part"] for a in avril.annees] == [80.0, 100.0, 30.0]
    seule = fiche(valeur(2018, 1, fin="2018-01-03", en_cours=True))
    assert seule.valeur.annee == 2018 and seule.annees == []
    assert (montree(dt.date(2018, 3, 31)).cle, montree(dt.date(2018, 4, 1)).fin) == ("2017", dt.date(2018, 4, 1))


# --- Ce qui a changé ---


def test_ce_qui_a_change_se_lit_sur_l_accueil_et_sur_son_axe(seconde: Path) -> None:
    lues = pages(seconde)
    for nom in ("index.html", "transverse.html"):
        assert "Depuis la publication 2031-01-02-1" in lues[nom].texte
        assert "2 chiffres changés" in lues[nom].texte
        assert "2031 : nouveau → 4" in lues[nom].texte and "2030 : 3 → n’existe plus" in lues[nom].texte
    assert "Date d’arrêté passée du 31/12/2030 au 05/01/2031" in lues["index.html"].texte
    assert "Aucun chiffre de cet axe n'a changé" in lues[f"{AR}.html"].texte


@pytest.mark.parametrize(
    ("cause", "livraisons", "fin", "attendues"),
    [
        ("livraisons", "a-2 (nouvelle : heures_201708.csv)", "2017-12-31", ["fichier arrivé en retard"]),
        ("livraisons", "a-2 (nouvelle : heures_201801.csv)", "2018-01-31", ["fichier nouveau"]),
        ("livraisons", "a-2 (corrige : heures (1).csv) ; a-3 (corrige : b.csv)", "2017-12-31", ["lignes corrigées"]),
        ("livraisons et code", "a-2 (remplace : export.csv)", "2017-12-31",
         ["fichier remplacé par un plus récent", "règle changée"]),
        ("livraisons", "a-1 (plus en vigueur : export.csv)", "2017-12-31", ["fichier retiré"]),
        ("personnes et axe repris", None, "2017-12-31", ["personnes réunies ou séparées", "axe de nouveau publié"]),
        ("arrêté", None, "2017-12-31", ["date d’arrêté passée du 31/12/2017 au 03/01/2018"]),
        ("indéterminée", None, "2017-12-31", ["cause indéterminée"]),
    ],
)  # fmt: skip
def test_une_cause_se_dit_dans_les_mots_de_qui_dirige(
    cause: str, livraisons: str | None, fin: str, attendues: list[str]
) -> None:
    ligne = {
        "cause": cause, "livraisons": livraisons, "periode_fin": dt.date.fromisoformat(fin),
        "detail": "arrêté du 31/12/2017 au 03/01/2018",
    }  # fmt: skip
    assert changements.causes(ligne, dt.date(2017, 12, 31)) == attendues


@dataclass
class Change:
    """Une ligne de meta.changements."""

    code: str
    ancienne: float | None
    nouvelle: float | None
    unite: str = "heures"
    livraisons: str = "a-2 (corrige : heures.csv)"
    axe: str = AR
    cause: str = field(default="livraisons")


@pytest.fixture
def base(seconde: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """La seconde publication, dont on récrit les changements."""
    shutil.copy(seconde / "entrepot.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "entrepot.duckdb")) as connexion:
        connexion.execute("delete from meta.changements")
        yield connexion


def bilan(base: duckdb.DuckDBPyConnection, *changes: Change) -> changements.Bilan:
    for c in changes:
        ecart = None if c.ancienne is None or c.nouvelle is None else c.nouvelle - c.ancienne
        base.execute(
            "insert into meta.changements values ('2031-01-02-1', ?, ?, ?, 2030, '2030-01-01', '2030-12-31', "
            "?, ?, ?, ?, ?, ?, null)",
            [c.code, f"Libellé de {c.code}", c.axe, c.unite, c.ancienne, c.nouvelle, ecart, c.cause, c.livraisons],
        )  # fmt: skip
    lu = changements.lire(base, lire_publication(base, FINANCEUR))
    assert lu
    return lu


def test_les_changements_se_groupent_par_axe_et_par_cause(base: duckdb.DuckDBPyConnection) -> None:
    """Les chiffres clés d'abord, puis les plus grands écarts relatifs ; un groupe par cause."""
    lu = bilan(
        base,
        Change("CL002", 100, 101), Change("CL003", 100, 150), Change("CL001", 1000, 1001), Change("CL004", 5, None),
        Change("CL005", 14.58, 14.59, "pourcent"), Change("CL090", 1, 2, cause="code", livraisons=""),
        Change("PR001", None, 7, axe="transverse"),
    )  # fmt: skip
    assert list(lu.par_axe) == [AR, "transverse"]
    corrigees, regle = lu.par_axe[AR]
    assert (corrigees.cause, corrigees.combien, corrigees.fichiers) == (
        "Lignes corrigées", "5 chiffres changés", ["heures.csv"]
    )  # fmt: skip
    assert [c.code for c in corrigees.exemples] == ["CL001", "CL003", "CL002"]
    assert (regle.cause, regle.combien) == ("Règle changée", "1 chiffre changé")
    ecrits = {c.code: (c.avant, c.apres, c.ecart) for c in corrigees.changements}
    assert ecrits["CL004"] == ("5,00", "n’existe plus", "")
    assert ecrits["CL005"] == ("14,58\u202f%", "14,59\u202f%", "+0,01\u00a0pt")
    assert ecrits["CL001"] == ("1\u202f000,00", "1\u202f001,00", "+1")
    assert "Activité transverse" not in lu.inchanges and "Campus des compétences" in lu.inchanges


def test_une_nuit_sans_changement_le_dit(base: duckdb.DuckDBPyConnection, seconde: Path, tmp_path: Path) -> None:
    assert bilan(base).par_axe == {}
    dossier = tmp_path / "p"
    shutil.copytree(seconde, dossier, ignore=shutil.ignore_patterns("*.duckdb", "parquet", "public"))
    ecrire_pages(base, lire_publication(base, FINANCEUR), dossier)
    assert "Aucun chiffre n'a changé depuis la publication 2031-01-02-1" in pages(dossier)["index.html"].texte


# --- Les fichiers refusés ---


def test_un_refus_reste_montre_jusqu_a_ce_que_le_fichier_soit_accepte() -> None:
    class Publication:
        nuit = SUIVANTE.nuit
        livraisons: list[dict[str, Any]] = [
            {"livraison": n, "fichier": f, "recu_le": NUIT.nuit - dt.timedelta(days=jours), "statut": s}
            for n, f, jours, s in (
                ("a-1", "repris.csv", 3, "refusee"), ("a-2", "repris.csv", 1, "acceptee"),
                ("b-1", "en_attente.csv", 3, "refusee"), ("b-2", "autre.csv", 1, "acceptee"),
                ("c-1", "oublie.csv", 40, "refusee"),
            )
        ]  # fmt: skip

    assert [v["fichier"] for v in refusees(Publication())] == ["en_attente.csv"]  # type: ignore[arg-type]
