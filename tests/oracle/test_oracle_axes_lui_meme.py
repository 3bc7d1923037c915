"""L'oracle des axes GPECT, parcours et Campus et du rapport, sur des cas écrits à la main."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import generateur
import pytest
from cas import ARRETE, classeur, livraison
from catalogue import Cellule, Livraison
from identites import Structures
from lecture import Illisible, lire, lire_entier
from oracle import autres_axes, calculer

Ligne = dict[str, Cellule]
VISITE: Ligne = {"entreprise": "Forge", "secteur": "Industrie"}
OFFRE: Ligne = {"entreprise": "Forge", "metier": "Soudeur", "date_offre": "01/02/2020"}
ENTRETIEN: Ligne = {"demarche": "IAA", "code_projet": "216", "departement": "21", "statut": "Réalisé"}
CANDIDAT: Ligne = {
    "sas": "1", "nom": "Durand", "prenom": "Zoé", "date_naissance": "01/02/90", "date_orientation": "03/04/2020",
    "present_pre_sas": "O", "participant_sas": "O",
}  # fmt: skip
ETAPE: Ligne = {"dispositif": "Plasturgie", "nom": "Durand", "prenom": "Zoé", "etape": "Rencontré"}
JOUR: Ligne = {"date_etape": "01/02/2020"}
FICHE: Ligne = {"num_axe": "1", "axe_strategique": "Former", "intitule": "Action"}
EVENEMENT: Ligne = {"code_projet": "221", "type_evenement": "Atelier", "intitule": "Rencontre", "statut": "Réalisé"}


def lignes(livraisons: list[Livraison], table: str, arrete: dt.date = ARRETE) -> list[dict[str, Any]]:
    """Lignes d'une table attendue, vides en None."""
    lues = [lire(x) for x in livraisons]
    t = autres_axes(lues, arrete, Structures(lues))[table].astype(object)
    return t.where(t.notna(), None).to_dict("records")


def colonnes(lues: list[dict[str, Any]], *noms: str) -> list[tuple[Any, ...]]:
    """Ces colonnes de chaque ligne."""
    return [tuple(ligne[n] for n in noms) for ligne in lues]


# --- lecture -------------------------------------------------------------------------------------------------


def test_entiers() -> None:
    assert [lire_entier(c) for c in ("1 204", "0", 12.0, 7)] == [1204, 0, 12, 7]
    for illisible in ("-1", "1,5", "env. 3", "1.234,50"):
        with pytest.raises(Illisible):
            lire_entier(illisible)


def test_cellules_fusionnees_et_totaux_de_groupe() -> None:
    lue = lire(
        livraison(
            "rce_offres",
            [
                {"num_offre": "1", "secteur": "Industrie", **OFFRE, "postes_qualifies": "2"},
                {"num_offre": "2", **OFFRE, "postes_qualifies": "3"},
                {"secteur": "TOTAL Industrie", "postes_qualifies": "5"},
                {"num_offre": "3", **OFFRE},
                {"num_offre": "4", "secteur": "Agriculture", **OFFRE, "metier": None},
                {"num_offre": "5", **OFFRE, "postes_qualifies": "4"},
                {"num_offre": "TOTAL", "postes_qualifies": "4"},
                {"num_offre": "Total général", "postes_qualifies": "9"},
            ],
        )
    )
    # L'offre 3 suit un TOTAL : elle n'a pas de secteur. La 5 a celui de la 4, pourtant inutilisable.
    assert colonnes(lue.lignes, "num_offre", "secteur") == [
        ("1", "Industrie"),
        ("2", "Industrie"),
        ("5", "Agriculture"),
    ]
    assert (lue.rejets, lue.laissees, lue.totaux_faux) == ({("", 5), ("", 6)}, 3, 0)


def test_un_total_de_groupe_faux_se_voit() -> None:
    offres = [
        {"num_offre": "1", "secteur": "Industrie", **OFFRE, "postes_qualifies": "2"},
        {"num_offre": "TOTAL", "postes_qualifies": "3"},
        {"num_offre": "2", "secteur": "Agriculture", **OFFRE, "postes_qualifies": "4"},
        {"num_offre": "TOTAL", "postes_qualifies": "6"},
    ]
    assert lire(livraison("rce_offres", offres)).totaux_faux == 1


def test_une_cle_est_unique_dans_tout_le_classeur() -> None:
    def evenement(numero: str, **autres: Cellule) -> Ligne:
        return {"id_evenement": numero, **EVENEMENT, "date_evenement": "01/03/2020", **autres}

    janvier, mars = [evenement("1"), evenement("2")], [evenement("1"), evenement("2", lieu="Dijon"), evenement("3")]
    lue = lire(classeur("evenements", {"janvier": janvier, "mars": mars}))
    assert colonnes(lue.lignes, "id_evenement", "_feuille") == [("1", "janvier"), ("3", "mars")]
    assert (lue.lues, lue.rejets, lue.laissees) == (5, {("janvier", 3), ("mars", 3)}, 1)


def test_deux_graphies_d_une_cle_sont_la_meme_ligne() -> None:
    """Une clé se compare sans casse ni espaces autour : les deux lignes sont identiques, une reste."""
    besoins = [
        {"demarche": "IAA", "entreprise": e, "metier": "Boucher", "nb_postes": "1", "date_besoin": "01/02/2020"}
        for e in ("Forge", " FORGE ")
    ]
    lue = lire(livraison("gpect_besoins", besoins))
    assert (len(lue.lignes), lue.rejets, lue.laissees) == (1, set(), 1)


def test_le_nom_de_la_feuille_est_le_projet() -> None:
    feuilles = {p: [{"fiche": "1", **FICHE, "statut": "En cours"}] for p in ("221", "216")}
    plans = lignes([classeur("plan_actions", feuilles)], "rpt_plan_actions")
    assert colonnes(plans, "code_projet", "fiches", "en_cours", "realise") == [("216", 1, 1, 0), ("221", 1, 1, 0)]


def test_un_code_postal_retrouve_ses_zeros() -> None:
    demandeur = {"identifiant": "A1", "nom": "Durand", "prenom": "Zoé", "rome_1": "h2902", "code_postal": 1000}
    lue = lire(livraison("pole_emploi_longvic", [demandeur]))
    assert colonnes(lue.lignes, "code_postal", "rome_1") == [("01000", "H2902")]
    assert lue.anomalies == {(("", 2), "code_postal")}


# --- GPECT ---------------------------------------------------------------------------------------------------


def test_une_structure_a_les_attributs_de_sa_derniere_visite_de_la_periode() -> None:
    visites = [
        {"date_visite": "10/03/2019", **VISITE, "effectif": "10", "adherent_club": "O"},
        {"date_visite": "11/06/2020", **VISITE, "entreprise": "FORGE.", "effectif": None, "origine": "CMAI"},
        {"date_visite": "12/01/2021", **VISITE, "effectif": "300"},
    ]
    rce = lignes([livraison("rce_visites", visites)], "rpt_rce_entreprises")
    tranches = [x for x in rce if x["dimension"] == "tranche_effectif"]
    assert colonnes(tranches, "periode_debut", "periode_fin", "modalite", "entreprises", "rendez_vous") == [
        (dt.date(2019, 1, 1), dt.date(2019, 12, 31), "10 à 20", 1, 1),
        (dt.date(2019, 3, 1), dt.date(2019, 12, 31), "10 à 20", 1, 1),
        (dt.date(2019, 3, 1), dt.date(2020, 12, 31), "Non renseigné", 1, 2),
        (dt.date(2020, 1, 1), dt.date(2020, 12, 31), "Non renseigné", 1, 1),
    ]
    assert {x["modalite"] for x in rce if x["dimension"] == "origine"} == {"CMAI", "Non renseigné"}


def test_une_periode_de_l_annee_en_cours_finit_a_l_arrete() -> None:
    visites = [{"date_visite": "10/01/2020", **VISITE}]
    rce = lignes([livraison("rce_visites", visites)], "rpt_rce_entreprises", dt.date(2020, 9, 30))
    # L'année civile et la période depuis la première visite n'en font qu'une.
    assert {x["periode_fin"] for x in rce} == {dt.date(2020, 9, 30)}
    assert [x["entreprises"] for x in rce if x["dimension"] == "total"] == [1]


def test_les_offres_comptent_l_entreprise_dans_le_secteur_de_sa_derniere() -> None:
    offres = [
        {"num_offre": "1", "secteur": "Industrie", **OFFRE, "postes_qualifies": "2", "pourvue": "O"},
        {"num_offre": "2", "secteur": "Agriculture", **OFFRE, "date_offre": "02/02/2020", "postes_qualifies": "1"},
        {"num_offre": "3", "secteur": "Agriculture", **OFFRE, "date_offre": "02/02/2021"},
    ]
    visites = [{"date_visite": "10/03/2019", **VISITE}]
    rce = lignes([livraison("rce_offres", offres), livraison("rce_visites", visites)], "rpt_rce_offres_secteur")
    assert colonnes(rce, "secteur", "entreprises_visitees", "entreprises_avec_offres", "offres", "postes_q") == [
        ("Agriculture", 0, 1, 1, 1),
        ("Industrie", 1, 0, 1, 2),
        ("TOTAL", 1, 1, 2, 3),
    ]
    assert [x["offres_pourvues"] for x in rce] == [0, 1, 1]


def test_entretiens_et_couverture() -> None:
    entretiens = [
        {"id_entretien": "1", **ENTRETIEN, "entreprise": "Forge", "effectif": "10", "date_entretien": "01/02/2020"},
        {"id_entretien": "2", **ENTRETIEN, "entreprise": "forge", "effectif": "30", "date_entretien": "01/03/2020"},
        {"id_entretien": "3", **ENTRETIEN, "entreprise": "Moulin", "departement": "58", "date_entretien": "01/03/2020"},
        {"id_entretien": "4", **ENTRETIEN, "entreprise": "Four", "statut": "Planifié", "date_entretien": "01/03/2020"},
    ]
    emfor = [
        {"secteur": "iaa", "territoire": t, "annee": a, "effectif_salarie": n}
        for t, a, n in (("21", 2018, 60), ("21", 2019, 0), ("21", 2021, 999), ("Bourgogne", 2020, 300))
    ]
    livraisons = [livraison("gpect_entretiens", entretiens), livraison("emfor_effectifs", emfor)]
    noms = ("departement", "entreprises", "entretiens", "effectif_interroge", "effectif_territoire", "couverture")
    # 2021 est après l'arrêté, 2019 est retirée par un zéro : 2018 sert.
    assert colonnes(lignes(livraisons, "rpt_entretiens"), *noms) == [
        ("21", 1, 2, 30, 60, 0.5),
        ("58", 1, 1, 0, None, None),
        ("TOTAL", 2, 3, 30, 300, 0.1),
    ]


def test_l_etat_est_le_dernier_nomme_a_l_arrete() -> None:
    def recensement(n: int, jour: dt.date) -> Any:
        return livraison("eco_structures", [{"structure": f"S{i}"} for i in range(n)], f"e{jour}.csv", jour)

    jours = [(2, dt.date(2020, 6, 1)), (5, dt.date(2020, 11, 1)), (9, dt.date(2021, 1, 9))]
    livraisons = [recensement(n, jour) for n, jour in jours]
    assert colonnes(lignes(livraisons, "rpt_eco_structures"), "champ", "structures") == [
        ("Non renseigné", 5),
        ("TOTAL", 5),
    ]
    assert [x["structures"] for x in lignes(livraisons, "rpt_eco_structures", dt.date(2020, 9, 30))] == [2, 2]


def test_courriels_de_longvic() -> None:
    courriels = ["a@exemple.fr", " a@exemple.fr ", "a@exemple", "a chez exemple", None]
    demandeurs: list[Ligne] = [
        {"identifiant": str(i), "nom": "Durand", "prenom": "Zoé", "rome_1": "H2902", "courriel": c}
        for i, c in enumerate(courriels)
    ]
    longvic = lignes([livraison("pole_emploi_longvic", demandeurs)], "rpt_public_longvic")
    assert colonnes(longvic, "rome_domaine", "demandeurs", "courriels_valides") == [("H", 5, 2), ("TOTAL", 5, 2)]


# --- parcours ------------------------------------------------------------------------------------------------


def test_entonnoir_des_100_chances() -> None:
    candidats = [
        {"id_candidat": "1", **CANDIDAT, "decision_comite": "Entrée immédiate"},
        {"id_candidat": "2", **CANDIDAT, "decision_comite": "Entrée immédiate", "date_entree": "02/01/2021"},
        {"id_candidat": "3", **CANDIDAT, "date_orientation": "20/12/2019", "decision_comite": "Entrée immédiate",
         "date_entree": "05/01/2020"},
        {"id_candidat": "4", **CANDIDAT, "present_pre_sas": "N", "participant_sas": "N"},
        {"id_candidat": "5", **CANDIDAT, "decision_comite": "Refus comité"},
    ]  # fmt: skip
    entonnoir = lignes([livraison("cent_chances_candidatures", candidats)], "rpt_cent_chances_entonnoir")
    assert colonnes([x for x in entonnoir if x["annee"] == 2020], "etape", "effectif", "taux_etape") == [
        ("candidatures", 4, None),
        ("presents_pre_sas", 3, 0.75),
        ("participants_sas", 3, 1.0),
        ("entrees_immediates", 2, 2 / 3),
        ("entrees_differees", 0, 0.0),
        ("refus_comite", 1, 1 / 3),
        ("abandons_candidat", 0, 0.0),
        ("desistements", 0, 0.0),
    ]
    assert [x["effectif"] for x in entonnoir if x["annee"] == 2019] == [1, 1, 1, 0, 0, 0, 0, 0]


def test_un_sas_est_de_l_annee_de_son_fichier() -> None:
    deux = [
        livraison("cent_chances_candidatures", [{"id_candidat": "1", **CANDIDAT}], f"{a}.xlsx", dt.date(a, 1, 1))
        for a in (2019, 2020)
    ]
    assert lignes(deux, "rpt_cent_chances_entonnoir")[0]["effectif"] == 2


def test_sorties_des_100_chances() -> None:
    suivi = [
        {"id_candidat": "1", "date_entree": "01/02/2018", "date_sortie": "01/02/2020"},
        {"id_candidat": "2", "date_entree": "01/02/2018", "date_sortie": "01/02/2020", "type_sortie": "Abandon"},
        {"id_candidat": "3", "date_entree": "01/02/2018", "type_sortie": "CDI"},
        {"id_candidat": "4", "date_entree": "01/02/2018", "date_sortie": "01/02/2021", "type_sortie": "CDI"},
        {"id_candidat": "5", "date_entree": "01/02/2021"},
    ]
    sorties = lignes([livraison("cent_chances_suivi", suivi)], "rpt_cent_chances_sorties")
    # 2019 n'a ni entrée ni sortie.
    assert {x["arrete_au"] for x in sorties} == {dt.date(2018, 12, 31), ARRETE}
    au = {x["type_sortie"]: x for x in sorties if x["arrete_au"] == ARRETE}
    assert {k: x["effectif"] for k, x in au.items() if x["effectif"]} == {
        "total": 4, "en_accompagnement": 2, "sorties": 2, "sorties_positives": 1, "abandons": 1, "Non renseigné": 1,
    }  # fmt: skip
    parts = ("part_total", "part_sorties", "part_positives")
    assert colonnes([au["Non renseigné"], au["CDI"], au["abandons"], au["en_accompagnement"]], *parts) == [
        (0.25, 0.5, 1.0),
        (0.0, 0.0, 0.0),
        (0.25, 0.5, None),
        (0.5, None, None),
    ]


def test_profil_des_entrees() -> None:
    entree = {**CANDIDAT, "decision_comite": "Entrée immédiate"}
    candidats = [
        {"id_candidat": "1", **entree, "qpv": "O", "niveau_formation": "v bis", "prescripteur": "Mission locale"},
        {"id_candidat": "2", **entree, "prescripteur": "MISSION  LOCALE"},
        {"id_candidat": "3", **entree, "prescripteur": "Mission locale"},
        {"id_candidat": "4", **CANDIDAT},
    ]
    profil = lignes([livraison("cent_chances_candidatures", candidats)], "rpt_cent_chances_profil")
    assert colonnes(profil, "dimension", "modalite", "entrees", "part") == [
        ("niveau", "Non renseigné", 2, 2 / 3),
        ("niveau", "V bis", 1, 1 / 3),
        ("prescripteur", "Mission locale", 3, 1.0),
        ("qpv", "non", 2, 2 / 3),
        ("qpv", "oui", 1, 1 / 3),
        ("sexe", "Non renseigné", 3, 1.0),
    ]


def test_une_personne_compte_a_son_premier_passage() -> None:
    etapes = [
        {"id_participant": "1", **ETAPE, "date_etape": "01/02/2020"},
        {"id_participant": "9", **ETAPE, "nom": "DURAND", "prenom": "zoe", "date_etape": "01/02/2019"},
        {"id_participant": "2", **ETAPE, "date_naissance": "01/02/90", "date_etape": "01/02/2020"},
        {"id_participant": "1", **ETAPE, "etape": "orienté", "date_etape": "01/02/2021"},
    ]
    entonnoir = lignes([livraison("parcours_etapes", etapes)], "rpt_entonnoir")
    # Sans date de naissance et avec, ce sont deux personnes.
    assert colonnes(entonnoir, "annee", "etape", "rang", "effectif") == [
        (2019, "Rencontré", 3, 1),
        (2020, "Rencontré", 3, 1),
    ]


def test_prescriptions() -> None:
    fiche = {"nom": "Durand", "prenom": "Zoé", "prescripteur": "PLIE", "date_orientation": "01/12/2020"}
    premieres = [
        {"id_prescription": "1", **fiche, "decision": "Validé", "date_decision": "10/01/2021"},
        {"id_prescription": "2", **fiche, "decision": "Validé", "secteur": "BTP"},
        {"id_prescription": "3", **fiche, "decision": "Validé", "secteur": "BTP"},
        {"id_prescription": "4", **fiche, "secteur": "Transport"},
    ]
    corrigees = [
        {"id_prescription": "2", **fiche, "decision": "Invalidé", "secteur": "BTP"},
        {"id_prescription": "3", **fiche, "date_orientation": "hier"},
    ]
    livraisons = [
        livraison("prescriptions", corrigees, "b.xlsx", dt.date(2020, 12, 1)),
        livraison("prescriptions", premieres, "a.xlsx", dt.date(2020, 11, 1)),
    ]
    noms = ("secteur", "orientations", "validees", "invalidees", "en_attente")
    assert colonnes(lignes(livraisons, "rpt_prescriptions"), *noms) == [
        ("BTP", 2, 1, 1, 0),
        ("Non renseigné", 2, 0, 0, 2),
    ]


def test_le_chemin_d_une_personne_et_ses_programmes() -> None:
    """Prescrite deux fois, validée la seconde, en contrat avant et après ; candidate ou orientée ailleurs."""
    qui = {"nom": "Durand", "prenom": "Zoé", "date_naissance": "01/02/90"}
    fiche = {**qui, "prescripteur": "PLIE", "date_orientation": "01/12/2019", "decision": "Invalidé"}
    validee = {**fiche, "date_orientation": "01/03/2020", "decision": "Validé", "date_decision": "11/03/2020"}
    operation = {"donneur_ordre": "Ville", "operation": "École", "secteur": "BTP", "statut": "En cours"}
    contrat = {
        "id_salarie": "S", "id_operation": "O", "employeur": "Forge", "type_employeur": "EI", "type_contrat": "CDDI"
    }  # fmt: skip
    livraisons = [
        livraison("prescriptions", [{"id_prescription": "1", **fiche}, {"id_prescription": "2", **validee}]),
        livraison("abc_clauses_salaries", [{"id_salarie": "S", **qui, "nom": "DURAND", "sexe": "F"}]),
        livraison("abc_clauses_operations", [{"id_operation": "O", **operation}]),
        livraison(
            "abc_clauses_contrats",
            [
                {"id_contrat": "1", **contrat, "date_debut": "02/01/2020", "embauche": "O"},
                {"id_contrat": "2", **contrat, "date_debut": "31/03/2020", "embauche": "N"},
                {"id_contrat": "3", **contrat, "date_debut": "02/01/2021", "embauche": "O"},
            ],
        ),
        livraison("cent_chances_candidatures", [{"id_candidat": "1", **CANDIDAT}]),
        livraison("parcours_etapes", [{"id_participant": "1", **ETAPE, **qui, "etape": "orienté", **JOUR}]),
    ]
    noms = ("annee", "prescripteur", "validees", "avec_contrat", "embauchees", "jours_validation", "jours_contrat")
    assert colonnes(lignes(livraisons, "rpt_parcours_chemins"), *noms) == [
        (2019, "PLIE", 1, 1, 0, 101, 121),
        (2019, "TOTAL", 1, 1, 0, 101, 121),
    ]
    ensemble = "Clauses d'insertion + Prescription vers les clauses"
    noms = ("arrete_au", "programmes", "personnes")
    assert colonnes(lignes(livraisons, "rpt_parcours_croises_arretes"), *noms) == [
        (dt.date(2019, 12, 31), "Prescription vers les clauses", 1),
        (dt.date(2020, 12, 31), ensemble, 1),
    ]
    assert colonnes(lignes(livraisons, "rpt_parcours_croises"), "programmes", "part") == [(ensemble, 1)]


def test_la_personne_d_abc_clauses_l_emporte_puis_la_fiche_la_plus_recente() -> None:
    qui = {"nom": "Durand", "prenom": "Zoé", "date_naissance": "01/02/90"}
    etape = {**ETAPE, **qui, "id_participant": "1", "date_etape": "01/02/2020"}
    fiche = {**qui, "id_prescription": "1", "prescripteur": "PLIE", "date_orientation": "01/12/2020"}
    livraisons = [
        livraison("parcours_etapes", [{**etape, "sexe": "F"}], "e.csv", dt.date(2020, 3, 1)),
        livraison("prescriptions", [{**fiche, "qpv": "Le Mail"}], "p.xlsx", dt.date(2020, 12, 1)),
    ]
    attributs = ("sexe", "annee_naissance", "qpv")
    assert colonnes(lignes(livraisons, "dim_personne"), *attributs) == [(None, 1990, True)]
    salarie = livraison("abc_clauses_salaries", [{"id_salarie": "1", **qui, "sexe": "F"}], "s.csv", dt.date(2019, 1, 1))
    assert colonnes(lignes([*livraisons, salarie], "dim_personne"), *attributs) == [("F", 1990, False)]


# --- Campus et rapport ---------------------------------------------------------------------------------------


def test_evenements_realises_a_leur_date() -> None:
    mars = [
        {"id_evenement": "1", **EVENEMENT, "date_evenement": "02/03/2020", "nb_participants": "12"},
        {"id_evenement": "2", **EVENEMENT, "date_evenement": "30/12/2019"},
        {"id_evenement": "3", **EVENEMENT, "date_evenement": "02/03/2020", "statut": "Planifié"},
        {"id_evenement": "4", **EVENEMENT, "date_evenement": "02/03/2021"},
    ]
    evenements = lignes([classeur("evenements", {"mars": mars})], "rpt_evenements")
    assert colonnes(evenements, "annee", "evenements", "participants") == [(2019, 1, 0), (2020, 1, 12)]


def test_presse_et_equipe() -> None:
    articles = [
        {"date_parution": "02/03/2020", "organe": o, "article": a, "gip": "X"}
        for o, a in (("Ecodocs", "a"), ("ECODOCS", "b"), ("Ecodocs", "c"))
    ]
    presse = lignes([livraison("presse", articles)], "rpt_presse")
    assert colonnes(presse, "annee", "mois", "organe", "articles", "gip", "clauses") == [(2020, 3, "Ecodocs", 3, 3, 0)]
    postes = [{"service": "Clauses", "fonction": "Chargé", "nb_personnes": "2", "etp": "1,5"}]
    equipes = [livraison("equipe", postes, f"equipe_{a}.csv", dt.date(a, 1, 1)) for a in (2020, 2021)]
    assert colonnes(lignes(equipes, "rpt_equipe"), "annee", "personnes", "etp") == [(2020, 2, Decimal("1.5"))]


def test_gouvernance_et_rencontres() -> None:
    membres = [
        {"instance": i, "college": "Institutionnels", "organisme": f"O{n}"}
        for n, i in enumerate(("Conseil", "Conseil", "CONSEIL"))
    ]
    assert colonnes(lignes([livraison("campus_membres", membres)], "rpt_gouvernance"), "instance", "membres") == [
        ("Conseil", 3)
    ]
    rencontre = {"num_axe": "2", "type_interlocuteur": "CFA", "organisme": "CFA", "nb_personnes": "3"}
    rencontres = [
        {"id_rencontre": "1", **rencontre, "date_rencontre": "01/02/2020"},
        {"id_rencontre": "2", **rencontre, "date_rencontre": "01/02/2021"},
    ]
    assert colonnes(
        lignes([livraison("campus_rencontres", rencontres)], "rpt_rencontres"), "annee", "rencontres", "personnes"
    ) == [(2020, 1, 3)]


# --- le générateur -------------------------------------------------------------------------------------------


def test_le_tirage_couvre_les_cas_des_autres_axes() -> None:
    """Un tirage où un cas manquerait ne prouverait rien de lui."""
    attendu = calculer(generateur.generer(1), ARRETE)
    tables = attendu.tables
    vues = {lue.livraison.source for lue in attendu.livraisons if lue.acceptee and lue.lignes}
    assert len(vues) == 25
    gatees = {lue.livraison.source for lue in attendu.livraisons if lue.rejets and lue.laissees}
    assert gatees >= vues - {"projets", "abc_clauses_lots"}
    for lue in attendu.livraisons:
        assert len(lue.rejets) <= 0.18 * lue.lues, lue.livraison.fichier
    assert attendu.totaux_faux["rce_offres"]
    assert [lue.statut for lue in attendu.livraisons if lue.livraison.format.get("sans_feuille")] == ["refusee"]
    assert set(tables["rpt_rce_entreprises"]["dimension"]) == {
        "total", "club", "artisan", "tranche_effectif", "secteur", "besoin_recrutement", "origine",
    }  # fmt: skip
    assert set(tables["rpt_rce_offres_secteur"]["secteur"]) >= {"TOTAL", "Industrie", "Agriculture"}
    couvertures = tables["rpt_entretiens"]["couverture"]
    assert couvertures.isna().any() and couvertures.notna().any()
    assert set(tables["rpt_cent_chances_profil"]["modalite"]) >= {"oui", "non", "Non renseigné", "F"}
    assert len(set(tables["rpt_cent_chances_sorties"]["arrete_au"])) >= 4
    assert (tables["rpt_prescriptions"]["en_attente"] > 0).any()
    assert (tables["fct_etapes"]["personne"].map(lambda p: p[2]).isna()).any()
    for nom in ("rpt_besoins", "rpt_enquete_zti", "rpt_plan_actions", "rpt_eco_structures", "rpt_public_longvic",
                "rpt_rencontres", "rpt_gouvernance", "rpt_presse", "rpt_evenements", "rpt_equipe"):  # fmt: skip
        assert len(tables[nom]) > 2, nom
