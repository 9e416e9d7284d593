// j and k walk along [data-list]; the row's own link has the focus, so Enter opens it.
const links = () => [...document.querySelectorAll("[data-list] [data-row]")];

document.addEventListener("hostdesk:step", ({ detail }) => {
  const all = links();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + detail))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});
