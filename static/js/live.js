// One poller for the whole page: quick while something on it moves, slow otherwise, none while nobody looks.
const region = document.querySelector("[data-live]");
const QUICK = 1000;
const SLOW = 15000;
const LONGEST = 60; // signatures that the server reads

let timer = 0;
let due = 0;
let asking = false;
let failures = 0;
let unseen = 0;

const cards = () => [...document.querySelectorAll("[data-signature]")];
const files = () => document.querySelector("[data-files]");
// Who wants the browser to tell them of a song is told while they look elsewhere as well.
const tells = () => document.querySelector("[data-tell]") !== null && isMoving();
const isMoving = () => document.querySelector("[data-moving]") !== null;

function address() {
  // What moves comes first, should the list be longer than the server reads.
  const seen = cards().sort((a, b) => ("moving" in b.dataset) - ("moving" in a.dataset));
  const query = new URLSearchParams({
    seen: seen.slice(0, LONGEST).map((card) => card.dataset.signature).join(),
    balance: document.getElementById("credits")?.dataset.balance ?? "",
  });
  const list = document.querySelector("#takes[data-project]");
  if (list) query.set("project", list.dataset.project);
  if (files()) {
    query.set("clip", files().dataset.clipFiles);
    query.set("files", files().dataset.files);
  }
  return `${region.dataset.live}?${query}`;
}

async function ask() {
  if ((document.hidden && !tells()) || asking) return;
  asking = true;
  const filesBefore = { ...files()?.dataset };
  const before = new Map(cards().map((card) => [card.id, { ...card.dataset }]));
  try {
    await htmx.ajax("GET", address(), { source: region, target: region, swap: "none" });
    compare(before, filesBefore);
  } catch {
    // htmx has logged it; the pause below grows.
  }
  asking = false;
  plan();
}

function plan() {
  const pause = (isMoving() && !document.hidden ? QUICK : SLOW) * 2 ** Math.min(failures, 4);
  clearTimeout(timer);
  due = performance.now() + pause;
  timer = setTimeout(ask, pause);
}

function compare(before, filesBefore) {
  const changed = cards().filter((card) => before.get(card.id)?.signature !== card.dataset.signature);
  const ended = changed.filter((card) => "moving" in (before.get(card.id) ?? {}) && !("moving" in card.dataset));
  // A page may have been read between a file and the end of its order: what is there by now comes with the files.
  const brought = filesBefore.files !== files()?.dataset.files;
  if (changed.length || brought) document.body.dispatchEvent(new CustomEvent("cards-changed"));
  const ready = ended.filter((card) => card.dataset.status === "done");
  const failed = ended.filter((card) => card.dataset.status === "failed");
  const words = [...ready.map((card) => `${card.dataset.title} is ready`), ...failed.map((card) => `${card.dataset.title} failed`)];
  if ("moving" in filesBefore && files() && !("moving" in files().dataset)) words.push("The files are made");
  if (words.length) region.textContent = words.join(". ");
  if (!document.hasFocus()) unseen += ready.length;
  paintTab();
}

// -- The tab --

const icon = document.querySelector("link[rel=icon]");
const plainIcon = icon.href;

function paintTab() {
  const title = document.title.replace(/^\(\d+ ready\) /, "");
  document.title = unseen ? `(${unseen} ready) ${title}` : title;
  icon.href = unseen ? icon.dataset.ready : plainIcon;
}

addEventListener("focus", () => {
  unseen = 0;
  paintTab();
});

// -- When to ask --

document.addEventListener("visibilitychange", () => !document.hidden && ask());

// A page or an answer has brought something that moves: don't wait for the slow turn.
document.addEventListener("htmx:afterSettle", () => {
  paintTab();
  if (!asking && isMoving() && due - performance.now() > QUICK) plan();
});
document.addEventListener("htmx:historyRestore", plan);

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== region) return;
  failures = event.detail.successful ? 0 : failures + 1;
  if (failures === 3) {
    const detail = { text: "The studio can’t be reached; trying again. What is being made goes on.", kind: "error" };
    document.dispatchEvent(new CustomEvent("studio:say", { detail }));
  }
});

// A card that was placed by another answer while this one was under way is not placed twice.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id !== "takes") return;
  for (const card of [...event.detail.fragment.children]) if (document.getElementById(card.id)) card.remove();
});

plan();
