/* Asks the browser for a passkey and sends its answer with the form around the button. */
(function () {
  "use strict";

  const WHY = {
    InvalidStateError: "This device has a passkey for your account already.",
    NotAllowedError: "Nothing was done: it was cancelled, or took too long. Try again.",
    SecurityError: "Passkeys do not work under this address of the site.",
  };

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  /* JSON has no bytes: they travel as base64url, and are put back here. */
  function readable(options) {
    const read = { ...options, challenge: bytes(options.challenge) };
    if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
    if (options.allowCredentials) read.allowCredentials = named(options.allowCredentials);
    if (options.excludeCredentials) read.excludeCredentials = named(options.excludeCredentials);
    return read;
  }

  function writable(credential) {
    const said = credential.response;
    const response = { clientDataJSON: text(said.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (said[part]) response[part] = text(said[part]);
    }
    if (said.getTransports) response.transports = said.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  }

  async function ask(form) {
    const publicKey = readable(JSON.parse(form.dataset.options));
    const asked =
      form.dataset.passkey === "create"
        ? navigator.credentials.create({ publicKey })
        : navigator.credentials.get({ publicKey });
    form.elements[form.dataset.answer].value = writable(await asked);
    form.submit();
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!window.PublicKeyCredential) return;
    document.querySelectorAll("form[data-passkey]").forEach((form) => {
      form.querySelector("[data-passkey-absent]").hidden = true;
      form.querySelector("[data-passkey-there]").hidden = false;
      const said = form.querySelector("[data-passkey-said]");
      form.addEventListener("submit", (event) => {
        const empty = [...form.elements].find((field) => field.required && !field.value.trim());
        if (empty) return; /* the server says what is missing */
        event.preventDefault();
        said.hidden = true;
        ask(form).catch((problem) => {
          said.textContent = WHY[problem.name] || "That did not work. Try again.";
          said.hidden = false;
        });
      });
    });
  });
})();
