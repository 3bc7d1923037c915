"""Contrôles des sources : les mêmes pour chaque contrat, tirés de lui. Une source nouvelle n'ajoute rien ici."""

from __future__ import annotations

from typing import Any

from expectations.controle import BLOQUANT, EQUIPE_DONNEES, OBSERVE, SIGNALE, Controle
from include.contrats import Contrat, tous

# 2026-11 : règle de comptage du projet ; au-delà, ce qui manque change les chiffres.
PART_MAX_REJETS = 0.20
# 2026-11 : un export complet redit toute son histoire et ne fait que croître ; réduit de moitié, il est tronqué.
PART_MIN_VOLUME = 0.50
# 2026-11 : trois livraisons font une habitude ; sous 50 lignes, une moitié en moins peut être une semaine creuse.
HISTOIRE_MIN = 3
VOLUME_MIN = 50
# 2026-11 : un fichier courant a quelques cellules réparées ; une ligne sur dix dit que la façon de saisir a changé.
PART_MAX_ANOMALIES = 0.10
JAMAIS = 36500
"""Âge, en jours, d'une source qui n'a rien livré."""


def controles() -> list[Controle]:
    """Contrôles de toutes les sources sous contrat, puis des fichiers que personne ne reconnaît."""
    return [c for contrat in tous().values() for c in _de_la_source(contrat)] + [FICHIERS_INCONNUS]


def _de_la_source(contrat: Contrat) -> list[Controle]:
    s = contrat.source
    # Un fichier annuel se juge aux livraisons de son année : celui de l'année nouvelle commence court.
    comparable = "annee_fichier" if contrat.mode == "complet_par_annee" else "null"

    def controle(nom: str, severite: str, donnees: str, a_revoir: str, **reste: Any) -> Controle:
        """a_revoir: condition des lignes de `donnees` dont le message doit nommer la livraison."""
        precision = f"""
            select 'Livraison ' || string_agg(distinct livraison, ', ' order by livraison) || '.'
            from ({donnees}) as jugees where {a_revoir}
        """
        return Controle(
            nom=f"{s}.{nom}", axe=contrat.axe, severite=severite, proprietaire=contrat.proprietaire, source=s,
            donnees=donnees, **({"precision": precision} | reste)
        )  # fmt: skip

    controles = [
        controle(
            "rejets",
            BLOQUANT,
            # Une livraison du même jour qui rend autant de lignes qu'il en manquait vaut correction : la précédente ne
            # retient plus l'axe.
            donnees=f"""
                select livraison, rejetees / nullif(lignes_lues, 0) as part_rejetee
                from bronze.livraisons as l
                where source = '{s}' and effective and not exists (
                    select 1 from bronze.livraisons as suivante
                    where suivante.source = l.source and suivante.effective
                        and suivante.date_fichier = l.date_fichier and suivante.rang > l.rang
                        and suivante.chargees >= l.rejetees
                )
            """,
            a_revoir=f"part_rejetee > {PART_MAX_REJETS}",
            attente="ExpectColumnValuesToBeBetween",
            arguments={"column": "part_rejetee", "min_value": 0, "max_value": PART_MAX_REJETS},
            message=f"{contrat.libelle} : plus de {PART_MAX_REJETS:.0%} des lignes d'une livraison sont rejetées. "
            "Corriger les lignes listées dans rejets/ et renvoyer le fichier.",
        ),
        controle(
            "volume",
            # Hors mode complet, un petit fichier est courant (correction, mois creux) : il ne retient rien.
            BLOQUANT if contrat.mode == "complet" else SIGNALE,
            donnees=f"""
                select courante.livraison, courante.chargees / median(precedente.chargees) as part_habituelle
                from (
                    select livraison, chargees, rang, {comparable} as periode,
                        max(rang) over (partition by {comparable}) as dernier
                    from bronze.livraisons where source = '{s}' and effective
                ) as courante
                join (
                    select chargees, rang, {comparable} as periode,
                        row_number() over (partition by {comparable} order by rang desc) as anciennete
                    from bronze.livraisons where source = '{s}' and statut like 'acceptee%'
                ) as precedente on precedente.rang < courante.rang and precedente.anciennete <= 7
                    and precedente.periode is not distinct from courante.periode
                where courante.rang = courante.dernier
                group by courante.livraison, courante.chargees
                having count(*) >= {HISTOIRE_MIN} and median(precedente.chargees) >= {VOLUME_MIN}
            """,
            a_revoir=f"part_habituelle < {PART_MIN_VOLUME}",
            attente="ExpectColumnValuesToBeBetween",
            arguments={"column": "part_habituelle", "min_value": PART_MIN_VOLUME},
            message=f"{contrat.libelle} : la dernière livraison a moins de {PART_MIN_VOLUME:.0%} des lignes "
            "habituelles. "
            "Vérifier que l'export n'est ni tronqué ni filtré, et le renvoyer.",
        ),
        controle(
            "refus",
            SIGNALE,
            donnees=f"""
                select livraison from bronze.livraisons as l
                where source = '{s}' and statut = 'refusee' and not exists (
                    select 1 from bronze.livraisons as suivante
                    where suivante.source = l.source and suivante.statut like 'acceptee%' and suivante.rang > l.rang
                        and ('{contrat.mode}' = 'complet' or suivante.date_fichier = l.date_fichier)
                )
            """,
            a_revoir="true",
            attente="ExpectTableRowCountToEqual",
            arguments={"value": 0},
            message=f"{contrat.libelle} : un fichier refusé n'a pas été remplacé. "
            "Lire son motif dans meta.livraisons et le renvoyer.",
        ),
        controle(
            "fraicheur",
            SIGNALE,
            donnees=f"""
                select coalesce(max(p.nuit) - max(coalesce(l.date_fichier, l.recu_le)), {JAMAIS}) as age_jours
                from bronze.parametres as p
                left join bronze.livraisons as l on l.source = '{s}' and l.effective
            """,
            a_revoir="true",
            attente="ExpectColumnMaxToBeBetween",
            arguments={"column": "age_jours", "max_value": contrat.fraicheur_jours},
            message=f"{contrat.libelle} : données plus vieilles que les {contrat.fraicheur_jours} jours attendus. "
            "Demander le fichier suivant.",
            precision=f"""
                select coalesce('Dernière livraison datée du ' ||
                    strftime(max(coalesce(date_fichier, recu_le)), '%d/%m/%Y'), 'Aucune livraison reçue') || '.'
                from bronze.livraisons where source = '{s}' and effective
            """,
        ),
        controle(
            "totaux",
            SIGNALE,
            donnees=f"""
                select livraison, c.verdict from bronze.controles_livraisons as c
                join bronze.livraisons as l using (livraison)
                where l.source = '{s}' and l.effective and c.controle = 'total'
            """,
            a_revoir="verdict <> 'conforme'",
            attente="ExpectColumnValuesToBeInSet",
            arguments={"column": "verdict", "value_set": ["conforme"]},
            message=f"{contrat.libelle} : une ligne TOTAL ne dit pas la somme des lignes. "
            "Vérifier qu'aucune ligne ne manque au fichier.",
        ),
        controle(
            "lecture",
            OBSERVE,
            donnees=f"""
                select livraison, c.verdict from bronze.controles_livraisons as c
                join bronze.livraisons as l using (livraison)
                where l.source = '{s}' and l.effective and c.controle <> 'total'
            """,
            a_revoir="verdict <> 'conforme'",
            attente="ExpectColumnValuesToBeInSet",
            arguments={"column": "verdict", "value_set": ["conforme"]},
            message=f"{contrat.libelle} : le fichier s'écarte de son contrat (colonne ou feuille inconnue, ignorée).",
        ),
        controle(
            "anomalies",
            SIGNALE,
            donnees=f"""
                select l.livraison, count(distinct a.feuille || ':' || a.ligne) / l.chargees as part_reparee
                from bronze.livraisons as l
                join (select livraison, coalesce(feuille, '') as feuille, ligne from bronze.anomalies) as a
                    using (livraison)
                where l.source = '{s}' and l.effective and l.chargees >= {VOLUME_MIN}
                group by l.livraison, l.chargees
            """,
            a_revoir=f"part_reparee > {PART_MAX_ANOMALIES}",
            attente="ExpectColumnValuesToBeBetween",
            arguments={"column": "part_reparee", "min_value": 0, "max_value": PART_MAX_ANOMALIES},
            message=f"{contrat.libelle} : plus de {PART_MAX_ANOMALIES:.0%} des lignes ont une cellule vidée "
            "ou réparée. "
            "Lire meta.anomalies et corriger la saisie.",
        ),
    ]
    if "personne_id" in contrat.colonnes_bronze():
        controles.append(
            Controle(
                nom=f"{s}.personnes_sans_fiche",
                axe=contrat.axe,
                severite=BLOQUANT,
                proprietaire=EQUIPE_DONNEES,
                source=s,
                donnees=f"bronze.{s}",
                attente="UnexpectedRowsExpectation",
                arguments={
                    "unexpected_rows_query": "select distinct personne_id from {batch} where personne_id is not null "
                    "and personne_id not in (select personne_id from core.dim_personne)"
                },
                message=f"{contrat.libelle} : des personnes livrées n'ont pas de fiche dans core.dim_personne. "
                "Ajouter la source à int_personnes__fiches.",
            )
        )
    return controles


FICHIERS_INCONNUS = Controle(
    nom="fichiers_inconnus",
    axe="transverse",
    severite=SIGNALE,
    proprietaire=EQUIPE_DONNEES,
    # Un fichier que personne ne reconnaît a peut-être été renommé puis accepté : seule cette nuit compte.
    donnees="""
        select l.livraison from bronze.livraisons as l
        join bronze.parametres as p on p.nuit = l.recu_le
        where l.source not in (select source from bronze.contrats)
    """,
    attente="ExpectTableRowCountToEqual",
    arguments={"value": 0},
    message="Un fichier déposé cette nuit ne répond à aucun contrat : le renommer ou écrire son contrat.",
)
