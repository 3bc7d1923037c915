"""Un entrepôt de poche où des personnes sont nommées partout où elles peuvent l'être, et de quoi y chercher un nom.

MAELYS est celle qu'on efface : écrite de trois façons, dans trois sources, en CSV et en classeur, dans des lignes
chargées, rejetées, répétées, dans un fichier refusé et dans la liste de revue. PAUL doit rester ce qu'il est.
"""

from __future__ import annotations

import hashlib
import io
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from chantier import Chantier

from include.confidentialite import Cle, ErreurConfidentialite, cle
from include.confidentialite.cles import fichiers_chiffres
from include.configuration import Dossiers, Nuit
from include.extraction.inventaire import inventorier
from include.extraction.livraisons import manifestes, prendre
from include.personnes import registre, revue
from include.publication import publier

NUIT = Nuit.de("2031-01-02", "2030-12-31")
SUIVANTE = Nuit.de("2031-02-02", "2031-01-31")
ENTETE_SALARIES = (
    "N° salarié;Nom;Nom de naissance;Prénom;Sexe;Date de naissance;Code commune;QPV;Niveau de formation;Prescripteur;"
    "Critères d'éligibilité;Accompagnement;Téléphone;Courriel;Observations\r\n"
)
MAELYS = (
    "S1;Zéphyrin;Quatrepoint;Maëlys;F;13/04/1985;21231;Non;V;Pôle emploi;bRSA;EI;0611121314;maelys.z@exemple.fr;"
    "Tante de Gertrude\r\n"
)
PAUL = "S2;Durand;;Paul;M;05/06/1990;21231;Non;V;Pôle emploi;TH;EI;0699999999;paul@exemple.fr;\r\n"
# Sa ligne rejetée (sexe hors liste) : rien d'elle n'est en bronze ni dans prive/identites.
MAELYS_REJETEE = "S9;ZEPHYRIN;;MAELYS;Zéphyrin;13/04/1985;;;;;;;;;\r\n"
SALARIES = ENTETE_SALARIES + MAELYS + MAELYS + PAUL + MAELYS_REJETEE + "TOTAL;2;;;;;;;;;;;;;\r\n"
CONTRATS = (
    "N° contrat;N° salarié;N° opération;N° lot;Employeur;SIRET employeur;Type d'employeur;Type de contrat;Modalité;"
    "Date de début;Date de fin;Embauche;Code ROME\r\n"
    "C1;S1;OP1;;Toits SARL;;Entreprise;CDD;Embauche directe;01/02/2028;31/03/2028;Oui;\r\n"
    "C2;S2;OP1;;Toits SARL;;Entreprise;CDD;Embauche directe;01/02/2030;31/03/2030;Oui;\r\n"
)
HEURES = "N° contrat;Mois;Heures réalisées;Date de saisie\r\nC1;03/2028;10,5;02/04/2028\r\nC2;03/2030;20;02/04/2030\r\n"
ENTETE_PRESCRIPTIONS = [
    "N° fiche", "Date d'orientation", "Prescripteur", "Nom", "Prénom", "Date de naissance", "Commune", "QPV",
    "Secteur visé", "Métier visé", "Décision", "Date de décision", "Motif", "Entrée PLIE",
]  # fmt: skip
PRESCRIPTIONS = [
    ["F1", "12/05/2030", "ML", "Zephirin", "Maelys", "13/04/1985", "Dijon", "", "BTP", "", "Validé", "", "dettes", ""],
    ["F2", "13/05/2030", "ML", "Durand", "Paul", "05/06/1990", "Dijon", "", "BTP", "", "Validé", "", "rien", ""],
    ["F3", "", "ML", "Zephirin", "Maelys", "13/04/1985", "Dijon", "", "BTP", "", "Validé", "", "", ""],
]  # fmt: skip
LONGVIC = [
    ["PE77", "Quatre Point", "Maelys", "", "21600", "F1703", "", "maelys.z@exemple.fr", "0611121314"],
    ["PE78", "Durand", "Paul", "", "21600", "F1703", "", "", ""],
]
ENTETE_LONGVIC = [
    "Identifiant", "Nom", "Prénom", "Date de naissance", "Code postal", "ROME 1", "ROME 2", "Courriel", "Téléphone",
]  # fmt: skip
REFUSE = "Liste sans en-têtes\r\nMaëlys Zéphyrin;06 11 12 13 14\r\n"
SIENS = (
    "zephyrin",
    "zéphyrin",
    "zephirin",
    "quatrepoint",
    "quatre point",
    "maelys",
    "maëlys",
    "0611121314",
    "gertrude",
    "dettes",
)
"""Ce qui la nomme, en minuscules ; rien d'autre dans l'entrepôt ne contient ces mots."""


def classeur(entete: list[str], lignes: list[list[str]], *, titres: int = 0) -> bytes:
    """Un classeur d'une feuille, ses en-têtes sous `titres` lignes."""
    fichier = openpyxl.Workbook()
    feuille = fichier.active
    for _ in range(titres):
        feuille.append(["Relevé"])
    for ligne in [entete, *lignes]:
        feuille.append(ligne)
    sortie = io.BytesIO()
    fichier.save(sortie)
    return sortie.getvalue()


def deposer(d: Dossiers, nom: str, contenu: str | bytes) -> Path:
    """Dépose un fichier ; un texte l'est en cp1252."""
    fichier = d.depots / nom
    fichier.parent.mkdir(parents=True, exist_ok=True)
    fichier.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode("cp1252"))
    return fichier


def prendre_tout(d: Dossiers, nuit: Nuit = NUIT) -> list[dict[str, Any]]:
    """Une nuit d'extraction."""
    trouves = inventorier(d, nuit, attente=0)["sources"]
    return [m for source, chemins in trouves.items() for m in prendre(d, nuit, source, chemins)]


def deposer_tout(d: Dossiers) -> None:
    """Les livraisons où Maëlys est nommée."""
    deposer(d, "abc/abc_clauses_salaries_20301231.csv", SALARIES)
    deposer(d, "abc/abc_clauses_contrats_20301231.csv", CONTRATS)
    deposer(d, "abc/abc_clauses_heures_203012.csv", HEURES)
    deposer(d, "prescriptions_clauses_203005.xlsx", classeur(ENTETE_PRESCRIPTIONS, PRESCRIPTIONS, titres=2))
    deposer(d, "pole_emploi_longvic_20301101.xlsx", classeur(ENTETE_LONGVIC, LONGVIC))
    deposer(d, "divers.csv", REFUSE)


def batir(d: Dossiers) -> dict[str, str]:
    """Livraisons prises, registre, liste de revue et publication ; rend l'identité de chaque ligne (source et clé)."""
    deposer_tout(d)
    prendre_tout(d)
    qui = identites(d)
    la_cle = cle(d)
    maelys, paul = qui["abc_clauses_salaries", "S1"], qui["abc_clauses_salaries", "S2"]
    autre, listee = qui["prescriptions", "F1"], qui["pole_emploi_longvic", "Quatre Point"]
    registre.REGISTRE.ajouter(d, la_cle, NUIT, [
        {"identite_id": i, "personne_id": p, "evenement": e, "avant": None, "motif": "", "modele": "essai"}
        for i, p, e in ((maelys, maelys, "nouvelle"), (autre, maelys, "rattachee"), (listee, maelys, "rattachee"),
                        *((i, paul, "nouvelle") for i in set(qui.values()) - {maelys, autre, listee}))
    ])  # fmt: skip
    registre.DOUTEUSES.ajouter(
        d, la_cle, NUIT, [{"a": listee, "b": paul, "motif": "essai", "modele": "essai", "score": 0.5}]
    )
    (d.prive / "revue_personnes.csv").write_text(
        f"{';'.join(revue.COLONNES)}\r\n;essai;0,5;Quatre Point;Durand;;;Maelys;Paul{';' * 8}{listee};{paul}\r\n",
        encoding="utf-8-sig",
    )
    publier_poche(d, {maelys: "10.50", paul: "20.00"})
    return qui


def identites(d: Dossiers) -> dict[tuple[str, str], str]:
    """Pseudonyme de bronze de chaque ligne, par source et par clé (le nom, quand la clé n'est qu'un pseudonyme)."""
    qui = {}
    for m in manifestes(d):
        if m["source"] in ("abc_clauses_salaries", "prescriptions", "pole_emploi_longvic") and m["chargees"]:
            nom = {"abc_clauses_salaries": "id_salarie", "prescriptions": "id_prescription"}.get(m["source"])
            lignes = lire_bronze(d, m).to_pylist()
            if nom is None:
                noms = ["Quatre Point" if v["courriel_valide"] else "Durand" for v in lignes]
            else:
                noms = [v[nom] for v in lignes]
            qui |= {(m["source"], n): v["personne_id"] for n, v in zip(noms, lignes, strict=True)}
    return qui


def lire_bronze(d: Dossiers, m: dict[str, Any]) -> pa.Table:
    """Lignes chargées d'une livraison."""
    return pq.ParquetFile(d.bronze / m["source"] / m["livraison"] / "lignes.parquet").read()


class ChantierDePersonnes(Chantier):
    """Le chantier de poche, où seul personne_id dit la personne : contrats et structures n'en portent pas le nom."""

    def _lignes(self, publication: str) -> dict[str, list[tuple[Any, ...]]]:
        def sans_nom(valeur: Any) -> Any:
            for personne, heures in self.heures.items():
                if isinstance(valeur, str) and valeur != personne:
                    valeur = valeur.replace(personne, heures)
            return valeur

        return {t: [tuple(map(sans_nom, x)) for x in lignes] for t, lignes in super()._lignes(publication).items()}


def publier_poche(d: Dossiers, heures: dict[str, str], nuit: Nuit = NUIT) -> dict[str, Any]:
    """Publie un entrepôt de quelques tables où ces personnes ont ces heures."""
    return publier(d, nuit, ChantierDePersonnes(nuit=nuit, heures=heures).ecrire(d))


# --- Chercher partout ------------------------------------------------------------------------------------------------


def tout_lire(d: Dossiers) -> Iterator[tuple[str, str]]:
    """Chaque fichier sous ENTREPOT_DATA et tout ce qu'il dit, en minuscules : déchiffré, décompressé, décodé."""
    la_cle = cle(d)
    chiffres = set(fichiers_chiffres(d))
    for fichier in sorted(p for p in d.racine.rglob("*") if p.is_file() and not p.is_symlink()):
        octets = la_cle.lire(fichier) if fichier in chiffres else fichier.read_bytes()
        if fichier.name.endswith(".zst.enc"):
            with pa.CompressedInputStream(pa.BufferReader(octets), "zstd") as clair:
                octets = clair.read()
        textes = [octets.decode("utf-8", "ignore"), octets.decode("cp1252", "ignore")]
        if octets.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(octets)) as archive:
                textes += [archive.read(i).decode("utf-8", "ignore") for i in archive.infolist()]
        if octets.startswith(b"PAR1"):
            textes.append(str(pq.read_table(pa.BufferReader(octets)).to_pylist()))
        if fichier.suffix == ".duckdb":
            textes.append(_base(fichier))
        yield str(fichier.relative_to(d.racine)), "\n".join(textes).lower()


def _base(fichier: Path) -> str:
    with duckdb.connect(str(fichier), read_only=True) as base:
        tables = base.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return str([base.execute(f'from "{s}"."{t}"').fetchall() for s, t in tables])


def ou_est(d: Dossiers, *mots: str) -> set[str]:
    """Fichiers où l'un de ces mots se lit."""
    return {nom for nom, texte in tout_lire(d) if any(mot in texte for mot in mots)}


def chiffres(d: Dossiers) -> dict[str, Any]:
    """Ce que la publication courante compte, sans les pseudonymes."""
    with duckdb.connect(str(d.publie / "courant" / "entrepot.duckdb"), read_only=True) as base:
        return {
            "personnes": base.execute("select count(distinct personne_id) from core.dim_personne").fetchone(),
            "heures": base.execute(
                "select id_contrat, heures, _ligne from achats_responsables.fct_heures order by all"
            ).fetchall(),
            "indicateurs": base.execute("from rapport.indicateurs order by all").fetchall(),
            "commentaires": base.execute(
                "select table_name, column_name, comment from duckdb_columns() order by all"
            ).fetchall(),
        }


def empreinte(d: Dossiers, *dossiers: str) -> dict[str, str]:
    """Empreinte de chaque fichier de ces dossiers (de tous, sans dossier) ; les verrous n'en sont pas."""
    racines = [d.racine / nom for nom in dossiers] or [d.racine]
    fichiers = [p for racine in racines for p in racine.rglob("*") if p.is_file() and p.parent.name != "verrous"]
    return {str(p.relative_to(d.racine)): hashlib.sha256(p.read_bytes()).hexdigest() for p in fichiers}


def mourir_au(rang: int, faire: Callable[[], Any]) -> bool:
    """Exécute `faire` dans un enfant tué net avant son `rang`-ième changement sur disque ; faux s'il a fini avant.

    Un changement : renommer ou effacer un fichier. Entre deux, rien de ce qui compte ne bouge.
    """
    enfant = os.fork()
    if not enfant:
        reste = [rang]

        def compter(originale: Any) -> Any:
            def changer(*a: Any, **k: Any) -> Any:
                reste[0] -= 1
                if not reste[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
                return originale(*a, **k)

            return changer

        for nom in ("replace", "unlink", "rename"):
            setattr(Path, nom, compter(getattr(Path, nom)))
        try:
            faire()
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, etat = os.waitpid(enfant, 0)
    assert etat in (0, signal.SIGKILL), "l'enfant a échoué"
    return etat != 0


def ouvre(la_cle: Cle, fichier: Path) -> bool:
    """Vrai si cette clé déchiffre ce fichier."""
    try:
        la_cle.lire(fichier)
    except ErreurConfidentialite:
        return False
    return True
