// The sections of the text as chips: jumped to, put in another order, doubled; and tags for a text without any.
const FAR = 6; // pixels that a press may slip and still be one

const text = () => document.querySelector("[data-writing] textarea");
const linesOf = () => text().value.split("\n");
const caretLine = () => text().value.slice(0, text().selectionStart).split("\n").length - 1;
const list = () => document.querySelector("[data-writing] .sections");
const chips = () => [...list().querySelectorAll("[data-section]")];
const named = (chip) => chip.dataset.section || "The part without a tag";
const edit = (lines, at) =>
  document.dispatchEvent(new CustomEvent("studio:edit", { detail: { value: lines.join("\n"), caret: startOf(lines, at) } }));
const startOf = (lines, at) => lines.slice(0, at).join("\n").length + (at > 0);
// Changes begin when the chips stand for the text as it is now.
const measured = (act) => !text().readOnly && document.dispatchEvent(new CustomEvent("studio:when-measured", { detail: act }));

let dragged = null;
let slipped = false;

const say = (words) => (document.querySelector("[data-arranged]").textContent = words);
const refuse = (text) => document.dispatchEvent(new CustomEvent("studio:say", { detail: { text, kind: "warning" } }));
const show = (line, block) => document.querySelector("[data-mirror]").children[line]?.scrollIntoView({ block });

function jump(chip) {
  const [line, lines] = [Number(chip.dataset.first), linesOf()];
  text().focus({ preventScroll: true });
  const caret = startOf(lines, line) + (lines[line] || "").length;
  text().setSelectionRange(caret, caret);
  show(line, "center");
}

// -- Another order --

// The words of a section, and the empty lines that part it from the next.
function cut(lines) {
  const last = lines.findLastIndex((line) => line.trim()) + 1;
  return { words: lines.slice(0, last), gap: lines.slice(last) };
}

// `order`: which section stands first, second ...; the gaps stay where they are. Gives the line each begins at.
function arrange(order) {
  const [lines, firsts] = [linesOf(), chips().map((chip) => Number(chip.dataset.first))];
  const parts = firsts.map((first, at) => cut(lines.slice(first, firsts[at + 1])));
  const gaps = parts.map((part) => part.gap);
  if (order.length > gaps.length) gaps.splice(-1, 0, [""]);
  const next = lines.slice(0, firsts[0]);
  const begins = order.map((which, at) => {
    const begin = next.length;
    next.push(...parts[which].words, ...gaps[at]);
    return begin;
  });
  return { next, begins };
}

function put(order, at, words) {
  const before = chips();
  const back = document.activeElement;
  const { next, begins } = arrange(order);
  edit(next, begins[at]);
  const items = order.map((which, place) => {
    const item = before[which].closest("li");
    return order.indexOf(which) === place ? item : item.cloneNode(true);
  });
  list().replaceChildren(...items);
  chips().forEach((chip, place) => {
    chip.dataset.first = begins[place];
    chip.id = `section-${place + 1}`;
  });
  (before.includes(back) ? chips()[at] : back).focus({ preventScroll: true });
  show(begins[at], "nearest");
  say(words);
}

function move(at, by) {
  const all = chips();
  const to = at + by;
  if (!all[to]?.dataset.section || !all[at].dataset.section) return refuse(`${named(all[at])} can’t move further.`);
  const order = all.map((_, place) => place);
  order.splice(to, 0, ...order.splice(at, 1));
  put(order, to, `${named(all[at])} is now ${to + 1} of ${all.length}.`);
}

function double(at) {
  const order = chips().map((_, place) => place);
  order.splice(at, 0, at);
  put(order, at + 1, `${named(chips()[at])} is there twice.`);
}

// -- Tags --

function insertTag(tag) {
  const lines = linesOf();
  const at = caretLine();
  const gap = at > 0 && lines[at - 1].trim() ? [""] : [];
  lines.splice(at, 0, ...gap, tag);
  edit(lines, at + gap.length + 1);
}

function insertMissing(missing) {
  const lines = linesOf();
  for (const each of missing.split("|").reverse()) {
    const [at, ...head] = each.split(" ");
    lines.splice(Number(at), 0, head.join(" "));
  }
  edit(lines, 0);
  say("Tags are in. Undo takes them out again.");
}

// -- What is pressed --

const current = () => Math.max(chips().findIndex((chip) => chip.hasAttribute("aria-current")), 0);

const PRESSED = {
  "[data-section]": (chip) => jump(chip),
  "[data-move]": (button) => measured(() => chips().length && move(current(), Number(button.dataset.move))),
  "[data-duplicate]": (button) => {
    button.closest("details").open = false;
    measured(() => chips().length && double(current()));
  },
  "[data-tag]": (button) => {
    button.closest("details").open = false;
    insertTag(button.dataset.tag);
  },
  "[data-missing]": (button) => measured(() => button.isConnected && insertMissing(button.dataset.missing)),
};

document.addEventListener("click", ({ target }) => {
  const within = target.closest("[data-writing]");
  if (!within) return;
  if (slipped) return void (slipped = false); // what ends a drag is no press
  for (const [name, act] of Object.entries(PRESSED)) {
    const found = target.closest(name);
    if (found) return act(found);
  }
});

document.addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const chip = event.target.closest?.("[data-writing] [data-section]");
  if (!by || !event.altKey || !chip) return;
  event.preventDefault();
  const at = chips().indexOf(chip);
  measured(() => chips()[at] && move(at, by));
});

// -- Dragging; a finger scrolls the row instead, and has the menu --

document.addEventListener("pointerdown", (event) => {
  [slipped, dragged] = [false, null];
  const chip = event.target.closest?.("[data-writing] [data-section]");
  if (!chip?.dataset.section || event.pointerType === "touch" || event.button || text().readOnly) return;
  measured(() => (dragged = { chip, before: chips(), x: event.clientX, y: event.clientY }));
});

document.addEventListener("pointermove", ({ clientX, clientY, buttons }) => {
  if (!buttons && dragged) back(); // let go before the chips were measured, or where nobody saw it
  if (!dragged) return;
  slipped ||= Math.hypot(clientX - dragged.x, clientY - dragged.y) > FAR;
  if (!slipped) return;
  dragged.chip.classList.add("dragged");
  const over = document.elementFromPoint(clientX, clientY)?.closest("[data-section]");
  if (!over?.dataset.section || over === dragged.chip) return;
  const below = chips().indexOf(over) > chips().indexOf(dragged.chip);
  over.closest("li")[below ? "after" : "before"](dragged.chip.closest("li"));
});

function back() {
  dragged.chip.classList.remove("dragged");
  if (slipped) list().replaceChildren(...dragged.before.map((each) => each.closest("li")));
  dragged = null;
}

for (const name of ["pointerup", "pointercancel"])
  document.addEventListener(name, () => {
    if (!dragged) return;
    const { chip, before } = dragged;
    const order = chips().map((each) => before.indexOf(each));
    const at = chips().indexOf(chip);
    back(); // a chip that did not move stays: put anew it would lose its click
    if (name === "pointerup" && order.some((which, place) => which !== place))
      put(order, at, `${named(chip)} is now ${at + 1} of ${before.length}.`);
  });
