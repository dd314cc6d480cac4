// Files from the disk, one after the other and in parts: what breaks off goes on where the studio says.
const PAUSES = [1, 2, 4, 8, 15, 30];
const waiting = [];
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const form = () => document.querySelector("[data-bring]");

let now; // the file that goes, also while another page is shown
let call;
let held = false;
let goOn = () => {};
let sent = 0;
let trouble = "";

function take(from, files) {
  const about = { begin: from.dataset.bring, token: from.elements.csrfmiddlewaretoken.value, length: +from.dataset.part };
  for (const file of files) waiting.push({ file, at: 0, ...about });
  now ? show() : bringAll();
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-bring]")) return;
  const input = event.target.elements.files;
  if (!input.files.length) return;
  event.preventDefault();
  take(event.target, [...input.files]);
  input.value = "";
});

for (const name of ["dragover", "dragleave", "drop"])
  document.addEventListener(name, (event) => {
    if (!form() || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault(); // beside the form a browser would open the file
    form().querySelector(".drop").classList.toggle("over", name === "dragover");
    if (name === "drop") take(form(), event.dataTransfer.files);
  });

function post(address, body) {
  return new Promise((done, failed) => {
    call = new XMLHttpRequest();
    call.open("POST", address);
    call.responseType = "json";
    call.timeout = 300000;
    call.setRequestHeader("X-CSRFToken", now.token);
    call.setRequestHeader("HX-Request", "true"); // an ended session then answers 401
    if (now.part) call.upload.onprogress = ({ loaded }) => show(now.at + loaded);
    call.onload = () => done(call);
    call.onerror = call.onabort = call.ontimeout = failed;
    call.send(body);
  });
}

function ask({ file, begin, part, at, length }) {
  if (part) return post(`${part}?offset=${at}`, file.slice(at, at + length));
  return post(begin, new URLSearchParams({ filename: file.name, size: file.size, fingerprint: file.lastModified }));
}

async function step() {
  const { status, response } = await ask(now);
  if (status === 401) location.reload();
  if (status >= 500 || status === 400) throw status;
  trouble = "";
  if (response?.received === undefined) {
    const text = `${now.file.name}: ${response?.problem ?? "it can’t be sent."}`;
    document.dispatchEvent(new CustomEvent("studio:say", { detail: { text, kind: "error" } }));
    return true;
  }
  now.part = response.part;
  show((now.at = response.received));
  return now.at >= now.file.size;
}

async function bring() {
  for (let failures = 0, done = false; !done; ) {
    if (held) await new Promise((resolve) => (goOn = resolve));
    try {
      done = await step();
      failures = 0;
    } catch {
      if (held) continue;
      const pause = PAUSES[Math.min(failures++, 5)];
      trouble = `Not reached, once more in ${pause} s · `;
      show(now.at);
      await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    }
  }
}

async function bringAll() {
  while ((now = waiting.shift())) {
    show(0);
    await bring();
    htmx.trigger(document.body, "brought");
  }
  held = false;
  show();
}

function show(bytes = sent) {
  sent = bytes;
  const box = form()?.querySelector("[data-bytes]");
  if (!box) return;
  box.hidden = !now;
  if (!now) return;
  const { name, size } = now.file;
  const far = `${megabytes(Math.min(sent, size))} of ${megabytes(size)} MB`;
  const more = waiting.length ? `, ${waiting.length} more to come` : "";
  box.querySelector("progress").value = sent / (size || 1);
  box.querySelector("[data-what]").textContent = `${held ? "Stopped at " : trouble}${far}${more} · ${name}`;
  box.querySelector("[data-hold]").textContent = held ? "Go on" : "Stop";
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-hold]")) return;
  held = !held;
  held ? call?.abort() : goOn();
  show();
});

document.addEventListener("htmx:afterSettle", () => show());
addEventListener("beforeunload", (event) => now && event.preventDefault());
