// Stars show what was chosen before the server has it; when it does not get there they go back.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt;
  if (!form.matches?.("[data-optimistic]")) return;
  if (detail.xhr.status !== 204) return form.reset();
  for (const radio of form.elements) if (radio.type === "radio") radio.defaultChecked = radio.checked;
});
