// Two texts that are put together: what of them this window keeps as a draft.

// What was put together is saved: the text that went into it is no draft any more.
function forget(key) {
  for (const [name] of draftsOf(key)) sessionStorage.removeItem(name);
}

// One's own text beside another's is still the draft that it was.
function goOn({ draft_key: key, title, title_shown: shown, text }) {
  const words = { title: title.value, title_shown: shown.value, text: text.value };
  for (const [name, draft] of draftsOf(key.value)) sessionStorage.setItem(name, JSON.stringify({ ...draft, ...words }));
}

const draftsOf = (key) =>
  Object.entries(sessionStorage)
    .filter(([name]) => name.startsWith("draft "))
    .map(([name, value]) => [name, JSON.parse(value)])
    .filter(([, draft]) => draft.draft_key === key);

document.addEventListener("htmx:beforeOnLoad", ({ detail: { xhr, elt, requestConfig } }) => {
  const key = requestConfig.parameters.draft_key;
  if (key && xhr.status < 400 && elt.closest?.("[data-conflict]")) forget(key);
});

document.addEventListener("input", ({ target }) => {
  const own = target.closest("[data-conflict] #mine");
  if (own) goOn(own.elements);
});
