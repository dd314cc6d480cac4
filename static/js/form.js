// The new-song form: tabs, chips and the price on the button. Its draft is kept by writing.js.
const RESTS_FOR = 2000;
const THIN_SPACE = "\u2009";

const order = () => document.querySelector("[data-order]");
const spaced = (amount) => String(amount).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);

let parked = ""; // lyrics that were set aside by "From a sound"
let fresh = false; // the order was just placed

// -- From a sound, from lyrics --

function choose(form, start) {
  const fromLyrics = start === "lyrics";
  const [sound, lyrics] = ["sound", "lyrics"].map((name) => form.querySelector(`[data-part=${name}]`));
  form.elements.start.value = start;
  if (fromLyrics) sound.before(lyrics);
  else sound.after(lyrics);
  lyrics.hidden = !fromLyrics;
  // Hidden lyrics must not be sung: a disabled field is not sent. Its text stays, for the way back.
  form.elements.lyrics.disabled = !fromLyrics;
  parked = form.elements.lyrics.value ||= parked;
  form.querySelector(".if-sound").hidden = fromLyrics;
  figure(form);
}

// -- Chips --

const wordsOf = (field) => field.value.split(",").map((word) => word.trim()).filter(Boolean);

function makeChips(box) {
  if (box.childElementCount) return;
  for (const word of (box.dataset.words || box.dataset.sections).split("|")) {
    const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: word });
    box.append(chip);
  }
}

function press(chip, form) {
  const box = chip.closest("[data-chips]");
  const field = form.querySelector(`#${box.dataset.chips}`);
  if (box.dataset.sections) insertSection(field, chip.textContent);
  else toggleWord(field, chip.textContent);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function toggleWord(field, word) {
  const words = wordsOf(field);
  const at = words.indexOf(word);
  if (at < 0) words.push(word);
  else words.splice(at, 1);
  field.value = words.join(", ");
}

function insertSection(field, name) {
  const [before, after] = [field.value.slice(0, field.selectionStart), field.value.slice(field.selectionEnd)];
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const head = `${gap}[${name}]\n`;
  field.value = before + head + after;
  field.selectionStart = field.selectionEnd = before.length + head.length;
  field.focus();
}

// -- Figures --

function figure(form) {
  const words = wordsOf(form.elements.sound);
  for (const chip of form.querySelectorAll("[data-words] .chip")) chip.setAttribute("aria-pressed", String(words.includes(chip.textContent)));
  for (const output of form.querySelectorAll("[data-value-of]")) {
    const { value, min, max, style } = form.querySelector(`#${output.dataset.valueOf}`);
    output.textContent = value;
    style.setProperty("--value", `${(100 * (value - min)) / (max - min)}%`);
  }
}

function price(form) {
  const send = form.querySelector("[data-send]");
  const takes = Number(form.elements.takes.value) || 1;
  const cost = takes * Number(send.dataset.price);
  const balance = Number(document.getElementById("credits").dataset.balance);
  const remains = send.querySelector("[data-remains]");
  const button = send.querySelector("[data-create]");
  if (!button) return; // a limit or a pause keeps it off
  const { left = Infinity } = send.dataset;
  if (!button.hasAttribute("aria-disabled")) button.textContent = `Create ${takes} take${takes > 1 ? "s" : ""} · ${spaced(cost)} credits`;
  remains.classList.toggle("short", balance < cost || left < cost);
  remains.textContent = balance < cost ? `You have ${spaced(balance)} credits: not enough.` : left < cost ? `A limit leaves ${spaced(left)} credits: not enough.` : `${spaced(balance - cost)} will remain`;
}

// A second click that comes after the answer would be a second order: the button rests for a moment.
function rest(form) {
  const button = form.querySelector("[data-create]");
  if (!button) return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Ordered";
  button.focus({ preventScroll: true });
  setTimeout(() => {
    button.removeAttribute("aria-disabled");
    if (button.isConnected) price(form);
  }, RESTS_FOR);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const resting = event.detail.elt.matches?.("[data-order]") && event.detail.elt.querySelector("[data-create][aria-disabled]");
  if (resting) event.preventDefault();
});

// -- Life --

function prepare() {
  const form = order();
  if (!form) return;
  if (!("ready" in form.dataset)) {
    form.dataset.ready = "";
    form.querySelectorAll("[data-chips]").forEach(makeChips);
    const wrong = form.querySelector("[aria-invalid=true]");
    choose(form, form.elements.lyrics.value || wrong === form.elements.lyrics ? "lyrics" : form.elements.start.value);
    wrong?.focus();
  }
  figure(form);
  price(form);
  if (fresh) rest(form);
  fresh = false;
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-order]");
  if (!form) return;
  form.querySelector("[data-create]")?.removeAttribute("aria-disabled"); // another order is being written
  if (event.target.name === "start") choose(form, event.target.value);
  figure(form);
  price(form);
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-order] .chip");
  if (chip) press(chip, order());
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.requestConfig.elt.matches?.("[data-order]") || event.detail.xhr.status >= 400) return;
  fresh = true;
});

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
