// What public pages do beside the player: waves that a keyboard can move on, and counting what is heard. Who
// listens is told to nobody, and nothing is kept in the browser.
const HEARD = 10; // seconds that make a play
const OFTEN = 15; // seconds between two notes of how far it came
const STEP = 1.5; // seconds that no song goes on by itself between two notes of its time
const NEAR = 1; // seconds before its end at which a song was heard whole

for (const wave of document.querySelectorAll("[data-seek][data-length]")) {
  const end = Math.round(wave.dataset.length);
  const said = { role: "slider", "aria-valuemin": 0, "aria-valuemax": end, "aria-valuenow": 0, "aria-valuetext": "0:00" };
  for (const [name, value] of Object.entries(said)) wave.setAttribute(name, value);
  wave.setAttribute("aria-label", `Position in ${wave.dataset.title}`);
  wave.tabIndex = 0;
}

let id = null; // the song that the rest is about
let beacon = "";
let last = 0; // the moment that the player told last
let heard = 0; // seconds
let furthest = 0;
let noted = 0;
let counted = false;
let ended = false;

const note = (event, at) => beacon && navigator.sendBeacon(beacon, new URLSearchParams({ event, at: at.toFixed(1) }));

function noteFurthest() {
  if (!counted || furthest <= noted) return;
  noted = furthest;
  note("at", furthest);
}

function begin(song, at) {
  noteFurthest();
  id = song.id;
  beacon = document.querySelector(`[data-play="${id}"]`)?.dataset.heard;
  last = at;
  heard = furthest = noted = 0;
  counted = ended = false;
}

document.addEventListener("studio:playing", ({ detail: { song, at, end, playing } }) => {
  if (!song) return;
  // From its beginning once more: another play.
  if (song.id !== id || (ended && at < 1)) begin(song, at);
  const step = at - last;
  last = at;
  if (step > 0 && step < STEP) {
    heard += step;
    furthest = Math.max(furthest, at);
  }
  if (!counted && heard >= Math.min(HEARD, end / 2 || HEARD)) {
    counted = true;
    note("play", at);
  }
  if (counted && !ended && end && furthest >= end - NEAR) {
    ended = true;
    noted = end;
    note("end", end);
  }
  if (!playing || furthest - noted > OFTEN) noteFurthest();
});
addEventListener("pagehide", noteFurthest);
