// Passkeys. A form with data-passkey ("create" or "get") fetches the options from data-options, lets the browser make or use
// a key, puts the answer into its field named by data-answer and sends itself. Without a browser that can, it stays hidden.
const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const textOf = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const readable = (options) => ({
  ...options,
  challenge: bytesOf(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytesOf(options.user.id) } }),
  ...(options.excludeCredentials && { excludeCredentials: withBytes(options.excludeCredentials) }),
  ...(options.allowCredentials && { allowCredentials: withBytes(options.allowCredentials) }),
});
const withBytes = (keys) => keys.map((key) => ({ ...key, id: bytesOf(key.id) }));

const answerOf = (key) => {
  const said = key.response;
  const response = { clientDataJSON: textOf(said.clientDataJSON) };
  if (said.attestationObject) {
    response.attestationObject = textOf(said.attestationObject);
    response.transports = said.getTransports?.() ?? [];
  } else {
    response.authenticatorData = textOf(said.authenticatorData);
    response.signature = textOf(said.signature);
    if (said.userHandle) response.userHandle = textOf(said.userHandle);
  }
  return JSON.stringify({
    id: key.id,
    rawId: textOf(key.rawId),
    type: key.type,
    response,
    authenticatorAttachment: key.authenticatorAttachment ?? undefined,
    clientExtensionResults: key.getClientExtensionResults(),
  });
};

const optionsFor = async (form) => {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const reply = await fetch(form.dataset.options, { method: "POST", body, redirect: "manual" });
  const said = reply.headers.get("Content-Type")?.startsWith("application/json") ? await reply.json() : {};
  if (reply.ok && said.challenge) return readable(said);
  throw new Error(said.refused ?? "This page is too old. Please load it again.");
};

const wordsFor = (error) => {
  if (error.name === "NotAllowedError") return "No passkey was used: it was cancelled, took too long, or none fits here.";
  if (error.name === "InvalidStateError") return "This passkey is registered already.";
  return error.message;
};

const send = async (form) => {
  const remark = form.querySelector("[data-remark]");
  const button = form.querySelector("button");
  remark.hidden = true;
  button.disabled = true;
  try {
    const publicKey = await optionsFor(form);
    const key = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
    form.elements[form.dataset.answer].value = answerOf(key);
    form.submit();
  } catch (error) {
    remark.textContent = wordsFor(error);
    remark.hidden = false;
    button.disabled = false;
  }
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
