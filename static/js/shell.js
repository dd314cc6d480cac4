// The frame: messages, failed requests, focus and scrolling while pages change under the player.
const toasts = document.getElementById("toasts");
const positions = new Map();
const here = () => location.pathname + location.search;

// -- What is said --

function lift(notice) {
  const close = document.createElement("button");
  close.type = "button";
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  close.addEventListener("click", () => notice.remove());
  notice.append(close);
  toasts.append(notice);
  // A failure stays until it was read; what can be undone stays longer.
  if (!notice.classList.contains("notice-error")) setTimeout(() => notice.remove(), notice.querySelector("form") ? 20000 : 6000);
}

function say(text, kind = "success") {
  if ([...toasts.children].some((notice) => notice.textContent.startsWith(text))) return;
  const notice = document.createElement("p");
  notice.className = `notice notice-${kind}`;
  notice.setAttribute("role", kind === "error" ? "alert" : "status");
  const words = document.createElement("span");
  words.textContent = text;
  notice.append(words);
  lift(notice);
}

const liftMessages = () => document.querySelectorAll("#messages .notice").forEach(lift);

document.addEventListener("studio:say", (event) => say(event.detail.text, event.detail.kind));

// -- Requests that fail --

const isLive = (event) => event.detail.elt?.matches?.("[data-live]");

document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = event.detail;
  // A link that was swapped away meanwhile inherits nothing any more: say for it what the body says.
  if (detail.boosted && !detail.requestConfig.elt.isConnected) Object.assign(detail, { selectOverride: "#page", swapOverride: "outerHTML" });
  if (detail.xhr.status < 400 || detail.xhr.status === 422 || isLive(event)) return;
  // Our own error pages are shown whole, also when only a part had been asked for.
  if (!detail.serverResponse.includes('id="page"')) return;
  detail.shouldSwap = true;
  detail.isError = false;
  detail.target = document.getElementById("page");
  detail.selectOverride = "#page";
  detail.swapOverride = "outerHTML";
});

function failed(event, text) {
  if (isLive(event)) return;
  const picture = event.detail.elt?.closest?.("[data-loads]")?.querySelector("[data-failed]");
  if (!picture) return say(text, "error");
  picture.hidden = false;
  picture.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:sendError", (event) => failed(event, "The studio can’t be reached. Check the connection and try once more."));
document.addEventListener("htmx:timeout", (event) => failed(event, "The studio takes too long to answer. Try once more."));
document.addEventListener("htmx:responseError", (event) => failed(event, `That did not work (${event.detail.xhr.status}). Try once more.`));

// -- Pages that change --

history.scrollRestoration = "manual";
addEventListener("scroll", () => positions.set(here(), scrollY), { passive: true });

function arrive() {
  const wrong = document.querySelector("main [aria-invalid=true]");
  (wrong || document.getElementById("main")).focus({ preventScroll: !wrong });
}

document.addEventListener("htmx:afterSettle", (event) => {
  liftMessages();
  if (!event.detail.boosted || event.target.id !== "page") return;
  if (!event.detail.pathInfo.anchor) scrollTo(0, 0);
  arrive();
});

document.addEventListener("htmx:historyRestore", (event) => {
  scrollTo(0, positions.get(event.detail.path) || 0);
  arrive();
});

// The page is gone or the session has ended: a full load shows which.
document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());

// -- Scripts that only some pages need --

// By name, not by address: after a release the same script has another address, and twice it would act twice.
const nameOf = (address) => address.split("/").pop().split(".")[0];
const loaded = new Set();

async function loadModules() {
  const named = [...document.querySelectorAll("[data-module]")].flatMap((each) => each.dataset.module.split(" "));
  for (const address of named) {
    if (loaded.has(nameOf(address))) continue;
    loaded.add(nameOf(address));
    // One after the other, in the order of the page. Without its script a form is still a plain form.
    await import(address).catch(() => loaded.delete(nameOf(address)));
  }
}

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, loadModules);
loadModules();

// -- Small things --

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shortcuts]")) document.getElementById("shortcuts").showModal();
  if (event.target.closest("button[aria-disabled=true]")) event.preventDefault();
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});

// Nothing of one person's work stays behind for the next.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-forget]")) sessionStorage.clear();
});

liftMessages();
