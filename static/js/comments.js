// Comments on lines: from a comment to its line in the text, and from the line with the caret to a comment.
const text = () => document.querySelector("[data-writing] textarea");

// Whoever types may have moved it meanwhile.
const nearest = (places, line) => places.sort((a, b) => Math.abs(a - line) - Math.abs(b - line))[0];

function placeOf(link, lines) {
  const line = Number(link.dataset.line);
  const quote = link.closest("li").querySelector("q").textContent;
  return nearest(lines.flatMap((each, place) => (each.trim() === quote ? [place] : [])), line) ?? line;
}

function jump(link) {
  const lines = text().value.split("\n");
  const at = placeOf(link, lines);
  const start = lines.slice(0, at).join("\n").length + (at > 0);
  text().focus({ preventScroll: true });
  text().setSelectionRange(start, start + (lines[at] || "").length);
  document.querySelector("[data-mirror]")?.children[at]?.scrollIntoView({ block: "center" });
}

// The line where the caret stands, unless one was chosen already.
function propose(select) {
  if (select.value) return;
  const before = text().value.slice(0, text().selectionStart).split("\n");
  const words = [...text().value.split("\n")[before.length - 1].trim()].slice(0, 60).join("");
  const alike = [...select.options].filter((each) => each.textContent.endsWith(`: ${words}`)).map((each) => Number(each.value));
  if (words) select.value = nearest(alike, before.length - 1) ?? "";
}

// The lines that somebody has said something about, and nobody has resolved it.
function mark() {
  if (!text()) return;
  const lines = text().value.split("\n");
  const said = [...document.querySelectorAll("#comments > .remarks [data-line]")].map((link) => placeOf(link, lines));
  document.querySelectorAll("[data-mirror] > div").forEach((row, at) => row.toggleAttribute("data-said", said.includes(at)));
}

const soon = () => requestAnimationFrame(mark); // the mirror has its lines by then

document.addEventListener("click", (event) => {
  const link = event.target.closest("#comments [data-line]");
  if (!link || !text()) return;
  event.preventDefault();
  jump(link);
});

document.addEventListener("toggle", ({ target }) => target.matches("[data-comment][open]") && text() && propose(target.querySelector("select")), true);

document.addEventListener("input", ({ target }) => target === text() && soon());
for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(name, soon);
soon();
