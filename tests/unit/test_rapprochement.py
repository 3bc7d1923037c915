"""Qui est qui, règle par règle : des fiches nommées, et ce qu'on en conclut. Puis ce que vaut l'ensemble."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
import pytest

from include.demo.bruit import PROFILS, jeu
from include.personnes.comparaison import CLES, COUPLES_EN_PLUS, COUPLES_PAR_FORME, ouvrir, preparer
from include.personnes.identites import FICHES
from include.personnes.mesure import GRAINE, mesurer
from include.personnes.rapprochement import Rapprochement, RapprochementImpossible, rapprocher

Fiche = dict[str, str]

# Du monde autour : sans lui un nom n'est ni rare ni courant.
FOULE = jeu(3_000, 5, "leger").drop_columns(["verite", "cas"]).select(FICHES.names)


def fiche(nom: str, prenom: str, ne_le: str = "", commune: str = "Dijon", naissance: str = "", sexe: str = "") -> Fiche:
    return {"nom": nom, "prenom": prenom, "date_naissance": ne_le, "commune": commune, "nom_naissance": naissance,
            "sexe": sexe}  # fmt: skip


def conclure(*fiches: Fiche, **options: Any) -> Rapprochement:
    """Rapproche ces fiches, numérotées a, b, c…, au milieu de la foule."""
    nommees = [f | {"identite_id": chr(ord("a") + n)} for n, f in enumerate(fiches)]
    return rapprocher(pa.concat_tables([pa.Table.from_pylist(nommees, schema=FICHES), FOULE]), **options)


def groupes(resultat: Rapprochement) -> dict[str, str]:
    return dict(zip(*(resultat.groupes[c].to_pylist() for c in ("identite_id", "groupe")), strict=True))


def reunies(*fiches: Fiche, **options: Any) -> bool:
    """Vrai si toutes sont une même personne, faux si elles sont toutes différentes."""
    obtenus = groupes(conclure(*fiches, **options))
    distincts = {obtenus[chr(ord("a") + n)] for n in range(len(fiches))}
    assert len(distincts) in (1, len(fiches))
    return len(distincts) == 1


REUNIR = {
    "accents_casse_et_tirets": (
        fiche("Lévêque-Fabre", "Anne-Cécile", "1984-03-27"),
        fiche("LEVEQUE FABRE", "anne cecile", "1984-03-27"),
    ),
    "particule_omise": (
        fiche("de La Rochefière", "Bastien", "1971-11-05"),
        fiche("Rochefière", "Bastien", "1971-11-05"),
    ),
    "un_seul_des_deux_noms": (
        fiche("Quatrevaux-Mansart", "Lise", "1990-02-17"),
        fiche("Mansart", "Lise", "1990-02-17"),
    ),
    "un_seul_des_deux_prenoms": (
        fiche("Brossolant", "Jean-Philippe", "1966-08-14"),
        fiche("Brossolant", "Philippe", "1966-08-14"),
    ),
    "nom_de_naissance": (
        fiche("Estournel", "Maëlys", "1984-03-27", naissance="Quatrevaux"),
        fiche("Quatrevaux", "Maëlys", "1984-03-27"),
    ),
    "nom_et_prenom_intervertis": (
        fiche("Brossolant", "Lubin", "1979-11-30"),
        fiche("Lubin", "Brossolant", "1979-11-30"),
    ),
    "jour_et_mois_inverses": (
        fiche("Brossolant", "Lubin", "1979-11-03"),
        fiche("Brossolant", "Lubin", "1979-03-11"),
    ),
    "un_chiffre_faux": (
        fiche("Brossolant", "Lubin", "1979-11-30"),
        fiche("Brossolant", "Lubin", "1978-11-30"),
    ),
    "faute_dans_le_nom": (
        fiche("Brossolant", "Lubin", "1979-11-30"),
        fiche("Brosolant", "Lubin", "1979-11-30"),
    ),
    "lettres_interverties_dans_le_prenom": (
        fiche("Brossolant", "Lubin", "1979-11-30"),
        fiche("Brossolant", "Lubni", "1979-11-30"),
    ),
    "a_demenage": (
        fiche("Brossolant", "Lubin", "1979-11-30", "Dijon"),
        fiche("Brossolant", "Lubin", "1979-11-30", "Brest"),
    ),
    "initiale_du_prenom": (
        fiche("Brossolant", "Lubin", "1979-11-30"),
        fiche("Brossolant", "L.", "1979-11-30"),
    ),
    "diminutif": (
        fiche("Brossolant", "Frédéric", "1979-11-30"),
        fiche("Brossolant", "Fred", "1979-11-30"),
    ),
    "nom_et_nom_de_naissance_croises": (
        fiche("Estournel", "Maëlys", "1984-03-27", naissance="Quatrevaux"),
        fiche("Quatrevaux", "Maëlys", "1984-03-27", naissance="Estournel"),
    ),
    "meme_prenom_autrement_ecrit": (
        fiche("Brossolant", "Mohamed", "1979-11-30", sexe="M"),
        fiche("Brossolant", "Mohammed", "1979-11-30", sexe="M"),
    ),
    "jour_et_mois_inconnus": (
        fiche("Brossolant", "Lubin", "1979-11-30"),
        fiche("Brossolant", "Lubin", "1979-01-01"),
    ),
    "sans_date_mais_nom_rare_et_meme_commune": (
        fiche("Brossolant", "Lubin", "1979-11-30", "Talant"),
        fiche("Brossolant", "Lubin", "", "Talant"),
    ),
}

SEPARER = {
    "jumelles": (
        fiche("Brossolant", "Camille", "1979-11-30", sexe="F"),
        fiche("Brossolant", "Pauline", "1979-11-30", sexe="F"),
    ),
    "jumelles_aux_prenoms_voisins": (
        fiche("Brossolant", "Marie", "1979-11-30", sexe="F"),
        fiche("Brossolant", "Marine", "1979-11-30", sexe="F"),
    ),
    "jumelles_a_une_lettre_pres": (
        fiche("Brossolant", "Emma", "1979-11-30", sexe="F"),
        fiche("Brossolant", "Emmy", "1979-11-30", sexe="F"),
    ),
    "jumeaux_dont_un_prenom_feminise_l_autre": (
        fiche("Brossolant", "Gabriel", "1979-11-30"),
        fiche("Brossolant", "Gabrielle", "1979-11-30"),
    ),
    "jumeaux_frere_et_soeur": (
        fiche("Brossolant", "Dominique", "1979-11-30", sexe="F"),
        fiche("Brossolant", "Damien", "1979-11-30", sexe="M"),
    ),
    "homonymes": (
        fiche("Martin", "Marie", "1979-11-30"),
        fiche("Martin", "Marie", "1986-04-02"),
    ),
    "pere_et_fils": (
        fiche("Brossolant", "Lubin", "1955-06-12"),
        fiche("Brossolant", "Lubin", "1983-09-21"),
    ),
    "pere_et_fils_nes_le_meme_jour": (
        fiche("Brossolant", "Lubin", "1955-06-12"),
        fiche("Brossolant", "Lubin", "1985-06-12"),
    ),
    "epouses_de_meme_nom": (
        fiche("Estournel", "Maëlys", "1984-03-27", naissance="Quatrevaux"),
        fiche("Estournel", "Maëlys", "1984-03-27", naissance="Brossolant"),
    ),
    "epouse_que_rien_n_ecrit_sous_ses_deux_noms": (
        fiche("Estournel", "Maëlys", "1984-03-27", sexe="F"),
        fiche("Quatrevaux", "Maëlys", "1984-03-27", sexe="F"),
    ),
    "freres_a_un_an": (
        fiche("Brossolant", "Lubin", "1979-11-30"),
        fiche("Brossolant", "Aurélien", "1980-11-03"),
    ),
    "nom_courant_sans_date": (
        fiche("Martin", "Marie", "1979-11-30", "Dijon"),
        fiche("Martin", "Marie", "", ""),
    ),
    "meme_date_seulement": (
        fiche("Brossolant", "Lubin", "1979-11-30"),
        fiche("Quatrevaux", "Bastien", "1979-11-30"),
    ),
}


@pytest.mark.parametrize("couple", REUNIR.values(), ids=REUNIR)
def test_une_meme_personne(couple: tuple[Fiche, Fiche]) -> None:
    assert reunies(*couple)


@pytest.mark.parametrize("couple", SEPARER.values(), ids=SEPARER)
def test_deux_personnes(couple: tuple[Fiche, Fiche]) -> None:
    """Un doublon manqué vaut mieux qu'une fausse fusion."""
    assert not reunies(*couple)


def test_une_fiche_sans_date_ne_choisit_pas_entre_deux() -> None:
    """Elle conviendrait au père comme au fils : elle reste seule, et la question est posée."""
    resultat = conclure(
        fiche("Brossolant", "Lubin", "1955-06-12"),
        fiche("Brossolant", "Lubin", "1983-09-21"),
        fiche("Brossolant", "Lubin"),
    )
    vus = groupes(resultat)
    assert len({vus["a"], vus["b"], vus["c"]}) == 3
    assert any("c" in (v["a"], v["b"]) for v in resultat.douteuses.to_pylist())


def test_une_faute_entre_deux_jumelles_ne_choisit_pas() -> None:
    """« Marne » est à une lettre de Marie comme de Marine : ni l'une ni l'autre, ni surtout les deux réunies."""
    vus = groupes(conclure(*(fiche("Brossolant", prenom, "1979-11-30") for prenom in ("Marie", "Marine", "Marne"))))
    assert len({vus["a"], vus["b"], vus["c"]}) == 3


def test_une_initiale_ne_choisit_pas_entre_deux_jumelles() -> None:
    vus = groupes(conclure(*(fiche("Brossolant", prenom, "1979-11-30") for prenom in ("Marie", "Marine", "M."))))
    assert len({vus["a"], vus["b"], vus["c"]}) == 3


def test_deux_fautes_differentes_du_meme_nom_se_retrouvent_par_le_bon() -> None:
    """Chacune est à une lettre du prénom ; entre elles il y en a deux, et cela ne prouve pas deux personnes."""
    vus = groupes(conclure(*(fiche("Brossolant", prenom, "1979-11-30") for prenom in ("Susan", "Usan", "Sudan"))))
    assert len({vus["a"], vus["b"], vus["c"]}) == 1


def test_des_prenoms_voisins_et_usuels_sont_une_question_posee() -> None:
    resultat = conclure(*SEPARER["jumelles_aux_prenoms_voisins"])
    (motif,) = [v["motif"] for v in resultat.douteuses.to_pylist() if {v["a"], v["b"]} == {"a", "b"}]
    assert "même nom" in motif and "même date de naissance" in motif and "tous deux usuels" in motif


def test_un_motif_ne_cite_aucune_valeur() -> None:
    resultat = conclure(
        fiche("Brossolant", "Lubin", "1979-11-03"),
        fiche("Brosolant", "Lubin", "1979-03-11"),
        fiche("Brossolant", "Lubin"),
    )
    motifs = " ".join(v["motif"] for t in (resultat.liees, resultat.douteuses) for v in t.to_pylist()).lower()
    assert motifs and not any(valeur in motifs for valeur in ("brossolant", "brosolant", "lubin", "1979"))


# --- Ce qui est décidé, ce qui est acquis ----------------------------------------------------------------------------


def decisions(*couples: tuple[str, str, str]) -> pa.Table:
    return pa.table([pa.array([c[i] for c in couples]) for i in range(3)], names=["a", "b", "decision"])


def acquis(**groupe_de: str) -> pa.Table:
    return pa.table({"identite_id": pa.array(groupe_de.keys()), "groupe": pa.array(groupe_de.values())})


def test_une_decision_l_emporte_toujours() -> None:
    assert not reunies(*REUNIR["jour_et_mois_inverses"], decisions=decisions(("a", "b", "differentes")))
    assert reunies(*SEPARER["homonymes"], decisions=decisions(("b", "a", "meme")))


def test_une_decision_tient_malgre_une_fiche_qui_ressemble_aux_deux() -> None:
    vus = groupes(
        conclure(
            fiche("Brossolant", "Lubin", "1979-11-30"), fiche("Brossolant", "Lubin", "1979-11-30", "Brest"),
            fiche("BROSSOLANT", "LUBIN", "1979-11-30"), decisions=decisions(("a", "b", "differentes")),
        )
    )  # fmt: skip
    assert vus["a"] != vus["b"]


def test_un_groupe_acquis_ne_se_defait_que_par_decision() -> None:
    """Même si rien ne les rapproche plus, deux identités acquises restent la même personne."""
    assert reunies(*SEPARER["homonymes"], acquis=acquis(a="P", b="P"))
    assert not reunies(
        *SEPARER["homonymes"], acquis=acquis(a="P", b="P"), decisions=decisions(("a", "b", "differentes"))
    )


def test_un_groupe_que_l_on_separe_se_partage_par_ressemblance() -> None:
    """Sans le nommer, la décision range aussi c, né le même jour que a ; la part de l'identité P garde le nom P."""
    vus = groupes(
        conclure(
            fiche("Brossolant", "Lubin", "1955-06-12"), fiche("Brossolant", "Lubin", "1983-09-21"),
            fiche("Brosolant", "Lubin", "1955-06-12"), acquis=acquis(a="a", b="a", c="a"),
            decisions=decisions(("a", "b", "differentes")),
        )
    )  # fmt: skip
    assert (vus["a"], vus["b"], vus["c"]) == ("a", "b", "a")


def test_des_decisions_contraires_separent_et_se_signalent() -> None:
    """Trois décisions, a = b, b = c et a ≠ c : la séparation l'emporte, et la question revient."""
    resultat = conclure(
        *(fiche("Brossolant", "Lubin", "1979-11-30", commune) for commune in ("Dijon", "Brest", "Talant")),
        decisions=decisions(("a", "b", "meme"), ("b", "c", "meme"), ("a", "c", "differentes")),
    )
    vus = groupes(resultat)
    assert vus["a"] != vus["c"]
    assert any("contradictoires" in v["motif"] for v in resultat.douteuses.to_pylist())


def test_une_identite_nouvelle_reunit_deux_groupes_acquis_qui_ne_se_contredisent_pas() -> None:
    """L'épouse connue sous chacun de ses noms, puis sous les deux ; mais jamais deux jumelles par une initiale."""
    epouse = (
        fiche("Quatrevaux", "Maëlys", "1984-03-27"), fiche("Estournel", "Maëlys", "1984-03-27"),
        fiche("Estournel", "Maëlys", "1984-03-27", naissance="Quatrevaux"),
    )  # fmt: skip
    assert not reunies(*epouse[:2])
    assert reunies(*epouse, acquis=acquis(a="P", b="Q"))
    jumelles = [fiche("Brossolant", prenom, "1979-11-30") for prenom in ("Marie", "Marine", "M.")]
    vus = groupes(conclure(*jumelles, acquis=acquis(a="P", b="Q")))
    assert (vus["a"], vus["b"]) == ("P", "Q") and vus["c"] == "c"


def test_seul_le_nouveau_se_compare() -> None:
    """Deux personnes déjà connues ne sont pas réunies par une nuit qui n'apprend rien d'elles."""
    couple = REUNIR["jour_et_mois_inverses"]
    assert not reunies(*couple, acquis=acquis(a="P", b="Q"))
    assert reunies(*couple, acquis=acquis(a="P", b="Q"), renouvelees={"b"})


def test_une_decision_inconnue_est_refusee() -> None:
    with pytest.raises(ValueError, match="meme ou differentes"):
        conclure(*REUNIR["a_demenage"], decisions=decisions(("a", "b", "peut-être")))


def test_une_erreur_ne_cite_rien(monkeypatch: pytest.MonkeyPatch) -> None:
    def echouer(*_: Any) -> None:
        raise RuntimeError("Brossolant Lubin")

    monkeypatch.setattr("include.personnes.rapprochement.comparer", echouer)
    with pytest.raises(RapprochementImpossible) as erreur:
        conclure(*REUNIR["a_demenage"])
    assert "Brossolant" not in str(erreur.value) and erreur.value.__cause__ is None and erreur.value.__context__ is None


@pytest.mark.parametrize("combien", [0, 1, 2])
def test_peu_de_fiches(combien: int) -> None:
    fiches = pa.Table.from_pylist(
        [f | {"identite_id": str(n)} for n, f in enumerate(REUNIR["a_demenage"][:combien])], schema=FICHES
    )
    assert rapprocher(fiches).groupes.num_rows == combien


# --- L'ensemble ------------------------------------------------------------------------------------------------------


def partition(resultat: Rapprochement) -> set[frozenset[str]]:
    membres: dict[str, set[str]] = {}
    for identite, groupe in groupes(resultat).items():
        membres.setdefault(groupe, set()).add(identite)
    return {frozenset(m) for m in membres.values()}


def test_l_ordre_des_lignes_ne_compte_pas() -> None:
    fiches = jeu(2_000, 11, "lourd").select(FICHES.names)
    rangs = list(range(fiches.num_rows))
    random.Random(1).shuffle(rangs)
    assert partition(rapprocher(fiches)) == partition(rapprocher(fiches.take(rangs)))


def test_ce_qui_arrive_ne_separe_personne() -> None:
    """Les groupes d'une première nuit se retrouvent, entiers, dans ceux de la suivante, sous le même nom."""
    toutes = jeu(3_000, 12, "courant").select(FICHES.names)
    hier = rapprocher(toutes.slice(0, 2_000))
    aujourd_hui = groupes(rapprocher(toutes, acquis=hier.groupes))
    for groupe in partition(hier):
        assert len({aujourd_hui[i] for i in groupe}) == 1
    assert {aujourd_hui[i] for i in groupes(hier)} <= set(groupes(hier).values())


def test_le_travail_croit_comme_le_fichier() -> None:
    """Tout le monde né un 1er janvier, un quart sous le même nom : aucune clé ne propose plus que son dû."""
    fiches = jeu(4_000, 13, "faker").select(FICHES.names).to_pylist()
    for n, f in enumerate(fiches):
        f |= {"date_naissance": "1980-01-01", "commune": "Dijon"} | ({"nom": "Martin"} if n % 4 == 0 else {})
    with ouvrir() as base:
        preparer(base, pa.Table.from_pylist(fiches, schema=FICHES), {})
        (formes,) = base.sql("select count(*) from formes").fetchall()[0]
        for cle in CLES:
            (couples,) = base.sql(
                f"select coalesce(sum(n * (n - 1) / 2), 0) from (select count({cle}) as n from formes group by {cle})"
            ).fetchall()[0]
            assert couples <= COUPLES_EN_PLUS + COUPLES_PAR_FORME * formes, cle


@pytest.mark.parametrize("profil", [p for p in PROFILS if p != "lourd"])
def test_precision_et_rappel_sur_20_000_fiches(profil: str, record_property: Any) -> None:
    """Couple par couple, sur d'autres personnes que celles qui ont servi à apprendre : au moins 0,995 et 0,95."""
    mesure = mesurer(jeu(20_000, GRAINE, profil))
    record_property("mesure", f"rapprochement des personnes, profil {profil} : {mesure}")
    assert mesure.precision >= 0.995, mesure
    assert mesure.rappel >= 0.95, mesure


def test_un_jeu_tres_abime_perd_du_rappel_pas_de_la_precision() -> None:
    assert mesurer(jeu(20_000, GRAINE, "lourd")).precision >= 0.995
