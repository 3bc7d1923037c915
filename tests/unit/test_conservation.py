"""Au bout du délai du contrat, une source ne nomme plus une personne ; ses faits restent ce qu'ils sont."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from poche_droits import (
    ENTETE_SALARIES,
    PAUL,
    REFUSE,
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
)

from include.confidentialite import EntrepotOccupe, cle, exclusif, partage
from include.configuration import Dossiers
from include.contrats import ContratInvalide, connus
from include.contrats import registre as des_contrats
from include.contrats.contrat import lire_contrat
from include.droits import conservation, journal, operation
from include.extraction.livraisons import archive, lire_archive, manifestes
from include.personnes import registre

DE_PAUL = ("durand", "paul@exemple.fr", "0699999999")
LOIN = dt.date(2040, 1, 1)


@pytest.fixture
def d(d: Dossiers) -> Dossiers:
    """L'entrepôt de poche : reçu le 2 janvier 2031. Maëlys a travaillé jusqu'en mars 2028, Paul jusqu'en mars 2030."""
    batir(d)
    return d


def contrat_de(salarie: str, debut: str) -> str:
    """Un export des contrats où ce salarié en a un, commencé ce jour-là."""
    entete = "N° contrat;N° salarié;N° opération;Employeur;Type d'employeur;Type de contrat;Date de début;Embauche\r\n"
    return f"{entete}C7;{salarie};OP1;Toits SARL;Entreprise;CDD;{debut};Oui\r\n"


def nommees(d: Dossiers, source: str) -> list[str]:
    """Noms que prive/identites garde pour une source."""
    noms = []
    for m in manifestes(d, source):
        fichier = d.prive / "identites" / source / f"{m['livraison']}.parquet.enc"
        if fichier.exists():
            noms += pq.read_table(pa.BufferReader(cle(d).lire(fichier)))["nom"].to_pylist()
    return sorted(noms)


# --- Quand -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "veille", "garde", "reste"),
    [
        # Le contrat de Maëlys finit le 31 mars 2028, ses heures sont saisies le 2 avril : deux ans, et elle est échue
        # dès sa réception. Celles de Paul sont saisies le 2 avril 2030.
        ("abc_clauses_salaries", dt.date(2032, 4, 1), ["Durand"], []),
        # FSE : trois ans après l'orientation, le 12 mai 2030 pour l'une, le 13 pour l'autre.
        ("prescriptions", dt.date(2033, 5, 11), ["Durand", "Zephirin"], ["Durand"]),
        # Aucune date : deux ans après la première livraison qui les nomme, la nuit du 2 janvier 2031.
        ("pole_emploi_longvic", dt.date(2033, 1, 1), ["Durand", "Quatre Point"], []),
    ],
)
def test_le_delai_court_de_la_derniere_activite(
    d: Dossiers, source: str, veille: dt.date, garde: list[str], reste: list[str]
) -> None:
    """La veille rien ne part, le jour même tout ce qui est échu."""
    conservation.appliquer(d, veille)
    assert nommees(d, source) == garde
    conservation.appliquer(d, veille + dt.timedelta(days=1))
    assert nommees(d, source) == reste


def test_l_activite_remonte_de_source_en_source(d: Dossiers) -> None:
    """Un salarié est actif par ses contrats, et eux par leurs heures ; une date à venir n'est pas une activité."""
    contrat, qui = connus()["abc_clauses_salaries"], identites(d)
    maelys, paul = qui["abc_clauses_salaries", "S1"], qui["abc_clauses_salaries", "S2"]
    activites = conservation.derniere_activite(d, contrat, SUIVANTE.nuit)
    assert activites == {maelys: dt.date(2028, 4, 2), paul: dt.date(2030, 4, 2)}
    assert conservation.derniere_activite(d, contrat, dt.date(2030, 3, 30)) == {
        maelys: dt.date(2028, 4, 2), paul: dt.date(2030, 3, 1),
    }  # fmt: skip
    assert conservation.derniere_activite(d, connus()["pole_emploi_longvic"], SUIVANTE.nuit) == {}


def test_l_activite_d_une_personne_est_celle_de_toutes_ses_identites(d: Dossiers) -> None:
    """Deux graphies d'une même personne dans une source : la plus récente garde l'autre."""
    autre = PAUL.replace("Durand", "Durant").replace("S2", "S7")
    deposer(d, "abc/abc_clauses_salaries_20310131.csv", ENTETE_SALARIES + autre)
    deposer(d, "abc/abc_clauses_contrats_20310131.csv", contrat_de("S7", "15/12/2030"))
    prendre_tout(d, SUIVANTE)
    qui = identites(d)
    entree = {"identite_id": qui["abc_clauses_salaries", "S7"], "personne_id": qui["abc_clauses_salaries", "S2"]}
    autres = {"evenement": "rattachee", "avant": None, "motif": "", "modele": "essai"}
    registre.REGISTRE.ajouter(d, cle(d), SUIVANTE, [entree | autres])
    conservation.appliquer(d, dt.date(2032, 12, 14))
    assert nommees(d, "abc_clauses_salaries") == ["Durand", "Durant"]
    conservation.appliquer(d, dt.date(2032, 12, 15))
    assert nommees(d, "abc_clauses_salaries") == []


@pytest.mark.parametrize(
    ("jour", "ans", "attendu"),
    [
        (dt.date(2028, 2, 29), 2, dt.date(2030, 3, 1)),
        (dt.date(2028, 2, 29), 4, dt.date(2032, 2, 29)),
        (dt.date(2028, 2, 28), 2, dt.date(2030, 2, 28)),
    ],
)
def test_des_annees_plus_tard(jour: dt.date, ans: int, attendu: dt.date) -> None:
    assert conservation.annees_apres(jour, ans) == attendu


# --- Quoi ------------------------------------------------------------------------------------------------------------


def test_tout_echu_plus_personne_n_est_nomme(d: Dossiers) -> None:
    """Ni dans les dépôts, ni dans les archives, ni dans prive/ ; les chiffres publiés ne bougent pas."""
    avant, anciens = chiffres(d), set(identites(d).values())
    conservation.appliquer(d, LOIN)
    assert ou_est(d, *SIENS, *DE_PAUL, *anciens) == set()
    assert chiffres(d) == avant
    assert chiffres(d)["personnes"] == (2,)


def test_les_faits_et_ce_qui_les_croise_restent(d: Dossiers) -> None:
    """Échus source après source, chacun est toujours le même partout où il l'était, sans qu'on sache qui."""
    avant = {m["livraison"]: lire_bronze(d, m).to_pylist() for m in manifestes(d) if m["chargees"]}
    groupes, anciens = personnes(d), set(identites(d).values())
    for jour in (SUIVANTE.nuit, dt.date(2032, 6, 1), dt.date(2033, 2, 1), LOIN):
        conservation.appliquer(d, jour)
        assert personnes(d) == groupes, jour
    for m in (m for m in manifestes(d) if m["chargees"]):
        for a, b in zip(avant[m["livraison"]], lire_bronze(d, m).to_pylist(), strict=True):
            assert {c for c in a if a[c] != b[c]} == {"personne_id", "identifiant_id"} & a.keys()
    entrees = registre.lire(d, cle(d))
    assert anciens.isdisjoint([*entrees["identite_id"].to_pylist(), *entrees["personne_id"].to_pylist()])


def personnes(d: Dossiers) -> list[set[tuple[str, str]]]:
    """Quelles lignes, de quelles sources, sont de la même personne."""
    connues = operation.personne_de(d, cle(d))
    groupes: dict[str, set[tuple[str, str]]] = {}
    for ligne, identite in identites(d).items():
        groupes.setdefault(connues.get(identite, identite), set()).add(ligne)
    return sorted(groupes.values(), key=sorted)


def test_une_source_oublie_sans_les_autres(d: Dossiers) -> None:
    """Maëlys quitte les salariés, pas les prescriptions : le registre et la publication la connaissent encore."""
    qui = identites(d)
    maelys = qui["abc_clauses_salaries", "S1"]
    conservation.appliquer(d, SUIVANTE.nuit)
    assert nommees(d, "abc_clauses_salaries") == ["Durand"]
    assert "Zephirin" in nommees(d, "prescriptions")
    apres = identites(d)
    assert apres["abc_clauses_salaries", "S1"] not in qui.values()
    assert apres["prescriptions", "F1"] == qui["prescriptions", "F1"]
    connues = registre.lire(d, cle(d))["identite_id"].to_pylist()
    assert maelys not in connues and qui["prescriptions", "F1"] in connues
    assert any(n.startswith("publie") for n in ou_est(d, maelys))
    salaries = next(m for m in manifestes(d, "abc_clauses_salaries"))
    assert not any(mot in lire_archive(d, salaries["sha256"], cle(d)).decode("cp1252").lower() for mot in SIENS)
    assert "Durand;;Paul" in lire_archive(d, salaries["sha256"], cle(d)).decode("cp1252")
    assert not (d.depots / salaries["chemin"]).exists() and (d.depots / "divers.csv").exists()


def test_ce_qui_n_a_pas_ete_charge_part_avec_l_age_de_la_livraison(d: Dossiers) -> None:
    """Valeurs et lignes rejetées, fichiers refusés : ils nommaient quelqu'un que rien d'autre ne date."""
    rejetee = "S8;Inconnue;;Gertrude;?;01/02/1970;;;;;;;;;\r\n"
    deposer(d, "abc/abc_clauses_salaries_20310131.csv", ENTETE_SALARIES + PAUL + rejetee)
    # Paul reste actif : sa ligne et le reste du fichier demeurent.
    deposer(d, "abc/abc_clauses_contrats_20330131.csv", contrat_de("S2", "01/02/2032"))
    prendre_tout(d, SUIVANTE)
    m = manifestes(d, "abc_clauses_salaries")[-1]
    rejets = d.prive / "rejets" / m["source"] / f"{m['livraison']}.parquet.enc"
    refuse = next(v for v in manifestes(d) if v["statut"] == "refusee")

    def garde() -> str:
        return lire_archive(d, m["sha256"], cle(d)).decode("cp1252")

    conservation.appliquer(d, dt.date(2033, 1, 1))
    assert rejets.exists() and "Inconnue" in garde() and archive(d, refuse["sha256"]).exists()
    conservation.appliquer(d, dt.date(2033, 2, 2))
    assert not rejets.exists() and "Inconnue" not in garde() and "Durand;;Paul" in garde()
    assert not archive(d, refuse["sha256"]).exists() and not (d.depots / "divers.csv").exists()
    avant = empreinte(d)
    conservation.appliquer(d, dt.date(2033, 2, 2))
    assert empreinte(d) == avant, "ce qui est purgé ne l'est pas deux fois"


def test_un_fichier_refuse_revenu_sous_le_meme_nom_reste(d: Dossiers) -> None:
    """Le dépôt n'est plus celui qui a été pris : il n'est pas à nous de l'effacer."""
    deposer(d, "divers.csv", REFUSE + "autre ligne\r\n")
    conservation.appliquer(d, LOIN)
    assert (d.depots / "divers.csv").exists()


# --- Comment ---------------------------------------------------------------------------------------------------------


def test_l_essai_dit_et_n_ecrit_rien(d: Dossiers) -> None:
    avant = empreinte(d)
    comptes = conservation.appliquer(d, LOIN, essai=True)
    assert empreinte(d) == avant
    assert {s: (n["personnes"], n["lignes"]) for s, n in comptes.items()} == {
        "abc_clauses_salaries": (2, 2), "prescriptions": (2, 2), "pole_emploi_longvic": (2, 2),
    }  # fmt: skip


def test_le_journal_compte_sans_nommer(d: Dossiers) -> None:
    anciens = set(identites(d).values())
    conservation.appliquer(d, LOIN)
    texte = journal.chemin(d).read_text(encoding="utf-8-sig")
    assert "2040-01-01;conservation;" in texte and ";abc_clauses_salaries;2;2;1;" in texte
    assert not any(mot in texte.lower() for mot in (*SIENS, *DE_PAUL, *anciens, *identites(d).values()))


def test_rien_d_echu_rien_d_ecrit(d: Dossiers) -> None:
    avant = empreinte(d)
    assert conservation.appliquer(d, dt.date(2030, 1, 1)) == {}
    assert empreinte(d) == avant


def test_une_purge_arretee_est_menee_au_bout_par_la_suivante(d: Dossiers) -> None:
    assert mourir_au(9, lambda: conservation.appliquer(d, LOIN))
    assert ou_est(d, *SIENS)
    conservation.appliquer(d, LOIN)
    assert ou_est(d, *SIENS, *DE_PAUL) == set()
    assert not list((d.prive / "operations").iterdir())


def test_elle_ne_se_fait_pas_pendant_une_nuit(d: Dossiers) -> None:
    with partage(d), pytest.raises(EntrepotOccupe):
        conservation.appliquer(d, LOIN)
    assert "Durand" in nommees(d, "prescriptions")


def test_au_clavier(d: Dossiers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ENTREPOT_DATA", str(d.racine))
    assert conservation.main(["2040-13-01"]) == 2
    assert conservation.main(["--autre"]) == 2
    assert "AAAA-MM-JJ" in capsys.readouterr().err
    with exclusif(d):
        assert conservation.main(["2040-01-01"]) == 1
    assert "occupé" in capsys.readouterr().err
    assert conservation.main(["2040-01-01", "--essai"]) == 0
    assert "essai" in capsys.readouterr().out
    assert conservation.main(["2040-01-01"]) == 0
    dit = capsys.readouterr().out
    assert "prescriptions : 2 personne(s)" in dit and "Conservation au 01/01/2040" in dit
    assert conservation.main(["2040-01-01"]) == 0
    assert "rien n'est échu" in capsys.readouterr().out


# --- Ce que dit un contrat -------------------------------------------------------------------------------------------


def contrat(**cles: Any) -> dict[str, Any]:
    def colonne(nom: str, **options: Any) -> dict[str, Any]:
        return {"nom": nom, "entete": nom, "type": "texte", "description": nom, "requis": True} | options

    return {
        "source": "x", "libelle": "x", "axe": "parcours", "proprietaire": "x", "fichier": "x_AAAA.csv",
        "mode": "complet", "cle": ["id"], "fraicheur_jours": 1, "format": {"type": "csv"},
        "colonnes": [colonne("id"), colonne("nom", dcp="identifiante"), colonne("prenom", dcp="identifiante")],
    } | cles  # fmt: skip


def test_la_conservation_par_defaut_et_declaree() -> None:
    assert lire_contrat(contrat()).conservation.ans == 2
    assert lire_contrat(contrat(conservation={"ans": 1})).conservation.ans == 1
    assert lire_contrat(contrat(conservation={"ans": 3, "motif": "FSE"})).conservation.motif == "FSE"
    assert {s for s, c in connus().items() if c.conservation.ans == 3} == {"parcours_etapes", "prescriptions"}


@pytest.mark.parametrize(
    ("cles", "dit"),
    [
        ({"conservation": {"ans": 3}}, "motif"),
        ({"conservation": {"ans": 0}}, "de 1 à 10"),
        ({"conservation": {"ans": True}}, "de 1 à 10"),
        ({"conservation": {"ans": "2"}}, "de 1 à 10"),
        ({"conservation": {"annees": 2}}, "attend ans"),
        ({"activite": {"source": "y"}}, "source et cle"),
        ({"activite": {"source": "y", "cle": "absente"}}, "colonne de la source"),
        ({"conservation": {"ans": 2}, "colonnes": [
            {"nom": "id", "entete": "id", "type": "texte", "description": "id", "requis": True}]}, "ne nomme personne"),
    ],
)  # fmt: skip
def test_une_conservation_mal_dite_est_refusee(cles: dict[str, Any], dit: str) -> None:
    with pytest.raises(ContratInvalide, match=dit):
        lire_contrat(contrat(**cles))


@pytest.mark.parametrize(
    ("activite", "dit"),
    [
        ("{source: absente, cle: id_contrat}", "ne convient pas"),
        ("{source: abc_clauses_contrats, cle: id_contrat}", "rond"),
    ],
)
def test_une_chaine_d_activite_qui_ne_mene_nulle_part_est_refusee(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, activite: str, dit: str
) -> None:
    source = Path(des_contrats.__file__).parent / "abc_clauses_heures.yml"
    (tmp_path / source.name).write_text(
        f"{source.read_text(encoding='utf-8')}\nactivite: {activite}\n", encoding="utf-8"
    )
    monkeypatch.setattr(des_contrats, "dossier_du_pole", lambda _: tmp_path)
    with pytest.raises(ContratInvalide, match=dit):
        des_contrats.connus.__wrapped__()
