// Lyrics and what is told about them: live counters, Ctrl+S, and a draft that outlives a lost session.
const SAVED_FIELDS = ["title", "text", "base"];

const writing = () => document.querySelector("[data-draft]");
const place = (form) => `draft ${form.getAttribute("action")}${location.search}`;
const valuesOf = (form) => Object.fromEntries(SAVED_FIELDS.map((name) => [name, form.elements[name]?.value]));
const differs = (one, other) => one.title !== other.title || one.text !== other.text;

let kept = null; // what the server has
let sent = null; // what is under way to it

const characters = (text) => [...text.normalize("NFC").replace(/\r\n?/g, "\n").trim()].length;

function count(form) {
  for (const counter of form.querySelectorAll("[data-count]")) {
    const length = characters(document.getElementById(counter.dataset.count).value);
    const limit = Number(counter.dataset.limit);
    counter.classList.toggle("over", length > limit);
    counter.textContent = `${length.toLocaleString("en")} / ${limit.toLocaleString("en")}${length > limit ? ` · ${length - limit} too many` : ""}`;
  }
}

// -- Orders: what was typed outlives a lost session, until it was sent --

const textsOf = (form) => [...form.querySelectorAll("textarea, [type=text]")];

function keep(form) {
  sessionStorage.setItem(place(form), JSON.stringify(Object.fromEntries(textsOf(form).map((field) => [field.name, field.value]))));
}

function fill(form) {
  const kept = JSON.parse(sessionStorage.getItem(place(form)) || "{}");
  if (form.querySelector("[aria-invalid=true]")) return;
  for (const field of textsOf(form)) {
    if (!kept[field.name] || field.value !== field.defaultValue) continue; // a quick hand was here first
    field.value = kept[field.name];
    field.closest("details")?.setAttribute("open", "");
  }
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const form = detail.requestConfig.elt;
  if (form.matches?.("[data-keep]") && detail.xhr.status < 400) sessionStorage.removeItem(place(form));
});

// -- The draft --

function mark(form) {
  const unsaved = differs(valuesOf(form), kept);
  const words = form.querySelector("[data-unsaved]");
  if (words) [words.hidden, form.querySelector("[data-saved]").hidden] = [!unsaved, unsaved];
  if (unsaved) sessionStorage.setItem(place(form), JSON.stringify(valuesOf(form)));
  else sessionStorage.removeItem(place(form));
}

// With the version it began with: if somebody saved meanwhile, Save will say so and show both.
function giveBack(form) {
  const draft = JSON.parse(sessionStorage.getItem(place(form)) || "null");
  if (!draft || !differs(draft, kept)) return;
  for (const name of SAVED_FIELDS) if (draft[name] !== undefined && form.elements[name]) form.elements[name].value = draft[name];
}

function prepare() {
  document.querySelectorAll("[data-keep]:not([data-filled])").forEach((each) => {
    each.dataset.filled = "";
    fill(each);
  });
  document.querySelectorAll("[data-counted]").forEach(count);
  const form = writing();
  if (!form || "ready" in form.dataset) return;
  form.dataset.ready = "";
  const refused = form.querySelector("[role=alert], [aria-invalid=true]");
  kept = refused ? {} : valuesOf(form); // a refused form holds what was typed, and none of it is saved
  if (!refused) giveBack(form);
  count(form);
  mark(form);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-counted], [data-keep]");
  if (!form) return;
  count(form);
  if (form.matches("[data-keep]")) keep(form);
  if (form === writing()) mark(form);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-discard]")) sessionStorage.removeItem(place(writing()));
});

document.addEventListener("keydown", (event) => {
  const button = writing()?.querySelector(".primary");
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !button) return;
  event.preventDefault();
  if (!button.disabled) writing().requestSubmit(button);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt === writing()) sent = valuesOf(writing());
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = writing();
  if (!sent || event.detail.elt !== form) return;
  if (event.detail.xhr.status < 400) {
    kept = sent;
    mark(form); // what was typed meanwhile is still a draft
  }
  sent = null;
});

// The answer brings a fresh line about what is saved.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id === "saved") mark(writing());
});

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
