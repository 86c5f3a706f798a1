// Passkeys: asks the newsroom for a challenge, hands it to the browser, and sends the answer as a plain form.
// A form with data-passkey="get" or "create" is shown only where the browser knows passkeys.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// What the newsroom sends as text, browsers want as bytes; and the other way round.
const options = async (address) => {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  const found = await answer.json();
  found.challenge = bytes(found.challenge);
  if (found.user) found.user.id = bytes(found.user.id);
  for (const list of [found.allowCredentials, found.excludeCredentials]) {
    for (const one of list ?? []) one.id = bytes(one.id);
  }
  return found;
};

const plain = (made) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !window.PublicKeyCredential;
  const without = document.querySelector("[data-without]");
  if (without) without.hidden = !form.hidden;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    try {
      const publicKey = await options(form.dataset.options);
      const made = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.credential.value = plain(made);
      form.requestSubmit();
    } catch {
      form.querySelector("[data-said]").textContent = form.dataset.failed;
    }
  });
}
