"""Composer la base publiée : pour chaque table, celle de cette nuit ou celle que son axe garde.

Trois bases sont attachées à une même connexion : `chantier` (la nuit, en lecture), `ancien` (la publication
précédente, en lecture, si elle existe) et `neuf` (ce qui s'écrit). Rien ici ne choisit de dossier ni ne bascule.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from include.configuration import Nuit, axes
from include.contrats import connus, tous
from include.entrepot.preparation import Build
from include.publication import jointures, tables_meta
from include.publication.empreintes import contenu

STOCKAGE = "v1.0.0"
"""Format de la base publiée : les outils des analystes embarquent DuckDB 1.x, qui ne lit pas un fichier 2.x."""
SCHEMAS_INTERNES = {"reference", "staging", "intermediate"}
PAR_CHIFFRE = ("definitions", "indicateurs", "rapprochement")
"""Tables de rapport dont chaque ligne suit les axes de ses sources, et non un axe unique."""
REPORTEE = "Reportée : un axe qu'elle lit est bloqué, ses faits s'arrêtent au"
"""Ce qu'ajoute, avec sa date, la description d'une table gardée parce qu'un autre axe que le sien est bloqué."""
CLES_DE_CORE = {
    "dim_personne": ("personne_id", ["personne_id"]),
    "dim_structure": ("structure_id", ["structure_id", "donneur_ordre_id"]),
    "dim_projet": ("code_projet", ["code_projet"]),
}
"""Pour chaque table de core : sa clé, et les colonnes des autres tables qui la désignent."""


@dataclass(frozen=True)
class Modele:
    """Une table à publier, telle que le manifeste de dbt la décrit."""

    schema: str
    nom: str
    axe: str
    grain: list[str]
    description: str
    colonnes: dict[str, str]
    lit: frozenset[str] = frozenset()
    """Les autres axes dont elle lit les faits (meta.lit du modèle) : elle n'est rafraîchie que si eux aussi passent."""

    @property
    def axes(self) -> frozenset[str]:
        """Tous les axes d'où elle vient."""
        return self.lit | {self.axe}

    @property
    def relation(self) -> str:
        """Schéma et nom, prêts pour une requête."""
        return f'"{self.schema}"."{self.nom}"'


@dataclass
class Composition:
    """Ce qui vient d'être composé : état de chaque axe et empreinte de ce qui se lit."""

    axes: dict[str, dict[str, Any]] = field(default_factory=dict)
    contenu: str = ""

    @property
    def verdict(self) -> str:
        """complete, ou partielle si un axe est bloqué."""
        return "partielle" if any(a["verdict"] == "bloque" for a in self.axes.values()) else "complete"


class SocleBloque(Exception):
    """core est bloqué : rien ne peut être publié. Le message dit la cause."""


def composer(
    destination: Path, build: Build, ancienne: Path | None, nuit: Nuit, publications: list[dict[str, Any]]
) -> Composition:
    """Écrit la base publiée dans `destination`.

    build: chantier de la nuit, construit et contrôlé. ancienne: base de la publication dont un axe bloqué garde les
    tables. publications: lignes de meta.publications ; le verdict de la dernière, celle-ci, est fixé ici.
    Rend l'état des axes et l'empreinte du contenu. Lève SocleBloque si core est bloqué.
    """
    # Les axes que le pôle ne suit pas sont construits à vide, comme les autres ; rien n'en est publié.
    suivis = {"core", *axes()}
    verdict = json.loads(build.verdict.read_text(encoding="utf-8"))
    verdict["axes"] = {a: v for a, v in verdict["axes"].items() if a in suivis}
    verdict["controles"] = [c for c in verdict["controles"] if c["axe"] in suivis]
    # Un tableau croisé n'a de sens que si le pôle suit tous les axes qu'il croise.
    modeles = [m for m in lire_modeles(build.manifeste_dbt) if m.axes <= suivis]
    with _bases(destination, build, ancienne) as base:
        composition = Composition()
        nuit_courante = _Nuit(base, build, modeles, verdict)
        bloques = nuit_courante.bloques()
        if "core" in bloques:
            raise SocleBloque(bloques["core"])
        composition.axes = nuit_courante.etats(nuit, bloques)
        publications[-1]["verdict"] = composition.verdict
        gardees = nuit_courante.ecrire_tables(bloques)
        nuit_courante.ecrire_meta(composition.axes, publications)
        _decrire(base, modeles, gardees)
        composition.contenu = contenu(base, composition.axes)
        base.execute("checkpoint neuf")
    return composition


def lire_modeles(manifeste: Path) -> list[Modele]:
    """Modèles de dbt à publier, par schéma et nom ; les schémas internes et les noms en `_` restent au chantier."""
    noeuds = json.loads(manifeste.read_text(encoding="utf-8"))["nodes"].values()
    modeles = []
    for n in noeuds:
        if n["resource_type"] != "model" or n["schema"] in SCHEMAS_INTERNES or n["name"].startswith("_"):
            continue
        meta = n["config"].get("meta") or n.get("meta") or {}
        modeles.append(
            Modele(
                schema=n["schema"],
                nom=n.get("alias") or n["name"],
                axe=meta.get("axe") or {"rapport": "transverse", "meta": "core"}.get(n["schema"], n["schema"]),
                grain=meta.get("grain") or [],
                description=n.get("description") or "",
                colonnes={c["name"]: c.get("description") or "" for c in n["columns"].values()},
                lit=frozenset(meta.get("lit") or ()),
            )
        )
    return sorted(modeles, key=lambda m: (m.schema, m.nom))


@contextmanager
def _bases(destination: Path, build: Build, ancienne: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"temp_directory": str(build.dossier / "tmp")}) as base:
        base.execute(f"attach '{texte_sql(build.base)}' as chantier (read_only)")
        if ancienne:
            base.execute(f"attach '{texte_sql(ancienne)}' as ancien (read_only)")
        base.execute(f"attach '{texte_sql(destination)}' as neuf (storage_version '{STOCKAGE}')")
        yield base


@dataclass
class _Nuit:
    """La composition en cours : ce que la nuit a construit, ce que la publication courante contient."""

    base: duckdb.DuckDBPyConnection
    build: Build
    modeles: list[Modele]
    verdict: dict[str, Any]

    def __post_init__(self) -> None:
        self.construites = self._tables("chantier")
        self.tables_anciennes = self._tables("ancien")

    def _tables(self, base: str) -> set[tuple[str, str]]:
        return set(
            self.base.execute(
                "select table_schema, table_name from information_schema.tables where table_catalog = ?", [base]
            ).fetchall()
        )

    # --- Quels axes passent ---

    def bloques(self) -> dict[str, str]:
        """Axes retenus et leur cause. Sans verdict, ou avec une table manquante, un axe ne passe pas."""
        verdicts = self.verdict["axes"]
        bloques = {a: v.get("cause") or "contrôle bloquant" for a, v in verdicts.items() if v["verdict"] == "bloque"}
        for m in self.modeles:
            if m.axe not in verdicts:
                bloques.setdefault(m.axe, "aucun contrôle n'a été passé sur cet axe")
            elif (m.schema, m.nom) not in self.construites:
                bloques.setdefault(m.axe, f"la table {m.schema}.{m.nom} n'a pas été construite")
        return dict(sorted(bloques.items()))

    def etats(self, nuit: Nuit, bloques: dict[str, str]) -> dict[str, dict[str, Any]]:
        """Ligne de meta.axes de chaque axe : un axe bloqué garde la date de ses données, s'il en a."""
        anciens = {}
        if self.tables_anciennes:
            anciens = dict(self.base.execute("select axe, donnees_du from ancien.meta.axes").fetchall())
        etats = {}
        for axe in sorted({m.axe for m in self.modeles} | set(self.verdict["axes"])):
            bloque = axe in bloques
            donnees_du: dt.date | None = anciens.get(axe) if bloque else nuit.arrete_au
            etats[axe] = {
                "axe": axe,
                "verdict": "bloque" if bloque else self.verdict["axes"][axe]["verdict"],
                "donnees_du": donnees_du,
                "reporte": bloque and donnees_du is not None,
                "cause": bloques.get(axe) or self.verdict["axes"].get(axe, {}).get("cause") or None,
            }
        return etats

    # --- Les tables de chiffres ---

    def ecrire_tables(self, bloques: dict[str, str]) -> list[Modele]:
        """Écrit chaque table de dbt : celle de la nuit, celle gardée, ou pour les chiffres un mélange ligne à ligne.

        Rend celles gardées de la publication précédente.
        """
        retenues = [m for m in self.modeles if m.axes & bloques.keys() and self._suit_son_axe(m)]
        gardees = [m for m in retenues if (m.schema, m.nom) in self.tables_anciennes]
        retenus = self._codes_retenus(bloques)
        for m in self.modeles:
            if m in gardees:
                self._creer(m, f"select * from ancien.{m.relation}")
            elif m.schema == "core":
                self._creer(m, self._core(m, gardees))
            elif m.schema == "rapport" and m.nom in PAR_CHIFFRE:
                self._creer_par_chiffre(m, retenus)
            elif (m.schema, m.nom) in self.construites and m not in retenues:
                self._creer(m, f"select * from chantier.{m.relation}")
        return gardees

    def _suit_son_axe(self, m: Modele) -> bool:
        """Faux pour ce qui ne se reporte jamais en bloc : meta, ce qui a été imprimé, les chiffres ligne à ligne.

        Si la couche rapport n'a pas pu être construite, ses chiffres ne valent rien : ils sont reportés en bloc.
        """
        if m.schema == "meta" or (m.schema, m.nom) == ("rapport", "chiffres_publies"):
            return False
        return not (m.schema == "rapport" and m.nom in PAR_CHIFFRE and self._rapport_construit)

    @property
    def _rapport_construit(self) -> bool:
        if any(("rapport", nom) not in self.construites for nom in PAR_CHIFFRE):
            return False
        if self.verdict["axes"].get("transverse", {}).get("verdict", "bloque") != "bloque":
            return True
        resultat = self.build.resultat_dbt("rapport")
        return resultat.exists() and bool(json.loads(resultat.read_text(encoding="utf-8"))["reussi"])

    def _core(self, m: Modele, gardees: Iterable[Modele]) -> str:
        """Table de core, plus les lignes anciennes que les tables gardées désignent et qui n'y sont plus."""
        neuve = f"select * from chantier.{m.relation}"
        if m.nom not in CLES_DE_CORE or (m.schema, m.nom) not in self.tables_anciennes:
            return neuve
        cle, references = CLES_DE_CORE[m.nom]
        designees = [
            f'select "{c}" from ancien.{g.relation}'
            for g in gardees
            for c in self._colonnes("ancien", g)
            if c in references
        ]
        if not designees:
            return neuve
        communes = ", ".join(f'"{c}"' for c in self._colonnes("ancien", m) if c in self._colonnes("chantier", m))
        return (
            f"{neuve} union all by name select {communes} from ancien.{m.relation} "
            f'where "{cle}" in ({" union all ".join(designees)}) '
            f'and "{cle}" not in (select "{cle}" from chantier.{m.relation})'
        )

    def _codes_retenus(self, bloques: dict[str, str]) -> set[str]:
        """Codes des chiffres à ne pas rafraîchir.

        Ceux dont une source est d'un axe bloqué, et ceux qu'un contrôle bloquant en défaut dit protéger.
        """
        retenus = {
            code
            for c in self.verdict["controles"]
            if c["severite"] == "bloquant" and c["verdict"] == "non_conforme"
            for code in (c.get("chiffres_proteges") or "").split()
        }
        axes = dict(self.base.execute("select source, axe from chantier.bronze.contrats").fetchall())
        for base, tables in (("chantier", self.construites), ("ancien", self.tables_anciennes)):
            if ("rapport", "indicateurs") not in tables:
                continue
            for code, sources in self.base.execute(
                f"select distinct code, sources from {base}.rapport.indicateurs"
            ).fetchall():
                inconnues = sorted(set(sources.split()) - connus().keys() - axes.keys()) if base == "chantier" else []
                if inconnues:
                    raise ValueError(f"rapport.indicateurs, {code} : sources sans contrat ({', '.join(inconnues)})")
                if any(axes.get(s) in bloques for s in sources.split()):
                    retenus.add(code)
        return retenus

    def _chiffres_eteints(self) -> set[str]:
        """Codes dont une source n'est pas reçue par le pôle : ils n'existent pas."""
        eteintes = connus().keys() - tous().keys()
        if not eteintes or ("rapport", "definitions") not in self.construites:
            return set()
        definitions = self.base.execute("select code, sources from chantier.rapport.definitions").fetchall()
        return {code for code, sources in definitions if eteintes & set(sources.split())}

    def _creer_par_chiffre(self, m: Modele, retenus: set[str]) -> None:
        """Lignes de la nuit, sauf pour les codes retenus : les leurs restent celles de la publication courante."""
        eteints = self._chiffres_eteints()
        liste = ", ".join(f"'{texte_sql(c)}'" for c in sorted(retenus - eteints)) or "null"
        ecartes = ", ".join(f"'{texte_sql(c)}'" for c in sorted(retenus | eteints)) or "null"
        parties = []
        if (m.schema, m.nom) in self.construites:
            parties.append(f"select * from chantier.{m.relation} where (code in ({ecartes})) is not true")
        if (m.schema, m.nom) in self.tables_anciennes:
            connues = self._colonnes("chantier", m) or self._colonnes("ancien", m)
            communes = ", ".join(f'"{c}"' for c in self._colonnes("ancien", m) if c in connues)
            parties.append(f"select {communes} from ancien.{m.relation} where code in ({liste})")
        if parties:
            self._creer(m, " union all by name ".join(parties))

    def _creer(self, m: Modele, requete: str) -> None:
        """Table de `neuf`, rangée par grain puis par toutes les autres colonnes : l'ordre ne dépend que des lignes."""
        colonnes = [c for c, *_ in self.base.execute(f"describe {requete}").fetchall()]
        rangees = [c for c in m.grain if c in colonnes] + [c for c in colonnes if c not in m.grain]
        ordre = ", ".join(f'"{c}"' for c in rangees)
        self.base.execute(f'create schema if not exists neuf."{m.schema}"')
        self.base.execute(f"create table neuf.{m.relation} as select * from ({requete}) order by {ordre}")

    def _colonnes(self, base: str, m: Modele) -> list[str]:
        return [
            c
            for (c,) in self.base.execute(
                "select column_name from information_schema.columns "
                "where table_catalog = ? and table_schema = ? and table_name = ? order by ordinal_position",
                [base, m.schema, m.nom],
            ).fetchall()
        ]

    # --- Les tables qui décrivent la publication ---

    def ecrire_meta(self, axes: dict[str, dict[str, Any]], publications: list[dict[str, Any]]) -> None:
        """Écrit les tables de meta que dbt ne connaît pas, hors dictionnaire ; changements y reste vide."""
        self.base.execute("create schema if not exists neuf.meta")
        tables_meta.ecrire(self.base, "publications", publications)
        tables_meta.ecrire(self.base, "axes", list(axes.values()))
        controles = sorted(self.verdict["controles"], key=lambda c: (c["axe"], c["controle"]))
        tables_meta.ecrire(self.base, "controles", controles)
        frais = ", ".join(f"'{texte_sql(a)}'" for a, e in axes.items() if e["verdict"] != "bloque")
        requete = f"select axe, livraison from chantier.bronze.livraisons where effective and axe in ({frais})"
        if ("meta", "axes_livraisons") in self.tables_anciennes:
            requete += f" union all select axe, livraison from ancien.meta.axes_livraisons where axe not in ({frais})"
        lignes = self.base.execute(f"{requete} order by all").fetchall()
        tables_meta.ecrire(self.base, "axes_livraisons", [{"axe": a, "livraison": v} for a, v in lignes])
        tables_meta.ecrire(self.base, "changements", [])


def _decrire(base: duckdb.DuckDBPyConnection, modeles: list[Modele], gardees: list[Modele]) -> None:
    """Commentaires de chaque table et colonne (ils se lisent dans les outils des analystes), puis meta.dictionnaire."""
    tables_meta.ecrire(base, "dictionnaire", [])
    cles = {(m.schema, m.nom): m.grain for m in modeles} | {("meta", n): t.cle for n, t in tables_meta.TABLES.items()}
    # meta.axes date les tables d'un axe ; celle qui en lit un autre peut être plus vieille que le sien, et le dit.
    reports = {(m.schema, m.nom): _report(base, m) for m in gardees if m.lit}
    descriptions: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
        (m.schema, m.nom): (m.description, m.colonnes) for m in modeles
    } | {
        ("meta", nom): (t.description, {c: texte for c, (_, texte) in t.colonnes.items()})
        for nom, t in tables_meta.TABLES.items()
    }
    # Une table gardée peut avoir une colonne que les modèles ne connaissent plus : sa description d'alors reste.
    anciennes = {
        (schema, nom, colonne): commentaire
        for schema, nom, colonne, commentaire in base.execute(
            "select schema_name, table_name, column_name, comment from duckdb_columns() where database_name = 'ancien'"
        ).fetchall()
    }
    for schema, nom, colonnes in base.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = 'neuf' group by all"
    ).fetchall():
        table, connues = descriptions[schema, nom]
        relation = f'neuf."{schema}"."{nom}"'
        base.execute(f"comment on table {relation} is '{texte_sql(table + reports.get((schema, nom), ''))}'")
        for c in colonnes:
            texte = connues.get(c) or anciennes.get((schema, nom, c)) or ""
            base.execute(f"comment on column {relation}.\"{c}\" is '{texte_sql(texte)}'")
    noms = ("schema", "table", "colonne", "type", "description")
    colonnes_publiees = base.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = 'neuf' order by schema_name, table_name, column_index"
    ).fetchall()
    lignes = [dict(zip(noms, c, strict=True)) for c in colonnes_publiees]
    publiees = {(x["schema"], x["table"]) for x in lignes}
    for x in lignes:
        x["cle"] = x["colonne"] in cles[x["schema"], x["table"]]
        x["designe"] = jointures.designee(x["schema"], x["table"], x["colonne"], publiees)
    tables_meta.ajouter(base, "dictionnaire", lignes)


def _report(base: duckdb.DuckDBPyConnection, m: Modele) -> str:
    """Ce que dit d'elle une table gardée. Déjà gardée hier, la même date ; sinon, l'arrêté de la publication d'hier."""
    [(commentaire,)] = base.execute(
        "select comment from duckdb_tables() where database_name = 'ancien' and schema_name = ? and table_name = ?",
        [m.schema, m.nom],
    ).fetchall()
    _, deja, dit = (commentaire or "").partition(f" {REPORTEE}")
    if deja:
        return deja + dit
    requete = "select strftime(arrete_au, '%d/%m/%Y') from ancien.meta.publications order by publiee_le desc limit 1"
    [(arrete,)] = base.execute(requete).fetchall()
    return f" {REPORTEE} {arrete}."


def texte_sql(valeur: object) -> str:
    """Texte prêt à être mis entre apostrophes dans une requête."""
    return str(valeur).replace("'", "''")
