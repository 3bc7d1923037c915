"""Comparer : quelles identités sont candidates à être la même personne, et ce que le modèle en pense.

Une identité a plusieurs formes : son nom de naissance, son nom d'usage, et nom et prénom échangés quand l'échange est
plausible. Ce sont les formes que Splink compare ; de deux identités, on garde les deux formes qui se
ressemblent le plus.
Tout se passe en mémoire : rien de nominatif ne va sur disque.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator

import duckdb
import pyarrow as pa

from include.personnes.modele import COMPARAISONS, FREQUENCES, Modele
from include.personnes.normalisation import DIMINUTIFS, normaliser, son

MEMOIRE = "4GB"
"""Plafond de mémoire de DuckDB ; 200 000 identités en demandent moins de la moitié."""
COUPLES_PAR_FORME, COUPLES_EN_PLUS = 5, 10_000
"""Couples qu'une clé peut proposer, par forme, plus une réserve pour les petits fichiers.

Au-delà, ses valeurs les plus partagées (un 1er janvier, un nom très porté) se taisent et les autres clés suppléent : le
travail croît comme le fichier, quels que soient les noms.
"""
POIDS_MINIMAL = -4.0
"""En bits, score sous lequel un couple sans contradiction ne dit rien."""
POIDS_CONTRAIRE = -20.0
"""En bits, score sous lequel deux identités qui se contredisent n'ont de toute façon rien de commun."""
ECHANGE = 6.0
"""Bits retirés quand il faut échanger nom et prénom : environ une saisie sur soixante."""
REDUCTION = 2.0
"""Bits retirés quand un nom composé n'a qu'un mot en commun avec l'autre nom."""
RENFORT = 1000
"""Poids, en identités, des fréquences du modèle face à celles du fichier : un fichier de dix lignes en sait peu."""
_FREQUENCE_RARE = {"nom": 5e-5, "prenom": 5e-5, "date_naissance": 5e-5, "commune": 2e-2}
"""Fréquence supposée d'une valeur que le modèle ne connaît pas."""
_ECHANGE_PLAUSIBLE = 0.2
"""Rapport des fréquences (prénom pris pour nom, nom pris pour prénom) à partir duquel la forme échangée est essayée."""

# Chaque clé propose les couples qui la partagent, si toutes ses pièces sont connues. Ensemble, elles tolèrent n'importe
# quelle faute sur un champ, et la plupart sur deux. « ordonnee » : le jour et le mois du plus petit au plus grand, qui
# survit à leur inversion.
CLES = {
    "date_et_initiale_du_nom": ("date_ordonnee", "nom[1]"),
    "date_et_initiale_du_prenom": ("date_ordonnee", "prenom[1]"),
    "noms": ("nom_son", "prenom_son"),
    "nom_et_annee": ("nom_son", "prenom[1]", "annee"),
    "prenom_et_annee": ("prenom_son", "nom[:2]", "annee"),
    "nom_et_jour": ("nom_son", "mois", "jour"),
    "nom_et_commune": ("nom_son", "prenom[1]", "commune"),
    "prenom_et_commune": ("prenom_son", "nom[:2]", "commune"),
    # Quand la date est si courante (1er janvier) que les deux premières clés se taisent.
    "date_et_nom": ("date_ordonnee", "nom_son"),
    "date_et_prenom": ("date_ordonnee", "prenom_son", "nom[1]"),
}


class Comparaison:
    """Des identités prêtes à être comparées. `ids` : leurs identite_id, triés ; leur rang est leur numéro partout."""

    def __init__(self, base: duckdb.DuckDBPyConnection, identites: pa.Table, modele: Modele):
        self._base = base
        self._modele = modele
        self.ids = preparer(base, identites, modele.prenoms)

    def couples(self, actives: Iterable[int] | None = None) -> pa.Table:
        """Couples à considérer, du plus vraisemblable au moins : voir _COUPLES.

        actives: numéros dont chaque couple doit contenir au moins un ; None pour toutes.
        """
        predire(self._base, self._modele, len(self.ids), actives)
        return self._base.sql(_COUPLES).to_arrow_table()


@contextlib.contextmanager
def comparer(identites: pa.Table, modele: Modele) -> Iterator[Comparaison]:
    """Prépare des identités (voir rapprochement.rapprocher) ; la base disparaît avec le bloc."""
    with ouvrir() as base:
        yield Comparaison(base, identites, modele)


@contextlib.contextmanager
def ouvrir() -> Iterator[duckdb.DuckDBPyConnection]:
    """Base en mémoire, qui ne déborde jamais sur le disque."""
    with duckdb.connect(config={"temp_directory": "", "memory_limit": MEMOIRE}) as base:
        yield base


def preparer(base: duckdb.DuckDBPyConnection, identites: pa.Table, prenoms: dict[str, str]) -> list[str]:
    """Crée les tables `fiches` et `formes`. Rend les identite_id, triés : leur rang y est le numéro `identite`.

    prenoms: prénoms que le modèle connaît, et leur sexe.
    """
    base.register("normalisees", normaliser(identites))
    base.execute("create table numeros as select identite_id, (row_number() over (order by identite_id) - 1)::int as "
                 "identite from (select distinct identite_id from normalisees)")  # fmt: skip
    base.execute("create table fiches as select distinct identite, * exclude (identite_id) "
                 "from normalisees inner join numeros using (identite_id)")  # fmt: skip
    base.unregister("normalisees")
    du_modele = pa.schema([("prenom", pa.string()), ("sexe", pa.string())])
    table = pa.table({"prenom": list(prenoms), "sexe": list(prenoms.values())}, schema=du_modele)
    base.register("prenoms_du_modele", table)
    base.execute("create table textes as select distinct texte from (select unnest([nom, naissance, prenom]) as texte "
                 "from fiches) where texte is not null")  # fmt: skip
    textes = base.sql("select texte from textes order by texte").to_arrow_table().column("texte").to_pylist()
    base.register("sons", pa.table({"texte": pa.array(textes, pa.string()),
                                    "son": pa.array([son(t) for t in textes], pa.string())}))  # fmt: skip
    base.register("diminutifs", _diminutifs())
    base.execute(_PRENOMS)
    base.execute(_FORMES)
    _numeroter(base)
    return base.sql("select identite_id from numeros order by identite").to_arrow_table().column(0).to_pylist()


_PRENOMS = """
    -- Un prénom est attesté par le nombre de noms différents qui le portent : une faute recopiée n'en porte qu'un.
    create table prenoms as
    with portes as (
        select replace(prenom, ' ', '') as prenom_colle, count(distinct nom) as porteurs,
            count(distinct identite) filter (sexe = 'F') as femmes,
            count(distinct identite) filter (sexe = 'M') as hommes
        from fiches where prenom is not null group by all
    )
    select coalesce(p.prenom_colle, m.prenom) as prenom_colle, coalesce(p.porteurs, 0) as porteurs,
        m.prenom is not null as connu,
        case when femmes + hommes >= 3 and femmes >= 0.9 * (femmes + hommes) then 'F'
             when femmes + hommes >= 3 and hommes >= 0.9 * (femmes + hommes) then 'M'
             else nullif(m.sexe, '') end as sexe
    from portes as p full join prenoms_du_modele as m on p.prenom_colle = m.prenom
"""
_FORMES = f"""
    create table formes_nues as
    with noms as (
        select identite, coalesce(naissance, nom) as nom, coalesce(naissance_plein, nom_plein) as nom_plein,
            prenom, date_naissance, sexe, commune, naissance, nom as usage, true as principale
        from fiches
        union all
        select identite, nom, nom_plein, prenom, date_naissance, sexe, commune, naissance, nom, false
        from fiches where naissance is not null and nom is not null and nom <> naissance
    ),
    comme_nom as (select nom as texte, count(distinct identite) as n from noms group by all),
    comme_prenom as (
        select texte, sum(n) as n from (
            select prenom as texte, count(distinct identite) as n from noms group by all
            union all select prenom, 5 from prenoms_du_modele
        ) group by all
    ),
    -- D'un nom composé, chaque mot seul, et les deux mots dans l'autre ordre.
    reduites as (
        select identite, unnest(
            [m for m in mots if length(m) > 2] || [mots[2] || ' ' || mots[1] for _ in [1] if len(mots) = 2]
        ) as nom, nom as nom_plein,
            prenom, date_naissance, sexe, commune, naissance, usage, false as principale
        from (select *, string_split(nom, ' ') as mots from noms where contains(nom, ' '))
    ),
    echangees as (
        select identite, noms.prenom as nom, replace(noms.prenom, ' ', '') as nom_plein, noms.nom as prenom,
            date_naissance, sexe, commune, naissance, usage, false as principale
        from noms
        left join comme_nom as nn on noms.nom = nn.texte
        left join comme_prenom as np on noms.nom = np.texte
        left join comme_nom as pn on noms.prenom = pn.texte
        left join comme_prenom as pp on noms.prenom = pp.texte
        where noms.nom is not null and noms.prenom is not null and length(noms.prenom) > 2
            and (coalesce(np.n, 0) + 0.5) * (coalesce(pn.n, 0) + 0.5)
                >= {_ECHANGE_PLAUSIBLE} * (coalesce(nn.n, 0) + 0.5) * (coalesce(pp.n, 0) + 0.5)
    ),
    toutes as (
        select distinct *, false as inverse, false as reduite from noms
        union all
        select distinct *, true, false from echangees
        union all
        select distinct *, false, true from reduites
    )
    select
        t.*, inverse or reduite as particuliere, replace(t.nom, ' ', '') as nom_colle, sn.son as nom_son,
        replace(t.prenom, ' ', '') as prenom_colle, sp.son as prenom_son,
        list_aggregate(list_transform(string_split(t.prenom, ' '), lambda x: x[1]), 'string_agg', '')
            as prenom_initiales,
        d.diminutifs as prenom_diminutifs, coalesce(p.porteurs, 0) as prenom_porteurs,
        coalesce(p.connu, false) as prenom_connu, p.sexe as prenom_sexe,
        t.date_naissance[1:4]::int as annee, t.date_naissance[5:6]::int as mois, t.date_naissance[7:8]::int as jour,
        coalesce(t.date_naissance[5:8] = '0101', false) as premier_janvier
    from toutes as t
    left join sons as sn on t.nom = sn.texte
    left join sons as sp on t.prenom = sp.texte
    left join prenoms as p on replace(t.prenom, ' ', '') = p.prenom_colle
    left join diminutifs as d on t.prenom = d.prenom
"""


def _numeroter(base: duckdb.DuckDBPyConnection) -> None:
    """Crée `formes` : chaque forme avec son numéro et ses clés, sauf celles que trop de formes partagent."""
    cles = ", ".join(
        f"case when {' and '.join(f'{piece} is not null' for piece in pieces)} "
        f"then hash({', '.join(pieces)}) end as {cle}"
        for cle, pieces in CLES.items()
    )
    base.execute(f"""
        create table avec_cles as
        with ordonnees as (
            select *, annee * 10000 + least(jour, mois) * 100 + greatest(jour, mois) as date_ordonnee from formes_nues
        )
        select *, {cles} from ordonnees
    """)
    bornees = ", ".join(
        f"case when count({cle}) over (partition by {cle}) <= {_taille_admise(base, cle)} then {cle} end as {cle}"
        for cle in CLES
    )
    base.execute(f"""
        create table formes as
        select * exclude ({", ".join(CLES)}), {bornees},
            row_number() over (
                order by identite, nom, prenom, date_naissance, sexe, commune, naissance, usage, nom_plein, inverse,
                    reduite, principale
            ) as forme
        from avec_cles
    """)
    base.execute("drop table avec_cles")


def _taille_admise(base: duckdb.DuckDBPyConnection, cle: str) -> int:
    """Nombre de formes qui peuvent partager une valeur de la clé sans qu'elle propose trop de couples."""
    (taille,) = base.sql(f"""
        with tailles as (select count(*) as n from avec_cles where {cle} is not null group by {cle}),
        cumuls as (select n, sum(n * (n - 1) / 2) over (order by n) as couples from tailles)
        select coalesce(max(n), 0) from cumuls
        where couples <= {COUPLES_EN_PLUS} + {COUPLES_PAR_FORME} * (select count(*) from avec_cles)
    """).fetchall()[0]
    return int(taille)


def _diminutifs() -> pa.Table:
    """Chaque prénom entier et ses diminutifs."""
    abreges: dict[str, list[str]] = {}
    for diminutif, entiers in DIMINUTIFS.items():
        for entier in entiers:
            abreges.setdefault(entier, []).append(diminutif)
    return pa.table({"prenom": list(abreges), "diminutifs": list(abreges.values())})


def predire(base: duckdb.DuckDBPyConnection, modele: Modele, total: int, actives: Iterable[int] | None) -> None:
    """Crée la table `couples` : les couples d'identités candidats, leur score en bits, leurs niveaux de ressemblance.

    total: nombre d'identités. actives: voir Comparaison.couples.
    """
    taire_splink()
    from splink import DuckDBAPI, Linker

    base.register("actives", pa.table({"identite": pa.array(sorted(actives or ()), pa.int32())}))
    choix = "true" if actives is None else "identite in (from actives)"
    base.execute(f"create or replace table comparees as select *, {choix} as active from formes")
    base.unregister("actives")
    regles = [
        f"l.{c} = r.{c} and l.identite <> r.identite and (l.active or r.active) "
        "and not (l.particuliere and r.particuliere)"
        for c in CLES
    ]
    probabilite = min(modele.paires_par_identite * 2 / (total + RENFORT), 0.5)
    api = DuckDBAPI(connection=base)
    linker = Linker(api.register("comparees"), modele.reglages(probabilite, regles), log_level=None)
    for colonne in FREQUENCES:
        _frequences(base, colonne, modele, total)
        linker.table_management.register_term_frequency_lookup(api.register(f"frequences_{colonne}"), colonne)
    predits = linker.inference.predict(threshold_match_weight=POIDS_CONTRAIRE, warning_mode="never")
    base.execute(_meilleurs_couples(predits.physical_name))
    predits.drop_table_from_database_and_remove_from_cache()


def taire_splink() -> None:
    """Fait taire Splink : ses journaux peuvent citer du SQL."""
    logging.getLogger("splink").setLevel(logging.CRITICAL)


def _frequences(base: duckdb.DuckDBPyConnection, colonne: str, modele: Modele, total: int) -> None:
    """Table des fréquences d'une colonne : celles du fichier, complétées par celles du modèle."""
    connues = modele.frequences.get(colonne, {})
    base.register("du_modele", pa.table({"valeur": pa.array(connues.keys(), pa.string()),
                                         "frequence": pa.array(connues.values(), pa.float64())}))  # fmt: skip
    base.execute(f"""
        create or replace table frequences_{colonne} as
        with comptees as (
            select {colonne} as valeur, count(distinct identite) as n from formes
            where not particuliere and {colonne} is not null group by all
        )
        select valeur as {colonne},
            (n + {RENFORT} * coalesce(m.frequence, {_FREQUENCE_RARE[colonne]}))
            / ({total} + {RENFORT}) as tf_{colonne}
        from comptees left join du_modele as m using (valeur)
    """)
    base.unregister("du_modele")


def _meilleurs_couples(predits: str) -> str:
    """Requête : un couple d'identités par ligne (a < b), avec les deux formes qui se ressemblent le plus."""
    niveaux = ", ".join(
        f"case gamma_{colonne} {' '.join(f'when {len(rangs) - 1 - i} then {_t(n.nom)}' for i, n in enumerate(rangs))} "
        f"else 'inconnu' end as {colonne}"
        for colonne, rangs in COMPARAISONS.items()
    )
    return f"""
        create or replace table couples as
        with scores as (
            select forme_l, forme_r, identite_l, identite_r, match_weight as poids, {niveaux} from {predits}
        ),
        contradictions as (
            select s.* replace (
                    -- arrondi : l'ordre des additions ne doit pas changer l'ordre des couples
                    round(s.poids - case when l.inverse or r.inverse then {ECHANGE}
                                         when l.reduite or r.reduite then {REDUCTION} else 0 end, 6) as poids,
                    case when s.nom = 'identique' and (l.reduite or r.reduite) then 'partiel' else s.nom end as nom
                ),
                l.inverse or r.inverse as inverse,
                coalesce(l.usage <> r.usage, false) as usages_differents,
                coalesce({_naissances_differentes()}, false) as naissances_differentes
            from scores as s
            inner join formes as l on s.forme_l = l.forme
            inner join formes as r on s.forme_r = r.forme
        ),
        jugees as (
            select *, least(identite_l, identite_r) as a, greatest(identite_l, identite_r) as b,
                -- deux fautes sur le même prénom l'éloignent de lui-même : cela n'affirme pas deux personnes
                naissances_differentes or prenom in ('different', 'proche_mais_usuel') or date_naissance = 'differente'
                    as contredit
            from contradictions
        )
        select * exclude (forme_l, forme_r, identite_l, identite_r) from jugees
        qualify row_number() over (
            partition by a, b order by contredit, poids desc, least(forme_l, forme_r),
            greatest(forme_l, forme_r)
        ) = 1
    """


# Une contradiction ne compte qu'entre deux identités qu'une réunion pourrait rapprocher ; les autres, innombrables
# (frères, homonymes), n'apprennent rien.
_COUPLES = f"""
    with utiles as (select a, b from couples where not contredit and poids >= {POIDS_MINIMAL}),
    reliees as (select a as identite from utiles union select b from utiles)
    select * from couples
    where (not contredit and poids >= {POIDS_MINIMAL})
        or (contredit and nom <> 'different' and poids >= {POIDS_CONTRAIRE}
            and (poids >= 0 or (a in (from reliees) and b in (from reliees))))
    order by contredit, poids desc, a, b
"""


def _naissances_differentes() -> str:
    """Vrai si les deux noms de naissance sont dits et ne se ressemblent ni entre eux, ni au nom d'usage de l'autre."""

    def ressemble(a: str, b: str) -> str:
        proches = f"jaro_winkler_similarity({a}, {b}) >= 0.8 or contains({a}, {b}) or contains({b}, {a})"
        return f"coalesce({proches}, false)"

    return (
        "l.naissance is not null and r.naissance is not null"
        f" and not {ressemble('l.naissance', 'r.naissance')}"
        f" and not {ressemble('l.naissance', 'r.usage')} and not {ressemble('l.usage', 'r.naissance')}"
    )


def _t(texte: str) -> str:
    return "'" + texte.replace("'", "''") + "'"
