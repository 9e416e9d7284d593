// A picture pasted or a file dropped into a letter joins the files of its form; chosen files are listed by name and can
// be left out again. data-most-bytes and data-most-files are what the server takes: it says so itself without scripts.
const put = (input, files) => {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change"));
};
const add = (input, files) => put(input, [...input.files, ...files]);

const remarks = (input, files) => {
  const { mostBytes, mostFiles } = input.dataset;
  const large = mostBytes ? files.filter((file) => file.size > Number(mostBytes)) : [];
  const said = large.map((file) => `${file.name} is larger than ${Number(mostBytes) / 1000000} MB: leave it out.`);
  if (mostFiles && files.length > Number(mostFiles)) said.push(`That is more than ${mostFiles} files: leave some out.`);
  return said;
};

const listed = (input, file) => {
  const item = Object.assign(document.createElement("li"), { className: "attachment" });
  item.append(Object.assign(document.createElement("bdi"), { className: "name", textContent: file.name }));
  const out = Object.assign(document.createElement("button"), { type: "button", className: "leave-out", textContent: "×" });
  out.setAttribute("aria-label", `Leave out ${file.name}`);
  out.addEventListener("click", () => {
    put(input, [...input.files].filter((other) => other !== file));
    input.focus();
  });
  item.append(out);
  return item;
};

for (const input of document.querySelectorAll("input[type=file][multiple]")) {
  const said = document.createElement("ul");
  said.className = "attachments";
  const objection = Object.assign(document.createElement("p"), { className: "objection" });
  objection.setAttribute("role", "alert");
  input.after(objection, said);
  input.addEventListener("change", () => {
    const files = [...input.files];
    said.replaceChildren(...files.map((file) => listed(input, file)));
    objection.textContent = remarks(input, files).join(" ");
  });
  input.form.addEventListener("submit", (event) => {
    if (!remarks(input, [...input.files]).length) return;
    event.preventDefault();
    input.focus();
  });
  for (const box of input.form.querySelectorAll("textarea")) {
    box.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) {
        event.preventDefault();
        add(input, event.clipboardData.files);
      }
    });
    box.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    box.addEventListener("drop", (event) => {
      if (event.dataTransfer.files.length) {
        event.preventDefault();
        add(input, event.dataTransfer.files);
      }
    });
  }
}
