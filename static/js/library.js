// The library's filters: an address without empty fields, and one that a search leaves behind as it is typed.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches("[data-tidy]")) return;
  for (const name of [...detail.formData.keys()]) if (!detail.formData.get(name)) detail.formData.delete(name);
});
