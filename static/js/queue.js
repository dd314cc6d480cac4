// The list of what plays next. Titles are other people's text: they become text nodes.
const box = document.querySelector("[data-queue]");
const list = box.querySelector("ol");
const row = box.querySelector("template").content.firstElementChild;
const clock = (seconds) => `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

let songs = [];

function rowOf(song) {
  const item = row.cloneNode(true);
  const [go, drop] = item.querySelectorAll("button");
  go.querySelector("[data-title]").textContent = song.title;
  go.querySelector("[data-length]").textContent = clock(Number(song.length));
  drop.setAttribute("aria-label", `Remove ${song.title}`);
  return item;
}

function paint() {
  if (!box.matches(":popover-open")) return;
  const held = [...list.querySelectorAll("button")].indexOf(document.activeElement);
  list.replaceChildren(...songs.map(rowOf));
  box.querySelector("[data-none]").hidden = songs.length > 0;
  if (held < 0) return;
  // The row is gone or has moved up: the hand stays where it was, on the same kind of button.
  const left = [...list.querySelectorAll("button")];
  (left[held] ?? left.at(held % 2 ? -1 : -2) ?? box.querySelector("button")).focus();
}

document.addEventListener("studio:queue", ({ detail }) => {
  songs = detail;
  paint();
});
box.addEventListener("toggle", paint);

list.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const ahead = [...list.children].indexOf(button.parentElement) + 1;
  const act = "drop" in button.dataset ? "drop" : "go";
  document.dispatchEvent(new CustomEvent("studio:player", { detail: { act, ahead } }));
});
