// The player as it is seen: the bar, the songs and waves of the page, and what people do with them.
const bar = document.querySelector("[data-player]");
const part = (name) => bar.querySelector(`[data-player-${name}]`);
const ask = (act, given) => document.dispatchEvent(new CustomEvent("studio:player", { detail: { act, ...given } }));

let now = { at: 0, end: 0, playing: false };
let shown = null;

const clock = (seconds) => `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;
const buttons = () => [...document.querySelectorAll("[data-play]")];
const songOf = ({ dataset: d }) => ({ id: d.play, src: d.src, title: d.title, sound: d.sound, length: d.length, page: d.page, cover: d.cover, played: d.played });

// -- How it looks --

function paint() {
  const { song, playing } = now;
  bar.hidden = !song;
  for (const button of buttons()) {
    const on = button.dataset.play === song?.id;
    button.setAttribute("aria-label", `${on && playing ? "Pause" : "Play"} ${button.dataset.title}`);
    button.closest("[data-clip], .sleeve")?.classList.toggle("playing", on);
  }
  part("toggle").setAttribute("aria-label", playing ? "Pause" : "Play");
  if (song !== shown) show(song);
  paintTime();
}

function show(song) {
  shown = song;
  if (!song) return;
  part("title").textContent = song.title;
  part("title").href = song.page;
  part("sound").textContent = song.sound;
  const art = document.querySelector(`[data-play="${song.id}"]`)?.closest("[data-clip], .clip")?.querySelector(".art");
  const picture = art?.cloneNode(true) || (song.cover && Object.assign(new Image(), { src: song.cover, alt: "", className: "art" }));
  part("cover").replaceChildren(...(picture ? [picture] : []));
}

function paintTime() {
  const { song, at, end } = now;
  if (!song) return;
  part("at").textContent = clock(at);
  part("length").textContent = clock(end);
  const slider = part("seek");
  slider.max = end;
  slider.value = at;
  slider.style.setProperty("--value", `${end ? (100 * at) / end : 0}%`);
  slider.setAttribute("aria-valuetext", `${clock(at)} of ${clock(end)}`);
  document.querySelectorAll("[data-seek]").forEach(paintWave);
  for (const each of document.querySelectorAll("[data-at]")) each.textContent = clock(each.dataset.at === song.id ? at : 0);
}

function paintWave(wave) {
  const { song, at, end } = now;
  const on = wave.dataset.seek === song.id && end > 0;
  wave.style.setProperty("--played", on ? `${(100 * at) / end}%` : "0%");
  if (!on || !wave.hasAttribute("aria-valuenow")) return;
  wave.setAttribute("aria-valuenow", Math.round(at));
  wave.setAttribute("aria-valuetext", `${clock(at)} of ${clock(end)}`);
}

function paintVolume() {
  const slider = part("volume");
  ask("volume", { to: Number(slider.value) });
  slider.style.setProperty("--value", `${100 * slider.value}%`);
}

document.addEventListener("studio:playing", ({ detail }) => {
  const same = detail.song === now.song && detail.playing === now.playing;
  now = detail;
  if (same) paintTime();
  else paint();
});
for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, paint);

// -- What people do --

function start(id, at = 0) {
  const songs = new Map(buttons().map((button) => [button.dataset.play, songOf(button)]));
  if (songs.has(id)) ask("start", { id, at, songs: [...songs.values()] });
}

// A button that says "next" or "last" means the song that it stands beside; elsewhere, all whose boxes are ticked.
function enqueue(button) {
  const song = button.closest("[data-clip], .clip")?.querySelector("[data-play]");
  const chosen = song ? [song] : [...document.querySelectorAll("[data-clip]:has(.pick:checked) [data-play]")];
  ask("enqueue", { songs: chosen.map(songOf), next: button.dataset.enqueue === "next" });
}

function seekWave(wave, event) {
  const box = wave.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  if (wave.dataset.seek === now.song?.id) return ask("seek", { to: share * now.end });
  const button = document.querySelector(`[data-play="${wave.dataset.seek}"]`);
  if (button) start(wave.dataset.seek, share * Number(button.dataset.length));
}

document.addEventListener("click", ({ target, clientX }) => {
  const one = target.closest("[data-enqueue], [data-play], [data-seek]");
  if (!one) return;
  if ("enqueue" in one.dataset) enqueue(one);
  else if ("seek" in one.dataset) seekWave(one, { clientX });
  else if (one.dataset.play === now.song?.id) ask("toggle");
  else start(one.dataset.play);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-seek][role=slider]")) return;
  const id = event.target.dataset.seek;
  const on = id === now.song?.id;
  const at = on ? now.at : 0;
  const end = Number(event.target.getAttribute("aria-valuemax"));
  const moves = { ArrowRight: at + 5, ArrowUp: at + 5, ArrowLeft: at - 5, ArrowDown: at - 5, PageUp: at + 10, PageDown: at - 10, Home: 0, End: end };
  if (!(event.key in moves)) return;
  event.preventDefault();
  if (on) ask("seek", { to: moves[event.key] });
  else start(id, Math.max(moves[event.key], 0));
});

for (const name of ["toggle", "next", "previous"]) part(name).addEventListener("click", () => ask(name));
part("seek").addEventListener("input", (event) => ask("seek", { to: Number(event.target.value) }));
part("volume").addEventListener("input", paintVolume);

// On a phone the bar is small until somebody opens it.
part("open").addEventListener("click", ({ currentTarget: button }) => {
  const open = bar.classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
});

paintVolume();
