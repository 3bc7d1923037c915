"""Effacer une personne : plus rien ne la nomme, nulle part, et plus rien d'autre ne change."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from chantier import Chantier
from poche_droits import (
    ENTETE_PRESCRIPTIONS,
    MAELYS,
    NUIT,
    PRESCRIPTIONS,
    SALARIES,
    SIENS,
    SUIVANTE,
    batir,
    chiffres,
    deposer,
    empreinte,
    identites,
    lire_bronze,
    mourir_au,
    ou_est,
    prendre_tout,
    publier_poche,
)

from include.confidentialite import EntrepotOccupe, OperationInachevee, cle, exclusif, partage
from include.configuration import Dossiers, Nuit
from include.droits import conservation, effacement, journal, operation, personne
from include.droits.noms import Noms
from include.droits.personne import Demande, chercher
from include.extraction.livraisons import archive, lire_archive, manifestes, prendre
from include.personnes import registre
from include.publication import bascule, publier

DEMANDE = Demande("Zéphyrin", "Maëlys", None)


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Dossiers:
    """L'entrepôt de poche, bâti une fois."""
    modele = Dossiers(tmp_path_factory.mktemp("droits") / "data")
    batir(modele)
    return modele


@pytest.fixture
def d(modele: Dossiers, tmp_path: Path) -> Dossiers:
    """Sa copie, à abîmer."""
    return copier(modele, tmp_path / "data")


def copier(modele: Dossiers, racine: Path) -> Dossiers:
    shutil.copytree(modele.racine, racine, symlinks=True)
    return Dossiers(racine)


def maelys(d: Dossiers) -> set[str]:
    [trouvee] = chercher(d, cle(d), DEMANDE)
    return trouvee.identites


def effacer(d: Dossiers) -> dict[str, dict[str, int]]:
    with exclusif(d):
        return effacement.effacer(d, cle(d), maelys(d))


def livraison(d: Dossiers, source: str) -> dict[str, Any]:
    return next(m for m in manifestes(d) if m["source"] == source)


def repondre(monkeypatch: pytest.MonkeyPatch, *lignes: str) -> None:
    """Ce qui sera tapé au clavier."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{x}\n" for x in lignes)))


# --- Chercher --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "prenom", "naissance"),
    [
        ("Zéphyrin", "Maëlys", "13/04/1985"),
        ("ZEPHYRIN", "maelys", ""),
        ("quatre-point", "Maelys", "1985-04-13"),
        ("Maëlys", "Zephirin", "13.4.1985"),
    ],
)
def test_une_personne_se_trouve_comme_on_l_ecrit(d: Dossiers, nom: str, prenom: str, naissance: str) -> None:
    """Accents, nom de naissance, ordre et date approximatifs : toutes ses identités viennent avec elle."""
    [trouvee] = chercher(d, cle(d), Demande(nom, prenom, personne.lire_date(naissance)))
    qui = identites(d)
    assert trouvee.identites == {
        qui["abc_clauses_salaries", "S1"], qui["prescriptions", "F1"], qui["pole_emploi_longvic", "Quatre Point"],
    }  # fmt: skip


def test_un_jour_et_un_mois_inverses_se_trouvent(d: Dossiers) -> None:
    """Paul est né le 5 juin."""
    for jour in ("05/06/1990", "06/05/1990"):
        assert len(chercher(d, cle(d), Demande("durand", "paul", personne.lire_date(jour)))) == 1


@pytest.mark.parametrize(
    ("nom", "prenom", "naissance"),
    [("Zéphyrin", "Paul", ""), ("Zéphyrin", "Maëly", ""), ("Zéphyrin", "Maëlys", "14/04/1986")],
)
def test_une_autre_personne_ne_se_trouve_pas(d: Dossiers, nom: str, prenom: str, naissance: str) -> None:
    """Quatre Point est sans date, mais ce n'est pas sous ce nom qu'on la cherche."""
    assert chercher(d, cle(d), Demande(nom, prenom, personne.lire_date(naissance))) == []


@pytest.mark.parametrize("texte", ["31/02/1980", "mars 1980", "1/2/80"])
def test_une_date_illisible_se_dit_sans_se_citer(texte: str) -> None:
    with pytest.raises(ValueError, match="JJ/MM/AAAA") as erreur:
        personne.lire_date(texte)
    assert texte not in str(erreur.value)


# --- Au clavier ------------------------------------------------------------------------------------------------------


def test_le_nom_ne_se_donne_pas_en_argument(capsys: pytest.CaptureFixture[str]) -> None:
    assert personne.main(["Zéphyrin"]) == 2
    assert "au clavier" in capsys.readouterr().err


def test_dire_montre_tout_et_n_ecrit_rien(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Chaque valeur gardée, où elle l'est, et ce qui n'a pas été chargé ; le disque et le journal ne bougent pas."""
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    avant = empreinte(d)
    repondre(monkeypatch, "Zéphyrin", "Maëlys", "")
    assert personne.main([]) == 0
    dit = capsys.readouterr().out
    for attendu in (
        "nom_naissance : Quatrepoint", "telephone : 0611121314", "criteres_eligibilite : bRSA", "motif : dettes",
        "identifiant : PE77", "code_commune : 21231", "ligne 2", "prescriptions_clauses_203005.xlsx",
        "abc_clauses_salaries_20301231.csv, ligne 5 : ligne écartée", "divers.csv : fichier refusé",
        "faits en bronze : 3", "archives chiffrées : 3", "3 identité(s)", "1 couple(s)", "2031-01-02-1",
    ):  # fmt: skip
        assert attendu in dit, attendu
    assert "Durand" not in dit and "paul@" not in dit
    assert empreinte(d) == avant
    assert not any(mot in caplog.text.lower() for mot in SIENS)


def test_un_texte_libre_qui_la_cite_est_montre(d: Dossiers) -> None:
    contacts = (
        "N° contact;Date;Interlocuteur;Structure;SIRET;Canal;Objet;N° opération\r\n"
        "K1;01/02/2030;Entreprise;Toits SARL;;Téléphone;Au sujet de Mme Zéphyrin (Maëlys);OP1\r\n"
        "K2;02/02/2030;Entreprise;Toits SARL;;Téléphone;Zéphyrin seul n'est personne;OP1\r\n"
    )
    deposer(d, "abc_clauses_contacts_20301231.csv", contacts)
    prendre_tout(d, SUIVANTE)
    dit = "\n".join(personne.dire(d, cle(d), chercher(d, cle(d), DEMANDE)[0]))
    assert "abc_clauses_contacts_20301231.csv, ligne 2, Objet : texte libre" in dit
    assert "ligne 3, Objet" not in dit


@pytest.mark.parametrize(("reponse", "efface"), [("EFFACER", True), ("effacer", False), ("", False)])
def test_l_effacement_veut_le_mot_entier(
    d: Dossiers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reponse: str,
    efface: bool,
) -> None:
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    avant = empreinte(d)
    repondre(monkeypatch, "zephyrin", "maelys", "", reponse)
    assert personne.main(["--effacer"]) == (0 if efface else 1)
    assert ("Effacée" in capsys.readouterr().out) == efface
    assert (ou_est(d, *SIENS) == set()) == efface
    assert (empreinte(d) == avant) != efface


def test_des_homonymes_se_choisissent(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Deux personnes du même nom : numérotées, et un numéro qui n'existe pas n'en choisit aucune."""
    autre = MAELYS.replace("S1", "S5").replace("Quatrepoint", "").replace("13/04/1985", "01/01/1960")
    deposer(d, "abc/abc_clauses_salaries_20310131.csv", SALARIES + autre)
    prendre_tout(d, SUIVANTE)
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    for reponse, dite in (("3", None), ("", None), ("2", "01/01/1960"), ("1", "faits en bronze : 4")):
        repondre(monkeypatch, "zephyrin", "maelys", "", reponse)
        assert personne.main([]) == (1 if dite is None else 0)
        montre = capsys.readouterr().out
        assert "2 personnes distinctes" in montre
        assert dite is None or dite in montre.split("Laquelle", 1)[1]


# --- Effacer ---------------------------------------------------------------------------------------------------------


def test_plus_rien_ne_la_nomme_nulle_part(d: Dossiers, caplog: pytest.LogCaptureFixture) -> None:
    """Chaque octet sous ENTREPOT_DATA, déchiffré et décompressé : ni ses noms, ni ses pseudonymes."""
    anciens = maelys(d) | {v["identifiant_id"] for v in longvic(d) if v["courriel_valide"]}
    presents = ou_est(d, *SIENS)
    assert {n.split("/")[0] for n in presents} == {"archives", "depots", "prive"} and len(presents) == 13
    faits = effacer(d)
    assert ou_est(d, *SIENS) == set()
    assert ou_est(d, *anciens) == set()
    assert not list((d.prive / "operations").iterdir())
    assert not any(mot in caplog.text.lower() for mot in SIENS)
    assert faits["abc_clauses_salaries"] == {"personnes": 1, "lignes": 1, "archives_recrites": 1, "depots_retires": 1}
    assert faits["_inconnue"] == {"archives_effacees": 1, "depots_retires": 1}


def longvic(d: Dossiers) -> list[dict[str, Any]]:
    return lire_bronze(d, livraison(d, "pole_emploi_longvic")).to_pylist()


def test_ses_faits_restent_sous_un_seul_pseudonyme_tire_au_sort(d: Dossiers) -> None:
    """Bronze : mêmes lignes, mêmes valeurs, sauf son pseudonyme ; les autres gardent le leur."""
    avant = {m["livraison"]: lire_bronze(d, m) for m in manifestes(d) if m["chargees"]}
    siennes = maelys(d)
    effacer(d)
    neufs = set()
    for m in manifestes(d):
        if not m["chargees"]:
            continue
        apres, pseudonymes = lire_bronze(d, m), {"personne_id", "identifiant_id"}
        assert apres.schema.equals(avant[m["livraison"]].schema)
        for a, b in zip(avant[m["livraison"]].to_pylist(), apres.to_pylist(), strict=True):
            changees = {c for c in a if a[c] != b[c]}
            assert changees == (pseudonymes & a.keys() if a.get("personne_id") in siennes else set())
            neufs |= {b["personne_id"]} if a.get("personne_id") in siennes else set()
    assert len(neufs) == 1 and len(neufs.pop()) == 32
    publies = {p for (p,) in lire(d, "select distinct personne_id from core.dim_personne")}
    assert publies & {b["personne_id"] for b in longvic(d)}, "publiée sous le même pseudonyme qu'en bronze"


def lire(d: Dossiers, requete: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        return base.execute(requete).fetchall()


def test_les_chiffres_publies_ne_changent_pas(d: Dossiers) -> None:
    """Ni les comptes, ni les commentaires, ni le format ; la base et ses copies Parquet disent la même chose."""
    avant, octets = chiffres(d), (d.publie / "courant" / "entrepot.duckdb").read_bytes()
    effacer(d)
    assert chiffres(d) == avant
    base = d.publie / "courant" / "entrepot.duckdb"
    # L'en-tête d'un fichier DuckDB dit sa version de stockage.
    assert base.read_bytes()[8:24] == octets[8:24] and base.read_bytes() != octets
    for fichier in (d.publie / "courant" / "parquet").rglob("*.parquet"):
        table = f"{fichier.parent.name}.{fichier.stem}"
        assert lire(d, f"from {table}") == duckdb.read_parquet(str(fichier)).fetchall(), table


def test_une_table_rangee_par_pseudonyme_est_rangee_de_nouveau(d: Dossiers) -> None:
    """La place d'une ligne dirait le début de l'ancien pseudonyme."""
    effacer(d)
    ranges = lire(d, "from core.dim_personne")
    assert ranges == sorted(ranges)


def test_la_nuit_suivante_ne_voit_aucun_changement(d: Dossiers) -> None:
    """Le chantier refait d'après bronze a le contenu déjà publié : il n'y a rien à publier."""
    effacer(d)
    qui = identites(d)
    heures = {qui["abc_clauses_salaries", "S1"]: "10.50", qui["abc_clauses_salaries", "S2"]: "20.00"}
    lendemain = publier_poche(d, heures, Nuit.de("2031-01-03", str(NUIT.arrete_au)))
    assert not lendemain["publiee"] and "n'a changé" in lendemain["motif"]


def test_toutes_les_publications_gardees_sont_recrites(d: Dossiers) -> None:
    """L'une la publiait sous la personne qu'elle était, l'autre sous deux identités pas encore réunies."""
    qui = identites(d)
    separees = {qui["abc_clauses_salaries", "S1"]: "4.00", qui["prescriptions", "F1"]: "6.50"}
    publier_poche(d, separees, SUIVANTE)
    comptes = chiffres(d)
    effacer(d)
    assert len(bascule.publications(d)) == 2
    assert chiffres(d) == comptes, "deux personnes publiées le restent"
    for publication in bascule.publications(d):
        with duckdb.connect(str(publication / "entrepot.duckdb"), read_only=True) as base:
            publies = {p for (p,) in base.execute("select personne_id from achats_responsables.fct_heures").fetchall()}
        assert not publies & set(separees)


def test_la_fiche_dit_l_empreinte_du_contenu_recrit(d: Dossiers) -> None:
    """Celle que calculerait une nuit qui composerait ces mêmes tables."""
    effacer(d)
    from include.publication import empreintes

    fiche = bascule.fiche(bascule.courante(d))
    with duckdb.connect() as base:
        base.execute(f"attach '{d.publie / 'courant' / 'entrepot.duckdb'}' as neuf (read_only)")
        assert fiche["contenu"] == empreintes.contenu(base, fiche["axes"])


def test_l_archive_reste_lisible_comme_le_fichier_du_partenaire(d: Dossiers) -> None:
    """CSV : mêmes lignes, les autres octets intacts. Classeur : les cellules de Paul y sont, celles de Maëlys non."""
    salaries, prescriptions = livraison(d, "abc_clauses_salaries"), livraison(d, "prescriptions")
    effacer(d)
    texte = lire_archive(d, salaries["sha256"], cle(d)).decode("cp1252")
    attendu = SALARIES.splitlines(keepends=True)
    attendu[1] = "S1;;;;F;;21231;Non;V;Pôle emploi;;EI;;;\r\n"
    attendu[2] = attendu[4] = ";" * 14 + "\r\n"
    assert texte == "".join(attendu)
    feuille = openpyxl.load_workbook(io.BytesIO(lire_archive(d, prescriptions["sha256"], cle(d)))).active
    lignes = [[str(c) if c is not None else "" for c in ligne] for ligne in feuille.iter_rows(values_only=True)]
    assert lignes[2] == ENTETE_PRESCRIPTIONS
    assert lignes[3] == ["F1", "12/05/2030", "ML", "", "", "", "Dijon", "", "BTP", "", "Validé", "", "", ""]
    assert lignes[4] == PRESCRIPTIONS[1] and lignes[5:] in ([], [[""] * 14])


def test_une_archive_qui_ne_se_recrit_pas_est_effacee(d: Dossiers, caplog: pytest.LogCaptureFixture) -> None:
    m = livraison(d, "prescriptions")
    from include.extraction.livraisons import ecrire_archive

    ecrire_archive(d, m["sha256"], b"PK\x03\x04 tronquee", cle(d))
    effacer(d)
    assert not archive(d, m["sha256"]).exists()
    assert f"{m['livraison']} : archive effacée" in caplog.text
    assert ou_est(d, *SIENS) == set()


def test_le_registre_et_la_revue_l_oublient(d: Dossiers) -> None:
    siennes = maelys(d)
    effacer(d)
    la_cle = cle(d)
    assert siennes.isdisjoint(registre.lire(d, la_cle)["identite_id"].to_pylist())
    assert registre.DOUTEUSES.lire(d, la_cle).num_rows == 0
    assert not (d.prive / "revue_personnes.csv").exists()
    assert len(registre.lire(d, la_cle)) == 2, "les autres y restent"


def test_la_diffusion_passee_change_de_pseudonyme(d: Dossiers) -> None:
    """Ce que le public sait déjà se compare d'une diffusion à l'autre : le même pseudonyme que dans la publication."""
    siennes, fichier = maelys(d), d.prive / "diffusion" / "p" / "contributions-essai.parquet.enc"
    table = pa.table({"personne": [*sorted(siennes), "autre"], "valeur": [1, 2, 3, 4]})
    with cle(d).ecrivain(fichier) as flux:
        pq.write_table(table, pa.PythonFile(flux, "w"))
    effacer(d)
    lue = pq.read_table(pa.BufferReader(cle(d).lire(fichier)))
    assert siennes.isdisjoint(lue["personne"].to_pylist()) and lue["personne"][3].as_py() == "autre"
    assert len(set(lue["personne"].to_pylist())) == 4 and lue["valeur"].equals(table["valeur"])
    publies = {p for (p,) in lire(d, "select personne_id from core.dim_personne")}
    assert publies & set(lue["personne"].to_pylist())


def test_le_journal_ne_dit_que_des_nombres(d: Dossiers) -> None:
    siennes = maelys(d)
    effacer(d)
    texte = journal.chemin(d).read_text(encoding="utf-8-sig")
    lignes = texte.splitlines()
    assert lignes[0].split(";") == list(journal.COLONNES) and len(lignes) == 6
    assert not any(mot in texte.lower() for mot in (*SIENS, *siennes, "s1", "f1"))


# --- Arrêts, verrous -------------------------------------------------------------------------------------------------


def test_tuee_n_importe_ou_elle_se_reprend(modele: Dossiers, tmp_path: Path) -> None:
    """Un arrêt avant chaque changement sur disque : la nuit refuse, la reprise mène au même état."""
    attendus, rang = chiffres(modele), 1
    while True:
        d = copier(modele, tmp_path / str(rang))
        morte = mourir_au(rang, lambda d=d: effacer(d))
        if not morte:
            break
        if list((d.prive / "operations").glob("*.enc")):
            with pytest.raises(OperationInachevee, match="retention REPRISE=1"), partage(d):
                pass
            with pytest.raises(OperationInachevee):
                prendre(d, SUIVANTE, "abc_clauses_salaries", [])
            with exclusif(d):
                assert operation.reprendre(d, cle(d)) == 1
        elif ou_est(d, *SIENS):
            # Rien n'était engagé : on recommence.
            effacer(d)
        assert ou_est(d, *SIENS) == set(), rang
        assert chiffres(d) == attendus, rang
        qui = identites(d)
        memes = {("abc_clauses_salaries", "S1"), ("prescriptions", "F1"), ("pole_emploi_longvic", "Quatre Point")}
        assert len({qui[m] for m in memes}) == 1 and len(set(qui.values())) == 3, rang
        lignes = list(csv.DictReader(io.StringIO(journal.chemin(d).read_text("utf-8-sig")), delimiter=";"))
        assert sum(int(v["personnes"]) for v in lignes) == sum(int(v["lignes"]) for v in lignes) == 3, rang
        with partage(d):
            shutil.rmtree(d.racine)
        rang += 3
    assert rang > 25, "les arrêts n'ont pas eu lieu"


def test_ni_l_effacement_ni_la_nuit_ne_se_croisent(d: Dossiers) -> None:
    """Pendant une nuit l'effacement refuse ; deux étapes de la nuit vont ensemble."""
    with partage(d), partage(d), pytest.raises(EntrepotOccupe, match="une nuit"):
        effacer(d)
    with exclusif(d), pytest.raises(EntrepotOccupe), exclusif(d):
        pass
    assert ou_est(d, *SIENS)


def test_le_chantier_de_la_nuit_s_en_va(d: Dossiers) -> None:
    """Il porte les anciens pseudonymes : une nuit ne peut plus le publier."""
    build = Chantier(nuit=SUIVANTE, heures={identites(d)["abc_clauses_salaries", "S1"]: "1.00"}).ecrire(d)
    effacer(d)
    assert not build.dossier.exists()
    with pytest.raises(duckdb.IOException):
        publier(d, SUIVANTE, build)


# --- Reconnaître un nom ----------------------------------------------------------------------------------------------


def noms() -> Noms:
    n = Noms()
    n.ajouter(
        pa.table({"nom": ["Le Goff"], "nom_naissance": ["Petit"], "prenom": ["Anne-Marie"], "courriel": ["a@b.fr"]})
    )
    return n


@pytest.mark.parametrize(
    ("cellules", "nommes"),
    [
        (["LE GOFF", "x", "anne marie"], True),
        (["Anne-Marie", "petit"], True),
        (["Le Goff Anne-Marie"], True),
        (["x", "A@b.fr"], True),
        (["Le Goff", "Paul"], False),
        (["Anne-Marie", "Durand"], False),
        ([""], False),
    ],
)
def test_une_ligne_nomme_par_le_nom_et_le_prenom_ensemble(cellules: list[str], nommes: bool) -> None:
    assert noms().nommes(cellules) == nommes


@pytest.mark.parametrize(
    ("octets", "nommes"),
    [
        ("vu Mme Le Goff, prénom ANNE-MARIE".encode(), True),
        ("<td>Petit</td><td>Anne&#45;Marie</td>".encode("utf-16-le"), True),
        ("Petit;Anne-Marie".encode("cp1252"), True),
        (b"le petit chien d'Anne", False),
        (b"\x00\xff", False),
    ],
)
def test_un_fichier_illisible_se_fouille_quand_meme(octets: bytes, nommes: bool) -> None:
    assert noms().dans_des_octets(octets) == nommes


def test_la_reprise_au_clavier(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make retention REPRISE=1` finit ce qui était en chemin, et rien d'autre."""
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    assert mourir_au(8, lambda: effacer(d))
    assert conservation.main(["--reprise"]) == 0
    assert "1 opération(s)" in capsys.readouterr().out
    assert ou_est(d, *SIENS) == set()
    assert conservation.main(["--reprise"]) == 0
    assert "0 opération(s)" in capsys.readouterr().out
