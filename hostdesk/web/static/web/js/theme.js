// Light, dark or as the system: shown at once, kept by the form's own address for the next page.
for (const form of document.querySelectorAll("form[data-appearance]")) {
  form.addEventListener("change", () => {
    const chosen = new FormData(form);
    const theme = chosen.get("theme");
    if (theme === "system") delete document.documentElement.dataset.theme;
    else if (theme) document.documentElement.dataset.theme = theme;
    if (chosen.get("hotkeys")) document.body.dataset.hotkeys = chosen.get("hotkeys");
    fetch(form.action, { method: "POST", body: chosen, redirect: "manual" });
  });
  form.querySelector("[data-without-script]")?.remove();
}
