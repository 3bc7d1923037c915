"""Une mutation par règle de comptage : le modèle qui la porte est faussé, un de ses essais unitaires doit échouer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from include.configuration import Dossiers, Nuit
from include.entrepot.dbt import _fermer, _options, environnement
from include.entrepot.preparation import preparer


class Mutation(NamedTuple):
    """Une règle et la façon de la casser. macro: là où la règle s'écrit, si ce n'est dans le modèle même."""

    regle: str
    modele: str
    ecrit: str
    devient: str
    macro: str | None = None


SOCLE = [
    Mutation("structures : casse, accents, ponctuation et espaces ne comptent pas", "int_structures__citees",
             "'^\\\\p{L}\\\\p{N}'", "'\\\\s'", macro="cle_nom"),
    Mutation("structures : neuf chiffres sont un SIREN", "int_structures__citees",
             "case when length(immatriculation) = 14 then immatriculation end", "immatriculation"),
    Mutation("structures : une décision vaut dans les deux sens", "int_structures__decisions",
             "least(cle_nom, cle_retenue)", "cle_nom"),
    Mutation("structures : les mêmes, dit une personne", "int_structures__par_decision",
             "where decision = 'meme'", "where false"),
    Mutation("structures : de proche en proche", "int_structures__par_decision",
             "over (partition by noeud)", "over (partition by noeud, lien)", macro="de_proche_en_proche"),
    Mutation("structures : le premier nom cité la désigne", "int_structures__par_decision",
             "min(cle_nom) over (partition by etiquette)", "etiquette"),
    Mutation("structures : un SIRET mal recopié sous un nom dit différent", "int_structures__immatriculations",
             "where mal_recopies.siret is null", "where true"),
    Mutation("structures : le SIRET reste à qui le cite le plus", "int_structures__immatriculations",
             "autre.citations > par_groupe.citations", "autre.citations < par_groupe.citations"),
    Mutation("structures : à égalité, au premier nom", "int_structures__immatriculations",
             "autre.groupe < par_groupe.groupe", "autre.groupe > par_groupe.groupe"),
    Mutation("structures : même SIRET, même structure", "int_structures__par_siret",
             "where immatriculations.siret is not null", "where false"),
    Mutation("structures : dites différentes malgré leurs SIRET", "int_structures__par_siret",
             "case when defaits.reuni is null then reunis.reuni else reunis.groupe end", "reunis.reuni"),
    Mutation("structures : un SIREN seul rejoint celle qui a un SIRET", "int_structures__par_siren",
             "coalesce(seules_de_leur_siren.groupe, par_siret.groupe)", "par_siret.groupe"),
    Mutation("structures : un SIREN seul, si elle est seule", "int_structures__par_siren",
             "having count(distinct groupe) = 1", "having true"),
    Mutation("structures : un SIREN seul, pas deux", "int_structures__par_siren",
             "having count(siret) = 0 and count(distinct siren) = 1", "having count(siret) = 0"),
    Mutation("structures : un SIREN seul de deux dites différentes", "int_structures__par_siren",
             "case when defaits.reuni is null then reunis.reuni else reunis.groupe end", "reunis.reuni"),
    Mutation("structures : une lettre doublée", "int_structures__par_nom_proche",
             "'rstuvwyz'", "'rrtuvwyz'", macro="duckdb__lettres_simples"),
    Mutation("structures : pas un chiffre romain", "int_structures__par_nom_proche",
             "'abcdefgh'", "'abcdefgi'", macro="duckdb__lettres_simples"),
    Mutation("structures : pas un nom court", "int_structures__par_nom_proche",
             "where length(nom_lisse) >= {{ longueur_min }}", "where true"),
    Mutation("structures : pas une commune", "int_structures__par_nom_proche", "cle_nom like 'ville%'", "false"),
    Mutation("structures : des SIREN qui se contredisent", "int_structures__par_nom_proche",
             "having count(distinct sirens.siren) > max(par_groupe.sirens)", "having false"),
    Mutation("structures : un SIREN que l'une ignore ne contredit rien", "int_structures__par_nom_proche",
             "> max(par_groupe.sirens)", "> 1"),
    Mutation("structures : proches mais dites différentes", "int_structures__par_nom_proche",
             "decisions.decision = 'differentes' and", "false and", macro="reunissent_des_differentes"),
    Mutation("structures : un SIRET passe avant un SIREN seul", "dim_structure",
             "case when immatriculations.siret is null then 1 else 0 end asc,", ""),
    Mutation("structures : le SIRET le plus cité", "dim_structure",
             "sum(immatriculations.citations) desc,", "sum(immatriculations.citations) asc,"),
    Mutation("revue : une ou deux lettres", "int_structures__ressemblances", "set ecart_max = 2", "set ecart_max = 3"),
    Mutation("revue : une faute dans un nom assez long", "int_structures__ressemblances",
             "set ressemblance_min = 0.85", "set ressemblance_min = 0.8"),
    Mutation("revue : un nom contenu, mot pour mot", "int_structures__ressemblances",
             "proches or contient", "proches"),
    Mutation("revue : même première moitié", "int_structures__ressemblances",
             "concat('début ', substring(cle_nom, 1, {{ moitie }}))", "cle_nom"),
    Mutation("revue : même seconde moitié", "int_structures__ressemblances",
             "concat('fin ', substring(cle_nom, longueur - {{ moitie }} + 1))", "cle_nom"),
    Mutation("revue : un mot en commun", "int_structures__ressemblances",
             "where length(mot) >= {{ longueur_d_un_mot }}", "where false"),
    Mutation("revue : pas un morceau de mot", "int_structures__ressemblances",
             "concat('%', un.mots, '%')", "concat('%', trim(un.mots), '%')"),
    Mutation("revue : pas deux chiffres", "int_structures__ressemblances",
             "and un.chiffres = autre.chiffres", ""),
    Mutation("revue : pas un nom très court", "int_structures__ressemblances",
             "set longueur_min = 6", "set longueur_min = 3"),
    Mutation("revue : pas deux noms d'une même structure", "int_structures__ressemblances",
             "un.structure_id <> autre.structure_id and", ""),
    Mutation("revue : pas une paire décidée", "revue_structures", "and decides.structure_id_a is null", ""),
    Mutation("revue : la meilleure raison", "revue_structures",
             "order by score desc, motif asc", "order by score asc, motif asc"),
    Mutation("revue : deux SIREN différents, de moitié", "revue_structures", "ressemblance / 2", "ressemblance"),
    Mutation("revue : deux SIREN différents, des noms proches", "revue_structures",
             "where proches or not sirens_differents", "where true"),
    Mutation("revue : à celle qui cite le plus le numéro", "revue_structures",
             "case when count(siret) > 0 then 0 else 1 end asc, sum(citations) desc", "sum(citations) asc"),
    Mutation("structures : l'ordre des sources dit qui nomme", "int_structures__citees",
             "{{ loop.index }} as rang_source", "1 as rang_source"),
    Mutation("structures : la graphie la plus fréquente", "dim_structure",
             "order by rang_source asc, sum(citations) desc, nom asc", "order by rang_source asc, nom desc"),
    Mutation("personnes : ABC Clauses d'abord", "int_personnes__fiches",
             "order by rang_source asc, _etat_au desc", "order by _etat_au desc, rang_source asc"),
    Mutation("personnes : puis la fiche la plus récente", "int_personnes__fiches",
             "_etat_au desc, _rang desc", "_rang desc, _etat_au desc"),
    Mutation("projets : la dernière liste", "dim_projet", ", avant=['annee']", ""),
]  # fmt: skip

ACHATS_RESPONSABLES = [
    Mutation("heures : au mois travaillé, pas à la saisie", "int_abc_clauses__heures_dernieres",
             "annee('dernieres.mois')", "annee('dernieres.date_saisie')"),
    Mutation("heures : la dernière livraison l'emporte", "int_abc_clauses__heures_dernieres",
             "['id_contrat', 'mois']", "['id_contrat', 'mois', '_rang']"),
    Mutation("heures : la dernière, pas la première", "int_abc_clauses__heures_dernieres",
             "_rang desc", "_rang asc", macro="derniere_livraison"),
    Mutation("heures : rien d'après l'arrêté", "int_abc_clauses__heures_dernieres",
             "where dernieres.mois <= parametres.arrete_au", "where true"),
    Mutation("orphelins : un contrat sans sa personne", "int_abc_clauses__contrats_rattaches",
             "when salaries.id_salarie is null then 'salarié'", "when false then 'salarié'"),
    Mutation("orphelins : un contrat sans son opération", "int_abc_clauses__contrats_rattaches",
             "when cles_operations.id_operation is null then 'opération'", "when false then 'opération'"),
    Mutation("orphelins : des heures sans leur contrat", "int_abc_clauses__heures_rattachees",
             "case when contrats.id_contrat is null then 'contrat' else contrats.parent_manquant end",
             "contrats.parent_manquant"),
    Mutation("orphelins : hors des faits", "fct_heures", "where parent_manquant is null", "where true"),
    Mutation("orphelins : listés avec leurs heures", "orphelins",
             "coalesce(heures_par_contrat.heures, 0)", "0"),
    Mutation("salarié : plus de 0 heure dans l'année", "fct_salaries_annee", "secteurs.heures > 0", "true"),
    Mutation("salarié : compté une fois", "fct_salaries_annee", "where secteurs.rang = 1 and", "where"),
    Mutation("salarié : secteur de ses heures les plus nombreuses", "fct_salaries_annee",
             "order by heures desc, {{ btp_d_abord('secteur') }}", "order by {{ btp_d_abord('secteur') }}"),
    Mutation("salarié : à égalité, le BTP", "fct_salaries_annee",
             "= 'BTP' then 0 else 1", "= 'BTP' then 1 else 0", macro="btp_d_abord"),
    Mutation("salarié : sa fiche la plus récente", "int_abc_clauses__personnes", "['personne_id']", "['id_salarie']"),
    Mutation("salarié : à livraison égale, la dernière ligne", "int_abc_clauses__personnes",
             "_ligne desc", "_ligne asc", macro="derniere_livraison"),
    Mutation("salariés : des femmes", "rpt_salaries_secteur", "sexe = 'F'", "sexe = 'M'"),
    Mutation("salariés : des habitants de quartiers prioritaires", "rpt_salaries_secteur",
             "case when qpv then 1 end", "1"),
    Mutation("salariés : par accompagnement", "rpt_salaries_accompagnement", "count(*)", "count(distinct annee)"),
    Mutation("opération active : plus de 0 heure", "rpt_heures_operation", "having sum(heures) > 0", "having true"),
    Mutation("rang : la plus grosse d'abord", "rpt_heures_operation",
             "order by actives.heures desc,", "order by actives.heures asc,"),
    Mutation("rang : à égalité, le numéro d'opération", "rpt_heures_operation",
             "actives.id_operation asc", "actives.id_operation desc"),
    Mutation("rang : tous secteurs ensemble", "rpt_heures_operation",
             "partition by actives.annee\n", "partition by actives.annee, operations.secteur\n"),
    Mutation("donneur d'ordre actif : plus de 0 heure", "rpt_donneurs_ordre", "where heures > 0", "where true"),
    Mutation("donneur d'ordre : une structure, pas une graphie", "int_abc_clauses__contrats_rattaches",
             "cle_nom('donneur_ordre')", "cle_texte('donneur_ordre')"),
    Mutation("employeur : une structure, pas une graphie", "int_abc_clauses__contrats_rattaches",
             "cle_nom('employeur')", "cle_texte('employeur')"),
    Mutation("donneur d'ordre : actif ou consultant", "rpt_donneurs_ordre",
             "    from consultations\n", "    from consultations\n    where false\n"),
    Mutation("consultations : à leur date", "rpt_donneurs_ordre",
             "annee('operations.date_consultation')", "annee('operations.date_notification')"),
    Mutation("consultations : quel que soit le statut", "rpt_donneurs_ordre",
             "where operations.date_consultation <= parametres.arrete_au",
             "where operations.date_consultation <= parametres.arrete_au and operations.statut <> 'Abandonné'"),
    Mutation("consultations : rien d'après l'arrêté", "rpt_donneurs_ordre",
             "where operations.date_consultation <= parametres.arrete_au",
             "where operations.date_consultation is not null"),
    Mutation("embauches : contrats qui le disent", "fct_embauches", "contrats.embauche\n", "true\n"),
    Mutation("embauches : à la date de début", "fct_embauches",
             "annee('contrats.date_debut')", "annee('parametres.arrete_au')"),
    Mutation("embauches : rien d'après l'arrêté", "fct_embauches",
             "and contrats.date_debut <= parametres.arrete_au", ""),
    Mutation("embauches : sans les orphelins", "fct_embauches", "and contrats.parent_manquant is null", ""),
    Mutation("embauches : personnes distinctes", "rpt_embauches",
             "count(distinct embauches.personne_id)", "count(embauches.personne_id)"),
    Mutation("embauches : dont_qpv compte des personnes", "rpt_embauches",
             "count(distinct case when", "count(case when"),
    Mutation("entreprise : plus de 0 heure", "fct_entreprises_annee", "and secteurs.heures > 0", ""),
    Mutation("entreprise : secteur de ses heures les plus nombreuses", "fct_entreprises_annee",
             "order by heures desc, {{ btp_d_abord('secteur') }}", "order by {{ btp_d_abord('secteur') }}"),
    Mutation("entreprise : à égalité, le BTP", "fct_entreprises_annee",
             "= 'BTP' then 0 else 1", "= 'BTP' then 1 else 0", macro="btp_d_abord"),
    Mutation("entreprise : les autres types sous leur type", "fct_entreprises_annee",
             "case when types.type_employeur = 'Entreprise' then secteurs.secteur else types.type_employeur end",
             "secteurs.secteur"),
    Mutation("entreprise : de deux types, celui de ses heures", "fct_entreprises_annee",
             "order by heures desc, type_employeur asc", "order by type_employeur asc"),
    Mutation("entreprises : par catégorie", "rpt_entreprises", "count(*)", "count(distinct annee)"),
    Mutation("parts : des heures de l'année (secteur)", "rpt_heures_secteur", "over (partition by annee)", "over ()"),
    Mutation("parts : des heures de l'année (type de contrat)", "rpt_heures_type_contrat",
             "over (partition by annee)", "over ()"),
    Mutation("parts : des heures de l'année (modalité)", "rpt_heures_modalite",
             "over (partition by annee)", "over ()"),
    Mutation("mois : de 1 à 12, par année", "rpt_heures_mois", "{{ mois('mois') }}", "1"),
    Mutation("contacts : rien d'après l'arrêté", "fct_contacts",
             "where contacts.date_contact <= parametres.arrete_au", "where true"),
    Mutation("contacts : objet dans sa graphie la plus fréquente", "fct_contacts",
             "non_renseigne('graphies.objet')", "non_renseigne('passes.objet')"),
    Mutation("contacts : objet vide, Non renseigné", "fct_contacts", "'Non renseigné'", "null", macro="non_renseigne"),
    Mutation("contacts : par interlocuteur, canal et objet", "rpt_contacts",
             "count(*)", "count(distinct annee)"),
    Mutation("suivi : pas les opérations abandonnées", "rpt_suivi_engagements",
             "where operations.statut <> 'Abandonné'", "where true"),
    Mutation("suivi : l'engagement est celui de l'opération", "rpt_suivi_engagements",
             "        operations.heures_engagement,\n", "        engagements_des_lots.heures as heures_engagement,\n"),
    Mutation("suivi : la durée écoulée ne dépasse pas 1", "rpt_suivi_engagements",
             "least(greatest(jours_passes, 0), jours_prevus)", "greatest(jours_passes, 0)"),
    Mutation("suivi : la durée écoulée n'est pas négative", "rpt_suivi_engagements",
             "greatest(jours_passes, 0)", "jours_passes"),
    Mutation("suivi : deux dates égales et passées, 1", "rpt_suivi_engagements",
             "when jours_prevus = 0 and jours_passes >= 0 then 1", "when jours_prevus = 0 then 0"),
    Mutation("suivi : alerte sans engagement, 0 ou rien", "rpt_suivi_engagements",
             "coalesce(heures_engagement, 0) = 0", "heures_engagement is null"),
    Mutation("suivi : alerte indéterminée sans les deux dates", "rpt_suivi_engagements",
             "when duree is null then 'indéterminé'", "when false then 'indéterminé'"),
    Mutation("suivi : retard au-delà de 10 points", "rpt_suivi_engagements", "ecart < -seuil", "ecart <= -seuil"),
    Mutation("suivi : avance au-delà de 10 points", "rpt_suivi_engagements", "ecart > seuil", "ecart >= seuil"),
]  # fmt: skip

PARCOURS = [
    Mutation("étapes : le premier passage", "fct_etapes", "order by date_etape asc", "order by date_etape desc"),
    Mutation("étapes : une personne, pas un numéro", "fct_etapes",
             "partition by dispositif, personne_id, etape", "partition by dispositif, id_participant, etape"),
    Mutation("étapes : rien d'après l'arrêté", "int_parcours__passages",
             "where etapes.date_etape <= parametres.arrete_au", "where true"),
    Mutation("étapes : prescripteur dans sa graphie la plus fréquente", "int_parcours__passages",
             "prescripteurs.graphie", "etapes.prescripteur"),
    Mutation("entonnoir : personnes distinctes", "rpt_entonnoir", "count(distinct personne_id)", "count(*)"),
    Mutation("prescriptions : la dernière livraison l'emporte", "fct_prescriptions",
             "['id_prescription']", "['id_prescription', '_rang']"),
    Mutation("prescriptions : décision d'après l'arrêté, en attente", "fct_prescriptions",
             "dernieres.date_decision > parametres.arrete_au", "false"),
    Mutation("prescriptions : rien d'après l'arrêté", "fct_prescriptions",
             "where dernieres.date_orientation <= parametres.arrete_au", "where true"),
    Mutation("prescriptions : l'année de l'orientation", "fct_prescriptions",
             "annee('dernieres.date_orientation')", "annee('dernieres.date_decision')"),
    Mutation("prescriptions : en attente", "rpt_prescriptions",
             "when decision = 'En attente'", "when decision <> 'Validé'"),
    Mutation("prescriptions : une décision en attente n'a pas de jour", "fct_prescriptions",
             "dernieres.decision <> 'En attente' and dernieres.date_decision <=", "dernieres.date_decision <="),
    Mutation("programmes : un contrat orphelin attend son parent", "int_parcours__participations",
             "where contrats.parent_manquant is null and", "where"),
    Mutation("programmes : un contrat d'après l'arrêté n'a pas commencé", "int_parcours__participations",
             "and contrats.date_debut <= parametres.arrete_au", ""),
    Mutation("programmes : un mois à 0 heure ne dit rien", "int_parcours__participations",
             "where heures.heures > 0", "where true"),
    Mutation("programmes : le contrat dit l'entrée, pas ses heures", "int_parcours__participations",
             "contrats.date_debut > parametres.arrete_au as entree", "true as entree"),
    Mutation("programmes : des heures d'avant leur contrat valent une entrée", "int_parcours__participations",
             "contrats.date_debut > parametres.arrete_au as entree", "false as entree"),
    Mutation("programmes : une fiche, quelle que soit sa décision", "int_parcours__participations",
             "        true as entree\n    from prescriptions\n",
             "        true as entree\n    from prescriptions\n    where decision = 'Validé'\n"),
    Mutation("programmes : une décision ne fait pas entrer", "int_parcours__participations",
             "        false as entree\n    from prescriptions\n", "        true as entree\n    from prescriptions\n"),
    Mutation("programmes : un candidat à 100 chances n'y est pas", "int_parcours__participations",
             "where date_entree is not null", "where true"),
    Mutation("programmes : un numéro désigne qui est entré", "int_parcours__participations",
             "case when date_entree is null then 1 else 0 end,", ""),
    Mutation("programmes : sinon, la candidature la plus récente", "int_parcours__participations",
             "date_orientation desc", "date_orientation asc"),
    Mutation("programmes : un numéro désigne une personne", "int_parcours__participations",
             "where numeros.ordre = 1", "where true"),
    Mutation("programmes : une étape qui dit l'entrée", "int_parcours__participations",
             "        etapes.entree\n", "        true as entree\n"),
    Mutation("programmes : depuis la première entrée", "fct_programmes",
             "min(case when entree then date_fait end)", "min(date_fait)"),
    Mutation("programmes : jusqu'au dernier fait, même s'il ne fait pas entrer", "fct_programmes",
             "max(date_fait)", "max(case when entree then date_fait end)"),
    Mutation("programmes : personne sans y entrer", "fct_programmes", "where premiere_date is not null", "where true"),
    Mutation("croisés : entrées déjà faites à l'arrêté", "int_parcours__personnes_croisees",
             "arretes.arrete_au >= programmes.premiere_date", "true"),
    Mutation("croisés : un ensemble s'écrit d'une seule façon", "int_parcours__personnes_croisees",
             "order by programmes.programme'", "order by programmes.premiere_date'"),
    Mutation("croisés : part des personnes de l'arrêté", "rpt_parcours_croises_arretes",
             "over (partition by arrete_au)", "over ()"),
    Mutation("croisés : la situation à l'arrêté de la nuit", "rpt_parcours_croises",
             "on croisees.arrete_au = parametres.arrete_au", "on true"),
    Mutation("chemin : de la première prescription, la première validée", "fct_chemins",
             "order by date_orientation asc", "order by date_orientation desc"),
    Mutation("chemin : le même jour, le plus petit numéro", "fct_chemins",
             "id_prescription asc", "id_prescription desc"),
    Mutation("chemin : une fiche validée, pas une autre", "fct_chemins", "where decision = 'Validé'", "where true"),
    Mutation("chemin : un contrat d'avant la prescription n'en est pas l'issue", "fct_chemins",
             "and validees.date_orientation <= contrats_commences.date_debut", ""),
    Mutation("chemin : un contrat du jour même en est l'issue", "fct_chemins",
             "validees.date_orientation <= contrats", "validees.date_orientation < contrats"),
    Mutation("chemin : après l'orientation, non la décision", "fct_chemins",
             "validees.date_orientation <= contrats", "validees.date_decision <= contrats"),
    Mutation("chemin : un contrat d'après l'arrêté n'a pas commencé", "fct_chemins",
             "and contrats.date_debut <= parametres.arrete_au", ""),
    Mutation("chemin : un contrat orphelin attend son parent", "fct_chemins",
             "contrats.parent_manquant is null and", ""),
    Mutation("chemin : une embauche est un contrat qui le dit", "fct_chemins",
             "case when contrats_commences.embauche then contrats_commences.date_debut end",
             "contrats_commences.date_debut"),
    Mutation("chemin : un contrat sans validation se montre à part", "fct_chemins",
             "where validees.personne_id is null", "where true"),
    Mutation("chemin : sans validation aussi, un contrat d'avant ne compte pas", "fct_chemins",
             "and premieres.date_orientation <= contrats_commences.date_debut", ""),
    Mutation("chemins : chaque étape sur la précédente", "rpt_parcours_chemins",
             "part('avec_contrat', 'validees')", "part('avec_contrat', 'prescrites')"),
    Mutation("chemins : une validation d'avant la prescription ne se mesure pas", "rpt_parcours_chemins",
             "when date_validation >= date_prescription", "when true"),
    Mutation("chemins : délais en médiane", "rpt_parcours_chemins", "median(", "avg("),
    Mutation("100 chances : entrée sans date, à l'orientation", "fct_candidatures",
             "coalesce(candidatures.date_entree, candidatures.date_orientation)", "candidatures.date_entree"),
    Mutation("100 chances : entrée à sa date", "fct_candidatures",
             "coalesce(candidatures.date_entree, candidatures.date_orientation)", "candidatures.date_orientation"),
    Mutation("100 chances : une entrée d'après l'arrêté n'a pas eu lieu", "fct_candidatures",
             "and candidatures.date_entree > parametres.arrete_au", "and false"),
    Mutation("100 chances : seules les entrées ont une année d'entrée", "fct_candidatures",
             "when decidees.decision = 'Entrée immédiate'", "when true"),
    Mutation("entonnoir 100 chances : entrées comptées à leur date", "rpt_cent_chances_entonnoir",
             "select annee_entree as annee, count(*) as entrees_immediates\n    from candidatures\n"
             "    where annee_entree is not null\n    group by annee_entree",
             "select annee, count(annee_entree) as entrees_immediates\n    from candidatures\n    group by annee"),
    Mutation("entonnoir 100 chances : candidat × SAS", "rpt_cent_chances_entonnoir",
             "count(*) as candidatures", "count(distinct id_candidat) as candidatures"),
    Mutation("entonnoir 100 chances : décisions sur participants", "rpt_cent_chances_entonnoir",
             "('entrees_differees', 'participants_sas')", "('entrees_differees', 'candidatures')"),
    Mutation("entonnoir 100 chances : participants sur présents", "rpt_cent_chances_entonnoir",
             "('participants_sas', 'presents_pre_sas')", "('participants_sas', 'candidatures')"),
    Mutation("profil : les entrées", "rpt_cent_chances_profil", "where annee_entree is not null", "where true"),
    Mutation("profil : Non renseigné reste au dénominateur", "rpt_cent_chances_profil",
             "from lignes\n", "from lignes\n    where modalite <> 'Non renseigné'\n"),
    Mutation("sorties : personnes entrées à l'arrêté", "fct_suivis",
             "where suivis.date_entree <= parametres.arrete_au", "where true"),
    Mutation("sorties : une sortie d'après l'arrêté n'a pas eu lieu", "fct_suivis",
             "case when suivis.date_sortie <= parametres.arrete_au then suivis.type_sortie end", "suivis.type_sortie"),
    Mutation("sorties : à chaque arrêté", "rpt_cent_chances_sorties",
             "and arretes.arrete_au >= suivis.date_sortie", ""),
    Mutation("sorties positives : toutes sauf l'abandon", "rpt_cent_chances_sorties",
             "where types.positive\n", "where true\n"),
    Mutation("sorties : chaque modalité, même à 0", "rpt_cent_chances_sorties",
             "cross join types\n", "inner join types on types.type_sortie in (select type_sortie from situations)\n"),
    Mutation("sorties : part des seules positives", "rpt_cent_chances_sorties",
             "part('lignes.effectif', 'totaux.sorties_positives')", "part('lignes.effectif', 'totaux.sorties')"),
]  # fmt: skip

GPECT = [
    Mutation("tranches : moins de 10", "fct_rce_visites", "< 10 then", "<= 10 then"),
    Mutation("tranches : 20 compris", "fct_rce_visites", "<= 20 then", "< 20 then"),
    Mutation("visites : rien d'après l'arrêté", "fct_rce_visites",
             "where visites.date_visite <= parametres.arrete_au", "where true"),
    Mutation("visites : une structure, pas une graphie", "fct_rce_visites",
             "cle_nom('visites.entreprise')", "cle_texte('visites.entreprise')"),
    Mutation("RCE : décrite par sa dernière visite", "rpt_rce_entreprises",
             "order by visites.date_visite desc", "order by visites.date_visite asc"),
    Mutation("RCE : le même jour, la dernière ligne", "rpt_rce_entreprises",
             "visites._ligne desc", "visites._ligne asc"),
    Mutation("RCE : entreprises distinctes", "rpt_rce_entreprises", "where ordre = 1", "where true"),
    Mutation("RCE : les visites de la période", "rpt_rce_entreprises",
             "between periodes.periode_debut and periodes.periode_fin", "<= periodes.periode_fin"),
    Mutation("RCE : depuis le premier jour du mois de la première visite", "int_rce__periodes",
             "dbt.date_trunc('month'", "dbt.date_trunc('year'"),
    Mutation("RCE : l'année en cours finit à l'arrêté", "int_rce__periodes",
             "'12-31') }}, parametres.arrete_au) as periode_fin", "'12-31') }}, date '9999-12-31') as periode_fin"),
    Mutation("offres : rien d'après l'arrêté", "fct_rce_offres",
             "where offres.date_offre <= parametres.arrete_au", "where true"),
    Mutation("offres : une entreprise dans un seul secteur", "int_rce__offres_par_secteur",
             "case when ordre = 1 then 1 else 0 end", "1"),
    Mutation("offres : secteur de la dernière visite", "int_rce__offres_par_secteur",
             "order by visites.date_visite desc", "order by visites.date_visite asc"),
    Mutation("offres : secteur de la dernière offre", "int_rce__offres_par_secteur",
             "order by offres.date_offre desc", "order by offres.date_offre asc"),
    Mutation("offres : issue inconnue", "int_rce__offres_par_secteur",
             "pourvue = 'NSP'", "pourvue in ('NSP', 'En cours')"),
    Mutation("offres : un total", "int_rce__offres_par_secteur",
             "from groupees", "from groupees\n    where groupe = secteur"),
    Mutation("offres : à l'arrêté", "rpt_rce_offres_secteur",
             "on secteurs.arrete_au = parametres.arrete_au", "on true"),
    Mutation("entretiens : un planifié est connu même après l'arrêté", "fct_entretiens",
             "entretiens.statut = 'Planifié' or ", ""),
    Mutation("entretiens : rien d'autre d'après l'arrêté", "fct_entretiens",
             "or entretiens.date_entretien <= parametres.arrete_au", "or true"),
    Mutation("entretiens : réalisés", "rpt_entretiens", "where statut = 'Réalisé'", "where statut <> 'Annulé'"),
    Mutation("entretiens : un effectif par structure", "rpt_entretiens",
             "sum(case when ordre = 1 then effectif end)", "sum(effectif)"),
    Mutation("entretiens : l'effectif le plus récent", "rpt_entretiens",
             "order by date_entretien desc", "order by date_entretien asc"),
    Mutation("entretiens : le total sur la Bourgogne", "rpt_entretiens", "then 'Bourgogne'", "then '21'"),
    Mutation("entretiens : un total", "rpt_entretiens", "from groupes", "from groupes\n    where groupe = departement"),
    Mutation("effectifs : l'année la plus récente", "int_gpect__effectifs_derniers",
             "order by annee desc", "order by annee asc"),
    Mutation("effectifs : aucune année d'après l'arrêté", "int_gpect__effectifs",
             "and dernieres.annee <= {{ annee('parametres.arrete_au') }}", ""),
    Mutation("effectifs : 0 retire la ligne", "int_gpect__effectifs", "dernieres.effectif_salarie > 0 and ", ""),
    Mutation("besoins : métier dans sa graphie la plus fréquente", "fct_besoins",
             "metiers.graphie as metier", "besoins.metier"),
    Mutation("besoins : rien d'après l'arrêté", "fct_besoins",
             "where besoins.date_besoin <= parametres.arrete_au", "where true"),
    Mutation("besoins : postes", "rpt_besoins", "sum(postes)", "count(*)"),
    Mutation("enquête ZTI : rien d'après l'arrêté", "fct_reponses_zti",
             "where reponses.date_reponse <= parametres.arrete_au", "where true"),
    Mutation("enquête ZTI : un total", "rpt_enquete_zti",
             "from groupees", "from groupees\n    where groupe = type_commerce"),
    Mutation("plan d'actions : l'état à sa date", "int_gpect__fiches_actions",
             "arretes('fiches', '_etat_au')", "arretes('fiches', 'fiches._etat_au + 365')"),
    Mutation("plan d'actions : la livraison la plus tardive", "int_gpect__fiches_actions",
             "max(livraisons._rang)", "min(livraisons._rang)", macro="lignes_a_chaque_arrete"),
    Mutation("plan d'actions : nommée jusqu'à l'arrêté", "int_gpect__fiches_actions",
             "livraisons._etat_au <= arretes.arrete_au", "true", macro="lignes_a_chaque_arrete"),
    Mutation("plan d'actions : à l'arrêté", "rpt_plan_actions",
             "on fiches.arrete_au = parametres.arrete_au", "on true"),
    Mutation("plan d'actions : non traité n'est pas reporté", "rpt_plan_actions",
             "statut = 'Non traité'", "statut in ('Non traité', 'Reporté')"),
    Mutation("économie collaborative : la dernière ligne", "int_gpect__structures_collaboratives",
             "lignes._ligne desc", "lignes._ligne asc"),
    Mutation("économie collaborative : une structure, pas une graphie", "int_gpect__structures_collaboratives",
             "where ordre = 1", "where true"),
    Mutation("économie collaborative : à l'arrêté", "rpt_eco_structures",
             "on structures.arrete_au = parametres.arrete_au", "on true"),
    Mutation("économie collaborative : un total", "rpt_eco_structures",
             "from groupees", "from groupees\n    where groupe = champ"),
    Mutation("Longvic : courriels valides", "rpt_public_longvic",
             "count(distinct case when courriel_valide then identifiant_id end)", "count(distinct identifiant_id)"),
    Mutation("Longvic : demandeurs distincts", "rpt_public_longvic",
             "count(distinct identifiant_id)", "count(*) + 1"),
    Mutation("Longvic : domaine du premier code ROME", "int_gpect__demandeurs",
             "substring(rome_1", "substring(coalesce(rome_2, rome_1)"),
]  # fmt: skip

CAMPUS = [
    Mutation("rencontres : rien d'après l'arrêté", "fct_rencontres",
             "where rencontres.date_rencontre <= parametres.arrete_au", "where true"),
    Mutation("rencontres : personnes", "rpt_rencontres", "sum(personnes)", "count(*)"),
    Mutation("gouvernance : instance dans sa graphie la plus fréquente", "int_campus__membres",
             "instances.graphie as instance", "lignes.instance"),
    Mutation("gouvernance : la composition la plus tardive", "int_campus__membres",
             "max(livraisons._rang)", "min(livraisons._rang)", macro="lignes_a_chaque_arrete"),
    Mutation("gouvernance : à l'arrêté", "rpt_gouvernance", "on membres.arrete_au = parametres.arrete_au", "on true"),
]  # fmt: skip

TRANSVERSE = [
    Mutation("événements : un planifié est connu même après l'arrêté", "int_transverse__evenements",
             "evenements.statut = 'Planifié' or ", ""),
    Mutation("événements : réalisés", "rpt_evenements", "where statut = 'Réalisé'", "where true"),
    Mutation("presse : rien d'après l'arrêté", "rpt_presse",
             "where articles.date_parution <= parametres.arrete_au", "where true"),
    Mutation("presse : ligne à ligne, rien d'après l'arrêté", "fct_articles",
             "where articles.date_parution <= parametres.arrete_au", "where true"),
    Mutation("presse : organe dans sa graphie la plus fréquente", "rpt_presse",
             "organes.graphie as organe", "articles.organe"),
    Mutation("équipe : les listes jusqu'à l'année de l'arrêté", "rpt_equipe",
             "where equipe.annee_fichier <=", "where equipe.annee_fichier <> "),
    Mutation("équipe : ligne à ligne, jusqu'à l'année de l'arrêté", "fct_equipe",
             "where equipe.annee_fichier <=", "where equipe.annee_fichier <> "),
    Mutation("périodes : celle en cours finit à l'arrêté", "_periodes",
             "else least(bornees.periode_fin, parametres.arrete_au)", "else bornees.periode_fin"),
    Mutation("périodes : celle à venir n'existe pas", "_periodes",
             "bornees.periode_debut <= parametres.arrete_au", "true"),
    Mutation("périodes : un cumul se lit aussi à l'arrêté", "_cumuls",
             "select departs.regle, {{ annee('parametres.arrete_au') }} as annee\n    from departs\n",
             "select departs.regle, 1900 as annee\n    from departs\n"),
    Mutation("périodes : un cumul commence au premier fait", "_cumuls", "min(debut)", "max(debut)"),
    Mutation("états : aussi à l'arrêté", "int_gpect__fiches_actions",
             "    union distinct\n    select arrete_au from parametres\n", "", macro="arretes"),
    Mutation("états : à chaque 31 décembre qui a des données", "int_gpect__fiches_actions",
             "select distinct least({{ jour_de_annee(annee(date), '12-31') }}, parametres.arrete_au)",
             "select distinct parametres.arrete_au", macro="arretes"),
    Mutation("indicateurs : un pourcentage en pourcent", "indicateurs", "100 * {{ part", "{{ part"),
    Mutation("indicateurs : un alias a le calcul de l'autre code", "indicateurs",
             "coalesce(registre.alias_de, registre.code)", "registre.code"),
    Mutation("rapprochement : dans la tolérance", "rapprochement", "<= tolerance + 0.000000001", "<= 0.000000001"),
    Mutation("rapprochement : la même période, au jour près", "rapprochement",
             "            and publies.periode_fin = indicateurs.periode_fin\n", ""),
    Mutation("rapprochement : ce qui se contredit n'est pas un écart", "rapprochement",
             "when statut = 'incoherent' then 'incoherent'", "when false then 'incoherent'"),
]  # fmt: skip

MUTATIONS = [*SOCLE, *ACHATS_RESPONSABLES, *PARCOURS, *GPECT, *CAMPUS, *TRANSVERSE]


class Atelier:
    """Le projet dbt lu une fois, que chaque mutation fausse en mémoire : aucun fichier n'est touché."""

    def __init__(self, dossier: Path) -> None:
        self._build = preparer(Dossiers(dossier), Nuit.de("2031-01-02", "2030-12-31"), "2031-01-02-1")
        self._build.cible_dbt.mkdir(parents=True, exist_ok=True)
        self._manifeste = self._dbt("parse").result
        # Un essai unitaire lit dans la base les colonnes de ce que son modèle lit : des tables vides suffisent.
        assert self._dbt("build", "--exclude-resource-type", "test", "unit_test").success

    def _dbt(self, *arguments: str) -> Any:
        from dbt.cli.main import dbtRunner

        os.environ.update(environnement(self._build))
        executeur = dbtRunner(manifest=getattr(self, "_manifeste", None))
        try:
            return executeur.invoke([*arguments, *_options(self._build.cible_dbt), "--no-write-json"])
        finally:
            _fermer()

    def eprouver(self, mutations: Iterable[Mutation]) -> dict[Mutation, set[str]]:
        """Statuts des essais unitaires du modèle de chaque mutation : « fail » au moins une fois, elle est vue.

        Une invocation éprouve ensemble les mutations de modèles différents ; celle d'une macro est éprouvée seule.
        """
        tours: list[list[Mutation]] = []
        for m in mutations:
            libre = (t for t in tours if not (m.macro or any(x.macro or x.modele == m.modele for x in t)))
            tour = next(libre, None)
            if tour is None:
                tours.append(tour := [])
            tour.append(m)
        return {m: statuts for tour in tours for m, statuts in self._tour(tour).items()}

    def _tour(self, mutations: list[Mutation]) -> dict[Mutation, set[str]]:
        with ExitStack() as faussees:
            for m in mutations:
                faussees.enter_context(self._faussee(m))
            resultat = self._dbt("test", "--select", *(f"{m.modele},test_type:unit" for m in mutations))
        assert resultat.result is not None, resultat.exception
        statuts: dict[str, set[str]] = {m.modele: set() for m in mutations}
        for r in resultat.result.results:
            statuts[r.node.tested_node_unique_id.split(".")[-1]].add(str(r.status))
        return {m: statuts[m.modele] for m in mutations}

    @contextmanager
    def _faussee(self, m: Mutation) -> Iterator[None]:
        """Le temps d'un bloc, le modèle ou la macro qui porte la règle est faussé."""
        if m.macro:
            porteur, champ = self._manifeste.macros[f"macro.entrepot.{m.macro}"], "macro_sql"
        else:
            porteur, champ = self._manifeste.nodes[f"model.entrepot.{m.modele}"], "raw_code"
        juste = getattr(porteur, champ)
        assert m.ecrit in juste, f"{m.regle} : « {m.ecrit} » n'est plus dans {m.macro or m.modele}"
        setattr(porteur, champ, juste.replace(m.ecrit, m.devient))
        try:
            yield
        finally:
            setattr(porteur, champ, juste)
