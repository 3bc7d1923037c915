"""La nuit sur des livraisons tirées au sort, comparée à l'oracle table par table.

La suite courte joue deux tirages ; ENTREPOT_ORACLE_GRAINES=10 en ajoute dix. Une nuit coûte bien plus que sa lecture :
chaque tirage est un seul essai, dont chaque comparaison est un sous-essai.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from atelier import MARQUE, ecrire
from catalogue import Livraison
from comparaison import abreger, ecarts, publiee
from lecture import Illisible, cle_structure, en_texte, lire_mois
from oracle import Attendu, calculer
from rejeu import CLE, Tirage, deposer_et_prendre

from include.configuration import Dossiers, Nuit
from include.nuit import executer

TIRAGES = [
    Tirage(1, (2019, 2020), dt.date(2020, 12, 31)),
    Tirage(2, (2024, 2025), dt.date(2025, 9, 30), deux_nuits=True),
]


def _en_plus() -> list[Tirage]:
    """Tirages que demande ENTREPOT_ORACLE_GRAINES, lue avant que les essais ne perdent l'environnement."""
    rendus = []
    for graine in range(101, 101 + int(os.environ.get("ENTREPOT_ORACLE_GRAINES", "0"))):
        # Les quartiers prioritaires du tirage existent depuis 2015 ; aucune des deux années n'est 2017.
        debut = (2015, 2018, 2019, 2020, 2021, 2022, 2023)[graine % 7]
        arrete = [dt.date(debut + 1, 12, 31), dt.date(debut + 1, 5, 31), dt.date(debut + 1, 11, 15)][graine % 3]
        taille = [0.5, 1.0, 2.0][graine % 3]
        rendus.append(Tirage(graine, (debut, debut + 1), arrete, bool(graine % 2), taille))
    return rendus


@dataclass(frozen=True)
class Jouee:
    """Une nuit jouée : où, ce qu'elle a rendu, ce qu'elle devait publier."""

    d: Dossiers
    resultat: dict[str, Any]
    attendu: Attendu

    def lire(self, requete: str) -> pd.DataFrame:
        """Interroge la base publiée."""
        with duckdb.connect(str(self.d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
            return publiee(base, requete)


def jouer(racine: Path, tirage: Tirage, livraisons: list[Livraison]) -> Jouee:
    """Écrit les livraisons, joue la ou les nuits, et calcule l'attendu."""
    d = Dossiers(racine / "data")
    d.depots.mkdir(parents=True)
    (d.depots / "lisez-moi.csv").write_text("Ce fichier;ne correspond\nà;aucun contrat\n", encoding="utf-8")
    *avant, derniere = sorted({x.nuit for x in livraisons})
    with pytest.MonkeyPatch.context() as env:
        env.setenv("ENTREPOT_CLE", CLE)
        env.setenv("ENTREPOT_DATA", str(d.racine))
        for nuit in avant:
            deposer_et_prendre(d, livraisons, nuit)
        ecrire([x for x in livraisons if x.nuit == derniere], d.depots)
        resultat = executer(d, Nuit.de(derniere, tirage.arrete))
    return Jouee(d, resultat, calculer(livraisons, tirage.arrete))


# Un tirage dans `make test`, les autres dans `make test-long` : chacun coûte une nuit.
_TIRES = [TIRAGES[0], *(pytest.param(t, marks=pytest.mark.long) for t in TIRAGES[1:]), *_en_plus()]


@pytest.mark.parametrize("tirage", _TIRES, ids=str)
def test_la_nuit_dit_comme_l_oracle(tirage: Tirage, tmp_path: Path, subtests: pytest.Subtests) -> None:
    jouee = jouer(tmp_path, tirage, tirage.livraisons())
    for verifier in VERIFICATIONS:
        with subtests.test(verifier.__name__):
            verifier(jouee)
    for (schema, table), grain in GRAINS.items():
        with subtests.test(table):
            obtenue = jouee.lire(f"select * from {schema}.{table}")
            exiger(ecarts(table, jouee.attendu.tables[table], obtenue, grain))


def exiger(trouves: list[str]) -> None:
    """Échoue en listant les écarts."""
    assert not trouves, "\n".join(["", *trouves])


# --- livraisons ----------------------------------------------------------------------------------------------


def l_axe_est_publie(jouee: Jouee) -> None:
    assert jouee.resultat["publication"]["publiee"], jouee.resultat["publication"]["motif"]
    verdicts = {axe: (v["verdict"], v["cause"]) for axe, v in jouee.resultat["publication"]["axes"].items()}
    assert all(v != "bloque" for v, _ in verdicts.values()), verdicts


def livraisons(jouee: Jouee) -> None:
    vues = jouee.lire("select * from meta.livraisons")
    prises = vues[vues["statut"].str.startswith("acceptee")]
    solde = prises["lignes_lues"] - prises["chargees"] - prises["rejetees"] - prises["laissees"]
    assert not solde.any(), prises[solde != 0]
    attendues = pd.DataFrame(
        [
            {
                "source": lue.livraison.source,
                "fichier": lue.livraison.fichier,
                "statut": lue.statut,
                **(
                    {
                        "lignes_lues": lue.lues,
                        "chargees": len(lue.lignes),
                        "rejetees": len(lue.rejets),
                        "laissees": lue.laissees,
                    }
                    if lue.acceptee
                    else dict.fromkeys(("lignes_lues", "chargees", "rejetees", "laissees"))
                ),
                "recu_le": lue.livraison.nuit,
            }
            for lue in jouee.attendu.livraisons
        ],
        dtype=object,
    )
    vues["fichier"] = vues["fichier"].map(lambda f: Path(f).name)
    inconnue = vues[vues["fichier"] == "lisez-moi.csv"]
    assert list(inconnue["statut"]) == ["refusee"]
    vues = vues.drop(inconnue.index)
    comptes = ["lignes_lues", "chargees", "rejetees", "laissees"]
    vues.loc[~vues["statut"].str.startswith("acceptee"), comptes] = None
    exiger(ecarts("meta.livraisons", attendues, vues, ["source", "fichier", "recu_le", "statut"]))


def rejets(jouee: Jouee) -> None:
    lignes_signalees(jouee, "rejets")


def anomalies(jouee: Jouee) -> None:
    lignes_signalees(jouee, "anomalies")


def lignes_signalees(jouee: Jouee, quoi: str) -> None:
    vues = jouee.lire(
        f"select l.source, l.fichier, r.feuille, r.ligne from meta.{quoi} r join meta.livraisons l using (livraison) "
        "where l.statut like 'acceptee%'"
    )
    # Le nom de la feuille ne compte que si le fichier en a plusieurs à lire.
    feuillus = {lue.livraison.source for lue in jouee.attendu.livraisons if lue.livraison.feuilles}
    obtenues = {
        (source, Path(fichier).name, (feuille if source in feuillus else "", ligne))
        for source, fichier, feuille, ligne in vues.itertuples(index=False)
    }
    attendues = {
        (lue.livraison.source, lue.livraison.fichier, ligne)
        for lue in jouee.attendu.livraisons
        for ligne in (lue.rejets if quoi == "rejets" else {n for n, _ in lue.anomalies})
    }
    exiger(
        abreger([f"{quoi}, ligne absente : {x}" for x in attendues - obtenues])
        + abreger([f"{quoi}, ligne en trop : {x}" for x in obtenues - attendues])
    )


# --- tables --------------------------------------------------------------------------------------------------

GRAINS = {
    ("achats_responsables", "rpt_heures_secteur"): ["annee", "secteur"],
    ("achats_responsables", "rpt_heures_mois"): ["annee", "mois", "secteur"],
    ("achats_responsables", "rpt_heures_operation"): ["annee", "rang"],
    ("achats_responsables", "rpt_heures_type_contrat"): ["annee", "type_contrat"],
    ("achats_responsables", "rpt_heures_modalite"): ["annee", "modalite"],
    ("achats_responsables", "rpt_salaries_secteur"): ["annee", "secteur"],
    ("achats_responsables", "rpt_salaries_accompagnement"): ["annee", "accompagnement"],
    ("achats_responsables", "rpt_embauches"): ["annee", "secteur", "type_contrat"],
    ("achats_responsables", "rpt_entreprises"): ["annee", "categorie"],
    ("achats_responsables", "rpt_donneurs_ordre"): ["annee", "donneur_ordre"],
    ("achats_responsables", "rpt_contacts"): ["annee", "interlocuteur", "canal", "objet"],
    ("achats_responsables", "rpt_suivi_engagements"): ["id_operation"],
    ("gpect", "rpt_rce_entreprises"): ["periode_debut", "periode_fin", "dimension", "modalite"],
    ("gpect", "rpt_rce_offres_secteur"): ["secteur"],
    ("gpect", "rpt_entretiens"): ["demarche", "departement"],
    ("gpect", "rpt_besoins"): ["demarche", "metier"],
    ("gpect", "rpt_enquete_zti"): ["type_commerce"],
    ("gpect", "rpt_plan_actions"): ["code_projet", "num_axe", "axe_strategique"],
    ("gpect", "rpt_eco_structures"): ["champ"],
    ("gpect", "rpt_public_longvic"): ["rome_domaine"],
    ("parcours", "rpt_cent_chances_entonnoir"): ["annee", "etape"],
    ("parcours", "rpt_cent_chances_sorties"): ["arrete_au", "type_sortie"],
    ("parcours", "rpt_cent_chances_profil"): ["annee", "dimension", "modalite"],
    ("parcours", "rpt_entonnoir"): ["dispositif", "annee", "etape"],
    ("parcours", "rpt_prescriptions"): ["annee", "prescripteur", "secteur"],
    ("parcours", "rpt_parcours_croises"): ["programmes"],
    ("parcours", "rpt_parcours_croises_arretes"): ["arrete_au", "programmes"],
    ("parcours", "fct_chemins"): ["id_prescription"],
    ("parcours", "rpt_parcours_chemins"): ["annee", "prescripteur"],
    ("campus", "rpt_rencontres"): ["annee", "num_axe", "type_interlocuteur"],
    ("campus", "rpt_gouvernance"): ["instance", "college"],
    ("rapport", "rpt_presse"): ["annee", "mois", "organe"],
    ("rapport", "rpt_evenements"): ["annee", "code_projet", "type_evenement"],
    ("rapport", "rpt_equipe"): ["annee", "service", "fonction"],
}
"""Chaque table de rapport (et les chemins, qu'une fiche désigne), et ce qui en désigne une ligne."""


def faits(jouee: Jouee) -> None:
    attendue = jouee.attendu.tables["fct_heures"]
    obtenue = jouee.lire(
        "select f.*, l.fichier from achats_responsables.fct_heures f "
        "left join meta.livraisons l on l.livraison = f._livraison"
    )
    obtenue["fichier"] = obtenue["fichier"].map(lambda f: Path(str(f)).name)
    cle = ["id_contrat", "mois"]
    exiger(ecarts("fct_heures", attendue.drop(columns=["personne", "structure", "donneur"]), obtenue, cle))
    ensemble = attendue[[*cle, "personne", "structure", "donneur"]].merge(
        obtenue[[*cle, "personne_id", "structure_id", "donneur_ordre_id"]], on=cle
    )
    for nous, eux in (("personne", "personne_id"), ("structure", "structure_id"), ("donneur", "donneur_ordre_id")):
        # Les identifiants ne se comparent pas, la partition qu'ils font, si.
        couples = ensemble[[nous, eux]].drop_duplicates()
        separes = couples[couples[nous].duplicated(keep=False)]
        confondus = couples[couples[eux].duplicated(keep=False)]
        assert separes.empty, f"{eux} sépare {separes.head().to_dict('records')}"
        assert confondus.empty, f"{eux} confond {confondus.head().to_dict('records')}"


def etapes(jouee: Jouee) -> None:
    """Une ligne par personne, dispositif et étape."""
    memes_personnes(jouee, "fct_etapes", ["dispositif", "etape", "rang", "date_etape", "annee"])


def programmes(jouee: Jouee) -> None:
    """Une ligne par personne et programme."""
    memes_personnes(jouee, "fct_programmes", ["programme", "premiere_date", "annee", "derniere_date"])


def memes_personnes(jouee: Jouee, table: str, publiees: list[str]) -> None:
    """Les personnes d'une table de parcours se comparent par leurs lignes, sans leur nom."""
    attendue = jouee.attendu.tables[table]
    obtenue = jouee.lire(f"select * from parcours.{table}")
    assert {*publiees, "personne_id"} <= set(obtenue.columns)
    partitions = [
        Counter(
            tuple(sorted(map(repr, g[publiees].values.tolist()))) for _, g in t.groupby(qui, dropna=False, sort=False)
        )
        for t, qui in ((attendue, "personne"), (obtenue, "personne_id"))
    ]
    exiger(
        abreger([f"{table}, personne absente : {x}" for x in partitions[0] - partitions[1]])
        + abreger([f"{table}, personne en trop : {x}" for x in partitions[1] - partitions[0]])
    )


def personnes(jouee: Jouee) -> None:
    attendue, faits = jouee.attendu.tables["dim_personne"], jouee.attendu.tables["fct_heures"]
    obtenue = jouee.lire("select personne_id, sexe, annee_naissance, qpv, niveau_formation from core.dim_personne")
    attributs = ["sexe", "annee_naissance", "qpv", "niveau_formation"]
    assert set(jouee.lire("select * from core.dim_personne limit 0").columns) <= {
        "personne_id",
        *attributs,
        "_livraison",
    }
    publies = jouee.lire("select id_contrat, mois, personne_id from achats_responsables.fct_heures")
    qui = faits.merge(publies, on=["id_contrat", "mois"]).drop_duplicates("personne_id")
    actives = attendue.merge(qui[["personne", "personne_id"]], on="personne")[["personne_id", *attributs]]
    vues = obtenue[obtenue["personne_id"].isin(set(actives["personne_id"]))]
    exiger(ecarts("dim_personne", actives, vues, ["personne_id"]))
    # Les autres n'ont pas d'heures qui les désignent : on compare l'ensemble de leurs attributs.
    sures = attendue[~attendue["incertaine"]]
    manquent = Counter(map(repr, _sans_nan(sures[attributs]))) - Counter(map(repr, _sans_nan(obtenue[attributs])))
    exiger(abreger([f"dim_personne, attributs de personne : {x}" for x in manquent]))
    assert Counter(attendue["annee_naissance"].dropna()) == Counter(obtenue["annee_naissance"].dropna())
    assert len(attendue) == len(obtenue)


def _sans_nan(t: pd.DataFrame) -> list[list[Any]]:
    return t.astype(object).where(t.notna(), None).values.tolist()


def structures(jouee: Jouee) -> None:
    obtenue = jouee.lire("select nom, siret, siren from core.dim_structure")
    attendue = jouee.attendu.tables["dim_structure"]
    connues = {nom: rang for rang, noms in enumerate(attendue["noms"]) for nom in noms}
    # Les organismes du Campus et de l'économie collaborative peuvent être des structures, une fois chacun.
    autres = obtenue[~obtenue["nom"].isin(connues)]["nom"]
    assert set(autres) <= set(jouee.attendu.tables["autres_structures"]["nom"])
    assert autres.map(cle_structure).is_unique
    obtenue = obtenue[obtenue["nom"].isin(connues)]
    assert sorted(connues[nom] for nom in obtenue["nom"]) == list(range(len(attendue)))
    for nom, siret, siren in obtenue[["nom", "siret", "siren"]].itertuples(index=False):
        numeros = attendue["numeros"][connues[nom]]
        # Un SIRET passe avant un SIREN cité seul.
        possibles = {(n, n[:9]) for n in numeros if len(n) == 14} or {(None, n) for n in numeros} or {(None, None)}
        assert (siret, siren) in possibles, (nom, siret, siren, numeros)


def projets(jouee: Jouee) -> None:
    """Une ligne par projet, tel que le dit le fichier de la dernière année."""
    attendue = jouee.attendu.tables["dim_projet"].sort_values("_annee").drop_duplicates("code_projet", keep="last")
    obtenue = jouee.lire("select * from core.dim_projet")
    exiger(ecarts("dim_projet", attendue[["code_projet", "projet", "axe_principal"]], obtenue, ["code_projet"]))


def totaux(jouee: Jouee) -> None:
    """Un TOTAL faux d'une livraison en vigueur se signale, et lui seul."""
    vus = jouee.lire("select controle, verdict from meta.controles where controle like '%.totaux'")
    signales = {c.removesuffix(".totaux") for c, v in vus.itertuples(index=False) if v == "non_conforme"}
    assert signales == {source for source, faux in jouee.attendu.totaux_faux.items() if faux}


def orphelins(jouee: Jouee) -> None:
    obtenue = jouee.lire(
        "select o.source, l.fichier, o.ligne, o.heures from meta.orphelins o join meta.livraisons l using (livraison)"
    )
    obtenue["fichier"] = obtenue["fichier"].map(lambda f: Path(f).name)
    exiger(ecarts("orphelins", jouee.attendu.tables["orphelins"], obtenue, ["source", "fichier", "ligne"]))


def indicateurs(jouee: Jouee) -> None:
    attendue = jouee.attendu.tables["indicateurs"]
    obtenue = jouee.lire("select * from rapport.indicateurs where code like 'CL%'")
    colonnes = ["code", "annee", "periode_debut", "periode_fin", "valeur", "numerateur", "denominateur"]
    cle = ["code", "annee"]
    # Un chiffre nul d'une année sans donnée peut être publié ou non ; tout autre doit l'être, à l'identique.
    nuls = {tuple(k) for k in attendue.loc[attendue["valeur"] == 0, cle].values.tolist()}
    vus = {tuple(k) for k in obtenue[cle].values.tolist()}
    faits = set(jouee.attendu.tables["fct_heures"]["annee"])
    exigee = attendue[[(c, a) in vus or a in faits or (c, a) not in nuls for c, a in attendue[cle].values.tolist()]]
    codes = set(attendue["code"])
    comparee = obtenue[obtenue["code"].isin(codes) & obtenue["valeur"].notna()]
    trouves: list[str] = []
    pourcentages = exigee["pourcentage"].astype(bool)
    for lignes, comparees in ((exigee[~pourcentages], colonnes[:5]), (exigee[pourcentages], colonnes)):
        trouves += ecarts("indicateurs", lignes[comparees], _de(comparee, lignes), cle)
    exiger(trouves)


def _de(obtenue: pd.DataFrame, attendue: pd.DataFrame) -> pd.DataFrame:
    """Lignes publiées dont le code est attendu, sans les zéros d'années que l'oracle ne connaît pas."""
    annees = set(attendue["annee"])
    gardees = obtenue["code"].isin(set(attendue["code"])) & (obtenue["annee"].isin(annees) | (obtenue["valeur"] != 0))
    return obtenue[gardees]


# --- discrétion ----------------------------------------------------------------------------------------------

RESERVES = {"prive", "archives", "depots"}
FORME = re.compile(MARQUE + "[a-z]{6}", re.IGNORECASE)


def aucun_nom_hors_des_dossiers_reserves(jouee: Jouee) -> None:
    """Chaque fichier est cherché en octets ; ceux qui compressent leur contenu sont aussi lus."""
    fuites = []
    fichiers = [f for f in jouee.d.racine.rglob("*") if f.is_file() and not f.is_symlink()]
    lus = [f for f in fichiers if f.relative_to(jouee.d.racine).parts[0] not in RESERVES]
    assert any(f.suffix == ".parquet" for f in lus) and any(f.suffix == ".log" for f in lus)
    for fichier in lus:
        if any(FORME.search(texte) for texte in _textes(fichier)):
            fuites.append(str(fichier.relative_to(jouee.d.racine)))
    assert not fuites
    assert not FORME.search(repr(jouee.resultat))


def _textes(fichier: Path) -> Iterator[str]:
    """Contenu d'un fichier dans chaque codage où un nom pourrait être écrit, décompressé si besoin."""
    octets = fichier.read_bytes()
    for encodage in ("latin-1", "utf-16-le", "utf-16-be"):
        yield octets.decode(encodage, errors="ignore")
        yield octets[1:].decode(encodage, errors="ignore")
    if fichier.suffix == ".parquet":
        yield repr(pq.ParquetFile(fichier).read().to_pydict())
    elif zipfile.is_zipfile(fichier):
        with zipfile.ZipFile(fichier) as archive:
            for partie in archive.namelist():
                yield archive.read(partie).decode("utf-8", errors="ignore")
    elif fichier.suffix == ".duckdb":
        with duckdb.connect(str(fichier), read_only=True) as base:
            tables = base.execute("select table_schema, table_name from information_schema.tables").fetchall()
            for schema, nom in tables:
                yield repr(base.execute(f'select * from "{schema}"."{nom}"').fetchall())


VERIFICATIONS: list[Callable[[Jouee], None]] = [
    l_axe_est_publie, livraisons, rejets, anomalies, faits, etapes, programmes, personnes, structures, projets, totaux,
    orphelins, indicateurs, aucun_nom_hors_des_dossiers_reserves,
]  # fmt: skip


def test_la_recherche_voit_un_nom_partout(tmp_path: Path) -> None:
    """Une recherche qui ne trouverait rien ne prouverait rien."""
    nom = f"{MARQUE}abcdef"
    for encodage in ("cp1252", "utf-16-le", "utf-16-be"):
        (tmp_path / encodage).write_bytes(f"é{nom}".encode(encodage))
    pd.DataFrame({"x": [nom]}).to_parquet(tmp_path / "x.parquet", compression="zstd")
    pd.DataFrame({"x": [nom]}).to_excel(tmp_path / "x.xlsx")
    with duckdb.connect(str(tmp_path / "x.duckdb")) as base:
        base.execute("create table t as select [?] as x", [nom])
    for fichier in tmp_path.iterdir():
        assert any(FORME.search(texte) for texte in _textes(fichier)), fichier.name


# --- reproduction et sensibilité -----------------------------------------------------------------------------

PETIT = Tirage(7, (2021, 2022), dt.date(2022, 12, 31), taille=0.35)


@pytest.mark.long
def test_reproduction_et_sensibilite(tmp_path: Path, subtests: pytest.Subtests) -> None:
    premiere = jouer(tmp_path / "1", PETIT, PETIT.livraisons())
    with subtests.test("les mêmes livraisons donnent les mêmes tables, octet par octet"):
        memes_tables(premiere, jouer(tmp_path / "2", PETIT, PETIT.livraisons()))
    with subtests.test("une ligne d'heures de moins change CL001 de cette ligne"):
        annee, restantes, retirees = sans_une_ligne(premiere.attendu)
        moins = jouer(tmp_path / "3", PETIT, restantes)
        requete = f"select valeur from rapport.indicateurs where code = 'CL001' and annee = {annee}"
        [avant], [apres] = premiere.lire(requete)["valeur"], moins.lire(requete)["valeur"]
        assert round(Decimal(avant) - Decimal(apres), 6) == retirees


def memes_tables(une: Jouee, autre: Jouee) -> None:
    """Les tables de rapport de deux dossiers neufs sont les mêmes, au nom de la publication près."""
    ici, la = (x.d.publie / "courant" / "parquet" for x in (une, autre))
    schemas = sorted({schema for schema, _ in GRAINS})
    noms = sorted(f.relative_to(ici) for s in schemas for f in (ici / s).glob("*.parquet"))
    assert len(noms) >= len(GRAINS)
    assert noms == sorted(f.relative_to(la) for s in schemas for f in (la / s).iterdir())
    differentes = [str(n) for n in noms if n.stem != "indicateurs" and (ici / n).read_bytes() != (la / n).read_bytes()]
    assert not differentes
    publies = [pq.read_table(x / "rapport" / "indicateurs.parquet").drop_columns(["publication"]) for x in (ici, la)]
    assert publies[0].equals(publies[1])


def sans_une_ligne(attendu: Attendu) -> tuple[int, list[Livraison], Decimal]:
    """Retire une ligne d'heures qu'aucune autre ne double : année, livraisons restantes, heures retirées."""
    toutes = [lue.livraison for lue in attendu.livraisons]
    portees = [cle for x in toutes if x.source == "abc_clauses_heures" for cle in _cles(x)]
    for fait in attendu.tables["fct_heures"].to_dict("records"):
        if portees.count((fait["id_contrat"], fait["mois"])) == 1 and fait["heures"] > 10:
            livraison = next(x for x in toutes if x.fichier == fait["fichier"])
            gardees = livraison.lignes[:]
            del gardees[fait["_ligne"] - livraison.entete_ligne - 1]
            restantes = [replace(x, lignes=gardees) if x is livraison else x for x in toutes]
            return fait["annee"], restantes, fait["heures"]
    raise AssertionError("aucune ligne d'heures n'est seule à porter son fait")


def _cles(livraison: Livraison) -> Iterator[tuple[str, dt.date]]:
    """Contrat et mois de chaque ligne d'heures lisible, doublons compris."""
    for cellules in livraison.lignes:
        ligne = dict(zip(livraison.colonnes, cellules, strict=False))
        try:
            yield en_texte(ligne.get("id_contrat")).upper(), lire_mois(ligne.get("mois"))
        except Illisible:
            continue
