// Comments on a song: they take the player's position, and lead to it.
const box = () => document.querySelector("[data-clip-remarks]");
const form = () => document.querySelector("[data-remark]");
const ask = (act, given) => document.dispatchEvent(new CustomEvent("studio:player", { detail: { act, ...given } }));
const field = (name) => form().elements[name];
const read = (text) => text.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

let now = {};
let halted = false; // the song waits until the comment is sent

const isHere = () => now.song?.id === box()?.dataset.clipRemarks;

document.addEventListener("studio:playing", ({ detail }) => {
  now = detail;
  if (now.playing) halted = false;
});

function play(at) {
  if (!isHere()) document.querySelector(`[data-play="${box().dataset.clipRemarks}"]`).click();
  else if (!now.playing) ask("toggle");
  ask("seek", { to: at });
}

// The words take the moment along once; a field for a moment takes it whenever it is empty.
function takeMoment({ name, value }) {
  const words = name === "text";
  if (value || !name || !isHere() || !now.at || (words && field("start").value)) return;
  if (name === "end" && now.at < read(field("start").value) + 1) return;
  field(words ? "start" : name).value = clock(now.at);
}

document.addEventListener("focusin", ({ target }) => target.form?.matches("[data-remark]") && takeMoment(target));

document.addEventListener("input", ({ target }) => {
  if (target.name !== "text" || !box()?.contains(target) || !isHere() || !now.playing) return;
  ask("pause");
  halted = true;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!halted || !detail.successful || !detail.requestConfig.elt.closest("#comments")) return;
  halted = false;
  if (isHere() && !now.playing) ask("toggle");
});

// A button loses the focus while it is off: its thread has it then, or all comments where that lies in a fold.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const sent = detail.requestConfig?.elt;
  if (!sent?.closest("#comments") || document.activeElement !== document.body) return;
  const thread = document.getElementById(sent.closest("li[id]")?.id);
  const place = thread?.checkVisibility() ? thread : box();
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
});

// A part that is chosen on the waveform is what the next comment is about.
document.addEventListener("studio:range", ({ target }) => {
  if (!form() || !target.closest("[data-wave]")?.querySelector("[data-choose][aria-pressed=true]")) return;
  for (const name of ["start", "end"]) field(name).value = document.getElementById(`part-${name}`).value;
});

// Not by the address: that would be another page to go back to.
function show(thread) {
  document.querySelector(".remarks .here")?.classList.remove("here");
  thread.closest("details:not([open])")?.setAttribute("open", "");
  thread.classList.add("here");
  thread.tabIndex = -1;
  thread.focus({ preventScroll: true });
  thread.scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const mark = event.target.closest("#marks a");
  if (!mark) return;
  event.preventDefault();
  show(document.querySelector(mark.getAttribute("href")));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-moment]");
  if (!link || !document.querySelector(`[data-play="${box()?.dataset.clipRemarks}"]`)) return;
  event.preventDefault();
  play(Number(link.dataset.moment));
});

// One that is not among the newest has a page of its own.
function arrive() {
  const [, number] = /^#comment-(\d+)$/.exec(location.hash) ?? [];
  if (!number || !box()) return;
  const found = document.getElementById(`comment-${number}`);
  if (found) show(found);
  else if (!location.search) location.assign(`${box().dataset.all}?at=${number}${location.hash}`);
}

document.addEventListener("htmx:afterSettle", ({ target }) => target.id === "page" && arrive());
addEventListener("hashchange", arrive);
arrive();
