"""La démonstration du Campus et des fichiers communs : les chiffres imprimés en sortent, les défauts y sont.

Chaque chiffre exact est recalculé ici en pandas, d'après les règles publiées et sans les modèles, deux fois : sur les
lignes tirées, puis sur ce que la lecture a retenu des fichiers abîmés. Un événement nommé se retrouve à son projet, son
type et son intitulé, jamais à sa date.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
import pandas as pd
import pytest
from prise_demo import Prise, imprimes, prendre_la_demo

from include.demo import campus, tables, transverse
from include.demo.cibles_transverse import PRESSE_2016, PRESSE_2017, SERIES_2016, SERIES_2017, SERIES_2018
from include.demo.defauts import Effet
from include.demo.transverse import EVENEMENTS_2016, EVENEMENTS_2017, EVENEMENTS_OCT, MOIS

SOURCES = ("campus_rencontres", "campus_membres", "evenements", "presse", "projets", "equipe")
FIN_2017 = dt.date(2017, 12, 31)


def plier(texte: object) -> str:
    """Sans casse, accents, ponctuation ni espaces."""
    return "".join(c for c in unicodedata.normalize("NFKD", str(texte or "")).casefold() if c.isalnum())


@dataclass(frozen=True)
class Lignes:
    """Les six sources, une table chacune."""

    rencontres: pd.DataFrame
    membres: pd.DataFrame
    evenements: pd.DataFrame
    articles: pd.DataFrame
    projets: pd.DataFrame
    equipe: pd.DataFrame

    def tenus(
        self, projet: str, type_evenement: str, intitule: str = "", *, debut: str = "2017-01-01",
        fin: str = "2017-12-31", statuts: tuple[str, ...] = ("Réalisé",),
    ) -> pd.DataFrame:  # fmt: skip
        """Événements d'un projet et d'un type (et d'un intitulé) dans une période, du premier au dernier."""
        e = self.evenements
        choisis = e[(e["code_projet"] == projet) & (e["type_evenement"] == type_evenement) & e["statut"].isin(statuts)]
        if intitule:
            choisis = choisis[choisis["intitule"].map(plier) == plier(intitule)]
        jours = pd.to_datetime(choisis["date_evenement"])
        return choisis[jours.between(debut, fin)].sort_values("date_evenement", kind="stable")

    def postes(self, service: str, fonction: str = "", annee: int = 2017) -> pd.DataFrame:
        """Lignes d'équipe d'un service dont la fonction contient ce texte."""
        e = self.equipe[(self.equipe["annee_fichier"] == annee) & (self.equipe["service"].map(plier) == plier(service))]
        return e[e["fonction"].map(plier).str.contains(plier(fonction))]

    def recus(self, axe: int, *types: str, objet: str = "") -> pd.DataFrame:
        """Rencontres de 2017 sur un axe du Campus."""
        r = self.rencontres[pd.to_datetime(self.rencontres["date_rencontre"]).dt.year == 2017]
        r = r[(r["num_axe"] == axe) & r["type_interlocuteur"].isin(types)]
        return r[r["objet"].map(plier) == plier(objet)] if objet else r

    def parus(self, annee: int = 2017) -> pd.DataFrame:
        return self.articles[pd.to_datetime(self.articles["date_parution"]).dt.year == annee]


Calcul = Callable[[Lignes], float]


def nombre(*choix: str, **autres: Any) -> Calcul:
    return lambda t: len(t.tenus(*choix, **autres))


def somme(colonne: str, *choix: str, rang: int | None = None) -> Calcul:
    """Somme d'une colonne sur des événements, ou sa valeur pour celui de ce rang dans l'année."""

    def calcul(t: Lignes) -> float:
        valeurs = t.tenus(*choix)[colonne]
        return float(valeurs.sum() if rang is None else valeurs.iloc[rang - 1])

    return calcul


def etp(service: str, fonction: str = "", annee: int = 2017) -> Calcul:
    return lambda t: float(t.postes(service, fonction, annee)["etp"].astype(float).sum())


def personnes(service: str, fonction: str = "") -> Calcul:
    return lambda t: int(t.postes(service, fonction)["nb_personnes"].sum())


def vus(axe: int, *types: str, objet: str = "") -> Calcul:
    return lambda t: int(t.recus(axe, *types, objet=objet)["nb_personnes"].sum())


def organismes(axe: int, *types: str) -> Calcul:
    return lambda t: t.recus(axe, *types)["organisme"].map(plier).nunique()


def college(nom: str) -> Calcul:
    return lambda t: t.membres[t.membres["college"] == nom]["organisme"].map(plier).nunique()


def marques(colonne: str) -> Calcul:
    return lambda t: int(t.parus()[colonne].sum())


def organe(nom: str) -> Calcul:
    return lambda t: int((t.parus()["organe"].map(plier) == plier(nom)).sum())


_RCE, _CLAUSES, _LAB = "211D-RCE", "Clauses d'insertion", "Lab'Compétences"
_ZTI = ("222", "Réunion entreprises")
_PARTOUT = ("Réalisé", "Planifié")

CHIFFRES: dict[str, Calcul] = {
    "CL060": personnes(_CLAUSES),
    "CL061a": etp(_CLAUSES, "Responsable et facilitatrice"),
    "CL061b": etp(_CLAUSES, "Assistante administrative"),
    "CL061c": etp(_CLAUSES, "Facilitatrice BTP"),
    "CL061d": etp(_CLAUSES, "Facilitatrice marchés de services"),
    "CL061e": etp(_CLAUSES),
    "CL062": personnes(_CLAUSES, "facilitatrice"),
    "CL063": lambda t: etp(_CLAUSES, "facilitatrice")(t) - etp(_CLAUSES, "facilitatrice", 2016)(t),
    "CL064a": etp(_CLAUSES, "poste partagé"),
    "CL064b": etp(_LAB, "poste partagé"),
    "CL065": lambda t: 100 * etp(_CLAUSES, "Assistante administrative", 2016)(t),
    "CH040": etp("Parcours professionnels", "100 chances - 100 emplois"),
    "CL068": nombre("322", "Réunion", "Réunion interrégionale des facilitateurs"),
    "CL075": nombre("322", "Réunion", "Préparation de la convention avec Pôle emploi", fin="2017-06-30"),
    "BD001b": nombre("BDD", "Réunion", "Réunion de travail avec Grand Dijon Habitat"),
    "RC015": nombre(_RCE, "Comité de pilotage"),
    "RC016": nombre(_RCE, "Comité technique"),
    "RC042": somme("nb_participants", _RCE, "Atelier", "La pénibilité au travail"),
    "RC043": somme("nb_participants", _RCE, "Atelier", "Concrétiser ses recrutements : les aides et types de contrats"),
    "RC044": nombre(_RCE, "Atelier"),
    "RC045a": somme("nb_entreprises", _RCE, "Séance ARACT", rang=1),
    "RC045b": somme("nb_excuses", _RCE, "Séance ARACT", rang=1),
    "RC046": nombre(_RCE, "Séance ARACT", statuts=_PARTOUT),
    "GP018": nombre(*_ZTI),
    "GP019a": somme("nb_entreprises", *_ZTI, rang=1),
    "GP019b": somme("nb_entreprises", *_ZTI, rang=2),
    "GP019c": somme("nb_entreprises", *_ZTI, rang=3),
    "GP019d": somme("nb_entreprises", *_ZTI),
    "GP027a": nombre("222", "Réunion", "Préparation du salon des métiers de la relation client"),
    "SA001a": nombre("211D-SAP", "Réunion", "Temps de travail avec les structures de services aux personnes"),
    "EC003a": somme("nb_participants", "212", "Événement", "Meet-up de l'économie collaborative"),
    "EC003b": somme("nb_structures", "212", "Événement", "Meet-up de l'économie collaborative"),
    "EC004": somme("nb_participants", "212", "Atelier", "Université et écoles"),
    "BI003a": nombre("224", "Formation"),
    "BI003b": somme("nb_structures", "224", "Réunion", "Information et consultation des acteurs sur le BIM"),
    "TT002": nombre("231", "Réunion", "Groupe territorial sur le travail en journée"),
    "TT004": nombre("231", "Atelier", "Temps collectif de l'accompagnement des binômes", debut="2016-11-23"),
    "TT006": nombre("231", "Groupe de travail", "Accès aux droits des personnes à temps partiel"),
    "TT008": somme("nb_participants", "231", "Événement", "Afterwork des entreprises de propreté"),
    "IN008": nombre("211A", "Séance ARACT"),
    "PA001a": nombre("215", "Comité de pilotage"),
    "PA001b": nombre("215", "Comité technique"),
    "AU003": nombre("GIP", "Atelier", "Coaching des participants du PLIE", debut="2017-04-01", fin="2017-07-31"),
    "AU004": nombre("GIP", "Forum"),
    "CA003a": organismes(4, "Lycée"),
    "CA003b": organismes(4, "CFA"),
    "CA004a": vus(5, "Proviseur"),
    "CA004b": vus(5, "DDFPT"),
    "CA005a": vus(5, "Enseignant"),
    "CA005b": vus(5, "Directeur de CFA agricole"),
    "CA005c": vus(5, "Inspecteur"),
    "CA005d": organismes(5, "Organisme de formation"),
    "CA005e": organismes(5, "OPCA"),
    "CA006": vus(5, "Directeur de CFA", objet="Assises de l'apprentissage"),
    "CA007a": college("Enseignement et recherche"),
    "CA007b": college("Monde économique"),
    "CA007c": college("Institutionnels"),
    "CA008": nombre(*_ZTI),
    "CO001": lambda t: len(t.parus()),
    "CO002a": marques("gip"),
    "CO002b": marques("clauses"),
    "CO002c": marques("lab_competences"),
    "CO003a": organe("Journal du Palais"),
    "CO003b": organe("Bien Public"),
    "CO003c": organe("Ecodocs"),
    "CO004": lambda t: int(pd.to_datetime(t.parus()["date_parution"]).dt.month.value_counts().loc[6]),
    "IT004": lambda t: len(set(t.projets[t.projets["annee_fichier"] == 2017]["axe_principal"]) - {"transverse"}),
}


# --- Les deux jeux de lignes -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prise(tmp_path_factory: pytest.TempPathFactory) -> Prise:
    with pytest.MonkeyPatch.context() as mp:
        mp.delenv("ENTREPOT_DEPLOIEMENT", raising=False)
        return prendre_la_demo(tmp_path_factory.mktemp("campus"), SOURCES)


def lignes_tirees() -> Lignes:
    articles = pd.concat([pd.DataFrame(transverse.presse(a).lignes) for a in (PRESSE_2016, PRESSE_2017)])
    for colonne in ("gip", "clauses", "lab_competences"):
        articles[colonne] = articles[colonne] == "X"
    evenements = [
        pd.DataFrame(table.lignes)
        for series, connu_le in (
            (SERIES_2016, dt.date(2017, 1, 5)), (SERIES_2017, dt.date(2018, 1, 1)),
            (SERIES_2018, dt.date(2017, 12, 20)),
        )
        for table in transverse.evenements(series, connu_le).values()
        if table.lignes
    ]  # fmt: skip
    return Lignes(
        pd.DataFrame(campus.rencontres(FIN_2017).lignes),
        pd.DataFrame(campus.membres(len(campus.LISTE_MEMBRES)).lignes),
        pd.concat(evenements, ignore_index=True),
        articles,
        pd.concat([pd.DataFrame(tables.projets(an).lignes).assign(annee_fichier=an) for an in (2016, 2017)]),
        pd.concat([pd.DataFrame(transverse.equipe(an).lignes).assign(annee_fichier=an) for an in (2016, 2017)]),
    )


def lignes_relues(prise: Prise) -> Lignes:
    rencontres, membres, evenements, articles, projets, equipe = (prise.en_vigueur(source) for source in SOURCES)
    # Une composition vaut à la date de son fichier : celle de l'arrêté est la plus tardive.
    membres = membres[membres["rang"] == membres["rang"].max()]
    for colonne in ("gip", "clauses", "lab_competences"):
        articles[colonne] = articles[colonne].fillna(False).astype(bool)
    return Lignes(rencontres, membres, evenements, articles, projets, equipe)


@pytest.fixture(scope="module", params=["tirées", "relues"])
def lignes(request: pytest.FixtureRequest) -> Lignes:
    return lignes_tirees() if request.param == "tirées" else lignes_relues(request.getfixturevalue("prise"))


# --- Les chiffres du rapport -----------------------------------------------------------------------------------------


def test_aucun_chiffre_n_est_oublie() -> None:
    assert set(CHIFFRES) == set(imprimes(SOURCES, "exact", "arrondi"))


@pytest.mark.parametrize("code", CHIFFRES)
def test_chaque_chiffre_imprime_sort_des_lignes(code: str, lignes: Lignes) -> None:
    publie = imprimes(SOURCES, "exact", "arrondi")[code]
    assert CHIFFRES[code](lignes) == pytest.approx(float(publie["valeur"]), abs=float(publie["tolerance"]) + 1e-9)


def test_quand_le_rapport_se_contredit_les_lignes_suivent_le_detail(lignes: Lignes) -> None:
    assert set(imprimes(SOURCES, "incoherent", "texte")) == {"AU001", "CA002", "TT007"}
    assert len(lignes.tenus("GIP", "Atelier", "Atelier des référents PLIE")) == 2  # AU001 : deux dates connues (X30)
    r = lignes.rencontres
    entretiens = r[(r["mode_rencontre"].map(plier) == "telephone") & (r["objet"].map(plier) == plier("BTS diététique"))]
    assert len(entretiens) == 9  # CA002 : neuf interlocuteurs nommés (X27)
    journee = lignes.tenus("231", "Événement", "Journée d'échanges sur le travail en journée")
    assert 80 < journee["nb_participants"].item() < 88  # TT007 : plus de 80


def test_juin_est_le_mois_ou_l_on_parle_le_plus_de_creativ(lignes: Lignes) -> None:
    par_mois = pd.to_datetime(lignes.parus()["date_parution"]).dt.month.value_counts()
    assert par_mois.idxmax() == 6
    assert par_mois.iloc[0] > par_mois.iloc[1]


def test_les_deux_instances_du_campus_ont_les_memes_colleges(lignes: Lignes) -> None:
    par_instance = lignes.membres.groupby([lignes.membres["instance"].map(plier), "college"]).size()
    assert par_instance.unstack().to_numpy().tolist() == [[11, 8, 14], [11, 8, 14]]


# --- La vraisemblance des lignes -------------------------------------------------------------------------------------


def test_le_filtre_par_intitule_et_par_statut_est_exerce(lignes: Lignes) -> None:
    """Sans l'intitulé ou le statut, ces chiffres seraient faux : l'essai ne réussit pas par hasard."""
    for projet, type_evenement in (("322", "Réunion"), ("222", "Réunion"), ("224", "Réunion"), ("231", "Événement")):
        assert lignes.tenus(projet, type_evenement)["intitule"].map(plier).nunique() > 1
    assert len(lignes.tenus(_RCE, "Comité de pilotage", statuts=("Réalisé", "Annulé"))) == 3
    assert len(lignes.tenus(_RCE, "Séance ARACT")) == 1
    apres = lignes.evenements[pd.to_datetime(lignes.evenements["date_evenement"]) > pd.Timestamp(FIN_2017)]
    assert set(apres["statut"]) == {"Planifié"}
    assert len(apres) == 4


def test_chaque_evenement_est_d_un_projet_de_la_liste(lignes: Lignes) -> None:
    assert set(lignes.evenements["code_projet"]) <= set(lignes.projets["code_projet"])


def test_2016_a_aussi_ses_evenements_ses_articles_et_son_equipe(lignes: Lignes) -> None:
    assert (pd.to_datetime(lignes.evenements["date_evenement"]).dt.year == 2016).sum() > 20
    assert len(lignes.parus(2016)) == 10
    assert etp(_CLAUSES, annee=2016)(lignes) == pytest.approx(3.2)
    assert (lignes.equipe["etp"].astype(float) <= lignes.equipe["nb_personnes"]).all()


def test_aucun_article_ne_nomme_quelqu_un_qui_n_est_pas_une_structure() -> None:
    """Le titre imprimé d'une tribune porte un nom : la démonstration ne le garde pas."""
    tribune = next(titre for _, _, titre, _ in PRESSE_2017 if titre.startswith("Tribune"))
    assert tribune == "Tribune : Réinventer les politiques de l'emploi par les territoires"


# --- Les fichiers ----------------------------------------------------------------------------------------------------


def test_la_lecture_trouve_exactement_les_defauts_plantes(prise: Prise) -> None:
    plantes = prise.defauts_plantes()
    assert {effet for _, effet in plantes} == {
        Effet.REJET, Effet.ANOMALIE, Effet.DOUBLON, Effet.VIDE, Effet.FEUILLE,
    }  # fmt: skip
    assert prise.defauts_trouves() == plantes


def test_un_evenement_recopie_dans_deux_feuilles_n_est_compte_qu_une_fois(prise: Prise) -> None:
    m = next(m for m in prise.manifestes if m["fichier"] == EVENEMENTS_2017)
    assert m["laissees_doublons"] == 1
    assert m["chargees"] == sum(len(serie.jours) for serie in SERIES_2017)


def test_un_mois_sans_evenement_a_une_feuille_vide_ou_n_en_a_pas(prise: Prise) -> None:
    def feuilles(fichier: str) -> dict[str, int]:
        chemin = next(prise.d.depots.rglob(fichier))
        return {f.title: f.max_row for f in openpyxl.load_workbook(chemin)}

    assert feuilles(EVENEMENTS_2017)["août"] == 1
    assert list(feuilles(EVENEMENTS_2017)) == [*MOIS, "Modèle"]
    assert "août" not in feuilles(EVENEMENTS_2016)
    ignorees = [
        (m["fichier"], c["message"])
        for m in prise.manifestes
        for c in m["controles"]
        if c["controle"] == "feuilles_ignorees"
    ]
    assert [fichier for fichier, _ in ignorees] == [EVENEMENTS_2017]
    assert "Modèle" in ignorees[0][1]


def test_le_classeur_de_janvier_remplace_celui_d_octobre(prise: Prise) -> None:
    fichiers = set(prise.en_vigueur("evenements")["fichier"])
    assert EVENEMENTS_2017 in fichiers
    assert EVENEMENTS_OCT not in fichiers
    en_octobre = next(m for m in prise.manifestes if m["fichier"] == EVENEMENTS_OCT)
    connus = prise.table(en_octobre, "lignes")
    assert (connus["statut"] == "Planifié").sum() > 15
    assert set(connus[connus["statut"] == "Planifié"]["nb_participants"].dropna()) == set()


def test_un_evenement_reporte_reste_dans_la_feuille_du_mois_prevu(prise: Prise) -> None:
    lues = prise.en_vigueur("evenements")
    reporte = lues[(lues["intitule"].map(plier) == plier("Bilan avec l'ARIQ BTP"))]
    assert sorted(reporte["date_evenement"]) == [dt.date(2017, 9, 8), dt.date(2017, 12, 5)]


def test_tout_est_accepte(prise: Prise) -> None:
    assert {m["statut"] for m in prise.manifestes} == {"acceptee", "acceptee_avec_rejets"}
    assert len(prise.manifestes) == 2 + 2 + 4 + 2 + 2 + 2
    for m in prise.manifestes:
        assert m["rejetees"] <= 0.02 * m["lignes_lues"], m["fichier"]


def test_les_fichiers_ont_leur_forme(prise: Prise) -> None:
    formes = {m["fichier"]: (str(m["encodage"]).replace("_", "-"), m["separateur"]) for m in prise.manifestes}
    assert formes["revue_presse_2017.csv"] == ("cp1252", ";")
    for fichier in ("campus_rencontres_20171231.csv", "campus_membres_20171218.csv", "equipe_2017.csv"):
        assert formes[fichier] == ("utf-8", ";")
