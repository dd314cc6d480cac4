// Clocks: how long a song has been composing, and moments in the reader's own time zone.
const started = new WeakMap();
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;

function tick() {
  for (const each of document.querySelectorAll("[data-elapsed]")) {
    if (!started.has(each)) started.set(each, performance.now() - 1000 * Number(each.dataset.elapsed));
    const elapsed = (performance.now() - started.get(each)) / 1000;
    const typical = Number(each.dataset.typical);
    each.textContent = `${clock(elapsed)}${elapsed > typical ? ", usually" : " of"} about ${clock(typical)}`;
    const bar = each.closest("[data-moving]")?.querySelector("progress");
    // It waits at 95 per cent: only the audio itself says that a song is there.
    if (bar) bar.value = Math.min(95, (100 * elapsed) / Math.max(typical, 1));
  }
}

const timeZone = document.documentElement.dataset.zone; // of the person's profile; else that of this device
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "medium", timeZone });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
const moment = new Intl.DateTimeFormat(undefined, { timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

function localise() {
  for (const each of document.querySelectorAll("time[datetime]:not([data-local])")) {
    const date = new Date(each.dateTime);
    if ("clock" in each.dataset) each.textContent = hour.format(date);
    if ("moment" in each.dataset) each.textContent = moment.format(date);
    each.title = exact.format(date);
    each.dataset.local = "";
  }
}

// The words of the tag `ago`: a page may stay open for hours, and "just now" would become a lie.
function relate() {
  for (const each of document.querySelectorAll("time[datetime]:not([data-clock], [data-moment])")) {
    const minutes = (Date.now() - new Date(each.dateTime)) / 60000;
    if (minutes >= 1 && minutes < 60) each.textContent = `${Math.round(minutes)} min ago`;
    else if (minutes >= 60 && minutes < 24 * 60) each.textContent = `${Math.round(minutes / 60)} h ago`;
  }
}

function refresh() {
  localise();
  tick();
}

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, refresh);
setInterval(tick, 1000);
setInterval(relate, 30000);
refresh();
