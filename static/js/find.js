// Looking for words in the text that is written, and the text alone on the screen.
const writing = () => document.querySelector("[data-writing]");
const text = () => writing().querySelector("textarea");
const rows = () => writing().querySelector("[data-mirror]").children;
const bar = () => document.getElementById("finder");
const field = () => bar().querySelector("input");

let at = 0;

function matches() {
  const words = new RegExp(field().value.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "giu");
  let begin = 0;
  return text().value.split("\n").flatMap((line, row) => {
    const start = begin;
    begin += line.length + 1;
    const found = field().value ? [...line.matchAll(words)] : [];
    return found.map(({ index, 0: { length } }) => ({ row, index, length, start: start + index }));
  });
}

// The mirror below the text carries the marks: a text area can have none.
function mark(found) {
  if (!window.Highlight) return;
  const ranges = found.map(({ row, index, length }) => {
    const range = new Range();
    range.setStart(rows()[row].firstChild, index);
    range.setEnd(rows()[row].firstChild, index + length);
    return range;
  });
  CSS.highlights.set("found", new Highlight(...ranges));
  CSS.highlights.set("here", new Highlight(...ranges.slice(at, at + 1)));
}

function look(by) {
  const found = matches();
  at = found.length ? (at + by + found.length) % found.length : 0;
  mark(found);
  bar().querySelector("output").textContent = !field().value ? "" : found.length ? `${at + 1} of ${found.length}` : "Not found";
  if (!found.length) return;
  const { row, start, length } = found[at];
  text().setSelectionRange(start, start + length);
  rows()[row].scrollIntoView({ block: "center" });
}

function toggle(open) {
  bar().hidden = !open;
  document.querySelector("[data-tools] [data-finder]").ariaExpanded = open;
  CSS.highlights?.clear();
  if (!open) return text().focus({ preventScroll: true });
  field().select();
  look(0);
}

// On a phone it covers the player too.
const covered = () => `.rail, .topbar, .desk-side, #drafts${matchMedia("(width <= 760px)").matches ? ", .player" : ""}`;

function fill(on) {
  const form = writing().closest("form");
  form.classList.toggle("full", on);
  form.querySelector("[data-full-screen]").ariaPressed = on;
  // What it covers can't be reached either.
  for (const each of document.querySelectorAll(on ? covered() : "[inert]")) each.inert = on;
}

// What was covered is there again once the form is gone, whichever way it went.
for (const name of ["htmx:afterSettle", "htmx:historyRestore"])
  document.addEventListener(name, () => {
    if (!document.querySelector(".full")) for (const each of document.querySelectorAll("[inert]")) each.inert = false;
  });

function shut(menu) {
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  menu.open = false;
}

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-writing]")) return;
  const next = target.closest("[data-find-next]");
  if (target.closest("[data-finder]")) toggle(bar().hidden);
  else if (target.closest("[data-full-screen]")) fill(!writing().closest(".full"));
  else if (next) look(Number(next.dataset.findNext));
});

document.addEventListener("input", ({ target }) => {
  if (!writing()?.contains(target) || bar().hidden) return;
  if (target === field()) look((at = 0));
  else if (target === text()) mark(matches());
});

document.addEventListener("keydown", (event) => {
  if (!writing() || event.isComposing) return;
  const inBar = bar().contains(event.target);
  const menu = writing().querySelector("details[open]");
  if (event.key.toLowerCase() === "f" && event.shiftKey && (event.ctrlKey || event.metaKey)) toggle(true);
  else if (inBar && event.key === "Enter" && event.target === field()) look(event.shiftKey ? -1 : 1);
  else if (menu && event.key === "Escape") shut(menu);
  else if (inBar && event.key === "Escape") toggle(false);
  else if (event.key === "Escape" && writing().closest(".full") && !document.querySelector("dialog[open]")) fill(false);
  else return;
  event.preventDefault();
});
