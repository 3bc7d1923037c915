"""Les courriels : ce que reçoit chaque boîte, ce que la nuit laisse à faire, et rien de plus que ce qui se publie."""

from __future__ import annotations

import copy
import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml
from chantier import NUIT, Chantier
from poche_droits import prendre_tout

from include.confidentialite import CleAbsente
from include.configuration import RACINE, Dossiers, Nuit, organisation
from include.courrier import Message, Refuse, ServeurInjoignable, envoyer, gestionnaires, prevenir, veiller
from include.courrier.contenu import Contenu, Rubrique
from include.courrier.envoi import NUITS_GARDEES, partis
from include.courrier.ingenieurs import compte_rendu
from include.nuit import executer
from include.publication import empreintes, publier
from include.suivi import passages, rendre_compte

LENDEMAIN = Nuit.de("2031-01-03", "2030-12-31")
CORRIGEES = [("abc_clauses_heures-2", "abc_clauses_heures", "acceptee", 0), ("projets-1", "projets", "acceptee", 0)]
BLOQUE = {"transverse": ("bloque", "presse.orphelins : La revue de presse ne se lit pas. La renvoyer.")}


@pytest.fixture(scope="module")
def publiee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Deux nuits : la seconde corrige un fichier d'heures, et son axe transverse est bloqué."""
    d = Dossiers(tmp_path_factory.mktemp("courrier") / "data")
    for chantier in (
        Chantier(),
        Chantier(nuit=LENDEMAIN, heures={"P1": "10.50", "P2": "30.00"}, livraisons=CORRIGEES, verdicts=BLOQUE),
    ):
        assert publier(d, chantier.nuit, chantier.ecrire(d))["publiee"]
    return (d.publie / "courant").resolve()


@pytest.fixture
def courrier(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """La clé `courrier` de organisation.yml, sans destinataire de publication, à modifier le temps d'un essai."""
    personne = {"interne": {}, "financeur": {}, "public": {}, "pieces_jointes": []}
    reglages = copy.deepcopy(organisation()["courrier"]) | personne
    monkeypatch.setitem(organisation(), "courrier", reglages)
    return reglages


def seul(publiee: Path) -> gestionnaires.Envoi:
    [envoi] = gestionnaires.envois(publiee)
    return envoi


def rubriques(contenu: Contenu) -> dict[str, Rubrique]:
    return {r.titre: r for r in contenu.rubriques}


# --- Une publication, pour qui la reçoit ----------------------------------------------------------------------------


def test_une_boite_recoit_un_message_sur_ses_axes_et_eux_seuls(publiee: Path, courrier: dict[str, Any]) -> None:
    courrier["interne"] = {"achats_responsables": ["a@x.example", "b@x.example"], "transverse": ["a@x.example"]}
    recus = {e.adresse: [r.titre for r in e.contenu.rubriques] for e in gestionnaires.envois(publiee)}
    assert recus == {
        "a@x.example": ["Achats responsables", "Activité transverse"],
        "b@x.example": ["Achats responsables"],
    }


def test_il_dit_ce_qui_a_change_pourquoi_et_les_chiffres_cles(publiee: Path, courrier: dict[str, Any]) -> None:
    """Les heures passent de 30,75 à 40,50 par un fichier corrigé ; les personnes n'ont pas bougé."""
    courrier["interne"] = {"achats_responsables": ["a@x.example"]}
    contenu = seul(publiee).contenu
    achats = rubriques(contenu)["Achats responsables"]
    assert [(c.libelle, c.valeur, c.unite) for c in achats.chiffres][0] == ("Libellé de CL001", "40,50", "heures")
    [liste] = achats.listes
    assert liste.titre == "Lignes corrigées : 1 chiffre changé"
    assert list(liste.faits) == ["Libellé de CL001, 2030 : 30,75 → 40,50 (+9,75)"]
    assert liste.note == "fichier : abc_clauses_heures.csv."
    assert "Achats responsables" in contenu.resume[0]
    for texte in (contenu.texte(), contenu.html()):
        assert "40,50" in texte and "Lignes corrigées" in texte


def test_un_axe_bloque_se_dit_avant_ses_chiffres_et_dans_le_sujet(publiee: Path, courrier: dict[str, Any]) -> None:
    courrier["interne"] = {"transverse": ["a@x.example"]}
    contenu = seul(publiee).contenu
    alerte = rubriques(contenu)["Activité transverse"].alerte
    assert "arrêtés au 31/12/2030" in alerte and "La renvoyer." in alerte
    assert contenu.sujet.endswith(", 1 axe non rafraîchi") and contenu.etat == "grave"
    texte = contenu.texte()
    assert texte.index("La renvoyer.") < texte.index("Aucun chiffre n'a changé.")


def test_les_liens_menent_aux_pages_de_l_audience_si_elle_en_a(publiee: Path, courrier: dict[str, Any]) -> None:
    courrier["interne"] = {"achats_responsables": ["a@x.example"]}
    courrier["pages"]["interne"] = "https://pole.example/entrepot/"
    contenu = seul(publiee).contenu
    adresses = [x.adresse for r in [contenu, *contenu.rubriques] for x in r.liens]
    assert "https://pole.example/entrepot/achats_responsables.html" in adresses
    for adresse in adresses:
        assert (publiee / adresse.removeprefix("https://pole.example/entrepot/")).is_file(), adresse
    courrier["pages"]["interne"] = None
    assert "http" not in seul(publiee).contenu.texte()


def test_les_pieces_jointes_sont_celles_de_l_audience_et_des_axes_rafraichis(
    publiee: Path, courrier: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = {"achats_responsables": ["a@x.example"], "transverse": ["a@x.example"]}
    courrier["interne"] = axes
    assert seul(publiee).pieces == ()
    courrier["pieces_jointes"] = ["interne"]
    envoi = seul(publiee)
    # Transverse est reporté : son classeur est déjà parti avec la publication d'avant.
    assert [p.relative_to(publiee).as_posix() for p in envoi.pieces] == ["extraits/achats_responsables.xlsx"]
    assert "achats_responsables.xlsx" in envoi.contenu.texte()
    monkeypatch.setattr("include.courrier.gestionnaires.TAILLE_MAX", 100)
    lourd = seul(publiee)
    assert lourd.pieces == () and "trop lourds" in lourd.contenu.texte()


TITRES = "Code;Chiffre;Axe;Projet;Année;Début de période;Fin de période;Valeur;Unité;Publication"


def copie(publiee: Path, audience: str, *lignes: str) -> None:
    """La copie d'une audience, réduite à ses chiffres."""
    csv = publiee / audience / "extraits" / "rapport" / "indicateurs.csv"
    csv.parent.mkdir(parents=True, exist_ok=True)
    csv.write_text("\n".join([TITRES, *lignes]) + "\n", encoding="utf-8-sig")


def chiffre(code: str, annee: int, valeur: str) -> str:
    return (
        f"{code};Libellé de {code};achats_responsables;322;{annee};01/01/{annee};31/12/{annee};{valeur};heures;2030-1"
    )


def test_le_public_ne_lit_que_sa_copie_et_jamais_un_ecart(publiee: Path, courrier: dict[str, Any]) -> None:
    """Une valeur sous secret s'y lit « s » ; ni la valeur interne, ni ce qui a changé, ni la cause d'un blocage."""
    copie(publiee, "public", chiffre("CL001", 2030, "s"), chiffre("CL020", 2030, "7"))
    courrier["public"] = {"achats_responsables": ["a@x.example"], "transverse": ["a@x.example"]}
    contenu = seul(publiee).contenu
    valeurs = {c.libelle: c.valeur for r in contenu.rubriques for c in r.chiffres}
    assert valeurs == {"Libellé de CL001": "s", "Libellé de CL020": "7"}
    for texte in (contenu.texte(), contenu.html()):
        assert not re.search(r"40,50|30,75|corrigées|abc_clauses|La renvoyer", texte)


def test_les_financeurs_lisent_ce_qui_a_change_des_chiffres_qu_ils_ont(publiee: Path, courrier: dict[str, Any]) -> None:
    courrier["financeur"] = {"achats_responsables": ["a@x.example"]}
    copie(publiee, "financeur", chiffre("CL001", 2030, "40,5"))
    assert "Lignes corrigées" in seul(publiee).contenu.texte()
    copie(publiee, "financeur", chiffre("CL020", 2030, "2"))
    assert "Lignes corrigées" not in seul(publiee).contenu.texte()


# --- Le message -----------------------------------------------------------------------------------------------------


def message(**autres: Any) -> Message:
    valeurs = {
        "nature": "nuit", "objet": "2031-01-02", "adresse": "a@x.example", "sujet": "Nuit", "texte": "é", "html": "<p>",
    }  # fmt: skip
    return Message(**valeurs | autres)


def test_les_en_tetes_disent_qu_une_machine_ecrit_et_reconnaissent_un_renvoi() -> None:
    mime = message().mime()
    assert mime["Auto-Submitted"] == "auto-generated" and mime["Date"] and mime["From"].addresses[0].addr_spec
    assert [p.get_content_type() for p in mime.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert message().identifiant == message(sujet="Autre", texte="Autre").identifiant == mime["Message-ID"]
    autres = {message(objet="x"), message(nature="x"), message(adresse="x@x.example")}
    assert len({m.identifiant for m in autres} | {message().identifiant}) == 4
    assert "a@x" not in message().identifiant


@pytest.mark.parametrize("saut", ["\n", "\r\n", "\r"])
def test_aucun_en_tete_ne_s_ajoute_par_un_saut_de_ligne(saut: str) -> None:
    for champ in ("sujet", "adresse"):
        with pytest.raises(ValueError, match=r"linefeed|invalid|CR|line"):
            message(**{champ: f"a@x.example{saut}Bcc: b@x.example"}).mime()


# --- Le compte rendu de la nuit -------------------------------------------------------------------------------------

JOUR = {"nuit": str(NUIT.nuit), "arrete": str(NUIT.arrete_au)}
PUBLIEE = {"publiee": True, "publication": "2031-01-02-1", "motif": "", "axes": {"campus": {"verdict": "passe"}}}
HEURES = "N° contrat;Mois;Heures réalisées;Date de saisie\nC1;11/2030;10,5;\nC2;11/2030;dix;\nC3;11/2030;;\n"
REFUSE = "<html><table><tr><td>N° contrat</td></tr></table></html>"


def resultat(**autres: Any) -> dict[str, Any]:
    return {"nuit": JOUR, "livraisons": [], "publication": PUBLIEE, "echecs": []} | autres


def deposer(d: Dossiers, nom: str, texte: str) -> None:
    d.depots.mkdir(parents=True, exist_ok=True)
    (d.depots / nom).write_bytes(texte.encode("cp1252"))


def rendu(d: Dossiers, **autres: Any) -> Contenu:
    r = resultat(**autres)
    compte = rendre_compte(d, Nuit.de(JOUR["nuit"], JOUR["arrete"]), r)
    return compte_rendu(d, r, compte)


def faits(contenu: Contenu, responsable: str) -> dict[str, list[str]]:
    return {liste.titre: list(liste.faits) for liste in rubriques(contenu)[responsable].listes}


def test_ce_qui_est_a_faire_est_range_par_qui_peut_le_faire(d: Dossiers) -> None:
    """Deux lignes rejetées et un fichier refusé au service clauses ; deux couples à décider, une panne à l'équipe."""
    deposer(d, "abc_clauses_heures_203011.csv", HEURES)
    deposer(d, "abc_clauses_contacts_20301231.xls", REFUSE)
    deposer(d, "inconnu.csv", "a;b\n1;2\n")
    contenu = rendu(
        d,
        livraisons=prendre_tout(d),
        personnes={"a_decider": 2},
        inventaire={"en_ecriture": ["presse_2030.xlsx"]},
        echecs=[{"etape": "transformer (socle)", "cause": "MemoryError"}],
    )
    clauses, equipe = faits(contenu, "Service clauses d'insertion"), faits(contenu, "Équipe données")
    assert clauses["Lignes rejetées cette nuit"] == [
        f"Heures d'insertion réalisées, Heures réalisées : 1 ligne, {motif}"
        for motif in ("cellule obligatoire vide", "nombre attendu (par exemple 5 217,15) : texte trouvé")
    ]
    [refus] = clauses["Fichiers refusés cette nuit"]
    assert refus.startswith("abc_clauses_contacts_20301231.xls : page HTML")
    assert equipe["Étapes en échec"] == ["transformer (socle) : MemoryError"]
    assert equipe["À décider"] == ["2 couples douteux de personnes : prive/revue_personnes.csv"]
    assert equipe["Laissés à la nuit prochaine"] == ["presse_2030.xlsx : encore en écriture"]
    assert equipe["Fichiers refusés cette nuit"][0].startswith("inconnu.csv : ")
    assert contenu.rubriques[0].titre == "Équipe données"
    assert contenu.resume[1] == "3 fichiers nouveaux, 1 accepté : 1 ligne chargée, 2 rejetées."
    [retour] = rubriques(contenu)["Service clauses d'insertion"].liens
    fichier = retour.adresse.removeprefix(organisation()["courrier"]["pages"]["interne"] + "/")
    assert (d.publie / fichier).is_file(), "le lien mène au fichier de retour"
    for texte in (contenu.texte(), contenu.html()):
        assert "dix" not in re.findall(r"\w+", texte), "aucune valeur de cellule"
        assert contenu.sujet.isprintable() and "abc_clauses" not in contenu.sujet


def test_un_fichier_en_retard_se_dit_meme_si_la_nuit_n_est_pas_allee_aux_controles(d: Dossiers) -> None:
    deposer(d, "abc_clauses_heures_203009.csv", HEURES.replace("11/2030", "09/2030"))
    contenu = rendu(
        d, livraisons=prendre_tout(d), publication={"publiee": False, "motif": "x"},
        echecs=[{"etape": "construire", "cause": "OSError"}],
    )  # fmt: skip
    # Daté du 1er septembre et attendu tous les 75 jours : depuis le 15 novembre, 48 jours.
    assert "Heures d'insertion réalisées : attendu le 15/11/2030, 48 jours de retard" in faits(
        contenu, "Service clauses d'insertion"
    )["Fichiers en retard"]  # fmt: skip
    assert contenu.sujet.endswith("en échec") and contenu.etat == "grave"
    assert "n'est pas allée au bout" in contenu.resume[0]


def controle(severite: str, nom: str = "lots_et_operation") -> dict[str, str]:
    return {
        "axe": "achats_responsables", "controle": nom, "severite": severite, "proprietaire": "Service clauses",
        "message": f"Accorder {nom}.",
    }  # fmt: skip


def avec_causes(*causes: dict[str, str]) -> dict[str, Any]:
    return {"passage": {"causes": list(causes), "quand": "2031"}, "retours": [], "copies": ""}


@pytest.fixture
def sans_retard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Le suivi des livraisons n'a rien à dire."""
    monkeypatch.setattr("include.courrier.ingenieurs._du_suivi", lambda *a: None)


@pytest.mark.usefixtures("sans_retard")
def test_les_controles_bloquants_et_signales_vont_a_leur_responsable(d: Dossiers) -> None:
    """La fraîcheur et le refus sont déjà dits de la livraison : pas deux fois."""
    causes = [controle("bloquant"), controle("signale", "duree"), controle("signale", "heures.fraicheur")]
    contenu = compte_rendu(d, resultat(), avec_causes(*causes))
    assert faits(contenu, "Service clauses") == {
        "Contrôles bloquants": ["Accorder lots_et_operation."],
        "Contrôles signalés": ["Accorder duree."],
    }
    assert contenu.etat == "attention"


@pytest.mark.usefixtures("sans_retard")
@pytest.mark.parametrize(
    ("publication", "echecs", "issue", "etat", "phrase"),
    [
        (PUBLIEE, [], "publiée", "bon", "La publication 2031-01-02-1 est en place."),
        (
            {"publiee": False, "motif": "rien n'a changé"}, [],
            "rien de neuf à publier", "bon", "Rien n'est publié : rien n'a changé.",
        ),
        (
            {"publiee": False, "motif": "le socle est bloqué", "axes": {"core": {"verdict": "bloque"}}}, [],
            "tout est retenu", "grave", "Rien n'est publié : le socle est bloqué.",
        ),
        (
            PUBLIEE | {"axes": {"campus": {"verdict": "bloque"}}}, [],
            "publiée, 1 axe bloqué", "grave",
            "La publication 2031-01-02-1 est en place. Gardent leurs dernières bonnes tables : Campus des compétences.",
        ),
        (
            PUBLIEE, [{"etape": "bilan", "cause": "OSError"}],
            "publiée, avec une panne", "grave", "La publication 2031-01-02-1 est en place.",
        ),
    ],
)  # fmt: skip
def test_la_nuit_publiee_muette_retenue_ou_en_panne_dit_ce_qu_elle_est(
    d: Dossiers, publication: dict[str, Any], echecs: list[dict[str, str]], issue: str, etat: str, phrase: str
) -> None:
    contenu = compte_rendu(d, resultat(publication=publication, echecs=echecs), avec_causes())
    assert contenu.sujet == f"[CREATIV'] Nuit du 02/01/2031 : {issue}"
    assert (contenu.etat, contenu.resume[0]) == (etat, phrase)
    # Rien à faire : le message est court, et le dit.
    assert ("Rien à faire" in contenu.texte()) == (not echecs)
    assert bool(contenu.rubriques) == bool(echecs)


def test_le_compte_rendu_part_meme_si_le_suivi_est_en_panne(d: Dossiers) -> None:
    contenu = compte_rendu(d, resultat(echecs=[{"etape": "bilan", "cause": "OSError"}]), None)
    assert faits(contenu, "Équipe données") == {"Étapes en échec": ["bilan : OSError"]}


# --- L'envoi --------------------------------------------------------------------------------------------------------


class Serveur:
    """Un serveur de papier : note ce qu'il prend, refuse ce qu'on lui dit, tombe quand on veut."""

    def __init__(self) -> None:
        self.pris: list[str] = []
        self.refuse: set[str] = set()
        self.tombe_apres: int | None = None

    def __call__(self, m: Message) -> None:
        if self.tombe_apres == len(self.pris):
            raise ServeurInjoignable("coupé")
        if m.adresse in self.refuse:
            raise Refuse("code 550")
        self.pris.append(m.adresse)

    @contextmanager
    def ouvrir(self) -> Iterator[Serveur]:
        yield self


TROIS = [message(adresse=f"{nom}@x.example") for nom in "abc"]


def restes(d: Dossiers, nuit: str = "2031-01-02") -> list[str]:
    return sorted(f.name for f in d.racine.glob(f"courrier/{nuit}/*.eml"))


def test_sans_serveur_les_messages_sont_des_fichiers_et_c_est_dit(d: Dossiers) -> None:
    dit = envoyer(d, "2031-01-02", TROIS, lambda: nullcontext(None))
    assert "aucun serveur" in dit and "3 messages" in dit and str(d.racine / "courrier" / "2031-01-02") in dit
    assert len(restes(d)) == 3 and not partis(d)


def test_un_message_pris_ne_repart_pas_et_ne_reste_pas_en_fichier(d: Dossiers) -> None:
    serveur = Serveur()
    assert "3 messages pris" in envoyer(d, "2031-01-02", TROIS, serveur.ouvrir)
    assert "3 déjà partis" in envoyer(d, "2031-01-02", TROIS, serveur.ouvrir)
    assert serveur.pris == ["a@x.example", "b@x.example", "c@x.example"]
    assert not (d.racine / "courrier" / "2031-01-02").exists()
    assert "x.example" not in (d.racine / "journal" / "courrier.jsonl").read_text()


def test_un_refus_n_arrete_pas_les_autres_et_se_retente_seul(d: Dossiers) -> None:
    serveur = Serveur()
    serveur.refuse = {"b@x.example"}
    with pytest.raises(Refuse, match=r"refusé 1 message sur 3 \(code 550\)"):
        envoyer(d, "2031-01-02", TROIS, serveur.ouvrir)
    assert serveur.pris == ["a@x.example", "c@x.example"] and len(restes(d)) == 1
    serveur.refuse = set()
    envoyer(d, "2031-01-02", TROIS, serveur.ouvrir)
    assert serveur.pris == ["a@x.example", "c@x.example", "b@x.example"] and not restes(d)


def test_un_serveur_qui_tombe_en_route_ne_fait_renvoyer_que_le_reste(d: Dossiers) -> None:
    """Et une ligne du journal tronquée par un arrêt brutal ne fait oublier que son message."""
    serveur = Serveur()
    serveur.tombe_apres = 1
    with pytest.raises(ServeurInjoignable):
        envoyer(d, "2031-01-02", TROIS, serveur.ouvrir)
    assert len(restes(d)) == 2, "rien n'est perdu si le serveur ne revient pas"
    journal = d.racine / "journal" / "courrier.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"message_id": "<tron')
    serveur.tombe_apres = None
    envoyer(d, "2031-01-02", TROIS, serveur.ouvrir)
    assert serveur.pris == ["a@x.example", "b@x.example", "c@x.example"]
    assert len(partis(d)) == 3


def test_les_vieux_fichiers_s_en_vont(d: Dossiers) -> None:
    for jour in range(1, NUITS_GARDEES + 3):
        envoyer(d, f"20{jour:02}-01-01", TROIS[:1], lambda: nullcontext(None))
    nuits = sorted(x.name for x in (d.racine / "courrier").iterdir())
    assert len(nuits) == NUITS_GARDEES and nuits[0] == "2003-01-01"


def test_personne_a_prevenir_se_dit(d: Dossiers, courrier: dict[str, Any]) -> None:
    courrier["ingenieurs"] = []
    muette = {"publiee": False, "motif": "rien n'a changé"}
    assert "personne à prévenir" in prevenir(d, resultat(publication=muette), None, Serveur().ouvrir)
    assert not (d.racine / "courrier").exists()


@pytest.mark.usefixtures("sans_retard")
def test_les_gestionnaires_ne_sont_prevenus_que_d_une_publication(
    publiee: Path, courrier: dict[str, Any], d: Dossiers
) -> None:
    courrier |= {"ingenieurs": ["i@x.example"], "interne": {"achats_responsables": ["a@x.example"]}}
    serveur, dossiers = Serveur(), Dossiers(publiee.parent.parent)
    neuve = PUBLIEE | {"publication": publiee.name}
    muette = {"publiee": False, "motif": "rien n'a changé"}
    for publication, quand, attendus in (
        (neuve, "1", ["i@x.example", "a@x.example"]),
        (neuve, "1", []),  # Reprise de la tâche : rien ne repart.
        (muette, "2", ["i@x.example"]),
    ):
        serveur.pris.clear()
        compte = avec_causes()
        compte["passage"]["quand"] = quand
        prevenir(dossiers, resultat(publication=publication), compte, serveur.ouvrir)
        assert serveur.pris == attendus


def test_sans_airflow_une_nuit_en_echec_rend_compte_avant_de_lever(
    d: Dossiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Un déploiement configuré sans clé ; l'erreur passe, le message et le journal sont écrits."""
    deposer(d, "abc_clauses_heures_203011.csv", HEURES)
    monkeypatch.setenv("ENTREPOT_DEPLOIEMENT", "configure")
    with pytest.raises(CleAbsente):
        executer(d, NUIT)
    [nom] = restes(d)
    octets = (d.racine / "courrier" / JOUR["nuit"] / nom).read_bytes()
    message = email.message_from_bytes(octets, policy=email.policy.default)
    texte = message.get_body(("plain",)).get_content()
    assert "- extraire (abc_clauses_heures) : Déploiement configuré sans clé" in texte
    assert message["Subject"] == "[CREATIV'] Nuit du 02/01/2031 : en échec"
    assert [p["issue"] for p in passages(d)] == ["echec"]


def test_la_veille_n_ecrit_que_si_la_nuit_n_a_pas_rendu_compte(d: Dossiers) -> None:
    serveur = Serveur()
    assert "1 message pris" in (veiller(d, "2031-01-02", serveur.ouvrir) or "")
    assert "1 déjà parti" in (veiller(d, "2031-01-02", serveur.ouvrir) or "")
    rendre_compte(d, NUIT, resultat(publication={"publiee": False, "motif": "x"}))
    assert veiller(d, "2031-01-02", serveur.ouvrir) is None
    assert veiller(d, "2031-01-03", serveur.ouvrir) is not None, "la nuit d'avant n'excuse pas celle-ci"
    assert len(serveur.pris) == 2


# --- Les réglages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cle", "valeur", "dit"),
    [
        ("expediteur", "pas une adresse", r"courrier\.expediteur : « pas une adresse »"),
        ("ingenieurs", ["a@x.example", "b@"], r"courrier\.ingenieurs : « b@ »"),
        ("ingenieurs", "a@x.example", r"courrier\.ingenieurs : une liste"),
        ("interne", {"campus": ["a b@x.example"]}, r"courrier\.interne\.campus : « a b@x.example »"),
        ("interne", {"campus": ["a@x.example\nBcc: b@x.example"]}, r"courrier\.interne\.campus"),
        ("financeur", {"cmpus": []}, r"courrier\.financeur : une liste d'adresses par axe"),
        ("public", {"campus": ["direction@creativ.example"]}, r"de deux audiences, interne et public"),
        ("pages", {"interne": None}, r"courrier\.pages"),
        ("pages", {"interne": "pole.example", "financeur": None, "public": None}, r"courrier\.pages\.interne"),
        ("pieces_jointes", ["tous"], r"courrier\.pieces_jointes"),
        ("destinataires", [], r"courrier : clés attendues"),
    ],
)
def test_un_reglage_faux_se_dit_avec_sa_cle(
    cle: str, valeur: Any, dit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contenu = yaml.safe_load((RACINE / "organisation.yml").read_text(encoding="utf-8"))
    contenu["courrier"][cle] = valeur
    fichier = tmp_path / "organisation.yml"
    fichier.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("ENTREPOT_ORGANISATION", str(fichier))
    with pytest.raises(ValueError, match=dit):
        organisation.__wrapped__()


def test_changer_un_destinataire_ne_republie_rien(courrier: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    avant = empreintes.code()
    courrier["ingenieurs"] = ["x@x.example"]
    assert empreintes.code() == avant
    monkeypatch.setitem(organisation(), "territoire", "Ailleurs")
    assert empreintes.code() != avant
