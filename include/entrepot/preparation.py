"""La base neuve de la nuit : vues sur bronze, livraisons connues, date de la nuit et arrêté.

dbt ne voit du monde extérieur que le schéma `bronze` écrit ici : une vue par contrat sur ses livraisons
en vigueur, la liste des livraisons connues à cette nuit, et une table d'une ligne, `bronze.parametres`.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from include.confidentialite import cle
from include.configuration import Dossiers, Nuit
from include.contrats import Contrat, connus, tous
from include.extraction.livraisons import effectives, manifestes
from include.personnes import registre


@dataclass(frozen=True)
class Build:
    """Le chantier de la nuit.

    Son chemin ne change pas d'une nuit à l'autre : dbt garde ainsi son analyse partielle (un chemin qui change
    dans le profil la périme). Chaque nuit le vide et repart d'une base neuve.
    """

    dossier: Path

    @classmethod
    def de(cls, d: Dossiers) -> Build:
        """Le chantier rangé sous builds/."""
        return cls(d.builds / "nuit")

    @property
    def base(self) -> Path:
        """Base DuckDB candidate ; son nom fixe celui de la base dans dbt (`entrepot`)."""
        return self.dossier / "entrepot.duckdb"

    @property
    def verdict(self) -> Path:
        """Verdict des contrôles (JSON)."""
        return self.dossier / "verdict.json"

    @property
    def manifeste_dbt(self) -> Path:
        """Manifeste de dbt : grains, descriptions, axes."""
        return self.cible_dbt / "manifest.json"

    @property
    def cible_dbt(self) -> Path:
        """Dossier de travail de dbt, gardé d'une nuit à l'autre pour l'analyse partielle."""
        return self.dossier.parent / "dbt"

    def resultat_dbt(self, couche: str) -> Path:
        """Résultat d'une couche dbt (JSON)."""
        return self.dossier / f"dbt_{couche}.json"


COLONNES_LIVRAISONS: dict[str, str] = {
    "livraison": "VARCHAR",
    "source": "VARCHAR",
    "axe": "VARCHAR",
    "fichier": "VARCHAR",
    "recu_le": "DATE",
    "octets": "BIGINT",
    "lignes_lues": "BIGINT",
    "chargees": "BIGINT",
    "rejetees": "BIGINT",
    "laissees": "BIGINT",
    "statut": "VARCHAR",
    "motif": "VARCHAR",
    "date_fichier": "DATE",
    "annee_fichier": "INTEGER",
    "rang": "INTEGER",
    "effective": "BOOLEAN",
}
COLONNES_LIGNES_SIGNALEES: dict[str, str] = {
    "livraison": "VARCHAR",
    "fichier": "VARCHAR",
    "feuille": "VARCHAR",
    "ligne": "BIGINT",
    "colonne": "VARCHAR",
    "motif": "VARCHAR",
}
_AVEC_SOURCE = {"source": "VARCHAR", "axe": "VARCHAR"}
COLONNES_CONTROLES: dict[str, str] = {
    "livraison": "VARCHAR",
    "source": "VARCHAR",
    "axe": "VARCHAR",
    "controle": "VARCHAR",
    "verdict": "VARCHAR",
    "message": "VARCHAR",
}
COLONNES_CONTRATS: dict[str, str] = {
    "source": "VARCHAR",
    "axe": "VARCHAR",
    "libelle": "VARCHAR",
    "proprietaire": "VARCHAR",
    "mode": "VARCHAR",
    "fraicheur_jours": "INTEGER",
}


COLONNES_PERSONNES: dict[str, str] = {"identite_id": "VARCHAR", "personne_id": "VARCHAR"}
COLONNES_MOUVEMENTS: dict[str, str] = {
    "nuit": "DATE",
    "avant": "VARCHAR",
    "personne_id": "VARCHAR",
    "evenement": "VARCHAR",
    "motif": "VARCHAR",
}
COLONNES_PARAMETRES: dict[str, str] = {"nuit": "DATE", "arrete_au": "DATE", "publication": "VARCHAR"}
TABLES_DE_LA_NUIT: dict[str, tuple[str, dict[str, str]]] = {
    "parametres": ("Une seule ligne : la nuit, son arrêté, la publication candidate.", COLONNES_PARAMETRES),
    "livraisons": ("Une ligne par livraison connue à cette nuit.", COLONNES_LIVRAISONS),
    "contrats": ("Une ligne par contrat.", COLONNES_CONTRATS),
    "controles_livraisons": ("Une ligne par contrôle fait à la lecture d'une livraison.", COLONNES_CONTROLES),
    "rejets": ("Une ligne par cellule qui a fait rejeter sa ligne.", _AVEC_SOURCE | COLONNES_LIGNES_SIGNALEES),
    "personnes": ("Une ligne par identité écrite par un partenaire : la personne que c'est.", COLONNES_PERSONNES),
    "mouvements_personnes": ("Une ligne par réunion ou séparation de personnes.", COLONNES_MOUVEMENTS),
    "anomalies": ("Une ligne par cellule vidée ou réparée.", _AVEC_SOURCE | COLONNES_LIGNES_SIGNALEES),
}
"""Tables du schéma bronze que la nuit écrit à côté des vues de sources : description et colonnes."""


def preparer(d: Dossiers, nuit: Nuit, publication: str) -> Build:
    """Écrit la base neuve de la nuit et rend le chantier.

    publication: identifiant de la publication candidate.
    Les livraisons reçues après la nuit sont ignorées : une nuit passée se reconstruit comme elle était.
    """
    build = Build.de(d)
    shutil.rmtree(build.dossier, ignore_errors=True)
    build.dossier.mkdir(parents=True)
    contrats = tous()
    livraisons = [_typee(m) for m in effectives(manifestes(d), nuit)]
    with duckdb.connect(str(build.base), config={"temp_directory": str(build.dossier / "tmp")}) as base:
        base.execute("create schema bronze")
        _table(base, "parametres", COLONNES_PARAMETRES,
               [{"nuit": nuit.nuit, "arrete_au": nuit.arrete_au, "publication": publication}])  # fmt: skip
        _table(base, "livraisons", COLONNES_LIVRAISONS, livraisons)
        _table(base, "contrats", COLONNES_CONTRATS, [_contrat(c) for c in contrats.values()])
        _table(base, "controles_livraisons", COLONNES_CONTROLES,
               [c | {k: m[k] for k in ("livraison", "source", "axe")}
                for m in livraisons for c in m["controles"]])  # fmt: skip
        _lignes_signalees(base, d, "rejets", livraisons)
        _lignes_signalees(base, d, "anomalies", livraisons)
        personnes, mouvements = _qui_est_qui(d, nuit)
        _table(base, "personnes", COLONNES_PERSONNES, personnes)
        _table(base, "mouvements_personnes", COLONNES_MOUVEMENTS, mouvements)
        # Une source que le pôle ne reçoit pas a une vue vide : les modèles sont les mêmes pour tous.
        for contrat in connus().values():
            en_vigueur = [m for m in livraisons if m["source"] == contrat.source and m["effective"]]
            _vue(base, d, contrat, en_vigueur if contrat.source in contrats else [])
    (build.dossier / "nuit.json").write_text(
        json.dumps({"nuit": str(nuit.nuit), "arrete_au": str(nuit.arrete_au), "publication": publication})
    )
    return build


def _qui_est_qui(d: Dossiers, nuit: Nuit) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Personne de chaque identité et mouvements, d'après le registre ; rien tant qu'il n'existe pas."""
    if not registre.REGISTRE.dossier(d).exists():
        return [], []
    la_cle = cle(d)
    return registre.correspondances(d, la_cle, nuit).to_pylist(), registre.mouvements(d, la_cle, nuit)


def _typee(manifeste: dict[str, Any]) -> dict[str, Any]:
    """Manifeste dont les dates écrites en ISO redeviennent des dates."""
    dates = {k: dt.date.fromisoformat(manifeste[k]) for k in ("recu_le", "date_fichier") if manifeste.get(k)}
    return {"controles": []} | manifeste | dates


def _contrat(contrat: Contrat) -> dict[str, Any]:
    return {nom: getattr(contrat, nom) for nom in COLONNES_CONTRATS}


def _table(
    base: duckdb.DuckDBPyConnection, nom: str, colonnes: dict[str, str], lignes: Iterable[dict[str, Any]]
) -> None:
    """Table du schéma bronze, typée même quand elle est vide."""
    definition = ", ".join(f'"{c}" {t}' for c, t in colonnes.items())
    base.execute(f"create table bronze.{nom} ({definition})")
    valeurs = [{c: ligne.get(c) for c in colonnes} for ligne in lignes]
    if valeurs:
        arrow = pa.Table.from_pylist(valeurs)
        base.register("_valeurs", arrow)
        base.execute(f"insert into bronze.{nom} by name select * from _valeurs")
        base.unregister("_valeurs")


def _lignes_signalees(base: duckdb.DuckDBPyConnection, d: Dossiers, nom: str, livraisons: list[dict[str, Any]]) -> None:
    """bronze.rejets ou bronze.anomalies, de toutes les livraisons connues."""
    fichiers = _fichiers(d, livraisons, f"{nom}.parquet")
    colonnes = ", ".join(f"l.{c}" for c in COLONNES_LIGNES_SIGNALEES)
    base.execute(
        f"create table bronze.{nom} as select v.source, v.axe, {colonnes} "
        f"from ({_union(COLONNES_LIGNES_SIGNALEES, fichiers)}) as l join bronze.livraisons as v using (livraison)"
    )


def _vue(base: duckdb.DuckDBPyConnection, d: Dossiers, contrat: Contrat, livraisons: list[dict[str, Any]]) -> None:
    """Vue d'une source sur ses livraisons en vigueur, avec le rang de chacune (la plus tardive a le plus grand)."""
    fichiers = _fichiers(d, livraisons, "lignes.parquet")
    # Bronze dit l'identité écrite ; les modèles lisent la personne. Sans registre, l'une tient lieu de l'autre.
    colonnes, qui = "l.*", ""
    if contrat.nominatif:
        colonnes = "l.* replace (coalesce(q.personne_id, l.personne_id) as personne_id)"
        qui = "left join bronze.personnes as q on q.identite_id = l.personne_id"
    base.execute(
        f'create view bronze."{contrat.source}" as '
        f"select {colonnes}, v.rang as _rang, v.annee_fichier as _annee_fichier, "
        f"coalesce(v.date_fichier, v.recu_le) as _etat_au "
        f"from ({_union(contrat.colonnes_bronze(), fichiers)}) as l "
        f"join bronze.livraisons as v on v.livraison = l._livraison {qui}"
    )


def _fichiers(d: Dossiers, livraisons: list[dict[str, Any]], nom: str) -> list[str]:
    chemins = (d.bronze / m["source"] / m["livraison"] / nom for m in livraisons if m["statut"].startswith("acceptee"))
    return [str(c) for c in chemins if c.exists()]


def _union(colonnes: dict[str, str], fichiers: list[str]) -> str:
    """Requête typée sur des fichiers Parquet ; une colonne ajoutée depuis au contrat y est vide."""
    vide = "select " + ", ".join(f'null::{t} as "{c}"' for c, t in colonnes.items()) + " where false"
    if not fichiers:
        return vide
    liste = ", ".join("'" + f.replace("'", "''") + "'" for f in fichiers)
    noms = ", ".join(f'"{c}"' for c in colonnes)
    return (
        f"select {noms} from ({vide} union all by name "
        f"select * from read_parquet([{liste}], union_by_name = true, hive_partitioning = false))"
    )
