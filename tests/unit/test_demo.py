"""La démonstration : ses lignes donnent les chiffres publiés, ses fichiers ont exactement les défauts annoncés.

Les comptes sont refaits ici en pandas, d'après les règles publiées et sans rien des modèles.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from include.configuration import Dossiers, Nuit
from include.demo import defauts, generer
from include.demo.clauses import Monde, tirer
from include.demo.defauts import AOUT, CLASSEUR_MAI, DEFAUTS, Defaut, Effet, abimer, remplacer, un_sur
from include.demo.fichiers import Table
from include.demo.livraisons import AXES, COPIE, FAUX_CLASSEUR, preparer
from include.demo.nombres import accorder, croiser, repartir

NUIT = Nuit.de("2018-01-02", "2017-12-31")
SEPT_2017 = dt.date(2017, 9, 1)


@dataclass(frozen=True)
class Tirage:
    """Le monde tiré, et ses lignes en tables : heures (avec contrat, personne et opération), personnes, contacts…"""

    monde: Monde
    heures: pd.DataFrame
    personnes: pd.DataFrame
    operations: pd.DataFrame
    contrats: pd.DataFrame
    contacts: pd.DataFrame

    def de(self, annee: int) -> pd.DataFrame:
        """Heures d'une année."""
        return self.heures[self.heures["annee"] == annee]

    def salaries(self, annee: int = 2017) -> pd.DataFrame:
        """Salariés d'une année, chacun dans le secteur où il a fait le plus d'heures (à égalité : BTP)."""
        par_secteur = self.de(annee).pivot_table(
            index="personne", columns="secteur", values="heures", aggfunc="sum", fill_value=0
        )
        secteur = (par_secteur["SERVICES"] > par_secteur["BTP"]).map({True: "SERVICES", False: "BTP"})
        return self.personnes.set_index("personne").loc[par_secteur.index].assign(secteur=secteur)


@pytest.fixture(scope="module")
def tirage() -> Tirage:
    monde = tirer()
    contrats = pd.DataFrame(
        {
            "contrat": k.id_contrat, "personne": k.personne.id_salarie, "operation": k.operation.id_operation,
            "secteur": k.operation.secteur, "base_juridique": k.operation.base_juridique,
            "donneur": k.operation.donneur.nom if k.operation.donneur else "", "nom_operation": k.operation.nom,
            "employeur": k.employeur.siret, "type_employeur": k.type_employeur, "type_contrat": k.type_contrat,
            "debut": k.debut, "fin": k.fin, "embauche": k.embauche, "qpv": bool(k.personne.qpv),
        }
        for k in monde.contrats
    )  # fmt: skip
    heures = pd.DataFrame(
        {"contrat": k.id_contrat, "mois": mois, "annee": mois.year, "heures": centiemes}
        for k in monde.contrats
        for mois, centiemes in k.heures.items()
    ).merge(contrats, on="contrat", validate="many_to_one")
    personnes = pd.DataFrame(
        {
            "personne": p.id_salarie, "sexe": p.sexe, "qpv": bool(p.qpv), "accompagnement": p.accompagnement,
            "nom": p.nom_naissance or p.nom, "prenom": p.prenom, "naissance": p.date_naissance,
        }
        for p in monde.personnes
    )  # fmt: skip
    operations = pd.DataFrame(
        {
            "operation": op.id_operation, "donneur": op.donneur.nom if op.donneur else "", "nom": op.nom,
            "base_juridique": op.base_juridique, "engagement": op.engagement,
            "annee": op.consultation.year if op.consultation else None,
        }
        for op in monde.operations
    )  # fmt: skip
    contacts = pd.DataFrame(
        {
            "annee": x.date_contact.year, "interlocuteur": x.interlocuteur, "structure": x.structure.nom,
            "canal": x.canal, "objet": x.objet,
        }
        for x in monde.contacts
    )  # fmt: skip
    return Tirage(monde, heures, personnes, operations, contrats, contacts)


# --- Les chiffres du rapport -----------------------------------------------------------------------------------------


def test_heures_de_2017_par_secteur(tirage: Tirage) -> None:
    par_secteur = tirage.de(2017).groupby("secteur")["heures"].sum()
    assert par_secteur.to_dict() == {"BTP": 108_265_67, "SERVICES": 244_579_98}  # CL002, CL003
    assert par_secteur.sum() == 352_845_65  # CL001


def test_les_dix_operations_de_2017_et_leur_donneur_d_ordre(tirage: Tirage) -> None:
    par_operation = tirage.de(2017).groupby(["operation", "donneur", "secteur"])["heures"].sum()
    dix = par_operation.sort_values(ascending=False).head(10).reset_index()
    assert list(zip(dix["donneur"], dix["heures"], strict=True)) == [
        ("Dijon Métropole", 46_267_02), ("Dijon Métropole", 27_178_65), ("Ville de Dijon", 21_301_00),
        ("Orvitis", 21_095_92), ("Orvitis", 14_550_88), ("Ville de Dijon", 8_265_78), ("Dijon Métropole", 6_613_79),
        ("Orvitis", 6_412_71), ("Dijon Métropole", 5_954_70), ("Dijon Métropole", 5_217_15),
    ]  # fmt: skip
    assert dix["secteur"].value_counts().to_dict() == {"SERVICES": 9, "BTP": 1}  # CL015


def test_parts_des_types_de_contrat_publiees(tirage: Tirage) -> None:
    heures = tirage.de(2017)
    parts = heures.groupby("type_contrat")["heures"].sum() / heures["heures"].sum() * 100
    publiees = {"CDDI": (28, 0.5), "CTTI": (17.93, 0.005), "CDI": (14.58, 0.005)}
    for type_contrat, (part, tolerance) in (publiees | {"Contrat de professionnalisation": (9.6, 0.05)}).items():
        assert parts[type_contrat] == pytest.approx(part, abs=tolerance), type_contrat  # CL016 à CL019


def test_salaries_de_2017_dans_leur_secteur_dominant(tirage: Tirage) -> None:
    salaries = tirage.salaries()
    assert len(salaries) == 728  # CL020
    assert salaries["secteur"].value_counts().to_dict() == {"SERVICES": 579, "BTP": 149}  # CL027, CL029
    femmes = salaries[salaries["sexe"] == "F"]
    assert femmes["secteur"].value_counts().to_dict() == {"SERVICES": 211}  # CL021, CL030
    assert salaries[salaries["qpv"]]["secteur"].value_counts().to_dict() == {"SERVICES": 84, "BTP": 33}  # CL028, CL031


def test_des_salaries_travaillent_dans_les_deux_secteurs(tirage: Tirage) -> None:
    secteurs = tirage.de(2017).groupby("personne")["secteur"].nunique()
    assert (secteurs == 2).sum() >= 3  # sans quoi la règle du secteur dominant ne serait pas exercée


def test_accompagnement_des_salaries_de_2017(tirage: Tirage) -> None:
    suivis = tirage.salaries()["accompagnement"].value_counts()
    assert (suivis["EI"], suivis["ACI"]) == (279, 89)  # CL023, CL024
    assert suivis["EA"] + suivis["ESAT"] == 148  # CL025
    assert suivis["CREATIV'"] + suivis["ARIQ BTP"] == 212  # CL026


def test_operations_actives_et_donneurs_d_ordre_de_2017(tirage: Tirage) -> None:
    heures = tirage.de(2017)
    assert (heures["operation"].nunique(), heures["donneur"].nunique()) == (146, 29)  # CL032, CL033
    consultees = tirage.operations[tirage.operations["annee"] == 2017]
    assert consultees["donneur"].nunique() == 22  # CL034
    assert (len(consultees), consultees["engagement"].sum()) == (123, 76_575_00)  # CL035, CL036
    assert len(set(heures["donneur"]) | set(consultees["donneur"])) == 39  # CL076a, CL076b


def test_employeurs_de_2017_par_categorie(tirage: Tirage) -> None:
    par_secteur = tirage.de(2017).pivot_table(
        index=["employeur", "type_employeur"], columns="secteur", values="heures", aggfunc="sum", fill_value=0
    )
    employeurs = par_secteur.reset_index()
    dominant = (employeurs["SERVICES"] > employeurs["BTP"]).map({True: "SERVICES", False: "BTP"})
    categorie = employeurs["type_employeur"].mask(employeurs["type_employeur"] == "Entreprise", dominant)
    assert categorie.value_counts().to_dict() == {
        "BTP": 90, "SERVICES": 17, "EI": 3, "ACI": 2, "ESAT": 3, "EA": 2, "ETTI": 2,
    }  # fmt: skip
    assert employeurs["employeur"].nunique() == 119  # aucun employeur n'a deux types


def test_contacts_de_2017(tirage: Tirage) -> None:
    contacts = tirage.contacts[tirage.contacts["annee"] == 2017]
    assert contacts["interlocuteur"].value_counts().to_dict() == {"Entreprise": 416, "Donneur d'ordre": 236}
    assert (contacts["objet"] == "Recrutement").sum() == 54  # CL047
    assert (contacts["canal"] == "Réunion de chantier").sum() == 16  # CL049
    assert (contacts["structure"] == "Ville de Montbard").sum() == 11  # CL050


def test_embauches_de_2017(tirage: Tirage) -> None:
    k = tirage.contrats
    embauches = k[k["embauche"] & k["debut"].map(lambda jour: jour.year == 2017)]
    assert (len(embauches), embauches["personne"].nunique()) == (54, 54)  # CL051
    assert embauches["secteur"].value_counts().to_dict() == {"BTP": 32, "SERVICES": 22}  # CL052, CL053
    assert embauches["type_contrat"].value_counts().to_dict() == {
        "CDI": 20, "CDD": 11, "Formation qualifiante": 4, "Contrat de professionnalisation": 19,
    }  # fmt: skip
    assert embauches["qpv"].sum() == 15  # CL054


def test_marche_de_restauration_de_chenove(tirage: Tirage) -> None:
    (marche,) = (op for op in tirage.monde.operations if "RESTAURATION COLLECTIVE" in op.nom)
    assert marche.donneur and marche.donneur.nom == "Ville de Chenôve"
    assert [lot.reserve for lot in marche.lots] == [True, True, False]  # CL067a, CL067b


def test_salaries_des_marches_d_insertion_de_janvier_a_septembre_2017(tirage: Tirage) -> None:
    heures = tirage.de(2017)
    neuf_mois = heures[(heures["base_juridique"] == "art. 28") & (heures["mois"] <= SEPT_2017)]
    assert neuf_mois["personne"].nunique() == 72  # CL072
    structures = neuf_mois[["employeur", "type_employeur"]].drop_duplicates()
    assert sorted(structures["type_employeur"]) == ["ACI", "EA", "EI"]  # CL073
    assert (tirage.operations["base_juridique"] == "art. 28").sum() == neuf_mois["operation"].nunique() == 2  # CL074


# --- La vraisemblance des lignes -------------------------------------------------------------------------------------


def test_2016_precede_2017_sans_lui_ressembler_trait_pour_trait(tirage: Tirage) -> None:
    avant, apres = tirage.de(2016), tirage.de(2017)
    assert 0.8 < avant["heures"].sum() / apres["heures"].sum() < 0.95
    communes = set(avant["personne"]) & set(apres["personne"])
    assert 0.3 < len(communes) / apres["personne"].nunique() < 0.9
    assert set(avant["operation"]) - set(apres["operation"]) and set(apres["operation"]) - set(avant["operation"])


@pytest.mark.parametrize("annee", [2016, 2017])
def test_aucun_mois_ne_s_effondre(tirage: Tirage, annee: int) -> None:
    par_mois = tirage.de(annee).groupby("mois")["heures"].sum()
    assert len(par_mois) == 12
    assert par_mois.min() > 0.6 * par_mois.mean() and par_mois.max() < 1.3 * par_mois.mean()


def test_personne_ne_depasse_165_heures_par_mois(tirage: Tirage) -> None:
    par_personne = tirage.heures.groupby(["personne", "mois"])["heures"].sum()
    assert par_personne.max() <= 165_00
    assert tirage.heures["heures"].min() >= 4_00  # pas de miettes


def test_les_heures_tombent_dans_les_dates_du_contrat(tirage: Tirage) -> None:
    for k in tirage.monde.contrats:
        assert k.fin is None or k.debut <= k.fin, k.id_contrat
        assert min(k.heures) >= k.debut.replace(day=1), k.id_contrat
        assert k.fin is None or max(k.heures) <= k.fin, k.id_contrat


def test_une_identite_par_personne_et_des_valeurs_synthetiques(tirage: Tirage) -> None:
    assert not tirage.personnes.duplicated(["nom", "prenom", "naissance"]).any()
    for p in tirage.monde.personnes:
        assert p.telephone.startswith("06 39 98 ")  # tranche réservée à la fiction
        assert not p.courriel or p.courriel.endswith("@exemple.invalid")
        assert dt.date(1950, 1, 1) < p.date_naissance < dt.date(2000, 1, 1)
    structures = [*tirage.monde.employeurs, *tirage.monde.donneurs.values()]
    assert {s.siret[:4] for s in structures} == {"9990", "0990"}  # jamais attribués
    assert len({s.siret for s in structures}) == len(structures)


def test_l_engagement_de_l_operation_est_celui_de_ses_lots(tirage: Tirage) -> None:
    for op in tirage.monde.operations:
        if op.lots and op.engagement:
            assert sum(lot.engagement or 0 for lot in op.lots) == op.engagement, op.id_operation
        assert {k.num_lot for k in tirage.monde.contrats if k.operation is op} <= {lot.num_lot for lot in op.lots}


# --- Les partages exacts ---------------------------------------------------------------------------------------------


def test_repartir_rend_exactement_le_total_sous_les_plafonds() -> None:
    assert repartir(10_01, [1, 1, 2], pas=25) == [2_50, 2_50, 5_01]
    assert repartir(10_00, [1, 1], maximum=[1_00, 20_00]) == [1_00, 9_00]
    with pytest.raises(ValueError, match="place"):
        repartir(10_00, [1, 1], maximum=[1_00, 1_00])


def test_croiser_retrouve_les_deux_partages() -> None:
    assert croiser([("a", 3), ("b", 2)], [("x", 1), ("y", 4)]) == [("a", "x", 1), ("a", "y", 2), ("b", "y", 2)]
    with pytest.raises(ValueError, match="totaux différents"):
        croiser([("a", 3)], [("x", 1)])


def test_accorder_evite_les_miettes_sans_changer_la_somme() -> None:
    assert accorder([10, 11, 9], [12, 18], tolerance=3) == [12, 9, 9]


# --- Les fichiers ----------------------------------------------------------------------------------------------------


def empreintes(depots: Path) -> dict[str, tuple[str, float]]:
    return {
        str(f.relative_to(depots)): (hashlib.sha256(f.read_bytes()).hexdigest(), f.stat().st_mtime)
        for f in sorted(depots.rglob("*"))
        if f.is_file()
    }


@dataclass(frozen=True)
class Prise:
    """Les livraisons de démonstration, prises une nuit : où, et ce que les manifestes en disent."""

    d: Dossiers
    inventaire: dict[str, Any]
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
        """Lignes en vigueur d'une source, avec le rang de leur livraison."""
        from include.extraction.livraisons import effectives

        livraisons = [m for m in effectives(self.manifestes, NUIT) if m["source"] == source and m["effective"]]
        return pd.concat([self.table(m, "lignes").assign(rang=m["rang"]) for m in livraisons], ignore_index=True)


@pytest.fixture(scope="module")
def prise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prise]:
    from include.extraction.inventaire import inventorier
    from include.extraction.livraisons import manifestes, prendre

    with pytest.MonkeyPatch.context() as mp:
        mp.delenv("ENTREPOT_DEPLOIEMENT", raising=False)
        d = Dossiers(tmp_path_factory.mktemp("demo") / "data")
        generer(d.depots)
        inventaire = inventorier(d, NUIT, attente=0)
        for source, chemins in inventaire["sources"].items():
            prendre(d, NUIT, source, chemins)
        yield Prise(d, inventaire, manifestes(d))


def test_la_demonstration_est_la_meme_a_l_octet_et_a_la_date_pres(tmp_path: Path) -> None:
    generer(tmp_path / "a")
    generer(tmp_path / "b")
    assert empreintes(tmp_path / "a") == empreintes(tmp_path / "b")


def test_les_dates_de_depot_precedent_la_nuit_et_suivent_ce_que_les_fichiers_disent(tmp_path: Path) -> None:
    generer(tmp_path)
    dates = {chemin: dt.datetime.fromtimestamp(mtime, dt.UTC) for chemin, (_, mtime) in empreintes(tmp_path).items()}
    assert len(dates) >= 38
    assert max(dates.values()).date() < NUIT.nuit
    _, depots, _ = preparer(tirer())
    for chemin, depose in dates.items():
        table = depots.get(Path(chemin).name)
        for ligne in table.lignes if table else ():
            saisie = ligne.get("date_saisie") or ligne.get("date_contact")
            assert not isinstance(saisie, dt.date) or saisie <= depose.date(), chemin


def test_un_defaut_qui_n_abime_plus_rien_se_dit(monkeypatch: pytest.MonkeyPatch) -> None:
    sans_objet = Defaut("vide.csv", Effet.ANOMALIE, "cellule fausse", remplacer("siret", "0", un_sur(1)))
    monkeypatch.setattr(defauts, "DEFAUTS", (sans_objet,))
    with pytest.raises(ValueError, match="rien à abîmer pour « cellule fausse »"):
        abimer({"vide.csv": Table({"siret": "SIRET"}, [])})


def test_l_inventaire_ne_laisse_de_cote_que_le_fichier_du_systeme(prise: Prise) -> None:
    assert [i.split(" : ")[0] for i in prise.inventaire["ignores"]] == ["projets/Thumbs.db"]
    assert prise.inventaire["en_ecriture"] == []


def test_une_copie_et_un_faux_classeur_sont_les_seuls_fichiers_non_pris(prise: Prise) -> None:
    autres = {m["fichier"]: m["statut"] for m in prise.manifestes if not m["statut"].startswith("acceptee")}
    assert autres == {COPIE: "doublon", FAUX_CLASSEUR: "refusee"}
    assert not any(m["erreur_interne"] for m in prise.manifestes)


def test_le_releve_rebaptise_est_reconnu_a_ses_en_tetes(prise: Prise) -> None:
    assert prise.de(AOUT)["source"] == "abc_clauses_heures"


def test_chaque_encodage_et_separateur_est_reconnu(prise: Prise) -> None:
    def vus(fichier: str) -> tuple[str, str]:
        m = prise.de(fichier)
        return m["encodage"].lower().replace("_", "-"), m["separateur"]

    assert vus("abc_clauses_heures_201601.csv") == ("cp1252", ";")
    assert vus("abc_clauses_heures_201604.csv") == ("cp1252", ",")
    assert vus("abc_clauses_heures_201611.csv")[0].startswith("utf-16")
    assert vus("abc_clauses_heures_201611.csv")[1] == "\t"
    assert vus("abc_clauses_heures_201702.csv")[0].startswith("utf-8")
    assert prise.de(CLASSEUR_MAI)["feuilles"]


def test_la_lecture_trouve_exactement_les_defauts_plantes(prise: Prise) -> None:
    _, _, attendus = preparer(tirer())
    assert {d.effet for d in (*DEFAUTS, *(d for axe in AXES for d in axe.DEFAUTS))} == set(Effet)
    # Un classeur lu par deux contrats a deux manifestes.
    trouves: Counter[tuple[str, Effet]] = Counter()
    for m in prise.manifestes:
        if m["statut"].startswith("acceptee"):
            non_conformes = [c["controle"] for c in m["controles"] if c["verdict"] != "conforme"]
            trouves.update(
                {
                    (m["fichier"], Effet.REJET): m["rejetees"],
                    (m["fichier"], Effet.DOUBLON): m["laissees_doublons"],
                    (m["fichier"], Effet.VIDE): m["laissees_vides"],
                    (m["fichier"], Effet.ANOMALIE): len(prise.table(m, "anomalies")),
                    (m["fichier"], Effet.COLONNE): len(m["colonnes_inconnues"]),
                    (m["fichier"], Effet.TOTAL): non_conformes.count("total"),
                    (m["fichier"], Effet.FEUILLE): non_conformes.count("feuilles_ignorees"),
                }
            )
    lisibles = {k: n for k, n in attendus.items() if k[1] not in (Effet.COMPRIS, Effet.ORPHELIN)}
    assert {k: n for k, n in trouves.items() if n} == lisibles


def test_les_rejets_restent_rares(prise: Prise) -> None:
    for m in prise.manifestes:
        assert m["rejetees"] <= 0.02 * max(m["lignes_lues"], 1), m["fichier"]


def test_chaque_releve_mensuel_a_son_total(prise: Prise) -> None:
    releves = [m for m in prise.manifestes if m["source"] == "abc_clauses_heures" and m["statut"] != "doublon"]
    assert len(releves) == 25
    assert {m["laissees_total"] for m in releves} == {1}


# --- Des fichiers aux lignes justes : rien n'est perdu ni ajouté ------------------------------------------------------


def test_les_heures_relues_sont_celles_du_tirage(prise: Prise, tirage: Tirage) -> None:
    lues = prise.en_vigueur("abc_clauses_heures").sort_values(["rang", "_ligne"])
    derniere = lues.drop_duplicates(["id_contrat", "mois"], keep="last")
    connues = derniere[derniere["id_contrat"].isin(tirage.contrats["contrat"])]
    orphelines = derniere[~derniere["id_contrat"].isin(tirage.contrats["contrat"])]
    assert len(orphelines) == 1
    assert orphelines["heures"].sum() < derniere["heures"].sum() / 200
    assert (connues["heures"] == 0).sum() == 1  # retirée par la correction de mars
    relues = {(k.id_contrat, k.mois): int(k.heures * 100) for k in connues.itertuples() if k.heures}
    tirees = {(k.id_contrat, m): h for k in tirage.monde.contrats for m, h in k.heures.items()}
    assert relues == tirees


def test_les_contrats_relus_sont_ceux_du_tirage(prise: Prise, tirage: Tirage) -> None:
    lus = prise.en_vigueur("abc_clauses_contrats").set_index("id_contrat").sort_index()
    vrais = tirage.contrats.set_index("contrat").sort_index()
    assert list(lus.index) == list(vrais.index)
    for lue, vraie in (
        ("id_operation", "operation"), ("type_employeur", "type_employeur"), ("type_contrat", "type_contrat"),
        ("date_debut", "debut"), ("embauche", "embauche"),
    ):  # fmt: skip
        assert list(lus[lue]) == list(vrais[vraie]), lue
    assert [f or None for f in lus["date_fin"]] == [f or None for f in vrais["fin"]]


def test_les_personnes_relues_sont_celles_du_tirage_malgre_les_doubles_fiches(prise: Prise, tirage: Tirage) -> None:
    fiches = prise.en_vigueur("abc_clauses_salaries").sort_values("_ligne")
    assert len(fiches) == len(tirage.personnes) + 6
    assert fiches["personne_id"].nunique() == len(tirage.personnes)
    derniere = fiches.drop_duplicates("personne_id", keep="last").set_index("personne_id")
    premiere = fiches.drop_duplicates("personne_id", keep="first").set_index("id_salarie")["personne_id"]
    vraies = tirage.personnes.set_index("personne")
    retrouvees = derniere.loc[premiere.loc[vraies.index]]
    for colonne in ("sexe", "qpv", "accompagnement"):
        assert list(retrouvees[colonne]) == list(vraies[colonne]), colonne
    contrats = prise.en_vigueur("abc_clauses_contrats").merge(fiches[["id_salarie", "personne_id"]], on="id_salarie")
    par_contrat = contrats.set_index("id_contrat")["personne_id"]
    assert [par_contrat[k.id_contrat] for k in tirage.monde.contrats] == [
        premiere[k.personne.id_salarie] for k in tirage.monde.contrats
    ]


def test_les_operations_et_les_lots_relus_sont_ceux_du_tirage(prise: Prise, tirage: Tirage) -> None:
    lues = prise.en_vigueur("abc_clauses_operations").set_index("id_operation")
    assert len(lues) == len(tirage.monde.operations)
    for op in tirage.monde.operations:
        lue = lues.loc[op.id_operation]
        assert (lue["secteur"], lue["base_juridique"], lue["statut"]) == (op.secteur, op.base_juridique, op.statut)
        assert (lue["date_consultation"], lue["operation"]) == (op.consultation, op.nom)
        engagement = lue["heures_engagement"]
        assert (0 if pd.isna(engagement) else int(engagement * 100)) == (op.engagement or 0)
    lots = prise.en_vigueur("abc_clauses_lots").set_index(["id_operation", "num_lot"])
    vrais = {(op.id_operation, lot.num_lot): lot for op in tirage.monde.operations for lot in op.lots}
    assert set(lots.index) == set(vrais)
    sirets = {k: lot.attributaire.siret for k, lot in vrais.items() if lot.attributaire}
    assert lots["siret_attributaire"].dropna().to_dict() == sirets
    assert lots["reserve"].to_dict() == {k: lot.reserve for k, lot in vrais.items()}


def test_les_contacts_relus_sont_ceux_du_tirage(prise: Prise, tirage: Tirage) -> None:
    lus = prise.en_vigueur("abc_clauses_contacts").fillna({"objet": ""})
    colonnes = lus[["id_contact", "date_contact", "interlocuteur", "canal", "objet"]]
    assert set(colonnes.itertuples(index=False, name=None)) == {
        (x.id_contact, x.date_contact, x.interlocuteur, x.canal, x.objet) for x in tirage.monde.contacts
    }
    assert len(lus) == len(tirage.monde.contacts)


def test_les_graphies_des_structures_n_en_font_ni_plus_ni_moins(prise: Prise, tirage: Tirage) -> None:
    """Même SIRET ou même nom (sans casse, accents, ponctuation ni espaces) : même structure, de proche en proche."""
    paires = pd.concat(
        [
            prise.en_vigueur(f"abc_clauses_{source}")[[nom, siret]].set_axis(["nom", "siret"], axis=1)
            for source, nom, siret in (
                ("operations", "donneur_ordre", "siret_donneur_ordre"), ("contrats", "employeur", "siret_employeur"),
                ("lots", "attributaire", "siret_attributaire"), ("contacts", "structure", "siret"),
            )
        ]
    )  # fmt: skip
    paires = paires[paires["nom"].notna()]
    parent: dict[str, str] = {}

    def racine(x: str) -> str:
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for nom, siret in paires.itertuples(index=False):
        if isinstance(siret, str):
            parent[racine(cle_nom(nom))] = racine(siret)
    groupe = paires["nom"].map(lambda n: racine(cle_nom(n)))
    frequences = paires.groupby([groupe.rename("groupe"), "nom"]).size().reset_index(name="fois")
    affiches = frequences.sort_values(["groupe", "fois", "nom"], ascending=[True, False, True]).drop_duplicates(
        "groupe"
    )
    connus = {s.nom for s in [*tirage.monde.employeurs, *tirage.monde.donneurs.values()]}
    assert set(affiches["nom"]) <= connus  # la graphie juste est la plus fréquente de chaque structure
    assert len(affiches) == affiches["nom"].nunique() > 150
    assert (frequences.groupby("groupe").size() > 1).sum() > 20  # les graphies varient vraiment


def cle_nom(nom: str) -> str:
    plie = unicodedata.normalize("NFKD", nom).casefold()
    return "".join(c for c in plie if c.isalnum())
