// Comments on a public page: they take the player's position, and lead to it.
const ask = (act, given) => document.dispatchEvent(new CustomEvent("studio:player", { detail: { act, ...given } }));
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const songOf = (form) => form.dataset.remark;

let now = {};
let halted = null; // the form for which the song waits

const plays = (id) => now.song?.id === id;

document.addEventListener("studio:playing", ({ detail }) => {
  now = detail;
  if (now.playing) halted = null;
});

// -- What is being said --

// A moment that was taken moves along as long as nothing was said about it.
function takeMoment({ form, name, value }) {
  const { start, end } = form.elements;
  if (!start || !plays(songOf(form)) || !now.at) return;
  const moment = clock(now.at);
  if (name === "text" && !value && (!start.value || start.value === start.dataset.taken)) start.value = start.dataset.taken = moment;
  if (name === "start" && !value) start.value = moment;
  if (name === "end" && !value && start.value && start.value !== moment) end.value = moment;
}

document.addEventListener("focusin", ({ target }) => target.form?.matches("[data-remark]") && takeMoment(target));

document.addEventListener("input", ({ target }) => {
  const form = target.form?.closest("[data-remark]");
  if (!form) return;
  if (target.name === "name") for (const other of document.querySelectorAll("[data-remark] [name=name]")) other.value = target.value;
  if (target.name !== "text" || !now.playing || !plays(songOf(form))) return;
  ask("pause");
  halted = form;
});

// Whoever thinks better of it hears on.
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (!halted || target.form !== halted || halted.contains(relatedTarget) || halted.elements.text.value) return;
  halted = null;
  ask("toggle");
});

document.addEventListener("submit", ({ target }) => {
  for (const button of target.querySelectorAll("[data-remark] button")) setTimeout(() => (button.disabled = true));
});
// Back from another page the forms are as they were.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-remark] button")) button.disabled = false;
});

// -- Where it is --

function play(id, at) {
  if (!plays(id)) document.querySelector(`[data-play="${id}"]`).click();
  else if (!now.playing) ask("toggle");
  ask("seek", { to: at });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-moment]");
  if (!link || !document.querySelector(`[data-play="${link.dataset.of}"]`)) return;
  event.preventDefault();
  play(link.dataset.of, Number(link.dataset.moment));
});

// A resolved one lies in a fold.
function unfold() {
  const thread = location.hash.startsWith("#c-") && document.getElementById(location.hash.slice(1));
  if (!thread) return;
  thread.closest("details:not([open])")?.setAttribute("open", "");
  thread.scrollIntoView({ block: "center" });
}

addEventListener("hashchange", unfold);
unfold();
