// Undo lasts as long as its bar; other sentences stay until somebody closes them.
const withUndo = (flash) => {
  const seconds = Number(flash.dataset.undo);
  const until = Date.now() + seconds * 1000;
  const bar = Object.assign(document.createElement("progress"), { className: "countdown", max: seconds, value: seconds });
  bar.setAttribute("aria-label", "Time left to undo");
  flash.querySelector("form").before(bar);
  const tick = () => {
    // Whoever reaches for the button keeps it.
    if (flash.matches(":focus-within, :hover")) return;
    const left = (until - Date.now()) / 1000;
    bar.value = Math.max(0, left);
    if (left <= 0) {
      clearInterval(timer);
      flash.querySelector("form").remove();
      bar.remove();
    }
  };
  const timer = setInterval(tick, 250);
};

const withClose = (flash) => {
  const close = Object.assign(document.createElement("button"), { type: "button", className: "button is-quiet is-square dismiss" });
  close.setAttribute("aria-label", "Close this message");
  close.textContent = "×";
  close.addEventListener("click", () => flash.remove());
  flash.append(close);
};

const prepare = (flash) => {
  if (flash.dataset.prepared) return;
  flash.dataset.prepared = "yes";
  if (flash.dataset.undo) withUndo(flash);
  withClose(flash);
};

const prepareAll = () => document.querySelectorAll(".flash").forEach(prepare);
prepareAll();
for (const place of document.querySelectorAll(".flashes")) {
  new MutationObserver(prepareAll).observe(place, { childList: true });
}
