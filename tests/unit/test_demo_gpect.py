"""La démonstration de l'axe gpect : ses lignes donnent les chiffres imprimés, ses fichiers ont les défauts annoncés.

Chaque chiffre exact ou arrondi du rapport est recalculé ici en pandas, d'après les règles publiées et sans les modèles,
deux fois : sur les lignes tirées, puis sur ce que la lecture a retenu des fichiers abîmés.
"""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from include.configuration import Dossiers, Nuit
from include.demo import generer, gpect
from include.demo.cibles_gpect import ENSEIGNE_INCONNUE, INTERROGEES
from include.demo.clauses import tirer
from include.demo.defauts import Effet
from include.demo.gpect import DEFAUTS, tirer_gpect
from include.demo.livraisons import preparer

NUIT = Nuit.de("2018-01-02", "2017-12-31")
IMPRIMES = Path(__file__).parents[2] / "dbt_project/seeds/rapport/chiffres_imprimes.csv"
SOURCES = (
    "rce_visites", "rce_offres", "gpect_entretiens", "gpect_besoins", "emfor_effectifs", "enquete_zti", "plan_actions",
    "eco_structures", "pole_emploi_longvic",
)  # fmt: skip


def imprimes(*statuts: str) -> dict[str, dict[str, str]]:
    """Chiffres imprimés de ces sources, par code."""
    with IMPRIMES.open(encoding="utf-8") as f:
        return {x["code"]: x for x in csv.DictReader(f) if x["sources"] in SOURCES and x["statut"] in statuts}


@dataclass(frozen=True)
class Tables:
    """Les neuf sources, une table chacune, et le nom de structure qui vaut pour chaque ligne (`structure_id`)."""

    visites: pd.DataFrame
    offres: pd.DataFrame
    entretiens: pd.DataFrame
    besoins: pd.DataFrame
    effectifs: pd.DataFrame
    reponses: pd.DataFrame
    fiches: pd.DataFrame
    structures: pd.DataFrame
    demandeurs: pd.DataFrame

    # Le Relais Conseil : une entreprise a les attributs de sa dernière visite de la période.
    def vues(self, debut: dt.date = dt.date(2016, 10, 1), fin: dt.date = dt.date(2017, 12, 31)) -> pd.DataFrame:
        periode = self.visites[self.visites["date_visite"].between(debut, fin)]
        rendez_vous = periode.groupby("structure_id").size().rename("rendez_vous")
        derniere = periode.sort_values("date_visite", kind="stable").drop_duplicates("structure_id", keep="last")
        return derniere.set_index("structure_id").join(rendez_vous)

    def vues_en_2017(self) -> pd.DataFrame:
        return self.vues(dt.date(2017, 1, 1))

    def rendez_vous(self, debut: dt.date, fin: dt.date) -> int:
        return int(self.visites["date_visite"].between(debut, fin).sum())

    def nouvelles(self) -> int:
        premieres = self.visites.groupby("structure_id")["date_visite"].min()
        return int(premieres.between(dt.date(2017, 1, 1), dt.date(2017, 9, 30)).sum())

    def secteur(self, secteur: str, *, offres: bool = True) -> pd.DataFrame:
        table = self.offres if offres else self.vues()
        return table[table["secteur"] == secteur]

    # Les entretiens : seuls les réalisés comptent, une entreprise compte une fois avec son dernier.
    def realises(self, demarche: str) -> pd.DataFrame:
        e = self.entretiens
        return e[(e["demarche"] == demarche) & (e["statut"] == "Réalisé")]

    def interrogees(self, demarche: str, departement: str | None = None) -> pd.DataFrame:
        dernier = self.realises(demarche).sort_values("date_entretien", kind="stable")
        dernier = dernier.drop_duplicates("structure_id", keep="last")
        return dernier if departement is None else dernier[dernier["departement"] == departement]

    def prevus(self, demarche: str) -> pd.DataFrame:
        e = self.entretiens
        trimestre = e["date_entretien"].between(dt.date(2018, 1, 1), dt.date(2018, 3, 31))
        return e[(e["demarche"] == demarche) & (e["statut"] == "Planifié") & trimestre]

    def effectif(self, secteur: str, territoire: str, annee: int) -> int:
        f = self.effectifs
        ici = f[(f["secteur"] == secteur) & (f["territoire"] == territoire) & (f["annee"] == annee)]
        return int(ici["effectif_salarie"].iloc[-1])

    def commerces(self, **criteres: object) -> int:
        retenus = self.reponses
        for colonne, valeur in criteres.items():
            retenus = retenus[retenus[colonne] == valeur]
        return len(retenus)

    def recensees(self) -> pd.DataFrame:
        """Une ligne par structure : deux graphies d'une même structure sont décrites par la dernière."""
        return self.structures.drop_duplicates("structure_id", keep="last")


def part(n: float, d: float) -> float:
    return 100 * n / d


BATIMENT, TERTIAIRE = "Bâtiment", "Tertiaire / services / commerce"
INDUSTRIE, AGRICULTURE = "Industrie", "Agriculture"
JANVIER, SEPTEMBRE, FIN = dt.date(2017, 1, 1), dt.date(2017, 9, 30), dt.date(2017, 12, 31)
Calcul = Callable[[Tables], float]


def avec_offres(secteur: str) -> Calcul:
    return lambda t: t.secteur(secteur)["structure_id"].nunique()


def visitees(secteur: str) -> Calcul:
    return lambda t: len(t.secteur(secteur, offres=False))


def offres(secteur: str, issue: str | None = None) -> Calcul:
    return lambda t: len(t.secteur(secteur)) if issue is None else int((t.secteur(secteur)["pourvue"] == issue).sum())


def postes(secteur: str, lesquels: str) -> Calcul:
    return lambda t: t.secteur(secteur)[f"postes_{lesquels}"].sum()


def tous_postes(*lesquels: str) -> Calcul:
    return lambda t: sum(t.offres[f"postes_{p}"].sum() for p in lesquels)


Q, ZG, NQ = "qualifies", "zone_grise", "non_qualifies"
CALCULS: dict[str, Calcul] = {
    "RC001": lambda t: t.rendez_vous(JANVIER, SEPTEMBRE),
    "RC002": lambda t: t.nouvelles(),
    "RC003": lambda t: t.rendez_vous(dt.date(2016, 10, 1), FIN),
    "RC004": lambda t: len(t.vues()),
    "RC005a": lambda t: t.vues()["adherent_club"].sum(),
    "RC005b": lambda t: part(t.vues()["adherent_club"].sum(), len(t.vues())),
    "RC006a": lambda t: t.vues()["artisan"].sum(),
    "RC006b": lambda t: part(t.vues()["artisan"].sum(), len(t.vues())),
    "RC007": lambda t: (t.vues()["effectif"] < 10).sum(),
    "RC008": lambda t: t.vues()["effectif"].between(10, 20).sum(),
    "RC009": lambda t: (t.vues()["effectif"] > 20).sum(),
    "RC010a": lambda t: (t.vues_en_2017()["origine"] == "Club Entreprendre").sum(),
    "RC010b": lambda t: (t.vues()["origine"] == "Club Entreprendre").sum(),
    "RC013": lambda t: t.vues_en_2017().query("origine == 'CMAI'")["rendez_vous"].sum(),
    "RC017a": lambda t: t.offres["structure_id"].nunique(),
    "RC017b": lambda t: part(t.offres["structure_id"].nunique(), len(t.vues())),
    "RC018": lambda t: len(t.offres),
    "RC019": tous_postes(Q, ZG, NQ),
    "RC021": tous_postes(Q),
    "RC022": tous_postes(NQ),
    "RC023": tous_postes(ZG),
    "RC024a": tous_postes(ZG, NQ),
    "RC024b": lambda t: part(tous_postes(ZG, NQ)(t), tous_postes(Q, ZG, NQ)(t)),
    "RC025a": visitees(BATIMENT), "RC025b": avec_offres(BATIMENT), "RC025c": offres(BATIMENT),
    "RC026a": postes(BATIMENT, Q), "RC026b": postes(BATIMENT, ZG), "RC026c": postes(BATIMENT, NQ),
    "RC027a": offres(BATIMENT, "O"), "RC027b": offres(BATIMENT, "En cours"), "RC027c": offres(BATIMENT, "NSP"),
    "RC029a": visitees(TERTIAIRE), "RC029b": avec_offres(TERTIAIRE), "RC029c": offres(TERTIAIRE),
    "RC032": lambda t: part(avec_offres(TERTIAIRE)(t), visitees(TERTIAIRE)(t)),
    "RC033a": visitees(INDUSTRIE), "RC033b": avec_offres(INDUSTRIE), "RC033c": offres(INDUSTRIE),
    "RC034a": postes(INDUSTRIE, Q), "RC034b": postes(INDUSTRIE, ZG), "RC034c": postes(INDUSTRIE, NQ),
    "RC035a": offres(INDUSTRIE, "O"), "RC035b": offres(INDUSTRIE, "En cours"),
    "RC036a": visitees(AGRICULTURE), "RC036b": avec_offres(AGRICULTURE), "RC036c": offres(AGRICULTURE),
    "RC037a": postes(AGRICULTURE, Q), "RC037b": postes(AGRICULTURE, ZG), "RC037c": postes(AGRICULTURE, NQ),
    "RC038a": offres(AGRICULTURE, "O"), "RC038b": offres(AGRICULTURE, "NSP"),
    "RC039a": lambda t: len(t.vues()),
    "RC039b": lambda t: t.offres["structure_id"].nunique(),
    "RC039c": lambda t: len(t.offres),
    "RC040a": lambda t: (t.offres["pourvue"] == "O").sum(),
    "RC040b": lambda t: (t.offres["pourvue"] == "En cours").sum(),
    "RC041": tous_postes("pourvus"),
    "RC047": lambda t: len(t.offres) / t.offres["structure_id"].nunique(),
    "GP001": lambda t: len(t.interrogees("Santé")),
    "GP002": lambda t: len(t.interrogees("Santé", "21")),
    "GP003": lambda t: len(t.interrogees("Santé", "71")),
    "GP004": lambda t: len(t.interrogees("Santé", "58")),
    "GP005": lambda t: len(t.interrogees("Santé", "89")),
    "GP007": lambda t: (t.realises("Santé")["mode_entretien"] == "Physique").sum(),
    "GP008": lambda t: t.interrogees("Santé")["effectif"].sum(),
    "GP009": lambda t: t.effectif("Santé", "Bourgogne", 2016),
    "GP010": lambda t: len(t.interrogees("IAA")),
    "GP011": lambda t: len(t.interrogees("IAA", "21")),
    "GP012": lambda t: len(t.interrogees("IAA", "71")),
    "GP013": lambda t: len(t.interrogees("IAA", "58")),
    "GP014": lambda t: len(t.interrogees("IAA", "89")),
    "GP015": lambda t: len(t.prevus("IAA")),
    "GP017": lambda t: (t.fiches["code_projet"] == "222").sum(),
    "GP021": lambda t: t.commerces(),
    "GP022": lambda t: part(t.commerces(appui_rh=True), t.commerces()),
    "GP023a": lambda t: part(
        t.commerces(type_commerce="Indépendant", appui_rh=True), t.commerces(type_commerce="Indépendant")
    ),
    "GP023b": lambda t: part(
        t.commerces(type_commerce="Succursale", appui_rh=True), t.commerces(type_commerce="Succursale")
    ),
    "GP024": lambda t: part(t.commerces(appui_numerique=True), t.commerces()),
    "GP025": lambda t: t.commerces(interroge_par="CREATIV'"),
    "GP029": lambda t: part(t.interrogees("Santé")["effectif"].sum(), t.effectif("Santé", "Bourgogne", 2016)),
    "ME004": lambda t: (t.realises("Métallurgie Longvic")["vague"] == 1).sum(),
    "ME006": lambda t: (t.realises("Métallurgie Longvic")["vague"] == 2).sum(),
    "ME007": lambda t: len(t.interrogees("Métallurgie Longvic")),
    "ME008": lambda t: t.besoins.query("demarche == 'Métallurgie Longvic' and horizon == 'Court terme'")[
        "nb_postes"
    ].sum(),
    "ME009": lambda t: t.demandeurs["identifiant"].nunique(),
    "ME010": lambda t: t.demandeurs[t.demandeurs["courriel_valide"]]["identifiant"].nunique(),
    "ME012": lambda t: t.realises("Métallurgie Longvic")["mise_en_relation"].sum(),
    "SA001b": lambda t: len(t.realises("Services aux personnes")),
    "SA001c": lambda t: len(t.interrogees("Services aux personnes")),
    "EC002": lambda t: (t.recensees()["nb_entretiens"] > 0).sum(),
    "EC005a": lambda t: len(t.recensees()),
    "EC005b": lambda t: t.recensees()["locale"].sum(),
    "EC006": lambda t: t.recensees().query("locale and champ in ('Consommation', 'Production')").shape[0],
    "CA001": lambda t: t.fiches.query("code_projet == '221'")["num_axe"].nunique(),
    "CA009": lambda t: len(t.interrogees("IAA", "21")),
}  # fmt: skip


@pytest.fixture(scope="module")
def tirees() -> Tables:
    """Les lignes justes, avant tout défaut."""
    g = tirer_gpect()
    noms = {"visites": "entreprise", "offres": "entreprise", "entretiens": "entreprise", "structures": "structure"}
    tables = {nom: pd.DataFrame(getattr(g, nom)) for nom in Tables.__annotations__}
    for nom, colonne in noms.items():
        tables[nom]["structure_id"] = tables[nom][colonne]
    tables["demandeurs"]["courriel_valide"] = tables["demandeurs"]["courriel"].map(
        lambda c: isinstance(c, str) and c.count("@") == 1 and c.endswith("@courriel.example") and " " not in c
        and not c.startswith("@")
    )  # fmt: skip
    return Tables(**tables)


# --- Les chiffres du rapport -----------------------------------------------------------------------------------------


def test_chaque_chiffre_exact_ou_arrondi_de_ces_sources_a_son_calcul() -> None:
    assert set(CALCULS) - {"GP009"} == set(imprimes("exact", "arrondi"))
    assert len(CALCULS) == 96


@pytest.mark.parametrize("code", CALCULS)
def test_les_lignes_tirees_donnent_le_chiffre_imprime(code: str, tirees: Tables) -> None:
    imprime = imprimes("exact", "arrondi", "externe")[code]
    assert CALCULS[code](tirees) == pytest.approx(float(imprime["valeur"]), abs=float(imprime["tolerance"]) + 1e-9)


@pytest.mark.parametrize("code", [c for c, x in imprimes("arrondi").items() if x["unite"] == "pourcent"])
def test_une_part_arrondie_se_relit_comme_imprimee(code: str, tirees: Tables) -> None:
    affichee = Decimal(str(CALCULS[code](tirees))).quantize(Decimal(1), ROUND_HALF_UP)
    assert affichee == Decimal(imprimes("arrondi")[code]["valeur"])


def test_quand_le_rapport_se_contredit_les_lignes_suivent_le_detail(tirees: Tables) -> None:
    t = tirees
    assert (t.secteur(INDUSTRIE)["pourvue"] == "NSP").sum() == 2  # RC035c imprime 1 (X11)
    assert (t.offres["pourvue"] == "NSP").sum() == 11  # RC040c imprime 10 (X11)
    assert round(len(t.offres) / 28, 2) == 1.61 and round(tous_postes(Q, ZG, NQ)(t) / 28, 2) == 2.07  # RC020 (X08)
    assert round(part(avec_offres(BATIMENT)(t), visitees(BATIMENT)(t)), 2) == 55.56  # RC028 imprime 55 (X09)
    tertiaire = t.secteur(TERTIAIRE)
    lues = [int(tertiaire[f"postes_{p}"].sum()) for p in (Q, ZG, NQ)]
    assert lues == [18, 4, 0]  # RC030a à c, par différence (X10)
    assert [(tertiaire["pourvue"] == i).sum() for i in ("O", "En cours", "NSP")] == [4, 2, 2]  # RC031a à c (X10)
    assert (len(t.realises("Santé")), len(t.prevus("Santé"))) == (30, 3)  # GP006 imprime 33 (X20)
    assert t.fiches.query("code_projet == '222'")["num_axe"].nunique() == 7  # GP016 (X21)
    commerce = t.realises("Tourisme commerce").query("code_projet == '222'")
    assert commerce["date_entretien"].between(dt.date(2017, 4, 10), dt.date(2017, 5, 12)).all()
    assert commerce["enqueteur"].value_counts().to_dict() == {"FORCO": 4, "AGEFOS-PME": 4, "CREATIV'": 2}
    assert commerce["structure_id"].nunique() == 8  # GP020 (X22)
    quetigny = t.entretiens[t.entretiens["code_projet"] == "211D-QUETIGNY"]
    assert quetigny["structure_id"].nunique() == 16 and {d.year for d in quetigny["date_entretien"]} == {2016}  # QU001
    assert (quetigny["entreprise"] == ENSEIGNE_INCONNUE).sum() == 1  # la seizième n'est pas nommée (X18)
    locales = t.recensees().query("locale")
    assert part((locales["annee_creation"] >= 2015).sum(), len(locales)) == pytest.approx(49.3, abs=0.05)  # EC007


# --- La vraisemblance des lignes -------------------------------------------------------------------------------------


def test_les_rendez_vous_du_relais_conseil_suivent_la_note_du_rapport(tirees: Tables) -> None:
    v = tirees.visites
    fin_2016 = v[v["date_visite"] < JANVIER]
    assert len(fin_2016) == fin_2016["structure_id"].nunique() == 22
    assert set(fin_2016["origine"]) == {"Club Entreprendre"}
    assert not set(fin_2016["structure_id"]) & set(v[v["date_visite"] >= JANVIER]["structure_id"])
    assert v["date_visite"].max() <= SEPTEMBRE  # aucun au quatrième trimestre (X13)
    assert v["effectif"].max() < 50
    assert not v.duplicated(["date_visite", "entreprise"]).any()


def test_les_attributs_d_une_entreprise_changent_d_une_visite_a_l_autre(tirees: Tables) -> None:
    premiere = tirees.visites.drop_duplicates("structure_id").set_index("structure_id")
    derniere = tirees.vues().loc[premiere.index]
    assert (premiere["effectif"] != derniere["effectif"]).sum() > 10  # sans quoi la règle ne serait pas exercée
    assert (premiere["besoin_recrutement"] != derniere["besoin_recrutement"]).any()


def test_une_offre_vient_d_une_entreprise_deja_visitee_qui_recrute(tirees: Tables) -> None:
    vues = tirees.vues()
    assert (tirees.offres["date_offre"] <= FIN).all()
    for offre in tirees.offres.itertuples():
        visite = vues.loc[offre.structure_id]
        assert (visite["secteur"], visite["besoin_recrutement"]) == (offre.secteur, True)
        assert visite["date_visite"] <= offre.date_offre
        trouves = offre.postes_qualifies, offre.postes_zone_grise, offre.postes_non_qualifies
        assert (0 if pd.isna(offre.postes_pourvus) else offre.postes_pourvus) <= sum(n for n in trouves if n == n)
    assert vues["besoin_recrutement"].sum() == tirees.offres["structure_id"].nunique()


def test_un_plan_ne_compte_pas_parmi_les_entretiens_realises(tirees: Tables) -> None:
    e = tirees.entretiens
    assert (e[e["statut"] == "Planifié"]["date_entretien"] > FIN).all()
    assert (e[e["statut"] != "Planifié"]["date_entretien"] <= FIN).all()
    prevues = {demarche: set(tirees.prevus(demarche)["structure_id"]) for demarche in ("Santé", "IAA")}
    for demarche, structures in prevues.items():
        # Une déjà vue et deux qui ne le sont pas : compter les prévus fausserait les entreprises et les entretiens.
        assert len(structures & set(tirees.interrogees(demarche)["structure_id"])) == 1
        assert len(structures) == 3


def test_les_structures_interrogees_sont_les_memes_dans_les_deux_sources(tirees: Tables) -> None:
    entretiens = tirees.realises("Économie collaborative").groupby("structure_id").size()
    recensees = tirees.recensees().set_index("structure_id")["nb_entretiens"].dropna()
    assert entretiens.sort_index().to_dict() == recensees.astype(int).sort_index().to_dict()
    assert entretiens.sum() == 29


def test_les_entretiens_sur_le_bts_dietetique_sont_ceux_du_campus(tirees: Tables) -> None:
    telephones = tirees.realises("BTS diététique")
    assert set(telephones["mode_entretien"]) == {"Téléphone"}
    assert len(telephones) == telephones["structure_id"].nunique() == 9  # le rapport en imprime 12 (X27)


def test_les_effectifs_de_la_region_sont_la_somme_des_departements(tirees: Tables) -> None:
    for _, f in tirees.effectifs.groupby(["secteur", "annee"]):
        region = f["territoire"] == "Bourgogne"
        assert f[region]["effectif_salarie"].sum() == f[~region]["effectif_salarie"].sum()


def test_des_noms_et_des_valeurs_synthetiques(tirees: Tables) -> None:
    noms = {*tirees.visites["entreprise"], *tirees.entretiens["entreprise"], *tirees.structures["structure"]}
    assert len({cle_nom(n) for n in noms}) == len(noms)
    publiques = {cle_nom(n) for n, _ in INTERROGEES}
    monde = tirer()
    des_clauses = {cle_nom(s.nom): s.siret for s in [*monde.employeurs, *monde.donneurs.values()]}
    assert {cle_nom(n) for n in noms} & des_clauses.keys() <= publiques
    sirets = {s for t in (tirees.visites, tirees.entretiens) for s in t["siret"].dropna()}
    assert {s[:4] for s in sirets} == {"9990", "0990"} and not sirets & set(des_clauses.values())
    d = tirees.demandeurs
    assert not d.duplicated(["nom", "prenom", "date_naissance"]).any()
    assert d["telephone"].str.startswith("06 39 98 ").all()  # tranche réservée à la fiction
    assert not d["courriel"].dropna().str.contains(r"@(?!courriel\b|courriel\.example$|@|$)").any()


def cle_nom(nom: str) -> str:
    plie = unicodedata.normalize("NFKD", nom).casefold()
    return "".join(c for c in plie if c.isalnum())


# --- Les fichiers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prise:
    """Les livraisons de l'axe, prises une nuit."""

    d: Dossiers
    manifestes: list[dict[str, Any]]

    def de(self, fichier: str) -> dict[str, Any]:
        """Manifeste d'un fichier."""
        (m,) = (m for m in self.manifestes if m["fichier"] == fichier)
        return m

    def table(self, m: dict[str, Any], nom: str) -> pd.DataFrame:
        """Table Parquet d'une livraison ; vide si elle n'en a pas."""
        chemin = self.d.bronze / m["source"] / m["livraison"] / f"{nom}.parquet"
        return pq.read_table(chemin).to_pandas() if chemin.exists() else pd.DataFrame()

    def en_vigueur(self, source: str) -> pd.DataFrame:
        """Lignes en vigueur à l'arrêté, la livraison la plus tardive en dernier."""
        from include.extraction.livraisons import effectives

        livraisons = [m for m in effectives(self.manifestes, NUIT) if m["source"] == source and m["effective"]]
        if source in ("plan_actions", "eco_structures", "pole_emploi_longvic"):
            livraisons = livraisons[-1:]  # chacune dit un état : la plus tardive vaut
        return pd.concat([self.table(m, "lignes") for m in livraisons], ignore_index=True)


@pytest.fixture(scope="module")
def prise(tmp_path_factory: pytest.TempPathFactory) -> Prise:
    from include.extraction.inventaire import inventorier
    from include.extraction.livraisons import manifestes, prendre

    with pytest.MonkeyPatch.context() as mp:
        mp.delenv("ENTREPOT_DEPLOIEMENT", raising=False)
        d = Dossiers(tmp_path_factory.mktemp("demo_gpect") / "data")
        generer(d.depots)
        inventaire = inventorier(d, NUIT, attente=0)
        for source in SOURCES:
            prendre(d, NUIT, source, inventaire["sources"].get(source, []))
        return Prise(d, manifestes(d))


@pytest.fixture(scope="module")
def relues(prise: Prise) -> Tables:
    """Ce que la lecture a retenu des fichiers, les noms ramenés à leur structure (même SIRET ou même nom)."""
    lues = {source: prise.en_vigueur(source) for source in SOURCES}
    citees = {"rce_visites": "entreprise", "rce_offres": "entreprise", "gpect_entretiens": "entreprise"}
    paires = pd.concat(
        [lues[s][[colonne, "siret"]].set_axis(["nom", "siret"], axis=1) for s, colonne in citees.items()]
    )
    parent: dict[str, str] = {}

    def racine(x: str) -> str:
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for nom, siret in paires.dropna().itertuples(index=False):
        parent[racine(cle_nom(nom))] = racine(siret)
    for source, colonne in (*citees.items(), ("eco_structures", "structure")):
        lues[source]["structure_id"] = lues[source][colonne].map(lambda n: racine(cle_nom(n)))
    lues["enquete_zti"]["interroge_par"] = lues["enquete_zti"]["interroge_par"].str.strip().str.upper()
    lues["pole_emploi_longvic"] = lues["pole_emploi_longvic"].rename(columns={"identifiant_id": "identifiant"})
    lues["pole_emploi_longvic"]["courriel_valide"] = lues["pole_emploi_longvic"]["courriel_valide"].fillna(False)
    return Tables(*(lues[s] for s in (
        "rce_visites", "rce_offres", "gpect_entretiens", "gpect_besoins", "emfor_effectifs", "enquete_zti",
        "plan_actions", "eco_structures", "pole_emploi_longvic",
    )))  # fmt: skip


def test_toutes_les_livraisons_sont_acceptees_et_chaque_source_en_a_plusieurs(prise: Prise) -> None:
    assert len(prise.manifestes) == 21
    assert {m["statut"] for m in prise.manifestes} == {"acceptee", "acceptee_avec_rejets"}
    assert not any(m["erreur_interne"] for m in prise.manifestes)
    par_source = pd.Series([m["source"] for m in prise.manifestes]).value_counts()
    assert set(par_source.index) == set(SOURCES) and par_source.min() >= 2


@pytest.mark.parametrize("code", CALCULS)
def test_les_fichiers_relus_donnent_le_chiffre_imprime(code: str, relues: Tables) -> None:
    imprime = imprimes("exact", "arrondi", "externe")[code]
    assert CALCULS[code](relues) == pytest.approx(float(imprime["valeur"]), abs=float(imprime["tolerance"]) + 1e-9)


def test_la_lecture_trouve_exactement_les_defauts_plantes(prise: Prise) -> None:
    _, _, attendus = preparer(tirer())
    fichiers = {m["fichier"] for m in prise.manifestes}
    trouves = {}
    for m in prise.manifestes:
        non_conformes = [c["controle"] for c in m["controles"] if c["verdict"] != "conforme"]
        trouves |= {
            (m["fichier"], Effet.REJET): m["rejetees"],
            (m["fichier"], Effet.DOUBLON): m["laissees_doublons"],
            (m["fichier"], Effet.VIDE): m["laissees_vides"],
            (m["fichier"], Effet.ANOMALIE): len(prise.table(m, "anomalies")),
            (m["fichier"], Effet.COLONNE): len(m["colonnes_inconnues"]),
            (m["fichier"], Effet.TOTAL): non_conformes.count("total"),
            (m["fichier"], Effet.FEUILLE): non_conformes.count("feuilles_ignorees"),
        }
    annonces = {k: n for k, n in attendus.items() if k[0] in fichiers and k[1] is not Effet.COMPRIS}
    assert {k: n for k, n in trouves.items() if n} == annonces
    assert {d.effet for d in DEFAUTS} == set(Effet) - {Effet.ORPHELIN}


def test_les_rejets_restent_rares(prise: Prise) -> None:
    for m in prise.manifestes:
        assert m["rejetees"] <= 0.02 * max(m["lignes_lues"], 1), m["fichier"]


def test_chaque_livraison_ancienne_est_la_meme_histoire_plus_courte(prise: Prise) -> None:
    lues = {m["fichier"]: m["chargees"] for m in prise.manifestes}
    for source, toutes in (("rce_visites", 94), ("rce_offres", 45)):
        suite = [lues[f"{source}_{jour}.xlsx"] for jour in ("20161231", "20170630", "20171231")]
        assert suite == sorted(set(suite)) and suite[-1] == toutes
    assert lues["rce_visites_20161231.xlsx"] == 22
    assert lues["pole_emploi_longvic_20171130.xlsx"] < lues["pole_emploi_longvic_20171222.xlsx"] == 287
    assert prise.de("plan_actions_20170630.xlsx")["feuilles"] == ["222"]  # le Campus n'a pas encore de plan
    assert prise.de("plan_actions_20171231.xlsx")["feuilles"] == ["222", "221"]


def test_le_tableau_des_offres_a_des_cellules_fusionnees_et_cinq_lignes_total(prise: Prise) -> None:
    (chemin,) = prise.d.depots.rglob("rce_offres_20171231.xlsx")
    feuille = openpyxl.load_workbook(chemin)["Offres"]
    lignes = [[c.value for c in rang] for rang in feuille.iter_rows(min_row=2)]
    assert [x[1] for x in lignes if x[1]] == [BATIMENT, TERTIAIRE, INDUSTRIE, AGRICULTURE]
    assert {str(f) for f in feuille.merged_cells.ranges} == {"B2:B23", "B25:B37", "B39:B45", "B47:B49"}
    totaux = [tuple(x[6:9]) for x in lignes if x[0] == "TOTAL"]
    assert totaux == [(9, 4, 9), (18, 4, 0), (5, 2, 0), (1, 3, 3), (32, 13, 12)]  # le dernier devrait dire 33
    assert prise.de("rce_offres_20171231.xlsx")["laissees_total"] == 5


def test_les_visites_ont_un_titre_une_date_d_edition_et_une_ligne_vide_au_dessus_de_l_en_tete(prise: Prise) -> None:
    (chemin,) = prise.d.depots.rglob("rce_visites_20171231.xlsx")
    feuille = openpyxl.load_workbook(chemin).worksheets[0]
    haut = [[c.value for c in rang if c.value] for rang in feuille.iter_rows(max_row=4)]
    assert [len(x) for x in haut] == [1, 1, 0, 11] and haut[3][0] == "Date du RDV"


def test_un_etat_vaut_jusqu_au_suivant(prise: Prise) -> None:
    avant, apres = (
        prise.table(prise.de(f"plan_actions_{jour}.xlsx"), "lignes").query("code_projet == '222'")["statut"]
        for jour in ("20170630", "20171231")
    )
    assert avant.value_counts().to_dict() == {"En cours": 10, "Non démarré": 6}
    assert apres.value_counts().to_dict() == {
        "En cours": 9, "Réalisé": 2, "Non traité": 2, "Reporté": 2, "Non démarré": 1,
    }  # fmt: skip


def test_le_module_donne_ce_que_livraisons_attend() -> None:
    depots = list(gpect.deposer(tirer()))
    noms = [livraison.fichier for livraison, _ in depots]
    assert len(noms) == len(set(noms)) == 21
    seules = {livraison.fichier for livraison, feuilles in depots if set(feuilles) == {""}}
    assert seules - set(gpect.FACONS) <= {"cci_enquete_zti_20171201.csv"}  # écrite comme ABC Clauses écrit
