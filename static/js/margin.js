// The text area grows with its text. A mirror below it has the same lines and carries their syllables.
const RESTS_FOR = 400;
const MOST_KNOWN = 5000;

const writing = () => document.querySelector("[data-writing]");
const find = (name) => writing().querySelector(name);
const chips = () => [...writing().querySelectorAll("[data-section]")];
const figures = (text) => text.split(" ").filter(Boolean).map(Number);

let shown = null; // the text area that the mirror is of
let lines = [];
let timer = 0;
const known = new Map(); // line -> syllables: a line that moves keeps its figure

// How many lines, or signs, two texts have in common at the beginning and at the end.
function common(one, other) {
  const least = Math.min(one.length, other.length);
  let [from, end] = [0, 0];
  while (from < least && one[from] === other[from]) from++;
  while (end < least - from && one.at(-1 - end) === other.at(-1 - end)) end++;
  return [from, end];
}

// -- The mirror --

function fill(row, line) {
  if (!row.firstChild) row.append(line);
  else if (row.firstChild.data !== line) row.firstChild.data = line;
  row.className = "";
  figure(row, known.get(line));
}

function figure(row, count) {
  if (count) row.dataset.sung = count;
  else delete row.dataset.sung;
}

function follow() {
  const now = shown.value.split("\n");
  const [from, end] = common(lines, now);
  const mirror = find("[data-mirror]");
  const [gone, come] = [lines.length - from - end, now.slice(from, now.length - end)];
  const rows = [...mirror.children].slice(from, from + gone);
  const after = mirror.children[from + gone] || null;
  come.forEach((line, at) => fill(rows[at] || mirror.insertBefore(document.createElement("div"), after), line));
  rows.slice(come.length).forEach((row) => row.remove());
  lines = now;
  return [from + gone, come.length - gone];
}

// What lies below a change moves with it, until the server has counted again.
function shift(from, by) {
  for (const chip of chips()) if (Number(chip.dataset.first) >= from) chip.dataset.first = Number(chip.dataset.first) + by;
}

// -- The figures --

function paint() {
  const { counts, uneven } = find("#margin").dataset;
  const rows = find("[data-mirror]").children;
  const odd = new Set(figures(uneven));
  if (known.size > MOST_KNOWN) known.clear();
  figures(counts).forEach((count, at) => {
    if (!rows[at]) return;
    known.set(lines[at], count);
    figure(rows[at], count);
    rows[at].classList.toggle("uneven", odd.has(at));
  });
  mark();
}

async function measure() {
  clearTimeout(timer);
  const [margin, text] = [find("#margin"), shown.value];
  const csrfmiddlewaretoken = shown.form.elements.csrfmiddlewaretoken.value;
  const body = new URLSearchParams({ text, language: margin.dataset.language, csrfmiddlewaretoken });
  const answer = await fetch(margin.dataset.measure, { method: "POST", body, redirect: "error" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || !shown.isConnected || shown.value !== text) return;
  become(margin, page.getElementById("margin"));
  paint();
  delete margin.dataset.stale;
}

const partsOf = (node) => [...node.childNodes].filter((each) => each.nodeType !== Node.TEXT_NODE || each.data.trim());

// What stays keeps its focus, its press and how far it was scrolled. And a node that is put in another's place
// ends what Chromium takes back in one step: only their words change.
function become(node, next) {
  if (node.nodeType === Node.TEXT_NODE) return void (node.data !== next.data && (node.data = next.data));
  for (const { name, value } of next.attributes) if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  const [own, children] = [partsOf(node), partsOf(next)];
  children.forEach((child, at) => {
    if (!own[at]) node.append(child);
    else if (own[at].nodeName === child.nodeName) become(own[at], child);
    else own[at].replaceWith(child);
  });
  own.slice(children.length).forEach((each) => each.remove());
}

// Without the server the figures of changed lines are missing, and nothing else.
const ask = () => measure().catch(() => {});

function plan() {
  find("#margin").dataset.stale = "";
  clearTimeout(timer);
  timer = setTimeout(ask, RESTS_FOR);
}

// Whoever moves sections must know where they are.
document.addEventListener("studio:when-measured", async ({ detail }) => {
  if ("stale" in find("#margin").dataset) await ask();
  detail();
});

// -- Changes by a button, which the browser can take back as if they were typed --

document.addEventListener("studio:edit", ({ detail: { value, caret } }) => {
  const old = shown.value;
  let [from, end] = common(old, value);
  // Half a sign is none.
  if (/[\ud800-\udbff]/.test(old[from - 1])) from--;
  if (end && /[\udc00-\udfff]/.test(old.at(-end))) end--;
  const [to, words] = [old.length - end, value.slice(from, value.length - end)];
  shown.focus({ preventScroll: true });
  shown.setSelectionRange(from, to);
  if ((from < to || words) && !document.execCommand(words ? "insertText" : "delete", false, words)) {
    shown.setRangeText(words, from, to, "end");
    shown.dispatchEvent(new Event("input", { bubbles: true }));
  }
  shown.setSelectionRange(caret, caret);
  ask();
});

// -- Where the caret is --

function mark() {
  if (!shown?.isConnected) return;
  const line = shown.value.slice(0, shown.selectionStart).split("\n").length - 1;
  const here = chips().findLast((chip) => Number(chip.dataset.first) <= line);
  for (const chip of chips()) chip.ariaCurrent = chip === here ? "true" : null;
}

// -- Life --

function prepare() {
  const text = writing()?.querySelector("textarea");
  if (!text || text === shown) return;
  [shown, lines] = [text, []];
  find("[data-mirror]").replaceChildren();
  follow();
  find(".paper").classList.add("grown");
  for (const each of writing().querySelectorAll("[data-tools], [data-measured]")) each.hidden = false;
  if (text.value === text.defaultValue) paint();
  else plan();
}

document.addEventListener("input", ({ target }) => {
  if (target !== shown) return;
  shift(...follow());
  plan();
});

document.addEventListener("selectionchange", () => {
  if (document.activeElement === shown) mark();
});

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
