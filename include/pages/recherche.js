// Filtre les chiffres de l'accueil : chaque mot doit se trouver dans la ligne, sans accents ni majuscules.
// La demande se lit et s'écrit après le # de l'adresse (#q=heures) : une recherche se partage.
(() => {
  const simple = t => t.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/œ/g, "oe").replace(/[^a-z0-9%]+/g, " ");
  const forme = document.querySelector("form.recherche"), mots = document.getElementById("mots");
  const compte = document.getElementById("compte"), tous = document.getElementById("tous");
  const lignes = [...tous.querySelectorAll("tbody tr")].map(ligne => [ligne, simple(ligne.textContent)]);
  const filtrer = () => {
    const voulus = simple(mots.value).split(" ").filter(Boolean);
    let vus = 0;
    for (const [ligne, texte] of lignes) {
      ligne.hidden = !voulus.every(mot => texte.includes(mot));
      vus += !ligne.hidden;
    }
    if (voulus.length) tous.open = vus > 0;
    compte.textContent = !voulus.length ? "" : vus === 0 ? "Aucun chiffre ne répond à ces mots."
      : `${vus} chiffre${vus > 1 ? "s" : ""} sur ${lignes.length}.`;
  };
  const lire = () => {
    if (!location.hash.startsWith("#q=")) return;
    try { mots.value = decodeURIComponent(location.hash.slice(3)); } catch { mots.value = ""; }
    filtrer();
    forme.scrollIntoView({ behavior: "instant" });
  };
  forme.hidden = false;
  mots.addEventListener("input", () => {
    filtrer();
    // Un fichier ouvert sans serveur peut refuser de changer son adresse : la recherche n'en dépend pas.
    const adresse = location.href.split("#")[0] + (mots.value.trim() ? "#q=" + encodeURIComponent(mots.value) : "");
    try { history.replaceState(null, "", adresse); } catch {}
  });
  forme.addEventListener("submit", demande => demande.preventDefault());
  document.addEventListener("keydown", touche => {
    if (touche.key !== "/" || touche.ctrlKey || touche.metaKey || touche.altKey || touche.target.matches("input, textarea")) return;
    touche.preventDefault();
    mots.focus();
  });
  addEventListener("hashchange", lire);
  lire();
})();
