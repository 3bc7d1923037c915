"""La clé, le chiffrement et les pseudonymes : rien ne se lit sans la bonne clé, rien ne se dit d'une personne."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import io
import json
import multiprocessing
import pickle
import sys
import types
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.confidentialite import (
    Cle,
    CleAbsente,
    CleDifferente,
    CleInvalide,
    ContenuAltere,
    cle,
    personne_id,
)
from include.confidentialite.chiffrement import EcritureChiffree, LectureChiffree
from include.configuration import Dossiers

CLE = Cle(bytes(range(32)))
AUTRE = Cle(bytes(range(1, 33)))
CLE_BASE64 = base64.b64encode(bytes(range(32))).decode()
AUTRE_BASE64 = base64.b64encode(bytes(range(1, 33))).decode()


# --- Fichiers chiffrés -----------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(contenu=st.binary(max_size=200), bloc=st.integers(1, 70))
def test_ce_qui_est_chiffre_se_relit(contenu: bytes, bloc: int) -> None:
    assert _dechiffrer(_chiffrer(contenu, bloc)) == contenu


@settings(max_examples=80, deadline=None)
@given(donnees=st.data(), contenu=st.binary(max_size=120), bloc=st.integers(1, 40))
def test_un_fichier_tronque_ou_modifie_ne_se_lit_pas(donnees: st.DataObject, contenu: bytes, bloc: int) -> None:
    chiffre = _chiffrer(contenu, bloc)
    position = donnees.draw(st.integers(0, len(chiffre) - 1))
    inverse = bytes([chiffre[position] ^ 0x01])
    for altere in (chiffre[:position], chiffre[:position] + inverse + chiffre[position + 1 :], chiffre + b"\0"):
        with pytest.raises((ContenuAltere, CleDifferente)):
            _dechiffrer(altere)


def test_des_blocs_deplaces_ou_retires_en_entier_se_voient() -> None:
    """Chaque bloc est valable en lui-même : c'est son rang et sa qualité de dernier que le sceau protège."""
    chiffre = _chiffrer(b"a" * 10 + b"b" * 10 + b"c" * 5, 10)
    entete, un, deux, trois = chiffre[:36], chiffre[36:62], chiffre[62:88], chiffre[88:]
    assert _dechiffrer(entete + un + deux + trois) == b"a" * 10 + b"b" * 10 + b"c" * 5
    for blocs in (deux + un + trois, un + deux, un + trois, un + un + trois, b""):
        with pytest.raises(ContenuAltere):
            _dechiffrer(entete + blocs)


def test_une_autre_cle_ne_lit_rien(tmp_path: Path) -> None:
    CLE.ecrire(tmp_path / "f.enc", b"Dupont")
    with pytest.raises(CleDifferente) as erreur:
        AUTRE.lire(tmp_path / "f.enc")
    assert "Dupont" not in str(erreur.value)


def test_deux_fichiers_de_meme_contenu_ne_se_ressemblent_pas() -> None:
    assert _chiffrer(b"Dupont", 16)[36:] != _chiffrer(b"Dupont", 16)[36:]


def test_l_ecriture_est_entiere_ou_absente(tmp_path: Path) -> None:
    chemin = tmp_path / "dossier" / "f.enc"
    CLE.ecrire(chemin, b"ancien")
    with pytest.raises(ZeroDivisionError), CLE.ecrivain(chemin) as flux:
        flux.write(b"nouveau")
        raise ZeroDivisionError
    assert CLE.lire(chemin) == b"ancien"
    assert [p.name for p in chemin.parent.iterdir()] == ["f.enc"]
    assert chemin.stat().st_mode & 0o777 == 0o600


def test_un_gros_fichier_passe_par_blocs(tmp_path: Path) -> None:
    contenu = bytes(range(256)) * 40_000
    (tmp_path / "clair").write_bytes(contenu)
    CLE.chiffrer_fichier(tmp_path / "clair", tmp_path / "f.enc")
    assert CLE.lire(tmp_path / "f.enc") == contenu


def test_un_parquet_s_ecrit_directement_chiffre(tmp_path: Path) -> None:
    table = pa.table({"nom": ["Dupont", "Durand"]})
    with CLE.ecrivain(tmp_path / "t.parquet.enc") as flux:
        pq.write_table(table, pa.PythonFile(flux, "w"))
    assert b"Dupont" not in (tmp_path / "t.parquet.enc").read_bytes()
    assert pq.read_table(io.BytesIO(CLE.lire(tmp_path / "t.parquet.enc"))) == table


def test_la_cle_ne_s_affiche_ni_ne_se_serialise() -> None:
    secrets = [CLE_BASE64, bytes(range(32)).hex(), CLE._chiffrement.hex(), CLE._pseudonymes.hex()]
    assert not any(s in repr(CLE) + str(CLE) for s in secrets)
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copier(CLE)
    with pytest.raises(TypeError):
        json.dumps(CLE)


# --- D'où vient la clé -----------------------------------------------------------------------------------------------


def test_le_mode_embarque_fait_une_cle_que_son_proprietaire_seul_lit(d: Dossiers) -> None:
    premiere = cle(d)
    assert (d.prive / "cle").stat().st_mode & 0o777 == 0o600
    assert d.prive.stat().st_mode & 0o777 == 0o700
    assert cle(d).empreinte == premiere.empreinte
    assert sorted(p.name for p in d.prive.iterdir()) == ["cle", "empreinte"]


def test_des_droits_trop_larges_sont_ramenes(d: Dossiers, caplog: pytest.LogCaptureFixture) -> None:
    cle(d)
    (d.prive / "cle").chmod(0o644)
    d.prive.chmod(0o755)
    cle(d)
    assert (d.prive / "cle").stat().st_mode & 0o777 == 0o600
    assert d.prive.stat().st_mode & 0o777 == 0o700
    assert "0600" in caplog.text


def test_des_processus_qui_demarrent_ensemble_ont_la_meme_cle(d: Dossiers) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        empreintes = pool.map(_empreinte, [str(d.racine)] * 12)
    assert len(set(empreintes)) == 1


def _empreinte(racine: str) -> str:
    return cle(Dossiers(Path(racine))).empreinte.hex()


def test_la_cle_vient_de_l_environnement(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_CLE", CLE_BASE64)
    assert cle(d).empreinte == CLE.empreinte
    assert not (d.prive / "cle").exists()


@pytest.mark.parametrize(
    "connexion",
    [
        pytest.param(f"generic://:{quote(CLE_BASE64, safe='')}@", id="uri"),
        pytest.param(json.dumps({"conn_type": "generic", "password": CLE_BASE64}), id="json"),
    ],
)
def test_la_cle_vient_d_une_connexion_airflow(d: Dossiers, monkeypatch: pytest.MonkeyPatch, connexion: str) -> None:
    monkeypatch.setenv("ENTREPOT_DEPLOIEMENT", "configure")
    monkeypatch.setenv("AIRFLOW_CONN_ENTREPOT_CLE", connexion)
    assert cle(d).empreinte == CLE.empreinte


def test_dans_airflow_la_connexion_saisie_dans_l_interface_sert(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_DEPLOIEMENT", "configure")
    demandees = []

    def chercher(nom: str) -> types.SimpleNamespace:
        demandees.append(nom)
        return types.SimpleNamespace(password=CLE_BASE64)

    faux = types.ModuleType("airflow.sdk")
    faux.Connection = types.SimpleNamespace(get=chercher)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "airflow.sdk", faux)
    assert cle(d).empreinte == CLE.empreinte
    assert demandees == ["entrepot_cle"]


def test_un_deploiement_configure_sans_cle_s_arrete(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Même si un essai embarqué a laissé prive/cle : une clé posée à côté des données n'en protège aucune."""
    cle(d)
    monkeypatch.setenv("ENTREPOT_DEPLOIEMENT", "configure")
    with pytest.raises(CleAbsente, match="ENTREPOT_CLE"):
        cle(d)


@pytest.mark.parametrize("texte", ["pas du base64 !", base64.b64encode(b"trop courte").decode()])
def test_une_cle_mal_formee_est_refusee_sans_etre_citee(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, texte: str
) -> None:
    monkeypatch.setenv("ENTREPOT_CLE", texte)
    with pytest.raises(CleInvalide) as erreur:
        cle(d)
    assert texte not in str(erreur.value)
    assert erreur.value.__suppress_context__ or erreur.value.__context__ is None


def test_une_connexion_mal_formee_est_refusee_sans_etre_citee(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ENTREPOT_CLE", '{"password": "SECRET')
    with pytest.raises(CleInvalide) as erreur:
        cle(d)
    assert "SECRET" not in str(erreur.value) and erreur.value.__suppress_context__


@pytest.mark.parametrize("empreinte_perdue", [False, True])
def test_une_autre_cle_que_celle_des_donnees_est_refusee(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, empreinte_perdue: bool
) -> None:
    monkeypatch.setenv("ENTREPOT_CLE", CLE_BASE64)
    cle(d).ecrire(d.archives / "0.zst.enc", b"x")
    if empreinte_perdue:
        (d.prive / "empreinte").unlink()
    monkeypatch.setenv("ENTREPOT_CLE", AUTRE_BASE64)
    with pytest.raises(CleDifferente):
        cle(d)
    assert (d.prive / "empreinte").exists() is not empreinte_perdue


@pytest.mark.parametrize("dossier", ["archives", "prive/identites/abc_clauses_salaries"])
def test_des_donnees_chiffrees_sans_leur_cle_arretent_tout(d: Dossiers, dossier: str) -> None:
    """Faire une nouvelle clé rendrait les anciennes données illisibles sans que personne ne le voie."""
    cle(d).ecrire(d.racine / dossier / "x.enc", b"x")
    (d.prive / "cle").unlink()
    (d.prive / "empreinte").unlink()
    with pytest.raises(CleAbsente, match="sauvegarde"):
        cle(d)
    assert not (d.prive / "cle").exists()


# --- Pseudonymes -----------------------------------------------------------------------------------------------------

NOMS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéèêëàâçôùûïî", min_size=1, max_size=12)
SEPARATEURS = st.sampled_from(["", " ", "-", "'", "’", "  ", ". "])
DECOMPOSE = str.maketrans({"é": "e\u0301", "è": "e\u0300", "ç": "c\u0327", "ô": "o\u0302"})
SANS_ACCENT = str.maketrans("éèêëàâçôùûïî", "eeeeaacouuii")


@settings(max_examples=100, deadline=None)
@given(
    mots=st.lists(NOMS, min_size=1, max_size=3),
    prenom=NOMS,
    separateur=SEPARATEURS,
    ecriture=st.sampled_from([str.upper, str.title, str.lower, lambda t: t.translate(DECOMPOSE), lambda t: f"  {t} "]),
    accents=st.booleans(),
    date=st.one_of(st.none(), st.dates(dt.date(1940, 1, 1), dt.date(2005, 1, 1))),
)
def test_les_orthographes_d_une_meme_identite_ont_le_meme_pseudonyme(
    mots: list[str], prenom: str, separateur: str, ecriture: object, accents: bool, date: dt.date | None
) -> None:
    nom = separateur.join(mots)
    varie = [ecriture(t if accents else t.translate(SANS_ACCENT)) for t in (nom, prenom)]  # type: ignore[operator]
    un, autre = _ids([("".join(mots), None, prenom, date), (varie[0], "", varie[1], date)])
    assert un == autre


@settings(max_examples=60, deadline=None)
@given(a=st.tuples(NOMS, NOMS), b=st.tuples(NOMS, NOMS))
def test_des_identites_differentes_ont_des_pseudonymes_differents(a: tuple[str, str], b: tuple[str, str]) -> None:
    un, autre = _ids([(a[0], None, a[1], None), (b[0], None, b[1], None)])
    memes = [x.translate(SANS_ACCENT) for x in a] == [x.translate(SANS_ACCENT) for x in b]
    assert (un == autre) == memes


@pytest.mark.parametrize(
    ("a", "b", "meme"),
    [
        pytest.param(("MARTIN", "DUPONT", "Anne"), ("Durand", "Dupont", "ANNE"), True, id="mariee_nom_de_naissance"),
        pytest.param(("MARTIN", "  ", "Anne"), ("Martin", None, "Anne"), True, id="nom_de_naissance_vide"),
        pytest.param(("Lecœur", None, "Zoé"), ("LECOEUR", None, "ZOE"), True, id="ligature"),
        pytest.param(("Strauß", None, "Łukasz"), ("STRAUSS", None, "lukasz"), True, id="lettres_etrangeres"),
        pytest.param(("Иванов", None, "Иван"), ("Петров", None, "Пётр"), False, id="autre_alphabet"),
        pytest.param(("Ab", None, "c"), ("A", None, "bc"), False, id="le_nom_ne_deborde_pas_sur_le_prenom"),
        pytest.param(("Nom1", None, "A"), ("Nom2", None, "A"), False, id="un_chiffre_distingue"),
        pytest.param(("?", None, "?"), ("1", None, "1"), False, id="sans_aucune_lettre"),
    ],
)
def test_cas_de_normalisation(a: tuple[str, str, str], b: tuple[str, str, str], meme: bool) -> None:
    un, autre = _ids([(*a, None), (*b, None)])
    assert (un == autre) is meme


def test_la_date_de_naissance_compte_et_peut_manquer() -> None:
    jour = dt.date(1980, 2, 1)
    avec, sans, encore = _ids([("A", None, "B", jour), ("A", None, "B", None), ("a", None, "b", jour)])
    assert avec == encore != sans


def test_une_date_en_texte_ou_en_horodatage_vaut_une_date() -> None:
    jours = [
        pa.array([dt.date(1980, 2, 1)]),
        pa.array(["1980-02-01"]),
        pa.array([dt.datetime(1980, 2, 1)]),
    ]
    ids = {personne_id(pa.table({"nom": ["A"], "prenom": ["B"], "date_naissance": j}), CLE)[0].as_py() for j in jours}
    assert len(ids) == 1


def test_le_pseudonyme_a_32_chiffres_hexadecimaux_et_depend_de_la_cle() -> None:
    table = pa.table({"nom": ["Dupont"] * 2, "prenom": ["Anne", "Paul"]})
    ids = personne_id(table, CLE).to_pylist()
    assert all(len(i) == 32 and int(i, 16) >= 0 for i in ids)
    assert not set(ids) & set(personne_id(table, AUTRE).to_pylist())
    # Figé : un changement de règle rendrait inconnues toutes les personnes déjà enregistrées.
    assert ids[0] == "7a59c2d73ae930f314e3b1071b5d9a5d"


def test_une_table_vide_ou_en_morceaux_convient() -> None:
    vide = pa.table({"nom": pa.array([], pa.string()), "prenom": pa.array([], pa.string())})
    assert len(personne_id(vide, CLE)) == 0
    table = pa.table({"nom": ["A", "B"], "prenom": ["x", "y"]})
    morceaux = pa.concat_tables([table, table])
    assert personne_id(morceaux, CLE).to_pylist() == personne_id(table, CLE).to_pylist() * 2


def _ids(identites: list[tuple[str, str | None, str, dt.date | None]]) -> list[str]:
    nom, naissance, prenom, date = zip(*identites, strict=True)
    table = pa.table(
        {
            "nom": list(nom),
            "nom_naissance": pa.array(naissance, pa.string()),
            "prenom": list(prenom),
            "date_naissance": pa.array(date, pa.date32()),
        }
    )
    return personne_id(table, CLE).to_pylist()


def _chiffrer(contenu: bytes, bloc: int) -> bytes:
    brut = io.BytesIO()
    flux = EcritureChiffree(brut, CLE, bloc=bloc)
    # En deux fois : ce qui est écrit n'a pas à tomber sur un bord de bloc.
    flux.write(contenu[: len(contenu) // 3])
    flux.write(contenu[len(contenu) // 3 :])
    flux.terminer()
    return brut.getvalue()


def _dechiffrer(chiffre: bytes) -> bytes:
    return LectureChiffree(io.BytesIO(chiffre), CLE, "essai").read()
