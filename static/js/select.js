// Songs that are chosen by their boxes: how many, ranges with the shift key, and a choice that outlives new rows.
const bulk = () => document.querySelector("[data-select]");
const boxes = () => [...document.querySelectorAll("input[form=bulk][name=clip]")];
const isBox = (element) => element.matches?.("input[form=bulk][name=clip]");
const chosen = new Set();

let place = location.pathname; // whose songs are chosen
let last = ""; // the box that was clicked before: a range begins there

function choose(box, on) {
  box.checked = on;
  if (on) chosen.add(box.value);
  else chosen.delete(box.value);
}

function show() {
  const form = bulk();
  const all = boxes();
  const count = all.filter((box) => box.checked).length;
  const everything = form.elements.all?.checked;
  form.dataset.floats = "";
  form.hidden = !count && !everything;
  const words = everything ? "All chosen" : `${count} chosen`;
  const said = form.querySelector("[data-chosen]");
  if (said.textContent !== words) said.textContent = words;
  const page = form.querySelector("[data-page]");
  page.hidden = everything;
  page.firstElementChild.checked = count === all.length;
  page.firstElementChild.indeterminate = count > 0 && count < all.length;
  const beyond = form.querySelector("[data-everything]");
  if (beyond) beyond.hidden = !everything && count < all.length;
}

function prepare() {
  if (!document.getElementById("bulk") || place !== location.pathname) chosen.clear();
  place = location.pathname;
  if (!bulk()) return;
  for (const box of boxes()) choose(box, box.checked || chosen.has(box.value));
  show();
}

function chooseRange(box) {
  const all = boxes();
  const ends = [all.findIndex((each) => each.value === last), all.indexOf(box)].sort((a, b) => a - b);
  if (ends[0] >= 0) for (const each of all.slice(ends[0], ends[1] + 1)) choose(each, box.checked);
}

document.addEventListener("click", (event) => {
  if (!bulk() || !isBox(event.target)) return;
  if (event.shiftKey) chooseRange(event.target);
  choose(event.target, event.target.checked);
  last = event.target.value;
  show();
});

document.addEventListener("change", (event) => {
  if (!event.target.closest?.("[data-select] :is([data-page], [name=all])")) return;
  if (event.target.name !== "all") for (const box of boxes()) choose(box, event.target.checked);
  show();
});

const TYPING = "input:not([type=checkbox]), textarea, select";

document.addEventListener("keydown", (event) => {
  // Enter in a box would press the form's first button.
  if (event.key === "Enter" && isBox(event.target)) return event.preventDefault();
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
  if (localStorage.getItem("keys") !== "off") event.target.closest("li")?.querySelector("input[form=bulk]")?.click();
});

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
