"""L'entrepôt de poche des axes gpect, parcours, campus et transverse, et la faute que chaque contrôle doit y voir.

Quelques lignes de bronze de 2031, les faits qui en découlent, et les tables de rapport écrites à la main : les sommes
se vérifient de tête.
"""

from __future__ import annotations

BASE = """
create schema gpect; create schema parcours; create schema campus;

-- gpect : E1 visitée deux fois, E2 une fois ; une offre chacune ; la démarche Santé et son territoire.
insert into bronze.rce_visites by name select * from (values
    ('2031-02-10'::date, 'E1', 'Bâtiment', 5, 1), ('2031-06-01', 'E1', 'Bâtiment', 6, 2),
    ('2031-03-15', 'E2', 'Industrie', null, 3)) as t (date_visite, entreprise, secteur, effectif, _ligne);
insert into bronze.rce_offres by name select * from (values
    ('O1', 'Bâtiment', 'E1', '2031-03-01'::date, 1, 1, null, 'O', 1, 1),
    ('O2', 'Industrie', 'E2', '2031-04-01', null, null, 2, 'En cours', null, 2))
    as t (num_offre, secteur, entreprise, date_offre, postes_qualifies, postes_zone_grise, postes_non_qualifies,
        pourvue, postes_pourvus, _ligne);
insert into bronze.gpect_entretiens by name select * from (values
    ('T1', 'Santé', '322', 'E1', '21', 50, '2031-04-01'::date, 'Réalisé'),
    ('T2', 'Santé', '322', 'E2', '58', 30, '2031-04-02', 'Réalisé'),
    ('T3', 'Santé', '322', 'E2', '21', null, '2032-02-01', 'Planifié'))
    as t (id_entretien, demarche, code_projet, entreprise, departement, effectif, date_entretien, statut);
insert into bronze.emfor_effectifs by name select *, 1 as _rang from (values
    ('SANTE', 'Bourgogne', 2029, 900, 1), ('Santé', 'Bourgogne', 2030, 1000, 2), ('Santé', '21', 2030, 600, 3),
    ('Santé', '58', 2030, 200, 4)) as t (secteur, territoire, annee, effectif_salarie, _ligne);
insert into bronze.gpect_besoins by name
    select 'Santé' as demarche, 'Opérateur' as metier, 3 as nb_postes, '2031-05-01'::date as date_besoin;
insert into bronze.enquete_zti by name select *, '2031-09-01'::date as date_reponse from (values
    ('R1', 'Indépendant', true, false), ('R2', 'Succursale', false, true))
    as t (num_reponse, type_commerce, appui_rh, appui_numerique);
insert into bronze.plan_actions by name
    select *, '322' as code_projet, 1 as num_axe, 'Attirer' as axe_strategique, 1 as _rang,
        '2031-11-30'::date as _etat_au
    from (values ('F1', 'Réalisé'), ('F2', 'En cours')) as t (fiche, statut);
insert into bronze.eco_structures by name select *, 1 as _rang, '2031-11-30'::date as _etat_au from (values
    ('Le Nid', true, 'Consommation', 2029), ('L''Atelier', false, 'Production', null))
    as t (structure, locale, champ, annee_creation);
insert into bronze.pole_emploi_longvic by name select *, 1 as _rang, '2031-11-30'::date as _etat_au from (values
    ('D1', 'H2902', true), ('D2', 'N1101', null)) as t (identifiant_id, rome_1, courriel_valide);

create table gpect.fct_rce_visites as
    select date_visite, year(date_visite) as annee, entreprise as structure_id, secteur, effectif, _ligne
    from bronze.rce_visites;
create table gpect.fct_rce_offres as select *, entreprise as structure_id from bronze.rce_offres;
create table gpect.fct_entretiens as select *, entreprise as structure_id from bronze.gpect_entretiens;
create table gpect.fct_besoins as select demarche, metier, nb_postes as postes, date_besoin from bronze.gpect_besoins;
create table gpect.fct_reponses_zti as select num_reponse, date_reponse from bronze.enquete_zti;
create table gpect.rpt_rce_entreprises as
    select * from (values ('2031-02-01'::date), ('2031-01-01')) as d (periode_debut)
    cross join (select '2031-12-31'::date as periode_fin)
    cross join (values ('total', 'TOTAL', 2, 3), ('club', 'oui', 1, 2), ('club', 'non', 1, 1))
        as t (dimension, modalite, entreprises, rendez_vous);
create table gpect.rpt_rce_offres_secteur as
    select * from (values ('Bâtiment', 1, 1, 1, 1, 1, 0, 1, 0, 0, 1), ('Industrie', 1, 1, 1, 0, 0, 2, 0, 1, 0, 0),
        ('TOTAL', 2, 2, 2, 1, 1, 2, 1, 1, 0, 1))
    as t (secteur, entreprises_visitees, entreprises_avec_offres, offres, postes_q, postes_zg, postes_nq,
        offres_pourvues, offres_en_cours, offres_nsp, postes_pourvus);
create table gpect.rpt_entretiens as
    select *, effectif_interroge / effectif_territoire as couverture from (values
        ('Santé', '21', 1, 1, 50, 600), ('Santé', '58', 1, 1, 30, 200), ('Santé', 'TOTAL', 2, 2, 80, 1000))
    as t (demarche, departement, entreprises, entretiens, effectif_interroge, effectif_territoire);
create table gpect.rpt_besoins as select 'Santé' as demarche, 'Opérateur' as metier, 3 as postes;
create table gpect.rpt_enquete_zti as
    select * from (values ('Indépendant', 1, 1, 0), ('Succursale', 1, 0, 1), ('TOTAL', 2, 1, 1))
    as t (type_commerce, repondants, appui_rh, appui_numerique);
create table gpect.rpt_plan_actions as
    select '322' as code_projet, 1 as num_axe, 2 as fiches, 1 as realise, 1 as en_cours, 0 as non_demarre,
        0 as non_traite, 0 as reporte;
create table gpect.rpt_eco_structures as
    select * from (values ('Consommation', 1, 1), ('Production', 1, 0), ('TOTAL', 2, 1))
    as t (champ, structures, locales);
create table gpect.rpt_public_longvic as
    select * from (values ('H', 1, 1), ('N', 1, 0), ('TOTAL', 2, 1)) as t (rome_domaine, demandeurs, courriels_valides);

-- parcours : A1 est entré, A2 refusé, A3 absent ; A0, entré en 2030, est sorti en CDI ; deux personnes aux étapes.
-- P1, de C1, est aussi A1 et prescrit : son contrat précède sa prescription, il n'en est pas l'issue.
insert into bronze.cent_chances_candidatures by name
    select *, 'SAS mars' as sas, 2010 as annee_naissance, '2031-02-01'::date as date_orientation,
        2031 as _annee_fichier, 'ML' as prescripteur
    from (values ('A1', 'P1', true, true, 'Entrée immédiate', '2031-03-20'::date),
        ('A2', 'P2', true, true, 'Refus comité', null), ('A3', 'P3', false, false, null, null))
    as t (id_candidat, personne_id, present_pre_sas, participant_sas, decision_comite, date_entree);
insert into bronze.cent_chances_suivi by name select * from (values
    ('A0', '2030-05-01'::date, '2031-01-10'::date, 'CDI'), ('A1', '2031-03-20', null, null))
    as t (id_candidat, date_entree, date_sortie, type_sortie);
insert into bronze.parcours_etapes by name select *, 'Plasturgie' as dispositif from (values
    ('N1', 'P4', 'Orienté', '2031-01-10'::date), ('N1', 'P4', 'Rencontré', '2031-02-10'),
    ('N2', 'P5', 'Orienté', '2031-01-11')) as t (id_participant, personne_id, etape, date_etape);
insert into bronze.prescriptions by name select *, 1 as _rang from (values
    ('F1', 'P1', '2031-05-01'::date, 'Validé', '2031-05-10'::date, true, 1),
    ('F2', 'P5', '2031-11-01', null, null, false, 2))
    as t (id_prescription, personne_id, date_orientation, decision, date_decision, entree_plie, _ligne);

create table parcours.fct_candidatures as
    select *, 2031 as annee, 2031 as annee_fichier, decision_comite as decision, year(date_entree) as annee_entree
    from bronze.cent_chances_candidatures;
create table parcours.fct_suivis as select *, year(date_entree) as annee from bronze.cent_chances_suivi;
create table parcours.fct_etapes as
    select *, if(etape = 'Orienté', 1, 3) as rang from bronze.parcours_etapes;
create table parcours.fct_prescriptions as
    select id_prescription, date_orientation, coalesce(decision, 'En attente') as decision, entree_plie
    from bronze.prescriptions;
create table parcours.rpt_cent_chances_entonnoir as
    select 2031 as annee, * from (values ('candidatures', 3, null), ('presents_pre_sas', 2, 2 / 3),
        ('participants_sas', 2, 1.0), ('entrees_immediates', 1, 0.5), ('entrees_differees', 0, 0.0),
        ('refus_comite', 1, 0.5), ('abandons_candidat', 0, 0.0), ('desistements', 0, 0.0))
    as t (etape, effectif, taux_etape);
create table parcours.rpt_cent_chances_profil as
    select 2031 as annee, * from (values ('qpv', 'oui', 1, 1.0), ('niveau', 'IV', 1, 1.0), ('sexe', 'F', 1, 1.0),
        ('prescripteur', 'ML', 1, 1.0)) as t (dimension, modalite, entrees, part);
create table parcours.rpt_cent_chances_sorties as
    select '2031-12-31'::date as arrete_au, * from (values ('total', 2, null), ('en_accompagnement', 1, null),
        ('sorties', 1, null), ('sorties_positives', 1, null), ('abandons', 0, null), ('CDI', 1, 1.0), ('CDD', 0, 0.0))
    as t (type_sortie, effectif, part_positives);
create table parcours.rpt_entonnoir as
    select 2031 as annee, 'Plasturgie' as dispositif, * from (values ('Orienté', 1, 2), ('Rencontré', 3, 1))
    as t (etape, rang, effectif);
create table parcours.rpt_prescriptions as
    select 2031 as annee, 2 as orientations, 1 as validees, 0 as invalidees, 1 as en_attente;
create table parcours.fct_programmes as
    select * from (values ('P1', '100 chances', '2031-03-20'::date, '2031-03-20'::date),
        ('P1', 'Clauses d''insertion', '2031-01-15', '2031-02-01'),
        ('P1', 'Prescription vers les clauses', '2031-05-01', '2031-05-10'),
        ('P2', 'Clauses d''insertion', '2031-01-01', '2031-03-01'), ('P4', 'Plasturgie', '2031-02-10', '2031-02-10'),
        ('P5', 'Prescription vers les clauses', '2031-11-01', '2031-11-01'))
    as t (personne_id, programme, premiere_date, derniere_date);
create table parcours.rpt_parcours_croises as
    select * from (values ('100 chances + Clauses d''insertion + Prescription vers les clauses', 3, 1),
        ('Clauses d''insertion', 1, 1), ('Plasturgie', 1, 1), ('Prescription vers les clauses', 1, 1))
    as t (programmes, nombre_programmes, personnes);
create table parcours.rpt_parcours_croises_arretes as
    select '2031-12-31'::date as arrete_au, * from parcours.rpt_parcours_croises;
create table parcours.fct_chemins as
    select * from (values ('P1', 'F1', '2031-05-01'::date), ('P5', 'F2', '2031-11-01'))
    as t (personne_id, id_prescription, date_prescription)
    cross join (select null::date as date_contrat, null::date as date_embauche, false as contrat_sans_validation);
create table parcours.rpt_parcours_chemins as
    select 2031 as annee, * from (values ('PLIE', 1, 1, 1.0, 0, 0.0, 0, null, 0),
        ('ML', 1, 0, 0.0, 0, null, 0, null, 0), ('TOTAL', 2, 1, 0.5, 0, 0.0, 0, null, 0))
    as t (prescripteur, prescrites, validees, taux_validation, avec_contrat, taux_contrat, embauchees, taux_embauche,
        contrats_sans_validation);

-- campus : deux rencontres, une instance et ses trois collèges.
insert into bronze.campus_rencontres by name select * from (values
    ('M1', '2031-10-02'::date, 1, 'Proviseur', 'Lycée A', 2, 'Mobilité'),
    ('M2', '2031-10-03', 1, 'OPCA', 'OPCA B', 1, 'Apprentissage'))
    as t (id_rencontre, date_rencontre, num_axe, type_interlocuteur, organisme, nb_personnes, objet);
insert into bronze.campus_membres by name
    select *, 'Comité technique' as instance, 2 as _rang, '2031-11-30'::date as _etat_au
    from (values ('Enseignement et recherche', 'Lycée A'), ('Monde économique', 'E1'), ('Institutionnels', 'Région'))
    as t (college, organisme);
insert into bronze.plan_actions by name
    select '221' as code_projet, 1 as num_axe, 'Mobilité' as axe_strategique, 'C1' as fiche, 'En cours' as statut,
        1 as _rang, '2031-11-30'::date as _etat_au;
insert into gpect.rpt_plan_actions values ('221', 1, 1, 0, 1, 0, 0, 0);
insert into core.dim_projet values ('221', 'campus');

create table campus.fct_rencontres as
    select id_rencontre, date_rencontre, 2031 as annee, num_axe, type_interlocuteur, organisme as structure_id,
        nb_personnes as personnes
    from bronze.campus_rencontres;
create table campus.rpt_rencontres as
    select 2031 as annee, 1 as num_axe, * from (values ('Proviseur', 1, 2), ('OPCA', 1, 1))
    as t (type_interlocuteur, rencontres, personnes);
create table campus.rpt_gouvernance as
    select 'Comité technique' as instance, * from (values ('Enseignement et recherche', 1), ('Monde économique', 1),
        ('Institutionnels', 1)) as t (college, membres);

-- transverse : un événement réalisé, un planifié ; un article ; une équipe de deux.
insert into bronze.evenements by name select *, 2031 as _annee_fichier, '322' as code_projet from (values
    ('V1', 'mars', 'Atelier', 'Clauses', '2031-03-12'::date, 10, 'Réalisé'),
    ('V2', 'décembre', 'Forum', 'Emploi', '2031-12-31', null, 'Annulé'))
    as t (id_evenement, _feuille, type_evenement, intitule, date_evenement, nb_participants, statut);
insert into bronze.presse by name
    select '2031-06-02'::date as date_parution, 'Gazette' as organe, true as gip, 2031 as _annee_fichier;
insert into bronze.equipe by name
    select 'Clauses' as service, 'Facilitatrice' as fonction, 2 as nb_personnes, 1.50 as etp, 2031 as _annee_fichier;

create table rapport.rpt_evenements as
    select 2031 as annee, '322' as code_projet, 'Atelier' as type_evenement, 1 as evenements, 10 as participants;
create table rapport.rpt_presse as
    select 2031 as annee, 6 as mois, 'Gazette' as organe, 1 as articles, 1 as gip, 0 as clauses, 0 as lab_competences;
create table rapport.rpt_equipe as
    select 2031 as annee, 'Clauses' as service, 'Facilitatrice' as fonction, 2 as personnes, 1.50 as etp;
insert into rapport.indicateurs by name
    select *, 2031 as annee, '322' as projet, '2031-01-01'::date as periode_debut, '2031-12-31'::date as periode_fin,
        valeur as numerateur, 'nombre' as unite, '2032-01-02-1' as publication
    from (values ('RC003', 3, 'gpect', 'rce_visites'), ('RC004', 2, 'gpect', 'rce_visites'),
        ('CH001', 3, 'parcours', 'cent_chances_candidatures'), ('CH002', 2, 'parcours', 'cent_chances_candidatures'),
        ('CH003', 2, 'parcours', 'cent_chances_candidatures'), ('CO001', 1, 'transverse', 'presse'),
        ('CO002a', 1, 'transverse', 'presse')) as t (code, valeur, axe, sources);

-- Chaque chiffre est d'une année civile, sauf GP015, planifié pour l'année suivante.
create schema reference;
create table reference.etapes_parcours as
    select * from (values ('Orienté', false), ('Rencontré', true)) as t (etape, entree);
create table reference.regles_periode as
    select * from (values ('Année civile', false), ('À venir', true)) as t (libelle, a_venir);
insert into rapport.indicateurs by name
    select 'GP015' as code, 2032 as annee, 'gpect' as axe, '322' as projet, '2032-03-31'::date as periode_fin,
        3 as valeur, 'entretiens' as unite, 'gpect_entretiens' as sources, '2032-01-02-1' as publication;
create table rapport.definitions as
    select distinct code, if(code = 'GP015', 'À venir', 'Année civile') as periode from rapport.indicateurs;
"""


def quarante(table: str, **colonnes: str) -> str:
    """Ajoute quarante lignes : de quoi juger une majorité. colonnes: expression de chacune, où n est leur numéro."""
    choisies = ", ".join(f"{valeur} as {nom}" for nom, valeur in colonnes.items())
    return f"insert into {table} by name select {choisies} from range(40) as t (n)"


CANDIDATS = {"id_candidat": "'Z' || n", "annee": "2031", "annee_fichier": "2031", "sas": "'SAS'"}
PARCOURS = {"dispositif": "'VAE'", "personne_id": "'Z' || n"}
FAUTES: dict[str, list[str]] = {
    # gpect, ce que les partenaires livrent.
    "couverture_du_territoire": ["update gpect.rpt_entretiens set couverture = 1.01 where departement = 'TOTAL'"],
    "couverture_d_un_departement": ["update gpect.rpt_entretiens set couverture = 1.01 where departement = '21'"],
    "entretiens_hors_bourgogne": ["update gpect.rpt_entretiens set departement = '25' where departement = '58'"],
    "effectifs_d_entreprises": ["update gpect.fct_rce_visites set effectif = 10001 where effectif = 5"],
    "entretiens_sans_effectif": ["update gpect.fct_entretiens set effectif = null where id_entretien = 'T1'"],
    "entretiens_planifies_passes": [
        "update gpect.fct_entretiens set date_entretien = '2031-12-31' where statut = 'Planifié'"
    ],
    "projets_de_gpect": ["update bronze.plan_actions set code_projet = '999' where fiche = 'F1'"],
    "effectifs_emfor_par_departement": [
        "update bronze.emfor_effectifs set effectif_salarie = 401 where territoire = '58'"
    ],
    "evolution_des_effectifs_emfor": ["update bronze.emfor_effectifs set effectif_salarie = 499 where annee = 2029"],
    "postes_pourvus_impossibles": [
        quarante("gpect.fct_rce_offres", num_offre="'Z' || n", postes_qualifies="1", postes_pourvus="2")
    ],
    "postes_pourvus_en_trop": ["update gpect.fct_rce_offres set postes_pourvus = 3 where num_offre = 'O1'"],
    "issue_et_postes_pourvus": ["update gpect.fct_rce_offres set postes_pourvus = 0 where num_offre = 'O1'"],
    "offres_sans_visite": [quarante("gpect.fct_rce_offres", structure_id="'Z' || n")],
    "entreprises_avec_offres_jamais_visitees": ["update gpect.fct_rce_offres set structure_id = 'E3'"],
    "secteur_de_visite_et_d_offre": ["update gpect.fct_rce_offres set secteur = 'Agriculture' where num_offre = 'O1'"],
    "rendez_vous_isoles": ["update gpect.fct_rce_visites set date_visite = '2029-02-10' where _ligne = 1"],
    "postes_par_besoin": ["update gpect.fct_besoins set postes = 0"],
    "codes_rome_illisibles": [
        quarante("bronze.pole_emploi_longvic", identifiant_id="'Z' || n", rome_1="'Soudeur'", _rang="1")
    ],
    "codes_rome": ["update bronze.pole_emploi_longvic set rome_1 = 'H290' where identifiant_id = 'D1'"],
    "courriels_invalides": [
        quarante("bronze.pole_emploi_longvic", identifiant_id="'Z' || n", courriel_valide="n > 20")
    ],
    "axes_de_deux_noms": ["update bronze.plan_actions set axe_strategique = 'Retenir' where fiche = 'F1'"],
    "fiches_qui_reculent": [
        "insert into bronze.plan_actions by name select '322' as code_projet, 'F1' as fiche, 'Non démarré' as statut, "
        "2 as _rang"
    ],
    "annees_de_creation": ["update bronze.eco_structures set annee_creation = 2032 where annee_creation is not null"],
    # gpect, ce que les modèles en font.
    "total_rce_offres_secteur": ["update gpect.rpt_rce_offres_secteur set offres_nsp = 1 where secteur = 'TOTAL'"],
    "total_entretiens": ["update gpect.rpt_entretiens set effectif_interroge = 81 where departement = 'TOTAL'"],
    "total_enquete_zti": ["update gpect.rpt_enquete_zti set appui_rh = 2 where type_commerce = 'TOTAL'"],
    "total_eco_structures": ["delete from gpect.rpt_eco_structures where champ = 'Production'"],
    "total_public_longvic": ["update gpect.rpt_public_longvic set courriels_valides = 0 where rome_domaine = 'H'"],
    "dimensions_rce": ["delete from gpect.rpt_rce_entreprises where modalite = 'non'"],
    "rendez_vous_rce": ["update gpect.rpt_rce_entreprises set rendez_vous = 4 where dimension = 'total'"],
    "offres_rce": ["update gpect.rpt_rce_offres_secteur set offres = 2 where secteur = 'Industrie'"],
    "postes_rce": ["update gpect.rpt_rce_offres_secteur set postes_nq = 3 where secteur = 'Industrie'"],
    "issues_parmi_offres": ["update gpect.rpt_rce_offres_secteur set offres_nsp = 1 where secteur = 'Industrie'"],
    "entretiens_realises": ["update gpect.rpt_entretiens set entretiens = 3 where departement = 'TOTAL'"],
    "entreprises_parmi_entretiens": ["update gpect.rpt_entretiens set entreprises = 2 where departement = '21'"],
    "effectif_regional": ["update gpect.rpt_entretiens set effectif_territoire = 900 where departement = 'TOTAL'"],
    "besoins_recueillis": ["update gpect.rpt_besoins set postes = 4"],
    "reponses_a_l_enquete": ["update gpect.rpt_enquete_zti set repondants = 2 where type_commerce = 'Succursale'"],
    "appuis_parmi_repondants": ["update gpect.rpt_enquete_zti set appui_numerique = 3 where type_commerce = 'TOTAL'"],
    "fiches_du_plan": ["update gpect.rpt_plan_actions set fiches = 3 where code_projet = '322'"],
    "statuts_du_plan": ["update gpect.rpt_plan_actions set reporte = 1 where code_projet = '322'"],
    "locales_parmi_structures": ["update gpect.rpt_eco_structures set locales = 2 where champ = 'Consommation'"],
    "structures_recensees": ["update gpect.rpt_eco_structures set structures = 3 where champ = 'TOTAL'"],
    "demandeurs_de_longvic": ["update gpect.rpt_public_longvic set demandeurs = 3 where rome_domaine = 'TOTAL'"],
    "courriels_parmi_demandeurs": ["update gpect.rpt_public_longvic set courriels_valides = 3"],
    "faits_de_gpect_avant_arrete": ["update gpect.fct_besoins set date_besoin = '2032-01-01'"],
    # parcours, ce que les partenaires livrent.
    "numeros_de_candidats": [quarante("parcours.fct_candidatures", annee_entree="2031", **CANDIDATS)],
    "entrees_sans_suivi": ["delete from parcours.fct_suivis where id_candidat = 'A1'"],
    "suivis_sans_candidature": ["delete from parcours.fct_candidatures where id_candidat = 'A1'"],
    "dates_d_entree": ["update parcours.fct_suivis set annee = 2030 where id_candidat = 'A1'"],
    "sorties_avant_entrees": [
        quarante("parcours.fct_suivis", date_entree="'2031-02-01'::date", date_sortie="'2031-01-01'::date")
    ],
    "sorties_trop_tot": ["update parcours.fct_suivis set date_sortie = '2030-04-30' where id_candidat = 'A0'"],
    "types_de_sortie_sans_date": ["update bronze.cent_chances_suivi set type_sortie = 'CDD' where id_candidat = 'A1'"],
    "participants_parmi_presents": [
        quarante("parcours.fct_candidatures", present_pre_sas="false", participant_sas="true", **CANDIDATS)
    ],
    "decisions_parmi_participants": [
        quarante("parcours.fct_candidatures", participant_sas="false", decision="'Refus comité'", **CANDIDATS)
    ],
    "etapes_sautees": ["update parcours.fct_candidatures set present_pre_sas = false"],
    "participants_par_sas": [quarante("parcours.fct_candidatures", participant_sas="n < 13", **CANDIDATS)],
    "ages_des_candidats": [
        "update bronze.cent_chances_candidatures set annee_naissance = 1990 where id_candidat = 'A1'"
    ],
    "entrees_avant_orientation": ["update bronze.cent_chances_candidatures set date_entree = '2031-01-31'"],
    "entrees_sans_date": ["update bronze.cent_chances_candidatures set date_entree = null"],
    "entrees_sans_prescripteur": ["update bronze.cent_chances_candidatures set prescripteur = null"],
    "candidats_de_deux_identites": ["update bronze.cent_chances_candidatures set id_candidat = 'A1'"],
    "participants_confondus": [
        quarante("bronze.parcours_etapes", dispositif="'VAE'", id_participant="'Z' || n", personne_id="'P4'")
    ],
    "participants_de_deux_identites": ["update bronze.parcours_etapes set id_participant = 'N1'"],
    "dates_d_etapes": [
        quarante("parcours.fct_etapes", **PARCOURS, rang="1", date_etape="'2031-03-01'"),
        quarante("parcours.fct_etapes", **PARCOURS, rang="2", date_etape="'2031-02-01'"),
    ],
    "etapes_dans_l_ordre": ["update parcours.fct_etapes set date_etape = '2031-01-09' where rang = 3"],
    "etapes_sans_orientation": [
        "delete from parcours.fct_etapes where personne_id = 'P4' and rang = 1",
        "insert into parcours.fct_etapes by name select 'Plasturgie' as dispositif, 'P7' as personne_id, "
        "'Rencontré' as etape, 3 as rang",
    ],
    "decisions_de_prescription_sans_date": ["update bronze.prescriptions set date_decision = null"],
    "decisions_avant_orientation": ["update bronze.prescriptions set date_decision = '2031-04-30' where _ligne = 1"],
    "prescriptions_oubliees": ["update parcours.fct_prescriptions set date_orientation = '2031-06-30'"],
    "entrees_plie_invalidees": ["update parcours.fct_prescriptions set decision = 'Invalidé'"],
    "contrats_sans_validation": ["update parcours.fct_chemins set contrat_sans_validation = true"],
    # parcours, ce que les modèles en font.
    "candidatures_de_l_annee": [
        "update parcours.rpt_cent_chances_entonnoir set effectif = 4 where etape = 'candidatures'"
    ],
    "decisions_du_comite": [
        "update parcours.rpt_cent_chances_entonnoir set effectif = 1 where etape = 'entrees_differees'"
    ],
    "presents_parmi_candidatures": [
        "update parcours.rpt_cent_chances_entonnoir set effectif = 4 where etape = 'presents_pre_sas'"
    ],
    "taux_de_l_entonnoir": ["update parcours.rpt_cent_chances_entonnoir set taux_etape = 0.6 where taux_etape = 0.5"],
    "profil_des_entrees": ["delete from parcours.rpt_cent_chances_profil where dimension = 'niveau'"],
    "parts_du_profil": ["update parcours.rpt_cent_chances_profil set part = 0.9 where dimension = 'sexe'"],
    "jeunes_suivis": ["update parcours.rpt_cent_chances_sorties set effectif = 3 where type_sortie = 'total'"],
    "accompagnement_et_sorties": [
        "update parcours.rpt_cent_chances_sorties set effectif = 2 where type_sortie = 'en_accompagnement'"
    ],
    "sorties_positives_et_abandons": [
        "update parcours.rpt_cent_chances_sorties set effectif = 1 where type_sortie = 'abandons'"
    ],
    "types_de_sorties_positives": [
        "update parcours.rpt_cent_chances_sorties set effectif = 1 where type_sortie = 'CDD'"
    ],
    "parts_des_sorties_positives": [
        "update parcours.rpt_cent_chances_sorties set part_positives = 0.1 where type_sortie = 'CDD'"
    ],
    "personnes_aux_etapes": ["update parcours.rpt_entonnoir set effectif = 3 where rang = 1"],
    "decisions_des_prescriptions": ["update parcours.rpt_prescriptions set invalidees = 1"],
    "prescriptions_de_l_annee": ["update parcours.rpt_prescriptions set orientations = 3"],
    "faits_de_parcours_avant_arrete": ["update parcours.fct_suivis set date_sortie = '2032-01-01'"],
    "personnes_des_programmes": ["delete from parcours.fct_programmes where personne_id = 'P2'"],
    "personnes_croisees": ["update parcours.rpt_parcours_croises set personnes = 2 where programmes = 'Plasturgie'"],
    "personnes_croisees_a_chaque_arrete": ["update parcours.fct_programmes set premiere_date = '2032-01-01'"],
    "personnes_prescrites": ["update parcours.rpt_parcours_chemins set annee = 2030"],
    "total_des_chemins": ["update parcours.rpt_parcours_chemins set validees = 0 where prescripteur = 'PLIE'"],
    "etapes_du_chemin": ["update parcours.rpt_parcours_chemins set embauchees = 1 where prescripteur = 'PLIE'"],
    "taux_du_chemin": ["update parcours.rpt_parcours_chemins set taux_validation = 0.9 where prescripteur = 'PLIE'"],
    "dates_du_chemin": ["update parcours.fct_chemins set date_contrat = '2031-04-30'"],
    # campus.
    "personnes_impossibles": ["update campus.fct_rencontres set personnes = 501 where personnes = 2"],
    "personnes_par_rencontre": ["update campus.fct_rencontres set personnes = 0 where personnes = 2"],
    "dates_de_rencontres": [
        quarante("bronze.campus_rencontres", id_rencontre="'Z' || n", date_rencontre="'2041-01-01'::date")
    ],
    "rencontres_a_venir": [
        "update bronze.campus_rencontres set date_rencontre = '2032-01-03' where id_rencontre = 'M1'"
    ],
    "rencontres_en_double": ["insert into campus.fct_rencontres select * from campus.fct_rencontres limit 1"],
    "axes_du_campus": ["update campus.fct_rencontres set num_axe = 2 where id_rencontre = 'M1'"],
    "interlocuteurs_nommes": [
        quarante("campus.fct_rencontres", id_rencontre="'Z' || n", type_interlocuteur="if(n < 13, 'Autre', 'OPCA')")
    ],
    "evolution_des_rencontres": [
        "insert into campus.rpt_rencontres by name select 2030 as annee, 30 as rencontres",
        "update campus.rpt_rencontres set rencontres = 91 where type_interlocuteur = 'OPCA'",
    ],
    "objets_de_rencontres": ["update bronze.campus_rencontres set objet = null where id_rencontre = 'M1'"],
    "colleges_disparus": [
        "insert into bronze.campus_membres by name select 'COMITE TECHNIQUE' as instance, 'Institutionnels' as college,"
        " 'Z' || n as organisme, 1 as _rang, '2030-11-30'::date as _etat_au from range(5) as t (n)",
        "delete from bronze.campus_membres where organisme = 'Région'",
    ],
    "trois_colleges": ["delete from bronze.campus_membres where organisme = 'Région'"],
    "organismes_de_deux_colleges": ["update bronze.campus_membres set organisme = 'LYCÉE-A' where organisme = 'E1'"],
    "rencontres_de_l_annee": ["update campus.rpt_rencontres set annee = 2030 where type_interlocuteur = 'OPCA'"],
    "rencontres_par_interlocuteur": ["update campus.rpt_rencontres set num_axe = 2"],
    "personnes_rencontrees": ["update campus.rpt_rencontres set personnes = 3"],
    "rencontres_avant_arrete": ["update campus.fct_rencontres set date_rencontre = '2032-01-01'"],
    "membres_des_colleges": ["update campus.rpt_gouvernance set membres = 2 where college = 'Monde économique'"],
    "instances_du_campus": ["update campus.rpt_gouvernance set instance = 'COTECH' where college = 'Institutionnels'"],
    # transverse.
    "evenements_hors_de_leur_mois": ["update bronze.evenements set date_evenement = '2031-04-12'"],
    "evenements_hors_de_leur_annee": ["update bronze.evenements set _annee_fichier = 2030"],
    "evenements_planifies_passes": ["update bronze.evenements set statut = 'Planifié'"],
    "evenements_realises_a_venir": ["update bronze.evenements set date_evenement = '2032-01-03'"],
    "evenements_en_double": ["insert into bronze.evenements select * from bronze.evenements where id_evenement = 'V1'"],
    "participants_d_un_evenement": ["update bronze.evenements set nb_participants = 5001"],
    "projets_des_evenements": ["update bronze.evenements set code_projet = '999' where id_evenement = 'V1'"],
    "articles_hors_de_leur_annee": ["update bronze.presse set _annee_fichier = 2030"],
    "articles_sans_marque": ["update bronze.presse set gip = null"],
    "etp_de_l_equipe": ["update bronze.equipe set etp = 2.01"],
    "etp_d_une_fonction": ["update bronze.equipe set etp = 2.01"],
    "evenements_realises": ["update rapport.rpt_evenements set type_evenement = 'Forum'"],
    "participants_aux_evenements": ["update rapport.rpt_evenements set participants = 11"],
    "articles_parus": ["update rapport.rpt_presse set mois = 7"],
    "marques_parmi_articles": ["update rapport.rpt_presse set lab_competences = 2"],
    "personnes_de_l_equipe": ["update rapport.rpt_equipe set personnes = 3"],
    "indicateurs_complets_rce": ["delete from rapport.indicateurs where code = 'RC004'"],
    "indicateurs_complets_cent_chances": ["delete from rapport.indicateurs where code = 'CH002'"],
    "indicateurs_complets_presse": ["delete from rapport.indicateurs where code = 'CO002a'"],
    "candidatures_indicateur_et_tables": ["update rapport.indicateurs set valeur = 4 where code = 'CH001'"],
    "articles_indicateur_et_tables": ["update rapport.indicateurs set valeur = 2 where code = 'CO001'"],
}  # fmt: skip
"""Contrôle → ce qui abîme pour lui l'entrepôt de poche."""

SEUILS: dict[str, list[str]] = {
    # Juste au seuil, ou trop peu de lignes pour juger : conforme.
    "couverture_du_territoire": ["update gpect.rpt_entretiens set couverture = 1"],
    "postes_pourvus_impossibles": ["update gpect.fct_rce_offres set postes_pourvus = 99"],
    "offres_sans_visite": ["update gpect.fct_rce_offres set structure_id = 'Z'"],
    "codes_rome_illisibles": ["update bronze.pole_emploi_longvic set rome_1 = 'Soudeur'"],
    "numeros_de_candidats": [
        # La feuille de suivi n'est pas encore arrivée.
        *FAUTES["numeros_de_candidats"], "delete from parcours.fct_suivis",
    ],
    "sorties_avant_entrees": ["update parcours.fct_suivis set date_sortie = '2029-01-01'"],
    "participants_parmi_presents": ["update parcours.fct_candidatures set present_pre_sas = false"],
    "decisions_parmi_participants": ["update parcours.fct_candidatures set participant_sas = false"],
    "participants_par_sas": [quarante("parcours.fct_candidatures", participant_sas="n < 12", **CANDIDATS)],
    "participants_confondus": ["update bronze.parcours_etapes set personne_id = 'P4'"],
    "dates_d_etapes": ["update parcours.fct_etapes set date_etape = '2031-01-01' where rang = 3"],
    "prescriptions_oubliees": ["update parcours.fct_prescriptions set date_orientation = '2031-07-04'"],
    "personnes_impossibles": ["update campus.fct_rencontres set personnes = 500"],
    "dates_de_rencontres": ["update bronze.campus_rencontres set date_rencontre = '2041-01-01'"],
    "evolution_des_rencontres": [
        # L'année en cours n'est pas pleine : elle ne se compare pas.
        *FAUTES["evolution_des_rencontres"], "update bronze.parametres set arrete_au = date '2031-12-30'",
    ],
    "colleges_disparus": [
        # Quatre membres peuvent partir.
        FAUTES["colleges_disparus"][0].replace("range(5)", "range(4)"), FAUTES["colleges_disparus"][1],
    ],
    "etp_de_l_equipe": ["update bronze.equipe set etp = 2.00"],
    "evenements_hors_de_leur_mois": [
        # Un classeur d'un seul tableau ne dit pas le mois.
        "update bronze.evenements set _feuille = null, date_evenement = '2031-04-12'",
    ],
}  # fmt: skip
"""Contrôle → ce qui l'approche de son seuil sans le franchir."""
