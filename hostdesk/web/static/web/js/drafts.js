// What is typed is kept: on the server under data-draft, or in this browser where that reads "here".
const proof = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");

const send = (box, said) => {
  const body = new URLSearchParams({ text: box.value, kind: box.dataset.draftKind || "" });
  return fetch(box.dataset.draft, { method: "POST", body, headers: proof(), keepalive: box.value.length < 60000 })
    .then((answer) => { said.textContent = answer.ok ? "Draft kept" : "Draft not kept: reload before you go on"; })
    .catch(() => { said.textContent = "No connection: the draft waits in this window"; });
};

const keepOnServer = (box) => {
  const said = box.form.querySelector("[data-draft-said]") || document.querySelector("[data-draft-said]") || document.createElement("span");
  let timer = 0;
  let kept = box.value;
  const keep = () => {
    clearTimeout(timer);
    if (box.value === kept) return;
    kept = box.value;
    send(box, said);
  };
  box.addEventListener("input", () => {
    clearTimeout(timer);
    said.textContent = "";
    timer = setTimeout(keep, 1200);
  });
  box.form.addEventListener("submit", () => { clearTimeout(timer); kept = box.value; });
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", () => document.hidden && keep());
};

// Words kept in this browser go only when the server says by a cookie that they arrived, not when a button is pressed.
// A browser that keeps nothing for us (private windows, a full store) only loses the draft, never the page.
const kept = {
  read: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  write: (name, text) => { try { localStorage.setItem(name, text); return true; } catch { return false; } },
  drop: (start) => {
    try {
      for (const name of Object.keys(localStorage)) if (name.startsWith(start)) localStorage.removeItem(name);
    } catch { /* Nothing is kept there. */ }
  },
};

const arrived = document.cookie.match(/(?:^|; )hd_sent=([\w-]+)/)?.[1];
if (arrived) {
  kept.drop(`draft:${arrived}:`);
  document.cookie = "hd_sent=; path=/client; max-age=0";
}

const keepHere = (box) => {
  const name = `draft:${box.dataset.draftKind}:${box.name}`;
  const said = box.form.querySelector("[data-draft-said]") || document.createElement("span");
  const earlier = kept.read(name);
  if (!box.value && earlier) {
    box.value = earlier;
    said.textContent = "Your draft is back";
  }
  box.addEventListener("input", () => {
    if (!box.value) kept.drop(name);
    said.textContent = box.value && kept.write(name, box.value) ? "Draft kept in this browser" : "";
  });
};

for (const box of document.querySelectorAll("[data-draft]")) {
  if (box.dataset.draft === "here") keepHere(box);
  else keepOnServer(box);
}

// Ctrl+Enter sends, whether or not single keys are switched on.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("form");
  if (!form || event.target.tagName !== "TEXTAREA") return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-send]") || undefined);
});
