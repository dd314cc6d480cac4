// Finds on the page: hides the takes that don't hold every word that was typed.
const field = () => document.querySelector("[data-find]");

function find() {
  const input = field();
  if (!input) return;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const takes = [...document.querySelectorAll(`#${input.dataset.find} > li`)];
  for (const take of takes) take.hidden = !words.every((word) => take.textContent.toLowerCase().includes(word));
  document.querySelector("[data-found-nothing]").hidden = !words.length || takes.some((take) => !take.hidden);
}

document.addEventListener("input", (event) => event.target.matches("[data-find]") && find());
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-find-clear]")) return;
  field().value = "";
  find();
  field().focus();
});
document.addEventListener("htmx:afterSettle", find);
