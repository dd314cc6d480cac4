// Times of lines, tapped along with the song. The text area is what is sent: here it is shown line by line.
const STAMPED = /^\s*\[(\d{1,3}):(\d{1,2}(?:[.:]\d{1,3})?)\]\s?(.*)$/;
const MORE = /^(\[\d{1,3}:[\d.:]+\])+\s?/; // a line may be sung more than once
const UNSUNG = /^\s*(\[[^\]]*\]\s*:?\s*)?$/; // nothing, a head such as [Verse], or what a file says about itself
const LEAD = 2; // seconds that are heard before a line is sung
const ELSEWHERE = "input, textarea, select, summary, a, [role=slider], button:not([data-tapping] :is([data-now], [data-lines] *))";

const form = () => document.querySelector("[data-taps]");
const find = (name) => form().querySelector(`[data-${name}]`);
const field = () => form().elements.lrc;
const ask = (act, given) => document.dispatchEvent(new CustomEvent("studio:player", { detail: { act, ...given } }));
const two = (number) => String(number).padStart(2, "0");

let rows = []; // the lines of the text: `at` in seconds or null, `line` its row in the list or null
let next = null; // the row that is tapped next
let done = []; // what is undone, the latest last
let begun = false; // to be played for this page

const audio = () => document.getElementById("audio");
const song = () => document.querySelector(`[data-play="${form().dataset.taps}"]`);
const isHere = () => audio()?.src === new URL(song().dataset.src, location.href).href;
const isPlaying = () => isHere() && !audio().paused;
const sung = () => rows.filter(({ line }) => line);

// -- The text, and the same as rows --

function parse(raw) {
  const found = STAMPED.exec(raw);
  const at = found ? 60 * Number(found[1]) + Number(found[2].replace(":", ".")) : null;
  return { raw, at, was: at, text: found ? found[3] : raw, line: null };
}

function clock(at, brackets) {
  const hundredths = Math.round(100 * at);
  const [minutes, rest] = [Math.floor(hundredths / 6000), hundredths % 6000];
  const seconds = `${two(Math.floor(rest / 100))}.${two(rest % 100)}`;
  return brackets ? `[${two(minutes)}:${seconds}]` : `${minutes}:${seconds.slice(0, -1)}`;
}

function read() {
  rows = field().value.split("\n").map(parse);
  const shown = rows.filter(({ at, text }) => at !== null || !UNSUNG.test(text));
  shown.forEach((row) => (row.line = draw(row)));
  find("tapping").hidden = !shown.length;
  find("lines").replaceChildren(...shown.map(({ line }) => line.parentElement));
  done = [];
  choose(shown.find(({ at }) => at === null) ?? shown[0] ?? null);
}

function draw(row) {
  const [item, line, time, text] = ["li", "button", "span", "span"].map((name) => document.createElement(name));
  Object.assign(line, { type: "button", className: "menu-item" });
  time.className = "figure";
  text.className = "song";
  text.textContent = row.text.replace(MORE, "");
  line.append(time, text);
  item.append(line);
  paint(row, line);
  return line;
}

function paint({ at }, line) {
  line.firstChild.textContent = at === null ? "–:––" : clock(at);
}

function write() {
  const written = ({ raw, at, was, text }) => (at === was ? raw : at === null ? text : `${clock(at, true)}${text.startsWith("[") ? "" : " "}${text}`);
  field().value = rows.map(written).join("\n");
  field().dispatchEvent(new Event("input", { bubbles: true })); // what was tapped outlives a lost session
}

// -- The line that is next --

function choose(row) {
  next = row;
  for (const { line } of sung()) {
    line.tabIndex = line === row?.line ? 0 : -1;
    if (line === row?.line) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
  const list = find("lines");
  if (row) list.scrollTop = row.line.offsetTop - list.clientHeight / 3;
  find("undo").disabled = !done.length;
}

function step(by) {
  const all = sung();
  choose(all[Math.min(Math.max(all.indexOf(next) + by, 0), all.length - 1)] ?? null);
  if (document.activeElement?.closest("[data-lines]")) next?.line.focus();
}

// -- Tapping --

function put(row, at) {
  done.push([row, row.at, next]);
  row.at = Math.max(at, 0);
  paint(row, row.line);
  write();
}

function tap() {
  if (!next) return;
  put(next, audio().currentTime);
  const all = sung();
  choose(all[all.indexOf(next) + 1] ?? next);
}

function undo() {
  const [row, at, before] = done.pop() ?? [];
  if (!row) return;
  row.at = at;
  paint(row, row.line);
  write();
  choose(before);
}

// The line that is chosen, if it has a time; else the one that was tapped last.
function nudge(by) {
  const row = next?.at == null ? done.at(-1)?.[0] : next;
  if (row?.at == null) return;
  put(row, row.at + by);
  choose(next);
}

function play() {
  const all = sung();
  const before = all.slice(0, all.indexOf(next) + 1).filter(({ at }) => at !== null).at(-1);
  if (!isHere()) song().click();
  else if (audio().paused) ask("toggle");
  ask("seek", { to: (before?.at ?? 0) - LEAD });
  begun = true;
}

// Somebody who paused goes on where it stands.
function press() {
  if (isPlaying()) tap();
  else if (isHere() && begun) ask("toggle");
  else play();
  find("now").focus({ preventScroll: true });
}

const KEYS = {
  " ": press,
  Enter: press,
  Backspace: undo,
  ArrowUp: () => step(-1),
  ArrowDown: () => step(1),
  ArrowLeft: () => nudge(-0.1),
  ArrowRight: () => nudge(0.1),
  Escape: () => isPlaying() && ask("toggle"),
};
const ANYWHERE = [" ", "Enter"]; // the other keys scroll the page, but for the lines and their button

// Before the keys of the player, which would pause the song at every tap.
document.addEventListener(
  "keydown",
  (event) => {
    const act = KEYS[event.key];
    if (!form() || !act || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest(ELSEWHERE) || document.querySelector("dialog[open]")) return;
    if (!ANYWHERE.includes(event.key) && !event.target.closest("[data-tapping]")) return;
    event.preventDefault();
    if (!event.repeat || event.key.startsWith("Arrow")) act();
  },
  true,
);

// The key's release would press the button once more.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.matches?.("[data-now], [data-lines] button")) event.preventDefault();
});

// A finger counts when it comes down. What presses the button otherwise, such as a screen reader, clicks.
document.addEventListener("pointerdown", (event) => {
  if (event.button === 0 && event.target.closest("[data-taps] [data-now]")) press();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tapping] button");
  if (!button) return;
  if ("now" in button.dataset && event.detail === 0) press();
  else if ("undo" in button.dataset) undo();
  else if ("nudge" in button.dataset) nudge(Number(button.dataset.nudge));
  else if ("from" in button.dataset) play();
  else if (button.closest("[data-lines]")) choose(sung().find(({ line }) => line === button));
});

// -- Life --

function name() {
  if (form() && find("now")) find("now").textContent = isPlaying() ? "Now" : "Play";
}

document.addEventListener("studio:playing", name);

document.addEventListener("input", (event) => {
  if (form() && event.isTrusted && event.target === field() && find("tapping")) read();
});

function prepare() {
  if (!form() || !find("tapping") || "ready" in form().dataset) return;
  form().dataset.ready = "";
  begun = isPlaying();
  read();
  name();
}

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
