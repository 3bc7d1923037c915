"""La nuit de l'entrepôt, pour Airflow : horaire, ordre, reprises, signaux. La logique est dans include.nuit."""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, AssetAlias, CronTriggerTimetable, Param, chain, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

# Airflow ne met que dags/ sur le chemin d'import ; include/ est à côté.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from include.astreinte import declenchement, rassembler, signaler

ECRIVAIN = "ecrivain"  # pool d'une place : DuckDB n'admet qu'un processus sur la base en construction
AXES = ("achats_responsables", "gpect", "parcours", "campus")
# Écrites ici et non lues dans include.entrepot.dbt : l'importer se paierait à chaque lecture de ce fichier.
COUCHES = ("socle", *AXES, "rapport")
ACTIFS = {axe: Asset(name=f"publie_{axe}", uri=f"entrepot://publie/{axe}") for axe in ("core", *AXES, "transverse")}
PUBLIE = AssetAlias("publie")

DOC = """
### La nuit de l'entrepôt
Prend les fichiers nouveaux de `depots/`, reconstruit l'entrepôt, le contrôle et publie les axes admis.

**Responsable** : équipe données du pôle (`equipe-donnees`). **Rejouer est sans risque** : un fichier pris ne l'est pas
deux fois, une nuit sans rien de neuf ne publie rien et le dit dans la tâche `bilan`.

| tâche en échec | cause probable | que faire |
|---|---|---|
| `preparer` | date mal écrite, droits sur `ENTREPOT_DATA` | corriger le paramètre ou les droits, relancer |
| `inventorier` | `depots/` illisible ou démonté | remonter le partage, relancer la tâche |
| `extraire` | clé absente ou autre que celle d'origine, disque plein | rendre `ENTREPOT_CLE` ou la place, relancer |
| `rapprocher` | `prive/revue_personnes.csv` illisible, clé absente | rendre ses titres au fichier ou la clé, relancer |
| `construire`, `transformer_*` | disque ou mémoire | faire de la place, relancer depuis `construire` |
| `controler` | configuration d'un contrôle | relancer depuis `construire` après correction |
| `publier` | disque plein | `publie/courant` est resté entier ; relancer la tâche |
| `bilan` | disque plein, droits sur `journal/` ou `publie/suivi/` | faire de la place, relancer la tâche |
| `prevenir` | serveur de courrier injoignable, adresse refusée | la publication est en place ; relancer la tâche |

`bilan` et `prevenir` se font même si une étape a échoué, et la disent ; `issue` fait alors échouer l'exécution. Une
nuit qui ne rend compte de rien se voit au DAG `veille`.

Un fichier refusé, une ligne rejetée ou un contrôle bloquant **ne sont pas des échecs** : la nuit va au bout, l'axe
bloqué garde ses dernières bonnes tables, et `bilan`, `meta.livraisons` et `publie/courant/index.html` disent qui agit.
Sans ordonnanceur : `make nightly`.
"""


@dag(
    dag_id="nuit",
    description="Des dépôts des partenaires aux chiffres contrôlés et publiés",
    # 2 h : les partenaires déposent jusqu'à minuit, les analystes ouvrent la base à 7 h. Un déclencheur, et non un
    # intervalle : la date logique est alors la nuit elle-même, que l'heure d'été décale ou non.
    # Sans run_immediately nul, un premier démarrage avant 4 h 24 rejouerait aussitôt la nuit de 2 h.
    schedule=CronTriggerTimetable("0 2 * * *", timezone="Europe/Paris", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=4),
    default_args={
        "owner": "equipe-donnees",
        "retries": 2,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=1),
        "on_retry_callback": signaler,
        "on_failure_callback": signaler,
    },
    params={
        "nuit": Param(
            None, type=["null", "string"], format="date", title="Nuit",
            description_md="Date de la nuit (`AAAA-MM-JJ`). Vide : la date du déclenchement, à l'heure de Paris.",
        ),
        "arrete": Param(
            None, type=["null", "string"], format="date", title="Arrêté",
            description_md="Aucun fait d'après cette date ne compte (`AAAA-MM-JJ`). Vide : la veille de la nuit.",
        ),
    },
    tags=["entrepot", "nuit", "publication"],
    doc_md=DOC,
)  # fmt: skip
def nuit() -> None:
    """Une tâche par étape d'include.nuit ; seuls de petits dictionnaires passent de l'une à l'autre."""

    @task
    def preparer() -> dict[str, str]:
        """Fixe la nuit et l'arrêté, fait les dossiers."""
        from include import nuit as etapes

        contexte = get_current_context()
        params = contexte["params"]
        try:
            return etapes.preparer(params["nuit"] or str(declenchement(contexte)), params["arrete"])
        except ValueError as erreur:
            # Une date mal écrite le restera : pas de nouvel essai.
            raise AirflowFailException(str(erreur)) from None

    @task
    def inventorier(jour: dict[str, str]) -> list[dict[str, Any]]:
        """Cherche les fichiers nouveaux : un lot par source."""
        from include import nuit as etapes

        inventaire = etapes.inventorier(jour)
        get_current_context()["ti"].xcom_push("en_ecriture", inventaire["en_ecriture"])
        return [{"source": s, "chemins": chemins} for s, chemins in inventaire["sources"].items()]

    # Deux à la fois au plus : la mémoire d'une nuit se compte pour deux extractions.
    @task(map_index_template="{{ task.op_kwargs['source'] }}", max_active_tis_per_dagrun=2)
    def extraire(jour: dict[str, str], source: str, chemins: list[str]) -> list[dict[str, Any]]:
        """Prend les fichiers nouveaux d'une source ; un fichier refusé n'est pas un échec."""
        from include import nuit as etapes
        from include.confidentialite import ErreurConfidentialite

        try:
            return etapes.extraire(jour, source, chemins)
        except ErreurConfidentialite as erreur:
            # La clé qui manque maintenant manquera dans une minute : à qui l'administre d'agir.
            raise AirflowFailException(str(erreur)) from None

    # Aucun fichier nouveau laisse extraire sautée : la nuit continue, une décision a pu être prise, l'arrêté avancer.
    @task(trigger_rule="none_failed")
    def rapprocher(jour: dict[str, str]) -> dict[str, int]:
        """Dit qui est qui : rattache chaque identité nouvelle à une personne."""
        from include import nuit as etapes
        from include.confidentialite import ErreurConfidentialite
        from include.personnes.revue import RevueIllisible

        try:
            return etapes.rapprocher(jour)
        except (ErreurConfidentialite, RevueIllisible) as erreur:
            raise AirflowFailException(str(erreur)) from None

    @task.short_circuit(ignore_downstream_trigger_rules=False, pool=ECRIVAIN)
    def construire(jour: dict[str, str]) -> bool:
        """Prépare la base neuve ; s'il n'y a rien à construire, le dit et saute au bilan."""
        from include import nuit as etapes

        construction = etapes.construire(jour)
        get_current_context()["ti"].xcom_push("motif", construction["motif"])
        if not construction["a_faire"]:
            logging.getLogger(__name__).info("Rien à construire : %s", construction["motif"])
        return construction["a_faire"]

    @task(pool=ECRIVAIN)
    def transformer(jour: dict[str, str], couche: str) -> dict[str, Any]:
        """Construit une couche avec dbt ; un test en échec bloque l'axe aux contrôles, pas la nuit."""
        from include import nuit as etapes

        return etapes.transformer(jour, couche)

    @task(pool=ECRIVAIN)
    def controler(jour: dict[str, str]) -> dict[str, Any]:
        """Passe les contrôles ; rend le verdict de chaque axe."""
        from include import nuit as etapes

        return etapes.controler(jour)

    @task(pool=ECRIVAIN, outlets=[PUBLIE])
    def publier(jour: dict[str, str]) -> dict[str, Any]:
        """Publie les axes admis et signale ceux dont les tables ont été rafraîchies."""
        from include import nuit as etapes

        publication = etapes.publier(jour)
        rafraichis = {a for a, etat in publication["axes"].items() if publication["publiee"] and not etat["reporte"]}
        for axe in sorted(rafraichis & ACTIFS.keys()):
            get_current_context()["outlet_events"][PUBLIE].add(
                ACTIFS[axe], extra={"publication": publication["publication"]}
            )
        return publication

    # Les actifs en entrée : Airflow les tient ainsi pour connus avant la première publication.
    @task(trigger_rule="all_done", inlets=[*ACTIFS.values()], show_return_value_in_logs=False)
    def bilan() -> str:
        """Dit ce que la nuit a pris, bloqué, publié, manqué, et l'inscrit au suivi ; se fait quoi qu'il arrive."""
        from include import nuit as etapes

        contexte = get_current_context()
        resultat = rassembler(contexte)
        texte = etapes.bilan(resultat)
        logging.getLogger(__name__).info("%s", texte)
        contexte["ti"].xcom_push("compte", etapes.rendre_compte(resultat))
        return texte

    # Un serveur de courrier qui redémarre a une dizaine de minutes.
    @task(trigger_rule="all_done", retries=5, show_return_value_in_logs=False)
    def prevenir() -> str:
        """Écrit à ceux qui reçoivent la publication, et à l'équipe ce qui est à faire ; se fait quoi qu'il arrive."""
        from include import nuit as etapes
        from include.postier import postier

        texte = etapes.prevenir(rassembler(get_current_context()), postier)
        logging.getLogger(__name__).info("%s", texte)
        return texte

    jour = preparer()
    lots = inventorier(jour)
    livraisons = extraire.partial(jour=jour).expand_kwargs(lots)
    couches = [transformer.override(task_id=f"transformer_{couche}")(jour, couche) for couche in COUCHES]
    publication, verdict = publier(jour), controler(jour)
    personnes = rapprocher(jour)
    chain(livraisons, personnes, construire(jour), *couches, verdict, publication)
    # Tout est fini quand le bilan commence, même si une étape a manqué. construire n'y mène pas : il sauterait avec la
    # suite ; la première couche, qui n'attend que lui, y mène. issue ne fait rien : elle échoue avec la nuit.
    issue = EmptyOperator(task_id="issue", trigger_rule="none_failed")
    avant = [jour, lots, livraisons, personnes, *couches, verdict, publication]
    chain(avant, bilan(), prevenir(), issue)
    chain(publication, issue)


nuit()
