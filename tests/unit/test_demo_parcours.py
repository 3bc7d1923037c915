"""La démonstration de l'axe parcours : ses lignes donnent les chiffres imprimés, ses fichiers les défauts annoncés.

Chaque chiffre exact ou arrondi est recalculé ici en pandas, d'après les règles publiées et sans les modèles, deux
fois : sur les lignes tirées, puis sur ce que la lecture a retenu des fichiers abîmés.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
from prise_demo import Prise, imprimes, prendre_la_demo

from include.demo import parcours
from include.demo.clauses import Monde
from include.demo.clauses import tirer as tirer_clauses
from include.demo.defauts import Effet, sans_accents_majuscules
from include.demo.identites import ECARTS, SANS_DATE, identite_de, verite
from include.demo.parcours import CLASSEUR_2017, CLASSEUR_JUIN, ETAPES_2017, Parcours

SOURCES = ("cent_chances_candidatures", "cent_chances_suivi", "parcours_etapes", "prescriptions")
FIN_2016, FIN_2017 = dt.date(2016, 12, 31), dt.date(2017, 12, 31)
POSITIVES = ("CDI", "CDD", "Intérim", "Emploi d'avenir", "Alternance", "Formation", "Création d'entreprise",
             "Non renseigné")  # fmt: skip


def plier(texte: object) -> str:
    """Sans casse, accents ni espaces : ce qui fait qu'un texte libre en vaut un autre."""
    plie = unicodedata.normalize("NFKD", str(texte or "")).casefold()
    return "".join(c for c in plie if not unicodedata.combining(c) and not c.isspace())


def annee(jours: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(jours).dt.year


@dataclass(frozen=True)
class Lignes:
    """Les quatre sources, une table chacune ; `personne` est l'identité."""

    candidatures: pd.DataFrame
    suivis: pd.DataFrame
    etapes: pd.DataFrame
    prescriptions: pd.DataFrame

    # 100 chances : une candidature est de l'année de son orientation, une entrée immédiate de celle de sa date.
    def orientees(self, an: int) -> pd.DataFrame:
        return self.candidatures[annee(self.candidatures["date_orientation"]) == an]

    def decidees(self, decision: str) -> int:
        return int((self.orientees(2017)["decision_comite"] == decision).sum())

    def entrees(self, an: int) -> pd.DataFrame:
        entrees = self.candidatures[self.candidatures["decision_comite"] == "Entrée immédiate"]
        jours = entrees["date_entree"].fillna(entrees["date_orientation"])
        return entrees[(annee(jours) == an) & (pd.to_datetime(jours) <= pd.Timestamp(FIN_2017))]

    def niveaux(self, *niveaux: str) -> float:
        entrees = self.entrees(2017)
        return 100 * float(entrees["niveau_formation"].isin(niveaux).mean())

    def sas(self, *annees: int) -> int:
        du_fichier = self.candidatures[self.candidatures["annee_fichier"].isin(annees)]
        return du_fichier["sas"].map(plier).nunique()

    # Suivi : une sortie demande une date, sans type elle est « Non renseigné ».
    def situations(self, au: dt.date) -> pd.Series[Any]:
        entres = self.suivis[pd.to_datetime(self.suivis["date_entree"]) <= pd.Timestamp(au)]
        sortis = pd.to_datetime(entres["date_sortie"]) <= pd.Timestamp(au)
        return entres["type_sortie"].fillna("Non renseigné").where(sortis, "En accompagnement")

    def compte(self, *situations: str, au: dt.date = FIN_2017) -> int:
        return int(self.situations(au).isin(situations).sum())

    def total(self, au: dt.date = FIN_2017) -> int:
        return len(self.situations(au))

    def part(self, *situations: str, sur: tuple[str, ...] = (), au: dt.date = FIN_2017) -> float:
        return 100 * self.compte(*situations, au=au) / (self.compte(*sur, au=au) if sur else self.total(au))

    # Étapes : personnes distinctes, la première fois qu'elles la franchissent.
    def qui(self, dispositif: str, etape: str, debut: str = "2017-01-01", fin: str = "2017-12-31") -> pd.DataFrame:
        lignes = self.etapes[(self.etapes["dispositif"] == dispositif) & (self.etapes["etape"] == etape)]
        premieres = lignes.sort_values("date_etape", kind="stable").drop_duplicates("personne")
        return premieres[pd.to_datetime(premieres["date_etape"]).between(debut, fin)]

    def repere_par(self, prescripteur: str) -> int:
        orientes = self.etapes[(self.etapes["dispositif"] == "Plasturgie") & (self.etapes["etape"] == "Orienté")]
        return orientes[orientes["prescripteur"].map(plier) == plier(prescripteur)]["personne"].nunique()


def quetigny(*etapes: str) -> Callable[[Lignes], int]:
    return lambda t: len(set.intersection(*(set(t.qui("Quetigny DIDAQTE", e)["personne"]) for e in etapes)))


def etape(dispositif: str, nom: str, *fenetre: str) -> Callable[[Lignes], int]:
    return lambda t: len(t.qui(dispositif, nom, *fenetre))


def coaches(*sexes: str) -> Callable[[Lignes], int]:
    return lambda t: int(t.qui("Coaching PLIE", "Accompagné", "2017-04-01", "2017-07-31")["sexe"].isin(sexes).sum())


SORTIES = (*POSITIVES, "Abandon")
AVANT_2017 = ("2015-10-01", "2016-12-31")
_INAPTITUDE, _PLASTURGIE, _QUETIGNY = "Inaptitude ESS", "Plasturgie", "Quetigny DIDAQTE"
_LICENCIEMENT, _DEMISSION = "A quitté son poste - licenciement", "A quitté son poste - démission"

CHIFFRES: dict[str, Callable[[Lignes], float]] = {
    "CH001": lambda t: len(t.orientees(2017)),
    "CH002": lambda t: int(t.orientees(2017)["present_pre_sas"].sum()),
    "CH003": lambda t: int(t.orientees(2017)["participant_sas"].sum()),
    "CH004": lambda t: len(t.entrees(2017)),
    "CH005": lambda t: t.decidees("Refus comité"),
    "CH006": lambda t: t.decidees("Abandon candidat"),
    "CH007": lambda t: t.decidees("Désistement candidat"),
    "CH008": lambda t: t.decidees("Entrée différée"),
    "CH009": lambda t: 100 - 100 * CHIFFRES["CH002"](t) / CHIFFRES["CH001"](t),
    "CH010": lambda t: 100 - 100 * CHIFFRES["CH003"](t) / CHIFFRES["CH002"](t),
    "CH011": lambda t: t.sas(2017),
    "CH013a": lambda t: int(t.orientees(2016)["participant_sas"].sum()),
    "CH013b": lambda t: CHIFFRES["CH003"](t),
    "CH014a": lambda t: len(t.entrees(2016)),
    "CH014b": lambda t: CHIFFRES["CH004"](t),
    "CH015a": lambda t: len(t.orientees(2016)),
    "CH015b": lambda t: CHIFFRES["CH001"](t),
    "CH017": lambda t: 100 * float(t.entrees(2016)["qpv"].mean()),
    "CH019": lambda t: t.niveaux("IV", "V"),
    "CH020": lambda t: t.niveaux("I", "II", "III"),
    "CH021": lambda t: len(t.entrees(2016)) + len(t.entrees(2017)),
    "CH022": lambda t: t.sas(2016, 2017),
    "CH023": lambda t: t.total(),
    "CH024": lambda t: t.compte("En accompagnement"),
    "CH025": lambda t: t.compte(*SORTIES),
    "CH026": lambda t: t.compte(*POSITIVES),
    "CH027": lambda t: t.compte("Abandon"),
    "CH029": lambda t: t.part(*POSITIVES),
    "CH030": lambda t: t.part(*POSITIVES, sur=SORTIES),
    **{f"CH{31 + i:03d}a": lambda t, s=s: t.compte(s) for i, s in enumerate(POSITIVES[:6])},
    **{f"CH{31 + i:03d}b": lambda t, s=s: t.part(s, sur=POSITIVES) for i, s in enumerate(POSITIVES[:6])},
    "CH037a": lambda t: t.compte("Création d'entreprise"),
    "CH037b": lambda t: t.compte("Non renseigné"),
    "CH041": lambda t: t.total(FIN_2016),
    "CH042a": lambda t: t.compte(*POSITIVES, au=FIN_2016),
    "CH042b": lambda t: t.part(*POSITIVES, au=FIN_2016),
    "CH043a": lambda t: t.compte("Abandon", au=FIN_2016),
    "CH043b": lambda t: t.part("Abandon", au=FIN_2016),
    "CH044a": lambda t: t.compte("En accompagnement", au=FIN_2016),
    "CH044b": lambda t: t.part("En accompagnement", au=FIN_2016),
    "CH045a": lambda t: t.part("CDI", sur=POSITIVES, au=FIN_2016),
    "CH045b": lambda t: t.part("CDD", "Intérim", sur=POSITIVES, au=FIN_2016),
    "CH050": lambda t: t.part("En accompagnement"),
    "CH051": lambda t: t.part(*SORTIES),
    "CH052": lambda t: t.part(*POSITIVES),
    "CH053": lambda t: t.part(*POSITIVES, sur=SORTIES),
    "CH054": lambda t: t.part("Abandon"),
    "CH055": lambda t: t.part("Abandon", sur=SORTIES),
    "QU003": etape(_QUETIGNY, "Orienté"),
    "QU004": etape(_QUETIGNY, "Présent information collective"),
    "QU005": quetigny("Visite entreprise", "Intérêt confirmé"),
    "QU006": etape(_QUETIGNY, "Entrée accueil"),
    "QU007": etape(_QUETIGNY, "Confirmé dispositif"),
    "QU008": etape(_QUETIGNY, "Démarrage formation"),
    "QU009": lambda t: CHIFFRES["QU008"](t) - CHIFFRES["QU011"](t),
    "QU010a": etape(_QUETIGNY, "Sorti CDI"),
    "QU010b": quetigny("Bilan intermédiaire", "Abandon"),
    "QU010c": etape(_QUETIGNY, "Projet formation"),
    "QU011": etape(_QUETIGNY, "Bilan intermédiaire"),
    "PL001": lambda t: t.repere_par("Mission locale"),
    "PL002": lambda t: t.repere_par("Pôle emploi"),
    "PL004": etape(_PLASTURGIE, "Rencontré"),
    "PL005": etape(_PLASTURGIE, "Présent information collective"),
    "PL006": etape(_PLASTURGIE, "Visite entreprise"),
    "PL007": etape(_PLASTURGIE, "Apprentissage"),
    "TT009a": etape("VAE collective", "Présent information collective"),
    "TT009b": etape("VAE collective", "Intérêt confirmé"),
    "IN001a": etape(_INAPTITUDE, "Orienté", *AVANT_2017),
    "IN001b": etape(_INAPTITUDE, "Accompagné", *AVANT_2017),
    "IN002a": lambda t: t.qui(_INAPTITUDE, "Accompagné", *AVANT_2017)["etablissement"].map(plier).nunique(),
    "IN002b": lambda t: nouveaux_etablissements(t),
    "IN003a": lambda t: CHIFFRES["IN003b"](t) + CHIFFRES["IN003c"](t),
    "IN003b": etape(_INAPTITUDE, _LICENCIEMENT),
    "IN003c": etape(_INAPTITUDE, _DEMISSION),
    "IN004": etape(_INAPTITUDE, "Reconversion réalisée"),
    "IN006": etape(_INAPTITUDE, "En poste"),
    "AU002a": coaches("M"),
    "AU002b": coaches("F"),
    "AU002c": coaches("M", "F"),
    "CL070": etape("Stationnement CIPI", "Démarrage formation"),
}
EN_CONFLIT: dict[str, Callable[[Lignes], float]] = {
    "CH018": lambda t: 100 * float(t.entrees(2017)["qpv"].mean()),
    "CH028": lambda t: t.total(FIN_2016) + len(t.entrees(2017)),
    "CH045c": lambda t: t.part("Alternance", "Formation", sur=POSITIVES, au=FIN_2016),
    "PL003": lambda t: t.repere_par("Maison Phare"),
    "IN005": etape(_INAPTITUDE, "En attente de solution"),
    "IN007": etape(_INAPTITUDE, "Injoignable"),
}
"""Chiffres que le rapport contredit : ce que les lignes en disent, selon le détail qu'elles suivent."""


def nouveaux_etablissements(t: Lignes) -> int:
    orientes = t.etapes[(t.etapes["dispositif"] == _INAPTITUDE) & (t.etapes["etape"] == "Orienté")]
    premiers = pd.to_datetime(orientes["date_etape"]).groupby(orientes["etablissement"].map(plier)).min()
    return int((premiers.dt.year == 2017).sum())


# --- Les deux jeux de lignes -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def monde() -> Monde:
    return tirer_clauses()


@pytest.fixture(scope="module")
def tire(monde: Monde) -> Parcours:
    return parcours.tirer(monde)


@pytest.fixture(scope="module")
def prise(tmp_path_factory: pytest.TempPathFactory) -> Prise:
    with pytest.MonkeyPatch.context() as mp:
        mp.delenv("ENTREPOT_DEPLOIEMENT", raising=False)
        return prendre_la_demo(tmp_path_factory.mktemp("parcours"), SOURCES)


def lignes_tirees(tire: Parcours) -> Lignes:
    def table(lignes: list[dict[str, Any]], **autres: object) -> pd.DataFrame:
        t = pd.DataFrame(lignes).assign(**autres)
        if "nom" in t:
            t["personne"] = [
                (sans_accents_majuscules(n), sans_accents_majuscules(p), jour)
                for n, p, jour in zip(t["nom"], t["prenom"], t["date_naissance"], strict=True)
            ]
        return t

    candidatures = [table(parcours.candidatures(tire, an, FIN_2017).lignes, annee_fichier=an) for an in (2016, 2017)]
    envois = [table(t.lignes) for t in parcours.prescriptions(tire).values()]
    return Lignes(
        pd.concat(candidatures, ignore_index=True),
        table(parcours.suivi(tire, FIN_2017).lignes),
        table(parcours.etapes(tire, FIN_2017).lignes),
        pd.concat(envois, ignore_index=True).drop_duplicates("id_prescription", keep="last"),
    )


def lignes_relues(prise: Prise) -> Lignes:
    candidatures, suivis, etapes, prescriptions = (prise.en_vigueur(source) for source in SOURCES)
    for colonne in ("qpv", "present_pre_sas", "participant_sas"):
        candidatures[colonne] = candidatures[colonne].fillna(False).astype(bool)
    prescriptions = prescriptions.drop_duplicates("id_prescription", keep="last")
    tables = (candidatures, suivis, etapes, prescriptions)
    return Lignes(*(t.rename(columns={"personne_id": "personne"}) for t in tables))


@pytest.fixture(scope="module", params=["tirées", "relues"])
def lignes(request: pytest.FixtureRequest) -> Lignes:
    if request.param == "tirées":
        return lignes_tirees(request.getfixturevalue("tire"))
    return lignes_relues(request.getfixturevalue("prise"))


# --- Les chiffres du rapport -----------------------------------------------------------------------------------------


def test_aucun_chiffre_n_est_oublie() -> None:
    assert set(CHIFFRES) == set(imprimes(SOURCES, "exact", "arrondi"))
    # Avant 2016 personne n'a de candidature, donc pas de quartier ; la somme CH045d suit CH045c.
    assert set(imprimes(SOURCES, "incoherent")) - set(EN_CONFLIT) == {"CH016", "CH045d", "CH046"}


@pytest.mark.parametrize("code", CHIFFRES)
def test_chaque_chiffre_imprime_sort_des_lignes(code: str, lignes: Lignes) -> None:
    publie = imprimes(SOURCES, "exact", "arrondi")[code]
    assert CHIFFRES[code](lignes) == pytest.approx(float(publie["valeur"]), abs=float(publie["tolerance"]) + 1e-9)


def test_quand_le_rapport_se_contredit_les_lignes_suivent_le_detail(lignes: Lignes) -> None:
    assert {code: round(calcul(lignes), 1) for code, calcul in EN_CONFLIT.items()} == {
        "CH018": 16.7, "CH028": 192, "CH045c": 21.6, "PL003": 3, "IN005": 3, "IN007": 1,
    }  # fmt: skip


def test_une_entree_de_2017_n_a_pas_de_ligne_de_suivi(lignes: Lignes) -> None:
    suivis = set(lignes.suivis["id_candidat"].str.strip())
    assert len(set(lignes.entrees(2017)["id_candidat"]) - suivis) == 1
    assert set(lignes.entrees(2016)["id_candidat"]) <= suivis
    assert (annee(lignes.suivis["date_entree"]) == 2017).sum() == 35


def test_les_jeunes_de_la_plasturgie_sont_sept_et_cinq(lignes: Lignes) -> None:
    plasturgie = lignes.etapes[lignes.etapes["dispositif"] == "Plasturgie"]
    phare = plasturgie[plasturgie["prescripteur"].map(plier) == "maisonphare"]["personne"]
    autres = set(plasturgie["personne"]) - set(phare)
    assert (len(autres), phare.nunique()) == (7, 5)
    presents = set(lignes.qui("Plasturgie", "Présent information collective")["personne"])
    assert not presents & set(phare)


# --- La vraisemblance des lignes -------------------------------------------------------------------------------------


def test_chaque_sas_tient_dans_sa_limite(lignes: Lignes) -> None:
    participants = lignes.candidatures[lignes.candidatures["participant_sas"]]
    assert participants.groupby(participants["sas"].map(plier)).size().between(6, 12).all()  # CH012
    assert (participants["decision_comite"].notna()).all()
    assert participants["present_pre_sas"].all()


def test_des_candidatures_reviennent_et_d_autres_precedent_l_annee_du_fichier(lignes: Lignes) -> None:
    c = lignes.candidatures
    assert (c["annee_fichier"] > annee(c["date_orientation"])).sum() == 3
    assert c["personne"].nunique() == c["id_candidat"].nunique() == len(c) - 21


def test_les_sorties_suivent_les_entrees(lignes: Lignes) -> None:
    sortis = lignes.suivis[lignes.suivis["date_sortie"].notna()]
    assert (pd.to_datetime(sortis["date_sortie"]) > pd.to_datetime(sortis["date_entree"])).all()
    assert set(lignes.suivis[lignes.suivis["date_sortie"].isna()]["type_sortie"].dropna()) == set()


def test_les_etapes_d_une_personne_se_suivent(tire: Parcours) -> None:
    par_personne: dict[tuple[str, str], list[dt.date]] = {}
    for x in tire.passages:
        par_personne.setdefault((x.dispositif, x.id_participant), []).append(x.jour)
    for cle, jours in par_personne.items():
        assert jours == sorted(jours), cle


def test_les_personnes_du_stationnement_sont_celles_des_contrats_cipi(tire: Parcours, monde: Monde) -> None:
    cipi = [k for k in monde.contrats if k.type_contrat == "CIPI" and max(k.heures).year == 2017]
    formes = {x.identite.salarie: x.jour for x in tire.passages if x.etape == "Démarrage formation"}
    assert len(cipi) == 6
    assert {k.personne: k.debut for k in cipi}.items() <= formes.items()


def test_des_personnes_sont_connues_de_plusieurs_programmes(lignes: Lignes, request: pytest.FixtureRequest) -> None:
    """Un candidat, un stagiaire ou une fiche qui précède un contrat clausé, bien ou mal écrits."""
    monde = request.getfixturevalue("monde")
    assert len({identite_de(p).cle for p in monde.personnes}) == len(monde.personnes)
    assert lignes.prescriptions["personne"].nunique() == len(lignes.prescriptions)
    tire = request.getfixturevalue("tire")
    communs = {
        nom: {x.identite.salarie for x in liste if x.identite.salarie}
        for nom, liste in (
            ("candidatures", tire.candidatures), ("étapes", tire.passages), ("prescriptions", tire.prescriptions)
        )
    }  # fmt: skip
    assert len(communs["candidatures"]) >= 25
    assert len(communs["étapes"]) >= 12
    assert len(communs["prescriptions"]) >= 100
    assert communs["candidatures"] & communs["prescriptions"]
    debuts = {}
    for k in monde.contrats:
        debuts[k.personne] = min(k.debut, debuts.get(k.personne, dt.date.max))
    for x in tire.prescriptions:
        if x.identite.salarie:
            assert x.orientation < x.decide_le < debuts[x.identite.salarie]
    for x in tire.candidatures:
        if x.identite.salarie:
            assert x.orientation < debuts[x.identite.salarie]


def nommees(tire: Parcours) -> dict[str, list[Any]]:
    """Lignes de chaque source qui nomment une personne."""
    return {"candidatures": tire.candidatures, "étapes": tire.passages, "prescriptions": tire.prescriptions}


def test_un_salarie_sur_trois_est_mal_ecrit_toujours_de_la_meme_facon_dans_une_source(tire: Parcours) -> None:
    """Chaque écart est employé ; seule une prescription peut se passer de la date de naissance."""
    vus: set[str] = set()
    for nom, lignes in nommees(tire).items():
        graphies: dict[Any, set[Any]] = {}
        for x in lignes:
            if x.identite.salarie:
                graphies.setdefault(x.identite.salarie, set()).add((x.identite.cle, x.identite.ecart))
        assert all(len(g) == 1 for g in graphies.values()), nom
        mal_ecrits = [(p, *g) for p, ((*g,),) in graphies.items() if g[1]]
        assert len(mal_ecrits) == len(graphies) // 3
        assert all(cle != identite_de(p).cle for p, cle, _ in mal_ecrits)
        ecarts = {ecart for *_, ecart in mal_ecrits}
        assert (SANS_DATE in ecarts) == (nom == "prescriptions")
        assert (None in {cle[2] for _, cle, _ in mal_ecrits}) == (nom == "prescriptions")
        vus |= ecarts
    assert vus == {*ECARTS, SANS_DATE}


def test_des_gens_differents_se_ressemblent(tire: Parcours, monde: Monde) -> None:
    """Deux paires de jumeaux (même nom, même date) et des homonymes (mêmes nom et prénom)."""
    lignes = [x for source in nommees(tire).values() for x in source]
    vraies = verite(monde.personnes, lignes)
    assert {x.identite.cle for x in lignes} <= vraies.keys()
    assert {vraies[x.identite.cle] for x in lignes if x.identite.salarie} <= {p.id_salarie for p in monde.personnes}

    def semblables(*champs: int) -> int:
        gens: dict[Any, set[str]] = {}
        for cle, personne in vraies.items():
            if None not in cle:
                gens.setdefault(tuple(cle[c] for c in champs), set()).add(personne)
        return sum(len(qui) > 1 for qui in gens.values())

    assert semblables(0, 2) == 2
    assert semblables(0, 1) >= 10


def test_une_fiche_en_attente_revient_decidee(lignes: Lignes, tire: Parcours) -> None:
    envois = pd.concat([pd.DataFrame(t.lignes) for t in parcours.prescriptions(tire).values()])
    assert envois["id_prescription"].duplicated().sum() > 60
    decisions = lignes.prescriptions["decision"].fillna("En attente").value_counts()
    assert decisions["Validé"] > decisions["Invalidé"] > decisions["En attente"] > 10


# --- Les fichiers ----------------------------------------------------------------------------------------------------


def test_la_lecture_trouve_exactement_les_defauts_plantes(prise: Prise) -> None:
    plantes = prise.defauts_plantes()
    assert {effet for _, effet in plantes} == {
        Effet.REJET, Effet.ANOMALIE, Effet.DOUBLON, Effet.VIDE, Effet.COLONNE, Effet.FEUILLE,
    }  # fmt: skip
    assert prise.defauts_trouves() == plantes


def test_tout_est_accepte_et_la_feuille_des_listes_signalee(prise: Prise) -> None:
    assert {m["statut"] for m in prise.manifestes} == {"acceptee", "acceptee_avec_rejets"}
    ignorees = {m["fichier"] for m in prise.manifestes for c in m["controles"] if c["controle"] == "feuilles_ignorees"}
    assert ignorees == {CLASSEUR_2017}
    assert len(prise.manifestes) == 3 + 3 + 2 + 24
    for m in prise.manifestes:
        assert m["rejetees"] <= 0.02 * m["lignes_lues"], m["fichier"]


def test_le_classeur_de_janvier_remplace_celui_de_juillet(prise: Prise) -> None:
    for source in ("cent_chances_candidatures", "cent_chances_suivi"):
        assert CLASSEUR_JUIN not in set(prise.en_vigueur(source)["fichier"])
    assert set(prise.en_vigueur("parcours_etapes")["fichier"]) == {ETAPES_2017}
    en_juillet = next(m for m in prise.manifestes if m["fichier"] == CLASSEUR_JUIN and m["source"] == SOURCES[1])
    assert en_juillet["chargees"] == sum(1 for x in prise.en_vigueur("cent_chances_suivi")["date_entree"]
                                         if x <= dt.date(2017, 6, 30))  # fmt: skip


def test_les_fichiers_ont_leur_forme(prise: Prise) -> None:
    m = next(m for m in prise.manifestes if m["fichier"] == ETAPES_2017)
    assert (m["separateur"], m["encodage"].replace("_", "-")) == (",", "utf-8-sig")
    assert (prise.d.depots / m["chemin"].removeprefix("depots/")).read_bytes().startswith(b"\xef\xbb\xbf")


COMPAREES = {
    "candidatures": (
        ["id_candidat", "sas"],
        ["date_orientation", "present_pre_sas", "participant_sas", "decision_comite", "date_entree", "qpv",
         "prescripteur", "sexe", "commune"],
    ),
    "suivis": (["id_candidat"], ["date_entree", "date_sortie", "type_sortie", "employeur"]),
    "etapes": (["dispositif", "id_participant", "etape", "date_etape"], ["prescripteur", "etablissement"]),
    "prescriptions": (
        ["id_prescription"],
        ["date_orientation", "secteur", "decision", "date_decision", "prescripteur", "metier", "commune"],
    ),
}  # fmt: skip
"""Ce que les défauts ne doivent ni perdre ni changer : clé et colonnes de chaque source."""


@pytest.mark.parametrize("nom", COMPAREES)
def test_les_lignes_relues_sont_celles_du_tirage(nom: str, prise: Prise, tire: Parcours) -> None:
    def par_cle(lignes: Lignes) -> dict[tuple[object, ...], tuple[object, ...]]:
        t = getattr(lignes, nom)
        cle, colonnes = COMPAREES[nom]
        tuples = t[[*cle, *colonnes]].map(valeur).itertuples(index=False, name=None)
        return {x[: len(cle)]: x[len(cle) :] for x in tuples}

    tirees, relues = par_cle(lignes_tirees(tire)), par_cle(lignes_relues(prise))
    assert len(tirees) == len(getattr(lignes_tirees(tire), nom))
    assert relues == tirees


def valeur(cellule: object) -> object:
    """Une cellule telle qu'on la compare : les vides se valent, les textes sans casse, accents ni espaces."""
    if pd.isna(cellule):
        return None
    if isinstance(cellule, dt.date | bool):
        return cellule
    return plier(cellule)
