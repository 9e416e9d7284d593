// A picture pasted or a file dropped into a letter joins the files of its form; chosen files are listed by name.
const add = (input, files) => {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change"));
};

for (const input of document.querySelectorAll("input[type=file][multiple]")) {
  const said = document.createElement("ul");
  said.className = "attachments";
  input.after(said);
  input.addEventListener("change", () => {
    said.replaceChildren(...[...input.files].map((file) => {
      const item = Object.assign(document.createElement("li"), { className: "attachment" });
      item.append(Object.assign(document.createElement("bdi"), { className: "name", textContent: file.name }));
      return item;
    }));
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
