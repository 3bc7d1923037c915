"""Les contrôles : chacun voit sa faute et elle seule, une petite livraison passe, et aucune valeur ne sort."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import expectations
from expectations import BLOQUANT, OBSERVE, SIGNALE
from expectations.controle import codes
from include.configuration import Dossiers
from include.contrats import tous as contrats
from include.controles import controler
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
    (id_contrat, id_salarie, id_operation, type_employeur, type_contrat, siret_employeur, date_debut, date_fin, embauche,
        _livraison, _ligne)
values
    ('C1', 'S1', 'OP1', 'EI', 'CDDI', '73282932000074', '2031-01-15', '2031-02-10', true, 'L', 1),
    ('C2', 'S2', 'OP2', 'Entreprise', 'CDI', '73282932000074', '2031-01-01', null, false, 'L', 2);
insert into bronze.abc_clauses_heures (id_contrat, mois, heures, date_saisie, _livraison, _ligne, _rang) values
    ('C1', '2031-01-01', 60.00, '2031-02-02', 'L', 1, 1), ('C1', '2031-02-01', 40.00, '2031-03-02', 'L', 2, 1),
    ('C2', '2031-03-01', 20.00, null, 'L', 3, 1);
insert into bronze.abc_clauses_contacts (id_contact, date_contact) values ('K1', '2031-05-05');

create table core.dim_personne as
    select * from (values ('P1', 'F', 1990), ('P2', 'M', 1980)) as t (personne_id, sexe, annee_naissance);
create table core.dim_structure as
    select 'E1' as structure_id, '73282932000074' as siret, '732829320' as siren
    union all select 'D1', null, null;
create table core.dim_projet as select '322' as code_projet;
create table meta.orphelins (source varchar, livraison varchar, ligne bigint, cle varchar, heures decimal(14, 2));

create table achats_responsables.fct_heures as
    select h.id_contrat, h.mois, 2031 as annee, cast(h.heures as decimal(12, 2)) as heures, c.id_operation,
        replace(c.id_salarie, 'S', 'P') as personne_id,
        if(c.id_contrat = 'C1', 'E1', 'E2') as structure_id, 'D1' as donneur_ordre_id,
        if(c.id_operation = 'OP1', 'BTP', 'SERVICES') as secteur, c.type_contrat, 'Embauche directe' as modalite,
        c.type_employeur
    from bronze.abc_clauses_heures as h join bronze.abc_clauses_contrats as c using (id_contrat);
create table achats_responsables.rpt_heures_secteur as
    select * from (values (2031, 'BTP', 100.00, 5 / 6), (2031, 'SERVICES', 20.00, 1 / 6)) as t (annee, secteur, heures, part);
create table achats_responsables.rpt_heures_mois as
    select * from (values (2031, 1, 60.00), (2031, 2, 40.00), (2031, 3, 20.00)) as t (annee, mois, heures);
create table achats_responsables.rpt_heures_operation as
    select * from (values (2031, 1, 'OP1', 100.00), (2031, 2, 'OP2', 20.00)) as t (annee, rang, id_operation, heures);
create table achats_responsables.rpt_heures_type_contrat as
    select * from (values (2031, 'CDDI', 100.00, 5 / 6), (2031, 'CDI', 20.00, 1 / 6)) as t (annee, type_contrat, heures, part);
create table achats_responsables.rpt_heures_modalite as select 2031 as annee, 120.00 as heures, 1.0::double as part;
create table achats_responsables.rpt_salaries_secteur as
    select * from (values (2031, 'BTP', 1, 1, 1), (2031, 'SERVICES', 1, 0, 0)) as t (annee, secteur, salaries, femmes, qpv);
create table achats_responsables.rpt_salaries_accompagnement as select 2031 as annee, 'EI' as accompagnement, 2 as salaries;
create table achats_responsables.rpt_embauches as
    select 2031 as annee, 'BTP' as secteur, 1 as embauches, 1 as personnes, 1 as dont_qpv;
create table achats_responsables.rpt_entreprises as
    select * from (values (2031, 'EI', 1), (2031, 'SERVICES', 1)) as t (annee, categorie, entreprises);
create table achats_responsables.rpt_donneurs_ordre as
    select 2031 as annee, 2 as operations_actives, 120.00 as heures, 1 as consultations, 100.00 as heures_engagees_consultees;
create table achats_responsables.rpt_contacts as select 2031 as annee, 1 as contacts;
create table achats_responsables.rpt_suivi_engagements as
    select * from (values ('OP1', 100.00, 1.0::double), ('OP2', 20.00, 0.4::double))
        as t (id_operation, heures_realisees, taux_realisation);

create table rapport.indicateurs as
    select code, 'achats_responsables' as axe, '322' as projet, 2031 as annee, date '2031-01-01' as periode_debut,
        date '2031-12-31' as periode_fin, valeur::double as valeur, n as numerateur, d as denominateur, unite,
        'abc_clauses_heures' as sources, '2032-01-02-1' as publication
    from (values ('CL001', 120, 120, null, 'heures'), ('CL002', 100, 100, null, 'heures'), ('CL003', 20, 20, null, 'heures'),
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
        } | {c.source: c.colonnes_bronze() | {"_rang": "INTEGER"} for c in contrats().values()}
        for nom, colonnes in tables.items():
            base.execute(f"create table bronze.{nom} ({', '.join(f'{c} {t}' for c, t in colonnes.items())})")
        for c in contrats().values():
            base.execute("insert into bronze.contrats by name select ? as source, ? as axe", [c.source, c.axe])
            livraison(base, c.source, f"{c.source}-1", 1)
        base.execute(BASE)
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
            ("rpt_heures_secteur", "secteur = 'BTP'"), ("rpt_heures_mois", "mois = 1"), ("rpt_heures_operation", "rang = 1"),
            ("rpt_heures_type_contrat", "type_contrat = 'CDDI'"), ("rpt_heures_modalite", "true"),
            ("rpt_donneurs_ordre", "true"),
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
    "projets.refus": [
        "insert into bronze.livraisons by name select 'projets' as source, 'refusee' as statut, 7 as rang, false as effective"
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
        "insert into bronze.anomalies by name select 'abc_clauses_salaries-1' as livraison, n as ligne from range(11) as t (n)",
    ],
    "fichiers_inconnus": [
        "insert into bronze.livraisons by name select '_inconnue' as source, 'refusee' as statut, date '2032-01-02' as recu_le, "
        "1 as rang, false as effective"
    ],
    # Le socle.
    "personnes_sans_fiche": ["delete from core.dim_personne where personne_id = 'P2'"],
    "fiches_en_trop": ["insert into core.dim_personne values ('P1', 'F', 1990)"],
    "ages": ["update core.dim_personne set annee_naissance = 1901 where personne_id = 'P2'"],
    "siren_des_structures": ["update core.dim_structure set siren = '000000000' where siret is not null"],
    "longueur_siret": [
        "update core.dim_structure set siret = '732829320000', siren = '732829320' where siret is not null"
    ],
    "structures_sans_siret": ["update core.dim_structure set siret = null"],
    # Ce que les partenaires livrent.
    "heures_par_contrat_et_mois": [
        f"update {AR}.fct_heures set heures = 300.01 where id_contrat = 'C2'",
        "update bronze.abc_clauses_heures set heures = 300.01 where id_contrat = 'C2'",
        f"update {AR}.rpt_heures_secteur set heures = 300.01 where secteur = 'SERVICES'",
    ],
    "heures_par_personne_impossibles": [*NOMBREUX, f"update {AR}.fct_heures set heures = 250 where id_contrat like 'N%'"],
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
        f"insert into {AR}.fct_heures by name select 'Z' as id_contrat, date '2030-01-01' + to_months(n::integer) as mois, "
        "2030 as annee, 1.00 as heures from range(12) as t (n)",
        f"insert into {AR}.fct_heures by name select 'Y' as id_contrat, date '2031-01-01' + to_months(n::integer) as mois, "
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
        for nom in ("heures_secteur", "heures_mois", "heures_operation", "heures_type_contrat", "heures_modalite", "donneurs_ordre")
    },
    **{f"parts_{nom}": [f"update {AR}.rpt_heures_{nom} set part = part * 1.001"] for nom in ("secteur", "type_contrat", "modalite")},
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
    "indicateurs_complets": ["delete from rapport.indicateurs where code = 'CL037'"],
    "heures_indicateur_et_tables": ["update rapport.indicateurs set valeur = valeur + 1 where code in ('CL001', 'CL002')"],
    "heures_btp_et_services": ["delete from rapport.indicateurs where code = 'CL003'"],
    "salaries_btp_et_services": ["update rapport.indicateurs set valeur = 2 where code = 'CL027'"],
    "pourcentages": ["update rapport.indicateurs set numerateur = 21 where code = 'CL004'"],
    "parts_possibles": ["update rapport.indicateurs set valeur = 200, numerateur = 240 where code = 'CL004'"],
    "periodes": ["update rapport.indicateurs set periode_fin = date '2032-01-01' where code = 'CL037'"],
    "indicateurs_de_la_nuit": ["update rapport.indicateurs set publication = '2031-12-31-1' where code = 'CL037'"],
    "valeurs_negatives": ["update rapport.indicateurs set valeur = -1 where code = 'CL037'"],
    "projets_des_indicateurs": ["delete from core.dim_projet"],
    "ecarts_au_rapport_publie": ["update rapport.rapprochement set verdict = 'ecart'"],
}  # fmt: skip


def test_le_chantier_sain_passe(d: Dossiers, build: Build) -> None:
    """Une première livraison de trois lignes par source est publiée, sans rien à signaler."""
    verdict = controler(d, build)
    assert ecarts(verdict) == set()
    assert verdict["axes"] == {a: {"verdict": "passe", "cause": ""} for a in ("achats_responsables", "core", "transverse")}
    assert json.loads(build.verdict.read_text(encoding="utf-8")) == verdict
