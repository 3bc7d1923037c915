"""Un axe reporté ne retient que lui : campus livre faux, les autres publient ; il livre juste, tout est à jour."""

from __future__ import annotations

import datetime as dt
import html
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nuits_fausses import Lu, deposer, lire, livree, reprendre

from include.configuration import Dossiers, Nuit
from include.nuit import executer

AUTRES = ("achats_responsables", "gpect", "parcours", "transverse")
VEILLE = dt.date(2017, 12, 31)
FAUSSE, CORRIGEE = Nuit.de("2018-01-03", "2018-01-02"), Nuit.de("2018-01-04", "2018-01-03")
BESOINS, RENCONTRES = "gpect_besoins_20180102.csv", "campus_rencontres_20180102.csv"


def rencontres(personnes: int) -> Any:
    """L'export des rencontres, où la première a réuni ce nombre de personnes."""
    table = livree("campus_rencontres_20171231.csv")
    table.vides_apres = set()
    table.lignes[0]["nb_personnes"] = personnes
    return table


def nouvelles_des_autres_axes() -> dict[str, Any]:
    """Une ligne de plus, ou un chiffre autre, dans un fichier de chacun des autres axes."""
    besoins = livree("gpect_besoins_20171231.csv")
    besoins.lignes.append(besoins.lignes[0] | {"metier": "Métier nouveau", "nb_postes": 7})
    etapes = livree("parcours_etapes_20171231.csv")
    etapes.lignes.append(etapes.lignes[0] | {"id_participant": "NOUVEAU", "nom": "Zz", "prenom": "Zz"})
    contacts = livree("abc_clauses_contacts_20171231.csv")
    contacts.lignes.append(contacts.lignes[0] | {"id_contact": "NOUVEAU"})
    presse = livree("revue_presse_2017.csv")
    presse.lignes.append(presse.lignes[0] | {"article": "Un article de plus"})
    return {
        BESOINS: besoins,
        "parcours_etapes_20180102.csv": etapes,
        "abc_clauses_contacts_20180102.csv": contacts,
        "revue_presse_2017_v2.csv": presse,
    }


def lire_base(d: Dossiers, requete: str) -> list[tuple[Any, ...]]:
    """Une requête sur la publication courante."""
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        return base.execute(requete).fetchall()


def codes_de(d: Dossiers, *, campus: bool) -> set[str]:
    """Chiffres dont une source au moins est de l'axe campus, ou dont aucune ne l'est."""
    lignes = lire_base(d, "select distinct code, sources from rapport.indicateurs")
    return {code for code, sources in lignes if any(s.startswith("campus_") for s in sources.split()) == campus}


def page(d: Dossiers) -> str:
    """Le texte de la page d'accueil."""
    return html.unescape((d.publie / "courant" / "index.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def nuits(
    nuit_demonstration: tuple[Dossiers, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Dossiers après la nuit où campus livre faux, puis après celle où il corrige."""
    racine = tmp_path_factory.mktemp("axes")
    d = reprendre(nuit_demonstration[0], racine / "data")
    deposer(d, {RENCONTRES: rencontres(501)} | nouvelles_des_autres_axes())
    assert executer(d, FAUSSE)["publication"]["publiee"]
    fausse = reprendre(d, racine / "fausse")
    deposer(d, {RENCONTRES.replace(".csv", "_v2.csv"): rencontres(3)})
    assert executer(d, CORRIGEE)["publication"]["publiee"]
    return fausse.racine, d.racine


@pytest.fixture(scope="module")
def fausse(nuits: tuple[Path, Path]) -> Dossiers:
    """La nuit où campus livre faux."""
    return Dossiers(nuits[0])


@pytest.fixture(scope="module")
def corrigee(nuits: tuple[Path, Path]) -> Dossiers:
    """La nuit suivante, où il a corrigé."""
    return Dossiers(nuits[1])


def test_les_autres_axes_publient_la_meme_nuit(fausse: Dossiers, veille: Lu) -> None:
    """Leurs tables disent ce qui vient d'arriver, leurs chiffres sont de cette publication."""
    lu = lire(fausse)
    for axe in AUTRES:
        assert (lu.axes[axe]["reporte"], lu.axes[axe]["donnees_du"]) == (False, FAUSSE.arrete_au)
        assert lu.axes[axe]["verdict"] != "bloque"
    for table in (
        "gpect.rpt_besoins",
        "parcours.rpt_entonnoir",
        "achats_responsables.rpt_contacts",
        "rapport.rpt_presse",
    ):
        assert lu.tables[table] != veille.tables[table]
    for code in codes_de(fausse, campus=False):
        assert {publication for *_, publication in lu.chiffres[code]} == {lu.publication}
    [(postes,)] = lire_base(fausse, "select postes from gpect.rpt_besoins where metier = 'Métier nouveau'")
    assert postes == 7


def test_campus_garde_ses_tables_et_dit_pourquoi(fausse: Dossiers, veille: Lu) -> None:
    """Table par table, ce qui se lisait la veille ; meta.axes dit depuis quand et à cause de quoi."""
    lu = lire(fausse)
    tables = [t for t in veille.tables if t.startswith("campus.")]
    assert len(tables) >= 3
    assert {t: lu.tables[t] for t in tables} == {t: veille.tables[t] for t in tables}
    assert lu.axes["campus"]["verdict"] == "bloque"
    assert lu.axes["campus"]["reporte"]
    assert lu.axes["campus"]["donnees_du"] == VEILLE
    assert lu.axes["campus"]["cause"].startswith("personnes_impossibles : ")
    [(publication,)] = lire_base(fausse, "select verdict from meta.publications order by publiee_le desc limit 1")
    assert publication == "partielle"
    # La livraison d'origine de ses données, et non celle qui a été retenue.
    livraisons = dict(
        lire_base(
            fausse,
            "select l.source, max(l.fichier) from meta.axes_livraisons as a join meta.livraisons as l "
            "using (livraison) where a.axe = 'campus' and l.source = 'campus_rencontres' group by l.source",
        )
    )
    assert livraisons == {"campus_rencontres": "campus_rencontres_20171231.csv"}


def test_les_chiffres_de_campus_restent_ceux_de_la_veille_et_le_disent(fausse: Dossiers, veille: Lu) -> None:
    """Même valeur, et la colonne publication nomme celle d'où ils viennent."""
    lu = lire(fausse)
    codes = codes_de(fausse, campus=True)
    assert {"CA004a", "CA007a"} <= codes
    assert "CA001" not in codes, "les axes du Campus viennent du plan d'actions, qui est de gpect"
    assert {c: lu.chiffres[c] for c in codes} == {c: veille.chiffres[c] for c in codes}
    assert {publication for c in codes for *_, publication in lu.chiffres[c]} == {veille.publication}
    assert veille.publication != lu.publication


def test_la_page_d_accueil_le_dit(fausse: Dossiers) -> None:
    """Qui ouvre la page voit l'axe reporté, l'arrêté de ses données et la cause ; les autres sont à jour."""
    texte = page(fausse)
    assert "ses tables restent celles arrêtées au 31/12/2017" in texte
    assert texte.count("ses tables restent celles arrêtées") == 1
    assert "personnes_impossibles" in texte
    assert "données reportées" in texte


def test_la_nuit_suivante_tout_est_a_jour(corrigee: Dossiers, fausse: Dossiers) -> None:
    """La livraison corrigée arrive : plus rien n'est reporté, campus dit le fichier corrigé."""
    lu, hier = lire(corrigee), lire(fausse)
    assert {(e["reporte"], e["donnees_du"]) for e in lu.axes.values()} == {(False, CORRIGEE.arrete_au)}
    assert "bloque" not in {e["verdict"] for e in lu.axes.values()}
    assert {p for lignes in lu.chiffres.values() for *_, p in lignes} == {lu.publication}
    assert lu.tables["campus.rpt_rencontres"] != hier.tables["campus.rpt_rencontres"]
    [(verdict,)] = lire_base(corrigee, "select verdict from meta.publications order by publiee_le desc limit 1")
    assert verdict == "complete"
    [(personnes,)] = lire_base(corrigee, "select max(personnes) from campus.fct_rencontres")
    assert personnes < 501
    assert "données reportées" not in page(corrigee)
