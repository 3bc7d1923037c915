"""Dire qui est qui : des identités écrites différemment aux personnes qu'elles désignent.

Un doublon manqué vaut mieux qu'une fausse fusion. Des règles nommées réunissent ce qui est sûr ; le modèle pèse le
reste ; ce qui lui ressemble sans suffire va à une personne, qui décide. Rien n'entre ni ne sort d'ici que par les
tables : ni fichier, ni journal.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from include.personnes import motifs
from include.personnes.comparaison import Comparaison, comparer
from include.personnes.modele import Modele, charger
from include.personnes.regroupement import Accord, Couple, Groupes, Obstacle

SEUIL_REUNIR = 4.0
SEUIL_SANS_DATE, SEUIL_SANS_DATE_NI_COMMUNE = 3.0, 7.0
SEUIL_DOUTER = 1.0
"""En bits : cote de 16 contre 1 pour réunir sans règle, de 2 contre 1 pour demander.

Sans date de naissance d'un côté, 8 contre 1 dans la même commune : la fiche ne va qu'à un candidat unique (voir
regroupement), ce que le modèle, qui ne voit qu'un couple à la fois, ne compte pas. Sans commune non plus, 128 contre
1 : il n'y a que le nom, et un homonyme absent du fichier ne se voit pas.
Mesuré en novembre 2026 sur 20 000 fiches de treize façons de mal écrire : à 5 bits le rappel perd un demi-point ; à 3
partout, la précision descend sous 0,995 dès que les homonymes abondent.
"""
MEME, DIFFERENTES = "meme", "differentes"

SCHEMA_GROUPES = pa.schema([("identite_id", pa.string()), ("groupe", pa.string())])
SCHEMA_COUPLES = pa.schema([("a", pa.string()), ("b", pa.string()), ("score", pa.float64()), ("motif", pa.string())])


class RapprochementImpossible(RuntimeError):
    """Le rapprochement a échoué ; le message ne porte que le genre de l'erreur, jamais une valeur."""


@dataclass(frozen=True)
class Rapprochement:
    """Ce que le rapprochement conclut ; des identite_id, aucune valeur.

    groupes: identite_id, groupe ; chaque identité reçue y est une fois. Un groupe acquis garde son nom ; un groupe neuf
    prend le plus petit identite_id des siens.
    liees: a, b, score, motif ; les couples qui ont fait les réunions nouvelles.
    douteuses: a, b, score, motif ; au plus un couple par couple de groupes, du plus vraisemblable au moins.
    Le score est la probabilité que donne le modèle.
    """

    groupes: pa.Table
    liees: pa.Table
    douteuses: pa.Table


def rapprocher(
    identites: pa.Table,
    *,
    acquis: pa.Table | None = None,
    decisions: pa.Table | None = None,
    renouvelees: Collection[str] = (),
    modele: Modele | None = None,
) -> Rapprochement:
    """Réunit les identités qui désignent la même personne.

    identites: identite_id (plusieurs lignes admises), nom, nom_naissance, prenom, date_naissance (date, ou texte
    AAAA-MM-JJ), sexe ('F' ou 'M'), commune (son nom) ; vide ou absent vaut inconnu.
    acquis: identite_id, groupe ; ces groupes restent réunis, et seules les identités qui n'y sont pas se comparent.
    Deux groupes acquis peuvent se réunir si une identité nouvelle convient aux deux : les leurs se comparent alors.
    decisions: a, b, decision ('meme' ou 'differentes'), toujours respectées ; « différentes » l'emporte sur une suite
    de « même ». Quand elle sépare un groupe acquis, chacune de ses identités suit celle à qui elle ressemble le plus ;
    celle qui ne ressemble à aucune reste seule.
    renouvelees: identités acquises dont une fiche est nouvelle (nom d'usage, commune) : elles se comparent aussi.
    Le résultat ne dépend pas de l'ordre des lignes. Ce que ni identites ni decisions ne partagent est ignoré.

    Lève ValueError pour une décision inconnue, RapprochementImpossible (sans aucune valeur) si le calcul échoue.
    """
    choix = _decisions(decisions)
    if identites.num_rows == 0:
        return Rapprochement(SCHEMA_GROUPES.empty_table(), SCHEMA_COUPLES.empty_table(), SCHEMA_COUPLES.empty_table())
    try:
        with comparer(identites, modele or charger()) as comparaison:
            return _Rapprocheur(comparaison, _acquis(acquis), choix, renouvelees).conclure()
    except MemoryError:
        raise
    except Exception as erreur:
        # Le texte d'une erreur de DuckDB ou de Splink peut citer un nom : seul son genre sort.
        genre = type(erreur).__name__
    raise RapprochementImpossible(f"Le rapprochement des personnes a échoué ({genre}). Rien n'a été écrit.")


def _decisions(table: pa.Table | None) -> list[tuple[str, str, str]]:
    """Décisions triées. Lève ValueError si l'une n'est ni meme ni differentes."""
    lues = sorted((str(d["a"]), str(d["b"]), str(d["decision"])) for d in (table.to_pylist() if table else ()))
    inconnues = sorted({decision for _, _, decision in lues} - {MEME, DIFFERENTES})
    if inconnues:
        raise ValueError(f"Décision inconnue ({', '.join(inconnues)}) : on attend {MEME} ou {DIFFERENTES}.")
    return lues


def _acquis(table: pa.Table | None) -> dict[str, str]:
    if table is None:
        return {}
    return dict(zip(table.column("identite_id").to_pylist(), table.column("groupe").to_pylist(), strict=True))


class _Rapprocheur:
    """Une passe entière : ce qui est décidé, acquis, ce qui se sépare, ce qui se réunit, ce qui est douteux."""

    def __init__(
        self,
        comparaison: Comparaison,
        acquis: dict[str, str],
        decisions: list[tuple[str, str, str]],
        renouvelees: Collection[str],
    ) -> None:
        self._comparaison = comparaison
        self._ids = comparaison.ids
        numeros = {identite: n for n, identite in enumerate(self._ids)}
        self._acquis = {numeros[i]: groupe for i, groupe in acquis.items() if i in numeros}
        self._renouvelees = {numeros[i] for i in renouvelees if i in numeros}
        self._decisions = [(numeros[a], numeros[b], d) for a, b, d in decisions if a in numeros and b in numeros]
        self._groupes = Groupes(len(self._ids))
        self._liees: list[tuple[int, int, float, str]] = []
        self._douteuses: list[tuple[int, int, float, str]] = []

    def conclure(self) -> Rapprochement:
        self._appliquer_decisions()
        a_separer = self._reunir_acquis()
        lignes, couples = self._comparer(a_separer)
        self._groupes.apprendre(couples)
        self._separer(a_separer, couples)
        refuses = self._reunir(lignes, couples)
        self._douter(lignes, couples, refuses)
        return Rapprochement(self._nommer(), self._table(self._liees), self._table(self._douteuses))

    def _appliquer_decisions(self) -> None:
        for a, b, decision in self._decisions:
            if decision == DIFFERENTES:
                self._groupes.separer(a, b)
        for a, b, decision in self._decisions:
            if decision == MEME:
                deja = self._groupes.chef(a) == self._groupes.chef(b)
                if not self._groupes.reunir(a, b):
                    self._douteuses.append((a, b, 0.5, motifs.DECISIONS_CONTRAIRES))
                elif not deja:
                    self._liees.append((a, b, 1.0, motifs.DECIDEE))

    def _reunir_acquis(self) -> list[list[int]]:
        """Réunit chaque groupe acquis ; rend les membres de ceux qu'une décision sépare."""
        membres: dict[str, list[int]] = defaultdict(list)
        for n, groupe in sorted(self._acquis.items()):
            membres[groupe].append(n)
        a_separer = {
            self._acquis[a]
            for a, b, decision in self._decisions
            if decision == DIFFERENTES and a in self._acquis and self._acquis[a] == self._acquis.get(b)
        }
        for groupe, siens in membres.items():
            if groupe not in a_separer:
                for n in siens[1:]:
                    self._groupes.reunir(siens[0], n)
        return [membres[groupe] for groupe in sorted(a_separer)]

    def _comparer(self, a_separer: list[list[int]]) -> tuple[list[dict[str, Any]], list[Couple]]:
        """Compare ce qui est nouveau (tout, sans acquis), et ce qui sert à séparer ou réunir des groupes acquis."""
        if not self._acquis:
            return self._couples(None)
        nouvelles = set(range(len(self._ids))) - self._acquis.keys() | self._renouvelees
        actives = nouvelles | {n for siens in a_separer for n in siens}
        if not actives:
            return [], []
        lignes, couples = self._couples(actives)
        touches: dict[int, set[int]] = defaultdict(set)
        for c in couples:
            if c.accord is not Accord.CONTREDIT and c.poids >= SEUIL_DOUTER:
                for nouvelle, connue in ((c.a, c.b), (c.b, c.a)):
                    if nouvelle in nouvelles and connue in self._acquis:
                        touches[nouvelle].add(self._groupes.chef(connue))
        a_revoir = {
            n for chefs in touches.values() if len(chefs) > 1 for chef in chefs for n in self._groupes.membres(chef)
        }
        return self._couples(actives | a_revoir) if a_revoir - actives else (lignes, couples)

    def _couples(self, actives: set[int] | None) -> tuple[list[dict[str, Any]], list[Couple]]:
        lignes = self._comparaison.couples(actives).to_pylist()
        return lignes, [
            Couple(c["a"], c["b"], c["poids"], _accord(c), motifs.regle(c), rang) for rang, c in enumerate(lignes)
        ]

    def _separer(self, a_separer: list[list[int]], couples: list[Couple]) -> None:
        """Répartit les membres d'un groupe acquis entre ceux que la décision sépare, par ressemblance décroissante."""
        de_quel = {n: rang for rang, siens in enumerate(a_separer) for n in siens}
        for c in couples:
            if c.accord is not Accord.CONTREDIT and de_quel.get(c.a, -1) == de_quel.get(c.b, -2):
                self._groupes.reunir(c.a, c.b)

    def _reunir(self, lignes: list[dict[str, Any]], couples: list[Couple]) -> dict[Couple, Obstacle]:
        """Réunit du plus sûr au moins sûr ; recommence sur ce qui a été refusé tant qu'une réunion change la donne."""
        restants = [c for c in couples if c.regle or _suffit(lignes[c.rang])]
        restants.sort(key=lambda c: (c.regle is None, -c.poids, c.a, c.b))
        while True:
            refuses: dict[Couple, Obstacle] = {}
            reunis = 0
            for c in restants:
                if self._groupes.chef(c.a) == self._groupes.chef(c.b):
                    continue
                if obstacle := self._groupes.obstacle(c):
                    refuses[c] = obstacle
                    continue
                self._groupes.reunir(c.a, c.b)
                reunis += 1
                motif = c.regle or f"modèle : {motifs.ressemblances(lignes[c.rang])}"
                self._liees.append((c.a, c.b, _probabilite(c.poids), motif))
            if not reunis or not refuses:
                return refuses
            restants = list(refuses)

    def _douter(self, lignes: list[dict[str, Any]], couples: list[Couple], refuses: dict[Couple, Obstacle]) -> None:
        """Le couple le plus vraisemblable de deux groupes qui se ressemblent sans suffire."""
        vus: set[tuple[int, int]] = set()
        for c in sorted(couples, key=lambda c: (-c.poids, c.a, c.b)):
            if c.poids < SEUIL_DOUTER:
                return
            ligne = lignes[c.rang]
            if ligne["prenom"] == "different":
                continue
            groupes = (self._groupes.chef(c.a), self._groupes.chef(c.b))
            if groupes[0] == groupes[1] or groupes in vus or self._groupes.decides_differents(*groupes):
                continue
            vus |= {groupes, groupes[::-1]}
            autres = [_RESERVES[refuses[c]]] if c in refuses else []
            motif = f"{motifs.ressemblances(ligne)} ; mais {motifs.reserves(ligne, *autres)}"
            self._douteuses.append((c.a, c.b, _probabilite(c.poids), motif))

    def _nommer(self) -> pa.Table:
        """Nom de chaque groupe.

        Si un groupe acquis s'est séparé, son nom va à la part qui contient l'identité de ce nom, sinon à la plus
        nombreuse, sinon à celle de la plus petite identité.
        """
        parts: dict[int, list[int]] = defaultdict(list)
        for n in range(len(self._ids)):
            parts[self._groupes.chef(n)].append(n)
        pretendants: dict[str, list[tuple[bool, int, int, int]]] = defaultdict(list)
        for chef, siens in parts.items():
            for nom, combien in Counter(self._acquis[n] for n in siens if n in self._acquis).items():
                pretendants[nom].append((nom not in {self._ids[n] for n in siens}, -combien, siens[0], chef))
        noms: dict[int, str] = {}
        for nom in sorted(pretendants):
            chef = min(pretendants[nom])[-1]
            noms.setdefault(chef, nom)
        pris = set(pretendants)
        for chef, siens in parts.items():
            if chef not in noms:
                premier = self._ids[siens[0]]
                noms[chef] = next((self._ids[n] for n in siens if self._ids[n] not in pris), f"{premier}#")
        groupes = [noms[self._groupes.chef(n)] for n in range(len(self._ids))]
        return pa.table([pa.array(self._ids, pa.string()), pa.array(groupes, pa.string())], schema=SCHEMA_GROUPES)

    def _table(self, couples: Iterable[tuple[int, int, float, str]]) -> pa.Table:
        lignes = [
            dict(zip(SCHEMA_COUPLES.names, (self._ids[a], self._ids[b], s, m), strict=True)) for a, b, s, m in couples
        ]
        return pa.Table.from_pylist(lignes, schema=SCHEMA_COUPLES)


_RESERVES = {Obstacle.CONTRADICTION: motifs.CONTRADICTION, Obstacle.CONCURRENT: motifs.CONCURRENT}


def _accord(couple: dict[str, Any]) -> Accord:
    if couple["contredit"]:
        return Accord.CONTREDIT
    sure = (
        couple["nom"] != "different"
        and couple["prenom"] not in ("inconnu", "lointain")
        and couple["date_naissance"] in ("identique", "jour_mois_inverses", "un_chiffre")
    )
    return Accord.CONFIRME if sure else Accord.NEUTRE


def _suffit(couple: dict[str, Any]) -> bool:
    """Vrai si le modèle peut réunir seul : score suffisant, aucune contradiction, un nom et un prénom en commun.

    Une épouse que rien n'écrit sous ses deux noms va donc à la liste de revue : même prénom et même date ne disent pas
    que c'est elle.
    """
    seuil = SEUIL_REUNIR
    if couple["date_naissance"] == "inconnu":
        seuil = SEUIL_SANS_DATE if couple["commune"] == "identique" else SEUIL_SANS_DATE_NI_COMMUNE
    nommee_pareil = couple["nom"] != "different" and couple["prenom"] != "lointain"
    return couple["poids"] >= seuil and not couple["contredit"] and nommee_pareil


def _probabilite(poids: float) -> float:
    """Probabilité d'un score en bits."""
    return round(1 / (1 + 2**-poids), 4)
