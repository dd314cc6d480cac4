// Takes beside each other under one transport: what is heard changes, the moment does not. That the player
// falls silent for it, and it for the player, is the player's business.
const clock = (seconds) => `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

const TYPING = "textarea, select, input:not([type=range], [type=checkbox], [type=radio])";
const PRESSED = "button, a, summary, textarea, select, input:not([type=range])"; // by the space bar
const KEYS_OFF = "dialog[open], [data-use-keys]:not(:checked)";

let root = null;
let takes = [];
let current = null;
let longest = 0;

const shown = () => root?.isConnected;
const part = (name) => root.querySelector(`[data-${name}]`);

function takeOf(row) {
  const button = row.querySelector("[data-switch]");
  const audio = Object.assign(new Audio(), { preload: "auto", src: row.dataset.take });
  row.append(audio); // so that it falls silent when the page goes
  for (const name of ["play", "pause", "seeked", "timeupdate"]) audio.addEventListener(name, paint);
  audio.addEventListener("ended", () => seek(0));
  audio.addEventListener("error", () => {
    const text = `Take ${button.textContent} can’t be played now. Reload the page, or listen to it later.`;
    document.dispatchEvent(new CustomEvent("studio:say", { detail: { text, kind: "error" } }));
  });
  return { row, button, audio, gain: Number(row.dataset.gain) };
}

function seek(seconds) {
  const { audio } = current;
  // A shorter take goes no further than its own end.
  audio.currentTime = Math.max(Math.min(seconds, (audio.duration || longest) - 0.25), 0);
  paint();
}

// Refused when another take was chosen meanwhile; what else can be wrong, "error" says.
const play = () => current.audio.play().catch(() => {});
const toggle = () => (current.audio.paused ? play() : current.audio.pause());

function switchTo(take, at = current.audio.currentTime) {
  const goesOn = !current.audio.paused;
  current.audio.pause();
  current = take;
  seek(at);
  if (goesOn) play();
  part("said").textContent = take.button.getAttribute("aria-label");
}

// The louder ones are turned down to the quietest, below the volume of the player.
function level() {
  const most = Number(document.querySelector("[data-player-volume]")?.value ?? 1);
  const match = part("match");
  for (const { audio, gain } of takes) audio.volume = most * (match.checked ? 10 ** (gain / 20) : 1);
  // Some phones leave the volume to their own buttons: nothing is matched there.
  match.disabled ||= takes.some(({ audio, gain }) => match.checked && gain && audio.volume === 1);
  match.checked &&= !match.disabled;
  for (const each of root.querySelectorAll("[data-matched]")) each.hidden = !match.checked;
}

function paint() {
  const at = current.audio.currentTime;
  for (const take of takes) take.button.setAttribute("aria-pressed", take === current);
  part("toggle").setAttribute("aria-label", current.audio.paused ? "Play" : "Pause");
  part("now").textContent = clock(at);
  part("position").value = at;
  part("position").setAttribute("aria-valuetext", `${clock(at)} of ${clock(longest)}`);
  for (const name of ["--value", "--played"]) root.style.setProperty(name, `${(100 * at) / longest}%`);
}

document.addEventListener("click", ({ target, clientX }) => {
  if (!shown() || !root.contains(target)) return;
  const take = takes.find(({ row }) => row.contains(target));
  const wave = take && target.closest("[data-scrub]");
  if (wave) {
    const box = wave.getBoundingClientRect();
    switchTo(take, ((clientX - box.left) / box.width) * longest);
  } else if (target.closest("[data-toggle], [data-switch]")) {
    if (take && take !== current) switchTo(take);
    else toggle();
  }
});

document.addEventListener("input", ({ target }) => {
  if (!shown()) return;
  if (target.matches("[data-position]")) seek(Number(target.value));
  if (target.matches("[data-match], [data-player-volume]")) level();
});

// Before the player's own keys, which are for what is heard elsewhere.
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (!shown() || event.ctrlKey || event.metaKey || event.altKey || document.querySelector(KEYS_OFF)) return;
  if (target.closest(key === " " ? PRESSED : TYPING)) return;
  const take = takes.find(({ button }) => button.textContent === key);
  if (take) switchTo(take);
  else if (key === " ") toggle();
  else if (key === "[" || key === "]") seek(current.audio.currentTime + (key === "]" ? 5 : -5));
  else return;
  event.preventDefault();
}, true);

function prepare() {
  const found = document.querySelector("[data-compare]");
  if (!found || found === root || !found.querySelector("[data-take]")) return;
  root = found;
  longest = Number(root.dataset.longest);
  takes = [...root.querySelectorAll("[data-take]")].map(takeOf);
  [current] = takes;
  level();
  paint();
}

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, prepare);
prepare();
