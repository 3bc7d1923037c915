"""`make person` et `make erase-person` : ce que l'entrepôt sait d'une personne, et son effacement.

Le nom et la date de naissance se donnent au clavier, jamais en arguments : ils resteraient dans l'historique du
terminal. Rien de ce qui est montré n'est écrit sur disque ni au journal.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from include.confidentialite import Cle, ErreurConfidentialite, exclusif, partage
from include.confidentialite import cle as lire_cle
from include.confidentialite.personnes import normaliser
from include.configuration import Dossiers, dossiers
from include.contrats import connus
from include.droits import effacement, journal, publications
from include.droits.noms import Noms
from include.droits.operation import ailleurs, encore_depose, personne_de
from include.extraction.livraisons import archive
from include.personnes import registre
from include.personnes.identites import lignes as lignes_privees

CONFIRMATION = "EFFACER"
_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True)
class Demande:
    """Ce que dit la personne qui cherche."""

    nom: str
    prenom: str
    naissance: dt.date | None


@dataclass
class Personne:
    """Une personne connue : ses identités (leurs pseudonymes), et la personne qu'elles sont au registre."""

    personne_id: str
    identites: set[str] = field(default_factory=set)
    ecrites: set[tuple[str, ...]] = field(default_factory=set)
    """Nom, nom de naissance, prénom et date de naissance, de chaque façon dont elle est écrite."""


def chercher(d: Dossiers, cle: Cle, demande: Demande) -> list[Personne]:
    """Personnes à qui la demande convient, chacune avec toutes les identités que le registre lui connaît.

    Casse, accents et séparateurs ne comptent pas ; nom et prénom peuvent être inversés, le jour et le mois aussi ; une
    date absente, d'un côté ou de l'autre, convient.
    """
    ecrites: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    colonnes = ("nom", "nom_naissance", "prenom", "date_naissance")
    for _, identites in lignes_privees(d, cle):
        presentes = [c if c in identites.column_names else None for c in colonnes]
        valeurs = [identites[c].to_pylist() if c else [None] * identites.num_rows for c in presentes]
        for identite, *ecrite in zip(identites["personne_id"].to_pylist(), *valeurs, strict=True):
            ecrites[identite].add(tuple(v or "" for v in ecrite))
    connues = personne_de(d, cle)
    trouvees = {connues.get(i, i) for i, facons in ecrites.items() if any(_convient(demande, f) for f in facons)}
    personnes = {p: Personne(p) for p in sorted(trouvees)}
    for identite in ecrites.keys() | connues.keys():
        if (p := connues.get(identite, identite)) in personnes:
            personnes[p].identites.add(identite)
            personnes[p].ecrites |= ecrites.get(identite, set())
    return sorted(personnes.values(), key=lambda p: sorted(p.ecrites))


def _convient(demande: Demande, ecrite: tuple[str, ...]) -> bool:
    nom, naissance, prenom, date = ecrite
    cherches = normaliser(demande.nom), normaliser(demande.prenom)
    couples = {(normaliser(n), normaliser(prenom)) for n in (nom, naissance) if n}
    if cherches not in couples and cherches[::-1] not in couples:
        return False
    if demande.naissance is None or not date:
        return True
    return date in _dates(demande.naissance)


def _dates(jour: dt.date) -> set[str]:
    """La date et, si elle existe, celle où jour et mois sont inversés."""
    dates = {jour.isoformat()}
    if jour.day <= 12:
        dates.add(jour.replace(month=jour.day, day=jour.month).isoformat())
    return dates


# --- Ce qui est su ---------------------------------------------------------------------------------------------------


def dire(d: Dossiers, cle: Cle, personne: Personne) -> list[str]:
    """Tout ce que l'entrepôt garde d'une personne, en lignes à montrer : le droit d'accès."""
    lignes = ["Identité"]
    lignes += [f"  {_ecrite(e)}" for e in sorted(personne.ecrites)]
    contrats = connus()
    noms = Noms()
    archives, deposes, faits = 0, [], 0
    for m, identites in lignes_privees(d, cle):
        table = identites.filter(pc.is_in(identites["personne_id"], pa.array(list(personne.identites), pa.string())))
        siennes = table.to_pylist()
        if not siennes:
            continue
        noms.ajouter(table)
        bronze = pq.read_table(d.bronze / m["source"] / m["livraison"] / "lignes.parquet").to_pylist()
        par_ligne = defaultdict(list)
        for b in bronze:
            if b["personne_id"] in personne.identites:
                par_ligne[b["_ligne"], b["personne_id"]].append(b)
                faits += 1
        lignes += ["", f"{contrats[m['source']].libelle} : {m['fichier']}, reçu le {_fr(m['recu_le'])}"]
        for v in siennes:
            cote = par_ligne[v["_ligne"], v["personne_id"]]
            feuille = f", feuille « {cote[0]['_feuille']} »" if cote and cote[0]["_feuille"] else ""
            lignes.append(f"  ligne {v['_ligne']}{feuille}")
            lignes += [f"    {c} : {x} (chiffré)" for c, x in v.items() if x and c not in ("_ligne", "personne_id")]
            lignes += [
                f"    {c} : {x}" for b in cote for c, x in b.items() if x is not None and not _technique(c, m["source"])
            ]
        archives += archive(d, m["sha256"]).exists()
        if encore_depose(d, m):
            deposes.append(m["chemin"])
    if ecartees := ailleurs(d, cle, noms):
        lignes += ["", "Ailleurs (un texte libre se corrige chez le partenaire : l'effacement n'y touche pas)"]
        lignes += [f"  {x}" for x in ecartees]
    entrees = [e for e in registre.lire(d, cle).to_pylist() if e["identite_id"] in personne.identites]
    douteux = [v for v in registre.DOUTEUSES.lire(d, cle).to_pylist() if {v["a"], v["b"]} & personne.identites]
    ids = effacement.pseudonymes_publies(d, cle, personne.identites)
    lignes += [
        "",
        "Où",
        f"  faits en bronze : {faits} ligne(s)",
        f"  archives chiffrées : {archives}",
        f"  dépôts : {', '.join(sorted(set(deposes))) or 'aucun fichier'}",
        f"  registre des personnes : {len(entrees)} ligne(s), {len(personne.identites)} identité(s)",
        f"  liste de revue : {len(douteux)} couple(s)",
        f"  publications gardées où son pseudonyme se lit : {', '.join(publications.porteuses(d, ids)) or 'aucune'}",
    ]
    return lignes


def _technique(colonne: str, source: str) -> bool:
    return (
        colonne.startswith("_")
        or colonne == "personne_id"
        or any(c.pseudonyme and colonne == f"{c.nom}_id" for c in connus()[source].colonnes)
    )


def _ecrite(ecrite: tuple[str, ...]) -> str:
    nom, naissance, prenom, date = ecrite
    return (
        f"{nom}{f' (née ou né {naissance})' if naissance and naissance != nom else ''} {prenom}, "
        f"{_fr(date) if date else 'sans date de naissance'}"
    )


def _fr(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))


# --- Au clavier ------------------------------------------------------------------------------------------------------


def demander() -> Demande:
    """Pose les questions. Lève ValueError si le nom ou le prénom manque, ou si la date est illisible."""
    nom = _question("Nom (d'usage ou de naissance) : ")
    prenom = _question("Prénom : ")
    if not normaliser(nom) or not normaliser(prenom):
        raise ValueError("Il faut un nom et un prénom.")
    return Demande(nom, prenom, lire_date(_question("Date de naissance (JJ/MM/AAAA, vide si inconnue) : ")))


def lire_date(texte: str) -> dt.date | None:
    """Date écrite à la française ou en AAAA-MM-JJ ; None si elle est vide. Lève ValueError, sans la citer."""
    if not texte:
        return None
    trouve = _DATE.fullmatch(texte)
    if trouve:
        j, m, a, a2, m2, j2 = (int(x) if x else 0 for x in trouve.groups())
        try:
            return dt.date(a or a2, m or m2, j or j2)
        except ValueError:
            pass
    raise ValueError("Date de naissance illisible : écrivez-la JJ/MM/AAAA.")


def choisir(personnes: list[Personne]) -> Personne | None:
    """La personne retenue : la seule, ou celle dont le numéro est tapé ; None si aucun ne l'est."""
    if len(personnes) == 1:
        return personnes[0]
    print(f"{len(personnes)} personnes distinctes conviennent :")
    for numero, personne in enumerate(personnes, 1):
        print(f"  {numero}. {' ; '.join(_ecrite(e) for e in sorted(personne.ecrites))}")
    reponse = _question("Laquelle (son numéro) ? ")
    return personnes[int(reponse) - 1] if reponse.isdigit() and 0 < int(reponse) <= len(personnes) else None


def _question(texte: str) -> str:
    print(texte, end="", flush=True)
    return sys.stdin.readline().strip()


def main(arguments: list[str]) -> int:
    """Cherche une personne et dit ce qui est su d'elle ; avec --effacer, propose de l'effacer. Rend un code."""
    if arguments not in ([], ["--effacer"]):
        print("Ni nom ni date en arguments : ils se donnent au clavier.", file=sys.stderr)
        return 2
    d = dossiers()
    try:
        demande = demander()
        with exclusif(d) if arguments else partage(d):
            return _repondre(d, lire_cle(d), demande, effacer=bool(arguments))
    except (ValueError, ErreurConfidentialite) as erreur:
        print(erreur, file=sys.stderr)
        return 2


def _repondre(d: Dossiers, cle: Cle, demande: Demande, *, effacer: bool) -> int:
    personnes = chercher(d, cle, demande)
    if not personnes:
        sans_date = " Essayez sans date de naissance." if demande.naissance else ""
        print(f"Personne de ce nom n'est connu de l'entrepôt.{sans_date}")
        return 1
    personne = choisir(personnes)
    if personne is None:
        print("Aucune n'est choisie : rien n'est montré ni changé.")
        return 1
    print("\n".join(dire(d, cle, personne)))
    if not effacer:
        return 0
    if _question(f"\nPour effacer cette personne, sans retour possible, tapez {CONFIRMATION} : ") != CONFIRMATION:
        print("Rien n'est changé.")
        return 1
    faits = effacement.effacer(d, cle, personne.identites)
    print("Effacée ; ses faits restent, anonymes, et la prochaine livraison ne la ramènera pas.")
    print("\n".join(f"  {ligne}" for ligne in journal.en_mots(faits)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
