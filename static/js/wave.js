// The large waveform of a clip: looked at from nearer, and a part of it that is looped and handed to the orders.
const NEAREST = 8;
const PART = 20; // seconds that are proposed
const SHORTEST = 1;
const END = 0.3; // seconds before the end of the song the loop turns back: else the next song would begin
const JUMP = 1.5; // seconds that no song goes on by itself between two notes of its time
const WATCHED = 1; // seconds before the end of the part the eye is kept on the clock

const box = () => document.querySelector("[data-wave]");
const find = (name) => box().querySelector(`[data-${name}]`);
const isOn = (name) => find(name).getAttribute("aria-pressed") === "true";
const press = (name, on) => find(name).setAttribute("aria-pressed", String(on));
const handles = () => [...box().querySelectorAll("[data-handle]")];
const length = () => Number(handles()[0].max);
const player = (detail) => document.dispatchEvent(new CustomEvent("studio:player", { detail }));

let now = {};
let timer = 0;
let seen = { at: -Infinity };

const isHere = () => box() && now.song?.id === box().dataset.wave;

// -- Nearer and farther --

const nearness = () => Number(box().dataset.nearness || 1);

function zoom(to) {
  const view = find("view");
  const wave = view.querySelector(".wave");
  const middle = isHere() ? now.at / now.end : (view.scrollLeft + view.clientWidth / 2) / view.scrollWidth;
  box().dataset.nearness = to;
  box().style.setProperty("--near", to);
  // Twice as many strokes as soon as there is room for them.
  for (const each of wave.querySelectorAll("use")) each.setAttribute("href", to > 1 ? "#wave-near" : "#wave");
  wave.style.setProperty("stroke-width", to > 1 ? `${0.95 * to}px` : "");
  wave.style.setProperty("touch-action", to > 1 ? "manipulation" : ""); // a finger moves along it
  for (const each of wave.querySelectorAll("svg")) each.setAttribute("viewBox", `0 0 ${to > 1 ? 600 : 300} 100`);
  view.scrollLeft = middle * view.scrollWidth - view.clientWidth / 2;
  find("nearness").textContent = `${to}×`;
  for (const each of box().querySelectorAll("[data-zoom]")) each.disabled = to === (each.dataset.zoom > 0 ? NEAREST : 1);
}

const step = (by) => zoom(Math.min(Math.max(nearness() * 2 ** by, 1), NEAREST));

// The view goes along with the song, but not when somebody scrolled away from it.
function goAlong() {
  const view = find("view");
  const at = (now.at / now.end) * view.scrollWidth;
  const isSeen = () => at >= view.scrollLeft && at <= view.scrollLeft + view.clientWidth;
  const left = seen.isSeen && seen.left === view.scrollLeft;
  const jumped = Math.abs(now.at - seen.at) > JUMP;
  if (!isSeen() && (left || jumped)) view.scrollLeft = at - view.clientWidth / 8;
  seen = { at: now.at, left: view.scrollLeft, isSeen: isSeen() };
}

// -- A part of the song --

function choose(on) {
  press("choose", on);
  if (!on) press("loop", false);
  for (const each of box().querySelectorAll("[data-part]")) each.hidden = !on;
  const [first, last] = handles();
  if (on && !Number(last.value)) propose(first, last);
  handOver();
  guard();
}

function propose(first, last) {
  const start = Math.min(isHere() ? now.at : 0, Math.max(length() - PART, 0));
  for (const [handle, value] of [[last, start + PART], [first, start]]) {
    const field = document.getElementById(handle.dataset.handle);
    field.value = Math.min(value, length()).toFixed(1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    handle.dispatchEvent(new Event("input", { bubbles: true })); // writes it as minutes and seconds
  }
}

// The orders' forms begin with the part.
function handOver() {
  const [start, end] = handles().map((handle) => handle.value);
  for (const link of document.querySelectorAll("[data-takes-part]")) {
    const named = Object.entries({ start, end }).filter(([name]) => link.dataset.takesPart.split(" ").includes(name));
    link.search = isOn("choose") ? new URLSearchParams(named) : "";
  }
}

// htmx took the address of a link when the page came.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.matches("[data-takes-part]")) detail.path = detail.elt.getAttribute("href");
});

function loop(on) {
  if (on && !isOn("choose")) choose(true);
  press("loop", on);
  guard();
}

// The player tells the time four times a second, which is too coarse to turn back by.
function guard() {
  clearTimeout(timer);
  if (!isHere() || !now.playing || !isOn("loop")) return;
  const [start, end] = handles().map((handle) => Number(handle.value));
  const { currentTime } = document.getElementById("audio");
  const left = Math.min(end, now.end - END) - currentTime;
  if (end - start < SHORTEST) return;
  if (left <= 0 || currentTime < start - END) player({ act: "seek", to: start });
  else if (left < WATCHED) timer = setTimeout(guard, 1000 * left);
}

// -- What happens --

document.addEventListener("studio:playing", ({ detail }) => {
  now = detail;
  if (!isHere() || !now.end) return;
  goAlong();
  guard();
});

document.addEventListener("studio:range", ({ target }) => {
  if (!box()?.contains(target)) return;
  handOver();
  guard();
});

document.addEventListener("click", ({ target }) => {
  const pressed = target.closest("[data-wave] [data-tools] button");
  if (!pressed) return;
  if ("zoom" in pressed.dataset) step(Number(pressed.dataset.zoom));
  else if ("choose" in pressed.dataset) choose(!isOn("choose"));
  else loop(!isOn("loop"));
});

document.addEventListener("keydown", (event) => {
  const by = { "+": 1, "=": 1, "-": -1 }[event.key];
  if (!by || event.ctrlKey || event.metaKey || !event.target.matches?.("[data-wave] [role=slider]")) return;
  event.preventDefault();
  step(by);
});

function prepare() {
  if (!box()) return;
  find("tools").hidden = false;
  handOver();
}

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
