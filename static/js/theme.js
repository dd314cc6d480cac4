// Runs before anything is drawn, so that the chosen colours are there from the first frame.
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-switch] button"))
      button.setAttribute("aria-pressed", String(button.value === (root.dataset.theme || "auto")));
  };
  show(read());
  document.addEventListener("DOMContentLoaded", () => show(read()));
  document.addEventListener("htmx:afterSettle", () => show(read()));
  document.addEventListener("htmx:historyRestore", () => show(read()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch] button");
    if (!button) return;
    try { localStorage.setItem("theme", button.value); } catch { /* private window: for this page only */ }
    show(button.value);
  });
})();
