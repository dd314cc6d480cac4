// Forms that are written in: live counters, and orders whose words outlive a lost session.
const THIN_SPACE = "\u2009";
const spaced = (amount) => String(amount).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
const place = (form) => `draft ${form.getAttribute("action")}${location.search}`;

const characters = (text) => [...text.normalize("NFC").replace(/\r\n?/g, "\n").trim()].length;

// A node that is replaced would end what Chromium takes back in one step.
function write(counter, words) {
  if (!counter.firstChild) counter.append(words);
  else if (counter.firstChild.data !== words) counter.firstChild.data = words;
}

function count(form) {
  for (const counter of form.querySelectorAll("[data-count]")) {
    const length = characters(document.getElementById(counter.dataset.count).value);
    const limit = Number(counter.dataset.limit);
    counter.classList.toggle("over", length > limit);
    for (const said of form.querySelectorAll(`[data-over="${counter.dataset.count}"]`)) said.hidden = length <= limit;
    write(counter, `${spaced(length)} / ${spaced(limit)}${length > limit ? ` · ${spaced(length - limit)} too many` : ""}`);
  }
}

// -- Orders: what was typed is kept until it was sent --

const textsOf = (form) => [...form.querySelectorAll("textarea, [type=text], [data-shown]")];

function keep(form) {
  sessionStorage.setItem(place(form), JSON.stringify(Object.fromEntries(textsOf(form).map((field) => [field.name, field.value]))));
}

function fill(form) {
  const kept = JSON.parse(sessionStorage.getItem(place(form)) || "{}");
  if (form.querySelector("[aria-invalid=true]")) return;
  for (const field of textsOf(form)) {
    // What was shown then goes along, or what somebody else has written since would be written over.
    const shown = "shown" in field.dataset && field.name in kept;
    if ((!kept[field.name] && !shown) || field.value !== field.defaultValue) continue; // a quick hand was here first
    field.value = kept[field.name];
    field.closest("details")?.setAttribute("open", "");
  }
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const form = detail.requestConfig.elt;
  if (form.matches?.("[data-keep]") && detail.xhr.status < 400) sessionStorage.removeItem(place(form));
});

// -- Life --

function prepare() {
  document.querySelectorAll("[data-keep]:not([data-filled])").forEach((each) => {
    each.dataset.filled = "";
    fill(each);
  });
  document.querySelectorAll("[data-counted]").forEach(count);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-counted], [data-keep]");
  if (!form) return;
  count(form);
  if (form.matches("[data-keep]")) keep(form);
});

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
