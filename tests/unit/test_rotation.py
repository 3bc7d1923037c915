"""Changer la clé : tout s'ouvre avec la nouvelle, plus rien avec l'ancienne, et les pseudonymes ne changent pas."""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from poche_droits import SALARIES, SUIVANTE, deposer, deposer_tout, lire_bronze, mourir_au, ouvre, prendre_tout

from include.confidentialite import (
    CleAbsente,
    CleDifferente,
    CleInvalide,
    ContenuAltere,
    EntrepotOccupe,
    OperationInachevee,
    Oppositions,
    cle,
    oppositions,
    partage,
    rotation,
)
from include.confidentialite.cles import decoder, fichiers_chiffres
from include.configuration import Dossiers
from include.droits import journal
from include.droits.rotation import main
from include.extraction.livraisons import lire_archive, manifestes

ANCIENNE, NOUVELLE, TROISIEME = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))


@pytest.fixture
def d(d: Dossiers) -> Dossiers:
    """Des livraisons nominatives, prises en mode embarqué, et quelqu'un sur la liste d'opposition."""
    deposer_tout(d)
    prendre_tout(d)
    oppositions.ajouter(d, cle(d), ["a" * 32], SUIVANTE.nuit)
    return d


@pytest.fixture
def fournie(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> Dossiers:
    """Le même, dont la clé est fournie par l'environnement d'un déploiement configuré."""
    monkeypatch.setenv("ENTREPOT_CLE", (d.prive / "cle").read_text().strip())
    monkeypatch.setenv("ENTREPOT_DEPLOIEMENT", "configure")
    (d.prive / "cle").unlink()
    return d


def contenus(d: Dossiers) -> dict[str, bytes]:
    """Ce que dit chaque fichier chiffré, hors le secret des pseudonymes."""
    la_cle = cle(d)
    return {str(f.relative_to(d.racine)): la_cle.lire(f) for f in fichiers_chiffres(d) if f.name != "pseudonymes.enc"}


def test_l_ancienne_n_ouvre_plus_rien_la_nouvelle_ouvre_tout(d: Dossiers) -> None:
    ancienne, avant = decoder((d.prive / "cle").read_text()), contenus(d)
    assert len(avant) >= 10 and all(ouvre(ancienne, f) for f in fichiers_chiffres(d))
    assert rotation.tourner(d) == len(avant) + 1
    assert contenus(d) == avant
    assert not any(ouvre(ancienne, f) for f in fichiers_chiffres(d))
    assert (d.prive / "cle").stat().st_mode & 0o777 == 0o600
    assert {p.name for p in d.prive.iterdir()} == {
        "cle", "empreinte", "identites", "oppositions.enc", "pseudonymes.enc", "rejets", "verrous",
    }  # fmt: skip


def test_les_pseudonymes_survivent_a_deux_changements(d: Dossiers) -> None:
    """Une livraison prise après dit les mêmes personnes, et la liste d'opposition les reconnaît encore."""
    avant = next(lire_bronze(d, m)["personne_id"].to_pylist() for m in manifestes(d) if "salaries" in m["source"])
    for _ in range(2):
        rotation.tourner(d)
    deposer(d, "abc/abc_clauses_salaries_20310131.csv", SALARIES)
    [m] = prendre_tout(d, SUIVANTE)
    assert lire_bronze(d, m)["personne_id"].to_pylist() == avant
    assert Oppositions.lire(d, cle(d)).reconnaitre(pa.array(["a" * 32, "b" * 32])).tolist() == [True, False]


def test_une_cle_fournie_se_remplace_par_une_autre_fournie(fournie: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    d, avant = fournie, contenus(fournie)
    with pytest.raises(CleAbsente, match="ENTREPOT_CLE_NOUVELLE"):
        rotation.tourner(d)
    monkeypatch.setenv("ENTREPOT_CLE_NOUVELLE", NOUVELLE)
    rotation.tourner(d)
    with pytest.raises(CleDifferente):
        cle(d)
    monkeypatch.setenv("ENTREPOT_CLE", NOUVELLE)
    assert contenus(d) == avant and not (d.prive / "cle").exists()
    monkeypatch.delenv("ENTREPOT_CLE")
    with pytest.raises(CleAbsente):
        rotation.tourner(d)


@pytest.mark.parametrize("texte", ["pas du base64 !", base64.b64encode(b"court").decode(), None])
def test_une_nouvelle_cle_inutilisable_ne_change_rien(
    fournie: Dossiers, monkeypatch: pytest.MonkeyPatch, texte: str | None
) -> None:
    """Mal écrite, trop courte, ou l'ancienne elle-même."""
    avant = contenus(fournie)
    monkeypatch.setenv("ENTREPOT_CLE_NOUVELLE", texte or os.environ["ENTREPOT_CLE"])
    with pytest.raises(CleInvalide):
        rotation.tourner(fournie)
    assert contenus(fournie) == avant


def test_une_autre_ancienne_cle_est_refusee(fournie: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_CLE", ANCIENNE)
    monkeypatch.setenv("ENTREPOT_CLE_NOUVELLE", NOUVELLE)
    with pytest.raises(CleDifferente):
        rotation.tourner(fournie)
    assert not (fournie.prive / "rotation").exists()


def test_tuee_n_importe_ou_elle_se_reprend(d: Dossiers, tmp_path: Path) -> None:
    """Un arrêt avant chaque changement sur disque : `cle` et la nuit refusent, relancer finit."""
    attendus, pseudonyme, ancienne = contenus(d), cle(d).pseudonyme(b"x"), decoder((d.prive / "cle").read_text())
    rang = 1
    while True:
        copie = Dossiers(tmp_path / str(rang))
        shutil.copytree(d.racine, copie.racine)
        if not mourir_au(rang, lambda copie=copie: rotation.tourner(copie)):
            break
        if (copie.prive / "rotation").exists():
            with pytest.raises(OperationInachevee, match="make rotate-key"):
                cle(copie)
            with pytest.raises(OperationInachevee), partage(copie):
                pass
        rotation.tourner(copie)
        assert contenus(copie) == attendus and cle(copie).pseudonyme(b"x") == pseudonyme, rang
        assert not any(ouvre(ancienne, f) for f in fichiers_chiffres(copie)), rang
        assert not list(copie.prive.glob("cle.*")) and not list(copie.prive.rglob("*.tmp")), rang
        rang += 1
    assert rang > 15, "les arrêts n'ont pas eu lieu"


def test_une_reprise_veut_la_meme_nouvelle_cle(fournie: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_CLE_NOUVELLE", NOUVELLE)
    assert mourir_au(6, lambda: rotation.tourner(fournie))
    monkeypatch.setenv("ENTREPOT_CLE_NOUVELLE", TROISIEME)
    with pytest.raises(CleInvalide, match="redonnez la même"):
        rotation.tourner(fournie)
    monkeypatch.setenv("ENTREPOT_CLE_NOUVELLE", NOUVELLE)
    rotation.tourner(fournie)
    assert all(ouvre(decoder(NOUVELLE), f) for f in fichiers_chiffres(fournie))


def test_un_fichier_abime_arrete_tout_sans_rien_perdre(d: Dossiers) -> None:
    abime = sorted(d.archives.glob("*.enc"))[-1]
    octets = abime.read_bytes()
    abime.write_bytes(octets[:-1])
    with pytest.raises(ContenuAltere, match=abime.name):
        rotation.tourner(d)
    abime.write_bytes(octets)
    rotation.tourner(d)
    assert lire_archive(d, abime.name.removesuffix(".zst.enc"), cle(d))


def test_les_ecritures_a_moitie_faites_s_en_vont(d: Dossiers) -> None:
    """L'ancienne clé les ouvrirait encore."""
    restes = [d.archives / ".tmp-abc_clauses_salaries-20310102-009", d.prive / "identites" / ".x.parquet.enc.tmp"]
    for reste in restes:
        cle(d).ecrire(reste, b"Durand")
    rotation.tourner(d)
    assert not any(r.exists() for r in restes)


def test_le_secret_des_pseudonymes_ne_se_perd_pas_en_silence(d: Dossiers) -> None:
    """Sans lui, tous les pseudonymes changeraient : l'entrepôt refuse."""
    rotation.tourner(d)
    (d.prive / "pseudonymes.enc").unlink()
    with pytest.raises(CleAbsente, match=r"pseudonymes\.enc"):
        cle(d)


def test_elle_attend_la_fin_de_la_nuit_et_d_un_effacement(d: Dossiers) -> None:
    with partage(d), pytest.raises(EntrepotOccupe):
        rotation.tourner(d)
    cle(d).ecrire(d.prive / "operations" / "x.enc", b"{}")
    with pytest.raises(OperationInachevee, match="effacement"):
        rotation.tourner(d)


def test_au_clavier_elle_dit_ce_qu_il_reste_a_faire(
    fournie: Dossiers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENTREPOT_DATA", str(fournie.racine))
    assert main() == 1
    assert "ENTREPOT_CLE_NOUVELLE" in capsys.readouterr().err
    monkeypatch.setenv("ENTREPOT_CLE_NOUVELLE", NOUVELLE)
    assert main() == 0
    dit = capsys.readouterr().out
    assert "dans ENTREPOT_CLE" in dit and NOUVELLE not in dit
    assert ";rotation;" in journal.chemin(fournie).read_text(encoding="utf-8")
