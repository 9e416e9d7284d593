// Ctrl+K: every place and every button of this page by name; a number goes to its ticket, words are searched.
const palette = document.querySelector("#palette");
const box = palette?.querySelector("input");
const list = palette?.querySelector("ul");

const wishes = () => [
  ...[...document.querySelectorAll(".rail a.place")].map((link) => ({ word: link.title, address: link.href, key: link.dataset.go ? `g ${link.dataset.go}` : "" })),
  ...[...document.querySelectorAll("[data-key][data-word]")].map((element) => ({ word: element.dataset.word, press: element, key: element.dataset.key })),
];

const fits = (word, text) => text.toLowerCase().split(/\s+/).every((part) => word.toLowerCase().includes(part));

const choose = (row) => {
  list.querySelectorAll("a").forEach((link) => link.setAttribute("aria-selected", String(link === row)));
  if (row) box.setAttribute("aria-activedescendant", row.id);
  else box.removeAttribute("aria-activedescendant");
};

const rowFor = (wish, place) => {
  const item = document.createElement("li");
  item.setAttribute("role", "presentation");
  const link = document.createElement("a");
  Object.assign(link, { id: `wish-${place}`, href: wish.address || "#", textContent: wish.word });
  link.setAttribute("role", "option");
  if (wish.key) link.append(Object.assign(document.createElement("kbd"), { textContent: wish.key }));
  link.addEventListener("click", (event) => {
    if (!wish.press) return;
    event.preventDefault();
    palette.close();
    if (wish.press.matches("textarea, input")) wish.press.focus();
    else wish.press.click();
  });
  item.append(link);
  return item;
};

const fill = () => {
  list.replaceChildren(...wishes().filter((wish) => fits(wish.word, box.value)).slice(0, 9).map(rowFor));
  choose(box.value && list.querySelector("a"));
};

const move = (step) => {
  const all = [...list.querySelectorAll("a")];
  const at = all.findIndex((link) => link.getAttribute("aria-selected") === "true");
  choose(all[Math.min(all.length - 1, Math.max(0, at + step))]);
};

if (palette) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (palette.open) return;
    box.value = "";
    fill();
    palette.showModal();
  });
  box.addEventListener("input", fill);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    }
    const chosen = list.querySelector('a[aria-selected="true"]');
    if (event.key === "Enter" && chosen) {
      event.preventDefault();
      chosen.click();
    }
  });
}
