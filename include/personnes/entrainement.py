"""Apprendre le modèle, sans étiquettes : `python -m include.personnes.entrainement` (make train).

Sur un jeu de fiches synthétiques (include.demo.bruit) : u par couples pris au hasard, m par espérance-maximisation sur
les couples de même date, puis de mêmes noms. Écrit modele.json, qui se relit et s'archive avec le projet. La nuit
n'apprend jamais : elle rapproche aujourd'hui comme hier.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from include.demo.bruit import jeu
from include.demo.noms import PRENOMS_FEMININS, PRENOMS_MASCULINS
from include.personnes import comparaison, normalisation
from include.personnes.modele import CHEMIN, Modele, reglages

FICHES, GRAINE, PROFIL = 60_000, 20_180_102, "courant"
COUPLES_AU_HASARD = 1e7
_M_MINIMAL, _U_MINIMAL = 5e-4, 1e-6
"""Un niveau que l'apprentissage n'a pas vu n'est pas impossible : il reste rare."""
_COURANTS = 300
"""Noms et prénoms dont le modèle garde la fréquence."""


def entrainer(fiches: pa.Table, jeu_decrit: str, *, appris_le: dt.date) -> Modele:
    """Apprend les poids de chaque niveau de comparaison sur des fiches dont on ignore qui est qui.

    fiches: table des identités (voir rapprochement.rapprocher). jeu_decrit: ce qu'elles sont, en une phrase.
    Même table, même modèle : le seul tirage est à graine fixe.
    """
    comparaison.taire_splink()
    import splink
    from splink import DuckDBAPI, Linker

    with comparaison.ouvrir() as base:
        prenoms = _prenoms_de_reference()
        comparaison.preparer(base, fiches, prenoms)
        # Une forme par identité : les autres multiplieraient les couples de la même personne.
        base.execute("create table principales as select * from formes where principale and not particuliere "
                     "qualify row_number() over (partition by identite order by forme) = 1")  # fmt: skip
        paires = _paires_par_identite(base)
        (total,) = base.sql("select count(*) from principales").fetchall()[0]
        api = DuckDBAPI(connection=base)
        linker = Linker(api.register("principales"), reglages(2 * paires / total, []), log_level=None)
        linker.training.estimate_u_using_random_sampling(
            max_pairs=COUPLES_AU_HASARD, seed=GRAINE, min_count_per_level=None
        )
        for regle in ("l.date_naissance = r.date_naissance", "l.nom = r.nom and l.prenom_colle = r.prenom_colle"):
            linker.training.estimate_parameters_using_expectation_maximisation(
                regle, estimate_without_term_frequencies=True
            )
        return Modele(
            version=f"{appris_le:%Y.%m.%d}",
            appris_le=str(appris_le),
            jeu=jeu_decrit,
            splink=splink.__version__,
            paires_par_identite=paires,
            poids=_poids(linker.misc.save_model_to_json()),
            prenoms=prenoms,
            frequences={colonne: _frequences(base, colonne) for colonne in ("nom", "prenom")},
        )


def _paires_par_identite(base: duckdb.DuckDBPyConnection) -> float:
    """Couples de mêmes noms et même date, par identité, majorés d'un tiers pour ceux qu'une faute cache."""
    couples, total = base.sql("""
        select sum(n * (n - 1) / 2), sum(n) from (
            select count(*) as n from principales group by nom, prenom, date_naissance
        )""").fetchall()[0]
    return round(couples / total * 4 / 3, 3)


def _poids(appris: dict[str, Any]) -> dict[str, dict[str, tuple[float, float]]]:
    """M et u de chaque niveau, par comparaison."""
    return {
        comparee["output_column_name"]: {
            niveau["label_for_charts"]: (
                float(f"{max(niveau.get('m_probability') or 0.0, _M_MINIMAL):.4g}"),
                float(f"{max(niveau.get('u_probability') or 0.0, _U_MINIMAL):.4g}"),
            )
            for niveau in comparee["comparison_levels"]
            if not niveau.get("is_null_level")
        }
        for comparee in appris["comparisons"]
    }


def _prenoms_de_reference() -> dict[str, str]:
    """Prénoms que l'on sait être des prénoms, et le sexe qui les porte (vide pour les deux)."""
    sexes: dict[str, str] = {}
    for sexe, prenoms in (("F", PRENOMS_FEMININS), ("M", PRENOMS_MASCULINS)):
        for p in prenoms:
            colle = normalisation.plein(p)
            sexes[colle] = sexe if sexes.get(colle, sexe) == sexe else ""
    return sexes


def _frequences(base: duckdb.DuckDBPyConnection, colonne: str) -> dict[str, float]:
    """Fréquence des valeurs les plus courantes d'une colonne."""
    trouvees = base.sql(f"""
        select {colonne}, count(*) / sum(count(*)) over () from principales where {colonne} is not null
        group by 1 order by count(*) desc, 1 limit {_COURANTS}""")
    return {valeur: round(frequence, 6) for valeur, frequence in trouvees.fetchall()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Écrit modele.json et dit ce que pèse chaque niveau, en bits."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    decrit = f"{FICHES} fiches synthétiques (include.demo.bruit, profil {PROFIL}, graine {GRAINE})"
    fiches = jeu(FICHES, GRAINE, PROFIL).drop_columns(["verite", "cas"])
    modele = entrainer(fiches, decrit, appris_le=dt.date.today())
    modele.ecrire()
    print(f"Modèle {modele.version} appris sur {decrit}, écrit dans {CHEMIN.name}.")
    for colonne, niveaux in modele.poids.items():
        for niveau, (m, u) in niveaux.items():
            print(f"  {colonne:<15} {niveau:<20} {math.log2(m / u):+6.1f} bits")


if __name__ == "__main__":
    main()
