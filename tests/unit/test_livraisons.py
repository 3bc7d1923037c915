"""Une livraison est en bronze entière et une seule fois, ou n'y est pas ; et l'on sait laquelle est en vigueur."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import logging
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from include.confidentialite import CleDifferente, cle
from include.configuration import Dossiers, Nuit
from include.extraction import livraisons
from include.extraction.inventaire import inventorier
from include.extraction.livraisons import INCONNUE, effectives, lire_archive, manifestes, prendre

NUIT = Nuit.de("2018-01-02")
SUIVANTE = Nuit.de("2018-01-03")
HEURES = "N° contrat;Mois;Heures réalisées;Date de saisie\nC1;01/2017;10,5;02/02/2017\n"
AUTRES_HEURES = HEURES.replace("10,5", "12,5")
PROJETS = "Code;Projet;Axe principal;Axes secondaires;Statut\nP1;Projet un;gpect;;\n"
CANARI = "ZZCANARIPATRONYME"
SALARIES = (
    "N° salarié;Nom;Nom de naissance;Prénom;Sexe;Date de naissance;Code commune;QPV;Niveau de formation;Prescripteur;"
    "Critères d'éligibilité;Accompagnement;Téléphone;Courriel\n"
    f"S1;{CANARI};;Anne;F;01/02/1980;21231;Non;V;Pôle emploi;bRSA;EI;0380000000;anne@exemple.fr\n"
)
NOM = "abc_clauses_heures_201701.csv"


def deposer(d: Dossiers, chemin: str, contenu: str = HEURES, *, mtime: float | None = None) -> Path:
    """Dépose un fichier cp1252 et, si elle est donnée, fixe sa date de modification."""
    fichier = d.depots / chemin
    fichier.parent.mkdir(parents=True, exist_ok=True)
    fichier.write_bytes(contenu.encode("cp1252"))
    if mtime is not None:
        os.utime(fichier, (mtime, mtime))
    return fichier


def extraire(d: Dossiers, nuit: Nuit = NUIT) -> list[dict[str, Any]]:
    """Une nuit d'extraction : inventaire puis prise de chaque source."""
    trouves = inventorier(d, nuit, attente=0)["sources"]
    return [m for source, chemins in trouves.items() for m in prendre(d, nuit, source, chemins)]


def statuts(d: Dossiers) -> list[str]:
    return [m["statut"] for m in manifestes(d)]


def residus(d: Dossiers) -> list[Path]:
    """Tout ce qu'une prise interrompue pourrait avoir laissé."""
    return [p for dossier in (d.bronze, d.prive, d.archives, d.rejets) for p in dossier.rglob(".*")]


# --- Prendre ---------------------------------------------------------------------------------------------------------


def test_une_livraison_acceptee_est_entiere(d: Dossiers) -> None:
    fichier = deposer(d, f"2017/{NOM}", mtime=1e9)
    (m,) = extraire(d)
    octets = fichier.read_bytes()
    attendu = {
        "livraison": "abc_clauses_heures-20180102-001", "source": "abc_clauses_heures", "statut": "acceptee",
        "axe": "achats_responsables", "fichier": NOM, "chemin": f"2017/{NOM}", "octets": len(octets),
        "sha256": hashlib.sha256(octets).hexdigest(), "mtime_ns": 10**18, "annee_fichier": 2017, "ordre": 1,
        "recu_le": "2018-01-02", "lignes_lues": 1, "chargees": 1, "rejetees": 0, "laissees": 0, "motif": None,
    }  # fmt: skip
    assert {k: m[k] for k in attendu} == attendu
    assert m["date_fichier"].startswith("2017-01")
    dossier = d.bronze / m["source"] / m["livraison"]
    assert sorted(p.name for p in dossier.iterdir()) == [
        "anomalies.parquet", "lignes.parquet", "livraison.json", "rejets.parquet",
    ]  # fmt: skip
    assert json.loads((dossier / "livraison.json").read_text(encoding="utf-8")) == m
    assert manifestes(d) == [m]
    assert lire_archive(d, m["sha256"], cle(d)) == octets
    assert octets not in (d.archives / f"{m['sha256']}.zst.enc").read_bytes()
    assert not residus(d)


def test_les_livraisons_sont_numerotees_de_la_plus_ancienne_a_la_plus_recente(d: Dossiers) -> None:
    """D'abord la date du nom (un nom sans date est de la nuit), puis la modification, puis le chemin."""
    deposer(d, "a.csv", HEURES.replace("C1", "C4"), mtime=1)
    deposer(d, "z/abc_clauses_heures_201702.csv", HEURES.replace("C1", "C2"), mtime=5)
    deposer(d, "b/abc_clauses_heures_201702.csv", HEURES.replace("C1", "C3"), mtime=9)
    deposer(d, NOM, mtime=99)
    assert [m["chemin"] for m in extraire(d)] == [
        NOM, "z/abc_clauses_heures_201702.csv", "b/abc_clauses_heures_201702.csv", "a.csv",
    ]  # fmt: skip
    assert [m["livraison"][-3:] for m in manifestes(d)] == ["001", "002", "003", "004"]


def test_les_noms_de_personnes_ne_sont_que_dans_prive(d: Dossiers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    deposer(d, "abc_clauses_salaries_20171231.csv", SALARIES)
    (m,) = extraire(d)
    assert m["chargees"] == 1
    identites = d.prive / "identites" / "abc_clauses_salaries" / f"{m['livraison']}.parquet.enc"
    assert CANARI in str(pq.read_table(pa.BufferReader(cle(d).lire(identites))).to_pylist())
    for fichier in (p for p in d.racine.rglob("*") if p.is_file() and d.depots not in p.parents):
        assert CANARI.encode() not in fichier.read_bytes(), fichier
    for table in (d.bronze / m["source"] / m["livraison"]).glob("*.parquet"):
        assert CANARI not in str(pq.read_table(table).to_pylist())
    assert CANARI not in caplog.text
    assert d.prive.stat().st_mode & 0o777 == 0o700
    assert identites.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("nominatif", [False, True])
def test_les_valeurs_rejetees_sont_lisibles_ou_chiffrees(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, nominatif: bool
) -> None:
    """Source sans nom : la valeur est dans rejets/, sans formule. Source nominative : elle n'est que dans prive/."""
    source = "abc_clauses_salaries" if nominatif else "abc_clauses_heures"
    nom = "abc_clauses_salaries_20171231.csv" if nominatif else NOM
    valeurs = ["=CMD()", "+1", "-2", "@x", 'a;"b"', "\t=1", None, "sûr"]
    deposer(d, nom, SALARIES if nominatif else HEURES)
    lire = livraisons.lire

    def avec_rejets(*args: Any, **options: Any) -> Any:
        lecture = lire(*args, **options)
        n = len(valeurs)
        table = pa.table({
            "livraison": [options["livraison"]] * n, "fichier": [nom] * n, "feuille": pa.nulls(n, pa.string()),
            "ligne": pa.array(range(3, n + 3), pa.int64()), "colonne": ["Mois"] * n, "valeur": valeurs,
            "motif": ["mois attendu (MM/AAAA)"] * n,
        })  # fmt: skip
        champs = {"lignes_lues": lecture.lignes_lues + n, "rejetees": n, "valeurs_rejetees": table}
        return _variante(lecture, champs)

    monkeypatch.setattr(livraisons, "lire", avec_rejets)
    (m,) = extraire(d)
    assert m["statut"] == "acceptee_avec_rejets" and m["rejetees"] == len(valeurs)
    chemin = d.rejets / source / f"{m['livraison']}.csv"
    assert f"rejets/{source}/{m['livraison']}.csv" in m["motif"]
    assert chemin.read_bytes().startswith(b"\xef\xbb\xbf")
    with chemin.open(encoding="utf-8-sig", newline="") as f:
        lignes = list(csv.DictReader(f, delimiter=";"))
    assert list(lignes[0]) == ["livraison", "fichier", "feuille", "ligne", "colonne", "valeur", "motif"]
    assert [ligne["ligne"] for ligne in lignes] == [str(i) for i in range(3, 11)]
    chiffre = d.prive / "rejets" / source / f"{m['livraison']}.parquet.enc"
    if nominatif:
        assert {ligne["valeur"] for ligne in lignes} == {""}
        assert pq.read_table(pa.BufferReader(cle(d).lire(chiffre)))["valeur"].to_pylist() == valeurs
    else:
        assert [ligne["valeur"] for ligne in lignes] == ["'=CMD()", "'+1", "'-2", "'@x", 'a;"b"', "'\t=1", "", "sûr"]
        assert not chiffre.exists()


# --- Déjà pris, doublons, retours en arrière -------------------------------------------------------------------------


def test_les_memes_octets_ne_font_rien(d: Dossiers) -> None:
    deposer(d, NOM)
    assert len(extraire(d)) == 1
    assert extraire(d) == []
    assert extraire(d, SUIVANTE) == []
    assert statuts(d) == ["acceptee"]


@pytest.mark.parametrize(
    "chemin", [NOM, "abc_clauses_heures_201701 (1).csv", "ailleurs/ABC_CLAUSES_HEURES_201701_V2.CSV"]
)
def test_les_memes_octets_redeposes_sont_un_doublon_dit_une_fois(d: Dossiers, chemin: str) -> None:
    deposer(d, NOM, mtime=1e9)
    (premiere,) = extraire(d)
    deposer(d, chemin, mtime=2e9)
    (doublon,) = extraire(d, SUIVANTE)
    assert doublon["statut"] == "doublon" and premiere["livraison"] in doublon["motif"]
    assert [p.name for p in (d.bronze / doublon["source"] / doublon["livraison"]).iterdir()] == ["livraison.json"]
    assert extraire(d, SUIVANTE) == []
    assert [m["effective"] for m in effectives(manifestes(d), SUIVANTE)] == [True, False]


def test_les_memes_octets_sous_le_nom_d_un_autre_mois_sont_une_livraison(d: Dossiers) -> None:
    deposer(d, NOM)
    deposer(d, "abc_clauses_heures_201702.csv")
    assert [m["statut"] for m in extraire(d)] == ["acceptee", "acceptee"]


def test_d_anciens_octets_qui_reviennent_sont_une_nouvelle_livraison(d: Dossiers) -> None:
    """Même restaurés avec leur ancienne date : le dernier état du chemin n'est plus celui-là."""
    for contenu, mtime in ((HEURES, 1e9), (AUTRES_HEURES, 2e9), (HEURES, 1e9)):
        deposer(d, NOM, contenu, mtime=mtime)
        assert [m["statut"] for m in extraire(d)] == ["acceptee"]
        assert extraire(d) == []


def test_une_copie_du_contenu_depasse_est_une_nouvelle_livraison(d: Dossiers) -> None:
    deposer(d, NOM, mtime=1e9)
    extraire(d)
    deposer(d, NOM, AUTRES_HEURES, mtime=2e9)
    extraire(d)
    deposer(d, "retour/" + NOM, mtime=3e9)
    assert [m["statut"] for m in extraire(d, SUIVANTE)] == ["acceptee"]


def test_un_refus_n_est_retente_que_si_les_octets_ou_le_contrat_changent(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    deposer(d, NOM, "autre;chose\n1;2\n", mtime=1e9)
    assert [m["statut"] for m in extraire(d)] == ["refusee"]
    deposer(d, NOM, "autre;chose\n1;2\n", mtime=2e9)
    assert extraire(d, SUIVANTE) == []
    with monkeypatch.context() as patch:
        for module in ("livraisons", "inventaire"):
            patch.setattr(f"include.extraction.{module}.empreinte_contrat", lambda _: "contrat suivant")
        assert [m["statut"] for m in extraire(d, SUIVANTE)] == ["refusee"]
        assert extraire(d, SUIVANTE) == []
    deposer(d, NOM)
    assert [m["statut"] for m in extraire(d, SUIVANTE)] == ["acceptee"]


# --- Refus -----------------------------------------------------------------------------------------------------------


def test_un_fichier_inconnu_est_refuse_et_le_motif_dit_quoi_faire(d: Dossiers) -> None:
    deposer(d, "photo.csv", "rien;de;connu\n1;2;3\n")
    (m,) = extraire(d)
    assert (m["statut"], m["source"], m["livraison"]) == ("refusee", INCONNUE, "_inconnue-20180102-001")
    assert "abc_clauses_heures_AAAAMM.csv" in m["motif"] and "déposez-le à nouveau" in m["motif"]
    assert [p.name for p in (d.bronze / INCONNUE / m["livraison"]).iterdir()] == ["livraison.json"]
    assert lire_archive(d, m["sha256"], cle(d)).startswith(b"rien;")


def test_une_source_annuelle_sans_annee_dans_le_nom_est_refusee(d: Dossiers) -> None:
    deposer(d, "liste des projets.csv", PROJETS)
    (m,) = extraire(d)
    assert (m["source"], m["statut"]) == ("projets", "refusee")
    assert "projets_AAAA.csv" in m["motif"]


def test_une_erreur_imprevue_refuse_ce_fichier_et_les_autres_continuent(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Le motif ne cite que le nom de l'erreur : son message porte souvent la cellule en cause."""
    caplog.set_level(logging.DEBUG)
    deposer(d, NOM)
    deposer(d, "abc_clauses_heures_201702.csv")
    lire = livraisons.lire

    def casse(chemin: Path, *args: Any, **options: Any) -> Any:
        if chemin.name == NOM:
            (options["sortie"] / "lignes.parquet").write_bytes(b"debut")
            raise KeyError(CANARI)
        return lire(chemin, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(livraisons, "lire", casse)
        refus, acceptee = extraire(d)
    assert (refus["statut"], acceptee["statut"]) == ("refusee", "acceptee")
    assert "KeyError" in refus["motif"] and CANARI not in json.dumps(refus) + caplog.text
    assert [p.name for p in (d.bronze / refus["source"] / refus["livraison"]).iterdir()] == ["livraison.json"]
    # Ce n'était pas la faute du fichier : redéposé tel quel après correction, il est repris.
    assert extraire(d) == []
    deposer(d, NOM, mtime=2e9)
    assert [m["statut"] for m in extraire(d, SUIVANTE)] == ["acceptee"]


@pytest.mark.parametrize(
    "panne", [OSError(errno.ENOSPC, "plus de place"), MemoryError(), RuntimeError("IO Error: No space left on device")]
)
def test_une_panne_de_la_machine_ne_refuse_pas_le_fichier(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, panne: Exception
) -> None:
    deposer(d, NOM)

    def casse(*_: Any, **__: Any) -> Any:
        raise panne

    with monkeypatch.context() as patch:
        patch.setattr(livraisons, "lire", casse)
        with pytest.raises(type(panne)):
            extraire(d)
    assert manifestes(d) == [] and not residus(d)
    assert [m["statut"] for m in extraire(d)] == ["acceptee"]


@pytest.mark.parametrize(
    "defaut",
    [
        pytest.param({"lignes_lues": 99}, id="lignes_perdues"),
        pytest.param({"chargees": 2, "lignes_lues": 2}, id="lignes_ecrites_differentes"),
    ],
)
def test_des_lignes_qui_ne_se_conservent_pas_font_refuser(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, defaut: dict[str, int]
) -> None:
    deposer(d, NOM)
    lire = livraisons.lire
    monkeypatch.setattr(livraisons, "lire", lambda *a, **k: _variante(lire(*a, **k), defaut))
    (m,) = extraire(d)
    assert (m["statut"], m["chargees"], m["lignes_lues"]) == ("refusee", 0, 0)


def test_une_colonne_hors_contrat_n_entre_pas_en_bronze(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    deposer(d, NOM)
    lire = livraisons.lire

    def bavarde(*args: Any, **options: Any) -> Any:
        lecture = lire(*args, **options)
        lignes = options["sortie"] / "lignes.parquet"
        table = pq.read_table(lignes)
        pq.write_table(table.append_column("nom", pa.array([CANARI] * table.num_rows)), lignes)
        return lecture

    monkeypatch.setattr(livraisons, "lire", bavarde)
    assert [m["statut"] for m in extraire(d)] == ["refusee"]
    assert not list(d.bronze.rglob("*.parquet"))


def test_une_autre_cle_arrete_tout_sans_rien_ecrire(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    deposer(d, NOM)
    extraire(d)
    monkeypatch.setenv("ENTREPOT_CLE", "A" * 43 + "=")
    deposer(d, NOM, AUTRES_HEURES)
    with pytest.raises(CleDifferente):
        extraire(d)
    assert statuts(d) == ["acceptee"]


# --- Fichiers qui bougent, arrêts brutaux, concurrence ---------------------------------------------------------------


@pytest.mark.parametrize("changement", ["contenu_a_date_egale", "remplacement", "disparition"])
def test_un_fichier_modifie_pendant_sa_lecture_attend(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, changement: str
) -> None:
    fichier = deposer(d, "abc_clauses_salaries_20171231.csv", SALARIES, mtime=1e9)
    lire = livraisons.lire

    def pendant(*args: Any, **options: Any) -> Any:
        lecture = lire(*args, **options)
        if changement == "disparition":
            fichier.unlink()
        elif changement == "remplacement":
            deposer(d, "neuf", SALARIES, mtime=1e9).rename(fichier)
        else:
            deposer(d, fichier.name, SALARIES.replace("Anne", "Jean"), mtime=1e9)
        return lecture

    with monkeypatch.context() as patch:
        patch.setattr(livraisons, "lire", pendant)
        (m,) = extraire(d)
    assert (m["statut"], m["livraison"]) == ("laissee", None)
    assert manifestes(d) == [] and not residus(d)
    assert not list(d.prive.rglob("*.parquet.enc"))
    if changement != "disparition":
        assert [m["statut"] for m in extraire(d, SUIVANTE)] == ["acceptee"]


def test_un_fichier_disparu_depuis_l_inventaire_est_dit(d: Dossiers) -> None:
    d.depots.mkdir(parents=True)
    (m,) = prendre(d, NUIT, "abc_clauses_heures", [NOM])
    assert m["statut"] == "laissee" and m["fichier"] == NOM and manifestes(d) == []


POINTS = [
    "livraisons:_archiver", "livraisons:lire", "livraisons:_verifier", "livraisons:_ecrire_prive",
    "livraisons:_engager", "os:replace", "os:rename", "os:fsync", "livraisons:_effacer",
]  # fmt: skip


@pytest.mark.parametrize("rang", [1, 2, 5])
@pytest.mark.parametrize("point", POINTS)
def test_un_arret_brutal_laisse_chaque_livraison_entiere_ou_absente(d: Dossiers, point: str, rang: int) -> None:
    deposer(d, "abc_clauses_salaries_20171130.csv", SALARIES)
    deposer(d, "abc_clauses_salaries_20171231.csv", SALARIES.replace("S1", "S2"))
    chemins = ["abc_clauses_salaries_20171130.csv", "abc_clauses_salaries_20171231.csv"]
    enfant = multiprocessing.get_context("fork").Process(target=_prendre_et_mourir, args=(d, chemins, point, rang))
    enfant.start()
    enfant.join()
    assert enfant.exitcode in (0, -signal.SIGKILL)
    for m in manifestes(d):
        lignes = d.bronze / m["source"] / m["livraison"] / "lignes.parquet"
        assert pq.read_metadata(lignes).num_rows == m["chargees"] == 1
        assert (d.prive / "identites" / m["source"] / f"{m['livraison']}.parquet.enc").exists()
    assert len(prendre(d, NUIT, "abc_clauses_salaries", chemins)) == 2
    assert [(m["chemin"], m["statut"], m["livraison"][-3:]) for m in manifestes(d)] == [
        (chemins[0], "acceptee", "001"), (chemins[1], "acceptee", "002"),
    ]  # fmt: skip
    assert not [p for p in residus(d) if not p.name.startswith(".cle-") and not p.name.startswith(".empreinte-")]
    assert len(list(d.prive.glob("identites/*/*"))) == len(list(d.archives.iterdir())) == 2
    assert inventorier(d, NUIT, attente=0)["deja_pris"] == 2


def _prendre_et_mourir(d: Dossiers, chemins: list[str], point: str, rang: int) -> None:
    """Dans un enfant : se tue sans aucun nettoyage au `rang`-ième appel de `point`."""
    nom_module, nom = point.split(":")
    module: Any = {"livraisons": livraisons, "os": os}[nom_module]
    original, appels = getattr(module, nom), []

    def mortel(*args: Any, **options: Any) -> Any:
        appels.append(1)
        if len(appels) == rang:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **options)

    setattr(module, nom, mortel)
    prendre(d, NUIT, "abc_clauses_salaries", chemins)
    os._exit(0)


def test_deux_prises_en_meme_temps_n_en_font_qu_une(d: Dossiers) -> None:
    chemins = [deposer(d, f"abc_clauses_heures_2017{mois:02}.csv").name for mois in range(1, 7)]
    contexte = multiprocessing.get_context("fork")
    enfants = [contexte.Process(target=prendre, args=(d, NUIT, "abc_clauses_heures", chemins)) for _ in range(2)]
    for enfant in enfants:
        enfant.start()
    for enfant in enfants:
        enfant.join()
        assert enfant.exitcode == 0
    assert statuts(d) == ["acceptee"] * 6


# --- En vigueur ------------------------------------------------------------------------------------------------------


def manifeste(source: str, livraison: str, **champs: Any) -> dict[str, Any]:
    """Manifeste minimal d'une livraison acceptée le 2 janvier 2018."""
    defauts = {
        "date_fichier": None, "annee_fichier": None, "recu_le": "2018-01-02", "mtime_ns": 0, "chemin": livraison,
        "ordre": 1, "statut": "acceptee",
    }  # fmt: skip
    return {"source": source, "livraison": livraison} | defauts | champs


def en_vigueur(livraisons: list[dict[str, Any]], nuit: Nuit = SUIVANTE) -> list[str]:
    return [m["livraison"] for m in effectives(livraisons, nuit) if m["effective"]]


def test_complet_la_date_du_nom_passe_avant_la_date_de_reception() -> None:
    recente = manifeste("abc_clauses_contacts", "récente", date_fichier="2017-12-31")
    tardive = manifeste("abc_clauses_contacts", "tardive", date_fichier="2017-06-30", recu_le="2018-01-03", mtime_ns=9)
    assert en_vigueur([recente, tardive]) == ["récente"]
    assert [m["livraison"] for m in effectives([recente, tardive], SUIVANTE)] == ["tardive", "récente"]


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        pytest.param({"recu_le": "2018-01-02", "mtime_ns": 9}, {"recu_le": "2018-01-03"}, id="nuit_de_prise"),
        pytest.param({"mtime_ns": 1, "chemin": "z"}, {"mtime_ns": 2, "chemin": "a"}, id="modification"),
        pytest.param({"chemin": "a", "ordre": 2}, {"chemin": "b", "ordre": 1}, id="chemin"),
        pytest.param({"date_fichier": "2017-12-31"}, {"date_fichier": None}, id="sans_date_vaut_la_nuit"),
        pytest.param({"chemin": "a", "ordre": 1}, {"chemin": "a", "ordre": 2}, id="meme_chemin_meme_nuit"),
    ],
)
def test_complet_a_date_de_nom_egale(avant: dict[str, Any], apres: dict[str, Any]) -> None:
    a, b = manifeste("abc_clauses_contacts", "avant", **avant), manifeste("abc_clauses_contacts", "après", **apres)
    assert en_vigueur([a, b]) == en_vigueur([b, a]) == ["après"]


def test_complet_par_annee_remplace_son_annee_et_laisse_les_autres() -> None:
    livraisons = [
        manifeste("projets", "2016", date_fichier="2016-01-01", annee_fichier=2016),
        manifeste("projets", "2017", date_fichier="2017-01-01", annee_fichier=2017),
        manifeste("projets", "2016 corrigé", date_fichier="2016-01-01", annee_fichier=2016, mtime_ns=5),
    ]
    assert sorted(en_vigueur(livraisons)) == ["2016 corrigé", "2017"]


def test_increment_tout_s_ajoute() -> None:
    livraisons = [manifeste("abc_clauses_heures", str(i), mtime_ns=i) for i in range(3)]
    assert [(m["livraison"], m["rang"], m["effective"]) for m in effectives(livraisons, NUIT)] == [
        ("0", 1, True), ("1", 2, True), ("2", 3, True),
    ]  # fmt: skip


@pytest.mark.parametrize("statut", ["refusee", "doublon"])
def test_un_refus_ou_un_doublon_ne_remplace_rien(statut: str) -> None:
    bonne = manifeste("abc_clauses_contacts", "bonne", statut="acceptee_avec_rejets")
    assert en_vigueur([bonne, manifeste("abc_clauses_contacts", "autre", mtime_ns=9, statut=statut)]) == ["bonne"]


def test_une_nuit_passee_ne_connait_pas_la_suite() -> None:
    ancienne = manifeste("abc_clauses_contacts", "ancienne")
    future = manifeste("abc_clauses_contacts", "future", recu_le="2018-01-03")
    assert en_vigueur([ancienne, future], NUIT) == ["ancienne"]
    assert len(effectives([ancienne, future], NUIT)) == 1
    assert en_vigueur([ancienne, future], SUIVANTE) == ["future"]


def test_un_fichier_inconnu_est_connu_mais_jamais_en_vigueur() -> None:
    assert [m["effective"] for m in effectives([manifeste(INCONNUE, "x", statut="refusee")], NUIT)] == [False]


def _variante(lecture: Any, champs: dict[str, Any]) -> Any:
    """Copie d'une Lecture où quelques champs changent."""
    import dataclasses

    return dataclasses.replace(lecture, **champs)
