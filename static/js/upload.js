// The upload form: drop a file on it, see its bytes go, stop it on the way.
const MB = 1e6;
const megabytes = (bytes) => (bytes / MB).toFixed(1);
const formOf = (target) => target.closest?.("[data-upload]");
const fileOf = (form) => form.elements.file?.files[0];

// -- Choosing --

function check(form) {
  const [input, limit] = [form.elements.file, Number(form.dataset.upload)];
  const size = fileOf(form)?.size || 0;
  input.setCustomValidity(size > limit ? `This file has ${megabytes(size)} MB; at most ${limit / MB} MB are taken.` : "");
  input.reportValidity();
}

document.addEventListener("change", (event) => {
  const form = formOf(event.target);
  if (!form || event.target !== form.elements.file) return;
  if (fileOf(form)) form.elements.audio_url.value = "";
  // What was wrong with the last one says nothing about this one.
  event.target.removeAttribute("aria-invalid");
  form.querySelector("#id_file_error")?.remove();
  check(form);
});

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form || event.target !== form.elements.audio_url || !fileOf(form)) return;
  form.elements.file.value = "";
  check(form);
});

// -- Dropping --

for (const name of ["dragover", "dragleave", "drop"])
  document.addEventListener(name, (event) => {
    const form = document.querySelector("[data-upload]"); // beside the form a browser would open the file
    if (!form || form.elements.file.disabled || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.querySelector(".drop").classList.toggle("over", name === "dragover");
    if (name === "drop") take(form, event.dataTransfer.files[0]);
  });

function take(form, file) {
  const only = new DataTransfer();
  only.items.add(file);
  form.elements.file.files = only.files;
  form.elements.file.dispatchEvent(new Event("change", { bubbles: true }));
}

// -- Going --

function show(form, bytes) {
  const [box, size] = [form.querySelector("[data-bytes]"), fileOf(form)?.size];
  box.hidden = bytes === null || !size;
  if (box.hidden) return;
  const sent = Math.min(bytes, size);
  box.querySelector("progress").value = sent / size;
  box.querySelector("output").textContent =
    sent < size ? `${megabytes(sent)} of ${megabytes(size)} MB` : "All sent; the studio looks through it";
}

const onForm = (name, act) =>
  document.addEventListener(name, (event) => {
    if (event.target.matches?.("[data-upload]")) act(event.target, event.detail);
  });

onForm("htmx:beforeSend", (form) => show(form, 0));
// The answer's own bytes are told by the same event; they are fewer than the file's.
onForm("htmx:xhr:progress", (form, detail) => detail.total >= fileOf(form)?.size && show(form, detail.loaded));
onForm("htmx:afterRequest", (form) => show(form, null));

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-stop]")) htmx.trigger(formOf(event.target), "htmx:abort");
});
