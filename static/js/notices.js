// Tells by the browser what the live region says while nobody looks. Asks for it only where somebody presses.
const region = document.querySelector("[data-live]");
const can = "Notification" in window;

function tell() {
  const wants = document.querySelector("[data-tell]");
  const words = region.textContent.trim();
  if (!can || !wants || !words || !document.hidden || Notification.permission !== "granted") return;
  try {
    const notice = new Notification("Studio", { body: words, tag: "studio", icon: document.querySelector("link[rel=icon]").href });
    notice.addEventListener("click", () => {
      window.focus();
      notice.close();
    });
  } catch {
    // Some browsers on phones have the name and not the thing.
  }
}

new MutationObserver(tell).observe(region, { childList: true, characterData: true, subtree: true });

const TOLD = {
  granted: "This browser shows them.",
  denied: "This browser was told not to show them. Its settings for this site change that.",
};

function paint() {
  const place = document.querySelector("[data-notices]");
  if (!place || !can) return;
  place.hidden = false;
  place.querySelector("[data-allow]").hidden = Notification.permission !== "default";
  place.querySelector("[data-allowed]").textContent = TOLD[Notification.permission] ?? "";
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-allow]")) return;
  await Notification.requestPermission();
  paint();
});
document.addEventListener("htmx:afterSettle", paint);
paint();
