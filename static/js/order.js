// A list in an order made by hand: dragged by its handles, moved by arrow keys or buttons. The page moves first.
const songs = () => [...document.getElementById("songs").children];
const form = () => document.getElementById("order");

let dragged = null;
let timer = 0;
let sending = false;
let unsaved = false;

// The neighbour goes to the other side: the song itself stays in the document, and keeps focus and pointer.
function shift(song, by) {
  const neighbour = by < 0 ? song.previousElementSibling : song.nextElementSibling;
  if (!neighbour) return false;
  if (by < 0) song.after(neighbour);
  else song.before(neighbour);
  return (unsaved = true);
}

function settle(song) {
  const all = songs();
  const words = `${song.querySelector(".song").textContent}, ${all.indexOf(song) + 1} of ${all.length}`;
  document.querySelector("[data-moved]").textContent = words;
  song.scrollIntoView({ block: "nearest" });
  clearTimeout(timer);
  timer = setTimeout(send, 250);
}

function send() {
  if (sending || !unsaved || !form()) return;
  [sending, unsaved] = [true, false];
  const order = songs().map((song) => song.dataset.clip).join();
  htmx.ajax("POST", form().action, { source: form(), swap: "none", values: { order } });
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.elt.id !== "order" || !sending) return;
  sending = false;
  if (detail.xhr.status === 204) form().elements.version.value++;
  // What somebody else made of it is on the page now.
  else if (detail.xhr.status === 409) unsaved = false;
  else return (unsaved = true);
  send();
});

document.addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key];
  if (!by || !event.target.matches?.("[data-grip]")) return;
  event.preventDefault();
  const song = event.target.closest("li");
  while (shift(song, by) && !Number.isFinite(by));
  settle(song);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[form=order]");
  if (!button) return;
  event.preventDefault();
  shift(button.closest("li"), button.name === "up" ? -1 : 1);
  settle(button.closest("li"));
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  dragged = grip.closest("li");
  dragged.classList.add("dragged");
});

document.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const middle = (song) => song.getBoundingClientRect().top + song.offsetHeight / 2;
  const y = event.clientY;
  while (dragged.previousElementSibling && y < middle(dragged.previousElementSibling)) shift(dragged, -1);
  while (dragged.nextElementSibling && y > middle(dragged.nextElementSibling)) shift(dragged, 1);
  scrollBy(0, y < 90 ? -12 : y > innerHeight - 110 ? 12 : 0);
});

for (const name of ["pointerup", "pointercancel"])
  document.addEventListener(name, () => {
    dragged?.classList.remove("dragged");
    if (dragged && unsaved) settle(dragged);
    dragged = null;
  });
