// Runs before anything is drawn, so that the chosen colours are there from the first frame. Of who is signed
// in the server knows them; this window remembers them for the sign-in page.
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* private window */ } };
  const show = (theme) => {
    root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-switch] button"))
      button.setAttribute("aria-pressed", String(button.value === theme));
  };
  if (root.dataset.theme) keep(root.dataset.theme);
  else root.dataset.theme = read() || "auto";
  // An older browser may not know a newer place.
  try { new Intl.DateTimeFormat("en", { timeZone: root.dataset.zone }); } catch { delete root.dataset.zone; }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch] button");
    if (!button) return;
    keep(button.value);
    show(button.value);
  });
  // A page from the history, or from another window's time, may show an older choice.
  for (const name of ["DOMContentLoaded", "htmx:afterSettle", "htmx:historyRestore"])
    document.addEventListener(name, () => show(root.dataset.theme));
})();
