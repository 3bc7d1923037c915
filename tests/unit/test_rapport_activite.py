"""Le rapport d'activité : un chiffre vient de la base, jamais d'un récit ; chaque projet a sa fiche."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from chantier import NUIT, Chantier

from include.configuration import RACINE, Dossiers, dossier_du_pole
from include.diffusion.bases import pour_financeurs
from include.diffusion.declarations import Table
from include.extraits.audience import FINANCEUR, PUBLIC
from include.extraits.francais import nombre
from include.extraits.lecture import lire as lire_publication
from include.publication import publier
from include.rapport_activite import Periode, Rapport, chiffres, composer, ecrire, plan, recits, visuels
from include.rapport_activite.__main__ import produire
from include.rapport_activite.chiffres import Chiffre
from include.remise import ecrire_pour

pytestmark = pytest.mark.avec_rapport

ANNEE = Periode.de("2030")
SEEDS = RACINE / "dbt_project" / "seeds" / "rapport"
RECITS = RACINE / "include" / "rapport_activite" / "recits"
PLAN = """\
chiffres: [CL001]
parties:
  - axe: achats_responsables
    titre: Les achats
    projets:
      - {code: "322", titre: "Les clauses d'insertion", chiffres: [CL001, CL020], visuels: [heures_annee]}
  - axe: transverse
    titre: La vie du pôle
"""
RECIT = """\
## Objet

Conseiller les acheteurs.

## Résultats

Les entreprises ont réalisé {CL001:unité}, soit {CL001:0} en nombre rond, pour {CL020} personnes.
"""


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    """Les récits d'un pôle de poche : un plan de deux parties et un récit."""
    racine = tmp_path / "recits"
    (racine / "2030").mkdir(parents=True)
    (racine / "plan.yml").write_text(PLAN, encoding="utf-8")
    (racine / "2030" / "322.md").write_text(RECIT, encoding="utf-8")
    return racine


@pytest.fixture(scope="module")
def publie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Une publication de poche, à ne pas modifier."""
    d = Dossiers(tmp_path_factory.mktemp("publie") / "data")
    assert publier(d, NUIT, Chantier().ecrire(d))["publiee"]
    return d.publie / "courant"


@pytest.fixture
def base(publie: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Sa base, copiée : chaque essai y change ce qui fait son cas."""
    copie = tmp_path / "entrepot.duckdb"
    shutil.copy(publie / "entrepot.duckdb", copie)
    copie.chmod(0o600)
    with duckdb.connect(str(copie)) as connexion:
        yield connexion


def rapport(base: duckdb.DuckDBPyConnection, dossier: Path | None, periode: Periode = ANNEE) -> Rapport:
    compose = composer(base, lire_publication(base), periode, dossier)
    assert compose is not None
    return compose


def fiche(compose: Rapport, code: str) -> dict[str, Any]:
    [trouvee] = [f for p in compose.contenu["parties"] for f in p["fiches"] if f["code"] == code]
    return trouvee


def texte(blocs: list[dict[str, Any]]) -> str:
    return " ".join("".join(m["texte"] for m in b["texte"]) for b in blocs if b["genre"] == "paragraphe")


def section(trouvee: dict[str, Any], titre: str) -> list[dict[str, Any]]:
    [blocs] = [s["blocs"] for s in trouvee["sections"] if s["titre"] == titre]
    return blocs


def fautes(dossier: Path, recit: str, connus: dict[str, Chiffre], noms: set[str] = frozenset()) -> list[recits.Faute]:  # type: ignore[assignment]
    chemin = dossier / "2030" / "x.md"
    chemin.write_text(recit, encoding="utf-8")
    return recits.lire(chemin, connus, noms).fautes


def chiffre(code: str = "CL001", valeur: float | None = 1234.5, unite: str = "heures", **autres: Any) -> Chiffre:
    return Chiffre(code, f"Libellé de {code}", unite, {}, True, valeur, **autres)


# --- Période ---


@pytest.mark.parametrize(
    ("demande", "fin", "titre"),
    [
        ("2017", dt.date(2017, 12, 31), "Année 2017"),
        ("2017-S1", dt.date(2017, 6, 30), "Premier semestre 2017"),
        ("2017-S2", dt.date(2017, 12, 31), "Second semestre 2017"),
        ("2017-09", dt.date(2017, 9, 30), "Du 1er janvier au 30 septembre 2017"),
        ("2016-02", dt.date(2016, 2, 29), "Du 1er janvier au 29 février 2016"),
        ("2017-04-a-09", dt.date(2017, 9, 30), "Du 1er avril au 30 septembre 2017"),
    ],
)
def test_une_periode_se_lit(demande: str, fin: dt.date, titre: str) -> None:
    periode = Periode.de(demande)
    premier = {"2017-S2": 7, "2017-04-a-09": 4}.get(demande, 1)
    assert (periode.debut, periode.fin, periode.titre) == (dt.date(fin.year, premier, 1), fin, titre)
    assert periode.cle == demande


@pytest.mark.parametrize(
    ("demande", "cle", "en_bref"),
    [
        ("2017-12", "2017", "2017"),
        ("2017-01-a-06", "2017-S1", "2017, janvier à juin"),
        ("2017-07-a-12", "2017-S2", "2017, juillet à décembre"),
        ("2017-01-a-09", "2017-09", "2017, janvier à septembre"),
        ("2017-05-a-05", "2017-05-a-05", "2017, mai"),
    ],
)
def test_une_meme_periode_n_a_qu_un_nom(demande: str, cle: str, en_bref: str) -> None:
    """Il nomme le dossier de ses récits ; à côté d'années entières, une période dit ses mois."""
    assert (Periode.de(demande).cle, Periode.de(demande).en_bref) == (cle, en_bref)


@pytest.mark.parametrize(
    ("demande", "dit"),
    [
        ("2017-09-a-04", "le premier mois suit le dernier"),
        ("2017-S3", "ne se lit pas"),
        ("2017-13", "13 n'est pas un mois"),
        ("hier", "ne se lit pas"),
    ],
)
def test_une_periode_mal_ecrite_se_refuse(demande: str, dit: str) -> None:
    with pytest.raises(ValueError, match=dit):
        Periode.de(demande)


def test_les_chiffres_sont_ceux_de_la_periode(base: duckdb.DuckDBPyConnection) -> None:
    """Une autre année n'a pas ces chiffres ; celui qui a sa propre période la dit."""
    assert chiffres.lire(base, ANNEE)["CL001"].valeur == 30.75
    assert chiffres.lire(base, Periode.de("2029"))["CL001"].ecrit() == "non calculé"
    base.execute("update rapport.indicateurs set periode_debut = '2030-03-01' where code = 'CL020'")
    connus = chiffres.lire(base, ANNEE)
    assert chiffres.periode_propre(connus["CL001"], ANNEE) == ""
    assert chiffres.periode_propre(connus["CL020"], ANNEE) == "depuis le 01/03/2030"


def test_l_annee_d_avant_ne_se_compare_qu_a_une_annee_entiere(base: duckdb.DuckDBPyConnection) -> None:
    base.execute(
        "insert into rapport.indicateurs select * replace (2029 as annee, date '2029-01-01' as periode_debut, "
        "date '2029-12-31' as periode_fin, 20 as valeur) from rapport.indicateurs where code = 'CL001'"
    )
    assert chiffres.lire(base, ANNEE)["CL001"].ecrit_avant() == "20,00"
    base.execute("update rapport.indicateurs set periode_fin = '2030-09-30' where annee = 2030")
    assert chiffres.lire(base, Periode.de("2030-09"))["CL001"].ecrit_avant() == "non calculé"


def test_toute_annee_d_un_fait_vient_de_la_macro() -> None:
    """Un modèle qui la calculerait seul compterait l'année entière dans le rapport d'un second semestre."""
    modeles = {f.name: f.read_text(encoding="utf-8") for f in (RACINE / "dbt_project" / "models").rglob("*.sql")}
    seuls = re.compile(r"extract\s*\(\s*year|\byear\s*\(|date_?part|date_trunc\('year'|strftime", re.IGNORECASE)
    assert [nom for nom, sql in modeles.items() if seuls.search(sql)] == []
    assert sum("annee(" in sql for sql in modeles.values()) > 20


def test_un_chiffre_de_l_annee_precedente_se_lit_dans_le_rapport_d_apres(base: duckdb.DuckDBPyConnection) -> None:
    """Les règles d'une année close finissent avant l'année du rapport : ni plus ni moins qu'elles ne le disent."""
    with (SEEDS / "regles_periode.csv").open(encoding="utf-8", newline="") as fichier:
        regles = list(csv.DictReader(fichier))
    assert {r["libelle"]: chiffres._recul(r["libelle"]) for r in regles} == {
        r["libelle"]: int(r["annees_closes"]) for r in regles
    }
    base.execute("update rapport.definitions set periode = 'Année précédente' where code = 'CL001'")
    assert chiffres.lire(base, Periode.de("2031"))["CL001"].valeur == 30.75


# --- Écriture des chiffres ---


@pytest.mark.parametrize(
    ("donne", "attendu"),
    [
        (chiffre(valeur=352845.65), "352\u202f845,65\u00a0heures"),
        (chiffre(valeur=1, unite="mises_en_relation"), "1\u00a0mise en relation"),
        (chiffre(valeur=2, unite="personnes"), "2\u00a0personnes"),
        (chiffre(valeur=28.0, unite="pourcent"), "28,0\u202f%"),
        (chiffre(valeur=0.5, unite="etp"), "0,5\u00a0ETP"),
        (chiffre(valeur=None, unite="personnes"), "s"),
        (Chiffre("X", "X", "heures", {}), "non calculé"),
    ],
)
def test_un_chiffre_s_ecrit_avec_son_unite(donne: Chiffre, attendu: str) -> None:
    assert donne.avec_unite() == attendu


# --- Récits ---


def test_la_phrase_dit_la_valeur_de_la_base(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    """Si la base change, la phrase change : rien n'y est tapé."""
    lu = texte(section(fiche(rapport(base, dossier), "322"), "Résultats"))
    assert lu == "Les entreprises ont réalisé 30,75\u00a0heures, soit 31 en nombre rond, pour 2 personnes."
    base.execute("update rapport.indicateurs set valeur = 1234.5 where code = 'CL001'")
    assert "1\u202f234,50\u00a0heures, soit 1\u202f235" in texte(
        section(fiche(rapport(base, dossier), "322"), "Résultats")
    )


def test_un_code_inconnu_dit_le_fichier_la_ligne_et_le_code(dossier: Path) -> None:
    [faute] = fautes(dossier, "## Objet\n\nUne ligne,\npuis {CL0O1} heures.\n", {"CL001": chiffre()})
    assert (faute.fichier, faute.ligne, faute.grave) == ("2030/x.md", 4, True)
    assert str(faute).startswith("2030/x.md, ligne 4 : {CL0O1} n'est le code d'aucun chiffre publié.")
    assert "CL001" in faute.message


@pytest.mark.parametrize(
    ("recit", "dit"),
    [
        ("{CL001:trois}", "« trois » ne se lit pas"),
        ("Voici {tableau} dans la phrase.", "se place seul dans son paragraphe"),
        ("> Une citation", "n'a que des titres, des paragraphes et des listes"),
        ("- a\n  - b", "une liste dans une liste"),
    ],
)
def test_ce_qui_ne_se_met_pas_en_page_est_une_faute(dossier: Path, recit: str, dit: str) -> None:
    lues = fautes(dossier, recit, {"CL001": chiffre()}, {"tableau"})
    assert [f.grave for f in lues] == [True]
    assert dit in lues[0].message


@pytest.mark.parametrize(
    ("phrase", "tapes"),
    [
        ("Le service compte 12 entreprises et 1 234,5 heures.", ["12", "1 234,5"]),
        ("Le groupe s'est réuni trois fois.", ["trois"]),
        ("Une vingtaine d'entreprises, soit la moitié, pour un millier d'heures.", ["vingtaine", "moitié", "millier"]),
        ("En 2017, 2016 salariés ; 2 000 heures.", ["2016", "2 000"]),
        ("## Les 12 contrats\n\nTexte.", ["12"]),
        ("- **3** fiches\n- `4` axes, ½ poste", ["3", "4", "½"]),
        ("Le 12/05, au 1er rang du lot 2.", ["12", "05", "1", "2"]),
        ("L'article 30 de l'ordonnance et l'article L. 5132-1, pour le projet 211D-RCE, en 2016 annoncé.", []),
        ("Le premier comité, une entreprise, plusieurs autres.", []),
        ("Réunis le 27 mars\n2017, le 1er juin et le 3\noctobre 2016.", []),
        ("Le dispositif « 100 chances – 100 emplois » de 2011.", []),
        ("{CL001} heures et {CL001:0}.", []),
    ],
)
def test_un_nombre_tape_se_signale_sauf_une_date_une_annee_un_nom(dossier: Path, phrase: str, tapes: list[str]) -> None:
    lues = fautes(dossier, phrase, {"CL001": chiffre()})
    assert [re.findall("« (.*?) »", f.message)[0] for f in lues] == tapes
    assert not any(f.grave for f in lues)


def test_un_chiffre_non_calcule_se_voit_et_se_signale(dossier: Path) -> None:
    connus = {"CL001": Chiffre("CL001", "Heures", "heures", {})}
    [faute] = fautes(dossier, "{CL001} heures", connus)
    assert not faute.grave and "n'est pas calculé sur cette période" in faute.message
    [bloc] = recits.lire(dossier / "2030" / "x.md", connus, set()).sections[""]
    assert bloc["texte"][0] == {
        "genre": "chiffre", "code": "CL001", "texte": "non calculé", "calcule": False, "styles": [],
    }  # fmt: skip


def test_un_recit_sans_projet_est_une_faute(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    (dossier / "2030" / "323.md").write_text("## Objet\n\nRien.\n", encoding="utf-8")
    assert [f.message for f in rapport(base, dossier).fautes] == ["« 323 » n'est ni un projet, ni un axe du rapport."]


def test_la_typographie_est_francaise() -> None:
    assert (
        recits.typographie("L'« été » : oui ; non ? 5 %") == "L’«\u202fété\u202f»\u00a0: oui\u202f; non\u202f? 5\u202f%"
    )


# --- Structure ---


def test_une_fiche_a_son_objet_ses_thematiques_et_ses_resultats(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    """Les thématiques viennent de la liste des projets ; un visuel que le récit ne place pas va aux résultats."""
    base.execute("alter table core.dim_projet add column axe_principal varchar")
    base.execute("alter table core.dim_projet add column axes_secondaires varchar")
    base.execute(
        "update core.dim_projet set axe_principal = 'achats_responsables', axes_secondaires = 'gpect|parcours'"
    )
    trouvee = fiche(rapport(base, dossier), "322")
    assert [s["titre"] for s in trouvee["sections"]] == ["Objet", "Thématiques de rattachement", "Résultats"]
    assert texte(section(trouvee, "Thématiques de rattachement")) == (
        "Principale\u00a0: Achats responsables\u202f; secondaires\u00a0: "
        "Gestion prévisionnelle des emplois et des compétences, Parcours vers l’emploi"
    )
    assert [b["visuel"]["nom"] for b in section(trouvee, "Résultats") if b["genre"] == "visuel"] == ["heures_annee"]


def test_un_recit_place_son_visuel(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    (dossier / "2030" / "322.md").write_text("## Objet\n\n{heures_annee}\n\n## Résultats\n\nFin.\n", encoding="utf-8")
    trouvee = fiche(rapport(base, dossier), "322")
    assert [b["genre"] for b in section(trouvee, "Objet")] == ["visuel"]
    assert [b["genre"] for b in section(trouvee, "Résultats")] == ["paragraphe"]


def test_sans_recit_la_fiche_garde_sa_part_calculee(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    (dossier / "2030" / "322.md").unlink()
    trouvee = fiche(rapport(base, dossier), "322")
    assert [c["valeur"] for c in trouvee["chiffres"]] == ["30,75", "2"]
    assert [b["genre"] for s in trouvee["sections"] for b in s["blocs"]] == ["visuel"]


def test_sans_plan_chaque_projet_a_sa_fiche_et_ses_chiffres(base: duckdb.DuckDBPyConnection) -> None:
    """Un pôle qui n'a pas de récits a un rapport : un projet que nul plan ne nomme suit sa partie."""
    base.execute("alter table core.dim_projet add column axe_principal varchar default 'transverse'")
    [partie] = [p for p in rapport(base, None).contenu["parties"] if p["fiches"]]
    assert partie["axe"] == "transverse"
    assert [(f["code"], [c["code"] for c in f["chiffres"]]) for f in partie["fiches"]] == [
        ("322", ["CL001", "CL020", "PR001"])
    ]


def test_chaque_chiffre_cite_a_sa_fiche_de_methode(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    methode = {f["code"]: f for g in rapport(base, dossier).contenu["methode"] for f in g["fiches"]}
    assert set(methode) == {"CL001", "CL020"}
    assert methode["CL001"]["compte"] == "Ce que CL001 compte"
    assert methode["CL001"]["periode"] == "Année civile, du 01/01/2030 au 31/12/2030"


def test_un_axe_jamais_publie_le_dit(d: Dossiers, dossier: Path) -> None:
    chantier = Chantier(verdicts={"achats_responsables": ("bloque", "volume anormal")})
    assert publier(d, NUIT, chantier.ecrire(d))["publiee"]
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as connexion:
        compose = rapport(connexion, dossier)
    achats, transverse = compose.contenu["parties"]
    assert "pas encore passé ses contrôles" in achats["etat"] and transverse["etat"] == ""
    assert achats["fiches"][0]["chiffres"] == []
    assert "ont réalisé non calculé, soit non calculé" in texte(section(achats["fiches"][0], "Résultats"))
    assert compose.fautes and not any(f.grave for f in compose.fautes)
    assert ecrire(compose, d.racine, "r")[0].exists()


def test_une_base_sans_chiffres_n_a_pas_de_rapport(base: duckdb.DuckDBPyConnection) -> None:
    base.execute("drop table rapport.indicateurs")
    assert composer(base, lire_publication(base), ANNEE, None) is None


def test_une_faute_dans_le_plan_se_dit(dossier: Path) -> None:
    for faux, dit in (("axe: transverse", "l'axe gestion n'est pas du pôle"), ("titre: Les", "clés inconnues : titr")):
        remplace = {"axe: transverse": "axe: gestion", "titre: Les": "titr: Les"}[faux]
        (dossier / "plan.yml").write_text(PLAN.replace(faux, remplace), encoding="utf-8")
        with pytest.raises(ValueError, match=dit):
            plan.lire(dossier)


# --- Secret et tableaux ---


def test_une_valeur_masquee_se_lit_s(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    """Une base masquée a des vides : la phrase, le tableau et le total disent « s », jamais zéro."""
    base.execute("update rapport.indicateurs set valeur = null where code = 'CL020'")
    base.execute("update achats_responsables.rpt_heures_secteur set heures = null where secteur = 'SERVICES'")
    trouvee = fiche(rapport(base, dossier), "322")
    assert "pour s personnes" in texte(section(trouvee, "Résultats"))
    [visuel] = [b["visuel"] for b in section(trouvee, "Résultats") if b["genre"] == "visuel"]
    assert visuel["lignes"] == [["2030", "30,75", "s", "s"]]


@cache
def contrats_de_dbt() -> str:
    """De quoi faire chaque table aux colonnes de son contrat."""
    ordres = []
    for yml in (RACINE / "dbt_project" / "models").rglob("*__models.yml"):
        for modele in yaml.safe_load(yml.read_text(encoding="utf-8"))["models"]:
            colonnes = [f'"{c["name"]}" {c["data_type"]}' for c in modele["columns"] if "data_type" in c]
            if colonnes and len(colonnes) == len(modele["columns"]):
                table = f'"{yml.parent.name}"."{modele["name"]}" ({", ".join(colonnes)})'
                ordres += [f'create schema if not exists "{yml.parent.name}"', f"create table if not exists {table}"]
    return ";".join(ordres)


def tables_vides() -> duckdb.DuckDBPyConnection:
    """Une base aux colonnes des contrats de dbt, sans ligne."""
    base = duckdb.connect()
    base.execute(contrats_de_dbt())
    return base


@pytest.mark.parametrize("nom", list(visuels.declares()))
def test_chaque_visuel_lit_des_colonnes_qui_existent(nom: str) -> None:
    dit = visuels.declares()[nom]
    with tables_vides() as base:
        voulus = {"annee": 2017, "debut": ANNEE.debut, "fin": ANNEE.fin, "periode": "2017"}
        voulus |= {"projet": "222", "parametre": "Santé"}
        retenus = {k: v for k, v in voulus.items() if f"${k}" in dit["requete"]}
        assert base.execute(dit["requete"], retenus).fetchall() == []
        assert len(base.description or []) == len(dit["colonnes"])
        assert visuels.lire(base, nom, ANNEE) is None
    assert dit["forme"] in ("barres", "empilees", "paves", "tableau")
    assert dit["forme"] != "empilees" or list(dit["colonnes"])[-1] == "Total"


def test_la_carte_montre_chaque_commune_a_sa_place() -> None:
    with tables_vides() as base:
        base.execute(
            "insert into core.dim_territoire by name select * from (values ('21231', 'Dijon', '1', 'Métropole'), "
            "('21425', 'Montbard', null, null)) as t(code_commune, commune, code_epci, epci)"
        )
        base.execute(
            "insert into achats_responsables.dim_operation by name select 'O1' as id_operation, '21231' as code_commune"
        )
        base.execute(
            "insert into achats_responsables.rpt_heures_operation by name "
            "select 2030 as annee, 'O1' as id_operation, 12.5 as heures"
        )
        carte = visuels.lire(base, "carte_communes", ANNEE, places=RECITS / "communes.csv")
    assert carte is not None and carte["lignes"] == [["21231", "Dijon", "Métropole", "12,50"]]
    assert carte["svg"] and ">Dijon<" in carte["svg"] and ">Montbard<" in carte["svg"]
    assert ">13<" in carte["svg"], "13, arrondi de 12,5, sur le pavé de Dijon"


def test_un_entonnoir_rapporte_chaque_etape_a_la_precedente() -> None:
    etapes = [chiffre("A", 314, "personnes"), chiffre("B", 147, "personnes"), chiffre("C", None, "personnes")]
    visuel = visuels.etapes("e", "Étapes", etapes)
    assert visuel is not None
    assert [ligne[1:] for ligne in visuel["lignes"]] == [["314", ""], ["147", "47\u202f%"], ["s", ""]]
    assert visuels.etapes("e", "Étapes", [Chiffre("A", "A", "personnes", {})]) is None


# --- Mise en page ---


class Balises(HTMLParser):
    """Relève ce qu'il faut d'une page : ancres, liens internes, titres, balises restées ouvertes."""

    VIDES = {"meta", "br", "img", "path", "rect", "line", "link", "circle"}

    def __init__(self) -> None:
        super().__init__()
        self.ouvertes: list[str] = []
        self.ancres: list[str] = []
        self.liens: set[str] = set()
        self.titres: list[int] = []
        self.sources: list[str] = []
        self.chiffres: list[tuple[str, str]] = []
        self.figures: list[set[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        donnes = dict(attrs)
        if donnes.get("id"):
            self.ancres.append(str(donnes["id"]))
        if tag == "figure":
            self.figures.append(set())
        if "chiffre" in (donnes.get("class") or "").split():
            self.chiffres.append((tag, str(donnes.get("href"))))
        if (lien := donnes.get("href") or "").startswith("#"):
            self.liens.add(lien[1:])
            if "figure" in self.ouvertes:
                self.figures[-1].add(lien[1:])
        elif lien or donnes.get("src"):
            self.sources.append(lien or str(donnes["src"]))
        if re.fullmatch("h[1-6]", tag):
            self.titres.append(int(tag[1]))
        if tag not in self.VIDES:
            self.ouvertes.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VIDES:
            assert self.ouvertes.pop() == tag


def test_la_page_se_lit_seule_et_chaque_lien_arrive(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    _, fichier = ecrire(rapport(base, dossier), dossier, "r")
    page = fichier.read_text(encoding="utf-8")
    lue = Balises()
    lue.feed(page)
    assert lue.ouvertes == [] and lue.sources == [] and "<script" not in page
    assert '<html lang="fr">' in page and page.count("<h1") == 1
    assert len(lue.ancres) == len(set(lue.ancres)) and lue.liens <= set(lue.ancres)
    assert {"m-CL001", "m-CL020", "p-322"} <= lue.liens
    assert all(apres - avant <= 1 for avant, apres in zip(lue.titres, lue.titres[1:], strict=False))
    assert 'role="img" tabindex="0" aria-label="Heures d’insertion par année et par secteur' in page
    assert '<a class="chiffre" href="#m-CL001">30,75\u00a0heures</a>' in page


def test_chaque_chiffre_et_chaque_visuel_mene_a_sa_methode(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    """Sur la page, ses liens ; dans le PDF, typst refuse un lien dont la fiche manque."""
    entonnoir = "{nom: entonnoir, titre: Étapes, etapes: [CL001, CL020]}"
    (dossier / "plan.yml").write_text(
        PLAN.replace("visuels: [heures_annee]", f"visuels: [heures_annee, {entonnoir}]"), encoding="utf-8"
    )
    compose = rapport(base, dossier)
    _, fichier = ecrire(compose, dossier, "r")
    lue = Balises()
    lue.feed(fichier.read_text(encoding="utf-8"))
    # Le récit cite trois chiffres, la fiche en a deux ; le bandeau est fait de liens.
    assert [(t, h) for t, h in lue.chiffres if not (t == "a" and h.startswith("#m-"))] == []
    assert [h for _, h in lue.chiffres] == ["#m-CL001", "#m-CL001", "#m-CL020", "#m-CL001", "#m-CL020"]
    assert lue.figures == [{"v-heures_annee"}, {"m-CL001", "m-CL020"}, {"m-CL001", "m-CL020"}]
    assert {"m-CL001", "m-CL020", "v-heures_annee"} <= set(lue.ancres)
    for cle in ("methode", "visuels"):
        with pytest.raises(RuntimeError, match="label `<[mv]-.*` does not exist"):
            ecrire(Rapport(compose.contenu | {cle: []}, []), dossier, "sans")


def test_les_parties_en_bref_ne_redisent_pas_l_essentiel(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    achats = "titre: Les achats\n    chiffres: [CL001, CL020]"
    (dossier / "plan.yml").write_text(PLAN.replace("titre: Les achats", achats), encoding="utf-8")
    compose = rapport(base, dossier)
    assert [(p["titre"], [c["code"] for c in p["chiffres"]]) for p in compose.contenu["en_bref"]] == [
        ("Les achats", ["CL020"])
    ]
    page = ecrire(compose, dossier, "r")[1].read_text(encoding="utf-8")
    assert page.count("Les parties en bref</figcaption>") == 1
    assert "Les parties en bref" not in ecrire(rapport(base, None), dossier, "sans")[1].read_text(encoding="utf-8")


def test_un_texte_recu_ne_devient_jamais_une_balise(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    base.execute("update rapport.definitions set libelle = '<script>alert(1)</script> #image' where code = 'CL001'")
    (dossier / "2030" / "322.md").write_text("## Objet\n\n<b>gras</b> #set page()\n", encoding="utf-8")
    for fichier in ecrire(rapport(base, dossier), dossier, "r"):
        assert b"<script" not in fichier.read_bytes()
    assert "&lt;b&gt;gras" in (dossier / "r.html").read_text(encoding="utf-8")


def test_le_pdf_dit_les_memes_chiffres_et_les_memes_octets(base: duckdb.DuckDBPyConnection, dossier: Path) -> None:
    compose = rapport(base, dossier)
    pdf, _ = ecrire(compose, dossier, "r")
    autre, _ = ecrire(compose, dossier, "autre")
    assert pdf.read_bytes() == autre.read_bytes()
    assert pdf.read_bytes().startswith(b"%PDF-1.7") and b"/MarkInfo" in pdf.read_bytes()
    if shutil.which("pdftotext"):
        dit = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
        assert "Rapport d’activité" in dit and "30,75" in dit and "Méthode des chiffres" in dit


def test_la_publication_de_la_nuit_porte_le_rapport(publie: Path) -> None:
    fichiers = {f.name for f in (publie / "extraits" / "rapport").iterdir()}
    assert fichiers >= {"rapport_activite.pdf", "rapport_activite.html"}
    page = (publie / "index.html").read_text(encoding="utf-8")
    assert 'href="extraits/rapport/rapport_activite.pdf"' in page


def test_les_financeurs_ont_le_rapport_et_pas_le_public(base: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Ses récits ne sont pas relus pour le public."""
    for audience in (FINANCEUR, PUBLIC):
        ecrire_pour(base, audience, tmp_path / audience.nom, {})
    assert {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("rapport_activite.*")} == {
        "financeur/extraits/rapport/rapport_activite.html", "financeur/extraits/rapport/rapport_activite.pdf",
    }  # fmt: skip


def test_les_financeurs_n_ont_d_une_dimension_que_ses_colonnes_declarees(publie: Path) -> None:
    declaree = Table("core", "dim_projet", "core", "financeur", {"colonnes": ["code_projet"]}, {})
    with pour_financeurs(publie / "entrepot.duckdb", [declaree]) as base:
        assert [c for c, *_ in base.execute("describe core.dim_projet").fetchall()] == ["code_projet"]


def test_une_valeur_sous_secret_se_lit_s(base: duckdb.DuckDBPyConnection) -> None:
    base.execute("alter table rapport.indicateurs add column _secret varchar")
    base.execute("update rapport.indicateurs set valeur = null, _secret = 'valeur' where code = 'CL020'")
    connus = chiffres.lire(base, ANNEE)
    assert (connus["CL020"].ecrit(), connus["CL001"].ecrit()) == ("s", "30,75")


# --- À la demande ---


def test_make_report_ecrit_la_periode_de_la_publication(
    d: Dossiers, dossier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.rapport_activite.__main__.dossier_du_pole", lambda _: dossier)
    with pytest.raises(ValueError, match="Rien n'est encore publié"):
        produire(d, "2030", tmp_path)
    assert publier(d, NUIT, Chantier().ecrire(d))["publiee"]
    with pytest.raises(ValueError, match="La période finit le 30/06/2031"):
        produire(d, "2031-S1", tmp_path)
    assert produire(d, "2030", tmp_path) == (
        f"écrit : {tmp_path}/rapport_activite_2030.pdf\nécrit : {tmp_path}/rapport_activite_2030.html"
    )
    (dossier / "2030" / "322.md").write_text("## Objet\n\n{CL999}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Rien n'est écrit(.|\n)*2030/322.md, ligne 3 : {CL999}"):
        produire(d, "2030", tmp_path / "vide")
    assert not (tmp_path / "vide").exists()


# --- Ce que le projet livre ---


def registre() -> dict[str, Chiffre]:
    with (SEEDS / "registre_indicateurs.csv").open(encoding="utf-8", newline="") as fichier:
        return {r["code"]: chiffre(r["code"], 12, r["unite"], avant=11) for r in csv.DictReader(fichier)}


def test_le_plan_livre_ne_nomme_que_ce_qui_existe() -> None:
    livre, connus = plan.lire(dossier_du_pole("recits")), registre()
    places = [p for partie in livre.parties for f in partie.fiches for p in f.visuels]
    assert {p.nom for p in places if not p.etapes} <= set(visuels.declares())
    cites = {c for p in livre.parties for c in p.chiffres} | set(livre.chiffres) | {c for p in places for c in p.etapes}
    cites |= {c for p in livre.parties for f in p.fiches for c in f.chiffres or ()}
    assert cites <= set(connus)
    codes = [f.projet for p in livre.parties for f in p.fiches]
    assert len(codes) == len(set(codes)) >= 20


def test_chaque_projet_a_son_recit_de_2017_sans_faute_ni_nombre_tape() -> None:
    livre = plan.lire(RECITS)
    attendus = {"introduction"} | {p.axe for p in livre.parties} | {f.projet for p in livre.parties for f in p.fiches}
    ecrits = {c.stem: c for c in (RECITS / "2017").glob("*.md")}
    assert set(ecrits) == attendus
    noms = set(visuels.declares()) | {p.nom for x in livre.parties for f in x.fiches for p in f.visuels}
    lus = {nom: recits.lire(chemin, registre(), noms) for nom, chemin in ecrits.items()}
    assert [str(f) for lu in lus.values() for f in lu.fautes] == []
    for partie in livre.parties:
        for f in partie.fiches:
            assert list(lus[f.projet].sections)[:3] == ["Objet", "Thématiques de rattachement", "Résultats"]


def test_chaque_pave_de_la_carte_a_sa_place() -> None:
    """Pas deux communes sur un pavé, et aucune commune du référentiel n'est oubliée."""
    with (RECITS / "communes.csv").open(encoding="utf-8", newline="") as fichier:
        cases = list(csv.DictReader(fichier))
    with (RACINE / "dbt_project" / "seeds" / "communes.csv").open(encoding="utf-8", newline="") as fichier:
        connues = {c["code_commune"] for c in csv.DictReader(fichier)}
    assert len({(c["colonne"], c["ligne"]) for c in cases}) == len(cases)
    assert {c["code_commune"] for c in cases} == connues


def test_l_exemple_du_rapport_s_arrondit_comme_partout() -> None:
    assert chiffre(valeur=0.125, unite="etp").ecrit(2) == nombre(0.125, 2) == "0,13"
