// Moments of a song: handles over its waveform, in step with the text fields that the form sends.
const STEP = 0.5;
const STRIDE = 5;
const TIME = /^(?:(\d{1,3}):)?(\d{1,4}(?:\.\d{1,3})?)$/;

const handlesOf = (box) => [...box.querySelectorAll("[data-handle]")];
const fieldOf = (handle) => document.getElementById(handle.dataset.handle);

function clock(seconds) {
  const tenths = Math.floor(Math.round(10000 * seconds) / 1000);
  const [minutes, rest] = [Math.floor(tenths / 600), tenths % 600];
  return `${minutes}:${String(Math.floor(rest / 10)).padStart(2, "0")}${rest % 10 ? `.${rest % 10}` : ""}`;
}

function read(text) {
  const found = TIME.exec(text.trim().replace(",", "."));
  return found ? 60 * Number(found[1] ?? 0) + Number(found[2]) : NaN;
}

function paint(box) {
  const [first, last] = handlesOf(box);
  const end = Number(first.max);
  const [from, to] = [Number(first.value), Number((last ?? first)[last ? "value" : "max"])];
  box.style.setProperty("--from", `${(100 * from) / end}%`);
  box.style.setProperty("--to", `${(100 * Math.max(from, to)) / end}%`);
  for (const handle of [first, last]) handle?.setAttribute("aria-valuetext", clock(handle.value));
  const half = document.querySelector("[data-half]");
  if (half) half.hidden = to - from <= end / 2;
  box.dispatchEvent(new CustomEvent("studio:range", { bubbles: true }));
}

// One handle never passes the other.
function put(handle, seconds) {
  const box = handle.closest("[data-ranged]");
  const [first, last] = handlesOf(box);
  const low = handle === last ? Number(first.value) + STEP : 0;
  const high = last && handle === first ? Number(last.value) - STEP : Number(handle.max);
  handle.value = Math.max(Math.min(seconds, high), low);
  fieldOf(handle).value = clock(handle.value);
  paint(box);
}

function follow(handle) {
  const seconds = read(fieldOf(handle).value);
  if (Number.isFinite(seconds)) handle.value = seconds;
  paint(handle.closest("[data-ranged]"));
}

function fromPlayer(button) {
  const audio = document.getElementById("audio");
  const song = document.querySelector("[data-clip-order]").closest(".clip").querySelector("[data-play]");
  const plays = song && audio.src === new URL(song.dataset.src, location.href).href;
  const text = "Play this song first; then this takes the moment that it has reached.";
  if (!plays) return document.dispatchEvent(new CustomEvent("studio:say", { detail: { text } }));
  put(document.querySelector(`[data-handle=${button.dataset.playhead}]`), audio.currentTime);
}

function show(output) {
  const { value, min, max, style } = document.getElementById(output.dataset.shows);
  output.textContent = value;
  style.setProperty("--value", `${(100 * (value - min)) / (max - min)}%`);
}

function prepare() {
  for (const each of document.querySelectorAll("[data-handle], [data-playhead]")) each.hidden = false;
  document.querySelectorAll("[data-handle]").forEach(follow);
  document.querySelectorAll("[data-shows]").forEach(show);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-handle]")) return put(event.target, Number(event.target.value));
  const { id } = event.target;
  if (!id) return;
  document.querySelectorAll(`[data-handle=${CSS.escape(id)}]`).forEach(follow);
  document.querySelectorAll(`[data-shows=${CSS.escape(id)}]`).forEach(show);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-handle]")) return;
  const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  put(event.target, Number(event.target.value) + by * (event.shiftKey ? STRIDE : STEP));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-playhead]");
  if (button) fromPlayer(button);
});

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
