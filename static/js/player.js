// The player: outside the part of the page that is swapped, so that a song goes on while pages change.
const bar = document.querySelector("[data-player]");
const audio = bar.querySelector("audio");
const part = (name) => bar.querySelector(`[data-player-${name}]`);
const KEPT = "player";

let queue = [];
let current = null;

const clock = (seconds) => `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;
const length = () => (Number.isFinite(audio.duration) ? audio.duration : Number(current?.length) || 0);
const buttons = () => [...document.querySelectorAll("[data-play]")];
const songOf = ({ dataset: d }) => ({ id: d.play, src: d.src, title: d.title, sound: d.sound, length: d.length, page: d.page, cover: d.cover });

// -- What plays -----------------------------------------------------------------------------------

function takeQueue() {
  const songs = new Map(buttons().map((button) => [button.dataset.play, songOf(button)]));
  queue = [...songs.values()];
}

function load(song, at = 0) {
  current = song;
  audio.src = song.src;
  if (at) audio.currentTime = at;
  bar.hidden = false;
  part("title").textContent = song.title;
  part("title").href = song.page;
  part("sound").textContent = song.sound;
  showCover(song);
  tellSystem(song);
  paint();
}

function showCover(song) {
  const art = document.querySelector(`[data-clip="${song.id}"] .art`)?.cloneNode(true);
  const picture = art || (song.cover && Object.assign(new Image(), { src: song.cover, alt: "", className: "art" }));
  part("cover").replaceChildren(...(picture ? [picture] : []));
}

async function play() {
  try {
    await audio.play();
  } catch (error) {
    // Another song was chosen meanwhile, or the browser wants a click first.
    if (error.name !== "AbortError" && error.name !== "NotAllowedError") failed();
  }
}

function failed() {
  const text = `${current.title} can’t be played now. Reload the page, or listen to it later.`;
  document.dispatchEvent(new CustomEvent("studio:say", { detail: { text, kind: "error" } }));
}

function start(id, at = 0) {
  takeQueue();
  const song = queue.find((each) => each.id === id);
  if (!song) return;
  load(song, at);
  play();
}

function toggle(id = current?.id ?? buttons()[0]?.dataset.play) {
  if (!id) return;
  if (id !== current?.id) start(id);
  else if (audio.paused) play();
  else audio.pause();
}

function step(by) {
  if (!current) return toggle();
  if (by < 0 && audio.currentTime > 3) return seek(0);
  const song = queue[queue.findIndex((each) => each.id === current.id) + by];
  if (!song) return;
  load(song);
  play();
}

function seek(seconds) {
  audio.currentTime = Math.min(Math.max(seconds, 0), Math.max(length() - 0.25, 0));
  paint();
}

// -- How it looks ---------------------------------------------------------------------------------

function paint() {
  const playing = Boolean(current) && !audio.paused;
  for (const button of buttons()) {
    const on = button.dataset.play === current?.id;
    button.setAttribute("aria-label", `${on && playing ? "Pause" : "Play"} ${button.dataset.title}`);
    button.closest("[data-clip], .clip")?.classList.toggle("playing", on);
  }
  part("toggle").setAttribute("aria-label", playing ? "Pause" : "Play");
  paintTime();
}

function paintTime() {
  if (!current) return;
  const [at, end] = [audio.currentTime, length()];
  part("at").textContent = clock(at);
  part("length").textContent = clock(end);
  const slider = part("seek");
  slider.max = end;
  slider.value = at;
  slider.style.setProperty("--value", `${end ? (100 * at) / end : 0}%`);
  slider.setAttribute("aria-valuetext", `${clock(at)} of ${clock(end)}`);
  for (const wave of document.querySelectorAll("[data-seek]")) paintWave(wave, at, end);
  for (const each of document.querySelectorAll("[data-at]")) each.textContent = clock(each.dataset.at === current.id ? at : 0);
}

function paintWave(wave, at, end) {
  const on = wave.dataset.seek === current.id && end > 0;
  wave.style.setProperty("--played", on ? `${(100 * at) / end}%` : "0%");
  if (!on || !wave.hasAttribute("aria-valuenow")) return;
  wave.setAttribute("aria-valuenow", Math.round(at));
  wave.setAttribute("aria-valuetext", `${clock(at)} of ${clock(end)}`);
}

function paintVolume() {
  const slider = part("volume");
  audio.volume = Number(slider.value);
  slider.style.setProperty("--value", `${100 * audio.volume}%`);
}

// -- The system's own controls --------------------------------------------------------------------

function tellSystem(song) {
  if (!("mediaSession" in navigator)) return;
  const artwork = song.cover ? [{ src: song.cover }] : [];
  navigator.mediaSession.metadata = new MediaMetadata({ title: song.title, artist: "Studio", artwork });
}

if ("mediaSession" in navigator) {
  const handlers = { play, pause: () => audio.pause(), nexttrack: () => step(1), previoustrack: () => step(-1), seekto: (to) => seek(to.seekTime) };
  for (const [action, handler] of Object.entries(handlers)) navigator.mediaSession.setActionHandler(action, handler);
}

// -- What people do -------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play]");
  if (button) return toggle(button.dataset.play);
  const wave = event.target.closest("[data-seek]");
  if (wave) seekWave(wave, event);
});

function seekWave(wave, event) {
  const box = wave.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  if (wave.dataset.seek === current?.id) return seek(share * length());
  const button = document.querySelector(`[data-play="${wave.dataset.seek}"]`);
  if (button) start(wave.dataset.seek, share * Number(button.dataset.length));
}

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-seek][role=slider]")) return;
  const id = event.target.dataset.seek;
  const end = Number(event.target.getAttribute("aria-valuemax"));
  const at = id === current?.id ? audio.currentTime : 0;
  const moves = { ArrowRight: at + 5, ArrowUp: at + 5, ArrowLeft: at - 5, ArrowDown: at - 5, PageUp: at + end / 10, PageDown: at - end / 10, Home: 0, End: end };
  if (!(event.key in moves)) return;
  event.preventDefault();
  if (id !== current?.id) start(id, Math.max(moves[event.key], 0));
  else seek(moves[event.key]);
});

part("toggle").addEventListener("click", () => toggle());
part("next").addEventListener("click", () => step(1));
part("previous").addEventListener("click", () => step(-1));
part("seek").addEventListener("input", (event) => seek(Number(event.target.value)));
part("volume").addEventListener("input", paintVolume);

document.addEventListener("studio:player", ({ detail }) => {
  const acts = { toggle: () => toggle(), next: () => step(1), previous: () => step(-1), back: () => current && seek(audio.currentTime - 5), forward: () => current && seek(audio.currentTime + 5) };
  acts[detail]();
});

// -- What the sound does --------------------------------------------------------------------------

for (const name of ["play", "pause", "loadedmetadata", "seeked"]) audio.addEventListener(name, paint);
audio.addEventListener("timeupdate", paintTime);
audio.addEventListener("ended", () => step(1));
audio.addEventListener("error", () => audio.getAttribute("src") && failed());
for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, paint);

// -- Kept for a reload of this tab ----------------------------------------------------------------

addEventListener("pagehide", () => {
  if (current) sessionStorage.setItem(KEPT, JSON.stringify({ queue, current, at: audio.currentTime }));
});
addEventListener("submit", (event) => {
  if (event.target.matches("[data-forget]")) current = null;
});

paintVolume();
const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
if (kept) {
  queue = kept.queue;
  load(kept.current, kept.at);
}
