// Passkeys: the device makes one or answers with one, and the form sends what it said. Where the form has no
// options the studio is asked for them only then: they hold good for one try.
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const WORDS = {
  NotAllowedError: "No passkey was used. Try once more.",
  InvalidStateError: "This device has a passkey of yours already.",
  SecurityError: "Passkeys do not work at this address of the studio.",
};

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options).publicKey;
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).request_options.publicKey;
}

function decoded(options) {
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const each of [...(options.excludeCredentials || []), ...(options.allowCredentials || [])]) each.id = toBytes(each.id);
  return options;
}

function encoded(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function say(form, text) {
  const place = form.querySelector("[data-failed]");
  place.hidden = !text;
  place.querySelector("span").textContent = text;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-passkey]")) return;
  event.preventDefault();
  say(form, "");
  try {
    const publicKey = decoded(await optionsOf(form));
    const credential = await navigator.credentials[form.dataset.passkey ? "create" : "get"]({ publicKey });
    form.elements.credential.value = JSON.stringify(encoded(credential));
    form.submit();
  } catch (error) {
    say(form, WORDS[error.name] || "That did not work. Try once more.");
  }
});

// A browser takes no number for the name that a passkey belongs to.
if (window.PublicKeyCredential && !/^[\d.]+$|:/.test(location.hostname))
  for (const form of document.querySelectorAll("form[data-passkey][hidden]")) form.hidden = false;
