// Lyrics that go along with the song: the line that is sung is marked, and a click on a line plays from there.
const LINGERS = 2; // seconds that a line stays marked after its end
const WATCHED = 1; // seconds ahead for which the clock is set
const JUMP = 1.5; // seconds that no song goes on by itself between two notes of its time
const MOVES = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

const boxes = () => [...document.querySelectorAll("[data-follow]")];
const boxOf = (line) => line.closest("[data-follow]");
const lines = (box) => [...box.querySelectorAll("[data-sung]")];
const spansOf = (line) => line.dataset.sung.trim().split(" ").map((span) => span.split("-").map(Number));
const ask = (act, given) => document.dispatchEvent(new CustomEvent("studio:player", { detail: { act, ...given } }));
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let heard = 0; // the moment that the player told last
let timer = 0;
let away = false; // the reader has scrolled to another place

const audio = () => document.getElementById("audio");
const button = (box) => document.querySelector(`[data-play="${box.dataset.follow}"]`);
const isHere = (box) => audio()?.src === new URL(button(box).dataset.src, location.href).href;
const marked = (box) => box.querySelector("[aria-current]");

// -- The line that is sung --

// The player tells the time four times a second, which is too coarse for a line.
function follow() {
  clearTimeout(timer);
  boxes().forEach(followIn);
}

function followIn(box) {
  const here = isHere(box);
  const at = here ? audio().currentTime : -1;
  const spans = lines(box).flatMap((line) => spansOf(line).map(([start, end]) => ({ line, start, end: end + LINGERS })));
  const begun = spans.filter(({ start }) => start <= at).sort((one, other) => one.start - other.start);
  const last = begun.at(-1);
  mark(box, last && at < last.end ? last.line : null);
  if (!here || audio().paused) return;
  const next = Math.min(...spans.flatMap(({ start, end }) => [start, end]).filter((time) => time > at));
  if (next - at < WATCHED) timer = setTimeout(follow, 1000 * (next - at) + 5);
}

function mark(box, line) {
  if (marked(box) === line) return;
  marked(box)?.removeAttribute("aria-current");
  line?.setAttribute("aria-current", "true");
  if (line) goAlong(line);
}

// Only the box scrolls, never the page, and not when the reader has looked elsewhere.
function goAlong(line) {
  const box = boxOf(line);
  const { scrollTop, clientHeight } = box;
  const top = line.offsetTop - scrollTop;
  const isSeen = top >= 0 && top + line.offsetHeight <= clientHeight;
  if (isSeen) away = false;
  if (away || (isSeen && top < (2 * clientHeight) / 3)) return;
  box.scrollTo({ top: line.offsetTop - clientHeight / 3, behavior: calm.matches ? "auto" : "smooth" });
}

document.addEventListener("studio:playing", ({ detail }) => {
  if (Math.abs(detail.at - heard) > JUMP) away = false;
  heard = detail.at;
  follow();
});

// -- What the reader does --

function play(line) {
  away = false;
  const [[start]] = spansOf(line);
  const box = boxOf(line);
  if (!isHere(box)) button(box).click();
  else if (audio().paused) ask("toggle");
  ask("seek", { to: start });
}

document.addEventListener("click", ({ target }) => {
  const line = target.closest("[data-follow] button[data-sung]");
  if (!line) return;
  reach(line);
  play(line);
});

// All lines of a song are one stop for the Tab key.
function reach(line) {
  for (const each of lines(boxOf(line))) each.tabIndex = each === line ? 0 : -1;
}

document.addEventListener("keydown", (event) => {
  const by = MOVES[event.key];
  if (!by || !event.target.matches?.("[data-follow] button[data-sung]")) return;
  event.preventDefault();
  away = true;
  const all = lines(boxOf(event.target));
  const line = all[Math.min(Math.max(all.indexOf(event.target) + by, 0), all.length - 1)];
  reach(line);
  line.focus();
});

for (const name of ["wheel", "touchmove", "pointerdown"])
  document.addEventListener(name, ({ target }) => (away ||= name === "pointerdown" ? boxes().includes(target) : Boolean(target.closest?.("[data-follow]"))), { passive: true });

// -- Life --

// Without a script the lines are plain text.
function prepare() {
  boxes().forEach(prepareIn);
  follow();
}

function prepareIn(box) {
  for (const text of box.querySelectorAll("span[data-sung]")) {
    const line = Object.assign(document.createElement("button"), { type: "button", textContent: text.textContent });
    line.dataset.sung = text.dataset.sung;
    text.replaceWith(line);
  }
  box.classList.add("pane");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Lines of the song: Enter plays from one, the arrow keys lead to others");
  reach(lines(box)[0]);
}

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
