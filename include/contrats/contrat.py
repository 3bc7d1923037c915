"""Ce que dit un contrat, vérifié à la lecture : une faute de frappe dans un YAML ne passe pas inaperçue."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

NOM_DE_LA_FEUILLE = "(feuille)"
"""Tient lieu d'en-tête à la colonne que dit le nom de la feuille."""
FEUILLES = ("mois", "colonne")
"""Classeurs de plusieurs feuilles : une par mois, ou une par valeur de la colonne `feuille: true`."""
MODES = ("complet", "complet_par_annee", "increment")
AXES = ("gpect", "parcours", "achats_responsables", "campus", "transverse")
TYPES_BRONZE: dict[str, str] = {
    "texte": "VARCHAR",
    "identifiant": "VARCHAR",
    "entier": "BIGINT",
    "decimal": "DECIMAL(14,2)",
    "date": "DATE",
    "naissance": "DATE",
    "mois": "DATE",
    "ouinon": "BOOLEAN",
    "siret": "VARCHAR",
    "courriel": "VARCHAR",
    "telephone": "VARCHAR",
    "liste": "VARCHAR",
    "qpv": "BOOLEAN",
}
"""Type de bronze (DuckDB) de chaque type de contrat. identifiant : texte en majuscules ; mois : son premier jour."""
TECHNIQUES: dict[str, tuple[str, str]] = {
    "_livraison": ("VARCHAR", "Livraison d'où vient la ligne : voir meta.livraisons."),
    "_feuille": ("VARCHAR", "Feuille du classeur ; vide pour un fichier texte."),
    "_ligne": ("BIGINT", "Numéro physique de la ligne dans le fichier ou la feuille, le premier étant 1."),
    "_recu_le": ("DATE", "Nuit qui a pris la livraison."),
}
"""Colonnes que toute ligne de bronze porte : type et description."""
CONSERVATION_ANS = 2
"""Années après la dernière activité d'une personne où son nom est gardé (CNIL, délibération 2023-095) ; 3 si le FSE
finance (règlement 1303/2013, art. 140 : les pièces se gardent jusqu'à trois ans)."""


class ContratInvalide(ValueError):
    """Un contrat est mal écrit ; le message dit lequel et ce qui était attendu."""


@dataclass(frozen=True)
class Alias:
    """Autre en-tête d'une colonne, valable entre deux dates (vides : depuis toujours, pour toujours)."""

    entete: str
    du: dt.date | None = None
    au: dt.date | None = None

    def valable(self, jour: dt.date) -> bool:
        """Vrai si l'alias vaut ce jour-là."""
        return (self.du is None or self.du <= jour) and (self.au is None or jour <= self.au)


@dataclass(frozen=True)
class Colonne:
    """Une colonne telle qu'elle arrive (`entete`) et telle qu'elle se nomme ici (`nom`)."""

    nom: str
    entete: str
    type: str
    description: str
    requis: bool = False
    dcp: str | None = None
    """identifiante : nomme une personne ; sensible : reste dans la zone restreinte ; None : ni l'un ni l'autre."""
    modalites: tuple[str, ...] = ()
    """Valeurs admises, dans leur graphie de référence ; aucune : texte libre."""
    alias: tuple[Alias, ...] = ()
    pseudonyme: bool = False
    """Colonne identifiante dont bronze garde le pseudonyme à clé, sous `<nom>_id` : elle peut alors être une clé."""
    largeur: int | None = None
    """Nombre de chiffres d'un code : un tableur qui l'a pris pour un nombre lui a ôté ses zéros de tête."""
    fusionnee: bool = False
    """Cellules fusionnées : la valeur n'est que sur la première ligne du groupe."""
    feuille: bool = False
    """La valeur est le nom de la feuille : la colonne n'a pas d'en-tête dans le fichier."""

    def entetes(self, jour: dt.date) -> tuple[str, ...]:
        """En-têtes admis ce jour-là, celui de référence d'abord."""
        propre = () if self.feuille else (self.entete,)
        return (*propre, *(a.entete for a in self.alias if a.valable(jour)))

    def bronze(self) -> dict[str, tuple[str, str]]:
        """Colonnes de bronze qui en viennent, avec leur type et leur description ; aucune si elle reste dans prive/."""
        if self.type == "naissance":
            return {"annee_naissance": ("BIGINT", "Année de naissance ; le jour reste dans la zone restreinte.")}
        if self.type in ("courriel", "telephone"):
            valide = {f"{self.nom}_valide": ("BOOLEAN", f"{self.entete} valide ; vide s'il n'est pas renseigné.")}
            return valide if self.dcp else {self.nom: (TYPES_BRONZE[self.type], self.description)} | valide
        if self.pseudonyme:
            return {f"{self.nom}_id": ("VARCHAR", f"Pseudonyme à clé. {self.description}")}
        if self.dcp:
            return {}
        propre = {self.nom: (TYPES_BRONZE[self.type], self.description)}
        if self.type == "qpv":
            return propre | {
                "quartier": ("VARCHAR", "Quartier prioritaire reconnu ; vide s'il n'est pas nommé ou inconnu.")
            }
        return propre


@dataclass(frozen=True)
class Conservation:
    """Combien d'années le nom d'une personne est gardé après sa dernière activité, et ce qui le justifie."""

    ans: int = CONSERVATION_ANS
    motif: str | None = None


@dataclass(frozen=True)
class Activite:
    """Source dont les dates disent aussi l'activité des personnes de celle-ci, et la colonne qui les relie."""

    source: str
    cle: str


@dataclass(frozen=True)
class Contrat:
    """Le contrat d'un fichier de partenaire."""

    source: str
    libelle: str
    axe: str
    proprietaire: str
    fichier: str
    """Nom attendu, où AAAA, MM et JJ tiennent lieu de date."""
    mode: str
    cle: tuple[str, ...]
    fraicheur_jours: int
    """Âge, en jours, au-delà duquel la dernière livraison est signalée comme ancienne."""
    format: dict[str, Any]
    """Format habituel ; `feuille` y fixe la feuille à lire d'un classeur."""
    colonnes: tuple[Colonne, ...]
    total: tuple[str, ...]
    """Colonnes dont une ligne TOTAL donne la somme."""
    etats: bool
    """Vrai si la source, complète et sans colonne de date, dit l'état à la date de son nom : chaque livraison reste."""
    empreinte: str
    conservation: Conservation = Conservation()
    activite: Activite | None = None

    @property
    def nominatif(self) -> bool:
        """Vrai si une colonne au moins nomme une personne."""
        return any(c.dcp == "identifiante" for c in self.colonnes)

    def colonne(self, nom: str) -> Colonne:
        """Colonne de ce nom. Lève KeyError si le contrat ne la connaît pas."""
        for c in self.colonnes:
            if c.nom == nom:
                return c
        raise KeyError(nom)

    def bronze(self) -> dict[str, tuple[str, str]]:
        """Colonnes de la source en bronze : type DuckDB et description."""
        personne = {"personne_id": ("VARCHAR", "Pseudonyme à clé de la personne.")} if self.nominatif else {}
        propres = {nom: definition for c in self.colonnes for nom, definition in c.bronze().items()}
        return propres | personne | TECHNIQUES

    def colonnes_bronze(self) -> dict[str, str]:
        """Colonnes de la source en bronze et leur type DuckDB."""
        return {nom: type_ for nom, (type_, _) in self.bronze().items()}


def lire_contrat(contenu: dict[str, Any]) -> Contrat:
    """Contrat tel qu'un YAML l'écrit. Lève ContratInvalide, en français, s'il est incomplet ou incohérent."""
    source = str(contenu.get("source") or "?")

    def exiger(vrai: bool, attendu: str) -> None:
        if not vrai:
            raise ContratInvalide(f"Contrat {source} : {attendu}.")

    attendues = {
        "source",
        "libelle",
        "axe",
        "proprietaire",
        "fichier",
        "mode",
        "cle",
        "fraicheur_jours",
        "format",
        "colonnes",
    }
    exiger(attendues <= contenu.keys(), f"il manque {', '.join(sorted(attendues - contenu.keys()))}")
    en_trop = contenu.keys() - attendues - {"total", "etats", "conservation", "activite"}
    exiger(not en_trop, f"clés inconnues : {', '.join(sorted(en_trop))}")
    exiger(contenu["axe"] in AXES, f"axe attendu parmi {', '.join(AXES)}")
    exiger(contenu["mode"] in MODES, f"mode attendu parmi {', '.join(MODES)}")
    exiger("AAAA" in contenu["fichier"], "le nom du fichier doit porter au moins AAAA")
    colonnes = tuple(_colonne(source, c) for c in contenu["colonnes"])
    noms = [c.nom for c in colonnes]
    exiger(len(set(noms)) == len(noms), "deux colonnes ont le même nom")
    total = tuple(contenu.get("total") or ())
    inconnues = [c for c in (*contenu["cle"], *total) if c not in noms]
    exiger(not inconnues, f"la clé ou le total cite des colonnes inconnues : {', '.join(inconnues)}")
    cachees = [c.nom for c in colonnes if c.nom in contenu["cle"] and c.dcp and not c.pseudonyme]
    exiger(not cachees, f"une colonne de la clé qui n'entre pas en bronze veut un pseudonyme : {', '.join(cachees)}")
    exiger(contenu["mode"] == "complet" or not contenu.get("etats"), "seule une source complete peut dire des états")
    feuilles = contenu["format"].get("feuilles")
    exiger(feuilles in (None, *FEUILLES), f"format.feuilles attendu parmi {', '.join(FEUILLES)}")
    exiger(not (feuilles and contenu["format"].get("feuille")), "format : feuille ou feuilles, pas les deux")
    par_feuille = [c.nom for c in colonnes if c.feuille]
    exiger(
        len(par_feuille) == (feuilles == "colonne"),
        "feuilles: colonne va avec une colonne, et une seule, feuille: true",
    )
    exiger(all(c.requis for c in colonnes if c.nom in contenu["cle"]), "une colonne de la clé doit être requise")
    nommees = [c for c in colonnes if c.dcp == "identifiante"]
    exiger(not nommees or {"nom", "prenom"} <= {c.nom for c in nommees}, "une source nominative a un nom et un prenom")
    conservation, activite = contenu.get("conservation") or {}, contenu.get("activite") or {}
    exiger(conservation.keys() <= {"ans", "motif"}, "conservation attend ans, et motif au besoin")
    ans = conservation.get("ans", CONSERVATION_ANS)
    exiger(type(ans) is int and 1 <= ans <= 10, "conservation.ans est un nombre d'années, de 1 à 10")
    exiger(
        ans <= CONSERVATION_ANS or bool(conservation.get("motif")),
        f"au-delà de {CONSERVATION_ANS} ans, conservation.motif dit ce qui le justifie (FSE)",
    )
    exiger(bool(nommees) or not conservation, "une source qui ne nomme personne n'a rien à conserver ni à purger")
    exiger(not activite or activite.keys() == {"source", "cle"}, "activite attend source et cle")
    exiger(not activite or activite["cle"] in noms, "activite.cle est une colonne de la source")
    canonique = json.dumps(contenu, default=str, sort_keys=True, ensure_ascii=False)
    return Contrat(
        **{
            k: contenu[k]
            for k in ("source", "libelle", "axe", "proprietaire", "fichier", "mode", "fraicheur_jours", "format")
        },
        cle=tuple(contenu["cle"]),
        colonnes=colonnes,
        total=total,
        etats=bool(contenu.get("etats", False)),
        empreinte=hashlib.sha256(canonique.encode()).hexdigest(),
        conservation=Conservation(**conservation),
        activite=Activite(**activite) if activite else None,
    )


def _colonne(source: str, contenu: dict[str, Any]) -> Colonne:
    # Une colonne que dit le nom de la feuille n'a pas d'en-tête.
    attendues = {"nom", "type", "description"} | (set() if contenu.get("feuille") else {"entete"})
    facultatives = {"requis", "dcp", "modalites", "alias", "pseudonyme", "largeur", "fusionnee", "feuille"}
    if not attendues <= contenu.keys() <= attendues | facultatives:
        raise ContratInvalide(
            f"Contrat {source}, colonne {contenu.get('nom', '?')} : attendu {', '.join(sorted(attendues))} "
            f"et au plus {', '.join(sorted(facultatives))}."
        )
    if contenu["type"] not in TYPES_BRONZE:
        raise ContratInvalide(f"Contrat {source}, colonne {contenu['nom']} : type inconnu « {contenu['type']} ».")
    if contenu.get("dcp") not in (None, "identifiante", "sensible"):
        raise ContratInvalide(f"Contrat {source}, colonne {contenu['nom']} : dcp vaut identifiante ou sensible.")
    if contenu.get("pseudonyme") and (contenu.get("dcp") != "identifiante" or contenu["type"] != "identifiant"):
        raise ContratInvalide(
            f"Contrat {source}, colonne {contenu['nom']} : un pseudonyme vient d'un identifiant de dcp identifiante."
        )
    return Colonne(
        **{"entete": NOM_DE_LA_FEUILLE} | {k: contenu[k] for k in attendues},
        requis=bool(contenu.get("requis", False)),
        dcp=contenu.get("dcp"),
        modalites=tuple(str(m) for m in contenu.get("modalites") or ()),
        alias=tuple(Alias(**a) for a in contenu.get("alias") or ()),
        **{k: contenu[k] for k in ("pseudonyme", "largeur", "fusionnee", "feuille") if k in contenu},
    )
