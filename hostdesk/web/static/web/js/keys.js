// Keys press what is on the page: data-key="r" a button or a box, data-go="q" a place. They invent nothing.
const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
const shown = (selector) => [...document.querySelectorAll(selector)].find((element) => element.offsetParent !== null);
let going = 0;

const press = (element) => {
  if (typing(element)) element.focus();
  else element.click();
  // data-focus: where the hand goes once the thing is open.
  const next = element.dataset.focus && document.querySelector(element.dataset.focus);
  if (next) setTimeout(() => { next.focus(); next.scrollIntoView({ block: "nearest" }); });
};

const answerTo = (key) => {
  if (going) {
    clearTimeout(going);
    going = 0;
    return shown(`[data-go="${CSS.escape(key)}"]`);
  }
  if (key === "g") {
    going = setTimeout(() => { going = 0; }, 1200);
    return null;
  }
  if (key === "/") return shown(".rail .find input") || document.querySelector("#palette");
  if (key === "?") return document.querySelector("#key-sheet");
  return shown(`[data-key="${CSS.escape(key)}"]`);
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const panel = event.key === "Escape" && event.target.closest("details:is(.drop, .more)[open]");
  if (panel) {
    panel.open = false;
    return panel.querySelector("summary").focus();
  }
  if (event.key === "Escape" && typing(event.target) && !event.target.closest("dialog")) return event.target.blur();
  if (document.body.dataset.hotkeys === "off" || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") {
    document.dispatchEvent(new CustomEvent("hostdesk:step", { detail: event.key === "j" ? 1 : -1 }));
    return;
  }
  const found = answerTo(event.key);
  if (!found) return;
  event.preventDefault();
  if (found.tagName === "DIALOG") found.showModal();
  else press(found);
});

for (const toggle of document.querySelectorAll("[data-focus]:not([data-key])")) {
  toggle.addEventListener("click", () => setTimeout(() => document.querySelector(toggle.dataset.focus)?.focus()));
}
for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
}
for (const sheet of document.querySelectorAll("dialog.sheet")) {
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
}
