"""Un chantier de poche : ce que dbt et les contrôles laissent à la publication, en quelques lignes faites à la main."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

from include.configuration import Dossiers, Nuit
from include.entrepot.preparation import Build
from include.publication import identifiant

NUIT = Nuit.de("2031-01-02", "2030-12-31")
SUIVANTE = Nuit.de("2031-01-03", "2031-01-02")

TABLES: dict[str, tuple[str, list[str]]] = {
    "core.dim_personne": ("personne_id varchar, sexe varchar", ["personne_id"]),
    "core.dim_structure": ("structure_id varchar, nom varchar", ["structure_id"]),
    "core.dim_projet": ("code_projet varchar, projet varchar", ["code_projet"]),
    "achats_responsables.fct_heures": (
        "id_contrat varchar, mois date, annee integer, heures decimal(12, 2), personne_id varchar, "
        "structure_id varchar, donneur_ordre_id varchar, secteur varchar, _livraison varchar, _feuille varchar, "
        "_ligne bigint",
        ["id_contrat", "mois"],
    ),
    "achats_responsables.rpt_heures_secteur": (
        "annee integer, secteur varchar, heures decimal(12, 2), part double",
        ["annee", "secteur"],
    ),
    "achats_responsables.rpt_suivi_engagements": (
        "id_operation varchar, donneur_ordre varchar, operation varchar, date_fin date, "
        "taux_realisation double, alerte varchar",
        ["id_operation"],
    ),
    "rapport.rpt_presse": ("annee integer, articles bigint", ["annee"]),
    "rapport.indicateurs": (
        "code varchar, libelle varchar, axe varchar, projet varchar, annee integer, periode_debut date, "
        "periode_fin date, valeur double, numerateur decimal(18, 2), denominateur decimal(18, 2), unite varchar, "
        "modele varchar, sources varchar, publication varchar",
        ["code", "annee", "periode_debut"],
    ),
    "rapport.definitions": (
        "code varchar, libelle varchar, axe varchar, projet varchar, unite varchar, modele varchar, "
        "numerateur varchar, denominateur varchar, periode varchar, sources varchar, alias_de varchar, calcul varchar, "
        "parametre varchar, complement varchar, lignes_de varchar, compte varchar, filtre varchar",
        ["code"],
    ),
    "rapport.rapprochement": (
        "code varchar, annee integer, periode_debut date, periode_fin date, publie double, calcule double, "
        "ecart double, verdict varchar, explication varchar",
        ["code", "annee"],
    ),
    "rapport.chiffres_publies": (
        "code varchar, annee integer, periode_debut date, periode_fin date, valeur double, libelle varchar",
        ["code", "annee"],
    ),
    "meta.livraisons": (
        "livraison varchar, source varchar, fichier varchar, recu_le date, octets bigint, lignes_lues bigint, "
        "chargees bigint, rejetees bigint, laissees bigint, statut varchar, motif varchar",
        ["livraison"],
    ),
}
SOURCES = {"abc_clauses_heures": "achats_responsables", "projets": "transverse", "presse": "transverse"}


@dataclass
class Chantier:
    """Ce qu'une nuit a construit ; chaque essai change ce qui fait son cas."""

    nuit: Nuit = NUIT
    heures: dict[str, str] = field(default_factory=lambda: {"P1": "10.50", "P2": "20.25"})
    """Heures de chaque personne : un contrat par personne."""
    articles: int = 3
    verdicts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Axe → (verdict, cause) quand il ne passe pas simplement."""
    controles: list[dict[str, Any]] = field(default_factory=list)
    livraisons: list[tuple[str, str, str, int]] = field(
        default_factory=lambda: [
            ("abc_clauses_heures-1", "abc_clauses_heures", "acceptee", 0),
            ("projets-1", "projets", "acceptee", 0),
        ]
    )
    """(livraison, source, statut, lignes rejetées)"""
    absentes: set[str] = field(default_factory=set)
    rapport_reussi: bool = True
    operations: list[tuple[Any, ...]] = field(
        default_factory=lambda: [("OP1", "Ville", "Musée", dt.date(2030, 6, 30), 0.5, "retard")]
    )

    def ecrire(self, d: Dossiers) -> Build:
        """Écrit base, manifeste et verdict là où la publication les attend."""
        build = Build.de(d)
        build.dossier.mkdir(parents=True, exist_ok=True)
        build.cible_dbt.mkdir(parents=True, exist_ok=True)
        build.base.unlink(missing_ok=True)
        publication = identifiant(d, self.nuit)
        with duckdb.connect(str(build.base)) as base:
            self._bronze(base, publication)
            for table, lignes in self._lignes(publication).items():
                if table not in self.absentes:
                    base.execute(f"create schema if not exists {table.split('.')[0]}")
                    base.execute(f"create table {table} ({TABLES[table][0]})")
                    # À l'envers : l'ordre publié ne doit rien à celui du chantier.
                    for ligne in reversed(lignes):
                        base.execute(f"insert into {table} values ({', '.join('?' * len(ligne))})", ligne)
        axes = {a: {"verdict": "passe", "cause": ""} for a in ("core", "achats_responsables", "transverse")}
        axes |= {a: {"verdict": v, "cause": c} for a, (v, c) in self.verdicts.items()}
        build.verdict.write_text(json.dumps({"axes": axes, "controles": self.controles}), encoding="utf-8")
        build.resultat_dbt("rapport").write_text(json.dumps({"reussi": self.rapport_reussi}), encoding="utf-8")
        build.manifeste_dbt.write_text(json.dumps({"nodes": {t: _noeud(t) for t in TABLES}}), encoding="utf-8")
        return build

    def _bronze(self, base: duckdb.DuckDBPyConnection, publication: str) -> None:
        base.execute("create schema bronze")
        base.execute("create table bronze.parametres (nuit date, arrete_au date, publication varchar)")
        base.execute(
            "insert into bronze.parametres values (?, ?, ?)", [self.nuit.nuit, self.nuit.arrete_au, publication]
        )
        base.execute("create table bronze.contrats (source varchar, axe varchar)")
        base.executemany("insert into bronze.contrats values (?, ?)", list(SOURCES.items()))
        base.execute(
            "create table bronze.livraisons (livraison varchar, axe varchar, statut varchar, effective boolean)"
        )
        for livraison, source, statut, _ in self.livraisons:
            effective = statut.startswith("acceptee")
            base.execute(
                "insert into bronze.livraisons values (?, ?, ?, ?)", [livraison, SOURCES[source], statut, effective]
            )

    def _lignes(self, publication: str) -> dict[str, list[tuple[Any, ...]]]:
        annee = self.nuit.arrete_au.year
        debut, fin = dt.date(annee, 1, 1), self.nuit.arrete_au
        total = sum(map(Decimal, self.heures.values()), Decimal(0))

        def indicateur(code: str, axe: str, valeur: Any, unite: str, sources: str) -> tuple[Any, ...]:
            libelle = f"Libellé de {code}"
            return (
                code, libelle, axe, "322", annee, debut, fin, float(valeur), valeur, None, unite, "rpt", sources,
                publication,
            )  # fmt: skip

        def definition(code: str, axe: str, unite: str, sources: str, *lignes: str) -> tuple[Any, ...]:
            libelle, dit = f"Libellé de {code}", f"Ce que {code} compte"
            return (
                code, libelle, axe, "322", unite, "rpt", dit, None, "Année civile", sources, None, "calcul", None, None,
                *lignes,
            )  # fmt: skip

        f, ar = "achats_responsables.fct_heures", "achats_responsables"
        presse = ("rapport.rpt_presse", "sum(f.articles)", "true")

        return {
            "core.dim_personne": [(p, "F") for p in self.heures],
            "core.dim_structure": [(f"S-{p}", f"Structure de {p}") for p in self.heures] + [("DO", "Ville")],
            "core.dim_projet": [("322", "Clauses")],
            "achats_responsables.fct_heures": [
                (f"C-{p}", debut, annee, Decimal(h), p, f"S-{p}", "DO", "BTP", self.livraisons[0][0], None, n)
                for n, (p, h) in enumerate(self.heures.items(), 2)
            ],
            "achats_responsables.rpt_heures_secteur": [(annee, "BTP", total, 1.0), (annee, "SERVICES", 0, 0.0)],
            "achats_responsables.rpt_suivi_engagements": self.operations,
            "rapport.rpt_presse": [(annee, self.articles)],
            "rapport.indicateurs": [
                indicateur("CL001", ar, total, "heures", "abc_clauses_heures"),
                indicateur("CL020", ar, len(self.heures), "personnes", "abc_clauses_heures projets"),
                indicateur("PR001", "transverse", self.articles, "articles", "presse"),
            ],
            "rapport.definitions": [
                definition("CL001", ar, "heures", "abc_clauses_heures", f, "sum(f.heures)", "f.annee = p.annee"),
                definition(
                    "CL020", ar, "personnes", "abc_clauses_heures projets", f, "count(distinct f.personne_id)",
                    "f.annee = p.annee and f.heures > 0",
                ),
                definition("PR001", "transverse", "articles", "presse", *presse),
            ],
            "rapport.rapprochement": [
                ("CL001", annee, debut, fin, 30.75, float(total), float(total) - 30.75, "conforme", "Égal."),
                ("PR001", annee, debut, fin, 3, self.articles, self.articles - 3, "conforme", "Égal."),
            ],
            "rapport.chiffres_publies": [
                ("CL001", annee, debut, fin, 30.75, "Heures, dit le rapport"),
                ("PR001", annee, debut, fin, 3, "Articles, dit le rapport"),
            ],
            "meta.livraisons": [
                (nom, source, f"{source}.csv", self.nuit.nuit, 100, 12, 12 - rejetees, rejetees, 0, statut, None)
                for nom, source, statut, rejetees in self.livraisons
            ],
        }  # fmt: skip


def _noeud(table: str) -> dict[str, Any]:
    schema, nom = table.split(".")
    definition, grain = TABLES[table]
    axe = {"rapport": "transverse", "meta": "core"}.get(schema, schema)
    colonnes = [c.split()[0] for c in definition.split(", ") if not c[0].isdigit()]
    return {
        "resource_type": "model",
        "schema": schema,
        "name": nom,
        "description": f"Une ligne par {' × '.join(grain)}.",
        "columns": {c: {"name": c, "description": f"Ce que dit {c}."} for c in colonnes},
        "config": {"meta": {"grain": grain, "axe": axe}},
    }
