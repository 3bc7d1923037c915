"""Contrôles du socle commun. Bloquants seulement là où plus rien ne vaudrait : core retient toute la publication."""

from __future__ import annotations

from expectations.controle import BLOQUANT, EQUIPE_DONNEES, OBSERVE, SERVICE_CLAUSES, SIGNALE, Controle, codes

# 2026-11 : 14 ans est l'âge sous lequel une date de naissance est rejetée à la lecture ; au-delà de 80 ans, la saisie
# est plus suspecte que le salarié. Une personne sur cent peut y échapper.
AGES = (13, 80)
PART_AGES = 0.99
# 2026-11 : ce qu'une personne relit en une matinée ; au-delà, la liste n'est plus lue et les doublons restent.
PAIRES_A_TRANCHER_MAX = 50

CONTROLES = [
    Controle(
        nom="fiches_en_trop",
        axe="core",
        severite=BLOQUANT,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL020-CL031", "CL051-CL059", "CL072"),
        donnees="select count(*) as fiches, count(distinct personne_id) as personnes from core.dim_personne",
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "fiches", "column_B": "personnes"},
        message="Une personne a plusieurs fiches dans core.dim_personne : chaque jointure compterait ses "
        "heures deux fois.",
    ),
    Controle(
        nom="ages",
        axe="core",
        severite=SIGNALE,
        proprietaire=SERVICE_CLAUSES,
        chiffres=codes("CL020-CL031"),
        donnees="select year(p.nuit) - d.annee_naissance as age "
        "from core.dim_personne as d cross join bronze.parametres as p",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "age", "min_value": AGES[0], "max_value": AGES[1], "mostly": PART_AGES},
        message="Des âges ne sont pas vraisemblables : vérifier les dates de naissance, elles distinguent "
        "les personnes.",
    ),
    Controle(
        nom="siren_des_structures",
        axe="core",
        severite=SIGNALE,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL033", "CL034", "CL037-CL044"),
        donnees="select left(siret, 9) as debut_siret, siren from core.dim_structure where siret is not null",
        attente="ExpectColumnPairValuesToBeEqual",
        arguments={"column_A": "debut_siret", "column_B": "siren"},
        message="Le SIREN d'une structure n'est pas le début de son SIRET.",
    ),
    Controle(
        nom="longueur_siret",
        axe="core",
        severite=SIGNALE,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL033", "CL034", "CL037-CL044"),
        donnees="core.dim_structure",
        attente="ExpectColumnValueLengthsToEqual",
        arguments={"column": "siret", "value": 14},
        message="Un SIRET n'a pas 14 chiffres : des structures seraient confondues ou comptées deux fois.",
    ),
    Controle(
        nom="structures_sans_siret",
        axe="core",
        severite=OBSERVE,
        proprietaire=SERVICE_CLAUSES,
        chiffres=codes("CL033", "CL034", "CL037-CL044"),
        donnees="core.dim_structure",
        attente="ExpectColumnProportionOfNonNullValuesToBeBetween",
        # 2026-11 : sans SIRET une structure n'est reconnue que par son nom ; à plus de la moitié, les comptes flottent.
        arguments={"column": "siret", "min_value": 0.5},
        message="Plus de la moitié des structures n'ont pas de SIRET : elles ne sont reconnues que par leur nom.",
    ),
    Controle(
        nom="siret_de_deux_structures",
        axe="core",
        severite=SIGNALE,
        proprietaire=EQUIPE_DONNEES,
        chiffres=codes("CL033", "CL034", "CL037-CL044"),
        donnees="select structure_id_a, structure_id_b from core.revue_structures where motif = 'même SIRET'",
        attente="UnexpectedRowsExpectation",
        arguments={"unexpected_rows_query": "select * from {batch}"},
        message="Une décision sépare des structures que leurs SIRET relient. Dire aussi de quel côté va chaque nom, "
        "d'après core.revue_structures.",
    ),
    Controle(
        nom="structures_a_trancher",
        axe="core",
        severite=OBSERVE,
        proprietaire=SERVICE_CLAUSES,
        chiffres=codes("CL033", "CL034", "CL037-CL044"),
        donnees="select count(*) as paires from core.revue_structures",
        attente="ExpectColumnValuesToBeBetween",
        arguments={"column": "paires", "max_value": PAIRES_A_TRANCHER_MAX},
        message="Trop de paires de structures attendent une décision : voir core.revue_structures.",
    ),
]
