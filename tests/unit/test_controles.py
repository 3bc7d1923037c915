"""Les contrôles : chacun voit sa faute et elle seule, une petite livraison passe, et aucune valeur ne sort."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import poche_axes
import pytest

from expectations import BLOQUANT, OBSERVE, SIGNALE, Controle, tous
from expectations.controle import codes
from include.configuration import RACINE, Dossiers
from include.contrats import tous as contrats
from include.controles import controler
from include.controles.moteur import Constat, passer
from include.entrepot.dbt import COUCHES
from include.entrepot.preparation import (
    COLONNES_CONTRATS,
    COLONNES_CONTROLES,
    COLONNES_LIGNES_SIGNALEES,
    COLONNES_LIVRAISONS,
    Build,
)

CANARI = "ZZCANARIZZ"
SOURCES = sorted(contrats())
DE_LA_LIVRAISON = {"_rang": "INTEGER", "_annee_fichier": "INTEGER", "_etat_au": "DATE"}
"""Colonnes que les vues de bronze tiennent de la livraison."""

# Un entrepôt de poche : deux personnes, deux opérations, trois mois d'heures de 2031.
BASE = """
create schema core; create schema achats_responsables; create schema rapport; create schema meta;
insert into bronze.parametres values ('2032-01-02', '2031-12-31', '2032-01-02-1');

insert into bronze.abc_clauses_operations (id_operation, secteur, heures_engagement, date_consultation) values
    ('OP1', 'BTP', 100.00, '2031-02-01'), ('OP2', 'SERVICES', 50.00, null);
insert into bronze.abc_clauses_lots (id_operation, num_lot, heures_engagement) values
    ('OP1', '1', 50.00), ('OP1', '2', 50.00);
insert into bronze.abc_clauses_salaries (id_salarie, personne_id) values ('S1', 'P1'), ('S2', 'P2');
insert into bronze.abc_clauses_contrats
    (id_contrat, id_salarie, id_operation, type_employeur, type_contrat, siret_employeur, date_debut, date_fin,
        embauche, _livraison, _ligne)
values
    ('C1', 'S1', 'OP1', 'EI', 'CDDI', '73282932000074', '2031-01-15', '2031-02-10', true, 'L', 1),
    ('C2', 'S2', 'OP2', 'Entreprise', 'CDI', '73282932000074', '2031-01-01', null, false, 'L', 2);
insert into bronze.abc_clauses_heures (id_contrat, mois, heures, date_saisie, _livraison, _ligne, _rang) values
    ('C1', '2031-01-01', 60.00, '2031-02-02', 'L', 1, 1), ('C1', '2031-02-01', 40.00, '2031-03-02', 'L', 2, 1),
    ('C2', '2031-03-01', 20.00, null, 'L', 3, 1);
insert into bronze.abc_clauses_contacts (id_contact, date_contact) values ('K1', '2031-05-05');

create table core.dim_personne as
    select * from (values ('P1', 'F', 1990), ('P2', 'M', 1980), ('P3', 'F', 1991),
        ('P4', 'F', 1992), ('P5', 'M', 1993)) as t (personne_id, sexe, annee_naissance);
create table core.dim_structure as
    select 'E1' as structure_id, '73282932000074' as siret, '732829320' as siren
    union all select 'D1', null, null;
create table core.revue_structures as
    select 'E1' as structure_id_a, 'D1' as structure_id_b, 'noms proches' as motif;
create table core.dim_projet as select '322' as code_projet, 'achats_responsables' as axe_principal;
create table meta.orphelins (source varchar, livraison varchar, ligne bigint, cle varchar, heures decimal(14, 2));

create table achats_responsables.fct_heures as
    select h.id_contrat, h.mois, 2031 as annee, cast(h.heures as decimal(12, 2)) as heures, c.id_operation,
        replace(c.id_salarie, 'S', 'P') as personne_id,
        if(c.id_contrat = 'C1', 'E1', 'E2') as structure_id, 'D1' as donneur_ordre_id,
        if(c.id_operation = 'OP1', 'BTP', 'SERVICES') as secteur, c.type_contrat, 'Embauche directe' as modalite,
        c.type_employeur
    from bronze.abc_clauses_heures as h join bronze.abc_clauses_contrats as c using (id_contrat);
create table achats_responsables.rpt_heures_secteur as
    select * from (values (2031, 'BTP', 100.00, 5 / 6), (2031, 'SERVICES', 20.00, 1 / 6))
        as t (annee, secteur, heures, part);
create table achats_responsables.rpt_heures_mois as
    select * from (values (2031, 1, 60.00), (2031, 2, 40.00), (2031, 3, 20.00)) as t (annee, mois, heures);
create table achats_responsables.rpt_heures_operation as
    select * from (values (2031, 1, 'OP1', 100.00), (2031, 2, 'OP2', 20.00)) as t (annee, rang, id_operation, heures);
create table achats_responsables.rpt_heures_type_contrat as
    select * from (values (2031, 'CDDI', 100.00, 5 / 6), (2031, 'CDI', 20.00, 1 / 6))
        as t (annee, type_contrat, heures, part);
create table achats_responsables.rpt_heures_modalite as select 2031 as annee, 120.00 as heures, 1.0::double as part;
create table achats_responsables.rpt_salaries_secteur as
    select * from (values (2031, 'BTP', 1, 1, 1), (2031, 'SERVICES', 1, 0, 0))
        as t (annee, secteur, salaries, femmes, qpv);
create table achats_responsables.rpt_salaries_accompagnement as
    select 2031 as annee, 'EI' as accompagnement, 2 as salaries;
create table achats_responsables.rpt_embauches as
    select 2031 as annee, 'BTP' as secteur, 1 as embauches, 1 as personnes, 1 as dont_qpv;
create table achats_responsables.rpt_entreprises as
    select * from (values (2031, 'EI', 1), (2031, 'SERVICES', 1)) as t (annee, categorie, entreprises);
create table achats_responsables.rpt_donneurs_ordre as
    select 2031 as annee, 2 as operations_actives, 120.00 as heures, 1 as consultations,
        100.00 as heures_engagees_consultees;
create table achats_responsables.rpt_contacts as select 2031 as annee, 1 as contacts;
create table achats_responsables.rpt_suivi_engagements as
    select * from (values ('OP1', 100.00, 1.0::double), ('OP2', 20.00, 0.4::double))
        as t (id_operation, heures_realisees, taux_realisation);

create table rapport.indicateurs as
    select code, 'achats_responsables' as axe, '322' as projet, 2031 as annee, date '2031-01-01' as periode_debut,
        date '2031-12-31' as periode_fin, valeur::double as valeur, n as numerateur, d as denominateur, unite,
        'abc_clauses_heures' as sources, '2032-01-02-1' as publication
    from (values ('CL001', 120, 120, null, 'heures'), ('CL002', 100, 100, null, 'heures'),
        ('CL003', 20, 20, null, 'heures'),
        ('CL004', 100 * 20 / 120, 20, 120, 'pourcent'), ('CL020', 2, 2, null, 'personnes'),
        ('CL027', 1, 1, null, 'personnes'), ('CL029', 1, 1, null, 'personnes'), ('CL032', 2, 2, null, 'operations'),
        ('CL037', 2, 2, null, 'entreprises')) as t (code, valeur, n, d, unite);
create table rapport.rapprochement as select 'CL001' as code, 'conforme' as verdict;
"""


def ecrire_base(build: Build) -> None:
    """Écrit l'entrepôt de poche et le résultat, sans échec, de chaque couche."""
    build.dossier.mkdir(parents=True, exist_ok=True)
    build.base.unlink(missing_ok=True)
    with duckdb.connect(str(build.base)) as base:
        base.execute("create schema bronze")
        tables = {
            "parametres": {"nuit": "DATE", "arrete_au": "DATE", "publication": "VARCHAR"},
            "livraisons": COLONNES_LIVRAISONS,
            "contrats": COLONNES_CONTRATS,
            "controles_livraisons": COLONNES_CONTROLES,
            "rejets": COLONNES_LIGNES_SIGNALEES,
            "anomalies": COLONNES_LIGNES_SIGNALEES,
        } | {c.source: c.colonnes_bronze() | DE_LA_LIVRAISON for c in contrats().values()}
        for nom, colonnes in tables.items():
            base.execute(f"create table bronze.{nom} ({', '.join(f'{c} {t}' for c, t in colonnes.items())})")
        for c in contrats().values():
            base.execute("insert into bronze.contrats by name select ? as source, ? as axe", [c.source, c.axe])
            livraison(base, c.source, f"{c.source}-1", 1)
        base.execute(BASE + poche_axes.BASE)
    for couche, definition in COUCHES.items():
        bilan = {"couche": couche, "axe": definition["axe"], "reussi": True, "noeuds": 3, "echecs": []}
        build.resultat_dbt(couche).write_text(json.dumps(bilan), encoding="utf-8")


def livraison(base: duckdb.DuckDBPyConnection, source: str, nom: str, rang: int, **reste: Any) -> None:
    """Ajoute une livraison de trois lignes, acceptée et en vigueur sauf mention contraire."""
    valeurs: dict[str, Any] = {
        "livraison": nom, "source": source, "axe": "x", "fichier": f"{source}.csv", "recu_le": "2032-01-01",
        "lignes_lues": 3, "chargees": 3, "rejetees": 0, "statut": "acceptee", "date_fichier": "2031-12-20",
        "rang": rang, "effective": True,
    } | reste  # fmt: skip
    colonnes = ", ".join(f"? as {c}" for c in valeurs)
    base.execute(f"insert into bronze.livraisons by name select {colonnes}", list(valeurs.values()))


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Le chantier sain, écrit une fois ; chaque essai en prend une copie."""
    d = Dossiers(tmp_path_factory.mktemp("controles"))
    ecrire_base(Build.de(d))
    return Build.de(d).base


@pytest.fixture
def build(d: Dossiers, modele: Path) -> Build:
    """Un chantier sain, à abîmer."""
    build = Build.de(d)
    build.dossier.mkdir(parents=True)
    for fichier in modele.parent.iterdir():
        (build.dossier / fichier.name).write_bytes(fichier.read_bytes())
    return build


def abimer(build: Build, *requetes: str) -> None:
    """Exécute des requêtes sur la base candidate."""
    with duckdb.connect(str(build.base)) as base:
        for requete in requetes:
            base.execute(requete)


def ecarts(verdict: dict[str, Any]) -> set[str]:
    """Noms des contrôles qui ne sont pas conformes."""
    return {c["controle"] for c in verdict["controles"] if c["verdict"] != "conforme"}


AR = "achats_responsables"
AXES = ("achats_responsables", "campus", "core", "gpect", "parcours", "transverse")
HISTOIRE = [
    "insert into bronze.livraisons by name select 'v' || n as livraison, '{source}' as source, 100 as lignes_lues, "
    "100 as chargees, 0 as rejetees, 'acceptee' as statut, false as effective, -n as rang, date '2031-06-01' as "
    "date_fichier from range(3) as t (n)"
]
NOMBREUX = [
    # Quarante contrats sains de plus : les contrôles qui demandent un effectif le trouvent.
    "insert into bronze.abc_clauses_contrats by name select 'N' || n as id_contrat, date '2020-01-01' as date_debut, "
    "'73282932000074' as siret_employeur, false as embauche from range(40) as t (n)",
    "insert into bronze.abc_clauses_heures by name select 'N' || n as id_contrat, date '2031-01-01' as mois, "
    "0.01 as heures, 1 as _rang, 9 as _ligne from range(40) as t (n)",
    f"insert into {AR}.fct_heures by name select 'N' || n as id_contrat, date '2031-01-01' as mois, 2031 as annee, "
    "0.01 as heures, 'OP1' as id_operation, 'P1' as personne_id, 'E1' as structure_id, 'BTP' as secteur, "
    "'CDDI' as type_contrat, 'EI' as type_employeur from range(40) as t (n)",
    *(
        f"update {AR}.{t} set heures = heures + 0.4 where {ou}"
        for t, ou in (
            ("rpt_heures_secteur", "secteur = 'BTP'"), ("rpt_heures_mois", "mois = 1"),
            ("rpt_heures_operation", "rang = 1"), ("rpt_heures_type_contrat", "type_contrat = 'CDDI'"),
            ("rpt_heures_modalite", "true"), ("rpt_donneurs_ordre", "true"),
        )
    ),
    f"update {AR}.rpt_suivi_engagements set heures_realisees = heures_realisees + 0.4 where id_operation = 'OP1'",
    "update rapport.indicateurs set valeur = valeur + 0.4 where code in ('CL001', 'CL002')",
]  # fmt: skip

FAUTES: dict[str, list[str]] = {
    # Les sources, sur l'une d'elles de chaque mode.
    "abc_clauses_contrats.rejets": ["update bronze.livraisons set rejetees = 1 where source = 'abc_clauses_contrats'"],
    "projets.rejets": ["update bronze.livraisons set rejetees = 2, lignes_lues = 9 where source = 'projets'"],
    "abc_clauses_heures.rejets": [
        "update bronze.livraisons set rejetees = 3, lignes_lues = 10 where source = 'abc_clauses_heures'"
    ],
    "abc_clauses_contacts.volume": [
        HISTOIRE[0].format(source="abc_clauses_contacts"),
        "update bronze.livraisons set chargees = 49 where livraison = 'abc_clauses_contacts-1'",
    ],
    "abc_clauses_heures.volume": [
        HISTOIRE[0].format(source="abc_clauses_heures"),
        "update bronze.livraisons set chargees = 49 where livraison = 'abc_clauses_heures-1'",
    ],
    "presse.volume": [
        HISTOIRE[0].format(source="presse"),
        "update bronze.livraisons set chargees = 49, annee_fichier = null where livraison = 'presse-1'",
    ],
    "projets.refus": [
        "insert into bronze.livraisons by name select 'projets' as source, 'refusee' as statut, 7 as rang, "
        "false as effective"
    ],
    "abc_clauses_lots.refus": [
        "insert into bronze.livraisons by name select 'abc_clauses_lots' as source, 'refusee' as statut, 2 as rang, "
        "false as effective"
    ],
    "abc_clauses_lots.fraicheur": [
        "update bronze.livraisons set date_fichier = date '2031-01-01' where source = 'abc_clauses_lots'"
    ],
    "projets.fraicheur": ["delete from bronze.livraisons where source = 'projets'"],
    "abc_clauses_heures.totaux": [
        "insert into bronze.controles_livraisons by name select 'abc_clauses_heures-1' as livraison, "
        "'total' as controle, 'non_conforme' as verdict"
    ],
    "abc_clauses_contrats.lecture": [
        "insert into bronze.controles_livraisons by name select 'abc_clauses_contrats-1' as livraison, "
        "'colonnes_inconnues' as controle, 'non_conforme' as verdict"
    ],
    "abc_clauses_salaries.anomalies": [
        "update bronze.livraisons set chargees = 100 where source = 'abc_clauses_salaries'",
        "insert into bronze.anomalies by name select 'abc_clauses_salaries-1' as livraison, n as ligne from "
        "range(11) as t (n)",
    ],
    "fichiers_inconnus": [
        "insert into bronze.livraisons by name select '_inconnue' as source, 'refusee' as statut, date "
        "'2032-01-02' as recu_le, "
        "1 as rang, false as effective"
    ],
    # Le socle.
    "abc_clauses_salaries.personnes_sans_fiche": ["delete from core.dim_personne where personne_id = 'P2'"],
    "fiches_en_trop": ["insert into core.dim_personne values ('P1', 'F', 1990)"],
    "ages": ["update core.dim_personne set annee_naissance = 1901 where personne_id = 'P2'"],
    "siren_des_structures": ["update core.dim_structure set siren = '000000000' where siret is not null"],
    "longueur_siret": [
        "update core.dim_structure set siret = '732829320000', siren = '732829320' where siret is not null"
    ],
    "structures_sans_siret": ["update core.dim_structure set siret = null"],
    "siret_de_deux_structures": ["update core.revue_structures set motif = 'même SIRET'"],
    "structures_a_trancher": ["insert into core.revue_structures select n, n, 'noms proches' from range(50) as t (n)"],
    # Ce que les partenaires livrent.
    "heures_par_contrat_et_mois": [
        f"update {AR}.fct_heures set heures = 300.01 where id_contrat = 'C2'",
        "update bronze.abc_clauses_heures set heures = 300.01 where id_contrat = 'C2'",
        f"update {AR}.rpt_heures_secteur set heures = 300.01 where secteur = 'SERVICES'",
    ],
    "heures_par_personne_impossibles": [
        *NOMBREUX, f"update {AR}.fct_heures set heures = 250 where id_contrat like 'N%'"
    ],
    "heures_par_personne_et_mois": [*NOMBREUX, f"update {AR}.fct_heures set heures = 10 where id_contrat like 'N%'"],
    "mois_hors_contrat": [
        "update bronze.abc_clauses_contrats set date_debut = date '2031-02-01' where id_contrat = 'C1'"
    ],
    "dates_de_contrats_decalees": [*NOMBREUX, "update bronze.abc_clauses_contrats set date_debut = date '2041-01-01'"],
    "orphelins_heures": ["insert into meta.orphelins values ('abc_clauses_heures', 'L', 9, 'C9', 0.61)"],
    "orphelins_contrats": ["insert into meta.orphelins values ('abc_clauses_contrats', 'L', 9, 'C9', 0.61)"],
    "identites_confondues": [
        "insert into bronze.abc_clauses_salaries by name select 'M' || n as id_salarie, 'P1' as personne_id "
        "from range(40) as t (n)"
    ],
    "mois_sans_heures": [f"update {AR}.fct_heures set mois = date '2031-05-01' where id_contrat = 'C2'"],
    "evolution_annuelle": [
        f"insert into {AR}.fct_heures by name select 'Z' as id_contrat, date '2030-01-01' + "
        "to_months(n::integer) as mois, "
        "2030 as annee, 1.00 as heures from range(12) as t (n)",
        f"insert into {AR}.fct_heures by name select 'Y' as id_contrat, date '2031-01-01' + "
        "to_months(n::integer) as mois, "
        "2031 as annee, 3.00 as heures from range(12) as t (n)",
    ],
    "realise_sur_engage": [f"update {AR}.rpt_suivi_engagements set taux_realisation = 3.1 where id_operation = 'OP1'"],
    "lots_et_operation": ["update bronze.abc_clauses_lots set heures_engagement = 49 where num_lot = '1'"],
    "contrats_selon_employeur": [f"update {AR}.fct_heures set type_contrat = 'CTTI' where type_employeur = 'EI'"],
    "employeurs_sans_siret": ["update bronze.abc_clauses_contrats set siret_employeur = null where id_contrat = 'C1'"],
    "saisie_avant_travail": ["update bronze.abc_clauses_heures set date_saisie = date '2030-12-31' where _ligne = 1"],
    # Ce que les modèles en font.
    "conservation_des_heures": ["update bronze.abc_clauses_heures set heures = heures - 0.01 where _ligne = 1"],
    "faits_avant_arrete": ["update bronze.parametres set arrete_au = date '2031-02-28'"],
    **{
        f"total_{nom}": [f"update {AR}.rpt_{nom} set heures = heures + 0.01"]
        for nom in (
            "heures_secteur", "heures_mois", "heures_operation", "heures_type_contrat", "heures_modalite",
            "donneurs_ordre",
        )
    },
    **{
        f"parts_{nom}": [f"update {AR}.rpt_heures_{nom} set part = part * 1.001"]
        for nom in ("secteur", "type_contrat", "modalite")
    },
    "total_salaries_secteur": [f"update {AR}.rpt_salaries_secteur set salaries = 2 where secteur = 'BTP'"],
    "total_salaries_accompagnement": [f"delete from {AR}.rpt_salaries_accompagnement"],
    "femmes_parmi_salaries": [f"update {AR}.rpt_salaries_secteur set femmes = 2 where secteur = 'BTP'"],
    "qpv_parmi_salaries": [f"update {AR}.rpt_salaries_secteur set qpv = 2 where secteur = 'BTP'"],
    "personnes_parmi_embauches": [f"update {AR}.rpt_embauches set personnes = 2"],
    "qpv_parmi_embauches": [f"update {AR}.rpt_embauches set dont_qpv = 2"],
    "total_embauches": [f"update {AR}.rpt_embauches set embauches = 2"],
    "total_entreprises": [f"update {AR}.rpt_entreprises set entreprises = 2 where categorie = 'EI'"],
    "rangs_des_operations": [f"update {AR}.rpt_heures_operation set rang = 3 where rang = 2"],
    "operations_actives": [f"update {AR}.rpt_donneurs_ordre set operations_actives = 3"],
    "consultations": [f"update {AR}.rpt_donneurs_ordre set consultations = 2"],
    "heures_engagees_consultees": [f"update {AR}.rpt_donneurs_ordre set heures_engagees_consultees = 99"],
    "contacts": [f"update {AR}.rpt_contacts set contacts = 2"],
    "suivi_des_heures": [f"update {AR}.rpt_suivi_engagements set heures_realisees = 99 where id_operation = 'OP1'"],
    # Les chiffres.
    "indicateurs_complets_achats": ["delete from rapport.indicateurs where code = 'CL037'"],
    "heures_indicateur_et_tables": [
        "update rapport.indicateurs set valeur = valeur + 1 where code in ('CL001', 'CL002')"
    ],
    "heures_btp_et_services": ["delete from rapport.indicateurs where code = 'CL003'"],
    "salaries_btp_et_services": ["update rapport.indicateurs set valeur = 2 where code = 'CL027'"],
    "pourcentages": ["update rapport.indicateurs set numerateur = 21 where code = 'CL004'"],
    "parts_possibles": ["update rapport.indicateurs set valeur = 200, numerateur = 240 where code = 'CL004'"],
    "periodes": ["update rapport.indicateurs set periode_fin = date '2032-01-01' where code = 'CL037'"],
    "indicateurs_de_la_nuit": ["update rapport.indicateurs set publication = '2031-12-31-1' where code = 'CL037'"],
    "valeurs_negatives": ["update rapport.indicateurs set valeur = -1 where code = 'CL037'"],
    "projets_des_indicateurs": ["delete from core.dim_projet"],
    "ecarts_au_rapport_publie": ["update rapport.rapprochement set verdict = 'ecart'"],
} | poche_axes.FAUTES  # fmt: skip


TOUS = {c.nom: c for c in tous()}


def constat(build: Build, nom: str) -> Constat:
    """Ce que donne un contrôle, passé seul."""
    return passer(build.base, [TOUS[nom]])[nom]


# --- Les déclarations ---


def test_assez_de_controles_protegent_des_chiffres() -> None:
    """Au moins 25 attentes protègent des chiffres, dont 12 bloquantes, et aucune n'est un simple not null ou unique."""
    avec_chiffres = [c for c in TOUS.values() if c.chiffres]
    assert len(avec_chiffres) >= 25
    assert sum(c.severite == BLOQUANT for c in avec_chiffres) >= 12
    attentes = {c.attente for c in TOUS.values()}
    assert not attentes & {
        "ExpectColumnValuesToNotBeNull", "ExpectColumnValuesToBeUnique", "ExpectCompoundColumnsToBeUnique",
    }  # fmt: skip
    assert len(attentes) >= 8


def test_chaque_controle_dit_qui_corrige_et_quoi() -> None:
    """Propriétaire, message en une phrase, et des chiffres protégés (ceux de la source, pour une source)."""
    for c in TOUS.values():
        assert c.proprietaire, c.nom
        assert c.message.endswith("."), c.nom
        # Aucun chiffre imprimé ne vient des prescriptions : leurs contrôles protègent leurs tables.
        sans_chiffre = c.nom == "fichiers_inconnus" or "prescriptions" in c.origines
        assert c.chiffres or c.source or c.tous_les_chiffres or sans_chiffre, c.nom
        assert all(re.fullmatch(r"[A-Z]{2}\d{3}[a-z]?", code) for code in c.chiffres), c.nom


def test_chaque_source_sous_contrat_a_ses_controles() -> None:
    """Une source nouvelle est contrôlée sans rien écrire : les mêmes contrôles, avec le responsable de son contrat."""
    for source, contrat in contrats().items():
        siens = {c.nom.removeprefix(f"{source}."): c for c in TOUS.values() if c.source == source}
        sans_fiche = siens.pop("personnes_sans_fiche", None)
        assert (sans_fiche is not None) == ("personne_id" in contrat.colonnes_bronze())
        assert set(siens) == {"rejets", "volume", "refus", "fraicheur", "totaux", "lecture", "anomalies"}
        assert {c.proprietaire for c in siens.values()} == {contrat.proprietaire}
        assert siens["rejets"].severite == BLOQUANT
        assert siens["fraicheur"].severite == SIGNALE
        assert siens["volume"].severite == (BLOQUANT if contrat.mode == "complet" else SIGNALE)


def test_chaque_seuil_porte_sa_date_et_sa_raison() -> None:
    """La ligne qui précède la constante d'un seuil commence par sa date, ou prolonge un tel commentaire.

    Une constante décrite dessous n'est pas un seuil.
    """
    modules = sorted(m.stem for m in (RACINE / "expectations").glob("*.py"))
    assert len(modules) >= 10
    for module in modules:
        lignes = (RACINE / "expectations" / f"{module}.py").read_text(encoding="utf-8").splitlines()
        for rang, ligne in enumerate(lignes):
            if re.match(r"[A-Z]\w* = [(\d]", ligne) and not re.match(r'"""', lignes[rang + 1]):
                # Au-dessus : d'autres seuils du même commentaire, puis ses lignes jusqu'à la première.
                haut = rang - 1
                while not lignes[haut].startswith("# ") and lignes[haut]:
                    haut -= 1
                while not re.match(r"# 20\d\d-\d\d", lignes[haut]) and lignes[haut].startswith("# "):
                    haut -= 1
                assert re.match(r"# 20\d\d-\d\d : ", lignes[haut]), f"{module} : {ligne}"


def test_codes_de_chiffres() -> None:
    """Une plage s'écrit par ses deux bouts."""
    assert codes("CL001-CL003", "GP010") == ("CL001", "CL002", "CL003", "GP010")
    assert codes("CL009-CL011") == ("CL009", "CL010", "CL011")


def test_une_severite_inconnue_est_refusee() -> None:
    """Une faute de frappe ne fait pas d'un contrôle bloquant un contrôle sans effet."""
    with pytest.raises(ValueError, match="bloquante"):
        Controle("x", "core", "bloquante", "y", "core.dim_personne", "z", {}, "m.")


def test_seul_le_moteur_importe_great_expectations() -> None:
    """Le reste du programme n'en paie ni l'import ni les façons."""
    coupables = [
        str(f.relative_to(RACINE))
        for dossier in ("include", "expectations", "dags")
        for f in (RACINE / dossier).rglob("*.py")
        if re.search(r"^\s*(import|from) great_expectations", f.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert coupables == ["include/controles/moteur.py"]


# --- Les constats ---


def test_le_chantier_sain_passe(d: Dossiers, build: Build) -> None:
    """Une première livraison de trois lignes par source est publiée, sans rien à signaler."""
    verdict = controler(d, build)
    assert ecarts(verdict) == set()
    assert verdict["axes"] == {a: {"verdict": "passe", "cause": ""} for a in AXES}
    assert json.loads(build.verdict.read_text(encoding="utf-8")) == verdict


def test_deux_passages_donnent_les_memes_octets(d: Dossiers, build: Build) -> None:
    """Le verdict ne dépend que de la base, qu'il ne modifie pas et ne garde pas ouverte."""
    avant = build.base.read_bytes()
    abimer(build, *FAUTES["orphelins_heures"])
    controler(d, build)
    premier = build.verdict.read_bytes()
    controler(d, build)
    assert build.verdict.read_bytes() == premier
    build.base.write_bytes(avant)
    controler(d, build)
    assert build.base.read_bytes() == avant
    abimer(build, "create table core.essai (a integer)")


@pytest.mark.parametrize("nom", FAUTES)
def test_chaque_controle_voit_sa_faute(build: Build, nom: str) -> None:
    """Non conforme sur une base abîmée exprès pour lui, conforme sur la même base saine."""
    assert constat(build, nom).verdict == "conforme"
    abimer(build, *FAUTES[nom])
    assert constat(build, nom).verdict == "non_conforme"


def test_chaque_controle_a_sa_faute() -> None:
    """Ceux des sources sont les mêmes d'une source à l'autre : une faute par sorte."""
    assert {n.split(".")[-1] for n in TOUS} == {n.split(".")[-1] for n in FAUTES}


def test_les_lignes_en_cause_sont_comptees(build: Build) -> None:
    """Le nombre de lignes, sans les lignes."""
    abimer(build, *FAUTES["heures_par_contrat_et_mois"])
    assert constat(build, "heures_par_contrat_et_mois") == Constat("non_conforme", 1)
    abimer(build, "delete from core.dim_personne")
    assert constat(build, "abc_clauses_salaries.personnes_sans_fiche") == Constat("non_conforme", 2)


SEUILS: dict[str, list[str]] = {
    # Juste au seuil, ou trop peu de lignes pour juger : conforme.
    "projets.rejets": ["update bronze.livraisons set rejetees = 2, lignes_lues = 10 where source = 'projets'"],
    "abc_clauses_heures.rejets": [
        # La livraison d'avril a été renvoyée corrigée : la première ne retient plus l'axe.
        "update bronze.livraisons set rejetees = 3 where source = 'abc_clauses_heures'",
        "insert into bronze.livraisons by name select 'corrigee' as livraison, 'abc_clauses_heures' as source, "
        "3 as lignes_lues, 3 as chargees, 0 as rejetees, true as effective, 2 as rang, "
        "date '2031-12-20' as date_fichier",
    ],
    "abc_clauses_contacts.volume": [
        HISTOIRE[0].format(source="abc_clauses_contacts"),
        "update bronze.livraisons set chargees = 50 where livraison = 'abc_clauses_contacts-1'",
    ],
    "abc_clauses_lots.volume": [
        # Deux livraisons ne font pas une habitude.
        HISTOIRE[0].format(source="abc_clauses_lots").replace("range(3)", "range(2)"),
    ],
    "abc_clauses_contrats.volume": [
        # Quarante lignes non plus.
        HISTOIRE[0].format(source="abc_clauses_contrats").replace("100 as chargees", "40 as chargees"),
    ],
    "evenements.volume": [
        # Le classeur de l'année nouvelle n'a encore que janvier : ceux de l'année passée ne sont pas sa mesure.
        HISTOIRE[0].format(source="evenements"),
        "update bronze.livraisons set annee_fichier = if(livraison = 'evenements-1', 2032, 2031) "
        "where source = 'evenements'",
    ],
    "abc_clauses_contacts.refus": [
        # Le refusé a été remplacé par un fichier plus tardif.
        "insert into bronze.livraisons by name select 'abc_clauses_contacts' as source, 'refusee' as statut, "
        "0 as rang, false as effective"
    ],
    "orphelins_heures": [
        f"update {AR}.fct_heures set heures = 66.34",
        "insert into meta.orphelins values ('abc_clauses_heures', 'L', 9, 'C9', 1.00)",
    ],
    "heures_par_contrat_et_mois": [f"update {AR}.fct_heures set heures = 300"],
    "dates_de_contrats_decalees": ["update bronze.abc_clauses_contrats set date_debut = date '2041-01-01'"],
    "identites_confondues": ["update bronze.abc_clauses_salaries set personne_id = 'P1'"],
    "evolution_annuelle": [
        # L'année en cours n'est pas pleine : elle ne se compare pas.
        *FAUTES["evolution_annuelle"],
        "update bronze.parametres set arrete_au = date '2031-12-30'",
    ],
} | poche_axes.SEUILS


@pytest.mark.parametrize("nom", SEUILS)
def test_au_seuil_rien_n_est_retenu(build: Build, nom: str) -> None:
    """Un seuil se franchit : l'atteindre ne suffit pas, et les petites livraisons ne sont pas jugées."""
    abimer(build, *SEUILS[nom])
    assert constat(build, nom).verdict == "conforme"


def test_une_base_vide_n_est_pas_bloquee(d: Dossiers, build: Build) -> None:
    """Sans aucune livraison, rien ne bloque ni ne plante ; chaque source dit qu'elle n'a rien livré."""
    with duckdb.connect(str(build.base)) as base:
        tables = base.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_name not in ('parametres', 'contrats')"
        ).fetchall()
        for (table,) in tables:
            base.execute(f"delete from {table}")
    verdict = controler(d, build)
    assert {c["verdict"] for c in verdict["controles"] if c["severite"] == BLOQUANT} == {"conforme"}
    ecartes = [c for c in verdict["controles"] if c["verdict"] != "conforme" and c["severite"] == SIGNALE]
    signales = {c["controle"]: c for c in ecartes}
    assert set(signales) == {f"{s}.fraicheur" for s in SOURCES}
    assert "Aucune livraison reçue" in signales["projets.fraicheur"]["message"]
    assert verdict["axes"]["core"] == {"verdict": "passe", "cause": ""}


# --- Le verdict ---


def test_le_verdict_dit_ou_regarder(d: Dossiers, build: Build) -> None:
    """Un axe bloqué l'est par ses seuls contrôles bloquants ; un signalement dit la livraison ou la date."""
    abimer(
        build, *FAUTES["abc_clauses_contrats.rejets"], *FAUTES["abc_clauses_lots.fraicheur"],
        *FAUTES["ecarts_au_rapport_publie"], *FAUTES["projets_des_indicateurs"],
    )  # fmt: skip
    verdict = controler(d, build)
    lignes = {c["controle"]: c for c in verdict["controles"]}
    assert verdict["axes"]["core"]["verdict"] == "passe"
    assert verdict["axes"]["transverse"]["verdict"] == "passe_avec_signalements"
    achats = verdict["axes"]["achats_responsables"]
    assert achats["verdict"] == "bloque"
    assert "abc_clauses_contrats-1" in achats["cause"]
    assert "fraicheur" not in achats["cause"]
    assert "01/01/2031" in lignes["abc_clauses_lots.fraicheur"]["message"]
    assert lignes["ecarts_au_rapport_publie"]["severite"] == OBSERVE
    des_heures = "CL001 CL002 CL003 CL004 CL020 CL027 CL029 CL032 CL037"
    assert lignes["abc_clauses_heures.rejets"]["chiffres_proteges"] == des_heures
    assert lignes["heures_par_contrat_et_mois"]["chiffres_proteges"].split() == list(codes("CL001-CL019"))
    assert [(c["axe"], c["controle"]) for c in verdict["controles"]] == sorted(
        (c["axe"], c["controle"]) for c in verdict["controles"]
    )


def test_une_table_absente_bloque_son_axe(d: Dossiers, build: Build) -> None:
    """Ce qui ne peut pas être contrôlé n'est pas publié ; les autres axes ne s'en ressentent pas."""
    abimer(build, f"drop table {AR}.rpt_heures_mois", "alter table core.dim_structure drop column siren")
    verdict = controler(d, build)
    lignes = {c["controle"]: c for c in verdict["controles"]}
    assert lignes["total_heures_mois"]["verdict"] == "non_evaluable"
    assert verdict["axes"]["achats_responsables"]["verdict"] == "bloque"
    assert lignes["siren_des_structures"]["verdict"] == "non_evaluable"
    assert verdict["axes"]["core"]["verdict"] == "passe_avec_signalements"
    assert verdict["axes"]["transverse"]["verdict"] == "passe"


def test_sans_couche_rapport_l_axe_transverse_est_bloque(d: Dossiers, build: Build) -> None:
    """Les tables manquent et dbt le dit : le verdict s'écrit quand même."""
    abimer(build, "drop schema rapport cascade")
    build.resultat_dbt("rapport").unlink()
    verdict = controler(d, build)
    assert verdict["axes"]["transverse"]["verdict"] == "bloque"
    assert "la couche rapport n'a pas été construite" in verdict["axes"]["transverse"]["cause"]
    assert verdict["axes"]["achats_responsables"]["verdict"] == "passe"


def test_un_echec_de_dbt_bloque_l_axe_de_sa_couche(d: Dossiers, build: Build) -> None:
    """Le nom du test ou du modèle est la cause, sans le message de dbt."""
    bilan = {
        "couche": "achats_responsables", "axe": AR, "reussi": False, "noeuds": 3,
        "echecs": [{"noeud": "not_null_fct_heures_mois", "type": "test", "statut": "fail", "message": CANARI}],
    }  # fmt: skip
    build.resultat_dbt("achats_responsables").write_text(json.dumps(bilan), encoding="utf-8")
    verdict = controler(d, build)
    assert ecarts(verdict) == set()
    assert verdict["axes"][AR] == {
        "verdict": "bloque",
        "cause": "dbt, couche achats_responsables, en échec : not_null_fct_heures_mois",
    }
    assert verdict["axes"]["core"]["verdict"] == "passe"


def test_aucune_valeur_ne_sort(d: Dossiers, build: Build, tmp_path: Path) -> None:
    """Un canari dans les colonnes de texte, et des contrôles qui échouent ou plantent dessus : il reste en base."""
    with duckdb.connect(str(build.base)) as base:
        textes = base.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns "
            "where data_type = 'VARCHAR' and column_name <> 'type_employeur' "
            "and (table_schema <> 'bronze' or column_name = 'personne_id') "
            # Le code d'un chiffre vient du registre, pas d'un fichier livré.
            "and (table_name, column_name) <> ('indicateurs', 'code')"
        ).fetchall()
        for table, colonne in textes:
            base.execute(f"update {table} set {colonne} = {colonne} || '{CANARI}'")
        # La conversion en nombre cite la valeur dans son message d'erreur.
        base.execute(f"alter table {AR}.rpt_heures_mois alter heures type varchar")
        base.execute(f"update {AR}.rpt_heures_mois set heures = '{CANARI}'")
    maison, temporaire = tmp_path / "maison", tmp_path / "temporaire"
    maison.mkdir()
    temporaire.mkdir()
    programme = (
        "import logging; logging.basicConfig(level=logging.DEBUG)\n"
        "from include.configuration import dossiers\n"
        "from include.controles import controler\n"
        "from include.entrepot.preparation import Build\n"
        "controler(dossiers(), Build.de(dossiers()))"
    )
    sortie = subprocess.run(
        [sys.executable, "-c", programme], cwd=temporaire, capture_output=True, text=True, check=True,
        env=os.environ
        | {"ENTREPOT_DATA": str(d.racine), "HOME": str(maison), "TMPDIR": str(temporaire), "PYTHONPATH": str(RACINE)},
    )  # fmt: skip
    verdict = json.loads(build.verdict.read_text(encoding="utf-8"))
    constats = {c["controle"]: c["verdict"] for c in verdict["controles"]}
    assert constats["total_heures_mois"] == "non_evaluable"
    assert constats["contrats_selon_employeur"] == constats["siren_des_structures"] == "non_conforme"
    assert constats["ages"] == "conforme"
    assert CANARI not in sortie.stdout + sortie.stderr
    fichiers = [f for racine in (d.racine, maison, temporaire) for f in racine.rglob("*") if f.is_file()]
    assert [f for f in fichiers if CANARI.encode() in f.read_bytes()] == [build.base]
    assert [f for f in fichiers if d.racine not in f.parents] == [], "les contrôles n'écrivent que dans le chantier"


def test_le_moteur_ferme_la_base(build: Build) -> None:
    """La publication ouvre ensuite la base : aucune connexion ne doit rester."""
    passer(build.base, [TOUS["ages"]])
    copie = build.base.with_suffix(".copie")
    shutil.move(build.base, copie)
    with duckdb.connect(str(copie)) as base:
        base.execute("create table core.essai (a integer)")
