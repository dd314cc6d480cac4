// The player: what sounds, and what comes next, also while pages change. It is told what to do by "studio:player"
// and tells what it does by "studio:playing".
const bar = document.querySelector("[data-player]");
const { player: person } = bar.dataset; // nobody on a public page, where nothing is kept
const KEPT = "player";
const EARLY = 15; // seconds before the end of a song: the next one is fetched
const HEARD = 10; // seconds that make a play
const PATIENCE = 3; // songs in a row that can't be played, before it stops
const OFTEN = 5; // seconds between two notes of the place

// Two, so that the next song waits in the other one. The one that is heard has the id.
let [audio, spare] = bar.querySelectorAll("audio");
let queue = [];
let place = 0;
let wanted = false; // somebody pressed play
let counted = false;
let failures = 0;
let mine = true; // no other tab has played since this one did
let noted = 0;
let renewed = 0;

const current = () => queue[place];
const length = () => (Number.isFinite(audio.duration) ? audio.duration : Number(current()?.length) || 0);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`studio:${name}`, { detail }));
const tellQueue = () => tell("queue", queue.slice(place + 1));

function tellTime() {
  tell("playing", { song: current(), at: audio.currentTime, end: length(), playing: Boolean(current()) && !audio.paused });
}

function tellAll() {
  tellTime();
  tellSystem();
}

// -- What plays --

function load(at = 0) {
  audio.pause();
  if (spare.getAttribute("src") === current().src && !spare.error) changeOver();
  // A page may bring the first song along, which is here already then.
  else if (audio.getAttribute("src") !== current().src || audio.error || audio.currentTime) audio.src = current().src;
  if (at) audio.currentTime = at;
  counted = false;
  nameForSystem();
  tellQueue();
  tellAll();
}

function changeOver() {
  [audio, spare] = [spare, audio];
  spare.removeAttribute("id");
  audio.id = "audio";
  empty(spare);
}

function empty(element) {
  element.removeAttribute("src");
  element.load();
}

// The end of one song and the start of the next lie close together when the next is here already.
function fetchNext() {
  const next = queue[place + 1]?.src;
  if (!next || spare.getAttribute("src") === next || length() - audio.currentTime > EARLY) return;
  spare.preload = "auto";
  spare.src = next;
}

async function play() {
  wanted = true;
  if (audio.error) audio.load();
  // Another song was chosen meanwhile, or the browser wants a click first; the event "error" tells the rest.
  await audio.play().catch(() => {});
}

function failed() {
  if (!wanted) return; // a song of last time that is gone by now: play will say so
  const at = audio.currentTime;
  if (at && Date.now() - renewed > 60000) return renew(at);
  failures += 1;
  const goesOn = failures < PATIENCE && queue[place + 1];
  const advice = goesOn ? "The queue goes on after it." : "Reload the page, or listen to it later.";
  tell("say", { text: `${current().title} can’t be played now. ${advice}`, kind: "error" });
  if (goesOn) go(place + 1);
}

// An address at the storage is good for minutes only; ours leads to a fresh one.
function renew(at) {
  renewed = Date.now();
  audio.load();
  audio.currentTime = at;
  play();
}

function go(to) {
  if (!queue[to]) return;
  place = to;
  load();
  play();
}

// What was put into the queue by hand stays in it; the rest is the page's.
function start({ id, songs, at }) {
  const asked = queue.slice(place + 1).filter((song) => song.asked);
  queue = songs;
  place = queue.findIndex((song) => song.id === id);
  queue.splice(place + 1, 0, ...asked);
  load(at);
  play();
}

function toggle() {
  if (!current()) document.querySelector("[data-play]")?.click();
  else if (audio.paused) play();
  else audio.pause();
}

function step(by) {
  if (!current()) return toggle();
  if (by < 0 && audio.currentTime > 3) return seek(0);
  go(place + by);
}

function seek(seconds) {
  if (!current()) return;
  audio.currentTime = Math.min(Math.max(seconds, 0), Math.max(length() - 0.25, 0));
  tellAll();
}

function enqueue({ songs, next }) {
  const idle = !current();
  let at = idle ? 0 : place + 1;
  while (!next && queue[at]?.asked) at += 1;
  queue.splice(at, 0, ...songs.map((song) => ({ ...song, asked: true })));
  if (idle && songs.length) load();
  tell("say", { text: `${next ? "Next" : "In the queue"}: ${songs.length === 1 ? songs[0].title : `${songs.length} songs`}` });
  tellQueue();
}

function drop(ahead) {
  queue.splice(place + ahead, 1);
  tellQueue();
}

const ACTS = {
  start,
  enqueue,
  toggle,
  pause: () => audio.pause(),
  next: () => step(1),
  previous: () => step(-1),
  back: () => seek(audio.currentTime - 5),
  forward: () => seek(audio.currentTime + 5),
  seek: ({ to }) => seek(to),
  go: ({ ahead }) => go(place + ahead),
  drop: ({ ahead }) => drop(ahead),
  volume: ({ to }) => ([audio.volume, spare.volume] = [to, to]),
};

document.addEventListener("studio:player", ({ detail }) => ACTS[detail.act ?? detail](detail));

// -- The system's own controls: media keys, lock screen --

const system = navigator.mediaSession;

function nameForSystem() {
  const { title, sound, cover } = current();
  if (system) system.metadata = new MediaMetadata({ title, artist: sound, album: "Studio", artwork: cover ? [{ src: cover }] : [] });
}

function tellSystem() {
  if (!system) return;
  system.playbackState = !current() ? "none" : audio.paused ? "paused" : "playing";
  const duration = length();
  system.setPositionState(duration ? { duration, position: Math.min(audio.currentTime, duration) } : undefined);
}

const HANDLERS = {
  play,
  pause: ACTS.pause,
  nexttrack: ACTS.next,
  previoustrack: ACTS.previous,
  seekto: ({ seekTime }) => seek(seekTime),
  seekbackward: ({ seekOffset }) => seek(audio.currentTime - (seekOffset || 10)),
  seekforward: ({ seekOffset }) => seek(audio.currentTime + (seekOffset || 10)),
};
if (system) for (const [action, handler] of Object.entries(HANDLERS)) system.setActionHandler(action, handler);

// -- What was heard --

function count() {
  let heard = 0;
  for (let at = 0; at < audio.played.length; at += 1) heard += audio.played.end(at) - audio.played.start(at);
  if (counted || heard < Math.min(HEARD, length() / 2 || HEARD)) return;
  counted = true;
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  if (current().played) fetch(current().played, { method: "POST", headers, keepalive: true }).catch(() => {});
}

// -- One at a time --

const tabs = new BroadcastChannel("player");
tabs.onmessage = ({ data }) => {
  mine = false;
  audio.pause();
  if (data === "forget") forget();
};

function took() {
  mine = true;
  tabs.postMessage("plays");
  for (const other of document.querySelectorAll("main :is(audio, video)")) other.pause();
}

// A video on the page, say.
document.addEventListener("play", (event) => bar.contains(event.target) || audio.pause(), true);

// -- What the sound does --

function on(name, act) {
  for (const each of [audio, spare]) each.addEventListener(name, () => each === audio && act());
}

for (const name of ["play", "pause", "loadedmetadata", "seeked"]) on(name, tellAll);
on("timeupdate", () => {
  tellTime();
  fetchNext();
  count();
  if (Math.abs(audio.currentTime - noted) > OFTEN) keep();
});
on("play", took);
on("playing", () => (failures = 0));
on("pause", keep);
on("ended", () => step(1));
on("error", () => audio.getAttribute("src") && failed());

// -- Where it was, for the next time --

function keep() {
  if (!person || !mine || !current()) return;
  noted = audio.currentTime;
  localStorage.setItem(KEPT, JSON.stringify({ person, queue, place, at: noted }));
}

function forget() {
  queue = [];
  audio.pause();
  empty(audio);
  if (person) localStorage.removeItem(KEPT);
  tellAll();
}

addEventListener("pagehide", keep);
addEventListener("submit", (event) => {
  if (!event.target.matches("[data-forget]")) return;
  forget();
  tabs.postMessage("forget");
});

const kept = person && JSON.parse(localStorage.getItem(KEPT));
if (kept && kept.person === person) {
  [queue, place] = [kept.queue, kept.place];
  load(kept.at);
} else if (person) localStorage.removeItem(KEPT);
