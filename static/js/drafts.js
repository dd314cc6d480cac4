// What is typed and not saved: kept in this window at once, and a moment later as a draft in the studio.
const RESTS_FOR = 1000;
const AGAIN = 15000;
const LARGEST_LAST = 60000; // bytes that a browser sends while the page goes away
const AT = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: document.documentElement.dataset.zone });

const desk = () => document.querySelector("[data-draft]");
const valuesOf = ({ elements }) =>
  Object.fromEntries(["title", "title_shown", "text", "base", "draft_key"].map((name) => [name, elements[name].value]));
const wordsOf = ({ title, text }) => JSON.stringify([title, text]);
const isUnsaved = (form) => wordsOf(valuesOf(form)) !== kept;
const isBehind = (form) => form?.dataset.draft && wordsOf(valuesOf(form)) !== arrived;
// A draft of another window that is gone on with here lies beside this window's own.
const place = ({ dataset }) => `draft ${dataset.by} ${dataset.draft} ${dataset.opened ?? ""}`;

let kept; // the words that the sheet has
let arrived; // those that the studio has as a draft
let flying = false;
let timer = 0;
let since = ""; // when the studio could not be reached first
let saving = null; // {form, words}
let missed = false; // a press of the button did not arrive
let stored = ""; // when the studio took the draft
let quiet = false; // nobody presses the button for this save
let pressed = null; // the form of the last press
const mine = new Set(); // the keys of this window

// -- The line below the text --

function tell(form, words, signIn = false) {
  const line = form.querySelector("[data-told]").firstChild;
  if (line.data !== words) line.data = words; // said once; and a new node would end what Undo takes back in one step
  form.querySelector("[data-sign-in]").hidden = !signIn;
}

function mark(form) {
  const unsaved = isUnsaved(form);
  form.querySelector("[data-unsaved]").hidden = !unsaved;
  form.querySelector("[data-saved]").hidden = unsaved;
  if (unsaved) sessionStorage.setItem(place(form), JSON.stringify({ ...valuesOf(form), stored: isBehind(form) ? "" : stored }));
  else sessionStorage.removeItem(place(form));
}

// -- The draft in the studio --

function plan(rests = RESTS_FOR) {
  clearTimeout(timer);
  if (isBehind(desk())) timer = setTimeout(send, rests);
}

async function send(last) {
  const form = desk();
  clearTimeout(timer);
  if (flying || saving || !isBehind(form)) return;
  const words = wordsOf(valuesOf(form));
  const body = new URLSearchParams(new FormData(form));
  const keepalive = last === true && String(body).length < LARGEST_LAST;
  flying = true;
  const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive, redirect: "manual" }).catch(() => ({ status: 503 }));
  flying = false;
  if (form !== desk()) return plan();
  if (answer.ok) [arrived, stored] = [words, AT.format()];
  mark(form);
  report(form, answer, answer.status === 422 && (await answer.text()));
  plan(answer.ok || answer.status === 422 ? RESTS_FOR : AGAIN);
}

function report(form, answer, refusal) {
  since = answer.status >= 500 ? since || AT.format() : "";
  if (answer.ok) tell(form, `Draft saved ${stored}.${missed ? " Not a version yet." : ""}`);
  else if (since) tell(form, `Offline. Kept in this browser since ${since}.`);
  else if (refusal) tell(form, `${refusal} Your text is kept in this browser.`);
  else tell(form, `${answer.status ? "The studio takes no more from this page." : "You were signed out."} Your text is kept in this browser.`, true);
  if (refusal) arrived = wordsOf(valuesOf(form)); // the same would be refused again
}

// -- Saving, by the button or quietly when the text is left --

function leave(form) {
  const button = form.querySelector(".primary");
  if (saving || !isUnsaved(form)) return;
  quiet = true;
  form.requestSubmit(button);
}

// A press says where it goes when what was pressed takes no focus, or when the whole window is left.
document.addEventListener("pointerdown", ({ target }) => (pressed = target.closest("[data-draft]")));
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const form = target.closest("[data-draft]");
  if (form && form !== (relatedTarget ? relatedTarget.closest("[data-draft]") : pressed)) leave(form);
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const form = desk();
  if (form && detail.elt === form) saving = { form, words: wordsOf(valuesOf(form)), note: form.elements.note?.value };
  else if (detail.boosted) send(true);
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, elt } = event.detail;
  if (elt !== saving?.form) return;
  if (xhr.status < 400) {
    kept = arrived = saving.words;
    missed = false;
    if (elt.elements.note?.value === saving.note) empty(elt.elements.note); // a newer one goes with the next save
    mark(elt); // what was typed meanwhile is still a draft
  } else if (quiet) {
    event.preventDefault(); // the text stays as it is under the hands of its writer
    if (xhr.status === 409) tell(elt, "Somebody else saved meanwhile. Yours is kept; Save version shows both.");
    if (xhr.status === 422) tell(elt, "Not saved yet: Save version shows why.");
  }
});

// Another field in its place: emptied, it would stand in the way of all that was typed before the note.
function empty(note) {
  if (!note.value) return;
  const next = Object.assign(note.cloneNode(), { value: "", defaultValue: "" });
  const focused = note === document.activeElement;
  note.replaceWith(next);
  if (focused) next.focus({ preventScroll: true });
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt !== saving?.form) return;
  saving = null;
  setTimeout(() => (quiet = false)); // that it failed is told after this
  plan();
});

// A save that nobody pressed the button for does not shout when the studio is away.
function unsent(event) {
  if (event.detail.elt !== desk()) return;
  if (quiet) event.stopPropagation();
  else missed = true;
}
addEventListener("htmx:sendError", unsent, true);

// The answer brings a fresh line about what is saved.
document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  const form = desk();
  if (detail.target.id !== "saved" || !form) return;
  learn(form);
  mark(form);
});

// It says what the sheet is called by now: a title that is still as it was sent follows.
function learn(form) {
  const [sent, text] = JSON.parse(kept);
  const { title, title_shown: { value } } = form.elements;
  if (title.value === sent && sent !== value) title.value = value; // only then: it ends what Undo takes back
  kept = arrived = JSON.stringify([value, text]);
}

// -- This window's draft --

function name(form, key) {
  form.elements.draft_key.value = key;
  document.querySelector("#discard [name=draft_key]").value = key;
  document.querySelector(`[data-elsewhere="${key}"]`)?.remove();
}

// A window that was opened as a copy of another has its key too; each needs its own.
function claim(form) {
  const key = form.elements.draft_key.value;
  if (mine.has(key)) return;
  mine.add(key);
  navigator.locks?.request(`draft ${key}`, { ifAvailable: true }, (lock) => {
    if (lock) return new Promise(() => {}); // as long as the window is there
    name(form, crypto.randomUUID());
    arrived = "";
    claim(form);
    mark(form);
    plan();
  });
}

// With the version it began with: if somebody saved meanwhile, saving will say so and show both.
function giveBack(form) {
  const draft = JSON.parse(sessionStorage.getItem(place(form)));
  const { title, title_shown: shown } = form.elements;
  if (draft && draft.title === draft.title_shown) Object.assign(draft, { title: title.value, title_shown: shown.value });
  if (!draft || wordsOf(draft) === kept) return;
  for (const field of ["title", "title_shown", "text", "base"]) form.elements[field].value = draft[field] ?? "";
  name(form, draft.draft_key);
  if (draft.stored) tell(form, `Draft saved ${draft.stored}.`);
  form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
}

function prepare() {
  const form = desk();
  if (!form || "ready" in form.dataset) return;
  form.dataset.ready = "";
  // A refused form and an opened draft hold what was typed, and none of it is saved.
  const refused = form.querySelector("[role=alert], [aria-invalid=true]");
  arrived = refused ? "" : wordsOf(valuesOf(form));
  kept = form.dataset.opened ? "" : arrived;
  missed = false;
  stored = form.dataset.stored ? AT.format(new Date(form.dataset.stored)) : "";
  if (stored) tell(form, `Draft saved ${stored}.`);
  if (!refused) giveBack(form);
  claim(form);
  mark(form);
  plan();
}

// -- Life --

document.addEventListener("input", ({ target }) => {
  const form = target.closest("[data-draft]");
  if (!form) return;
  mark(form);
  plan();
});

document.addEventListener("click", ({ target }) => {
  const form = desk();
  if (!form || !target.closest("[data-discard]")) return;
  sessionStorage.removeItem(place(form));
  form.removeAttribute("data-draft"); // nothing of it is kept from here on
});

// Also what has not arrived yet can be taken back.
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.id === "discard") for (const [name, value] of Object.entries(valuesOf(document.getElementById("sheet")))) formData.set(name, value);
});

document.addEventListener("keydown", (event) => {
  const button = desk()?.querySelector(".primary");
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !button) return;
  event.preventDefault();
  if (!event.repeat) desk().requestSubmit(button);
});

addEventListener("online", send);
addEventListener("pagehide", () => send(true));
document.addEventListener("visibilitychange", () => document.hidden && send(true));
addEventListener("beforeunload", (event) => since && isBehind(desk()) && event.preventDefault());

for (const each of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(each, prepare);
prepare();
