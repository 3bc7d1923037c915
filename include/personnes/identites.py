"""Les identités reçues : bronze dit lesquelles existent, prive/ dit ce qu'elles nomment.

Une identité est ce qu'un partenaire a écrit d'une personne, reconnue à son pseudonyme (`identite_id`, que bronze range
sous personne_id). Rien d'ici ne va sur disque : les noms ne sont lus en clair qu'en mémoire.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from include.confidentialite import Cle
from include.configuration import RACINE, Dossiers, Nuit, dossier_du_pole
from include.contrats import connus
from include.extraction.livraisons import ACCEPTEES, manifestes

FICHES = pa.schema(
    [(c, pa.string()) for c in ("identite_id", "nom", "nom_naissance", "prenom", "date_naissance", "sexe", "commune")]
)
"""Ce que le rapprochement lit : une ligne par façon distincte d'écrire une identité ; la date est en AAAA-MM-JJ."""
_COMMUNE = ("commune", "code_commune")


def nominatives(d: Dossiers, nuit: Nuit | None = None) -> list[dict[str, Any]]:
    """Manifestes des livraisons acceptées qui nomment des personnes, connues à la nuit (toutes, sans nuit)."""
    contrats = connus()
    return [
        m
        for m in manifestes(d)
        if m["statut"] in ACCEPTEES
        and m["source"] in contrats
        and contrats[m["source"]].nominatif
        and (nuit is None or m["recu_le"] <= str(nuit.nuit))
    ]


def connues(d: Dossiers, nuit: Nuit) -> set[str]:
    """Identités que portent les lignes de bronze à cette nuit ; n'ouvre rien de prive/."""
    fichiers = [str(d.bronze / m["source"] / m["livraison"] / "lignes.parquet") for m in nominatives(d, nuit)]
    if not fichiers:
        return set()
    with duckdb.connect() as base:
        trouvees = base.execute(
            "select distinct personne_id from read_parquet(?, union_by_name = true, hive_partitioning = false) "
            "where personne_id is not null",
            [fichiers],
        ).fetchall()
    return {i for (i,) in trouvees}


def lignes(d: Dossiers, cle: Cle, nuit: Nuit | None = None) -> Iterator[tuple[dict[str, Any], pa.Table]]:
    """Pour chaque livraison qui nomme des personnes, son manifeste et ses lignes de prive/identites, en clair.

    La table a les colonnes _ligne, personne_id (l'identite_id) et, en texte, les colonnes identifiantes ou sensibles.
    Une livraison dont plus rien n'est gardé (effacement, conservation échue) n'est pas rendue.
    Lève ContenuAltere ou CleDifferente si un fichier ne s'ouvre pas.
    """
    for m in nominatives(d, nuit):
        chemin = d.prive / "identites" / m["source"] / f"{m['livraison']}.parquet.enc"
        if chemin.exists():
            yield m, cle.lire_table(chemin)


def fiches(d: Dossiers, cle: Cle, nuit: Nuit, nouvelles: Collection[str] = ()) -> tuple[pa.Table, set[str]]:
    """Chaque façon distincte d'écrire chaque identité connue à cette nuit (voir FICHES), et qui en a une nouvelle.

    Le sexe et la commune viennent de bronze, le reste de prive/. Une commune donnée par son code INSEE prend son nom.
    nouvelles: livraisons pas encore examinées ; une identité dont une fiche n'est que là est renouvelée.
    """
    morceaux = [FICHES.append(pa.field("nouvelle", pa.bool_())).empty_table()]
    with duckdb.connect(config={"temp_directory": ""}) as base:
        base.execute("create table communes (code varchar, nom varchar)")
        base.executemany("insert into communes values (?, ?)", sorted(_communes().items()))
        for m, identites in lignes(d, cle, nuit):
            bronze = d.bronze / m["source"] / m["livraison"] / "lignes.parquet"
            base.register("identites", identites)
            base.register("bronze", pq.read_table(bronze))
            trouvees = base.sql(_requete(identites.column_names, pq.read_schema(bronze).names)).to_arrow_table()
            neuves = pa.repeat(pa.scalar(m["livraison"] in nouvelles), trouvees.num_rows)
            morceaux.append(trouvees.append_column("nouvelle", neuves))
    ensemble = pa.concat_tables(morceaux).group_by(FICHES.names).aggregate([("nouvelle", "min")])
    renouvelees = set(ensemble.filter(ensemble["nouvelle_min"])["identite_id"].to_pylist())
    return ensemble.select(FICHES.names), renouvelees


def _requete(prives: list[str], publics: list[str]) -> str:
    def de(table: str, noms: list[str], *colonnes: str) -> str:
        presentes = [f'{table}."{c}"' for c in colonnes if c in noms]
        return f"coalesce({', '.join(presentes)}, '')" if presentes else "''"

    commune = de("b", publics, *_COMMUNE)
    return f"""
        select distinct i.personne_id as identite_id, {de("i", prives, "nom")} as nom,
            {de("i", prives, "nom_naissance")} as nom_naissance, {de("i", prives, "prenom")} as prenom,
            {de("i", prives, "date_naissance")} as date_naissance,
            case when upper(trim({de("b", publics, "sexe")})) in ('F', 'M')
                then upper(trim({de("b", publics, "sexe")})) else '' end as sexe,
            coalesce(c.nom, {commune}) as commune
        from identites as i
        inner join bronze as b on i._ligne = b._ligne and i.personne_id = b.personne_id
        left join communes as c on c.code = {commune}
    """


def _communes() -> dict[str, str]:
    """Nom de chaque commune du référentiel, par code INSEE."""
    referentiels = dossier_du_pole("referentiels")
    propre = referentiels / "communes.csv" if referentiels else None
    chemin = propre if propre and propre.exists() else RACINE / "dbt_project" / "seeds" / "communes.csv"
    with chemin.open(encoding="utf-8", newline="") as f:
        return {ligne["code_commune"]: ligne["commune"] for ligne in csv.DictReader(f)}
