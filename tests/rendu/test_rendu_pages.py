"""Les pages dans un vrai navigateur, sans serveur ni réseau : à l'écran, au téléphone, au clavier, sur le papier.

Les images et les PDF restent dans ENTREPOT_RENDU, à regarder : aucun essai ne dit qu'une page est belle.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from navigateur import Navigateur

from include.configuration import Dossiers, Nuit
from tests.unit.chantier import Chantier

PAGES = ("index", "achats_responsables", "gpect", "parcours", "campus", "transverse")
TELEPHONE = 360
CONTRASTE = """
(() => {
  const lue = texte => (texte.match(/[\\d.]+/g) || []).map(Number);
  const claire = ([r, v, b]) => [r, v, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((somme, c, i) => somme + c * [0.2126, 0.7152, 0.0722][i], 0);
  const fond = e => {
    for (; e; e = e.parentElement) {
      const c = lue(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faibles = [];
  for (const d of document.querySelectorAll("details")) d.open = true;
  for (const e of document.querySelectorAll("body *:not(svg *)")) {
    const dit = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!dit || !e.checkVisibility() || e.matches(".evitement, script, style")) continue;
    const style = getComputedStyle(e), [a, b] = [claire(lue(style.color)), claire(fond(e))];
    const rapport = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (rapport < 4.5) faibles.push(`${e.tagName}.${e.className} ${style.color} : ${rapport.toFixed(2)}`);
  }
  return [...new Set(faibles)];
})()
"""
STRUCTURE = """
(() => {
  const fautes = [], tous = s => [...document.querySelectorAll(s)], nomme = e =>
    (e.getAttribute("aria-label") || e.textContent || "").trim() || e.getAttribute("aria-labelledby");
  const ids = tous("[id]").map(e => e.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) fautes.push(`id en double : ${id}`);
  for (const lien of ["aria-labelledby", "aria-describedby", "aria-controls", "for"])
    for (const e of tous(`[${lien}]`))
      if (!document.getElementById(e.getAttribute(lien))) fautes.push(`${lien} sans cible : ${e.getAttribute(lien)}`);
  const niveaux = tous("h1, h2, h3, h4").map(e => +e.tagName[1]);
  if (niveaux.filter(n => n === 1).length !== 1 || niveaux[0] !== 1) fautes.push("un seul h1, en premier");
  niveaux.forEach((n, i) => { if (i && n > niveaux[i - 1] + 1) fautes.push(`titre sauté après le ${i}e`); });
  for (const e of tous("img:not([alt])")) fautes.push("image sans texte");
  for (const e of tous("svg")) if (e.getAttribute("role") !== "img" || !nomme(e)) fautes.push("graphique sans texte");
  for (const e of tous("figure")) if (!e.querySelector("table")) fautes.push("graphique sans valeurs");
  for (const e of tous("a[href], button, summary")) if (!nomme(e)) fautes.push(`sans nom : ${e.outerHTML}`);
  for (const e of tous("th")) if (!e.scope) fautes.push(`th sans scope : ${e.textContent}`);
  for (const e of tous("table")) if (!nomme(e.closest("[role=region]") || e)) fautes.push("tableau sans nom");
  for (const e of tous("input")) if (!e.labels.length) fautes.push("champ sans étiquette");
  for (const s of ["header", "main", "footer", "nav[aria-label]"])
    if (tous(`body > ${s}, header > ${s}`).length !== 1) fautes.push(`repère ${s} absent`);
  return fautes;
})()
"""


@pytest.fixture(scope="module")
def courant(nuit_demonstration: tuple[Dossiers, dict[str, Any]]) -> Path:
    """La publication de la démonstration : la première, complète."""
    return (nuit_demonstration[0].publie / "courant").resolve()


@pytest.fixture(scope="module")
def partielle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Une seconde publication de poche : un axe reporté, des chiffres changés."""
    from include.publication import publier

    d = Dossiers(tmp_path_factory.mktemp("partielle") / "data")
    bloque = {"achats_responsables": ("bloque", "volume d'heures anormal")}
    for chantier in (Chantier(), Chantier(nuit=Nuit.de("2031-01-06"), articles=4, verdicts=bloque)):
        assert publier(d, chantier.nuit, chantier.ecrire(d))["publiee"]
    return (d.publie / "courant").resolve()


def pages(courant: Path, partielle: Path) -> dict[str, Path]:
    """Chaque page de chaque audience, sous le nom que portera son image."""
    toutes = {f"{a or 'interne'}-{p}": courant / a / f"{p}.html" for a in ("", "financeur", "public") for p in PAGES}
    return toutes | {f"partielle-{p}": partielle / f"{p}.html" for p in ("index", "achats_responsables")}


@pytest.mark.parametrize("largeur", [1280, TELEPHONE])
def test_chaque_page_tient_dans_sa_fenetre_sans_reseau_ni_erreur(
    onglet: Navigateur, courant: Path, partielle: Path, rendus: Path, largeur: int
) -> None:
    for nom, chemin in pages(courant, partielle).items():
        onglet.ouvrir(chemin, largeur=largeur)
        assert onglet.demandes == [chemin.as_uri()], nom
        assert onglet.erreurs == [], nom
        large = onglet.lire("document.documentElement.scrollWidth")
        assert large <= largeur, f"{nom} déborde : {large} px"
        onglet.image(rendus / f"{nom}-{largeur}.png")


def test_chaque_page_se_comprend_sans_la_voir(onglet: Navigateur, courant: Path, partielle: Path) -> None:
    """Repères, titres dans l'ordre, textes des images et des graphiques, tableaux et liens nommés, contraste."""
    for nom, chemin in pages(courant, partielle).items():
        onglet.ouvrir(chemin)
        assert onglet.lire("document.documentElement.lang") == "fr"
        assert onglet.lire(STRUCTURE) == [], nom
        assert onglet.lire(CONTRASTE) == [], nom


def test_ce_que_dit_un_lecteur_d_ecran(onglet: Navigateur, courant: Path) -> None:
    """L'arbre d'accessibilité de Chromium : tout lien, champ, graphique, région ou repère a un nom en français."""
    onglet.ouvrir(courant / "achats_responsables.html")
    onglet.dire("Accessibility.enable")
    noeuds = onglet.dire("Accessibility.getFullAXTree")["nodes"]
    lus = [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in noeuds if not n["ignored"] and "role" in n]
    a_nommer = {"link", "image", "region", "navigation", "columnheader", "rowheader", "heading", "textbox"}
    assert [role for role, nom in lus if role in a_nommer and not nom.strip()] == []
    images = [nom for role, nom in lus if role == "image"]
    assert len(images) >= 5 and all(nom.endswith("Les valeurs sont dans le tableau qui suit.") for nom in images)
    assert not [nom for _, nom in lus if "scale" in nom or "axis" in nom], "Vega nomme ses traits en anglais"


# --- La recherche ---

VISIBLES = "[...document.querySelectorAll('#tous tbody tr')].filter(l => !l.hidden).map(l => l.textContent)"


def test_la_recherche_filtre_les_chiffres(onglet: Navigateur, courant: Path, rendus: Path) -> None:
    """« / » y mène ; accents et casse ne comptent pas ; chaque mot compte ; le nombre s'annonce ; l'adresse suit."""
    onglet.ouvrir(courant / "index.html")
    tous = len(onglet.lire(VISIBLES))
    assert tous > 300
    onglet.touche("/", "/")
    assert onglet.lire("document.activeElement.id") == "mots"
    assert onglet.lire("document.getElementById('mots').value") == "", "la touche n'écrit pas dans le champ"
    onglet.taper("SALARIES femmes")
    trouves = onglet.lire(VISIBLES)
    assert 0 < len(trouves) < 20
    assert all("salarié" in ligne.lower() and "femme" in ligne.lower() for ligne in trouves)
    assert onglet.lire("document.getElementById('compte').textContent") == f"{len(trouves)} chiffres sur {tous}."
    assert onglet.lire("document.getElementById('compte').getAttribute('aria-live')") == "polite"
    assert onglet.lire("document.getElementById('tous').open") is True
    assert onglet.lire("location.hash") == "#q=SALARIES%20femmes"
    onglet.image(rendus / "interne-recherche-1280.png", entiere=False)
    assert onglet.erreurs == []


def test_une_recherche_se_partage_par_son_adresse(onglet: Navigateur, courant: Path, rendus: Path) -> None:
    onglet.ouvrir(courant / "index.html", "#q=cl001", largeur=TELEPHONE, hauteur=800)
    [ligne] = onglet.lire(VISIBLES)
    assert "CL001" in ligne and "352\u202f845,65" in ligne and "année 2017" in ligne
    onglet.image(rendus / f"interne-recherche-{TELEPHONE}.png", entiere=False)
    lien = onglet.lire("document.querySelector('#tous tbody tr:not([hidden]) a').getAttribute('href')")
    assert lien == "achats_responsables.html#CL001"
    onglet.ouvrir(courant / "achats_responsables.html", "#CL001")
    assert onglet.lire("document.querySelector('tr:target').id") == "CL001"
    onglet.ouvrir(courant / "index.html", "#q=zzzz")
    assert onglet.lire(VISIBLES) == []
    assert onglet.lire("document.getElementById('compte').textContent") == "Aucun chiffre ne répond à ces mots."


def test_sans_script_tout_se_lit(onglet: Navigateur, courant: Path) -> None:
    onglet.dire("Emulation.setScriptExecutionDisabled", value=True)
    try:
        onglet.ouvrir(courant / "index.html", "#q=cl001")
    finally:
        onglet.dire("Emulation.setScriptExecutionDisabled", value=False)
    assert len(onglet.lire(VISIBLES)) > 300
    assert onglet.lire("document.querySelector('form.recherche').checkVisibility()") is False
    assert onglet.lire("document.querySelector('#tous > summary').checkVisibility()") is True


# --- Le clavier ---

ACTIF = """
(() => {
  const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  window.vus = [...(window.vus || []), e];
  const precedent = window.vus.at(-2);
  return {
    nom: (e.getAttribute("aria-label") || e.textContent || e.id).trim().slice(0, 60),
    vu: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && r.width > 0 && r.right > 0,
    apres: !precedent || !!(precedent.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
})()
"""


@pytest.mark.parametrize("page", ["index", "achats_responsables"])
def test_tout_s_atteint_au_clavier_dans_l_ordre_et_se_voit(onglet: Navigateur, courant: Path, page: str) -> None:
    onglet.ouvrir(courant / f"{page}.html")
    onglet.touche("Tab")
    assert onglet.lire(ACTIF) == {"nom": "Aller au contenu", "vu": True, "apres": True}
    parcourus = []
    while True:
        onglet.touche("Tab")
        if onglet.lire("document.activeElement === document.body") or len(parcourus) == 60:
            break
        actif = onglet.lire(ACTIF)
        assert actif["vu"], f"le curseur ne se voit pas sur « {actif['nom']} »"
        assert actif["apres"], f"l'ordre revient en arrière à « {actif['nom']} »"
        parcourus.append(actif["nom"])
    assert parcourus[0] == "Accueil" and len(parcourus) > 35


def test_le_lien_d_evitement_mene_au_contenu(onglet: Navigateur, courant: Path) -> None:
    onglet.ouvrir(courant / "index.html")
    onglet.touche("Tab")
    onglet.touche("Enter", "\r")
    assert onglet.lire("document.activeElement.id") == "contenu"
    onglet.touche("Tab")
    assert onglet.lire("document.activeElement.closest('main') !== null") is True


# --- Le papier ---


def test_chaque_page_s_imprime(onglet: Navigateur, courant: Path, partielle: Path, rendus: Path) -> None:
    """Ni menu ni champ sur le papier ; les chiffres y sont, et la liste repliée n'y prend pas dix pages."""
    for nom, chemin in pages(courant, partielle).items():
        onglet.ouvrir(chemin)
        pdf = rendus / f"{nom}.pdf"
        onglet.imprimer(pdf)
        texte = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
        assert "Aller au contenu" not in texte and "Chercher un chiffre" not in texte, nom
        assert texte.count("\f") <= (6 if chemin.stem == "index" else 20), nom
    accueil = subprocess.run(
        ["pdftotext", "-layout", rendus / "interne-index.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "352 845,65" in accueil.replace("\u202f", " ") and "En hausse de 13,7" in accueil
