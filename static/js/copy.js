// A link that is shown once: one press takes it along. Without a script it is marked and copied by hand.
const ready = () => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.onclick = async () => {
      const field = button.parentElement.querySelector("[data-copied]");
      field.select();
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    };
  }
};
document.addEventListener("htmx:afterSettle", ready);
ready();
