"""La page de santé et le journal des nuits : ce qui manque, ce qui est à reprendre, ce que chaque nuit a fait."""

from __future__ import annotations

import json
import multiprocessing
import re
from pathlib import Path
from typing import Any

import pytest
from poche_droits import mourir_au, prendre_tout

from include.configuration import Dossiers, Nuit
from include.contrats import tous
from include.suivi import chronometrer, journal, passages, rendre_compte
from include.suivi.etat import Etat, Source, lire_etat
from include.suivi.page import duree

NUIT = Nuit.de("2018-01-02", "2017-12-31")
JOUR = {"nuit": "2018-01-02", "arrete": "2017-12-31"}
PUBLIEE = {"publiee": True, "publication": "2018-01-02-1", "motif": ""}
ENTETE = "N° contrat;Mois;Heures réalisées;Date de saisie\n"
HEURES = f"{ENTETE}C1;01/2017;10,5;\nC2;01/2017;dix;\nC3;01/2017;;\n"
NOM = "abc_clauses_heures_201701.csv"


def deposer(d: Dossiers, nom: str, texte: str) -> Path:
    d.depots.mkdir(parents=True, exist_ok=True)
    (d.depots / nom).write_bytes(texte.encode("cp1252"))
    return d.depots / nom


def etat(d: Dossiers, nuit: Nuit = NUIT) -> Etat:
    return lire_etat(d, nuit, str(NUIT.nuit))


def source(d: Dossiers, nom: str, nuit: Nuit = NUIT) -> Source:
    return next(s for s in etat(d, nuit).sources if s.contrat.source == nom)


def compte(d: Dossiers, nuit: Nuit = NUIT, **resultat: Any) -> dict[str, Any]:
    jour = {"nuit": str(nuit.nuit), "arrete": str(nuit.arrete_au)}
    return rendre_compte(d, nuit, {"nuit": jour, "publication": PUBLIEE} | resultat)


def page(d: Dossiers) -> str:
    """Le texte de la page, sans balises ni blancs répétés."""
    html = (d.publie / "suivi" / "index.html").read_text(encoding="utf-8")
    corps = html.partition("</head>")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", corps)).replace("&#39;", "'").replace("&amp;", "&")


def passer(d: Dossiers, *etapes: str, jour: dict[str, str] = JOUR) -> None:
    for etape in etapes:
        with chronometrer(d, jour, etape):
            pass


# --- Le journal ------------------------------------------------------------------------------------------------------


def lignes(d: Dossiers) -> list[dict[str, Any]]:
    return journal.etapes(d, JOUR["nuit"], JOUR["arrete"])


def test_une_etape_dit_sa_duree_son_issue_et_jamais_son_message(d: Dossiers) -> None:
    with chronometrer(d, JOUR, "extraire", "projets"):
        pass
    with pytest.raises(ValueError, match="Maëlys"), chronometrer(d, JOUR, "transformer", "socle"):
        raise ValueError("« Maëlys » n'est pas une date")
    premiere, seconde = lignes(d)
    assert (premiere["etape"], premiere["precision"], premiere["issue"]) == ("extraire", "projets", "ok")
    assert 0 <= premiere["secondes"] < 1 and premiere["debut"].endswith("+00:00")
    assert (seconde["precision"], seconde["issue"]) == ("socle", "ValueError")
    assert "Maëlys" not in (d.racine / "journal" / "etapes.jsonl").read_text(encoding="utf-8")


def test_une_derniere_ligne_tronquee_ne_perd_qu_elle(d: Dossiers) -> None:
    """Le processus est mort en écrivant : la ligne suivante ne s'y colle pas."""
    passer(d, "inventorier")
    with (d.racine / "journal" / "etapes.jsonl").open("a") as f:
        f.write('{"nuit": "2018-01-02", "arrete": "2017-12')
    passer(d, "rapprocher")
    assert [e["etape"] for e in lignes(d)] == ["inventorier", "rapprocher"]
    compte(d)
    with (d.racine / "journal" / "nuits.jsonl").open("a") as f:
        f.write('{"nuit": "2018')
    assert len(passages(d)) == 1


def _cinquante(racine: Path, precision: str) -> None:
    for _ in range(50):
        with chronometrer(Dossiers(racine), JOUR, "extraire", precision):
            pass


def test_des_processus_ensemble_n_entremelent_pas_leurs_lignes(d: Dossiers) -> None:
    enfants = [
        multiprocessing.get_context("fork").Process(target=_cinquante, args=(d.racine, f"source {i}" * 40))
        for i in range(4)
    ]
    for enfant in enfants:
        enfant.start()
    for enfant in enfants:
        enfant.join()
    assert len(lignes(d)) == 200
    assert len((d.racine / "journal" / "etapes.jsonl").read_bytes().splitlines()) == 200


def test_un_journal_qui_ne_s_ecrit_pas_n_arrete_pas_l_etape(d: Dossiers, caplog: pytest.LogCaptureFixture) -> None:
    d.racine.mkdir(parents=True)
    (d.racine / "journal").write_text("un fichier à la place du dossier")
    with chronometrer(d, JOUR, "publier"):
        fait = True
    assert fait and "durée non inscrite" in caplog.text


def test_rappeler_le_compte_rendu_ne_change_rien_une_autre_nuit_s_ajoute(d: Dossiers) -> None:
    passer(d, "inventorier", "publier")
    compte(d)
    premier = passages(d)
    compte(d, echecs=[{"etape": "courrier", "cause": "serveur muet"}])
    assert len(passages(d)) == 1 and passages(d)[0]["debut"] == premier[0]["debut"]
    assert passages(d)[0]["issue"] == "publiee" and passages(d)[0]["echecs"]
    passer(d, "inventorier", "publier")
    compte(d)
    assert [p["nuit"] for p in passages(d)] == ["2018-01-02"] * 2


def test_un_inventaire_repris_est_du_meme_passage_et_le_compte_rendu_n_allonge_pas_la_nuit(d: Dossiers) -> None:
    passer(d, "inventorier", "extraire")
    with pytest.raises(OSError, match="panne"), chronometrer(d, JOUR, "inventorier"):
        raise OSError("panne")
    passer(d, "inventorier", "extraire", "extraire", "rendre_compte")
    faites = lignes(d)
    assert [e["issue"] for e in faites][:2] == ["OSError", "ok"] and len(faites) == 5
    p = compte(d)["passage"]
    assert p["etapes"].keys() == {"inventorier", "extraire"} and p["debut"] == faites[0]["debut"]


def test_le_journal_est_borne(d: Dossiers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PASSAGES_GARDES", 2)
    monkeypatch.setattr(journal, "ETAPES_GARDEES", 4)
    for n in range(1, 5):
        nuit = Nuit.de(f"2018-01-0{n}")
        passer(d, "inventorier", "publier", jour={"nuit": str(nuit.nuit), "arrete": str(nuit.arrete_au)})
        compte(d, nuit)
    assert [p["nuit"] for p in passages(d)] == ["2018-01-03", "2018-01-04"]
    assert len((d.racine / "journal" / "etapes.jsonl").read_bytes().splitlines()) <= 4


def test_tuee_entre_le_journal_et_la_page_elle_se_refait(d: Dossiers) -> None:
    deposer(d, NOM, HEURES)
    prendre_tout(d, NUIT)
    passer(d, "inventorier", "publier")
    rang, ecrites = 1, 0
    while mourir_au(rang, lambda: compte(d)):
        fichier = d.publie / "suivi" / "index.html"
        ecrites += fichier.exists()
        assert len(passages(d)) <= 1
        assert not fichier.exists() or fichier.read_text(encoding="utf-8").rstrip().endswith("</html>")
        rang += 1
    assert rang > 4 and ecrites == 0, "la page est le dernier renommage"
    assert len(passages(d)) == 1 and "Service clauses d'insertion" in page(d)
    assert not list(d.publie.rglob(".*")) and not list((d.prive / "retours").glob(".*"))


# --- Ce que la nuit a fait -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resultat", "issue", "dit"),
    [
        ({}, "publiee", "La dernière nuit a publié."),
        ({"publication": {"publiee": False, "motif": "rien n'a changé"}}, "silence", "rien de neuf à publier"),
        (
            {"publication": {"publiee": False, "motif": "le socle est bloqué"},
             "axes": {"core": {"verdict": "bloque", "cause": "unicite : deux lignes."}}},
            "retenue", "le socle commun est bloqué",
        ),
        (
            {"publication": None, "echecs": [{"etape": "transformer (socle)", "cause": "OSError (disque plein)"}]},
            "echec", "Transformation (socle) : OSError (disque plein)",
        ),
        ({"publication": None}, "echec", "La dernière nuit a échoué."),
    ],
)  # fmt: skip
def test_chaque_issue_se_dit(d: Dossiers, resultat: dict[str, Any], issue: str, dit: str) -> None:
    assert compte(d, **resultat)["passage"]["issue"] == issue
    assert dit in page(d) and "Aucune durée n'est encore au journal." in page(d)


def test_une_nuit_arretee_tres_tot_a_quand_meme_sa_page(d: Dossiers) -> None:
    rendu = rendre_compte(d, NUIT, {"nuit": JOUR, "echecs": [{"etape": "inventorier", "cause": "PermissionError"}]})
    assert rendu["passage"]["issue"] == "echec" and rendu["retours"] == [] and Path(rendu["page"]).exists()


def test_refaire_une_nuit_passee_ne_ramene_pas_la_page_en_arriere(d: Dossiers) -> None:
    compte(d, Nuit.de("2018-03-01"))
    compte(d)
    assert len(passages(d)) == 2
    assert "jamais reçu, 58 jours" in page(d)


def test_chaque_axe_a_sa_suite_de_verdicts_ses_causes_et_qui_s_en_occupe(d: Dossiers) -> None:
    """Une nuit bloquée, puis une nuit sans contrôle : la cause reste, et la marque dit qu'elle n'a pas été revue."""
    chantier = d.builds / "nuit"
    chantier.mkdir(parents=True)
    (chantier / "nuit.json").write_text(json.dumps({"nuit": "2018-01-02", "arrete_au": "2017-12-31"}))
    controle = {"axe": "gpect", "controle": "rce_offres.rejets", "severite": "bloquant", "verdict": "non_conforme",
                "proprietaire": "Relais Conseil aux Entreprises", "message": "Trop de lignes rejetées."}  # fmt: skip
    autres = [
        controle | {"controle": "conforme", "verdict": "conforme"},
        controle | {"controle": "habitude", "severite": "observe"},
    ]
    (chantier / "verdict.json").write_text(json.dumps({"controles": [controle, *autres]}))
    axes = {
        "gpect": {"verdict": "bloque", "cause": "rce_offres.rejets : Trop de lignes rejetées."},
        "campus": {"verdict": "bloque", "cause": "dbt, couche campus, en échec : unicite"},
    }
    p = compte(d, axes=axes)["passage"]
    assert p["axes"] == {"campus": {"verdict": "bloque", "causes": 1}, "gpect": {"verdict": "bloque", "causes": 1}}
    assert [c["controle"] for c in p["causes"]] == ["dbt", "rce_offres.rejets"]
    compte(d, Nuit.de("2018-01-03"), publication={"publiee": False, "motif": "rien de neuf"})
    texte = page(d)
    assert "02/01/2018 : bloqué" in texte and "03/01/2018 : pas contrôlé" in texte
    assert "bloqué 1 fois, pas contrôlé 1 fois. Dernier blocage : 02/01/2018." in texte
    assert "Trop de lignes rejetées." in texte and "à voir par : Relais Conseil aux Entreprises" in texte
    assert "dbt, couche campus, en échec : unicite" in texte and "habitude" not in texte


def test_durees_et_volumes_se_lisent_nuit_par_nuit(d: Dossiers) -> None:
    """Une étape par nuit, aux durées connues ; une livraison ne compte que la nuit qui l'a prise."""
    deposer(d, NOM, HEURES)
    livraisons = prendre_tout(d, NUIT)
    for n, secondes in enumerate((60, 80, 3700), 2):
        jour = {"nuit": f"2018-01-0{n}", "arrete": "2017-12-31"}
        (d.racine / "journal").mkdir(exist_ok=True)
        with (d.racine / "journal" / "etapes.jsonl").open("a") as f:
            etape = {"etape": "inventorier", "precision": "", "secondes": secondes, "issue": "ok"}
            f.write(json.dumps(jour | etape | {"debut": f"2018-01-0{n}T02:00:00.000+00:00"}) + "\n")
        compte(d, Nuit.de(jour["nuit"], jour["arrete"]), livraisons=livraisons)
    texte, html = page(d), (d.publie / "suivi" / "index.html").read_text(encoding="utf-8")
    assert "Nuit entière 1 h 1 min 1 min 20 s 1 h 1 min 3 nuits" in texte.replace("\u202f", " ")
    assert 'aria-label="Durée de la nuit. De 1' in html and "04/01/2018 : 1\u202fh 1\u202fmin</title>" in html
    assert 'aria-label="Lignes reçues par nuit. De 0 à 3 ; le 04/01/2018, 0."' in html
    assert [p["lignes"].get("abc_clauses_heures", {}).get("rejetees") for p in passages(d)] == [2, None, None]


@pytest.mark.parametrize(
    ("secondes", "lisible"), [(None, "–"), (4.25, "4,3 s"), (60, "1 min"), (89.4, "1 min 29 s"), (3700, "1 h 1 min")]
)
def test_une_duree_se_lit(secondes: float | None, lisible: str) -> None:
    assert duree(secondes).replace("\u202f", " ") == lisible


# --- Ce que chaque partenaire doit -----------------------------------------------------------------------------------


def test_un_fichier_jamais_recu_est_attendu_depuis_la_premiere_nuit(d: Dossiers) -> None:
    s = source(d, "projets", Nuit.de("2018-01-12"))
    assert (str(s.attendue_le), s.retard, s.derniere) == ("2018-01-02", 10, None)
    assert {s.contrat.source for s in etat(d).sources} == tous().keys(), "une source éteinte n'est pas attendue"


def test_un_fichier_est_en_retard_passe_le_delai_de_son_contrat(d: Dossiers) -> None:
    """Les heures sont attendues 75 jours après le mois que dit leur nom, ici le 1er janvier 2017."""
    deposer(d, NOM, ENTETE + "C1;01/2017;10,5;\n")
    prendre_tout(d, Nuit.de("2017-02-03"))
    assert [source(d, "abc_clauses_heures", Nuit.de(f"2017-03-{j}")).retard for j in (10, 17, 18)] == [0, 0, 1]
    en_retard = source(d, "abc_clauses_heures", Nuit.de("2017-03-20"))
    assert (str(en_retard.attendue_le), en_retard.retard) == ("2017-03-17", 3)
    compte(d, Nuit.de("2017-03-20"))
    texte = page(d)
    # Le jamais reçu d'abord, puis le retard ; et l'un comme l'autre avant tout le reste.
    assert (
        texte.index("jamais reçu, 45 jours")
        < texte.index("3 jours 17/03/2017")
        < texte.index("Contrôles de chaque axe")
    )
    assert "17/03/2017 03/02/2017 abc_clauses_heures_AAAAMM.csv" in texte


def test_lignes_lues_chargees_rejetees_et_motifs(d: Dossiers) -> None:
    deposer(d, NOM, HEURES + "C4;01/2017;1;zz\n")
    prendre_tout(d, NUIT)
    deposer(d, "abc_clauses_heures_201701 (1).csv", HEURES + "C4;01/2017;1;zz\n")
    prendre_tout(d, NUIT)
    s = source(d, "abc_clauses_heures")
    assert s.statuts == {"acceptee": 1, "refusee": 0, "doublon": 1}
    assert [s.somme(n) for n in ("lignes_lues", "chargees", "rejetees")] == [4, 2, 2]
    compte(d)
    texte = page(d)
    assert "2 lignes à corriger" in texte and "Fichier de retour (Excel)" in texte
    assert "1 ligne – Heures d'insertion réalisées, « Heures réalisées » : cellule obligatoire vide" in texte
    assert "« Heures réalisées » : nombre attendu (par exemple 5 217,15) : texte trouvé" in texte
    assert "« Date de saisie » : date attendue (JJ/MM/AAAA) : texte trouvé ; cellule vidée" in texte


def test_une_correction_renvoyee_sous_le_meme_nom_clot_la_demande(d: Dossiers) -> None:
    """En incréments l'ancienne livraison reste en vigueur : ses lignes rejetées ne sont plus à corriger pour autant."""
    deposer(d, NOM, HEURES)
    prendre_tout(d, NUIT)
    assert len(source(d, "abc_clauses_heures").rejets) == 2
    deposer(d, NOM, f"{ENTETE}C1;01/2017;10,5;\nC2;01/2017;10;\nC3;01/2017;1;\n")
    prendre_tout(d, NUIT)
    s = source(d, "abc_clauses_heures")
    assert len(s.en_vigueur) == 2 and s.rejets == []
    # Un autre mois ne corrige rien.
    deposer(d, "abc_clauses_heures_201702.csv", HEURES.replace("01/2017", "02/2017"))
    prendre_tout(d, NUIT)
    assert {c.livraison["fichier"] for c in source(d, "abc_clauses_heures").rejets} == {"abc_clauses_heures_201702.csv"}


def test_un_fichier_refuse_se_dit_jusqu_a_ce_qu_il_soit_remplace_ou_retire(d: Dossiers) -> None:
    depose = deposer(d, NOM, "Mois;Date de saisie\n01/2017;\n")
    deposer(d, "inconnu.csv", "a;b\n1;2\n")
    prendre_tout(d, NUIT)
    compte(d)
    assert f"{NOM} , reçu le 02/01/2018 : colonnes requises absentes" in page(d)
    assert "Fichiers que personne n'attend (1)" in page(d) and "inconnu.csv" in page(d)
    assert "Fichiers refusés à renvoyer 2" in page(d)
    depose.rename(depose.with_name("ailleurs.txt"))
    assert source(d, "abc_clauses_heures").refusees == []
    depose.with_name("ailleurs.txt").rename(depose)
    assert len(source(d, "abc_clauses_heures").refusees) == 1
    deposer(d, NOM, HEURES)
    prendre_tout(d, NUIT)
    s = source(d, "abc_clauses_heures")
    assert s.refusees == [] and len(s.rejets) == 2


def test_un_fichier_complet_plus_tardif_remplace_un_refus_mais_pas_un_plus_ancien(d: Dossiers) -> None:
    bon = "Code;Projet;Axe principal;Axes secondaires;Statut\nP1;Projet un;gpect;;\n"
    deposer(d, "projets_2017.csv", "Code\nP1\n")
    deposer(d, "projets_2016.csv", bon)
    prendre_tout(d, NUIT)
    assert len(source(d, "projets").refusees) == 1
    deposer(d, "projets_2017.csv", bon)
    prendre_tout(d, NUIT)
    assert source(d, "projets").refusees == []
